"""Decoding is total: any bytes are instructions that encode to the same bytes, or a DecodeError at a byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rucy.isa import TABLE, DecodeError, Insn, decode, encode
from rucy.isa.text import AsmError, assemble, disassemble, parse_insn

OPCODES = sorted({row.code for row in TABLE.values()})
FIXED = sorted({field for row in TABLE.values() for field in (row.off, row.imm) if isinstance(field, int)})

# Slots that are often instructions: known opcodes, registers and numbers that rows ask for.
SLOTS = st.builds(
    lambda code, regs, off, imm: bytes([code, regs]) + off.to_bytes(2, "little") + imm.to_bytes(4, "little"),
    st.sampled_from([0, *OPCODES]),
    st.sampled_from([0x00, 0x10, 0x21, 0x62, 0xA1, 0xB1]),
    st.sampled_from([field for field in FIXED if field < 0x10000]),
    st.sampled_from(FIXED),
)


def check_total(data):
    try:
        insns = decode(data)
    except DecodeError as error:
        assert 0 <= error.offset <= len(data)
        return False
    assert encode(insns) == data
    assert assemble(disassemble(insns)) == insns
    return True


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=48))
def test_random_bytes(data):
    check_total(data)


@settings(max_examples=1500, deadline=None)
@given(st.lists(SLOTS, min_size=1, max_size=2).map(b"".join))
def test_random_instructions(data):
    check_total(data)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="rw01x9 +-*/=<>()[]u64sgoto:;@<>.llif\n\t{D}", max_size=40))
def test_random_text(text):
    for read in (parse_insn, assemble):
        try:
            read(text)
        except AsmError:
            continue


@pytest.mark.parametrize(
    "hexes, offset, reason",
    [
        ("95 00 00 00", 0, "4 bytes left"),
        ("95 00 00 00 00 00 00 00 ff", 8, "1 bytes left"),
        ("00 00 00 00 00 00 00 00", 0, "no instruction has opcode 0x00"),
        ("95 01 00 00 00 00 00 00", 0, "reserved field dst is 0x1"),
        ("95 00 00 00 01 00 00 00", 0, "reserved field imm is 0x1"),
        ("bf 21 00 00 01 00 00 00", 0, "reserved field imm is 0x1"),
        ("bf b1 00 00 00 00 00 00", 0, "no register above r10"),
        ("0f 21 02 00 00 00 00 00", 0, "reserved field off is 0x2"),
        ("3f 21 02 00 00 00 00 00", 0, "no instruction with off 0x2"),
        ("db 21 00 00 02 00 00 00", 0, "no instruction with imm 0x2"),
        ("d3 21 00 00 00 00 00 00", 0, "no instruction with imm 0x0"),
        ("85 30 00 00 00 00 00 00", 0, "no instruction with src 0x3"),
        ("85 10 01 00 00 00 00 00", 0, "reserved field off is 0x1"),
        ("18 71 00 00 00 00 00 00 00 00 00 00 00 00 00 00", 0, "no instruction with src 0x7"),
        ("18 01 00 00 00 00 00 00", 8, "second slot is missing"),
        ("18 01 00 00 00 00 00 00 00 00 01 00 00 00 00 00", 8, "reserved fields of the second slot"),
        ("18 11 00 00 00 00 00 00 00 00 00 00 01 00 00 00", 8, "second slot's imm is reserved"),
    ],
)
def test_reserved_fields_are_refused(hexes, offset, reason):
    with pytest.raises(DecodeError, match=reason) as caught:
        decode(bytes.fromhex(hexes))
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "insn",
    [
        Insn("mov64_imm", 11),
        Insn("mov64_reg", 1, -1),
        Insn("mov64_imm", 1, 2),
        Insn("mov64_imm", 1, imm=1 << 31),
        Insn("lddw", 1, imm=1 << 64),
        Insn("ldx_u8", 1, 2, 0x8000),
        Insn("ja", off=-0x8001),
        Insn("sdiv64_reg", 1, 2, 1),
        Insn("exit", imm=1),
    ],
)
def test_what_does_not_fit_is_our_own_bug(insn):
    with pytest.raises(AssertionError):
        encode([insn])


def test_both_readings_of_a_64_bit_constant_are_encoded():
    assert encode([Insn("lddw", 1, imm=(1 << 64) - 1)]) == encode([Insn("lddw", 1, imm=-1)])
