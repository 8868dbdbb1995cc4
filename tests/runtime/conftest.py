"""The runtime of this machine, made if it is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def runtime() -> Path:
    _make(os.uname().machine)
    return CHECKOUT / "build/runtime" / f"rucy-{os.uname().machine}"


@pytest.fixture(scope="session")
def sanitized() -> Path:
    """The folder of the runtime with sanitizers, and of the fuzzer."""
    _make("--sanitize")
    return CHECKOUT / "build/sanitized"


def _make(word: str) -> None:
    done = subprocess.run([sys.executable, str(CHECKOUT / "runtime/build.py"), word], capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"the runtime cannot be made:\n{done.stdout}{done.stderr}", pytrace=False)
