"""Random programs and directed ones, all of whose memory lies in scratch: the kernel, the interpreter and Ruby agree. And on
the kernel, what a tail call leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.cli.loading import open_tool
from rucy.loader.files import ObjectFile
from rucy.pipeline import compile_file, notes_of
from tests.fuzz.cases import case_of
from tests.fuzz.generate import generate
from tests.run.files import FOLDER, read_case
from tests.run.harness import Counts, judge

_PROGRAMS, _AT_ONCE = 96, 12


@pytest.mark.root
def test_programs_whose_memory_is_moved() -> None:
    counts = Counts(scratch=True)
    cases = [case_of(generate(seed, f"p{seed}")) for seed in range(1000, 1000 + _PROGRAMS)]
    cases += [read_case(path) for path in sorted(FOLDER.glob("**/*.rb"))]
    found = [verdict for at in range(0, len(cases), _AT_ONCE) for verdict in judge(cases[at : at + _AT_ONCE], counts)]
    wrong = [verdict for verdict in found if verdict.status not in ("agree", "refused")]
    assert not counts.missing
    assert not wrong, "\n".join(f"{v.case.name} {v.status} {v.detail}" for v in wrong[:5])
    assert sum(verdict.status == "agree" for verdict in found) >= _PROGRAMS


@pytest.mark.root
@pytest.mark.parametrize("slot", ["0", "packet.rx_queue_index + 1"])
def test_a_tail_call_leaves_nothing_taken(slot: str, tmp_path: Path) -> None:
    """Of the program that calls, and of the one that is called, where it is there."""
    source = tmp_path / "tail_call.rb"
    text = (Path(__file__).parents[1] / "golden" / "scratch" / "tail_call.rb").read_text()
    source.write_text(text.replace("tail_call NEXT, 0", f"tail_call NEXT, {slot}"))
    data = compile_file(str(source)).data
    notes = notes_of(data)
    with open_tool(ObjectFile("test", data, notes["probes"], False, notes)) as loaded:
        loaded.load()
        assert [loaded.test_run("first", bytes(64)).retval for _ in range(3)] == [3] * 3  # :tx
        for name, turns in (("first", 3), ("second", 0)):
            heads = [cell[:16] for _, cells in loaded.map(f"rucy_scratch_{name}").items() for cell in cells]
            assert not any(any(head[:8]) for head in heads)
            assert sum(int.from_bytes(head[8:], "little") for head in heads) == turns
