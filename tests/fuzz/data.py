"""What random programs have beside numbers: text, structs, maps, rings, output. Their rows, their types, their text.

A storage type is a word ("u8" … "i64", "bool", "ip4"), ("char", SIZE) for text, (STORAGE, COUNT) for an array, or a struct's
name. A value's type is "T" for text, "O:NAME" for an object, and those of tests/fuzz/program.py.

Of the nodes that name a map the first datum is its name: `mget mkey mfetch mdel mput mop mor mif meach` (keys first),
`qpush qtake`, `bput bhas`, `rpush reserve`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.fuzz.kept import kept_used

if TYPE_CHECKING:
    from tests.fuzz.program import Node, Program

Storage = Any

ARRAYS = ("array", "percpu_array")
LISTS = ("queue", "stack")
PER_CPU = ("percpu_hash", "lru_percpu_hash", "percpu_array")
HISTOGRAMS = ("histogram(:log2)", "histogram(:linear, -10..90, 7)", "stats")
OF_MAPS = ("mget", "mkey", "mfetch", "mdel", "mput", "mop", "mor", "mif", "mifor", "meach", "qpush", "qtake", "bput", "bhas",
           "rpush", "reserve", "drain", "hput")  # fmt: skip


class Struct(NamedTuple):
    name: str
    fields: tuple[tuple[str, Storage], ...]


class Map(NamedTuple):
    """`key`: the parts'; none for arrays and lists. `value`: of a ring, its record. `inferred`: declared without types. `size` 0:
    the map's own."""

    name: str
    word: str
    key: tuple[Storage, ...]
    value: Storage
    size: int = 0
    default: int | None = None
    inferred: bool = False

    @property
    def is_array(self) -> bool:
        return self.word in ARRAYS


def held(storage: Storage) -> str:
    """The type of a value that is read from there."""
    if isinstance(storage, tuple):
        return "T" if storage[0] == "char" else "A"
    if storage[0].isupper():
        return "O:" + storage
    return {"b": "B", "i": "S", "u": "U"}[storage[0]]


def spelled(storage: Storage) -> str:
    if isinstance(storage, tuple):
        return f"[{':char' if storage[0] == 'char' else spelled(storage[0])}, {storage[1]}]"
    return storage if storage[0].isupper() else f":{storage}"


def parts_of(storage: Storage) -> str:
    """The struct that a storage type is made of, or ""."""
    of = storage[0] if isinstance(storage, tuple) else storage
    return of if isinstance(of, str) and of[0].isupper() else ""


def used(program: Program) -> tuple[list[str], list[str]]:
    """The structs and maps that its nodes name, in the order of their declaration."""
    structs: set[str] = set()
    maps: set[str] = set()
    for node in program.nodes():
        if node.op in OF_MAPS:
            maps.add(node.data[0])
        elif node.op == "new":
            structs.add(node.data[0])
    structs.update(program.kept[name].of for name in kept_used(program))
    for name in maps:
        row = program.maps[name]
        structs.update(map(parts_of, (*row.key, row.value)))
    while True:
        more = {parts_of(s) for name in structs if name for _, s in program.structs[name].fields} - structs
        if not more:
            break
        structs |= more
    return [name for name in program.structs if name in structs], [name for name in program.maps if name in maps]


