"""Integers: the kind of each operation, constants computed, ranges that are plain to see, byte order.

In: operands already checked. The kinds are those of `typed.PRIMS`; arithmetic here is on mathematical values, and a
result wraps into its kind's 64 bits only at the end.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.checker.coerce import wrap
from rucy.lang.checker.infer import settled
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.types import BOOL, NIL, S64, U64, ArrayType, BoolType, HeaderType, IntType, OptType, PtrType, StrType, Type

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

_NET_OK = ("eq", "ne", "ntoh")
_SHIFT_LIMIT = 1 << 12  # a constant shift by more gives 0 or -1 in any case
U64_MAX = (1 << 64) - 1
RANGE = {False: (0, U64_MAX), True: (-(1 << 63), (1 << 63) - 1)}


def literal(ck: Checker, span: Span, value: int) -> typed.Node:
    """A number as written: signed exactly if it is below zero."""
    if not -(1 << 63) <= value <= U64_MAX:
        return ck.say("IntegerTooLarge", span, value=value)
    return typed.Int(span, S64 if value < 0 else U64, value)


def kind(op: str, types: list[Type]) -> Type:
    """The result's type by the form of the expression alone."""
    rule = typed.PRIMS[op][1]
    if rule == "b":
        return BOOL
    signs = [isinstance(t, IntType) and t.signed for t in types]
    if rule == "s" or (rule == "i" and any(signs)) or (rule == "&" and all(signs)):
        return S64
    return U64


def operation(ck: Checker, span: Span, op: str, args: list[typed.Node]) -> typed.Node:
    """A primitive on checked operands; refuses what PRIMS does not allow."""
    wanted = typed.PRIMS[op][0]
    assert len(args) == len(wanted), f"{op} takes {len(wanted)} operands"
    refused = [arg for arg, cls in zip(args, wanted) if not _fits(ck, op, arg, cls)]
    if refused or not all(settled(arg.type) for arg in args):
        return bad(span)
    if not _net_allowed(ck, span, op, args):
        return bad(span)
    if not _constants_allowed(ck, span, op, args):
        return bad(span)
    type_ = kind(op, [arg.type for arg in args])
    folded = fold(op, args, type_)
    if folded is not None:
        return typed.Bool(span, BOOL, bool(folded)) if type_ == BOOL else typed.Int(span, type_, folded)
    return typed.Prim(span, type_, op, tuple(args), 0)


def _fits(ck: Checker, op: str, arg: typed.Node, cls: str) -> bool:
    if not settled(arg.type):
        return True
    if may_be_nil(arg.type) and not isinstance(arg.type, BoolType):
        untested(ck, arg)
        return False
    want = IntType if cls == "i" else BoolType
    if not isinstance(arg.type, want):
        what = "Integer" if cls == "i" else "Boolean"
        ck.say("WrongOperand", arg.span, have=ck.called(arg.type), want=ck.words.get(what.lower(), what.lower()))
        return False
    return True


def untested(ck: Checker, node: typed.Node) -> typed.Node:
    """Refuse the use of a value that may be nil, and show the test."""
    text = node.span.text
    name = text if text.isidentifier() else "value"
    if node.type == NIL:
        return ck.say("IsNil", node.span, text=text)
    of = node.type.of if isinstance(node.type, OptType) else node.type
    from rucy.lang.checker.results import leaving

    test = leaving(ck, name)
    if name != text:
        test = f"{name} = {text}\n{test}"
    if isinstance(of, HeaderType):
        from rucy.lang.checker.packets import untested_header

        return untested_header(ck, node)
    if isinstance(of, PtrType):
        return ck.say("MaybeNull", node.span, text=text, test=test)
    return ck.say("MaybeNil", node.span, text=text, test=test, what=ck.called(of),
                  default=_or_value(ck, text, of))  # fmt: skip


def _or_value(ck: Checker, text: str, of: Type) -> str:
    """How to give a value instead; "" where there is none to write."""
    value = "0" if isinstance(of, IntType) else '""' if isinstance(of, StrType) else None
    return ck.words.get("or_default", "{x}, or {value}").format(x=text, value=value) if value is not None else ""


