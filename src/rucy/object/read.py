"""Bytes of an object → a summary for tools: functions, maps, data, externs, notes. Works on clang's objects too."""

from __future__ import annotations

from typing import Any

from rucy.btf.core import CoreRef
from rucy.btf.ext import read_ext
from rucy.btf.reader import Btf
from rucy.btf.types import Array, BtfError, Datasec, DeclTag, Enum, Enum64, Ptr, SecVar, Struct, Var
from rucy.elf.model import (
    EM_BPF,
    SHF_ALLOC,
    SHF_EXECINSTR,
    SHT_NOBITS,
    STB_LOCAL,
    STB_WEAK,
    STT_FUNC,
    UNDEF,
    Elf,
    ElfError,
    Symbol,
)
from rucy.elf.reader import read
from rucy.object import notes
from rucy.object.layout import LICENSE, MAPS, TEXT
from rucy.records import NamedTuple


class ObjectError(ValueError):
    """The bytes are no BPF object that can be described; the message says why in plain words."""


class FunctionSummary(NamedTuple):
    """`kind`: "program", "global" or "static". `offset` and `size` are bytes in the section, `code` those bytes."""

    name: str
    section: str
    kind: str
    offset: int
    code: bytes

    @property
    def slots(self) -> int:
        """Instructions as the kernel counts them: 8 bytes each."""
        return len(self.code) // 8


class MapSummary(NamedTuple):
    """Numbers as `object.model.MapDef` has them; sizes in bytes. `record` is the struct of its records, "" for none."""

    name: str
    type: int
    key_size: int
    value_size: int
    max_entries: int
    flags: int
    pinning: int
    map_extra: int
    record: str


class Summary(NamedTuple):
    """`data` are pairs (section, bytes in memory); `externs` triples (name, section, weak); `notes` None if there are none."""

    license: str
    functions: tuple[FunctionSummary, ...]
    maps: tuple[MapSummary, ...]
    data: tuple[tuple[str, int], ...]
    externs: tuple[tuple[str, str, bool], ...]
    notes: dict[str, Any] | None


def variables(data: bytes) -> list[str]:
    """Names of the variables in .data and .bss that the program itself has: `$name` of the language. The object is ours."""
    section = read(data).find(".BTF")
    assert section is not None
    btf = Btf(section.data)
    found = []
    for name in (".data", ".bss"):
        whole = btf.type(btf.find(name, ("datasec",)) or 0)
        for entry in whole.vars if isinstance(whole, Datasec) else ():
            var = btf.type(entry.type_id)
            if isinstance(var, Var) and not var.name.startswith("__rucy"):
                found.append(var.name)
    return found


def strings(data: bytes) -> list[str]:
    """All names in the types of an object: of fields, structs, variables, programs. The object is ours."""
    section = read(data).find(".BTF")
    assert section is not None
    header, start, size = (int.from_bytes(section.data[at : at + 4], "little") for at in (4, 16, 20))
    names = section.data[header + start : header + start + size].decode("utf-8", "replace").split("\0")
    return [name for name in names if name]


def relocations(data: bytes) -> list[CoreRef]:
    """What an object of ours asks about types of the kernel, in types of its own BTF."""
    elf = read(data)
    types, ext = elf.find(".BTF"), elf.find(".BTF.ext")
    assert types is not None
    sections = read_ext(types.data, ext.data).sections if ext is not None else ()
    return [CoreRef(relo.kind, relo.type_id, relo.access) for section in sections for relo in section.relos]


def summarize(data: bytes) -> Summary:
    """What an object holds, in the file's order. Raises ObjectError on anything that is no BPF object."""
    try:
        elf = read(data)
        if elf.machine != EM_BPF:
            raise ObjectError("not a BPF object: it is for another machine")
        section = elf.find(".BTF")
        btf = Btf(section.data) if section is not None else None
        notes_section = elf.find(notes.SECTION)
        payload = notes.decode(notes_section.data) if notes_section is not None else None
        maps = tuple(_maps(btf)) if btf is not None else ()
        externs = tuple(_externs(elf, btf))
    except (ElfError, BtfError, notes.NotesError) as error:
        raise ObjectError(str(error)) from None
    licence = elf.find(LICENSE)
    text = licence.data.split(b"\0")[0].decode("utf-8", "replace") if licence is not None else ""
    return Summary(text, tuple(_functions(elf)), maps, tuple(_data(elf)), externs, payload)


