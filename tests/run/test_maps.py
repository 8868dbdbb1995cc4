"""Programs with maps: the kernel, the interpreter and Ruby agree on globals, on what the maps hold, on what was refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.mapping import FOLDER, outcomes

_FILES = sorted(FOLDER.glob("*.rb"))


@pytest.mark.root
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_program(path: Path) -> None:
    found = outcomes(path)
    for engine, said in found.items():
        assert said == found["ruby"], engine


@pytest.mark.root
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_program_with_all_of_its_memory_in_scratch(path: Path) -> None:
    found = outcomes(path, scratch=True)
    for engine, said in found.items():
        assert said == found["ruby"], engine
