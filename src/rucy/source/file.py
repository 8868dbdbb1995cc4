"""A source file and byte-exact places in it.

In: the bytes of a file. Out: `SourceFile`, whose lines can be shown, and `Span`, a half-open byte range.
Nothing here knows a language.
"""

from __future__ import annotations

from bisect import bisect_right

from rucy.records import NamedTuple


def shown_path(path: str) -> str:
    """A path from the command line as text: bytes that are not UTF-8 are U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class SourceFile:
    """The text of one file; `path` is shown as the user gave it. Bytes that are not UTF-8 are shown as U+FFFD."""

    __slots__ = ("path", "text", "_starts")

    def __init__(self, path: str, text: bytes) -> None:
        self.path = shown_path(path)
        self.text = text
        starts = [0]
        find = text.find
        at = find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = find(b"\n", at + 1)
        self._starts = starts

    def position(self, offset: int) -> tuple[int, int]:
        """Byte offset → (line, column), both from 1; the column counts characters."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        return line, len(self.text[start:offset].decode("utf-8", "replace")) + 1

    def line_text(self, line: int) -> str:
        """The text of a line (from 1) without its newline; "" past the end."""
        if not 1 <= line <= len(self._starts):
            return ""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return self.text[start:end].decode("utf-8", "replace").rstrip("\r")

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r})"


class Span(NamedTuple):
    """Bytes `start` up to but not including `end` of `file`."""

    file: SourceFile
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.file.position(self.start)[1]

    @property
    def text(self) -> str:
        return self.file.text[self.start : self.end].decode("utf-8", "replace")

    def cover(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(self.file, min(self.start, other.start), max(self.end, other.end))

    def __repr__(self) -> str:
        return f"{self.file.path}:{self.line}:{self.column}"
