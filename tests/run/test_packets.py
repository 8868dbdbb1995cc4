"""Headers of packets: each kind, tagged, with options and extension headers, cut at every byte; on the kernel and on the
interpreter, against a parser in Python."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import pytest

from rucy.ir.function import Const
from rucy.loader.errors import LoadError
from tests.run import packets as p
from tests.run.packets import ENDS, LOOK, NAMES, PACKETS, Bench, seen

pytestmark = pytest.mark.root

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


@pytest.mark.parametrize("hook", ("xdp", "tc_ingress"))
def test_headers_that_a_loop_looks_at(hook: str) -> None:
    """Found on many paths before it: there is one pointer for all of them then (forget_values), but where bytes may first
    have to be pulled in, which gives the packet another begin."""
    body = """
      n = 5
      h = pkt.udp
      n += ntohs(h.len) if h
      turned = true
      40.times do |i|
        t = pkt.tcp
        $a += ntohs(t.source) if t
        next if $zero == (pkt.tcp&.dest == 80 ? 1 : 0)
        turned = !turned if n > i
        $b += n
      end
      $c = 1 if turned
    """
    made = Bench(hook, body + ENDS[hook], ("a", "b", "c", "zero"))
    masks = [i.args[1] for fn in made.optimised.functions for i in fn.instrs() if i.op.name == "and"]
    assert hook != "xdp" or any(isinstance(mask, Const) and mask.value == 0x7FFF for mask in masks)
    for data in (*PACKETS.values(), *(PACKETS[name][:size] for name in CUT for size in range(14, len(PACKETS[name]), 3))):
        try:
            made.run(data)
        except LoadError:  # test_run takes no such packet
            assert made.interpreted(made.optimised, data) == made.interpreted(made.plain, data)
    made.close()


# ---------------------------------------------------------------- bytes, writes, moves

DATA = p.eth(p.IP4, p.ip4(p.UDP, p.udp(payload=b"12345678")))


def _run(hook: str, body: str, names: tuple[str, ...] = (), data: bytes = DATA) -> p.Answer:
    made = Bench(hook, body, names)
    try:
        return made.run(data)
    finally:
        made.close()


@pytest.mark.parametrize("hook", sorted(ENDS))
def test_numbers_at_an_offset(hook: str) -> None:
    """As the wire means them; nil where one byte would be outside. Offsets of a constant, of the packet, negative, huge."""
    body = """
      $a = pkt.u8(1) || 1000
      $b = pkt.u16(1) || 1000
      $c = pkt.u32(3) || 1000
      $d = pkt.u64(5) || 1000
      at = pkt.size - 2
      $e = pkt.u16(at) || 1000
      $f = pkt.u16(at + 1) || 1000
      $g = pkt.u8(at - pkt.size + 1) || 1000
      $h = pkt.u8(at << 40) || 1000
      $i = pkt.u8(65000) || 1000
      $j = pkt.u32(at - 2) || 1000
    """
    names = tuple("abcdefghij")
    found = _run(hook, body + ENDS[hook], names).globals
    data = DATA if hook in ("xdp", "tc_ingress", "tc_egress") else DATA[14:]
    parts = {"a": data[1:2], "b": data[1:3], "c": data[3:7], "d": data[5:13], "e": data[-2:], "j": data[-4:]}
    wire = {name: int.from_bytes(part, "big") for name, part in parts.items()}
    assert found == wire | dict.fromkeys("fghi", 1000)


@pytest.mark.parametrize("hook", sorted(ENDS))
def test_a_struct_at_an_offset(hook: str) -> None:
    """Of the table, and of the kernel's types."""
    at = 34 if hook in ("xdp", "tc_ingress", "tc_egress") else 20
    body = f"""
      u = pkt.at("struct udphdr", {at})
      $dest = ntohs(u.dest) if u
      off = {at} + ($dest & 1) - 1
      g = pkt.at("struct gre_base_hdr", off)
      $flags = ntohs(g.flags) if g
      k = pkt.at("struct ip_esp_hdr", off)
      $seq = ntohl(k.seq_no) if k
      v = pkt.at("struct ipv6_opt_hdr", off + 14)
      $kind = v ? v.nexthdr : 1000
      $none = pkt.at("struct udphdr", pkt.size - 7).nil? ? 1 : 0
    """
    found = _run(hook, body + ENDS[hook], ("dest", "flags", "seq", "kind", "none")).globals
    assert found == {"dest": 53, "flags": 1000, "seq": 0x00101111, "kind": ord("7"), "none": 1}


