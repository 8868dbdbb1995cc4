"""Natural loops, how often each can turn, and what the kernel's verifier spends on walking through them.

The verifier walks a loop turn by turn. It comes to an end when some compare that every turn passes leaves the loop after
a known number of turns: an induction variable (a phi of the header that each turn changes by one constant) against a
bound that does not change and whose largest (counting up) or smallest (counting down) value is known.

In: a function in SSA. Out: facts that hold until it is changed. Ranges are those that the oldest verifier shows.
"""

from __future__ import annotations

from rucy.ir.dominance import Dominance
from rucy.ir.function import MASK64, Block, Const, Function, Instr, Value
from rucy.ir.ops import COMPARES, NEGATED, SWAPPED, effects
from rucy.passes.analysis.ranges import Range, Ranges
from rucy.records import NamedTuple

_SMAX = (1 << 63) - 1


class Loop(NamedTuple):
    """`latches` jump back to `header`; `body` holds both."""

    header: Block
    latches: tuple[Block, ...]
    body: frozenset[Block]

    @property
    def place(self) -> Instr:
        """The instruction that jumps back."""
        last = self.latches[-1].terminator
        assert last is not None
        return last


def by_iterator(loop: Loop) -> bool:
    """Does an open-coded iterator turn it? The verifier walks such a loop until nothing is new at its head."""
    return any(effects(instr).turns for instr in loop.header.instrs if instr.op.name == "kfunc")


class Turns(NamedTuple):
    """`most`: the largest number of turns that an exit allows, after which at the latest the loop is left. `known`: exits
    of which the verifier knows the outcome at each turn: a count from a constant, by a constant, against a constant; the
    fewest turns that one of these allows are `walked`, None where there is none."""

    most: int
    walked: int | None
    known: frozenset[Block]


def find_loops(fn: Function, dominance: Dominance | None = None) -> list[Loop]:
    """Outer loops before inner ones; loops that share a header are one."""
    dominance = dominance or Dominance(fn)
    latches: dict[Block, list[Block]] = {}
    for block in dominance.order:
        for succ in block.succs:
            if dominance.dominates(succ, block):
                latches.setdefault(succ, []).append(block)
    loops = [Loop(header, tuple(ends), _body(header, ends)) for header, ends in latches.items()]
    return sorted(loops, key=lambda loop: -len(loop.body))


def _body(header: Block, latches: list[Block]) -> frozenset[Block]:
    body = {header, *latches}
    work = [b for b in latches if b is not header]
    while work:
        for pred in work.pop().preds:
            if pred not in body:
                body.add(pred)
                work.append(pred)
    return frozenset(body)


def count_turns(
    fn: Function, loops: list[Loop], dominance: Dominance, ranges: Ranges | None = None
) -> dict[Block, Turns | None]:
    """For each header what its loop is known to do; None: no end is known. `ranges`: those that are shown."""
    ranges = ranges or Ranges(fn, shown=True, dominance=dominance)
    return {loop.header: _turns(loop, dominance, ranges) for loop in loops}


def _turns(loop: Loop, dominance: Dominance, ranges: Ranges) -> Turns | None:
    most: int | None = None
    walked: int | None = None
    known: set[Block] = set()
    for block in loop.body:
        last = block.terminator
        if last is None or last.op.name != "branch" or all(s in loop.body for s in last.targets):
            continue
        if not all(dominance.dominates(block, latch) for latch in loop.latches):
            continue
        condition = last.args[0]
        if not isinstance(condition, Instr) or condition.op.name not in COMPARES:
            continue
        stays = condition.op.name if last.targets[0] in loop.body else NEGATED.get(condition.op.name)
        if stays is None:
            continue
        left, right = condition.args
        for op, value, bound in ((stays, left, right), (SWAPPED[stays], right, left)):
            found = _count(loop, op, value, bound, block, ranges)
            if found is None:
                continue
            most = found if most is None else min(found, most)
            start = induction(loop, _counted(value)[0])
            if start is not None and isinstance(start[0], Const) and isinstance(bound, Const):
                walked = found if walked is None else min(found, walked)
                known.add(block)
    return Turns(most, walked, frozenset(known)) if most is not None else None


