"""The kernel's own objects in the values of maps: `lock(e.l) { … }`, `after(e.t, ns) { … }`.

A struct that has one is of use only where it is, in a map: the kernel lets nobody read or copy these bytes. Which maps can
keep one and which programs may name such a map say the rows of kernel.objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.kernel import objects as rows
from rucy.lang import tree, typed
from rucy.lang.checker import structs
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.flow import Flow, assigned_in
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.storage import ArrayStorage, Field, ObjectStorage, Storage, StructStorage
from rucy.lang.types import NIL, S64, U64, IntType, OptType, PtrType, StructType

if TYPE_CHECKING:
    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker
    from rucy.source import Span


def kinds(storage: Storage | None) -> list[str]:
    """Which objects a struct has among its fields."""
    fields = storage.fields if isinstance(storage, StructStorage) else ()
    return [field.storage.kind for field in fields if isinstance(field.storage, ObjectStorage)]


def fits_struct(ck: Checker, held: Storage, kind_names: list[str], attr: tree.Attr, counted: bool) -> bool:
    """May a struct have such a field? `kind_names`: what its fields before are."""
    if isinstance(held, ObjectStorage):
        if counted:
            ck.say("ObjectArray", attr.span, kind=held.kind)
            return False
        if held.kind in kind_names:
            ck.say("ObjectTwice", attr.span, kind=held.kind)
            return False
    of = held.of if isinstance(held, ArrayStorage) else held
    inside = kinds(of)
    if inside:
        assert isinstance(of, StructStorage)
        ck.say("ObjectInside", attr.span, kind=inside[0], struct=of.name)
    return not inside


def fits_map(ck: Checker, state: MapState, storage: Storage, span: Span) -> bool:
    """May the values of a map have what this struct has?"""
    for kind in kinds(storage):
        row = rows.BY_KIND[kind]
        if state.row is not None and state.row.name not in row.maps:
            ck.say("ObjectMap", span, map=state.name, word=state.decl.word, kind=kind, struct=getattr(storage, "name", ""))
            return False
        if state.outer and kind == "timer":
            ck.say("TimerInner", span, outer=state.outer)
            return False
    return True


def fits_program(ck: Checker, storage: Storage | None, name: str, span: Span) -> bool:
    """May a program of this kind use a map with such values?"""
    for kind in kinds(storage):
        row = rows.BY_KIND[kind]
        where = ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type
        if ck.site.prog_type in row.never:
            ck.say("ObjectHere", span, map=name, kind=kind, hook=where)
            return False
        ck.need(row.sleeping if ck.site.sleepable else row.since, f"a `:{kind}` in `{where}`", span)
    return True


def say_copied(ck: Checker, value: typed.Node) -> typed.Node:
    """A struct with an object, on its way out of its map."""
    assert isinstance(value.type, StructType)
    held = value.type.storage
    return ck.say("ObjectCopied", value.span, struct=held.name, kind=kinds(held)[0])


def _field(ck: Checker, word: str, arg: tree.Node, kind: str) -> tuple[typed.Node, Field] | None:
    """The object and the field that an argument names: `e.l`."""
    recv = ck.value(arg.recv) if isinstance(arg, tree.Send) and arg.recv is not None and not arg.args else ck.value(arg)
    if not settled(recv.type):
        return None
    if isinstance(recv.type, OptType) or may_be_nil(recv.type):
        untested(ck, recv)
        return None
    field = recv.type.storage.field(arg.name) if isinstance(recv.type, StructType) and isinstance(arg, tree.Send) else None
    if field is None or not isinstance(field.storage, ObjectStorage) or field.storage.kind != kind:
        ck.say("ObjectArgument", arg.span, word=word, kind=kind, form=_FORMS.get(word, "{word}(e.x)").format(word=word))
        return None
    assert isinstance(recv.type, StructType)
    if recv.type.place != "map":
        ck.say("ObjectPlace", arg.span, kind=kind, text=recv.span.text)
        return None
    return recv, field


_FORMS = {"lock": "lock(e.x) {{ … }}", "after": "after(e.x, nanoseconds) {{ … }}"}


def argument(ck: Checker, word: str, arg: tree.Node, kind: str) -> typed.Node:
    """A timer as an argument of a helper."""
    found = _field(ck, word, arg, kind)
    return bad(arg.span) if found is None else typed.ObjectAt(arg.span, PtrType(0, False, False), *found)


_ADVICE = {
    "spin_lock": "leave it out, it begins unlocked; take it by `lock(e.{name}) {{ … }}`",
    "timer": "leave it out, it begins stopped; set it by `after(e.{name}, nanoseconds) {{ … }}`",
}


def say_field(ck: Checker, field: Field, span: Span) -> typed.Node:
    """An object taken for a value."""
    assert isinstance(field.storage, ObjectStorage)
    kind = field.storage.kind
    return ck.say("ObjectField", span, name=field.name, kind=kind, advice=_ADVICE[kind].format(name=field.name))


def lock(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`lock(e.l) { … }`: the value is the block's. `next` and `break` leave the block, unlocked."""
    from rucy.lang.checker import helper_calls
    from rucy.lang.checker.words import arity

    block = node.block
    if not arity(ck, node, 1):
        return bad(node.span)
    if not isinstance(block, tree.Block) or block.params:
        return ck.say("LockBlock", node.name_span)
    row = helper_calls.find("spin_lock")
    assert row is not None
    found = _field(ck, node.name, node.args[0], "spin_lock")
    if found is None or not helper_calls.allowed(ck, node, row):
        ck.effect(block.body)
        return bad(node.span)
    if ck.locked is not None:
        ck.effect(block.body)
        return ck.say("LockInside", node.name_span)
    body: tree.Node = block.body
    for label in (block.next_label, block.break_label):
        if label.used:
            body = tree.Catch(block.span, label, body)
    target = node.args[0].recv if isinstance(node.args[0], tree.Send) else None
    moved = isinstance(target, tree.Local) and target.var in assigned_in(block.body, set())
    var = structs.variable(found[0])
    if var is not None and structs.root(ck, var) in ck.given:  # "bpf: Allow locking bpf_spin_lock global variables" (v6.2):
        ck.need("6.2", "a lock of an element that a block is given", node.span)  # before, locks of such had no identity
    ck.locked = found[0] if not moved else typed.Nil(node.span, NIL)
    inner = ck.value(body) if used else ck.effect(body)
    ck.locked = None
    return typed.Lock(node.span, inner.type, *found, inner)


