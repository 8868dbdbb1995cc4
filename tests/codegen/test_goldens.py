"""Code goldens: `tests/golden/code/<name>.ir` and beside it `<name>.asm`, the instructions of each function: slot, bytes, text.

`; cpu=v4 kernel=6.6` on the first line says what to compile for. A new case: write the .ir, run with --bless, read what came.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.codegen import CodegenTarget, MachineFunction, generate
from rucy.codegen.select import FIRED
from rucy.ir.parse import parse_module
from rucy.ir.verify import assert_valid_module
from rucy.isa import encode, slots
from rucy.isa.text import format_insn
from tests.codegen.test_random import OTHER_RULES

GOLDEN = Path(__file__).parents[1] / "golden" / "code"
CASES = sorted(GOLDEN.glob("*.ir"))


def code_of(path: Path) -> list[MachineFunction]:
    text = path.read_text()
    first = text.partition("\n")[0]
    words = dict(word.split("=", 1) for word in first[1:].split() if "=" in word) if first.startswith(";") else {}
    module = parse_module(text)
    assert_valid_module(module)
    return [generate(fn, CodegenTarget(**words)) for fn in module.functions]


def listing(code: MachineFunction) -> str:
    lines = [f"{code.name}: {len(code.insns)} instructions, {code.stack} bytes of stack"]
    at = 0
    for insn in code.insns:
        lines.append(f"{at:4}  {encode([insn]).hex(' ', 8):<35}  {format_insn(insn)}")
        at += slots(insn)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_code(path: Path, bless: bool) -> None:
    said = "\n".join(listing(code) for code in code_of(path))
    expected = path.with_suffix(".asm")
    if bless:
        expected.write_text(said)
    assert said == expected.read_text()


def test_goldens_use_the_rules_that_random_functions_do_not() -> None:
    FIRED.clear()
    for path in CASES:
        code_of(path)
    assert OTHER_RULES - FIRED.keys() == set()
