"""`rucy run`: what programs print, send and keep, held against what this process really did."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_run import MARK, gone, running
from tests.run.contents import one_cpu

pytestmark = pytest.mark.root

SENDING = f"""\
license "GPL"

class Call
  attr :pid,   :u32
  attr :who,   :i64
  attr :comm,  [:char, 16]
  attr :own,   :bool
end

CALLS   = ringbuf Call
COUNTS  = hash default: 0
BY_NAME = hash([:u32, [:char, 16]] => :u64, default: 0)
SIZES   = histogram(:log2)
NUMBERS = stats
FEW     = hash(:u64 => :u64, size: 2)

syscall "getpgid", name: :{MARK}out do |who|
  next unless pid == {os.getpid()}
  puts "call of #{{comm}}: #{{who}}", ~who & 0xffff_ffff_ffff_ffff
  printf "%-6d|%06x|%s\\n", who, who, who == 0
  CALLS << Call.new(pid: pid, who: who, comm: comm, own: who == 0)
  COUNTS[who & 1] += 1
  BY_NAME[pid, comm] += who
  SIZES << who
  NUMBERS << who
  FEW[who & 0xff] = 5
end
"""


def calls(*numbers: int) -> None:
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.getpgid(number)


def comm() -> str:
    return Path("/proc/thread-self/comm").read_text().rstrip("\n")


def after(tmp_path: Path, source: str, *numbers: int, options: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """Lines on standard output and error after these calls of ours."""
    (tmp_path / "send.rb").write_text(source)
    with running(tmp_path / "send.rb", *options) as (child, _):
        calls(*numbers)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    gone()
    return out.splitlines(), err.splitlines()


NUMBERS = (0, 4_000_000, 4_000_003, 4_000_005, 0)


def test_output_records_and_maps(tmp_path: Path) -> None:
    out, err = after(tmp_path, SENDING, *NUMBERS)
    name = comm()
    printed = [line for line in out if line.startswith(("call of", "1844")) or "|" in line and "@" not in line]
    assert [line for line in printed if not line.strip().startswith(("[", "(…"))] == [
        line
        for n in NUMBERS
        for line in (f"call of {name}: {n}", str(~n & 2**64 - 1), f"{n:<6d}|{n:06x}|{'true' if n == 0 else 'false'}")
    ]
    records = [line for line in out if line.startswith("pid=")]
    assert records == [f"pid={os.getpid()} who={n} comm={name} own={'true' if n == 0 else 'false'}" for n in NUMBERS]
    maps = out[out.index("COUNTS:") :]
    assert maps[:5] == ["COUNTS:", "  1  2", "  0  3", "BY_NAME:", f"  {os.getpid()}  {name}  {sum(NUMBERS)}"]
    assert maps[5] == "SIZES:"
    assert [" ".join(line.split("|")[0].split()) for line in maps[6:] if " 0 |" not in line][:2] == ["[0] 2", "[2M, 4M) 3"]
    assert f"NUMBERS: count=5 sum={sum(NUMBERS)} min=0 max=4000005 average={sum(NUMBERS) // 5}" in maps
    assert maps[-3:] == ["FEW:", "  0  5", "  3  5"]
    assert err == ["rucy: 1 insert into `FEW` was refused: the map was full"]


FLOOD = f"""\
license "GPL"
class Large
  attr :words, [:u64, 60]
end
FLOOD = perf_buffer Large
SENT = array(:u64, 1)
syscall "getpgid", name: :{MARK}flood do |who|
  next unless pid == {os.getpid()}
  5_000.times {{ FLOOD << Large.new }}
  SENT[0] += 5_000