def _functions(elf: Elf) -> list[FunctionSummary]:
    found = []
    for symbol in elf.symbols:
        if symbol.type != STT_FUNC or not 0 <= symbol.section < len(elf.sections):
            continue
        section = elf.sections[symbol.section]
        code = section.data[symbol.value : symbol.value + symbol.size]
        found.append(
            (symbol.section, FunctionSummary(symbol.name, section.name, _kind(symbol, section.name), symbol.value, code))
        )
    return [function for _, function in sorted(found, key=lambda pair: (pair[0], pair[1].offset))]


def _kind(symbol: Symbol, section: str) -> str:
    if symbol.bind == STB_LOCAL:
        return "static"
    return "global" if section == TEXT else "program"


def _data(elf: Elf) -> list[tuple[str, int]]:
    return [
        (section.name, section.size if section.type == SHT_NOBITS else len(section.data))
        for section in elf.sections
        if section.flags & SHF_ALLOC and not section.flags & SHF_EXECINSTR and section.name not in (MAPS, LICENSE)
    ]


def _section_entries(btf: Btf, name: str) -> tuple[SecVar, ...]:
    number = btf.find(name, ("datasec",))
    section = btf.type(number) if number is not None else None
    return section.vars if isinstance(section, Datasec) else ()


def _externs(elf: Elf, btf: Btf | None) -> list[tuple[str, str, bool]]:
    sections = {}
    for section in (".ksyms", ".kconfig") if btf is not None else ():
        assert btf is not None
        for entry in _section_entries(btf, section):
            sections[btf.name(entry.type_id)] = section
    return [(s.name, sections.get(s.name, ""), s.bind == STB_WEAK) for s in elf.symbols if s.section == UNDEF]


def _maps(btf: Btf) -> list[MapSummary]:
    entries = _section_entries(btf, MAPS)
    records = _records(btf) if entries else {}
    found = []
    for entry in entries:
        var = btf.type(entry.type_id)
        struct = btf.type(btf.strip(var.type_id)) if isinstance(var, Var) else None
        if not isinstance(var, Var) or not isinstance(struct, Struct):
            raise ObjectError("a map in section .maps is not described by a struct")
        numbers = {member.name: _number(btf, member.name, member.type_id) for member in struct.members}
        found.append(
            MapSummary(
                var.name,
                numbers.get("type", 0),
                numbers.get("key", numbers.get("key_size", 0)),
                numbers.get("value", numbers.get("value_size", 0)),
                numbers.get("max_entries", 0),
                numbers.get("map_flags", 0),
                numbers.get("pinning", 0),
                numbers.get("map_extra", 0),
                records.get(entry.type_id, ""),
            )
        )
    return found


def _number(btf: Btf, name: str, type_id: int) -> int:
    """Of a member of a map's definition: the size of the type or the length of the array that it points to; or the value
    of its enumerator."""
    pointer = btf.type(btf.strip(type_id))
    if isinstance(pointer, (Enum, Enum64)) and pointer.values:
        return pointer.values[0].value
    if not isinstance(pointer, Ptr):
        return 0
    if name in ("key", "value"):
        return btf.size(pointer.type_id)
    array = btf.type(btf.strip(pointer.type_id))
    return array.nelems if isinstance(array, Array) else 0


def _records(btf: Btf) -> dict[int, str]:
    """Variable → the struct named by its tag `record:NAME`."""
    found = {}
    for number in range(btf.first_id, btf.end_id):
        tag = btf.type(number)
        if isinstance(tag, DeclTag) and tag.name.startswith("record:"):
            found[tag.type_id] = tag.name.removeprefix("record:")
    return found
