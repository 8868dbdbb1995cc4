"""Scratch in the interpreter: what a run finds there, when it gets none, and what a tail call does to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rucy import pipeline
from rucy.ir import interp
from rucy.ir.function import Module
from rucy.ir.map_models import Model
from rucy.ir.parse import parse_module
from rucy.ir.verify import assert_valid_module

GOLDEN = Path(__file__).parents[1] / "golden" / "scratch"
_PASS, _DROP = 2, 1
_FREE, _TAKEN = bytes(16), (1).to_bytes(8, "little") + bytes(8)


def compiled(name: str) -> Module:
    """As it is behind `fit_frames`."""
    options = pipeline.Options()
    stages = pipeline.stages(str(GOLDEN / f"{name}.rb"), options, pipeline.Diagnostics())
    module = next(made for stage, made in stages if stage == "opt")
    assert isinstance(module, Module)
    assert_valid_module(module)
    return module


class Run:
    """A program run with some elements of its scratch taken."""

    def __init__(self, module: Module, program: str, taken: int = 0, tail_call: Any = None) -> None:
        self.env = interp.Env()
        self.name = f"rucy_scratch_{program}"
        row = module.maps[self.name]
        self.model = self.env.maps[self.name] = Model(self.env, row)
        for element in range(row.entries):
            head = _TAKEN if element < taken else _FREE
            self.model.fill({element.to_bytes(4, "little"): head.ljust(row.value_size, b"\xee")})
        if tail_call is not None:
            self.env.helpers["tail_call"] = lambda env, args: tail_call(self) or 0
        context = self.env.region("ctx", bytes(12) + (1).to_bytes(4, "little") * 2 + bytes(44), "ctx", True)
        self.result = interp.run(module, program, [context], self.env)
        self.missed = int.from_bytes(self.result.memory[f"__rucy_scratch_{program}"], "little")

    def claims(self) -> list[int]:
        return [region.data[0] for region in self.model.elements.values()]


@pytest.mark.parametrize("taken", [0, 1, 7])
def test_a_run_takes_the_first_free_element_and_gives_it_up(taken: int) -> None:
    run = Run(compiled("tail_call"), "second", taken)
    assert (run.result.value, run.missed) == (_DROP, 0)
    assert run.claims() == [1] * taken + [0] * (8 - taken)


def test_a_run_that_finds_none_ends_with_the_neutral_result() -> None:
    run = Run(compiled("tail_call"), "second", 8)
    assert (run.result.value, run.missed) == (_PASS, 1)
    assert run.claims() == [1] * 8


def test_nothing_is_held_during_a_tail_call() -> None:
    seen: list[list[int]] = []
    run = Run(compiled("tail_call"), "first", 1, lambda run: seen.append(run.claims()))
    assert seen == [[1, 0, 0, 0, 0, 0, 0, 0]]
    assert (run.result.value, run.missed) == (_DROP, 0)  # its own words are still there
    assert run.claims() == [1, 0, 0, 0, 0, 0, 0, 0]


def test_behind_a_tail_call_nothing_is_read_that_another_has_written() -> None:
    def another(run: Run) -> None:
        element = next(iter(run.model.elements.values()))
        element.data[8] += 1  # it had its turn, and has gone
        element.data[16:] = bytes(len(element.data) - 16)

    run = Run(compiled("tail_call"), "first", 0, another)
    assert (run.result.value, run.missed, run.claims()) == (_PASS, 1, [0] * 8)


def test_behind_a_tail_call_the_element_may_be_taken() -> None:
    def another(run: Run) -> None:
        next(iter(run.model.elements.values())).data[0] = 1

    run = Run(compiled("tail_call"), "first", 0, another)
    assert (run.result.value, run.missed, run.claims()) == (_PASS, 1, [1] + [0] * 7)


_UNWRITTEN = """\
program @p(%ctx: ptr<ctx, w>) -> i64 [prog_type=XDP section=xdp] {
b1:
  %0: ptr<stack, w> = slot size=600 align=8 name=string
  store 5, %0 off=0 width=8
  %1 = load %0 off=OFF width=8 signed=false
  ret %1
}
"""


@pytest.mark.parametrize("preemptible", [True, False])
def test_what_lies_there_is_unwritten(preemptible: bool) -> None:
    text = _UNWRITTEN if preemptible else _UNWRITTEN.replace("section=xdp", "section=xdp preemptible=false")
    for off, fails in ((0, False), (8, True)):
        module = parse_module(text.replace("OFF", str(off)))
        pipeline.fit_frames(module)
        assert_valid_module(module)
        (row,) = module.maps.values()
        assert row.entries == (8 if preemptible else 1)
        context = interp.Env().region("ctx", bytes(8), "ctx", True)
        if fails:
            with pytest.raises(interp.InterpError, match="were not all written"):
                interp.run(module, "p", [context])
        else:
            assert interp.run(module, "p", [context]).value == 5
