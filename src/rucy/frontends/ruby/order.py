"""Refuses chains whose blocks would run in another order than in Ruby, where that can be seen.

Ruby runs the block of `map` for all elements before that of the next stage sees the first; here each element goes through the
whole chain at once (chains.py). That is the same while no block touches what another one changes or prints, and while each runs
for all elements: `any?` and its like end at once, as does a `return`. Of a block that a method was called with nothing is known.

A thing that is changed or looked at is a variable, or (kind, name): ("global", n), ("map", n), ("output", ""), and
("object", ""), which is all objects by other names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.frontends.ruby import errors
from rucy.lang import tree
from rucy.source import Diagnostic

if TYPE_CHECKING:
    from rucy.frontends.ruby.chains import Chain

#: Ends that need not see all elements.
_EARLY = frozenset(
    ("any?", "all?", "none?", "include?", "member?", "empty?", "find", "detect", "first", "index", "find_index")
)  # fmt: skip
_OUTPUT, _OBJECT = ("output", ""), ("object", "")
_PRINTS = frozenset(("puts", "print", "p", "printf", "printk", "exit", "tail_call", "signal", "after", "redirect", "redirect_map",
                     "override_return"))  # fmt: skip
#: What changes an element of a map that is an object of its own: a histogram's, an inner map's.
_CHANGES = frozenset(("<<", "push", "pop", "delete", "store"))
#: What a map is asked without being changed.
_READS = frozenset(("[]", "fetch", "key?", "has_key?", "member?", "include?", "size", "length", "peek", "empty?"))


class Effects:
    """`changed` and `seen`: the things that a part of the program changes and looks at, beside the variables that end with it."""

    def __init__(self, unit: tree.Unit, chains: list[Chain]) -> None:
        self.unit = unit
        self.inner = {id(chain.made): _own(chain) for chain in chains}  # a chain in a block: its blocks are no more
        self.members: dict[str, list[tree.Method]] = {}  # methods by the names of fields and methods
        for struct in unit.structs.values():
            self.members |= {attr.name: [] for attr in struct.attrs if attr.name not in self.members}
            for method in struct.methods:
                self.members.setdefault(method.name, []).append(method)
        self.changed: set[object] = set()
        self.seen: set[object] = set()
        self.own: set[tree.Var] = set()
        self.methods: set[tree.Method] = set()
        self.deep = False  # in a method that is called
        self.returns = False

    def of_block(self, block: tree.Block | tree.PassedBlock | None) -> tuple[set[object], set[object]]:
        self.changed, self.seen, self.own, self.methods, self.returns = set(), set(), set(), set(), False
        if block is not None:
            self.look(block)
        return self.changed - self.own, self.seen - self.own

    def look(self, part: object) -> None:
        if isinstance(part, tuple | list):
            for one in part:
                self.look(one)
        if not isinstance(part, tree.Node):
            return
        self.own |= self.inner.get(id(part), set())
        match part:
            case tree.Return():
                self.returns = self.returns or not self.deep
            case tree.Bind():
                self.own.add(part.var)
            case tree.Block():
                self.own |= {*part.own} | {param.var for param in part.params}
            case tree.SetLocal():
                self.changed.add(part.var)
                self.own |= {part.var} if part.var.name.startswith("%") else set()
            case tree.Local():
                self.seen.add(part.var)
            case tree.SetGlobal() | tree.UpdateGlobal():
                self.changed.add(("global", part.name))
            case tree.Global():
                self.seen.add(("global", part.name))
            case tree.Update():
                self.changed |= self.written(part.recv)
            case tree.Send():
                self.call(part)
        for name in part.__slots__:
            self.look(getattr(part, name))

    def call(self, call: tree.Send) -> None:
        if call.recv is None:
            self.changed |= {_OUTPUT} if call.name in _PRINTS or call.name.startswith("bpf_") else set()
            self.inside(self.unit.methods.get(call.name))
            return
        thing = self.thing(call.recv)
        if isinstance(call.recv, tree.Const) and thing is not _OBJECT:
            (self.seen if call.name in _READS else self.changed).add(thing)
        elif call.name in _CHANGES and isinstance(thing, tuple) and thing[0] == "map":
            self.changed.add(thing)
        elif call.name == "[]=" or call.name[0].isalpha() and call.name[-1] == "=":
            self.changed |= self.written(call.recv)
        else:
            self.seen |= {thing, _OBJECT} if call.name in self.members else {thing}
        for method in self.members.get(call.name, ()):
            self.inside(method)

    def inside(self, method: tree.Method | None) -> None:
        """All variables of a method end with it; an object there is one by another name."""
        if method is None or method in self.methods:
            return
        self.methods.add(method)
        before, self.changed, self.seen, self.deep = (self.changed, self.seen, self.deep), set(), set(), True
        self.look(method.body)
        found, (self.changed, self.seen, self.deep) = (self.changed, self.seen), before
        self.changed |= {thing for thing in found[0] if not isinstance(thing, tree.Var)}
        self.seen |= {thing for thing in found[1] if not isinstance(thing, tree.Var)}

    def written(self, node: tree.Node) -> set[object]:
        """A variable's object is one by other names, too."""
        thing = self.thing(node)
        return {thing, _OBJECT} if isinstance(thing, tree.Var) and thing not in self.own else {thing}

    def thing(self, node: tree.Node) -> object:
        match node:
            case tree.Local() if not self.deep:
                return node.var
            case tree.Global():
                return ("global", node.name)
            case tree.Const() if node.name in self.unit.consts and isinstance(self.unit.consts[node.name].value, tree.MapDecl):
                return ("map", node.name)
            case tree.Send() if node.recv is not None:
                return self.thing(node.recv)
        return _OBJECT


def check_order(unit: tree.Unit, chains: list[Chain]) -> list[Diagnostic]:
    effects, found = Effects(unit, chains), list[Diagnostic]()
    for chain in chains:
        if (stage := _out_of_order(effects, chain)) is not None:
            found.append(errors.ChainOrder(stage.name_span, name=stage.name))
    return found


def _out_of_order(effects: Effects, chain: Chain) -> tree.Send | None:
    """The first call whose block changes what another one touches, or changes anything where not all elements are seen."""
    calls = (*chain.stages, chain.end)
    parts, leaving = [], []
    for call in calls:
        parts.append(effects.of_block(call.block))
        leaving.append(effects.returns)
    block = chain.end.block
    leaves = chain.end.name in _EARLY or leaving[-1] or isinstance(block, tree.Block) and block.break_label.used
    for at, (changed, _) in enumerate(parts):
        left = any(returns for other, returns in enumerate(leaving[:-1]) if other != at)
        if changed and (left or leaves and at < len(chain.stages)):
            return calls[at]
        for other, (changed_there, seen_there) in enumerate(parts):
            if other != at and changed & (changed_there | seen_there):
                return calls[at]
    return None


def _own(chain: Chain) -> set[tree.Var]:
    """The variables of its blocks."""
    blocks = [call.block for call in (*chain.stages, chain.end) if isinstance(call.block, tree.Block)]
    return {var for block in blocks for var in (*block.own, *(param.var for param in block.params))}
