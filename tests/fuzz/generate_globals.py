"""The part of the generator that makes structs and arrays in `$globals`, and histograms.

While a variable stands for such an object (`holding`, by "$name") no other is given in its place: in Ruby the variable would keep
the old one. What is given to a place in one is not computed from it: that is no atomic update, which the language refuses.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.fuzz.data import HISTOGRAMS, Map, Struct, held
from tests.fuzz.kept import Kept, name_kept
from tests.fuzz.program import Node, Program, Types, num


def names_kept(node: Node) -> set[str]:
    """The globals with objects that an expression reads."""
    return {name_kept(inner) for inner in node.walk()} - {""}


class GlobalGenerator:
    rng: random.Random
    p: Program
    env: dict[str, str]
    types: Types
    inside: list[str]
    scopes: list[dict[str, str]]
    holding: dict[str, int]
    # of `_Generator`
    pick: Callable[..., str]
    chance: Callable[[int], bool]
    int: Callable[..., Node]
    literal: Callable[..., Node]
    opaque: Callable[[], Node]
    quiet: Callable[[Callable[[], Node]], Node]
    new: Callable[[str, int], Node]
    new_object: Callable[[str, str], str]
    index: Callable[[int], Node]
    fit: Callable[[Node, object], Node]
    change: Callable[[Node, str, str], list[Node]]
    block: Callable[[int], Node]
    statement: Callable[[int], list[Node]]
    do_change: Callable[[int], list[Node]]
    do_gset: Callable[[int], Node]
    store_number: Callable[[Node], Node]
    has_comm: Callable[[], bool]
    maps: Callable[..., list[Map]]
    atomic: tuple[str, ...]

    # ---------------------------------------------------------------- declarations

    def kept_globals(self) -> None:
        rng, name = self.rng, self.p.name.upper()
        for at in range(rng.choice((0, 0, 1, 2, 2))):
            struct = f"{name}S{int(self.chance(70))}"
            count = rng.choice((0, 0, 2, 3))
            self.p.kept[f"c{at}"] = Kept(struct, count, self.first_object(self.p.structs[struct]))
        for at in range(rng.choice((0, 0, 1, 1, 2))):
            count = rng.randrange(1, 5)
            items = [rng.randrange(100) for _ in range(count)] if self.chance(60) else [rng.randrange(4)] * count
            if self.chance(50):
                items[rng.randrange(count)] = -rng.randrange(1, 100)
            self.p.kept[f"l{at}"] = Kept("", count, items)
            self.env[f"$l{at}"] = "S" if min(items) < 0 else "U"
        for at in range(rng.choice((0, 0, 0, 0, 1, 2))):
            word = rng.choice(HISTOGRAMS)
            key = rng.choice(((), (), ("u64",), (("char", 16),) if self.has_comm() else ("u64",)))
            self.p.maps[f"{name}_G{at}"] = Map(f"{name}_G{at}", word, key, "u64")

    def first_object(self, struct: Struct) -> Node:
        """Of literals."""
        fields = [(f, s) for f, s in struct.fields if held(s) != "A" and self.chance(60)]
        return Node("new", *(self.first_value(s) for _, s in fields), data=(struct.name, [f for f, _ in fields]))

    def first_value(self, storage: object) -> Node:
        match held(storage):
            case "B":
                return Node("bool", data=self.chance(50))
            case "T":
                return Node("str", data=self.rng.choice(("", "a", "fuzz", "rucy-fuzz")))
            case "U" | "S":
                bits = int(str(storage)[1:])
                signed = str(storage)[0] == "i"
                return num(self.rng.randrange(-(1 << bits - 1) if signed else 0, 1 << bits - signed))
        return self.first_object(self.p.structs[str(storage)])

    # ---------------------------------------------------------------- reading

    def kept_objects(self) -> list[tuple[Node, str, str]]:
        """As `objects`: those of `$globals`, and elements of arrays there."""
        out = []
        for name, row in self.p.kept.items():
            if row.of and not row.count:
                out.append((Node("gobj", data=name), row.of, "global"))
            elif row.of:
                out.append((Node("gat", num(self.rng.randrange(row.count)), data=(name, True)), row.of, "global"))
        return out

    def lists(self, kind: str = "") -> list[str]:
        return [name for name, row in self.p.kept.items() if not row.of and kind in ("", self.env["$" + name])]

    def chosen_array(self) -> str:
        """A constant array, or one in a global."""
        lists = self.lists()
        if lists and self.chance(30):
            return "$" + self.rng.choice(lists)
        return f"{self.p.name.upper()}_A{self.rng.randrange(2)}"

    def int_list(self, d: int) -> Node:
        lists = self.lists()
        if not lists:
            return self.literal()
        name = self.rng.choice(lists)
        if self.chance(25):
            return Node("gfold", data=(name, self.rng.choice(("sum", "min", "max", "size", "first", "last"))))
        if self.chance(25):
            return Node("default", Node("gat", self.opaque(), data=(name, False)), self.literal())
        return Node("gat", self.index(self.p.kept[name].count), data=(name, True))

    # ---------------------------------------------------------------- changing

    def detached(self, made: Node) -> Node:
        """A change of a kept object, whose new value does not read it."""
        own = names_kept(made.kids[0]) if made.op in ("put", "putat") else {made.data[0] if made.op == "gput" else made.data}
        value = made.kids[-1]
        if own & names_kept(value) or own and any(node.op in ("mcall", "ocall", "ycall", "yield") for node in value.walk()):
            type_ = self.types.of(value)
            made.kids[-1] = {"B": Node("bool", data=True), "T": Node("str", data="fuzz")}.get(type_, num(5))
            if type_.startswith("O:"):
                made.kids[-1] = Node("new", data=(type_[2:], []))
        return made

    def do_kept(self, d: int) -> list[Node]:
        names = list(self.p.kept)
        if not names:
            return self.do_change(d)
        name = self.rng.choice(names)
        row = self.p.kept[name]
        if not row.of:
            return [self.put_number(name, row)]
        base = Node("gat", self.index(row.count), data=(name, True)) if row.count else Node("gobj", data=name)
        free = self.inside[0] == "body" and "block" not in self.inside
        what = self.pick((6, "change"), (5 if free and not self.holding.get("$" + name) else 0, "whole"),
                         (2 if free else 0, "alias"), (8 if row.count and d > 0 and free else 0, "if"))  # fmt: skip
        if what == "whole":
            return self.whole(name, row)
        if what == "alias":
            alias = self.new_object(row.of, "global")
            self.holding["$" + name] = self.holding.get("$" + name, 0) + 1000  # to the end
            self.roots[alias] = name
            return [Node("set", base, data=alias), *self.change(Node("var", data=alias), row.of, "global")]
        return self.change(base, row.of, "global") if what == "change" else self.kept_element(name, row, d)

    roots: dict[str, str]

    def put_number(self, name: str, row: Kept) -> Node:
        kind = self.env["$" + name]
        inside = self.chance(75)
        op = self.rng.choice([o for o in self.atomic if (o, kind) != ("-", "U")]) if inside and self.chance(60) else ""
        value = self.quiet(lambda: self.int(1, kind))
        value = value if self.types.of(value) == kind else self.literal(kind)
        index = self.index(row.count) if inside else self.opaque()
        return self.detached(Node("gput", index, value, data=(name, op)))

    def whole(self, name: str, row: Kept) -> list[Node]:
        value = self.new(row.of, 1)
        if row.count:
            return [self.detached(Node("gput", num(self.rng.randrange(row.count)), value, data=(name, "")))]
        return [self.detached(Node("gwhole", value, data=name))]

    def kept_element(self, name: str, row: Kept, d: int) -> list[Node]:
        """`if e = $list[i]`."""
        self.holding["$" + name] = self.holding.get("$" + name, 0) + 1
        self.scopes.append({})
        element = self.new_object(row.of, "global")
        self.roots[element] = name
        there: list[Node] = []
        for _ in range(self.rng.randrange(1, 3)):
            there += self.change(Node("var", data=element), row.of, "global") if self.chance(60) else self.statement(d - 1)
        self.scopes.pop()
        self.holding["$" + name] -= 1
        other = self.block(d - 1) if self.chance(40) else Node("block")
        return [Node("gif", self.opaque(), Node("block", *there), other, data=(name, element))]

    # ---------------------------------------------------------------- histograms

    def do_histogram(self, d: int) -> Node | list[Node]:
        rows = self.maps(*HISTOGRAMS)
        return self.tally(self.rng.choice(rows), self.int(2)) if rows else self.do_gset(d)

    def tally(self, row: Map, value: Node) -> Node:
        keys: list[Node] = []
        if row.key == ("u64",):
            keys = [Node("binary", self.int(1, "U"), num(3), data="&")]
        elif row.key:
            keys = [Node("comm")]
        return Node("hput", *keys, value, data=(row.name,))


__all__ = ["GlobalGenerator"]
