"""SSA again, after a value got a second definition: phis where the two meet.

In: a function in which `value` is used as before, and the values that stand for it at the ends of some blocks. Out: SSA.
"""

from __future__ import annotations

from rucy.ir.function import Block, Function, Instr, Undef, Value, make


def restore_ssa(
    fn: Function, definitions: dict[Instr, dict[Block, Value]], users: dict[Value, list[Instr]]
) -> dict[Instr, Value]:
    """`definitions`: value → block → what stands for it at the block's end, its own home among them. `users`: of each value,
    and perhaps some that no longer are; what changes is noted there. Gives the new phis, each with the value that it
    stands for."""
    if not definitions:
        return {}
    reaching: dict[Value, _Reaching] = {value: _Reaching(value, found) for value, found in definitions.items()}
    for block, instr in _in_order(fn, {user for value in reaching for user in users.get(value, ())}):
        for at, arg in enumerate(instr.args):
            one = reaching.get(arg)
            if one is None:
                continue
            if instr.op.name == "phi":
                instr.args[at] = one.at_end(block.preds[at])
            elif block not in one.definitions:
                instr.args[at] = one.at_start(block)
            if instr.args[at] is not arg:
                users.setdefault(instr.args[at], []).append(instr)
    for one in reaching.values():
        one.fill()
    phis: dict[Instr, Value] = {phi: one.value for one in reaching.values() for phi in one.phis.values()}
    for phi in phis:
        for arg in phi.args:
            users.setdefault(arg, []).append(phi)
    return phis


def _in_order(fn: Function, users: set[Instr]) -> list[tuple[Block, Instr]]:
    """As they stand in the function; those that it has no more are left out."""
    blocks = {user.block for user in users}
    there = [block for block in fn.blocks if block in blocks]
    return [(block, instr) for block in there for instr in block.instrs if instr in users]


class _Reaching:
    def __init__(self, value: Instr, definitions: dict[Block, Value]) -> None:
        self.value = value
        self.definitions = definitions
        self.phis: dict[Block, Instr] = {}
        self.empty: list[Instr] = []

    def at_end(self, block: Block) -> Value:
        return self.definitions[block] if block in self.definitions else self.at_start(block)

    def at_start(self, block: Block) -> Value:
        """Up to the next definition, or to a new phi where paths meet."""
        while len(block.preds) == 1 and block not in self.phis:
            block = block.preds[0]
            if block in self.definitions:
                return self.definitions[block]
        if block not in self.phis:
            if not block.preds:
                return Undef(self.value.type)
            phi = make("phi", [], self.value.type, self.value.span, self.value.calls)
            phi.block = block
            self.phis[block] = phi
            self.empty.append(phi)
        return self.phis[block]

    def fill(self) -> None:
        while self.empty:
            phi = self.empty.pop()
            assert phi.block is not None
            phi.args = [self.at_end(pred) for pred in phi.block.preds]
            phi.block.instrs.insert(0, phi)
