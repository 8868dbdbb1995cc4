"""`rucy run`: what it says, what it prints, and that nothing of it stays in the kernel however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_commands import FILTER, rucy

#: Programs have this process's number in their names, so that those of other runs are not taken for ours.
MARK = f"t{os.getpid()}_"

CALLS = f"""\
license "GPL"

syscall "getpgid", name: :{MARK}call do |who|
  printk "getpgid %d", who if pid == {os.getpid()}
end

syscall_return "getpgid", name: :{MARK}back do |result|
  printk "gave %d", result if pid == {os.getpid()}
end
"""

SECOND_FAILS = f"""\
license! "GPL"
section! "raw_tracepoint/sys_enter"

def {MARK}good(ctx)
  return 0
end

section! "tracepoint/no/such"

class Record
  attr :id, :u64
end

def {MARK}bad(record)
  return 0
end
"""

DEVICES = f"""\
license "GPL"

cgroup_device(name: :{MARK}dev) {{ |device| device.major != 1 }}
"""


def ours() -> list[str]:
    """Names of the programs in the kernel that have our mark."""
    from rucy.loader.libbpf import libbpf
    from rucy.loader.objects import prog_info

    plain = ctypes.CDLL("libbpf.so.1")
    found, number = [], ctypes.c_uint32(0)
    while not libbpf().call("bpf_prog_get_next_id", number, ctypes.byref(number)):
        fd = plain.bpf_prog_get_fd_by_id(number)
        if fd < 0:  # it has gone since
            continue
        try:
            name = bytes(prog_info(fd).name).rstrip(b"\0").decode()
        finally:
            os.close(fd)
        if name.startswith(MARK):
            found.append(name)
    return found


def gone() -> None:
    """The kernel frees programs a little after their last link (RCU)."""
    end = time.monotonic() + 20
    while left := ours():
        assert time.monotonic() < end, f"{left} still in the kernel"
        time.sleep(0.02)
    instances = Path("/sys/kernel/tracing/instances")
    assert not [path for path in instances.glob("rucy-*") if path.name.split("-")[1] not in os.listdir("/proc")]


@contextmanager
def running(*words: str | Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The process, attached, and what it said until then."""
    command = ["env", "--default-signal=INT,TERM", sys.executable, "-m", "rucy", "run", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said: list[str] = []
        try:
            for line in child.stderr:
                said.append(line.rstrip("\n"))
                if line.startswith("rucy: attached"):
                    break
            else:
                raise AssertionError(said)
            yield child, said
        finally:
            if child.poll() is None:
                child.kill()


@pytest.mark.root
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_runs_until_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "calls.rb").write_text(CALLS)
    with running(tmp_path / "calls.rb") as (child, said):
        assert said[:2] == [
            f"rucy: {MARK}call on syscalls:sys_enter_getpgid",
            f"rucy: {MARK}back on syscalls:sys_exit_getpgid",
        ]
        assert len(ours()) == 2
        group = os.getpgid(0)
        child.send_signal(number)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (0, f"getpgid 0\ngave {group}\n", "")
    gone()


@pytest.mark.root
def test_a_loop_that_was_stopped_is_told(tmp_path: Path) -> None:
    body = f"next unless pid == {os.getpid()}\n  n = 1\n  while n != 0\n    n = n * 3\n  end\n  printk \"never\""
    (tmp_path / "loop.rb").write_text(f'license "GPL"\nsyscall "getpgid", name: :{MARK}loop do\n  {body}\nend\n')
    with running(tmp_path / "loop.rb", "--kernel", "6.4") as (child, _):
        os.getpgid(0)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (0, "")
    assert f"{tmp_path / 'loop.rb'}:5: loop stopped after 8388608 turns, 1 time\n" in err
    gone()


@pytest.mark.root
def test_duration_ends_it(tmp_path: Path) -> None:
    (tmp_path / "calls.rb").write_text(CALLS)
    assert rucy("run", tmp_path / "calls.rb", "--duration", "0.1").returncode == 0
    gone()


@pytest.mark.root
def test_an_object_file_runs_without_its_source(tmp_path: Path) -> None:
    (tmp_path / "calls.rb").write_text(CALLS)
    assert rucy("object", tmp_path / "calls.rb").returncode == 0
    (tmp_path / "calls.rb").unlink()
    with running(tmp_path / "calls.o") as (child, _):
        os.getpgid(os.getppid())
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=60)[0].startswith(f"getpgid {os.getppid()}\n")
    gone()


@pytest.mark.root
def test_an_error_in_the_second_program_detaches_the_first(tmp_path: Path) -> None:
    (tmp_path / "two.rb").write_text(SECOND_FAILS)
    done = rucy("run", tmp_path / "two.rb")
    assert done.returncode == 77
    assert done.stderr.splitlines() == [
        f"rucy: {MARK}good on sys_enter",
        "rucy: this kernel has no tracepoint `no:such`",
    ]
    gone()


@pytest.mark.root
def test_an_optional_one_is_left_out(tmp_path: Path) -> None:
    source = f'license "GPL"\nkprobe("no_such_function", name: :{MARK}opt, optional: true) {{ printk "here" }}\n' + CALLS[14:]
    (tmp_path / "some.rb").write_text(source)
    with running(tmp_path / "some.rb") as (child, said):
        assert [line for line in said if "left out" in line and f"{MARK}opt" in line]
        assert len([line for line in said if " on syscalls:" in line]) == 2
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    gone()


