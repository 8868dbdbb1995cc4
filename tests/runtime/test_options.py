"""What the command line gives to options of each type, and attaching by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.tool import build, run

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = """\
U64 = option :u64, :u64
I64 = option :i64, :i64
OFF = option :off, :bool, default: true
TEXT = option :text, :string
IP4 = option :ip4, :ip4
IP6 = option :ip6, :ip6
MAC = option :mac, :mac
xdp attach: false do |packet|
  next :drop if U64 == 1 || I64 == 1 || OFF || TEXT == "x" || packet.size == 0
  eth, ip, ip6 = packet.eth, packet.ipv4, packet.ipv6
  next :drop if ip && IP4 && ip.saddr == IP4
  next :drop if ip6 && IP6 && ip6.saddr == IP6
  next :drop if eth && MAC && eth.h_source == MAC
  :pass
end
p [U64, I64, OFF, TEXT, IP4, IP6, MAC]
exit
"""
    return build(tmp_path_factory.mktemp("options"), text)


@pytest.mark.parametrize(
    ("word", "at", "value"),
    [
        ("--u64=18446744073709551615", 0, "18446744073709551615"),
        ("--u64=0xffffffffffffffff", 0, "18446744073709551615"),
        ("--i64=-9223372036854775808", 1, "-9223372036854775808"),
        ("--no-off", 2, "false"),
        ("--text=", 3, '""'),
        ("--ip4=10.0.0.1", 4, '"10.0.0.1"'),
        ("--ip6=FE80:0::0001", 5, '"fe80::1"'),
        ("--mac=1:2:3:A:B:c", 6, '"01:02:03:0a:0b:0c"'),
    ],
)
def test_a_value(tool: Path, word: str, at: int, value: str) -> None:
    """An address is written as records show it, so that the two compare."""
    wanted = ["nil", "nil", "true", "nil", "nil", "nil", "nil"]
    wanted[at] = value
    assert run(tool, word) == (0, f"[{', '.join(wanted)}]\n", "")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("--u64=18446744073709551616", "`--u64` takes a number from 0 to 18446744073709551615; not `18446744073709551616`"),
        ("--i64=-9223372036854775809",
         "`--i64` takes a number from -9223372036854775808 to 9223372036854775807; not `-9223372036854775809`"),
        ("--no-off=1", "`--no-off` takes no value"),
        ("--text=" + 64 * "x", "`--text` takes at most 63 bytes of text; this has 64"),
    ],
)  # fmt: skip
def test_no_value(tool: Path, word: str, said: str) -> None:
    assert run(tool, word) == (2, "", f"tool: {said}\n")


def test_attaching_by_a_computed_name(tmp_path: Path) -> None:
    """One that is written is looked for when the tool is built."""
    tool = build(tmp_path, """\
xdp(name: :door, attach: false) { |packet| :pass }
%w[attach detach].each do |word|
  send(word, "do" + "r")
rescue ArgumentError => e
  puts e.message
end
begin
  attach :door
rescue => e
  puts e.message
end
exit
""")  # fmt: skip
    place = "name one: `attach :door, interface: …`, or --interface IF"
    said = f"there is no probe `dor`\nthere is no probe `dor`\ntool.rb:3: `xdp` attaches to a network interface, so {place}\n"
    assert run(tool) == (0, said, "")
