"""The part of the generator that makes methods that yield, their blocks, loops without a bound and loops with a value.

A method that yields is copied into each call, and types are found in each copy: so what is handed to and fro has the very kind
that the method's row says, and each copy means the same. Where an element of a map is held there is no `yield`: the block may
change the map.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.fuzz.data import LISTS, Map, held
from tests.fuzz.program import Node, Program, Types, kind_of, num

_CALLS = 4  # of methods that yield, in one program: each is a copy
_DEEP = 2  # blocks in blocks


class BlockGenerator:
    rng: random.Random
    old: bool
    plain: bool
    p: Program
    env: dict[str, str]
    types: Types
    scopes: list[dict[str, str]]
    fixed: set[str]
    turns: int
    limit: int
    inside: list[str]
    holding: dict[str, int]
    callable: list[Node]
    # of `_Generator`
    pick: Callable[..., str]
    chance: Callable[[int], bool]
    fresh: Callable[[str, str], str]
    declare: Callable[[str, str], str]
    int: Callable[..., Node]
    bool: Callable[[int], Node]
    value: Callable[[int, str], Node]
    literal: Callable[..., Node]
    opaque: Callable[[], Node]
    call: Callable[[Node, int], Node]
    block: Callable[[int], Node]
    statements: Callable[[int], list[Node]]
    do_new: Callable[[int], Node]
    do_gset: Callable[[int], Node]
    free: Callable[..., list[str]]
    int_call: Callable[[int], Node]
    int_over: Callable[[int], Node]
    method: Callable[..., None]
    objects: Callable[..., list[tuple[Node, str, str]]]
    visible: Callable[..., list[str]]
    borrow: Callable[[str], None]
    maps: Callable[..., list[Map]]
    is_held: Callable[[Map], bool]
    count_up_to: Callable[[int], Node]
    chosen_array: Callable[[], str]

    def __init__(self) -> None:
        self.yielders: list[Node] = []
        self.yielding: dict[str, Any] = {}  # of the method that is being made: its types, its form, the yields left
        self.blocks: list[tuple[str, str]] = []  # of the blocks around a place: what `next` and `break` give; "" for nothing
        self.calls = _CALLS

    # ---------------------------------------------------------------- methods that yield

    def yielder(self, name: str) -> None:
        """One that runs its block once or more, and computes with what it gives."""
        same = self.rng.choice(self.yielders) if self.yielders and self.chance(60) else None
        if same is not None and not any(type_.startswith("O:") for type_ in same.data["yields"]):
            yields, given = same.data["yields"], same.data["given"]
        else:
            yields, given = self.yielded(), self.rng.choice(("U", "S", "S", "B"))
        form = self.pick((6, "yield"), (4, "call"), (1 if len(yields) == 2 else 0, "list"))
        block = self.fresh("given", "") if form == "call" or self.chance(35) else ""
        asks = self.chance(15)
        self.yielding = {"yields": yields, "given": given, "form": form, "block": block, "left": 0, "asks": asks, "turns": 2}
        self.yielding["in body"] = False  # Ruby has no name for the block in the defaults of parameters
        self.method(name, self.rng.choice(("U", "S", "S", "B")), [type_ for type_ in yields if type_.startswith("O:")])
        self.yielding = {}

    def yielded(self) -> list[str]:
        """What the block is given."""
        if not self.plain and self.chance(15):
            return [f"O:{self.p.name.upper()}S{self.rng.randrange(2)}", *self.rng.choice(((), ("S",)))]
        usual = ("U", "S", "S", "B") if self.plain or self.chance(80) else ("U", "S", "T")
        return [self.rng.choice(usual) for _ in range(self.rng.choice((1, 1, 2, 2, 3)))]

    def yielding_body(self) -> list[Node]:
        """What surely runs the block, in front of the rest."""
        self.yielding["left"], self.yielding["in body"] = 2, True  # and none in its parameters
        given = self.yielding["given"]
        if self.yielding["asks"]:
            self.yielding["left"] -= 1
            read, usual = self.yield_now(), self.value(0, given)
            name = self.declare("v", given)
            inner = Node("block", Node("set", read, data=name))
            return [Node("set", usual, data=name), Node("if", Node("asked"), inner, data="if")]
        if self.chance(45):
            value = self.yield_now()
            return [Node("set", value, data=self.declare("v", given))]
        begin = self.value(0, given)
        name = self.declare("v", given)
        lead = Node("set", begin, data=name)
        turn = self.fresh("i", "U")
        self.yielding["turns"] = 5
        outer, self.turns = self.turns, self.turns * 3
        self.scopes.append({turn: "U"})
        self.fixed.add(turn)
        body = [self.gathered(name, given)]
        if self.chance(40):
            out = Node("return", self.value(1, self.result))
            body.append(Node("if", self.bool(0), Node("block", out), data=self.rng.choice(("if modifier", "unless modifier"))))
        self.scopes.pop()
        self.turns = outer
        data = {"style": "times", "array": None, "ends": 1, "exclusive": False, "step": 1, "index": None, "var": turn}
        return [lead, Node("loop", num(self.rng.randrange(1, 4)), Node("block", *body), data=data)]

    result: str

    def gathered(self, name: str, given: str) -> Node:
        if given == "B":
            return Node("set", self.yield_now(), data=name)
        return Node("opset", self.yield_now(), data=(name, self.rng.choice(("+", "^", "|"))))

    def yield_now(self) -> Node:
        row = self.yielding
        row["left"] -= 1
        values = [self.value(1, type_) for type_ in row["yields"]]
        return Node("yield", *values, data=(row["form"], row["given"], row["block"]))

    def may_yield(self, *kinds: str) -> bool:
        row = self.yielding
        return (bool(row) and row["left"] > 0 and not row["asks"] and row["given"] in kinds and not any(self.holding.values())
                and self.inside[0] == "method" and "block" not in self.inside)  # fmt: skip

    # ---------------------------------------------------------------- their calls

    def int_block(self, d: int) -> Node:
        if self.may_yield("U", "S") and self.chance(60):
            return self.yield_now()
        return self.block_call(d, "U", "S") or self.int_over(d)

    def do_blocks(self, d: int) -> Node:
        """`v = m(x) { |a| … }`, or the call alone."""
        made = self.block_call(1, "U", "S", "B")
        if made is None:
            return self.do_new(d)
        if made.data["style"] == "{}" and self.chance(60):
            made.data["style"] = "do"
        type_ = self.env["def " + made.data["name"]]
        return Node("set", made, data=self.declare("v", type_)) if self.chance(70) else made

    def block_call(self, d: int, *results: str) -> Node | None:
        have = {struct for node, struct, _ in self.objects(True) if node.op in ("var", "gobj")}
        found = [m for m in self.yielders if self.env["def " + m.data["name"]] in results
                 and {type_[2:] for type_ in m.data["types"].values()} <= have]  # fmt: skip
        if not found or not self.calls or self.inside.count("block") >= _DEEP or self.inside[0] == "struct":
            return None
        method = self.rng.choice(found)
        if self.turns * method.data["turns"] > self.limit or any(self.holding.values()):
            return None
        self.calls -= 1
        made = self.call(method, d)
        data = {**made.data, "params": [], "shadow": [], "style": self.style_of(method)}
        if data["style"][0] == "&":
            return Node("ycall", *made.kids, data=data)
        return Node("ycall", *made.kids, self.block_of(method, data), data=data)

    def style_of(self, method: Node) -> str:
        row, yields, given = self.yielding, method.data["yields"], method.data["given"]
        if row and row["block"] and self.inside[0] == "method" and (row["yields"], row["given"]) == (yields, given):
            is_same = "list" not in (row["form"], method.data["form"]) or row["form"] == method.data["form"]
            if is_same and row["in body"] and "block" not in self.inside and not row["asks"] and self.chance(80):
                return "&" + str(row["block"])
        symbols = [name for name, type_ in (("abs", "U"), ("pred", "S"), ("bit_length", "U")) if type_ == given]
        symbols += ["succ"] * (yields == [given])
        if symbols and len(yields) == 1 and yields[0] in ("U", "S") and self.chance(12):
            return "&:" + self.rng.choice(symbols)
        return "numbered" if self.chance(8) and method.data["form"] != "list" else "{}"

    def block_of(self, method: Node, data: dict[str, Any]) -> Node:
        """The block, which sees and changes what is around it. Its parameters go into `data`."""
        yields, given = method.data["yields"], method.data["given"]
        outer, self.turns = self.turns, self.turns * int(method.data["turns"])
        inside, self.inside = self.inside, [*self.inside, "block"]
        self.blocks.append((given, self.env["def " + method.data["name"]]))
        self.scopes.append({})
        simple = data["style"] == "numbered"
        names = [self.declare("y", type_) for type_ in yields]
        for name, type_ in zip(names, yields):
            if type_.startswith("O:"):
                self.borrow(name)
        if simple:
            self.fixed.update(names)
            data["params"] = names
            body = [self.flat(given)]
        else:
            self.parameters(method.data["form"], names, data)
            changed = [self.captured()] if self.chance(50) else []
            body = [*changed, *self.statements(1), self.value(1, given)]
        self.scopes.pop()
        self.blocks.pop()
        self.turns, self.inside = outer, inside
        return Node("block", *body)

    def captured(self) -> Node:
        """A variable of outside the block is assigned."""
        inner = self.scopes.pop()
        names = self.free("U", "S", "B", "T")
        self.scopes.append(inner)
        if not names:
            return self.do_gset(1)
        name = self.rng.choice(names)
        if self.env[name] in ("U", "S") and self.chance(60):
            return Node("opset", self.int(1, self.env[name]), data=(name, self.rng.choice(("+", "^", "|", "*"))))
        return Node("set", self.value(1, self.env[name]), data=name)

    def flat(self, given: str) -> Node:
        """A value in which no other block stands: `_1` is this block's."""
        value = self.value(1, given)
        if any(node.op in ("ycall", "over") for node in value.walk()):
            value = self.value(0, given)
        return value

    def parameters(self, form: str, names: list[str], data: dict[str, Any]) -> None:
        data["params"] = list(names)
        if form != "list" and self.chance(20):  # further ones are dropped
            gone = names[self.rng.randrange(1, len(names) + 1) :]
            data["params"] = [name for name in names if name not in gone]
            for name in gone:
                del self.scopes[-1][name]
        elif form != "list" and self.chance(20):
            type_ = self.rng.choice(("U", "S"))
            value = self.literal(type_)
            data["params"].append((self.declare("y", type_), value))
        if data["params"] and self.chance(8):
            shadow = self.fresh("y", "")
            data["shadow"] = [shadow]

    # ---------------------------------------------------------------- leaving

    def left_with_value(self) -> Node:
        """`next` or `break` out of a block, `break` out of a loop that has a value."""
        following, behind = self.blocks[-1]
        if following and self.chance(50):
            return Node("next", self.value(1, following))
        return Node("break", self.value(1, behind))

    def guarded(self, value: Node) -> Node:
        """In a block of `sum`: `next v if c` in front of the value."""
        type_ = self.types.of(value)
        if type_ not in ("U", "S", "B") or not self.chance(15):
            return value
        other = self.value(0, type_)
        return Node("block", Node("if", self.bool(0), Node("block", Node("next", other)), data="if modifier"), value)

    # ---------------------------------------------------------------- loops with a value, and without a bound

    def do_valued(self, d: int) -> Node | list[Node]:
        """`v = 5.times { … break x if … }`, `n = while … end`."""
        if self.turns * 3 > self.limit:
            return self.do_new(d)
        most = min(6, self.limit // self.turns)
        kind = self.rng.choice(("U", "S"))
        if self.chance(50):
            end = self.count_up_to(most)
            turn = self.fresh("i", self.types.of(end))
            body = self.turned(kind, most, {turn: self.env[turn]}, d)
            data = {"style": "times", "array": None, "ends": 1, "exclusive": False, "step": 1, "index": None, "var": turn}
            type_ = kind_of("i", [self.types.of(end), kind])
            return Node("set", Node("lvalue", Node("loop", end, body, data=data), data=type_), data=self.declare("v", type_))
        counter = self.declare("w", "U")
        self.fixed.add(counter)
        limit = num(self.rng.randrange(0, most + 1))
        body = self.turned(kind, most, {}, d)
        loop = Node("while", limit, body, data=(counter, self.rng.choice(("while", "until")), self.rng.choice(("plain", "loop"))))
        return Node("set", Node("lvalue", loop, data=kind + "?"), data=self.declare("n", kind + "?"))

    def turned(self, kind: str, turns: int, scope: dict[str, str], d: int, broken: bool = True) -> Node:
        """A loop's body; where it has a value, with a `break` of one. `kind`: that of the value, or ""."""
        outer, self.turns = self.turns, self.turns * turns
        inside, self.inside = self.inside, [*self.inside, "valued" if kind else "loop"]
        self.blocks.append(("", kind))
        self.scopes.append(dict(scope))
        self.fixed.update(scope)
        lead = [self.break_with(kind)] if kind and broken and self.chance(50) else []
        body = [*lead, *self.statements(max(d - 1, 0))]
        if kind and broken and not lead:
            body.append(self.break_with(kind))
        self.scopes.pop()
        self.blocks.pop()
        self.turns, self.inside = outer, inside
        return Node("block", *body)

    def break_with(self, kind: str) -> Node:
        out = Node("break", self.value(1, kind))
        return Node("if", self.bool(1), Node("block", out), data="if modifier")

    def do_endless(self, d: int) -> Node | list[Node]:
        """A loop whose end nobody proves, of a few turns. In other loops, and in methods, only where there are but numbers: how
        long the verifier walks there also depends on the text that lies in the frame, which the compiler does not estimate."""
        if self.turns * 6 > self.limit or (self.turns > 1 and not self.plain):
            return self.do_new(d)
        what = self.pick((5, "shift"), (2, "euclid"), (2, "count"), (3 if self.drainable() else 0, "drain"))
        return getattr(self, "endless_" + what)(min(d, 1))  # type: ignore[no-any-return]

    def start(self, most: int) -> Node:
        return Node("binary", self.int(1, "U"), num(most), data="&")

    def endless_shift(self, d: int) -> list[Node]:
        """`while x != 0; x >>= 2; … end`."""
        far = self.turns == 1 and self.chance(40)
        begin = self.int(1, "U") if far else self.start(63)
        x = self.declare("x", "U")
        self.fixed.add(x)
        step, by = self.rng.choice(((">>", 13), ("/", 3000)) if far else ((">>", 1), (">>", 2), ("/", 3), ("/", 5)))
        kind = self.rng.choice(("U", "S")) if self.chance(35) else ""
        body = self.turned(kind, 6, {}, d, self.chance(40))
        body.kids.insert(0, Node("opset", num(by), data=(x, step)))
        if kind:
            loop = Node("whilex", self.over_test(x, True), body, self.value(1, kind), data=("until", "loop"))
            return [Node("set", begin, data=x), Node("set", Node("lvalue", loop, data=kind), data=self.declare("v", kind))]
        word, form = self.rng.choice(("while", "until")), self.rng.choice(("plain", "plain", "begin", "loop"))
        test = self.over_test(x, word == "until" or form == "loop")
        return [Node("set", begin, data=x), Node("whilex", test, body, data=(word, form))]

    def over_test(self, x: str, ended: bool) -> Node:
        read = Node("var", data=x)
        forms = ("==", "<=", "zero?") if ended else ("!=", ">", "positive?")
        form = self.rng.choice(forms)
        return Node("call", read, data=form) if form[-1] == "?" else Node("binary", read, num(0), data=form)

    def endless_euclid(self, d: int) -> list[Node]:
        begin = self.start(63), self.start(63)
        x, y = self.declare("x", "U"), self.declare("x", "U")
        self.fixed.update((x, y))
        first = [Node("set", value, data=name) for name, value in zip((x, y), begin)]
        step = Node("masg", Node("var", data=y), Node("binary", Node("var", data=x), Node("var", data=y), data="%"), data=[x, y])
        body = self.turned("", 8, {}, 1)
        body.kids.insert(0, step)
        return [*first, Node("whilex", self.over_test(y, True), body, data=("until", "plain"))]

    def endless_count(self, d: int) -> Node:
        """`n.times { |i| break if i > 3; … }`."""
        style = self.rng.choice(("times", "upto", "step"))
        low = num(self.rng.randrange(0, 4))
        step = self.rng.choice((1, 2, 3)) if style == "step" else 1
        ends = [self.opaque()] if style == "times" else [low, self.opaque()]
        data = {"style": style, "array": None, "ends": len(ends), "exclusive": False, "step": step, "index": None}
        turn = self.fresh("i", self.types.element(Node("loop", *ends, data=data)))
        body = self.turned("", 6, {turn: self.env[turn]}, d)
        last = Node("binary", Node("var", data=turn), num(self.rng.randrange(1, 6)), data=self.rng.choice((">", ">=")))
        body.kids.insert(0, Node("if", last, Node("block", Node("break")), data="if modifier"))
        return Node("loop", *ends, body, data={**data, "var": turn})

    def drainable(self) -> list[Map]:
        return [row for row in self.maps(*LISTS) if not self.is_held(row)]

    def endless_drain(self, d: int) -> Node:
        """`while v = QUEUE.pop`; nothing inside puts there."""
        row = self.rng.choice(self.drainable())
        self.holding[row.name] = self.holding.get(row.name, 0) + 1
        callable_, self.callable = self.callable, []
        type_ = held(row.value)
        name = self.fresh("e", type_)
        self.where[name], self.depth_of[name] = "frame", 0
        body = self.turned("", 4, {name: type_}, 1)
        self.callable = callable_
        self.holding[row.name] -= 1
        return Node("drain", body, data=(row.name, name))

    where: dict[str, str]
    depth_of: dict[str, int]

    def do_from(self, d: int) -> Node:
        """`a, b = ARRAY`."""
        array = f"{self.p.name.upper()}_A0"
        kind = "S" if min(self.p.arrays[array]) < 0 else "U"
        return Node("mfrom", data=([self.declare("v", kind) for _ in range(self.rng.randrange(2, 4))], array))


__all__ = ["BlockGenerator"]
