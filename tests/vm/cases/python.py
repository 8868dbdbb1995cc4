"""`rucy.load` of an object on each kernel: maps, events, output and globals against what the case makes happen."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.vm.guest import Env, options

if TYPE_CHECKING:
    import rucy

_PROGRAM = """\
license "GPL"
class Call
  attr :who,  :i64
  attr :comm, [:char, 16]
end
ONLY   = option :only, :u32, default: 0
CALLS  = ringbuf Call
OTHERS = perf_buffer Call
COUNTS = hash(:i64 => :u64, default: 0)
EACH   = percpu_hash(:u32 => :u64, default: 0)
SIZES  = histogram
TODO   = queue(:u64, 4)
LEVELS = array(:u64, 4)
$seen  = 0
syscall "getpgid", name: :groups do |who|
  next unless pid == ONLY
  $seen += 1
  COUNTS[who] += 1
  EACH[pid] += 1
  SIZES << who
  LEVELS[1] = TODO.pop || 9
  CALLS << Call.new(who: who, comm: comm)
  OTHERS << Call.new(who: who)
  puts "who is #{who}"
  printk "who %d", who
end
"""


def prepare_tool(out: Path) -> None:
    from rucy.pipeline import compile_file

    (out / "tool.rb").write_text(_PROGRAM)
    (out / "tool.o").write_bytes(compile_file(str(out / "tool.rb")).data)


def _calls(*numbers: int) -> None:
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.getpgid(number)


@options(timeout=240.0)
def case_tool(env: Env) -> None:
    import rucy
    from rucy.loader.objects import prog_info
    from tests.load.firing import gone

    with rucy.load(f"{env.out}/tool.o", only=os.getpid()) as tool:
        number = int(prog_info(tool.programs["groups"].fileno()).id)
        with tool.attach():
            tool.TODO.push(2**64 - 1)
            tool.COUNTS[-4_000_000] = 10
            _calls(0, -4_000_000, 0)
        _calls(0)
        _read(tool)
        _wait(tool)
    gone("bpf_prog_get_next_id", [number])


def _read(tool: rucy.Tool) -> None:
    assert dict(tool.COUNTS) == {0: 2, -4_000_000: 11}
    assert (tool.COUNTS[5], 5 in tool.COUNTS, tool.globals["seen"]) == (0, False, 3)
    assert tool.EACH[os.getpid()] == sum(tool.EACH.per_cpu(os.getpid())) == 3
    assert tool.SIZES.buckets() == ((None, -1, 1), (0, 0, 2))
    assert tool.LEVELS[1] == 9
    whos = [0, -4_000_000, 0]
    assert [event.who for event in tool.CALLS.read(0)] == whos
    assert sorted(event.who for event in tool.OTHERS.read(1)) == sorted(whos)
    assert list(tool.output.read(0)) == [f"who is {who}" for who in whos]
    assert [line.text for line in tool.trace.read(2)] == [f"who {who}" for who in whos]
    assert tool.losses == []


def _wait(tool: rucy.Tool) -> None:
    import asyncio

    async def body() -> None:
        waiting = [asyncio.ensure_future(anext(stream)) for stream in (tool.CALLS, tool.OTHERS)]
        await asyncio.sleep(0.2)
        with tool.attach():
            _calls(7)
        async with asyncio.timeout(20):
            assert [event.who for event in await asyncio.gather(*waiting)] == [7, 7]
            assert await anext(tool.output) == "who is 7"
            assert (await anext(tool.trace)).text == "who 7"

    asyncio.run(body())
