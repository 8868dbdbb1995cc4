"""Probes whose targets the running kernel decides: names of a pattern's functions, one object for all kernels."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.vm.guest import Env, Skip

_NAMES = """\
license "GPL"
$me = 0
kprobe "__x64_sys_getpg*" do
  printk "enter %s", probe_name if pid == $me
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


def _compile(text: str, out: Path) -> None:
    from rucy.pipeline import Options, compile_file
    from tests.vm.btf import kernel_btf

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.rb"
        source.write_text(text)
        out.write_bytes(compile_file(str(source), Options(btf=str(kernel_btf("6.1")))).data)


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in os.uname().release.split(".")[:2])


def prepare_pattern_names(out: Path) -> None:
    _compile(_NAMES, out / "names.o")


def case_pattern_names(env: Env) -> None:
    """`probe_name` asks the kernel, which tells from Linux 5.15 on."""
    from tests.hooks.running import running

    if env.kernel == "host" or _release() < (5, 15):
        raise Skip("no kprobes, or no bpf_get_func_ip")
    with running((Path(env.out) / "names.o").read_bytes()) as run:
        os.getpgid(0)
        os.getpgrp()
        session = os.getsid(0)
        run.says(["enter __x64_sys_getpgid", "enter __x64_sys_getpgrp", f"{session} from __x64_sys_getsid"])


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
