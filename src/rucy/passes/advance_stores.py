"""Stores into private memory as soon as the value is there, so that no register keeps it over a call.

    %1 = call helper=ktime_get_ns       %1 = call helper=ktime_get_ns
    %2 = call helper=get_stackid        store %1, %s off=0 width=8
    store %1, %s off=0 width=8          %2 = call helper=get_stackid
    store %2, %s off=8 width=4          store %2, %s off=8 width=4

Within a block, and only over what does not touch those bytes.

Needs: nothing. Keeps: the order of all accesses of one place. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.function import Block, Const, Function, Instr
from rucy.ir.ops import effects
from rucy.passes.analysis.places import Places


def advance_stores(fn: Function) -> bool:
    places = Places(fn)
    return any([_advance(block, places) for block in fn.blocks if places.private])  # noqa: C419 - every one of them


def _advance(block: Block, places: Places) -> bool:
    changed = False
    for at, instr in enumerate(block.instrs):
        if instr.op.name != "store" or isinstance(instr.args[0], Const) or places.at(instr, 1)[0] not in places.private:
            continue
        to = _earliest(block, at, places)
        if any(_is_call(other) for other in block.instrs[to:at]):
            block.instrs.insert(to, block.instrs.pop(at))
            changed = True
    return changed


def _earliest(block: Block, at: int, places: Places) -> int:
    """Where the store at `at` may stand: behind what it takes, and behind the last access of its bytes."""
    store = block.instrs[at]
    while at > 0:
        before = block.instrs[at - 1]
        if before in store.args or before.op.name == "phi" or _touches(before, store, places):
            return at
        at -= 1
    return at


def _touches(instr: Instr, store: Instr, places: Places) -> bool:
    root, off = places.at(store, 1)
    operand = {"load": 0, "zero": 0, "atomic": 0, "store": 1}.get(instr.op.name)
    if operand is None:
        return any(arg.type.is_ptr and places.of(arg)[0] is root for arg in instr.args if _reaches(instr))
    other, begin = places.at(instr, operand)
    if other is not root:
        return False
    size = instr.attrs["size"] if instr.op.name == "zero" else instr.attrs["width"]
    return off is None or begin is None or not (begin + size <= off or off + store.attrs["width"] <= begin)


def _reaches(instr: Instr) -> bool:
    """Does it look at what its operands point to?"""
    return effects(instr).reads or effects(instr).writes


def _is_call(instr: Instr) -> bool:
    return "X" in instr.op.effects and instr.op.name != "atomic"
