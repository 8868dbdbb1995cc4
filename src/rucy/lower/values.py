"""How a typed value is held while lowering: see `Held`."""

from __future__ import annotations

from rucy.ir.function import Value
from rucy.ir.types import I1, I64, MAP, PROBE, USER, VOID, Type, pointer
from rucy.lang import types as t
from rucy.records import NamedTuple


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
ARENA_PTR = pointer("arena", writable=True)
PACKET_PTR = pointer("packet", writable=True)  # where a hook may only read, the checker has refused to write
DYNPTR = pointer("slot", writable=True, pointee="bpf_dynptr")
FOUND_PTR = pointer("map_value", nullable=True, writable=True)

#: whose memory an object is in → pointers to it
_PLACES = {
    "frame": STACK_PTR, "map": GLOBAL_PTR, "percpu": GLOBAL_PTR, "record": RECORD_PTR, "view": pointer("mem"), "arena": ARENA_PTR,
}  # fmt: skip


def object_pointer(type: t.Type) -> Type:
    """The IR type of a pointer to an object. An address (BytesType) is copied into the frame where it is kept. A map that
    was found in another is an object too."""
    if isinstance(type, t.MapType):
        return MAP
    return _PLACES[type.place.split()[0]] if isinstance(type, t.StructType | t.ElementsType) else STACK_PTR


def is_object(type: t.Type) -> bool:
    return isinstance(type, t.StructType | t.ElementsType | t.BytesType | t.MapType)


def is_found(type: t.Type) -> bool:
    """An element of a map or nil: one pointer that may be NULL."""
    return isinstance(type, t.OptType) and is_object(type.of) and in_map(object_pointer(type.of))


def found_pointer(type: t.OptType) -> Type:
    """The IR type of such a pointer."""
    return object_pointer(type.of)._replace(nullable=True)


def in_map(type: Type) -> bool:
    """Is an object behind such a pointer in no frame, so that its address is all that there is of it?"""
    return type.kind in ("map_value", "map", "mem")


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
        case t.DynptrType():
            return DYNPTR
        case t.HeaderType():
            return STACK_PTR if type.copied else PACKET_PTR
        case _:
            return VOID


def is_scalar(type: t.Type) -> bool:
    """Can a value of the type be an argument or result of a BPF function?"""
    return isinstance(type, t.IntType | t.BoolType | t.PtrType)
