"""Headers of packets: each kind, tagged, with options and extension headers, cut at every byte; on the kernel and on the
interpreter, against a parser in Python."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import pytest

from rucy.load.errors import LoadError
from tests.run import packets as p
from tests.run.packets import Bench

pytestmark = pytest.mark.root

LOOK = """
  if e = pkt.eth
    $proto = ntohs(e.h_proto)
    $mac = e.h_dest[5] << 8 | e.h_source[5]
  end
  if v = pkt.vlan
    $tci = ntohs(v.h_vlan_TCI)
  end
  if four = pkt.ipv4
    $src = ntohl(four.saddr)
    $ttl = four.ttl
    $words = four.version << 4 | four.ihl
    $len = ntohs(four.tot_len)
  end
  if six = pkt.ipv6
    $hops = six.hop_limit
    $last = six.daddr[15] << 8 | six.saddr[0]
    $wide = ntohl(six.saddr.in6_u.u6_addr32[0])
  end
  if t = pkt.tcp
    $port = ntohs(t.source) << 16 | ntohs(t.dest)
    $seq = ntohl(t.seq)
    $flags = t.doff << 4 | t.syn << 1 | t.fin | t.ack << 2
  end
  if u = pkt.udp
    $udp = ntohs(u.dest) << 16 | ntohs(u.len)
  end
  if i = pkt.icmp
    $icmp = i.type << 32 | ntohs(i.un.echo.id) << 16 | ntohs(i.un.echo.sequence)
  end
  if n = pkt.icmp6
    $icmp6 = n.icmp6_type << 32 | ntohs(n.icmp6_dataun.u_echo.identifier)
  end
  $size = pkt.size
