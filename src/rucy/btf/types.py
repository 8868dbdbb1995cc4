"""The nineteen kinds of BTF types as plain facts (uapi linux/btf.h), and `BtfError`.

A type refers to others by id; id 0 is void. Names are "" where the type has none. Offsets of members are bits.
"""

from __future__ import annotations

from rucy.records import NamedTuple

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST = range(1, 11)
RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(11, 20)

KIND_NAMES = (
    *("void", "int", "ptr", "array", "struct", "union", "enum", "fwd", "typedef", "volatile", "const"),
    *("restrict", "func", "func_proto", "var", "datasec", "float", "decl_tag", "type_tag", "enum64"),
)

# Bits of an INT's encoding: BTF_INT_SIGNED, BTF_INT_CHAR, BTF_INT_BOOL.
INT_SIGNED, INT_CHAR, INT_BOOL = 1, 2, 4

# BTF_VAR_* and enum btf_func_linkage share these numbers.
LINKAGE_STATIC, LINKAGE_GLOBAL, LINKAGE_EXTERN = 0, 1, 2

MAGIC = 0xEB9F
HEADER = "<HBBIIIII"  # struct btf_header
HEADER_SIZE = 24
MAX_DEPTH = 64  # of anything nested by value or by modifiers; the kernel's own limit is 32 (MAX_RESOLVE_DEPTH)


class BtfError(Exception):
    """BTF that cannot be what it says: truncated, out of bounds, of unknown kind, endless. The message is plain."""


class Void(NamedTuple):
    """Type 0; what a bad pointer and `void` refer to."""


class Int(NamedTuple):
    name: str
    size: int  # bytes
    bits: int
    offset: int  # bits into the storage; 0 but in BTF from before Linux 5.0
    encoding: int  # INT_SIGNED | INT_CHAR | INT_BOOL


class Ptr(NamedTuple):
    type_id: int


class Array(NamedTuple):
    type_id: int
    index_type_id: int
    nelems: int


class Member(NamedTuple):
    name: str
    type_id: int
    bit_offset: int
    bitfield_size: int  # 0: not a bitfield


class Struct(NamedTuple):
    name: str
    size: int
    members: tuple[Member, ...]


class Union(NamedTuple):
    name: str
    size: int
    members: tuple[Member, ...]


class Enumerator(NamedTuple):
    name: str
    value: int


class Enum(NamedTuple):
    name: str
    size: int
    signed: bool
    values: tuple[Enumerator, ...]


class Fwd(NamedTuple):
    name: str
    is_union: bool


class Typedef(NamedTuple):
    name: str
    type_id: int


class Volatile(NamedTuple):
    type_id: int


class Const(NamedTuple):
    type_id: int


class Restrict(NamedTuple):
    type_id: int


class Func(NamedTuple):
    name: str
    type_id: int  # a FuncProto
    linkage: int


class Param(NamedTuple):
    name: str
    type_id: int


class FuncProto(NamedTuple):
    ret_type_id: int
    params: tuple[Param, ...]  # `...` is a last one without name and of type 0


class Var(NamedTuple):
    name: str
    type_id: int
    linkage: int


class SecVar(NamedTuple):
    """struct btf_var_secinfo: where a variable lies in its section, in bytes."""

    type_id: int
    offset: int
    size: int


class Datasec(NamedTuple):
    name: str
    size: int
    vars: tuple[SecVar, ...]


class Float(NamedTuple):
    name: str
    size: int


class DeclTag(NamedTuple):
    name: str
    type_id: int
    component: int  # member or parameter index; -1: the whole declaration


class TypeTag(NamedTuple):
    name: str
    type_id: int


class Enum64(NamedTuple):
    name: str
    size: int
    signed: bool
    values: tuple[Enumerator, ...]


AnyType = (
    Void | Int | Ptr | Array | Struct | Union | Enum | Fwd | Typedef | Volatile | Const | Restrict | Func | FuncProto
    | Var | Datasec | Float | DeclTag | TypeTag | Enum64
)  # fmt: skip

_KIND_OF: dict[type, str] = {
    Void: "void", Int: "int", Ptr: "ptr", Array: "array", Struct: "struct", Union: "union", Enum: "enum", Fwd: "fwd",
    Typedef: "typedef", Volatile: "volatile", Const: "const", Restrict: "restrict", Func: "func",
    FuncProto: "func_proto", Var: "var", Datasec: "datasec", Float: "float", DeclTag: "decl_tag", TypeTag: "type_tag",
    Enum64: "enum64",
}  # fmt: skip


def kind_of(btf_type: AnyType) -> str:
    """The kind's name as in KIND_NAMES: "struct", "func_proto", …"""
    return _KIND_OF[type(btf_type)]
