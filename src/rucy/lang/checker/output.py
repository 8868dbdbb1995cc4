"""`puts`, `print`, `p` and `printf` of the kernel half: typed, and every conversion held against its argument.

What is printed are pieces of text and values; what a value looks like is said by a conversion of Ruby's `format`, and is
done in user space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import strings
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import converter, untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.checker.words import literal
from rucy.lang.storage import ObjectStorage
from rucy.lang.types import (
    NIL,
    U64,
    ArrayType,
    BoolType,
    BytesType,
    ElementsType,
    IntType,
    NilType,
    OptType,
    PtrType,
    StrType,
    StructType,
    WordsType,
    value_type,
)  # fmt: skip

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

Parts = list["bytes | typed.Hole"]

#: The helper that the output stands and falls with.
_HELPER = "ringbuf_reserve"
_ELEMENTS = 64  # of an array in a struct that is printed


class _Line:
    """A record of output while it is put together."""

    __slots__ = ("ck", "parts", "args", "whole")

    def __init__(self, ck: Checker, args: list[typed.Node]) -> None:
        self.ck = ck
        self.parts: Parts = []
        self.args = args
        self.whole = True

    def text(self, data: bytes) -> None:
        last = self.parts[-1] if self.parts else None
        if data and isinstance(last, bytes):
            self.parts.pop()
            data = last + data
        if data:
            self.parts.append(data)

    def value(self, node: typed.Node, spec: str, line: int = 0) -> None:
        self.parts.append(typed.Hole(len(self.args), spec, line))
        self.args.append(node)

    def take(self, other: _Line) -> None:
        for part in other.parts:
            if isinstance(part, bytes):
                self.text(part)
            else:
                self.parts.append(part)
        self.whole = self.whole and other.whole

    def refuse(self) -> None:
        self.whole = False

    def node(self, span: Span) -> typed.Node:
        if not self.whole:
            return bad(span)
        return typed.Output(span, NIL, tuple(self.parts), tuple(self.args))


def puts(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """Each argument on a line of its own; an array's elements too."""
    if not _allowed(ck, node):
        return bad(node.span)
    line = _Line(ck, [])
    for arg in node.args:
        _put(line, node.name, arg)
    if not node.args:
        line.text(b"\n")
    return line.node(node.span)


