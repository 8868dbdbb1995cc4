"""Probes whose targets the running kernel decides: names of a pattern's functions, one object for all kernels."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.vm.guest import Env, Skip, options

_NAMES = """\
license "GPL"
$me = 0
kprobe "__x64_sys_getp*" do
  printk "enter %s", probe_name if pid == $me && (probe_name.end_with?("pgid") || probe_name.end_with?("priority"))
end
kretprobe "__x64_sys_getsi?" do |result|
  printk "%d from %s", result, probe_name if pid == $me && probe_name.end_with?("sid")
end
"""

_PER_CPU = """\
license "GPL"
$me = 0
syscall "getpgid" do |who|
  next unless pid == $me
  rq = per_cpu(:runqueues, cpu)
  next unless rq
  printk "cpu %d runs %d", rq.cpu == cpu ? 1 : 0, rq.curr.pid == tid ? 1 : 0
  printk "none" unless per_cpu(:runqueues, 100_000)
  printk "no number" unless per_cpu(:process_counts, 100_000)
  printk "number" if per_cpu(:process_counts, cpu)
end
"""

_KFUNCS = """\
license "GPL"
$me = 0
tp_btf "sched_process_fork" do |parent, child|
  next unless parent && parent.tgid == $me
  if own = bpf_task_acquire(parent)
    printk "acquired %d", own.tgid
    bpf_task_release(own)
  end
  if found = bpf_task_from_pid($me)
    printk "found %d of %d", found.pid, found.real_parent.tgid
    bpf_task_release(found)
  end
  gone = bpf_task_from_pid(1 << 30)
  if gone
    bpf_task_release(gone)
  else
    printk "none"
  end
end
"""


def _compile(text: str, out: Path, kernel: str = "6.1") -> None:
    from rucy.pipeline import Options, compile_file
    from tests.vm.btf import kernel_btf

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.rb"
        source.write_text(text)
        out.write_bytes(compile_file(str(source), Options(btf=str(kernel_btf(kernel)))).data)


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in os.uname().release.split(".")[:2])


def prepare_pattern(out: Path) -> None:
    from tests.hooks.programs import FOLDER

    _compile((FOLDER / "kprobe_pattern.rb").read_text(), out / "pattern.o")


@options(timeout=300.0)
def case_pattern(env: Env) -> None:
    """One program on several functions: by one link from Linux 5.18 on, where it is configured, by a kprobe on each before."""
    from tests.hooks.firing import pattern

    if env.kernel == "host":
        raise Skip("no kprobes")
    pattern((Path(env.out) / "pattern.o").read_bytes())


def prepare_pattern_names(out: Path) -> None:
    _compile(_NAMES, out / "names.o")


@options(timeout=300.0)
def case_pattern_names(env: Env) -> None:
    """`probe_name` asks the kernel, which tells from Linux 5.15 on."""
    from tests.hooks.running import running

    if env.kernel == "host" or _release() < (5, 15):
        raise Skip("no kprobes, or no bpf_get_func_ip")
    with running((Path(env.out) / "names.o").read_bytes()) as run:
        os.getpgid(0)
        os.getpriority(os.PRIO_PROCESS, 0)
        session = os.getsid(0)
        run.says(["enter __x64_sys_getpgid", "enter __x64_sys_getpriority", f"{session} from __x64_sys_getsid"])


def prepare_per_cpu(out: Path) -> None:
    _compile(_PER_CPU, out / "per_cpu.o")


def case_per_cpu(env: Env) -> None:
    """The run queue of this CPU runs this thread. (Debian's 5.10 has no variables in its BTF.)"""
    from tests.hooks.running import running

    if env.kernel == "host" or _release() < (5, 15):
        raise Skip("no addresses of variables")
    with running((Path(env.out) / "per_cpu.o").read_bytes()) as run:
        os.getpgid(0)
        run.says(["cpu 1 runs 1", "none", "no number", "number"])


def prepare_kfuncs(out: Path) -> None:
    _compile(_KFUNCS, out / "kfuncs.o", "6.12")


def case_kfuncs(env: Env) -> None:
    """Kernel functions that acquire and release tasks, Linux 6.2."""
    from tests.hooks.running import running

    if _release() < (6, 2):
        raise Skip("no bpf_task_acquire")
    with running((Path(env.out) / "kfuncs.o").read_bytes()) as run:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        me = os.getpid()
        run.says([f"acquired {me}", f"found {me} of {os.getppid()}", "none"])
