"""Iterating methods as rows: `times upto downto step each …` of Integers, ranges and constant arrays.

Each becomes a counting loop whose body is the block's; what the call gives is gathered in a temporary or thrown out of
the loop, as Ruby does it.
"""

from __future__ import annotations

from collections.abc import Callable

from rucy.frontends.ruby.make import bind, eq, fold_seq, if_, int_, local, prim, recv_of
from rucy.lang import tree
from rucy.lang.blocks import turn
from rucy.lang.dialect import MethodRow

_Steps = tuple[tree.Node, ...]


def _turn(send: tree.Send, *values: tree.Node) -> tree.Node:
    """One run of the block with `values` for its parameters."""
    assert send.block is not None
    return turn(send.block, values, send.span)


def _whole(send: tree.Send, *steps: tree.Node) -> tree.Node:
    """The call: `break` of its block ends it with the value."""
    node = tree.Seq(send.span, steps) if len(steps) != 1 else steps[0]
    if isinstance(send.block, tree.Block) and send.block.break_label.used:
        return tree.Catch(send.span, send.block.break_label, node)
    return node


# ---------------------------------------------------------------- Integer


def _times(send: tree.Send) -> tree.Node:
    first, count = bind(send.span, "times", recv_of(send))
    turn = tree.Var("%turn", send.span)
    loop = tree.ForRange(send.span, turn, int_(send.span, 0), local(count), True, 1, _turn(send, local(turn)), "times")
    return _whole(send, *first, loop, local(count))


def _upto(step: int) -> Callable[[tree.Send], tree.Node]:
    def expand(send: tree.Send) -> tree.Node:
        first, start = bind(send.span, send.name, recv_of(send))
        turn = tree.Var("%turn", send.span)
        loop = tree.ForRange(send.span, turn, local(start), send.args[0], False, step, _turn(send, local(turn)), send.name)
        return _whole(send, *first, loop, local(start))

    return expand


def _step(send: tree.Send) -> tree.Node:
    """`a.step(limit, by)`, `a.step(by: 2, to: 9)`; without a limit it never ends by itself."""
    given = dict(send.kwargs)
    limit = send.args[0] if send.args else given.get("to")
    by = send.args[1] if len(send.args) > 1 else given.get("by", int_(send.span, 1))
    limit = None if isinstance(limit, tree.Nil) else limit
    first, start = bind(send.span, "step", recv_of(send))
    if limit is not None and isinstance(by, tree.Int) and by.value:
        turn = tree.Var("%turn", send.span)
        loop: tree.Node = tree.ForRange(
            send.span, turn, local(start), limit, False, by.value, _turn(send, local(turn)), "step"
        )  # fmt: skip
        return _whole(send, *first, loop, local(start))
    return _whole(send, *first, *_step_freely(send, start, limit, by), local(start))


def _step_freely(send: tree.Send, start: tree.Var, limit: tree.Node | None, by: tree.Node) -> _Steps:
    """A step known only at run time, or no limit: the sign of the step says on which side the limit lies."""
    span = send.span
    steps, turn = bind(span, "turn", local(start))
    more, width = bind(span, "by", prim(by.span, "step", by))
    body: tree.Node = tree.Seq(
        span,
        (_turn(send, local(turn)), tree.SetLocal(span, turn, prim(span, "add", local(turn), local(width)))),
    )
    if limit is None:
        return (*steps, *more, tree.Loop(span, body, "step"))
    last, end = bind(span, "limit", limit)
    up = tree.And(span, prim(span, "gt", local(width), int_(span, 0)), prim(span, "le", local(turn), local(end)))
    down = tree.And(span, prim(span, "lt", local(width), int_(span, 0)), prim(span, "ge", local(turn), local(end)))
    done = tree.Label("step")
    done.used = True
    leave = tree.Throw(span, done, tree.Nil(span))
    loop = tree.Loop(span, tree.If(span, tree.Or(span, up, down), body, leave, "step"), "step")
    return (*steps, *more, *last, tree.Catch(span, done, loop))


