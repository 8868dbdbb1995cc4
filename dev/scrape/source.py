"""Kernel source trees as text: reading, stripping comments, splitting macro arguments. No C is parsed beyond that."""

from __future__ import annotations

import functools
import re
import subprocess
from pathlib import Path
from typing import NamedTuple


class Tree(NamedTuple):
    """One unpacked kernel source. `version` is what rows say, as "6.1"."""

    version: str
    root: Path

    def text(self, path: str) -> str:
        return _read(self.root / path)

    def code(self, path: str) -> str:
        """The file without comments."""
        return _strip(self.root / path)

    def grep(self, pattern: str, *globs: str, under: tuple[str, ...] = (".",)) -> list[str]:
        """Paths of files that contain the extended regular expression, sorted."""
        includes = [f"--include={glob}" for glob in globs]
        done = subprocess.run(
            ["grep", "-rlE", *includes, "-e", pattern, "--", *under],
            cwd=self.root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return sorted(line.removeprefix("./") for line in done.stdout.splitlines())


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@functools.cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@functools.cache
def _strip(path: Path) -> str:
    text = re.sub(r"/\*.*?\*/", " ", _read(path), flags=re.S)
    return re.sub(r"//[^\n]*", " ", text)


def call_arguments(text: str, start: int) -> tuple[list[str], int]:
    """The arguments of the macro call whose "(" is at `start`, and the offset after its ")"."""
    depth, begin, found, quote = 0, start + 1, [], ""
    for at in range(start, len(text)):
        char = text[at]
        if quote:
            quote = "" if char == quote and text[at - 1] != "\\" else quote
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                found.append(text[begin:at])
                return [" ".join(part.split()) for part in found], at + 1
        elif char == "," and depth == 1:
            found.append(text[begin:at])
            begin = at + 1
    raise ValueError(f"no end of the call at {text[start : start + 60]!r}")


def enum_names(text: str, name: str) -> list[str]:
    """The enumerators of `enum name` that count up from 0, without aliases (`A = B`) and the closing `__MAX`."""
    match = re.search(r"enum " + name + r" \{(.*?)\}", text, re.S)
    assert match, name
    body = re.sub(r"/\*.*?\*/", "", match.group(1), flags=re.S)
    parts = [part.strip() for part in body.split(",")]
    return [part for part in parts if part and "=" not in part and not part.startswith("__MAX")]
