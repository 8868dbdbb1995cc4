"""`python -m tests.fuzz --count 20000 --log FILE`, `python -m tests.fuzz --seed N`: random programs, three ways each.

Status 1 when one of them is a finding, or something was never exercised.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.cases import case_of
from tests.fuzz.generate import generate
from tests.fuzz.runner import Outcome, run
from tests.run.harness import Counts, judge


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="random programs, run three ways")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="this program alone: its text, and what each engine says")
    parser.add_argument("--log", help="where seeds and outcomes are written")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-shrink", action="store_true")
    given = parser.parse_args()
    if given.seed is not None:
        return _one(given.seed)
    outcome = run(
        given.start, given.count, given.workers, shrinking=not given.no_shrink, log=Path(given.log) if given.log else None
    )
    print("\n".join(outcome.coverage.lines()))
    print("\n".join(outcome.told()))
    return 1 if outcome.findings or (given.count >= 5000 and outcome.coverage.missing()) else 0


def _one(seed: int) -> int:
    case = case_of(generate(seed, f"p{seed}"))
    print(case.text)
    verdict = judge([case], Counts())[0]
    print(verdict.status, verdict.detail)
    return int(verdict.status != "agree")


__all__ = ["Outcome", "main"]

if __name__ == "__main__":
    sys.exit(main())
