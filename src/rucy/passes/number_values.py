"""Computes once what is computed twice: of two equal instructions the one that the other dominates goes.

    %1 = add %0, %a           %1 = add %0, %a
    branch %c -> b, d         branch %c -> b, d
    b:                        b:
    %2 = add %a, %0           (gone: %1)
    %3 = mul %2, 3            %3 = mul %1, 3

Needs: no unreachable blocks. Keeps: every effect; checks are equal only behind the same test. Breaks: nothing.

A symbol's address and a CO-RE value cost as little as the copy that would replace them: two are equal where they are
operands, but one goes only within a block and with no call between, where it can stay in a scratch register. So does a field
of the context, where the function only reads that: what is made of the field is made once.
"""

from __future__ import annotations

from collections.abc import Hashable

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Const, Function, Instr, Value, replace_all
from rucy.ir.ops import COMPARES, SWAPPED, effects
from rucy.ir.types import I64

_CHEAP = ("global", "map", "func", "core")


def number_values(fn: Function) -> bool:
    """Walks the dominator tree with the instructions that dominate the place."""
    tree = Dominance(fn).children()
    numbering = _Numbering(_read_only(fn))
    stack: list[tuple[Block, bool]] = [(fn.entry, True)]
    while stack:
        block, enter = stack.pop()
        if not enter:
            numbering.leave()
            continue
        numbering.enter(block)
        stack.append((block, False))
        stack += [(child, True) for child in reversed(tree[block])]
    if not numbering.gone:
        return False
    for block in fn.blocks:
        block.instrs = [i for i in block.instrs if i not in numbering.gone]
    replace_all(fn, numbering.gone)
    return True


class _Numbering:
    """`leaders`: key → the first instruction of its value that dominates the place. `equal`: a cheap instruction that
    stays → its leader, for the keys of its users. `gone`: replaced instruction → value. `contexts`: those that are only
    read."""

    def __init__(self, contexts: set[Value]) -> None:
        self.contexts = contexts
        self.leaders: dict[Hashable, Instr] = {}
        self.equal: dict[Value, Value] = {}
        self.gone: dict[Value, Value] = {}
        self._added: list[list[Hashable]] = []

    def enter(self, block: Block) -> None:
        added: list[Hashable] = []
        self._added.append(added)
        fresh: dict[Hashable, Instr] = {}
        for instr in block.instrs:
            if "X" in instr.op.effects:
                fresh = {}
            cheap = instr.op.name in _CHEAP or self._is_field(instr)
            if not cheap and "N" not in instr.op.effects and instr.op.name != "phi" and not _is_steady(instr):
                continue
            key = self._key(instr)
            leader = self.leaders.get(key)
            if leader is None:
                self.leaders[key] = instr
                added.append(key)
            elif not cheap:
                self.gone[instr] = leader
                continue
            else:
                self.equal[instr] = leader
            if cheap:
                near = fresh.setdefault(key, instr)
                if near is not instr:
                    self.gone[instr] = near

    def _is_field(self, instr: Instr) -> bool:
        return instr.op.name == "load" and instr.type == I64 and instr.args[0] in self.contexts

    def leave(self) -> None:
        for key in self._added.pop():
            del self.leaders[key]

    def _key(self, instr: Instr) -> Hashable:
        """A compare is equal only to one of the same operands: a check behind it names them."""
        name = instr.op.name
        args = [self._number(arg, name not in COMPARES) for arg in instr.args]
        if len(args) == 2 and (instr.op.commutes or name in SWAPPED) and args[1] < args[0]:
            name, args = SWAPPED.get(name, name), args[::-1]
        place = id(instr.block) if name == "phi" else 0
        return name, instr.type, tuple(args), tuple(instr.attrs.items()), place

    def _number(self, value: Value, equal: bool) -> tuple[int, int, str]:
        """Equal for equal values, and ordered."""
        value = self.gone.get(value, value)
        value = self.equal.get(value, value) if equal else value
        return (1, value.value, str(value.type)) if isinstance(value, Const) else (0, id(value), "")


def _read_only(fn: Function) -> set[Value]:
    """The function's context, if nothing but loads takes it."""
    contexts: set[Value] = {param for param in fn.params if param.type.kind == "ctx"}
    if contexts:
        contexts -= {arg for instr in fn.instrs() if instr.op.name != "load" for arg in instr.args}
    return contexts


def _is_steady(instr: Instr) -> bool:
    """A helper whose value is the same all through a run."""
    return instr.op.name == "call" and effects(instr).numberable
