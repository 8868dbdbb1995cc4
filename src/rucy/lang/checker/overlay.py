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
_STRUCT = 4  # BTF_KIND_STRUCT of uapi linux/btf.h


class Overlay:
    """`btf` has the input's types and one struct for each struct of kernel.renamed that the input has."""

    __slots__ = ("btf", "members")

    def __init__(self, base: Btf) -> None:
        self.members: dict[tuple[str, str], tuple[int, int, int]] = {}
        self.btf = self._write(base)

    def _write(self, base: Btf) -> Btf:
        from rucy.btf.reader import Btf
        from rucy.kernel import renamed

        strings, types = b"", b""
        next_id = base.end_id
        by_struct: dict[str, list[tuple[str, int]]] = {}
        for row in renamed.ROWS:
            type_id = base.find(row.type, ("int", "typedef"))
            if type_id is not None and base.find(row.struct, ("struct",)) is not None:
                by_struct.setdefault(row.struct, []).append((row.member, type_id))
        for name, members in by_struct.items():
            types += struct.pack("<III", base.string_space + len(strings), _STRUCT << 24 | len(members), 8 * len(members))
            strings += (name + FLAVOUR).encode() + b"\0"
            for i, (member, type_id) in enumerate(members):
                types += struct.pack("<III", base.string_space + len(strings), type_id, i * 64)
                strings += member.encode() + b"\0"
                self.members[name, member] = (next_id, i, type_id)
            next_id += 1
        head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
        return Btf(head + types + strings, base=base)


def find(ck: Checker, struct_name: str, member: str) -> tuple[int, int, int] | None:
    """(struct, member index, type) in the overlay, which is made when first asked for."""
    from rucy.kernel import renamed

    if not any(row.struct == struct_name and row.member == member for row in renamed.ROWS):
        return None
    if ck.extra is None:
        ck.extra = Overlay(ck.open_btf())
    overlay: Overlay = ck.extra
    return overlay.members.get((struct_name, member))



