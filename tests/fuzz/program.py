"""Random programs as trees: their kinds by the manual's rules, their text for the compiler and their text for the oracle.

A `Node` is an operation, its parts and one datum. Types are strings: "U" and "S" (Integers of the two kinds), "B", "nil",
"T" (text), "O:NAME" (an object), each with "?" where it may be nil, "" for a statement. Every variable has a name of its own
in the program, so that one table holds all their types: `infer` fills it as the manual says (a variable is signed if anything
signed is assigned to it). Nothing here asks the compiler.

The oracle's text is the same Ruby with every literal a K(n), fully in parentheses, and a coercion S(…) or U(…) wherever a
kind is settled by form and not by the value that happened to come: assignments, joins, parameters, elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.fuzz.blocks import BlockText, BlockTypes, raise_blocks
from tests.fuzz.data import DataText, DataTypes, Map, Struct, held, raise_values
from tests.fuzz.kept import Kept, KeptText, KeptTypes, raise_kept

WIDTHS = ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64")

#: Operators by precedence, loosest first, as Ruby has them.
_LEVEL = {"||": 5, "&&": 6, "<=>": 7, "==": 7, "!=": 7, "<": 8, "<=": 8, ">": 8, ">=": 8, "|": 9, "^": 9, "&": 10,
          "<<": 11, ">>": 11, "+": 12, "-": 12, "*": 13, "/": 13, "%": 13, "**": 15}  # fmt: skip
_BEHIND_A_LOCAL = ("+", "-", "*", "/", "%", "&", "<<", "**")
_TERNARY, _NEGATION, _NOT, _PRIMARY = 3, 14, 16, 20

ARITHMETIC = ("+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", "<=>")
COMPARES = ("==", "!=", "<", "<=", ">", ">=")
#: Methods of Integers: name → (arguments, result), result as for `kind_of`.
METHODS: dict[str, tuple[int, str]] = {
    "abs": (0, "U"), "magnitude": (0, "U"), "bit_length": (0, "U"), "gcd": (1, "S"), "lcm": (1, "S"), "[]": (1, "S"),
    "pred": (0, "S"), "succ": (0, "i"), "next": (0, "i"), "ord": (0, "i"), "to_i": (0, "i"), "floor": (0, "i"),
    "div": (1, "i"), "modulo": (1, "i"), "remainder": (1, "S"), "pow": (1, "i"), "clamp": (2, "i"),
    "zero?": (0, "B"), "positive?": (0, "B"), "negative?": (0, "B"), "even?": (0, "B"), "odd?": (0, "B"),
    "between?": (2, "B"), "eql?": (1, "B"), "allbits?": (1, "B"), "anybits?": (1, "B"), "nobits?": (1, "B"),
    "nonzero?": (0, "i?"),
}  # fmt: skip
UNARY = ("-@", "~", "+@")
UPDATES = ("+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>")
ATOMIC = ("+", "-", "&", "|", "^")


class Node:
    """One operation. Mutable: the shrinker replaces `kids` in place."""

    __slots__ = ("op", "kids", "data")

    def __init__(self, op: str, *kids: Node, data: Any = None) -> None:
        self.op = op
        self.kids = list(kids)
        self.data = data

    def walk(self) -> Iterator[Node]:
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def __repr__(self) -> str:
        return f"{self.op}({self.data!r}, {self.kids})" if self.kids else f"{self.op}({self.data!r})"


def num(value: int) -> Node:
    return Node("int", data=value)


class Program:
    """`fields`: (name, storage type) of the context; none for a socket filter. `globals`: name → first value (an int, a bool
    or text); `kept`: those that hold objects and arrays. `fills`: (map, prefix, address, value) that user space puts into an LPM
    trie. `inputs`: globals that each run sets. `methods` are "def" nodes, `body` a "block"."""

    def __init__(self, name: str, hook: str) -> None:
        self.name = name
        self.hook = hook
        self.fields: list[tuple[str, str]] = []
        self.globals: dict[str, int | bool | str] = {}
        self.kept: dict[str, Kept] = {}
        self.inputs: list[str] = []
        self.arrays: dict[str, list[int]] = {}
        self.consts: dict[str, int] = {}
        self.structs: dict[str, Struct] = {}
        self.maps: dict[str, Map] = {}
        self.fills: list[tuple[str, int, int, int]] = []
        self.methods: list[Node] = []
        self.body = Node("block")
        self.runs: list[dict[str, int]] = []
        self.types: dict[str, str] = {}

    @property
    def roots(self) -> list[Node]:
        return [*self.methods, self.body]

    def nodes(self) -> Iterator[Node]:
        for root in self.roots:
            yield from root.walk()


# ---------------------------------------------------------------- types


class TwoTypes(Exception):
    """A variable is given values of two types, which the language refuses."""


def join(a: str, b: str) -> str:
    """The type that has the values of both; "" for "not known yet"."""
    if not a or a == b or a == "never":
        return b or a
    if not b or b == "never":
        return a
    if "nil" in (a, b):
        other = a if b == "nil" else b
        return other if other.endswith("?") else other + "?"
    nil = "?" if a.endswith("?") or b.endswith("?") else ""
    first, second = a.rstrip("?"), b.rstrip("?")
    if first == second:
        return first + nil
    if {first, second} != {"U", "S"}:
        raise TwoTypes(a, b)
    return "S" + nil


def kind_of(rule: str, types: list[str]) -> str:
    """ "i" is U if every operand is."""
    if rule in ("i", "i?"):
        return ("S" if "S" in types else "U") + rule[1:]
    return rule


def literal_type(value: int | bool | str) -> str:
    return "T" if isinstance(value, str) else "B" if isinstance(value, bool) else "S" if value < 0 else "U"


class Types(DataTypes, BlockTypes, KeptTypes):
    """The types of a program's expressions, given those of its variables, globals and methods (`env`)."""

    def __init__(self, program: Program, env: dict[str, str]) -> None:
        self.program = program
        self.env = env
        self.defs = {method.data["name"]: method for method in program.methods}

    def of(self, node: Node) -> str:
        found = getattr(self, "_" + _RULE.get(node.op, node.op), None)
        return found(node) if found is not None else ""

    def all(self, nodes: list[Node]) -> list[str]:
        return [self.of(node) for node in nodes]

    def _int(self, node: Node) -> str:
        return literal_type(node.data)

    def _bool(self, node: Node) -> str:
        return "B"

    def _nil(self, node: Node) -> str:
        return "nil"

    def _var(self, node: Node) -> str:
        return self.env.get(node.data, "")

    def _nvar(self, node: Node) -> str:
        return self.env.get(node.data, "").rstrip("?")

    def _field(self, node: Node) -> str:
        return "S" if dict(self.program.fields)[node.data][0] == "i" else "U"

    def _const(self, node: Node) -> str:
        return literal_type(self.program.consts[node.data])

    def _elem(self, node: Node) -> str:
        """data: (array, whether the index is inside by its form)."""
        name, inside = node.data
        return ("S" if min(self.program.arrays[name]) < 0 else "U") + ("" if inside else "?")

    def _binary(self, node: Node) -> str:
        a, b = self.all(node.kids)
        if node.data in COMPARES or "B" in (a, b):
            return "B"
        if node.data in ("-", "<=>"):
            return "S"
        if node.data == "&":
            return "S" if a == b == "S" else "U"
        return kind_of("i", [a, b])

    def _unary(self, node: Node) -> str:
        return self.of(node.kids[0]) if node.data == "+@" else "S"

    def _call(self, node: Node) -> str:
        return kind_of(METHODS[node.data][1], self.all(node.kids))

    def _truth(self, node: Node) -> str:
        return "B"

    def _cond(self, node: Node) -> str:
        return join(self.of(node.kids[1]), self.of(node.kids[2]))

    def _ifx(self, node: Node) -> str:
        return join(self.block(node.kids[1]), self.block(node.kids[2]))

    def _casex(self, node: Node) -> str:
        out = self.block(node.kids[-1])
        for arm in node.kids[1:-1]:
            out = join(out, self.block(arm))
        return out

    def block(self, node: Node) -> str:
        return self.of(node.kids[-1]) if node.kids else "nil"

    def _extreme(self, node: Node) -> str:
        return kind_of("i", self.all(node.kids))

    def _paren(self, node: Node) -> str:
        return self.of(node.kids[-1])

    def _assign(self, node: Node) -> str:
        return self.env.get(node.data, "")

    def _mcall(self, node: Node) -> str:
        return self.env.get("def " + node.data["name"], "")

    def _default(self, node: Node) -> str:
        return join(self.of(node.kids[0]).removesuffix("nil").rstrip("?"), self.of(node.kids[1]))

    def _safe(self, node: Node) -> str:
        inner = [t.rstrip("?") for t in self.all(node.kids)]
        return kind_of(METHODS[node.data][1].rstrip("?"), inner) + "?"

    def _over(self, node: Node) -> str:
        """data: method, var and so on; kids: the range's ends or none, then what the block gives or the argument."""
        method = node.data["method"]
        if method in ("any?", "all?", "none?", "include?"):
            return "B"
        if method in ("count", "size"):
            return "U"
        if method == "index":
            return "U?"
        source = self.chained(node)[-1]
        if method == "sum":
            return kind_of("i", [self.of(node.kids[-1])]) if node.data["var"] else source
        if method == "find":
            return source + "?"
        return source  # first, last, least, greatest

    def chained(self, node: Node) -> list[str]:
        """What each block of an `over` is given: what the source has, or what `map` made of it."""
        out = [self.element(node)]
        for (word, _), body in zip(node.data.get("chain", ()), node.kids[node.data["ends"] :]):
            out.append(self.of(body) if word == "map" else out[-1])
        return out

    def element(self, node: Node) -> str:
        """What a loop's variable takes."""
        array = node.data.get("array")
        if array is not None:
            return self.env[array] if array[0] == "$" else "S" if min(self.program.arrays[array]) < 0 else "U"
        kind = kind_of("i", self.all(node.kids[: node.data["ends"]]))
        return "S" if node.data.get("step", 1) < 0 else kind


