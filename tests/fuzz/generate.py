"""Random programs over the whole subset: `generate(seed, name)`, the same program for the same seed.

What is made is always in the language: conditions are true or false, divisors and exponents are what the language allows,
loops have bounds that can be proved, nil is tested before use. So a refusal by the compiler or the verifier is a finding.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.fuzz.generate_blocks import BlockGenerator
from tests.fuzz.generate_data import TEXTS, DataGenerator
from tests.fuzz.generate_globals import GlobalGenerator
from tests.fuzz.program import (
    ARITHMETIC,
    ATOMIC,
    COMPARES,
    METHODS,
    UPDATES,
    WIDTHS,
    Node,
    Program,
    TwoTypes,
    Types,
    infer,
    kind_of,
    num,
)  # fmt: skip

EDGES = (0, 1, 2, 3, 7, 8, 63, 64, 65, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32,
         2**32 + 1, 2**63 - 1, 2**63, 2**64 - 1)  # fmt: skip
_RUNS = 4
_TURNS = 12  # of all loops around a place
_MANY = 300  # the same of a few programs, whose loops come near to what a verifier walks through

#: Statements of tests/fuzz/generate_data.py and their weights.
_DATA = ((9, "map"), (4, "object"), (5, "change"), (3, "ring"), (3, "each"), (4, "out"), (4, "kept"), (1, "histogram"))

Type = str


def generate(seed: int, name: str, old: bool = False) -> Program:
    """`old`: only what every kernel from 5.10 on has."""
    try:
        return _Generator(random.Random(seed), name, old).program()
    except TwoTypes:  # next to never: another one in its place
        return _Generator(random.Random(seed + (1 << 40)), name, old).program()


class _Generator(DataGenerator, BlockGenerator, GlobalGenerator):
    """`scopes`: what may be read, innermost last: variable → type. `fixed`: what may not be assigned (loop counters)."""

    def __init__(self, rng: random.Random, name: str, old: bool) -> None:
        self.rng, self.old = rng, old
        self.atomic, self.mix = (("+", "-"), "+") if old else (ATOMIC, "^")
        self.p = Program(name, rng.choice(("raw", "raw", "raw", "raw", "socket")))
        self.env: dict[str, str] = {}
        self.types = Types(self.p, self.env)
        self.scopes: list[dict[str, Type]] = [{}]
        self.fixed: set[str] = set()
        self.count = 0
        self.turns = 1
        self.limit = _MANY if rng.randrange(25) == 0 else _TURNS
        self.inside: list[str] = ["body"]  # what `next` and `break` mean here
        self.callable: list[Node] = []
        self.budget = 0
        self.result = ""  # of the method that is being made
        self.roots: dict[str, str] = {}  # object variable → the global that it stands for
        DataGenerator.__init__(self)
        BlockGenerator.__init__(self)

    def pick(self, *pairs: tuple[int, str]) -> str:
        return self.rng.choices([p[1] for p in pairs], [p[0] for p in pairs])[0]

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def fresh(self, prefix: str, type_: Type) -> str:
        self.count += 1
        name = f"{prefix}{self.count}"
        self.env[name] = type_
        return name

    def declare(self, prefix: str, type_: Type) -> str:
        name = self.fresh(prefix, type_)
        self.scopes[-1][name] = type_
        return name

    def visible(self, *types: Type) -> list[str]:
        return [name for scope in self.scopes for name, t in scope.items() if t in types]

    # ---------------------------------------------------------------- the whole

    def program(self) -> Program:
        p, rng = self.p, self.rng
        upper = p.name.upper()
        if p.hook == "raw":
            types = list(WIDTHS)
            rng.shuffle(types)
            p.fields = [(f"f{i}", t) for i, t in enumerate(types)]
        for i in range(2 if p.hook == "raw" else 6):
            p.inputs.append(f"in_{'us'[i % 2]}{i}")
            p.globals[p.inputs[-1]] = -1 - i if i % 2 else 1 + i
        for i in range(3):
            p.globals[f"u{i}"] = rng.choice((0, 0, rng.choice(EDGES)))
            p.globals[f"s{i}"] = -rng.choice((1, 2, 2**31, 2**63))
        p.globals["b0"] = self.chance(50)
        for i, size in enumerate((4, rng.randrange(1, 7))):
            low = -50 if i else 0
            p.arrays[f"{upper}_A{i}"] = [rng.randrange(low, 100) if self.chance(80) else rng.choice(EDGES) for _ in range(size)]
        # one kind for all elements, whichever way they are taken
        p.arrays = {array: [min(item, 2**63 - 1) for item in items] for array, items in p.arrays.items()}
        p.consts = {f"{upper}_K0": rng.choice(EDGES), f"{upper}_K1": -rng.randrange(1, 1000)}
        self.env.update({"$" + name: "B" if isinstance(v, bool) else "S" if v < 0 else "U" for name, v in p.globals.items()})
        self.plain = self.chance(30)  # numbers and statements alone
        if not self.plain:
            self.declarations()
            self.kept_globals()
            self.struct_methods()
        for i in range(rng.choice((0, 1, 1, 2))):
            self.method(f"{p.name}_m{i}", rng.choice(("U", "S", "S", "B") if self.plain else ("U", "S", "S", "B", "T")))
        for i in range(rng.choice((0, 0, 1, 1, 2))):
            self.yielder(f"{p.name}_y{i}")
        self.budget = rng.randrange(4, 11)
        body = self.statements(3)
        p.body = Node("block", *body)
        p.body.kids += self.results()
        p.runs = [self.run() for _ in range(_RUNS)]
        infer(p)
        return p

    def run(self) -> dict[str, int]:
        return {name: self.number() for name in [n for n, _ in self.p.fields] + self.p.inputs}

    def number(self) -> int:
        """64 bits."""
        rng = self.rng
        if self.chance(60):
            return rng.choice(EDGES) * rng.choice((1, 1, -1)) & 2**64 - 1
        return rng.getrandbits(rng.choice((3, 6, 16, 32, 64))) * rng.choice((1, 1, -1)) & 2**64 - 1

    def results(self) -> list[Node]:
        """Whatever lives at the end goes out, and the probe's value."""
        out: list[Node] = []
        names = self.visible("U", "S")[-6:]
        for i, name in enumerate(names[:3]):
            out.append(Node("gset", Node("var", data=name), data=f"s{i}"))
        for name in names[3:]:
            out.append(Node("gop", Node("var", data=name), data=("u0" if self.env[name] == "U" else "s0", self.mix)))
        for name in self.visible("T")[-1:]:
            out.append(Node("gset", Node("var", data=name), data=self.text_global().data[1:]))
        if self.p.hook == "socket":
            out.append(Node("binary", self.int(2, "U"), num(0xFFFF), data="&"))
        elif self.chance(50):
            out.append(self.int(2))
        return self.settled_maps(out) + out

    def method(self, name: str, result: Type, objects: Sequence[Type] = ()) -> None:
        """`objects`: parameters that there must be."""
        scopes, self.scopes = self.scopes, [{}]
        inside, self.inside = self.inside, ["method"]
        self.result = result
        params, defaults = [], []
        for type_ in objects:
            params.append((self.declare("a", type_), "plain"))
            self.borrow(params[-1][0])
        for _ in range(self.rng.randrange(0, 3 if self.yielding else 4)):
            style = "plain" if not defaults and self.chance(60) else self.pick((2, "optional"), (2, "keyword"))
            if any(s == "keyword" for _, s in params):
                style = "keyword"
            type_ = self.param_type(style)
            if style != "plain":
                defaults.append(self.value(1, type_))
            params.append((self.declare("a", type_), style))
            if type_.startswith("O:"):
                self.borrow(params[-1][0])
        self.turns = 2  # the callers have loops, too
        assigned = [self.assigned(param) for param, _ in params if self.env[param] == "T" and self.chance(50)]
        body = [*assigned, *(self.yielding_body() if self.yielding else []), *self.statements(1 if self.yielding else 2)]
        if self.chance(40):
            out = Node("return", self.value(1, result))
            body.append(
                Node("if", self.bool(1), Node("block", out), data=self.rng.choice(("if modifier", "unless modifier", "if")))
            )
        body.append(self.value(2, result))
        types = {param: self.env[param] for param, _ in params if self.env[param].startswith("O:")}
        row = {"name": name, "params": params, "types": types, **self.yielding}
        made = Node("def", Node("block", *body), *defaults, data=row)
        self.p.methods.append(made)
        self.env["def " + name] = result
        self.types.defs[name] = made
        (self.yielders if self.yielding else self.callable).append(made)
        self.scopes, self.inside, self.turns = scopes, inside, 1

    def param_type(self, style: str) -> Type:
        if not self.plain and style == "plain" and self.chance(20):
            return f"O:{self.p.name.upper()}S{self.rng.randrange(2)}"
        return self.rng.choice(("U", "S", "S", "B") if self.plain else ("U", "S", "S", "B", "T"))

    def assigned(self, param: str) -> Node:
        """A parameter that is text gets another: the caller's stays what it was."""
        made = Node("set", self.value(1, "T"), data=param)
        return made if self.chance(30) else Node("if", self.bool(1), Node("block", made), data="if modifier")

    def borrow(self, name: str) -> None:
        """An object as a parameter: from wherever, and the caller's."""
        self.where[name], self.depth_of[name] = "map", 0
        self.borrowed.add(name)
        self.fixed.add(name)

    def methods_of(self, *results: Type) -> list[Node]:
        """Methods that can be called here: there is an object for each parameter that wants one."""
        if self.inside[0] == "struct":
            return []
        have = {struct for node, struct, _ in self.objects(True) if node.op in ("var", "gobj")}
        return [m for m in self.callable if "struct" not in m.data and self.env["def " + m.data["name"]] in results
                and {type_[2:] for type_ in m.data["types"].values()} <= have]  # fmt: skip

    # ---------------------------------------------------------------- Integers

    def value(self, depth: int, type_: Type) -> Node:
        if type_.endswith("?"):
            return self.maybe(depth, type_[0])
        if type_ == "T":
            return self.text(depth)
        if type_.startswith("O:"):
            found = [node for node, struct, _ in self.objects(True) if struct == type_[2:] and node.op in ("var", "gobj")]
            return self.rng.choice(found)
        return self.bool(depth) if type_ == "B" else self.int(depth, type_)

    def int(self, depth: int, want: Type = "") -> Node:
        """An Integer, of the kind wanted."""
        node = self.leaf(want) if depth <= 0 or self.chance(15) else self.operation(depth)
        have = self.types.of(node)
        if not want or have == want:
            return node
        if want == "S":
            return self.rng.choice((Node("unary", node, data="-@"), Node("binary", node, self.literal(), data="-"),
                                    Node("unary", node, data="~"), Node("call", node, data="pred")))  # fmt: skip
        return self.rng.choice((Node("call", node, data="abs"), Node("binary", node, self.literal("U"), data="&"),
                                Node("call", node, data="bit_length")))  # fmt: skip

    def literal(self, want: Type = "") -> Node:
        rng = self.rng
        value = rng.choice(EDGES) if self.chance(40) else rng.getrandbits(rng.choice((2, 3, 4, 8, 16, 33)))
        if want == "S" or (not want and self.chance(25)):
            value = -min(max(value, 1), 2**63)
        return num(value)

    def leaf(self, want: Type = "") -> Node:
        kinds = [want] if want else ["U", "S"]
        names = self.visible(*kinds)
        fields = [name for name, t in self.p.fields if "?SU"[1 + (t[0] == "u")] in kinds] if self.inside[0] == "body" else []
        inputs = [name for name in self.p.inputs if self.env["$" + name] in kinds]
        what = self.pick((5 if names else 0, "var"), (7 if fields else 0, "field"), (1 if fields else 4, "input"), (2, "int"),
                         (1, "global"), (1, "const"))  # fmt: skip
        match what:
            case "var":
                return Node("var", data=self.rng.choice(names[-6:] if self.chance(70) else names))
            case "field":
                return Node("field", data=self.rng.choice(fields))
            case "input" if inputs:
                return Node("var", data="$" + self.rng.choice(inputs))
            case "global":
                kind = self.rng.choice(kinds).lower()
                return Node("var", data=f"${kind}{self.rng.randrange(3)}")
            case "const":
                return Node("const", data=f"{self.p.name.upper()}_K{int(self.rng.choice(kinds) == 'S')}")
        return self.literal(want)

    def operation(self, depth: int) -> Node:
        what = self.pick((16, "binary"), (4, "unary"), (12, "call"), (4, "cond"), (2, "elem"), (2, "extreme"), (2, "if"),
                         (1, "case"), (2, "paren"), (3, "method"), (2, "default"), (3, "over"), (1, "assign"),
                         (4 if self.yielders or self.yielding else 0, "block"), (2 if self.lists() else 0, "list"),
                         (2, "text"), (0 if self.plain else 8, "map"), (0 if self.plain else 7, "object"))  # fmt: skip
        return getattr(self, "int_" + what)(depth - 1)  # type: ignore[no-any-return]

    def int_binary(self, d: int) -> Node:
        op = self.rng.choice(ARITHMETIC)
        return Node("binary", self.int(d), self.right(op, d), data=op)

    def right(self, op: str, d: int) -> Node:
        """A right operand that the language allows: no constant zero divides, no exponent may be below zero."""
        if op in ("/", "%", "div", "modulo", "remainder", "divmod"):
            if self.chance(50):
                return self.divisor()
            node = self.int(d)
            return node if node.op in ("var", "field") else Node("binary", self.opaque(), node, data=self.rng.choice(("|", "^")))
        if op in ("**", "pow"):
            return (
                num(self.rng.randrange(0, 9))
                if self.chance(50)
                else Node("binary", self.int(d), num(self.rng.choice((7, 63))), data="&")
            )
        if op in ("<<", ">>", "[]"):
            what = self.rng.randrange(4)
            if what == 0:
                return num(self.rng.choice((0, 1, 3, 8, 31, 32, 33, 63, 64, 65, 100, 2**63, -1, -3, -64, -65)))
            if what == 1:
                return Node("binary", self.int(d), num(self.rng.choice((7, 63, 127))), data="&")
        return self.int(d)

    def divisor(self) -> Node:
        value = self.rng.choice((1, 2, 3, 4, 5, 7, 8, 10, 16, 100, 1000, 2**31, 2**32, 2**33 + 1, 2**63, 2**64 - 1))
        return num(-min(value, 2**63) if self.chance(40) else value)

    def opaque(self) -> Node:
        """A value that no compiler knows."""
        if self.p.fields and self.inside[0] == "body":
            return Node("field", data=self.rng.choice(self.p.fields)[0])
        return Node("var", data="$" + self.rng.choice(self.p.inputs))

    def int_unary(self, d: int) -> Node:
        return Node("unary", self.int(d), data=self.rng.choice(("-@", "-@", "~", "~", "+@")))

    def int_call(self, d: int) -> Node:
        name = self.rng.choice([n for n, (_, result) in METHODS.items() if result in ("U", "S", "i")])
        recv = self.int(d)
        if name == "clamp":
            low, high = sorted((self.literal().data, self.literal().data))
            return Node("call", recv, num(low), num(high), data=name)
        return Node("call", recv, *(self.right(name, d) for _ in range(METHODS[name][0])), data=name)

    def int_cond(self, d: int) -> Node:
        return Node("cond", self.bool(d), self.int(d), self.int(d))

    def int_elem(self, d: int) -> Node:
        name = f"{self.p.name.upper()}_A0"
        index = Node("binary", self.int(d), num(3), data="&") if self.chance(70) else num(self.rng.randrange(-4, 4))
        if index.op == "binary" and self.chance(30):
            index = Node("binary", self.int(d, "U"), num(4), data="%")
        return Node("elem", index, data=(name, True))

    def int_extreme(self, d: int) -> Node:
        return Node("extreme", *(self.int(d) for _ in range(self.rng.randrange(2, 4))), data=self.rng.choice(("min", "max")))

    def int_if(self, d: int) -> Node:
        return Node("ifx", self.bool(d), Node("block", self.int(d)), Node("block", self.int(d)))

    def int_case(self, d: int) -> Node:
        text = not self.plain and self.chance(30)
        arms = [self.words() if text else self.patterns() for _ in range(self.rng.randrange(1, 3))]
        blocks = [Node("block", self.int(d)) for _ in range(len(arms) + 1)]
        return Node("casex", self.text(1, False) if text else self.int(d), *blocks, data=arms)

    def words(self) -> list[object]:
        return [("text", self.rng.choice(TEXTS)) for _ in range(self.rng.choice((1, 1, 2)))]

    def patterns(self) -> list[object]:
        return [self.pattern() for _ in range(self.rng.choice((1, 1, 2, 3)))]

    def pattern(self) -> object:
        low, high = sorted((self.literal().data, self.literal().data))
        what = self.rng.randrange(8)
        if what < 4:
            return low
        if what == 4:
            return f"*{self.p.name.upper()}_A{self.rng.randrange(2)}"
        if what == 5:
            return (low, None, False) if self.chance(50) else (None, high, self.chance(50))
        return low, high, self.chance(40)

    def int_paren(self, d: int) -> Node:
        """Statements in parentheses, the last is the value."""
        kids = [self.assignment(d) for _ in range(self.rng.randrange(0, 2))]
        return Node("paren", *[k for k in kids if k is not None], self.int(d), data=self.rng.choice(("", "begin")))

    def int_assign(self, d: int) -> Node:
        names = self.free("U", "S")
        if not names:
            return self.int_binary(d)
        name = self.rng.choice(names)
        return Node("assign", self.int(d, self.env[name]), data=name)

    def int_method(self, d: int) -> Node:
        found = self.methods_of("U", "S")
        return self.call(self.rng.choice(found), d) if found else self.int_call(d)

    def call(self, method: Node, d: int) -> Node:
        given, args = [], []
        omit = False
        for at, (name, style) in enumerate(method.data["params"]):
            omit = (omit and style == "optional") or (style != "plain" and self.chance(40))
            if not omit:
                given.append(at)
                texts = self.visible("T") if self.env[name] == "T" and self.chance(40) else []
                args.append(Node("var", data=self.rng.choice(texts)) if texts else self.value(d, self.env[name]))
        return Node("mcall", *args, data={"name": method.data["name"], "given": given})

    def int_default(self, d: int) -> Node:
        return Node("default", self.maybe(d), self.int(d))

    def int_over(self, d: int) -> Node:
        """sum, count of a range or constant array; min, max, first, last, size of an array."""
        if self.chance(30):
            array = self.chosen_array()
            method = self.rng.choice(("sum", "min", "max", "first", "last", "size", "count"))
            return Node("over", data={"array": array, "method": method, "var": None, "argument": False, "ends": 0})
        return self.over(self.rng.choice(("sum", "count")), d)

    def over(self, method: str, d: int) -> Node:
        """`(lo..hi).method { |v| … }` or the same of an array."""
        if self.turns * 6 > self.limit:
            return self.int_elem(d) if method in ("sum", "count") else self.compare(d)
        ends, exclusive, array = [], False, None
        if self.turns * 6 > self.limit or self.chance(40):
            array = self.chosen_array()
        else:
            low = self.rng.randrange(-3, 4)
            ends, exclusive = [num(low), num(low + self.rng.randrange(0, 5))], self.chance(40)
        data = {"array": array, "method": method, "ends": len(ends), "exclusive": exclusive, "argument": False}
        kind = self.types.element(Node("over", *ends, data=data))
        turns, self.turns = self.turns, self.turns * 6
        inside, self.inside = self.inside, [self.inside[0], "value"]
        data["chain"], links = [], []
        if method in ("sum", "count", "any?", "all?", "none?") and self.chance(25):
            for word in self.rng.choice((("map",), ("select",), ("map", "select"), ("select", "map"))):
                body, name = self.over_block(kind, word == "map", d)
                data["chain"].append((word, name))
                links.append(body)
                kind = self.types.of(body) if word == "map" else kind
        value, data["var"] = self.over_block(kind, method == "sum", d)
        self.turns, self.inside = turns, inside
        return Node("over", *ends, *links, self.guarded(value), data=data)

    def over_block(self, kind: Type, number: bool, d: int) -> tuple[Node, str]:
        """What a block gives for an element, and its parameter."""
        self.scopes.append({})
        name = self.declare("e", kind)
        self.fixed.add(name)
        value = self.int(min(d, 1)) if number else self.bool(min(d, 1))
        self.scopes.pop()
        return value, name

    # ---------------------------------------------------------------- true, false, nil

    def bool(self, depth: int) -> Node:
        if depth <= 0:
            return self.compare(0)
        what = self.pick((8, "compare"), (5, "call"), (4, "logic"), (2, "not"), (2, "var"), (1, "binary"), (1, "cond"),
                         (1, "over"), (2, "nil"), (1, "method"), (1 if self.plain else 2, "text"),
                         (0 if self.plain else 3, "map"))  # fmt: skip
        return getattr(self, "bool_" + what)(depth - 1)  # type: ignore[no-any-return]

    def compare(self, d: int) -> Node:
        left = self.int(d)
        if not self.varies(left):
            left = self.opaque()
        return Node("binary", left, self.int(d), data=self.rng.choice(COMPARES))

    bool_compare = compare

    def bool_call(self, d: int) -> Node:
        name = self.rng.choice([n for n, (_, result) in METHODS.items() if result == "B"])
        recv = self.int(d)
        if not self.varies(recv):
            recv = self.opaque()
        return Node("call", recv, *(self.int(d) for _ in range(METHODS[name][0])), data=name)

    def varies(self, node: Node) -> bool:
        """Whether no compiler can know the value: a constant condition would leave the other branch out."""
        return node.op in ("var", "field", "mcall") or (node.op in ("unary", "call") and self.varies(node.kids[0]))

    def bool_logic(self, d: int) -> Node:
        return Node(self.rng.choice(("and", "or")), self.bool(d), self.bool(d), data=self.chance(25))

    def bool_not(self, d: int) -> Node:
        return Node("not", self.bool(d), data=self.chance(25))

    def bool_var(self, d: int) -> Node:
        names = [*self.visible("B"), "$b0"]
        return Node("var", data=self.rng.choice(names))

    def bool_binary(self, d: int) -> Node:
        return Node("binary", self.bool(d), self.bool(d), data=self.rng.choice(("&", "|", "^", "==", "!=")))

    def bool_cond(self, d: int) -> Node:
        return Node("cond", self.bool(d), self.bool(d), self.bool(d))

    def bool_over(self, d: int) -> Node:
        if self.chance(40):
            data = {"array": self.chosen_array(), "method": "include?", "var": None, "argument": True, "ends": 0}
            return Node("over", self.int(d), data=data)
        if self.chance(20):
            low, high = sorted((self.literal().data, self.literal().data))
            data = {"array": None, "method": "include?", "var": None, "argument": True, "ends": 2, "exclusive": self.chance(50)}
            return Node("over", num(low), num(high), self.int(d), data=data)
        return self.over(self.rng.choice(("any?", "all?", "none?")), d)

    def bool_nil(self, d: int) -> Node:
        names = self.visible("U?", "S?")
        if not names:
            return self.compare(d)
        asked = Node("isnil", Node("var", data=self.rng.choice(names)))
        return Node("binary", asked, Node("var", data="$b0"), data="^")  # alone it would prove what later tests ask again

    def bool_method(self, d: int) -> Node:
        found = self.methods_of("B")
        return self.call(self.rng.choice(found), d) if found else self.bool_call(d)

    def maybe(self, d: int, kind: Type = "") -> Node:
        """An Integer or nil, of the kind wanted."""
        names = self.visible(kind + "?") if kind else self.visible("U?", "S?")
        what = self.pick(
            (2 if names else 0, "var"), (3, "cond"), (2, "nonzero"), (2, "elem"), (2, "find"), (1, "index"), (1, "safe")
        )
        if what == "var":
            return Node("var", data=self.rng.choice(names))
        if what == "nonzero":
            return Node("call", self.int(d, kind), data="nonzero?")
        if what == "safe" and names:
            recv = Node("var", data=self.rng.choice(names))
            usual = [n for n, (args, result) in METHODS.items() if not args and result in ("i", "U" if kind == "U" else "S")]
            name = self.rng.choice(usual)
            if not kind or kind_of(METHODS[name][1], [self.env[recv.data][0]]) == kind:
                return Node("safe", recv, data=name)
        if what == "elem" and kind != "S":
            return Node("elem", self.opaque(), data=(f"{self.p.name.upper()}_A0", False))
        if what == "index" and kind != "S":
            array = f"{self.p.name.upper()}_A0"
            data = {"array": array, "method": "index", "var": None, "argument": True, "ends": 0}
            return Node("over", self.int(d), data=data)
        if what == "find" and self.turns * 6 <= self.limit:
            node = self.over("find", d)
            if not kind or self.types.of(node)[0] == kind:
                return node
        value, nil = self.int(d, kind), Node("nil")
        return Node("cond", self.bool(d), *((value, nil) if self.chance(50) else (nil, value)))

    # ---------------------------------------------------------------- statements

    def free(self, *types: Type) -> list[str]:
        return [name for name in self.visible(*types) if name not in self.fixed]

    def statements(self, depth: int) -> list[Node]:
        out: list[Node] = []
        for _ in range(self.rng.randrange(2, 5) if depth > 1 else self.rng.randrange(1, 3)):
            self.budget -= 1
            out += self.statement(depth)
        while depth == 3 and self.budget > 0:
            self.budget -= 1
            out += self.statement(depth)
        return out

    def block(self, depth: int) -> Node:
        """A branch: what it declares is not seen behind it."""
        self.scopes.append({})
        made = self.statements(depth)
        self.scopes.pop()
        return Node("block", *made)

    def statement(self, depth: int) -> list[Node]:
        nested = depth > 0
        what = self.pick((8, "new"), (6, "assign"), (4, "opset"), (4, "gset"), (4, "gop"), (2, "many"), (1, "divmod"),
                         (2, "maybe"), (5 * nested, "if"), (2 * nested, "case"), (5 * nested, "loop"), (3 * nested, "while"),
                         (2 * nested, "narrow"), (2, "leave"), (1, "bare"), (1, "from"), (nested, "valued"),
                         (nested, "endless"), (3 if self.yielders else 0, "blocks"),
                         *(() if self.plain else _DATA))  # fmt: skip
        made = getattr(self, "do_" + what)(depth)
        return made if isinstance(made, list) else [made]

    def do_new(self, d: int) -> Node:
        type_ = self.rng.choice(("U", "S", "S", "B") if self.plain else ("U", "S", "S", "B", "T"))
        value = self.value(2, type_)
        return Node("set", value, data=self.declare("v", type_))

    def do_maybe(self, d: int) -> Node:
        kind = self.rng.choice(("U", "S"))
        value = self.maybe(1, kind)
        return Node("set", value, data=self.declare("n", kind + "?"))

    def assignment(self, d: int) -> Node | None:
        names = self.free("U", "S", "B", "T")
        if not names:
            return None
        name = self.rng.choice(names)
        return Node("set", self.value(d, self.env[name]), data=name)

    def do_assign(self, d: int) -> Node:
        return self.assignment(2) or self.do_new(d)

    def do_opset(self, d: int) -> Node:
        names = self.free("U", "S")
        if not names:
            return self.do_new(d)
        name, op = self.rng.choice(names), self.rng.choice(UPDATES)
        if self.env[name] == "U" and op == "-":
            op = "+"
        value = self.right(op, 1) if op in ("/", "%", "**", "<<", ">>") else self.int(2, self.env[name] if op != "&" else "")
        if self.env[name] == "U" and self.types.of(value) == "S":
            value = Node("call", value, data="abs")
        return Node("opset", value, data=(name, op))

    def do_gset(self, d: int) -> Node:
        if self.chance(15):
            return self.store(self.bool(2), "B")
        if "t0" in self.p.globals and self.chance(15):
            return self.store(self.text(2), "T")
        kind = self.rng.choice(("U", "S"))
        return self.store(self.int(3, kind), kind)

    def store(self, value: Node, kind: Type) -> Node:
        """Into a global that the value does not read: the language refuses that. A method that yields is part of its call."""
        called = [self.types.defs[node.data["name"]] for node in value.walk() if node.op == "ycall"]
        if any(node.op == "yield" for node in value.walk()):  # nor do the blocks of those that call this method
            return Node("set", value, data=self.fresh("v", kind))
        read = {node.data for root in (value, *called) for node in root.walk() if node.op == "var"}
        texts = [name for name in ("t0", "t1") if kind == "T" and name in self.p.globals]
        free = ["b0"] if kind == "B" else texts or [f"{kind.lower()}{i}" for i in range(3)]
        free = [name for name in free if "$" + name not in read]
        return Node("gset", value, data=self.rng.choice(free)) if free else Node("gset", num(1), data="u0")

    def do_gop(self, d: int) -> Node:
        kind, op = self.rng.choice(("U", "S")), self.rng.choice(self.atomic)
        kind = "S" if op == "-" else kind
        value = self.int(2, kind if kind == "U" else "")
        if any(node.op in ("mcall", "ycall", "yield") for node in value.walk()):
            # a method may update the same: an atomic update sees that, Ruby's does not
            value = self.leaf(kind)
        return Node("gop", value, data=(f"{kind.lower()}{self.rng.randrange(3)}", op))

    def do_many(self, d: int) -> Node:
        names = self.free("U", "S")
        if len(names) < 2:
            return self.do_new(d)
        chosen = self.rng.sample(names, min(len(names), self.rng.randrange(2, 4)))
        if self.chance(50) and len({self.env[n] for n in chosen}) == 1:
            rotated = chosen[1:] + chosen[:1]
            return Node("masg", *(Node("var", data=n) for n in rotated), data=chosen)
        return Node("masg", *(self.int(1, self.env[n]) for n in chosen), data=chosen)

    def do_divmod(self, d: int) -> Node:
        recv = self.int(1)
        by = self.right("divmod", 1)
        kind = kind_of("i", [self.types.of(recv), self.types.of(by)])
        return Node("divmod", recv, by, data=[self.declare("q", kind), self.declare("q", kind)])

    def do_if(self, d: int) -> Node:
        word = self.pick((6, "if"), (2, "unless"), (2, "if modifier"), (2, "unless modifier"))
        condition = self.bool(2)
        if word.endswith("modifier"):
            simple = self.rng.choice((self.do_assign, self.do_gset, self.do_gop, self.do_opset))
            self.scopes.append({})
            inner = simple(0)
            self.scopes.pop()
            return Node("if", condition, Node("block", inner), data=word)
        kids = [condition, self.block(d - 1)]
        if self.chance(60):
            kids.append(Node("block", self.do_if(d - 1)) if word == "if" and d > 1 and self.chance(40) else self.block(d - 1))
        return Node("if", *kids, data=word)

    def do_case(self, d: int) -> Node:
        if self.chance(25):
            arms = [Node("block", self.bool(1), *self.block(d - 1).kids) for _ in range(self.rng.randrange(1, 3))]
            return Node("case", Node("nil"), *arms, self.block(d - 1), data=None)
        if self.chance(25):
            arms = self.rng.randrange(1, 4)
            texts = [self.words() for _ in range(arms)]
            return Node("case", self.text(1, False), *(self.block(d - 1) for _ in range(len(texts) + 1)), data=texts)
        patterns = [self.patterns() for _ in range(self.rng.randrange(1, 4))]
        return Node("case", self.int(1), *(self.block(d - 1) for _ in range(len(patterns) + 1)), data=patterns)

    def do_narrow(self, d: int) -> list[Node]:
        """A test of something that may be nil, and a use behind it."""
        lead: list[Node] = []
        if not self.visible("U?", "S?"):
            lead = [self.do_maybe(d)]
        name = self.rng.choice(self.visible("U?", "S?"))
        kind = self.env[name][0]
        read = Node("var", data=name)
        use = self.store(Node("nvar", data=name), kind)
        what = self.rng.randrange(5)
        if what < 2:  # inside, it is not asked again
            hidden = [(scope, scope.pop(name)) for scope in self.scopes if name in scope]
            inner = self.block(d - 1)
            for scope, type_ in hidden:
                scope[name] = type_
            if what:
                return [*lead, Node("if", Node("isnil", read), inner, Node("block", use), data="if")]
            return [*lead, Node("if", Node("some", read), Node("block", use, *inner.kids), data="if")]
        if what == 2:
            made = [*lead, Node("opset", self.int(1, kind), data=(name, "||")), use]
            for scope in self.scopes:  # from here on it is never nil, and asking is an error
                scope.pop(name, None)
            return made
        hidden = [(scope, scope.pop(name)) for scope in self.scopes if name in scope]
        chosen = Node("cond", Node("some", read), Node("nvar", data=name), self.int(1, kind))
        test = Node("binary", Node("nvar", data=name), self.int(1), data=self.rng.choice(COMPARES))
        for scope, type_ in hidden:
            scope[name] = type_
        if what == 3:
            both = Node("and", Node("some", read), test, data=False)
            return [*lead, Node("if", both, Node("block", use), data="if")]
        return [*lead, self.store(chosen, kind)]

    def do_loop(self, d: int) -> Node | list[Node]:
        if self.turns * 3 > self.limit:
            return self.do_new(d)
        style = self.pick(
            (3, "times"),
            (2, "upto"),
            (2, "downto"),
            (2, "step"),
            (3, "each"),
            (2, "for"),
            (2, "each_with_index"),
            (1, "reverse_each"),
        )
        data: dict[str, object] = {"style": style, "array": None, "ends": 0, "exclusive": False, "step": 1, "index": None}
        ends: list[Node] = []
        most = min(6 if self.limit == _TURNS else 24, self.limit // self.turns)
        turns = most
        if style == "times":
            ends = [self.count_up_to(most)]
        elif style in ("upto", "downto", "step"):
            low = self.rng.randrange(-4, 5)
            step = self.rng.choice((1, 2, 3)) if style == "step" else 1
            high = low + step * self.rng.randrange(0, most)
            if style == "step" and self.chance(40):
                step = -step
            data["step"] = step if style == "step" else (-1 if style == "downto" else 1)
            ends = [num(high), num(low)] if style == "downto" or step < 0 else [num(low), num(high)]
        elif style in ("each", "for", "each_with_index", "reverse_each") and self.chance(50) and most >= 6:
            data["array"] = self.chosen_array()
        else:
            low = self.rng.randrange(-3, 4)
            ends = [num(low), num(low + self.rng.randrange(0, most))]
            data["exclusive"] = self.chance(40)
        data["ends"] = len(ends)
        kind = self.types.element(Node("loop", *ends, data=data))
        outer, self.turns = self.turns, self.turns * turns
        inside, self.inside = self.inside, [*self.inside, "loop"]
        self.scopes.append({})
        data["var"] = self.declare("i", kind)
        self.fixed.add(str(data["var"]))
        if style == "each_with_index":
            data["index"] = self.declare("x", "U")
            self.fixed.add(str(data["index"]))
        body = Node("block", *self.statements(d - 1))
        self.scopes.pop()
        self.turns, self.inside = outer, inside
        return Node("loop", *ends, body, data=data)

    def count_up_to(self, most: int) -> Node:
        """A number of turns that the form of the expression bounds."""
        what = self.rng.randrange(4)
        if what == 0:
            return num(self.rng.randrange(0, most + 1))
        if what == 1:
            return Node("call", self.int(1), num(0), num(most), data="clamp")
        if what == 2:
            return Node("binary", self.int(1, "U"), num(most + 1), data="%")
        return Node("binary", self.int(1), num(max(3, (1 << most.bit_length() - 1) - 1)), data="&")

    def do_while(self, d: int) -> Node:
        if self.turns * 3 > self.limit:
            return self.do_new(d)
        most = min(6 if self.limit == _TURNS else 24, self.limit // self.turns)
        word, form = self.rng.choice(("while", "until")), self.pick((3, "plain"), (2, "loop"), (2, "begin"))
        counter = self.declare("w", "U")
        self.fixed.add(counter)
        outer, self.turns = self.turns, self.turns * most
        inside, self.inside = self.inside, [*self.inside, "loop"]
        limit = num(self.rng.randrange(0, most + 1)) if self.chance(60) else Node("binary", self.opaque(), num(3), data="&")
        if limit.op == "binary":  # it must not change meanwhile
            limit = num(self.rng.randrange(1, most + 1))
        self.scopes.append({})
        body = Node("block", *self.statements(d - 1))
        self.scopes.pop()
        self.turns, self.inside = outer, inside
        return Node("while", limit, body, data=(counter, word, form))

    def do_leave(self, d: int) -> Node:
        """break, next, return behind a condition."""
        where = self.inside[-1]
        if where == "reserve":
            return Node("if", self.bool(1), Node("block", Node("next")), data="if modifier")
        if where in ("block", "valued"):
            out = self.left_with_value() if self.chance(85) else self.leaving()
        elif where == "loop":
            out = Node(self.rng.choice(("break", "next")))
            if self.chance(10):
                out = self.leaving()
        elif self.chance(40):
            out = self.leaving()
        else:
            return self.do_gset(d)
        return Node("if", self.bool(1), Node("block", out), data=self.rng.choice(("if modifier", "unless modifier", "if")))

    def leaving(self) -> Node:
        if self.inside[0] != "body":
            return Node("return", self.value(1, self.result))
        if self.p.hook == "socket":
            word = "next" if len(self.inside) == 1 and self.chance(60) else "return"
            return Node(word, Node("binary", self.int(1, "U"), num(0xFF), data="&"))
        return Node("return", *([self.int(1)] if self.chance(50) else []))

    def do_bare(self, d: int) -> Node:
        """An expression whose value nobody wants."""
        return (
            self.int(2) if self.chance(50) else self.store(Node("cond", self.bool(1), Node("bool", data=True), self.bool(0)), "B")
        )