def _range_step(send: tree.Send) -> tree.Node:
    """`(a..b).step(n) { }`: as `a.step(b, n)`, without the end where the range leaves it out."""
    source, span = recv_of(send), send.span
    assert isinstance(source, tree.Range) and source.lo is not None
    limit = source.hi
    if limit is not None and source.exclusive:
        limit = prim(span, "sub", limit, int_(span, 1))
    args = (limit if limit is not None else tree.Nil(span), *(send.args or (int_(span, 1),)))
    return _step(tree.Send(span, source.lo, "step", args, (), send.block, False, send.name_span))


# ---------------------------------------------------------------- over elements


class _Elements:
    """How to run over a range or array: `loop(body)` makes the loop, `element` is the variable in it, `position` the
    element's number when the caller asked for it."""

    __slots__ = ("send", "element", "position", "backwards")

    def __init__(self, send: tree.Send) -> None:
        self.send = send
        self.element = tree.Var("%element", send.span)
        self.position: tree.Var | None = None
        self.backwards = False

    def loop(self, body: tree.Node, word: str) -> _Steps:
        source, span = recv_of(self.send), self.send.span
        if not isinstance(source, tree.Range):
            return (tree.ForEach(span, self.element, self.position, source, body, word),)
        low = source.lo if source.lo is not None else tree.Nil(span)
        if self.position is None:
            return self._range(source, low, body, word)
        first, start = bind(span, "start", low)
        number = prim(span, "sub", local(self.element), local(start))
        counted = fold_seq(span, (tree.SetLocal(span, self.position, prim(span, "as_u64", number)),), body)
        return (*first, *self._range(source, local(start), counted, word))

    def _range(self, source: tree.Range, low: tree.Node, body: tree.Node, word: str) -> _Steps:
        span = self.send.span
        if source.hi is not None:
            return (tree.ForRange(span, self.element, low, source.hi, source.exclusive, 1, body, word),)
        steps, turn = bind(span, "turn", low)
        again = tree.SetLocal(span, turn, prim(span, "add", local(turn), int_(span, 1)))
        current = tree.SetLocal(span, self.element, local(turn))
        return (*steps, tree.Loop(span, tree.Seq(span, (current, body, again)), word))


def _each(send: tree.Send) -> tree.Node:
    """Its value is the receiver, which no program can use: nil."""
    over = _Elements(send)
    return _whole(send, *over.loop(_turn(send, local(over.element)), send.name))


def _each_with_index(send: tree.Send) -> tree.Node:
    over = _Elements(send)
    over.position = tree.Var("%index", send.span)
    return _whole(send, *over.loop(_turn(send, local(over.element), local(over.position)), send.name))


def _reverse_each(send: tree.Send) -> tree.Node:
    source, span = recv_of(send), send.span
    if isinstance(source, tree.Array):
        turns = tree.Array(source.span, tuple(reversed(source.items)))
        return _each(tree.Send(span, turns, send.name, (), (), send.block, False, send.name_span))
    if not isinstance(source, tree.Range):
        return _reverse_each_of_field(send, source)
    assert source.lo is not None and source.hi is not None
    first, low = bind(span, "low", source.lo)
    second, high = bind(span, "high", source.hi)
    start = prim(span, "sub", local(high), int_(span, 1)) if source.exclusive else local(high)
    turn = tree.Var("%turn", span)  # counts down, so it is signed; an element is as the ends are
    element = prim(span, "like", local(turn), local(low), local(high))
    loop = tree.ForRange(span, turn, start, local(low), False, -1, _turn(send, element), send.name)
    return fold_seq(span, (*first, *second), _whole(send, loop))


def _reverse_each_of_field(send: tree.Send, source: tree.Node) -> tree.Node:
    """Of an array inside a struct: by its indexes."""
    span = send.span
    turn = tree.Var("%turn", span)
    last = prim(span, "sub", prim(span, "array_size", source), int_(span, 1))
    element = prim(span, "array_get", source, local(turn))
    return _whole(send, tree.ForRange(span, turn, last, int_(span, 0), False, -1, _turn(send, element), send.name))


def _test(send: tree.Send, over: _Elements) -> tree.Node:
    """What decides about an element: the block, equality with the argument, or (neither) its own truth."""
    if send.block is not None:
        return _turn(send, local(over.element))
    if send.args:
        return eq(send.span, local(over.element), send.args[0])
    return prim(send.span, "truth", local(over.element))


