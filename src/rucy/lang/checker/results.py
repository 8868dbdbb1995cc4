"""Results: what a program ends in becomes a number that its hook takes, or is refused with the list of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import converter, interval
from rucy.lang.checker.state import Checker, Sink, may_be_nil
from rucy.lang.types import NIL, S64, BoolType, IntType, OptType, SymType

if TYPE_CHECKING:
    from rucy.kernel.results import Result


def listed(row: Result, words: dict[str, str]) -> str:
    """The results that a hook takes, for messages."""
    if row.values:
        return ", ".join(f":{name}" for name, _ in row.values)
    if row.kind == "bool":
        texts = [words.get("true", "true")] if row.low else [words.get("true", "true"), words.get("false", "false")]
        more = [str(n) for n in range(max(2, row.low), row.high + 1)]
        return ", ".join([*texts, *more])
    if row.kind == "bytes":
        return "the number of bytes that the socket is given: 0 for none, `packet.size` for all"
    return f"an Integer from {row.low} to {row.high}"


def leaving(ck: Checker, name: str) -> str:
    """The statement that leaves a program of this site, with what does nothing, when the value is nil."""
    row = ck.site.result
    usual = [word for word, number in row.values if number == row.neutral or word in ("ok", "pass")]
    value = f":{usual[-1]}" if usual else "0" if row.kind == "bytes" else str(row.neutral)
    if row.kind == "bool":
        value = ck.words.get("true", "true") if row.neutral else ck.words.get("false", "false")
    text = ck.words.get("test_nil", "test {x} first")
    return text.format(x=name).replace("next ", f"next {'' if row.kind == 'ignored' else value + ' '}", 1)


def sink(ck: Checker) -> Sink:
    """Converts what a program of this site ends in."""
    row = ck.site.result

    def convert(value: typed.Node) -> typed.Node:
        if not settled(value.type):
            return value
        if row.kind == "ignored":
            zero = typed.Int(value.span, S64, 0)
            plain = isinstance(value, typed.Int | typed.Bool | typed.Nil | typed.Str | typed.Read)
            return zero if plain else typed.Seq(value.span, S64, (value, zero))
        return _number(ck, value, row)

    return Sink(convert, S64, row.kind != "ignored")


def _number(ck: Checker, value: typed.Node, row: Result) -> typed.Node:
    results = listed(row, ck.words)
    match value.type:
        case SymType():
            return _as_number(value)
        case BoolType() if row.kind == "bool" or (ck.site.raw and not row.values):
            if isinstance(value, typed.Bool):
                if row.kind == "bool" and not row.low <= value.value <= row.high:
                    return ck.say("ResultRange", value.span, text=value.span.text, results=results)
                return typed.Int(value.span, S64, int(value.value))
            if row.kind == "bool" and row.low == row.high:
                return ck.say("ResultRange", value.span, text=value.span.text, results=results)
            one, zero = typed.Int(value.span, S64, 1), typed.Int(value.span, S64, 0)
            return typed.If(value.span, S64, value, one, zero)
        case IntType() if value.type.net:
            return ck.say("NetworkOrder", value.span, text=value.span.text, convert=converter(value.type.net))
        case IntType():
            low, high = interval(ck, value)
            if row.low <= low and high <= row.high or (ck.site.raw and row.kind not in ("bool", "errno")):
                return coerce(ck, value, S64)
            if isinstance(value, typed.Int):
                return ck.say("ResultRange", value.span, text=value.span.text, results=results)
            return ck.say("ResultUnproved", value.span, text=value.span.text, results=results, low=row.low, high=row.high)
    if value.type == NIL or (may_be_nil(value.type) and isinstance(value.type, OptType)):
        return ck.say("ResultNil", value.span, results=results)
    return ck.say("ResultType", value.span, have=ck.called(value.type), results=results)


def _as_number(value: typed.Node) -> typed.Node:
    if isinstance(value, typed.Int):
        return typed.Int(value.span, S64, value.value)
    return typed.Convert(value.span, S64, value)
