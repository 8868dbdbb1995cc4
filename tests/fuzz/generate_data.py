"""The part of the generator that makes text, structs, maps, rings and output: a part of `_Generator`.

What Ruby's objects and the kernel's memory do not have in common is left out: while a variable stands for an element of a map
(`holding`), nothing is put into the map or taken out of it; an object of which a copy has been stored is not changed any more;
what an update in place computes with calls nothing that updates.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.fuzz.data import ARRAYS, HISTOGRAMS, LISTS, OF_MAPS, PER_CPU, Map, Storage, Struct, held
from tests.fuzz.generate_globals import names_kept
from tests.fuzz.program import COMPARES, Node, Program, Types, num

TEXTS = ("", "a", "x", "ru", "one", "fuzz", "seven77", "rucy-fuzz", "eight_8_", "a text of 20 letters")
WORDS = ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64")
_WIDE = ("u32", "i32", "u64", "i64")
_CAPACITY = 500  # of an LRU map: it never gives up an element
_HOLD_NOTHING = ("mcall", "ocall", "mop", "mor", "mdel", "qtake", "qpush", "rpush", "assign", "gopx", "paren", "bput", "ycall",
                 "yield")  # fmt: skip


class DataGenerator:
    rng: random.Random
    old: bool
    p: Program
    env: dict[str, str]
    types: Types
    scopes: list[dict[str, str]]
    fixed: set[str]
    turns: int
    limit: int
    inside: list[str]
    callable: list[Node]
    # of `_Generator`
    pick: Callable[..., str]
    chance: Callable[[int], bool]
    fresh: Callable[[str, str], str]
    declare: Callable[[str, str], str]
    visible: Callable[..., list[str]]
    free: Callable[..., list[str]]
    int: Callable[..., Node]
    bool: Callable[[int], Node]
    block: Callable[[int], Node]
    statement: Callable[[int], list[Node]]
    right: Callable[[str, int], Node]
    call: Callable[[Node, int], Node]
    value: Callable[[int, str], Node]
    leaf: Callable[..., Node]
    opaque: Callable[[], Node]
    methods_of: Callable[..., list[Node]]
    literal: Callable[..., Node]

    def __init__(self) -> None:
        self.holding: dict[str, int] = {}
        self.where: dict[str, str] = {}  # object variable → frame, map, percpu, record
        self.depth_of: dict[str, int] = {}  # object variable → turns around its declaration
        self.done: set[str] = set()  # objects that are not changed any more
        self.borrowed: set[str] = set()  # parameters: what a method stores would be the caller's
        self.made = 0  # objects in the frame, roughly in bytes

    # ---------------------------------------------------------------- declarations

    def declarations(self) -> None:
        """Structs and maps, more than most programs use: what is not used is not written."""
        rng, name = self.rng, self.p.name.upper()
        small: list[tuple[str, Storage]] = [(f"a{i}", rng.choice(WORDS)) for i in range(rng.randrange(1, 4))]
        if not self.old and self.chance(25):
            small.append(("few", (rng.choice(WORDS), 2)))
        self.p.structs[f"{name}S0"] = Struct(f"{name}S0", tuple(small))
        fields: list[tuple[str, Storage]] = [("n0", rng.choice(_WIDE)), ("n1", rng.choice(WORDS)), ("n2", rng.choice(WORDS))]
        fields.append(("ok", "bool"))
        fields.append(("name", ("char", rng.choice((4, 6, 8, 12, 16)))))
        fields.append(("list", (rng.choice(WORDS), rng.choice((2, 3, 4)))))
        fields.append(("in", f"{name}S0"))
        if not self.old:
            fields.append(("ins", (f"{name}S0", 2)))
        fields = [(f if f != "in" else "inner", s) for f, s in rng.sample(fields, rng.randrange(3, 6))]
        self.p.structs[f"{name}S1"] = Struct(f"{name}S1", tuple(fields))
        for at in range(rng.choice((0, 1, 2, 3, 4))):
            row = self.map_row(f"{name}_H{at}")
            self.p.maps[row.name] = row
            if row.inferred:
                self.env["map " + row.name] = held(row.value)
        if self.chance(35):
            ring = f"{name}_R"
            self.p.maps[ring] = Map(ring, "ringbuf", (), f"{name}S{int(self.chance(70))}")
        for at in range(rng.choice((0, 0, 1, 2))):
            self.p.globals[f"t{at}"] = rng.choice(TEXTS)
            self.env[f"$t{at}"] = "T"

    def map_row(self, name: str) -> Map:
        rng = self.rng
        word = self.pick((8, "hash"), (2, "lru_hash"), (3, "percpu_hash"), (2, "lru_percpu_hash"), (4, "array"),
                         (2, "percpu_array"), (2, "queue"), (2, "stack"), (0 if self.old else 1, "bloom_filter"),
                         (1, "lpm_trie"))  # fmt: skip
        value = self.value_storage(word)
        number = isinstance(value, str) and value in WORDS
        default = None
        inferred = number and value[1:] == "64" and self.chance(40) and word in ("hash", "array", "percpu_hash")
        if word.endswith("hash") and number and self.chance(65):
            default = 0 if inferred or value[0] == "u" or self.chance(50) else -rng.randrange(1, 9)
        match word:
            case "array" | "percpu_array":
                return Map(name, word, (), value, rng.choice((1, 2, 3, 4, 4, 8)), None, inferred)
            case "queue" | "stack":
                return Map(name, word, (), value, rng.randrange(1, 5))
            case "bloom_filter":
                return Map(name, word, (), rng.choice(("u32", "u64", "i16")), 1000)
            case "lpm_trie":
                row = Map(name, word, ("ip4",), rng.choice(_WIDE), 20)
                for _ in range(rng.randrange(1, 5)):
                    bits = rng.choice((8, 14, 16, 24, 30, 31, 32))
                    address = (10 << 24 | rng.randrange(4) << 16 | rng.randrange(4)) >> 32 - bits << 32 - bits
                    self.p.fills.append((name, bits, address, rng.randrange(1, 100)))
                return row
        key = ("u64",) if inferred else self.key_storage()
        size = _CAPACITY if word.startswith("lru") else rng.choice((2, 3, 4, 6, 40))
        return Map(name, word, key, value, size, default, inferred)

    def key_storage(self) -> tuple[Storage, ...]:
        rng, struct = self.rng, f"{self.p.name.upper()}S0"
        what = self.pick((8, "number"), (2, "text"), (2, "pair"), (1, "pair with text"), (1, "struct"), (1, "bool"))
        match what:
            case "text":
                return (("char", rng.choice((4, 8, 16))),)
            case "pair":
                return tuple(rng.choice(WORDS) for _ in range(rng.choice((2, 2, 3))))
            case "pair with text":
                return rng.choice(WORDS), ("char", rng.choice((6, 8)))
            case "struct":
                return (struct,)
            case "bool":
                return "bool", rng.choice(WORDS)
        return (rng.choice(WORDS),)

    def value_storage(self, word: str) -> Storage:
        rng, name = self.rng, self.p.name.upper()
        texts = 1 if word in ("hash", "lru_hash") else 0
        what = self.pick((8, "wide"), (2, "narrow"), (6, "struct"), (2, "small struct"), (texts, "text"), (texts, "bool"))
        match what:
            case "narrow":
                return rng.choice(WORDS)
            case "struct":
                return f"{name}S1"
            case "small struct":
                return f"{name}S0"
            case "text":
                return "char", rng.choice((6, 8, 16))
            case "bool":
                return "bool"
        return rng.choice(_WIDE)

    def maps(self, *words: str) -> list[Map]:
        return [row for row in self.p.maps.values() if row.word in words]

    def keyed(self) -> list[Map]:
        return [row for row in self.p.maps.values() if (row.key or row.is_array) and row.word not in HISTOGRAMS]

    # ---------------------------------------------------------------- text

    def has_comm(self) -> bool:
        """A socket filter has that helper from 6.18 on only; a struct's method has not Ruby's."""
        return not (self.old and self.p.hook == "socket") and self.inside[0] != "struct"

    def str(self) -> Node:
        return Node("str", data=self.rng.choice(TEXTS))

    def text(self, d: int, literal: bool = True) -> Node:
        """`literal`: one may come out."""
        sources: list[Callable[[], Node | None]] = [self.text_variable, self.text_field, self.text_in_map]
        if literal:
            sources += [self.str] * 3
        if self.has_comm():
            sources += [lambda: Node("comm")] * 2
        if d > 0:
            sources += [lambda: Node("cond", self.bool(d - 1), self.text(d - 1), self.text(d - 1)), lambda: self.character(d)]
            found = self.methods_of("T")
            if found:
                sources += [lambda: self.call(self.rng.choice(found), d - 1)]
        made = self.rng.choice(sources)()
        if made is not None:
            return made
        return self.str() if literal else Node("comm") if self.has_comm() else self.text_global()

    def text_global(self) -> Node:
        names = [f"${name}" for name, first in self.p.globals.items() if isinstance(first, str)]
        if not names:
            self.p.globals["t0"], self.env["$t0"] = "fuzz", "T"
            names = ["$t0"]
        return Node("var", data=self.rng.choice(names))

    def text_variable(self) -> Node | None:
        names = self.visible("T")
        if names and self.chance(70):
            return Node("var", data=self.rng.choice(names))
        return self.text_global() if "t0" in self.p.globals else None

    def text_field(self) -> Node | None:
        return self.field_of_type("T")

    def text_in_map(self) -> Node | None:
        rows = [row for row in self.keyed() if held(row.value) == "T"]
        if not rows:
            return None
        row = self.rng.choice(rows)
        return Node("default", Node("mget", *self.keys(row), data=(row.name, False)), self.str())

    def character(self, d: int) -> Node:
        return Node("default", Node("tchar", self.text(d - 1, False), self.place_in_text(d)), self.str())

    def place_in_text(self, d: int) -> Node:
        if self.chance(40):
            return num(self.rng.randrange(-3, 5))
        return Node("binary", self.int(d - 1), num(self.rng.choice((7, 15))), data="&")

    def bool_text(self, d: int) -> Node:
        left = self.text(d, False)
        what = self.rng.randrange(6)
        if what < 3:
            return Node("tcmp", left, self.text(d), data=self.rng.choice(("==", "!=")))
        if what == 3:
            return Node("tcall", left, data="empty?")
        if what == 4 and self.chance(60):
            return Node("tcall", left, self.str(), data="include?")
        args = [self.str() for _ in range(self.rng.choice((1, 1, 2)))]
        return Node("tcall", left, *args, data=self.rng.choice(("start_with?", "end_with?")))

    def int_text(self, d: int) -> Node:
        if self.chance(40):
            return Node("tsize", self.text(d, False), data=self.rng.choice(("size", "length", "bytesize")))
        return Node("default", Node("tbyte", self.text(d, False), self.place_in_text(d)), num(0))

    # ---------------------------------------------------------------- objects

    def objects(self, changing: bool = False) -> list[tuple[Node, str, str]]:
        """(object, struct, where it lies): variables, the method's own, elements of arrays, and those inside of these."""
        out: list[tuple[Node, str, str]] = []
        for scope in self.scopes:
            for name, type_ in scope.items():
                if type_.startswith("O:") and not (changing and (name in self.done or self.where[name] == "key")):
                    out.append((Node("var", data=name), type_[2:], self.where[name]))
        for row in self.maps(*ARRAYS):
            if held(row.value).startswith("O:"):
                index = num(self.rng.randrange(row.size))
                out.append((Node("mget", index, data=(row.name, True)), row.value, self.place_of(row)))
        out += self.kept_objects()
        inner = []
        for node, struct, where in out:
            for field, storage in self.p.structs[struct].fields:
                if held(storage).startswith("O:"):
                    inner.append((Node("get", node, data=(struct, field)), storage, where))
                elif held(storage) == "A" and held(storage[0]).startswith("O:"):
                    index = num(self.rng.randrange(storage[1]))
                    inner.append((Node("getat", node, index, data=(struct, field, True)), storage[0], where))
        return out + inner

    def place_of(self, row: Map) -> str:
        return "percpu" if row.word in PER_CPU else "map"

    def field_of_type(self, type_: str) -> Node | None:
        """A field, or an element of an array inside, of that type."""
        found: list[tuple[Node, str, str, int]] = []
        for node, struct, _ in self.objects():
            for field, storage in self.p.structs[struct].fields:
                if held(storage) == type_:
                    found.append((node, struct, field, 0))
                elif held(storage) == "A" and held(storage[0]) == type_:
                    found.append((node, struct, field, storage[1]))
        if not found:
            return None
        node, struct, field, size = self.rng.choice(found)
        if not size:
            return Node("get", node, data=(struct, field))
        return Node("getat", node, self.index(size), data=(struct, field, True))

    def index(self, size: int) -> Node:
        """Inside by its form."""
        if size & size - 1 == 0 and self.chance(50):
            return Node("binary", self.int(1), num(size - 1), data="&")
        if self.chance(30):
            return Node("binary", self.int(1, "U"), num(size), data="%")
        return num(self.rng.randrange(size))

    def fit(self, value: Node, storage: Storage) -> Node:
        """A number that is known when it is compiled must fit."""
        if any(node.op in ("var", "nvar", "field", "get", "getat", "mget", "comm") for node in value.walk()):
            return value
        bits = int(storage[1:])
        return num(self.rng.randrange(-(1 << bits - 1) if storage[0] == "i" else 0, 1 << bits))

    def into(self, storage: Storage, d: int) -> Node:
        """A value to be stored."""
        match held(storage):
            case "B":
                return self.bool(d)
            case "T":
                return self.text(d)
            case "U" | "S":
                return self.fit(self.int(d), storage)
            case type_:
                return self.object(type_[2:], d)

    def object(self, struct: str, d: int) -> Node:
        """One to be stored: a variable's, from then on unchanged, or a new one."""
        whole = [node for node, of, _ in self.kept_objects() if of == struct]
        if whole and self.chance(25):
            return self.rng.choice(whole)
        names = [n for n in self.visible("O:" + struct) if self.depth_of[n] == self.turns and n not in self.borrowed]
        if names and self.chance(70):
            name = self.rng.choice(names)
            self.done.add(name)
            return Node("var", data=name)
        return self.new(struct, d)

    def new(self, struct: str, d: int) -> Node:
        fields = [(f, s) for f, s in self.p.structs[struct].fields if held(s) != "A"]
        fields = [pair for pair in fields if self.chance(70)]
        self.rng.shuffle(fields)
        values = [self.into(s, min(d, 1)) if held(s)[0] != "O" else self.new(s, 0) for _, s in fields]
        return Node("new", *values, data=(struct, [f for f, _ in fields]))

    def room(self, struct: str) -> bool:
        """Few objects fit into a frame."""
        self.made += 30 if struct.endswith("S0") else 70
        return self.made <= 160

    def do_object(self, d: int) -> list[Node]:
        struct = f"{self.p.name.upper()}S{int(self.chance(70))}"
        if not self.room(struct):
            return self.do_change(d)
        value = self.new(struct, 1)
        name = self.new_object(struct, "frame")
        out = [Node("set", value, data=name)]
        for _ in range(self.rng.randrange(0, 3)):
            out += self.change(Node("var", data=name), struct, "frame")
        return out

    def new_object(self, struct: str, where: str) -> str:
        name = self.declare("o", "O:" + struct)
        self.fixed.add(name)
        self.where[name] = where
        self.depth_of[name] = self.turns
        return name

    def do_change(self, d: int) -> list[Node]:
        found = self.objects(True)
        if not found:
            return self.statement(0)
        return self.change(*self.rng.choice(found))

    def change(self, node: Node, struct: str, where: str) -> list[Node]:
        made = self.changes(node, struct, where)
        return [self.detached(one) if one.op in ("put", "putat") and names_kept(node) else one for one in made]

    def changes(self, node: Node, struct: str, where: str) -> list[Node]:
        field, storage = self.rng.choice(self.p.structs[struct].fields)
        base = next((part.data for part in node.walk() if part.op == "var" and part.data in self.where), None)
        if base is not None and base in self.done:
            return []
        found = [m for m in self.callable if m.data.get("struct") == struct and m.data["changes"] and m.data["atomic"] <= 1]
        if found and self.chance(25) and self.inside[0] != "struct":
            return [self.own_call(node, self.rng.choice(found), 1)]
        match held(storage):
            case "A" if held(storage[0])[0] in "US":
                size = storage[1]
                inside = self.chance(75)
                index, op = (self.index(size), self.update_op(storage[0], where)) if inside else (self.opaque(), "")
                return [Node("putat", node, index, self.operand(op, storage[0]), data=(struct, field, op))]
            case "A":
                index = num(self.rng.randrange(storage[1]))
                return [Node("putat", node, index, self.new(storage[0], 1), data=(struct, field, ""))]
            case "U" | "S":
                op = self.update_op(storage, where)
                return [Node("put", node, self.operand(op, storage), data=(struct, field, op))]
            case "B" | "T":
                return [Node("put", node, self.into(storage, 1), data=(struct, field, ""))]
        return [Node("put", node, self.new(storage, 1), data=(struct, field, ""))]

    def update_op(self, storage: Storage, where: str) -> str:
        """What may stand before `=` for a number there; "" often."""
        if self.chance(40):
            return ""
        if where in ("map", "global"):
            return self.rng.choice(("+", "-") if self.old else ("+", "-", "&", "|", "^")) if storage in _WIDE else ""
        return self.rng.choice(("+", "-", "&", "|", "^", "*", "/", "%", "<<", ">>"))

    def operand(self, op: str, storage: Storage) -> Node:
        if op in ("/", "%", "<<", ">>"):
            return self.quiet(lambda: self.right(op, 1))
        return self.quiet(lambda: self.int(1)) if op else self.fit(self.int(2), storage)

    def quiet(self, make: Callable[[], Node]) -> Node:
        """An operand of an update in place: nothing in it updates, or calls what may."""
        value = make()
        return self.opaque() if any(node.op in _HOLD_NOTHING for node in value.walk()) else value

    def own_call(self, node: Node, method: Node, d: int) -> Node:
        made = self.call(method, d)
        return Node("ocall", node, *made.kids, data=made.data)

    def int_object(self, d: int) -> Node:
        """A field, or what a method of the struct computes."""
        methods = [m for m in self.callable if "struct" in m.data and not m.data["changes"]]
        found = [(n, m) for n, struct, _ in self.objects() for m in methods if m.data["struct"] == struct]
        if found and self.chance(30) and self.inside[0] != "struct":
            return self.own_call(*self.rng.choice(found), d)
        if self.chance(20):
            arrays = [(n, s, f) for n, s, _ in self.objects() for f, st in self.p.structs[s].fields
                      if held(st) == "A" and held(st[0])[0] in "US"]  # fmt: skip
            if arrays and self.turns * 6 <= self.limit:
                n, s, f = self.rng.choice(arrays)
                return Node("afold", n, data=(s, f, self.rng.choice(("sum", "min", "max", "size"))))
        made = self.field_of_type(self.rng.choice(("U", "S")))
        return made if made is not None else self.leaf()

    def struct_methods(self) -> None:
        name = self.p.name
        for struct in self.p.structs.values():
            for at in range(self.rng.choice((0, 1, 1, 2))):
                self.struct_method(f"{name}_{struct.name[-2:].lower()}{at}", struct)

    def struct_method(self, name: str, struct: Struct) -> None:
        """One that computes with the fields, or changes them: on an object wherever it lies."""
        scopes, self.scopes = self.scopes, [{}]
        inside, self.inside = self.inside, ["struct"]
        own = Node("self", data=struct.name)
        params, defaults = [], []
        if self.chance(70):
            style = self.rng.choice(("plain", "optional", "keyword"))
            type_ = self.rng.choice(("U", "S"))
            params.append((self.declare("arg", type_), style))  # fields are a0, a1, …, which it would hide
            if style != "plain":
                defaults.append(self.literal(type_))
        numbers = [(f, s) for f, s in struct.fields if held(s) in ("U", "S")]
        changes = bool(numbers) and self.chance(45)
        body: list[Node] = []
        if changes:
            for field, storage in self.rng.sample(numbers, 1):
                op = self.rng.choice(("+", "-")) if storage in _WIDE and self.chance(50) else ""
                body.append(Node("put", own, self.quiet(lambda: self.own_value(struct, 2)), data=(struct.name, field, op)))
        result = self.own_value(struct, 2)
        body.append(result)
        made = Node("def", Node("block", *body), *defaults,
                    data={"name": name, "params": params, "struct": struct.name, "changes": changes, "atomic": 0})  # fmt: skip
        self.p.methods.append(made)
        self.env["def " + name] = self.types.of(result)
        self.types.defs[name] = made
        self.callable.append(made)
        self.scopes, self.inside = scopes, inside

    def own_value(self, struct: Struct, d: int) -> Node:
        """A number out of the fields and parameters."""
        own = Node("self", data=struct.name)
        leaves = [Node("get", own, data=(struct.name, f)) for f, s in struct.fields if held(s) in ("U", "S")]
        leaves += [Node("getat", own, num(self.rng.randrange(s[1])), data=(struct.name, f, True)) for f, s in struct.fields
                   if held(s) == "A" and held(s[0])[0] in "US"]  # fmt: skip
        leaves += [Node("var", data=name) for name in self.visible("U", "S")]
        leaves += [
            Node("tsize", Node("get", own, data=(struct.name, f)), data="size") for f, s in struct.fields if held(s) == "T"
        ]
        if not leaves:
            leaves = [num(7)]
        node = self.rng.choice(leaves)
        for _ in range(self.rng.randrange(0, d + 1)):
            what = self.rng.randrange(4)
            if what == 0:
                test = Node("binary", node, self.rng.choice(leaves), data=self.rng.choice(COMPARES))
                node = Node("cond", test, self.rng.choice(leaves), num(self.rng.randrange(9)))
            else:
                node = Node("binary", node, self.rng.choice(leaves), data=self.rng.choice(("+", "-", "*", "^", "|", "&")))
        return node

    # ---------------------------------------------------------------- maps

    def keys(self, row: Map) -> list[Node]:
        """Few different ones, so that many are met again."""
        if row.is_array:
            return [self.array_index(row)]
        return [self.key(part) for part in row.key]

    def key(self, storage: Storage) -> Node:
        match storage:
            case "ip4":
                low = Node("binary", self.int(1), num(0x30003), data="&")
                return Node("htonl", Node("binary", num(10 << 24), low, data="|"))
            case "bool":
                return self.bool(0)
            case ("char", _):
                return self.text(0)
        if held(storage).startswith("O:"):
            names = self.visible(held(storage))
            if names and self.chance(30):
                return Node("var", data=self.rng.choice(names))
            fields = [pair for pair in self.p.structs[storage].fields if held(pair[1]) != "A"][:2]
            return Node("new", *(self.key(s) for _, s in fields), data=(storage, [f for f, _ in fields]))
        what = self.rng.randrange(6)
        if what < 2:
            return num(self.rng.randrange(4))
        if what < 5:
            return Node("binary", self.int(1), num(self.rng.choice((1, 3))), data="&")
        return self.fit(self.int(1, "U" if storage == "u64" else ""), storage)

    def array_index(self, row: Map) -> Node:
        return self.index(row.size)

    def loose_index(self, row: Map) -> Node:
        return Node("binary", self.opaque(), num(15), data="&") if self.chance(50) else self.opaque()

    def is_held(self, row: Map) -> bool:
        return self.holding.get(row.name, 0) > 0

    def get(self, row: Map) -> Node:
        """`M[k]`, with what to take instead where it may be nil."""
        if row.is_array and self.chance(25):
            node = Node("mget", self.loose_index(row), data=(row.name, False))
        else:
            node = Node("mget", *self.keys(row), data=(row.name, row.is_array or row.default is not None))
        return node

    def numbers_in(self) -> list[Map]:
        return [row for row in self.keyed() if held(row.value) in ("U", "S")]

    def int_map(self, d: int) -> Node:
        """A number that is in a map, or was until now."""
        rows = self.numbers_in() + [row for row in self.maps(*LISTS) if held(row.value) in ("U", "S")]
        if not rows:
            return self.int_object(d)
        row = self.rng.choice(rows)
        if row.word in LISTS:
            words = ("pop", "peek") if not self.is_held(row) else ("peek",)
            return Node("default", Node("qtake", data=(row.name, self.rng.choice(words))), self.literal())
        what = self.pick((6, "get"), (2, "fetch"), (2, "delete"), (2, "or"), (2, "update"))
        changing = not self.is_held(row)
        if what == "fetch":
            keys = self.keys(row) if not row.is_array or self.chance(50) else [self.loose_index(row)]
            return Node("mfetch", *keys, self.int(1), data=(row.name,))
        if what == "delete" and changing and not row.is_array and row.word != "lpm_trie":
            return Node("default", Node("mdel", *self.keys(row), data=(row.name,)), self.int(1))
        if what == "or" and changing and not row.is_array and row.default is None and row.word != "lpm_trie":
            value = self.quiet(lambda: self.into(row.value, 1))
            return Node("default", Node("mor", *self.keys(row), self.fit_of(row, value), data=(row.name,)), self.literal())
        if what == "update" and changing and not self.old and self.may_update(row, True):
            return self.update(row, True)
        node = self.get(row)
        return node if not self.types.of(node).endswith("?") else Node("default", node, self.int(1))

    def fit_of(self, row: Map, value: Node) -> Node:
        """For a map of numbers, of the kind that its values have where the types are left out."""
        if row.inferred:
            kind = held(row.value)
            if self.types.of(value) != kind:
                return self.quiet(lambda: self.int(1, kind))
        return self.fit(value, row.value)

    def may_update(self, row: Map, used: bool) -> bool:
        if row.is_array or row.default is not None:
            return row.value in _WIDE or (row.word in PER_CPU and not used)
        return False

    def update(self, row: Map, used: bool) -> Node:
        kind = held(row.value)
        ops = ["+"] if self.old else ["+", "+", "&", "|", "^"]
        if kind == "S" or not row.inferred:
            ops.append("-")
        if row.word in PER_CPU and not used:
            ops += ["*", "/", "%", "<<", ">>"]
        op = self.rng.choice(ops)
        if row.inferred:
            value = self.quiet(lambda: self.int(1, kind))
            value = value if self.types.of(value) == kind and op not in ("/", "%", "<<", ">>") else self.literal(kind)
            op = op if op not in ("/", "%", "<<", ">>") else "+"
        else:
            value = self.operand(op, row.value) if op in ("/", "%", "<<", ">>") else self.quiet(lambda: self.int(1))
        return Node("mop", *self.keys(row), value, data=(row.name, op))

    def bool_map(self, d: int) -> Node:
        rows = [row for row in self.keyed() if row.key] + self.maps("bloom_filter")
        if not rows:
            return self.bool_text(d)
        row = self.rng.choice(rows)
        if row.word == "bloom_filter":
            return Node("bhas", self.key(row.value), data=(row.name,))
        if held(row.value) == "B" and self.chance(50):
            return Node("mfetch", *self.keys(row), Node("bool", data=self.chance(50)), data=(row.name,))
        return Node("mkey", *self.keys(row), data=(row.name,))

    def do_map(self, d: int) -> list[Node]:
        """Something put into a map, taken out, or changed there."""
        rows = [row for row in self.p.maps.values() if row.word not in HISTOGRAMS]
        if not rows:
            return self.do_object(d)
        row = self.rng.choice(rows)
        if self.is_held(row):
            return self.do_change(d)
        match row.word:
            case "queue" | "stack":
                if self.chance(25):
                    return self.taken(row)
                return [Node("qpush", self.into(row.value, 1), data=(row.name, self.rng.choice(("push", "<<"))))]
            case "bloom_filter":
                return [Node("bput", self.fit(self.key(row.value), row.value), data=(row.name,))]
            case "ringbuf":
                return self.do_ring(d)
        type_ = held(row.value)
        if type_.startswith("O:") and self.inside[0] == "method":  # the caller may hold an element
            return self.with_element(row, max(d, 1))
        if type_ in ("U", "S") and self.may_update(row, False) and self.chance(55):
            return [self.update(row, False)]
        if type_.startswith("O:") and d > 0 and self.chance(60):
            return self.with_element(row, d)
        keys = self.keys(row)
        if not row.is_array and row.word != "lpm_trie" and self.chance(20):
            return [Node("mdel", *keys, data=(row.name,))]
        if not row.is_array and row.default is None and row.word != "lpm_trie" and type_ != "B" and self.chance(30):
            value = self.quiet(lambda: self.into(row.value, 1)) if type_[0] != "O" else self.new(row.value, 1)
            value = self.str() if type_ == "T" and self.types.of(value) != "T" else value
            value = self.fit_of(row, value) if type_ in ("U", "S") else value
            return [Node("mor", *keys, value, data=(row.name,))]
        if row.is_array and self.chance(15):
            keys = [self.loose_index(row)]
        value = self.into(row.value, 2)
        return [Node("mput", *keys, self.fit_of(row, value) if type_ in ("U", "S") else value, data=(row.name,))]

    def taken(self, row: Map) -> list[Node]:
        """What a list gives, or a map's deleted element, is an object of this frame."""
        type_ = held(row.value)
        if not type_.startswith("O:"):
            return [self.store_number(Node("default", Node("qtake", data=(row.name, "pop")), self.literal()))]
        if not self.room(row.value):
            return [Node("qpush", self.new(row.value, 1), data=(row.name, "push"))]
        field = self.first_number(row.value)
        name = self.fresh("o", type_)
        self.fixed.add(name)
        read = Node("get", Node("nvar", data=name), data=(row.value, field))
        use = Node("block", self.store_number(read))
        take = Node("qtake", data=(row.name, self.rng.choice(("pop", "peek"))))
        return [Node("set", take, data=name), Node("if", Node("some", Node("var", data=name)), use, data="if")]

    def first_number(self, struct: str) -> str:
        return next((f for f, s in self.p.structs[struct].fields if held(s) in ("U", "S")), self.p.structs[struct].fields[0][0])

    def store_number(self, value: Node) -> Node:
        """Into a global of its kind; text and objects into none."""
        kind = self.types.of(value)
        if kind not in ("U", "S"):
            value, kind = num(1), "U"
        return self.store(value, kind)

    store: Callable[[Node, str], Node]
    kept_objects: Callable[[], list[tuple[Node, str, str]]]
    detached: Callable[[Node], Node]
    tally: Callable[[Map, Node], Node]

    def with_element(self, row: Map, d: int) -> list[Node]:
        """`if e = M[k]`: the element itself."""
        keys = self.keys(row) if not row.is_array else [self.loose_index(row)]
        if row.is_array and self.chance(60):
            index = self.array_index(row)
            name = self.new_object(row.value, self.place_of(row))
            self.holding[row.name] = self.holding.get(row.name, 0) + 1000  # to the end
            made = Node("set", Node("mget", index, data=(row.name, True)), data=name)
            return [made, *self.change(Node("var", data=name), row.value, self.place_of(row))]
        self.holding[row.name] = self.holding.get(row.name, 0) + 1
        self.scopes.append({})
        name = self.new_object(row.value, self.place_of(row))
        there: list[Node] = []
        for _ in range(self.rng.randrange(1, 4)):
            there += (
                self.change(Node("var", data=name), row.value, self.place_of(row)) if self.chance(60) else self.statement(d - 1)
            )
        self.scopes.pop()
        self.holding[row.name] -= 1
        other = self.block(d - 1) if self.chance(50) else Node("block")
        if row.key and row.word != "lpm_trie" and not self.is_held(row) and self.inside[0] != "method" and self.chance(30):
            return [Node("mifor", *keys, self.new(row.value, 1), Node("block", *there), other, data=(row.name, name))]
        form = self.rng.choice(("if", "if", "set", "unless" if other.kids else "if"))
        return [Node("mif", *keys, Node("block", *there), other, data=(row.name, name, form))]

    def do_ring(self, d: int) -> list[Node]:
        rows = self.maps("ringbuf")
        if not rows:
            return self.do_map(d)
        row = self.rng.choice(rows)
        if d <= 0 or self.chance(60) or "reserve" in self.inside:
            return [Node("rpush", self.object(row.value, 1), data=(row.name,))]
        self.scopes.append({})
        inside, self.inside = self.inside, [*self.inside, "reserve"]
        name = self.new_object(row.value, "record")
        body: list[Node] = []
        for _ in range(self.rng.randrange(1, 5)):
            own = [found for found in self.objects(True) if any(n.op == "var" and n.data == name for n in found[0].walk())]
            body += self.change(*self.rng.choice(own)) if own and self.chance(75) else self.statement(0)
        self.scopes.pop()
        self.inside = inside
        return [Node("reserve", Node("block", *body), data=(row.name, name))]

    def do_each(self, d: int) -> list[Node]:
        """Through a map whose order nobody knows: what is done in a turn does not depend on those before."""
        rows = [row for row in self.keyed() if row.word != "lpm_trie" and len(row.key) < 2]
        names = self.free("U", "S")
        if self.old or not rows or not names or "each" in self.inside or self.turns * 6 > self.limit:
            return self.do_map(d)
        row = self.rng.choice(rows)
        self.holding[row.name] = self.holding.get(row.name, 0) + 1
        scopes, self.scopes = self.scopes, [{}]
        inside, self.inside = self.inside, [*self.inside, "each"]
        turns, self.turns = self.turns, self.turns * 6
        storage = "u32" if row.is_array else row.key[0]
        key, value = self.fresh("k", held(storage)), self.fresh("v", self.types.value(row.name))
        self.where[key] = "key"
        self.where[value] = self.place_of(row)
        self.depth_of[key] = self.depth_of[value] = self.turns
        self.fixed.update((key, value))
        self.scopes[-1].update({key: self.env[key], value: self.env[value]})
        body: list[Node] = []
        if self.chance(30):
            body.append(Node("if", self.turn_test(), Node("block", Node("next")), data="if modifier"))
        if self.env[value].startswith("O:") and self.chance(50):
            body += self.each_change(value, row)
        for name in self.rng.sample(names, 1):
            given = self.turn_value()
            if self.env[name] == "U" and self.types.of(given) == "S":
                given = Node("call", given, data="abs")
            body.append(Node("opset", given, data=(name, self.rng.choice(("+", "^")))))
        self.scopes, self.inside, self.turns = scopes, inside, turns
        self.holding[row.name] -= 1
        return [Node("meach", Node("block", *body), data=(row.name, key, value))]

    def turn_value(self) -> Node:
        """A number out of this turn's key and value alone."""
        leaves = [Node("var", data=name) for name in self.visible("U", "S")]
        leaves += [Node("tsize", Node("var", data=name), data="size") for name in self.visible("T")]
        for name in [n for scope in self.scopes for n, t in scope.items() if t.startswith("O:")]:
            struct = self.env[name][2:]
            leaves += [Node("get", Node("var", data=name), data=(struct, f)) for f, s in self.p.structs[struct].fields
                       if held(s) in ("U", "S")]  # fmt: skip
        if not leaves:
            return num(self.rng.randrange(1, 9))
        node = self.rng.choice(leaves)
        for _ in range(self.rng.randrange(3)):
            other = self.rng.choice([*leaves, num(self.rng.randrange(300))])
            node = Node("binary", node, other, data=self.rng.choice(("+", "-", "*", "^", "&", "|")))
        return node

    def turn_test(self) -> Node:
        return Node("binary", self.turn_value(), num(self.rng.randrange(9)), data=self.rng.choice(COMPARES))

    def each_change(self, value: str, row: Map) -> list[Node]:
        struct = row.value
        numbers = [(f, s) for f, s in self.p.structs[struct].fields if held(s) in ("U", "S")]
        if not numbers:
            return []
        field, storage = self.rng.choice(numbers)
        op = self.update_op(storage, self.place_of(row))
        op = op if op in ("", "+", "-", "^") else ""
        given = self.turn_value() if op else self.fit(self.turn_value(), storage)
        return [Node("put", Node("var", data=value), given, data=(struct, field, op))]

    def settled_maps(self, last: list[Node]) -> list[Node]:
        """A map without types takes them from a use that is surely there. `last`: statements behind these."""
        out = []
        roots = [*self.p.roots, *last]
        for row in self.p.maps.values():
            if not any(n.op in OF_MAPS and n.data[0] == row.name for root in roots for n in root.walk()):
                continue
            if row.inferred:
                out.append(Node("mput", *self.keys(row), self.literal(held(row.value)), data=(row.name,)))
            elif row.word in HISTOGRAMS:
                out.append(self.tally(row, self.literal()))
        return out

    # ---------------------------------------------------------------- output

    def do_out(self, d: int) -> Node:
        word = self.pick((3, "puts"), (2, "p"), (1, "print"), (3, "printf"))
        if word == "printf":
            return self.formatted()
        count = self.rng.choice((1, 1, 2, 3))
        return Node("out", *(self.shown(word) for _ in range(count)), data=(word, ""))

    def shown(self, word: str) -> Node:
        what = self.rng.randrange(8)
        if what == 0:
            return self.bool(0)
        if what < 3:
            return self.text(1)
        if what < 5 and word != "p":
            parts = [self.int(1) if self.chance(60) else self.text(0) for _ in range(self.rng.randrange(1, 4))]
            return Node("interp", *parts, data=[self.rng.choice(("", "n ", "|", ": ")) for _ in range(len(parts) + 1)])
        if what == 5:
            names = self.visible("U?", "S?")
            if names and word == "p":
                return Node("var", data=self.rng.choice(names))
        return self.int(2)

    def formatted(self) -> Node:
        spec, args = "", []
        for _ in range(self.rng.randrange(1, 4)):
            flags = self.rng.choice(("", "", "-", "0", "+", " ")) + self.rng.choice(("", "", "5", "12"))
            if self.chance(65):
                letter = self.rng.choice("dddixXob")
                flags = ("#" if letter in "xXob" and self.chance(30) else "") + flags
                args.append(self.int(1))
            else:
                letter = self.rng.choice("ssp")
                flags = self.rng.choice(("", "-8", "12", ".3", "10.2"))
                args.append(self.text(1) if self.chance(70) else self.int(1) if letter == "s" else self.bool(0))
            spec += self.rng.choice(("", " ", "a:", "%%")) + f"%{flags}{letter}"
        return Node("out", *args, data=("printf", spec))


__all__ = ["DataGenerator", "Any"]