_RULE = {"and": "truth", "or": "truth", "not": "truth", "isnil": "truth", "some": "truth"}


_INTO_MAPS = ("mput", "mop", "mor", "qpush")


def infer(program: Program) -> dict[str, str]:
    """The type of every variable, "$global" and "def method", the least that fits all assignments."""
    env: dict[str, str] = {"$" + name: literal_type(value) for name, value in program.globals.items()}
    env |= {"$" + name: "S" if name.startswith("in_s") else "U" for name in program.inputs}
    env |= {"$" + name: "S" if min(row.first) < 0 else "U" for name, row in program.kept.items() if not row.of}
    types = Types(program, env)
    called = _called(program, types.defs)
    while True:
        before = dict(env)
        for root in program.roots:
            for node in root.walk():
                if root in called or node.op not in _INTO_MAPS:
                    _assignments(types, env, node)
        if env == before:
            program.types = env
            return env


def _called(program: Program, defs: dict[str, Node]) -> list[Node]:
    """The program's body and the methods that it comes to: of others nothing is compiled, so a map is not known to hold what
    they put into it."""
    found = [program.body]
    for root in found:
        for node in root.walk():
            if node.op in ("mcall", "ocall", "ycall") and defs[node.data["name"]] not in found:
                found.append(defs[node.data["name"]])
    return found


