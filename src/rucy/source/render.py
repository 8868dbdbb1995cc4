"""Diagnostics as text for people and as JSON for editors.

    tool.rb:7:10: error: `x` is not a local variable, method or built-in here [undefined-name]
      7 |   return x + 1
        |          ^
      help: assign it first: `x = 0`
"""

from __future__ import annotations

from rucy.source.diagnostic import Diagnostic
from rucy.source.file import Span

_RED, _YELLOW, _CYAN, _BOLD, _OFF = "\x1b[31;1m", "\x1b[33;1m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


def render(diagnostic: Diagnostic, colour: bool = False) -> str:
    """Place, message, source line with carets, notes and help; ends with a newline."""
    span = diagnostic.span
    line, column = span.file.position(span.start)
    tint = _tint(diagnostic.severity) if colour else ""
    cyan, off = (_CYAN, _OFF) if colour else ("", "")
    place = f"{span.file.path}:{line}:{column}:"
    out = [headline(place, diagnostic.severity, diagnostic.message, diagnostic.code, colour)]
    out += _excerpt(span, tint, off)
    for note in diagnostic.notes:
        out.append(f"  {cyan}note:{off} {note.span.file.path}:{note.span.line}: {note.text}")
        out += _excerpt(note.span, cyan, off)
    if diagnostic.help:
        first, *rest = diagnostic.help_text.split("\n")
        out.append(f"  {cyan}help:{off} {first}")
        out += [f"        {text}" for text in rest]
    return "\n".join(out) + "\n"


def headline(place: str, severity: str, message: str, code: str, colour: bool) -> str:
    """The first line of a diagnostic."""
    if not colour:
        return f"{place} {severity}: {message} [{code}]"
    return f"{_BOLD}{place}{_OFF} {_tint(severity)}{severity}:{_OFF} {_BOLD}{message}{_OFF} [{code}]"


def _tint(severity: str) -> str:
    return _RED if severity == "error" else _YELLOW


def _excerpt(span: Span, tint: str, off: str) -> list[str]:
    line, column = span.file.position(span.start)
    text = span.file.line_text(line)
    if not text.strip():
        return []
    last_line, last_column = span.file.position(span.end)
    width = (last_column if last_line == line else len(text) + 1) - column
    lead = "".join("\t" if c == "\t" else " " for c in text[: column - 1])
    gutter = " " * len(str(line))
    return [f"  {line} | {text}", f"  {gutter} | {lead}{tint}{'^' * max(1, width)}{off}"]


def as_json(diagnostic: Diagnostic) -> dict[str, object]:
    """One diagnostic as a JSON object; lines and columns from 1, the end column is exclusive."""
    span = diagnostic.span
    line, column = span.file.position(span.start)
    end_line, end_column = span.file.position(span.end)
    return {
        "file": span.file.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "help": diagnostic.help_text,
        "notes": [{"line": n.span.line, "column": n.span.column, "message": n.text} for n in diagnostic.notes],
    }
