"""What the tables leave out on purpose: (table, name) → why. `make test` prints how many there are."""

UNMODELLED: dict[tuple[str, str], str] = {
    ("syscall", "clock_settime32"): "two definitions for 32-bit machines; no supported machine has it",
    ("syscall", "get_thread_area"): "32-bit x86 alone; two definitions",
    ("syscall", "set_thread_area"): "32-bit x86 alone; two definitions",
    ("helper argument", "get_branch_snapshot.flags"): "the kernel's prototype stops before it: any value is taken",
    ("helper argument", "get_cgroup_classid.skb"): "the variant that asks the current task takes no argument",
    ("helper", "KPROBE.override_return"): "kernels without CONFIG_BPF_KPROBE_OVERRIDE refuse it for kprobes too",
    ("helper", "probe_write_user"): "a kernel locked down refuses it to every program",
    ("helper", "get_local_storage"): "its maps, of a cgroup's or a program's own, have no word: `cgrp_storage` keeps such values",
    ("helper", "kptr_xchg"): "it exchanges a reference that a map keeps: no attr has the type of one",
    ("context", "bpf_perf_event_data.regs"): "its fields are the machine's registers: rows of `arch`",
    ("context", "bpf_user_pt_regs_t"): "the machine's registers: rows of `arch`",
    ("field", "SOCK_OPS.args.write"): "its first element is `reply`, under which name it can be written",
    ("field", "SOCK_OPS.replylong.write"): "its first element is `reply`, under which name it can be written",
    ("field", "SK_LOOKUP.cookie.read"): "it lies on `sk`, and reading it there gives that pointer; test_run alone has it",
}
