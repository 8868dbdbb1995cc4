"""Long zeros by a helper: four instructions whatever the length, where stores are one for each word.

bpf_probe_read_user fills with zeros what it cannot read (bpf_probe_read_user_common in kernel/trace/bpf_trace.c, Linux 5.5 to
7.3), and no process has memory at the highest address (access_ok refuses it before anything is read). bpf_probe_read_kernel
would do the same, but is refused to all programs where the kernel is locked down to "confidentiality".
"""

from __future__ import annotations

from rucy.ir.function import Function
from rucy.ir.types import Type

HELPER = "probe_read_user"
#: where nothing can be read
NOWHERE = (1 << 64) - 1
#: bytes up to which stores are cheaper, to the kernel's verifier and to the machine
FEW = 128

#: programs that are loaded with CAP_PERFMON anyway, and have the helper since it exists (bpf_tracing_func_proto)
_PROGRAMS = ("KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT", "RAW_TRACEPOINT_WRITABLE", "TRACING")
#: memory that it may write: check_helper_mem_access in kernel/bpf/verifier.c
_KINDS = ("stack", "map_value", "mem")


def may_clear(fn: Function, type: Type) -> bool:
    """May the function let the helper zero what pointers of the type lead to?"""
    row = fn.program
    return row is not None and row.gpl and row.prog_type in _PROGRAMS and type.kind in _KINDS

