"""Makes a method that is left to be called a function of its own for the verifier, which then walks through it once.

    static @work(%a: i64, %b: i64) -> i64        global @work(%a: i64, %b: i64) -> i64

A static function is walked through at each call, from each state that reaches it: in a loop at each turn. A global one
(do_check_subprogs in kernel/bpf/verifier.c, since Linux 5.6) takes and gives any number, so only a method of numbers can
be one, and none that counts on a truth value to be at most 1.

A pass over the module, behind inlining. Needs: nothing. Keeps: all but the kind. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.function import Function, Module
from rucy.ir.types import I1, I64


def separate_methods(module: Module) -> bool:
    changed = False
    for fn in module.functions:
        if fn.kind == "static" and takes_numbers(fn):
            fn.kind = "global"
            changed = True
    return changed


def takes_numbers(fn: Function) -> bool:
    types = {param.type for param in fn.params} | {fn.ret}
    truths = {param for param in fn.params if param.type == I1}
    return types <= {I64, I1} and not any(
        i.op.name in ("int", "phi") and any(arg in truths for arg in i.args) for i in fn.instrs()
    )
