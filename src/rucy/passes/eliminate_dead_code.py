"""Removes instructions whose value nobody uses, and blocks that nothing reaches.

    %1 = add %0, 1            (gone)
    %2 = load %ctx +4         %2 = load %ctx +4
    ret %2                    ret %2

Needs: nothing. Keeps: every effect. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.function import Function, Instr, remove_unreachable
from rucy.ir.ops import effects


def eliminate_dead_code(fn: Function) -> bool:
    """Marks what the instructions with effects need, and sweeps the rest: dead cycles of phis go as well."""
    changed = remove_unreachable(fn)
    needed: set[Instr] = set()
    work = [i for i in fn.instrs() if not effects(i).removable]
    while work:
        instr = work.pop()
        if instr in needed:
            continue
        needed.add(instr)
        work += [arg for arg in instr.args if isinstance(arg, Instr)]
    for block in fn.blocks:
        kept = [i for i in block.instrs if i in needed]
        if len(kept) != len(block.instrs):
            block.instrs = kept
            changed = True
    return changed
