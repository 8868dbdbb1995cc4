"""What random programs exercise: operators by the width and sign of what they are given, statements, passes, selection rules.

A zero in any row of `missing` fails the run.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.fuzz.program import ARITHMETIC, ATOMIC, COMPARES, METHODS, UNARY, UPDATES, WIDTHS, Node, Program, Types
from tests.run.harness import Counts

_OPERATORS = (*ARITHMETIC, *COMPARES, *UNARY, *METHODS)

_LOOPS = ("times", "upto", "downto", "step", "step down", "each range", "each array", "for range", "for array",
          "each_with_index range", "each_with_index array", "reverse_each range", "reverse_each array")  # fmt: skip
_WHILES = tuple(f"{word} {form}" for word in ("while", "until") for form in ("plain", "begin", "loop"))
_OVERS = ("sum", "count", "size", "min", "max", "first", "last", "any?", "all?", "none?", "include?", "find", "index")
_STATEMENTS = (
    "set", "opset", "opset ||", "gset", "gop", "masg", "divmod", "if", "unless", "if modifier", "unless modifier",
    "elsif", "else", "case", "case without subject", "casex", "when *", "when range", "when list", "break", "next",
    "return", "cond", "ifx", "paren", "paren begin", "and", "and word", "or", "or word", "not", "not word", "isnil",
    "some", "safe", "default", "assign",
    "mcall", "mcall omitted", "mcall keyword", "elem", "elem maybe", "extreme", "const", "text", "length", "byte",
    *(f"loop {name}" for name in _LOOPS), *(f"loop {name}" for name in _WHILES), *(f"over {name}" for name in _OVERS),
)  # fmt: skip

#: Rules for what the generator's programs do not have: the kernel's structures, maps, wide frames, and what folding
#: leaves to none (`0 - x`, a branch on `!x`, an extension of what is short already). tests/codegen has them.
ELSEWHERE = re.compile(
    r"sub\.neg|low\.extension|branch\.not|core|map$|func$|kfunc|nonnil|covers|exists|bswap|zero|cmpxchg|xchg|\.fetch$|add\.core|far|long|padd|sext|load\.(signed\.)?core"
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
        return operators, list(_STATEMENTS), list(names), rules()

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
