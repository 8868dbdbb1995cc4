"""Follows constants through the blocks that can run, and what a branch proves into the blocks behind it.

    b:                              b:
      %0 = phi [a: 5], [c: %1]        jump d              (%0 is 5 for as long as nothing else comes from c)
      %2 = eq %0, 5
      branch %2 -> d, e

    %3 = ult %x, %y                 %3 = ult %x, %y
    branch %3 -> f, g               branch %3 -> f, g
    f:                              f:
      %4 = uge %x, %y                 jump i              (%4 is false)
      branch %4 -> h, i

A walk of the dominator tree with the conditions that hold, then sparse conditional constant propagation (Wegman, Zadeck,
"Constant Propagation with Conditional Branches", 1991).

Needs: no unreachable blocks. Keeps: the compare before a `within`, but of a count that the verifier knows
at each turn; CO-RE values, which stay opaque. Breaks: nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from heapq import heappop, heappush

from rucy.ir.dominance import Dominance, has_loop, reverse_postorder
from rucy.ir.function import Block, Const, Function, Instr, Undef, Value, replace_all
from rucy.ir.ops import NEGATED, SWAPPED, effects
from rucy.ir.types import I1, I64
from rucy.passes.analysis.loops import find_loops, induction
from rucy.passes.fold_constants import FOLD, fold, fold_branches, guarded_values


def propagate_conditions(fn: Function) -> bool:
    facts = _propagate_facts(fn)
    constants = _propagate_constants(fn)
    branches = fold_branches(fn)
    return constants or facts or branches


# ---------------------------------------------------------------- constants


class _Varies:
    """The lattice's bottom: more than one value."""


_VARIES = _Varies()
_Known = dict[Value, "Const | _Varies"]


def _propagate_constants(fn: Function) -> bool:
    """Optimistic: a value unknown yet is no reason for anything. Blocks in reverse postorder, one again where what it takes
    or the ways to it have changed."""
    order = reverse_postorder(fn)
    number = {block: at for at, block in enumerate(order)}
    takers = _takers(order) if has_loop(order) else {}
    known: _Known = {}
    edges: set[tuple[Block, Block]] = set()
    reached = {fn.entry}
    waiting, queued = [0], {fn.entry}
    while waiting:
        block = order[heappop(waiting)]
        queued.discard(block)
        again: set[Block] = set()
        for instr in block.instrs:
            value = _evaluate(instr, block, known, edges)
            if value is not None and not _equal(known.get(instr), value):
                known[instr] = value
                again.update(takers.get(instr, ()))
        for target in _taken(block, known):
            if (block, target) not in edges:
                edges.add((block, target))
                reached.add(target)
                again.add(target)
        for other in again & reached - queued:
            queued.add(other)
            heappush(waiting, number[other])
    gone: dict[Value, Value] = {instr: value for instr, value in known.items() if isinstance(value, Const)}
    if not gone:
        return False
    for block in fn.blocks:
        block.instrs = [i for i in block.instrs if i not in gone]
    replace_all(fn, gone)
    return True


def _takers(order: list[Block]) -> dict[Value, set[Block]]:
    """Value → blocks in which it is an operand."""
    takers: dict[Value, set[Block]] = {}
    for block in order:
        for instr in block.instrs:
            for arg in instr.args:
                takers.setdefault(arg, set()).add(block)
    return takers


def _evaluate(instr: Instr, block: Block, known: _Known, edges: set[tuple[Block, Block]]) -> Const | _Varies | None:
    """A constant; _VARIES; or None while nothing is known."""
    name = instr.op.name
    if name == "phi":
        return _meet(instr, block, known, edges)
    if name != "within" and name not in FOLD:
        return _VARIES
    values: list[Value] = []
    for arg in instr.args:
        value = _lookup(arg, known)
        if value is None:
            return None
        if isinstance(value, _Varies):
            return _VARIES
        values.append(value)
    if name == "within":
        number = values[0]
        inside = isinstance(number, Const) and instr.attrs["lo"] <= number.value <= instr.attrs["hi"]
        return number if inside and isinstance(number, Const) else _VARIES
    return fold(instr, values)