def _net_allowed(ck: Checker, span: Span, op: str, args: list[typed.Node]) -> bool:
    """Network values: compared for equality with each other or a constant, which is turned round here; nothing else."""
    nets = [arg.type.net for arg in args if isinstance(arg.type, IntType)]
    if not any(nets):
        return True
    bits = max(nets)
    if op not in _NET_OK or len(args) != 2:
        at = next(arg for arg in args if isinstance(arg.type, IntType) and arg.type.net)
        ck.say("NetworkOrder", at.span, text=at.span.text, convert=converter(bits))
        return False
    for i, arg in enumerate(args):
        if isinstance(arg.type, IntType) and arg.type.net:
            continue
        if not isinstance(arg, typed.Int):
            ck.say("MixedOrder", span, net=args[1 - i].span.text, host=arg.span.text, convert=converter(bits))
            return False
        if not 0 <= arg.value < 1 << bits:
            ck.say("NetworkConstant", arg.span, value=arg.value, bits=bits)
            return False
        args[i] = typed.Int(arg.span, IntType(False, bits), swap(arg.value, bits))
    if nets[0] and nets[1] and nets[0] != nets[1]:
        ck.say("NetworkWidths", span, left=nets[0], right=nets[1])
        return False
    return True


def converter(bits: int) -> str:
    return {16: "ntohs", 32: "ntohl"}.get(bits, "ntohll")