def _raise(env: dict[str, str], name: str, type_: str) -> None:
    """What may be nil has been tested where it comes to a global."""
    if name.startswith("$"):
        type_ = type_.removesuffix("nil").rstrip("?")
    env[name] = join(env.get(name, ""), type_)


def _assignments(types: Types, env: dict[str, str], node: Node) -> None:
    for more in (raise_blocks, raise_kept):
        more(lambda name, given: _raise(env, name, given), types, node)
    match node.op:
        case "set" | "assign":
            _raise(env, node.data, types.of(node.kids[0]))
        case "opset":
            name, op = node.data
            given = types.of(node.kids[0])
            if op == "||":
                _raise(env, name, given)
            elif given != "B":
                pair = Node("binary", Node("nvar", data=name), node.kids[0], data=op)
                _raise(env, name, types.of(pair))
        case "gset":
            _raise(env, "$" + node.data, types.of(node.kids[0]))
        case "gop" | "gopx":
            name, op = node.data
            both = [env["$" + name], types.of(node.kids[0])]
            _raise(
                env, "$" + name, "S" if op == "-" or (op == "&" and both == ["S", "S"]) or (op != "&" and "S" in both) else "U"
            )
        case "while":
            _raise(env, node.data[0], "U")
        case "masg":
            for name, value in zip(node.data, node.kids):
                _raise(env, name, types.of(value))
        case "divmod":
            for name in node.data:
                _raise(env, name, kind_of("i", types.all(node.kids)))
        case "loop" | "over":
            var = node.data.get("var")
            if var is not None:
                _raise(env, var, types.element(node) if node.op == "loop" else types.chained(node)[-1])
            if node.data.get("index") is not None:
                _raise(env, node.data["index"], "U")
        case "def":
            optional = [name for name, style in node.data["params"] if style != "plain"]
            for name, value in zip(optional, node.kids[1:]):
                _raise(env, name, types.of(value))
            _raise(env, "def " + node.data["name"], types.block(node.kids[0]))
            for inner in node.walk():
                if inner.op == "return" and inner.kids:
                    _raise(env, "def " + node.data["name"], types.of(inner.kids[0]))
        case "mif" | "mifor":
            _raise(env, node.data[1], types.value(node.data[0]))
        case "meach":
            name, key, value = node.data
            row = types.program.maps[name]
            parts = "K" if len(row.key) > 1 else "U" if row.is_array else held(row.key[0])
            _raise(env, key, parts)
            _raise(env, value, types.value(name))
        case "reserve":
            _raise(env, node.data[1], types.value(node.data[0]))
        case op if op in _INTO_MAPS:
            raise_values(lambda name, given: _raise(env, name, given), types, node)
        case "mcall" | "ocall" | "ycall":
            params = [name for name, _ in types.defs[node.data["name"]].data["params"]]
            for at, value in zip(node.data["given"], node.kids[node.op == "ocall" :]):
                _raise(env, params[at], types.of(value))


