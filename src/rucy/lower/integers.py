"""Ruby-exact integer arithmetic in BPF's.

Each operand has a kind (language.md, "Integer"): u64 reads its 64 bits as non-negative, i64 as two's complement. An
operation is about the mathematical values; its result wraps into the node's kind, so only the 64 bits matter here.
Floor division by a positive number needs no signed division: with m = a >> 63 it is ((a ^ m) / b) ^ m.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.ir.function import Const, Instr, Value, const, true
from rucy.ir.types import I1, I64
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower import routines
from rucy.lower.values import Held

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

_SIGN = 1 << 63


def prim(low: Lowering, node: typed.Prim) -> Held:
    """A primitive on operands that are evaluated in order, once."""
    args = [low.value(arg) for arg in node.args]
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    op = node.op
    if op in _BOOL:
        return low.b.emit(_BOOL[op], *args, type=I1)
    kinds = [_kind(arg.type) for arg in node.args]
    if op in _COMPARE:
        return compare(low, op, args[0], kinds[0], args[1], kinds[1])
    if op in ("ntoh", "hton"):
        return low.b.emit("bswap", args[0], bits=node.bits)
    return _ARITHMETIC[op](low, args, [k.signed for k in kinds])


def _kind(type: t.Type) -> t.IntType:
    return type if isinstance(type, t.IntType) else t.U64


_BOOL = {"beq": "eq", "bne": "ne", "band": "and", "bor": "or", "bxor": "xor"}
_COMPARE = ("eq", "ne", "lt", "le", "gt", "ge")
_UNSIGNED = {"eq": "eq", "ne": "ne", "lt": "ult", "le": "ule", "gt": "ugt", "ge": "uge"}
_SIGNED = {"eq": "eq", "ne": "ne", "lt": "slt", "le": "sle", "gt": "sgt", "ge": "sge"}
_MIRROR = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


def below_2_63(value: Value) -> bool:
    """Is the value, by its form, the same number in both kinds?"""
    if isinstance(value, Const):
        return value.value < _SIGN
    if not isinstance(value, Instr):
        return False
    match value.op.name:
        case "load":
            return value.attrs["width"] < 8 and not value.attrs["signed"]
        case "zext" | "int":
            return True
        case "bswap":
            return int(value.attrs["bits"]) < 64
        case "and":
            return any(below_2_63(arg) for arg in value.args)
        case "lshr":
            return isinstance(value.args[1], Const) and 0 < value.args[1].value < 64
        case "udiv":
            return below_2_63(value.args[0]) or (isinstance(value.args[1], Const) and value.args[1].value > 1)
        case "umod":
            divisor = value.args[1]
            return below_2_63(value.args[0]) or (isinstance(divisor, Const) and 0 < divisor.value < _SIGN)
        case _:
            return False


def compare(low: Lowering, op: str, a: Value, a_kind: t.IntType, b: Value, b_kind: t.IntType) -> Value:
    """Compare mathematical values; op is eq ne lt le gt ge."""
    if a_kind.signed == b_kind.signed:
        signed = a_kind.signed
    elif below_2_63(a if b_kind.signed else b):
        signed = True
    elif below_2_63(b if b_kind.signed else a):
        signed = False
    else:
        return _compare_mixed(low, op, a, a_kind.signed, b)
    return low.b.compare((_SIGNED if signed else _UNSIGNED)[op], a, b)


def _compare_mixed(low: Lowering, op: str, a: Value, a_signed: bool, b: Value) -> Value:
    """A negative one is the smaller; otherwise both are non-negative."""
    if a_signed:
        return _compare_mixed(low, _MIRROR[op], b, False, a)
    negative = low.b.compare("slt", b, const(0))
    plain = low.b.compare(_UNSIGNED[op], a, b)
    if op in ("ne", "gt", "ge"):  # a is greater than a negative b
        return low.b.emit("or", negative, plain, type=I1)
    return low.b.emit("and", low.b.emit("xor", negative, true(), type=I1), plain, type=I1)


def say_bound(low: Lowering, value: Value) -> Value:
    """A remainder, compared with its divisor once more: the verifier does not follow division (kernel/bpf/verifier.c,
    adjust_scalar_min_max_vals gives up on BPF_MOD and BPF_DIV), and a loop's bound must be known to it."""
    if not isinstance(value, Instr) or value.op.name != "umod" or not isinstance(value.args[1], Const):
        return value
    divisor = value.args[1].value
    if divisor < 2:
        return value if not divisor else const(0)
    b, top, key = low.b, const(divisor - 1), object()
    yes, no, end = b.new_block("below"), b.new_block("else"), b.new_block("end")
    b.branch(b.compare("ult", value, top), yes, no)
    for block in (yes, no):
        b.seal(block)
        b.start(block)
        b.write(key, b.emit("within", value, lo=0, hi=divisor - 2) if block is yes else top)
        b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(key)


_Args = list[Value]
_Signs = list[bool]


def _plain(op: str) -> Callable[[Lowering, _Args, _Signs], Value]:
    def lower(low: Lowering, args: _Args, signs: _Signs) -> Value:
        return low.b.emit(op, *args)

    return lower


