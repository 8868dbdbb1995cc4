"""Numbers as text: what the words of the user half make of them, beside what Python and the system make of the same."""

from __future__ import annotations

import ipaddress
import json
import platform
import pwd
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.runtime.tool import ask, attached, build, run, running

pytestmark = pytest.mark.root

NONE = 'syscall("getpgid") { }\n'


def said(folder: Path, text: str, *options: str) -> list[str]:
    """What a tool prints that waits for nothing."""
    ended = run(build(folder, NONE + text + "\nexit\n"), *options)
    assert (ended.status, ended.err) == (0, ""), ended
    return ended.out.splitlines()


def test_addresses(tmp_path: Path) -> None:
    four = [0, 1, 0x7F000001, 0x0A0B0C0D, 0xFFFFFFFF]
    six = [1 << 32, 1 << 127, 0x20010DB8 << 96 | 1, (1 << 128) - 1]
    text = "".join(f"puts ip({number})\n" for number in four + six)
    text += 'puts ip("\\x0a\\x00\\x00\\x01"), ip([0] * 15 + [1]), ip("fe80::1")\n'
    text += 'puts addr("10.0.0.1", 80), addr("fe80::1", 443), addr(0x01020304)\n'
    text += 'begin\n  ip("xy")\nrescue ArgumentError => e\n  puts e.message\nend\n'
    expected = [str(ipaddress.IPv4Address(number)) for number in four] + [str(ipaddress.IPv6Address(number)) for number in six]
    assert said(tmp_path, text) == [
        *expected, "10.0.0.1", "::1", "fe80::1", "10.0.0.1:80", "[fe80::1]:443", "1.2.3.4", 'no IP address: "xy"',
    ]  # fmt: skip


def test_amounts(tmp_path: Path) -> None:
    lengths = {
        0: "0 ns", 999: "999 ns", 1000: "1.00 us", 12_345_678: "12.3 ms", 999_999_999: "999 ms", 1_500_000_000: "1.50 s",
        59_999_999_999: "59.9 s", 60_000_000_000: "1 min 0 s", 3_725_000_000_000: "1 h 2 min", -1500: "-1.50 us",
        90_061_000_000_000: "1 d 1 h",
    }  # fmt: skip
    sizes = {0: "0 B", 1023: "1023 B", 1024: "1.00 KiB", 1536: "1.50 KiB", 5_000_000: "4.76 MiB", 2**64 - 1: "15.9 EiB"}
    text = "".join(f"puts duration({number})\n" for number in lengths) + "".join(f"puts bytes({number})\n" for number in sizes)
    assert said(tmp_path, text) == [*lengths.values(), *sizes.values()]


def test_numbers_of_the_system(tmp_path: Path) -> None:
    """Calls by the numbers that this machine's kernel headers have, users by /etc/passwd."""
    header = "asm/unistd_64.h" if platform.machine() == "x86_64" else "asm-generic/unistd.h"
    found = subprocess.run(["gcc", "-E", "-dM", "-include", header, "-x", "c", "/dev/null"], capture_output=True, text=True)
    rows = [line.split() for line in found.stdout.splitlines() if line.startswith("#define __NR_")]
    calls = {int(row[2]): row[1].removeprefix("__NR_") for row in rows if row[2].isdigit() and "arch_specific" not in row[1]}
    assert len(calls) > 250
    users = {user.pw_uid: user.pw_name for user in reversed(pwd.getpwall())}
    text = f"puts {list(calls)}.map {{ |nr| syscall(nr) }}, syscall(100000)\n"
    text += f"puts {list(users)}.map {{ |id| user(id) }}, user(4242424)\n"
    text += "puts errno(2), errno(-13), errno(0), errno(5000)\n"
    assert said(tmp_path, text) == [
        *calls.values(), "syscall_100000", *users.values(), "4242424", "ENOENT", "EACCES", "0", "5000",
    ]  # fmt: skip


