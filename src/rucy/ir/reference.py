"""The tables of docs/ir.md, made from the rows. A test holds the page against them."""

from __future__ import annotations

from rucy.ir.ops import OPS
from rucy.ir.types import POINTER_KINDS


def operations() -> str:
    """A Markdown table of every op."""
    rows = ["| op | operands | result | effects | attributes | meaning |", "| --- | --- | --- | --- | --- | --- |"]
    for op in OPS.values():
        name = f"`{op.name}`" + (" ⇄" if op.commutes else "")
        doc = op.doc.replace("|", "\\|")
        rows.append(f"| {name} | {op.operands} | {op.result} | {op.effects} | {' '.join(op.attrs)} | {doc} |")
    return "\n".join(rows) + "\n"


def pointer_kinds() -> str:
    """A Markdown table of every pointer kind."""
    rows = ["| kind | load | store | add | meaning |", "| --- | --- | --- | --- | --- |"]
    for kind in POINTER_KINDS.values():
        marks = " | ".join("yes" if may else "" for may in (kind.load, kind.store, kind.arith))
        rows.append(f"| `{kind.name}` | {marks} | {kind.doc} |")
    return "\n".join(rows) + "\n"


#: marker on the page → what stands below it
TABLES = {"operations": operations, "pointer kinds": pointer_kinds}


def current(page: str) -> str:
    """The page with its tables as the rows have them now."""
    for name, table in TABLES.items():
        start, end = f"<!-- {name}: from the rows -->\n", "<!-- end -->"
        head, _, rest = page.partition(start)
        page = head + start + table() + end + rest.partition(end)[2]
    return page
