"""The source with what was inferred beside each line: locals, parameters, globals, options, maps, results of methods.

In: a checked program. Out: the file's lines, numbered; behind `#` what a line's names hold. `u64` is a non-negative
Integer, `i64` a signed one, `be16` a number in network order, `?` says that it may be nil; what instances of one method, or
programs of one block, hold differently stands side by side, as `u64 | i64`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.print_typed import format_map, format_storage, format_type
from rucy.lang.types import CtxType

if TYPE_CHECKING:
    from rucy.lang.types import Type
    from rucy.source import Span

_WIDEST = 60  # columns that source takes before what stands behind it moves to the right


class _Notes:
    """Line → name → what it holds, in the order of the text."""

    def __init__(self, checked: typed.Checked) -> None:
        self.spell = checked.spell
        self.found: dict[tuple[int, str], list[str]] = {}

    def note(self, span: Span, name: str, type_: str) -> None:
        known = self.found.setdefault((span.start, name), [])
        if type_ not in known:
            known.append(type_)

    def show(self, type_: Type) -> str:
        if isinstance(type_, CtxType) and type_.row.startswith("event "):
            return self.spell(int(type_.row.split()[1]))
        if isinstance(type_, CtxType) and type_.row.startswith("format "):
            return f"event {type_.row[7:]}"
        return format_type(type_, self.spell)

    def variable(self, var: typed.Var) -> None:
        if var.span.text == var.name:  # the others are the compiler's own
            self.note(var.span, var.name, self.show(var.type))


def format_listing(checked: typed.Checked) -> str:
    """One line a line of the file; ends with a newline. "" where there is nothing to list."""
    if not checked.programs:
        return ""
    notes = _Notes(checked)
    _declared(checked, notes)
    for var in checked.locals:
        notes.variable(var)
    for method in checked.methods:
        notes.note(method.span, f"{method.name}()", notes.show(method.result) if method.result is not None else "?")
    return _lines(checked.programs[0].span, notes)


def _declared(checked: typed.Checked, notes: _Notes) -> None:
    for variable in checked.globals.values():
        notes.note(variable.span, f"${variable.name}", notes.show(variable.type))
    for setting in checked.settings.values():
        notes.note(setting.span, setting.name, format_storage(setting.storage) + ("?" if setting.given else ""))
    for held in checked.maps.values():
        notes.note(held.span, held.name, format_map(held).partition(": ")[2])


def _lines(span: Span, notes: _Notes) -> str:
    file = span.file
    beside: dict[int, list[str]] = {}
    for start, name in sorted(notes.found):
        beside.setdefault(file.position(start)[0], []).append(f"{name}: {' | '.join(notes.found[start, name])}")
    last = file.position(len(file.text))[0]
    texts = [file.line_text(line).rstrip() for line in range(1, last + 1)]
    while texts and not texts[-1]:
        texts.pop()
    column = min(_WIDEST, max((len(texts[line - 1]) for line in beside), default=0))
    gutter = len(str(len(texts)))
    out = []
    for line, text in enumerate(texts, 1):
        shown = f"{text:{column}}  # {', '.join(beside[line])}" if line in beside else text
        out.append(f"{line:{gutter}} | {shown}".rstrip())
    return "\n".join(out) + "\n"


__all__ = ["format_listing"]