def _count(loop: Loop, stays: str, value: Value, bound: Value, block: Block, ranges: Ranges) -> int | None:
    """Turns while `value stays bound`, where value is an induction variable or that plus a constant."""
    value, shift = _counted(value)
    found = induction(loop, value)
    if found is None or (isinstance(bound, Instr) and bound.block in loop.body):
        return None
    start, step = found
    first, end = _first(loop, value, ranges), ranges.at(bound, block)
    most = _most(stays, step, shift, first, end)
    if most is None and stays == "ne" and isinstance(start, Const) and isinstance(bound, Const):
        distance = bound.signed - start.signed - shift
        most = distance // step if distance % step == 0 and distance // step >= 0 else None
    return most


def _counted(value: Value) -> tuple[Value, int]:
    """(v, c) of v + c."""
    shift = 0
    while isinstance(value, Instr) and value.op.name == "add" and isinstance(value.args[1], Const):
        shift += value.args[1].signed
        value = value.args[0]
    return value, shift


def _most(stays: str, step: int, shift: int, first: Range, end: Range) -> int | None:
    """None also where the numbers could come to an end, and begin again at the other, before the compare sees them pass."""
    unsigned = stays[0] == "u"
    least, largest = (0, MASK64) if unsigned else (-_SMAX - 1, _SMAX)
    low, high = (first.lo, first.hi) if unsigned else (first.slo, first.shi)
    if low + shift < least or high + shift > largest:
        return None
    if stays in ("ult", "ule", "slt", "sle") and step > 0:
        top = end.hi if unsigned else end.shi
        if top >= _SMAX or low <= -_SMAX or high > _SMAX or top + step > largest:
            return None
        return _floor(top - low - shift - (stays[1:] == "lt"), step)
    if stays in ("ugt", "uge", "sgt", "sge") and step < 0:
        bottom = end.lo if unsigned else end.slo
        if high >= _SMAX or bottom <= -_SMAX or bottom + step + (stays[1:] == "gt") < least:
            return None
        return _floor(high - bottom + shift - (stays[1:] == "gt"), -step)
    return None


def _floor(distance: int, step: int) -> int:
    """How many of 0, step, 2 * step … are at most `distance`."""
    return distance // step + 1 if distance >= 0 else 0


def _first(loop: Loop, phi: Value, ranges: Ranges) -> Range:
    assert isinstance(phi, Instr)
    found: Range | None = None
    for pred, arg in zip(loop.header.preds, phi.args):
        if pred not in loop.latches:
            one = ranges.on_edge(arg, pred, loop.header)
            found = one if found is None else found.join(one)
    assert found is not None
    return found


def induction(loop: Loop, value: Value) -> tuple[Value, int] | None:
    """(first value, change a turn) of a phi of the header that every latch changes by the same constant."""
    if not isinstance(value, Instr) or value.op.name != "phi" or value.block is not loop.header:
        return None
    start: Value | None = None
    step: int | None = None
    for pred, arg in zip(loop.header.preds, value.args):
        if pred not in loop.latches:
            if start is not None and not _same(arg, start):
                return None
            start = arg
            continue
        change = _change(arg, value)
        if change is None or (step is not None and change != step):
            return None
        step = change
    return (start, step) if start is not None and step else None


def _same(a: Value, b: Value) -> bool:
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and a.value == b.value)


def _change(value: Value, phi: Instr) -> int | None:
    total = 0
    while value is not phi:
        if not isinstance(value, Instr) or value.op.name not in ("add", "sub") or not isinstance(value.args[1], Const):
            return None
        total += value.args[1].signed if value.op.name == "add" else -value.args[1].signed
        value = value.args[0]
    return total
