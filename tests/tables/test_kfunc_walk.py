"""All kernel functions of a kernel: which can be called, which cannot and why; and what is accepted loads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rucy.btf.reader import open_btf
from rucy.pipeline import compile_file
from tests.tables.kfunc_calls import HEAD, walk
from tests.tables.kfuncs_refused import REFUSED


@pytest.mark.skipif(os.environ.get("RUCY_NO_VM") == "1", reason="without other kernels")
def test_each_function_of_the_newest_kernel(closing_line: Callable[[str], None]) -> None:
    from tests.vm.btf import kernel_btf

    refused = walk(open_btf(str(kernel_btf("newest")))).refused
    known = {name: why for why, names in REFUSED.items() for name in names.split()}
    assert {name: why for name, why in refused.items() if known.get(name) != why} == {}, "refused, and not in the table"
    assert set(known) <= set(refused), "in the table, and not refused"
    closing_line(f"kernel functions: {len(REFUSED)} reasons not to call {len(known)} of them")


@pytest.mark.root
def test_what_is_accepted_loads(tmp_path: Path) -> None:
    """A call of each function that is here and needs nothing which only some programs have."""
    from rucy.loader.objects import Loaded

    release = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    walked = walk(open_btf(), release)
    source = tmp_path / "calls.rb"
    source.write_text(HEAD + "".join(walked.called.values()))
    assert len(walked.called) > 60 or release < (6, 12)
    with Loaded.open_object(compile_file(str(source)).data) as loaded:
        loaded.load()
