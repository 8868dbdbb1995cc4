"""Maps as Python sees them: what programs put into them, and what they read of what Python puts there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import rucy
from rucy.loader.maps import cpus
from tests.api.files import NOBODY, calls, nothing_left, own, written

pytestmark = pytest.mark.root

KEYED = f"""\
class Place
  attr :host, :ip4
  attr :mac,  :mac
  attr :port, :u16
  attr :why,  :errno
  attr :name, [:char, 8]
  attr :ok,   :bool
  attr :ids,  [:u64, 2]
end

COUNTS = hash(:i64 => :u64, default: 0)
SIGNED = hash(:u8 => :i64)
NAMES  = lru_hash([:u32, [:char, 16]] => :u64)
PLACES = hash(Place => Place)
NETS   = lpm_trie(:ip4 => :u32)
LEVELS = array(:u64, 4)
$found = 0
$net   = 0

{own('''
COUNTS[who] += 1
NAMES[pid, comm] = 5
LEVELS[who & 3] |= 1 << 63
$found = SIGNED[200] || 7
$net = NETS["10.1.2.3"] || 0
''')}
"""


def test_hashes_arrays_and_tries(tmp_path: Path) -> None:
    text = KEYED.replace('NETS["10.1.2.3"] || 0', "LEVELS[3]")
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        counts = tool.COUNTS
        calls(-1, NOBODY, NOBODY)
        assert counts == {-1: 1, NOBODY: 2}
        assert (len(counts), -1 in counts, 5 in counts) == (2, True, False)
        assert (counts[5], counts.get(5), counts.get(5, 9)) == (0, None, 9)
        assert sorted(counts) == [-1, NOBODY] and sorted(counts.values()) == [1, 2]
        assert counts.items() == {(-1, 1), (NOBODY, 2)}
        counts[-(2**63)] = 2**64 - 1
        assert counts[-(2**63)] == 2**64 - 1
        counts[NOBODY] += 10
        calls(NOBODY)
        assert counts.pop(NOBODY) == 13
        assert NOBODY not in counts
        with pytest.raises(KeyError):
            del counts[NOBODY]
        counts.update({1: 1, 2: 2})
        assert counts.setdefault(1, 8) == 1
        counts.clear()
        assert (len(counts), list(counts.items())) == (0, [])

        with pytest.raises(KeyError):
            tool.SIGNED[200]
        tool.SIGNED[200] = -5
        calls(0)
        assert (tool.globals["found"], tool.SIGNED[200]) == (-5, -5)

        comm = Path("/proc/thread-self/comm").read_text().rstrip("\n")
        assert dict(tool.NAMES) == {(os.getpid(), comm): 5}
        tool.NAMES[7, "x"] = 1
        assert tool.NAMES[7, "x"] == 1 and (7, "y") not in tool.NAMES

        tool.LEVELS[3] = 12
        calls(0)
        assert (tool.globals["net"], tool.LEVELS[0], len(tool.LEVELS), list(tool.LEVELS)) == (12, 1 << 63, 4, [0, 1, 2, 3])
        tool.LEVELS.clear()
        assert list(tool.LEVELS.values()) == [0, 0, 0, 0]
        assert (3 in tool.LEVELS, 4 in tool.LEVELS, -1 in tool.LEVELS) == (True, False, False)
        with pytest.raises(KeyError):
            tool.LEVELS[4]
        with pytest.raises(rucy.LoadError, match="no such index"):
            tool.LEVELS[4] = 1
        with pytest.raises(TypeError, match="always there"):
            del tool.LEVELS[0]

        tool.NETS["10.0.0.0/8"] = 1
        tool.NETS["10.1.0.0/16"] = 2
        assert dict(tool.NETS) == {"10.0.0.0/8": 1, "10.1.0.0/16": 2}
        assert (tool.NETS["10.1.2.3/32"], tool.NETS["10.9.9.9/32"], "11.0.0.0/32" in tool.NETS) == (2, 1, False)


def test_structs(tmp_path: Path) -> None:
    with nothing_left(), rucy.load(written(tmp_path, KEYED.replace('NETS["10.1.2.3"] || 0', "0"))) as tool:
        place = tool.struct("Place")
        one = place(host="10.0.0.1", mac="02:00:00:00:00:01", port=80, why="EPERM", name="abc", ok=True, ids=(1, 2**64 - 1))
        tool.PLACES[one] = {"name": "short"}
        (key, value) = next(iter(tool.PLACES.items()))
        assert key == one and type(key) is type(one) and key.ids == (1, 2**64 - 1)
        assert (key.host, key.mac, key.port, key.why) == ("10.0.0.1", "02:00:00:00:00:01", 80, "EPERM")
        assert (key.name, key.ok) == ("abc", True)
        assert value == place(name="short") and value.mac == "00:00:00:00:00:00"
        assert repr(value).startswith("Place(host='0.0.0.0', mac='00:00:00:00:00:00', port=0, why=")
        assert dict(value)["name"] == value["name"] == "short"
        tool.PLACES[one] = value | {"port": 443}
        assert tool.PLACES[one].port == 443 and value.port == 0
        assert {one: 1}[key] == 1
        with pytest.raises(AttributeError, match="frozen"):
            value.port = 1
        with pytest.raises(AttributeError, match="no field `ports`; it has: host, mac"):
            value.ports  # noqa: B018
        for wrong, said in (
            ({"port": 70000}, "`port`: a number from 0 to 65535"),
            ({"host": "10.0.0"}, "`host`: an IPv4 address"),
            ({"mac": "1:2"}, "`mac`: a MAC address"),
            ({"name": "123456789"}, "`name`: at most 8 bytes"),
            ({"name": "a\0b"}, "`name`: text ends at its first NUL"),
            ({"why": "ENONE"}, "`why`: there is no errno"),
            ({"ok": 1}, "`ok`: True or False"),
            ({"ids": [1, 2, 3]}, "`ids`: at most 2 elements"),
            ({"none": 1}, "has no field `none`; it has: host"),
            (5, "fields of `Place` are asked"),
        ):
            with pytest.raises((ValueError, TypeError), match=said) as caught:
                tool.PLACES[one] = wrong
            assert "`PLACES`: " in str(caught.value)
        with pytest.raises(TypeError, match="has no field `x`"):
            place(x=1)
        with pytest.raises(rucy.LoadError, match="no struct `Nothing`"):
            tool.struct("Nothing")


def test_a_full_map(tmp_path: Path) -> None:
    text = f"FEW = hash(:u64 => :u64, size: 2)\n{own('FEW[1] = 1')}"
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool:
        tool.FEW.update({1: 1, 2: 2})
        with pytest.raises(rucy.LoadError, match="`FEW` is full: it has 2 entries") as caught:
            tool.FEW[3] = 3
        assert caught.value.status == 1


PER_CPU = f"""\
class Slot
  attr :calls, :u64
