"""Text → IR. In: what `ir/text.py` writes, by hand or by it; `;` starts a comment. Out: a module or function that is
not verified yet. Spans are not read back.

Raises ParseError, which names the line.
"""

from __future__ import annotations

import re
from typing import Any

from rucy.ir.function import Block, Const, Data, Function, Instr, Map, Module, Param, ProgramRow, Undef, Value, add_edge
from rucy.ir.ops import OPS
from rucy.ir.refs import CoreRef
from rucy.ir.text import result_type
from rucy.ir.types import I1, I64, TRUSTS, VOID, Type

_TYPE = r'(?:i64|i1|void|ptr<(?:[^">]|"[^"]*")*>)'
_VALUE = r"%[^\s,:=()\[\];]+"
_NAME = r"[^\s,:=()\[\];]+"
_STRING = r'"(?:[^"\\]|\\.)*"'
_SYMBOL = rf"@(?:{_STRING}|[\w.$]+)"
_PENDING = Type("pending")


class ParseError(ValueError):
    """`line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line = line


def parse_module(text: str) -> Module:
    """A module: its license, data, maps, externs, notes, functions, in any order."""
    lines = _Lines(text)
    module = Module()
    while lines.next():
        scan = lines.scan
        match scan.take(r"\w+"):
            case "license":
                module.license = _unquote(scan.take(_STRING))
            case "data":
                variable = _data(scan)
                module.data[variable.name] = variable
            case "map":
                row = _map(scan, _symbol(scan), _literal(scan, scan.rest()))
                module.maps[row.name] = row
            case "extern":
                module.externs.update([(_symbol(scan), _literal(scan, scan.rest()))])
            case "note":
                module.notes.update([(_unquote(scan.take(_STRING)), _literal(scan, scan.rest()))])
            case kind:
                module.functions.append(_Body(lines, kind).function)
        scan.end()
    return module


def parse_function(text: str) -> Function:
    """The only function of the text."""
    module = parse_module(text)
    if len(module.functions) != 1:
        raise ParseError(1, f"{len(module.functions)} functions where one is expected")
    return module.functions[0]


def parse_type(text: str) -> Type:
    """The inverse of str(Type)."""
    if not text.startswith("ptr<"):
        return Type(text)
    words = re.findall(r'"[^"]*"|[^\s,"]+', text[4:-1])
    first, rest = words[0], words[1:]
    trust = next((w for w in rest if w in TRUSTS), "")
    pointee = next((w[1:-1] for w in rest if w[0] == '"'), "")
    kind = first.removesuffix("?")
    return Type("ptr", kind, first.endswith("?"), trust, "w" in rest, "owned" in rest, pointee)


class _Scan:
    """A cursor on one line."""

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line
        self.at = 0
        self._skip()

    def _skip(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        if self.text[self.at : self.at + 1] == ";":
            self.at = len(self.text)

    def maybe(self, pattern: str) -> str | None:
        found = re.compile(pattern).match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        self._skip()
        return found[0]

    def take(self, pattern: str) -> str:
        found = self.maybe(pattern)
        return self.fail(f"expected {pattern} before `{self.text[self.at :]}`") if found is None else found

    def rest(self) -> str:
        text, self.at = self.text[self.at :], len(self.text)
        return text

    def end(self) -> None:
        if self.at < len(self.text):
            self.fail(f"`{self.text[self.at :]}` is too much")

    def fail(self, text: str) -> Any:  # NoReturn, but usable as a value
        raise ParseError(self.line, text)


class _Lines:
    """The lines of a text that are not empty."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._at = 0
        self.scan = _Scan("", 0)

    def next(self) -> bool:
        while self._at < len(self._lines):
            self._at += 1
            self.scan = _Scan(self._lines[self._at - 1].rstrip(), self._at)
            if self.scan.at < len(self.scan.text):
                return True
        return False


