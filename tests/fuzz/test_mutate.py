"""5,000 mutated programs, and 1,000 files of garbage: see tests/fuzz/mutate.py."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable

from tests.fuzz.mutate import both

COUNT = 5000
_SHARE = 250


def test_mutated_programs_and_garbage(closing_line: Callable[[str], None]) -> None:
    shares = [range(first, first + _SHARE) for first in range(0, COUNT, _SHARE)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.map(both, shares, chunksize=1)
    surprises = [one for found, _ in done for one in found]
    crashes = [one for _, found in done for one in found]
    closing_line(f"mutated programs: {COUNT}, read otherwise than by Ruby: seeds {[one.seed for one in surprises]}")
    wrong = crashes + surprises
    assert not wrong, f"{len(wrong)} of {COUNT}\n" + "\n\n".join(f"seed {s.seed}: {s.what}\n{s.text}" for s in wrong[:3])