end
SUMS  = percpu_hash(:i64 => :u64)
SLOTS = percpu_array(Slot, 2)
SMALL = percpu_array(:u32, 1)
{own('''
SUMS[who] ||= 0
if slot = SLOTS[1]
  slot.calls += 1
end
SMALL[0] += 1 if who == 99
if SUMS.key?(who)
  SUMS[who] = 10
end
''')}
"""


def test_a_value_for_each_cpu(tmp_path: Path) -> None:
    """Calls on each CPU that we may use; a number is the sum, anything else has each CPU's."""
    before = os.sched_getaffinity(0)
    with nothing_left(), rucy.load(written(tmp_path, PER_CPU)) as tool, tool.attach():
        try:
            for cpu in before:
                os.sched_setaffinity(0, {cpu})
                calls(0)
        finally:
            os.sched_setaffinity(0, before)
        expected = [10 if cpu in before else 0 for cpu in range(cpus())]
        assert tool.SUMS.per_cpu(0) == expected
        assert tool.SUMS[0] == sum(expected)
        assert [slot.calls for slot in tool.SLOTS[1]] == [number // 10 for number in expected]
        tool.SUMS[5] = 7
        assert (tool.SUMS[5], sum(tool.SUMS.per_cpu(5))) == (7, 7)
        tool.SUMS[5] = [2**63] * cpus()
        assert tool.SUMS[5] == 2**63 * cpus()
        tool.SLOTS[0] = [{"calls": cpu} for cpu in range(cpus())]
        assert [slot.calls for slot in tool.SLOTS.per_cpu(0)] == list(range(cpus()))
        tool.SMALL[0] = list(range(cpus()))
        assert tool.SMALL.per_cpu(0) == list(range(cpus()))
        with pytest.raises(ValueError, match=f"for each of {cpus()} CPUs"):
            tool.SUMS[5] = [1] * (cpus() + 1)
        with pytest.raises(KeyError):
            tool.SUMS.per_cpu(6)


def test_queues_stacks_and_filters(tmp_path: Path) -> None:
    text = f"""\
WAITING = queue(:u64, 2)
LATEST  = stack(:i32, 4)
KNOWN   = bloom_filter(:u32, 100)
$first  = 0
$known  = false
{own('''
$first = WAITING.pop || 99
LATEST.push(who)
$known = KNOWN.include?(4_000_000)
''')}"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        tool.WAITING.push(2**64 - 1)
        tool.WAITING.push(2)
        with pytest.raises(rucy.LoadError, match="full"):
            tool.WAITING.push(3)
        calls(-3, -4)
        assert (tool.globals["first"], tool.globals["known"]) == (2, False)
        with pytest.raises(IndexError, match="`WAITING` is empty"):
            tool.WAITING.pop()
        assert (tool.LATEST.peek(), tool.LATEST.pop(), list(tool.LATEST.drain())) == (-4, -4, [-3])
        tool.KNOWN.add(NOBODY)
        calls(0)
        assert tool.globals["known"] and NOBODY in tool.KNOWN


def test_slots_and_stacks(tmp_path: Path) -> None:
    """Of a map with slots what is in them; of a stack what it has; what the kernel's configuration is kept in is no map."""
    text = f"""\
OUT    = devmap(4)
STACKS = stack_traces
NEXT   = prog_array(tracepoint, 1 => :other)
$stack = -1
$ticks = 0
tracepoint "syscalls:sys_enter_getsid", name: :other, attach: false do
  puts 1
end
{own('''
$stack = kstack(STACKS)
$ticks = kconfig(:HZ)
''')}"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        assert (dict(tool.OUT), len(tool.OUT), 0 in tool.OUT) == ({}, 0, False)
        tool.OUT[2] = 1
        assert (dict(tool.OUT), list(tool.OUT.values()), len(tool.OUT)) == ({2: 1}, [1], 1)
        assert list(tool.NEXT) == [1]
        calls(0)
        assert tool.globals["ticks"] > 0
        stack = tool.STACKS[tool.globals["stack"]]
        assert 2 < len(stack) < 127 and "0x0" not in stack
        assert set(tool.maps) == {"OUT", "STACKS", "NEXT"}


def test_histograms_and_statistics(tmp_path: Path) -> None:
    text = f"""\
SIZES = histogram
TIMES = histogram(:linear, 0..100, 50)
BY    = histogram(:log2)
S     = stats
EACH  = stats
{own('''
SIZES << who
TIMES << who
BY[who & 1] << who
S << who
EACH[who] << who
''')}"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        assert (tool.SIZES.buckets(), tool.S.read(), dict(tool.BY)) == ((), (0, 0, None, None, None), {})
        calls(4, 5, 4, -2)
        assert tool.SIZES.buckets()[0] == (None, -1, 1) and tool.SIZES.buckets()[-1] == (4, 7, 3)
        assert tool.TIMES.buckets() == ((None, -1, 1), (0, 49, 3))
        read = tool.S.read()
        assert (read.number, read.sum, read.min, read.max, read.average) == (4, 11, -2, 5, 2)
        assert tool.BY[1] == ((4, 7, 1),)
        assert tool.EACH[4] == (2, 8, 4, 4, 4)
        assert set(tool.EACH) == {4, 5, -2} and len(tool.EACH) == 3
        with pytest.raises(KeyError):
            tool.EACH[77]
        for counted in (tool.SIZES, tool.S, tool.BY):
            counted.clear()
        assert (tool.SIZES.buckets(), tool.S.read().number, dict(tool.BY)) == ((), 0, {})


def test_maps_of_maps(tmp_path: Path) -> None:
    text = f"""\
DAY   = array(:u64, 4)
NIGHT = array(:u64, 4)
HOURS = array_of_maps(array(:u64, 4), 0 => DAY, 1 => NIGHT)
USERS = hash_of_maps(:u32 => hash(:u32 => :u64, size: 10))
FIRST = hash(:u32 => :u64, size: 10)
$user = 0
{own('''
HOURS[who & 1][2] += 1
if calls = USERS[7]
  $user = calls[1] || 3
end
FIRST[1] = 1 if who == 77
''')}"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        calls(0, 1, 1)
        assert (tool.DAY[2], tool.HOURS[1][2], tool.globals["user"]) == (1, 2, 0)
        with pytest.raises(KeyError):
            tool.USERS[7]
        tool.USERS[7] = tool.FIRST
        calls(0)
        assert tool.globals["user"] == 3
        tool.USERS[7][1] = 44
        calls(0)
        assert (tool.globals["user"], tool.FIRST[1], list(tool.USERS), 8 in tool.USERS) == (44, 44, [7], False)
        del tool.USERS[7]
        assert len(tool.USERS) == 0
        with pytest.raises(TypeError, match="a map is asked"):
            tool.USERS[7] = "x"


def test_what_takes_descriptors(tmp_path: Path) -> None:
    """A prog_array is given a program, and a tail call reaches it."""
    text = """\
STEPS = prog_array(xdp, 0 => :second)
xdp(name: :entry, attach: false) { tail_call STEPS, 0; :drop }
xdp(name: :second, attach: false) { :tx }
xdp(name: :third, attach: false) { :pass }
"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool:
        assert tool.test_run("entry", data=bytes(64)).retval == 3
        tool.STEPS[0] = tool.programs["third"]
        assert tool.test_run("entry", data=bytes(64)).retval == 2
        del tool.STEPS[0]
        assert tool.test_run("entry", data=bytes(64)).retval == 1
        with pytest.raises(rucy.LoadError, match="no program of"):
            tool.attach()


def test_names(tmp_path: Path) -> None:
    with nothing_left(), rucy.load(written(tmp_path, f"COUNTS = hash default: 0\n{own('COUNTS[who] += 1')}")) as tool:
        assert "COUNTS" in dir(tool) and list(tool.maps) == ["COUNTS"]
        assert repr(tool.COUNTS) == "<HashMap COUNTS: HASH, 10240 entries>"
        with pytest.raises(AttributeError, match="no map or ring `COUNT`; it has: COUNTS"):
            tool.COUNT  # noqa: B018
        with pytest.raises(rucy.LoadError, match="prints by `puts`"):
            tool.output  # noqa: B018
        with pytest.raises(rucy.LoadError, match="prints by `printk`"):
            tool.trace  # noqa: B018
        for wrong in ("x", 1.5, None, (1, 2)):
            with pytest.raises(TypeError, match="`COUNTS`: a whole number is asked"):
                tool.COUNTS[wrong]