# ---------------------------------------------------------------- text


class Text(DataText, BlockText, KeptText):
    """The text of expressions and statements; `oracle` chooses for whom."""

    def __init__(self, program: Program, oracle: bool) -> None:
        self.program = program
        self.oracle = oracle
        self.types = Types(program, program.types)
        self.renamed: dict[str, str] = {}

    # -- expressions

    def expr(self, node: Node, level: int = 0) -> str:
        """In parentheses if it binds looser than `level`."""
        text, own = self.bare(node)
        if self.oracle:
            type_ = self.types.of(node)
            if node.op in _JOINS and type_[:1] in ("U", "S"):
                return f"{type_[0]}({text})"
            return text if own == _PRIMARY else f"({text})"
        return text if own >= level else f"({text})"

    def bare(self, node: Node) -> tuple[str, int]:
        found = getattr(self, "_" + node.op)(node)
        return found if isinstance(found, tuple) else (found, _PRIMARY)

    def _int(self, node: Node) -> Any:
        if self.oracle:
            return f"K({node.data})"
        return (str(node.data), _PRIMARY) if node.data >= 0 else (str(node.data), _NEGATION)

    def _bool(self, node: Node) -> Any:
        return "true" if node.data else "false"

    def _nil(self, node: Node) -> Any:
        return "nil"

    def _var(self, node: Node) -> Any:
        name = node.data
        return self.global_name(name[1:]) if name.startswith("$") else self.renamed.get(name, name)

    _nvar = _var

    def global_name(self, name: str) -> str:
        return f"${self.program.name}_{name}"

    def _field(self, node: Node) -> Any:
        return f"ctx.{node.data}"

    def _const(self, node: Node) -> Any:
        return node.data

    def _elem(self, node: Node) -> Any:
        index = self.expr(node.kids[0])
        return f"element({node.data[0]}, {index})" if self.oracle else f"{node.data[0]}[{index}]"

    def _binary(self, node: Node) -> Any:
        op, level = node.data, _LEVEL[node.data]
        a, b = node.kids
        if op == "**":
            return f"{self.expr(a, level + 1)} ** {self.expr(b, level)}", level
        left = self.expr(a, level if level != 7 else level + 1)
        right = self.expr(b, level + 1)
        quirk = op in _BEHIND_A_LOCAL and f"{op}{right[0]}" != "<<-" and len(right) % 7 == 3
        if quirk and not self.oracle and a.op == "var" and left[0] not in "$_":
            return f"{left} {op}{right}", level  # after a local this is no argument; `_1` is none before it is read
        return f"{left} {op} {right}", level

    def _unary(self, node: Node) -> Any:
        op, value = node.data[0], node.kids[0]
        if op == "-":
            inner = self.expr(value, _NEGATION)
            return f"-({inner})" if inner[0] in "-+0123456789" else f"-{inner}", _NEGATION
        inner = self.expr(value, _NOT)
        return f"{op}({inner})" if inner[0] in "-+0123456789" else f"{op}{inner}", _NOT

    def _call(self, node: Node) -> Any:
        recv, args = node.kids[0], [self.expr(arg) for arg in node.kids[1:]]
        left = self.expr(recv, _PRIMARY)
        if node.data == "[]":
            return f"{left}[{args[0]}]"
        return f"{left}.{node.data}" + (f"({', '.join(args)})" if args else "")

    def _safe(self, node: Node) -> Any:
        recv, args = node.kids[0], [self.expr(arg) for arg in node.kids[1:]]
        return f"{self.expr(recv, _PRIMARY)}&.{node.data}" + (f"({', '.join(args)})" if args else "")

    def _logic(self, node: Node, op: str, word: str) -> Any:
        a, b = node.kids
        if node.data:  # `and`, `or`: always in parentheses here
            return f"({self.expr(a, _NOT)} {word} {self.expr(b, _NOT)})"
        return f"{self.expr(a, _LEVEL[op])} {op} {self.expr(b, _LEVEL[op] + 1)}", _LEVEL[op]

    def _and(self, node: Node) -> Any:
        return self._logic(node, "&&", "and")

    def _or(self, node: Node) -> Any:
        return self._logic(node, "||", "or")

    def _not(self, node: Node) -> Any:
        text = self.expr(node.kids[0], _NOT)
        if node.data and text[0] != "(":  # `not (a).b` is refused: the grammar takes it for `(not (a)).b`
            return f"(not {text})"
        return f"!{self.expr(node.kids[0], _NOT)}", _NOT

    def _isnil(self, node: Node) -> Any:
        return f"{self.expr(node.kids[0], _PRIMARY)}.nil?"

    def _some(self, node: Node) -> Any:
        """A nil-able value as a condition."""
        return self.bare(node.kids[0])

    def _cond(self, node: Node) -> Any:
        a, b, c = (self.expr(kid, _TERNARY + 1) for kid in node.kids)
        return f"{a} ? {b} : {c}", _TERNARY

    def _ifx(self, node: Node) -> Any:
        a, b, c = node.kids
        return f"(if {self.expr(a)} then {self.inline(b)} else {self.inline(c)} end)"

    def _casex(self, node: Node) -> Any:
        return "(" + "; ".join(self.case_lines(node, self.inline)) + ")"

    def inline(self, block: Node) -> str:
        return "; ".join(line.strip() for kid in block.kids for line in self.stmt(kid)) or "nil"

    def _extreme(self, node: Node) -> Any:
        return f"[{', '.join(map(self.expr, node.kids))}].{node.data}"

    def _paren(self, node: Node) -> Any:
        """data: "begin" or ""; statements, the last an expression."""
        inner = self.inline(node)
        return f"(begin; {inner}; end)" if node.data else f"({inner})"

    def _assign(self, node: Node) -> Any:
        return f"({node.data} = {self.stored(node.data, node.kids[0])})"

    def _gopx(self, node: Node) -> Any:
        return f"({self.update(node)})"

    def _mcall(self, node: Node) -> Any:
        return node.data["name"] + self.arguments(node, node.kids)

    def _default(self, node: Node) -> Any:
        return f"{self.expr(node.kids[0], 6)} || {self.expr(node.kids[1], 6)}", 5

    def _over(self, node: Node) -> Any:
        """`(a..b).sum { |i| … }`, `LIST.include?(x)`."""
        data, method = node.data, node.data["method"]
        source = self.source(node) + self.links(node)
        if self.oracle and data["array"] is None and method in ("size",):
            method = "count"
        call = f"{source}.{method}"
        if data["var"]:
            last = node.kids[-1]
            given = self.inline(last) if last.op == "block" else self.expr(last)
            return f"{call} {{ |{data['var']}| {self.settle(data['var'])}{given} }}"
        return call + (f"({self.expr(node.kids[-1])})" if data["argument"] else "")

    def source(self, node: Node) -> str:
        array = node.data["array"]
        if array is not None:
            return self.global_name(array[1:]) if array[0] == "$" else str(array)
        lo, hi = node.kids[:2]
        dots = "..." if node.data["exclusive"] else ".."
        return f"({self.expr(lo, 5)}{dots}{self.expr(hi, 5)})"

    def settle(self, name: str) -> str:
        """In the oracle, a block's parameter takes its kind; there is none in a method that is never called."""
        kind = self.program.types[name][:1]
        return f"{name} = {kind}({name}); " if self.oracle and kind in ("U", "S") else ""

    def stored(self, name: str, value: Node) -> str:
        text = self.expr(value)
        kind = self.program.types[name][:1]
        return f"{kind}({text})" if self.oracle and kind in ("U", "S") else text

    # -- statements

    def block(self, node: Node) -> list[str]:
        lines = ["  " + line for kid in node.kids for line in self.stmt(kid)]
        return lines or ["  nil"]

    def stmt(self, node: Node) -> list[str]:
        found = getattr(self, "s_" + node.op, None)
        return found(node) if found is not None else [self.expr(node)]

    def s_set(self, node: Node) -> list[str]:
        value = node.kids[0]
        if value.op == "lvalue" or value.op == "ycall" and value.data["style"] == "do" and not self.oracle:
            return self.set_lines(node.data, value)
        return [f"{node.data} = {self.stored(node.data, value)}"]

    def s_opset(self, node: Node) -> list[str]:
        name, op = node.data
        if not self.oracle or op == "||":
            value = self.expr(node.kids[0]) if not self.oracle else self.stored(name, node.kids[0])
            return [f"{name} {op}= {value}"]
        return [f"{name} = " + self.coerced(name, f"({name} {op} {self.expr(node.kids[0])})")]

    def coerced(self, name: str, text: str) -> str:
        kind = self.program.types[name][:1]
        return f"{kind}({text})" if kind in ("U", "S") else text

    def s_gset(self, node: Node) -> list[str]:
        return [f"{self.global_name(node.data)} = {self.stored('$' + node.data, node.kids[0])}"]

    def update(self, node: Node) -> str:
        name, op = self.global_name(node.data[0]), node.data[1]
        if not self.oracle:
            return f"{name} {op}= {self.expr(node.kids[0])}"
        return f"{name} = " + self.coerced("$" + node.data[0], f"({name} {op} {self.expr(node.kids[0])})")

    def s_gop(self, node: Node) -> list[str]:
        return [self.update(node)]

    def s_masg(self, node: Node) -> list[str]:
        return [f"{', '.join(node.data)} = {', '.join(self.stored(n, v) for n, v in zip(node.data, node.kids))}"]

    def s_divmod(self, node: Node) -> list[str]:
        a, b = node.kids
        lines = [f"{', '.join(node.data)} = {self.expr(a, _PRIMARY)}.divmod({self.expr(b)})"]
        return lines + [f"{n} = {self.coerced(n, n)}" for n in node.data] if self.oracle else lines

    def s_if(self, node: Node) -> list[str]:
        """kids: condition, then, and else or nothing; data: "if", "unless", or a modifier of these with one statement."""
        word = node.data
        condition = self.expr(node.kids[0])
        if word.endswith("modifier") and len(node.kids[1].kids) == 1:
            lines = self.stmt(node.kids[1].kids[0])
            if len(lines) == 1:
                return [f"{lines[0]} {word.split()[0]} {condition}"]
        lines = [f"{word.split()[0]} {condition}", *self.block(node.kids[1])]
        if len(node.kids) > 2:
            other = node.kids[2]
            if len(other.kids) == 1 and other.kids[0].op == "if" and other.kids[0].data == "if" and word.startswith("if"):
                nested = self.stmt(other.kids[0])
                return [*lines, "els" + nested[0], *nested[1:]]
            lines += ["else", *self.block(other)]
        return [*lines, "end"]

    def s_case(self, node: Node) -> list[str]:
        return self.case_lines(node, self.block)

    def case_lines(self, node: Node, body: Any) -> list[str]:
        """data: for each arm a list of patterns: an int, a bool pair (low, high, exclusive), "*ARRAY"; or, where there is
        no subject, None: then the arm's first kid is its condition."""

        def lines(block: Node) -> list[str]:
            made = body(block)
            return made if isinstance(made, list) else [made]

        if node.data is None:
            out = ["case"]
            for arm in node.kids[1:-1]:
                out += [f"when {self.expr(arm.kids[0])}", *lines(Node("block", *arm.kids[1:]))]
        else:
            out = [f"case {self.expr(node.kids[0])}"]
            for arm, patterns in zip(node.kids[1:-1], node.data):
                out += [f"when {', '.join(map(self.pattern, patterns))}", *lines(arm)]
        return [*out, "else", *lines(node.kids[-1]), "end"]

    def pattern(self, pattern: Any) -> str:
        """A pattern of text is ("text", TEXT)."""
        if isinstance(pattern, str):
            return pattern
        if pattern[0:1] == ("text",) if isinstance(pattern, tuple) else False:
            return f'"{pattern[1]}"'
        if isinstance(pattern, int):
            return f"K({pattern})" if self.oracle else str(pattern)
        low, high, exclusive = pattern
        ends = ["" if end is None else self.pattern(end) for end in (low, high)]
        text = f"{ends[0]}{'...' if exclusive else '..'}{ends[1]}"
        return f"({text})" if self.oracle or None in (low, high) else text

    def s_loop(self, node: Node) -> list[str]:
        """data: style, var, index, array, ends, exclusive, step; kids: ends, then the body."""
        data, style = node.data, node.data["style"]
        body = node.kids[-1]
        names = [name for name in (data.get("var"), data.get("index")) if name]
        settle = [f"  {self.settle(name).rstrip('; ')}" for name in names] if self.oracle else []
        params = f" |{', '.join(names)}|" if names else ""
        if style == "for":
            source = self.source(node)
            lines = [f"for {data['var']} in {source[1:-1] if source[0] == '(' and not self.oracle else source} do"]
            return [*lines, *settle, *self.block(body), "end"]
        ends = [self.expr(kid, _PRIMARY) for kid in node.kids[: data["ends"]]]
        if style == "times":
            head = f"{ends[0]}.times do{params}"
        elif style in ("upto", "downto"):
            head = f"{ends[0]}.{style}({ends[1]}) do{params}"
        elif style == "step":
            step = f"K({data['step']})" if self.oracle else str(data["step"])
            head = f"{ends[0]}.step({ends[1]}, {step}) do{params}"
        else:
            head = f"{self.source(node)}.{style} do{params}"
        return [head, *settle, *self.block(body), "end"]

    def s_while(self, node: Node) -> list[str]:
        """data: (counter, word, form); kids: limit (an int), more conditions …, body. The counter goes first."""
        counter, word, form = node.data
        limit, body = node.kids
        one = "K(1)" if self.oracle else "1"
        step = f"  {counter} += {one}"
        test = f"{counter} < {self.expr(limit, 9)}" if word == "while" else f"{counter} >= {self.expr(limit, 9)}"
        first = f"{counter} = " + ("K(0)" if self.oracle else "0")
        if form == "loop":
            out = test if word == "until" else f"{counter} >= {self.expr(limit, 9)}"
            return [first, "loop do", f"  break if {out}", step, *self.block(body), "end"]
        if form == "begin":
            return [first, "begin", step, *self.block(body), f"end {word} {test}"]
        return [first, f"{word} {test}", step, *self.block(body), "end"]

    def s_break(self, node: Node) -> list[str]:
        return [f"break {self.expr(node.kids[0])}" if node.kids else "break"]

    def s_next(self, node: Node) -> list[str]:
        return [f"next {self.expr(node.kids[0])}" if node.kids else "next"]

    def s_return(self, node: Node) -> list[str]:
        if not node.kids:
            return ["return"]
        text = self.expr(node.kids[0])
        return [f"return ({text})" if text[0] == "+" else f"return {text}"]

    # -- the whole

    def method(self, node: Node) -> list[str]:
        params, settle = [], []
        defaults = iter(node.kids[1:])
        for name, style in node.data["params"]:
            if style == "plain":
                params.append(name)
            else:
                value = next(defaults)
                params.append(f"{name} = {self.expr(value)}" if style == "optional" else f"{name}: {self.expr(value)}")
            if self.oracle and self.program.types.get(name, "")[:1] in ("U", "S"):
                settle.append("  " + self.settle(name).rstrip("; "))
        if node.data.get("block"):
            params.append(f"&{node.data['block']}")
        return [f"def {node.data['name']}({', '.join(params)})", *settle, *self.block(node.kids[0]), "end"]

    def declarations(self) -> list[str]:
        value = "K({})".format if self.oracle else str
        lines = [f"{name} = {value(number)}" for name, number in self.program.consts.items()]
        lines += [f"{name} = [{', '.join(map(value, items))}]" for name, items in self.program.arrays.items()]
        return lines + self.structs_and_maps()

    def first_values(self) -> list[str]:
        numbers = [f"{self.global_name(n)} = {self.first(v)}" for n, v in self.program.globals.items()]
        return numbers + self.first_objects()

    def first(self, value: int | bool | str) -> str:
        if isinstance(value, str):
            return f'"{value}"'
        if isinstance(value, bool):
            return "true" if value else "false"
        return f"K({value})" if self.oracle else str(value)


