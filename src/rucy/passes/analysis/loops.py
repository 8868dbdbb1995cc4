"""Natural loops, and whether the kernel's verifier can follow each to its end.

The verifier walks a loop turn by turn. It comes to an end when some compare that every turn passes leaves the loop after
a known number of turns: an induction variable (a phi of the header that each turn changes by one constant) against a
bound that does not change and whose largest (counting up) or smallest (counting down) value is known.

Needs: preds. Keeps: everything. `BUDGET` is BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf_verifier.h (1,000,000
processed instructions), less what surrounds a loop.
"""

from __future__ import annotations

from typing import NamedTuple

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Const, Function, Instr, Value
from rucy.ir.ops import COMPARES, NEGATED, SWAPPED

BUDGET = 800_000
_TOP = (1 << 64) - 1
_SMAX = (1 << 63) - 1


class Loop(NamedTuple):
    """`latches` jump back to `header`; `body` holds both."""

    header: Block
    latches: tuple[Block, ...]
    body: frozenset[Block]


class Unproved(NamedTuple):
    """A loop that is not known to end. `at` is the instruction that jumps back."""

    at: Instr
    reason: str


def find_loops(fn: Function) -> list[Loop]:
    """Outer loops before inner ones; loops that share a header are one."""
    dominance = Dominance(fn)
    latches: dict[Block, list[Block]] = {}
    for block in dominance.order:
        for succ in block.succs:
            if dominance.dominates(succ, block):
                latches.setdefault(succ, []).append(block)
    return [Loop(header, tuple(ends), _body(header, ends)) for header, ends in latches.items()]


def _body(header: Block, latches: list[Block]) -> frozenset[Block]:
    body = {header, *latches}
    work = [b for b in latches if b is not header]
    while work:
        for pred in work.pop().preds:
            if pred not in body:
                body.add(pred)
                work.append(pred)
    return frozenset(body)


def unproved_loops(fn: Function) -> list[Unproved]:
    """Loops that the verifier cannot be known to follow, and those whose turns are too many for it."""
    found = []
    loops = find_loops(fn)
    if not loops:
        return []
    dominance = Dominance(fn)
    turns: dict[Block, int] = {}
    for loop in loops:
        at = loop.latches[-1].terminator
        assert at is not None
        count = _turns(loop, dominance)
        if count is None:
            found.append(Unproved(at, "no count in it runs towards a known bound on every turn"))
            turns[loop.header] = 1
        else:
            turns[loop.header] = count
    if not found:
        found += _too_long(fn, loops, turns)
    return found


def _too_long(fn: Function, loops: list[Loop], turns: dict[Block, int]) -> list[Unproved]:
    cost: dict[Block, int] = {}
    for block in fn.blocks:
        cost[block] = len(block.instrs)
        for loop in loops:
            if block in loop.body:
                cost[block] *= turns[loop.header] + 1
    if sum(cost.values()) <= BUDGET:
        return []
    worst = max(loops, key=lambda loop: sum(cost[b] for b in loop.body) if turns[loop.header] > 1 else 0)
    at = worst.latches[-1].terminator
    assert at is not None
    return [Unproved(at, f"its {turns[worst.header]} turns are more than the kernel's verifier walks through")]


def _turns(loop: Loop, dominance: Dominance) -> int | None:
    """The largest number of turns that some exit allows."""
    best: int | None = None
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
            count = _count(loop, op, value, bound)
            if count is not None and (best is None or count < best):
                best = count
    return best


def _count(loop: Loop, stays: str, value: Value, bound: Value) -> int | None:
    """Turns while `value stays bound`, where value is an induction variable or that plus a constant."""
    shift = 0
    while isinstance(value, Instr) and value.op.name == "add" and isinstance(value.args[1], Const):
        shift += value.args[1].signed
        value = value.args[0]
    found = induction(loop, value)
    if found is None or _changes(loop, bound):
        return None
    start, step = found
    low, high = bounds(start)
    if stays in ("ult", "ule", "slt", "sle") and step > 0:
        top = bounds(bound)[1] if stays in ("ult", "ule") else _signed_range(bound)[1]
        first = low if stays in ("ult", "ule") else _signed_range(start)[0]
        if top is None or first is None or (stays[0] == "u" and top > _SMAX):
            return None
        return max(0, top - first - shift) // step + 1
    if stays in ("ugt", "uge", "sgt", "sge") and step < 0:
        bottom = bounds(bound)[0] if stays[0] == "u" else _signed_range(bound)[0]
        first = high if stays[0] == "u" else _signed_range(start)[1]
        if bottom is None or first is None or first > _SMAX or (stays == "uge" and bottom == 0):
            return None
        return max(0, first - bottom + shift) // -step + 1
    if stays == "ne" and isinstance(start, Const) and isinstance(bound, Const):
        distance = bound.signed - start.signed - shift
        return distance // step if step and distance % step == 0 and distance // step >= 0 else None
    return None


def induction(loop: Loop, value: Value) -> tuple[Value, int] | None:
    """(first value, change a turn) of a phi of the header that every latch changes by the same constant."""
    if not isinstance(value, Instr) or value.op.name != "phi" or value.block is not loop.header:
        return None
    start: Value | None = None
    step: int | None = None
    for pred, arg in zip(loop.header.preds, value.args):
        if pred not in loop.latches:
            if start is not None and arg is not start:
                return None
            start = arg
            continue
        change = _change(arg, value)
        if change is None or (step is not None and change != step):
            return None
        step = change
    return (start, step) if start is not None and step else None


