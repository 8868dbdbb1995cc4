"""Timers: one shot an element, moved by a second call, stopped, and set again from its own block; kernel and interpreter."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

#: The mark of a packet says what is done.
PROGRAM = """\
license "GPL"
class Shot
  attr :count, :u64
  attr :guard, :spin_lock
  attr :t, :timer
  attr :seen, :u32
  attr :more, :u8
end
class Slot
  attr :t, :timer
  attr :index, :u64
end
SHOTS = hash([:u32, :u8] => Shot)
SLOTS = array(Slot, 2)
LOG = hash default: 0
$fired = 0
NEVER = 3_600_000_000_000

def arm(shot, wait)
  after(shot.t, wait) do |key, s|
    s.count += key[0]
    s.seen = s.more
    $fired += 1
    LOG[key[1]] += 1
    next if s.more == 0
    s.more = s.more - 1
    timer_start(s.t, 1_000_000, 0)
  end
end

tc_ingress do |packet|
  SHOTS[7, 1] ||= Shot.new(more: 2)
  shot = SHOTS[7, 1]
  next :ok unless shot
  case packet.mark
  when 1 then arm(shot, 1_000_000)
  when 2
    arm(shot, NEVER)
    arm(shot, 1_000_000)
  when 3
    arm(shot, 2_000_000_000)
    next timer_cancel(shot.t) == 1 ? :shot : :pipe
  when 4 then after(SLOTS[1].t, 1_000_000) { |index, s| s.index = index + 40 }
  when 5
    arm(shot, 300_000_000)
    SHOTS.delete(7, 1)
  end
  :ok
end
"""

#: (mark, the program's value, what is there when all timers are over)
STEPS = [
    (1, 0, {"count": 21, "seen": 0, "fired": 3}),
    (2, 0, {"count": 28, "seen": 0, "fired": 4}),
    (3, 2, {"count": 28, "seen": 0, "fired": 4}),
    (4, 0, {"count": 28, "seen": 0, "fired": 4}),
]


def compiled(tmp_path: Path) -> tuple[bytes, Any]:
    from rucy import pipeline
    from rucy.source import Diagnostics

    (tmp_path / "timers.rb").write_text(PROGRAM)
    made = dict(pipeline.stages(str(tmp_path / "timers.rb"), pipeline.Options(), Diagnostics()))
    assert made["types"].kernel == "5.15"
    return made["object"], made["opt"]


def on_kernel(data: bytes) -> None:
    """Every step, waiting for what must come. Also run in the VMs."""
    from rucy.loader.decode import Decoder
    from tests.run.harness import opened
    from tests.run.mapping import context_of

    decoder = Decoder.of_object(data)
    assert decoder is not None
    value = decoder.map_types()["SHOTS"].value
    assert value is not None
    with opened(data) as loaded:
        loaded.load()

        def now() -> dict[str, int]:
            ((_, cell),) = loaded.map("SHOTS").items()
            shot = decoder.decode(value, cell)
            assert set(shot) == {"count", "seen", "more"}, "user space sees no lock and no timer"
            fired = int.from_bytes(loaded.read_global("fired"), "little")
            return {"count": shot["count"], "seen": shot["seen"], "fired": fired}

        for mark, result, there in STEPS:
            assert loaded.test_run("tc_ingress", bytes(64), ctx_in=context_of("tc_ingress", mark)).retval == result
            until(lambda there=there: now() == there, now)
        until(lambda: loaded.map("SLOTS").get(b"\1\0\0\0")[16] == 41, now)
        until(lambda: loaded.map("LOG").items().__next__()[1][0] == 4, now)
        loaded.test_run("tc_ingress", bytes(64), ctx_in=context_of("tc_ingress", 5))
        time.sleep(0.5)  # what is deleted does not fire
        assert int.from_bytes(loaded.read_global("fired"), "little") == 4


def until(true: Any, now: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"it stays at {now()}"
        time.sleep(0.002)


@pytest.mark.root
def test_on_the_kernel(tmp_path: Path) -> None:
    on_kernel(compiled(tmp_path)[0])


def test_in_the_interpreter(tmp_path: Path) -> None:
    from rucy.ir import interp
    from tests.run.mapping import context_of

    _, module = compiled(tmp_path)
    env = interp.Env()
    for mark, result, there in STEPS:
        context = env.region("ctx", context_of("tc_ingress", mark), "ctx", True)
        ran = interp.run(module, "tc_ingress", [context], env)
        assert ran.value == result
        interp.fire(env)
        (shot,) = env.maps["SHOTS"].elements.values()
        row = {name: at for name, _, at in env.maps["SHOTS"].row.value[3]}
        assert int.from_bytes(shot.data[row["count"] : row["count"] + 8], "little") == there["count"]
        assert int.from_bytes(shot.data[row["seen"] : row["seen"] + 4], "little") == there["seen"]
