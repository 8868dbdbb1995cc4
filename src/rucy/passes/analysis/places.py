"""Which memory an address is in: the value that it is counted from, and how far behind it; and which memory is private.

In: a function in SSA. Out: facts that hold until an instruction that makes or takes a pointer changes.

An address is followed through sums with constants and through checks: what passes a check is the same address. Private is a
slot of the frame, and a ring's record before it is sent, whose address goes nowhere but into loads, stores and helpers: nobody
else reads or writes it but those, while they are given it.
"""

from __future__ import annotations

from rucy.ir.function import Const, Function, Instr, Value
from rucy.ir.ops import effects

#: makes the same address
_SAME = ("nonnil", "covers")
#: takes an address and keeps none
_LOOKS = ("load", "zero", "call", "eq", "ne")


class Places:
    """`private`: the roots that are private."""

    def __init__(self, fn: Function) -> None:
        self.found: dict[Value, tuple[Value, int | None]] = {}
        instrs = list(fn.instrs())
        self.private = {i for i in instrs if _is_fresh(i)}
        for instr in instrs:
            for at, arg in enumerate(instr.args):
                root = self.of(arg)[0] if arg.type.is_ptr and not _keeps_nothing(instr, at) else None
                if isinstance(root, Instr):
                    self.private.discard(root)

    def of(self, pointer: Value) -> tuple[Value, int | None]:
        """(root, bytes behind it); None where that is not known."""
        known = self.found.get(pointer)
        if known is None:
            known = self.found[pointer] = self._follow(pointer)
        return known

    def _follow(self, pointer: Value) -> tuple[Value, int | None]:
        if not isinstance(pointer, Instr):
            return pointer, 0
        if pointer.op.name in _SAME:
            return self.of(pointer.args[0])
        if pointer.op.name == "padd":
            root, off = self.of(pointer.args[0])
            step = pointer.args[1]
            return root, off + step.signed if off is not None and isinstance(step, Const) else None
        return pointer, 0

    def base(self, pointer: Value) -> Value:
        """The pointer before the checks that it has passed."""
        while isinstance(pointer, Instr) and pointer.op.name in _SAME:
            pointer = pointer.args[0]
        return pointer

    def at(self, instr: Instr, operand: int) -> tuple[Value, int | None]:
        """Where a load, store, zero or atomic begins."""
        root, off = self.of(instr.args[operand])
        step = instr.attrs["off"]
        return root, off + step if off is not None and isinstance(step, int) else None


def _is_fresh(instr: Instr) -> bool:
    if instr.op.name == "slot":
        return instr.type.kind == "stack"
    return instr.op.name == "call" and effects(instr).fresh


def _keeps_nothing(instr: Instr, at: int) -> bool:
    name = instr.op.name
    if name == "padd" or name in _SAME:
        return at == 0
    return name in _LOOKS or (name == "store" and at == 1) or (name == "atomic" and at == 0)
