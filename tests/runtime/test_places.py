"""Tools that attach to a cgroup or an interface, by option or by the program, and let go of it."""

from __future__ import annotations

import subprocess
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


def test_tc_leaves_no_filter_and_no_qdisc(tmp_path: Path, interface: str) -> None:
    text = f"tc_ingress(name: :{MARK}in) {{ |pkt| :ok }}\ntc_egress(name: :{MARK}out) {{ |pkt| :ok }}\n"
    with running(build(tmp_path, text), "--interface", interface) as process:
        assert process.stderr is not None
        assert [process.stderr.readline() for _ in range(3)][2].endswith("attached; Ctrl-C ends\n")
        assert f"{MARK}in" in _says("tc", "filter", "show", "dev", interface, "ingress")
        process.terminate()
        assert process.wait(20) == 0
    assert "clsact" not in _says("tc", "qdisc", "show", "dev", interface)


def test_a_qdisc_of_another_stays(tmp_path: Path, interface: str) -> None:
    subprocess.run(["tc", "qdisc", "add", "dev", interface, "clsact"], check=True)
    ended = run(build(tmp_path, "tc_ingress { |pkt| :ok }\n"), "--interface", interface, "--duration", "0")
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
  attach :nothing, cgroup: ARGV[0]
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
