"""Replaces phis that carry one value around: what stands for a value is the value.

    %1 = phi [b: %0], [c: %2]      (gone: %0)
    %2 = phi [d: %1], [e: %0]      (gone: %0)
    %3 = add %2, 1                 %3 = add %0, 1

Needs: no unreachable blocks. Keeps: checks, which are no copies. Breaks: nothing.

A value that all entries of a web of phis bring dominates each of them; so it can be used in their place.
"""

from __future__ import annotations

from rucy.ir.function import Const, Function, Instr, Undef, Value, replace_all


def propagate_copies(fn: Function) -> bool:
    """Optimistic: every phi is a copy of what comes first, until two different values meet in it."""
    phis = [phi for block in fn.blocks for phi in block.phis()]
    copied: dict[Instr, Value] = {}
    work = True
    while work:
        work = False
        for phi in phis:
            value = _meet(phi, copied)
            if value is not None and copied.get(phi) is not value:
                copied[phi] = value
                work = True
    gone: dict[Value, Value] = {phi: value for phi, value in copied.items() if value is not phi and value.type == phi.type}
    if not gone:
        return False
    for block in fn.blocks:
        block.instrs = [i for i in block.instrs if i not in gone]
    replace_all(fn, gone)
    return True


def _meet(phi: Instr, copied: dict[Instr, Value]) -> Value | None:
    """The one value of all operands that are known by now; the phi itself where there are two; None of none."""
    if copied.get(phi) is phi:
        return phi
    found: Value | None = None
    for arg in phi.args:
        value: Value | None = arg
        if isinstance(arg, Instr) and arg.op.name == "phi":
            value = copied.get(arg)
        if value is None or value is phi:
            continue
        if isinstance(value, Undef):
            return phi
        if found is None:
            found = value
        elif not _same(found, value):
            return phi
    if found is not None and isinstance(found, Const) and _same_const(copied.get(phi), found):
        return copied[phi]
    return found


def _same(a: Value, b: Value) -> bool:
    return a is b or _same_const(a, b)


def _same_const(a: Value | None, b: Value) -> bool:
    return isinstance(a, Const) and isinstance(b, Const) and (a.value, a.type) == (b.value, b.type)
