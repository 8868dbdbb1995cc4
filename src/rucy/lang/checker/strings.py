"""Bounded strings: comparing, size, bytes; and formats of printk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.ints import converter, untested
from rucy.lang.checker.state import may_be_nil
from rucy.lang.types import BOOL, NIL, U64, BoolType, CtxType, IntType, OptType, PtrType, StrType

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

LONGEST_SOUGHT = 64  # bytes of room of a string that is looked for in another: what is compared at each place
_KINDS = {"str_start": "start", "str_end": "end", "str_include": "include"}


def operation(ck: Checker, node: tree.Prim, args: list[typed.Node]) -> typed.Node:
    """A `str_*` primitive on checked operands."""
    strings = args if node.op in ("str_start", "str_end", "str_include") else args[:1]
    for arg in strings:
        if may_be_nil(arg.type):
            return untested(ck, arg)
        if not isinstance(arg.type, StrType):
            want = ck.words.get("string", "a string")
            return ck.say("WrongOperand", arg.span, have=ck.called(arg.type), want=want)
    match node.op:
        case "str_size":
            known = literal_of(args[0])
            if known is not None and not known.isascii() and not node.span.text.rstrip("()").endswith("bytesize"):
                text, count = args[0].span.text, len(known.decode("utf-8", "replace"))
                return ck.say("CharacterCount", node.span, text=text, bytes=len(known), count=count)
            return typed.StrSize(node.span, U64, args[0]) if known is None else typed.Int(node.span, U64, len(known))
        case "str_empty":
            known = literal_of(args[0])
            if known is not None:
                return typed.Bool(node.span, BOOL, not known)
            return typed.StrCompare(node.span, BOOL, "eq", args[0], typed.Str(node.span, StrType(1, b""), b""))
        case "str_byte":
            return _byte(ck, node, args)
        case "str_char":
            return _character(ck, node, args)
    return compare(ck, node.span, _KINDS[node.op], args[0], args[1])


def literal_of(node: typed.Node) -> bytes | None:
    return node.type.literal if isinstance(node.type, StrType) and isinstance(node, typed.Str) else None


def compare(ck: Checker, span: Span, kind: str, value: typed.Node, other: typed.Node) -> typed.Node:
    """`kind` as StrCompare's. Two literals are compared here; of "eq" one stands on the right."""
    a, b = literal_of(value), literal_of(other)
    if a is not None and b is not None:
        result = {"eq": a == b, "start": a.startswith(b), "end": a.endswith(b), "include": b in a}[kind]
        return typed.Bool(span, BOOL, result)
    if kind == "include" and b is None and isinstance(other.type, StrType) and other.type.size > LONGEST_SOUGHT:
        return ck.say("SoughtTooLong", other.span, size=other.type.size, most=LONGEST_SOUGHT)
    if a is not None and kind == "eq":
        value, other = other, value
    return typed.StrCompare(span, BOOL, kind, value, other)


def _byte(ck: Checker, node: tree.Prim, args: list[typed.Node]) -> typed.Node:
    value, index = args
    if may_be_nil(index.type):
        return untested(ck, index)
    if not isinstance(index.type, IntType) or index.type.net:
        return ck.say("IndexType", index.span, have=ck.called(index.type))
    known = literal_of(value)
    if known is not None and isinstance(index, typed.Int):
        inside = -len(known) <= index.value < len(known)
        return typed.Int(node.span, U64, known[index.value]) if inside else typed.Nil(node.span, NIL)
    return typed.StrByte(node.span, OptType(U64), value, index)


def _character(ck: Checker, node: tree.Prim, args: list[typed.Node]) -> typed.Node:
    """`s[i]`: a string of one character, nil behind the end."""
    known = literal_of(args[0])
    if known is not None and not known.isascii():
        return _not_ascii(ck, node.span)
    byte = _byte(ck, node, args)
    match byte:
        case typed.Int():
            data = bytes([byte.value])
            return typed.Str(node.span, StrType(2, data), data)
        case typed.StrByte():
            return typed.StrChar(node.span, OptType(StrType(2)), byte)
    return byte


def _not_ascii(ck: Checker, span: Span) -> typed.Node:
    return ck.say("CharacterBytes", span, text=span.text)


def equal_characters(ck: Checker, span: Span, a: typed.Node, b: typed.Node) -> tuple[typed.Node, typed.Node] | None:
    """`s[i] == "x"` as bytes, which need no memory; None for anything else."""
    for one, other in ((a, b), (b, a)):
        known = literal_of(other)
        if isinstance(one, typed.StrChar) and known is not None:
            if not known.isascii():
                bad = _not_ascii(ck, other.span)
                return bad, bad
            if len(known) == 1:
                return one.byte, typed.Int(other.span, U64, known[0])
    return None


# ---------------------------------------------------------------- printk

