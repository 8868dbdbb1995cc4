"""Objects of the kernel's own that lie in the value of a map: locks and timers.

A struct has one of a kind at the most, and has it itself: btf_find_struct_field in kernel/bpf/btf.c looks at the members of
the value's own struct. `maps` is map_check_btf in kernel/bpf/syscall.c; `never` is check_map_prog_compatibility in
kernel/bpf/verifier.c: a program of such a type may not so much as name the map. `sleeping`: the release from which programs
that may sleep can ("bpf: Allow bpf_spin_{lock,unlock} in sleepable progs" (v6.7) for locks).
"""

from __future__ import annotations

from rucy.records import NamedTuple


class KernelObject(NamedTuple):
    """One kind. `kind` is the word of an attr's type; `helper` the one without which it is of no use."""

    kind: str
    struct: str
    since: str
    helper: str
    maps: tuple[str, ...]
    never: tuple[str, ...]
    sleeping: str


_TRACING = ("KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT", "RAW_TRACEPOINT_WRITABLE")
_LOCK_MAPS = ("HASH", "ARRAY", "SK_STORAGE", "INODE_STORAGE", "TASK_STORAGE", "CGRP_STORAGE")
_TIMER_MAPS = ("HASH", "LRU_HASH", "ARRAY")

# fmt: off
ROWS: tuple[KernelObject, ...] = (
    #            kind         struct           since   helper        maps         never                          sleeping
    KernelObject("spin_lock", "bpf_spin_lock", "5.1",  "spin_lock",  _LOCK_MAPS,  (*_TRACING, "SOCKET_FILTER"),  "6.7"),
    KernelObject("timer",     "bpf_timer",     "5.15", "timer_init", _TIMER_MAPS, _TRACING,                      "5.15"),
)
# fmt: on

BY_KIND: dict[str, KernelObject] = {row.kind: row for row in ROWS}
