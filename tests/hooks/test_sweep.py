"""Drawn programs, loaded by the running kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.btf.reader import open_btf
from tests.hooks import sweep
from tests.hooks.loading import try_load

COUNT = 40


@pytest.mark.root
@pytest.mark.parametrize("hook", ["tp_btf", "kprobe"])
def test_drawn_programs_load(hook: str, tmp_path: Path) -> None:
    btf = open_btf()
    drawn = list(sweep.tracepoints(btf, COUNT, 1) if hook == "tp_btf" else sweep.functions(btf, hook, COUNT, 1))
    loaded = 0
    for one in drawn:
        data = sweep.compiled(one, str(tmp_path / "drawn.rb"), None)
        if data is not None:
            lacking = try_load(data)
            assert not lacking, f"{one.target}: {lacking}"
            loaded += 1
    assert loaded >= len(drawn) * 0.9
