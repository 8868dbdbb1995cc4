"""Gives registers that nothing reads any more one value where an iterator turns a loop.

    r8 = 0                                  r8 was a pointer on one path here, and a number on another
    call bpf_iter_num_next

Such a loop the verifier walks until the state at its head is one that was seen, and until Linux commit 14c8552db644 ("bpf: simple
DFA-based live registers analysis") (v6.15) it compares there what is dead, too (regsafe of kernel/bpf/verifier.c, RANGE_WITHIN):
each turn's leavings would be a state of their own, with all paths of a turn behind it.

Behind allocation. Needs: `succs`. Keeps: what is live. Where stores of spills are dropped spill.py takes out again what nothing
reads: there, and in places of spills, the leavings still count.
"""

from __future__ import annotations

from rucy.codegen.liveness import bits, live_out
from rucy.codegen.machine import FRAME, MFunction, MInsn
from rucy.kernel import kfuncs


def even_out(machine: MFunction) -> None:
    if not any(_turns(insn) for block in machine.blocks for insn in block.insns):
        return
    registers, written = live_out(machine), _written(machine)
    for block in machine.blocks:
        live = registers[block]
        made: list[MInsn] = []
        for insn in reversed(block.insns):
            for r in insn.writes():
                live &= ~(1 << r)
            for r in insn.reads():
                live |= 1 << r
            made.append(insn)
            if _turns(insn):
                made += [MInsn("mov64_imm", dst=r).like(insn) for r in bits(written & ~live)]
        block.insns = made[::-1]


def _written(machine: MFunction) -> int:
    """Registers that something is written to."""
    registers = 0
    for block in machine.blocks:
        for insn in block.insns:
            for r in insn.writes():
                registers |= 1 << r
    return registers & ~(1 << FRAME)


def _turns(insn: MInsn) -> bool:
    if insn.op != "call_kfunc" or insn.ref is None:
        return False
    row = kfuncs.find(insn.ref.name)
    return row is not None and "iter_next" in row.flags
