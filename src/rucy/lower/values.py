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


class Object(NamedTuple):
    """An object, array or address (StructType, ElementsType, BytesType): `at` points to its first byte. The element of a
    map that may be nil is its pointer, which may be NULL: `at` is then both the value and the question."""

    at: Value


class Nothing(NamedTuple):
    """nil, or no value at all."""

    tag: str = "nothing"


#: Integer and pointer: i64 or ptr value; Bool: i1 value; nil: Nothing; nil-able: Opt; string: Text; in memory: Object.
Held = Value | Opt | Text | Object | Nothing

NOTHING = Nothing()

STACK_PTR = pointer("stack", writable=True)
GLOBAL_PTR = pointer("map_value", writable=True)
CONST_PTR = pointer("map_value")
RECORD_PTR = pointer("mem", writable=True)
PACKET_PTR = pointer("packet", writable=True)  # where a hook may only read, the checker has refused to write
FOUND_PTR = pointer("map_value", nullable=True, writable=True)

#: whose memory an object is in → pointers to it
_PLACES = {"frame": STACK_PTR, "map": GLOBAL_PTR, "percpu": GLOBAL_PTR, "record": RECORD_PTR}


def object_pointer(type: t.Type) -> Type:
    """The IR type of a pointer to an object. An address (BytesType) is copied into the frame where it is kept."""
    return _PLACES[type.place] if isinstance(type, t.StructType | t.ElementsType) else STACK_PTR


def is_object(type: t.Type) -> bool:
    return isinstance(type, t.StructType | t.ElementsType | t.BytesType)


def is_found(type: t.Type) -> bool:
    """An element of a map or nil: one pointer that may be NULL."""
    return isinstance(type, t.OptType) and is_object(type.of) and object_pointer(type.of) == GLOBAL_PTR


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
        case t.HeaderType():
            return STACK_PTR if type.copied else PACKET_PTR
        case _:
            return VOID


def is_scalar(type: t.Type) -> bool:
    """Can a value of the type be an argument or result of a BPF function?"""
    return isinstance(type, t.IntType | t.BoolType | t.PtrType)
