"""What is said to the user about a place in the source.

A user error is a class (see `Diagnostic`); raising or reporting it is the only way in which a stage refuses a
program. Rendering lives in `source/render.py`, imported only when there is something to show.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rucy.records import NamedTuple
from rucy.source.file import Span


class Note(NamedTuple):
    """A second place that explains the first."""

    span: Span
    text: str


class Diagnostic:
    """One error or warning. A subclass states `code`, `title` and `help`; values fill the `{fields}` of these.

        class UndefinedName(Diagnostic):
            code = "undefined-name"
            title = "`{name}` is not a local variable, method or built-in here"
            help = "assign it first: `{name} = 0`"

        UndefinedName(span, name="x")

    `title` says what and why in the user's words; `help` shows what to write. Both are one sentence or two.
    """

    code: ClassVar[str] = ""
    title: ClassVar[str] = ""
    help: ClassVar[str] = ""
    severity: ClassVar[str] = "error"

    __slots__ = ("span", "values", "notes")

    def __init__(self, span: Span, *notes: Note, **values: Any) -> None:
        self.span = span
        self.notes = notes
        self.values = values

    @property
    def message(self) -> str:
        text = self.title.format(**self.values) if self.values else self.title.replace("{{", "{").replace("}}", "}")
        return counted(text) if "(s)" in text else text

    @property
    def help_text(self) -> str:
        return self.help.format(**self.values) if self.values else self.help.replace("{{", "{").replace("}}", "}")

    def render(self, colour: bool = False) -> str:
        """The full text shown to a user: place, message, source excerpt, help."""
        from rucy.source.render import render

        return render(self, colour)

    def __repr__(self) -> str:
        return f"{self.span!r}: [{self.code}] {self.message}"


def counted(text: str) -> str:
    """ "1 argument(s)" → "1 argument", "2 argument(s)" → "2 arguments"."""
    from re import sub

    return sub(r"\b1 (\w+)\(s\)", r"1 \1", text).replace("(s)", "s")


class UserError(Exception):
    """Stops a stage with what was found so far. Holds at least one error."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = diagnostics


class Diagnostics:
    """Collects what the stages report, in order; the same error on the same place is kept once."""

    __slots__ = ("items", "_seen")

    def __init__(self) -> None:
        self.items: list[Diagnostic] = []
        self._seen: set[tuple[str, int, int]] = set()

    def report(self, diagnostic: Diagnostic) -> None:
        key = (diagnostic.code, diagnostic.span.start, diagnostic.span.end)
        if key not in self._seen:
            self._seen.add(key)
            self.items.append(diagnostic)

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.items if d.severity == "error"]

    @property
    def warnings(self) -> list[Diagnostic]:
        return [d for d in self.items if d.severity == "warning"]

    def stop_on_errors(self) -> None:
        """Raise `UserError` when a stage may not go on."""
        if self.errors:
            raise UserError(*sorted(self.items, key=lambda d: (d.span.start, d.span.end)))
