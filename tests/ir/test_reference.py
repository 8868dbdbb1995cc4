"""docs/ir.md says what the rows say, and its example is IR."""

from __future__ import annotations

from pathlib import Path

from rucy.ir.interp import Env, run
from rucy.ir.ops import OPS
from rucy.ir.parse import parse_module
from rucy.ir.reference import current
from rucy.ir.verify import assert_valid_module

PAGE = Path(__file__).parents[2] / "docs" / "ir.md"


def test_the_page_is_current(bless: bool) -> None:
    text = PAGE.read_text()
    if bless:
        PAGE.write_text(current(text))
    assert current(PAGE.read_text()) == PAGE.read_text(), "`make bless`, then read the diff"
    assert all(f"`{name}`" in PAGE.read_text() for name in OPS)


def test_the_example_is_valid_and_runs() -> None:
    module = parse_module(PAGE.read_text().split("```")[1])
    assert_valid_module(module)
    env = Env()
    result = run(module, "filter", [env.region("ctx", bytes([0, 0, 0, 0, 4, 0, 0, 0]))], env)
    assert (result.value, result.memory["count"][0]) == (4, 0 + 1 + 2 + 3)
