"""Kernel functions in sets and alone, dynptrs: what programs of tests/run/calls do in this kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.pipeline import compile_file
from tests.run.kernel_calls import FOLDER, expectations, failures, run

pytestmark = pytest.mark.root


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.rb")), ids=lambda path: path.stem)
def test_in_this_kernel(path: Path) -> None:
    text = path.read_text()
    assert expectations(text), "nothing is expected"
    assert not failures(text, run(compile_file(str(path)).data, text))


def test_records_of_any_length() -> None:
    """What the block wrote and sent, text up to its end, then the value's; what was discarded or had no room is not there."""
    from rucy.loader.objects import Loaded
    from rucy.loader.rings import Ring

    with Loaded.open_object(compile_file(str(FOLDER / "dynptr_ring.rb")).data) as loaded:
        loaded.load()
        ring = Ring("RING", loaded.map("RING").fd)
        loaded.test_run("run")
        name = Path("/proc/self/comm").read_bytes().rstrip(b"\n")[:15]
        first, second = ring.records()
        assert first == b"\1\0\0\0" + bytes([len(name), 0, 0, 0]) + name  # what is longer than the record is not written
        assert second[:8] == b"\2\0\0\0\x10\0\0\0" and len(second) == 24
        assert int.from_bytes(loaded.read_global("__rucy_record_RING"), "little") == 1
        ring.close()
