"""Fields that the input BTF lacks and other kernels have: written as structs of a BTF that splits off from the input's.

libbpf finds the kernel's struct by the name before `___`, and the field by its name, so that one object reads
`task_struct.state` on a kernel that has it although it was compiled for one that has `__state`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rucy.btf.reader import Btf
    from rucy.lang.checker.state import Checker

FLAVOUR = "___other"
LOCATOR = "__data_loc_"  # before the name of a trace event's string that stands behind the record
_ARRAY, _STRUCT = 3, 4  # BTF_KIND_* of uapi linux/btf.h
_STEP = 16  # bytes from member to member: their places mean nothing


class Overlay:
    """`btf` has the input's types and one struct for each struct of kernel.renamed that the input has. `members`: (struct,
    member) → (struct's id, member index, type). Structs may be added: ids stay."""

    __slots__ = ("btf", "members", "_base", "_types", "_strings", "_records")

    def __init__(self, base: Btf) -> None:
        self.members: dict[tuple[str, str], tuple[int, int, int]] = {}
        self._base, self._types, self._strings = base, _Types(base), b""
        self._records: dict[str, int] = {}
        for name, members in _absent(base).items():
            typed = [(member, self._types.of(kind)) for member, kind in members]
            self._add(name, name + FLAVOUR, [(member, type_id) for member, type_id in typed if type_id is not None])
        self.btf = self._written()

    def _add(self, name: str, spelled: str, rows: list[tuple[str, int]]) -> int:
        made = self._types.struct(len(rows), self._string(spelled))
        for i, (member, type_id) in enumerate(rows):
            self._types.data += struct.pack("<III", self._string(member), type_id, i * _STEP * 8)
            self.members[name, member] = (made, i, type_id)
        return made

    def _string(self, text: str) -> int:
        at = self._base.string_space + len(self._strings)
        self._strings += text.encode() + b"\0"
        return at

    def _written(self) -> Btf:
        from rucy.btf.reader import Btf

        data, strings = self._types.data, self._strings
        head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(data), len(data), len(strings))
        return Btf(head + data + strings, base=self._base)

    def record(self, name: str, like: int) -> int:
        """The struct of that name, which the input BTF lacks, with the members that its struct `like` has."""
        if name not in self._records:
            members = getattr(self._base.type(like), "members", ())
            rows = [(member.name, member.type_id) for member in members if member.name and not member.bitfield_size]
            self._records[name] = self._add(name, name, rows)
            self.btf = self._written()
        return self._records[name]


def _absent(base: Btf) -> dict[str, list[tuple[str, str | int]]]:
    """Struct → (member, its type's name or its length as an array of char), of structs that the input has."""
    from rucy.kernel import renamed

    found: dict[str, list[tuple[str, str | int]]] = {}
    for row in renamed.ROWS:
        found.setdefault(row.struct, []).append((row.member, row.type))
    for place in renamed.LOCATED:
        found.setdefault(place.struct, []).extend([(place.member, place.size), (LOCATOR + place.member, "unsigned int")])
    return {name: members for name, members in found.items() if base.find(name, ("struct",)) is not None}


class _Types:
    """Types behind the input's, as bytes."""

    def __init__(self, base: Btf) -> None:
        self.data = b""
        self._base = base
        self._next = base.end_id
        self._arrays: dict[int, int] = {}

    def of(self, kind: str | int) -> int | None:
        """The id of a type by its name, or of an array of so many char; None where the input has no such type."""
        if isinstance(kind, str):
            return self._base.find(kind, ("int", "typedef"))
        if kind not in self._arrays:
            char, index = self._base.find("char", ("int",)), self._base.find("unsigned int", ("int",))
            if char is None or index is None:
                return None
            self._arrays[kind] = self._add(struct.pack("<IIIIII", 0, _ARRAY << 24, 0, char, index, kind))
        return self._arrays[kind]

    def struct(self, members: int, name: int) -> int:
        """The head of a struct, whose members come next."""
        return self._add(struct.pack("<III", name, _STRUCT << 24 | members, _STEP * members))

    def _add(self, data: bytes) -> int:
        self.data += data
        self._next += 1
        return self._next - 1


def find(ck: Checker, struct_name: str, member: str) -> tuple[int, int, int] | None:
    """(struct, member index, type) in the overlay, which is made when first asked for."""
    from rucy.kernel import renamed

    bare = member.removeprefix(LOCATOR)
    known = any(row.struct == struct_name and row.member == member for row in renamed.ROWS)
    if not known and not any(row.struct == struct_name and row.member == bare for row in renamed.LOCATED):
        return None
    if ck.extra is None:
        ck.extra = Overlay(ck.open_btf())
    overlay: Overlay = ck.extra
    return overlay.members.get((struct_name, member))


def record(ck: Checker, name: str, like: int) -> int:
    """A trace event's struct that other kernels have instead of `like`: with the same members, wherever these are there."""
    if ck.extra is None:
        ck.extra = Overlay(ck.open_btf())
    overlay: Overlay = ck.extra
    return overlay.record(name, like)
