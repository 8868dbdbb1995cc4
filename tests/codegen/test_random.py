"""Random functions: generated code does what the IR means, instruction by instruction on a machine of our own."""

import pytest

from rucy.codegen import CodegenTarget, FrameTooLarge
from tests.codegen.random_ir import random_functions
from tests.codegen.running import evaluated, executed, generated, inputs

TARGETS = (CodegenTarget("v3"), CodegenTarget("v4", "6.6"))
SEEDS = 400
PER_CASE = 40


@pytest.mark.parametrize("first", range(0, SEEDS, PER_CASE))
def test_code_does_what_the_ir_means(first):
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
