"""Which helpers the code of an object calls, without loading it."""

from __future__ import annotations

from rucy.loader.errors import LoadError

TRACE = frozenset((6, 177))  # bpf_trace_printk, bpf_trace_vprintk: include/uapi/linux/bpf.h

_CALL = 0x85  # BPF_JMP | BPF_CALL; with src_reg 0 the immediate is a helper's number


def calls_any(data: bytes, helpers: frozenset[int]) -> bool:
    """Does any function of the object call one of these helpers? LoadError if the bytes are no object."""
    from rucy.elf import ElfError, read
    from rucy.elf.model import SHF_EXECINSTR

    try:
        sections = read(data).sections
    except ElfError as error:
        raise LoadError(f"this is not a BPF object: {error}") from None
    code = (section.data for section in sections if section.flags & SHF_EXECINSTR)
    return any(
        piece[at] == _CALL and piece[at + 1] >> 4 == 0 and int.from_bytes(piece[at + 4 : at + 8], "little") in helpers
        for piece in code
        for at in range(0, len(piece) - 7, 8)
    )
