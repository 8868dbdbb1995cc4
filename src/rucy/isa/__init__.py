"""BPF instructions: one table; bytes both ways here, assembly text both ways in `rucy.isa.text`."""

from rucy.isa.encode import DecodeError, decode, encode
from rucy.isa.insn import SINCE, TABLE, Insn, Ref, Row, reads, slots, writes

__all__ = ["SINCE", "TABLE", "DecodeError", "Insn", "Ref", "Row", "decode", "encode", "reads", "slots", "writes"]