def test_times(tmp_path: Path) -> None:
    text = """\
class Call
  attr :at,   :u64
  attr :boot, :u64
end
CALLS = ringbuf Call
syscall "getpgid" do |who|
  CALLS << Call.new(at: nsecs, boot: boot_nsecs) if pid == ME
end
CALLS.each { |e| puts time(e.at, "%s.%6N"), time(e.boot, "%s.%6N", boot: true), time(e.at), time(e.at, "%F %H") }
"""
    tool = build(tmp_path, text)
    before = time.time()
    ended = run(tool, during=lambda: ask([1]))
    at, boot, short, day = ended.out.splitlines()
    assert before - 0.01 < float(at) < time.time()
    assert abs(float(at) - float(boot)) < 0.5
    local = time.localtime(float(at))
    assert short[:8] == time.strftime("%H:%M:%S", local)
    assert day == time.strftime("%Y-%m-%d %H", local)


def test_strftime(tmp_path: Path) -> None:
    formats = ["%F %T", "%j %a %A %b %B %e|%p %y %%", "%H%M%S", "%s", "%Z", "%d/%m"]
    text = f"t = Time.at(1700000000, 123456)\nputs {json.dumps(formats)}.map {{ |each| t.strftime(each) }}\n"
    text += 'puts t.strftime("%L %3N %6N %N"), Time.at(0).utc.strftime("%F %T %Z")\n'
    expected = [time.strftime(each, time.localtime(1700000000)) for each in formats]
    assert said(tmp_path, text) == [*expected, "123 123 123456 123456000", "1970-01-01 00:00:00 UTC"]


def test_json(tmp_path: Path) -> None:
    text = """\
puts JSON.generate({ a: [1, nil, true, "x\\n\\"é"], "b" => 1.5, c: {} }), [1, { x: 2**64 }].to_json, "s".to_json, nil.to_json
p JSON.parse('{"a": [1, 2.5, "\\u00e9"], "b": null}')
begin
  JSON.parse("{")
rescue JSON::ParserError => e
  puts e.message
end
"""
    whole = {"a": [1, None, True, 'x\n"é'], "b": 1.5, "c": {}}
    assert said(tmp_path, text) == [
        json.dumps(whole, ensure_ascii=False, separators=(",", ":")), '[1,{"x":18446744073709551616}]', '"s"', "null",
        '{"a"=>[1, 2.5, "é"], "b"=>nil}', 'this is no JSON: "{"',
    ]  # fmt: skip


def test_signals_are_trapped(tmp_path: Path) -> None:
    text = """\
syscall("getpgid") { }
p trap("USR1") { |number| puts "one #{number}" }, Signal.trap(:SIGUSR2) { puts "two" }, trap("TERM", "IGNORE"), Process.pid
p trap("TERM") { puts "asked to end" }
begin
  trap("CHLD") { }
rescue ArgumentError => e
  puts e.message
end
trap("EXIT") { puts "last" }
trap("HUP") do
  puts "over"
  exit 3
end
wait
puts "not here"
"""
    with running(build(tmp_path, text)) as process:
        assert process.stdout is not None
        attached(process)
        said = [process.stdout.readline().rstrip("\n") for _ in range(6)]
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGUSR2, signal.SIGUSR1, signal.SIGHUP):
            process.send_signal(number)
            said.append(process.stdout.readline().rstrip("\n"))
        said += process.stdout.read().splitlines()
        assert process.stderr is not None
        assert (process.wait(60), process.stderr.read()) == (3, "")
    assert said == [
        '"DEFAULT"', '"DEFAULT"', '"DEFAULT"', str(process.pid), '"IGNORE"',
        "`trap` takes HUP, INT, USR1, USR2, TERM and EXIT; not `CHLD`", "one 10", "asked to end", "two", "one 10", "over", "last",
    ]  # fmt: skip


def test_a_trapped_interrupt_does_not_end_it(tmp_path: Path) -> None:
    text = """\
syscall("getpgid") { }
n = 0
trap("INT") do
  puts n += 1
  trap("INT", "DEFAULT") if n == 3
end
wait
puts "end"
"""
    with running(build(tmp_path, text)) as process:
        assert process.stdout is not None
        attached(process)
        for number in (1, 2, 3):
            process.send_signal(signal.SIGINT)
            assert process.stdout.readline() == f"{number}\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == ("end\n", "")
    assert process.returncode == 0
