"""Makes the verifier forget what it knows of numbers that would part its paths turn after turn.

    loop:                                  loop:
      %i = phi [0], [%j]                     %i = phi [0], [%j]
      %s = phi [0], [%t]                     %s = phi [0], [%t]
      …                                      %a = xor %s, K
      %c = ugt %s, 5                         store %a, %slot off=0 width=4
                                             %b = lshr %a, 32
                                             store %b, %slot off=4 width=4
                                             %d = load %slot off=0 width=8
                                             %f = xor %d, K
                                             …
                                             %c = ugt %f, 5

A sum that starts from a constant is a known number on each path. Compared in a loop, each number that it can be is a state
of its own, and each turn multiplies them. What is stored by halves is any number when it is read (check_stack_write in
kernel/bpf/verifier.c: only a whole register is kept as one). The xor is for zero, which is kept at any width.

Only where `walk` says that it is too much otherwise. Last of the passes. Needs: loops with known counts. Keeps: values.
Breaks: ranges, which is the point.
"""

from __future__ import annotations

from rucy.ir.function import Block, Const, Function, Instr, Value, const, make
from rucy.ir.types import I1, I64, VOID, Type, pointer
from rucy.passes.analysis.walk import FORGETTING, INSTRUCTIONS, Walk, walk

_SLOT = pointer("stack", writable=True)
#: of what the verifier processes, what a function may take without this
_ENOUGH = INSTRUCTIONS // 8


def forget_values(fn: Function) -> bool:
    seen = walk(fn)
    if seen is None:
        return False
    hidden = _Hidden(fn, seen)
    if seen.instructions * seen.states > _ENOUGH:
        for phi in seen.drifting:
            hidden.define(phi)
    without = seen._replace(drifting={})
    if seen.instructions * without.states > _ENOUGH:
        heads = {loop.header for loop in seen.loops}
        for value in seen.parts:  # what meets within a turn
            if isinstance(value, Instr) and value.op.name == "phi" and value.type == I64:
                if seen.weight[_block(value)] > 1 and value.block not in heads:
                    hidden.define(value)
        for user, value in seen.tests:
            hidden.test(user, value)
    return hidden.changed


class _Hidden:
    """`slot`: where numbers pass through memory, made when first needed."""

    def __init__(self, fn: Function, seen: Walk) -> None:
        self.fn = fn
        self.seen = seen
        self.slot: Instr | None = None
        self.changed = False

    def define(self, phi: Instr) -> None:
        """Every use of a phi is one of what it was through memory."""
        if self._indexes(phi) or _says_whether(phi):
            return
        block = phi.block
        assert block is not None
        first = sum(1 for _ in block.phis())
        made, result = self._through_memory(phi, phi)
        self._insert(block, first, made)
        for instr in self.fn.instrs():
            if instr not in made:
                instr.args = [result if arg is phi else arg for arg in instr.args]
        self.changed = True

    def test(self, user: Instr, value: Value) -> None:
        """A compare or branch sees what its operand was through memory; not one that a check rests on."""
        guards = any(value in i.args for i in self.fn.instrs() if i.op.name == "within")
        if value in user.args and not guards and not _says_whether(value):
            self._before(user, value)

    def _before(self, user: Instr, value: Value) -> None:
        block = _block(user)
        number: Value = value
        made: list[Instr] = []
        if value.type == I1:
            made.append(make("int", [value], I64, user.span, user.calls))
            number = made[0]  # 0 or 1, which no store has to keep
        hidden, result = self._through_memory(number, user)
        made += hidden
        if value.type == I1:
            made.append(make("ne", [result, const(0)], I1, user.span, user.calls))
        self._insert(block, block.instrs.index(user), made)
        user.args = [made[-1] if arg is value else arg for arg in user.args]
        self.changed = True

    def _through_memory(self, value: Value, at: Instr) -> tuple[list[Instr], Instr]:
        if self.slot is None:
            self.slot = make("slot", [], _SLOT, at.span, at.calls, size=8, align=8, name="forget")
            phis = sum(1 for _ in self.fn.entry.phis())
            self._insert(self.fn.entry, phis, [self.slot])

        def new(op: str, *args: Value, of: Type = I64, **attrs: object) -> Instr:
            return make(op, list(args), of, at.span, at.calls, **attrs)

        masked = new("xor", value, const(FORGETTING))
        low = new("store", masked, self.slot, of=VOID, off=0, width=4)
        high = new("lshr", masked, const(32))
        rest = new("store", high, self.slot, of=VOID, off=4, width=4)
        read = new("load", self.slot, off=0, width=8, signed=False)
        result = new("xor", read, const(FORGETTING))
        return [masked, low, high, rest, read, result], result

    def _insert(self, block: Block, at: int, made: list[Instr]) -> None:
        for instr in made:
            instr.block = block
        block.instrs[at:at] = made

    def _indexes(self, phi: Instr) -> bool:
        """Does an address rest on the number without a check in between?"""
        seen: set[Value] = {phi}
        work: list[Value] = [phi]
        users: dict[Value, list[Instr]] = {}
        for instr in self.fn.instrs():
            for arg in instr.args:
                users.setdefault(arg, []).append(instr)
        while work:
            for user in users.get(work.pop(), ()):
                if user.op.name == "padd":
                    return True
                if user.type == I64 and user not in seen and user.op.name not in ("within", "load", "call", "callfn"):
                    seen.add(user)
                    work.append(user)
        return False


def _says_whether(value: Value) -> bool:
    """Is it from where a pointer meets NULL, and perhaps what tells whether that is there?"""
    if not isinstance(value, Instr) or value.op.name != "phi" or value.block is None:
        return False
    return any(phi.type.is_ptr and any(isinstance(arg, Const) for arg in phi.args) for phi in value.block.phis())


def _block(instr: Instr) -> Block:
    assert instr.block is not None
    return instr.block
