"""A built tool on each kernel: one executable, compiled once against Linux 6.1's BTF, alone in a root of its own with an empty
environment, against connections that the case itself makes."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

from tests.tools.running import CHECKOUT, build, tool
from tests.vm.guest import Env, Skip, options
from tests.vm.kernels import HOST


def prepare_tcp_connect_tool(out: Path) -> None:
    from tests.vm.btf import kernel_btf

    build(CHECKOUT / "examples/tcp_connect_tool.rb", out / "tool", kernel_btf("6.1"))


@options(timeout=180.0)
def case_tcp_connect_tool(env: Env) -> None:
    if env.kernel == HOST:
        raise Skip("the host may have no kprobes; the lab's kernels do")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with tool(Path(env.out) / "tool", "--port", str(port)) as ran:
            for _ in range(2):
                socket.create_connection(("127.0.0.1", port)).close()
    comm = Path("/proc/self/comm").read_text().strip()
    event = f"{os.getpid():<7} {comm:<16} {port}"
    assert ran.lines == ["PID     COMM             PORT", event, event, f"{os.getpid()} 2"], ran.text
    left = subprocess.run(["bpftool", "prog", "show", "name", "kprobe_tcp_conn"], capture_output=True, text=True)
    assert left.stdout == ""


#: Of verdicts that a link has too: a link where the kernel has them, a filter elsewhere.
TC = "tc_ingress { |pkt| pkt.size > 900 ? :shot : :ok }\ntc_egress { |pkt| :ok }\n"


def _build_tc(out: Path, user_half: str) -> None:
    import sys

    subprocess.run([sys.executable, str(CHECKOUT / "runtime/build.py"), os.uname().machine], check=True)
    (out / "tc.rb").write_text(TC + user_half)
    command = [sys.executable, "-m", "rucy", "build", str(out / "tc.rb"), "-o", str(out / "tc")]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(CHECKOUT / "src")})


def prepare_killed_tc_tool(out: Path) -> None:
    _build_tc(out, "")


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


def prepare_tc_tool_that_ends_at_once(out: Path) -> None:
    _build_tc(out, 'poll 0\n$stderr.puts "attached"\nloop { }\n')


@options(timeout=180.0)
def case_tc_tool_that_ends_at_once(env: Env) -> None:
    """At a second signal, in the midst of its user half: nothing of it is left, by links or by filters. All that the verifier
    said stands before."""
    import signal

    from tests.load.child import in_child
    from tests.load.firing import own_pair, queue_of

    def body() -> None:
        own_pair()
        command = [f"{env.out}/tc", "--interface", "rucy0", "--verifier-log"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
            assert child.stderr is not None
            said = []
            while not said or said[-1] not in ("", "attached\n"):
                said.append(child.stderr.readline())
            if env.kernel in ("5.10", "6.1"):
                assert "clsact" in queue_of("rucy0")
            child.send_signal(signal.SIGINT)
            child.send_signal(signal.SIGTERM)
            assert child.wait(60) == 130
        heads = [line for line in said if line.startswith("tc: the verifier's log of `tc_")]
        assert len(heads) == 2 and sum(line.startswith("processed ") for line in said) == 2, said
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
