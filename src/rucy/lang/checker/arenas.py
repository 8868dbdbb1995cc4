"""Arenas: memory in pages that programs and user space share. `POOL = arena(64)`, `POOL.alloc(Node)`, `POOL.free(node)`.

In: calls on an arena, and `$globals` that keep what is in one. Out: `typed.ArenaAlloc`, `ArenaFree`, and objects of the place
"arena NAME": they are what they are everywhere else, but for where they lie. A `$global` keeps the address, and is nil until
it is assigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.state import bad
from rucy.lang.storage import ArrayStorage, IntStorage, Storage, StructStorage, size_of
from rucy.lang.types import NIL, ElementsType, OptType, StructType, Type, value_type

if TYPE_CHECKING:
    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker

PAGE = 4096
ATOMICS = "6.10"  # Linux "bpf: Add support for certain atomics in bpf_arena to x86 JIT" (v6.10)


def of_arena(type_: Type) -> StructType | ElementsType | None:
    """The object in an arena that a value may be."""
    of = type_.of if isinstance(type_, OptType) else type_
    return of if isinstance(of, StructType | ElementsType) and of.place.startswith("arena") else None


def alloc(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`POOL.alloc(Node)`, `POOL.alloc(:u64, 512)`: zeros, in whole pages; nil where there are none left."""
    from rucy.lang.checker import declared

    if not _callable(ck, node, "bpf_arena_alloc_pages"):
        return bad(node.span)
    count = declared.number_of(ck, node.args[1]) if len(node.args) == 2 else 0
    if count is None or (len(node.args) == 2 and not 1 <= count <= 1 << 28):
        return ck.say("ArenaCount", node.args[1].span, text=node.args[1].span.text)
    held = declared.type_of(ck, node.args[0])
    if held is None:
        return bad(node.span)
    whole: Storage = ArrayStorage(held, count) if count else held
    if not _fits(held) or not isinstance(whole, StructStorage | ArrayStorage):
        return ck.say("ArenaType", node.args[0].span, text=node.args[0].span.text, arena=state.name)
    pages = -(-size_of(whole) // PAGE)
    if pages > state.size:
        return ck.say("ArenaSmall", node.span, arena=state.name, size=state.size, pages=pages)
    return typed.ArenaAlloc(node.span, OptType(value_type(whole, f"arena {state.name}")), state.name, pages)


def _fits(held: Storage) -> bool:
    from rucy.lang.checker import structs

    return isinstance(held, IntStorage | StructStorage) and not structs.holds_object(held)


def free(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`POOL.free(node)`: the pages of what `alloc` has given."""
    from rucy.lang.checker.ints import untested

    value = ck.value(node.args[0])
    if not _callable(ck, node, "bpf_arena_free_pages"):
        return bad(node.span)
    of = of_arena(value.type)
    if of is None or of.place != f"arena {state.name}":
        return ck.say("ArenaFree", value.span, arena=state.name, have=ck.called(value.type))
    if isinstance(value.type, OptType):
        return untested(ck, value)
    return typed.ArenaFree(node.span, NIL, state.name, value, -(-size_of(of.storage) // PAGE))


def _callable(ck: Checker, node: tree.Send, function: str) -> bool:
    """May the program call it: licence, release, sleepable?"""
    from rucy.lang.checker import kfunc_calls

    row = kfunc_calls.find(function)
    assert row is not None, function
    return kfunc_calls.allowed(ck, node, row)


# ---------------------------------------------------------------- globals


def global_value(ck: Checker, name: str, value: typed.Node) -> typed.Node | None:
    """A value on its way into a `$global` that keeps an object of an arena; None of any other."""
    from rucy.lang.checker.coerce import coerce

    old = ck.globals[name]
    of = of_arena(value.type)
    if of is None and not (value.type == NIL and of_arena(old) is not None):
        return None
    both = ck.raise_type(old, OptType(of) if of is not None else old)
    if both is None:
        return ck.say("VariableTypes", value.span, name=f"${name}", old=ck.called(old), new=ck.called(value.type))
    ck.globals[name] = both
    return coerce(ck, value, both)