def test_writes() -> None:
    body = """
      if u = pkt.udp
        u.dest = 99
        u.len = htons(ntohs(u.len) - 1)
      end
      if e = pkt.eth
        a = e.h_dest
        e.h_dest = e.h_source
        e.h_source = a
        e.h_source[0] = 0x66
      end
      if ip = pkt.ipv4
        ip.version = 6
        ip.ihl += 1
        ip.ttl -= 65
        ip.daddr = ip.saddr
        $ttl = ip.ttl
      end
    """
    for hook in ("xdp", "tc_ingress"):
        answer = _run(hook, body + ENDS[hook], ("ttl",))
        wanted = bytearray(DATA)
        wanted[0:12] = p.MAC_A + b"\x66" + p.MAC_B[1:]
        wanted[14], wanted[22], wanted[30:34] = 0x66, 255, DATA[26:30]
        wanted[36:40] = struct.pack("!HH", 99, 15)
        assert answer.packet == bytes(wanted)
        assert answer.globals == {"ttl": 255}


@pytest.mark.parametrize("hook", ["xdp", "tc_ingress", "cgroup_ingress", "socket_filter"])
def test_elements_by_a_computed_index(hook: str) -> None:
    """Of a header that lies in the packet, and of one that is a copy."""
    body = """
      if six = pkt.ipv6
        16.times { |i| $sum += six.saddr[i] * (i + 1) }
        4.times { |i| $last = six.daddr[i * 4 - 16] || 1000 }
        $beyond = six.daddr[six.hop_limit + 16] || 1000
      end
    """
    made = Bench(hook, body + ENDS[hook], ("sum", "last", "beyond"))
    data = PACKETS["ipv6 tcp"]
    source, target = data[22:38], data[38:54]
    wanted = {"sum": sum(byte * at for at, byte in enumerate(source, 1)), "last": target[12], "beyond": 1000}
    assert made.run(data).globals == wanted
    made.close()


@pytest.mark.parametrize("hook", ["xdp", "tc_ingress"])
def test_elements_are_set_by_a_computed_index(hook: str) -> None:
    """From the start, from the end, outside (nothing is set); the value is taken once."""
    body = """
      if six = pkt.ipv6
        16.times { |i| six.saddr[i] = i * 3 }
        4.times { |i| six.daddr[i - 4] = ($turns += 1) }
        six.daddr[six.hop_limit + 16] = 9
        $value = (six.daddr[six.hop_limit & 1] = 77)
      end
    """
    made = Bench(hook, body + ENDS[hook], ("turns", "value"))
    data = bytearray(PACKETS["ipv6 tcp"])
    answer = made.run(bytes(data))
    data[22:38] = bytes(range(0, 48, 3))
    data[50:54] = bytes((1, 2, 3, 4))
    data[38 + (data[21] & 1)] = 77
    assert answer.packet == bytes(data)
    assert answer.globals == {"turns": 4, "value": 77}
    made.close()


@pytest.mark.parametrize("hook", ["xdp", "tc_ingress"])
def test_numbers_are_set_at_an_offset(hook: str) -> None:
    """In the order of the wire; nothing where one byte would be outside."""
    body = """
      $a = pkt.set_u8(1, 7) ? 1 : 0
      at = pkt.size
      $b = pkt.set_u16(at - 2, 0x1234) ? 1 : 0
      $c = pkt.set_u16(at - 1, 0x5678) ? 1 : 0
      $d = pkt.set_u32((at & 1) + 20, 0x01020304) ? 1 : 0
      $e = pkt.set_u64(3, at << 40) ? 1 : 0
      $f = pkt.set_u8(at - at - 1, 1) ? 1 : 0
      n = at.clamp(0, 16)
      n.times { |i| pkt.set_u8(i + 24, i) }
      sum = 0
      n.times { |i| sum += pkt.u8(i + 24) || 0 }
      $g = sum
    """
    names = tuple("abcdefg")
    made = Bench(hook, body + ENDS[hook], names)
    answer = made.run(DATA)
    made.close()
    wanted = bytearray(DATA)
    size = len(DATA)
    wanted[1] = 7
    wanted[size - 2 : size] = b"\x12\x34"
    wanted[20 + (size & 1) : 24 + (size & 1)] = bytes((1, 2, 3, 4))
    wanted[3:11] = (size << 40).to_bytes(8, "big")
    wanted[24:40] = bytes(range(16))
    assert answer.packet == bytes(wanted)
    assert answer.globals == {"a": 1, "b": 1, "c": 0, "d": 1, "e": 1, "f": 0, "g": sum(range(16))}


