"""Random programs of methods that yield, on the kernel, the interpreter before and after the passes, and Ruby."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rucy.source import UserError
from tests.run.mapping import outcomes
from tests.run.random_blocks import program

#: what the copies of methods and blocks, or the ways through them, can be too many for
TOO_LARGE = {"block-too-large", "loop-too-long"}


@pytest.mark.root
def test_blocks(tmp_path: Path, closing_line: Callable[[str], None]) -> None:
    ran, refused = 0, 0
    for seed in range(16):
        path = tmp_path / f"blocks{seed}.rb"
        path.write_text(program(seed))
        try:
            found = outcomes(path)
        except UserError as error:
            assert {diagnostic.code for diagnostic in error.diagnostics} <= TOO_LARGE, path.read_text()
            refused += 1
            continue
        ran += 1
        for engine, said in found.items():
            assert said == found["ruby"], f"{engine}\n{path.read_text()}"
    closing_line(f"blocks: {ran} random programs, {refused} too large")
    assert ran > 10
