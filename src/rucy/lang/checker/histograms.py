"""Histograms and statistics: maps that a number is put into.

`H << v` counts a slot of a per-CPU array up, `H[key] << v` one of the slots that a hash keeps for each key. `S << v` keeps
count, sum, least and greatest, a CPU's own. All is said in the map nodes and Integers of lang/typed.py: no later stage knows
of histograms, but for `MapVar.show`, by which they are printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.exprs import is_plain
from rucy.lang.checker.flow import assigned_in
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import interval, untested
from rucy.lang.checker.state import bad, may_be_nil, unwrapped
from rucy.lang.storage import ArrayStorage, IntStorage, StructStorage, struct
from rucy.lang.types import BOOL, NIL, S64, U64, ElementsType, IntType, OptType, StructType, value_type

if TYPE_CHECKING:
    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

_COUNT = IntStorage(8)
LOG2_SLOTS = 66  # below zero, zero, and a slot for each of 64 powers
_MOST_SLOTS = 4096
_STATS = struct("stats", [("count", _COUNT), ("sum", IntStorage(8, True)), ("min", IntStorage(8, True)),
                          ("max", IntStorage(8, True))])  # fmt: skip


class Keyed(typed.Node):
    """`H[key]`, before a number is put into it. Its type is the map's. Only while checking."""

    __slots__ = ("map", "key")
    map: str
    key: tuple[typed.Node, ...]


