"""Kernel functions that programs may call by name: what each demands and gives, beside its prototype in the kernel's BTF.

Generated into `_generated/kfuncs` from the kernel's BTF_KFUNCS_START sets and register_btf_kfunc_id_set calls, with releases
from the public eBPF documentation's data. Flags are the kernel's KF_ flags in small letters: "acquire", "release",
"ret_null", "trusted_args", "rcu", "sleepable", "iter_new", … (Documentation/bpf/kfuncs.rst).
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Kfunc(NamedTuple):
    """`program_types`: (name, release), the release "" where the type has had it from `since` on; "UNSPEC" is every type."""

    name: str
    flags: tuple[str, ...]
    program_types: tuple[tuple[str, str], ...]
    since: str


#: Functions whose set has a filter beside its program types: bpf_fs_kfuncs_filter of fs/bpf_fs_kfuncs.c, and
#: tracing_iter_filter of net/core/filter.c, which lets only iterators (TRACING with BPF_TRACE_ITER).
ONLY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("bpf_get_task_exe_file", "bpf_put_file", "bpf_path_d_path", "bpf_get_dentry_xattr", "bpf_get_file_xattr",
         "bpf_set_dentry_xattr", "bpf_remove_dentry_xattr"), ("LSM",)),
    "bpf_sock_destroy": (),
}  # fmt: skip

#: Fields whose pointers the verifier knows to be held while that through which they are read is: "trusted", or "rcu" in an RCU
#: read section (the BTF_TYPE_SAFE_* of kernel/bpf/verifier.c, Linux 6.12 and 7.3). Others may be read, but not passed on.
FIELDS: dict[tuple[str, str], str] = {
    ("task_struct", "cpus_ptr"):            "rcu",
    ("task_struct", "cgroups"):             "rcu",
    ("task_struct", "real_parent"):         "rcu",
    ("task_struct", "group_leader"):        "rcu",
    ("cgroup", "kn"):                       "rcu",
    ("css_set", "dfl_cgrp"):                "rcu",
    ("mm_struct", "exe_file"):              "rcu",
    ("sk_buff", "sk"):                      "rcu",
    ("request_sock", "sk"):                 "rcu",
    ("bpf_iter_meta", "seq"):               "trusted",
    ("bpf_iter__task", "meta"):             "trusted",
    ("bpf_iter__task", "task"):             "trusted",
    ("linux_binprm", "file"):               "trusted",
    ("file", "f_inode"):                    "trusted",
    ("dentry", "d_inode"):                  "trusted",
    ("socket", "sk"):                       "trusted",
    ("vm_area_struct", "vm_mm"):            "trusted",
    ("vm_area_struct", "vm_file"):          "trusted",
    ("cgroup_subsys_state", "cgroup"):      "rcu",
}  # fmt: skip

#: Families of functions about what no program has here, by the beginning of their names; helpers of that kind by their whole name.
FOREIGN: dict[str, str] = {
    "bpf_obj_":            "objects",
    "bpf_percpu_obj_":     "objects",
    "bpf_refcount_":       "objects",
    "bpf_list_":           "lists",
    "bpf_rbtree_":         "trees",
    "bpf_wq_":             "queues",
    "bpf_task_work_":      "queues",
    "bpf_res_spin_":       "locks",
    "bpf_throw":           "exceptions",
    "bpf_kptr_xchg":       "pointers",
    "bpf_get_local_storage": "storage",
}

#: helpers that give a "trusted" pointer without acquiring it: RET_PTR_TO_BTF_ID_TRUSTED (Linux 6.2, kernel/trace/bpf_trace.c)
HELD_RESULTS = ("get_current_task_btf",)


class Region(NamedTuple):
    """A part of a program between two kernel functions. `kind`: what holds in it, "rcu", "preempt" or "irq": nothing in it may
    sleep. `state`: bytes that the first fills in and the second takes, 0 for none."""

    enter: str
    leave: str
    kind: str
    state: int


# fmt: off
REGIONS: tuple[Region, ...] = (
    Region("bpf_rcu_read_lock",   "bpf_rcu_read_unlock",   "rcu",     0),
    Region("bpf_preempt_disable", "bpf_preempt_enable",    "preempt", 0),
    Region("bpf_local_irq_save",  "bpf_local_irq_restore", "irq",     8),
)
# fmt: on

_found: dict[str, Kfunc | None] = {}


def find(name: str) -> Kfunc | None:
    """The row of a kernel function; None if there is no such function."""
    if name not in _found:
        from rucy.kernel._generated.kfuncs import TEXT

        at = TEXT.find(f"\n{name}\t") if name.isidentifier() else -1
        _found[name] = None if at < 0 else _row(TEXT[at + 1 : TEXT.index("\n", at + 1)])
    return _found[name]


def names() -> list[str]:
    from rucy.kernel._generated.kfuncs import TEXT

    return [line.split("\t", 1)[0] for line in TEXT.splitlines() if line]


def since(row: Kfunc, prog_type: str) -> str | None:
    """The release from which programs of a type may call it; None if they never may."""
    if prog_type not in ONLY.get(row.name, (prog_type,)):
        return None
    for name, release in row.program_types:
        if name in (prog_type, "UNSPEC"):
            return release or row.since
    return None


def _row(line: str) -> Kfunc:
    name, flags, types, release = line.split("\t")
    pairs = tuple((kind, version) for kind, _, version in (one.partition("@") for one in types.split()))
    return Kfunc(name, tuple(flags.split()), pairs, release)


# fmt: off
#: what an acquiring helper or kernel function is called, to begin with → what takes back what it gave
RELEASES: tuple[tuple[str, str], ...] = (
    ("sk_lookup_",            "sk_release"),
    ("skc_lookup_",           "sk_release"),
    ("map_lookup_elem",       "sk_release"),
    ("bpf_task_get_cgroup",   "bpf_cgroup_release"),
    ("scx_bpf_task_cgroup",   "bpf_cgroup_release"),
    ("bpf_task_",             "bpf_task_release"),
    ("bpf_cgroup_",           "bpf_cgroup_release"),
    ("bpf_cpumask_",          "bpf_cpumask_release"),
    ("hid_bpf_",              "hid_bpf_release_context"),
    ("bpf_get_mem_cgroup",    "bpf_put_mem_cgroup"),
    ("bpf_get_root_mem_cgroup", "bpf_put_mem_cgroup"),
    ("bpf_ksock_",            "bpf_ksock_release"),
    ("bpf_wakeup_sources_",   "bpf_wakeup_sources_read_unlock"),
    ("bpf_dynptr_from_file",  "bpf_dynptr_file_discard"),
    ("ringbuf_reserve_dynptr", "ringbuf_submit_dynptr"),
    ("bpf_skb_ct_alloc",      "bpf_ct_insert_entry"),
    ("bpf_xdp_ct_alloc",      "bpf_ct_insert_entry"),
    ("bpf_skb_ct_",           "bpf_ct_release"),
    ("bpf_xdp_ct_",           "bpf_ct_release"),
    ("bpf_ct_",               "bpf_ct_release"),
    ("bpf_lookup_",           "bpf_key_put"),
    ("bpf_get_task_exe_file", "bpf_put_file"),
    ("bpf_crypto_ctx",        "bpf_crypto_ctx_release"),
    ("bpf_xdp_get_xfrm",      "bpf_xdp_xfrm_state_release"),
    ("scx_bpf_get_idle",      "scx_bpf_put_idle_cpumask"),
    ("scx_bpf_get_",          "scx_bpf_put_cpumask"),
)
# fmt: on


def release_of(name: str) -> str:
    """The function that takes back what the function `name` gave; "" where no row says."""
    return next((release for prefix, release in RELEASES if name.startswith(prefix)), "")
