"""The C spelling of a BTF type, for messages and listings. In: a `Btf` and an id. Out: text on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.btf import types as bt
from rucy.btf.types import MAX_DEPTH, BtfError, kind_of

if TYPE_CHECKING:
    from rucy.btf.reader import Btf

_MAX_STEPS = 4096  # a malformed BTF may describe a function that takes itself, twice


class _Budget:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _MAX_STEPS


def spell(btf: Btf, type_id: int) -> str:
    """ "struct sock *", "unsigned int", "char [16]"; tags are left out; BtfError for a type that has no end."""
    return _spell(btf, type_id, "", 0, _Budget())


def _spell(btf: Btf, type_id: int, inner: str, depth: int, budget: _Budget) -> str:
    """`inner` is what has been written so far around the place of the declared name."""
    budget.left -= 1
    if depth > MAX_DEPTH or budget.left < 0:
        raise BtfError(f"type {type_id} is nested too deep")
    found = btf.type(type_id)
    match found:
        case bt.Ptr():
            inner = "*" + inner
            if isinstance(btf.type(found.type_id), (bt.Array, bt.FuncProto)):
                inner = f"({inner})"
            return _spell(btf, found.type_id, inner, depth + 1, budget)
        case bt.Const() | bt.Volatile() | bt.Restrict():
            word = kind_of(found)
            if isinstance(btf.type(found.type_id), bt.Ptr):
                spaced = word + (" " + inner if inner and inner[0] not in ")[" else inner)
                return _spell(btf, found.type_id, spaced, depth + 1, budget)
            return f"{word} {_spell(btf, found.type_id, inner, depth + 1, budget)}"
        case bt.TypeTag():
            return _spell(btf, found.type_id, inner, depth + 1, budget)
        case bt.Array():
            return _spell(btf, found.type_id, f"{inner}[{found.nelems}]", depth + 1, budget)
        case bt.FuncProto():
            return _spell(btf, found.ret_type_id, f"{inner}({_params(btf, found, depth, budget)})", depth + 1, budget)
    return f"{_base(btf, type_id)} {inner}" if inner else _base(btf, type_id)


def _params(btf: Btf, proto: bt.FuncProto, depth: int, budget: _Budget) -> str:
    if not proto.params:
        return "void"
    last = len(proto.params) - 1
    return ", ".join(
        "..." if i == last and param.type_id == 0 else _spell(btf, param.type_id, "", depth + 1, budget)
        for i, param in enumerate(proto.params)
    )


def _base(btf: Btf, type_id: int) -> str:
    found = btf.type(type_id)
    kind = kind_of(found)
    if isinstance(found, bt.Void):
        return "void"
    if isinstance(found, bt.Fwd):
        kind = "union" if found.is_union else "struct"
    name = btf.name(type_id)
    if kind in ("struct", "union", "enum", "enum64"):
        return f"{kind.removesuffix('64')} {name or '{...}'}"
    return name
