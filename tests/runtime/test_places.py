"""Tools that attach to a cgroup or an interface, by option or by the program, and let go of it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rucy.loader.probe import cgroup2_mount
from tests.runtime.tool import MARK, ME, ask, build, left, run, running

pytestmark = pytest.mark.root


@pytest.fixture
def interface() -> Iterator[str]:
    name = f"rt{ME % 100000}"
    subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", "name", name + "p"], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "link", "del", name], check=True)


@pytest.fixture
def cgroup() -> Iterator[str]:
    path = Path(cgroup2_mount() or "/") / f"rucy_runtime_{ME}"
    path.mkdir()
    try:
        yield str(path)
    finally:
        path.rmdir()


def _says(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_xdp(tmp_path: Path, interface: str) -> None:
    tool = build(tmp_path, f"xdp(name: :{MARK}x) {{ |pkt| :pass }}\n")
    assert run(tool).err.endswith("`xdp` attaches to a network interface, so name one: --interface IF\n")
    assert run(tool, "--interface", "no_such").err.startswith(
        "tool: there is no network interface `no_such`\n  help: there are: "
    )
    with running(tool, "--interface", interface, "--mode", "generic") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"tool: {MARK}x on {interface}\n"
        assert "xdpgeneric" in _says("ip", "link", "show", interface)
    assert "xdp" not in _says("ip", "link", "show", interface)  # it was killed


#: A filter alone can steal a packet, so these are filters on any kernel.
FILTERS = f"""\
tc_ingress(name: :{MARK}in) {{ |pkt| pkt.size == 9999 ? :stolen : :ok }}
tc_egress(name: :{MARK}out) {{ |pkt| pkt.size == 9999 ? :stolen : :ok }}
"""


def _waiting(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    while "attached; Ctrl-C ends" not in process.stderr.readline():
        assert process.poll() is None


def test_tc_leaves_no_filter_and_no_qdisc(tmp_path: Path, interface: str) -> None:
    with running(build(tmp_path, FILTERS), "--interface", interface) as process:
        _waiting(process)
        assert f"{MARK}in" in _says("tc", "filter", "show", "dev", interface, "ingress")
        process.terminate()
        assert process.wait(20) == 0
    assert "clsact" not in _says("tc", "qdisc", "show", "dev", interface)


@pytest.mark.parametrize("other", [False, True])
@pytest.mark.parametrize("how", ["a second signal", "exit!"])
def test_filters_go_with_a_tool_that_ends_at_once(how: str, other: bool, tmp_path: Path, interface: str) -> None:
    """Its user half does not come to an end by itself. What another put there stays, and with it the qdisc."""
    text = f"{FILTERS}poll 0\n$stderr.puts 'attached; Ctrl-C ends'\n" + ("exit! 130\n" if how == "exit!" else "loop { }\n")
    tool = build(tmp_path, text)
    if other:
        subprocess.run(["tc", "qdisc", "add", "dev", interface, "clsact"], check=True)
        added = ["tc", "filter", "add", "dev", interface, "egress", "bpf", "bytecode", "1,6 0 0 4294967295,", "flowid", "1:1"]
        subprocess.run(added, check=True)
    with running(tool, "--interface", interface) as process:
        _waiting(process)
        if how == "a second signal":
            assert _says("tc", "filter", "show", "dev", interface, "egress").count(f"name {MARK}") == 1
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 130
    told = _says("tc", "filter", "show", "dev", interface, "egress")
    assert _says("tc", "filter", "show", "dev", interface, "ingress") == ""
    assert (told.count(" bytecode "), told.count(f"name {MARK}")) == (1 if other else 0, 0)
    assert ("clsact" in _says("tc", "qdisc", "show", "dev", interface)) == other


def test_filters_of_a_killed_tool_go_with_the_next(tmp_path: Path, interface: str) -> None:
    """Those of a living one stay, and so does what another program put there."""
    tool = build(tmp_path, FILTERS)
    with running(tool, "--interface", interface) as killed:
        _waiting(killed)
    assert f"{MARK}in" in _says("tc", "filter", "show", "dev", interface, "ingress")
    other = ["tc", "filter", "add", "dev", interface, "egress", "bpf", "bytecode", "1,6 0 0 4294967295,", "flowid", "1:1"]
    subprocess.run(other, check=True)
    with running(tool, "--interface", interface) as living:
        _waiting(living)
        assert run(tool, "--interface", interface, "--duration", "0").status == 0
        for side in ("ingress", "egress"):
            told = _says("tc", "filter", "show", "dev", interface, side)
            assert told.count("name " + MARK) == 1, told
        assert told.count(" bytecode ") == 1
        living.terminate()
        assert living.wait(20) == 0
    assert _says("tc", "filter", "show", "dev", interface, "ingress") == ""
    assert " bytecode " in _says("tc", "filter", "show", "dev", interface, "egress")
    subprocess.run(["tc", "qdisc", "del", "dev", interface, "clsact"], check=True)


def test_a_link_goes_with_a_killed_tool(tmp_path: Path, interface: str) -> None:
    tool = build(tmp_path, f"tc_ingress(name: :{MARK}in) {{ |pkt| :ok }}\ntc_egress(name: :{MARK}out) {{ |pkt| :shot }}\n")
    with running(tool, "--interface", interface) as process:
        _waiting(process)
        assert "clsact" not in _says("tc", "qdisc", "show", "dev", interface)
        assert left(f"{MARK}in") and left(f"{MARK}out")
    end = time.monotonic() + 20
    while left(f"{MARK}in") or left(f"{MARK}out"):
        assert time.monotonic() < end


def test_a_qdisc_of_another_stays(tmp_path: Path, interface: str) -> None:
    subprocess.run(["tc", "qdisc", "add", "dev", interface, "clsact"], check=True)
    ended = run(build(tmp_path, FILTERS), "--interface", interface, "--duration", "0")
    assert ended.status == 0
    assert "clsact" in _says("tc", "qdisc", "show", "dev", interface)
    assert _says("tc", "filter", "show", "dev", interface, "ingress") == ""


def test_attach_and_detach_by_name(tmp_path: Path, cgroup: str) -> None:
    """The program decides where, once and again; what it names wrongly is an exception with its line."""
    text = f"""\
