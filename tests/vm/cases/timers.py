"""Timers on kernels that have them: what fires, what is moved, what is stopped (tests/run/test_timers.py)."""

from __future__ import annotations

from pathlib import Path

from tests.vm.guest import Env, options


def prepare_timers(out: Path) -> None:
    from tests.run.test_timers import compiled

    (out / "timers.o").write_bytes(compiled(out)[0])


@options(kernels=("host", "6.1", "6.12", "6.18", "newest"))
def case_timers(env: Env) -> None:
    from tests.run.test_timers import on_kernel

    on_kernel(Path(env.out, "timers.o").read_bytes())
