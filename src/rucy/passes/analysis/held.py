"""What is open at a block: iterators, regions, references, records, locks that something later is to close.

In: a function in SSA whose ways all close what they open. Out: for a block, the closing instructions, one for each thing that is
open there, as they stand elsewhere. A thing is open where a way leads on to what closes it without opening it anew.
"""

from __future__ import annotations

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Function, Instr, Value
from rucy.ir.ops import effects


def closing(fn: Function, dominance: Dominance) -> dict[Block, list[Instr]]:
    """Blocks at whose head something is open → an instruction that closes each, whose operands are there."""
    closers = [i for i in fn.instrs() if i.op.name in ("call", "kfunc") and effects(i).closes]
    if not closers:
        return {}
    keys = {instr: _key(instr) for instr in closers}
    opened = {i: _opened(i) for i in fn.instrs() if i.op.name in ("call", "kfunc") and effects(i).opens}
    open_at: dict[Block, frozenset[object]] = dict.fromkeys(fn.blocks, frozenset())
    changed = True
    while changed:
        changed = False
        for block in reversed(fn.blocks):
            now = frozenset().union(*(open_at[succ] for succ in block.succs))
            for instr in reversed(block.instrs):
                if instr in keys:
                    now |= {keys[instr]}
                elif instr in opened:
                    now -= {opened[instr]}
            if now != open_at[block]:
                open_at[block] = now
                changed = True
    found: dict[Block, list[Instr]] = {}
    for block, things in open_at.items():
        for thing in things:
            there = [i for i in closers if keys[i] == thing and _are_there(i, block, dominance)]
            if there:
                found.setdefault(block, []).append(there[0])
    order = {instr: at for at, instr in enumerate(closers)}
    return {block: sorted(instrs, key=order.__getitem__) for block, instrs in found.items()}


def _key(closer: Instr) -> object:
    """What it closes: the place that its first operand is of, or where there is none its own name. One lock is held at a time."""
    if effects(closer).closes == "spin_unlock":
        return "spin_lock"
    place = next((arg for arg in closer.args if arg.type.is_ptr), None)
    return _root(place) if place is not None else effects(closer).closes


def _opened(opener: Instr) -> object:
    slot = next((arg for arg in opener.args if arg.type.kind == "slot"), None)
    if slot is not None:
        return slot
    if opener.type.is_ptr:
        return opener
    return effects(opener).opens


def _root(value: Value) -> Value:
    while isinstance(value, Instr) and value.op.name in ("nonnil", "cast") and value.args[0].type.is_ptr:
        value = value.args[0]
    return value


def _are_there(instr: Instr, block: Block, dominance: Dominance) -> bool:
    return all(
        not isinstance(arg, Instr) or (arg.block is not None and arg.block is not block and dominance.dominates(arg.block, block))
        for arg in instr.args
    )


__all__ = ["closing"]