MAX_ARGUMENTS = 3  # bpf_trace_printk has five arguments, two of them the format (uapi linux/bpf.h)
_FLAGS = b"-+ #0123456789"
# bpf_bprintf_prepare (kernel/bpf/helpers.c) of Linux 5.13 brought widths, %X and %% to trace_printk, 5.15 %c; before,
# and for what it does not know, the kernel drops the line and says nothing. It takes "[0 +-]" and a number, no "#".
_WIDTHS, _CHARACTERS = "5.13", "5.15"


def printk(ck: Checker, span: Span, text: tree.Str, values: tuple[tree.Node, ...], given: bool) -> typed.Node:
    """A line for the kernel's trace pipe. Conversions follow the arguments' types: `%d` prints a 64-bit number whole."""
    parts = split_format(text.value)
    args = [ck.value(value) for value in values]
    if parts and parts[-1] == b"%":
        return ck.say("FormatPercent", text.span)
    holes = [part for part in parts if part[:1] == b"%" and part != b"%%"]
    if len(holes) != len(args):
        return ck.say("FormatCount", span, holes=len(holes), args=len(args))
    if len(args) > MAX_ARGUMENTS:
        return ck.say("FormatTooMany", args[MAX_ARGUMENTS].span, count=len(args))
    if any(byte > 126 or (byte < 32 and byte not in b"\t\n") for byte in text.value):
        return ck.say("FormatCharacter", text.span)
    at = iter(args)
    out = b""
    whole = True
    for part in parts:
        if part[:1] != b"%" or part == b"%%":
            if part == b"%%":
                ck.need(_WIDTHS, "`%%` in `printk`", text.span)
            out += part
            continue
        arg = next(at)
        made = _conversion(ck, text, part, arg)
        whole = whole and made is not None
        out += made or b""
    if not whole:
        from rucy.lang.checker.state import bad

        return bad(span)
    return typed.Printk(span, IntType(True) if given else NIL, out, tuple(args))


def split_format(text: bytes) -> list[bytes]:
    """Plain pieces and conversions ("%5d", "%llu", "%%"), in order; a lone % at the end is "%"."""
    out: list[bytes] = []
    at = 0
    while at < len(text):
        percent = text.find(b"%", at)
        if percent < 0:
            out.append(text[at:])
            break
        if percent > at:
            out.append(text[at:percent])
        end = percent + 1
        while end < len(text) and text[end] in _FLAGS + b".lhz":
            end += 1
        if text[end : end + 1] == b"p" and text[end + 1 : end + 3] in (b"I4", b"I6", b"i4", b"i6"):
            end += 2
        out.append(text[percent : end + 1])
        at = end + 1
    return out


def _conversion(ck: Checker, text: tree.Str, part: bytes, arg: typed.Node) -> bytes | None:
    """The conversion that prints the argument whole; None where it was refused."""
    from rucy.lang.checker.infer import settled

    if not settled(arg.type):
        return None
    letter, flags = part[-1:], part[1:-1].rstrip(b"lhz")
    if may_be_nil(arg.type) and not isinstance(arg.type, PtrType):
        untested(ck, arg)
        return None
    number = letter in (b"d", b"i", b"u", b"x", b"X", b"o", b"c")
    shown = part.decode("utf-8", "replace")
    width = flags.lstrip(b"0 +-")
    if (width and not width.isdigit()) or letter == b"o":
        ck.say("FormatUnknown", text.span, shown=shown)
        return None
    if flags or letter in (b"X", b"c"):
        ck.need(_CHARACTERS if letter == b"c" else _WIDTHS, f"`{shown}` in `printk`", text.span)
    match arg.type:
        case IntType(net=bits) if bits and number:
            ck.say("NetworkOrder", arg.span, text=arg.span.text, convert=converter(bits))
        case IntType() if letter in b"di" and letter:
            return b"%" + flags + (b"lld" if arg.type.signed else b"llu")
        case IntType() if letter in (b"u", b"x", b"X"):
            return b"%" + flags + b"ll" + letter
        case IntType() if letter == b"c":
            return b"%c"
        case IntType() | PtrType() if letter == b"p":
            return part
        case PtrType() if letter in (b"x", b"X", b"u", b"d"):
            return b"%" + flags + b"ll" + letter
        case StrType() if letter == b"s":
            return b"%" + flags + b"s"
        case PtrType() | CtxType() if letter == b"s":
            from rucy.lang.checker.suggest import pointer_text

            ck.say("FormatPointer", arg.span, text=arg.span.text, advice=pointer_text(ck, arg))
        case BoolType():
            ck.say("FormatBool", arg.span, text=arg.span.text,
                   ternary=ck.words.get("ternary", "{x} as 1 or 0").format(x=arg.span.text))  # fmt: skip
        case _ if not number and letter not in (b"s", b"p"):
            ck.say("FormatUnknown", text.span, shown=shown)
        case _:
            ck.say("FormatType", arg.span, shown=shown, have=ck.called(arg.type))
    return None
