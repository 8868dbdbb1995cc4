"""The order of passes: where it stops, what is left out, what is counted."""

from __future__ import annotations

import pytest

from rucy import passes
from rucy.ir.parse import parse_module
from rucy.ir.text import format_module

TEXT = """
static @f(%a: i64) -> i64 {
b:
  %0 = callfn %a symbol=g
  %1 = mul 6, 7
  %2 = add %0, %1
  ret %2
}
static @g(%a: i64) -> i64 {
b:
  %0 = add %a, %a
  ret %0
}
"""


def optimised(**options: object) -> str:
    module = parse_module(TEXT)
    passes.optimise(module, **options)  # type: ignore[arg-type]
    return format_module(module)


def test_all_of_them() -> None:
    assert [line.strip() for line in optimised().split("\n")[2:-2]] == ["%0 = add %a, %a", "%1 = add %0, 42", "ret %1"]


def test_a_last_one() -> None:
    assert "mul 6, 7" in optimised(after="inline_methods")
    assert "callfn" not in optimised(after="inline_methods")
    assert "jump" in optimised(after="fold_constants")


def test_without_one() -> None:
    assert "callfn" in optimised(without=["inline_methods"])
    assert "callfn" in optimised(without=["inline_methods"], after="inline_methods")
    assert "42" not in optimised(without={"fold_constants", "propagate_conditions"})


def test_what_fired_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "FIRED", {})
    optimised()
    assert {run.__name__ for run in (*passes.WHOLE_MODULE, *passes.ORDER)} == passes.FIRED.keys()
    assert passes.FIRED["inline_methods"] == 1
    assert passes.FIRED["narrow_extensions"] == 0
