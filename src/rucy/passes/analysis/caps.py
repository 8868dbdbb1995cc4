"""Which loops get a cap, or a lower one, when the verifier would give up on a function; and which can be stopped.

In: what `walk.too_long` found, and the places of all loops. Out: `caps`, from a loop's place to the most turns that it makes
(0: as many as its form takes), with at least one change.
"""

from __future__ import annotations

from rucy.ir.function import Module
from rucy.ir.refs import Span
from rucy.passes.analysis.walk import TooLong

#: BPF_MAX_LOOPS of include/linux/bpf_verifier.h: what an iterator and bpf_loop take
MOST_TURNS = 8_388_608

#: in one function: each is lowered with its own way out of all that is around it, and the whole is compiled again each time
MOST_CAPS = 32


def lower_caps(found: TooLong, loops: dict[Span, int], caps: dict[Span, int]) -> bool:
    """The costliest loop first, then those in it and around it; then those that are counted make fewer turns. False where
    nothing is left to change. `loops` has the most turns of each loop's form."""
    place = found.at.span
    others = [one.span for one in found.others if one.span in loops and one.span not in caps]
    if len(found.fn.caps) + len(others) > MOST_CAPS:
        return False
    if place is not None:
        inside = [span for span in loops if _holds(place, span)]
        around = sorted((span for span in loops if _holds(span, place)), key=lambda span: span.end - span.start)
        for span in (*around[:1], *inside, *around):
            if span not in caps:
                caps[span] = loops[span]
                caps.update((other, loops[other]) for other in others if other is not None)
                return True
    counted = [cap for cap in found.fn.caps.values() if cap.counted > 1 and cap.span is not None]
    for cap in counted:
        assert cap.span is not None
        caps[cap.span] = max(1, int(0.9 * cap.counted / found.over ** (1 / len(counted))))
    return bool(counted)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.file is inner.file and outer.start <= inner.start and inner.end <= outer.end


def stops(module: Module) -> list[tuple[int, int, str]]:
    """(line, turns, form) of every loop that can be stopped. Notes in the module's counters after how many turns that is:
    `turns`, and `iterated` where the kernel that loads it has iterators."""
    found: set[tuple[int, int, str]] = set()
    capped: set[str] = set()
    for fn in module.functions:
        for cap in fn.caps.values():
            row = next(row for row in module.notes["counters"] if row["symbol"] == cap.symbol)
            row["turns"] = min(row.get("turns", MOST_TURNS), cap.counted or MOST_TURNS)
            if cap.form == "either":
                row["iterated"] = MOST_TURNS
            found.add((row["line"], row["turns"], cap.form))
            capped.add(cap.symbol)
    for row in module.notes.get("counters", ()):
        if row["kind"] == "loop" and row["symbol"] not in capped:  # by bpf_loop
            found.add((row["line"], row["turns"], "callback"))
    return sorted(found)