def test_a_header_taken_again_after_the_packet_has_moved() -> None:
    body = """
      ip = pkt.ipv4
      next :pass unless ip
      src = ip.saddr
      next :aborted if xdp_adjust_head(-4) != 0
      e = pkt.eth
      next :drop unless e
      e.h_proto = 0x8100
      t = pkt.vlan
      next :drop unless t
      t.h_vlan_TCI = 5
      t.h_vlan_encapsulated_proto = htons(ETH_P_IP)
      ip = pkt.ipv4
      $ttl = ip ? ip.ttl : 77
      $src = ntohl(src)
      $size = pkt.size
      :tx
    """
    answer = _run("xdp", body, ("ttl", "src", "size"))
    assert answer.value == 3
    assert answer.globals == {"ttl": 64, "src": 0x0A000001, "size": len(DATA) + 4}
    assert answer.packet is not None and answer.packet[12:18] == b"\x81\0\0\x05\x08\0"


def test_the_packet_is_moved_in_a_loop() -> None:
    body = """
      3.times do
        next if xdp_adjust_head(-2) != 0
        e = pkt.eth
        $turns += 1 if e
        e.h_proto = 0x1234 if e
      end
      none = pkt.ipv4.nil?
      xdp_adjust_head(6)
      $same = (x = pkt.ipv4) ? x.ttl : 0
      xdp_adjust_tail(-8)
      $size = pkt.size
      none ? :drop : :pass
    """
    data = p.eth(p.IP4, p.ip4(p.UDP, p.udp(payload=b"12345678")))
    answer = _run("xdp", body, ("turns", "same", "size"), data)
    assert (answer.value, answer.globals["turns"], answer.globals["size"]) == (1, 3, len(data) - 8)


def test_checksums() -> None:
    """Addresses and ports are rewritten as a balancer does; both checksums are right afterwards."""
    payload = b"12345678"
    ports = struct.pack("!HHHH", 1000, 53, 16, 0) + payload
    pseudo = p.ip4(p.UDP, b"")[12:20] + struct.pack("!BBH", 0, 17, 16)
    data = p.eth(p.IP4, p.ip4(p.UDP, ports[:6] + struct.pack("!H", p.csum(pseudo + ports)) + payload))
    body = """
      ip = pkt.ipv4
      u = pkt.udp
      next :ok unless ip && u
      port = u.dest
      address = ip.daddr
      l4_csum_replace(40, port, htons(77), 2)
      l4_csum_replace(40, address, htonl(0x7f000001), BPF_F_PSEUDO_HDR | 4)
      l3_csum_replace(24, address, htonl(0x7f000001), 4)
      ip = pkt.ipv4
      u = pkt.udp
      next :shot unless ip && u
      u.dest = 77
      ip.daddr = 0x7f000001
      redirect(1, BPF_F_INGRESS)
    """
    answer = _run("tc_ingress", body, (), data)
    assert answer.value == 7 and answer.packet is not None
    after = answer.packet
    assert p.csum(after[14:34]) == 0
    assert p.csum(after[26:34] + struct.pack("!BBH", 0, 17, 16) + after[34:]) == 0


@pytest.mark.parametrize(("hook", "value"), [("xdp", 4), ("tc_egress", 7)])
def test_redirect(hook: str, value: int) -> None:
    assert _run(hook, "pkt.ipv4 ? redirect(1) : " + ENDS[hook]).value == value


def test_a_header_is_an_argument() -> None:
    """Of a method, which is lowered where it is called, and can take headers itself."""
    head = """
def port(header)
  ntohs(header.dest)
end

def of(pkt)
  u = pkt.udp
  return 0 unless u
  port(u)
end
"""
    made = Bench("xdp", "t = pkt.tcp\n$a = t ? port(t) : of(pkt)\n$b = of(ctx)\n:pass", ("a", "b"), head)
    assert made.run(DATA).globals == {"a": 53, "b": 53}
    assert made.run(p.eth(p.IP4, p.ip4(p.TCP, p.tcp()))).globals == {"a": 80, "b": 0}
    made.close()


