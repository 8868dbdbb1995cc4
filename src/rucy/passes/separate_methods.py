"""Makes a method that is left to be called a function of its own for the verifier, which then walks through it once.

    static @work(%a: i64, %b: i64) -> i64        global @work(%a: i64, %b: i64) -> i64

A static function is walked through at each call, from each state that reaches it: in a loop at each turn. A global one
(do_check_subprogs in kernel/bpf/verifier.c, since Linux 5.6) takes and gives any number, so only a method of numbers can
be one, and none that counts on a truth value to be at most 1.

With preemption or interrupts off no global function may be called before Linux commit e2d8f560d178 ("bpf: Summarize
sleepable global subprogs") (v6.15): what is called there, and what that calls, stays static or is made so.

A pass over the module, behind inlining. Needs: nothing. Keeps: all but the kind. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.function import Block, Function, Instr, Module
from rucy.ir.ops import effects
from rucy.ir.types import I1, I64

#: what the functions of a region open and close, by rucy.ir.ops.Effects
_STILL = ("preempt", "irq")


def separate_methods(module: Module) -> bool:
    still = _called_still(module)
    changed = False
    for fn in module.functions:
        kind = fn.kind
        if fn.name in still and kind == "global":
            fn.kind = "static"
        elif fn.name not in still and kind == "static" and takes_numbers(fn):
            fn.kind = "global"
        changed |= fn.kind != kind
    return changed


def takes_numbers(fn: Function) -> bool:
    types = {param.type for param in fn.params} | {fn.ret}
    truths = {param for param in fn.params if param.type == I1}
    return types <= {I64, I1} and not any(
        i.op.name in ("int", "phi") and any(arg in truths for arg in i.args) for i in fn.instrs()
    )


def _called_still(module: Module) -> set[str]:
    """Functions that are called with preemption or interrupts off, by others too, and blocks that a helper calls then."""
    functions = {fn.name: fn for fn in module.functions}
    work = [name for fn in module.functions for name in _within(fn)]
    found: set[str] = set()
    while work:
        name = work.pop()
        if name in functions and name not in found:
            found.add(name)
            work += [symbol for instr in functions[name].instrs() for symbol in _calls(instr)]
    return found


def _within(fn: Function) -> list[str]:
    """What a function calls in a region of its own: every way to a block has opened it, or none."""
    if not any(i.op.name == "kfunc" and effects(i).opens in _STILL for i in fn.instrs()):
        return []
    found: list[str] = []
    depth: dict[Block, int] = {fn.entry: 0}
    work = [fn.entry]
    while work:
        block = work.pop()
        now = depth[block]
        for instr in block.instrs:
            if instr.op.name == "kfunc":
                now += (effects(instr).opens in _STILL) - (effects(instr).closes in _STILL)
            elif now:
                found += _calls(instr)
        for succ in block.succs:
            if succ not in depth:
                depth[succ] = now
                work.append(succ)
    return found


def _calls(instr: Instr) -> list[str]:
    return [instr.attrs["symbol"]] if instr.op.name in ("callfn", "func") else []
