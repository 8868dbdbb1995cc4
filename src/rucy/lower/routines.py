"""Loops that arithmetic needs, each a global function of the object: the verifier walks through it once, by itself.

Written out in a program, such a loop is walked through from every state of the program that reaches it, and each turn may
leave into the rest of the program: nested in a loop of the program's own that is more than the verifier bears. A global
function (do_check_subprogs in kernel/bpf/verifier.c, since Linux 5.6) takes and gives any number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.ir.builder import Builder
from rucy.ir.function import Function, Param, Value, const
from rucy.ir.types import I64

if TYPE_CHECKING:
    from rucy.lower.function import Lowering


def gcd(low: Lowering, a: Value, b: Value) -> Value:
    """The greatest common divisor of two non-negative numbers."""
    return _called(low, "__rucy_gcd", _gcd, a, b)


def power(low: Lowering, base: Value, exponent: Value) -> Value:
    """base ** exponent modulo 2**64; the exponent is non-negative."""
    return _called(low, "__rucy_pow", _power, base, exponent)


def _called(low: Lowering, name: str, write: Callable[[Builder, Value, Value], None], a: Value, b: Value) -> Value:
    if low.module.function(name) is None:
        fn = Function(name, "global", [Param("a", 0, I64), Param("b", 1, I64)], I64, span=low.b.span)
        builder = Builder(fn)
        builder.span = low.b.span
        write(builder, *fn.params)
        low.module.functions.append(builder.finish())
    return low.b.emit("callfn", a, b, symbol=name)


def _gcd(b: Builder, a: Value, other: Value) -> None:
    """Euclid's algorithm: 64-bit numbers need 93 turns at the most."""
    x, y, turn = object(), object(), object()
    for key, value in ((x, a), (y, other), (turn, const(0))):
        b.write(key, value)
    head, more, body, end = (b.new_block(n) for n in ("gcd", "more", "turn", "end"))
    b.jump(head)
    b.start(head)
    b.branch(b.compare("ult", b.read(turn), const(94)), more, end)
    b.seal(more)
    b.start(more)
    b.branch(b.compare("ne", b.read(y), const(0)), body, end)
    b.seal(body)
    b.start(body)
    rest = b.emit("umod", b.read(x), b.read(y))
    b.write(x, b.read(y))
    b.write(y, rest)
    b.write(turn, b.emit("add", b.read(turn), const(1)))
    b.jump(head)
    b.seal(head)
    b.seal(end)
    b.start(end)
    b.ret(b.read(x))


def _power(b: Builder, base: Value, exponent: Value) -> None:
    """Square and multiply, one turn for each of the 64 bits. Without a branch in the turn, so that there is one path."""
    result, square, rest, turn = object(), object(), object(), object()
    for key, value in ((result, const(1)), (square, base), (rest, exponent), (turn, const(0))):
        b.write(key, value)
    head, body, end = (b.new_block(n) for n in ("pow", "bit", "end"))
    b.jump(head)
    b.start(head)
    b.branch(b.compare("ult", b.read(turn), const(64)), body, end)
    b.seal(body)
    b.start(body)
    bit = b.emit("and", b.read(rest), const(1))
    factor = b.emit("add", b.emit("mul", b.emit("sub", b.read(square), const(1)), bit), const(1))  # the square, or 1
    b.write(result, b.emit("mul", b.read(result), factor))
    b.write(square, b.emit("mul", b.read(square), b.read(square)))
    b.write(rest, b.emit("lshr", b.read(rest), const(1)))
    b.write(turn, b.emit("add", b.read(turn), const(1)))
    b.jump(head)
    b.seal(head)
    b.seal(end)
    b.start(end)
    b.ret(b.read(result))
