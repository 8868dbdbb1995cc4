"""Functions that test_boot.py has the guest run. Apart, so that the guest need not import pytest."""

from __future__ import annotations

from tests.vm.guest import Env, Skip


def passes(env: Env) -> None:
    print(f"on {env.kernel}")


def fails(env: Env) -> None:
    raise AssertionError("two is not three")


def skips(env: Env) -> None:
    raise Skip("not here")
