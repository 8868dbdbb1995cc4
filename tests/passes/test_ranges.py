"""Ranges hold: every number that a run makes is in the range of its value, where it is used."""

from __future__ import annotations

from typing import Any

import pytest

from rucy.ir import interp
from rucy.ir.function import Const, Function, Instr
from rucy.ir.parse import parse_function
from rucy.ir.types import I64
from rucy.passes.analysis.ranges import TOP, Range, Ranges, of_interval, of_signed, tight
from rucy.passes.narrow_extensions import decide
from tests.passes.random_ir import EDGES, environment, random_module


def inside(number: int, r: Range) -> bool:
    signed = number - (number >> 63 << 64)
    return r.lo <= number <= r.hi and r.slo <= signed <= r.shi and number & ~r.may == 0


def test_ranges_hold_in_random_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    ranges: dict[Function, Ranges] = {}
    plain = interp._Machine._instr
    seen = 0

    def checked(machine: Any, frame: Any, instr: Instr, args: list[Any]) -> Any:
        nonlocal seen
        if frame.fn not in ranges:
            ranges[frame.fn] = Ranges(frame.fn)
        known = ranges[frame.fn]
        assert instr.block is not None
        for value, number in zip(instr.args, args):
            if value.type == I64 and not isinstance(value, Const):
                found = known.at(value, instr.block)
                seen += found != TOP
                assert inside(number, found), (frame.fn.name, instr, value, number, found)
        return plain(machine, frame, instr, args)

    monkeypatch.setattr(interp._Machine, "_instr", checked)
    for seed in range(300, 360):
        module = random_module(seed)
        ranges.clear()
        for args in ((seed, 0, 5), (EDGES[seed % 24], EDGES[seed // 3 % 24], 255)):
            interp.run(module, "f", list(args), environment(seed))
    assert seen > 1000


LOOP = """
static @f(%n: i64) -> i64 {
b:
  jump -> loop
loop:
  %i = phi [b: 0], [body: %next]
  %c = ult %i, 10
  branch %c -> body, out
body:
  %x = mul %i, 3
  %next = add %i, 1
  jump -> loop
out:
  %r = umod %n, 7
  %s = sub %r, 3
  ret %i
}
"""


def test_a_counted_loop_is_bounded() -> None:
    fn = parse_function(LOOP)
    i, x = fn.blocks[1].instrs[0], fn.blocks[2].instrs[0]
    r, s = fn.blocks[3].instrs[:2]
    ranges = Ranges(fn)
    assert ranges.of(i)[:2] == (0, 10)
    assert ranges.at(i, fn.blocks[2])[:2] == (0, 9)
    assert ranges.at(i, fn.blocks[3])[:2] == (10, 10)
    assert ranges.of(x)[:2] == (0, 27)
    assert ranges.of(r) == of_interval(0, 6)
    assert ranges.of(s)[2:4] == (-3, 3)
    assert ranges.of(s)[:2] == (0, 2**64 - 1)


def test_views_of_one_number() -> None:
    assert tight(Range(lo=2**63)) == Range(2**63, 2**64 - 1, -(2**63), -1)
    assert tight(Range(slo=-5, shi=-2)) == Range(2**64 - 5, 2**64 - 2, -5, -2)
    assert tight(Range(slo=3, shi=9)) == Range(3, 9, 3, 9, 15)
    assert tight(Range(may=0xFF)) == Range(0, 255, 0, 255, 255)
    assert tight(Range(lo=5, hi=4)) is None
    assert of_signed(-(2**63) - 1, 0) == TOP


@pytest.mark.parametrize("name", ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge"])
def test_compares_are_decided_exactly(name: str) -> None:
    """On small ranges of both signs: decided exactly when all pairs agree; for eq and ne, when ranges or numbers say so."""
    ends = [-3, -1, 0, 1, 2]
    ranges = [(a, b) for a in ends for b in ends if a <= b and (a < 0) == (b < 0)]
    for a, b in ranges:
        for c, d in ranges:
            outcomes = {_compare(name, x, y) for x in range(a, b + 1) for y in range(c, d + 1)}
            wanted = outcomes.pop() if len(outcomes) == 1 else None
            assert decide(name, of_signed(a, b), of_signed(c, d)) == wanted, (a, b, c, d)


def _compare(name: str, x: int, y: int) -> bool:
    if name[0] == "u":
        x, y = x % 2**64, y % 2**64
    order = {"eq": x == y, "ne": x != y, "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y}
    return order[name if name in order else name[1:]]
