"""Pass goldens: IR in, IR out.

    tests/passes/<pass>/<case>.ir

    ; what the case is about
    ; run: @f(4) == 20
    static @f(%a: i64) -> i64 { … }
    ----
    the same behind the pass

Every run line holds before and behind the pass, both are valid, a second run of the pass changes nothing, and the pass
says that it changed something exactly when it did. A case whose two halves are one is a case where it must do nothing.
`--bless` writes the second half; a new case needs only the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from rucy.ir.function import Function, Module
from rucy.ir.interp import Env, run
from rucy.ir.parse import parse_module
from rucy.ir.text import format_module
from rucy.ir.verify import assert_valid_module

Pass = Callable[[Module], bool]
LINE = "----\n"
_RUN = re.compile(r"^; run: @(\w+)\((.*?)\) == (-?\w+)$", re.MULTILINE)


def check_case(path: Path, run_pass: Pass, bless: bool) -> None:
    source, line, wanted = path.read_text().partition(LINE)
    assert line or bless, f"{path.name} has no {LINE!r}"
    module = parse_module(source)
    assert_valid_module(module)
    runs = [(name, args, int(value, 0)) for name, args, value in _RUN.findall(source)]
    assert runs, f"{path.name} runs nothing"
    before = format_module(module)
    _check_runs(module, runs, "before")
    changed = run_pass(module)
    got = format_module(module)
    assert_valid_module(module)
    _check_runs(module, runs, "behind")
    assert changed == (got != before), "the pass says whether it changed something"
    assert not run_pass(module), f"a second run changes more:\n{format_module(module)}"
    if bless:
        path.write_text(source.rstrip("\n") + "\n" + LINE + got)
    assert got == path.read_text().partition(LINE)[2], f"{path.name} differs: `make bless`, then read the diff"


def of_functions(run_pass: Callable[[Function], bool]) -> Pass:
    """A pass over each function, as one over the module."""
    return lambda module: any([run_pass(fn) for fn in module.functions])  # noqa: C419 - every one of them


def _check_runs(module: Module, runs: list[tuple[str, str, int]], when: str) -> None:
    for name, args, value in runs:
        numbers = [int(arg, 0) for arg in args.split(",")] if args.strip() else []
        got = run(module, name, numbers, environment()).value
        assert got == value % 2**64, f"@{name}({args}) is {got} {when} the pass"


def environment() -> Env:
    """CO-RE values are 1 or 4; the current task is an object of 32 bytes."""
    env = Env(core=lambda ref: {"field_exists": 1, "byte_off": 4}.get(ref.kind, 4))
    thing = env.region("kernel", bytes(range(32)), "object")
    env.helpers["get_current_task_btf"] = lambda env, args: thing.base
    return env
