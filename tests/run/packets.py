"""Packets made of bytes, and programs run on them: on the kernel by test_run, and on the interpreter before and after the
passes. What they answer, their $globals and the packet afterwards must be one."""

from __future__ import annotations

import socket
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rucy.ir.function import Module

MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("02000000000b")
IP4, IP6, VLAN, QINQ = 0x0800, 0x86DD, 0x8100, 0x88A8
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58


def eth(kind: int, payload: bytes, tags: Sequence[tuple[int, int]] = ()) -> bytes:
    """`tags`: (ethertype, TCI), the outer one first."""
    out = MAC_B + MAC_A
    for tag, tci in tags:
        out += struct.pack("!HH", tag, tci)
    return out + struct.pack("!H", kind) + payload


def csum(data: bytes) -> int:
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ip4(
    proto: int, payload: bytes, src: str = "10.0.0.1", dst: str = "10.0.0.2", ttl: int = 64, options: bytes = b"",
    frag: int = 0, ihl: int | None = None,
) -> bytes:  # fmt: skip
    words = 5 + len(options) // 4 if ihl is None else ihl
    head = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, 20 + len(options) + len(payload), 7, frag, ttl, proto, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + options  # fmt: skip
    return head[:10] + struct.pack("!H", csum(head)) + head[12:] + payload


def ip6(next_: int, payload: bytes, src: str = "fd00::1", dst: str = "fd00::2", hops: int = 9) -> bytes:
    a, b = (socket.inet_pton(socket.AF_INET6, one) for one in (src, dst))
    return struct.pack("!IHBB", 0x60000000, len(payload), next_, hops) + a + b + payload


def extension(next_: int, payload: bytes, units: int = 0) -> bytes:
    """Hop-by-hop, routing or destination options: 8 + 8 * units bytes."""
    return struct.pack("!BB", next_, units) + bytes(6 + 8 * units) + payload


def fragment(next_: int, payload: bytes, offset: int = 0, more: int = 1) -> bytes:
    return struct.pack("!BBHI", next_, 0, offset << 3 | more, 0x1234) + payload


def tcp(source: int = 1000, dest: int = 80, flags: int = 2, seq: int = 0x01020304, payload: bytes = b"") -> bytes:
    return struct.pack("!HHIIBBHHH", source, dest, seq, 0, 5 << 4, flags, 0xFFFF, 0xABCD, 0) + payload


def udp(source: int = 1000, dest: int = 53, payload: bytes = b"", check: int = 0x1111) -> bytes:
    return struct.pack("!HHHH", source, dest, 8 + len(payload), check) + payload


def icmp(kind: int = 8, code: int = 0, ident: int = 0x0102, seq: int = 3, payload: bytes = b"") -> bytes:
    return struct.pack("!BBHHH", kind, code, 0xBEEF, ident, seq) + payload


class Answer(NamedTuple):
    """A program's result (32 bits), its $globals by name, the packet afterwards (None where nobody can tell)."""

    value: int
    globals: dict[str, int]
    packet: bytes | None


_TYPES = {"xdp": "XDP", "tc_ingress": "SCHED_CLS", "tc_egress": "SCHED_CLS", "socket_filter": "SOCKET_FILTER",
          "cgroup_ingress": "CGROUP_SKB", "cgroup_egress": "CGROUP_SKB", "lwt_xmit": "LWT_XMIT"}  # fmt: skip


class Bench:
    """One program of one hook, compiled: `run` gives what all engines say of a packet."""

    def __init__(self, hook: str, body: str, names: Sequence[str] = (), head: str = "") -> None:
        from rucy import passes, pipeline
        from rucy.lower import lower_module
        from rucy.source import Diagnostics
        from tests.run.harness import _KernelBtf, opened

        self.hook, self.names = hook, names
        text = f'license "GPL"\n{head}' + "".join(f"${name} = 0\n" for name in names)
        text += f"{hook} do |pkt|\n{body}\nend\n"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "case.rb"
            path.write_text(text)
            target = pipeline.Target(cpu="v3")
            diagnostics = Diagnostics()
            btf = _KernelBtf()
            checked = pipeline.check_types(pipeline.parse(str(path), diagnostics), btf, target, diagnostics)
            self.plain = lower_module(checked)
            _valid(self.plain)
            self.optimised = pipeline.prove_loops(lower_module(checked), checked)
            passes.optimise(self.optimised)
            _valid(self.optimised)
            code = pipeline.generate_code(self.optimised, target)
            self.data = pipeline.build_object(pipeline.link_module(self.optimised, code, checked), checked.btf or btf.opened)
        self.insns = sum(len(fn.insns) for fn in code) if isinstance(code, list) else 0
        self.loaded = opened(self.data)
        self.loaded.load()

    def close(self) -> None:
        self.loaded.close()

    def run(self, packet: bytes, linear: int | None = None) -> Answer:
        """Assert that all engines are at one. `linear`: what the interpreter's packet has in its linear part."""
        kernel = self.on_kernel(packet)
        for module in (self.plain, self.optimised):
            found = self.interpreted(module, packet, linear)
            assert found[:2] == kernel[:2], f"{packet.hex()}: interpreter {found}, kernel {kernel}"
            assert None in (found.packet, kernel.packet) or found.packet == kernel.packet
        return kernel

    def on_kernel(self, packet: bytes) -> Answer:
        for name in self.names:
            self.loaded.write_global(name, bytes(8))
        run = self.loaded.test_run(self.hook, packet)
        values = {name: int.from_bytes(self.loaded.read_global(name), "little") for name in self.names}
        return Answer(run.retval, values, run.data_out if self.hook in ("xdp", "tc_ingress", "tc_egress") else None)

    def interpreted(self, module: Module, packet: bytes, linear: int | None = None) -> Answer:
        from rucy.ir import interp
        from rucy.ir.packet_model import Packet

        env = interp.Env()
        kind = _TYPES[self.hook]
        layer2 = kind in ("XDP", "SCHED_CLS")
        model = Packet(env, kind, packet if layer2 else packet[14:], int.from_bytes(packet[12:14], "little"),
                       b"" if layer2 else packet[:14], linear)  # fmt: skip
        result = interp.run(module, self.hook, [model.ctx], env)
        assert isinstance(result.value, int)
        values = {name: int.from_bytes(result.memory[name], "little") for name in self.names if name in result.memory}
        return Answer(result.value & 0xFFFFFFFF, values, model.bytes() if layer2 else None)


