"""How a typed value is held while lowering: see `Held`."""

from __future__ import annotations

from typing import NamedTuple

from rucy.ir.function import Value
from rucy.ir.types import I1, I64, PROBE, USER, VOID, Type, pointer
from rucy.lang import types as t


class Opt(NamedTuple):
    """A value that may be nil: `some` (i1) says whether `value` counts."""

    some: Value
    value: Held


class Text(NamedTuple):
    """A string in memory: `at` points to `size` bytes (rounded up to 8), zero from the first NUL on."""

    at: Value
    size: int


class Nothing(NamedTuple):
    """nil, or no value at all."""

    tag: str = "nothing"


#: Integer and pointer: i64 or ptr value; Bool: i1 value; nil: Nothing; nil-able: Opt; string: Text.
Held = Value | Opt | Text | Nothing

NOTHING = Nothing()

STACK_PTR = pointer("stack", writable=True)
GLOBAL_PTR = pointer("map_value", writable=True)
CONST_PTR = pointer("map_value")


def ir_type(type: t.Type) -> Type:
    """The IR type of a value that is held in one register."""
    match type:
        case t.IntType():
            return I64
        case t.BoolType():
            return I1
        case t.PtrType(user=True):
            return USER
        case t.PtrType(direct=True):
            trust = "trusted" if type.trusted else ""
            return pointer("kernel", nullable=type.null, trust=trust, pointee=f"#{type.pointee}")
        case t.PtrType():
            return PROBE
        case t.CtxType():
            return pointer("ctx", writable=True)
        case _:
            return VOID


def is_scalar(type: t.Type) -> bool:
    """Can a value of the type be an argument or result of a BPF function?"""
    return isinstance(type, t.IntType | t.BoolType | t.PtrType)
