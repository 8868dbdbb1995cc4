"""What the user half sees of the kernel half: maps, records, globals, constants, output, losses."""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.loader import sprintf
from rucy.loader.symbols import kernel_symbol
from tests.runtime.tool import ask, build, run

pytestmark = pytest.mark.root


def shown(folder: Path, text: str, asked: list[int], *options: str) -> str:
    """What a tool prints that `poll`s once behind each of the numbers and then goes on by itself."""
    ended = run(build(folder, text), *options, during=lambda: ask(asked))
    assert (ended.status, ended.err) == (0, ""), ended
    return ended.out


def test_a_map_is_like_a_hash(tmp_path: Path) -> None:
    text = """\
SEEN = hash(:u32 => :u64, default: 0)
syscall "getpgid" do |who|
  SEEN[who] += 1 if pid == ME
end
SEEN[1000] = 18446744073709551615
SEEN[1001] = 5
p SEEN[1000], SEEN[77], SEEN.key?(77), SEEN.fetch(77, :none), SEEN.delete(1001), SEEN.delete(1001), SEEN.size
begin
  SEEN.fetch(77)
rescue KeyError => e
  puts e.message
end
begin
  SEEN[2**32] = 1
rescue RangeError => e
  puts e.message
end
wait
p SEEN.to_h.sort, SEEN.keys.sort, SEEN.map { |k, v| k }.sort, SEEN.max_by { |_, v| v }, SEEN.count, SEEN.sum { |_, v| 1 }
SEEN.each { |k, v| SEEN.delete(k) }
p SEEN.empty?, SEEN.to_a
"""
    assert shown(tmp_path, text, [3, 4, 3]).splitlines() == [
        "18446744073709551615", "0", "false", ":none", "5", "nil", "1", "key not found: 77",
        "4294967296 does not fit in u32",
        "[[3, 2], [4, 1], [1000, 18446744073709551615]]", "[3, 4, 1000]", "[3, 4, 1000]", "[1000, 18446744073709551615]", "3",
        "3", "true", "[]",
    ]  # fmt: skip


def test_composite_keys_structs_and_per_cpu_values(tmp_path: Path) -> None:
    text = """\
class Inner
  attr :a, :u16
  attr :b, :i64
end
class Total
  attr :n,     :u32
  attr :inner, Inner
  attr :list,  [:u8, 3]
  attr :addr,  :ip4
  attr :name,  [:char, 8]
  attr :yes,   :bool
  def twice = n * 2
end
TOTALS = hash([:u32, [:char, 16]] => Total)
EACH   = percpu_hash(:u64 => :u64, default: 0)
ROWS   = array(:i32, 4)
syscall "getpgid" do |who|
  next if pid != ME
  EACH[who] += 1
  ROWS[1] = -5
  TOTALS[pid, comm] = Total.new(n: 4, name: "long name here", addr: 0x7f000001, yes: true)
end
wait
key, total = TOTALS.first
p key[0] == ME, total.n, total.twice, total.inner.a, total.list, total.addr, total.name, total.yes, total.frozen? || true
begin
  total.n = 3
rescue FrozenError => e
  puts e.message
end
mine = Total.new(n: 9, addr: 0x0a000001, inner: Inner.new(a: 1, b: -2), list: [7, 8], name: "x")
mine.n += 1
TOTALS[1, "one"] = mine
p TOTALS[1, "one"].inner.b, TOTALS[1, "one"].list, TOTALS[1, "one"] == mine, TOTALS[1, "one"].n, TOTALS[1, "one"].addr
p EACH[6], EACH.per_cpu(6).sum, ROWS[1], ROWS.to_a, ROWS[9]
begin
  TOTALS[1] = mine
rescue => e
  puts e.class
end
"""
    assert shown(tmp_path, text, [6, 6]).splitlines() == [
        "true", "4", "8", "0", "[0, 0, 0]", '"127.0.0.1"', '"long na"', "true", "true",
        "Total from a map or ring is a copy: change one of your own, `x = e.dup`, and store it, `MAP[key] = x`",
        "-2", "[7, 8, 0]", "true", "10", '"10.0.0.1"', "2", "2", "-5", "[0, -5, 0, 0]", "nil", "TypeError",
    ]  # fmt: skip


