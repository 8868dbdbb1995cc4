"""Features of instruction set, verifier and format: the release that first has each.

What has a row elsewhere (a helper, a map type, a hook) is not repeated here. Sources: the kernel's
Documentation/bpf/standardization/instruction-set.rst and the constants of include/uapi/linux/bpf.h that each brought
(BPF_FETCH, BPF_ATOMIC, BPF_MEMSX, BPF_JCOND, BPF_LOAD_ACQ, BPF_PSEUDO_FUNC, BPF_PSEUDO_KFUNC_CALL).
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Feature(NamedTuple):
    """One feature. `what` completes the sentence "needs ... for"."""

    name: str
    since: str
    what: str


# fmt: off
ROWS: tuple[Feature, ...] = (
    #       name                 since   what
    Feature("btf",               "4.18", "type information in objects"),
    Feature("cpu_v2",            "4.14", "unsigned less-than jumps"),
    Feature("cpu_v3",            "5.1",  "32-bit jumps (JMP32)"),
    Feature("global_data",       "5.2",  "global variables"),
    Feature("bounded_loops",     "5.3",  "loops that the verifier follows"),
    Feature("kernel_btf",        "5.5",  "typed kernel pointers read without a helper"),
    Feature("probe_mem",         "5.5",  "faulting loads through kernel pointers"),
    Feature("global_functions",  "5.6",  "functions verified on their own"),
    Feature("sleepable",         "5.10", "programs that may sleep"),
    Feature("tail_call_in_sub",  "5.10", "tail calls beside BPF-to-BPF calls"),
    Feature("atomic_fetch",      "5.12", "atomic operations that give the old value, exchange, and/or/xor"),
    Feature("kfunc_call",        "5.13", "calls of kernel functions"),
    Feature("pseudo_func",       "5.13", "the address of a function, for callbacks"),
    Feature("ksym_weak",         "5.13", "weak kernel symbols"),
    Feature("core_in_kernel",    "5.17", "CO-RE relocation in the kernel"),
    Feature("bpf_loop",          "5.17", "loops by bpf_loop"),
    Feature("btf_enum64",        "6.0",  "64-bit enumerations in BTF"),
    Feature("dynptr",            "5.19", "dynamic pointers"),
    Feature("open_coded_iter",   "6.4",  "open-coded iterators"),
    Feature("cpu_v4",            "6.6",  "signed division, sign-extending loads and moves, byte swaps, 32-bit jump offsets"),
    Feature("exceptions",        "6.7",  "bpf_throw"),
    Feature("may_goto",          "6.9",  "loops that end by may_goto"),
    Feature("arena",             "6.9",  "arenas and address space casts"),
    Feature("percpu_insn",       "6.10", "inlined per-CPU accesses"),
    Feature("fastcall",          "6.13", "calls that keep the caller's registers"),
    Feature("private_stack",     "6.13", "frames outside the kernel's stack"),
    Feature("load_acquire",      "6.15", "load-acquire and store-release"),
)
# fmt: on

BY_NAME: dict[str, Feature] = {row.name: row for row in ROWS}
