"""Fields of kernel objects, read by a Ruby program through relocations, against what /proc and the C library say.

Twice: by bpf_probe_read_kernel (a pointer that a helper gave as a number) and by direct loads (a tracepoint's typed
argument). Members in place, anonymous ones, unions, bitfields, arrays of numbers, structs and characters, pointers to
pointers, enums.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from pathlib import Path

import pytest

from rucy.btf.reader import open_btf
from rucy.loader.objects import Loaded
from rucy.pipeline import compile_file, probes_of

READS = """\
  $tgid = task.tgid
  $parent = task.real_parent.tgid
  $grand = task.real_parent.real_parent.pid
  $uid = task.cred.uid.val
  $files = task.signal.rlim[7].rlim_max
  i = 3 & task.signal.rlim[7].rlim_max.bit_length + 4
  $soft = task.signal.rlim[i + 4].rlim_cur
  $arg = task.mm.arg_start
  $argc = ustr(task.mm.arg_start, 32).size
  $name = task.comm == "{comm}" ? 1 : 0
  $host = task.nsproxy.uts_ns.name.nodename.size
  $leader = task.group_leader.pid
  $exec = task.in_execve
  $io = task.in_iowait
  $threads = task.signal.nr_threads
  $size = sizeof("struct task_struct")
  $has = (field?(task, :tgid) ? 1 : 0) + (enum?(:BPF_MAP_TYPE_HASH) ? 2 : 0) + (type?("struct sock") ? 4 : 0)
  $state = enum?(:TCP_ESTABLISHED) ? TCP_ESTABLISHED + TCP_LISTEN + BPF_MAP_TYPE_ARRAY : 0
  $family = task.files.fdt.fd[0].f_inode.i_mode
"""

GLOBALS = tuple(
    "tgid parent grand uid files soft arg argc name host leader exec io threads size has state family".split()
)

HEAD = 'license "GPL"\n' + "".join(f"${name} = 0\n" for name in GLOBALS)

PROBED = HEAD + 'raw_tracepoint "sys_enter" do |regs, id|\n  task = current_task\n' + READS + "end\n"

DIRECT = (
    HEAD
    + "$pid_wanted = 0\n"
    + 'tp_btf "sched_process_exit" do |gone|\n  next if gone.tgid != $pid_wanted\n  task = gone\n'
    + READS.replace("task.mm.arg_start", "0").replace("task.files.fdt.fd[0].f_inode.i_mode", "1").replace(
        "ustr(0, 32).size", "0"
    )
    + "end\n"
)


def truth(pid: int) -> dict[str, int]:
    """Of a living process of ours; `i` is 3, so that the limit's index is 7."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    parent = int(status["PPid"])
    grand = next(line for line in Path(f"/proc/{parent}/status").read_text().splitlines() if line.startswith("PPid"))
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    btf = open_btf()
    task = btf.find("task_struct", ("struct",))
    assert task is not None
    return {
        "tgid": pid,
        "parent": parent,
        "grand": int(grand.split()[1]),
        "uid": int(status["Uid"].split()[0]),
        "files": hard,
        "soft": soft,
        "arg": int(stat[45]),
        "argc": len(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0][:31]),
        "name": 1,
        "host": len(os.uname().nodename),
        "leader": pid,
        "exec": 0,
        "io": 0,
        "threads": int(status["Threads"]),
        "size": btf.size(task),
        "has": 1 + 2 + 4,
        "state": 1 + 10 + 2,
        "family": os.stat(f"/proc/{pid}/fd/0").st_mode,
    }


def load(source: str, path: Path) -> Loaded:
    path.write_text(source)
    data = compile_file(str(path)).data
    (probe,) = probes_of(data) or []
    loaded = Loaded.open_object(data)
    target = str(probe["target"]) if probe["link"] == "tp_btf" else None
    attach = probe["attach_type"]
    kind = int(str(probe["prog_type"]))
    loaded.set_program_types({str(probe["name"]): (kind, None if attach is None else int(str(attach)), target)})
    loaded.load()
    return loaded


def values(loaded: Loaded, names: list[str]) -> dict[str, int]:
    return {name: int.from_bytes(loaded.read_global(name), "little") for name in names}


def grown(wanted: dict[str, int], loaded: Loaded) -> None:
    found = values(loaded, list(wanted))
    assert found == wanted, {k: (found[k], wanted[k]) for k in wanted if found[k] != wanted[k]}


@pytest.mark.root
def test_by_probe_reads(tmp_path: Path) -> None:
    comm = Path("/proc/self/comm").read_text().strip()
    with load(PROBED.replace("{comm}", comm), tmp_path / "probed.rb") as loaded:
        loaded.test_run(loaded.programs[0].name, ctx_in=bytes(16))
        grown(truth(os.getpid()), loaded)


@pytest.mark.root
def test_by_direct_loads(tmp_path: Path) -> None:
    """Of a child that ends; what /proc says of it is read while it still lives."""
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go[1])
        os.write(ready[1], b"!")
        os.read(go[0], 1)
        os._exit(0)
    try:
        os.read(ready[0], 1)
        comm = Path(f"/proc/{child}/comm").read_text().strip()
        wanted = truth(child) | {"arg": 0, "argc": 0, "family": 1}
        with load(DIRECT.replace("{comm}", comm), tmp_path / "direct.rb") as loaded:
            loaded.write_global("pid_wanted", child.to_bytes(8, "little"))
            loaded.attach(loaded.programs[0].name, "tp_btf", "sched_process_exit")
            os.write(go[1], b"!")
            os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
            grown(wanted, loaded)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        for fd in (*ready, *go):
            os.close(fd)
        os.waitpid(child, 0)


WIDE = """\
license "GPL"
$wide = 0
$high = 0
$low = 0
INO = PID_NS_INIT_INO
raw_tracepoint "sys_enter" do
  $wide = PERF_CONTEXT_MAX
  $high = INO
  $low = TCP_LISTEN + 1
end
"""


@pytest.mark.root
def test_enumerators_of_every_width(tmp_path: Path) -> None:
    """64 bits of an enum64, and 32 bits with the highest one set, as the kernel's types have them."""
    source = tmp_path / "wide.rb"
    source.write_text(WIDE)
    data = compile_file(str(source)).data
    (probe,) = probes_of(data) or []
    with Loaded.open_object(data) as loaded:
        loaded.set_program_types({str(probe["name"]): (int(str(probe["prog_type"])), None, None)})
        loaded.load()
        loaded.test_run(str(probe["name"]), ctx_in=bytes(16))
        found = [int.from_bytes(loaded.read_global(name), "little") for name in ("wide", "high", "low")]
    assert found == [2**64 - 4095, 0xEFFFFFFC, 11]
