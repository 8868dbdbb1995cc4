"""What a program counts for its user beside its own work: refused inserts, dropped records and output, stopped loops, runs
that had no scratch memory.

A counter is an 8-byte variable that is added to atomically, and a note of the object that says what it counts. The loader
tells of those that are not zero.
"""

from __future__ import annotations

from typing import Any

from rucy.ir.function import Data, Module


def counter(module: Module, kind: str, name: str, line: int = 0, nth: int = 0) -> dict[str, Any]:
    """The row of the note, with the `symbol` of the variable, that counts a kind ("insert", "record", "output", "loop",
    "scratch") for a name: of a map, file or program. A line has several loops, of which it is the `nth`."""
    counters: list[dict[str, Any]] = module.notes.setdefault("counters", [])
    others = sum(1 for c in counters if c["kind"] != "loop")  # loops come and go
    own = str(line) if kind == "loop" else name if name.isidentifier() else str(others)
    symbol = f"__rucy_{kind}_{own}" + (f"_{nth}" if nth else "")
    for row in counters:
        if row["symbol"] == symbol or (kind != "loop" and (row["kind"], row["name"], row["line"]) == (kind, name, line)):
            return row
    counters.append({"symbol": symbol, "kind": kind, "name": name, "line": line})
    module.data[symbol] = Data(symbol, ".bss", bytes(8), 8, "u64", writable=True)
    return counters[-1]
