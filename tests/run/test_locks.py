"""A lock holds: two CPUs change two fields at once, and neither ever sees one of them without the other."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

RUNS = 200_000

PROGRAM = """\
license "GPL"
class Pair
  attr :guard, :spin_lock
  attr :once, :u64
  attr :twice, :u64
end
PAIRS = hash(:u32 => Pair)
$torn = 0
tc_ingress do |packet|
  PAIRS[1] ||= Pair.new
  pair = PAIRS[1]
  next :ok unless pair
  apart = LOCK do
    bad = pair.twice != pair.once * 2
    pair.once = pair.once + 1
    pair.twice = pair.twice + 2
    bad
  end
  $torn += 1 if apart
  :ok
end
"""
LOCKED = PROGRAM.replace("LOCK do", "lock(pair.guard) do")
OPEN = PROGRAM.replace("apart = LOCK do\n", "").replace("    bad\n  end\n", "").replace("if apart", "if bad")


def raced(tmp_path: Path, source: str) -> dict[str, int]:
    """Both CPUs run the program; what the pair holds in the end, and how often it was seen torn."""
    from rucy.loader.decode import Decoder
    from rucy.pipeline import compile_file
    from tests.run.harness import opened

    (tmp_path / "race.rb").write_text(source)
    data = compile_file(str(tmp_path / "race.rb")).data
    decoder = Decoder.of_object(data)
    assert decoder is not None
    with opened(data) as loaded:
        loaded.load()
        start = threading.Barrier(2)

        def run(cpu: int) -> None:
            os.sched_setaffinity(0, {cpu})  # of this thread
            start.wait()
            loaded.test_run("tc_ingress", bytes(64), repeat=RUNS)

        threads = [threading.Thread(target=run, args=(cpu,)) for cpu in sorted(os.sched_getaffinity(0))[:2]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ((_, cell),) = loaded.map("PAIRS").items()
        pair: dict[str, Any] = decoder.decode(decoder.map_types()["PAIRS"].value or 0, cell)
        return pair | {"torn": int.from_bytes(loaded.read_global("torn"), "little")}


@pytest.mark.root
def test_two_cpus(tmp_path: Path) -> None:
    """The lock itself is not shown. Without it the same program goes wrong: the test can fail."""
    assert raced(tmp_path, LOCKED) == {"once": 2 * RUNS, "twice": 4 * RUNS, "torn": 0}
    if len(os.sched_getaffinity(0)) > 1:
        assert any(raced(tmp_path, OPEN) != {"once": 2 * RUNS, "twice": 4 * RUNS, "torn": 0} for _ in range(5))
