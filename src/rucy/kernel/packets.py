"""Packets: the headers that a program names, field by field, how one follows the other, and how programs get at the bytes.

Layouts are those of the uapi headers (linux/if_ether.h, ip.h, ipv6.h, tcp.h, udp.h, icmp.h, icmpv6.h, in6.h; vlan_hdr is in
include/linux/if_vlan.h) on a little-endian machine; they are formats of the wire, the same in every kernel. A field that
is declared __be16 or __be32 there is in network order; checksums (__sum16) are sums of the words as they lie in memory.
Numbers of protocols are those of if_ether.h and in.h.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class HeaderField(NamedTuple):
    """One field; a dot in `name` is a member of a struct or union in place.

    size:    bytes of one element; of a bitfield, of the unit that it is read from.
    net:     0, or 16, 32, 64: a network-order number.
    shift, bits: a bitfield's place in the unit, counted from the lowest bit, and its width; bits 0: none.
    elems:   elements of an array, 0: none.
    display: "mac" or "ip6" of an address that is taken whole ("elems" is 0, `size` its bytes).
    """

    name: str
    offset: int
    size: int
    net: int = 0
    shift: int = 0
    bits: int = 0
    elems: int = 0
    display: str = ""
    signed: bool = False


class Header(NamedTuple):
    """One header. `layer`: "L2", "tag", "L3", "L4". `number`: the ethertype (L3) or protocol (L4) that announces it."""

    name: str
    struct: str
    size: int
    layer: str
    number: int
    fields: tuple[HeaderField, ...]


# fmt: off
_ETH = (
    #           name          offset size net
    HeaderField("h_dest",          0,  6, display="mac"),
    HeaderField("h_source",        6,  6, display="mac"),
    HeaderField("h_proto",        12,  2, 16),
)
_VLAN = (
    HeaderField("h_vlan_TCI",      0,  2, 16),
    HeaderField("h_vlan_encapsulated_proto", 2, 2, 16),
)
_IPV4 = (
    #           name          offset size net shift bits
    HeaderField("ihl",             0,  1,  0,    0,   4),
    HeaderField("version",         0,  1,  0,    4,   4),
    HeaderField("tos",             1,  1),
    HeaderField("tot_len",         2,  2, 16),
    HeaderField("id",              4,  2, 16),
    HeaderField("frag_off",        6,  2, 16),
    HeaderField("ttl",             8,  1),
    HeaderField("protocol",        9,  1),
    HeaderField("check",          10,  2),
    HeaderField("saddr",          12,  4, 32),
    HeaderField("daddr",          16,  4, 32),
)


def _in6(name: str, offset: int) -> tuple[HeaderField, ...]:
    """A struct in6_addr: whole, and by its members."""
    return (
        HeaderField(name,                          offset, 16, display="ip6"),
        HeaderField(f"{name}.in6_u.u6_addr8",      offset,  1, elems=16),
        HeaderField(f"{name}.in6_u.u6_addr16",     offset,  2, 16, elems=8),
        HeaderField(f"{name}.in6_u.u6_addr32",     offset,  4, 32, elems=4),
    )


_IPV6 = (
    HeaderField("priority",        0,  1,  0,    0,   4),
    HeaderField("version",         0,  1,  0,    4,   4),
    HeaderField("flow_lbl",        1,  1, elems=3),
    HeaderField("payload_len",     4,  2, 16),
    HeaderField("nexthdr",         6,  1),
    HeaderField("hop_limit",       7,  1),
    *_in6("saddr", 8),
    *_in6("daddr", 24),
)
_TCP = (
    HeaderField("source",          0,  2, 16),
    HeaderField("dest",            2,  2, 16),
    HeaderField("seq",             4,  4, 32),
    HeaderField("ack_seq",         8,  4, 32),
    HeaderField("doff",           12,  1,  0,    4,   4),
    HeaderField("fin",            13,  1,  0,    0,   1),
    HeaderField("syn",            13,  1,  0,    1,   1),
    HeaderField("rst",            13,  1,  0,    2,   1),
    HeaderField("psh",            13,  1,  0,    3,   1),
    HeaderField("ack",            13,  1,  0,    4,   1),
    HeaderField("urg",            13,  1,  0,    5,   1),
    HeaderField("ece",            13,  1,  0,    6,   1),
    HeaderField("cwr",            13,  1,  0,    7,   1),
    HeaderField("window",         14,  2, 16),
    HeaderField("check",          16,  2),
    HeaderField("urg_ptr",        18,  2, 16),
)
_UDP = (
    HeaderField("source",          0,  2, 16),
    HeaderField("dest",            2,  2, 16),
    HeaderField("len",             4,  2, 16),
    HeaderField("check",           6,  2),
)
_ICMP = (
    HeaderField("type",            0,  1),
    HeaderField("code",            1,  1),
    HeaderField("checksum",        2,  2),
    HeaderField("un.echo.id",      4,  2, 16),
    HeaderField("un.echo.sequence", 6, 2, 16),
    HeaderField("un.gateway",      4,  4, 32),
    HeaderField("un.frag.mtu",     6,  2, 16),
    HeaderField("un.reserved",     4,  1, elems=4),
)
_ICMP6 = (
    HeaderField("icmp6_type",      0,  1),
    HeaderField("icmp6_code",      1,  1),
    HeaderField("icmp6_cksum",     2,  2),
    HeaderField("icmp6_dataun.un_data32", 4, 4, 32, elems=1),
    HeaderField("icmp6_dataun.un_data16", 4, 2, 16, elems=2),
    HeaderField("icmp6_dataun.un_data8",  4, 1, elems=4),
    HeaderField("icmp6_dataun.u_echo.identifier", 4, 2, 16),
    HeaderField("icmp6_dataun.u_echo.sequence",   6, 2, 16),
)

ROWS: tuple[Header, ...] = (
    #      word     struct             size layer  number
    Header("eth",   "struct ethhdr",     14, "L2",  0,      _ETH),
    Header("vlan",  "struct vlan_hdr",    4, "tag", 0x8100, _VLAN),
    Header("ipv4",  "struct iphdr",      20, "L3",  0x0800, _IPV4),
    Header("ipv6",  "struct ipv6hdr",    40, "L3",  0x86DD, _IPV6),
    Header("tcp",   "struct tcphdr",     20, "L4",  6,      _TCP),
    Header("udp",   "struct udphdr",      8, "L4",  17,     _UDP),
    Header("icmp",  "struct icmphdr",     8, "L4",  1,      _ICMP),
    Header("icmp6", "struct icmp6hdr",    8, "L4",  58,     _ICMP6),
)
# fmt: on

BY_WORD: dict[str, Header] = {row.name: row for row in ROWS}

#: helpers that take packet bytes as memory: pkt_access of their struct bpf_func_proto (net/core/filter.c)
TAKE_BYTES = ("csum_diff",)

#: ethertypes of a VLAN tag, and how many tags are followed
TAGS = (0x8100, 0x88A8)
MOST_TAGS = 2

#: IPv6 headers between the fixed one and the upper layer's: hop-by-hop, routing, fragment, destination options. All but the
#: fragment's (8 bytes) are (second byte + 1) * 8 bytes long (RFC 8200, section 4).
EXTENSIONS = (0, 43, 44, 60)
FRAGMENT = 44
MOST_EXTENSIONS = 6


class Access(NamedTuple):
    """How programs of a type get at a packet.

    layer: where its bytes start, "L2" or "L3", "" for those of a stream, "socket" where its socket does.
    how:   "direct" through data and data_end; "pull": the same, and what is not in the linear part is pulled in first;
           "copy": by bpf_skb_load_bytes, read only.
    write: may bytes be written? (may_access_direct_pkt_data in kernel/bpf/verifier.c)
    """

    prog_type: str
    layer: str
    how: str
    write: bool


_T, _F = True, False
# fmt: off
ACCESS: dict[str, Access] = {
    row.prog_type: row
    for row in (
        #      program type     start     how      write
        Access("XDP",           "L2",     "direct", _T),
        Access("SCHED_CLS",     "L2",     "pull",   _T),
        Access("SCHED_ACT",     "L2",     "pull",   _T),
        Access("SOCKET_FILTER", "socket", "copy",   _F),
        Access("CGROUP_SKB",    "L3",     "copy",   _F),
        Access("LWT_IN",        "L3",     "pull",   _F),
        Access("LWT_OUT",       "L3",     "pull",   _F),
        Access("LWT_XMIT",      "L3",     "pull",   _T),
        Access("SK_SKB",        "",       "pull",   _T),
    )
}
# fmt: on
