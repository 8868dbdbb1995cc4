"""Tools in a runtime that the sanitizers watch: a byte too much, a use of what was freed, an undefined shift or a leak at its end
becomes a status and lines on standard error, which no test expects. And that memory stays what it is in a long run."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.runtime import test_user_half, tool
from tests.runtime.tool import ask, attached, build, run

pytestmark = pytest.mark.root


@pytest.fixture
def in_sanitized(sanitized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "other_runtime", sanitized / "rucy")


#: The tests of other files, in it.
TESTS = [
    *(getattr(test_user_half, name) for name in vars(test_user_half) if name.startswith("test_")),
]


@pytest.mark.usefixtures("in_sanitized")
@pytest.mark.parametrize("test", TESTS, ids=[test.__name__ for test in TESTS])
def test_in_the_sanitized_runtime(test, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    test(tmp_path)


def test_the_sanitizers_are_in_it(sanitized: Path) -> None:
    names = subprocess.run(["nm", "-D", sanitized / "rucy"], capture_output=True, text=True, check=True).stdout
    assert {"__asan_report_load8", "__ubsan_handle_shift_out_of_bounds_abort"} <= set(names.split())


#: Records, output, maps, names of stacks and a table, again and again.
LONG = """\
class Call
  attr :who, :u64
  attr :comm, [:char, 16]
  attr :list, [:u16, 8]
  attr :stack, :i64
end
CALLS  = ringbuf Call
SEEN   = hash([:u64, [:char, 16]] => Call)
COUNTS = percpu_hash(:u64 => :u64, default: 0)
SIZES  = histogram(:log2)
STACKS = stack_traces
syscall "getpgid" do |who|
  if pid == ME
    COUNTS[who & 63] += 1
    SIZES << who
    printf "%d %s\\n", who, comm if who & 1 == 0
    CALLS << Call.new(who: who, comm: comm, stack: kstack(STACKS))
  end
end
n = 0
CALLS.each do |call|
  n += 1
  puts "#{call.who} #{call.comm} #{call.list.sum}"
  next unless n % 100 == 0
  SEEN[call.who % 50, call.comm] = Call.new(who: call.who, list: [1, 2, 3])
  puts SEEN.map { |key, value| key.inspect + value.to_h.inspect }.join, COUNTS.to_h, JSON.generate(call.to_h)
  puts symbolize(STACKS[call.stack])
  SIZES.print
  begin
    SEEN[1] = 2
  rescue => e
    puts e.message
  end
end
"""


@pytest.mark.usefixtures("in_sanitized")
def test_nothing_leaks(tmp_path: Path) -> None:
    ended = run(build(tmp_path, LONG), during=lambda: ask(range(20000)))
    assert ended.status == 0
    lines = ended.err.splitlines()
    assert all("dropped" in line or "left out" in line for line in lines), lines
    assert len(ended.out) > 100000


def test_memory_stays_what_it_is(tmp_path: Path) -> None:
    """Of the runtime that ships: a million calls add nothing. (A page or two comes and goes.)"""

    def used(process: subprocess.Popen[str]) -> int:
        attached(process)  # it waits again: all is taken
        return int(re.findall(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{process.pid}/status").read_text(), re.M)[0])

    tool = build(tmp_path, LONG)
    with subprocess.Popen([tool], text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            attached(process)
            ask(range(300_000))
            before = used(process)
            ask(range(1_000_000))
            after = used(process)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert after - before < 1024, (before, after)