def _valid(module: Any) -> None:
    from rucy.ir.verify import assert_valid_module

    assert_valid_module(module)


# ---------------------------------------------------------------- what there is to see

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
    if not hook.startswith("cgroup") and kind in (VLAN, QINQ) and len(data) >= 18:
        out["tci"] = struct.unpack_from("!H", data, 14)[0]
    for _ in range(2):
        if layer2 and kind in (VLAN, QINQ):
            if len(data) < at + 4:
                return out
            kind, at = struct.unpack_from("!H", data, at + 2)[0], at + 4
    proto = -1
    if kind == IP4 and len(data) >= at + 20:
        head = struct.unpack_from("!BBHHHBBHII", data, at)
        out |= {"src": head[8], "ttl": head[5], "words": head[0], "len": head[2]}
        if head[0] & 15 >= 5 and not head[4] & 0x1FFF:
            proto, at = head[6], at + 4 * (head[0] & 15)
    elif kind == IP6 and len(data) >= at + 40:
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
    if proto == TCP and len(data) >= at + 20:
        source, dest, seq, _, doff, flags = struct.unpack_from("!HHIIBB", data, at)
        out |= {"port": source << 16 | dest, "seq": seq}
        out["flags"] = doff & 0xF0 | flags & 2 | flags & 1 | (flags >> 4 & 1) << 2
    if proto == UDP and len(data) >= at + 8:
        out["udp"] = int.from_bytes(data[at + 2 : at + 6], "big")
    if proto == ICMP and len(data) >= at + 8:
        out["icmp"] = data[at] << 32 | int.from_bytes(data[at + 4 : at + 8], "big")
    if proto == ICMP6 and len(data) >= at + 8:
        out["icmp6"] = data[at] << 32 | int.from_bytes(data[at + 4 : at + 6], "big")
    return out


TAGS = [(QINQ, 0x0123), (VLAN, 0x6456)]
PACKETS = {
    "tcp": eth(IP4, ip4(TCP, tcp(flags=0x12))),
    "udp": eth(IP4, ip4(UDP, udp(payload=b"hello"))),
    "icmp": eth(IP4, ip4(ICMP, icmp())),
    "options": eth(IP4, ip4(TCP, tcp(), options=bytes(40))),
    "one option": eth(IP4, ip4(UDP, udp(), options=b"\1\1\1\0")),
    "short ihl": eth(IP4, ip4(UDP, udp(), ihl=4)),
    "long ihl": eth(IP4, ip4(UDP, udp(), ihl=15)),
    "first fragment": eth(IP4, ip4(UDP, udp(), frag=0x2000)),
    "later fragment": eth(IP4, ip4(UDP, udp(), frag=0x2001)),
    "vlan": eth(IP4, ip4(TCP, tcp()), TAGS[1:]),
    "qinq": eth(IP4, ip4(UDP, udp()), TAGS),
    "three tags": eth(IP4, ip4(UDP, udp()), [*TAGS, (VLAN, 3)]),
    "ipv6 tcp": eth(IP6, ip6(TCP, tcp(flags=1))),
    "ipv6 udp tagged": eth(IP6, ip6(UDP, udp()), TAGS[1:]),
    "icmp6": eth(IP6, ip6(ICMP6, icmp(128))),
    "hop by hop": eth(IP6, ip6(0, extension(ICMP6, icmp(143), 1))),
    "routing, options": eth(IP6, ip6(43, extension(60, extension(TCP, tcp(), 2), 0))),
    "ipv6 fragment": eth(IP6, ip6(44, fragment(UDP, udp()))),
    "ipv6 later fragment": eth(IP6, ip6(44, fragment(UDP, udp(), 7))),
    "six extensions": eth(IP6, ip6(0, extension(60, extension(60, extension(60, extension(60, extension(
        UDP, udp()))))))),
    "seven extensions": eth(IP6, ip6(0, extension(60, extension(60, extension(60, extension(60, extension(
        60, extension(UDP, udp())))))))),
    "long extension": eth(IP6, ip6(60, extension(UDP, udp(), 255))),
    "arp": eth(0x0806, bytes(28)),
    "sctp": eth(IP4, ip4(132, bytes(20))),
}  # fmt: skip
