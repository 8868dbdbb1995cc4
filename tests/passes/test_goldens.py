"""Every pass of the order has goldens in the folder of its name, one of them where it must do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.ir.function import Function
from rucy.passes import ORDER, WHOLE_MODULE
from rucy.passes.bound_loops import bound_loops
from tests.passes.harness import LINE, Pass, check_case, of_functions

HERE = Path(__file__).parent


def _bounded(fn: Function) -> bool:
    """`bound_loops` says which loops have no end; here all have one."""
    blocks = len(fn.blocks)
    assert not bound_loops(fn)
    return len(fn.blocks) > blocks


PASSES: dict[str, Pass] = {
    **{run.__name__: run for run in WHOLE_MODULE},
    **{run.__name__: of_functions(run) for run in ORDER},
    "bound_loops": of_functions(_bounded),
}
CASES = sorted(HERE.glob("*/*.ir"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, bless: bool) -> None:
    check_case(path, PASSES[path.parent.name], bless)


@pytest.mark.parametrize("name", PASSES)
def test_every_pass_has_cases(name: str) -> None:
    cases = [path for path in CASES if path.parent.name == name]
    assert len(cases) > 1
    halves = [path.read_text().partition(LINE) for path in cases]
    assert any(_functions(before) == _functions(after) for before, _, after in halves), "no case where it must do nothing"


def _functions(text: str) -> list[str]:
    """The instructions, without what the printer makes of names."""
    return [line.strip() for line in text.split("\n") if line.startswith("  ")]