@pytest.mark.root
def test_a_cgroup_that_vanishes(tmp_path: Path) -> None:
    """The kernel detaches what was on it, and the run ends: it was attached nowhere else."""
    from rucy.loader.probe import cgroup2_mount

    path = Path(f"{cgroup2_mount()}/rucy-gone-{os.getpid()}")
    (tmp_path / "devices.rb").write_text(DEVICES)
    path.mkdir()
    try:
        with running(tmp_path / "devices.rb", "--cgroup", path) as (child, said):
            assert said[0] == f"rucy: {MARK}dev on {path}"
            path.rmdir()
            _, err = child.communicate(timeout=60)
        assert (child.returncode, err) == (1, f"rucy: the cgroup `{path}` is gone, and `{MARK}dev` is no longer attached\n")
    finally:
        if path.exists():
            path.rmdir()
    gone()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("device_filter.rb", "device_filter.rb:15: `cgroup_device` attaches to a cgroup, so name one: --cgroup PATH"),
        ("device_filter_block.rb", "device_filter_block.rb:7: `cgroup_device` attaches to a cgroup, so name one: --cgroup PATH"),
    ],
)
def test_what_is_missing_is_told_before_loading(name: str, said: str) -> None:
    done = rucy("run", name, cwd=FILTER.parent)
    assert (done.returncode, done.stderr) == (2, f"rucy: {said}\n")


def test_an_interface_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "pass.rb").write_text("\nxdp { :pass }\n")
    done = rucy("run", "pass.rb", cwd=tmp_path)
    assert done.stderr == "rucy: pass.rb:2: `xdp` attaches to a network interface, so name one: --interface IF\n"
    assert rucy("run", "pass.rb", "--interface", "lo", "--mode", "fast", cwd=tmp_path).returncode == 2


@pytest.mark.root
def test_modes_of_xdp(tmp_path: Path) -> None:
    (tmp_path / "pass.rb").write_text(f"xdp(name: :{MARK}pass) {{ :pass }}\n")
    words = ("run", tmp_path / "pass.rb", "--interface", "lo", "--duration", "0")
    assert rucy(*words, "--mode", "generic").returncode == 0
    done = rucy(*words, "--mode", "native")
    assert done.returncode == 77
    assert done.stderr.splitlines()[0] == "rucy: the driver of `lo` does not run XDP"
    gone()


@pytest.mark.root
def test_nothing_that_attaches(tmp_path: Path) -> None:
    (tmp_path / "calls.rb").write_text('license "GPL"\nsyscall("getpgid", attach: false) { printk "x" }\n')
    done = rucy("run", tmp_path / "calls.rb")
    assert done.returncode == 1
    assert "attaches" in done.stderr


@pytest.mark.root
def test_a_kernel_without_kprobes_or_the_function(tmp_path: Path) -> None:
    (tmp_path / "probe.rb").write_text('license "GPL"\nkprobe("no_such_function") { printk "x" }\n')
    done = rucy("run", tmp_path / "probe.rb")
    assert done.returncode == 77
    assert done.stderr.splitlines()[-2 if "help" in done.stderr.splitlines()[-1] else -1].startswith("rucy: this kernel has no ")


@pytest.mark.root
def test_not_root() -> None:
    """The user nobody, who may read the checkout but load nothing."""
    command = [sys.executable, "-m", "rucy", "run", str(FILTER), "--cgroup", "/"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, user=65534, group=65534, extra_groups=[])
    except PermissionError:
        pytest.skip("the interpreter is not readable for others")
    if "No module named" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("the checkout is not readable for others")
    assert done.returncode == 77
    assert "rucy: the kernel does not permit BPF objects\n  help: run it as root" in done.stderr


def test_no_libbpf() -> None:
    """One line and 77 where the library is not installed; compiling needs none."""
    code = (
        "import ctypes, sys\n"
        "def absent(*words, **options):\n"
        "    raise OSError('libbpf.so.1: cannot open shared object file')\n"
        "ctypes.CDLL = absent\n"
        "from rucy.cli.main import main\n"
        f"sys.exit(main(['verify', {str(FILTER)!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 77
    assert "libbpf 1.x (libbpf.so.1) is not installed" in done.stderr.splitlines()[0]


def test_no_btf(tmp_path: Path) -> None:
    (tmp_path / "probe.rb").write_text('license "GPL"\nfentry("tcp_connect") { |sk| printk "%d", sk.sk_protocol }\n')
    done = rucy("object", tmp_path / "probe.rb", "--btf", tmp_path / "none.btf")
    assert done.returncode == 1
    assert done.stderr == f"rucy: cannot read BTF from {tmp_path}/none.btf: No such file or directory\n"


def test_a_file_for_another_machine_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "seen.rb").write_text('license "GPL"\nsyscall("getpgid") { }\n')
    other = "aarch64" if os.uname().machine == "x86_64" else "x86_64"
    done = rucy("run", tmp_path / "seen.rb", "--target", other)
    assert done.returncode == 2 and f"`rucy build --target {other}` makes a tool for the other one" in done.stderr
