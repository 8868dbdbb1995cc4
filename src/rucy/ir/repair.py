"""SSA again, after a value got a second definition: phis where the two meet.

In: a function in which `value` is used as before, and the values that stand for it at the ends of some blocks. Out: SSA.
"""

from __future__ import annotations

from rucy.ir.function import Block, Function, Instr, Undef, Value, make


def restore_ssa(fn: Function, value: Instr, definitions: dict[Block, Value]) -> None:
    """`definitions`: block → the value at its end; the home of `value` among them."""
    reaching = _Reaching(value, definitions)
    for block in fn.blocks:
        for instr in block.instrs:
            for at, arg in enumerate(instr.args):
                if arg is not value:
                    continue
                if instr.op.name == "phi":
                    instr.args[at] = reaching.at_end(block.preds[at])
                elif block not in definitions:
                    instr.args[at] = reaching.at_start(block)
    reaching.fill()


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
