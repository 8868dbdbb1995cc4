"""Blocks that only set constants: equal ones become one, and one that stands in a branch's way is done before the branch.

    if r1 == 9 goto A            r0 = 1
    r0 = 1                       if r1 != 9 goto X
    goto X                       r0 = 0
    A: r0 = 0               X:   exit
    X: exit

Before: virtual registers, no copies merged. After: the same; blocks may be only a jump, and unreachable ones are gone.
Needs: `succs`. Keeps: checks, they are no constants. Breaks: nothing.
"""

from __future__ import annotations

from rucy.codegen.liveness import live_out
from rucy.codegen.machine import FRAME, MBlock, MFunction, MInsn

_CONSTANTS = ("mov64_imm", "mov32_imm")


def merge_constant_blocks(machine: MFunction) -> None:
    if sum(1 for block in machine.blocks if _is_constant(block)) == 0:
        return
    _drop_unreachable(machine)
    _merge_equal(machine)
    _hoist(machine)


def _is_constant(block: MBlock) -> bool:
    """Nothing but constants and a jump (more than two are not worth doing on a path that does not need them)."""
    return (
        2 <= len(block.insns) <= 3
        and block.insns[-1].op == "ja"
        and all(insn.op in _CONSTANTS and insn.ref is None for insn in block.insns[:-1])
    )


def _drop_unreachable(machine: MFunction) -> None:
    seen = {machine.blocks[0]}
    work = [machine.blocks[0]]
    while work:
        for succ in work.pop().succs:
            if succ not in seen:
                seen.add(succ)
                work.append(succ)
    machine.blocks = [block for block in machine.blocks if block in seen]


def _merge_equal(machine: MFunction) -> None:
    first: dict[object, MBlock] = {}
    same: dict[MBlock, MBlock] = {}
    for block in machine.blocks[1:]:
        if _is_constant(block):
            key = (block.insns[-1].target, tuple((i.op, i.dst, i.imm) for i in block.insns[:-1]))
            kept = first.setdefault(key, block)
            if kept is not block:
                same[block] = kept
    if not same:
        return
    machine.blocks = [block for block in machine.blocks if block not in same]
    for block in machine.blocks:
        for insn in block.insns:
            if insn.target in same:
                insn.target = same[insn.target]
        block.succs = list(dict.fromkeys(same.get(succ, succ) for succ in block.succs))


def _predecessors(machine: MFunction) -> dict[MBlock, list[MBlock]]:
    preds: dict[MBlock, list[MBlock]] = {block: [] for block in machine.blocks}
    for block in machine.blocks:
        for succ in block.succs:
            preds[succ].append(block)
    return preds


def _hoist(machine: MFunction) -> None:
    preds = _predecessors(machine)
    for block in machine.blocks[1:]:
        if not _is_constant(block):
            continue
        region = _region(block, preds)
        if region is None:
            continue
        out = live_out(machine)
        top = region[0]
        if all(_may_rise(insn, block, region, out, machine) for insn in block.insns[:-1]):
            at = _before_jump(top)
            top.insns[at:at] = block.insns[:-1]
            del block.insns[:-1]


def _region(block: MBlock, preds: dict[MBlock, list[MBlock]]) -> list[MBlock] | None:
    """The blocks on the ways from the nearest branch that all of them pass to this block, that one first; None if there
    is none near. Only blocks without calls, of at most a few."""
    found = list(preds[block])
    if not found:
        return None
    seen = set(found)
    entrances = list(found)
    while len(entrances) > 1:  # walk up from those whose only way in is one block
        grown = False
        for at, place in enumerate(entrances):
            above = preds[place]
            if len(above) == 1 and above[0] is not block and above[0] in seen:
                del entrances[at]
                grown = True
                break
            if len(above) == 1 and above[0] is not block and len(seen) < 8:
                entrances[at] = above[0]
                seen.add(above[0])
                found.append(above[0])
                grown = True
                break
        if not grown:
            return None
    top = entrances[0]
    if len(top.succs) < 2 or top.depth > block.depth or block in seen:
        return None
    return [top, *(b for b in found if b is not top)]


def _may_rise(insn: MInsn, block: MBlock, region: list[MBlock], out: dict[MBlock, int], machine: MFunction) -> bool:
    """The register is free from the end of the first block on to here, on all ways that leave the region too."""
    bit = 1 << insn.dst
    inside = {block, *region}
    top = region[0]
    for member in region:
        if any(succ not in inside and _live_in(succ, out) & bit for succ in member.succs):
            return False
        insns = member.insns if member is not top else member.insns[_before_jump(member) :]
        if any(insn.dst in other.reads() or insn.dst in other.writes() for other in insns):
            return False
    return not any(
        other.op == "mov64_reg" and other.dst == insn.dst and other.src != FRAME and out[top] >> other.src & 1
        for succ in top.succs
        for other in succ.insns
    )  # else the copy would find the register taken


def _live_in(block: MBlock, out: dict[MBlock, int]) -> int:
    live = out[block]
    for insn in reversed(block.insns):
        for r in insn.writes():
            live &= ~(1 << r)
        for r in insn.reads():
            live |= 1 << r
    return live


def _before_jump(block: MBlock) -> int:
    at = len(block.insns)
    while at and block.insns[at - 1].target is not None:
        at -= 1
    return at