def print_(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    if not _allowed(ck, node):
        return bad(node.span)
    if not node.args:
        return ck.say("PrintkArguments", node.name_span, name=node.name, instead='print "text"')
    line = _Line(ck, [])
    for arg in node.args:
        _shown(line, node.name, arg)
    return line.node(node.span)


def p(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """Each argument as it is written in a program. Gives its argument."""
    if not _allowed(ck, node):
        return bad(node.span)
    if used and len(node.args) > 1:
        return ck.say("InspectValue", node.span)
    line = _Line(ck, [])
    values = [_inspected(line, arg) for arg in node.args]
    made = line.node(node.span)
    if not used or not line.whole or len(values) != 1:
        return made if values or not line.whole else typed.Nil(node.span, NIL)
    value = values[0]
    if value is None:  # a symbol: only its text is known here
        return ck.expr(node.args[0])
    if isinstance(value.type, ArrayType | WordsType | StructType | ElementsType):
        return typed.Seq(node.span, value.type, (made, value))
    made.type = value.type
    return made


def printf(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    if not _allowed(ck, node):
        return bad(node.span)
    if not node.args:
        return ck.say("PrintkArguments", node.name_span, name=node.name, instead='printf "%d\\n", x')
    text = literal(ck, node.args[0])
    if text is None:
        return ck.say("PrintkFormat", node.args[0].span, name=node.name, instead='printf "%d %s\\n", number, text')
    parts = strings.split_format(text.value)
    args = [_read(ck, value) for value in node.args[1:]]
    if parts and parts[-1] == b"%":
        return ck.say("FormatPercent", text.span)
    holes = [part for part in parts if part[:1] == b"%" and part != b"%%"]
    if len(holes) != len(args):
        return ck.say("FormatCount", node.span, holes=len(holes), args=len(args))
    line, at = _Line(ck, []), iter(args)
    for part in parts:
        if part[:1] == b"%":
            line.text(b"%") if part == b"%%" else _converted(line, text, part, next(at))
        else:
            line.text(part)
    return line.node(node.span)


def _allowed(ck: Checker, node: tree.Send) -> bool:
    """May this hook, licence and kernel send output? Takes no keywords."""
    from rucy.lang.checker import helper_calls

    if node.kwargs:
        from rucy.lang.checker.suggest import keyword

        ck.say("NoKeywords", keyword(*node.kwargs[0]), name=node.name, word=node.kwargs[0][0])
        return False
    row = helper_calls.find(_HELPER)
    assert row is not None
    return helper_calls.allowed(ck, node, row)


# ---------------------------------------------------------------- values as text


def _read(ck: Checker, arg: tree.Node) -> typed.Node:
    """An argument's value. What a pointer to an IPv6 address leads to is read."""
    value = ck.value(arg)
    if not isinstance(value.type, PtrType):
        return value
    from rucy.lang.checker.kernel_types import address_read, leads_to_address

    return address_read(ck, value) if leads_to_address(ck, value.type) else value


def _put(line: _Line, word: str, arg: tree.Node) -> None:
    """One argument of `puts`: its text, and a newline unless it ends with one."""
    if not isinstance(arg, tree.Interp | tree.Sym):
        value = _read(line.ck, arg)
        if isinstance(value.type, ArrayType):
            line.text(b"".join(b"%d\n" % number for number in value.type.values) or b"\n")
        elif isinstance(value.type, WordsType):
            line.text(b"".join(word if word.endswith(b"\n") else word + b"\n" for word in value.type.values))
        elif isinstance(value, typed.Str):
            line.text(value.value if value.value.endswith(b"\n") else value.value + b"\n")
        elif isinstance(value.type, StrType):
            line.value(value, "%s", 1)
        elif isinstance(value.type, ElementsType):
            _object(line, word, value, lines=True)
            line.text(b"\n")
        else:
            _value(line, word, value)
            line.text(b"\n")
        return
    own = _Line(line.ck, line.args)
    _shown(own, word, arg)
    last = own.parts[-1] if own.parts else b""
    if isinstance(last, typed.Hole) and isinstance(own.args[last.arg].type, StrType):
        own.parts[-1] = last._replace(line=len(own.parts))
    elif isinstance(last, typed.Hole) or not last.endswith(b"\n"):
        own.text(b"\n")
    line.take(own)


def _shown(line: _Line, word: str, arg: tree.Node) -> None:
    """Text as `to_s` gives it."""
    if isinstance(arg, tree.Sym):
        line.text(arg.name.encode())
    elif isinstance(arg, tree.Interp):
        for part in arg.parts:
            if isinstance(part, tree.Str):
                line.text(part.value)
            else:
                _shown(line, word, part)
    else:
        _value(line, word, _read(line.ck, arg))


def _value(line: _Line, word: str, value: typed.Node) -> None:
    match value:
        case typed.Str():
            line.text(value.value)
        case typed.Node(type=WordsType(values)):
            _words(line, value.span, values)
        case typed.Node(type=ArrayType(values)):
            line.text(str(list(values)).encode())
        case typed.Node(type=StructType() | ElementsType()):
            _object(line, word, value)
        case _ if _printable(line, word, value):
            line.value(value, "%s")


def _words(line: _Line, span: Span, words: tuple[bytes, ...]) -> None:
    """`["a", "b"]`."""
    for at, word in enumerate(words):
        line.text(b", " if at else b"[")
        line.value(typed.Str(span, StrType(len(word) + 1, word), word), "%p")
    line.text(b"]")


def _object(line: _Line, word: str, value: typed.Node, lines: bool = False) -> typed.Node:
    """A struct as records are printed, `pid=1 comm=init`, an array in one as `[1, 2]`, or in `lines`. It is evaluated once, with
    what stands first in it; the value may be read again by what this gives."""
    span, type_ = value.span, value.type
    assert isinstance(type_, StructType | ElementsType)
    base, again = value, value
    if not isinstance(value, typed.Read):
        held = line.ck.temp(type_, span)
        again = typed.Read(span, type_, held)
        base = typed.Seq(span, type_, (typed.Write(span, type_, held, value), again))
    parts: list[typed.Node]
    if isinstance(type_, ElementsType):
        if type_.storage.length > _ELEMENTS:
            line.ck.say("OutputValue", span, name=word, have=line.ck.called(type_))
            line.refuse()
            return value
        of, numbers = value_type(type_.storage.of, type_.place), range(type_.storage.length)
        parts = [typed.Element(span, of, again if at else base, typed.Int(span, U64, at), True) for at in numbers]
        names = [b""] * len(parts)
        start, between, end = (b"", b"\n", b"") if lines else (b"[", b", ", b"]")
    else:
        fields = [field for field in type_.storage.fields if not isinstance(field.storage, ObjectStorage)]
        parts = [
            typed.Member(span, value_type(field.storage, type_.place), again if at else base, field)
            for at, field in enumerate(fields)
        ]
        names, start, between, end = [b"%s=" % field.name.encode() for field in fields], b"", b" ", b""
    line.text(start)
    for at, (name, part) in enumerate(zip(names, parts)):
        line.text(between * (at > 0) + name)
        nested = isinstance(part.type, StructType)
        line.text(b"{" * nested)
        _value(line, word, _host_order(part))
        line.text(b"}" * nested)
    line.text(end)
    return again


def _host_order(part: typed.Node) -> typed.Node:
    """A field's number as people write it."""
    if not isinstance(part.type, IntType) or not part.type.net or part.type.shown:
        return part
    return typed.Prim(part.span, IntType(), "ntoh", (part,), part.type.net)


def _inspected(line: _Line, arg: tree.Node) -> typed.Node | None:
    """One argument of `p`; None for a symbol."""
    if isinstance(arg, tree.Sym):
        line.text(b":%s\n" % arg.name.encode())
        return None
    if isinstance(arg, tree.Interp):
        line.ck.say("InspectInterpolation", arg.span)
        line.refuse()
        return None
    value = _read(line.ck, arg)
    if isinstance(value.type, ArrayType):
        line.text(str(list(value.type.values)).encode() + b"\n")
        return value
    if isinstance(value.type, WordsType):
        _words(line, value.span, value.type.values)
        line.text(b"\n")
        return value
    if isinstance(value.type, StructType | ElementsType):
        value = _object(line, "p", value)
        line.text(b"\n")
        return value
    optional = isinstance(value.type, OptType) and isinstance(value.type.of, IntType | BoolType | StrType)
    inner = value.type.of if isinstance(value.type, OptType) and optional else None
    if (optional and not (isinstance(inner, IntType) and inner.net)) or _printable(line, "p", value):
        line.value(value, "%p")
        line.text(b"\n")
    return value


def _printable(line: _Line, word: str, value: typed.Node, number: bool = False) -> bool:
    """Has the value a text of its own? Says so if not. `number`: its digits are asked for."""
    ck, type_ = line.ck, value.type
    if typed.is_ip4(value) and not number:
        return True
    if settled(type_):
        match type_:
            case IntType(net=0) | BoolType() | StrType() | NilType() | BytesType():
                return True
            case IntType(net=bits):
                ck.say("NetworkOrder", value.span, text=value.span.text, convert=converter(bits))
            case PtrType():
                from rucy.lang.checker.suggest import pointer_text

                ck.say("OutputPointer", value.span, name=word, text=value.span.text, advice=pointer_text(ck, value))
            case OptType():
                untested(ck, value)
            case _:
                ck.say("OutputValue", value.span, name=word, have=ck.called(type_))
    line.refuse()
    return False


# ---------------------------------------------------------------- formats

_NUMBERS = "diuxXobBf"
_FLAGS = " +-0#"


def _converted(line: _Line, text: tree.Str, part: bytes, arg: typed.Node) -> None:
    """A conversion of `printf` and its argument."""
    ck = line.ck
    shown = part.decode("utf-8", "replace")
    letter = shown[-1]
    body = shown[1:-1]
    width, _, precision = body.lstrip(_FLAGS).partition(".")
    plain = all(not n or n.isdigit() and len(n) <= 3 for n in (width, precision))
    if letter not in _NUMBERS + "csp" or not plain:
        ck.say("OutputConversion", text.span, shown=shown)
        line.refuse()
        return
    if not settled(arg.type):
        line.refuse()
        return
    if _fits(line, letter, shown, arg):
        line.value(arg, f"%{body}{letter}")
    else:
        line.refuse()


def _fits(line: _Line, letter: str, shown: str, arg: typed.Node) -> bool:
    """Can the conversion print the argument? Says so if not."""
    ck, type_ = line.ck, arg.type
    match type_:
        case PtrType() if letter in "pxXudi":
            return True
        case OptType() if letter == "p" and isinstance(type_.of, IntType | BoolType | StrType):
            return not (isinstance(type_.of, IntType) and type_.of.net) or _printable(line, "printf", arg)
        case OptType():
            untested(ck, arg)
        case IntType(net=0):
            return True
        case StrType() if letter in "spc":
            return True
        case BoolType() if letter in _NUMBERS + "c":
            ck.say("FormatBool", arg.span, text=arg.span.text,
                   ternary=ck.words.get("ternary", "{x} as 1 or 0").format(x=arg.span.text))  # fmt: skip
        case NilType() if letter not in "sp":
            untested(ck, arg)
        case BoolType() | NilType() | BytesType() if letter in "sp":
            return True
        case PtrType():
            from rucy.lang.checker.suggest import pointer_text

            ck.say("FormatPointer", arg.span, text=arg.span.text, advice=pointer_text(ck, arg))
        case IntType():
            return _printable(line, "printf", arg, letter not in "sp")
        case _ if letter in "sp" and not may_be_nil(type_):
            return _printable(line, "printf", arg)
        case _:
            ck.say("FormatType", arg.span, shown=shown, have=ck.called(type_))
    return False