_JOINS = {
    "cond",
    "ifx",
    "casex",
    "elem",
    "extreme",
    "mcall",
    "default",
    "safe",
    "over",
    "assign",
    "gopx",
    "paren",
    "const",
    "yield",
    "ycall",
    "gat",
    "gfold",
}


def kernel_text(program: Program) -> str:
    """The file's part that is this program: constants, globals, context, methods, probe. Names carry the program's."""
    infer(program)
    text = Text(program, False)
    lines = text.declarations() + text.first_values()
    for method in program.methods:
        if "struct" not in method.data:
            lines += text.method(method)
    if program.hook == "socket":
        lines += [f"socket_filter name: :{program.name} do |ctx|", *text.block(program.body), "end"]
    else:
        lines += [f"class C{program.name.upper()}", *(f"  attr :{name}, :{type_}" for name, type_ in program.fields), "end"]
        lines += [f'section! "raw_tp/{program.name}"', f"def {program.name}(ctx)", *text.block(program.body), "end"]
    return "\n".join(lines) + "\n"


def oracle_text(program: Program) -> tuple[str, str]:
    """(source of the case, text that sets the globals)."""
    infer(program)
    text = Text(program, True)
    lines = text.declarations()
    for method in program.methods:
        if "struct" not in method.data:
            lines += text.method(method)
    lines += ["define_method(:prog) do", *text.block(program.body), "end"]
    return "\n".join(lines) + "\n", "\n".join(text.first_values())
