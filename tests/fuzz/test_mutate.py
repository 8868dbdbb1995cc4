"""5,000 mutated programs, and 1,000 files of garbage: see tests/fuzz/mutate.py."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.mutate import crashes, surprises

COUNT = 5000
GARBAGE = 1000


def test_mutated_programs_are_read_as_ruby_reads_them(tmp_path: Path) -> None:
    found = list(surprises(range(COUNT), tmp_path))
    assert not found, f"{len(found)} of {COUNT}\n" + "\n\n".join(f"seed {s.seed}: {s.what}\n{s.text}" for s in found[:3])


def test_garbage_ends_in_diagnostics(tmp_path: Path) -> None:
    found = list(crashes(range(GARBAGE), tmp_path))
    assert not found, f"{len(found)} of {GARBAGE}\n" + "\n\n".join(f"seed {s.seed}: {s.what}\n{s.text}" for s in found[:3])
