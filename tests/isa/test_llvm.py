"""Our text and bytes against LLVM 19's disassembler and assembler, for every row that LLVM knows.

The only normalisation is the SPELLING table, and the `<section+offset>` that llvm-objdump puts behind a jump.
"""

import re
import subprocess

import pytest

from rucy.isa import decode, encode
from rucy.isa.text import SPELLING, format_insn
from tests.isa.samples import ALL_SAMPLES

KNOWN = [insn for insn in ALL_SAMPLES if SPELLING.get(insn.op, "") is not None]
SHARED = [insn for insn in ALL_SAMPLES if insn.op not in SPELLING]
MC = ["llvm-mc-19", "-triple", "bpfel", "-mcpu=v4", "-filetype=obj"]


def dump(tmp_path, source):
    """(bytes, text) of each instruction that llvm-objdump sees in what llvm-mc makes of the source."""
    (tmp_path / "a.s").write_text(source)
    subprocess.run([*MC, "a.s", "-o", "a.o"], cwd=tmp_path, check=True)
    objdump = ["llvm-objdump-19", "-d", "-z", "--mcpu=v4", "a.o"]
    out = subprocess.run(objdump, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"^ *\d+:\t((?:[0-9a-f]{2} ?)+)\t(.*)$", out, re.M)
    return [(bytes.fromhex(hexes), re.sub(r" <\.text.*>$", "", text).replace("\t", " ")) for hexes, text in rows]


def test_our_bytes_are_read_alike(tmp_path):
    source = "".join(f".byte {','.join(map(str, encode([insn])))}\n" for insn in KNOWN)
    read = dump(tmp_path, source)
    assert [code for code, _ in read] == [encode([insn]) for insn in KNOWN]
    ours = [format_insn(insn, SPELLING.get(insn.op) or "") for insn in KNOWN]
    assert [text for _, text in read] == ours


def test_our_text_is_assembled_alike(tmp_path):
    read = dump(tmp_path, "".join(f"{format_insn(insn)}\n" for insn in SHARED))
    assert [decode(code) for code, _ in read] == [[insn] for insn in SHARED]


@pytest.mark.parametrize("op", [op for op, spelling in SPELLING.items() if spelling is None])
def test_what_llvm_does_not_know_it_misreads(tmp_path, op):
    insn = next(insn for insn in ALL_SAMPLES if insn.op == op)
    ((_, text),) = dump(tmp_path, f".byte {','.join(map(str, encode([insn])))}\n")
    assert text == "<unknown>" or text.startswith("lock ")
