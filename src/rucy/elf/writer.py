"""Model → bytes of a relocatable file: header, contents, section headers.

In the file every section is followed by its `.rel` section, then come .symtab and one .strtab for all names. Local
symbols go first, as ELF demands; otherwise the order is the model's.
"""

from __future__ import annotations

from struct import pack

from rucy.elf.model import (
    ABS,
    SHF_INFO_LINK,
    SHN_ABS,
    SHN_LORESERVE,
    SHN_UNDEF,
    SHT_NOBITS,
    SHT_NULL,
    SHT_REL,
    SHT_STRTAB,
    SHT_SYMTAB,
    STB_LOCAL,
    UNDEF,
    Elf,
    Reloc,
    Symbol,
)
from rucy.records import NamedTuple

_HEADER_SIZE = 64


class _Strings:
    __slots__ = ("data", "offsets")

    def __init__(self) -> None:
        self.data = bytearray(1)
        self.offsets = {"": 0}

    def add(self, text: str) -> int:
        offset = self.offsets.get(text)
        if offset is None:
            offset = self.offsets[text] = len(self.data)
            self.data += text.encode() + b"\0"
        return offset


class _Row(NamedTuple):
    """One section header to be."""

    name: str
    type: int
    flags: int
    data: bytes
    size: int
    link: int
    info: int
    align: int
    entsize: int


def write(elf: Elf) -> bytes:
    """The file as bytes. A model that no file can hold is our own bug: AssertionError."""
    strings = _Strings()
    numbers: list[int] = []  # model section → header index
    following = 1
    for section in elf.sections:
        numbers.append(following)
        following += 2 if section.relocs else 1
    symtab = following
    assert symtab + 2 < SHN_LORESERVE, "too many sections"

    order = sorted(range(len(elf.symbols)), key=lambda i: elf.symbols[i].bind != STB_LOCAL)
    place = {old: new + 1 for new, old in enumerate(order)}
    first_global = 1 + sum(symbol.bind == STB_LOCAL for symbol in elf.symbols)

    rows = [_Row("", SHT_NULL, 0, b"", 0, 0, 0, 0, 0)]
    for section, number in zip(elf.sections, numbers):
        nobits = section.type == SHT_NOBITS
        assert not (nobits and section.data), f"{section.name}: NOBITS with data"
        size = section.size if nobits else len(section.data)
        name, data, kind, flags, align, _, entsize, relocs = section
        rows.append(_Row(name, kind, flags, data, size, 0, 0, align, entsize))
        if relocs:
            data = b"".join(_pack_reloc(reloc, place, size) for reloc in relocs)
            rows.append(_Row(".rel" + name, SHT_REL, SHF_INFO_LINK, data, len(data), symtab, number, 8, 16))

    symbols = bytes(24) + b"".join(_pack_symbol(elf.symbols[i], strings, numbers) for i in order)
    rows.append(_Row(".symtab", SHT_SYMTAB, 0, symbols, len(symbols), symtab + 1, first_global, 8, 24))
    names = [strings.add(row.name) for row in rows] + [strings.add(".strtab")]
    rows.append(_Row(".strtab", SHT_STRTAB, 0, bytes(strings.data), len(strings.data), 0, 0, 1, 0))
    return _lay_out(elf, rows, names)


def _pack_reloc(reloc: Reloc, place: dict[int, int], size: int) -> bytes:
    assert 0 <= reloc.offset < size, "relocation outside its section"
    return pack("<QQ", reloc.offset, place[reloc.symbol] << 32 | reloc.kind)


def _pack_symbol(symbol: Symbol, strings: _Strings, numbers: list[int]) -> bytes:
    if symbol.section == UNDEF:
        index = SHN_UNDEF
    elif symbol.section == ABS:
        index = SHN_ABS
    else:
        assert symbol.section >= 0, f"{symbol.name}: in a section that is not written"
        index = numbers[symbol.section]
    info = symbol.bind << 4 | symbol.type
    return pack("<IBBHQQ", strings.add(symbol.name), info, symbol.visibility, index, symbol.value, symbol.size)


def _lay_out(elf: Elf, rows: list[_Row], names: list[int]) -> bytes:
    out = bytearray(_HEADER_SIZE)
    headers = bytearray()
    for row, name in zip(rows, names):
        if row.type != SHT_NULL:
            assert row.align > 0 and row.align & (row.align - 1) == 0, f"{row.name}: alignment {row.align}"
            out += bytes(-len(out) % row.align)
        offset = 0 if row.type == SHT_NULL else len(out)
        headers += pack("<IIQQQQIIQQ", name, row.type, row.flags, 0, offset, row.size, row.link, row.info, row.align, row.entsize)
        out += row.data
    out += bytes(-len(out) % 8)
    ident = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)  # 64 bit, little endian, version 1
    kind = pack("<HHI", elf.type, elf.machine, 1)
    tables = pack("<QQQI", 0, 0, len(out), elf.flags)
    counts = pack("<HHHHHH", _HEADER_SIZE, 0, 0, 64, len(rows), len(rows) - 1)
    out[:_HEADER_SIZE] = ident + kind + tables + counts
    return bytes(out + headers)
