"""A unit as text, for `--emit=tree` and for tests: one s-expression a declaration, parts of a statement list on lines.

A variable that hides another of the same name has a number: `x`, `x'2`. Spans are not shown.
"""

from __future__ import annotations

from rucy.lang import tree

_WIDTH = 100


def format_unit(unit: tree.Unit) -> str:
    """The whole unit; ends with a newline unless it is empty."""
    out: list[str] = []
    printer = _Printer()
    if unit.license is not None:
        out.append(f"(license {_quote(unit.license.text.encode())})")
    for const in unit.consts.values():
        out.append(printer.lines(f"(const {const.name}", [const.value]))
    for variable in unit.globals.values():
        out.append(printer.lines(f"(global ${variable.name}", [variable.value]))
    for struct in unit.structs.values():
        out.append(printer.struct(struct))
    for method in unit.methods.values():
        out.append(printer.method(method))
    for program in unit.programs:
        out.append(printer.program(program))
    if unit.user_half is not None:
        out.append(f"(user-half line {unit.user_half.line})")
    return "".join(text + "\n" for text in out)


def format_node(node: tree.Node) -> str:
    """One node and what is below it."""
    return _Printer().node(node)


def _quote(value: bytes) -> str:
    shown = "".join(chr(c) if 0x20 <= c < 0x7F and c not in b'"\\' else f"\\x{c:02x}" for c in value)
    return f'"{shown}"'


