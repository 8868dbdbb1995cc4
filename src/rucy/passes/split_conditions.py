"""Makes a branch on two truth values two branches: neither has to be made a number.

    %3 = and %1, %2             branch %1 -> m, f
    branch %3 -> t, f           m:
                                branch %2 -> t, f

    %3 = or %1, %2              branch %1 -> t, m
    branch %3 -> t, f           m:
                                branch %2 -> t, f

What a branch compares it compares itself; only what is used in another way is held as 0 or 1.

Needs: nothing. Keeps: what holds behind either side. Breaks: critical edges are made.
"""

from __future__ import annotations

from rucy.ir.function import Block, Const, Function, Instr, add_edge, make
from rucy.ir.ops import COMPARES
from rucy.ir.types import I1, VOID


def split_conditions(fn: Function) -> bool:
    changed = False
    work = list(fn.blocks)
    while work:
        block = work.pop()
        condition = _condition(block)
        if condition is not None:
            work += [block, _split(fn, block, condition)]
            changed = True
    return changed


def _condition(block: Block) -> Instr | None:
    """The `and` or `or` that the block branches on, of a compare at least: what is a number anyway is cheap to put together."""
    last = block.terminator
    if last is None or last.op.name != "branch":
        return None
    condition = last.args[0]
    if not isinstance(condition, Instr) or condition.op.name not in ("and", "or") or condition.type != I1:
        return None
    kinds = [arg.op.name if isinstance(arg, Instr) else "" for arg in condition.args]
    plain = any(isinstance(arg, Const) for arg in condition.args)
    return condition if not plain and any(kind in COMPARES for kind in kinds) else None


def _split(fn: Function, block: Block, condition: Instr) -> Block:
    last = block.terminator
    assert last is not None
    yes, no = last.targets
    middle = fn.new_block("also", after=block)
    second = make("branch", [condition.args[1]], VOID, last.span, last.calls)
    second.targets = [yes, no]
    second.block = middle
    middle.instrs.append(second)
    last.args = [condition.args[0]]
    through, past = (yes, no) if condition.op.name == "and" else (no, yes)
    last.targets = [middle, no] if condition.op.name == "and" else [yes, middle]
    add_edge(block, middle)
    through.preds[through.preds.index(block)] = middle
    over = past.preds.index(block)
    add_edge(middle, past)
    for phi in past.phis():
        phi.args.append(phi.args[over])
    return middle