def swap(value: int, bits: int) -> int:
    return int.from_bytes(value.to_bytes(bits // 8, "big"), "little")


def _constants_allowed(ck: Checker, span: Span, op: str, args: list[typed.Node]) -> bool:
    if op in ("floordiv", "mod", "truncdiv", "rem") and isinstance(args[1], typed.Int) and args[1].value == 0:
        ck.say("DivisionByZero", args[1].span, text=span.text)
        return False
    if op == "pow":
        low = interval(ck, args[1])[0]
        if low < 0 and isinstance(args[1], typed.Int):
            ck.say("NegativeExponent", args[1].span, value=args[1].value)
            return False
        if low < 0:
            from rucy.lang.checker.suggest import grouped

            text = args[1].span.text
            absolute = ck.words.get("absolute", "the absolute value of {x}").format(x=grouped(text))
            ck.say("SignedExponent", args[1].span, text=text, absolute=absolute)
            return False
    return True


# ---------------------------------------------------------------- constants


def fold(op: str, args: list[typed.Node], type_: Type) -> int | None:
    """The constant that an operation on constants is, wrapped into its kind; None if it is not one."""
    values: list[int] = []
    for arg in args:
        if not isinstance(arg, typed.Int | typed.Bool):
            return None
        values.append(int(arg.value))
    result = _fold(op, values, type_)
    if result is None or type_ == BOOL:
        return result
    assert isinstance(type_, IntType)
    return wrap(result, type_.signed)


def _fold(op: str, v: list[int], type_: Type) -> int | None:
    a, b = v[0], v[1] if len(v) > 1 else 0
    match op:
        case "add":
            return a + b
        case "sub":
            return a - b
        case "mul":
            return a * b
        case "neg":
            return -a
        case "inv":
            return ~a
        case "floordiv":
            return a // b
        case "mod":
            return a % b
        case "truncdiv":
            return abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
        case "rem":
            return abs(a) % abs(b) * (-1 if a < 0 else 1)
        case "pow":
            return pow(a, b, 1 << 64)
        case "shl" | "shr":
            return _shift(a, b if op == "shl" else -b)
        case "and" | "band":
            return a & b
        case "or" | "bor":
            return a | b
        case "xor" | "bxor":
            return a ^ b
        case "min":
            return min(a, b)
        case "max":
            return max(a, b)
        case "abs":
            return abs(a)
        case "bit_length":
            return (a if a >= 0 else ~a).bit_length()
        case "gcd":
            return gcd(a, b)
        case "lcm":
            return abs(a * b) // (gcd(a, b) or 1)
        case "bit":
            return _shift(a, -b) & 1
        case "spaceship":
            return (a > b) - (a < b)
        case "eq" | "beq":
            return int(a == b)
        case "ne" | "bne":
            return int(a != b)
        case "lt":
            return int(a < b)
        case "le":
            return int(a <= b)
        case "gt":
            return int(a > b)
        case "ge":
            return int(a >= b)
        case "as_i64" | "as_u64":
            return a
    return None


def _shift(value: int, count: int) -> int:
    if count >= 0:
        return value << min(count, _SHIFT_LIMIT)
    return value >> min(-count, _SHIFT_LIMIT)


# ---------------------------------------------------------------- ranges


def interval(ck: Checker, node: typed.Node) -> tuple[int, int]:
    """Least and greatest value that the form of an expression allows: constants, masks, widths of loads, loop counters."""
    whole = RANGE[isinstance(node.type, IntType) and node.type.signed]
    match node:
        case typed.Int():
            return node.value, node.value
        case typed.Unwrap() | typed.Seq() | typed.Write():
            inner = node.items[-1] if isinstance(node, typed.Seq) else node.value
            return interval(ck, inner) if isinstance(inner.type, IntType) else whole
        case typed.Convert() if isinstance(node.value.type, IntType):
            low, high = interval(ck, node.value)
            return (low, high) if whole[0] <= low and high <= whole[1] else whole
        case typed.Read():
            return ck.frame.ranges.get(node.var, whole)
        case typed.CtxLoad():
            return _of_load(node.width, node.signed, node.mask)
        case typed.PacketSize():
            return _of_load(4, False, 0)
        case typed.KernelLoad() if isinstance(node.type, IntType):
            bits = node.step.bitfield or node.step.size * 8
            return (-(1 << bits - 1), (1 << bits - 1) - 1) if node.step.signed else (0, (1 << bits) - 1)
        case typed.If():
            arms = [arm for arm in (node.then, node.other) if isinstance(arm.type, IntType)]
            ranges = [interval(ck, arm) for arm in arms]
            return (min(r[0] for r in ranges), max(r[1] for r in ranges)) if ranges else whole
        case typed.StrByte():
            return 0, 255
        case typed.ArrayGet(array=ArrayType(values)):
            return min(values), max(values)
        case typed.Prim():
            low, high = _of_prim(ck, node, whole)
            return (low, high) if whole[0] <= low and high <= whole[1] else whole
    return whole


def _of_load(width: int, signed: bool, mask: int) -> tuple[int, int]:
    bits = width * 8
    if mask:
        return 0, mask
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


def _of_prim(ck: Checker, node: typed.Prim, whole: tuple[int, int]) -> tuple[int, int]:
    if node.op in ("ntoh", "hton"):
        return 0, (1 << node.bits) - 1
    ends = [interval(ck, arg) for arg in node.args if isinstance(arg.type, IntType)]
    if len(ends) != len(node.args):
        return whole
    (a, b), (c, d) = ends[0], ends[-1]
    match node.op:
        case "add":
            return a + c, b + d
        case "sub":
            return a - d, b - c
        case "mul" if a >= 0 and c >= 0:
            return a * c, b * d
        case "and" if c >= 0 or a >= 0:
            return 0, min(x for x, y in ((b, a), (d, c)) if y >= 0)
        case "or" | "xor" if a >= 0 and c >= 0:
            return 0, (1 << max(b, d).bit_length()) - 1
        case "mod" if c == d and c > 0:
            return 0, c - 1
        case "floordiv" if c == d and c > 0:
            return a // c, b // c
        case "shr" if c == d and c >= 0:
            return _shift(a, -c), _shift(b, -c)
        case "shl" if c == d and 0 <= c < 64 and a >= 0:
            return a << c, b << c
        case "min":
            return min(a, c), min(b, d)
        case "max":
            return max(a, c), max(b, d)
        case "spaceship":
            return -1, 1
        case "bit":
            return 0, 1
        case "bit_length":
            return 0, 64
        case "abs":
            return 0 if a <= 0 <= b else min(abs(a), abs(b)), max(abs(a), abs(b))
    return whole
