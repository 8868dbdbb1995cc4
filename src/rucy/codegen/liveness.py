"""Which registers, or which places of spills, are live at the end of each block.

In: blocks of machine code. Out: bit masks, bit r for register (or place) r. Needs: `succs`.
"""

from __future__ import annotations

from rucy.codegen.machine import MBlock, MFunction


def live_out(machine: MFunction) -> dict[MBlock, int]:
    """Registers live at each block's end."""
    gen: dict[MBlock, int] = {}
    kill: dict[MBlock, int] = {}
    for block in machine.blocks:
        used = defined = 0
        for insn in block.insns:
            for r in insn.reads():
                if not defined >> r & 1:
                    used |= 1 << r
            for r in insn.writes():
                defined |= 1 << r
        gen[block], kill[block] = used, defined
    return flow(machine, gen, kill)


#: first words of ops that do nothing but write their destination
_PURE = (
    "mov", "add", "sub", "mul", "div", "mod", "and", "or", "xor", "lsh", "rsh", "arsh", "neg", "be", "lddw", "lea", "ldx_",
    "setcc",
)  # fmt: skip


def remove_dead(machine: MFunction) -> None:
    """Drop instructions whose result nothing reads."""
    changed = True
    while changed:
        changed = False
        out = live_out(machine)
        for block in machine.blocks:
            live = out[block]
            kept = []
            for insn in reversed(block.insns):
                written = 0
                for r in insn.writes():
                    written |= 1 << r
                if written and not written & live and insn.op.startswith(_PURE):
                    changed = True
                    continue
                live &= ~written
                for r in insn.reads():
                    live |= 1 << r
                kept.append(insn)
            block.insns = kept[::-1]


def live_places(machine: MFunction) -> dict[MBlock, int]:
    """Places of spilled registers live at each block's end."""
    gen: dict[MBlock, int] = {}
    kill: dict[MBlock, int] = {}
    for block in machine.blocks:
        used = defined = 0
        for insn in block.insns:
            if insn.op == "reload":
                used |= 1 << insn.imm & ~defined
            elif insn.op in ("spill", "spill_imm"):
                defined |= 1 << (insn.imm if insn.op == "spill" else insn.off)
        gen[block], kill[block] = used, defined
    return flow(machine, gen, kill)


def flow(machine: MFunction, gen: dict[MBlock, int], kill: dict[MBlock, int]) -> dict[MBlock, int]:
    """Live at each block's end, from what is read before it is written in a block and what is written there."""
    live_in = dict(gen)
    out = dict.fromkeys(machine.blocks, 0)
    changed = True
    while changed:
        changed = False
        for block in reversed(machine.blocks):
            mask = 0
            for succ in block.succs:
                mask |= live_in[succ]
            if mask != out[block]:
                out[block] = mask
                live_in[block] = gen[block] | (mask & ~kill[block])
                changed = True
    return out


def find_depths(machine: MFunction) -> None:
    """Loop depth of each block: how many backward edges' bodies it is in. Good enough to weigh spills."""
    order: dict[MBlock, int] = {b: i for i, b in enumerate(machine.blocks)}
    preds: dict[MBlock, list[MBlock]] = {b: [] for b in machine.blocks}
    for block in machine.blocks:
        for succ in block.succs:
            preds[succ].append(block)
    for block in machine.blocks:
        for succ in block.succs:
            if order[succ] > order[block]:
                continue
            body = {succ, block}
            work = [block] if block is not succ else []
            while work:
                for pred in preds[work.pop()]:
                    if pred not in body and order[pred] > order[succ]:
                        body.add(pred)
                        work.append(pred)
            for member in body:
                member.depth += 1


def bits(mask: int) -> list[int]:
    """Numbers of the bits that are set, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found

