"""What a user half changes in the kernel's memory, and what each kind of map says to what it cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.tool import ask, build, run

pytestmark = pytest.mark.root

DECLARED = """\
class Total
  attr :n,    :u64
  attr :last, [:char, 16]
end
class Order
  attr :limit, :u64
end
TOTALS = hash(:u32 => Total)
PAIRS  = hash([:u32, [:char, 8]] => :u64)
TODO   = queue(:u64, 2)
SEEN   = bloom_filter(:u32, 100)
NETS   = lpm_trie(:ip4 => :u32)
LEVELS = array(:i64, 4)
ORDERS = user_ringbuf Order, size: 4096
$list  = [0] * 4
$sum   = 0
syscall "getpgid" do |who|
  next unless pid == ME
  ORDERS.drain { |order| $sum += order.limit }
  $list[who & 3] += 1
  TOTALS[1] = Total.new(n: 1) if SEEN.include?(who)
  PAIRS[pid, comm] = 1 if NETS[0x0a000001]
  TODO << who if LEVELS[0] == 7
end
def told
  p yield
rescue => e
  puts e.message
end
"""


def lines(folder: Path, text: str) -> list[str]:
    ended = run(build(folder, DECLARED + text), during=lambda: ask([1, 6]))
    assert (ended.status, ended.err) == (0, ""), ended
    return ended.out.splitlines()


def test_an_element_of_a_global_array(tmp_path: Path) -> None:
    """It is set where it lives, and its neighbours stay as the kernel half has them by then."""
    assert lines(tmp_path, """\
$list[0] = 5
$list[-1] += 7
told { $list[4] = 1 }
wait
before = $list
before[0] = 6
p $list, before, $list.sum
""") == ["`$list` has 4 elements", "[6, 1, 1, 7]", "[6, 1, 1, 7]", "15"]  # fmt: skip


def test_a_record_of_ones_own(tmp_path: Path) -> None:
    assert lines(tmp_path, """\
TOTALS[5] = Total.new(n: 1, last: "cat")
told { TOTALS[5].n = 2 }
mine = TOTALS[5].dup
mine.n += 18446744073709551614
TOTALS[5] = mine
mine.n = 3
p TOTALS[5].n, TOTALS[5].last, mine.n
wait
""") == [
        "Total from a map or ring is a copy: change one of your own, `x = e.dup`, and store it, `MAP[key] = x`",
        "18446744073709551615", '"cat"', "3",
    ]  # fmt: skip


def test_records_to_the_programs(tmp_path: Path) -> None:
    assert lines(tmp_path, """\
sent = 0
sent += 1 while ORDERS << Order.new(limit: 2)
told { ORDERS << 5 }
p sent > 10
wait
p $sum == 2 * sent
""") == ["a Order is sent here, not 5", "true", "true"]  # fmt: skip


def test_what_gives_a_hash_of_a_hash(tmp_path: Path) -> None:
    assert lines(tmp_path, """\
PAIRS.update([1, "a"] => 5, [2, "b"] => 6)
p PAIRS.select { |_, n| n > 5 }, PAIRS.reject { |_, n| n > 5 }, PAIRS.transform_values { |n| n * 2 }.values.sort
p PAIRS.values_at([2, "b"], [3, "c"]), PAIRS.merge([9, "z"] => 1).size, PAIRS.key(6), PAIRS.max_by(1) { |_, n| n }
p LEVELS.select { |n| n == 0 }.size
wait
""") == [
        '{[2, "b"]=>6}', '{[1, "a"]=>5}', "[10, 12]", "[6, nil]", "3", '[2, "b"]', '[[[2, "b"], 6]]', "4",
    ]  # fmt: skip


def test_what_a_map_cannot_do(tmp_path: Path) -> None:
    assert lines(tmp_path, """\
SEEN << 5
p SEEN.include?(5), SEEN.include?(6)
told { SEEN.each { } }
told { SEEN.size }
told { TODO.size }
told { TODO[0] }
told { LEVELS.delete(0) }
told { PAIRS[5] }
told { NETS[0x0a000001] }
told { 3.times { |i| TODO << i } }
wait
""") == [
        "true", "false",
        "the map `SEEN` cannot be read: it has no keys and no size, but `<<` and `include?`",
        "the map `SEEN` cannot be read: it has no keys and no size, but `<<` and `include?`",
        "the map `TODO` cannot be read: it has no keys and no size, but `push`, `pop`, `peek`",
        "the map `TODO` cannot be read: it has no keys and no size, but `push`, `pop`, `peek`",
        "the map `LEVELS` cannot be changed: an array keeps its elements, of which each has a value",
        "a key has 2 parts, not one: 5",
        'a key is text here, an address or a prefix such as "10.0.0.0/8", not 167772161',
        "the map `TODO` cannot be written: it has room for 2 entries",
    ]  # fmt: skip
