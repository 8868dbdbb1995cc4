"""Drops the extensions, masks and compares whose outcome the ranges of their operands give.

    %1 = umod %0, 100            %1 = umod %0, 100
    %2 = zext %1 bits=32         (gone: %1)
    %3 = sext %1 bits=16         (gone: %1)
    %4 = lshr %0, 60             %4 = lshr %0, 60
    %5 = ult %4, 200             (gone: true)
    store %6, %p width=4         store %x, %p width=4      where %6 = zext %x bits=32

A mask or a compare goes only where the verifier sees as much: it may be what bounds a loop.
A sign extension of what has no sign there is a zero extension, which is cheaper, and so is a load whose sign nobody looks at.
Of an operand only the bits that are looked at need be right.

Needs: no unreachable blocks. Keeps: the compare or mask before a `within`, whatever the ranges say: what they rest on may be
forgotten (forget_values). Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.dominance import Dominance
from rucy.ir.function import MASK64, Block, Const, Function, Instr, Value, replace_all
from rucy.ir.ops import COMPARES, OPS
from rucy.ir.types import I1, I64
from rucy.passes.analysis.ranges import Range, Ranges
from rucy.passes.fold_constants import fold_branches, guarded_values


def narrow_extensions(fn: Function) -> bool:
    changed = _drop_unseen(fn)
    changed = _drop_signs(fn) or changed
    dominance = Dominance(fn)
    ranges, shown = Ranges(fn, dominance=dominance), Ranges(fn, shown=True, dominance=dominance, walked=True)
    guarded = guarded_values(fn)
    gone: dict[Value, Value] = {}
    for block in fn.blocks:
        for instr in block.instrs:
            new = _narrowed(instr, block, ranges, shown, guarded)
            if new is not None:
                changed = True
                if new is not instr:
                    gone[instr] = new
    for block in fn.blocks if gone else ():
        block.instrs = [i for i in block.instrs if i not in gone]
    replace_all(fn, gone)
    return fold_branches(fn) or changed


def _narrowed(instr: Instr, block: Block, ranges: Ranges, shown: Ranges, guarded: set[Value]) -> Value | None:
    """The value that stands for the instruction; itself if it was changed in place; None."""
    name = instr.op.name
    if name == "zext":
        return instr.args[0] if ranges.at(instr.args[0], block).hi >> instr.attrs["bits"] == 0 else None
    if name == "sext":
        return _narrowed_sext(instr, ranges.at(instr.args[0], block))
    if name == "and" and isinstance(instr.args[1], Const) and instr.type == I64 and instr not in guarded:
        return instr.args[0] if shown.at(instr.args[0], block).may & ~instr.args[1].value == 0 else None
    if name in COMPARES and instr.args[0].type == I64 and guarded.isdisjoint(instr.args):
        outcome = decide(name, shown.at(instr.args[0], block), shown.at(instr.args[1], block))
        return Const(int(outcome), I1) if outcome is not None else None
    return None


def _narrowed_sext(instr: Instr, range: Range) -> Value | None:
    half = 1 << (int(instr.attrs["bits"]) - 1)
    if -half <= range.slo and range.shi < half:
        return instr.args[0]
    if range.may & half == 0:
        instr.op = OPS["zext"]
        return instr
    return None


def decide(name: str, a: Range, b: Range) -> bool | None:
    """The outcome of a compare of two numbers, if it is the same for all of their ranges."""
    match name:
        case "eq" | "ne":
            apart = a.hi < b.lo or b.hi < a.lo or a.shi < b.slo or b.shi < a.slo
            one = a.lo == a.hi == b.lo == b.hi
            return (name == "ne") == apart if apart or one else None
        case "test":
            return False if a.may & b.may == 0 else None
        case "ult" | "ugt":
            x, y = (a, b) if name == "ult" else (b, a)
            return True if x.hi < y.lo else False if x.lo >= y.hi else None
        case "ule" | "uge":
            x, y = (a, b) if name == "ule" else (b, a)
            return True if x.hi <= y.lo else False if x.lo > y.hi else None
        case "slt" | "sgt":
            x, y = (a, b) if name == "slt" else (b, a)
            return True if x.shi < y.slo else False if x.slo >= y.shi else None
        case _:
            x, y = (a, b) if name == "sle" else (b, a)
            return True if x.shi <= y.slo else False if x.slo > y.shi else None


# ---------------------------------------------------------------- bits that nobody looks at


def _drop_unseen(fn: Function) -> bool:
    changed = False
    for instr in fn.instrs():
        seen = _seen_bits(instr)
        if seen == MASK64 or not instr.args:
            continue
        value = instr.args[0]
        while (shorter := _without_unseen(value, seen)) is not None:
            value = shorter
        if value is not instr.args[0]:
            instr.args[0] = value
            changed = True
    return changed


def _seen_bits(instr: Instr) -> int:
    """The bits of operand 0 that the instruction looks at."""
    match instr.op.name:
        case "store":
            return (1 << 8 * int(instr.attrs["width"])) - 1
        case "zext" | "sext" | "bswap":
            return (1 << int(instr.attrs["bits"])) - 1
        case "and" | "test" if isinstance(instr.args[1], Const) and instr.args[0].type == I64:
            return instr.args[1].value
        case "shl" if isinstance(instr.args[1], Const):
            return MASK64 >> (instr.args[1].value & 63)
    return MASK64


def _without_unseen(value: Value, seen: int) -> Value | None:
    """A value that is the same in the seen bits, and one instruction less away."""
    if not isinstance(value, Instr) or value.type != I64:
        return None
    match value.op.name:
        case "zext" if seen >> value.attrs["bits"] == 0:
            return value.args[0]
        case "sext" if seen >> value.attrs["bits"] == 0:
            return value.args[0]
        case "and" | "or" | "xor" if isinstance(value.args[1], Const):
            mask = value.args[1].value
            unchanged = MASK64 ^ mask if value.op.name != "and" else mask
            return value.args[0] if seen & ~unchanged == 0 else None
    return None


# ---------------------------------------------------------------- signs that nobody looks at


def _drop_signs(fn: Function) -> bool:
    """Loads that extend a sign, of which every use sees the low bits alone, or compares with a number that has no sign."""
    loads = [i for i in fn.instrs() if i.op.name == "load" and i.attrs["signed"] and i.attrs["width"] < 8]
    if not loads:
        return False
    users: dict[Value, list[tuple[Instr, int]]] = {}
    for instr in fn.instrs():
        for at, arg in enumerate(instr.args):
            users.setdefault(arg, []).append((instr, at))
    plain = [load for load in loads if _signless(load, users)]
    for load in plain:
        load.attrs = {**load.attrs, "signed": False}
    return bool(plain)


def _signless(load: Instr, users: dict[Value, list[tuple[Instr, int]]]) -> bool:
    bits = 8 * int(load.attrs["width"])
    seen: set[Value] = {load}
    work: list[Value] = [load]
    while work:
        for user, at in users.get(work.pop(), ()):
            if user.op.name == "phi":
                if user not in seen:
                    seen.add(user)
                    work.append(user)
            elif not (at == 0 and (_seen_bits(user) >> bits == 0 or _same_either_way(user, bits))):
                return False
    return True


def _same_either_way(user: Instr, bits: int) -> bool:
    if user.op.name not in ("eq", "ne"):
        return False
    number = user.args[1]
    return isinstance(number, Const) and number.value < 1 << (bits - 1)