def _gather(send: tree.Send, start: tree.Node, add: Callable[[tree.Var, tree.Var], tree.Node]) -> tree.Node:
    """`%acc` starts as `start`; `add(acc, element)` runs for each element; the value is `%acc`."""
    over = _Elements(send)
    first, total = bind(send.span, "acc", start)
    return _whole(send, *first, *over.loop(add(total, over.element), send.name), local(total))


def _sum(send: tree.Send) -> tree.Node:
    def add(total: tree.Var, element: tree.Var) -> tree.Node:
        value = _turn(send, local(element)) if send.block is not None else local(element)
        steps, term = bind(send.span, "term", value)
        return fold_seq(send.span, steps, tree.SetLocal(send.span, total, prim(send.span, "add", local(total), local(term))))

    return _gather(send, send.args[0] if send.args else int_(send.span, 0), add)


def _count(send: tree.Send) -> tree.Node:
    if send.block is None and not send.args:
        return _size(send)
    steps: _Steps = ()
    if send.block is None:
        steps, wanted = bind(send.span, "wanted", send.args[0])
        send = _with_args(send, local(wanted))

    def add(total: tree.Var, element: tree.Var) -> tree.Node:
        cond = _turn(send, local(element)) if send.block is not None else eq(send.span, local(element), send.args[0])
        more = tree.SetLocal(send.span, total, prim(send.span, "add", local(total), int_(send.span, 1)))
        return if_(send, cond, more, tree.Nil(send.span))

    return fold_seq(send.span, steps, _gather(send, int_(send.span, 0), add))


def _with_args(send: tree.Send, *args: tree.Node) -> tree.Send:
    return tree.Send(send.span, send.recv, send.name, args, send.kwargs, send.block, send.safe, send.name_span)


def _search(found_when: bool, found: bool) -> Callable[[tree.Send], tree.Node]:
    """`any?`, `all?`, `none?`, `include?`: the first element whose test is `found_when` decides."""

    def expand(send: tree.Send) -> tree.Node:
        steps: _Steps = ()
        if send.block is None and send.args:
            steps, wanted = bind(send.span, "wanted", send.args[0])
            send = _with_args(send, local(wanted))
        over = _Elements(send)
        done = tree.Label(send.name)
        done.used = True
        out = tree.Throw(send.span, done, tree.Bool(send.span, found))
        go_on: tree.Node = tree.Nil(send.span)
        cond = _test(send, over)
        body = if_(send, cond, out, go_on) if found_when else if_(send, cond, go_on, out)
        loop = over.loop(body, send.name)
        inner = tree.Seq(send.span, (*loop, tree.Bool(send.span, not found)))
        return fold_seq(send.span, steps, _whole(send, tree.Catch(send.span, done, inner)))

    return expand


def _find(position: bool) -> Callable[[tree.Send], tree.Node]:
    """`find` gives the element, `index` its position, nil when none fits."""

    def expand(send: tree.Send) -> tree.Node:
        steps: _Steps = ()
        if send.block is None:
            steps, wanted = bind(send.span, "wanted", send.args[0] if send.args else tree.Nil(send.span))
            send = _with_args(send, local(wanted))
        over = _Elements(send)
        over.position = tree.Var("%index", send.span) if position else None
        done = tree.Label(send.name)
        done.used = True
        result = local(over.position) if over.position is not None else local(over.element)
        body = if_(send, _test(send, over), tree.Throw(send.span, done, result), tree.Nil(send.span))
        inner = tree.Seq(send.span, (*over.loop(body, send.name), tree.Nil(send.span)))
        return fold_seq(send.span, steps, _whole(send, tree.Catch(send.span, done, inner)))

    return expand


# ---------------------------------------------------------------- without a loop


