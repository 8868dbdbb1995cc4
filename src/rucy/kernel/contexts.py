"""Contexts: the struct that a program's first argument points to, field by field.

Offsets and sizes are those of include/uapi/linux/bpf.h, bpf_perf_event.h and include/net/netfilter/nf_bpf_link.h.
What may be read and written is each program type's is_valid_access function (net/core/filter.c, kernel/bpf/cgroup.c,
kernel/trace/bpf_trace.c, net/netfilter/nf_bpf_link.c; Linux 7.3). Byte order is the header's comment beside each field;
how many of its bits the wire's number fills is the field's conversion in net/core/filter.c: __sk_buff.protocol holds 16
(ntohs gives the number), __sk_buff.remote_port is shifted up to 32 (ntohl gives it).

A kprobe's context is its machine's pt_regs: `arch`. A struct whose place depends on the machine has a row for each.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Field(NamedTuple):
    """One field.

    size:      bytes of one element; `elems` counts the elements of an array.
    order:     "host" or "net"; then `net_bits` says how many bits the number on the wire has: 16, 32 or 128.
    writable, readable: True, False, or the names that may: program types ("SCHED_CLS") and attach types (with BPF_).
    ptr:       what a load of it gives when not a number: "packet", "packet_meta", "packet_end", "sock",
               "sock_or_null", "sock_common_or_null", "flow_keys", or "btf:" and a struct of the kernel.
    since:     the first release that has it; "" for what every supported kernel has.
    """

    name: str
    offset: int
    size: int
    signed: bool
    order: str
    writable: bool | tuple[str, ...]
    ptr: str | None
    elems: int = 1
    net_bits: int = 0
    readable: bool | tuple[str, ...] = True
    since: str = ""


class Derived(NamedTuple):
    """A name for a part of a field: `(field >> shift) & mask`."""

    name: str
    field: str
    shift: int
    mask: int


class Context(NamedTuple):
    """One context struct; `size` in bytes (0: open at its end). `struct` is its C name."""

    name: str
    struct: str
    fields: tuple[Field, ...]
    size: int
    derived: tuple[Derived, ...] = ()


_T, _F = True, False
_H, _N = "host", "net"

# Who may read and write the fields of __sk_buff.
_SKB_CB = ("SOCKET_FILTER", "SCHED_CLS", "SCHED_ACT", "CGROUP_SKB", "LWT_IN", "LWT_OUT", "LWT_XMIT", "LWT_SEG6LOCAL")
_TC = ("SCHED_CLS", "SCHED_ACT")
_SKB_MARK = _SKB_CB[1:]
_SKB_PRIORITY = (*_SKB_MARK, "SK_SKB")
_SKB_INDEX = (*_TC, "SK_SKB")
_SKB = (*_SKB_CB, "SK_SKB")
_SKB_DATA = (*_SKB_PRIORITY, "FLOW_DISSECTOR")
_SKB_SOCK = ("CGROUP_SKB", "SK_SKB")
_SKB_STAMP = (*_TC, "CGROUP_SKB")
_DISSECTOR = ("FLOW_DISSECTOR",)

# Who may read the parts of an address, by the attach types of its family.
_V4 = ("BPF_CGROUP_INET4_BIND", "BPF_CGROUP_INET4_CONNECT", "BPF_CGROUP_INET4_GETPEERNAME",
       "BPF_CGROUP_INET4_GETSOCKNAME", "BPF_CGROUP_UDP4_SENDMSG", "BPF_CGROUP_UDP4_RECVMSG")  # fmt: skip
_V6 = ("BPF_CGROUP_INET6_BIND", "BPF_CGROUP_INET6_CONNECT", "BPF_CGROUP_INET6_GETPEERNAME",
       "BPF_CGROUP_INET6_GETSOCKNAME", "BPF_CGROUP_UDP6_SENDMSG", "BPF_CGROUP_UDP6_RECVMSG")  # fmt: skip
_SEND4, _SEND6 = ("BPF_CGROUP_UDP4_SENDMSG",), ("BPF_CGROUP_UDP6_SENDMSG",)
_CREATE = ("BPF_CGROUP_INET_SOCK_CREATE", "BPF_CGROUP_INET_SOCK_RELEASE")
_POST4, _POST6 = ("BPF_CGROUP_INET4_POST_BIND",), ("BPF_CGROUP_INET6_POST_BIND",)
_GETOPT, _SETOPT = ("BPF_CGROUP_GETSOCKOPT",), ("BPF_CGROUP_SETSOCKOPT",)

# fmt: off
_SK_BUFF = (
    #     name              offset size sign order write          pointer        elems net  read         since
    Field("len",                 0, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("pkt_type",            4, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("mark",                8, 4, _F, _H, _SKB_MARK,     None,                1,   0, _SKB_CB),
    Field("queue_mapping",      12, 4, _F, _H, _TC,           None,                1,   0, _SKB),
    Field("protocol",           16, 4, _F, _N, _F,            None,                1,  16, _SKB),
    Field("vlan_present",       20, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("vlan_tci",           24, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("vlan_proto",         28, 4, _F, _N, _F,            None,                1,  16, _SKB),
    Field("priority",           32, 4, _F, _H, _SKB_PRIORITY, None,                1,   0, _SKB),
    Field("ingress_ifindex",    36, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("ifindex",            40, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("tc_index",           44, 4, _F, _H, _SKB_INDEX,    None,                1,   0, _SKB),
    Field("cb",                 48, 4, _F, _H, _SKB_CB,       None,                5,   0, _SKB),
    Field("hash",               68, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("tc_classid",         72, 4, _F, _H, _TC,           None,                1,   0, _TC),
    Field("data",               76, 4, _F, _H, _F,            "packet",            1,   0, _SKB_DATA),
    Field("data_end",           80, 4, _F, _H, _F,            "packet_end",        1,   0, _SKB_DATA),
    Field("napi_id",            84, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("family",             88, 4, _F, _H, _F,            None,                1,   0, _SKB_SOCK),
    Field("remote_ip4",         92, 4, _F, _N, _F,            None,                1,  32, _SKB_SOCK),
    Field("local_ip4",          96, 4, _F, _N, _F,            None,                1,  32, _SKB_SOCK),
    Field("remote_ip6",        100, 4, _F, _N, _F,            None,                4,  32, _SKB_SOCK),
    Field("local_ip6",         116, 4, _F, _N, _F,            None,                4,  32, _SKB_SOCK),
    Field("remote_port",       132, 4, _F, _N, _F,            None,                1,  32, _SKB_SOCK),
    Field("local_port",        136, 4, _F, _H, _F,            None,                1,   0, _SKB_SOCK),
    Field("data_meta",         140, 4, _F, _H, _F,            "packet_meta",       1,   0, _TC),
    Field("flow_keys",         144, 8, _F, _H, _F,            "flow_keys",         1,   0, _DISSECTOR),
    Field("tstamp",            152, 8, _F, _H, _SKB_STAMP,    None,                1,   0, _SKB_STAMP),
    Field("wire_len",          160, 4, _F, _H, _F,            None,                1,   0, _TC),
    Field("gso_segs",          164, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("sk",                168, 8, _F, _H, _F,            "sock_common_or_null", 1, 0, _SKB),
    Field("gso_size",          176, 4, _F, _H, _F,            None,                1,   0, _SKB),
    Field("tstamp_type",       180, 1, _F, _H, _F,            None,                1,   0, _TC,         "5.18"),
    Field("hwtstamp",          184, 8, _F, _H, _F,            None,                1,   0, _SKB_STAMP,  "5.16"),
)
_XDP = (
    Field("data",                0, 4, _F, _H, _F, "packet"),
    Field("data_end",            4, 4, _F, _H, _F, "packet_end"),
    Field("data_meta",           8, 4, _F, _H, _F, "packet_meta"),
    Field("ingress_ifindex",    12, 4, _F, _H, _F, None),
    Field("rx_queue_index",     16, 4, _F, _H, _F, None),
    Field("egress_ifindex",     20, 4, _F, _H, _F, None, 1, 0, ("BPF_XDP_DEVMAP",)),
)
_DEVICE = (
    Field("access_type",         0, 4, _F, _H, _F, None),
    Field("major",               4, 4, _F, _H, _F, None),
    Field("minor",               8, 4, _F, _H, _F, None),
)
_SOCK = (
    Field("bound_dev_if",        0, 4, _F, _H, _CREATE, None, 1, 0,  _CREATE),
    Field("family",              4, 4, _F, _H, _F,      None),
    Field("type",                8, 4, _F, _H, _F,      None),
    Field("protocol",           12, 4, _F, _H, _F,      None),
    Field("mark",               16, 4, _F, _H, _CREATE, None, 1, 0,  _CREATE),
    Field("priority",           20, 4, _F, _H, _CREATE, None, 1, 0,  _CREATE),
    Field("src_ip4",            24, 4, _F, _N, _F,      None, 1, 32, _POST4),
    Field("src_ip6",            28, 4, _F, _N, _F,      None, 4, 32, _POST6),
    Field("src_port",           44, 4, _F, _H, _F,      None, 1, 0,  (*_POST4, *_POST6)),
    Field("dst_port",           48, 2, _F, _N, _F,      None, 1, 16),
    Field("dst_ip4",            52, 4, _F, _N, _F,      None, 1, 32),
    Field("dst_ip6",            56, 4, _F, _N, _F,      None, 4, 32),
    Field("state",              72, 4, _F, _H, _F,      None),
    Field("rx_queue_mapping",   76, 4, _T, _H, _F,      None),
)
_SOCK_ADDR = (
    Field("user_family",         0, 4, _F, _H, _F,     None),
    Field("user_ip4",            4, 4, _F, _N, _V4,    None, 1, 32, _V4),
    Field("user_ip6",            8, 4, _F, _N, _V6,    None, 4, 32, _V6),
    Field("user_port",          24, 4, _F, _N, _T,     None, 1, 16),
    Field("family",             28, 4, _F, _H, _F,     None),
    Field("type",               32, 4, _F, _H, _F,     None),
    Field("protocol",           36, 4, _F, _H, _F,     None),
    Field("msg_src_ip4",        40, 4, _F, _N, _SEND4, None, 1, 32, _SEND4),
    Field("msg_src_ip6",        44, 4, _F, _N, _SEND6, None, 4, 32, _SEND6),
    Field("sk",                 64, 8, _F, _H, _F,     "sock"),
)
_SOCK_OPS = (
    Field("op",                  0, 4, _F, _H, _F, None),
    Field("args",                4, 4, _F, _H, _F, None, 4),
    Field("reply",               4, 4, _F, _H, _T, None),
    Field("replylong",           4, 4, _F, _H, _F, None, 4),
    Field("family",             20, 4, _F, _H, _F, None),
    Field("remote_ip4",         24, 4, _F, _N, _F, None, 1, 32),
    Field("local_ip4",          28, 4, _F, _N, _F, None, 1, 32),
    Field("remote_ip6",         32, 4, _F, _N, _F, None, 4, 32),
    Field("local_ip6",          48, 4, _F, _N, _F, None, 4, 32),
    Field("remote_port",        64, 4, _F, _N, _F, None, 1, 32),
    Field("local_port",         68, 4, _F, _H, _F, None),
    Field("is_fullsock",        72, 4, _F, _H, _F, None),
    Field("snd_cwnd",           76, 4, _F, _H, _F, None),
    Field("srtt_us",            80, 4, _F, _H, _F, None),
    Field("bpf_sock_ops_cb_flags", 84, 4, _F, _H, _F, None),
    Field("state",              88, 4, _F, _H, _F, None),
    Field("rtt_min",            92, 4, _F, _H, _F, None),
    Field("snd_ssthresh",       96, 4, _F, _H, _F, None),
    Field("rcv_nxt",           100, 4, _F, _H, _F, None),
    Field("snd_nxt",           104, 4, _F, _H, _F, None),
    Field("snd_una",           108, 4, _F, _H, _F, None),
    Field("mss_cache",         112, 4, _F, _H, _F, None),
    Field("ecn_flags",         116, 4, _F, _H, _F, None),
    Field("rate_delivered",    120, 4, _F, _H, _F, None),
    Field("rate_interval_us",  124, 4, _F, _H, _F, None),
    Field("packets_out",       128, 4, _F, _H, _F, None),
    Field("retrans_out",       132, 4, _F, _H, _F, None),
    Field("total_retrans",     136, 4, _F, _H, _F, None),
    Field("segs_in",           140, 4, _F, _H, _F, None),
    Field("data_segs_in",      144, 4, _F, _H, _F, None),
    Field("segs_out",          148, 4, _F, _H, _F, None),
    Field("data_segs_out",     152, 4, _F, _H, _F, None),
    Field("lost_out",          156, 4, _F, _H, _F, None),
    Field("sacked_out",        160, 4, _F, _H, _F, None),
    Field("sk_txhash",         164, 4, _F, _H, _T, None),
    Field("bytes_received",    168, 8, _F, _H, _F, None),
    Field("bytes_acked",       176, 8, _F, _H, _F, None),
    Field("sk",                184, 8, _F, _H, _F, "sock_or_null"),
    Field("skb_data",          192, 8, _F, _H, _F, "packet"),
    Field("skb_data_end",      200, 8, _F, _H, _F, "packet_end"),
    Field("skb_len",           208, 4, _F, _H, _F, None),
    Field("skb_tcp_flags",     212, 4, _F, _H, _F, None),
    Field("skb_hwtstamp",      216, 8, _F, _H, _F, None, 1, 0, _T, "6.2"),
)
_SYSCTL = (
    Field("write",               0, 4, _F, _H, _F, None),
    Field("file_pos",            4, 4, _F, _H, _T, None),
)
_SOCKOPT = (
    Field("sk",                  0, 8, _F, _H, _F,      "sock"),
    Field("optval",              8, 8, _F, _H, _F,      "packet"),
    Field("optval_end",         16, 8, _F, _H, _F,      "packet_end"),
    Field("level",              24, 4, _T, _H, _SETOPT, None),
    Field("optname",            28, 4, _T, _H, _SETOPT, None),
    Field("optlen",             32, 4, _T, _H, _T,      None),
    Field("retval",             36, 4, _T, _H, _GETOPT, None, 1, 0, _GETOPT),
)
_SK_MSG = (
    Field("data",                0, 8, _F, _H, _F, "packet"),
    Field("data_end",            8, 8, _F, _H, _F, "packet_end"),
    Field("family",             16, 4, _F, _H, _F, None),
    Field("remote_ip4",         20, 4, _F, _N, _F, None, 1, 32),
    Field("local_ip4",          24, 4, _F, _N, _F, None, 1, 32),
    Field("remote_ip6",         28, 4, _F, _N, _F, None, 4, 32),
    Field("local_ip6",          44, 4, _F, _N, _F, None, 4, 32),
    Field("remote_port",        60, 4, _F, _N, _F, None, 1, 32),
    Field("local_port",         64, 4, _F, _H, _F, None),
    Field("size",               68, 4, _F, _H, _F, None),
    Field("sk",                 72, 8, _F, _H, _F, "sock"),
)
_SK_REUSEPORT = (
    Field("data",                0, 8, _F, _H, _F, "packet"),
    Field("data_end",            8, 8, _F, _H, _F, "packet_end"),
    Field("len",                16, 4, _F, _H, _F, None),
    Field("eth_protocol",       20, 4, _F, _N, _F, None, 1, 16),
    Field("ip_protocol",        24, 4, _F, _H, _F, None),
    Field("bind_inany",         28, 4, _F, _H, _F, None),
    Field("hash",               32, 4, _F, _H, _F, None),
    Field("sk",                 40, 8, _F, _H, _F, "sock",                1, 0, _T, "5.14"),
    Field("migrating_sk",       48, 8, _F, _H, _F, "sock_common_or_null", 1, 0, _T, "5.14"),
)
_SK_LOOKUP = (
    Field("sk",                  0, 8, _F, _H, _F, "sock_or_null"),
    Field("cookie",              0, 8, _F, _H, _F, None, 1, 0, _F),
    Field("family",              8, 4, _F, _H, _F, None),
    Field("protocol",           12, 4, _F, _H, _F, None),
    Field("remote_ip4",         16, 4, _F, _N, _F, None, 1, 32),
    Field("remote_ip6",         20, 4, _F, _N, _F, None, 4, 32),
    Field("remote_port",        36, 2, _F, _N, _F, None, 1, 16),
    Field("local_ip4",          40, 4, _F, _N, _F, None, 1, 32),
    Field("local_ip6",          44, 4, _F, _N, _F, None, 4, 32),
    Field("local_port",         60, 4, _F, _H, _F, None),
    Field("ingress_ifindex",    64, 4, _F, _H, _F, None, 1, 0, _T, "5.17"),
)
_FLOW_KEYS = (
    Field("nhoff",               0, 2, _F, _H, _T, None),
    Field("thoff",               2, 2, _F, _H, _T, None),
    Field("addr_proto",          4, 2, _F, _H, _T, None),
    Field("is_frag",             6, 1, _F, _H, _T, None),
    Field("is_first_frag",       7, 1, _F, _H, _T, None),
    Field("is_encap",            8, 1, _F, _H, _T, None),
    Field("ip_proto",            9, 1, _F, _H, _T, None),
    Field("n_proto",            10, 2, _F, _N, _T, None, 1, 16),
    Field("sport",              12, 2, _F, _N, _T, None, 1, 16),
    Field("dport",              14, 2, _F, _N, _T, None, 1, 16),
    Field("ipv4_src",           16, 4, _F, _N, _T, None, 1, 32),
    Field("ipv4_dst",           20, 4, _F, _N, _T, None, 1, 32),
    Field("ipv6_src",           16, 4, _F, _N, _T, None, 4, 32),
    Field("ipv6_dst",           32, 4, _F, _N, _T, None, 4, 32),
    Field("flags",              48, 4, _F, _H, _T, None),
    Field("flow_label",         52, 4, _F, _N, _T, None, 1, 32),
)
_PERF_X86_64 = (
    Field("sample_period",     168, 8, _F, _H, _F, None),
    Field("addr",              176, 8, _F, _H, _F, None),
)
_PERF_AARCH64 = (
    Field("sample_period",     272, 8, _F, _H, _F, None),
    Field("addr",              280, 8, _F, _H, _F, None),
)
_NETFILTER = (
    Field("state",               0, 8, _F, _H, _F, "btf:nf_hook_state"),
    Field("skb",                 8, 8, _F, _H, _F, "btf:sk_buff"),
)
# access_type is "(BPF_DEVCG_ACC_* << 16) | BPF_DEVCG_DEV_*" (the comment in struct bpf_cgroup_dev_ctx).
_DEVICE_DERIVED = (
    Derived("access", "access_type", 16, 0xFFFF),
    Derived("type",   "access_type", 0,  0xFFFF),
)

ROWS: tuple[Context, ...] = (
    Context("__sk_buff",                   "struct __sk_buff",               _SK_BUFF,      192),
    Context("xdp_md",                      "struct xdp_md",                  _XDP,          24),
    Context("bpf_cgroup_dev_ctx",          "struct bpf_cgroup_dev_ctx",      _DEVICE,       12, _DEVICE_DERIVED),
    Context("bpf_sock",                    "struct bpf_sock",                _SOCK,         80),
    Context("bpf_sock_addr",               "struct bpf_sock_addr",           _SOCK_ADDR,    72),
    Context("bpf_sock_ops",                "struct bpf_sock_ops",            _SOCK_OPS,     224),
    Context("bpf_sysctl",                  "struct bpf_sysctl",              _SYSCTL,       8),
    Context("bpf_sockopt",                 "struct bpf_sockopt",             _SOCKOPT,      40),
    Context("sk_msg_md",                   "struct sk_msg_md",               _SK_MSG,       80),
    Context("sk_reuseport_md",             "struct sk_reuseport_md",         _SK_REUSEPORT, 56),
    Context("bpf_sk_lookup",               "struct bpf_sk_lookup",           _SK_LOOKUP,    72),
    Context("bpf_flow_keys",               "struct bpf_flow_keys",           _FLOW_KEYS,    56),
    Context("bpf_perf_event_data",         "struct bpf_perf_event_data",     _PERF_X86_64,  184),
    Context("bpf_perf_event_data@aarch64", "struct bpf_perf_event_data",     _PERF_AARCH64, 288),
    Context("bpf_raw_tracepoint_args",     "struct bpf_raw_tracepoint_args", (Field("args", 0, 8, _F, _H, _F, None, 12),), 0),
    Context("bpf_nf_ctx",                  "struct bpf_nf_ctx",              _NETFILTER,    16),
)
# fmt: on

BY_NAME: dict[str, Context] = {row.name: row for row in ROWS}
