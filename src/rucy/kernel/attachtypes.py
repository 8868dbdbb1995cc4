"""Attach types, as `enum bpf_attach_type` of include/uapi/linux/bpf.h (Linux 7.3) numbers them.

`since` is the first release whose header has the name; of the last four, the oldest release looked at that has them.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class AttachType(NamedTuple):
    """One attach type; `name` keeps the kernel's prefix, as libbpf and bpftool print it."""

    name: str
    id: int
    since: str


# fmt: off
ROWS: tuple[AttachType, ...] = (
    AttachType("BPF_CGROUP_INET_INGRESS",              0, "4.10"),
    AttachType("BPF_CGROUP_INET_EGRESS",               1, "4.10"),
    AttachType("BPF_CGROUP_INET_SOCK_CREATE",          2, "4.10"),
    AttachType("BPF_CGROUP_SOCK_OPS",                  3, "4.13"),
    AttachType("BPF_SK_SKB_STREAM_PARSER",             4, "4.14"),
    AttachType("BPF_SK_SKB_STREAM_VERDICT",            5, "4.14"),
    AttachType("BPF_CGROUP_DEVICE",                    6, "4.15"),
    AttachType("BPF_SK_MSG_VERDICT",                   7, "4.17"),
    AttachType("BPF_CGROUP_INET4_BIND",                8, "4.17"),
    AttachType("BPF_CGROUP_INET6_BIND",                9, "4.17"),
    AttachType("BPF_CGROUP_INET4_CONNECT",            10, "4.17"),
    AttachType("BPF_CGROUP_INET6_CONNECT",            11, "4.17"),
    AttachType("BPF_CGROUP_INET4_POST_BIND",          12, "4.17"),
    AttachType("BPF_CGROUP_INET6_POST_BIND",          13, "4.17"),
    AttachType("BPF_CGROUP_UDP4_SENDMSG",             14, "4.18"),
    AttachType("BPF_CGROUP_UDP6_SENDMSG",             15, "4.18"),
    AttachType("BPF_LIRC_MODE2",                      16, "4.18"),
    AttachType("BPF_FLOW_DISSECTOR",                  17, "4.20"),
    AttachType("BPF_CGROUP_SYSCTL",                   18, "5.2"),
    AttachType("BPF_CGROUP_UDP4_RECVMSG",             19, "5.2"),
    AttachType("BPF_CGROUP_UDP6_RECVMSG",             20, "5.2"),
    AttachType("BPF_CGROUP_GETSOCKOPT",               21, "5.3"),
    AttachType("BPF_CGROUP_SETSOCKOPT",               22, "5.3"),
    AttachType("BPF_TRACE_RAW_TP",                    23, "5.5"),
    AttachType("BPF_TRACE_FENTRY",                    24, "5.5"),
    AttachType("BPF_TRACE_FEXIT",                     25, "5.5"),
    AttachType("BPF_MODIFY_RETURN",                   26, "5.7"),
    AttachType("BPF_LSM_MAC",                         27, "5.7"),
    AttachType("BPF_TRACE_ITER",                      28, "5.8"),
    AttachType("BPF_CGROUP_INET4_GETPEERNAME",        29, "5.8"),
    AttachType("BPF_CGROUP_INET6_GETPEERNAME",        30, "5.8"),
    AttachType("BPF_CGROUP_INET4_GETSOCKNAME",        31, "5.8"),
    AttachType("BPF_CGROUP_INET6_GETSOCKNAME",        32, "5.8"),
    AttachType("BPF_XDP_DEVMAP",                      33, "5.8"),
    AttachType("BPF_CGROUP_INET_SOCK_RELEASE",        34, "5.9"),
    AttachType("BPF_XDP_CPUMAP",                      35, "5.9"),
    AttachType("BPF_SK_LOOKUP",                       36, "5.9"),
    AttachType("BPF_XDP",                             37, "5.9"),
    AttachType("BPF_SK_SKB_VERDICT",                  38, "5.13"),
    AttachType("BPF_SK_REUSEPORT_SELECT",             39, "5.14"),
    AttachType("BPF_SK_REUSEPORT_SELECT_OR_MIGRATE",  40, "5.14"),
    AttachType("BPF_PERF_EVENT",                      41, "5.15"),
    AttachType("BPF_TRACE_KPROBE_MULTI",              42, "5.18"),
    AttachType("BPF_LSM_CGROUP",                      43, "6.0"),
    AttachType("BPF_STRUCT_OPS",                      44, "6.4"),
    AttachType("BPF_NETFILTER",                       45, "6.4"),
    AttachType("BPF_TCX_INGRESS",                     46, "6.6"),
    AttachType("BPF_TCX_EGRESS",                      47, "6.6"),
    AttachType("BPF_TRACE_UPROBE_MULTI",              48, "6.6"),
    AttachType("BPF_CGROUP_UNIX_CONNECT",             49, "6.7"),
    AttachType("BPF_CGROUP_UNIX_SENDMSG",             50, "6.7"),
    AttachType("BPF_CGROUP_UNIX_RECVMSG",             51, "6.7"),
    AttachType("BPF_CGROUP_UNIX_GETPEERNAME",         52, "6.7"),
    AttachType("BPF_CGROUP_UNIX_GETSOCKNAME",         53, "6.7"),
    AttachType("BPF_NETKIT_PRIMARY",                  54, "6.7"),
    AttachType("BPF_NETKIT_PEER",                     55, "6.7"),
    AttachType("BPF_TRACE_KPROBE_SESSION",            56, "6.10"),
    AttachType("BPF_TRACE_UPROBE_SESSION",            57, "6.13"),
    AttachType("BPF_TRACE_FSESSION",                  58, "7.2"),
    AttachType("BPF_TRACE_FENTRY_MULTI",              59, "7.2"),
    AttachType("BPF_TRACE_FEXIT_MULTI",               60, "7.2"),
    AttachType("BPF_TRACE_FSESSION_MULTI",            61, "7.2"),
)
# fmt: on

BY_NAME: dict[str, AttachType] = {row.name: row for row in ROWS}
