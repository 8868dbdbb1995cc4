"""IR that the target has no instruction for becomes IR that it has.

Before: any verified IR. After: no critical edges into phis; no `sdiv`, `smod`, for no target: what
-2**63 by -1 is differs between kernels; long `zero`s are calls of a helper where the program may. Needs: preds. Keeps: SSA.
"""

from __future__ import annotations

from rucy.codegen.machine import CodegenTarget
from rucy.ir import clearing, locks
from rucy.ir.function import Block, Function, Instr, Value, const, make, replace_all
from rucy.ir.types import I64, VOID


def legalise(fn: Function, target: CodegenTarget) -> None:
    _expand_signed_division(fn)
    _clear_by_helper(fn)
    _split_critical_edges(fn)


def _split_critical_edges(fn: Function) -> None:
    """A block of its own for each edge from a branch to a block with phis: the phi's copies go there."""
    for block in list(fn.blocks):
        last = block.terminator
        if last is None or len(last.targets) < 2:
            continue
        for at, succ in enumerate(last.targets):
            if next(succ.phis(), None) is None:
                continue
            edge = fn.new_block("edge", after=block)
            jump = make("jump", [], VOID, last.span, last.calls)
            jump.targets = [succ]
            jump.block = edge
            edge.instrs.append(jump)
            edge.preds.append(block)
            succ.preds[succ.preds.index(block)] = edge
            last.targets[at] = edge


def _expand_signed_division(fn: Function) -> None:
    """sdiv, smod by the magnitudes: -2**63 by -1 then wraps by itself, which one kernel or another traps on."""
    for block in fn.blocks:
        for instr in [i for i in block.instrs if i.op.name in ("sdiv", "smod")]:
            _expand(fn, block, instr)


def _expand(fn: Function, block: Block, instr: Instr) -> None:
    out: list[Instr] = []

    def emit(op: str, *args: Value) -> Instr:
        made = make(op, list(args), I64, instr.span, instr.calls)
        made.block = block
        out.append(made)
        return made

    a, b = instr.args
    a_mask, b_mask = emit("ashr", a, const(63)), emit("ashr", b, const(63))
    size_a = emit("sub", emit("xor", a, a_mask), a_mask)
    size_b = emit("sub", emit("xor", b, b_mask), b_mask)
    is_div = instr.op.name == "sdiv"
    mask = emit("xor", a_mask, b_mask) if is_div else a_mask
    value = emit("udiv" if is_div else "umod", size_a, size_b)
    result = emit("sub", emit("xor", value, mask), mask)
    at = block.instrs.index(instr)
    block.instrs[at : at + 1] = out
    replace_all(fn, {instr: result})


def _clear_by_helper(fn: Function) -> None:
    """`zero` of much memory. Not in a function that holds a lock, under which nothing may be called."""
    if locks.takes(fn):
        return
    for block in fn.blocks:
        out: list[Instr] = []
        for instr in block.instrs:
            long = instr.op.name == "zero" and instr.attrs["size"] > clearing.FEW
            out += _clear(instr) if long and clearing.may_clear(fn, instr.args[0].type) else [instr]
        for instr in out:
            instr.block = block
        block.instrs = out


def _clear(zero: Instr) -> list[Instr]:
    out: list[Instr] = []
    at = zero.args[0]
    if zero.attrs["off"]:
        at = make("padd", [at, const(zero.attrs["off"])], at.type._replace(owned=False), zero.span, zero.calls)
        out.append(at)
    arguments = [at, const(zero.attrs["size"]), const(clearing.NOWHERE)]
    return [*out, make("call", arguments, VOID, zero.span, zero.calls, helper=clearing.HELPER)]