def _size(send: tree.Send) -> tree.Node:
    """An array's number of elements; a range's, 0 when its ends are crossed."""
    source, span = recv_of(send), send.span
    if isinstance(source, tree.Array):
        return int_(span, len(source.items))
    if not isinstance(source, tree.Range):
        return prim(span, "array_size", source)
    low = source.lo if source.lo is not None else int_(span, 0)
    high = source.hi if source.hi is not None else tree.Nil(span)
    if isinstance(low, tree.Int) and isinstance(high, tree.Int):
        return int_(span, max(0, high.value - low.value + (not source.exclusive)))
    first, start = bind(span, "low", low)
    second, end = bind(span, "high", high)
    width = prim(span, "sub", local(end), local(start))
    width = width if source.exclusive else prim(span, "add", width, int_(span, 1))
    there = prim(span, "lt" if source.exclusive else "le", local(start), local(end))
    value = if_(send, there, prim(span, "as_u64", width), int_(span, 0))
    return fold_seq(span, (*first, *second), value)


def _covers(send: tree.Send) -> tree.Node:
    """A range's `include?`: two comparisons."""
    source, span = recv_of(send), send.span
    assert isinstance(source, tree.Range)
    steps, value = bind(span, "n", send.args[0])
    low = prim(span, "ge", local(value), source.lo) if source.lo is not None else None
    high = prim(span, "lt" if source.exclusive else "le", local(value), source.hi) if source.hi is not None else None
    tests = [test for test in (low, high) if test is not None]
    if not tests:
        return tree.Bool(span, True)
    return fold_seq(span, steps, tree.And(span, tests[0], tests[1]) if len(tests) == 2 else tests[0])


def _has(send: tree.Send) -> tree.Node:
    """An array's `include?`: a comparison with each element."""
    source, span = recv_of(send), send.span
    if not isinstance(source, tree.Array):
        return _search(True, True)(send)
    steps, value = bind(span, "n", send.args[0])
    if not source.items:
        return fold_seq(span, steps, tree.Bool(span, False))
    test = eq(span, local(value), source.items[0])
    for item in source.items[1:]:
        test = tree.Or(span, test, eq(span, local(value), item))
    return fold_seq(span, steps, test)


def _extreme(op: str) -> Callable[[tree.Send], tree.Node]:
    """`min` and `max` of elements; nil when there is none."""

    def expand(send: tree.Send) -> tree.Node:
        source, span = recv_of(send), send.span
        if isinstance(source, tree.Range):
            return _range_extreme(send, source, op)
        if not isinstance(source, tree.Array):
            return _extreme_of_field(send, op)
        if not source.items:
            return tree.Nil(span)
        if op == "max" and len(source.items) > 2 and not all(isinstance(item, tree.Int) for item in source.items):
            return _greatest(send, source.items)
        value = source.items[0]
        for item in source.items[1:]:
            value = prim(span, op, value, item)
        return value

    return expand


def _extreme_of_field(send: tree.Send, op: str) -> tree.Node:
    """Of an array inside a struct, which has an element: the first begins, each later one is compared."""
    span = send.span
    over = _Elements(send)
    over.position = tree.Var("%index", span)
    first, best = bind(span, op, int_(span, 0))
    begins = eq(span, local(over.position), int_(span, 0))
    value = if_(send, begins, local(over.element), prim(span, op, local(best), local(over.element)))
    return _whole(send, *first, *over.loop(tree.SetLocal(span, best, value), send.name), local(best))


def _greatest(send: tree.Send, items: tuple[tree.Node, ...]) -> tree.Node:
    """Each against all behind it: the greater of two of both kinds may not fit the common kind, and would wrap before the
    third is looked at."""
    span = send.span
    steps: _Steps = ()
    held: list[tree.Var] = []
    for item in items:
        more, var = bind(span, "max", item)
        steps, held = (*steps, *more), [*held, var]
    value = local(held[-1])
    for at in range(len(held) - 2, -1, -1):
        tests = [prim(span, "ge", local(held[at]), local(other)) for other in held[at + 1 :]]
        test = tests[0]
        for one in tests[1:]:
            test = tree.And(span, test, one)
        value = if_(send, test, local(held[at]), value)
    return fold_seq(span, steps, value)


