"""What a module is when code generation is over: the input of `build_object`.

Instructions are final but for the operands that are symbols (`Insn.ref`): maps, variables, functions, externs, CO-RE
relocations. Types are descriptions (`btf.describe`), not yet ids of the object's own BTF.
"""

from __future__ import annotations

from typing import Optional

from rucy.btf.describe import CFunc, CType
from rucy.isa.insn import Insn
from rucy.records import NamedTuple


class Line(NamedTuple):
    """Where an instruction comes from: line and column count from 1, `text` is the whole source line."""

    file: str
    line: int
    column: int
    text: str


class Function(NamedTuple):
    """One function.

    `kind` is "program" (an entry point, in `section`, which is a name that libbpf knows), "global" (verified by itself),
    "static" or "callback" (a static function whose address is taken); all but programs are in ".text".
    `lines` are pairs (index into `insns`, place), ascending: each starts a range of instructions.
    `arg_tags` are pairs (argument index, tag), the tag as in libbpf's `__arg_*` macros: "ctx", "nonnull", "nullable",
    "trusted", "arena".
    """

    name: str
    insns: tuple[Insn, ...]
    lines: tuple[tuple[int, Line], ...]
    kind: str
    section: str
    proto: CFunc
    arg_tags: tuple[tuple[int, str], ...] = ()


class MapDef(NamedTuple):
    """One map. `type` is BPF_MAP_TYPE_*, `flags` BPF_F_*, `pinning` libbpf's LIBBPF_PIN_* (1: by name). Sizes in bytes.

    A key or value whose size is 0 has no part in the definition (a ring buffer has none): its type is then only
    described in the object's BTF. `record` names the struct that the map's records are, as a declaration tag
    `record:NAME` on the map's variable; `record_type` is that struct. `inner` is the definition that the values of a map of
    maps have; `values` are pairs (slot, name of a program or map) to fill in at load.
    """

    name: str
    type: int
    key: CType | None
    value: CType | None
    key_size: int
    value_size: int
    max_entries: int
    flags: int = 0
    pinning: int = 0
    inner: Optional[MapDef] = None  # noqa: UP045 - a recursive type
    values: tuple[tuple[int, str], ...] = ()
    record: str | None = None
    map_extra: int = 0
    record_type: CType | None = None


class DataVar(NamedTuple):
    """A variable in ".rodata", ".data", ".bss" (or ".rodata.x", ".data.x") or a struct_ops table in ".struct_ops",
    ".struct_ops.link". `relocs` are pairs (byte offset, function name): the 8 bytes there become the function's address.
    """

    name: str
    section: str
    ctype: CType
    data: bytes
    align: int
    relocs: tuple[tuple[int, str], ...] = ()


class Extern(NamedTuple):
    """What the kernel provides: a kfunc (kind "func", section ".ksyms", ctype a CFunc) or a variable (kind "var") of the
    kernel (".ksyms") or its configuration (".kconfig"). A weak one may be missing.
    """

    name: str
    kind: str
    ctype: CType
    section: str
    weak: bool = False


class Module(NamedTuple):
    """`notes` are the contents of section ".debug_rucy" (see `object.notes`), empty for none."""

    license: str
    functions: tuple[Function, ...]
    maps: tuple[MapDef, ...] = ()
    data: tuple[DataVar, ...] = ()
    externs: tuple[Extern, ...] = ()
    notes: bytes = b""
