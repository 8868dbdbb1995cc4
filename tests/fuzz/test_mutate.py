"""5,000 mutated programs, and 1,000 files of garbage: see tests/fuzz/mutate.py."""

from __future__ import annotations

import multiprocessing

from tests.fuzz.mutate import both

COUNT = 5000
_SHARE = 250


def test_mutated_programs_and_garbage() -> None:
    shares = [range(first, first + _SHARE) for first in range(0, COUNT, _SHARE)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.map(both, shares, chunksize=1)
    found = [one for surprises, crashes in done for one in (*surprises, *crashes)]
    assert not found, f"{len(found)} of {COUNT}\n" + "\n\n".join(f"seed {s.seed}: {s.what}\n{s.text}" for s in found[:3])
