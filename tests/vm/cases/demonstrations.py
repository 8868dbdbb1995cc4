"""Ruby programs on each kernel, from one object each: compiled once against Linux 6.1's BTF, run by `rucy run`, against
connections that the case itself makes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.vm.guest import Env, Skip, options

EXAMPLES = Path(__file__).parents[3] / "examples"


def _compile(name: str, out: Path) -> None:
    from rucy.pipeline import Options, compile_file
    from tests.vm.btf import kernel_btf

    compiled = compile_file(str(EXAMPLES / f"{name}.rb"), Options(btf=str(kernel_btf("6.1"))))
    (out / f"{name}.o").write_bytes(compiled.data)


@contextmanager
def _running(env: Env, name: str) -> Iterator[subprocess.Popen[str]]:
    """`rucy run NAME.o`, attached; after the block its standard output has been collected by `communicate`."""
    command = ["env", "--default-signal=INT", sys.executable, "-m", "rucy", "run", f"{env.out}/{name}.o"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said = ""
        for line in child.stderr:
            said += line
            if "attached" in line:
                break
        else:
            raise AssertionError(f"rucy run {name}.o: {said}")
        yield child


def _lines(env: Env, name: str) -> tuple[list[str], int]:
    """(lines that a program printed about this process, port) for one connection made by this process."""
    with _running(env, name) as child, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return [line for line in out.splitlines() if line.split()[0] == str(os.getpid())], port


def _skip_where_kprobes_lack(env: Env) -> None:
    if env.kernel == "host":
        raise Skip("the host may have no kprobes; the lab's kernels do")


def prepare_tcp_connect(out: Path) -> None:
    _compile("tcp_connect", out)


@options(timeout=180.0)
def case_tcp_connect(env: Env) -> None:
    _skip_where_kprobes_lack(env)
    lines, port = _lines(env, "tcp_connect")
    comm = Path("/proc/self/comm").read_text().strip()
    assert lines == [f"{os.getpid()} {comm} connects to port {port}"], lines


def prepare_tcp_connect_fentry(out: Path) -> None:
    _compile("tcp_connect_fentry", out)


@options(timeout=180.0)
def case_tcp_connect_fentry(env: Env) -> None:
    _skip_where_kprobes_lack(env)
    lines, port = _lines(env, "tcp_connect_fentry")
    comm = Path("/proc/self/comm").read_text().strip()
    assert lines == [f"{os.getpid()} {comm} connects to port {port}"], lines


def prepare_tcp_parent(out: Path) -> None:
    _compile("tcp_parent", out)


@options(timeout=180.0)
def case_tcp_parent(env: Env) -> None:
    _skip_where_kprobes_lack(env)
    lines, _ = _lines(env, "tcp_parent")
    assert lines == [f"{os.getpid()} parent {os.getppid()} protocol {socket.IPPROTO_TCP}"], lines


def prepare_task_state(out: Path) -> None:
    _compile("task_state", out)


@options(timeout=180.0)
def case_task_state(env: Env) -> None:
    """A task that runs has state 0, under either name: renamed in Linux 5.14."""
    _skip_where_kprobes_lack(env)
    lines, _ = _lines(env, "task_state")
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    name = "new" if release >= (5, 14) else "old"
    assert lines == [f"{os.getpid()} {name} name, state 0"], lines