def _same(low: Lowering, args: _Args, signs: _Signs) -> Value:
    return args[0]


def _sign_mask(low: Lowering, value: Value) -> Value:
    return low.b.emit("ashr", value, const(63))


def _floordiv(low: Lowering, args: _Args, signs: _Signs) -> Value:
    a, b = args
    a_signed, b_signed = signs[0] and not below_2_63(a), signs[1] and not below_2_63(b)
    if isinstance(b, Const) and b.value == 0:
        return const(0)
    if b_signed:
        if isinstance(b, Const):  # a constant below zero
            return _divide_by_negative(low, a, a_signed, b)
        negative = low.b.compare("slt", b, const(0))
        return _either(
            low,
            negative,
            lambda: _divide_by_negative(low, a, a_signed, b),
            lambda: _divide_by_positive(low, a, a_signed, b),
        )
    return _divide_by_positive(low, a, a_signed, b)


def _divide_by_positive(low: Lowering, a: Value, a_signed: bool, b: Value) -> Value:
    if not a_signed:
        return low.b.emit("udiv", a, b)
    if isinstance(b, Const) and b.value & (b.value - 1) == 0:
        return low.b.emit("ashr", a, const(b.value.bit_length() - 1))
    mask = _sign_mask(low, a)
    quotient = low.b.emit("udiv", low.b.emit("xor", a, mask), b)
    result = low.b.emit("xor", quotient, mask)
    if isinstance(b, Const):
        return result
    return low.choose(low.b.compare("eq", b, const(0)), const(0), result)


def _divide_by_negative(low: Lowering, a: Value, a_signed: bool, b: Value) -> Value:
    """floor(a / b) = floor(-a / -b); -a is below zero exactly if a is above."""
    size = low.b.emit("neg", b)
    above = low.b.compare("sgt" if a_signed else "ne", a, const(0))

    def of_positive() -> Value:
        less = low.b.emit("sub", a, const(1))
        return low.b.emit("inv", low.b.emit("udiv", less, size))

    return _either(low, above, of_positive, lambda: low.b.emit("udiv", low.b.emit("neg", a), size))


def _either(low: Lowering, condition: Value, then: Callable[[], Value], other: Callable[[], Value]) -> Value:
    """condition ? then() : other(), each in a block of its own."""
    if isinstance(condition, Const):
        return then() if condition.value else other()
    b = low.b
    yes, no, end = b.new_block("then"), b.new_block("else"), b.new_block("end")
    b.branch(condition, yes, no)
    key = object()
    for block, make in ((yes, then), (no, other)):
        b.seal(block)
        b.start(block)
        b.write(key, make())
        b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(key, I64)


def _mod(low: Lowering, args: _Args, signs: _Signs) -> Value:
    """a - b * floor(a / b): right modulo 2**64 whatever the kinds; a when b is 0."""
    a, b = args
    if (not signs[0] or below_2_63(a)) and (not signs[1] or below_2_63(b)):
        return low.b.emit("umod", a, b)
    if isinstance(b, Const) and b.value and b.value & (b.value - 1) == 0 and (not signs[1] or b.value < _SIGN):
        return low.b.emit("and", a, const(b.value - 1))
    return low.b.emit("sub", a, low.b.emit("mul", b, _floordiv(low, args, signs)))


def _magnitude(low: Lowering, value: Value, signed: bool) -> tuple[Value, Value | None]:
    """(|value|, its sign mask or None)."""
    if not signed or below_2_63(value):
        return value, None
    mask = _sign_mask(low, value)
    return low.b.emit("sub", low.b.emit("xor", value, mask), mask), mask


def _apply_sign(low: Lowering, value: Value, mask: Value | None) -> Value:
    return value if mask is None else low.b.emit("sub", low.b.emit("xor", value, mask), mask)


def _truncdiv(low: Lowering, args: _Args, signs: _Signs) -> Value:
    a, a_mask = _magnitude(low, args[0], signs[0])
    b, b_mask = _magnitude(low, args[1], signs[1])
    mask = low.b.emit("xor", a_mask, b_mask) if a_mask is not None and b_mask is not None else a_mask or b_mask
    return _apply_sign(low, low.b.emit("udiv", a, b), mask)


def _rem(low: Lowering, args: _Args, signs: _Signs) -> Value:
    a, a_mask = _magnitude(low, args[0], signs[0])
    b, _ = _magnitude(low, args[1], signs[1])
    return _apply_sign(low, low.b.emit("umod", a, b), a_mask)


def _pow(low: Lowering, args: _Args, signs: _Signs) -> Value:
    base, exponent = args
    if isinstance(exponent, Const) and exponent.value < 64:
        return _power_of_constant(low, base, exponent.value)
    return routines.power(low, base, exponent)


def _power_of_constant(low: Lowering, base: Value, exponent: int) -> Value:
    result: Value | None = None
    square = base
    while exponent:
        if exponent & 1:
            result = square if result is None else low.b.emit("mul", result, square)
        exponent >>= 1
        if exponent:
            square = low.b.emit("mul", square, square)
    return result if result is not None else const(1)


