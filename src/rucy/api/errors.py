"""What `rucy.load` raises of its own, beside what the loader raises (rucy.loader.errors)."""

from __future__ import annotations

from rucy.loader.errors import Error
from rucy.records import NamedTuple


class Message(NamedTuple):
    """What the compiler says about a place in a Ruby file. line, column: from 1; severity: "error" or "warning"; code: the word
    by which the manual has it; help: what to write, "" where there is none."""

    file: str
    line: int
    column: int
    severity: str
    code: str
    text: str
    help: str


class CompileError(Error):
    """A Ruby file has mistakes: status 1. `diagnostics`: all of them, in the file's order, warnings among them. As text it shows
    the lines."""

    def __init__(self, diagnostics: tuple[Message, ...], shown: str) -> None:
        first = next(each for each in diagnostics if each.severity == "error")
        super().__init__(f"{first.file}:{first.line}: {first.text}")
        self.diagnostics = diagnostics
        self._shown = shown

    def __str__(self) -> str:
        return self._shown.rstrip("\n")
