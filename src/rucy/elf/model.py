"""The object model: sections with their relocations, and symbols. Numbers are those of elf.h.

What a file needs only to hold these (the null section and symbol, .symtab, string tables, .rel sections) is not in the
model: the writer makes it, the reader takes it away.
"""

from __future__ import annotations

from rucy.records import NamedTuple

# e_type, e_machine
ET_REL, ET_EXEC, ET_DYN = 1, 2, 3
EM_X86_64, EM_AARCH64, EM_BPF = 62, 183, 247

# sh_type, sh_flags
SHT_NULL, SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS, SHT_REL = 0, 1, 2, 3, 8, 9
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR, SHF_INFO_LINK = 0x1, 0x2, 0x4, 0x40

# st_info, st_other
STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, STT_FILE = 0, 1, 2, 3, 4
STB_LOCAL, STB_GLOBAL, STB_WEAK = 0, 1, 2
STV_DEFAULT, STV_HIDDEN = 0, 2

# st_shndx
SHN_UNDEF, SHN_LORESERVE, SHN_ABS = 0, 0xFF00, 0xFFF1

# Relocations of EM_BPF (llvm/include/llvm/BinaryFormat/ELFRelocs/BPF.def; Linux Documentation/bpf/llvm_reloc.rst).
R_BPF_64_64, R_BPF_64_ABS64, R_BPF_64_ABS32, R_BPF_64_NODYLD32, R_BPF_64_32 = 1, 2, 3, 4, 10

# Symbol.section where it is no index: undefined, absolute, or in a section that the model leaves out.
UNDEF, ABS, ELSEWHERE = -1, -2, -3


class ElfError(Exception):
    """The bytes are not an ELF file that this package can read; the message says why in plain words."""


class Reloc(NamedTuple):
    """One REL record: at byte `offset` of its section, type `kind`, against `Elf.symbols[symbol]` (-1: none).

    The addend is in the section's bytes.
    """

    offset: int
    kind: int
    symbol: int


class Section(NamedTuple):
    """`size` is the length in memory of an SHT_NOBITS section, whose `data` is empty; otherwise ignored."""

    name: str
    data: bytes = b""
    type: int = SHT_PROGBITS
    flags: int = 0
    align: int = 1
    size: int = 0
    entsize: int = 0
    relocs: tuple[Reloc, ...] = ()


class Symbol(NamedTuple):
    """`section` is an index into `Elf.sections`, or UNDEF, ABS, ELSEWHERE."""

    name: str
    value: int = 0
    size: int = 0
    type: int = STT_NOTYPE
    bind: int = STB_LOCAL
    section: int = UNDEF
    visibility: int = STV_DEFAULT


class Elf(NamedTuple):
    machine: int
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...] = ()
    type: int = ET_REL
    flags: int = 0

    def find(self, name: str) -> Section | None:
        """The first section of that name."""
        return next((section for section in self.sections if section.name == name), None)
