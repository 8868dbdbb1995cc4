"""Bytes → model. The bytes may be anything: whatever is wrong with them is an ElfError."""

from __future__ import annotations

from struct import iter_unpack, unpack_from

from rucy.elf.model import (
    ABS,
    ELSEWHERE,
    SHN_ABS,
    SHN_UNDEF,
    SHT_NOBITS,
    SHT_NULL,
    SHT_REL,
    SHT_STRTAB,
    SHT_SYMTAB,
    UNDEF,
    Elf,
    ElfError,
    Reloc,
    Section,
    Symbol,
)
from rucy.records import NamedTuple


class _Header(NamedTuple):
    name: int
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entsize: int


def read(data: bytes) -> Elf:
    """The sections, symbols and REL relocations of an ELF64 little-endian file, in the file's order.

    Left out: the null section and symbol, .symtab and the string tables that it and the section names use, and REL
    sections, whose records are with the section they patch. Raises ElfError.
    """
    if data[:4] != b"\x7fELF":
        raise ElfError("not an ELF file")
    if len(data) < 64:
        raise ElfError("truncated ELF header")
    if data[4] != 2 or data[5] != 1:
        raise ElfError("not a 64-bit little-endian ELF file")
    type_, machine, _, _, _, table, flags, _, _, _, entry, count, names_index = unpack_from("<HHIQQQIHHHHHH", data, 16)
    if count and entry != 64:
        raise ElfError(f"section headers of {entry} bytes instead of 64")
    headers = [_Header(*row) for row in iter_unpack("<IIQQQQIIQQ", _slice(data, table, count * 64, "section headers"))]
    if not headers:
        return Elf(machine, (), (), type_, flags)
    if names_index >= count:
        raise ElfError("the section of section names does not exist")

    symtabs = [i for i, header in enumerate(headers) if header.type == SHT_SYMTAB]
    if len(symtabs) > 1:
        raise ElfError("more than one symbol table")
    hidden = {0, names_index, *symtabs, *(headers[i].link for i in symtabs)}
    hidden |= {i for i, header in enumerate(headers) if header.type in (SHT_REL, SHT_NULL)}
    kept = [i for i in range(count) if i not in hidden]
    number = {old: new for new, old in enumerate(kept)}

    symbols = _read_symbols(data, headers, symtabs[0], number) if symtabs else ()
    relocs = _read_relocs(data, headers, symtabs, number, len(symbols))
    names = _contents(data, headers[names_index], "section names")
    sections = tuple(_read_section(data, headers[i], names, tuple(relocs.get(number[i], ()))) for i in kept)
    return Elf(machine, sections, symbols, type_, flags)


def _slice(data: bytes, offset: int, size: int, what: str) -> bytes:
    if offset + size > len(data):
        raise ElfError(f"{what}: {size} bytes at {offset} reach past the end of the file")
    return data[offset : offset + size]


def _contents(data: bytes, header: _Header, what: str) -> bytes:
    return b"" if header.type == SHT_NOBITS else _slice(data, header.offset, header.size, what)


def _string(table: bytes, offset: int, what: str) -> str:
    end = table.find(b"\0", offset)
    if offset >= len(table) or end < 0:
        raise ElfError(f"{what}: name at {offset} is outside the string table")
    return table[offset:end].decode("utf-8", "backslashreplace")


def _read_section(data: bytes, header: _Header, names: bytes, relocs: tuple[Reloc, ...]) -> Section:
    name = _string(names, header.name, "section")
    size = header.size if header.type == SHT_NOBITS else 0
    body = _contents(data, header, f"section {name}")
    return Section(name, body, header.type, header.flags, header.align, size, header.entsize, relocs)


def _read_symbols(data: bytes, headers: list[_Header], index: int, number: dict[int, int]) -> tuple[Symbol, ...]:
    header = headers[index]
    body = _contents(data, header, "symbol table")
    if len(body) % 24:
        raise ElfError(f"symbol table of {len(body)} bytes, no multiple of 24")
    if header.link >= len(headers) or headers[header.link].type != SHT_STRTAB:
        raise ElfError("the symbol table has no string table")
    strings = _contents(data, headers[header.link], "symbol names")
    symbols = []
    for name, info, other, shndx, value, size in iter_unpack("<IBBHQQ", body):
        if shndx == SHN_UNDEF:
            section = UNDEF
        elif shndx == SHN_ABS:
            section = ABS
        else:
            section = number.get(shndx, ELSEWHERE)
        text = _string(strings, name, "symbol") if name else ""
        symbols.append(Symbol(text, value, size, info & 15, info >> 4, section, other & 3))
    return tuple(symbols[1:])


def _read_relocs(
    data: bytes, headers: list[_Header], symtabs: list[int], number: dict[int, int], symbols: int
) -> dict[int, list[Reloc]]:
    """Section (model's index) → its records."""
    found: dict[int, list[Reloc]] = {}
    for header in headers:
        if header.type != SHT_REL:
            continue
        body = _contents(data, header, "relocations")
        if len(body) % 16:
            raise ElfError(f"relocation section of {len(body)} bytes, no multiple of 16")
        if header.link not in symtabs:
            continue  # a dynamic relocation table: its symbols are not in the model
        if header.info not in number:
            raise ElfError(f"relocations for section {header.info}, which does not exist")
        target = found.setdefault(number[header.info], [])
        for offset, info in iter_unpack("<QQ", body):
            symbol = (info >> 32) - 1
            if symbol >= symbols:
                raise ElfError(f"relocation at {offset} against symbol {symbol + 1}, which does not exist")
            target.append(Reloc(offset, info & 0xFFFFFFFF, symbol))
    return found