def test_queues_and_maps_of_maps(tmp_path: Path) -> None:
    text = """\
DAY   = array(:u64, 4)
NIGHT = array(:u64, 4)
HOURS = array_of_maps(array(:u64, 4), 0 => DAY, 1 => NIGHT)
LAST  = queue(:u64, size: 4)
syscall "getpgid" do |who|
  next if pid != ME
  HOURS[who & 1][3] += who
  LAST.push(who)
end
LAST << 1000
wait
p HOURS[0].equal?(DAY), HOURS[1][3], DAY[3], HOURS.map { |each| each.to_a.sum }, HOURS[2]
HOURS[0] = NIGHT
p HOURS[0].equal?(NIGHT), LAST.peek, LAST.pop, LAST.to_a, LAST.pop
"""
    assert shown(tmp_path, text, [5, 8]).splitlines() == [
        "true", "5", "8", "[8, 5]", "nil", "true", "1000", "1000", "[5, 8]", "nil",
    ]  # fmt: skip


def test_globals_are_live_and_constants_are_set_before_loading(tmp_path: Path) -> None:
    text = """\
WHO = ARGV[0].to_i
$hits = 10
syscall "getpgid" do |who|
  $hits += 1 if pid == ME && who == WHO
end
p $hits
$hits = 20
wait
puts "#{$hits} #$hits"
$hits += 5
p $hits
"""
    assert shown(tmp_path, text, [8, 9, 8], "8") == "10\n22 22\n27\n"


def test_several_buffers_at_once(tmp_path: Path) -> None:
    text = """\
class One
  attr :who, :u64
end
A = ringbuf One
B = perf_buffer One
syscall "getpgid" do |who|
  next if pid != ME
  A << One.new(who: who) if who < 10
  B << One.new(who: who) if who >= 10
end
A.on { |e| puts "a #{e.who}" }
B.on { |e| puts "b #{e.who}" }
wait
"""
    assert set(shown(tmp_path, text, [1, 11, 2]).splitlines()) == {"a 1", "b 11", "a 2"}


def test_timers_run_in_any_wait(tmp_path: Path) -> None:
    text = """\
syscall("getpgid") { }
ticks = 0
every(0.05) { ticks += 1 }
start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
p sleep(0.3).is_a?(Integer)
p Process.clock_gettime(Process::CLOCK_MONOTONIC) - start >= 0.3, ticks >= 1, poll(0), poll(0.01)
exit
"""
    assert run(build(tmp_path, text)).out.split() == ["true", "true", "true", "0", "0"]


def test_integers_are_whole(tmp_path: Path) -> None:
    """Of 64 bits without a sign, compared and sorted with small ones."""
    text = """\
syscall("getpgid") { }
big = 2**64 - 1
p [big, 3, -1, 2**63].sort, [3, big].max, [big, 3].min, 3 <=> big, big <=> 3, big <=> big, 3 < big, big > 3, 3 == big, -1 < big
p big + 1, big - big, big / 2, big % 10, big & 255, big >> 60, big.bit_length, 7.even?, 12.gcd(18), 4.lcm(6), 5[0], 5.pow(3, 7)
p big.to_s(16), "%x" % big, "%d" % big, big.hash == big.hash, { big => 1 }[2**64 - 1]
exit
"""
    ended = run(build(tmp_path, text))
    assert ended.out.split("\n") == [
        "[-1, 3, 9223372036854775808, 18446744073709551615]", "18446744073709551615", "3", "-1", "1", "0", "true", "true",
        "false", "true", "18446744073709551616", "0", "9223372036854775807", "5", "255", "15", "64", "false", "6", "12", "1", "6",
        '"ffffffffffffffff"', '"ffffffffffffffff"', '"18446744073709551615"', "true", "1", "",
    ]  # fmt: skip


def test_addresses_of_the_kernel_have_the_names_that_the_loader_gives(tmp_path: Path) -> None:
    addresses = [int(line.split()[0], 16) for line in Path("/proc/kallsyms").read_text().splitlines()[:3000:100]]
    asked = [address + offset for address in addresses for offset in (0, 1)]
    text = f'syscall("getpgid") {{ }}\nputs symbolize({asked})\nexit\n'
    assert run(build(tmp_path, text)).out.split() == [kernel_symbol(address) for address in asked]


SPECS = ["%d", "%5d|", "%-5d|", "%05d", "%+d", "%x", "%#x", "%08x", "%o", "%b", "%s", "%10s|", "%-10s|", "%c", "%.2f", "%.3d"]


