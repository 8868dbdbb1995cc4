"""Tools that are one executable: that they run with nothing else, and how they end."""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from rucy.bundle import parts_of
from rucy.loader import libbpf
from tests.cli.test_commands import rucy
from tests.runtime.tool import MARK, ask, attached, build, left, run, running

pytestmark = pytest.mark.root

_WRITE = {"x86_64": 1, "aarch64": 64}[platform.machine()]

CALLS = """\
class Call
  attr :pid, :u32
  attr :who, :u64
  attr :comm, [:char, 16]
  def shown = "#{comm}: #{who}"
end

LEAST = option :least, :u64, desc: "no smaller number"
CALLS = ringbuf Call
SEEN  = hash default: 0

syscall "getpgid", name: :MARK do |who|
  next if pid != ME
  next if LEAST && who < LEAST
  CALLS << Call.new(pid: pid, who: who, comm: comm)
  SEEN[who] += 1
end

at_exit { SEEN.sort_by { |who, n| [-n, who] }.each { |who, n| puts "#{who} #{n}" } }
puts "CALLS"
CALLS.each { |call| puts call.shown }
puts "over"
""".replace("MARK", MARK)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("calls"), CALLS)


def test_a_program_that_is_only_run(tmp_path: Path) -> None:
    """It is loaded beside one that is attached, and whoever is told of it may run it: here libbpf, by its name in the kernel."""
    tool = build(tmp_path, f"""\
$seen = 0
section! "syscall"
def {MARK}r(ctx)
  $seen += 100
  7
end
syscall "getpgid", name: :{MARK}a do |who|
  $seen += 1 if pid == ME
end
puts "loaded"
wait
puts $seen
""")
    plain = ctypes.CDLL("libbpf.so.1")

    def run_it() -> None:
        ask([1])
        (told,) = [each for each in left(f"{MARK}r") if each.lstrip()[:1].isdigit()]
        program = plain.bpf_prog_get_fd_by_id(int(told.split(":")[0]))
        options = libbpf.TestRunOpts(sz=ctypes.sizeof(libbpf.TestRunOpts))
        assert plain.bpf_prog_test_run_opts(program, ctypes.byref(options)) == 0
        os.close(program)
        assert options.retval == 7

    assert run(tool, during=run_it) == (0, "loaded\n101\n", "")


def _comm() -> str:
    return Path("/proc/self/comm").read_text().strip()


