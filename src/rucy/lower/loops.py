"""The cap of a loop: at its head `turn` asks whether it may go on, and where it may not the whole program ends.

    loop:                              stop:
      %t = turn                          what is held is given back
      branch %t -> on, stop              the loop's counter + 1
                                         ret NEUTRAL

Which loops need it is known later: `passes/bound_loops` takes it out where an end can be proved, and the others become what
their `form` (a row of kernel.loopforms) says. The iterator's kernel functions are declared here. A loop that bpf_loop is to
run has no head: when it is known which these are (`Checked.caps`), the module is lowered again, and their bodies become
callbacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.ir.counters import counter
from rucy.ir.types import I1, I64, VOID
from rucy.kernel import features, loopforms
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.tree import Label
from rucy.lower.counters import add_one

if TYPE_CHECKING:
    from rucy.ir.function import Block, Function, Instr, Module, Value
    from rucy.ir.refs import Span
    from rucy.lower.function import Lowering
    from rucy.lower.values import Held

_ITERATOR = ("it", ("pointer", "bpf_iter_num"))
_FUNCTIONS = (
    ("bpf_iter_num_new", ("proto", "int", (_ITERATOR, ("start", "int"), ("end", "int")))),
    ("bpf_iter_num_next", ("proto", ("to", "int"), (_ITERATOR,))),
    ("bpf_iter_num_destroy", ("proto", "void", (_ITERATOR,))),
)


def by_callback(low: Lowering, node: typed.Loop | typed.For) -> Held | None:
    """The whole loop, where bpf_loop is to run it: one that was found to need it, and has nothing that it could not."""
    if node.span not in low.caps or _form(low).name != "callback" or low.packet is not None or low.held_open:
        return None
    from rucy.lower.callbacks import capped, sees_pointers_change

    if low.b.block is None or sees_pointers_change(low, node.body):
        return None
    loop, before = (node, ()) if isinstance(node, typed.Loop) else _as_loop(node)
    for write in before:
        low.held(write)
    if not isinstance(loop, typed.Loop):
        return low.held(loop)
    held = capped(low, loop)
    low.b.span = node.span
    row = _stop(low, _counter(low))
    row["turns"] = loopforms.MOST_TURNS
    return held


def _as_loop(node: typed.For) -> tuple[typed.Node, tuple[typed.Node, ...]]:
    """A counting loop by the same tree as `while`, and what is to be done before it."""
    span, kind, word = node.span, node.var.type, node.word
    count, end, out = typed.Var("%count", kind, span), typed.Var("%end", kind, span), Label("break")
    op = ("lt" if node.exclusive else "le") if node.step > 0 else ("gt" if node.exclusive else "ge")
    nil = typed.Nil(span, t.NIL)
    more = typed.Prim(span, t.BOOL, op, (typed.Read(span, kind, count), typed.Read(span, kind, end)), 0)
    step = typed.Prim(span, kind, "add", (typed.Read(span, kind, count), typed.Int(span, kind, node.step)), 0)
    turn = (
        typed.If(span, t.NIL, more, nil, typed.Throw(span, t.NEVER, out, nil)),
        typed.Write(span, kind, node.var, typed.Read(span, kind, count)),
        node.body,
        typed.Write(span, kind, count, step),
    )
    loop = typed.Loop(span, t.NEVER, typed.Seq(span, t.NIL, turn), word)
    before = (typed.Write(span, kind, count, node.lo), typed.Write(span, kind, end, node.hi))
    return typed.Catch(span, t.NIL, out, loop), before


def may_go_on(low: Lowering) -> None:
    """At the head of a loop, whose place the builder has."""
    b = low.b
    if b.block is None or b.span is None:
        return
    form = _form(low, without="callback" if b.span in low.caps else "")
    low.module.loops[b.span] = form.most
    row, kept = _counter(low), b.span in low.caps
    turn = b.emit("turn", type=I1, form=form.name, symbol=row["symbol"], cap=low.caps.get(b.span, form.most), kept=kept)
    on, stop = b.new_block("on"), b.new_block("stop")
    b.branch(turn, on, stop)
    b.seal(stop)
    b.start(stop)
    _stop(low, row)
    b.seal(on)
    b.start(on)
    if form.name in ("iterator", "either"):
        for name, proto in _FUNCTIONS:
            low.module.externs.setdefault(name, ("func", ".ksyms", proto, form.name == "either"))


def _counter(low: Lowering) -> dict[str, Any]:
    """The row of what counts this loop's stops: each loop of a line, and each copy of a method, has its own."""
    span = low.b.span
    assert span is not None
    places = low.module.places.setdefault((span.file.path, span.line), [])
    place = span, low.b.calls
    if place not in places:
        places.append(place)
    return counter(low.module, "loop", span.file.path, span.line, places.index(place))


