"""Hooks: what a program writes, row by row: which program it becomes, what it is given and what its result means.

A hook is no program type: several hooks share one, and what differs stands here. `section` is the oldest spelling of
libbpf's section table (tools/lib/bpf/libbpf.c, section_defs) that libbpf 1.1 takes, each `{}` one part of the target
split at the colon; sleepable programs put `.s` after its first word. `since` is the release that has program and attach
type (include/uapi/linux/bpf.h). `trusted` is prog_args_trusted in kernel/bpf/btf.c; `sleepable` is can_be_sleepable in
kernel/bpf/verifier.c of Linux 6.1.

`alone` is the release from which on the kernel begins no second run of a program on a CPU where one is not over, by
interrupt, by preemption or by what the program itself does; "" where it never promised. Programs of perf events (kprobe,
tracepoint, perf_event) count in bpf_prog_active, all together: trace_call_bpf in kernel/trace/bpf_trace.c and
bpf_overflow_handler in kernel/events/core.c, since Linux 4.1; since 5.18 kprobe_multi_link_prog_run as well. Programs of
trampolines count in prog->active: Linux commit ca06f55b9002 ("bpf: Add per-program recursion prevention mechanism")
(v5.12), but for LSM, iterators and struct_ops (bpf_prog_check_recur in include/linux/bpf_verifier.h). Those of raw
tracepoints likewise: Linux commit 05b24ff9b2cf ("bpf: Prevent bpf program recursion for raw tracepoint probes") (v6.1).
A uprobe's program is counted no more since Linux 6.0 (bpf_prog_run_array_uprobe in include/linux/bpf.h).
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Hook(NamedTuple):
    """One hook.

    target:  what its argument names: "function", "tracepoint" (its name), "event" ("group:name"), "syscall",
             "path_symbol", "usdt", "iterator", "ops", "program", "perf" or "none".
    args:    how the block's parameters are found: "pt_regs" and "pt_regs_ret" (registers), "btf_func" and
             "btf_func_ret" (an array of u64, typed by the function's BTF), "trace_event" (the event's struct),
             "raw_args" (an array of u64), "btf_args" (the same, typed), "syscall_args", "syscall_ret" (the
             sys_enter/sys_exit event), "user_regs", "user_ret", "usdt", "iter", "ops", "packet", "context" or "none".
    result:  a row of `results`.
    link:    the attach function: "kprobe", "kretprobe", "trace" (fentry, fexit, fmod_ret), "tp_btf", "tracepoint",
             "raw_tracepoint", "cgroup", "xdp", "tc_ingress", "tc_egress", "socket", "uprobe", "uretprobe", "usdt",
             "perf_event", "lsm", "iter", "struct_ops", "sk_lookup", "sockmap", "netfilter", "run" (never attached, only
             run) or "none".
    needs:   what the one who attaches must be told: "cgroup", "interface", "path" or None.
    ready:   False where the compiler refuses the word: such a program is written behind `section!`.
    """

    word: str
    prog_type: str
    attach_type: str | None
    section: str
    target: str
    args: str
    packet_layer: str | None
    result: str
    link: str
    needs: str | None
    since: str
    sleepable: bool
    ready: bool
    alone: str
    trusted: bool


_KP, _TP, _RTP, _TR, _CLS = "KPROBE", "TRACEPOINT", "RAW_TRACEPOINT", "TRACING", "SCHED_CLS"
_CSK, _CS, _CSA, _CSO = "CGROUP_SKB", "CGROUP_SOCK", "CGROUP_SOCK_ADDR", "CGROUP_SOCKOPT"
_T, _F = True, False

# fmt: off
ROWS: tuple[Hook, ...] = (
    #    word                   type            attach type                          section                  target         args            layer result           link              needs        since   sleep ready alone   trusted
    Hook("kprobe",              _KP,            None,                                "kprobe/{}",             "function",    "pt_regs",      None, "ignored",       "kprobe",         None,        "4.1",  _F,   _T,   "4.1",  _F),
    Hook("kretprobe",           _KP,            None,                                "kretprobe/{}",          "function",    "pt_regs_ret",  None, "ignored",       "kretprobe",      None,        "4.1",  _F,   _T,   "4.1",  _F),
    Hook("fentry",              _TR,            "BPF_TRACE_FENTRY",                  "fentry/{}",             "function",    "btf_func",     None, "ignored",       "trace",          None,        "5.5",  _T,   _T,   "5.12", _F),
    Hook("fexit",               _TR,            "BPF_TRACE_FEXIT",                   "fexit/{}",              "function",    "btf_func_ret", None, "ignored",       "trace",          None,        "5.5",  _T,   _T,   "5.12", _F),
    Hook("fmod_ret",            _TR,            "BPF_MODIFY_RETURN",                 "fmod_ret/{}",           "function",    "btf_func_ret", None, "fmod_ret",      "trace",          None,        "5.7",  _T,   _F,   "5.12", _F),
    Hook("tracepoint",          _TP,            None,                                "tracepoint/{}/{}",      "event",       "trace_event",  None, "ignored",       "tracepoint",     None,        "4.7",  _F,   _T,   "4.7",  _F),
    Hook("raw_tracepoint",      _RTP,           None,                                "raw_tracepoint/{}",     "tracepoint",  "raw_args",     None, "ignored",       "raw_tracepoint", None,        "4.17", _F,   _T,   "6.1",  _F),
    Hook("tp_btf",              _TR,            "BPF_TRACE_RAW_TP",                  "tp_btf/{}",             "tracepoint",  "btf_args",     None, "ignored",       "tp_btf",         None,        "5.5",  _F,   _T,   "6.1",  _T),
    Hook("syscall",             _TP,            None,                                "tracepoint/syscalls/sys_enter_{}", "syscall", "syscall_args", None, "ignored", "tracepoint",   None,        "4.7",  _F,   _T,   "4.7",  _F),
    Hook("syscall_return",      _TP,            None,                                "tracepoint/syscalls/sys_exit_{}",  "syscall", "syscall_ret",  None, "ignored", "tracepoint",   None,        "4.7",  _F,   _T,   "4.7",  _F),
    Hook("uprobe",              _KP,            None,                                "uprobe/{}:{}",          "path_symbol", "user_regs",    None, "ignored",       "uprobe",         "path",      "4.1",  _T,   _F,   "",     _F),
    Hook("uretprobe",           _KP,            None,                                "uretprobe/{}:{}",       "path_symbol", "user_ret",     None, "ignored",       "uretprobe",      "path",      "4.1",  _T,   _F,   "",     _F),
    Hook("usdt",                _KP,            None,                                "usdt/{}:{}:{}",         "usdt",        "usdt",         None, "ignored",       "usdt",           "path",      "4.1",  _T,   _F,   "",     _F),
    Hook("profile",             "PERF_EVENT",   None,                                "perf_event",            "perf",        "none",         None, "ignored",       "perf_event",     None,        "4.9",  _F,   _F,   "4.9",  _F),
    Hook("perf_event",          "PERF_EVENT",   None,                                "perf_event",            "perf",        "none",         None, "ignored",       "perf_event",     None,        "4.9",  _F,   _F,   "4.9",  _F),
    Hook("xdp",                 "XDP",          "BPF_XDP",                           "xdp",                   "none",        "packet",       "L2", "xdp",           "xdp",            "interface", "4.8",  _F,   _T,   "",     _F),
    Hook("tc_ingress",          _CLS,           None,                                "tc",                    "none",        "packet",       "L2", "tc",            "tc_ingress",     "interface", "4.1",  _F,   _T,   "",     _F),
    Hook("tc_egress",           _CLS,           None,                                "tc",                    "none",        "packet",       "L2", "tc",            "tc_egress",      "interface", "4.1",  _F,   _T,   "",     _F),
    Hook("socket_filter",       "SOCKET_FILTER", None,                               "socket",                "none",        "packet",       None, "socket_filter", "socket",         "interface", "3.19", _F,   _T,   "",     _F),
    Hook("cgroup_device",       "CGROUP_DEVICE", "BPF_CGROUP_DEVICE",                "cgroup/dev",            "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.15", _F,   _T,   "",     _F),
    Hook("cgroup_ingress",      _CSK,           "BPF_CGROUP_INET_INGRESS",           "cgroup_skb/ingress",    "none",        "packet",       "L3", "cgroup",        "cgroup",         "cgroup",    "4.10", _F,   _T,   "",     _F),
    Hook("cgroup_egress",       _CSK,           "BPF_CGROUP_INET_EGRESS",            "cgroup_skb/egress",     "none",        "packet",       "L3", "cgroup_egress", "cgroup",         "cgroup",    "4.10", _F,   _T,   "",     _F),
    Hook("cgroup_connect4",     _CSA,           "BPF_CGROUP_INET4_CONNECT",          "cgroup/connect4",       "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.17", _F,   _T,   "",     _F),
    Hook("cgroup_connect6",     _CSA,           "BPF_CGROUP_INET6_CONNECT",          "cgroup/connect6",       "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.17", _F,   _T,   "",     _F),
    Hook("cgroup_bind4",        _CSA,           "BPF_CGROUP_INET4_BIND",             "cgroup/bind4",          "none",        "context",      None, "cgroup_bind",   "cgroup",         "cgroup",    "4.17", _F,   _T,   "",     _F),
    Hook("cgroup_bind6",        _CSA,           "BPF_CGROUP_INET6_BIND",             "cgroup/bind6",          "none",        "context",      None, "cgroup_bind",   "cgroup",         "cgroup",    "4.17", _F,   _T,   "",     _F),
    Hook("cgroup_sendmsg4",     _CSA,           "BPF_CGROUP_UDP4_SENDMSG",           "cgroup/sendmsg4",       "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.18", _F,   _T,   "",     _F),
    Hook("cgroup_sendmsg6",     _CSA,           "BPF_CGROUP_UDP6_SENDMSG",           "cgroup/sendmsg6",       "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.18", _F,   _T,   "",     _F),
    Hook("cgroup_recvmsg4",     _CSA,           "BPF_CGROUP_UDP4_RECVMSG",           "cgroup/recvmsg4",       "none",        "context",      None, "cgroup_always", "cgroup",         "cgroup",    "5.2",  _F,   _T,   "",     _F),
    Hook("cgroup_recvmsg6",     _CSA,           "BPF_CGROUP_UDP6_RECVMSG",           "cgroup/recvmsg6",       "none",        "context",      None, "cgroup_always", "cgroup",         "cgroup",    "5.2",  _F,   _T,   "",     _F),
    Hook("cgroup_getpeername4", _CSA,           "BPF_CGROUP_INET4_GETPEERNAME",      "cgroup/getpeername4",   "none",        "context",      None, "cgroup_always", "cgroup",         "cgroup",    "5.8",  _F,   _T,   "",     _F),
    Hook("cgroup_getpeername6", _CSA,           "BPF_CGROUP_INET6_GETPEERNAME",      "cgroup/getpeername6",   "none",        "context",      None, "cgroup_always", "cgroup",         "cgroup",    "5.8",  _F,   _T,   "",     _F),
    Hook("cgroup_getsockname4", _CSA,           "BPF_CGROUP_INET4_GETSOCKNAME",      "cgroup/getsockname4",   "none",        "context",      None, "cgroup_always", "cgroup",         "cgroup",    "5.8",  _F,   _T,   "",     _F),
    Hook("cgroup_getsockname6", _CSA,           "BPF_CGROUP_INET6_GETSOCKNAME",      "cgroup/getsockname6",   "none",        "context",      None, "cgroup_always", "cgroup",         "cgroup",    "5.8",  _F,   _T,   "",     _F),
    Hook("cgroup_sock_create",  _CS,            "BPF_CGROUP_INET_SOCK_CREATE",       "cgroup/sock_create",    "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.10", _F,   _T,   "",     _F),
    Hook("cgroup_sock_release", _CS,            "BPF_CGROUP_INET_SOCK_RELEASE",      "cgroup/sock_release",   "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "5.9",  _F,   _T,   "",     _F),
    Hook("cgroup_post_bind4",   _CS,            "BPF_CGROUP_INET4_POST_BIND",        "cgroup/post_bind4",     "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.17", _F,   _T,   "",     _F),
    Hook("cgroup_post_bind6",   _CS,            "BPF_CGROUP_INET6_POST_BIND",        "cgroup/post_bind6",     "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "4.17", _F,   _T,   "",     _F),
    Hook("cgroup_sysctl",       "CGROUP_SYSCTL", "BPF_CGROUP_SYSCTL",                "cgroup/sysctl",         "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "5.2",  _F,   _T,   "",     _F),
    Hook("cgroup_getsockopt",   _CSO,           "BPF_CGROUP_GETSOCKOPT",             "cgroup/getsockopt",     "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "5.3",  _F,   _T,   "",     _F),
    Hook("cgroup_setsockopt",   _CSO,           "BPF_CGROUP_SETSOCKOPT",             "cgroup/setsockopt",     "none",        "context",      None, "cgroup",        "cgroup",         "cgroup",    "5.3",  _F,   _T,   "",     _F),
    Hook("sockops",             "SOCK_OPS",     "BPF_CGROUP_SOCK_OPS",               "sockops",               "none",        "context",      None, "sock_ops",      "cgroup",         "cgroup",    "4.13", _F,   _F,   "",     _F),
    Hook("sk_msg",              "SK_MSG",       "BPF_SK_MSG_VERDICT",                "sk_msg",                "none",        "context",      None, "sk",            "sockmap",        None,        "4.17", _F,   _F,   "",     _F),
    Hook("sk_skb_parser",       "SK_SKB",       "BPF_SK_SKB_STREAM_PARSER",          "sk_skb/stream_parser",  "none",        "packet",       None, "sk_skb_parser", "sockmap",        None,        "4.14", _F,   _F,   "",     _F),
    Hook("sk_skb_verdict",      "SK_SKB",       "BPF_SK_SKB_STREAM_VERDICT",         "sk_skb/stream_verdict", "none",        "packet",       None, "sk",            "sockmap",        None,        "4.14", _F,   _F,   "",     _F),
    Hook("sk_lookup",           "SK_LOOKUP",    "BPF_SK_LOOKUP",                     "sk_lookup",             "none",        "context",      None, "sk",            "sk_lookup",      None,        "5.9",  _F,   _F,   "",     _F),
    Hook("sk_reuseport",        "SK_REUSEPORT", "BPF_SK_REUSEPORT_SELECT",           "sk_reuseport",          "none",        "context",      None, "sk",            "socket",         None,        "4.19", _F,   _F,   "",     _F),
    Hook("flow_dissector",      "FLOW_DISSECTOR", "BPF_FLOW_DISSECTOR",              "flow_dissector",        "none",        "packet",       "L2", "flow_dissector", "flow_dissector", None,       "4.20", _F,   _F,   "",     _F),
    Hook("lwt_in",              "LWT_IN",       None,                                "lwt_in",                "none",        "packet",       "L3", "lwt",           "none",           None,        "4.10", _F,   _F,   "",     _F),
    Hook("lwt_out",             "LWT_OUT",      None,                                "lwt_out",               "none",        "packet",       "L3", "lwt",           "none",           None,        "4.10", _F,   _F,   "",     _F),
    Hook("lwt_xmit",            "LWT_XMIT",     None,                                "lwt_xmit",              "none",        "packet",       "L3", "lwt",           "none",           None,        "4.10", _F,   _F,   "",     _F),
    Hook("netfilter",           "NETFILTER",    "BPF_NETFILTER",                     "netfilter",             "none",        "context",      "L3", "netfilter",     "netfilter",      None,        "6.4",  _F,   _F,   "",     _T),
    Hook("lsm",                 "LSM",          "BPF_LSM_MAC",                       "lsm/{}",                "function",    "btf_func",     None, "lsm",           "lsm",            None,        "5.7",  _T,   _F,   "",     _T),
    Hook("lsm_cgroup",          "LSM",          "BPF_LSM_CGROUP",                    "lsm_cgroup/{}",         "function",    "btf_func",     None, "lsm_cgroup",    "cgroup",         "cgroup",    "6.0",  _F,   _F,   "",     _T),
    Hook("iter",                _TR,            "BPF_TRACE_ITER",                    "iter/{}",               "iterator",    "iter",         None, "ignored",       "iter",           None,        "5.8",  _T,   _F,   "",     _T),
    Hook("struct_ops",          "STRUCT_OPS",   None,                                "struct_ops/{}",         "ops",         "ops",          None, "number",        "struct_ops",     None,        "5.6",  _T,   _F,   "",     _T),
    Hook("syscall_prog",        "SYSCALL",      None,                                "syscall",               "none",        "none",         None, "number",        "run",            None,        "5.14", _T,   _F,   "",     _F),
    Hook("freplace",            "EXT",          None,                                "freplace/{}",           "program",     "context",      None, "number",        "trace",          None,        "5.6",  _F,   _F,   "",     _F),
)
# fmt: on

BY_WORD: dict[str, Hook] = {row.word: row for row in ROWS}
