"""How often a loop turns at most: nothing is said where its numbers could wrap before the compare sees them pass."""

from __future__ import annotations

import pytest

from rucy.ir.dominance import Dominance
from rucy.ir.parse import parse_module
from rucy.passes.analysis.loops import count_turns, find_loops

_LOOP = """
static @f(%a: i64) -> i64 {{
b:
  %low = and %a, 255
  %start = add %low, {start}
  jump -> loop
loop:
  %i = phi [b: %start], [loop: %j]
  %j = add %i, {step}
  %x = add %i, {shift}
  %c = {stays} %x, {bound}
  branch %c -> loop, end
end:
  ret %i
}}
"""


def turns(stays: str, start: int, step: int, bound: int, shift: int = 0) -> int | None:
    (fn,) = parse_module(_LOOP.format(stays=stays, start=start, step=step, shift=shift, bound=bound)).functions
    dominance = Dominance(fn)
    (found,) = count_turns(fn, find_loops(fn, dominance), dominance).values()
    return found.most if found is not None else None


@pytest.mark.parametrize(
    ("stays", "start", "step", "bound", "shift", "most"),
    [
        ("slt", -1, 3, 20, 0, 7),
        ("ult", 0, 3, 20, 0, 7),
        ("sgt", -10, -5, -30, 0, 55),
        ("uge", 100, -50, 50, 0, 7),
        ("slt", -1, 5 * 10**18, 4 * 10**18, 0, 1),
        ("slt", -1, 5 * 10**18, 9 * 10**18, 0, None),
        ("sgt", -1, -5 * 10**18, -9 * 10**18, 0, None),
        ("slt", 2**63 - 300, 1, 2**63 - 200, 100, None),
        ("sgt", -(2**63) + 5, -1, -(2**62), -10, None),
        ("ugt", 0, -1, 3, -5, None),
        ("uge", 0, -1, 0, 0, None),
    ],
)
def test_turns(stays: str, start: int, step: int, bound: int, shift: int, most: int | None) -> None:
    assert turns(stays, start, step, bound, shift) == most