def _change(value: Value, phi: Instr) -> int | None:
    total = 0
    while value is not phi:
        if not isinstance(value, Instr) or value.op.name not in ("add", "sub") or not isinstance(value.args[1], Const):
            return None
        total += value.args[1].signed if value.op.name == "add" else -value.args[1].signed
        value = value.args[0]
    return total


def _changes(loop: Loop, value: Value) -> bool:
    return isinstance(value, Instr) and value.block in loop.body


def _signed_range(value: Value, depth: int = 0) -> tuple[int | None, int | None]:
    low, high = bounds(value)
    if isinstance(value, Const):
        return value.signed, value.signed
    if high <= _SMAX:
        return low, high
    if isinstance(value, Instr) and value.op.name == "phi" and depth < 4 and value.block is not None:
        lows, highs = [], []
        for pred, arg in zip(value.block.preds, value.args):
            if arg is value:
                return None, None
            lo, hi = _signed_range(arg, depth + 1)
            lo, hi = _refine(arg, pred, value.block, lo, hi)
            lows.append(lo)
            highs.append(hi)
        return (
            None if any(v is None for v in lows) else min(v for v in lows if v is not None),
            None if any(v is None for v in highs) else max(v for v in highs if v is not None),
        )
    if isinstance(value, Instr) and value.op.name == "sext":
        half = 1 << (value.attrs["bits"] - 1)
        return -half, half - 1
    if isinstance(value, Instr) and value.op.name == "load" and value.attrs["signed"]:
        half = 1 << (value.attrs["width"] * 8 - 1)
        return -half, half - 1
    return None, None


def _refine(
    value: Value, pred: Block, to: Block, low: int | None, high: int | None
) -> tuple[int | None, int | None]:
    """What the branches on the way to the edge pred → to say of a value, as signed numbers."""
    block, target = pred, to
    for _ in range(8):
        last = block.terminator
        if last is not None and last.op.name == "branch" and isinstance(last.args[0], Instr):
            condition = last.args[0]
            if condition.op.name in ("slt", "sle", "sgt", "sge", "eq") and value in condition.args:
                op = condition.op.name if last.targets[0] is target else NEGATED[condition.op.name]
                other = condition.args[1] if condition.args[0] is value else condition.args[0]
                op = op if condition.args[0] is value else SWAPPED[op]
                if isinstance(other, Const):
                    limit = other.signed
                    if op in ("slt", "sle", "eq"):
                        top = limit - (op == "slt")
                        high = top if high is None else min(high, top)
                    if op in ("sgt", "sge", "eq"):
                        bottom = limit + (op == "sgt")
                        low = bottom if low is None else max(low, bottom)
        if len(block.preds) != 1:
            break
        block, target = block.preds[0], block
    return low, high


def bounds(value: Value, depth: int = 0) -> tuple[int, int]:
    """(least, largest) of a value read as unsigned, by its form; what the verifier sees too."""
    if isinstance(value, Const):
        return value.value, value.value
    if not isinstance(value, Instr) or depth > 6:
        return 0, _TOP
    match value.op.name:
        case "load" if not value.attrs["signed"]:
            return 0, (1 << 8 * value.attrs["width"]) - 1
        case "zext":
            return 0, min(bounds(value.args[0], depth + 1)[1], (1 << value.attrs["bits"]) - 1)
        case "int":
            return 0, 1
        case "within":
            return value.attrs["lo"], value.attrs["hi"]
        case "and":
            return 0, min(bounds(a, depth + 1)[1] for a in value.args)
        case "lshr" if isinstance(value.args[1], Const):
            return 0, bounds(value.args[0], depth + 1)[1] >> (value.args[1].value & 63)
        case "phi":
            return _phi_bounds(value, depth)
        case "add":
            pairs = [bounds(a, depth + 1) for a in value.args]
            top = sum(p[1] for p in pairs)
            return (sum(p[0] for p in pairs), top) if top <= _TOP else (0, _TOP)
        case _:
            return 0, _TOP


def _phi_bounds(phi: Instr, depth: int) -> tuple[int, int]:
    assert phi.block is not None
    lows, highs = [], []
    for pred, arg in zip(phi.block.preds, phi.args):
        if arg is phi:
            return 0, _TOP
        low, high = bounds(arg, depth + 2)
        low, high = _refine_unsigned(arg, pred, phi.block, low, high)
        lows.append(low)
        highs.append(high)
    return min(lows), max(highs)


def _refine_unsigned(value: Value, pred: Block, to: Block, low: int, high: int) -> tuple[int, int]:
    block, target = pred, to
    for _ in range(8):
        last = block.terminator
        if last is not None and last.op.name == "branch" and isinstance(last.args[0], Instr):
            condition = last.args[0]
            if condition.op.name in ("ult", "ule", "ugt", "uge", "eq", "slt", "sle") and value in condition.args:
                op = condition.op.name if last.targets[0] is target else NEGATED[condition.op.name]
                other = condition.args[1] if condition.args[0] is value else condition.args[0]
                op = op if condition.args[0] is value else SWAPPED[op]
                if isinstance(other, Const):
                    if op in ("ult", "ule", "eq") or (op in ("slt", "sle") and high <= _SMAX and other.signed >= 0):
                        high = min(high, other.value - op.endswith("lt"))
                    if op in ("ugt", "uge", "eq"):
                        low = max(low, other.value + op.endswith("gt"))
        if len(block.preds) != 1:
            break
        block, target = block.preds[0], block
    return low, high
