"""Descriptions of C types that a program makes for itself; `BtfWriter.add` turns them into BTF.

They are facts: two that are written alike describe one type.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class CVoid(NamedTuple):
    """`void`; only behind a pointer or as a result."""


class CInt(NamedTuple):
    """`CInt("int", 32, True)`; a `char` is written as clang does for BPF, signed."""

    name: str
    bits: int  # 8, 16, 32, 64 or 128
    signed: bool | str = False  # or "bool", "char"


class CPtr(NamedTuple):
    to: CType


class CArray(NamedTuple):
    of: CType
    n: int


class CStruct(NamedTuple):
    name: str  # "" for an anonymous one
    size: int  # bytes
    fields: tuple[tuple[str, CType, int], ...]  # name, type, offset in bits; ascending


class CUnion(NamedTuple):
    name: str
    size: int
    fields: tuple[tuple[str, CType, int], ...]


class CEnum(NamedTuple):
    """Values outside 32 bits need size 8."""

    name: str
    size: int
    values: tuple[tuple[str, int], ...]


class CFwd(NamedTuple):
    """A struct (or union) of which only the name is known: what a pointer to itself points to."""

    name: str
    is_union: bool = False


class CTypedef(NamedTuple):
    name: str
    of: CType


class CConst(NamedTuple):
    of: CType


class CVolatile(NamedTuple):
    of: CType


class CTag(NamedTuple):
    """A type tag on `of`: `CPtr(CTag("kptr", of))` is `of __kptr *`."""

    tag: str
    of: CType


class CFunc(NamedTuple):
    """A prototype."""

    ret: CType
    params: tuple[tuple[str, CType], ...]


class CKernel(NamedTuple):
    """A type of the input BTF, copied as far as the program uses it."""

    type_id: int


CType = CVoid | CInt | CPtr | CArray | CStruct | CUnion | CEnum | CFwd | CTypedef | CConst | CVolatile | CTag | CFunc | CKernel