BLOCKED = hash(:u32 => :u64, default: 0)
cgroup_device name: :{MARK}dev, attach: false do |dev|
  BLOCKED[dev.minor] += 1 if dev.major == 1 && dev.minor == 9
  !(dev.major == 1 && dev.minor == 9)
end
syscall("getpgid") {{ }}
attach :{MARK}dev, cgroup: ARGV[0]
def tried = system("echo $$ > #{{ARGV[0]}}/cgroup.procs; head -c 1 /dev/urandom > /dev/null 2>&1")
p tried, BLOCKED[9]
detach :{MARK}dev
p tried
begin
  attach "noth" + "ing", cgroup: ARGV[0]
rescue ArgumentError => e
  puts e.message
end
attach :{MARK}dev, cgroup: "/no/such"
"""
    ended = run(build(tmp_path, text), cgroup)
    assert ended.out == "false\n1\ntrue\nthere is no probe `nothing`\n"
    assert ended.err.startswith("tool: the cgroup `/no/such` cannot be opened: No such file or directory\n")
    assert ended.status == 1
    assert left(f"{MARK}dev") == []


def test_the_first_that_the_kernel_has(tmp_path: Path) -> None:
    text = """\
raw_tracepoint first_of("no_such_event", "sys_enter") do |regs, id|
  printf "%s\\n", probe_name if pid == ME && (id == 121 || id == 155) # getpgid of x86_64 and of aarch64
end
"""
    ended = run(build(tmp_path, text), during=lambda: ask([1]))
    assert ended.err == "tool: raw_tracepoint_sys_enter on sys_enter\ntool: attached; Ctrl-C ends\n"
    assert "sys_enter\n" in ended.out
    text = 'raw_tracepoint("no_such_event", optional: true) { }\nsyscall("getpgid") { }\n'
    ended = run(build(tmp_path, text), "--duration", "0")
    assert ended.err == "tool: syscall_getpgid on syscalls:sys_enter_getpgid\ntool: attached; Ctrl-C ends\n"
    assert ended.status == 0
