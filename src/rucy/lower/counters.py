"""What a program counts for its user beside its own work: refused inserts, dropped records and output, stopped loops.

A counter is an 8-byte variable that is added to atomically, and a note of the object that says what it counts. The loader
tells of those that are not zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Data, const
from rucy.ir.types import VOID
from rucy.lower.values import GLOBAL_PTR

if TYPE_CHECKING:
    from rucy.lower.function import Lowering


def count(low: Lowering, kind: str, name: str, line: int = 0) -> None:
    """Add 1 to the counter of that kind ("insert", "record", "output", "loop", "scratch") and name (a map or file)."""
    counters = low.module.notes.setdefault("counters", [])
    row = next((c for c in counters if (c["kind"], c["name"], c["line"]) == (kind, name, line)), None)
    if row is None:
        own = name if name.isidentifier() else str(len(counters))
        row = {"symbol": f"__rucy_{kind}_{own}", "kind": kind, "name": name, "line": line}
        counters.append(row)
        low.module.data[row["symbol"]] = Data(row["symbol"], ".bss", bytes(8), 8, "u64", writable=True)
    at = low.b.emit("global", type=GLOBAL_PTR, symbol=row["symbol"], off=0)
    low.b.emit("atomic", at, const(1), type=VOID, kind="add", off=0, width=8, fetch=False)