class _Body:
    """One function: instructions first with the names of their operands, which are then looked up."""

    def __init__(self, lines: _Lines, kind: str) -> None:
        scan = lines.scan
        if kind not in ("program", "static", "global", "callback"):
            scan.fail(f"no such function kind or declaration: {kind}")
        self.function = Function(_symbol(scan), kind, [])
        self.values: dict[str, Value] = {}
        self.blocks: dict[str, Block] = {}
        self.operands: list[tuple[Instr, list[tuple[str, str]], list[str], _Scan]] = []
        self._header(scan)
        self._lines(lines)
        self._resolve()

    def _header(self, scan: _Scan) -> None:
        scan.take(r"\(")
        while not scan.maybe(r"\)"):
            name = scan.take(_VALUE)
            scan.take(":")
            param = Param(name[1:], len(self.function.params), parse_type(scan.take(_TYPE)))
            self.function.params.append(param)
            self._define(name, param, scan)
            scan.maybe(",")
        scan.take("->")
        self.function.ret = parse_type(scan.take(_TYPE))
        if scan.maybe(r"\["):
            fields: dict[str, Any] = {"prog_type": "", "section": ""}
            while not scan.maybe(r"\]"):
                name = scan.take(r"\w+")
                scan.take("=")
                fields[name] = _attr(scan)
            unknown = fields.keys() - set(ProgramRow._fields)
            if unknown:
                scan.fail(f"a program has no {', '.join(sorted(unknown))}")
            self.function.program = ProgramRow(**fields)
        scan.take(r"\{")
        scan.end()

    def _lines(self, lines: _Lines) -> None:
        block: Block | None = None
        while lines.next():
            scan = lines.scan
            if scan.maybe(r"\}"):
                return
            label = scan.maybe(rf"(?!%){_NAME}:(?=\s*(?:;|$))")
            if label is not None:
                block = Block(label[:-1])
                if block.name in self.blocks:
                    scan.fail(f"block {block.name} twice")
                self.blocks[block.name] = block
                self.function.blocks.append(block)
            elif block is None:
                scan.fail("an instruction outside a block")
            else:
                self._instr(scan, block)
            scan.end()
        lines.scan.fail("the function has no end")

    def _instr(self, scan: _Scan, block: Block) -> None:
        name = scan.maybe(rf"{_VALUE}(?=\s*[:=])")
        type: Type | None = None
        if name is not None:
            if scan.maybe(":"):
                type = parse_type(scan.take(_TYPE))
            scan.take("=")
        elif scan.maybe(r"void(?=\s)"):
            type = VOID
        op = OPS.get(scan.take(r"\w+"))
        if op is None:
            scan.fail("no such operation")
        assert op is not None
        instr = Instr(op, [], _PENDING, {}, None)
        operands = _phi_operands(scan) if op.name == "phi" else _operands(scan)
        while key := scan.maybe(r"\w+(?==)"):
            scan.take("=")
            instr.attrs[key] = _attr(scan)
        targets: list[str] = []
        if scan.maybe("->"):
            targets.append(scan.take(_NAME))
            while scan.maybe(","):
                targets.append(scan.take(_NAME))
        if type is not None:
            instr.type = type
        elif name is None:
            instr.type = VOID
        instr.block = block
        block.instrs.append(instr)
        if name is not None:
            self._define(name, instr, scan)
        self.operands.append((instr, operands, targets, scan))

    def _define(self, name: str, value: Value, scan: _Scan) -> None:
        if name in self.values:
            scan.fail(f"{name} is defined twice")
        self.values[name] = value

    def _resolve(self) -> None:
        for instr, _, targets, scan in self.operands:
            instr.targets = [self._block(name, scan) for name in targets]
        for block in self.function.blocks:
            for succ in block.succs:
                add_edge(block, succ)
        for instr, operands, _, scan in self.operands:
            if instr.op.name == "phi":
                self._order_preds(instr, [name for name, _ in operands], scan)
            instr.args = [self._value(text, scan) for _, text in operands]
        for instr, _, _, scan in self.operands:
            _settle(instr, scan)
        self.function.counter = len(self.function.blocks)

    def _order_preds(self, phi: Instr, names: list[str], scan: _Scan) -> None:
        """The phis' order of predecessors is the block's."""
        assert phi.block is not None
        blocks = [self._block(name, scan) for name in names]
        if sorted(map(id, blocks)) != sorted(map(id, phi.block.preds)):
            scan.fail(f"the predecessors of {phi.block.name} are {phi.block.preds}")
        if phi.block.instrs[0] is phi:
            phi.block.preds = blocks
        elif phi.block.preds != blocks:
            scan.fail("the phis of a block name its predecessors in one order")

    def _block(self, name: str, scan: _Scan) -> Block:
        if name not in self.blocks:
            scan.fail(f"no block {name}")
        return self.blocks[name]

    def _value(self, text: str, scan: _Scan) -> Value:
        if text[0] == "%":
            if text not in self.values:
                scan.fail(f"{text} is not defined")
            return self.values[text]
        if text in ("true", "false"):
            return Const(int(text == "true"), I1)
        number, colon, type = text.partition(":")
        of = parse_type(type) if colon else I64
        if number == "undef":
            return Undef(of)
        return Const(0 if number == "null" else int(number, 0), of)


