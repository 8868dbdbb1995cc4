"""What programs counted of their own failures: refused inserts, dropped records, loops that were stopped, runs left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rucy.loader.objects import Loaded
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.loader.rings import PerfRing, Ring


class Loss(NamedTuple):
    """`kind`: "insert" (refused by a full map), "record" (dropped by a full ring), "short" (a record left out as too short),
    "output" (of `puts` and its relatives, dropped by a full ring), "loop" (stopped), "scratch" (runs without free memory).
    `name`: of the map or ring, the program's file or hook; `line`: of a loop, else 0; `turns`: after which it was stopped, None
    where that is not known; `times`: how often, never 0."""

    kind: str
    name: str
    line: int
    turns: int | None
    times: int

    @property
    def text(self) -> str:
        """In words: `2 inserts into `SEEN` were refused: the map was full`."""
        return _words(self)


def losses(notes: dict[str, Any], loaded: Loaded, rings: Iterable[Ring | PerfRing]) -> list[Loss]:
    """Of a loaded object, by its counters that are not zero; equal ones as one. `rings`: what the kernel told of."""
    counted: dict[tuple[str, str, int, Any], int] = {}
    for row in notes.get("counters", []):
        count = int.from_bytes(loaded.read_global(row["symbol"]), "little")
        line = row["line"] if row["kind"] == "loop" else 0
        key = (row["kind"], row["name"], line, _turns(row) if count else None)
        counted[key] = counted.get(key, 0) + count
    for ring in rings:  # the kernel tells of a loss with the next record of that CPU; the program counts its own
        key = ("record", ring.name, 0, None)
        counted[key] = max(counted.get(key, 0), ring.lost)
    return [Loss(*key, count) for key, count in counted.items() if count]


def _turns(row: dict[str, Any]) -> int | None:
    """After how many turns a loop was stopped; more where the kernel has iterators and the object takes them."""
    if "iterated" in row:
        from rucy.loader.symbols import has_symbol

        return int(row["iterated"] if has_symbol("bpf_iter_num_new") else row["turns"])
    return row.get("turns")


def _words(loss: Loss) -> str:
    name, count = loss.name, loss.times
    was, s = ("was", "") if count == 1 else ("were", "s")
    match loss.kind:
        case "insert":
            return f"{count} insert{s} into `{name}` {was} refused: the map was full"
        case "record":
            return f"{count} record{s} of `{name}` {was} dropped: the ring was full"
        case "short":
            return f"{count} record{s} put into `{name}` {was} left out: too short"
        case "output":
            return f"output of {count} call{s} was dropped: the ring was full"
        case "loop":
            after = f" after {loss.turns} turns" if loss.turns else ""
            return f"{name}:{loss.line}: loop stopped{after}, {count} time{s}"
    return f"{count} run{s} of `{name}` {was} left out: no scratch memory was free"
