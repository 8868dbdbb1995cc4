"""CO-RE relocations: what they ask, and the value that they have for one BTF.

In: a `Btf` and a `CoreRef` (kind, type, access string). Out: `core_value`, the number that stands in the instruction
before relocation. libbpf computes it again from the object's own BTF and refuses the object if it differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.btf.types import (
    INT_SIGNED,
    MAX_DEPTH,
    Array,
    BtfError,
    Const,
    Enum,
    Enum64,
    Int,
    Member,
    Restrict,
    Struct,
    TypeTag,
    Union,
    Volatile,
)
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.btf.describe import CType
    from rucy.btf.reader import Btf

# enum bpf_core_relo_kind of uapi linux/bpf.h; the names are those of libbpf's log (relo_core.c: core_relo_kind_str).
RELO_KINDS = {
    "byte_off": 0, "byte_sz": 1, "field_exists": 2, "signed": 3, "lshift_u64": 4, "rshift_u64": 5,
    "type_id_local": 6, "type_id_target": 7, "type_exists": 8, "type_size": 9,
    "enumval_exists": 10, "enumval_value": 11, "type_matches": 12,
}  # fmt: skip
RELO_NAMES = {number: name for name, number in RELO_KINDS.items()}

FIELD_KINDS = ("byte_off", "byte_sz", "field_exists", "signed", "lshift_u64", "rshift_u64")
ENUM_KINDS = ("enumval_exists", "enumval_value")
MAX_ACCESS = 64  # BPF_CORE_SPEC_MAX_LEN of libbpf's relo_core.h


class CoreRef(NamedTuple):
    """A question about a type of the input BTF, or about a described one that other kernels may have.

    `access` is "0:2:1" for a field (an index, then members and elements), the enumerator's index for an enum value,
    and "0" for a question about the type itself. What the input BTF does not have is asked with `made`, and `type_id`
    is then 0: `CoreRef("field_exists", 0, "0:0", CStruct("task_struct", 8, (("state", long, 0),)))`.
    """

    kind: str  # a key of RELO_KINDS
    type_id: int
    access: str
    made: CType | None = None


class Field(NamedTuple):
    """Where an access string leads."""

    bit_offset: int
    bitfield_size: int
    type_id: int  # of what lies there
    named: bool  # a member; False: an array element or the type itself


def resolve(btf: Btf, type_id: int, access: str) -> Field:
    """Follow a field's access string; BtfError if it leads nowhere (relo_core.c: bpf_core_parse_spec)."""
    indices = parse_access(access)
    at = btf.strip(type_id)
    bit_offset = indices[0] * btf.size(at) * 8 if indices[0] else 0
    field = Field(bit_offset, 0, at, False)
    last_member = False  # of its struct: only there an array of no elements may be indexed
    for index in indices[1:]:
        found = btf.type(btf.strip(field.type_id))
        if isinstance(found, (Struct, Union)) and index < len(found.members):
            member: Member = found.members[index]
            field = Field(field.bit_offset + member.bit_offset, member.bitfield_size, member.type_id, True)
            last_member = index == len(found.members) - 1
        elif isinstance(found, Array) and (index < found.nelems or (not found.nelems and last_member)):
            step = btf.size(found.type_id) * 8
            field = Field(field.bit_offset + index * step, 0, found.type_id, False)
            last_member = False
        else:
            raise BtfError(f"access {access!r} does not fit {btf.spell(type_id)}")
    return field


def describe(btf: Btf, ref: CoreRef) -> str:
    """What a relocation asks, in names: "struct sock.__sk_common.skc_dport byte_off"; `made` types by theirs."""
    if ref.made is not None:
        return f"{ref.made} {ref.access} {ref.kind}"
    return f"{btf.spell(ref.type_id)}{_path(btf, ref)} {ref.kind}"


def _path(btf: Btf, ref: CoreRef) -> str:
    """Members and elements by name; what an unnamed member has is named as in C, without it."""
    indices = parse_access(ref.access)
    if ref.kind in ENUM_KINDS:
        values = getattr(btf.type(btf.strip(ref.type_id)), "values", ())
        return f".{values[indices[0]].name}" if indices[0] < len(values) else f".{ref.access}"
    path = f"[{indices[0]}]" if indices[0] else ""
    at = ref.type_id
    for index in indices[1:]:
        found = btf.type(btf.strip(at))
        if isinstance(found, (Struct, Union)) and index < len(found.members):
            path += f".{found.members[index].name}" if found.members[index].name else ""
            at = found.members[index].type_id
        else:
            path += f"[{index}]"
            at = getattr(found, "type_id", 0)
    return path


