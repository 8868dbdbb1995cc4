"""The ELF package against itself, against pyelftools, and against bytes that are no ELF file."""

from __future__ import annotations

import contextlib
import io

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from hypothesis import given, settings
from hypothesis import strategies as st

from rucy import elf
from rucy.elf import Elf, ElfError, Reloc, Section, Symbol
from rucy.elf import model as m

SAMPLE = Elf(
    m.EM_BPF,
    (
        Section(".text", b"\x95" + bytes(7), flags=m.SHF_ALLOC | m.SHF_EXECINSTR, align=8),
        Section("tc", bytes(32), flags=m.SHF_ALLOC | m.SHF_EXECINSTR, align=8, relocs=(Reloc(0, 1, 2), Reloc(16, 10, 3))),
        Section(".bss", type=m.SHT_NOBITS, flags=m.SHF_ALLOC | m.SHF_WRITE, align=4, size=12),
        Section("license", b"GPL\0", flags=m.SHF_ALLOC | m.SHF_WRITE),
    ),
    (
        Symbol("a.rb", type=m.STT_FILE, section=m.ABS),
        Symbol("sub", 0, 8, m.STT_FUNC, m.STB_LOCAL, 0),
        Symbol("", type=m.STT_SECTION, section=0),
        Symbol("bpf_rcu_read_lock", bind=m.STB_WEAK),
        Symbol("prog", 0, 32, m.STT_FUNC, m.STB_GLOBAL, 1),
        Symbol("count", 4, 8, m.STT_OBJECT, m.STB_GLOBAL, 2, m.STV_HIDDEN),
    ),
)


def test_read_gives_what_was_written() -> None:
    assert elf.read(elf.write(SAMPLE)) == SAMPLE


def test_locals_are_moved_before_globals_and_relocations_follow() -> None:
    mixed = SAMPLE._replace(symbols=tuple(reversed(SAMPLE.symbols)))
    mixed = mixed._replace(
        sections=tuple(s._replace(relocs=tuple(r._replace(symbol=5 - r.symbol) for r in s.relocs)) for s in mixed.sections)
    )
    back = elf.read(elf.write(mixed))
    binds = [symbol.bind for symbol in back.symbols]
    assert binds == sorted(binds, key=lambda bind: bind != m.STB_LOCAL)
    tc = back.find("tc")
    assert tc is not None
    assert [(back.symbols[r.symbol].name, r.kind) for r in tc.relocs] == [("", 1), ("bpf_rcu_read_lock", 10)]


def test_pyelftools_reads_the_same() -> None:
    file = ELFFile(io.BytesIO(elf.write(SAMPLE)))
    assert (file["e_machine"], file["e_type"], file.little_endian, file.elfclass) == ("EM_BPF", "ET_REL", True, 64)
    names = [section.name for section in file.iter_sections()]
    assert names == ["", ".text", "tc", ".reltc", ".bss", "license", ".symtab", ".strtab"]
    for section in SAMPLE.sections:
        seen = file.get_section_by_name(section.name)
        assert (seen["sh_flags"], seen["sh_addralign"]) == (section.flags, section.align)
        assert seen["sh_offset"] % section.align == 0
        if section.type == m.SHT_NOBITS:
            assert seen["sh_size"] == section.size
        else:
            assert seen.data() == section.data
    table = file.get_section_by_name(".symtab")
    assert table["sh_info"] == 4
    assert [(s.name, s["st_value"], s["st_size"]) for s in table.iter_symbols()][1:] == [
        (s.name, s.value, s.size) for s in SAMPLE.symbols
    ]
    relocs = file.get_section_by_name(".reltc")
    assert isinstance(relocs, RelocationSection)
    assert [(r["r_offset"], r["r_info_type"], r["r_info_sym"]) for r in relocs.iter_relocations()] == [
        (0, 1, 3),
        (16, 10, 4),
    ]
    assert file.get_section(relocs["sh_info"]).name == "tc"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an ELF file"),
        (b"\x7fELF\x02\x01", "truncated ELF header"),
        (b"\x7fELF\x01\x01" + bytes(58), "not a 64-bit little-endian"),
        (b"\x7fELF\x02\x02" + bytes(58), "not a 64-bit little-endian"),
        (elf.write(SAMPLE)[:-1], "section headers: .* past the end"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, message: str) -> None:
    with pytest.raises(ElfError, match=message):
        elf.read(data)


def test_a_relocation_outside_its_section_is_our_own_bug() -> None:
    with pytest.raises(AssertionError, match="outside its section"):
        elf.write(Elf(m.EM_BPF, (Section("x", bytes(8), relocs=(Reloc(8, 1, 0),)),), (Symbol("s"),)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_files_give_nothing_but_elf_error(data: st.DataObject) -> None:
    good = elf.write(SAMPLE)
    damaged = bytearray(good[: data.draw(st.integers(0, len(good)))] if data.draw(st.booleans()) else good)
    headers = len(good) - 8 * 64
    for _ in range(data.draw(st.integers(0, 6))):
        if damaged:
            start = min(headers, len(damaged) - 1) if data.draw(st.booleans()) else 0
            damaged[data.draw(st.integers(start, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ElfError):
        elf.read(bytes(damaged))