class DataTypes:
    """Types of the nodes of this page; a part of `Types`."""

    program: Program
    env: dict[str, str]
    of: Any
    all: Any

    def _str(self, node: Node) -> str:
        return "T"

    _comm = _interp = _str

    def _tcmp(self, node: Node) -> str:
        return "B"

    def _tcall(self, node: Node) -> str:
        return "B"

    def _tsize(self, node: Node) -> str:
        return "U"

    def _htonl(self, node: Node) -> str:
        return "N"

    def _tbyte(self, node: Node) -> str:
        return "U?"

    def _tchar(self, node: Node) -> str:
        return "T?"

    def _new(self, node: Node) -> str:
        return "O:" + str(node.data[0])

    def _self(self, node: Node) -> str:
        return "O:" + str(node.data)

    def field(self, struct: str, name: str) -> Storage:
        return dict(self.program.structs[struct].fields)[name]

    def _get(self, node: Node) -> str:
        return held(self.field(*node.data))

    def _getat(self, node: Node) -> str:
        struct, name, inside = node.data
        return held(self.field(struct, name)[0]) + ("" if inside else "?")

    def _afold(self, node: Node) -> str:
        return held(self.field(*node.data[:2])[0]) if node.data[2] in ("sum", "min", "max") else "U"

    def _ocall(self, node: Node) -> str:
        return self.env.get("def " + node.data["name"], "")

    def value(self, name: str) -> str:
        row = self.program.maps[name]
        return self.env.get("map " + name, "U") if row.inferred else held(row.value)

    def _mget(self, node: Node) -> str:
        """data: map, whether there is always one."""
        return self.value(node.data[0]) + ("" if node.data[1] else "?")

    def _mkey(self, node: Node) -> str:
        return "B"

    _bhas = _mkey
    _qpush = _bput = _rpush = _reserve = _mkey

    def _mfetch(self, node: Node) -> str:
        from tests.fuzz.program import join

        return join(self.value(node.data[0]), self.of(node.kids[-1]))

    def _mdel(self, node: Node) -> str:
        return self.value(node.data[0]) + "?"

    _mor = _qtake = _mdel

    def _mop(self, node: Node) -> str:
        """As `M[k] op v`."""
        pair, op = [self.value(node.data[0]), self.of(node.kids[-1])], node.data[1]
        if op == "&":
            return "S" if pair == ["S", "S"] else "U"
        return "S" if op == "-" or "S" in pair else "U"


