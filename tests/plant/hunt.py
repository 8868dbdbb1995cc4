"""Random programs through the compiler that PYTHONPATH names, until one is a finding: its seed; status 1 if there is none."""

from __future__ import annotations

import sys

import rucy
from tests.fuzz.runner import run


def main() -> int:
    count, expected = int(sys.argv[1]), sys.argv[2]
    assert str(rucy.__file__).startswith(expected), f"the compiler at {rucy.__file__} is not the broken one"
    outcome = run(0, count, shrinking=False, stop_at=1)
    if not outcome.findings:
        print(f"not found within {outcome.coverage.programs} programs")
        return 1
    first = outcome.findings[0]
    print(f"found with seed {first.seed}, {first.status}, after {outcome.coverage.programs} programs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