def read(ck: Checker, state: MapState) -> bool:
    """What `histogram`, `histogram(:log2)`, `histogram(:linear, 0..100, 5)` or `stats` says; False where it is none of these."""
    from rucy.lang.checker.declared import number_of

    args = state.decl.args
    if state.kind == "stats":
        state.show = "stats"
        return not args
    match args:
        case () | (tree.Sym(name="log2"),):
            state.show = "log2"
            return True
        case (tree.Sym(name="linear"), tree.Range() as bounds, width):
            low = number_of(ck, bounds.lo) if bounds.lo is not None else None
            high = number_of(ck, bounds.hi) if bounds.hi is not None else None
            step = number_of(ck, width)
            if low is None or high is None or step is None:
                return False
            if step < 1 or high <= low:
                ck.say("LinearBounds", bounds.span, low=low, high=high, step=step)
                return False
            slots = -(-(high - low) // step)
            if slots > _MOST_SLOTS or not -(1 << 62) < low < high < 1 << 62:
                ck.say("LinearSlots", bounds.span, slots=slots, most=_MOST_SLOTS)
                return False
            state.show = f"linear {low} {step} {slots}"
            return True
    return False


def slots_of(state: MapState) -> int:
    return LOG2_SLOTS if state.show == "log2" else int(state.show.split()[3]) + 2


def value_storage(state: MapState, keyed: bool) -> IntStorage | StructStorage:
    """What the map holds: a slot an element, or all slots of a key in one."""
    if state.kind == "stats":
        return _STATS
    if keyed:
        return struct(f"{state.name}_slots", [("slots", ArrayStorage(_COUNT, slots_of(state)))])
    return _COUNT


def settle(ck: Checker, state: MapState, keyed: bool, span: Span) -> bool:
    """The first use says whether there is one for each key; says so where another use differs."""
    from rucy.kernel.maptypes import BY_NAME

    if state.keyed is None and not (ck.flow.dead or ck.flow.absent):
        state.keyed, state.value_at = keyed, span
        name = "PERCPU_ARRAY" if not keyed else "PERCPU_HASH" if state.kind == "stats" else "HASH"
        state.row = BY_NAME[name]
        state.value = value_storage(state, keyed)
        if not keyed:
            state.size = 1 if state.kind == "stats" else slots_of(state)
        ck.changed = True
    if state.keyed is not None and state.keyed != keyed:
        from rucy.lang.checker.maps import earlier

        ck.say("HistogramKeys", span, *earlier(state.value_at), map=state.name)
        return False
    return True


def keyed(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`H[key]`."""
    from rucy.lang.checker.maps import keys_of
    from rucy.lang.types import MapType

    if state.keyed is False and not settle(ck, state, True, node.span):
        return bad(node.span)
    keys = keys_of(ck, node, node.args, state)
    return bad(node.span) if keys is None else Keyed(node.span, MapType(state.name), state.name, keys)


def put(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`H << v`."""
    return _add(ck, node, state, None)


def put_keyed(ck: Checker, node: tree.Send, recv: Keyed) -> typed.Node:
    """`H[key] << v`."""
    state: MapState = ck.maps[recv.map]
    if ck.dialect.map_methods.get(node.name) != "append" or len(node.args) != 1:
        for arg in node.args:
            ck.expr(arg)
        return ck.say("HistogramCall", node.name_span, name=node.name, map=state.name, text=recv.span.text)
    return _add(ck, node, state, recv.key)


def _first(ck: Checker, part: typed.Node, lead: list[typed.Node]) -> typed.Node:
    """A part of a key, taken before the value is computed."""
    inner = part
    while isinstance(inner, typed.Unwrap | typed.Convert):
        inner = inner.value
    if is_plain(inner) and not isinstance(inner, typed.Read):
        return part
    temp = ck.temp(part.type, part.span)
    lead.append(typed.Write(part.span, part.type, temp, part))
    return typed.Read(part.span, part.type, temp)


def _add(ck: Checker, node: tree.Send, state: MapState, key: tuple[typed.Node, ...] | None) -> typed.Node:
    value = ck.value(node.args[0])
    if not settled(value.type):
        return bad(node.span)
    if may_be_nil(value.type):
        return untested(ck, value)
    if not isinstance(value.type, IntType) or value.type.net:
        return ck.say("HistogramValue", value.span, map=state.name, have=ck.called(value.type))
    if not settle(ck, state, key is not None, node.span) or state.value is None:
        return bad(node.span)
    lead: list[typed.Node] = []
    if not is_plain(value):
        if key is not None:
            copied = bool(assigned_in(node.args[0], set()))
            key = tuple(_first(ck, part, lead) if copied or isinstance(part.type, IntType) else part for part in key)
        low, high = interval(ck, value)
        temp = ck.temp(value.type, value.span)
        ck.frame.ranges[temp] = (low, high)
        lead.append(typed.Write(value.span, value.type, temp, value))
        value = typed.Read(value.span, value.type, temp)
    made = _statistics(ck, node.span, state, key, value) if state.kind == "stats" else _count(ck, node.span, state, key, value)
    return typed.Seq(node.span, NIL, (*lead, made, typed.Nil(node.span, NIL)))


# ---------------------------------------------------------------- counting


def _count(ck: Checker, span: Span, state: MapState, key: tuple[typed.Node, ...] | None, value: typed.Node) -> typed.Node:
    slot = _log2(ck, span, value) if state.show == "log2" else _linear(span, state, value)
    one = typed.Int(span, U64, 1)
    if key is None:
        return typed.MapUpdate(span, U64, state.name, (slot,), "add", one, False)
    held = state.value
    assert isinstance(held, StructStorage)
    place, lead, there = _of_key(ck, span, state, held, key)
    field = held.fields[0]
    slots = typed.Member(span, value_type(field.storage, "map"), place, field)
    assert isinstance(slots.type, ElementsType)
    return _where_there(span, lead, there, [typed.ElementUpdate(span, U64, slots, slot, "add", one, True, False, False)])


def _of_key(
    ck: Checker, span: Span, state: MapState, held: StructStorage, key: tuple[typed.Node, ...]
) -> tuple[typed.Node, typed.Node, typed.Node]:
    """(the key's element, what finds or makes it, is it there?)."""
    where = "percpu" if state.per_cpu else "map"
    type_ = OptType(StructType(held, where))
    found = typed.MapOrSet(span, type_, state.name, key, typed.New(span, StructType(held, "frame"), ()))
    temp = ck.temp(type_, span)
    there = typed.Not(span, BOOL, typed.IsNil(span, BOOL, typed.Read(span, type_, temp)))
    return unwrapped(typed.Read(span, type_, temp)), typed.Write(span, type_, temp, found), there


def _where_there(span: Span, lead: typed.Node, there: typed.Node, steps: list[typed.Node]) -> typed.Node:
    nothing = typed.Nil(span, NIL)
    body = typed.Seq(span, NIL, (*steps, nothing))
    return typed.Seq(span, NIL, (lead, typed.If(span, NIL, there, body, nothing)))


def _log2(ck: Checker, span: Span, value: typed.Node) -> typed.Node:
    """0 below zero, 1 for zero, 2 + i for 2^i and more."""
    one = typed.Int(span, U64, 1)
    bits = typed.Prim(span, U64, "bit_length", (value,), 0)
    slot = typed.Prim(span, U64, "add", (bits, one), 0)
    if interval(ck, value)[0] >= 0:
        return slot
    negative = typed.Prim(span, BOOL, "lt", (value, typed.Int(span, U64, 0)), 0)
    return typed.If(span, U64, negative, typed.Int(span, U64, 0), slot)


def _linear(span: Span, state: MapState, value: typed.Node) -> typed.Node:
    low, step, slots = map(int, state.show.split()[1:])

    def number(n: int) -> typed.Node:
        return typed.Int(span, S64 if n < 0 else U64, n)

    below = typed.Prim(span, BOOL, "lt", (value, number(low)), 0)
    above = typed.Prim(span, BOOL, "ge", (value, number(low + step * slots)), 0)
    away = typed.Prim(span, S64, "sub", (value, number(low)), 0)
    away = typed.Prim(span, U64, "as_u64", (away,), 0)
    slot = typed.Prim(span, U64, "add", (typed.Prim(span, U64, "floordiv", (away, number(step)), 0), number(1)), 0)
    inside = typed.If(span, U64, above, number(slots + 1), slot)
    return typed.If(span, U64, below, number(0), inside)


# ---------------------------------------------------------------- statistics


def _statistics(
    ck: Checker, span: Span, state: MapState, key: tuple[typed.Node, ...] | None, value: typed.Node
) -> typed.Node:
    value = coerce(ck, value, S64)
    nothing = typed.Nil(span, NIL)
    if key is None:
        found = typed.MapGet(span, StructType(_STATS, "percpu"), state.name, (typed.Int(span, U64, 0),))
        temp = ck.temp(found.type, span)
        lead: typed.Node = typed.Write(span, found.type, temp, found)
        place: typed.Node = typed.Read(span, found.type, temp)
        there: typed.Node | None = None
    else:
        place, lead, there = _of_key(ck, span, state, _STATS, key)
    count, total, least, most = (typed.Member(span, value_type(f.storage), place, f) for f in _STATS.fields)

    def put(of: typed.Member) -> typed.Node:
        return typed.MemberSet(span, S64, place, of.field, value)

    def where(op: str, of: typed.Member) -> typed.Node:
        test = typed.Prim(span, BOOL, op, (value, of), 0)
        return typed.If(span, NIL, test, typed.Seq(span, NIL, (put(of), nothing)), nothing)

    first = typed.Prim(span, BOOL, "eq", (count, typed.Int(span, U64, 0)), 0)
    begin = typed.Seq(span, NIL, (put(least), put(most), nothing))
    more = typed.Seq(span, NIL, (where("lt", least), where("gt", most), nothing))
    steps: list[typed.Node] = [
        typed.If(span, NIL, first, begin, more),
        typed.MemberUpdate(span, U64, place, count.field, "add", typed.Int(span, U64, 1), False, False),
        typed.MemberUpdate(span, S64, place, total.field, "add", value, False, False),
    ]
    if there is not None:
        return _where_there(span, lead, there, steps)
    return typed.Seq(span, NIL, (lead, *steps, nothing))