def _lookup(value: Value, known: _Known) -> Const | _Varies | None:
    if isinstance(value, Const):
        return value
    return known.get(value) if isinstance(value, Instr) else None if isinstance(value, Undef) else _VARIES


def _meet(phi: Instr, block: Block, known: _Known, edges: set[tuple[Block, Block]]) -> Const | _Varies | None:
    found: Const | None = None
    for pred, arg in zip(block.preds, phi.args):
        if (pred, block) not in edges:
            continue
        value = _lookup(arg, known)
        if isinstance(value, _Varies):
            return value
        if value is None:
            continue
        if found is not None and found.value != value.value:
            return _VARIES
        found = found or value
    if found is not None and phi.type.is_ptr:
        return _VARIES  # a NULL here and there is a placeholder
    return found


def _equal(a: Const | _Varies | None, b: Const | _Varies) -> bool:
    """Values only fall: what varies once varies for ever."""
    return a is _VARIES or a is b or (isinstance(a, Const) and isinstance(b, Const) and a.value == b.value)


def _taken(block: Block, known: _Known) -> list[Block]:
    last = block.terminator
    assert last is not None
    if last.op.name != "branch":
        return last.targets
    condition = _lookup(last.args[0], known)
    if condition is None:
        return []
    if isinstance(condition, Const):
        return [last.targets[0 if condition.value else 1]]
    return last.targets


# ---------------------------------------------------------------- what holds behind a branch


#: compare that is true → the compares of the same operands that are true with it
_IMPLIES = {
    "eq": ("eq", "ule", "uge", "sle", "sge"), "ne": ("ne",),
    "ult": ("ult", "ule", "ne"), "ule": ("ule",), "ugt": ("ugt", "uge", "ne"), "uge": ("uge",),
    "slt": ("slt", "sle", "ne"), "sle": ("sle",), "sgt": ("sgt", "sge", "ne"), "sge": ("sge",),
}  # fmt: skip


def _propagate_facts(fn: Function) -> bool:
    dominance = Dominance(fn)
    guarded = guarded_values(fn)
    facts = _Facts(guarded - _counts(fn, dominance) if guarded else guarded, dominance)
    tree = dominance.children()
    stack: list[tuple[Block, bool]] = [(fn.entry, True)]
    while stack:
        block, enter = stack.pop()
        if not enter:
            facts.leave()
            continue
        facts.enter(block)
        stack.append((block, False))
        stack += [(child, True) for child in reversed(tree[block])]
    return facts.changed


def _counts(fn: Function, dominance: Dominance) -> set[Value]:
    """Numbers that the verifier knows at each turn, because a constant and a step are all that they are made of: the first
    test of one says all. A constant that is spilled is one when it is read again, on 5.10 too (check_stack_write in
    kernel/bpf/verifier.c). Not around an iterator, which makes any number of them."""
    if any(instr.op.name == "turn" or effects(instr).turns for instr in fn.instrs()):
        return set()
    found: set[Value] = set()
    for loop in find_loops(fn, dominance):
        counts = [phi for phi in loop.header.phis() if (count := induction(loop, phi)) and isinstance(count[0], Const)]
        found.update(counts)
    return found


_Test = tuple[str, Hashable, Hashable]


