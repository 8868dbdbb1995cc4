"""Building SSA on the fly (Braun et al., "Simple and Efficient Construction of Static Single Assignment Form", 2013).

In: emit calls in source order, and reads and writes of variables by key. Out: a function in SSA, phis only where two
definitions meet. A block must be sealed once all its predecessors are known.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from rucy.ir.function import Block, Const, Function, Instr, Undef, Value, add_edge, make, replace_all
from rucy.ir.types import I1, I64, VOID, Type
from rucy.source import Span


class Builder:
    """Writes into `self.block`; `None` after a terminator, and what is emitted then is dropped."""

    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.span: Span | None = None
        self.calls: tuple[Span, ...] = ()
        self.block: Block | None = fn.new_block("b")
        self._defs: dict[Block, dict[Hashable, Value]] = {}
        self._types: dict[Hashable, Type] = {}
        self._sealed: set[Block] = {fn.entry}
        self._incomplete: dict[Block, dict[Hashable, Instr]] = {}
        self._forward: dict[Value, Value] = {}

    # -- instructions

    def emit(self, op: str, *args: Value, type: Type = I64, **attrs: Any) -> Instr:
        """Append an instruction and return it."""
        instr = make(op, list(args), type, self.span, self.calls, **attrs)
        if self.block is not None:
            instr.block = self.block
            self.block.instrs.append(instr)
        return instr

    def emit_entry(self, op: str, *args: Value, type: Type = I64, **attrs: Any) -> Instr:
        """An instruction at the head of the entry block (slots)."""
        instr = make(op, list(args), type, self.span, self.calls, **attrs)
        entry = self.fn.entry
        at = next((i for i, x in enumerate(entry.instrs) if x.op.name not in ("phi", "slot")), len(entry.instrs))
        instr.block = entry
        entry.instrs.insert(at, instr)
        return instr

    def compare(self, op: str, a: Value, b: Value) -> Instr:
        return self.emit(op, a, b, type=I1)

    # -- control

    def new_block(self, name: str) -> Block:
        """A block whose predecessors are still to come; `start` it, then `seal` it."""
        return self.fn.new_block(name)

    def start(self, block: Block) -> None:
        self.block = block

    def jump(self, target: Block) -> None:
        self._terminate(self.emit("jump", type=VOID), target)

    def branch(self, condition: Value, then: Block, other: Block) -> None:
        """Two different targets, always: an edge is named by its ends."""
        if isinstance(condition, Const):
            self.jump(then if condition.value else other)
            return
        if then is other:
            self.jump(then)
            return
        self._terminate(self.emit("branch", condition, type=VOID), then, other)

    def ret(self, *values: Value) -> None:
        self._terminate(self.emit("ret", *values, type=VOID))

    def unreachable(self) -> None:
        self._terminate(self.emit("unreachable", type=VOID))

    def _terminate(self, instr: Instr, *targets: Block) -> None:
        if self.block is None:
            return
        instr.targets = list(targets)
        for target in targets:
            assert target not in self._sealed, f"edge into sealed {target}"
            add_edge(self.block, target)
        self.block = None

    # -- variables

    def write(self, key: Hashable, value: Value, block: Block | None = None) -> None:
        where = block or self.block
        if where is not None:
            self._types.setdefault(key, value.type)
            self._defs.setdefault(where, {})[key] = value

    def read(self, key: Hashable, type: Type = I64) -> Value:
        """The value of a variable here; `Undef` where no path has written it."""
        if self.block is None:
            return Undef(type)
        return self._final(self._read(key, type, self.block))

    def seal(self, block: Block) -> None:
        """All predecessors of the block are known."""
        assert block not in self._sealed
        self._sealed.add(block)
        for key, phi in self._incomplete.pop(block, {}).items():
            self._fill(key, phi, block)

    def finish(self) -> Function:
        """Resolve replaced phis; drop blocks that nothing reaches."""
        from rucy.ir.function import remove_unreachable

        assert not self._incomplete, "unsealed blocks"
        for block in self.fn.blocks:
            if block.terminator is None:
                block.instrs.append(make("unreachable", [], VOID))
                block.instrs[-1].block = block
        replace_all(self.fn, self._forward)
        dead = set(self._forward)
        for block in self.fn.blocks:
            block.instrs = [i for i in block.instrs if i not in dead]
        remove_unreachable(self.fn)
        return self.fn

    def _read(self, key: Hashable, type: Type, block: Block) -> Value:
        found = self._defs.get(block, {}).get(key)
        if found is not None:
            return self._final(found)
        value: Value
        if block not in self._sealed:
            phi = self._new_phi(block, type)
            self._incomplete.setdefault(block, {})[key] = phi
            value = phi
        elif len(block.preds) == 1:
            value = self._read(key, type, block.preds[0])
        elif not block.preds:
            value = Undef(type)
        else:
            phi = self._new_phi(block, type)
            self._defs.setdefault(block, {})[key] = phi
            value = self._fill(key, phi, block)
        self._defs.setdefault(block, {})[key] = value
        return value

    def _new_phi(self, block: Block, type: Type) -> Instr:
        phi = make("phi", [], type, self.span, self.calls)
        phi.block = block
        at = sum(1 for _ in block.phis())
        block.instrs.insert(at, phi)
        return phi

    def _fill(self, key: Hashable, phi: Instr, block: Block) -> Value:
        phi.args = [self._read(key, phi.type, pred) for pred in block.preds]
        return self._simplify(phi)

    def _simplify(self, phi: Instr) -> Value:
        """A phi of one value and itself is that value."""
        same: Value | None = None
        for raw in phi.args:
            arg = self._final(raw)
            if arg is phi or arg is same or isinstance(arg, Undef):
                continue
            if same is not None and not (
                isinstance(arg, Const) and isinstance(same, Const) and (arg.value, arg.type) == (same.value, same.type)
            ):
                return phi
            same = arg
        if any(isinstance(self._final(a), Undef) for a in phi.args) and not isinstance(same, Const | None):
            return phi
        value = same if same is not None else Undef(phi.type)
        self._forward[phi] = value
        for user in [p for b in self.fn.blocks for p in b.phis() if phi in p.args and p not in self._forward]:
            if user is not phi and user.args and len(user.args) == len(user.block.preds if user.block else ()):
                self._simplify(user)
        return self._final(value)

    def _final(self, value: Value) -> Value:
        while value in self._forward:
            value = self._forward[value]
        return value
