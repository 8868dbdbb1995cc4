"""ELF64 little-endian files: the model (`model`), bytes from it (`write`), and it from bytes (`read`).

Nothing here knows BPF beyond the machine number and the relocation numbers in `model`.
"""

from rucy.elf.model import Elf, ElfError, Reloc, Section, Symbol
from rucy.elf.reader import read
from rucy.elf.writer import write

__all__ = ["Elf", "ElfError", "Reloc", "Section", "Symbol", "read", "write"]
