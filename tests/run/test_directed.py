"""Directed programs on the kernel, the interpreter and Ruby: each operator by width and sign, and all found before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.run.directed import operator_cases
from tests.run.files import FOLDER, read_case
from tests.run.harness import Counts, judge

_FILES = sorted(FOLDER.glob("**/*.rb"))


@pytest.mark.root
@pytest.mark.parametrize("cpu", ["v3", "v4"])
def test_operators(cpu: str, closing_line: Callable[[str], None]) -> None:
    cases = operator_cases()[:: 1 if cpu == "v3" else 3]
    counts = Counts()
    found = []
    for first in range(0, len(cases), 24):
        found += [v for v in judge(cases[first : first + 24], counts, cpu, interpret=cpu == "v3") if v.status != "agree"]
    closing_line(f"operators ({cpu}): {len(cases)} directed programs, {counts.runs} runs")
    assert not counts.missing
    assert not found, f"{len(found)}\n" + "\n".join(f"{v.case.name} {v.status} {v.detail}" for v in found[:5])


@pytest.mark.root
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_file(path: object) -> None:
    counts = Counts()
    verdict = judge([read_case(path)], counts)[0]  # type: ignore[arg-type]
    assert not counts.missing
    assert verdict.status == "agree", f"{verdict.status}\n{verdict.detail}"
