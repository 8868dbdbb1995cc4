"""Every row's bytes and text, both ways, against the table in insns.txt (op, bytes, text)."""

from pathlib import Path

import pytest

from rucy.isa import SINCE, TABLE, Insn, Ref, decode, encode, reads, slots, writes
from rucy.isa.text import SPELLING, AsmError, assemble, disassemble, format_insn, parse_insn
from tests.isa.samples import ALL_SAMPLES

LINES = [
    [field.strip() for field in line.split("|", 2)]
    for line in Path(__file__).with_name("insns.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


def test_every_row_is_in_the_table_of_bytes():
    assert {op for op, _, _ in LINES} == set(TABLE)


@pytest.mark.parametrize("op, hexes, text", LINES, ids=[text for _, _, text in LINES])
def test_bytes_and_text(op, hexes, text):
    (insn,) = decode(bytes.fromhex(hexes))
    assert insn.op == op
    assert format_insn(insn) == text
    assert parse_insn(text) == insn
    assert encode([insn]).hex(" ") == hexes


def test_samples_survive_bytes_and_text():
    assert {insn.op for insn in ALL_SAMPLES} == set(TABLE)
    assert decode(encode(ALL_SAMPLES)) == ALL_SAMPLES
    assert assemble(disassemble(ALL_SAMPLES)) == ALL_SAMPLES


def test_no_two_instructions_share_a_text():
    assert len({format_insn(insn) for insn in ALL_SAMPLES}) == len(ALL_SAMPLES)


def test_columns_name_known_values():
    assert set(SPELLING) <= set(TABLE)
    assert {row.since for row in TABLE.values()} == set(SINCE)
    assert {row.cpu for row in TABLE.values()} == {"v1", "v2", "v3", "v4"}


@pytest.mark.parametrize(
    "text, read, written",
    [
        ("r1 += r2", (1, 2), (1,)),
        ("r1 += r1", (1,), (1,)),
        ("r1 = r2", (2,), (1,)),
        ("w1 = 0x5", (), (1,)),
        ("r1 = *(u64 *)(r2 + 0x0)", (2,), (1,)),
        ("*(u64 *)(r1 + 0x0) = r2", (1, 2), ()),
        ("*(u64 *)(r1 + 0x0) = 0x0", (1,), ()),
        ("if w1 > w2 goto +0x1", (1, 2), ()),
        ("lock *(u64 *)(r1 + 0x0) += r2", (1, 2), ()),
        ("r2 = atomic_fetch_add((u64 *)(r1 + 0x0), r2)", (1, 2), (2,)),
        ("r0 = cmpxchg_64(r1 + 0x0, r0, r2)", (1, 2, 0), (0,)),
        ("w3 = load_acquire((u8 *)(r1 + 0x0))", (1,), (3,)),
        ("store_release((u8 *)(r1 + 0x0), w3)", (1, 3), ()),
        ("r0 = *(u8 *)skb[r7 + 0x0]", (7, 6), (0, 1, 2, 3, 4, 5)),
        ("call 0x6", (), (0, 1, 2, 3, 4, 5)),
        ("callx r3", (3,), (0, 1, 2, 3, 4, 5)),
        ("exit", (0,), ()),
        ("r1 = 0x5 ll", (), (1,)),
        ("r1 = be16 r1", (1,), (1,)),
    ],
)
def test_registers(text, read, written):
    assert (reads(parse_insn(text)), writes(parse_insn(text))) == (read, written)


def test_labels_and_slots():
    insns = assemble(
        """
        start:            ; a comment
            r1 = 0x1 ll
            if r1 != 0x0 goto out ; skipped
            gotol start
            may_goto start
        out:
            exit
        """
    )
    assert [slots(insn) for insn in insns] == [2, 1, 1, 1, 1]
    assert [insn.off for insn in insns] == [0, 2, 0, -5, 0]
    assert insns[2].imm == -4
    shown = disassemble(insns, {0: "start", 5: "out"})
    assert shown.splitlines() == [
        "start:",
        "       0:\tr1 = 0x1 ll",
        "       2:\tif r1 != 0x0 goto +0x2 <out>",
        "       3:\tgotol -0x4 <start>",
        "       4:\tmay_goto -0x5 <start>",
        "out:",
        "       5:\texit",
    ]
    assert assemble(shown) == insns


@pytest.mark.parametrize(
    "insn, text",
    [
        (Insn("lddw_map_fd", 1, ref=Ref("map", "counts")), "r1 = map_fd(0x0) ll ; @map counts"),
        (Insn("lddw_map_value", 1, ref=Ref("global", ".data", 8)), "r1 = map_value(0x0, 0x0) ll ; @global .data+0x8"),
        (Insn("call_local", imm=-1, ref=Ref("call", "f")), "call pc-0x1 ; @call f"),
        (Insn("call_kfunc", ref=Ref("extern_func", "bpf_x")), "call kfunc(0x0, 0x0) ; @extern_func bpf_x"),
        (Insn("lddw_func", 2, imm=-1, ref=Ref("func", "a+0x1", -2)), "r2 = func(-0x1) ll ; @func a+0x1-0x2"),
        (Insn("lddw", 2, ref=Ref("func", "a+0x1")), "r2 = 0x0 ll ; @func a+0x1+0x0"),
        (Insn("ldx_u64", 1, 2, 16, ref=Ref("core", "", 0, "byte_off a.b")), "r1 = *(u64 *)(r2 + 0x10) ; @core byte_off a.b"),
    ],
)
def test_symbols_are_notes(insn, text):
    assert format_insn(insn) == text
    assert parse_insn(text) == insn
    assert assemble(disassemble([insn])) == [insn]


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "no instruction"),
        ("r11 = r1", "no instruction"),
        ("r1 = w2", "no instruction"),
        ("r1 = 0x80000000", "does not fit 32 bits"),
        ("r1 = 0x10000000000000000 ll", "does not fit 64 bits"),
        ("r1 = *(u64 *)(r2 + 0x8000)", "does not fit 16 bits"),
        ("r1 = *(u64 *)(r2 4)", "needs a sign"),
        ("goto 0x3", "needs a sign"),
        ("r1 = +0x3", "takes no . sign"),
        ("r{D} = 0x3", "cannot read"),
        ("{D} = 0x3", "cannot read"),
        ("r1 = be16 r2", "one register"),
        ("r0 = cmpxchg_64(r1 + 0x0, r3, r2)", "r0 is meant"),
        ("r1 = 0xzz", "not a number"),
        ("r1 = map_value(0x100000000, 0x0) ll", "does not fit 32 bits"),
        ("r1 = addr_space_cast(r2, 0x10000, 0x0)", "does not fit 16 bits"),
        ("r1 = r2 ; @what x", "no symbol"),
        ("r1 ? r2", "cannot read"),
    ],
)
def test_what_is_no_instruction_is_refused(text, reason):
    with pytest.raises(AsmError, match=reason):
        parse_insn(text)


@pytest.mark.parametrize(
    "text, line, reason",
    [
        ("exit\nnonsense", 2, "no instruction"),
        ("\ngoto away", 2, "no label away"),
        ("a:\na:\n", 2, "given twice"),
        ("goto a\n" + "exit\n" * 0x8000 + "a:\n", 1, "does not fit 16 bits"),
    ],
)
def test_assembly_errors_name_the_line(text, line, reason):
    with pytest.raises(AsmError, match=reason) as caught:
        assemble(text)
    assert caught.value.line == line
