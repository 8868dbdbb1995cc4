"""Arenas: pages by kernel functions, and their addresses as numbers in `$globals`.

Outside a register an address is a number as user space sees it; `arena` makes of it a pointer that loads and stores take,
`addr` a number again. NULL is 0: an arena never begins at an address whose low half is 0 (load.objects).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Const, Value, const
from rucy.ir.types import I64, MAP, VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import ARENA_PTR, GLOBAL_PTR, NOTHING, Held, Object, Opt

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

_ANY_NODE = (1 << 64) - 1  # NUMA_NO_NODE of include/linux/numa.h
_ALLOC = ("proto", "address", (("map", "address"), ("addr", "address"), ("pages", "u32"), ("node", "int"), ("flags", "u64")))
_FREE = ("proto", "void", (("map", "address"), ("ptr", "address"), ("pages", "u32")))


def alloc(low: Lowering, node: typed.ArenaAlloc) -> Held:
    low.module.externs["bpf_arena_alloc_pages"] = ("func", ".ksyms", _ALLOC, False)
    at = low.b.emit("map", type=MAP, symbol=node.map)
    args = (at, const(0), const(node.pages), const(_ANY_NODE), const(0))
    address = low.b.emit("kfunc", *args, type=I64, symbol="bpf_arena_alloc_pages")
    return _found(low, node.map, address)


def _found(low: Lowering, name: str, address: Value) -> Opt:
    """An address or 0 as an object or nil."""
    b = low.b
    arena = b.emit("map", type=MAP, symbol=name)
    return Opt(b.compare("ne", address, const(0)), Object(b.emit("arena", address, arena, type=ARENA_PTR)))


def free(low: Lowering, node: typed.ArenaFree) -> Held:
    held = low.held(node.value)
    if low.b.block is None:
        return NOTHING
    assert isinstance(held, Object)
    low.module.externs["bpf_arena_free_pages"] = ("func", ".ksyms", _FREE, False)
    b = low.b
    b.span = node.span
    at = b.emit("map", type=MAP, symbol=node.map)
    b.emit("kfunc", at, b.emit("addr", held.at), const(node.pages), type=I64, symbol="bpf_arena_free_pages")
    return NOTHING


def read_global(low: Lowering, node: typed.GlobalRead) -> Held:
    assert isinstance(node.type, t.OptType) and isinstance(node.type.of, t.StructType | t.ElementsType)
    at = low.b.emit("global", type=GLOBAL_PTR, symbol=node.name, off=0)
    address = low.b.emit("load", at, off=0, width=8, signed=False)
    return _found(low, node.type.of.place.split()[1], address)


def write_global(low: Lowering, node: typed.GlobalWrite) -> Held:
    held = low.held(node.value)
    b = low.b
    if b.block is None:
        return low.undefined(node.type)
    assert isinstance(held, Opt) and isinstance(held.value, Object)
    address: Value = const(0)
    if not isinstance(held.value.at, Const):
        address = low.choose(held.some, b.emit("addr", held.value.at), const(0))
    at = b.emit("global", type=GLOBAL_PTR, symbol=node.name, off=0)
    b.emit("store", address, at, type=VOID, off=0, width=8)
    return held


__all__ = ["alloc", "free", "read_global", "write_global"]