class _Printer:
    def __init__(self) -> None:
        self.names: dict[tree.Var | tree.Label, str] = {}
        self.counts: dict[str, int] = {}

    def name(self, thing: tree.Var | tree.Label) -> str:
        if thing not in self.names:
            word = thing.name if isinstance(thing, tree.Var) else "@" + thing.word
            count = self.counts[word] = self.counts.get(word, 0) + 1
            self.names[thing] = word if count == 1 else f"{word}'{count}"
        return self.names[thing]

    def lines(self, head: str, parts: list[tree.Node | str]) -> str:
        """`(head part part)` on one line where it fits, else a line a part."""
        shown = [part if isinstance(part, str) else self.node(part) for part in parts]
        if not shown:
            return head + ")"
        flat = " ".join([head, *shown]) + ")"
        if len(flat) <= _WIDTH and "\n" not in flat:
            return flat
        return "\n  ".join([head, *(text.replace("\n", "\n  ") for text in shown)]) + ")"

    # ------------------------------------------------------------ declarations

    def struct(self, node: tree.Struct) -> str:
        attrs: list[tree.Node | str] = []
        for attr in node.attrs:
            type_ = f"[{attr.type[0]} {attr.type[1]}]" if isinstance(attr.type, tuple) else str(attr.type or "?")
            attrs.append(f"({attr.name} {type_})")
        head = f"(struct {node.name}" + (f" context-of {node.context_of}" if node.context_of is not None else "")
        return self.lines(head, [*attrs, *(self.method(m) for m in node.methods)])

    def method(self, node: tree.Method) -> str:
        params: list[str] = []
        for param in node.params:
            shown = self.name(param.var) + (":" if param.keyword else "")
            params.append(f"({shown} {self.node(param.default)})" if param.default is not None else shown)
        return self.lines(f"(def {node.name} [{' '.join(params)}]", self.body(node.body))

    def program(self, node: tree.SectionProgram | tree.Probe) -> str:
        if isinstance(node, tree.SectionProgram):
            head = f"(section {_quote(node.section.value)}"
            return self.lines(head, [self.method(node.method)] if node.method is not None else [])
        args = [self.node(arg) for arg in node.args] + [f"{key}: {self.node(value)}" for key, value in node.options]
        params = " ".join(self.name(param.var) for param in node.block.params)
        head = " ".join([f"(probe {node.hook}", *args, f"[{params}]"])
        return self.lines(head, self.body(node.block.body))

    def body(self, node: tree.Node) -> list[tree.Node | str]:
        return list(node.items) if isinstance(node, tree.Seq) else [node]

    # ------------------------------------------------------------ nodes

    def node(self, node: tree.Node) -> str:
        match node:
            case tree.Int():
                return str(node.value)
            case tree.Bool():
                return "true" if node.value else "false"
            case tree.Nil():
                return "nil"
            case tree.Str():
                return _quote(node.value)
            case tree.Sym():
                return ":" + node.name
            case tree.Local():
                return self.name(node.var)
            case tree.Const():
                return node.name
            case tree.Global():
                return "$" + node.name
            case tree.BlockGiven():
                return "(block-given)"
            case tree.Bad():
                return "(bad)"
            case tree.Interp():
                return self.lines("(interp", list(node.parts))
            case tree.Array():
                return self.lines("(array", list(node.items))
            case tree.Range():
                ends: list[tree.Node | str] = [end if end is not None else "_" for end in (node.lo, node.hi)]
                return self.lines("(range..." if node.exclusive else "(range..", ends)
            case _:
                return self.call(node)

    def call(self, node: tree.Node) -> str:
        match node:
            case tree.SetLocal():
                value = self.node(node.value)
                return self.lines(f"(set {self.name(node.var)}", [value])
            case tree.SetGlobal():
                return self.lines(f"(set ${node.name}", [node.value])
            case tree.UpdateGlobal():
                return self.lines(f"(update ${node.name} {node.op}=", [node.value])
            case tree.Send():
                return self.send(node)
            case tree.Update():
                return self.lines("(update", [node.recv, f".{node.name}", *node.args, f"{node.op}=", node.value])
            case tree.Yield():
                return self.lines("(yield", list(node.args))
            case tree.ComputedDecl():
                return f"(computed {node.kind or '?'})"
            case tree.OptionDecl():
                args = [self.node(arg) for arg in node.args] + [f"{key}: {self.node(value)}" for key, value in node.kwargs]
                return " ".join(["(option", *args]) + ")"
            case tree.MapDecl():
                words: list[tree.Node | str] = [f"{key}: {self.node(value)}" for key, value in node.kwargs]
                return self.lines(f"(map {node.word}", [*node.args, *words])
            case tree.Pair():
                return self.lines("(=>", [node.key, node.value])
            case tree.Prim():
                return self.lines(f"({node.op}", list(node.args))
            case tree.Defined():
                return self.lines("(defined", [node.expr])
            case _:
                return self.control(node)

    def send(self, node: tree.Send) -> str:
        parts: list[tree.Node | str] = [*node.args]
        parts += [f"{key}: {self.node(value)}" for key, value in node.kwargs]
        if isinstance(node.block, tree.PassedBlock):
            parts.append("(passed-block)")
        elif node.block is not None and node.block.method:
            parts.append(f"(block &:{node.block.method})")
        elif node.block is not None:
            params = " ".join(self.parameter(param) for param in node.block.params)
            parts.append(self.lines(f"(block [{params}]", self.body(node.block.body)))
        dot = "&." if node.safe else "."
        if node.recv is None:
            return self.lines(f"(call {node.name}", parts)
        return self.lines("(send", [node.recv, dot + node.name, *parts])

    def parameter(self, param: tree.BlockParameter) -> str:
        if param.inner is not None:
            return f"({' '.join(self.parameter(one) for one in param.inner)})"
        shown = self.name(param.var)
        return f"({shown} {self.node(param.default)})" if param.default is not None else shown

    def control(self, node: tree.Node) -> str:
        match node:
            case tree.Seq():
                return self.lines("(seq", list(node.items))
            case tree.If():
                return self.lines(f"(if/{node.word}", [node.cond, node.then, node.other])
            case tree.Not():
                return self.lines("(not", [node.value])
            case tree.And():
                return self.lines("(and", [node.left, node.right])
            case tree.Or():
                return self.lines("(or", [node.left, node.right])
            case tree.CaseEq():
                return self.lines("(===", [node.pattern, node.subject])
            case tree.Loop():
                return self.lines(f"(loop/{node.word}", self.body(node.body))
            case tree.ForRange():
                head = f"(for/{node.word} {self.name(node.var)}"
                until = "<" if node.step > 0 else ">"
                bounds: list[tree.Node | str] = [node.lo, until if node.exclusive else until + "=", node.hi, f"step {node.step}"]
                return self.lines(head, [*bounds, *self.body(node.body)])
            case tree.ForEach():
                index = f" {self.name(node.index)}" if node.index is not None else ""
                head = f"(each/{node.word} {self.name(node.var)}{index}"
                return self.lines(head, [node.array, *self.body(node.body)])
            case tree.Catch():
                return self.lines(f"(catch {self.name(node.label)}", self.body(node.body))
            case tree.Throw():
                return self.lines(f"(throw {self.name(node.label)}", [node.value])
            case tree.Return():
                return self.lines("(return", [node.value])
            case _:
                raise AssertionError(f"unknown node {type(node).__name__}")
