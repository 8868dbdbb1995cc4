"""Random functions through every pass: valid behind each, and the same result, memory and prints."""

from __future__ import annotations

import pytest

from rucy.ir.interp import run
from rucy.ir.parse import parse_module
from rucy.ir.text import format_module
from rucy.ir.verify import assert_valid_module
from rucy.passes import ORDER
from rucy.passes.inline_methods import inline_methods
from tests.passes.random_ir import EDGES, environment, random_module

ARGS = [(0, 0, 0), (1, 2**63, 5), (2**64 - 1, 7, 2**32), (255, 128, 3)]


def outcomes(module: object, seed: int) -> list[object]:
    """(value, prints, data) for a few arguments."""
    numbers = [*ARGS, (EDGES[seed % len(EDGES)], EDGES[seed // 5 % len(EDGES)], seed)]
    return [run(module, "f", list(args), environment(seed))[:3] for args in numbers]  # type: ignore[arg-type]


@pytest.mark.parametrize("start", range(0, 160, 40))
def test_all_passes_in_order(start: int) -> None:
    for seed in range(start, start + 40):
        module = random_module(seed)
        wanted = outcomes(module, seed)
        inline_methods(module)
        assert_valid_module(module)
        for run_pass in ORDER:
            for fn in module.functions:
                run_pass(fn)
            assert_valid_module(module)
        assert outcomes(module, seed) == wanted, f"seed {seed}: {first_wrong(seed)}"


def first_wrong(seed: int) -> str:
    """The pass behind which the outcome is another."""
    module = random_module(seed)
    wanted = outcomes(module, seed)
    inline_methods(module)
    if outcomes(module, seed) != wanted:
        return "inline_methods"
    for run_pass in ORDER:
        for fn in module.functions:
            run_pass(fn)
        if outcomes(module, seed) != wanted:
            return run_pass.__name__
    return "none alone"


@pytest.mark.parametrize("run_pass", dict.fromkeys(ORDER), ids=lambda run_pass: run_pass.__name__)
def test_each_pass_alone(run_pass: object) -> None:
    """On what no pass has simplified before; and it says whether it changed anything."""
    for seed in range(1000, 1030):
        module = random_module(seed)
        wanted = outcomes(module, seed)
        before = format_module(module)
        changed = [run_pass(fn) for fn in module.functions]  # type: ignore[operator]
        assert any(changed) == (format_module(module) != before)
        assert_valid_module(module)
        assert outcomes(module, seed) == wanted, f"seed {seed}"
        assert_valid_module(parse_module(format_module(module)))
