"""Random functions in the running kernel: each is accepted, and gives what the IR means."""

import os
import re

import pytest

from rucy.codegen import CodegenTarget, FrameTooLarge
from tests.codegen.kernel_run import run
from tests.codegen.random_ir import random_functions
from tests.codegen.running import evaluated, generated, inputs

RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
FIRST, COUNT, PER_CASE = 100_000, 300, 50


@pytest.mark.root
@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, PER_CASE))
def test_the_kernel_runs_it(first):
    """Fetching atomics need 5.12, v4 needs 6.6."""
    if RELEASE < (5, 12):
        pytest.skip("atomic operations that fetch need Linux 5.12")
    targets = [CodegenTarget("v3")] + ([CodegenTarget("v4", "6.6")] if RELEASE >= (6, 6) else [])
    for seed in range(first, first + PER_CASE):
        functions, data = random_functions(seed, verifiable=True), inputs(seed)
        result, out = evaluated(functions, data)
        try:
            code = generated(functions, targets[seed % len(targets)])
        except FrameTooLarge:
            continue
        if code[0].stack + max((fn.stack for fn in code[1:]), default=0) > 512 - 2 * 32:
            continue  # the frames of a chain of calls share 512 bytes, each rounded up to 32
        assert run(code, data) == (result & 0xFFFFFFFF, out), f"seed {seed}"
