"""The source with what was inferred beside its lines: everything that has a name stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rucy.frontends.ruby import parse
from rucy.kernel.hooks import BY_WORD
from rucy.lang.list_types import format_listing
from rucy.source import Diagnostics, SourceFile
from tests.lang.checking import checked

CHECKOUT = Path(__file__).parents[2]

PROGRAM = """\
license "GPL"
class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
end
PORT = option :port, :u16
LIMIT = option :limit, :u32, default: 10
COUNTS = hash default: 0
NAMES = hash
EVENTS = ringbuf Event
$seen = 0
$lowest = -1
$busy = false
def twice(number)
  half = number / 2
  half * 4
end
tracepoint "sched:sched_switch" do |event|
  always = nil
  limit = nil
  limit = 5 if pid == 0
  next unless limit
  first, second = 1, -1
  name = event.prev_comm
  letter = name[0]
  many = twice(3) > LIMIT
  few = twice(-3)
  (0..3).each { |turn| $seen += turn }
  COUNTS[comm] += 1
  NAMES[pid, cpu] = comm
  $busy = many
  $lowest = few if letter
end
kprobe "tcp_connect" do |sk|
  port = sk.__sk_common.skc_dport
  count = COUNTS[comm]
  known = NAMES[3, 4]
  EVENTS << Event.new(pid: pid, comm: comm) if PORT && ntohs(port) == PORT && known
  task = current_task
  if task.mm
    start = task.mm.arg_start
  end
end
xdp { |packet| size = packet.tcp; size ? :drop : :pass }
"""

EXPECTED = """\
6 PORT: u16?
7 LIMIT: u32
8 COUNTS: HASH char[16] => u64, 10240, default 0
9 NAMES: HASH [u32, u32] => char[16], 10240
10 EVENTS: RINGBUF Event, 262144
11 $seen: u64
12 $lowest: i64
13 $busy: bool
14 twice(): i64, number: i64
15 half: i64
18 event: struct trace_event_raw_sched_switch
19 always: nil
20 limit: u64?
23 first: u64, second: i64
24 name: str[16]
25 letter: str[2]?
26 many: bool
27 few: i64
28 turn: u64
34 sk: struct sock *?
35 port: be16
36 count: u64
37 known: str[16]?
39 task: struct task_struct *
41 start: u64
44 packet: ctx xdp_md, size: tcp?
"""


def _beside(text: str) -> dict[int, str]:
    """Line → what stands beside it."""
    result, diagnostics = checked(text)
    assert not diagnostics.errors, diagnostics.items
    found = re.findall(r"^ *(\d+) \| .*?  # ([^#\n]*: .*)$", format_listing(result), re.MULTILINE)
    return {int(line): beside for line, beside in found}


def test_what_is_shown() -> None:
    assert "".join(f"{line} {text}\n" for line, text in _beside(PROGRAM).items()) == EXPECTED


def test_the_source_is_there_whole() -> None:
    listing = format_listing(checked(PROGRAM)[0])
    shown = [line.partition(" | ")[2].partition("  # ")[0].rstrip() for line in listing.splitlines()]
    assert shown == PROGRAM.splitlines()


_ASSIGNED = re.compile(r"^\s*([a-z_]\w*) = |\|([a-z_, \w]+)\|")
_DECLARED = re.compile(r"^([A-Z_]+)\s*= (?:option|hash|array|percpu_array|lru_hash|ringbuf|histogram|stats)\b|^(\$\w+) = ")


def _kernel_half(text: str) -> str:
    """Up to the first statement that only the user half has."""
    unit = parse(SourceFile("t.rb", text.encode()), Diagnostics(), frozenset(BY_WORD))
    return text if unit.user_half is None else "".join(text.splitlines(True)[: unit.user_half.line - 1])


@pytest.mark.parametrize("path", sorted((CHECKOUT / "examples").glob("*.rb")), ids=lambda path: path.stem)
def test_every_name_of_the_examples(path: Path) -> None:
    text = _kernel_half(path.read_text())
    beside = _beside(text)
    named: set[str] = set()  # a variable stands where it is first assigned
    for number, line in enumerate(text.splitlines(), 1):
        for pattern in (_ASSIGNED, _DECLARED):
            for match in pattern.finditer(line.split(" #")[0]):
                for name in re.split(r",\s*", next(filter(None, match.groups()))):
                    assert name in named or f"{name}: " in beside.get(number, ""), f"{path.name}:{number}: {name}"
                    named.add(name)
