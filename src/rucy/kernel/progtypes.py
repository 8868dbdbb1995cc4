"""Program types: what one program of each type is given, may do, and is held by while it runs.

Ids and names are `enum bpf_prog_type` of include/uapi/linux/bpf.h. `context` is the program's side of the
`BPF_PROG_TYPE()` lines of include/linux/bpf_types.h (None where the first argument is no fixed struct). `gpl_only` is
what loading itself asks (bpf_lsm_verify_prog in kernel/bpf/bpf_lsm.c, check_struct_ops_btf_id in
kernel/bpf/verifier.c). `sleepable_allowed` is can_be_sleepable in kernel/bpf/verifier.c of Linux 6.1 (SYSCALL always
sleeps); TRACING and KPROBE allow it for some hooks only, whose rows in `hooks` say which. `trusted_args` is
prog_args_trusted in kernel/bpf/btf.c; for TRACING it depends on the hook.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class ProgType(NamedTuple):
    """One program type. `context` names a row of `contexts`; `rcu` says that it runs inside an RCU read section."""

    name: str
    id: int
    context: str | None
    since: str
    gpl_only: bool
    sleepable_allowed: bool
    rcu: bool
    trusted_args: bool


# fmt: off
ROWS: tuple[ProgType, ...] = (
    #         name                       id  context                    since   gpl    sleep  rcu    trusted
    ProgType("SOCKET_FILTER",             1, "__sk_buff",               "3.19", False, False, True,  False),
    ProgType("KPROBE",                    2, "pt_regs",                 "4.1",  False, True,  True,  False),
    ProgType("SCHED_CLS",                 3, "__sk_buff",               "4.1",  False, False, True,  False),
    ProgType("SCHED_ACT",                 4, "__sk_buff",               "4.1",  False, False, True,  False),
    ProgType("TRACEPOINT",                5, None,                      "4.7",  False, False, True,  False),
    ProgType("XDP",                       6, "xdp_md",                  "4.8",  False, False, True,  False),
    ProgType("PERF_EVENT",                7, "bpf_perf_event_data",     "4.9",  False, False, True,  False),
    ProgType("CGROUP_SKB",                8, "__sk_buff",               "4.10", False, False, True,  False),
    ProgType("CGROUP_SOCK",               9, "bpf_sock",                "4.10", False, False, True,  False),
    ProgType("LWT_IN",                   10, "__sk_buff",               "4.10", False, False, True,  False),
    ProgType("LWT_OUT",                  11, "__sk_buff",               "4.10", False, False, True,  False),
    ProgType("LWT_XMIT",                 12, "__sk_buff",               "4.10", False, False, True,  False),
    ProgType("SOCK_OPS",                 13, "bpf_sock_ops",            "4.13", False, False, True,  False),
    ProgType("SK_SKB",                   14, "__sk_buff",               "4.14", False, False, True,  False),
    ProgType("CGROUP_DEVICE",            15, "bpf_cgroup_dev_ctx",      "4.15", False, False, True,  False),
    ProgType("SK_MSG",                   16, "sk_msg_md",               "4.17", False, False, True,  False),
    ProgType("RAW_TRACEPOINT",           17, "bpf_raw_tracepoint_args", "4.17", False, False, True,  False),
    ProgType("CGROUP_SOCK_ADDR",         18, "bpf_sock_addr",           "4.17", False, False, True,  False),
    ProgType("LWT_SEG6LOCAL",            19, "__sk_buff",               "4.18", False, False, True,  False),
    ProgType("LIRC_MODE2",               20, None,                      "4.18", False, False, True,  False),
    ProgType("SK_REUSEPORT",             21, "sk_reuseport_md",         "4.19", False, False, True,  False),
    ProgType("FLOW_DISSECTOR",           22, "__sk_buff",               "4.20", False, False, True,  False),
    ProgType("CGROUP_SYSCTL",            23, "bpf_sysctl",              "5.2",  False, False, True,  False),
    ProgType("RAW_TRACEPOINT_WRITABLE",  24, "bpf_raw_tracepoint_args", "5.2",  False, False, True,  False),
    ProgType("CGROUP_SOCKOPT",           25, "bpf_sockopt",             "5.3",  False, False, True,  False),
    ProgType("TRACING",                  26, None,                      "5.5",  False, True,  True,  False),
    ProgType("STRUCT_OPS",               27, None,                      "5.6",  True,  True,  True,  True),
    ProgType("EXT",                      28, None,                      "5.6",  False, False, True,  False),
    ProgType("LSM",                      29, None,                      "5.7",  True,  True,  True,  True),
    ProgType("SK_LOOKUP",                30, "bpf_sk_lookup",           "5.9",  False, False, True,  False),
    ProgType("SYSCALL",                  31, None,                      "5.14", False, True,  False, False),
    ProgType("NETFILTER",                32, "bpf_nf_ctx",              "6.4",  False, False, True,  False),
)
# fmt: on

BY_NAME: dict[str, ProgType] = {row.name: row for row in ROWS}
