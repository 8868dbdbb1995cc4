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
        self._pending: list[tuple[Hashable, Instr]] = []
        self._users: dict[Value, list[Instr]] = {}
        self._above: dict[Block, tuple[Block, int]] = {}

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
        self._place(block)

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

    def above(self, block: Block) -> Block | None:
        """The block that every way to a started one goes through last; what jumps there later goes round a loop."""
        return self._above[block][0] if block in self._above else None

    def _place(self, block: Block) -> None:
        """Where the ways to a block parted: known when it is started, for it is after them."""
        best: Block | None = None
        for pred in block.preds:
            best = pred if best is None else self._common(best, pred)
            if best is None:
                return
        if best is not None:
            self._above[block] = best, self._depth(best) + 1

    def _depth(self, block: Block) -> int:
        return self._above[block][1] if block in self._above else 0

    def _common(self, a: Block, b: Block) -> Block | None:
        while a is not b:
            if self._depth(a) < self._depth(b):
                a, b = b, a
            above = self.above(a)
            if above is None:
                return None
            a = above
        return a

    @property
    def in_loop(self) -> bool:
        """Is there a loop whose end is still to come?"""
        return any(block.instrs and block not in self._sealed for block in self.fn.blocks)

    # -- variables

    def write(self, key: Hashable, value: Value, block: Block | None = None) -> None:
        where = block or self.block
        if where is not None:
            self._types.setdefault(key, value.type)
            self._defs.setdefault(where, {})[key] = value

    def knows(self, key: Hashable) -> bool:
        """Has the variable been written anywhere yet?"""
        return key in self._types

    def read(self, key: Hashable, type: Type = I64) -> Value:
        """The value of a variable here; `Undef` where no path has written it."""
        if self.block is None:
            return Undef(type)
        value = self._reach(key, type, self.block)
        self._settle()
        return self._final(value)

    def seal(self, block: Block) -> None:
        """All predecessors of the block are known."""
        assert block not in self._sealed
        self._sealed.add(block)
        self._pending += self._incomplete.pop(block, {}).items()
        self._settle()

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

    def _reach(self, key: Hashable, type: Type, block: Block) -> Value:
        """The value at the end of a block. A phi that this needs is pending: it has no operands yet."""
        passed: dict[Block, None] = {}
        while True:
            found = self._defs.get(block, {}).get(key)
            if found is not None:
                value = found
                break
            alone = block in self._sealed and len(block.preds) == 1 and block not in passed
            passed[block] = None
            if alone:
                block = block.preds[0]
                continue
            value = self._at_meeting(key, type, block)
            break
        for block in passed:
            self._defs.setdefault(block, {})[key] = value
        return self._final(value)

    def _at_meeting(self, key: Hashable, type: Type, block: Block) -> Value:
        if block in self._sealed and len(block.preds) < 2:  # the entry; a loop that nothing enters
            return Undef(type)
        phi = self._new_phi(block, type)
        if block in self._sealed:
            self._pending.append((key, phi))
        else:
            self._incomplete.setdefault(block, {})[key] = phi
        return phi

    def _settle(self) -> None:
        """Give pending phis their operands, which may take further phis; then drop those that are needless. No
        recursion: a chain of blocks can be as long as the source."""
        filled: list[Instr] = []
        for key, phi in self._pending:  # grows on the way
            assert phi.block is not None
            phi.args = [self._reach(key, phi.type, pred) for pred in phi.block.preds]
            for arg in phi.args:
                if isinstance(arg, Instr) and arg.op.name == "phi":
                    self._users.setdefault(arg, []).append(phi)
            filled.append(phi)
        self._pending.clear()
        while filled:
            phi = filled.pop()
            value = self._single(phi)
            if phi in self._forward or value is None:
                continue
            self._forward[phi] = value
            users = self._users.pop(phi, [])
            filled += users
            self._users.setdefault(value, []).extend(users)

    def _new_phi(self, block: Block, type: Type) -> Instr:
        phi = make("phi", [], type, self.span, self.calls)
        phi.block = block
        at = sum(1 for _ in block.phis())
        block.instrs.insert(at, phi)
        return phi

    def _single(self, phi: Instr) -> Value | None:
        """The value of a phi of one value and itself; None of any other."""
        same: Value | None = None
        undefined = False
        for raw in phi.args:
            arg = self._final(raw)
            undefined = undefined or isinstance(arg, Undef)
            if arg is phi or arg is same or isinstance(arg, Undef):
                continue
            if same is not None and not (
                isinstance(arg, Const) and isinstance(same, Const) and (arg.value, arg.type) == (same.value, same.type)
            ):
                return None
            same = arg
        if same is None:
            return Undef(phi.type)
        return None if undefined and not isinstance(same, Const) else same

    def _final(self, value: Value) -> Value:
        """What stands for a value by now; the way there is shortened."""
        forward = self._forward
        if value not in forward:
            return value
        last = forward[value]
        while last in forward:
            last = forward[last]
        while value is not last:
            forward[value], value = last, forward[value]
        return last