end
"""


def test_losses_of_a_perf_buffer_that_the_kernel_has_not_told(tmp_path: Path) -> None:
    """It tells of those in one flood at the beginning of the next."""
    (tmp_path / "flood.rb").write_text(FLOOD)
    with one_cpu(), running(tmp_path / "flood.rb") as (child, _):
        for _ in range(2):
            calls(0)
            time.sleep(1)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    lines = out.splitlines()
    kept = sum(line.startswith("words=") for line in lines)
    assert lines[-2:] == ["SENT:", "  0  10000"]
    assert err == f"rucy: {10_000 - kept} records of `FLOOD` were dropped: the ring was full\n"


def test_a_signal_while_nobody_reads_loses_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More lines than a pipe takes; also where Python is told not to buffer."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    (tmp_path / "flood.rb").write_text(FLOOD)
    with running(tmp_path / "flood.rb") as (child, _):
        calls(0)
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        time.sleep(0.3)
        out, err = child.communicate(timeout=60)
    kept = sum(line.startswith("words=") for line in out.splitlines())
    assert kept > 400 and err == f"rucy: {5_000 - kept} records of `FLOOD` were dropped: the ring was full\n"


def test_json(tmp_path: Path) -> None:
    out, _ = after(tmp_path, SENDING, *NUMBERS, options=("--json",))
    name = comm()
    objects = [json.loads(line) for line in out if line.startswith("{")]
    assert objects[:5] == [{"pid": os.getpid(), "who": n, "comm": name, "own": n == 0} for n in NUMBERS]
    maps = {each["map"]: each for each in objects[5:]}
    assert maps["COUNTS"]["entries"] == [{"key": 1, "value": 2}, {"key": 0, "value": 3}]
    assert maps["BY_NAME"]["entries"] == [{"key": [os.getpid(), name], "value": sum(NUMBERS)}]
    assert maps["SIZES"]["histogram"][0] == {"low": 0, "high": 0, "count": 2}
    assert maps["SIZES"]["histogram"][-1] == {"low": 1 << 21, "high": (1 << 22) - 1, "count": 3}
    assert maps["NUMBERS"]["stats"]["sum"] == sum(NUMBERS)
    assert list(maps) == ["COUNTS", "BY_NAME", "SIZES", "NUMBERS", "FEW"]


def test_thousands_in_order(tmp_path: Path) -> None:
    numbers = range(4_000_000, 4_005_000)
    source = f'license "GPL"\nsyscall("getpgid", name: :{MARK}order) {{ |who| puts who if pid == {os.getpid()} }}\n'
    out, err = after(tmp_path, source, *numbers)
    assert (out, err) == ([str(number) for number in numbers], [])


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A process name need not be UTF-8: it comes out as it is."""
    source = f'license "GPL"\nsyscall("getpgid", name: :{MARK}bytes) {{ puts comm if pid == {os.getpid()} }}\n'
    (tmp_path / "bytes.rb").write_text(source)
    before = comm().encode()
    with running(tmp_path / "bytes.rb") as (child, _):
        ctypes.CDLL(None).prctl(15, b"\xff\xfe\xc3\xa4", 0, 0, 0)  # PR_SET_NAME
        try:
            calls(0)
        finally:
            ctypes.CDLL(None).prctl(15, before, 0, 0, 0)
        child.send_signal(signal.SIGINT)
        assert child.stdout is not None
        said = child.stdout.buffer.read()
        assert child.wait(60) == 0
    assert said == b"\xff\xfe\xc3\xa4\n"
    gone()


def test_a_reader_that_goes(tmp_path: Path) -> None:
    """The pipe breaks while the program prints: no traceback, nothing stays in the kernel."""
    (tmp_path / "send.rb").write_text(SENDING)
    with running(tmp_path / "send.rb") as (child, _):
        assert child.stdout is not None
        child.stdout.close()
        calls(*range(4_000_000, 4_000_010))
        assert child.wait(60) == 141
        assert child.stderr is not None
        assert "Traceback" not in child.stderr.read()
    gone()


def test_an_object_file_has_its_formats(tmp_path: Path) -> None:
    (tmp_path / "send.rb").write_text(SENDING)
    assert subprocess.run([sys.executable, "-m", "rucy", "object", tmp_path / "send.rb"]).returncode == 0
    (tmp_path / "send.rb").unlink()
    with running(tmp_path / "send.o") as (child, _):
        calls(0)
        child.send_signal(signal.SIGINT)
        out = child.communicate(timeout=60)[0]
    assert out.splitlines()[:2] == [f"call of {comm()}: 0", str(2**64 - 1)]
    gone()

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_example_of_starts() -> None:
    """examples/exec_log.rb tells of a program that starts, with its number, name and path."""
    with running(EXAMPLES / "exec_log.rb", "--json") as (child, _), subprocess.Popen(["/bin/true"]) as other:
        other.wait()
        child.send_signal(signal.SIGINT)
        out = child.communicate(timeout=60)[0]
    lines = [json.loads(line) for line in out.splitlines()]
    mine = [line for line in lines if line.get("pid") == other.pid]
    assert mine == [{"pid": other.pid, "uid": os.getuid(), "comm": "true", "path": "/bin/true"}]
    assert lines[-1]["map"] == "STARTED"
    assert {row["key"]: row["value"] for row in lines[-1]["entries"]}["true"] >= 1


def test_the_example_of_reads(tmp_path: Path) -> None:
    """examples/read_sizes.rb: a process of ours reads so much, so often, and fails once."""
    code = (
        "import ctypes, os\n"
        "ctypes.CDLL(None).prctl(15, b'rucy-reads', 0, 0, 0)\n"
        "zero = os.open('/dev/zero', os.O_RDONLY)\n"
        "for size in (0, 1, 100, 100, 5000): os.read(zero, size)\n"
        "try: os.read(1234, 1)\n"
        "except OSError: pass\n"
        "os._exit(0)\n"
    )
    with running(EXAMPLES / "read_sizes.rb") as (child, _), subprocess.Popen([sys.executable, "-c", code]) as other:
        other.wait()
        child.send_signal(signal.SIGINT)
        out = child.communicate(timeout=60)[0].splitlines()
    assert f"rucy-reads       {other.pid:7d} cannot read: error 9" in out
    start = out.index("SIZES[rucy-reads]:")
    rows = [" ".join(line.split("|")[0].split()) for line in out[start + 1 :] if line.startswith("  ") and " 0 |" not in line]
    assert rows[:4] == ["[0] 1", "[1] 1", "[64, 128) 2", "[4K, 8K) 1"]
    assert out[-1].startswith("TOTALS: count=")
