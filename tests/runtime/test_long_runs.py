"""Ten million records through a block, and what a tool keeps in memory."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.tool import ME, ask, build, run, running

pytestmark = pytest.mark.root

MILLION = 1_000_000
FIRED = 250  # records of a firing
SAID = 50_000  # records between two lines; the ring holds 87,381 of 40 and 8 bytes

RECORDS = f"""\
class Sample
  attr :at,     :u64
  attr :pid,    :u32
  attr :cpu,    :u32
  attr :number, :u64
  attr :comm,   [:char, 16]
end
SAMPLES = ringbuf Sample, size: 4_194_304
syscall "getpgid" do |who|
  next if pid != ME || who != 1
  {FIRED}.times {{ |i| SAMPLES << Sample.new(at: nsecs, pid: pid, cpu: cpu, number: i, comm: comm) }}
end
taken = 0
sums = [0, 0]
SAMPLES.on do |e|
  sums[0] += e.number
  sums[1] += 1 if e.pid == ME && e.cpu < 4096 && e.at > 0 && e.comm.size > 0
  taken += 1
  warn taken if taken % {SAID} == 0
end
poll 0
warn "attached"
wait
puts taken, *sums
"""


def test_ten_million_records(tmp_path: Path) -> None:
    """No more is fired than the ring holds until the tool has said that it took it: nothing is lost, however slow it is. Then
    it is stopped while a million more come: what the ring does not hold is counted."""
    with running(build(tmp_path, RECORDS)) as process:
        read = _lines(process)
        assert next(read) == "attached"
        memory = {}
        for taken in range(SAID, 10 * MILLION + 1, SAID):
            ask([1] * (SAID // FIRED))
            assert next(read) == str(taken)
            if taken in (MILLION, 10 * MILLION):
                memory[taken] = _resident(process.pid)
        assert memory[10 * MILLION] <= memory[MILLION] + (1 << 20), memory
        process.send_signal(signal.SIGSTOP)
        ask([1] * (MILLION // FIRED))
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    taken, numbers, whole = map(int, out.split())
    lost = re.findall(r"^tool: (\d+) records of `SAMPLES` were dropped: the ring was full$", err, re.MULTILINE)
    assert [taken + int(each) for each in lost] == [11 * MILLION], err
    assert taken < 10 * MILLION + 2 * SAID
    assert whole == taken
    assert numbers >= 10 * MILLION // FIRED * (FIRED * (FIRED - 1) // 2)


def test_garbage_of_a_program_that_has_not_waited_yet(tmp_path: Path) -> None:
    text = """\
$n = 0
syscall("getpgid") { |who| $n += 1 if pid == ME }
size = 0
300_000.times { |i| size += (i.to_s * 200).size }
puts size
puts File.open("/proc/self/status") { |file| file.read }.split("VmRSS:")[1].split[0]
exit
"""
    ended = run(build(tmp_path, text))
    assert (ended.status, ended.err) == (0, "")
    size, resident = map(int, ended.out.split())
    assert size == sum(len(str(i)) * 200 for i in range(300_000))
    assert resident < 32 << 10  # KiB; what was made is 337 MB


def test_what_prints_each_record_is_not_ruby(tmp_path: Path) -> None:
    """mruby's own `puts` and `printf`, which take seven times as long, have a parameter that Ruby knows."""
    text = '$n = 0\nsyscall("getpgid") { |who| $n += 1 }\np method(:printf).parameters, method(:puts).parameters\nexit\n'
    ended = run(build(tmp_path, text))
    assert (ended.out, ended.err) == ("[]\n[]\n", "")


def test_the_environment_is_there_when_it_is_named(tmp_path: Path) -> None:
    probe = '$n = 0\nsyscall("getpgid") { |who| $n += 1 }\n'
    tool = build(tmp_path, probe + 'p ENV["A"], ENV.fetch("B", 1), ENV.size, ENV.equal?(ENV)\nexit\n')
    done = subprocess.run([str(tool)], capture_output=True, text=True, env={"A": f"is {ME}"})
    assert (done.stdout, done.stderr) == (f'"is {ME}"\n1\n1\ntrue\n', "")


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stderr is not None
    return (line.rstrip("\n") for line in iter(process.stderr.readline, ""))


def _resident(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) << 10