class _Facts:
    """`known`: value → the constant that it is here. `holds`: compares (op, a, b) that are true here."""

    def __init__(self, guarded: set[Value], dominance: Dominance) -> None:
        self.guarded = guarded
        self.dominance = dominance
        self.known: dict[Value, Const] = {}
        self.holds: set[_Test] = set()
        self.changed = False
        self._undo: list[tuple[list[Value], list[_Test]]] = []

    def enter(self, block: Block) -> None:
        """Learn from the edge over which control first comes; use what is known in it and on its edges."""
        self._undo.append(([], []))
        before = self.dominance.entered_from(block)
        last = before.terminator if before is not None else None
        if last is not None and last.op.name == "branch":
            self._learn(last.args[0], last.targets[0] is block)
        for instr in block.instrs:
            if instr.op.name == "branch" and isinstance(instr.args[0], Instr):
                self._decide(instr.args[0])  # what was computed before may be known only here
            if instr.op.name != "phi":
                self._replace(instr, range(len(instr.args)))
                self._decide(instr)
        for succ in block.succs:
            self._undo.append(([], []))
            last = block.terminator
            if last is not None and last.op.name == "branch":
                self._learn(last.args[0], last.targets[0] is succ)
            at = succ.preds.index(block)
            for phi in succ.phis():
                self._replace(phi, (at,))
            self.leave()

    def leave(self) -> None:
        values, compares = self._undo.pop()
        for value in values:
            del self.known[value]
        for key in compares:
            self.holds.remove(key)

    def _replace(self, instr: Instr, places: range | tuple[int, ...]) -> None:
        """A number that a phi takes over stays where it is: a constant would have to be made on the edge."""
        if not self.known:
            return
        for at in places:
            new = self.known.get(instr.args[at])
            if new is not None and (instr.op.name != "phi" or new.type == I1):
                instr.args[at] = new
                self.changed = True

    def _decide(self, instr: Instr) -> None:
        """A compare that follows from one that holds is known from here on."""
        if instr.op.name not in NEGATED or instr in self.known or instr.args[0] in self.guarded:
            return
        a, b = _plain(instr.args[0]), _plain(instr.args[1])
        if (instr.op.name, a, b) in self.holds:
            self._note(instr, Const(1, I1))
        elif (NEGATED[instr.op.name], a, b) in self.holds:
            self._note(instr, Const(0, I1))

    def _note(self, value: Value, constant: Const) -> None:
        if value not in self.known:
            self.known[value] = constant
            self._undo[-1][0].append(value)

    def _learn(self, condition: Value, holds: bool) -> None:
        if not isinstance(condition, Instr):
            return
        if not condition.args or condition.args[0] not in self.guarded:
            self._note(condition, Const(int(holds), I1))
        name, args = condition.op.name, condition.args
        if name == "xor" and isinstance(args[1], Const):
            self._learn(args[0], holds != bool(args[1].value))
        elif (name, holds) in (("and", True), ("or", False)):
            for arg in args:
                self._learn(arg, holds)
        elif name in NEGATED:
            for key in _consequences(name if holds else NEGATED[name], args[0], args[1]):
                if key not in self.holds:
                    self.holds.add(key)
                    self._undo[-1][1].append(key)
            if name == ("eq" if holds else "ne"):
                self._learn_number(args[0], args[1])

    def _learn_number(self, value: Value, number: Value) -> None:
        opaque = isinstance(value, Instr) and value.op.name == "core"
        if isinstance(number, Const) and value.type == I64 and not isinstance(value, Const) and not opaque:
            self._note(value, number)


def tests_of(condition: Value, holds: bool) -> Iterator[_Test]:
    """The compares that are true when the condition is true (or false)."""
    if isinstance(condition, Instr) and condition.op.name in NEGATED:
        yield from _consequences(condition.op.name if holds else NEGATED[condition.op.name], *condition.args)


def outcome_of(condition: Value, holding: set[_Test]) -> bool | None:
    """What follows for a condition from compares that are true."""
    if not isinstance(condition, Instr) or condition.op.name not in NEGATED:
        return None
    a, b = (_plain(arg) for arg in condition.args)
    if (condition.op.name, a, b) in holding:
        return True
    return False if (NEGATED[condition.op.name], a, b) in holding else None


def _consequences(name: str, a: Value, b: Value) -> Iterator[_Test]:
    left, right = _plain(a), _plain(b)
    for other in _IMPLIES[name]:
        yield other, left, right
        yield SWAPPED[other], right, left


def _plain(value: Value) -> Hashable:
    """Equal for equal constants."""
    return (value.value, value.type) if isinstance(value, Const) else value