def _stop(low: Lowering, row: dict[str, Any]) -> dict[str, Any]:
    """The end of the program at a cap; its counter's row."""
    add_one(low, row["symbol"])
    low.leave_early()
    return row


def give_back(module: Module, fn: Function, block: Block, acquired: Instr, pointer: Value, sure: bool) -> None:
    """At the end of the block where the program of a stopped loop ends: what a helper or kernel function handed over, behind
    a test where it is not `sure` that it is not NULL."""
    from rucy.ir.function import make
    from rucy.kernel.kfuncs import find, release_of

    name = release_of(str(acquired.attrs.get("helper") or acquired.attrs.get("symbol", "")))
    by_helper = find(name) is None
    if not by_helper and name not in module.externs:
        return
    if not sure:
        block = _where_it_is(fn, block, acquired, pointer)
    made: list[Instr] = []
    if pointer.type.nullable:
        made.append(make("nonnil", [pointer], pointer.type._replace(nullable=False), acquired.span, acquired.calls))
        pointer = made[0]
    if by_helper:
        made.append(make("call", [pointer], VOID, acquired.span, acquired.calls, helper=name))
    else:
        made.append(make("kfunc", [pointer], I64, acquired.span, acquired.calls, symbol=name))
    for instr in made:
        instr.block = block
    block.instrs[-1:-1] = made


def _where_it_is(fn: Function, block: Block, at: Instr, pointer: Value) -> Block:
    """A block of its own, before the end of the given one, that is only come to where the pointer is not NULL."""
    from rucy.ir.function import Const, add_edge, make

    rest, there = fn.new_block("rest", after=block), fn.new_block("held", after=block)
    rest.instrs, block.instrs = block.instrs[-1:], block.instrs[:-1]
    for instr in rest.instrs:
        instr.block = rest
    for succ in rest.succs:
        succ.preds[succ.preds.index(block)] = rest
    null = make("ne", [pointer, Const(0, pointer.type)], I1, at.span, at.calls)
    branch, jump = make("branch", [null], VOID, at.span, at.calls), make("jump", [], VOID, at.span, at.calls)
    branch.targets, jump.targets = [there, rest], [rest]
    block.instrs += [null, branch]
    there.instrs = [jump]
    null.block, branch.block, jump.block = block, block, there
    for source, target in ((block, there), (block, rest), (there, rest)):
        add_edge(source, target)
    return there


def asked_of_callbacks(module: Module) -> dict[Span, int]:
    """Loops that bpf_loop is to run, with their most turns: the module is lowered again for them."""
    turns = [i for fn in module.functions for i in fn.instrs() if i.op.name == "turn" and i.attrs["form"] == "callback"]
    return {turn.span: loopforms.MOST_TURNS for turn in turns if turn.span is not None}


def drop_unused(module: Module) -> None:
    """Counters of loops whose end was proved, and the iterator's functions when no loop is left for them."""
    counters = module.notes.get("counters")
    if not counters or not module.loops:
        return
    turns = [i for fn in module.functions for i in fn.instrs() if i.op.name == "turn"]
    used = {i.attrs["symbol"] for fn in module.functions for i in fn.instrs() if i.op.name == "global"}
    for row in [row for row in counters if row["kind"] == "loop" and row["symbol"] not in used]:
        counters.remove(row)
        del module.data[row["symbol"]]
    if not counters:
        del module.notes["counters"]
    if not turns:
        called = {i.attrs["symbol"] for fn in module.functions for i in fn.instrs() if i.op.name == "kfunc"}
        for name, proto in _FUNCTIONS:
            if name not in called and module.externs.get(name, ())[:3] == ("func", ".ksyms", proto):
                del module.externs[name]


def _form(low: Lowering, without: str = "") -> loopforms.LoopForm:
    """The first that the program may use. Where a lock is held nothing is called."""
    if low.locked:
        return loopforms.BY_NAME["count"]
    gpl = low.module.license == "GPL"
    rows = (row for row in loopforms.ROWS if row.name != without and (gpl or not row.gpl))
    return next(row for row in rows if _version(features.BY_NAME[row.feature].since) <= _version(low.kernel))


def _version(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))
