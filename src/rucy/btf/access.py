"""Members of structs and unions, through anonymous ones, and the access strings of CO-RE.

In: a `Btf`, a type and a member's name. Out: `Access`, whose indices are what an access string says after its "0:".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rucy.btf.types import MAX_DEPTH, Array, BtfError, Struct, Union
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.btf.reader import Btf


class Access(NamedTuple):
    """A place inside a type."""

    indices: tuple[int, ...]  # member and element indices from the outermost type inwards
    bit_offset: int  # from that type's start
    bitfield_size: int  # 0: not a bitfield
    type_id: int  # what lies there


def find_member(btf: Btf, struct_id: int, name: str) -> Access | None:
    """The member of that name, looked for in anonymous structs and unions too; None if there is none.

    `struct_id` may be a typedef or be qualified; of anything but a struct or union the answer is None.
    """
    return _search(btf, btf.strip(struct_id), name, set(), 0) if name else None


def _search(btf: Btf, struct_id: int, name: str, seen: set[int], depth: int) -> Access | None:
    found = btf.type(struct_id)
    if struct_id in seen or not isinstance(found, (Struct, Union)):
        return None
    if depth > MAX_DEPTH:
        raise BtfError(f"type {struct_id} is nested too deep")
    seen.add(struct_id)
    for i, member in enumerate(found.members):
        if member.name == name:
            return Access((i,), member.bit_offset, member.bitfield_size, member.type_id)
        if not member.name:
            inner = _search(btf, btf.strip(member.type_id), name, seen, depth + 1)
            if inner is not None:
                return Access((i, *inner.indices), member.bit_offset + inner.bit_offset, *inner[2:])
    return None


def member_names(btf: Btf, struct_id: int) -> list[str]:
    """All names that `find_member` finds, in order of their place (for "did you mean")."""
    names: list[str] = []
    _collect(btf, btf.strip(struct_id), names, set(), 0)
    return names


def _collect(btf: Btf, struct_id: int, names: list[str], seen: set[int], depth: int) -> None:
    found = btf.type(struct_id)
    if struct_id in seen or depth > MAX_DEPTH or not isinstance(found, (Struct, Union)):
        return
    seen.add(struct_id)
    for member in found.members:
        if member.name:
            names.append(member.name)
        else:
            _collect(btf, btf.strip(member.type_id), names, seen, depth + 1)


def walked(btf: Btf, struct_id: int, offset: int, size: int) -> int | None:
    """What the kernel's verifier finds that `size` bytes at `offset` of a kernel object are: 0, a number; the id of a struct
    or union, a pointer to it; None, an access that it refuses. Of overlapping members of a union it takes the first.
    (btf_struct_walk in kernel/bpf/btf.c of Linux 6.18; bitfields are not asked for.)"""
    at = btf.strip(struct_id)
    for _ in range(MAX_DEPTH):
        found = btf.type(at)
        if not isinstance(found, (Struct, Union)):
            return None
        inner = _overlapping(btf, found, offset)
        if inner is None:
            return None
        start, whole, element, at = inner
        kind = btf.kind(at)
        if kind in ("struct", "union"):
            offset -= start + (offset - start) // element * element
            continue
        if kind != "ptr":
            return 0 if offset + size <= start + whole else None
        if size != element or (offset - start) % element:
            return None
        target = btf.strip(getattr(btf.type(at), "type_id", 0))
        return target if target and btf.kind(target) in ("struct", "union") else 0
    return None


def _overlapping(btf: Btf, struct: Struct | Union, offset: int) -> tuple[int, int, int, int] | None:
    """(start, size, size of an element, type of an element) of the first member that has the byte at `offset`."""
    for member in struct.members:
        start = member.bit_offset // 8
        if offset < start:
            return None
        if member.bitfield_size:
            continue
        inner = btf.strip(member.type_id)
        whole = btf.size(inner)
        if offset >= start + whole:
            continue
        found = btf.type(inner)
        while isinstance(found, Array):
            inner = btf.strip(found.type_id)
            found = btf.type(inner)
        return start, whole, btf.size(inner), inner
    return None


def find_element(btf: Btf, array_id: int, index: int) -> Access | None:
    """The index-th element of an array type; None if it is no array. Bounds are the caller's to check (`nelems` 0 is a
    flexible array)."""
    array = btf.type(btf.strip(array_id))
    if not isinstance(array, Array):
        return None
    return Access((index,), index * btf.size(array.type_id) * 8, 0, array.type_id)


def compose(outer: Access, inner: Access) -> Access:
    """The place of `inner` inside what lies at `outer`: `sk.__sk_common` then `.skc_dport`."""
    return Access(outer.indices + inner.indices, outer.bit_offset + inner.bit_offset, *inner[2:])


def chain(indices: Iterable[int], first: int = 0) -> str:
    """An access string: "0:0:2:1"; `first` is the index by which the pointer itself is offset."""
    return ":".join(map(str, (first, *indices)))
