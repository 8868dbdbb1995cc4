"""Instructions to little-endian bytes and back.

In: `Insn`s whose jumps are resolved (a `ref` is left to the object writer: the field, usually 0, is encoded as it is).
Out: 8 or 16 bytes each. Both directions read `TABLE` alone. An instruction that does not fit is our own bug, so
`encode` asserts; bytes that are no instruction are somebody's input, so `decode` raises `DecodeError`.
"""

from collections.abc import Iterable
from struct import Struct

from rucy.isa.insn import LDDW, TABLE, Insn, Row

_SLOT = Struct("<BBhi")  # struct bpf_insn: code, dst_reg:4 | src_reg:4 << 4, off, imm
_FIELDS = ("dst", "src", "off", "imm")
_MAX_REGISTER = 10


class DecodeError(ValueError):
    """Bytes that are no instruction; `offset` is where, in bytes."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(f"byte {offset}: {reason}")
        self.offset = offset
        self.reason = reason


def fault(insn: Insn) -> str:
    """Why the instruction cannot be encoded, "" if it can: unknown op, a fixed field that is set, a value out of range."""
    row = TABLE.get(insn.op)
    if row is None:
        return f"no instruction {insn.op!r}"
    for name, role, number in zip(_FIELDS, row[2:6], insn[1:5]):
        if number != 0 and not isinstance(role, str):
            return f"{insn.op}: {name} is no operand but is {number}"
    for number in (insn.dst, insn.src):
        if not 0 <= number <= _MAX_REGISTER:
            return f"{insn.op}: there is no register r{number}"
    if not -0x8000 <= insn.off <= 0x7FFF:
        return f"{insn.op}: offset {insn.off} does not fit 16 bits"
    wide = row.imm == "imm64" or row.imm == "pair"
    if wide and not -(1 << 63) <= insn.imm < 1 << 64:
        return f"{insn.op}: {insn.imm} does not fit 64 bits"
    if not wide and not -(1 << 31) <= insn.imm < 1 << 31:
        return f"{insn.op}: {insn.imm} does not fit 32 bits signed"
    return ""


def encode(insns: Iterable[Insn]) -> bytes:
    """The bytes of the instructions in order. AssertionError if `fault` finds one."""
    out = bytearray()
    for insn in insns:
        row = TABLE[insn.op]
        reason = fault(insn)
        assert not reason, reason
        dst = insn.dst if isinstance(row.dst, str) else row.dst
        src = insn.src if isinstance(row.src, str) else row.src
        off = insn.off if isinstance(row.off, str) else row.off
        imm = insn.imm if isinstance(row.imm, str) else row.imm
        out += _SLOT.pack(row.code, dst | src << 4, off, _signed32(imm))
        if row.code == LDDW:
            wide = row.imm == "imm64" or row.imm == "pair"
            out += _SLOT.pack(0, 0, 0, _signed32(imm >> 32) if wide else 0)
    return bytes(out)


def decode(data: bytes) -> list[Insn]:
    """The instructions that the bytes are; DecodeError at the first that is in no row or has a reserved field set."""
    insns = []
    end = len(data)
    pos = 0
    while pos < end:
        if end - pos < _SLOT.size:
            raise DecodeError(pos, f"{end - pos} bytes left, an instruction has {_SLOT.size}")
        code, regs, off, imm = _SLOT.unpack_from(data, pos)
        row = _find_row(pos, code, regs >> 4, off, imm)
        insn = _operands(pos, row, regs & 15, regs >> 4, off, imm)
        pos += _SLOT.size
        if code == LDDW:
            insn = _join_second_slot(pos, data, row, insn)
            pos += _SLOT.size
        insns.append(insn)
    return insns


def _find_row(pos: int, code: int, src: int, off: int, imm: int) -> Row:
    field = _DISCRIMINATOR.get(code)
    if field is None:
        raise DecodeError(pos, f"no instruction has opcode {code:#04x}")
    number = {"src": src, "off": off, "imm": imm, "": 0}[field]
    row = _ROWS.get((code, number))
    if row is None:
        raise DecodeError(pos, f"opcode {code:#04x} has no instruction with {field} {number:#x}")
    return row


def _operands(pos: int, row: Row, dst: int, src: int, off: int, imm: int) -> Insn:
    kept = []
    for name, role, number in zip(_FIELDS, row[2:6], (dst, src, off, imm)):
        operand = isinstance(role, str)
        if not operand and number != role:
            raise DecodeError(pos, f"{row.op}: reserved field {name} is {number:#x}")
        kept.append(number if operand else 0)
    if kept[0] > _MAX_REGISTER or kept[1] > _MAX_REGISTER:
        raise DecodeError(pos, f"{row.op}: there is no register above r{_MAX_REGISTER}")
    return Insn(row.op, kept[0], kept[1], kept[2], kept[3])


def _join_second_slot(pos: int, data: bytes, row: Row, insn: Insn) -> Insn:
    if len(data) - pos < _SLOT.size:
        raise DecodeError(pos, f"{row.op}: the second slot is missing")
    code, regs, off, high = _SLOT.unpack_from(data, pos)
    if code or regs or off:
        raise DecodeError(pos, f"{row.op}: reserved fields of the second slot are set")
    if row.imm == "imm64" or row.imm == "pair":
        return insn._replace(imm=insn.imm & 0xFFFFFFFF | high << 32)
    if high:
        raise DecodeError(pos, f"{row.op}: the second slot's imm is reserved and is {high:#x}")
    return insn


def _signed32(number: int) -> int:
    return (number & 0xFFFFFFFF ^ 0x80000000) - 0x80000000


def _discriminators() -> tuple[dict[int, str], dict[tuple[int, int], Row]]:
    """Per opcode the field whose fixed value tells its rows apart ("" for one row alone); the row of (opcode, value)."""
    by_code: dict[int, list[Row]] = {}
    for row in TABLE.values():
        by_code.setdefault(row.code, []).append(row)
    fields, rows = {}, {}
    for code, sharing in by_code.items():
        for field in ("", "src", "off", "imm"):
            values = {_fixed(row, field): row for row in sharing}
            if len(values) == len(sharing):
                break
        assert len(values) == len(sharing), f"rows of opcode {code:#x} differ in more than one field"
        fields[code] = field
        rows.update({(code, value): row for value, row in values.items()})
    return fields, rows


def _fixed(row: Row, field: str) -> int:
    role = getattr(row, field) if field else 0
    return role if isinstance(role, int) else 0


_DISCRIMINATOR, _ROWS = _discriminators()
