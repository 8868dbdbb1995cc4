"""How values lie in memory: fields of structs, keys and values of maps, records, `$globals`.

In an expression every integer is 64 bits wide; widths exist here. Offsets, sizes and alignment are C's, so that the
kernel's and the user half's reading of a struct, and its description in BTF, are one.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class IntStorage(NamedTuple):
    """`width` bytes (1, 2, 4, 8); `net`: 0, or the width in bits of a network-order number; `display`: how it is shown
    ("ip4", "ksym", "errno", "char"), "" for a number."""

    width: int
    signed: bool = False
    net: int = 0
    display: str = ""


class BoolStorage(NamedTuple):
    """One byte, 0 or 1."""

    tag: str = "bool"


class TextStorage(NamedTuple):
    """`[:char, size]`: at most `size` - 1 bytes and a NUL; zero from the first NUL on."""

    size: int


class BytesStorage(NamedTuple):
    """An address of `size` bytes that is only copied, compared and shown: `display` is "ip6" or "mac"."""

    size: int
    display: str


class ArrayStorage(NamedTuple):
    of: Storage
    length: int


class ObjectStorage(NamedTuple):
    """The kernel's own object in a map value: "spin_lock" (4 bytes) or "timer" (16 bytes)."""

    kind: str


class Field(NamedTuple):
    """`offset`: bytes from the start of the struct."""

    name: str
    storage: Storage
    offset: int


class StructStorage(NamedTuple):
    """A struct by C's rules. A composite key is one too, with fields k0, k1, … and a name made from the map's."""

    name: str
    fields: tuple[Field, ...]
    size: int
    align: int

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)


Storage = IntStorage | BoolStorage | TextStorage | BytesStorage | ArrayStorage | ObjectStorage | StructStorage


def size_of(storage: Storage) -> int:
    """Bytes."""
    match storage:
        case IntStorage():
            return storage.width
        case BoolStorage():
            return 1
        case TextStorage() | BytesStorage():
            return storage.size
        case ArrayStorage():
            return size_of(storage.of) * storage.length
        case ObjectStorage():
            return 4 if storage.kind == "spin_lock" else 16
        case StructStorage():
            return storage.size


def align_of(storage: Storage) -> int:
    """Bytes."""
    match storage:
        case IntStorage():
            return storage.width
        case ArrayStorage():
            return align_of(storage.of)
        case ObjectStorage():
            return 4 if storage.kind == "spin_lock" else 8
        case StructStorage():
            return storage.align
        case _:
            return 1


def struct(name: str, fields: list[tuple[str, Storage]]) -> StructStorage:
    """Lay fields out in their order, each at the next offset of its alignment."""
    laid: list[Field] = []
    at, align = 0, 1
    for field, storage in fields:
        step = align_of(storage)
        at = -(-at // step) * step
        laid.append(Field(field, storage, at))
        at += size_of(storage)
        align = max(align, step)
    return StructStorage(name, tuple(laid), -(-at // align) * align, align)


def padding(storage: StructStorage) -> list[tuple[int, int]]:
    """(offset, bytes) of the gaps between the fields and behind the last."""
    gaps: list[tuple[int, int]] = []
    at = 0
    for field in storage.fields:
        if field.offset > at:
            gaps.append((at, field.offset - at))
        at = field.offset + size_of(field.storage)
    if storage.size > at:
        gaps.append((at, storage.size - at))
    return gaps
