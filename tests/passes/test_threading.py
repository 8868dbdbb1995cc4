"""Threading of jumps comes to an end soon: rounds do not grow with the function, and what is copied is bounded."""

from __future__ import annotations

import importlib

import pytest

from rucy.ir.function import Function
from rucy.ir.parse import parse_module
from rucy.ir.verify import assert_valid_module

passes = importlib.import_module("rucy.passes.simplify_branches")


def chain(count: int) -> str:
    """A number is looked at, and then asked about once more, `count` times."""
    lines = ["static @f(%x: i64) -> i64 {", "a0:"]
    for n in range(count):
        lines += [
            f"  %k{n} = xor %x, {n + 1}", f"  %c{n} = ult %k{n}, 5", f"  branch %c{n} -> t{n}, m{n}",
            f"t{n}:", f"  %i{n} = within %k{n} lo=0 hi=4", f"  %j{n} = mul %i{n}, 3", f"  jump -> m{n}",
            f"m{n}:", f"  %p{n} = phi [a{n}: 7], [t{n}: %j{n}]", f"  %d{n} = uge %k{n}, 5", f"  branch %d{n} -> e{n}, a{n + 1}",
            f"e{n}:", f"  jump -> a{n + 1}",
            f"a{n + 1}:", f"  %q{n} = phi [m{n}: %p{n}], [e{n}: 3]",
        ]  # fmt: skip
    return "\n".join([*lines, f"  ret %q{count - 1}", "}"])


def threaded(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Function, int]:
    """The function, and how many rounds it took."""
    rounds = 0
    inner = passes._thread_jumps

    def counted(*args: object) -> object:
        nonlocal rounds
        rounds += 1
        return inner(*args)

    monkeypatch.setattr(passes, "_thread_jumps", counted)
    module = parse_module(text)
    passes.simplify_branches(module.functions[0])
    assert_valid_module(module)
    return module.functions[0], rounds


def test_a_chain_takes_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    fn, rounds = threaded(chain(60), monkeypatch)
    assert rounds <= 3
    assert sum(instr.op.name == "branch" for instr in fn.instrs()) == 60


def test_ways_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    made = passes._Ways
    monkeypatch.setattr(passes, "_Ways", lambda left: made(0))
    fn, _ = threaded(chain(60), monkeypatch)
    assert sum(instr.op.name == "branch" for instr in fn.instrs()) == 120