def test_the_kernel_halfs_output_is_converted_as_elsewhere(tmp_path: Path) -> None:
    """By rucy.loader.sprintf, which the interpreter of Ruby itself has been compared with."""
    lines = "".join(f'  printf "{spec}\\n", who\n  printf "{spec}\\n", 0 - who\n' for spec in SPECS)
    text = f'syscall "getpgid" do |who|\n  next if pid != ME\n{lines}  p comm, nil, true, who\n  puts "é", who\nend\n'
    expected = [
        sprintf.convert(sprintf.parse(spec.rstrip("|")), value) + "|" * spec.endswith("|")
        for spec in SPECS
        for value in (300, -300)
    ]
    comm = Path("/proc/self/comm").read_text().strip()
    ended = run(build(tmp_path, text), during=lambda: ask([300]))
    assert ended.status == 0
    assert ended.out.splitlines() == [*expected, f'"{comm}"', "nil", "true", "300", "é", "300"]


def test_without_a_user_half_all_is_shown(tmp_path: Path) -> None:
    text = """\
class Call
  attr :who, :u64
  attr :comm, [:char, 16]
end
CALLS = ringbuf Call
SEEN  = hash default: 0
SIZES = histogram(:log2)
SUMS  = stats
syscall "getpgid" do |who|
  next if pid != ME
  CALLS << Call.new(who: who, comm: "a b")
  SEEN[who] += 1
  SIZES << who
  SUMS << who
end
"""
    tool = build(tmp_path, text)
    ended = run(tool, during=lambda: ask([5, 6, 5]))
    bar = "@" * 52
    assert ended.out.splitlines() == [
        'who=5 comm="a b"', 'who=6 comm="a b"', 'who=5 comm="a b"', "SEEN:", "  6  1", "  5  2",
        "SIZES:", f"  [4, 8)  3 |{bar}|", "SUMS: count=3 sum=16 min=5 max=6 average=5",
    ]  # fmt: skip
    assert ended.err == "tool: syscall_getpgid on syscalls:sys_enter_getpgid\ntool: attached; Ctrl-C ends\n"
    ended = run(tool, "--json", during=lambda: ask([5]))
    assert ended.out.splitlines() == [
        '{"who": 5, "comm": "a b"}',
        '{"map": "SEEN", "entries": [{"key": 5, "value": 1}]}',
        '{"map": "SIZES", "histogram": [{"low": 4, "high": 7, "count": 1}]}',
        '{"map": "SUMS", "stats": {"count": 1, "sum": 5, "min": 5, "max": 5, "average": 5}}',
    ]


def test_losses_are_counted_and_told(tmp_path: Path) -> None:
    text = """\
class Call
  attr :who, [:u64, 32]
end
CALLS = ringbuf Call, size: 4096
FEW   = hash(:u64 => :u64, size: 2, default: 0)
syscall "getpgid" do |who|
  next if pid != ME
  CALLS << Call.new
  FEW[who] += 1
end
n = 0
CALLS.on { n += 1 }
poll 0
system "true"
gets
wait
puts n
"""
    ended = run(build(tmp_path, text.replace('system "true"\ngets\n', "")), during=lambda: ask(range(1, 8)))
    assert ended.err == "tool: 5 inserts into `FEW` were refused: the map was full\n"
    assert ended.out == "7\n"


def test_printk_lines_come_out(tmp_path: Path) -> None:
    text = 'syscall("getpgid") { |who| printk "asked for %d", who if pid == ME }\n'
    assert run(build(tmp_path, text), during=lambda: ask([41, 42])).out == "asked for 41\nasked for 42\n"


def test_prefixes(tmp_path: Path) -> None:
    text = """\
NETS = lpm_trie(:ip4 => :u32)
tc_ingress(attach: false) { |packet| (ip = packet.ipv4) && NETS[ip.saddr] ? :shot : :ok }
["10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0/8", "/8"].each do |net|
  NETS[net] = 1
rescue ArgumentError => e
  puts e.message
end
NETS["10.0.0.0/8"] = 1
NETS["0.0.0.0/0"] = 2
NETS["10.0.0.1"] = 3
puts NETS.keys.sort, NETS["10.0.0.0/8"]
exit
"""
    wrong = [f"{net} is no prefix: behind the / stands a number up to 32" for net in
             ("10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ")]  # fmt: skip
    ended = run(build(tmp_path, text))
    assert (ended.status, ended.err) == (0, "")
    right = ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.1/32", "1"]
    assert ended.out.splitlines() == [*wrong, "10.0.0 is no address", " is no address", *right]


def test_more_memory_than_there_can_be(tmp_path: Path) -> None:
    text = """
syscall("getpgid", attach: false) { }
def t
  yield
rescue NoMemoryError, IndexError, ArgumentError => e
  puts e.class
end
t { Array.new(2**61 - 1) }
t { [nil] * (2**61 - 1) }
t { [][2**61 - 2] = 1 }
exit
"""
    ended = run(build(tmp_path, text))
    assert (ended.status, ended.err) == (0, "") and len(ended.out.splitlines()) == 3
