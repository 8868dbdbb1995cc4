"""Maps of what is the kernel's: devices, CPUs, sockets, control groups, counters of events.

In: their declarations, and calls of helpers that take one. Out: `MapState`s, and the arguments of `typed.CallHelper`. Which
helper takes which type of map, kernel.maptypes says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.kernel import maptypes
from rucy.lang import tree, typed
from rucy.lang.checker.state import bad
from rucy.lang.storage import IntStorage, Storage, StructStorage, struct
from rucy.lang.target import version
from rucy.lang.types import NIL, U64, MapType, PtrType

if TYPE_CHECKING:
    from rucy.kernel.helpers import Helper
    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

#: How the language says what a helper does; these are not called by their names.
_FORMS = {
    "map_lookup_elem": "COUNTS[key]", "map_update_elem": "COUNTS[key] = value", "map_delete_elem": "COUNTS.delete(key)",
    "map_push_elem": "JOBS.push(value)", "map_pop_elem": "JOBS.pop", "map_peek_elem": "JOBS.peek",
    "ringbuf_output": "EVENTS << Event.new(…)", "ringbuf_reserve": "EVENTS.reserve { |e| … }",
    "map_lookup_percpu_elem": "COUNTS.per_cpu(key)` in the user half; here `COUNTS[key]",
    "user_ringbuf_drain": "ORDERS.drain { |order| … }",
    **dict.fromkeys(("ringbuf_submit", "ringbuf_discard"), "EVENTS.reserve { |e| … }"),
    **dict.fromkeys(("spin_lock", "spin_unlock"), "lock(e.guard) { … }"), "timer_init": "after(e.t, nanoseconds) { |key, e| … }",
    **dict.fromkeys(("per_cpu_ptr", "this_cpu_ptr"), "per_cpu(:runqueues, cpu)"),
    "tail_call": "tail_call PROGRAMS, index", "redirect_map": "redirect_map(DEVICES, key)",
    "dynptr_data": "dynptr_read(buffer, d, offset, 0)",
    **dict.fromkeys((f"{word}_storage_get" for word in ("sk", "task", "inode", "cgrp")), "KEPT[object]"),
    **dict.fromkeys((f"{word}_storage_delete" for word in ("sk", "task", "inode", "cgrp")), "KEPT.delete(object)"),
}  # fmt: skip


def read(ck: Checker, state: MapState, types: list[tree.Node], numbers: list[tree.Node]) -> bool:
    """`devmap(64)`, `devmap("struct bpf_devmap_val", 64)`, `sockhash([:u32, :u16], 64)`."""
    from rucy.lang.checker import declared

    assert state.row is not None
    if len(types) > 1 or len(numbers) > 1 or (numbers and not declared.read_size(ck, state, numbers[0])):
        return False
    state.value = IntStorage(4)
    if state.row.key == "any":
        return not types or declared.read_key(ck, state, types[0])
    state.parts = (IntStorage(4),)
    return not types or _value(ck, state, types[0])


def _value(ck: Checker, state: MapState, node: tree.Node) -> bool:
    """What lies in it: the number, or the kernel's struct with a program beside it."""
    assert state.row is not None
    known = maptypes.STRUCTS.get(state.row.name)
    if isinstance(node, tree.Str) and known is not None and node.value == known.name.encode():
        state.value = _struct(known)
        return True
    return isinstance(node, tree.Sym) and node.name == "u32" and state.row.value == "any"


def _struct(known: maptypes.ValueStruct) -> StructStorage:
    name = known.name.removeprefix("struct ")
    fields: list[tuple[str, Storage]] = [(field, IntStorage(4)) for field in known.fields]
    return struct(name, fields)


# ---------------------------------------------------------------- sockets


