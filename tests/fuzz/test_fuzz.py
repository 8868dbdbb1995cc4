"""5,000 random programs mean the same to the kernel, the interpreter (before and after the passes) and Ruby."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.fuzz.runner import BY_DESIGN, run

COUNT = int(os.environ.get("RUCY_FUZZ", "5000"))


@pytest.mark.root
def test_random_programs(closing_line: Callable[[str], None]) -> None:
    outcome = run(0, COUNT)
    told = outcome.told()
    print("\n".join(outcome.coverage.lines()))
    closing_line(told[0])
    assert not outcome.findings, "\n".join(told)
    assert not outcome.coverage.counts.missing, "\n".join(told)
    refused = sum(n for name, n in outcome.statuses.items() if any(code in name for code in BY_DESIGN))
    assert refused < COUNT / 100, told[0]
    if COUNT >= 5000:
        assert not outcome.coverage.missing(), "\n".join(told)
