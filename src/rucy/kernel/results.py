"""What a hook's result means: its values, the range that the kernel takes, and the value that changes nothing.

Ranges are check_return_code and return_retval_range in kernel/bpf/verifier.c. Values are the enums xdp_action,
sk_action, bpf_ret_code and the TC_ACT_* of include/uapi/linux/{bpf,pkt_cls}.h, NF_* of include/uapi/linux/netfilter.h;
the second bit of the cgroup egress and bind results is BPF_RET_SET_CN and BPF_RET_BIND_NO_CAP_NET_BIND_SERVICE of
include/linux/bpf.h; Linux 5.10 takes no 2 and 3 from bind. Where a type has no enforced range, `low` and
`high` are what the hook's caller understands.

`neutral` is the value of a probe that must end early: what the kernel would have done without the program (for a stream
parser, which has no such value: wait for more).
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Result(NamedTuple):
    """One kind of result. `kind`: "ignored", "bool", "symbols", "range", "errno" or "bytes". A "bool" takes true and false
    as 1 and 0, and Integers from `low` to `high`; those above 1 from `wide_since` on ("": as long as the hook)."""

    name: str
    values: tuple[tuple[str, int], ...]
    low: int
    high: int
    neutral: int
    kind: str
    wide_since: str = ""


_XDP = (("aborted", 0), ("drop", 1), ("pass", 2), ("tx", 3), ("redirect", 4))
_TC = (("unspec", -1), ("ok", 0), ("reclassify", 1), ("shot", 2), ("pipe", 3), ("stolen", 4), ("queued", 5),
       ("repeat", 6), ("redirect", 7), ("trap", 8))  # fmt: skip
_SK = (("drop", 0), ("pass", 1))
_LWT = (("ok", 0), ("drop", 2), ("redirect", 7), ("reroute", 128))
_NETFILTER = (("drop", 0), ("accept", 1))
_DISSECTOR = (("ok", 0), ("drop", 2), ("continue", 129))

# fmt: off
ROWS: tuple[Result, ...] = (
    #       name                    values       low          high        neutral     kind
    Result("ignored",               (),          0,           0,          0,          "ignored"),
    Result("xdp",                   _XDP,        0,           4,          2,          "symbols"),
    Result("tc",                    _TC,         -1,          8,          -1,         "symbols"),
    Result("socket_filter",         (),          0,           0xFFFFFFFF, 0xFFFFFFFF, "bytes"),
    Result("cgroup",                (),          0,           1,          1,          "bool"),
    Result("cgroup_egress",         (),          0,           3,          1,          "bool"),
    Result("cgroup_bind",           (),          0,           3,          1,          "bool",    "5.12"),
    Result("cgroup_always",         (),          1,           1,          1,          "bool"),
    Result("sock_ops",              (),          0,           1,          1,          "bool"),
    Result("sk",                    _SK,         0,           1,          1,          "symbols"),
    Result("sk_skb_parser",         (),          0,           0x7FFFFFFF, 0,          "bytes"),
    Result("flow_dissector",        _DISSECTOR,  0,           129,        129,        "symbols"),
    Result("lwt",                   _LWT,        0,           128,        0,          "symbols"),
    Result("netfilter",             _NETFILTER,  0,           1,          1,          "symbols"),
    Result("fmod_ret",              (),          -4095,       0,          0,          "errno"),
    Result("lsm",                   (),          -4095,       0,          0,          "errno"),
    Result("lsm_cgroup",            (),          0,           1,          1,          "bool"),
    Result("number",                (),          -0x80000000, 0x7FFFFFFF, 0,          "range"),
)
# fmt: on

BY_NAME: dict[str, Result] = {row.name: row for row in ROWS}

#: TC_ACT_STOLEN and TC_ACT_TRAP: a filter does what they say (cls_bpf_exec_opcode of net/sched/cls_bpf.c), a tcx link goes on to
#: the next program (tcx_action_code of net/core/dev.c). Of all others both make the same.
NOT_IN_TCX = (4, 8)

#: helpers whose result is TC_ACT_REDIRECT or TC_ACT_SHOT (net/core/filter.c)
REDIRECTS = ("redirect", "redirect_peer", "redirect_neigh")
