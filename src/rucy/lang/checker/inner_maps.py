"""Maps of maps: `OUTER = hash_of_maps(:u32 => array(:u64, 8))`, `array_of_maps(array(:u64, 8), 0 => A, 1 => B)`.

In: their declarations, and calls on what `OUTER[key]` gives. Out: a `MapState` for the map inside, beside that of the map
around it; calls on it are those of any map, with a node where others have a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.state import bad
from rucy.lang.storage import IntStorage
from rucy.lang.types import MapType

if TYPE_CHECKING:
    from collections.abc import Callable

    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker

#: Kinds of map that can be inside another: those whose operations have a map_meta_equal, and which programs use
#: through the found pointer (bpf_map_meta_alloc of kernel/bpf/map_in_map.c).
INSIDE = ("hash", "lpm", "array", "queue", "bloom", "ring")
MOST_SLOTS = 4096
_OBJECTS = "6.2"  # Linux "bpf: Allow locking bpf_spin_lock in inner map values" (v6.2)


def read(ck: Checker, state: MapState) -> bool:
    """The declaration; False where it is not of the form."""
    from rucy.lang.checker import declared

    inner: tree.MapDecl | None = None
    slots: list[tree.Pair] = []
    for arg in state.decl.args:
        match arg:
            case tree.MapDecl() if inner is None:
                inner = arg
            case tree.Pair(value=tree.MapDecl() as held) if inner is None and state.decl.word == "hash_of_maps":
                inner = held
                if not declared.read_key(ck, state, arg.key):
                    return False
            case tree.Pair() if inner is not None:
                slots.append(arg)
            case _ if inner is not None and state.indexed and declared.is_number(ck, arg):
                if not declared.read_size(ck, state, arg):
                    return False
            case _:
                return False
    if inner is None or not _read_inner(ck, state, inner):
        return False
    if state.indexed:
        state.parts = (IntStorage(4),)
    return _read_slots(ck, state, slots)


def _read_inner(ck: Checker, state: MapState, decl: tree.MapDecl) -> bool:
    from rucy.lang.checker import declared

    made = declared.MapState(f"{state.name}[…]", decl)
    made.symbol, made.outer = f"{state.name}_inner", state.name
    state.inner = made
    if made.kind not in INSIDE or made.row is not None and made.row.name == "PERF_EVENT_ARRAY":
        ck.say("InnerKind", decl.word_span, word=decl.word, outer=state.decl.word)
        return False
    for word, node in decl.kwargs:
        if word == "pin":
            ck.say("InnerPin", node.span, outer=state.name)
            return False
    declared.read(ck, made)
    return not made.refused


def _read_slots(ck: Checker, state: MapState, pairs: list[tree.Pair]) -> bool:
    """`0 => A`: the named map is in that slot from the start. What one of the two declarations says holds for both."""
    from rucy.lang.checker import declared, maps

    slots: list[tuple[int, tree.Node]] = []
    for pair in pairs:
        slot = declared.number_of(ck, pair.key)
        if slot is None:
            return False
        if not 0 <= slot < MOST_SLOTS or any(slot == other for other, _ in slots):
            ck.say("InnerSlot", pair.key.span, slot=slot, most=MOST_SLOTS - 1)
            return False
        held = maps.find(ck, pair.value)
        if held is None:
            ck.say("InnerName", pair.value.span, text=pair.value.span.text)
            return False
        slots.append((slot, pair.value))
        assert state.inner is not None
        for one, other in ((held, state.inner), (state.inner, held)):
            one.parts = other.parts if one.parts is None else one.parts
            one.value = other.value if one.value is None else one.value
            one.record = other.record if one.record is None else one.record
            one.composite = len(one.parts or ()) > 1
    state.slots = tuple(slots)
    most = max((slot for slot, _ in slots), default=-1) + 1
    if state.indexed and slots and not state.sized:
        state.size = most
    elif state.indexed and state.size < most:
        ck.say("ProgramSlot", state.decl.span, slot=most - 1)
        return False
    return True


def is_full(state: MapState) -> bool:
    """Does the declaration put a map into every slot?"""
    return state.indexed and len(state.slots) == state.least


# ---------------------------------------------------------------- use


def call(ck: Checker, recv: typed.Node, use: Callable[[MapState], typed.Node]) -> typed.Node:
    """`use` of the map that an expression gives."""
    assert isinstance(recv.type, MapType)
    state: MapState = ck.maps[recv.type.name].inner
    if state is None or state.refused:
        return bad(recv.span)
    before, state.found = state.found, recv  # a use in the arguments of a use comes back to this one
    made = use(state)
    state.found = before
    return made


def state_of(ck: Checker, map: str | typed.Node) -> MapState:
    """The state behind the part `map` of a node."""
    if isinstance(map, str):
        found: MapState = ck.maps[map]
        return found
    assert isinstance(map.type, MapType)
    inner: MapState = ck.maps[map.type.name].inner
    return inner


def check_slots(ck: Checker) -> None:
    """The kernel puts only maps of the very shape into a map of maps (bpf_map_meta_equal of kernel/bpf/map_in_map.c, of
    arrays array_map_meta_equal)."""
    from rucy.lang.checker import declared, maps, structs

    for state in ck.maps.values():
        if state.refused or state.inner is None:
            continue
        value = declared.value_of(state.inner)
        if value is not None and structs.holds_object(value):
            ck.need(_OBJECTS, "a lock or timer in a map inside another", state.inner.decl.span)
        for _, node in state.slots:
            held, want = maps.find(ck, node), state.inner
            if held is None or held.refused:
                continue
            shape = [
                (each.row, declared.key_parts(each), declared.value_of(each), each.flags, each.record)
                + ((each.size,) if each.kind == "array" and not each.per_cpu else ())
                for each in (held, want)
            ]
            if shape[0] != shape[1]:
                text = maps.declaration(want, want.default).partition(" = ")[2]
                ck.say("InnerShape", node.span, name=held.name, outer=state.name, want=f"{held.name} = {text}")
            elif _key_bytes(state) != 4:
                ck.say("InnerKey", node.span, outer=state.name)


def _key_bytes(state: MapState) -> int:
    from rucy.lang.checker import declared
    from rucy.lang.storage import size_of

    key = declared.key_storage(state)
    return size_of(key) if key is not None else 4
