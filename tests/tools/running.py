"""A program of tools/ as one executable: alone in a root of its own with /proc and /sys, with an empty environment.

Imports no compiler, but to build: a slow guest may use it.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
TOOLS = CHECKOUT / "tools"

Row = dict[str, Any]

#: poll(2) and ppoll(2) of x86_64, ppoll(2) of aarch64: in what a tool waits, once all is attached.
_POLLS = ("7", "271", "73")


def build(source: Path, made: Path, btf: Path) -> None:
    """`rucy build`, against the types of one kernel for all."""
    _make_runtime()
    command = [sys.executable, "-m", "rucy", "build", str(source), "-o", str(made), "--btf", str(btf)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(CHECKOUT / "src")}, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr


@functools.cache
def _make_runtime() -> None:
    subprocess.run([sys.executable, str(CHECKOUT / "runtime/build.py"), platform.machine()], check=True)


class Ran:
    """A tool that runs. What it has printed until now is there while it runs, too."""

    def __init__(self, out: Path, process: subprocess.Popen[bytes]) -> None:
        self._out = out
        self._process = process
        self._whole: str | None = None

    @property
    def text(self) -> str:
        return self._out.read_text() if self._whole is None else self._whole

    def has_ended(self) -> None:
        self._whole = self._out.read_text()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def rows(self) -> list[Row]:
        """With --json: each line as an object."""
        return [json.loads(line) for line in self.lines]

    @property
    def view(self) -> list[str]:
        """The lines of the last view."""
        return self.text.rstrip("\n").rpartition("\n\n")[2].splitlines()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end and self._process.poll() is None, f"{what}; it printed {self.text}"
            time.sleep(0.05)

    def dump(self, name: str) -> list[Row]:
        """The entries of a map of this tool, as bpftool shows them."""
        maps = {int(number) for number in _maps(self._process.pid)}
        (found,) = (row["id"] for row in bpftool("show") if row.get("name") == name and row["id"] in maps)
        return [row["formatted"] for row in bpftool("dump", "id", str(found))]


def _maps(pid: int) -> Iterator[str]:
    """The numbers of those that a process holds."""
    for path in Path(f"/proc/{pid}/fdinfo").iterdir():
        yield from (line.split()[1] for line in path.read_text().splitlines() if line.startswith("map_id:"))


def bpftool(*words: str) -> Any:
    said = subprocess.run(["bpftool", "-j", "map", *words], check=True, capture_output=True, text=True).stdout
    return json.loads(said) if said.strip() else []


@contextlib.contextmanager
def own_root(path: Path, cgroups: str | None = None) -> Iterator[str]:
    """A folder with the tool, /proc and /sys, and nothing else; `cgroups`: what lies on /sys/fs/cgroup."""
    with tempfile.TemporaryDirectory() as root:
        shutil.copy(path, f"{root}/tool")
        mounted: list[str] = []

        def mount(place: str, *words: str) -> None:
            os.makedirs(root + place, exist_ok=True)
            subprocess.run(["mount", *words, root + place], check=True)
            mounted.append(root + place)

        try:
            mount("/proc", "-t", "proc", "proc")
            mount("/sys", "-t", "sysfs", "sysfs")
            if cgroups is not None:
                mount("/sys/fs/cgroup", "--bind", cgroups)
            yield root
        finally:
            for place in reversed(mounted):
                subprocess.run(["umount", "-R", place], check=True)


class Ended(NamedTuple):
    status: int
    out: str
    err: str


def ended(path: Path, *words: str) -> Ended:
    """What a tool says that ends by itself."""
    with own_root(path) as root:
        done = subprocess.run(_command(root, words), env={}, capture_output=True, text=True, timeout=120)
    return Ended(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def tool(path: Path, *words: str, cgroups: str | None = None) -> Iterator[Ran]:
    """The executable at `path`, attached while the block runs. Its exit status must be 0, and it must warn of nothing."""
    with own_root(path, cgroups) as root, tempfile.TemporaryDirectory() as said:
        out, err = Path(said, "out"), Path(said, "err")
        with out.open("wb") as one, err.open("wb") as other:
            process = subprocess.Popen(_command(root, words), env={}, stdin=subprocess.DEVNULL, stdout=one, stderr=other)
        try:
            _await(process, err)
            yield (ran := Ran(out, process))
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0 and not err.read_text(), f"{words}: {process.returncode}: {err.read_text()}"
            ran.has_ended()
        finally:
            process.kill()
            process.wait()


def _command(root: str, words: tuple[str, ...]) -> list[str]:
    return [shutil.which("chroot") or "/usr/sbin/chroot", root, "/tool", *words]


def _await(process: subprocess.Popen[bytes], err: Path) -> None:
    """Until it waits."""
    end = time.monotonic() + 120
    while not _waits(process.pid):
        assert process.poll() is None and time.monotonic() < end, f"it did not attach: {process.poll()}: {err.read_text()}"
        time.sleep(0.02)


def _waits(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/syscall").read_text().split()[0] in _POLLS
    except (OSError, IndexError):  # it has ended
        return False
