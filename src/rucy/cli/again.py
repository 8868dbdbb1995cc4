"""`rucy run` of what was run before: the executable that was made then is kept, and runs at once.

What is kept is known by all that it was made of: the words of the command line, the text of the file, the kernel as it was
booted with the types that it tells, this compiler with its runtime, and Python's packages. Where one is another nothing is found;
nor where warnings were given, for they are to be seen again. This module is imported before any other, and imports as little.
"""

from __future__ import annotations

import os
import stat
import sys

from rucy import kept
from rucy.cli.runtime import find_runtime

#: Executables that are kept, the last ones used: 2 MB each.
_MOST = 12

_KERNEL = "/sys/kernel/btf"
_BOOT = "/proc/sys/kernel/random/boot_id"
_END = 16  # bytes behind the words: of how many bytes they are, and the whole file is


def run_again(words: list[str]) -> None:
    """`rucy run WORDS`: does not return where just that was run before."""
    place = _place(words, None)
    if place is None:
        return
    try:
        fd = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        size = _size_of_ours(fd)
        end = os.pread(fd, _END, max(0, size - _END))
        length, whole = int.from_bytes(end[:8], "little"), int.from_bytes(end[8:], "little")
        if whole == size and 0 < length < size - _END:
            os.utime(fd)
            os.execve(fd, os.pread(fd, length, size - _END - length).split(b"\0"), os.environ)
    except OSError:
        pass  # nothing can be run where it lies, or it is damaged: it is made anew
    finally:
        os.close(fd)


def keep(words: list[str], path: str, source: bytes, executable: bytes, runs_with: list[str]) -> None:
    """For `run_again(words)`, of which `path` is the file; `source`: the text that was compiled; `runs_with`: the
    executable's own words, its name first. What cannot be written costs time only."""
    place = _place(words, source)
    if place is None or path != _file(words):
        return
    said = b"\0".join(os.fsencode(word) for word in runs_with)
    size = len(executable) + len(said) + _END
    kept.write(place, executable + said + len(said).to_bytes(8, "little") + size.to_bytes(8, "little"), 0o700)
    try:
        found = [entry for entry in os.scandir(os.path.dirname(place)) if _is_kept(entry.name)]
        for entry in sorted(found, key=lambda each: each.stat().st_mtime_ns)[:-_MOST]:
            os.unlink(entry.path)
    except OSError:
        pass


def _is_kept(name: str) -> bool:
    """Also one that was not written to its end, which has a dot before its name and a number behind."""
    start, _, digits = name.removeprefix(".").partition(".")[0].partition("-")
    return start == "run" and len(digits) == 32 and not digits.strip("0123456789abcdef")


def _file(words: list[str]) -> str | None:
    """The Ruby file, unless a word before it looks like one."""
    return next((word for word in words if word.endswith(".rb")), None)


def _size_of_ours(fd: int) -> int:
    """0 of a file that another user could have written: it is about to be run."""
    found = os.fstat(fd)
    return found.st_size if stat.S_ISREG(found.st_mode) and _only_ours(found) else 0


def _is_ours(found: os.stat_result) -> bool:
    """A folder itself, where no other user can put files."""
    return stat.S_ISDIR(found.st_mode) and _only_ours(found)


def _only_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _place(words: list[str], source: bytes | None) -> str | None:
    """Where it is kept; `source` None: what the file holds. None where nothing is kept: the file is none, or no Ruby file by its
    name; types come from another file; another user could put files there."""
    from _blake2 import blake2b

    folder, path = kept.default_dir(), _file(words)
    if folder is None or path is None or any(word.startswith("--btf") for word in words):
        return None
    try:
        if os.path.lexists(folder) and not _is_ours(os.lstat(folder)):
            return None
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        if source is None:
            with open(path, "rb") as file:
                source = file.read()
        made_of = (words, source, *os.uname(), *_compiler(), *_kernel())
    except OSError:
        return None
    return f"{folder}/run-{blake2b(repr(made_of).encode(), digest_size=16).hexdigest()}"


def _kernel() -> list[object]:
    """Its types and those of its modules stay the same while nothing is loaded anew."""
    with open(_BOOT) as file:
        booted = file.read()
    return [booted, *sorted((each.name, *_version(each.stat())) for each in os.scandir(_KERNEL))]


def _compiler() -> list[object]:
    """Python, the files of this package, the runtime, and the folders of other packages: in the first one is the command."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    runtime = find_runtime(os.uname().machine)
    places = [path for path in (*sys.path[1:], runtime) if path and os.path.exists(path)]
    return [sys.version, *sorted(_files(package)), *((path, *_version(os.stat(path))) for path in places)]


def _files(folder: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir():
                found.append((entry.path, *_version(entry.stat())))
            elif entry.name != "__pycache__":
                found += _files(entry.path)
    return found


def _version(found: os.stat_result) -> tuple[int, int, int]:
    return (found.st_ino, found.st_size, found.st_mtime_ns)


__all__ = ["keep", "run_again"]