def test_runs_in_an_empty_root_with_an_empty_environment(calls: Path, tmp_path: Path) -> None:
    """Nothing but the tool, /proc and /sys; whatever it attached and loaded is gone afterwards."""
    shutil.copy(calls, tmp_path / "tool")
    mounts = []
    try:
        for kind, place in (("proc", tmp_path / "proc"), ("sysfs", tmp_path / "sys")):
            place.mkdir()
            subprocess.run(["mount", "-t", kind, kind, place], check=True)
            mounts.append(place)
        chroot = shutil.which("chroot") or "/usr/sbin/chroot"
        process = subprocess.Popen([chroot, tmp_path, "/tool"], env={}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        attached(process)
        assert left(MARK)
        ask([7, 9, 7])
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        for place in reversed(mounts):
            subprocess.run(["umount", "-R", place], check=True)
    assert (process.returncode, err) == (0, "")
    name = _comm()
    assert out == f"CALLS\n{name}: 7\n{name}: 9\n{name}: 7\nover\n7 2\n9 1\n"
    assert left(MARK) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_drains_and_goes_on_behind_the_wait(calls: Path, number: int) -> None:
    ended = run(calls, during=lambda: ask([5]), stop=number)
    assert (ended.status, ended.out) == (0, f"CALLS\n{_comm()}: 5\nover\n5 1\n")


def test_options_reach_the_kernel_half(calls: Path) -> None:
    assert run(calls, "--least", "8", during=lambda: ask([7, 9])).out == f"CALLS\n{_comm()}: 9\nover\n9 1\n"
    assert run(calls, "--least=0x8", during=lambda: ask([7, 9])).out.endswith("over\n9 1\n")


def test_the_command_line(calls: Path) -> None:
    help = run(calls, "--help")
    assert help.status == 0
    assert "--least N              no smaller number" in help.out
    assert "--cgroup" not in help.out  # it attaches to none
    wrong = {
        ("--leest", "1"): "there is no option `--leest`",
        ("--least", "x"): "`--least` takes a number from 0 to 18446744073709551615; not `x`",
        ("--least", "-1"): "`--least` takes a number from 0 to 18446744073709551615; not `-1`",
        ("--least",): "`--least` needs a value: --least N",
        ("--duration", "soon"): "`--duration` takes seconds, such as 10 or 0.5; not `soon`",
    }
    for words, said in wrong.items():
        ended = run(calls, *words)
        assert (ended.status, ended.out) == (2, "")
        assert ended.err.startswith(f"tool: {said}\n")


def test_duration_ends_it(calls: Path) -> None:
    start = time.monotonic()
    ended = run(calls, "--duration", "0.3")
    assert (ended.status, ended.out) == (0, "CALLS\nover\n")
    assert time.monotonic() - start < 10


def test_strip_leaves_the_tool_in_it(calls: Path, tmp_path: Path) -> None:
    for strip in ("strip", "llvm-strip-19"):
        found = shutil.which(strip)
        if found is None:
            continue
        stripped = tmp_path / "tool"
        shutil.copy(calls, stripped)
        subprocess.run([found, stripped], check=True)
        assert run(stripped, during=lambda: ask([3])).out == f"CALLS\n{_comm()}: 3\nover\n3 1\n"


def test_same_bytes_and_back(calls: Path, tmp_path: Path) -> None:
    before = calls.read_bytes()
    assert build(calls.parent, CALLS).read_bytes() == before
    source, made = tmp_path / "back.rb", tmp_path / "back.o"
    assert rucy("extract", str(calls), "--source", str(source), "--object", str(made)).returncode == 0
    assert source.read_text() == (calls.parent / "tool.rb").read_text()
    object = tmp_path / "tool.o"
    assert rucy("object", str(calls.parent / "tool.rb"), "-o", str(object)).returncode == 0
    assert made.read_bytes() == object.read_bytes()
    assert run(calls, "--rucy-info", "source").out == source.read_text()
    assert "licence of the programs: GPL" in run(calls, "--rucy-info").out


DAMAGED = "damaged: this executable is damaged: the tool in it is not as it was built\n  help: copy it again, or build it again\n"


def tells_of_damage(data: bytes, folder: Path) -> None:
    """One line, its help and status 70, whatever is asked of it; and `rucy extract` gives nothing of it."""
    damaged = folder / "damaged"
    damaged.write_bytes(data)
    damaged.chmod(0o755)
    for words in ((), ("--version",), ("--rucy-info",)):
        assert run(damaged, *words) == (70, "", DAMAGED)
    assert rucy("extract", str(damaged), "--source", "-").returncode == 1
    damaged.unlink()


@pytest.mark.parametrize("part", ["meta", "notes", "object", "program", "source"])
def test_a_part_that_is_damaged(calls: Path, tmp_path: Path, part: str) -> None:
    """Bytes all over it, one at a time; of the notes also such as leave them JSON, and of the object what libbpf would take."""
    whole, parts = calls.read_bytes(), parts_of(calls.read_bytes())
    start = whole.index(parts[part], whole.index(b"RUCYTOOL\2\0\0\0"))
    for at in range(start, start + len(parts[part]), 1 + len(parts[part]) // 25):
        tells_of_damage(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], tmp_path)
    if part == "notes":
        for old, new in ((b'"probes"', b'"robbed"'), (b'"symbol"', b'"cymbal"'), (b'"type":"u64"', b'"type":"u65"')):
            assert parts[part].count(old)
            at = whole.index(old, start)
            tells_of_damage(whole[:at] + new + whole[at + len(old) :], tmp_path)


def test_a_payload_whose_head_is_damaged(calls: Path, tmp_path: Path) -> None:
    """Numbers of it, and of the first parts' lengths, made large or zero."""
    whole = calls.read_bytes()
    at = whole.index(b"RUCYTOOL\2\0\0\0")
    for offset in (8, 12, 16, *range(24, 56, 4)):
        for value in (0, 0x7FFFFFFF, 0xFFFFFFFF):
            damaged = whole[: at + offset] + value.to_bytes(4, "little") + whole[at + offset + 4 :]
            if damaged != whole:
                tells_of_damage(damaged, tmp_path)


def test_a_tool_that_was_cut_short(calls: Path, tmp_path: Path) -> None:
    """Up to the payload's begin: what is mapped and no longer there may not be read."""
    whole = calls.read_bytes()
    at, size = whole.index(b"RUCYTOOL\2\0\0\0"), sum(len(part) for part in parts_of(whole).values())
    for kept in (24, 100, size // 3, size // 2, size - 1):
        tells_of_damage(whole[: at + kept], tmp_path)


def test_an_exception_is_told_with_its_line_and_all_is_detached(tmp_path: Path) -> None:
    text = CALLS.replace("puts call.shown", 'raise ArgumentError, "no #{call.who}"')
    with running(build(tmp_path, text)) as process:
        attached(process)
        ask([4])
        out, err = process.communicate(timeout=30)
    line = 3 + text.splitlines().index([each for each in text.splitlines() if "raise" in each][0])
    assert (process.returncode, out) == (1, "CALLS\n4 1\n")
    assert err.startswith(f"tool.rb:{line}: no 4 (ArgumentError)\n")
    assert left(MARK) == []


@pytest.mark.parametrize("left_by", ["exit", "raise 'no'"])
def test_a_block_that_was_left_gets_no_further_record(tmp_path: Path, left_by: str) -> None:
    text = CALLS.replace("puts call.shown", f"puts call.who\n  {left_by}")
    with running(build(tmp_path, text)) as process:
        attached(process)
        process.send_signal(signal.SIGSTOP)
        ask([4, 5])
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=30)
    assert out == "CALLS\n4\n4 1\n5 1\n"
    assert (process.returncode, err.count("no (RuntimeError)")) == ((0, 0) if left_by == "exit" else (1, 1)), err


def test_the_second_signal_ends_at_once(tmp_path: Path) -> None:
    tool = build(tmp_path, 'syscall("getpgid") { }\nwait\nputs "busy"\n$stdout.flush\nloop { }\n')
    with running(tool) as process:
        attached(process)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None and process.stdout.readline() == "busy\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130


def test_nobody_reads_its_output(tmp_path: Path) -> None:
    tool = build(tmp_path, 'syscall("getpgid") { }\nevery(0.01) { puts "more" }\nwait\n')
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen([tool], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert process.communicate(timeout=20)[1] == ""
    assert process.returncode == 141


def test_without_the_right_to_load(calls: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        tool = shutil.copy(calls, folder)
        done = subprocess.run([tool], user=65534, group=65534, extra_groups=[], cwd="/", env={}, capture_output=True, text=True)
    assert done.returncode == 77
    help = "  help: run it as root (or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)"
    assert done.stderr.splitlines() == ["tool: the kernel does not permit BPF objects", help]


def test_exit_statuses(tmp_path: Path) -> None:
    assert run(build(tmp_path, 'syscall("getpgid") { }\nexit 3\n')).status == 3
    ended = run(build(tmp_path, 'syscall("getpgid") { }\nat_exit { puts "last" }\nat_exit { puts "first" }\nabort "no"\n'))
    assert ended == (1, "first\nlast\n", "no\n")


def test_the_user_half_must_be_what_mruby_reads(tmp_path: Path) -> None:
    (tmp_path / "x.rb").write_text('license "GPL"\nsyscall("getpgid") { }\ncase [1]\nin [n] then p n\nend\n')
    done = rucy("build", str(tmp_path / "x.rb"), "-o", str(tmp_path / "x"))
    assert done.returncode == 1
    assert f"{tmp_path}/x.rb:4: the user half is run by mruby, which does not read this" in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_signal_that_comes_between_two_waits(tmp_path: Path) -> None:
    """The tool prints into a full pipe when it is asked to stop: it ends as soon as the pipe is read."""
    tool = build(tmp_path, """\
class Call
  attr :who, :u64
end
CALLS = ringbuf Call
syscall("getpgid") { |who| CALLS << Call.new(who: who) if pid == ME }
CALLS.each { |call| puts "x" * 6000 }
""")  # fmt: skip
    with running(tool) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        attached(process)
        ask([1])
        end = time.monotonic() + 20
        while not Path(f"/proc/{process.pid}/syscall").read_text().startswith(f"{_WRITE} 0x1 ") and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == ("x" * 6000 + "\n", "")
    assert process.returncode == 0


def test_a_packed_tool_is_the_same_tool(tmp_path: Path) -> None:
    plain, small = build(tmp_path, CALLS), tmp_path / "small"
    assert rucy("build", str(tmp_path / "tool.rb"), "-o", str(small), "--compress").returncode == 0
    assert small.stat().st_size < plain.stat().st_size / 2
    assert parts_of(small.read_bytes()) == parts_of(plain.read_bytes())
    shutil.copy(small, tmp_path / "stripped")
    subprocess.run(["strip", tmp_path / "stripped"], check=True)
    for file in (small, tmp_path / "stripped"):
        with running(file, "--least", "7") as process:
            attached(process)
            assert Path(f"/proc/{process.pid}/comm").read_text() == file.name + "\n"
            ask([4, 7])
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=30) == (f"CALLS\n{_comm()}: 7\nover\n7 1\n", "")
        assert process.returncode == 0
    assert left(MARK) == []


def test_a_packed_tool_that_is_damaged(tmp_path: Path) -> None:
    small = build(tmp_path, CALLS, "--compress")
    data = bytearray(small.read_bytes())
    at = data.index(b"packed\0\0") + 8
    for offset, fill in ((0, 200), (4, 200), (9, 0), (2000, 255), (2001, 255)):
        damaged = bytearray(data)
        damaged[at + offset] ^= fill or 255
        tells_of_damage(bytes(damaged), tmp_path)
    for kept in (at + 2000, (at + len(data)) // 2, len(data) - 2000):
        tells_of_damage(bytes(data[:kept]), tmp_path)


def test_what_stands_behind_the_dashes_is_the_programs(tmp_path: Path) -> None:
    tool = build(tmp_path, 'syscall("getpgid") { }\np ARGV\npoll 0\nexit\n')
    ended = run(tool, "--", "--btf", "nothing", "-p", "x")
    assert ended == (0, '["--btf", "nothing", "-p", "x"]\n', "")
