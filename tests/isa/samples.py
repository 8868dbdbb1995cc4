"""Instructions for the tests: operands that exercise every field of a row, its extremes among them."""

from itertools import product

from rucy.isa import TABLE, Insn, Row

_NUMBERS = {
    "mem": (0, 4, -8, 0x7FFF, -0x8000),
    "jump": (0, 3, -1, 0x7FFF, -0x8000),
    "fd": (0, 1, -1),
    "imm": (0, 6, -1, 0x7FFFFFFF, -0x80000000),
    "func": (0, 3, -1),
    "as": (1, 0x10000, -1),
    "imm64": (0, 0x10, -1, 0x123456789ABCDEF0, -(1 << 63), (1 << 63) - 1),
    "pair": (0, 5, 5 | 8 << 32, -1),
}
_REGISTERS = (0, 1, 10)


def samples(row: Row) -> list[Insn]:
    """Instructions of one row: each combination of a few values of each operand."""
    dst = _REGISTERS if isinstance(row.dst, str) else (0,)
    src = (2, 9) if isinstance(row.src, str) else (0,)
    off = _NUMBERS[row.off] if isinstance(row.off, str) else (0,)
    imm = _NUMBERS[row.imm] if isinstance(row.imm, str) else (0,)
    return [Insn(row.op, *fields) for fields in product(dst, src, off, imm)]


ALL_SAMPLES = [insn for row in TABLE.values() for insn in samples(row)]
