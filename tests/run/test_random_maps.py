"""Random programs with maps: kernel, interpreter (before and after the passes) and Ruby with a model of a map agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rucy.source import UserError
from tests.run.mapping import outcomes
from tests.run.random_maps import program

COUNT = 40


@pytest.mark.root
def test_random_programs(tmp_path: Path, closing_line: Callable[[str], None]) -> None:
    refused, differ = 0, []
    for seed in range(COUNT):
        path = tmp_path / f"{seed}.rb"
        path.write_text(program(seed))
        try:
            found = outcomes(path)
        except UserError:  # a literal that does not fit where it is stored
            refused += 1
            continue
        differ += [f"seed {seed}: {engine}" for engine, said in found.items() if said != found["ruby"]]
    closing_line(f"maps: {COUNT} random programs, {refused} refused")
    assert not differ, "\n".join(differ)
    assert refused < COUNT // 4
