"""Tools that the tests build and run: real executables on the running kernel."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rucy.bundle import bundle, parts_of
from tests.cli.test_commands import rucy

CHECKOUT = Path(__file__).parents[2]

#: What the tests make happen: this process asks for the group of process `number`, which no other process does so.
ME = os.getpid()

#: The name of a program, by which it is known among those of other runs.
MARK = f"t{ME}_"

HEAD = f"""\
license "GPL"
ME = {ME}
"""


class Ended(NamedTuple):
    status: int
    out: str
    err: str


#: What `build` puts tools into instead of the runtime that ships: one with sanitizers.
other_runtime: Path | None = None


def build(folder: Path, text: str, *options: str, name: str = "tool", head: str = HEAD) -> Path:
    """The executable made of a program's text, behind `head`. Fails where it cannot be built."""
    source, made = folder / f"{name}.rb", folder / name
    source.write_text(head + text)
    done = rucy("build", str(source), "-o", str(made), *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    if other_runtime is not None:
        made.write_bytes(bundle(other_runtime.read_bytes(), parts_of(made.read_bytes())))
    return made


@contextmanager
def running(tool: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A tool that has said its first line: it is attached when it waits, soon after."""
    command = [str(tool), *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(command, text=True, env=env or {}, errors="replace", **pipes)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def attached(process: subprocess.Popen[str]) -> None:
    """Wait until it is, and sleeps in poll."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if process.poll() is not None:
            return
        held = _held(process.pid)
        if any("bpf-prog" in each for each in held) and _polls(process.pid):
            return
        time.sleep(0.02)
    raise AssertionError("it did not attach")


def _polls(pid: int) -> bool:
    """Its last system call, which it is in: poll, of x86_64 or aarch64's ppoll."""
    try:
        return Path(f"/proc/{pid}/syscall").read_text().split()[0] in ("7", "73", "271")
    except OSError:
        return False


def _held(pid: int) -> list[str]:
    """What its descriptors are of; [] of a process that has just opened or closed one."""
    try:
        return [os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        return []


def run(tool: Path, *options: str, during: Callable[[], object] | None = None, stop: int | None = signal.SIGINT) -> Ended:
    """Start a tool, let `during` make things happen once it is attached, and end it with a signal. Without `during` it ends
    by itself."""
    with running(tool, *options) as process:
        if during is not None:
            attached(process)
            during()
            if stop is not None:
                process.send_signal(stop)
        out, err = process.communicate(timeout=120)
    return Ended(process.returncode, out, err)


def ask(numbers: Sequence[int]) -> None:
    """getpgid of each: the system call that programs of the tests look at."""
    for number in numbers:
        try:
            os.getpgid(number)
        except ProcessLookupError:
            continue


def left(name: str) -> list[str]:
    """What is in the kernel of a program of that name: bpftool as an independent witness."""
    done = subprocess.run(["bpftool", "prog", "show", "name", name], capture_output=True, text=True)
    return done.stdout.splitlines()


__all__ = ["CHECKOUT", "MARK", "ME", "Ended", "ask", "attached", "build", "left", "run", "running"]
