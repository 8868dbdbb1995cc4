"""The part of a kernel's BTF that an object's relocations ask about, for kernels that do not tell their types.

In: a kernel's `Btf`, and what the object asks of types of its own BTF. Out: the bytes of a BTF of some hundred bytes, by which
libbpf relocates the object as by the whole. Candidates are found as libbpf finds them (relo_core.c): a type by name, without
what stands behind `___`, and kind; a member by name, through members that have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rucy.btf.access import find_element, find_member
from rucy.btf.core import ENUM_KINDS, FIELD_KINDS, CoreRef, parse_access, root_type
from rucy.btf.types import Array, Enum, Enum64, Struct, Union
from rucy.btf.writer import BtfWriter

if TYPE_CHECKING:
    from rucy.btf.reader import Btf


def minimal(kernel: Btf, asked: Btf, relocations: Iterable[CoreRef]) -> bytes:
    """`relocations`: of an object, with ids and access strings of its own BTF, `asked`. A type that the kernel does not have is
    not there either: a program may ask for that."""
    writer = BtfWriter(kernel)
    roots: list[int] = []
    for ref in dict.fromkeys(relocations):
        if ref.kind == "type_id_local":
            continue
        for candidate in _candidates(kernel, asked, ref):
            roots.append(candidate)
            access = _same_place(kernel, candidate, asked, ref)
            if access is not None:
                writer.use_ref(CoreRef(ref.kind, candidate, access))
    for root in roots:
        writer.import_type(root)
    return writer.finish()


def _candidates(kernel: Btf, asked: Btf, ref: CoreRef) -> list[int]:
    root = root_type(asked, ref.type_id)
    kind = asked.kind(root)
    name = asked.name(root).partition("___")[0]
    return list(kernel.find_all(name, ("enum", "enum64") if kind in ("enum", "enum64") else (kind,))) if name else []


def _same_place(kernel: Btf, candidate: int, asked: Btf, ref: CoreRef) -> str | None:
    """The access string in the kernel's type; None of what it does not have."""
    if ref.kind in FIELD_KINDS:
        return _same_field(kernel, candidate, asked, ref)
    if ref.kind not in ENUM_KINDS:
        return "0"
    ours, theirs = asked.type(asked.strip(ref.type_id)), kernel.type(kernel.strip(candidate))
    assert isinstance(ours, Enum | Enum64) and isinstance(theirs, Enum | Enum64)
    name = ours.values[parse_access(ref.access)[0]].name.partition("___")[0]
    return next((str(at) for at, value in enumerate(theirs.values) if value.name == name), None)


def _same_field(kernel: Btf, candidate: int, asked: Btf, ref: CoreRef) -> str | None:
    first, *indices = parse_access(ref.access)
    ours, theirs, path = ref.type_id, candidate, [first]
    for index in indices:
        at = asked.type(asked.strip(ours))
        if isinstance(at, Array):
            found, ours = find_element(kernel, theirs, index), at.type_id
        else:
            assert isinstance(at, Struct | Union)
            member, ours = at.members[index], at.members[index].type_id
            if not member.name:
                continue  # what is in it is looked for in the whole
            found = find_member(kernel, theirs, member.name)
        if found is None:
            return None
        path += found.indices
        theirs = found.type_id
    return ":".join(map(str, path))


__all__ = ["minimal"]
