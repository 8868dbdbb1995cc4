"""What the tests of the Python interface share: files, calls that programs count, and what is left in the kernel."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.test_run import MARK, gone, ours

#: A number that is no process's: getpgid(2) of it fails, and its programs see it all the same.
NOBODY = 4_000_000


def calls(*numbers: int) -> None:
    """getpgid(2) with each of these."""
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.getpgid(number)


def own(body: str, name: str = "call") -> str:
    """A probe on getpgid(2) of this process, with `who`."""
    lines = "\n".join(f"  {line}" for line in body.strip().splitlines())
    return f'syscall "getpgid", name: :{MARK}{name} do |who|\n  next unless pid == {os.getpid()}\n{lines}\nend\n'


def written(folder: Path, text: str, name: str = "tool.rb") -> Path:
    path = folder / name
    path.write_text(f'license "GPL"\n{text}')
    return path


@contextmanager
def nothing_left() -> Iterator[None]:
    """At its end no program of ours is in the kernel, and no more descriptors are open than before."""
    before = descriptors()
    yield
    gone()
    assert descriptors() == before


def descriptors() -> int:
    gc.collect()  # what the compiler leaves behind maps the kernel's BTF
    return len(os.listdir("/proc/self/fd"))


__all__ = ["MARK", "NOBODY", "calls", "gone", "nothing_left", "ours", "own", "written"]