def test_a_section_program_has_headers_too() -> None:
    from rucy.pipeline import compile_file
    from tests.run.harness import opened

    text = 'license! "GPL"\nsection! "xdp"\n\ndef look(ctx)\n  ip = ctx.ipv4\n  ip && ip.ttl == 64 ? :drop : :pass\nend\n'
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".rb") as file:
        file.write(text)
        file.flush()
        data = compile_file(file.name).data
    with opened(data) as loaded:
        loaded.load()
        assert loaded.test_run("look", DATA).retval == 1


def test_a_checksum_of_a_header() -> None:
    """csum_diff over what the packet holds: the sum of IPv4's header is made anew, and by what has changed."""
    body = """
      ip = pkt.ipv4
      next :END unless ip
      ip.ttl -= 1
      old = ip.check
      ip.check = 0
      sum = csum_diff(nil, ip, 0)
      sum = (sum & 0xffff) + (sum >> 16)
      sum = (sum & 0xffff) + (sum >> 16)
      ip.check = ~sum & 0xffff
      $old = old
      :END
    """
    for hook in ("xdp", "tc_egress"):
        answer = _run(hook, body.replace(":END", ENDS[hook]), ("old",))
        assert answer.packet is not None and answer.packet[22] == 63
        assert p.csum(answer.packet[14:34]) == 0


def test_headers_looked_for_in_a_loop_that_moves_the_packet() -> None:
    """So many ways through it that what its tests rest on is hidden from the verifier."""
    body = """
      3.times do |k|
        u = pkt.udp
        t = pkt.tcp
        next unless u || t
        l3_csum_replace(24, 1, 2, 4)
        u = pkt.udp
        $seen += 1 if u && ntohs(u.dest) == k + 52
        l3_csum_replace(24, 2, 1, 4)
        t = pkt.tcp
        $seen += 10 if t && ntohs(t.dest) == k + 79
      end
      :ok
    """
    made = Bench("tc_ingress", body, ("seen",))
    for name, wanted in (("udp", 1), ("tcp", 10), ("icmp", 0), ("ipv6 tcp", 10), ("hop by hop", 0)):
        assert made.run(PACKETS[name]).globals == {"seen": wanted}, name
    made.close()


@pytest.mark.parametrize("hook", ["xdp", "tc_ingress", "socket_filter"])
def test_addresses_are_keys_fields_and_compared(hook: str) -> None:
    head = """
class Flow
  attr :src, :ip4
  attr :port, :u16
  attr :mac, :mac
end

FLOWS = hash(Flow => :u64, default: 0)
CARDS = hash(:mac => :u64, default: 0)
HOSTS = hash(:ip6 => :u64, default: 0)

"""
    body = f"""
  e = pkt.eth
  ip = pkt.ipv4
  u = pkt.udp
  if e && ip && u
    $same += 1 if e.h_source == e.h_dest
    $same += 10 if e.h_source != e.h_dest
    FLOWS[Flow.new(src: ip.saddr, port: ntohs(u.dest), mac: e.h_source)] += 1
    CARDS[e.h_source] += 1
  end
  if six = pkt.ipv6
    HOSTS[six.daddr] += 1
  end
  {ENDS[hook]}"""
    made = Bench(hook, body, ("same",), head)
    for name in ("udp", "udp", "ipv6 tcp"):
        made.on_kernel(PACKETS[name])
    assert made.loaded.map("CARDS").get(p.MAC_A) == (2).to_bytes(8, "little")
    assert made.loaded.map("FLOWS").get(bytes([10, 0, 0, 1]) + (53).to_bytes(2, "little") + p.MAC_A) == (2).to_bytes(8, "little")
    assert made.loaded.map("HOSTS").get(PACKETS["ipv6 tcp"][38:54]) == (1).to_bytes(8, "little")
    assert made.on_kernel(PACKETS["udp"]).globals == {"same": 10}
    assert made.on_kernel(p.MAC_A + PACKETS["udp"][6:]).globals == {"same": 1}
    made.close()