def is_locked(ck: Checker, base: typed.Node) -> bool:
    """Is this the object whose lock is held, or in it?"""
    while isinstance(base, typed.Member | typed.Element):
        base = base.base
    mine = structs.variable(ck.locked) if ck.locked is not None else None
    return mine is not None and mine is structs.variable(base)


# ---------------------------------------------------------------- timers


def after(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`after(e.t, nanoseconds) { |key, value| … }`."""
    from rucy.lang.checker import helper_calls
    from rucy.lang.checker.words import arity

    if not arity(ck, node, 2):
        return bad(node.span)
    found = _timer(ck, node)
    wait = ck.value(node.args[1])
    row = helper_calls.find("timer_init")
    assert row is not None
    if found is None or not helper_calls.allowed(ck, node, row) or not settled(wait.type):
        return bad(node.span)
    if may_be_nil(wait.type):
        return untested(ck, wait)
    if not isinstance(wait.type, IntType) or wait.type.net:
        return ck.say("HelperArgument", wait.span, name=node.name, want="an Integer", have=ck.called(wait.type))
    made = _later(ck, node, found[0])
    if made is None:
        return bad(node.span)
    return typed.After(node.span, NIL, found[0].name, *found[1:], coerce(ck, wait, U64), *made)


def set_callback(ck: Checker, node: tree.Send) -> typed.Node:
    """`timer_set_callback(e.t) { |key, value| … }`: the function alone."""
    found = _timer(ck, node)
    made = _later(ck, node, found[0]) if found is not None else None
    if found is None or made is None:
        return bad(node.span)
    return typed.After(node.span, S64, found[0].name, *found[1:], None, *made)


def _timer(ck: Checker, node: tree.Send) -> tuple[MapState, typed.Node, Field] | None:
    """The map whose element a timer is in, the element and the field."""
    from rucy.lang.checker import maps
    from rucy.lang.checker.declared import value_of

    if not isinstance(node.block, tree.Block) or len(node.block.params) > 2:
        ck.say("AfterBlock", node.name_span, word=node.name)
        return None
    found = _field(ck, node.name, node.args[0], "timer")
    if found is None:
        return None
    assert isinstance(found[0].type, StructType) and isinstance(node.args[0], tree.Send)
    element = node.args[0].recv
    named = maps.find(ck, element.recv) if isinstance(element, tree.Send) and element.name == "[]" else None
    states = [named] if named else [s for s in ck.maps.values() if value_of(s) == found[0].type.storage]
    if len(states) != 1:
        names = " or ".join(f"`{state.name}`" for state in states)
        ck.say("TimerMap", node.args[0].span, names=names, struct=found[0].type.storage.name, text=found[0].span.text)
        return None
    return states[0], *found


def _later(ck: Checker, node: tree.Send, state: MapState) -> tuple[typed.Var | None, typed.Var | None, typed.Node] | None:
    """A block that runs when all around it is over: its parameters, and what it does."""
    from rucy.lang.checker.callbacks import body_of, named_in, parameters
    from rucy.lang.checker.maps import element_types

    block = node.block
    assert isinstance(block, tree.Block)
    taken = _captured(block)
    for local in taken:
        ck.say("AfterCapture", local.span, name=local.var.name.lstrip("%"))
    before, locked = ck.flow, ck.locked
    ck.flow, ck.locked = Flow(absent=before.absent, dead=before.dead), None
    given = element_types(state)
    params = parameters(ck, block, given) if not taken else None
    inner = ck.effect(body_of(block)) if params is not None else None
    ck.flow, ck.locked = before, locked
    if params is None or inner is None or not all(settled(type_) for type_, _ in given):
        return None
    leaves = named_in(inner, (typed.Return,), False)
    if leaves is not None or block.break_label.used:
        ck.say("AfterLeave", leaves.span if leaves is not None else node.name_span)
        return None
    sees = named_in(inner, _AROUND) or _perf(ck, inner)
    if sees is not None:
        ck.say("AfterContext", sees.span, text=sees.span.text)
        return None
    return params[0], params[1], inner


#: what a program has only while it runs for an event
_AROUND = (
    typed.Ctx, typed.CtxLoad, typed.CtxStore, typed.ProbeName, typed.PacketHeader, typed.PacketNumber, typed.PacketPut,
    typed.PacketSize, typed.PacketField, typed.PacketBytes, typed.PacketStore,
)  # fmt: skip


def _perf(ck: Checker, node: typed.Node) -> typed.Node | None:
    """A record for a perf buffer, which is sent with the context."""
    from rucy.lang.checker.callbacks import named_in

    sent = named_in(node, (typed.Send,))
    row = ck.maps[sent.map].row if isinstance(sent, typed.Send) and isinstance(sent.map, str) else None
    return sent if row is not None and row.name == "PERF_EVENT_ARRAY" else None


def _captured(block: tree.Block) -> list[tree.Local | tree.SetLocal]:
    """Uses of variables that are not the block's own: those that stand first outside of it."""
    found: dict[tree.Var, tree.Local | tree.SetLocal] = {}
    todo: list[object] = [block.body]
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo += reversed(at)
        elif isinstance(at, tree.Node):
            if isinstance(at, tree.Local | tree.SetLocal) and not _is_in(at.var.span, block.span):
                found.setdefault(at.var, at)
            todo += [getattr(at, name) for name in reversed(at.__slots__)]
    return list(found.values())


def _is_in(span: Span, outer: Span) -> bool:
    return outer.start <= span.start < outer.end