def _settle(instr: Instr, scan: _Scan) -> Type:
    """Give the instruction the type that its row and operands say."""
    if instr.type == _PENDING:
        instr.type = Type("settling")
        for arg in instr.args[:1] if instr.op.result == "same" else []:
            if isinstance(arg, Instr) and arg.type == _PENDING:
                _settle(arg, scan)
        type = result_type(instr)
        if type is None or type.name in ("settling", "void"):
            scan.fail(f"the result of `{instr.op.name}` needs its type: `%n: TYPE = {instr.op.name} …`")
        assert type is not None
        instr.type = type
    return instr.type


_OPERAND = rf"{_VALUE}|true\b|false\b|(?:null|undef|-?\d\w*):{_TYPE}|-?\d\w*"


def _operands(scan: _Scan) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    operand = scan.maybe(_OPERAND)
    while operand is not None:
        found.append(("", operand))
        operand = scan.take(_OPERAND) if scan.maybe(",") else None
    return found


def _phi_operands(scan: _Scan) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    while scan.maybe(r"\["):
        name = scan.take(_NAME)
        scan.take(":")
        found.append((name, scan.take(_OPERAND)))
        scan.take(r"\]")
        scan.maybe(",")
    return found


def _attr(scan: _Scan) -> Any:
    text = scan.maybe(_STRING)
    if text is not None:
        return _unquote(text)
    if scan.maybe(r"core\("):
        kind, type_id, access = scan.take(r"\w+"), int(scan.take(r"\d+")), _unquote(scan.take(_STRING))
        made = _literal(scan, scan.take(r"C\w+\(.*\)(?=\))")) if scan.maybe(r"(?=C\w+\()") is not None else None
        scan.take(r"\)")
        return CoreRef(kind, type_id, access, made)
    text = scan.take(r"-?\d\w*|\w+")
    if text in ("true", "false"):
        return text == "true"
    return int(text, 0) if text[0] in "-0123456789" else text


def _data(scan: _Scan) -> Data:
    fields: dict[str, Any] = {"name": _symbol(scan), "align": 1, "section": ".data", "data": b""}
    relocs: list[tuple[int, str]] = []
    while key := scan.maybe(r"\w+(?==)"):
        scan.take("=")
        match key:
            case "bytes":
                fields["data"] = bytes.fromhex(scan.take(r"[0-9a-f]+|-").replace("-", ""))
            case "reloc":
                offset = int(scan.take(r"\d+"))
                scan.take(":")
                relocs.append((offset, _symbol(scan)))
            case "ctype":
                fields["ctype"] = _literal(scan, scan.rest())
            case _:
                fields[key] = _attr(scan)
    unknown = fields.keys() - set(Data._fields)
    if unknown:
        scan.fail(f"data has no {', '.join(sorted(unknown))}")
    return Data(**fields, relocs=tuple(relocs))


def _map(scan: _Scan, name: str, fields: Any) -> Map:
    unknown = fields.keys() - set(Map._fields) if isinstance(fields, dict) else {repr(fields)}
    if unknown:
        scan.fail(f"a map has no {', '.join(sorted(unknown))}")
    if "inner" in fields:
        fields["inner"] = _map(scan, "", fields["inner"])
    return Map(name, **fields)


def _symbol(scan: _Scan) -> str:
    text = scan.take(_SYMBOL)[1:]
    return _unquote(text) if text[0] == '"' else text


def _unquote(text: str) -> str:
    import json

    return str(json.loads(text))


def _literal(scan: _Scan, text: str) -> Any:
    """A Python literal, in which described C types may be called by name."""
    import ast

    try:
        return _evaluate(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError) as error:
        return scan.fail(f"not a literal: {text} ({error})")


def _evaluate(node: Any) -> Any:
    import ast

    from rucy.btf import describe

    match node:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name[0] == "C" and hasattr(describe, name):
            named = {k.arg: _evaluate(k.value) for k in keywords if k.arg}
            return getattr(describe, name)(*map(_evaluate, args), **named)
        case ast.Tuple(elts=items):
            return tuple(map(_evaluate, items))
        case ast.List(elts=items):
            return list(map(_evaluate, items))
        case ast.Dict(keys=keys, values=values):
            return {_evaluate(k): _evaluate(v) for k, v in zip(keys, values)}
        case _:
            return ast.literal_eval(node)