def socket(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`SOCKS[key]`: a socket that the kernel holds for the program, which gives it back."""
    from rucy.lang.checker import kernel_types, maps

    keys = maps.keys_of(ck, node, node.args, state)
    if keys is None:
        return bad(node.span)
    found = PtrType(kernel_types.named(ck, "bpf_sock"), True, True)
    return typed.MapGet(node.span, found, state.use, keys)


_SOCKETS = ("bpf_sock", "bpf_tcp_sock")


def put_socket(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`SOCKS[key] = sk`. One that is refused is counted."""
    from rucy.lang.checker import kernel_types, maps
    from rucy.lang.checker.infer import settled
    from rucy.lang.checker.ints import untested

    keys = maps.keys_of(ck, node, node.args[:-1], state)
    value = ck.value(node.args[-1])
    if not settled(value.type):
        return bad(node.span)
    type_ = value.type
    if not isinstance(type_, PtrType) or not type_.direct or kernel_types.btf_name(ck, type_.pointee) not in _SOCKETS:
        return ck.say("SocketPut", value.span, map=state.name, have=ck.called(type_))
    if type_.null:
        return untested(ck, value)
    if not _may_change(ck, node.span, state, maptypes.SOCKET_WRITERS):
        return bad(node.span)
    return bad(node.span) if keys is None else typed.MapSet(node.span, type_, state.use, keys, value)


def _may_change(ck: Checker, span: Span, state: MapState, allowed: dict[str, str]) -> bool:
    """May programs of this type change a map of sockets? A warning where newer kernels no longer let them."""
    from rucy.lang.checker.kfunc_calls import where

    last, hook = allowed.get(ck.site.prog_type), where(ck)
    update = "sock_map_update" if state.row is maptypes.BY_NAME["SOCKMAP"] else "sock_hash_update"
    if last is None:
        ck.say("SocketPutHere", span, map=state.name, hook=hook, update=update)
        return False
    gone = bool(last) and ck.target.exact and version(ck.target.kernel) > version(last)
    if gone:
        ck.say("SocketPutGone", span, map=state.name, hook=hook, last=last, update=update)
    elif last:
        ck.say("SocketPutOld", span, map=state.name, hook=hook, last=last, update=update)
    return not gone


def take_out(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`SOCKS.delete(key)`: the socket itself is not given."""
    from rucy.lang.checker import maps

    keys = maps.keys_of(ck, node, node.args, state)
    if used:
        return ck.say("SocketTaken", node.span, map=state.name)
    if not _may_change(ck, node.span, state, maptypes.SOCKET_TAKERS):
        return bad(node.span)
    return bad(node.span) if keys is None else typed.MapDelete(node.span, NIL, state.use, keys, False)


# ---------------------------------------------------------------- helpers that take a map


def form(row: Helper) -> str | None:
    """What the language has for a helper that takes any map; None of one that is called by its name."""
    return _FORMS.get(row.name)


def takes(row: Helper) -> bool:
    """Does a call by its name give it a map?"""
    return row.name in maptypes.HELPERS


def argument(ck: Checker, node: tree.Send, row: Helper, at: int, arg: tree.Node, before: list[typed.Node]) -> typed.Node:
    """The map by its name, or the key in it."""
    from rucy.lang.checker import maps

    if row.args[at] == "CONST_MAP_PTR":
        return _map(ck, node, row, arg)
    state = next((ck.maps[made.map] for made in before if isinstance(made, typed.MapRef)), None)
    if state is None:
        ck.expr(arg)
        return bad(arg.span)
    keys = maps.keys_of(ck, arg, (arg,), state)
    return bad(arg.span) if keys is None else typed.MapKey(arg.span, U64, state.use, keys)


def _map(ck: Checker, node: tree.Send, row: Helper, arg: tree.Node) -> typed.Node:
    from rucy.lang.checker import maps

    wanted = maptypes.HELPERS[row.name]
    words = [each.word for each in maptypes.ROWS if each.name in wanted and each.word is not None]
    words += [word for word, name in maptypes.ALIASES.items() if name in wanted]
    state = maps.find(ck, arg)
    if state is None:
        if not isinstance(arg, tree.Const) or arg.name not in ck.unit.consts:
            ck.expr(arg)
        return ck.say("HelperMap", arg.span, name=node.name, text=arg.span.text, word=words[-1])
    if state.refused:
        return bad(arg.span)
    if state.row is None or state.row.name not in wanted:
        listed = " or ".join(f"`{word}`" for word in words)
        return ck.say("HelperMapKind", arg.span, name=node.name, map=state.name, word=maps.a_kind(state), wanted=listed)
    if row.name == "ringbuf_reserve_dynptr":
        state.loose = True
    return typed.MapRef(arg.span, MapType(state.name), state.name)