class DataText:
    """Text of the nodes of this page; a part of `Text`."""

    program: Program
    oracle: bool
    types: Any
    expr: Any
    stmt: Any
    block: Any
    method: Any

    # -- text

    def _str(self, node: Node) -> Any:
        return f'"{node.data}"'

    def _comm(self, node: Node) -> Any:
        return "comm"

    def _interp(self, node: Node) -> Any:
        """kids: what stands between the pieces of `data`."""
        out = [str(node.data[0])]
        for kid, piece in zip(node.kids, node.data[1:]):
            out += [f"#{{{self.expr(kid)}}}", piece]
        return '"' + "".join(out) + '"'

    def _tcmp(self, node: Node) -> Any:
        a, b = node.kids
        return f"{self.expr(a, 8)} {node.data} {self.expr(b, 8)}", 7

    def _tcall(self, node: Node) -> Any:
        args = ", ".join(map(self.expr, node.kids[1:]))
        return f"{self.expr(node.kids[0], 20)}.{node.data}" + (f"({args})" if args else "")

    def _tsize(self, node: Node) -> Any:
        text = f"{self.expr(node.kids[0], 20)}.{node.data}"
        return f"K({text})" if self.oracle else text

    def _tbyte(self, node: Node) -> Any:
        text, at = self.expr(node.kids[0], 20), self.expr(node.kids[1])
        return f"byte({text}, {at})" if self.oracle else f"{text}.getbyte({at})"

    def _tchar(self, node: Node) -> Any:
        text, at = self.expr(node.kids[0], 20), self.expr(node.kids[1])
        return f"element({text}, {at})" if self.oracle else f"{text}[{at}]"

    # -- objects

    def _self(self, node: Node) -> Any:
        return "self"

    def _new(self, node: Node) -> Any:
        struct, names = node.data
        return f"{struct}.new({', '.join(f'{n}: {self.expr(v)}' for n, v in zip(names, node.kids))})"

    def place(self, base: Node, name: str, bare: bool = True) -> str:
        """An object's field. In a method, its own by name."""
        if base.op == "self":
            return name if bare else f"self.{name}"
        return f"{self.expr(base, 20)}.{name}"

    def _get(self, node: Node) -> Any:
        return self.place(node.kids[0], node.data[1])

    def _getat(self, node: Node) -> Any:
        return f"{self.place(node.kids[0], node.data[1])}[{self.expr(node.kids[1])}]"

    def _afold(self, node: Node) -> Any:
        text = f"{self.place(node.kids[0], node.data[1])}.{node.data[2]}"
        return f"K({text})" if self.oracle and node.data[2] == "size" else text

    def _ocall(self, node: Node) -> Any:
        return f"{self.place(node.kids[0], node.data['name'])}{self.arguments(node, node.kids[1:])}"

    def arguments(self, node: Node, values: list[Node]) -> str:
        params = self.types.defs[node.data["name"]].data["params"]
        args = []
        for at, value in zip(node.data["given"], values):
            name, style = params[at]
            args.append(f"{name}: {self.expr(value)}" if style == "keyword" else self.expr(value))
        return f"({', '.join(args)})"

    def s_put(self, node: Node) -> list[str]:
        """data: struct, field, operator or ""."""
        base, value = node.kids
        return [f"{self.place(base, node.data[1], False)} {node.data[2]}= {self.expr(value)}"]

    def s_putat(self, node: Node) -> list[str]:
        base, index, value = node.kids
        return [f"{self.place(base, node.data[1])}[{self.expr(index)}] {node.data[2]}= {self.expr(value)}"]

    # -- maps

    def _htonl(self, node: Node) -> Any:
        return f"htonl({self.expr(node.kids[0])})"

    def keys(self, nodes: list[Node]) -> str:
        return ", ".join(map(self.expr, nodes))

    def _mget(self, node: Node) -> Any:
        return f"{node.data[0]}[{self.keys(node.kids)}]"

    def _mkey(self, node: Node) -> Any:
        many = len(node.kids) > 1 and len(self.keys(node.kids)) % 2
        return f"{node.data[0]}.key?({'[' * many}{self.keys(node.kids)}{']' * many})"

    def _mfetch(self, node: Node) -> Any:
        keys = self.keys(node.kids[:-1])
        keys = f"[{keys}]" if len(node.kids) > 2 else keys
        text = f"{node.data[0]}.fetch({keys}, {self.expr(node.kids[-1])})"
        kind = self.types.of(node)[:1]
        return f"{kind}({text})" if self.oracle and kind in "US" else text

    def _mdel(self, node: Node) -> Any:
        keys = self.keys(node.kids)
        return f"{node.data[0]}.delete({f'[{keys}]' if len(node.kids) > 1 else keys})"

    def updated(self, node: Node, op: str) -> str:
        return f"{node.data[0]}[{self.keys(node.kids[:-1])}] {op}= {self.expr(node.kids[-1])}"

    def _mop(self, node: Node) -> Any:
        return f"({self.updated(node, node.data[1])})"

    def _mor(self, node: Node) -> Any:
        return self.or_set(node.data[0], node.kids[:-1], node.kids[-1])

    def or_set(self, name: str, keys: list[Node], value: Node) -> str:
        if self.oracle:  # what is then in the map, as it is stored there
            return f"({name}.or_set([{self.keys(keys)}]) {{ {self.expr(value)} }})"
        return f"({name}[{self.keys(keys)}] ||= {self.expr(value)})"

    def s_mop(self, node: Node) -> list[str]:
        return [self.updated(node, node.data[1])]

    def s_mor(self, node: Node) -> list[str]:
        return [self.updated(node, "||")] if not self.oracle else [str(self._mor(node))]

    def s_mput(self, node: Node) -> list[str]:
        return [self.updated(node, "")]

    def s_mif(self, node: Node) -> list[str]:
        """data: map, variable, form; kids: keys, what is done with it, and what without."""
        name, var, form = node.data
        *keys, there, other = node.kids
        element = f"{name}[{self.keys(keys)}]"
        if form == "unless":
            return [f"unless {var} = {element}", *self.block(other), "else", *self.block(there), "end"]
        lines = [f"if {var} = {element}"] if form == "if" else [f"{var} = {element}", f"if {var}"]
        return [*lines, *self.block(there), *(["else", *self.block(other)] if other.kids else []), "end"]

    def s_mifor(self, node: Node) -> list[str]:
        """`if e = (M[k] ||= E.new)`; data: map, variable; kids: keys, the new one, what is done with it, and what without."""
        name, var = node.data
        *keys, new, there, other = node.kids
        lines = [f"if {var} = {self.or_set(name, keys, new)}", *self.block(there)]
        return [*lines, *(["else", *self.block(other)] if other.kids else []), "end"]

    def s_meach(self, node: Node) -> list[str]:
        name, key, value = node.data
        return [f"{name}.each do |{key}, {value}|", *self.block(node.kids[0]), "end"]

    def _qpush(self, node: Node) -> Any:
        name, word = node.data
        value = self.expr(node.kids[0], 12)
        return f"({name} << {value})" if word == "<<" else f"{name}.push({value})"

    def s_qpush(self, node: Node) -> list[str]:
        return [str(self._qpush(node)).removeprefix("(").removesuffix(")") if node.data[1] == "<<" else self._qpush(node)]

    def _qtake(self, node: Node) -> Any:
        return f"{node.data[0]}.{node.data[1]}"

    def _bput(self, node: Node) -> Any:
        return f"{node.data[0]} << {self.expr(node.kids[0], 12)}"

    def _bhas(self, node: Node) -> Any:
        return f"{node.data[0]}.include?({self.expr(node.kids[0])})"

    def _rpush(self, node: Node) -> Any:
        return f"({node.data[0]} << {self.expr(node.kids[0], 12)})"

    def s_rpush(self, node: Node) -> list[str]:
        return [f"{node.data[0]} << {self.expr(node.kids[0], 12)}"]

    def s_reserve(self, node: Node) -> list[str]:
        return [f"{node.data[0]}.reserve do |{node.data[1]}|", *self.block(node.kids[0]), "end"]

    # -- output

    def s_out(self, node: Node) -> list[str]:
        word, spec = node.data
        args = ", ".join([*([f'"{spec}\\n"'] if spec else []), *map(self.expr, node.kids)])
        text = f"{word} {args}".rstrip()
        return [f"{word}({args})" if args[:1] in ("(", "[", "-", "*", "&") else text]

    # -- declarations

    def structs_and_maps(self) -> list[str]:
        structs, maps = used(self.program)
        lines = []
        for name in structs:
            lines.append(f"class {name}")
            lines += [f"  attr :{field}, {spelled(storage)}" for field, storage in self.program.structs[name].fields]
            for method in self.program.methods:
                if method.data.get("struct") == name:
                    lines += ["", *("  " + line for line in self.method(method))]
            lines.append("end")
        return lines + [f"{name} = {self.declared(self.program.maps[name])}" for name in maps]

    def declared(self, row: Map) -> str:
        if row.word in HISTOGRAMS:
            return row.word + ".by_key" * (self.oracle and bool(row.key))
        options = [f"size: {row.size}"] if row.size and row.word not in (*ARRAYS, *LISTS, "bloom_filter") else []
        if row.default is not None:
            options.append(f"default: {f'K({row.default})' if self.oracle else row.default}")
        value = spelled(row.value)
        if row.inferred and self.oracle:
            value = ":i64" if self.types.value(row.name) == "S" else ":u64"
        if row.word == "ringbuf":
            return f"ringbuf {value}"
        if row.word in ARRAYS or row.word in LISTS or row.word == "bloom_filter":
            inner = [f"size: {row.size}"] if row.inferred and not self.oracle else [value, str(row.size)]
            return f"{row.word}({', '.join(inner)})"
        key = ", ".join(map(spelled, row.key))
        pair = f"{f'[{key}]' if len(row.key) > 1 else key} => {value}"
        return f"{row.word}({', '.join([*([] if row.inferred and not self.oracle else [pair]), *options])})"


def raise_values(raise_: Any, types: Any, node: Node) -> None:
    """What is stored in a map whose types are left out."""
    name = node.data[0]
    if types.program.maps[name].inferred:
        given = types.of(node.kids[-1])
        raise_("map " + name, "S" if node.op == "mop" and node.data[1] == "-" else given)


__all__ = ["DataText", "DataTypes", "Map", "Program", "Struct", "held", "raise_values", "spelled", "used"]
