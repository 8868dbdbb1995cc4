"""Random functions: generated code does what the IR means, instruction by instruction on a machine of our own."""

from collections.abc import Callable

import pytest

from rucy.codegen import CodegenTarget, FrameTooLarge
from rucy.codegen.select import FIRED
from rucy.ir.ops import COMPARES
from tests.codegen.random_ir import random_functions
from tests.codegen.running import evaluated, executed, generated, inputs

TARGETS = (CodegenTarget("v3"), CodegenTarget("v4", "6.6"))
SEEDS = 400
PER_CASE = 40

#: rules that only the goldens exercise
OTHER_RULES = {"add.core", "core.imm", "func", "kfunc", "map", "nonnil", "covers", "exists"}
_ARITHMETIC = ("add", "sub", "mul", "and", "or", "xor", "shl", "udiv", "umod")
RULES = {
    *(f"{op}.{form}" for op in _ARITHMETIC for form in ("imm", "reg", "short")),
    *(f"{op}.{form}" for op in ("lshr", "ashr") for form in ("imm", "reg")),
    *(f"jump{size}.{op}.{form}" for size in (32, 64) for op in COMPARES for form in ("imm", "reg")),
    *(f"atomic.{op}{fetch}" for op in ("add", "or", "and", "xor") for fetch in ("", ".fetch")),
    *(f"sext{bits}{cpu}" for bits in (8, 16, 32) for cpu in ("", ".v4")),
    "add.far", "sub.neg", "udiv.zero", "umod.zero", "neg", "inv", "neg.short", "inv.short", "bswap", "low.extension",
    "zext8", "zext16", "zext32", "zext32.known", "copy", "const.imm32", "const.mov32", "const.lddw",
    "compare.setcc", "compare.short.zext", "compare.short.sext", "compare.short.const",
    "branch.compare", "branch.bool", "branch.not", "branch.test", "branch.checked", "within",
    "address.constant", "padd.imm", "padd.reg", "padd.frame", "load", "load.signed", "load.signed.v4", "load.compared",
    "store.imm", "store.reg", "zero", "atomic.xchg.fetch", "atomic.cmpxchg.fetch", "global", "call", "callfn",
} - {"jump32.test.reg"}  # fmt: skip


@pytest.mark.parametrize("first", range(0, SEEDS, PER_CASE))
def test_code_does_what_the_ir_means(first: int) -> None:
    ran = 0
    for seed in range(first, first + PER_CASE):
        functions, data = random_functions(seed), inputs(seed)
        wanted = evaluated(functions, data)
        try:
            code = generated(functions, TARGETS[seed % 2])
        except FrameTooLarge:
            continue
        assert executed(code, data) == wanted, f"seed {seed}"
        ran += 1
    assert ran > PER_CASE * 3 // 4


def test_every_rule_is_used(closing_line: Callable[[str], None]) -> None:
    FIRED.clear()
    seed = 0
    while RULES - FIRED.keys() and seed < 4 * SEEDS:
        generated(random_functions(seed), TARGETS[seed % 2])
        seed += 1
    assert RULES - FIRED.keys() == set()
    assert FIRED.keys() - RULES - OTHER_RULES == set(), "rules that no list names"
    rarest = sorted(FIRED.items(), key=lambda item: item[1])[:8]
    closing_line("selection rules, rarest first: " + ", ".join(f"{name} {count}" for name, count in rarest))