"""
NAMES = ("proto", "mac", "tci", "src", "ttl", "words", "len", "hops", "last", "wide", "port", "seq", "flags", "udp", "icmp",
         "icmp6", "size")  # fmt: skip
ENDS = {"xdp": ":pass", "tc_ingress": ":ok", "tc_egress": ":ok", "socket_filter": "7", "cgroup_ingress": "true",
        "cgroup_egress": "true"}  # fmt: skip


def seen(hook: str, data: bytes) -> dict[str, int]:
    """What the program is to find, by another parser."""
    out = dict.fromkeys(NAMES, 0)
    layer2 = hook in ("xdp", "tc_ingress", "tc_egress")
    out["size"] = len(data) if layer2 else len(data) - 14
    kind, at = struct.unpack_from("!H", data, 12)[0], 14
    if not hook.startswith("cgroup"):
        out["proto"], out["mac"] = kind, data[5] << 8 | data[11]
    if not hook.startswith("cgroup") and kind in (p.VLAN, p.QINQ) and len(data) >= 18:
        out["tci"] = struct.unpack_from("!H", data, 14)[0]
    for _ in range(2):
        if layer2 and kind in (p.VLAN, p.QINQ):
            if len(data) < at + 4:
                return out
            kind, at = struct.unpack_from("!H", data, at + 2)[0], at + 4
    proto = -1
    if kind == p.IP4 and len(data) >= at + 20:
        head = struct.unpack_from("!BBHHHBBHII", data, at)
        out |= {"src": head[8], "ttl": head[5], "words": head[0], "len": head[2]}
        if head[0] & 15 >= 5 and not head[4] & 0x1FFF:
            proto, at = head[6], at + 4 * (head[0] & 15)
    elif kind == p.IP6 and len(data) >= at + 40:
        proto, hops = data[at + 6], data[at + 7]
        out |= {"hops": hops, "last": data[at + 39] << 8 | data[at + 8], "wide": int.from_bytes(data[at + 8 : at + 12], "big")}
        at += 40
        for turn in range(7):
            if proto not in (0, 43, 44, 60):
                break
            if turn == 6 or len(data) < at + 8 or (proto == 44 and struct.unpack_from("!H", data, at + 2)[0] >> 3):
                return out
            size = 8 if proto == 44 else 8 * (data[at + 1] + 1)
            proto, at = data[at], at + size
    if proto == p.TCP and len(data) >= at + 20:
        source, dest, seq, _, doff, flags = struct.unpack_from("!HHIIBB", data, at)
        out |= {"port": source << 16 | dest, "seq": seq}
        out["flags"] = doff & 0xF0 | flags & 2 | flags & 1 | (flags >> 4 & 1) << 2
    if proto == p.UDP and len(data) >= at + 8:
        out["udp"] = int.from_bytes(data[at + 2 : at + 6], "big")
    if proto == p.ICMP and len(data) >= at + 8:
        out["icmp"] = data[at] << 32 | int.from_bytes(data[at + 4 : at + 8], "big")
    if proto == p.ICMP6 and len(data) >= at + 8:
        out["icmp6"] = data[at] << 32 | int.from_bytes(data[at + 4 : at + 6], "big")
    return out


TAGS = [(p.QINQ, 0x0123), (p.VLAN, 0x6456)]
PACKETS = {
    "tcp": p.eth(p.IP4, p.ip4(p.TCP, p.tcp(flags=0x12))),
    "udp": p.eth(p.IP4, p.ip4(p.UDP, p.udp(payload=b"hello"))),
    "icmp": p.eth(p.IP4, p.ip4(p.ICMP, p.icmp())),
    "options": p.eth(p.IP4, p.ip4(p.TCP, p.tcp(), options=bytes(40))),
    "one option": p.eth(p.IP4, p.ip4(p.UDP, p.udp(), options=b"\1\1\1\0")),
    "short ihl": p.eth(p.IP4, p.ip4(p.UDP, p.udp(), ihl=4)),
    "long ihl": p.eth(p.IP4, p.ip4(p.UDP, p.udp(), ihl=15)),
    "first fragment": p.eth(p.IP4, p.ip4(p.UDP, p.udp(), frag=0x2000)),
    "later fragment": p.eth(p.IP4, p.ip4(p.UDP, p.udp(), frag=0x2001)),
    "vlan": p.eth(p.IP4, p.ip4(p.TCP, p.tcp()), TAGS[1:]),
    "qinq": p.eth(p.IP4, p.ip4(p.UDP, p.udp()), TAGS),
    "three tags": p.eth(p.IP4, p.ip4(p.UDP, p.udp()), [*TAGS, (p.VLAN, 3)]),
    "ipv6 tcp": p.eth(p.IP6, p.ip6(p.TCP, p.tcp(flags=1))),
    "ipv6 udp tagged": p.eth(p.IP6, p.ip6(p.UDP, p.udp()), TAGS[1:]),
    "icmp6": p.eth(p.IP6, p.ip6(p.ICMP6, p.icmp(128))),
    "hop by hop": p.eth(p.IP6, p.ip6(0, p.extension(p.ICMP6, p.icmp(143), 1))),
    "routing, options": p.eth(p.IP6, p.ip6(43, p.extension(60, p.extension(p.TCP, p.tcp(), 2), 0))),
    "ipv6 fragment": p.eth(p.IP6, p.ip6(44, p.fragment(p.UDP, p.udp()))),
    "ipv6 later fragment": p.eth(p.IP6, p.ip6(44, p.fragment(p.UDP, p.udp(), 7))),
    "six extensions": p.eth(p.IP6, p.ip6(0, p.extension(60, p.extension(60, p.extension(60, p.extension(60, p.extension(
        p.UDP, p.udp()))))))),
    "seven extensions": p.eth(p.IP6, p.ip6(0, p.extension(60, p.extension(60, p.extension(60, p.extension(60, p.extension(
        60, p.extension(p.UDP, p.udp())))))))),
    "long extension": p.eth(p.IP6, p.ip6(60, p.extension(p.UDP, p.udp(), 255))),
    "arp": p.eth(0x0806, bytes(28)),
    "sctp": p.eth(p.IP4, p.ip4(132, bytes(20))),
}  # fmt: skip
CUT = ("tcp", "options", "qinq", "ipv6 tcp", "hop by hop", "ipv6 fragment", "icmp")


@pytest.fixture(scope="module", params=sorted(ENDS))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = Bench(request.param, LOOK + "  " + ENDS[request.param], NAMES)
    yield made
    made.close()


def _agrees(bench: Bench, data: bytes, linear: int | None = None) -> bool:
    """False where the kernel takes no such packet in test_run, and the interpreter alone has."""
    try:
        found, ran = bench.run(data, linear), True
    except LoadError:
        found, ran = bench.interpreted(bench.optimised, data, linear), False
    assert found.globals == seen(bench.hook, data), data.hex()
    return ran


@pytest.mark.parametrize("name", PACKETS)
def test_headers_are_found(bench: Bench, name: str) -> None:
    assert _agrees(bench, PACKETS[name])


def test_headers_that_are_cut_are_nil(bench: Bench, closing_line: Callable[[str], None]) -> None:
    """At every byte; test_run takes no packet shorter than an Ethernet header, and of some hooks none without more."""
    ran = [_agrees(bench, PACKETS[name][:size]) for name in CUT for size in range(14, len(PACKETS[name]))]
    closing_line(f"packets ({bench.hook}): {sum(ran)} cut packets, {len(ran) - sum(ran)} that test_run does not take")
    assert sum(ran) > len(ran) * 0.4


def test_what_is_not_in_the_linear_part_is_pulled_in() -> None:
    """The interpreter's packets may have any; test_run's are linear but for very long ones."""
    made = Bench("tc_ingress", LOOK + "  :ok", NAMES)
    for name in ("tcp", "qinq", "ipv6 tcp", "six extensions"):
        data = PACKETS[name] + bytes(300)
        for linear in (14, 20, 40, 60):
            assert _agrees(made, data, linear), name
    made.close()
