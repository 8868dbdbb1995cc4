"""Counts of what went wrong, where it does: `ir/counters.py` says what a counter is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.counters import counter
from rucy.ir.function import const
from rucy.ir.types import VOID
from rucy.lower.values import GLOBAL_PTR

if TYPE_CHECKING:
    from rucy.lower.function import Lowering


def count(low: Lowering, kind: str, name: str, line: int) -> None:
    """Add 1 to the counter of that kind ("insert", "record", "short", "output", "scratch") and name (a map or file)."""
    add_one(low, counter(low.module, kind, name, line)["symbol"])


def add_one(low: Lowering, symbol: str) -> None:
    at = low.b.emit("global", type=GLOBAL_PTR, symbol=symbol, off=0)
    low.b.emit("atomic", at, const(1), type=VOID, kind="add", off=0, width=8, fetch=False)
