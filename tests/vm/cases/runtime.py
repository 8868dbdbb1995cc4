"""A built tool on each kernel: one executable, compiled once against Linux 6.1's BTF, alone in a root of its own with an empty
environment, against connections that the case itself makes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.vm.guest import Env, Skip, options

CHECKOUT = Path(__file__).parents[3]


def prepare_tcp_connect_tool(out: Path) -> None:
    import sys

    from tests.vm.btf import kernel_btf

    machine = os.uname().machine
    subprocess.run([sys.executable, str(CHECKOUT / "runtime/build.py"), machine], check=True)
    command = [sys.executable, "-m", "rucy", "build", str(CHECKOUT / "examples/tcp_connect_tool.rb"), "-o", str(out / "tool")]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT / "src")}
    subprocess.run([*command, "--btf", str(kernel_btf("6.1"))], check=True, env=environment)


@contextmanager
def _root(tool: str) -> Iterator[str]:
    """A folder with the tool, /proc and /sys, and nothing else."""
    with tempfile.TemporaryDirectory() as root:
        shutil.copy(tool, root)
        mounted: list[str] = []
        try:
            for kind, name in (("proc", "proc"), ("sysfs", "sys")):
                place = f"{root}/{name}"
                os.mkdir(place)
                subprocess.run(["mount", "-t", kind, kind, place], check=True)
                mounted.append(place)
            yield root
        finally:
            for place in reversed(mounted):
                subprocess.run(["umount", "-R", place], check=True)


def _attached(pid: int) -> bool:
    """It has sent itself to sleep and holds what kprobes are attached by."""
    folder = f"/proc/{pid}/fd"
    try:
        links = [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]
    except OSError:  # it has just opened or closed one
        return False
    return any("perf_event" in link or "bpf_link" in link or "bpf-link" in link for link in links)


@options(timeout=180.0)
def case_tcp_connect_tool(env: Env) -> None:
    if env.kernel == "host":
        raise Skip("the host may have no kprobes; the lab's kernels do")
    with _root(f"{env.out}/tool") as root, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = ["/usr/sbin/chroot", root, "/tool", "--port", str(port)]
        with subprocess.Popen(command, env={}, stdout=subprocess.PIPE, text=True) as child:
            end = time.monotonic() + 100
            while not _attached(child.pid) and child.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(0.2)
            for _ in range(2):
                socket.create_connection(("127.0.0.1", port)).close()
            child.send_signal(signal.SIGINT)
            out, _ = child.communicate(timeout=60)
    comm = Path("/proc/self/comm").read_text().strip()
    event = f"{os.getpid():<7} {comm:<16} {port}"
    assert child.returncode == 0
    assert out.splitlines() == ["PID     COMM             PORT", event, event, f"{os.getpid()} 2"], out
    left = subprocess.run(["bpftool", "prog", "show", "name", "kprobe_tcp_conn"], capture_output=True, text=True)
    assert left.stdout == ""


def prepare_killed_tc_tool(out: Path) -> None:
    """Of verdicts that a link has too: a link where the kernel has them, a filter elsewhere."""
    import sys

    subprocess.run([sys.executable, str(CHECKOUT / "runtime/build.py"), os.uname().machine], check=True)
    (out / "tc.rb").write_text("tc_ingress { |pkt| pkt.size > 900 ? :shot : :ok }\ntc_egress { |pkt| :ok }\n")
    command = [sys.executable, "-m", "rucy", "build", str(out / "tc.rb"), "-o", str(out / "tc")]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(CHECKOUT / "src")})


@options(timeout=180.0)
def case_killed_tc_tool(env: Env) -> None:
    """What it leaves where there are no links is gone with the next, and so is the qdisc that it made."""
    from tests.load.child import in_child
    from tests.load.firing import own_pair, queue_of

    def body() -> None:
        own_pair()
        command = [f"{env.out}/tc", "--interface", "rucy0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
            assert child.stderr is not None
            said = [child.stderr.readline() for _ in range(3)]
            assert said[2] == "tc: attached; Ctrl-C ends\n", said
            by_link = "clsact" not in queue_of("rucy0")
            child.kill()
        assert by_link == ("clsact" not in queue_of("rucy0"))
        if env.kernel in ("5.10", "6.1"):
            assert not by_link
        done = subprocess.run([*command, "--duration", "0"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "clsact" not in queue_of("rucy0")

    in_child(body)


prepare_locked_down = prepare_tcp_connect_tool


@options(timeout=180.0, kernels=("5.10", "6.1", "newest"), last=True)
def case_locked_down(env: Env) -> None:
    """A kernel that lets nobody read its memory, root neither: one line, and nothing of the tool's is left."""
    Path("/sys/kernel/security/lockdown").write_text("confidentiality")
    done = subprocess.run([f"{env.out}/tool"], env={}, capture_output=True, text=True, timeout=100)
    lines = done.stderr.splitlines()
    assert done.returncode == 77, done
    assert lines[0].startswith("tool: this kernel forbids "), lines
    assert "it is locked down (confidentiality)" in lines[1] and len(lines) == 2, lines
    assert done.stdout.startswith("PID ") and done.stdout.count("\n") == 1
    for kind in ("prog", "link", "map"):
        listed = subprocess.run(["bpftool", kind, "show"], capture_output=True, text=True)
        assert "tcp_connect" not in listed.stdout and "CONNECTS" not in listed.stdout, listed.stdout
