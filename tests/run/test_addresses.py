"""Addresses of networks: compared with text in packets, printed and counted as what they are, wherever the kernel keeps them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import packets as p
from tests.run.packets import ENDS, Bench

pytestmark = pytest.mark.root

COMPARED = """
  if ip = pkt.ipv4
    $hits += 1 if ip.saddr == "10.0.0.1"
    $hits += 2 if ip.saddr != "10.0.0.1"
    $hits += 4 if ["10.0.0.9", "10.0.0.2"].include?(ip.daddr)
    case ip.daddr
    when "255.255.255.255", "10.0.0.2" then $hits += 8
    end
  end
  if six = pkt.ipv6
    $hits += 16 if six.saddr == "fd00::1"
    $hits += 32 if "fd00::3" != six.daddr
    to = six.daddr
    $hits += 64 if to == "fd00::2"
  end
  $hits += 128 if pkt.eth&.h_source == "02:00:00:00:00:01"
"""


@pytest.mark.parametrize("hook", ["xdp", "tc_ingress", "cgroup_egress"])
def test_an_address_is_compared_with_its_text(hook: str) -> None:
    bench = Bench(hook, f"{COMPARED}  {ENDS[hook]}", ["hits"])
    frame = 0 if hook == "cgroup_egress" else 128
    for packet, hits in (
        (p.eth(p.IP4, p.ip4(p.UDP, p.udp())), 1 + 4 + 8),
        (p.eth(p.IP4, p.ip4(p.UDP, p.udp(), src="10.0.0.2", dst="1.0.0.10")), 2),
        (p.eth(p.IP6, p.ip6(p.UDP, p.udp())), 16 + 32 + 64),
        (p.eth(p.IP6, p.ip6(p.UDP, p.udp(), src="fd00::2", dst="fd00::3")), 0),
    ):
        assert bench.run(packet).globals == {"hits": hits + frame}
    bench.close()


KEPT = """\
class Way
  attr :number, :u32
  attr :from,   :ip4
  attr :six,    :ip6
  attr :mac,    :mac
end

WAYS = hash([:mac, :ip4] => Way)
SIX  = hash(:ip4 => :ip6)
$way = Way.new(from: "10.0.0.3", six: "fd00::9")
"""

KEEPS = """
  way = Way.new(from: "10.0.0.1", six: "fd00::1", mac: "02:00:00:00:00:07")
  way.mac = "02:00:00:00:00:01"
  $way.mac = "02:00:00:00:00:08"
  WAYS["02:00:00:00:00:01", "10.0.0.1"] = way
  SIX["10.0.0.1"] = "fd00::2"
  e, ip, six = pkt.eth, pkt.ipv4, pkt.ipv6
  if e && ip
    if kept = WAYS[e.h_source, ip.saddr]
      $hits += 1 if kept.from == ip.saddr && kept.mac == e.h_source && kept.six == "fd00::1"
    end
    $hits += 2 if SIX[ip.saddr] == "fd00::2"
    ip.saddr = "10.0.0.3"
    e.h_source = "02:00:00:00:00:08"
    $hits += 4 if ip.saddr == $way.from && e.h_source == $way.mac
  elsif six
    six.saddr = "fd00::9"
    $hits += 8 if six.saddr == $way.six
  end
"""


@pytest.mark.parametrize("hook", ["xdp", "tc_ingress"])
def test_an_address_is_kept_that_is_written_as_text(hook: str) -> None:
    bench = Bench(hook, f"{KEEPS}  {ENDS[hook]}", ["hits"], KEPT)
    frame = p.eth(p.IP4, p.ip4(p.UDP, p.udp()))
    done = bench.run(frame)
    assert done.globals == {"hits": 7}
    assert done.packet == frame[:6] + bytes.fromhex("020000000008") + frame[12:26] + bytes((10, 0, 0, 3)) + frame[30:]
    frame = p.eth(p.IP6, p.ip6(p.UDP, p.udp()))
    done = bench.run(frame)
    assert done.globals == {"hits": 8}
    assert done.packet == frame[:22] + socket.inet_pton(socket.AF_INET6, "fd00::9") + frame[38:]
    bench.close()


PRINTED = """\
license "GPL"
ME = option :me, :u32

class Way
  attr :from, :ip6
  attr :to,   :ip6
  attr :port, :be16
end

FOUR = hash(default: 0)
SIX  = hash(default: 0)

tracepoint "sock:inet_sock_set_state" do |e|
  next unless ME && pid == ME && e.newstate == BPF_TCP_SYN_SENT
  FOUR[e.daddr] += 1
  SIX[e.daddr_v6] += 1
  puts "event #{e.daddr} #{e.daddr_v6}"
end

tp_btf "inet_sock_set_state" do |sk, old, new|
  next unless ME && pid == ME && new == BPF_TCP_SYN_SENT
  way = sk.__sk_common
  puts "sock #{way.skc_daddr} #{way.skc_v6_daddr}"
  SIX[way.skc_v6_daddr] += 1
  puts Way.new(to: way.skc_v6_daddr, from: way.skc_v6_daddr, port: way.skc_dport)
end

syscall "connect" do |fd, address|
  next unless ME && pid == ME
  to = address.as("struct sockaddr_in")
  puts "call #{to.sin_addr.s_addr}" if to.sin_family == AF_INET
end
"""


def test_addresses_of_the_kernel_are_printed_as_such(tmp_path: Path) -> None:
    source = tmp_path / "printed.rb"
    source.write_text(PRINTED)
    command = [sys.executable, "-m", "rucy", "run", str(source), "--me", str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert any("attached" in line for line in child.stderr)
        for family, address in ((socket.AF_INET, "127.0.0.7"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as sock:
                assert sock.connect_ex((address, 9)) != 0
        child.send_signal(signal.SIGINT)
        said = child.communicate(timeout=60)[0].splitlines()
    told = [line.split(maxsplit=1) for line in said if not line.startswith((" ", "FOUR", "SIX"))]
    assert sorted(rest for word, rest in told if word == "event") == ["0.0.0.0 ::1", "127.0.0.7 ::ffff:127.0.0.7"]
    assert [rest for word, rest in told if word == "sock"][0].startswith("127.0.0.7 ")
    assert [rest for word, rest in told if word == "sock"][1].endswith(" ::1")
    assert [rest for word, rest in told if word == "call"] == ["127.0.0.7"]
    assert "from=::1 to=::1 port=9" in said
    maps = said[said.index("FOUR:") :]
    assert [line.split() for line in maps if "127.0.0.7" in line][0] == ["127.0.0.7", "1"]
    assert ["::1", "2"] in [line.split() for line in maps]
