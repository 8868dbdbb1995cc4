"""Tools built for aarch64: on Debian's kernel for it, in `make test-kernels`, and as far as they come without one.

The programs are compiled against the types of an x86-64 kernel: where fields lie is what the loader finds out there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vm.aarch64 import READY, Job, run
from tests.vm.btf import kernel_btf
from tests.vm.kernels import CHECKOUT

pytestmark = pytest.mark.vm

OPENS = """\
license "GPL"
class Open
  attr :path,   [:char, 64]
  attr :flags,  :i32
  attr :result, :i32
  attr :parent, :u32
end
OPENS   = ringbuf Open
CALLED  = hash(:u32 => Open)
LATENCY = histogram(:log2)
SINCE   = hash(:u32 => :u64)
syscall "openat" do |_, path, flags|
  next unless comm == "cat"
  CALLED[tid] = Open.new(path: ustr(path, 64), flags: flags, parent: current_task.real_parent.tgid)
  SINCE[tid] = nsecs
end
syscall_return "openat" do |result|
  e = CALLED[tid]
  next unless e
  since = SINCE.delete(tid)
  LATENCY << nsecs - since if since
  e.result = result
  OPENS << e
  puts "kernel #{e.path} #{result}"
  CALLED.delete(tid)
end
PARENTS = []
at_exit { puts "of one parent #{PARENTS.uniq.size == 1 && PARENTS[0] > 0}", "measured #{LATENCY.sum { |_, n| n } > 0}" }
OPENS.each do |e|
  PARENTS << e.parent
  puts "user #{e.path} #{e.flags} #{e.result} #{errno(e.result) if e.result < 0}"
end
"""

#: By registers: an argument and what comes back, by kprobe and by trampoline, the same calls.
CALLS = """\
license "GPL"
$kprobe = 0
$kretprobe = 0
$fentry = 0
$fexit = 0
MARKED = 4711
kprobe("find_vpid") { |nr| $kprobe += 1 if nr == MARKED }
kretprobe("find_vpid") { |found| $kretprobe += 1 if found.nil? }
fentry("find_vpid") { |nr| $fentry += 1 if nr == MARKED }
fexit("find_vpid") { |nr, found| $fexit += 1 if nr == MARKED && found.nil? }
at_exit { puts [$kprobe > 0, $kretprobe > 0, $fentry > 0, $fexit > 0].inspect }
wait
"""

#: Packets of lo, headers typed and bytes turned.
PACKETS = """\
license "GPL"
SEEN = hash([:ip4, :u8] => :u64, default: 0)
xdp do |packet|
  ip = packet.ipv4
  icmp = packet.icmp
  next :pass unless ip && icmp
  SEEN[ip.daddr, icmp.type] += 1
  ntohs(ip.tot_len) > 1000 ? :drop : :pass
end
at_exit { SEEN.each { |(to, type), n| puts "#{ip to} #{type} #{n}" } }
wait
"""


#: Tells the machine that the tool is attached: timers run from then on.
SAYS_SO = f'every(0.1) {{ $stdout.puts "{READY}" unless $said; $said = true }}\n'


def build(folder: Path, name: str, text: str) -> Path:
    source, made = folder / f"{name}.rb", folder / name
    source.write_text(text.replace('license "GPL"\n', 'license "GPL"\n' + SAYS_SO, 1))
    command = [sys.executable, "-m", "rucy", "build", str(source), "-o", str(made), "--target", "aarch64"]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT / "src")}
    done = subprocess.run([*command, "--btf", str(kernel_btf("6.1"))], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return made


@pytest.fixture(scope="module", autouse=True)
def runtime() -> None:
    subprocess.run([sys.executable, str(CHECKOUT / "runtime/build.py"), "aarch64"], check=True)


def without_ready(text: str) -> list[str]:
    return [line for line in text.splitlines() if line != READY]


if os.environ.get("RUCY_KERNELS") == "all" and os.environ.get("RUCY_NO_VM") != "1":

    def test_on_a_kernel_of_its_own(tmp_path: Path) -> None:
        connects = (CHECKOUT / "examples/tcp_connect_tool.rb").read_text()
        jobs = [
            Job("opens", build(tmp_path, "opens", OPENS), "", "echo shown > /tmp/shown; cat /tmp/shown /nowhere"),
            Job("calls", build(tmp_path, "calls", CALLS), "", "kill -0 4711"),
            Job("packets", build(tmp_path, "packets", PACKETS), "--interface lo",
                "ping -c 3 127.0.0.1; ping -c 1 -W 1 -s 2000 127.0.0.1"),
            Job("connects", build(tmp_path, "connects", connects), "--port 4242", "nc 127.0.0.1 4242 </dev/null"),
            Job("info", build(tmp_path, "info", OPENS), "--rucy-info", "true"),
        ]  # fmt: skip
        found = run(jobs)
        for name, ended in found.items():
            assert (ended.status, ended.err) == (0, ""), (name, ended)
        lines = without_ready(found["opens"].out)
        assert found["opens"].acted.startswith("shown\n")
        assert [line for line in lines if line.startswith("kernel /tmp")] == [f"kernel /tmp/shown {_number(lines)}"]
        shown = [line.split() for line in lines if line.startswith("user ")]
        assert shown == [["user", "/tmp/shown", "0", str(_number(lines))], ["user", "/nowhere", "0", "-2", "ENOENT"]]
        assert lines[-2:] == ["of one parent true", "measured true"]
        assert without_ready(found["calls"].out) == ["[true, true, true, true]"]
        assert sorted(without_ready(found["packets"].out)) == ["127.0.0.1 0 3", "127.0.0.1 8 4"], found["packets"]
        assert "3 packets received" in found["packets"].acted and "0 packets received" in found["packets"].acted
        title, event, count = without_ready(found["connects"].out)
        assert title.split() == ["PID", "COMM", "PORT"]
        assert event.split()[1:] == ["nc", "4242"]
        assert count.split() == [event.split()[0], "1"]
        assert "aarch64" in found["info"].out

    def test_without_a_kernel_of_its_own(tmp_path: Path) -> None:
        """qemu-user has no bpf(): help, version and what is inside come, and loading ends with one line."""
        tool = build(tmp_path, "opens", OPENS)
        emulator = ["qemu-aarch64-static", str(tool)]
        said = subprocess.run([*emulator, "--help"], capture_output=True, text=True)
        assert (said.returncode, said.stderr) == (0, "")
        assert said.stdout.startswith("Usage: opens")
        assert "aarch64" in subprocess.run([*emulator, "--rucy-info"], capture_output=True, text=True, check=True).stdout
        ended = subprocess.run(emulator, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 77
        assert ended.stderr.startswith("opens: ")
        assert len(ended.stderr.splitlines()) <= 2


def _number(lines: list[str]) -> int:
    return int(next(line for line in lines if line.startswith("kernel /tmp")).split()[-1])
