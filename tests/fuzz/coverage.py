"""What random programs exercise: operators by the width and sign of what they are given, statements, passes, selection rules.

A zero in any row of `missing` fails the run.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.fuzz.features import data_features
from tests.fuzz.program import ARITHMETIC, ATOMIC, COMPARES, METHODS, UNARY, UPDATES, WIDTHS, Node, Program, Types
from tests.run.harness import Counts

_OPERATORS = (*ARITHMETIC, *COMPARES, *UNARY, *METHODS)

_LOOPS = ("times", "upto", "downto", "step", "step down", "each range", "each array", "for range", "for array",
          "each_with_index range", "each_with_index array", "reverse_each range", "reverse_each array")  # fmt: skip
_WHILES = tuple(f"{word} {form}" for word in ("while", "until") for form in ("plain", "begin", "loop"))
_OVERS = ("sum", "count", "size", "min", "max", "first", "last", "any?", "all?", "none?", "include?", "find", "index")
_KEYED = ("hash", "lru_hash", "percpu_hash", "lru_percpu_hash", "array", "percpu_array", "lpm_trie")
_OF_MAPS = (
    *(f"{op} {word}" for word in _KEYED for op in ("mget", "mput")), *(f"mfetch {word}" for word in _KEYED),
    *(f"{op} {word}" for word in _KEYED[:4] for op in ("mdel", "mdel used", "mor", "mor used", "mop", "mkey", "meach")),
    *(f"{op} {word}" for word in ("array", "percpu_array") for op in ("mget maybe", "mop", "meach")), "mkey lpm_trie",
    *(f"{op} used {word}" for word in _KEYED[:6] for op in ("mop",)),
    *(f"mop {op}=" for op in ATOMIC), *(f"mop percpu {op}=" for op in ("*", "/", "%", "<<", ">>")),
    *(f"key {part}" for part in (*WIDTHS, "bool", "text", "struct", "ip4", "of parts")),
    *(f"value {part}" for part in (*WIDTHS, "bool", "text", "struct")), "types left out", "default:", "full",
    *(f"mif {word}" for word in (*_KEYED[:6], "unless", "set")),
    *(f"{op} {word}" for word in ("queue", "stack") for op in ("push", "<<", "pop", "peek", "of structs", "of numbers")),
    "bput", "bhas", "rpush new", "rpush kept", "reserve", "next in reserve",
)  # fmt: skip
_OF_STRUCTS = (
    "new", "nested new", *(f"{op} {place}" for op in ("put", "put op", "put nested", "putat", "putat op", "get", "getat")
                           for place in ("frame", "map", "percpu", "record", "global")),
    *(f"field {part}" for part in (*WIDTHS, "bool", "text")),
    *(f"put {op}=" for op in ("+", "-", "&", "|", "^", "*", "/", "%", "<<", ">>")),
    "putat maybe", "put text", "put bool", "put struct", "afold sum", "afold min", "afold max", "afold size",
    "ocall", "ocall changing", "ocall map", "ocall frame", "mcall object", "stored", "array of structs",
)  # fmt: skip
_OF_TEXT = (
    "str", "comm", "tcmp ==", "tcmp !=", "tcall start_with?", "tcall end_with?", "tcall empty?", "tcall include?",
    "tsize", "tbyte", "tchar",
    "case text", "casex text", "gset text", "set text", "mcall text", "cond text", "interp",
    *(f"out {word}" for word in ("puts", "p", "print", "printf")), *(f"printf %{letter}" for letter in "dixXobsp"),
)  # fmt: skip
_OF_BLOCKS = (
    *(f"block {style}" for style in ("do", "{}", "numbered", "&:", "&block")), "block in a block", "block parameter dropped",
    "block parameter optional", "block's own local", "block with an object", "captured set", "captured opset",
    *(f"yield {form}" for form in ("yield", "call", "list")), "yield in a loop", "asked", "return in a block",
    "return in a method's loop", *(f"{word} with a value from ycall" for word in ("next", "break")),
    *(f"break with a value from {op}" for op in ("loop", "while", "whilex")), "next with a value from over",
    *(f"value of {op}" for op in ("loop", "while", "whilex")), "drain",
    *(f"endless {word} {form}" for word in ("while", "until") for form in ("plain", "begin", "loop")),
    *(f"endless {style}" for style in ("times", "upto", "step")), "over map", "over select", "mfrom",
)  # fmt: skip
_OF_GLOBALS = (
    "gobj", *(f"{op} {of}" for op in ("gat", "gput") for of in ("number", "object")), "gat maybe number", "gput maybe number",
    *(f"gput number {op}=" for op in ATOMIC), "gwhole", "gif", "object of a global by a name",
    *(f"gfold {name}" for name in ("sum", "min", "max", "size", "first", "last")), "loop of a global", "over of a global",
    "mifor", *(f"hput {kind}{key}" for kind in ("log2", "linear", "stats") for key in ("", " of a key")),
)  # fmt: skip
_STATEMENTS = (
    *_OF_MAPS, *_OF_STRUCTS, *_OF_TEXT, *_OF_BLOCKS, *_OF_GLOBALS,
    "set", "opset", "opset ||", "gset", "gop", "masg", "divmod", "if", "unless", "if modifier", "unless modifier",
    "elsif", "else", "case", "case without subject", "casex", "when *", "when range", "when list", "break", "next",
    "return", "cond", "ifx", "paren", "paren begin", "and", "and word", "or", "or word", "not", "not word", "isnil",
    "some", "safe", "default", "assign",
    "mcall", "mcall omitted", "mcall keyword", "elem", "elem maybe", "extreme", "const",
    *(f"loop {name}" for name in _LOOPS), *(f"loop {name}" for name in _WHILES), *(f"over {name}" for name in _OVERS),
)  # fmt: skip

#: Passes for what the generator's programs seldom or never have: loops without a bound, which tests/run/maps has, and a block's
#: key that a helper takes as it is, which tests/golden has.
PASSES_ELSEWHERE = ("cap_loops", "hand_over_keys")

#: Rules for what the generator's programs do not have: the kernel's structures, wide frames, and what folding
#: leaves to none (`0 - x`, a branch on `!x`, an extension of what is short already). tests/codegen has them.
ELSEWHERE = re.compile(
    r"arena|addr$|sub\.neg|low\.extension|branch\.not|core|map$|func$|kfunc|nonnil|covers|exists|bswap|zero|cmpxchg|xchg|\.fetch$|add\.core|far|long|padd|sext|load\.(signed\.)?core"
)


class Coverage:
    def __init__(self) -> None:
        self.operators: Counter[str] = Counter()
        self.statements: Counter[str] = Counter()
        self.counts = Counts()
        self.programs = 0

    def add(self, other: Coverage) -> None:
        self.operators += other.operators
        self.statements += other.statements
        self.counts.add(other.counts)
        self.programs += other.programs

    def see(self, program: Program) -> None:
        self.programs += 1
        types = Types(program, program.types)
        fields = dict(program.fields)
        self.statements.update(data_features(program, types))
        for node in program.nodes():
            self.statements[_statement(node)] += 1
            for more in _details(types, node):
                self.statements[more] += 1
            for operator, operands in _operator(node):
                for operand in operands:
                    width = fields[operand.data] if operand.op == "field" else types.of(operand).lower() + "64"
                    self.operators[f"{operator} {width.replace('s64', 'i64')}"] += 1
            if node.op in ("opset", "gop"):
                name = node.data[0] if node.op == "opset" else "$" + node.data[0]
                self.operators[f"{'$' * (node.op == 'gop')}{node.data[1]}= {program.types[name][0]}"] += 1

    def expected(self) -> tuple[list[str], list[str], list[str], list[str]]:
        from rucy import passes

        operators = [f"{op} {width}" for op in _OPERATORS for width in WIDTHS]
        operators += [f"{op}= {kind}" for op in UPDATES for kind in ("U", "S") if (op, kind) != ("-", "U")]
        operators += [f"${op}= {kind}" for op in ATOMIC for kind in ("U", "S") if (op, kind) != ("-", "U")]
        names = dict.fromkeys(p.__name__ for p in (*passes.WHOLE_MODULE, *passes.ORDER))
        return operators, list(_STATEMENTS), [name for name in names if name not in PASSES_ELSEWHERE], rules()

    def missing(self) -> list[str]:
        """What was never exercised."""
        operators, statements, passes, selected = self.expected()
        out = [f"operator {name}" for name in operators if not self.operators[name]]
        out += [f"statement {name}" for name in statements if not self.statements[name]]
        out += [f"pass {name} changed nothing" for name in passes if not self.counts.passes[name]]
        return out + [f"selection rule {name}" for name in selected if not self.counts.rules[name]]

    def lines(self) -> list[str]:
        """The tables, for people."""
        operators, statements, passes, _ = self.expected()
        out = [f"{'operator':>14} " + " ".join(f"{w:>6}" for w in WIDTHS)]
        for op in _OPERATORS:
            out.append(f"{op:>14} " + " ".join(f"{self.operators[f'{op} {w}']:6}" for w in WIDTHS))
        updates = [name for name in operators if name.endswith(("= U", "= S"))]
        out.append("updates: " + ", ".join(f"{name} {self.operators[name]}" for name in updates))
        out.append("statements: " + ", ".join(f"{name} {self.statements[name]}" for name in statements))
        out.append("functions changed by passes: " + ", ".join(f"{name} {self.counts.passes[name]}" for name in passes))
        out.append("selection rules: " + ", ".join(f"{name} {n}" for name, n in sorted(self.counts.rules.items())))
        return out


def rules() -> list[str]:
    """The names that selection counts under, from its source, but for those made from parts; less `ELSEWHERE`."""
    from rucy.codegen import select

    source = Path(str(select.__file__)).read_text()
    names = dict.fromkeys(re.findall(r'fired\("([^"{}]+)"\)', source))
    return [name for name in names if not ELSEWHERE.search(name)]


def _operator(node: Node) -> list[tuple[str, list[Node]]]:
    if node.op in ("binary", "unary", "call"):
        return [(node.data, node.kids)]
    return []


def _statement(node: Node) -> str:
    match node.op:
        case "if":
            return str(node.data)
        case "while":
            return f"loop {node.data[1]} {node.data[2]}"
        case "loop":
            return "loop " + _loop(node)
        case "over":
            return f"over {node.data['method']}"
        case "paren":
            return "paren begin" if node.data else "paren"
        case "and" | "or" | "not":
            return node.op + " word" * bool(node.data)
        case "elem":
            return "elem" if node.data[1] else "elem maybe"
        case "case" if node.data is None:
            return "case without subject"
        case "opset" if node.data[1] == "||":
            return "opset ||"
    return node.op


def _loop(node: Node) -> str:
    style = str(node.data["style"])
    if style == "step" and node.data["step"] < 0:
        return "step down"
    if style in ("times", "upto", "downto", "step"):
        return style
    return style + (" array" if node.data["array"] is not None else " range")


def _details(types: Types, node: Node) -> list[str]:
    out = []
    if node.op == "if" and len(node.kids) > 2:
        out.append("else")
        other = node.kids[2].kids
        if node.data == "if" and len(other) == 1 and other[0].op == "if" and other[0].data == "if":
            out.append("elsif")
    if node.op in ("case", "casex") and node.data is not None:
        for patterns in node.data:
            out += ["when list"] * (len(patterns) > 1)
            out += ["when *" if isinstance(p, str) else "when range" for p in patterns if not isinstance(p, int)]
    if node.op == "mcall":
        params = types.defs[node.data["name"]].data["params"]
        out += ["mcall omitted"] * (len(node.kids) < len(params))
        out += ["mcall keyword"] * any(params[at][1] == "keyword" for at in node.data["given"])
    return out