def _shift(low: Lowering, args: _Args, signs: _Signs, left: bool) -> Value:
    value, count = args
    if isinstance(count, Const):
        amount = count.signed if signs[1] else count.value
        if amount < 0:
            left, amount = not left, -amount
        return _shift_by(low, value, const(min(amount, 64)), signs[0], left)
    if not signs[1] or below_2_63(count):
        return _shift_by(low, value, count, signs[0], left)
    return _either(
        low,
        low.b.compare("slt", count, const(0)),
        lambda: _shift_by(low, value, low.b.emit("neg", count), signs[0], not left),
        lambda: _shift_by(low, value, count, signs[0], left),
    )


def _shift_by(low: Lowering, value: Value, count: Value, signed: bool, left: bool) -> Value:
    """Shift by a non-negative count of any size."""
    op = "shl" if left else "ashr" if signed else "lshr"
    if isinstance(count, Const):
        if count.value < 64:
            return low.b.emit(op, value, count) if count.value else value
        return _sign_mask(low, value) if op == "ashr" else const(0)
    all_out = _sign_mask(low, value) if op == "ashr" else const(0)
    inside = low.b.compare("ult", count, const(64))
    return _either(low, inside, lambda: low.b.emit(op, value, count), lambda: all_out)


def _shl(low: Lowering, args: _Args, signs: _Signs) -> Value:
    return _shift(low, args, signs, True)


def _shr(low: Lowering, args: _Args, signs: _Signs) -> Value:
    return _shift(low, args, signs, False)


def _extreme(op: str) -> Callable[[Lowering, _Args, _Signs], Value]:
    def lower(low: Lowering, args: _Args, signs: _Signs) -> Value:
        kinds = [t.IntType(s) for s in signs]
        return low.choose(compare(low, op, args[0], kinds[0], args[1], kinds[1]), args[0], args[1])

    return lower


def _abs(low: Lowering, args: _Args, signs: _Signs) -> Value:
    return _magnitude(low, args[0], signs[0])[0]


def _bit_length(low: Lowering, args: _Args, signs: _Signs) -> Value:
    """Halve the width six times; a negative number's length is that of ~n. Without a branch: each would double the paths
    that the verifier walks through. A number below 2**63 is not 0 exactly if its negation has the sign bit."""
    value = args[0]
    if signs[0] and not below_2_63(value):
        value = low.b.emit("xor", value, _sign_mask(low, value))
    total: Value = const(0)
    for step in (5, 4, 3, 2, 1, 0):
        high = low.b.emit("lshr", value, const(1 << step))
        there = low.b.emit("lshr", low.b.emit("neg", high), const(63))
        amount = low.b.emit("shl", there, const(step)) if step else there
        value = low.b.emit("lshr", value, amount)
        total = low.b.emit("add", total, amount)
    return low.b.emit("add", total, value)


def _gcd(low: Lowering, args: _Args, signs: _Signs) -> Value:
    return routines.gcd(low, _magnitude(low, args[0], signs[0])[0], _magnitude(low, args[1], signs[1])[0])


def _lcm(low: Lowering, args: _Args, signs: _Signs) -> Value:
    a = _magnitude(low, args[0], signs[0])[0]
    b = _magnitude(low, args[1], signs[1])[0]
    common = _gcd(low, [a, b], [False, False])
    return low.b.emit("mul", low.b.emit("udiv", a, common), b)


def _bit(low: Lowering, args: _Args, signs: _Signs) -> Value:
    """a[n]: 0 below bit 0; above bit 63 the sign."""
    value, index = args
    if signs[1] and not below_2_63(index):
        if isinstance(index, Const):
            return const(0)
        below = low.b.compare("slt", index, const(0))
        return _either(low, below, lambda: const(0), lambda: _bit(low, args, [signs[0], False]))
    return low.b.emit("and", _shift_by(low, value, index, signs[0], False), const(1))


def _spaceship(low: Lowering, args: _Args, signs: _Signs) -> Value:
    kinds = [t.IntType(s) for s in signs]
    greater = low.b.emit("int", compare(low, "gt", args[0], kinds[0], args[1], kinds[1]))
    less = low.b.emit("int", compare(low, "lt", args[0], kinds[0], args[1], kinds[1]))
    return low.b.emit("sub", greater, less)


_ARITHMETIC: dict[str, Callable[[Lowering, _Args, _Signs], Value]] = {
    "add": _plain("add"), "sub": _plain("sub"), "mul": _plain("mul"), "neg": _plain("neg"), "inv": _plain("inv"),
    "and": _plain("and"), "or": _plain("or"), "xor": _plain("xor"),
    "floordiv": _floordiv, "mod": _mod, "truncdiv": _truncdiv, "rem": _rem, "pow": _pow,
    "shl": _shl, "shr": _shr, "min": _extreme("lt"), "max": _extreme("gt"), "abs": _abs,
    "bit_length": _bit_length, "gcd": _gcd, "lcm": _lcm, "bit": _bit, "spaceship": _spaceship,
    "as_i64": _same, "as_u64": _same,
}  # fmt: skip

__all__ = ["below_2_63", "compare", "prim", "say_bound"]