def parse_access(access: str) -> tuple[int, ...]:
    """ "0:2:1" → (0, 2, 1)."""
    parts = access.split(":")
    if len(parts) > MAX_ACCESS or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise BtfError(f"{access!r} is no access string")
    return tuple(map(int, parts))


def core_value(btf: Btf, ref: CoreRef) -> int:
    """The value that the relocation has for this BTF; its low 64 bits are what is patched.

    BtfError where libbpf would refuse: an access that does not fit, a bitfield that no 8-byte load covers, an
    anonymous root (libbpf finds candidates by name).
    """
    if ref.kind not in RELO_KINDS:
        raise BtfError(f"{ref.kind!r} is no kind of relocation")
    if ref.made is not None:
        return _made_value(btf, ref, ref.made)
    if ref.kind == "type_id_local":
        return ref.type_id
    if not btf.name(root_type(btf, ref.type_id)):
        raise BtfError(f"{btf.spell(ref.type_id)} has no name, so it cannot be relocated")
    if ref.kind in FIELD_KINDS:
        return _field_value(btf, ref)
    if ref.kind in ENUM_KINDS:
        return _enum_value(btf, ref)
    if ref.access != "0":
        raise BtfError(f"access {ref.access!r} does not fit a question about a type")
    if ref.kind == "type_size":
        return btf.size(ref.type_id)
    return ref.type_id if ref.kind == "type_id_target" else 1


def _made_value(btf: Btf, ref: CoreRef, made: CType) -> int:
    """What a described type has is there, as far as its own object knows: existence is 1."""
    from rucy.btf.reader import Btf as Reader
    from rucy.btf.writer import BtfWriter

    writer = BtfWriter(btf)
    type_id = writer.add(made)
    return core_value(Reader(writer.finish()), CoreRef(ref.kind, type_id, ref.access))


def root_type(btf: Btf, type_id: int) -> int:
    """Behind qualifiers, but not behind a typedef: the name of that is one to find candidates by."""
    for _ in range(MAX_DEPTH):
        found = btf.type(type_id)
        if not isinstance(found, (Const, Volatile, Restrict, TypeTag)):
            return type_id
        type_id = found.type_id
    raise BtfError(f"type {type_id} is nested too deep")


def _field_value(btf: Btf, ref: CoreRef) -> int:
    """relo_core.c: bpf_core_calc_field_relo, for little-endian targets."""
    field = resolve(btf, ref.type_id, ref.access)
    if ref.kind == "field_exists":
        return 1
    if not field.named and ref.kind not in ("byte_off", "byte_sz"):
        raise BtfError(f"{ref.kind} is not defined for an array element")
    stored = btf.type(btf.strip(field.type_id))
    byte_off, byte_sz = storage(btf, field)
    bit_sz = field.bitfield_size or byte_sz * 8
    match ref.kind:
        case "byte_off":
            return byte_off
        case "byte_sz":
            return byte_sz
        case "signed":
            signed_int = isinstance(stored, Int) and bool(stored.encoding & INT_SIGNED)
            return int(signed_int or (isinstance(stored, (Enum, Enum64)) and stored.signed))
        case "lshift_u64":
            return 64 - (field.bit_offset + bit_sz - byte_off * 8)
        case _:  # rshift_u64
            return 64 - bit_sz


def storage(btf: Btf, field: Field) -> tuple[int, int]:
    """(byte offset, bytes) of the load that covers a field; a bitfield's unit grows until one aligned load does."""
    byte_sz = btf.size(field.type_id)
    if not field.bitfield_size:
        return field.bit_offset // 8, byte_sz
    if byte_sz not in (1, 2, 4, 8):
        raise BtfError(f"a bitfield of type {btf.spell(field.type_id)} cannot be loaded")
    byte_off = field.bit_offset // 8 // byte_sz * byte_sz
    while field.bit_offset + field.bitfield_size - byte_off * 8 > byte_sz * 8:
        if byte_sz >= 8:
            raise BtfError("a bitfield is spread over more than 8 bytes")
        byte_sz *= 2
        byte_off = field.bit_offset // 8 // byte_sz * byte_sz
    return byte_off, byte_sz


def _enum_value(btf: Btf, ref: CoreRef) -> int:
    found = btf.type(btf.strip(ref.type_id))
    indices = parse_access(ref.access)
    if not isinstance(found, (Enum, Enum64)) or len(indices) != 1 or indices[0] >= len(found.values):
        raise BtfError(f"enumerator {ref.access!r} does not fit {btf.spell(ref.type_id)}")
    if ref.kind == "enumval_exists":
        return 1
    value = found.values[indices[0]].value
    # libbpf takes a 4-byte enumerator as signed, whatever the enum says.
    return value - (1 << 32) if isinstance(found, Enum) and value >> 31 == 1 else value