def _range_extreme(send: tree.Send, source: tree.Range, op: str) -> tree.Node:
    span = send.span
    low = source.lo if source.lo is not None else tree.Nil(span)
    high = source.hi if source.hi is not None else tree.Nil(span)
    if isinstance(low, tree.Int) and isinstance(high, tree.Int):
        last = high.value - source.exclusive
        return tree.Nil(span) if last < low.value else int_(span, low.value if op == "min" else last)
    if source.hi is None and op == "min":
        return low
    first, start = bind(span, "low", low)
    second, end = bind(span, "high", high)
    top = prim(span, "sub", local(end), int_(span, 1)) if source.exclusive else local(end)
    there = prim(span, "lt" if source.exclusive else "le", local(start), local(end))
    value = if_(send, there, local(start) if op == "min" else top, tree.Nil(span))
    return fold_seq(span, (*first, *second), value)


def _end(last: bool) -> Callable[[tree.Send], tree.Node]:
    """`first` and `last`: of a range its ends, whatever lies between (`(1...5).last` is 5)."""

    def expand(send: tree.Send) -> tree.Node:
        source, span = recv_of(send), send.span
        if isinstance(source, tree.Range):
            end = source.hi if last else source.lo
            return end if end is not None else tree.Nil(span)
        if isinstance(source, tree.Array):
            return prim(span, "like", source.items[-1 if last else 0], *source.items) if source.items else tree.Nil(span)
        return prim(span, "array_get", source, int_(span, -1 if last else 0))

    return expand


def _array_get(send: tree.Send) -> tree.Node:
    return prim(send.span, "array_get", recv_of(send), send.args[0])


def _empty(send: tree.Send) -> tree.Node:
    return eq(send.span, _size(send), int_(send.span, 0))


_NEED_BLOCK = ("times", "upto", "downto", "step", "each", "each_with_index", "reverse_each", "find", "detect")


def _row(owner: str, name: str, least: int, most: int, block: bool, expand: Callable[[tree.Send], tree.Node]) -> MethodRow:
    keywords = ("by", "to") if name == "step" else ()
    return MethodRow(owner, name, (least, most), block, expand, name in _NEED_BLOCK, keywords)


def _over(name: str, least: int, most: int, block: bool, expand: Callable[[tree.Send], tree.Node]) -> list[MethodRow]:
    return [_row("Array", name, least, most, block, expand), _row("Range", name, least, most, block, expand)]


# fmt: off
LOOP_ROWS: list[MethodRow] = [
    _row("Integer", "times",  0, 0, True, _times),
    _row("Integer", "upto",   1, 1, True, _upto(1)),
    _row("Integer", "downto", 1, 1, True, _upto(-1)),
    _row("Integer", "step",   0, 2, True, _step),
    *_over("each",            0, 0, True, _each),
    *_over("each_with_index", 0, 0, True, _each_with_index),
    *_over("reverse_each",    0, 0, True, _reverse_each),
    *_over("sum",             0, 1, True, _sum),
    *_over("count",           0, 1, True, _count),
    *_over("any?",            0, 1, True, _search(True, True)),
    *_over("all?",            0, 1, True, _search(False, False)),
    *_over("none?",           0, 1, True, _search(True, False)),
    *_over("find",            0, 0, True, _find(False)),
    *_over("detect",          0, 0, True, _find(False)),
    *_over("index",           0, 1, True, _find(True)),
    *_over("find_index",      0, 1, True, _find(True)),
    *_over("size",            0, 0, False, _size),
    *_over("min",             0, 0, False, _extreme("min")),
    *_over("max",             0, 0, False, _extreme("max")),
    *_over("first",           0, 0, False, _end(False)),
    *_over("last",            0, 0, False, _end(True)),
    _row("Array", "length",   0, 0, False, _size),
    _row("Array", "empty?",   0, 0, False, _empty),
    _row("Array", "[]",       1, 1, False, _array_get),
    _row("Array", "at",       1, 1, False, _array_get),
    _row("Array", "include?", 1, 1, False, _has),
    _row("Array", "member?",  1, 1, False, _has),
    _row("Range", "step",     0, 1, True, _range_step),
    _row("Range", "include?", 1, 1, False, _covers),
    _row("Range", "member?",  1, 1, False, _covers),
    _row("Range", "cover?",   1, 1, False, _covers),
    _row("Range", "===",      1, 1, False, _covers),
    _row("Range", "begin",    0, 0, False, _end(False)),
    _row("Range", "end",      0, 0, False, _end(True)),
]
# fmt: on
