"""Maps that the interpreter has no model of, in the kernel: storage of tasks, arrays of programs, histograms, prefixes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rucy.cli.loading import Tool, open_tool
from rucy.load.libbpf import libbpf
from rucy.load.objects import Loaded
from rucy.pipeline import compile_file, notes_of

pytestmark = pytest.mark.root


@contextmanager
def loaded(folder: Path, text: str) -> Iterator[Loaded]:
    """A program, compiled and loaded; what attaches by its target alone is attached."""
    path = folder / "program.rb"
    path.write_text('license "GPL"\n' + text)
    data = compile_file(str(path)).data
    notes = notes_of(data)
    with open_tool(Tool("program", data, notes["probes"], False, notes)) as found:
        found.load()
        for probe in notes["probes"]:
            if probe["link"] == "tracepoint":
                found.attach(probe["name"], "tracepoint", probe["target"])
        yield found


def number(found: Loaded, name: str) -> int:
    return int.from_bytes(found.read_global(name), "little", signed=True)


def test_what_a_task_keeps(tmp_path: Path) -> None:
    text = """
CALLS = task_storage(default: 0)
BEGAN = task_storage(:u64)
$mine = 0
$again = 0
$most = 0
$gone = 0
$left = 0
tracepoint "syscalls:sys_enter_getpgid" do |e|
  next unless e.pid == 77
  CALLS[current_task] += 2
  $again += 1 if BEGAN[current_task]
  BEGAN[current_task] = CALLS[current_task] * 10
  $most = CALLS[current_task]
  if CALLS[current_task] > 5
    $gone = BEGAN.delete(current_task) || 0
    $left += 1 if BEGAN.key?(current_task)
  end
end
"""
    with loaded(tmp_path, text) as found:
        for _ in range(3):
            with suppress(ProcessLookupError):
                os.getpgid(77)
        said = {name: number(found, name) for name in ("again", "most", "gone", "left")}
    assert said == {"again": 2, "most": 6, "gone": 60, "left": 0}


def test_tail_calls(tmp_path: Path) -> None:
    text = """
PROGS = prog_array(xdp, 0 => :drop_it, 2 => :pass_it, size: 4)
$after = 0
xdp name: :drop_it, attach: false do |pkt|
  :drop
end
xdp name: :pass_it, attach: false do |pkt|
  :pass
end
xdp name: :first do |pkt|
  tail_call PROGS, pkt.size - 60
  $after += 1
  tail_call PROGS, 1
  $after += 1
  :aborted
end
"""
    with loaded(tmp_path, text) as found:
        results = [found.test_run("first", bytes(size)).retval for size in (60, 61, 62, 63, 64, 200, 59)]
        after = number(found, "after")
    assert results == [1, 0, 2, 0, 0, 0, 0]  # XDP_DROP, XDP_ABORTED, XDP_PASS of include/uapi/linux/bpf.h
    assert after == 2 * 5


def test_slots_of_histograms(tmp_path: Path) -> None:
    text = """
LOG = histogram(:log2)
LINEAR = histogram(:linear, -10..20, 4)
BY = histogram(:log2)
S = stats
PER = stats
xdp do |pkt|
  v = pkt.size - 100
  LOG << v
  LINEAR << v
  BY[pkt.size & 1] << pkt.size
  S << v
  PER[7] << v
  :pass
end
"""
    sizes = [60, 89, 90, 93, 94, 100, 101, 102, 103, 104, 117, 118, 121, 122, 300, 1400]
    with loaded(tmp_path, text) as found:
        for size in sizes:
            found.test_run("xdp", bytes(size))
        log, linear, by, stats, per = (list(found.map(name).items()) for name in ("LOG", "LINEAR", "BY", "S", "PER"))
    assert _slots(log) == _counted(map(_log2, (size - 100 for size in sizes)), 66)
    assert _slots(linear) == _counted((_linear(size - 100, -10, 4, 8) for size in sizes), 10)
    for key, cell in by:
        odd = int.from_bytes(key, "little")
        assert _words(cell) == _counted((_log2(size) for size in sizes if size & 1 == odd), 66)
    values = [size - 100 for size in sizes]
    want = (len(values), sum(values), min(values), max(values))
    for cells in (stats[0][1], per[0][1]):
        used = [_signed(cell) for cell in cells if any(cell)]
        assert len(per) == 1
        assert (sum(c[0] for c in used), sum(c[1] for c in used), min(c[2] for c in used), max(c[3] for c in used)) == want


def _log2(value: int) -> int:
    return 0 if value < 0 else 1 + value.bit_length()


def _linear(value: int, low: int, step: int, count: int) -> int:
    return 0 if value < low else min(count + 1, 1 + (value - low) // step)


def _counted(slots: object, size: int) -> list[int]:
    out = [0] * size
    for slot in slots:  # type: ignore[attr-defined]
        out[slot] += 1
    return out


def _slots(items: list[tuple[bytes, object]]) -> list[int]:
    return [sum(int.from_bytes(cpu, "little") for cpu in cell) for _, cell in items]  # type: ignore[attr-defined]


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data), 8)]


def _signed(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 8], "little", signed=True) for at in range(0, len(data), 8)]


def test_longest_prefix(tmp_path: Path) -> None:
    text = """
ROUTES = lpm_trie(:ip4 => :u32)
xdp do |pkt|
  ip = pkt.ipv4
  next :aborted unless ip
  if way = ROUTES[ip.daddr]
    next :drop if way == 8
    next :tx if way == 24
  end
  :pass
end
"""
    with loaded(tmp_path, text) as found:
        for prefix, address, way in ((8, "0a000000", 8), (24, "0a010200", 24)):
            key = prefix.to_bytes(4, "little") + bytes.fromhex(address)
            fd, value = found.map_fd("ROUTES"), way.to_bytes(4, "little")
            assert libbpf().call("bpf_map_update_elem", fd, key, value, 0) == 0
        results = [found.test_run("xdp", _packet(to)).retval for to in ("0a090909", "0a010203", "0b010203")]
    assert results == [1, 3, 2]


def _packet(to: str) -> bytes:
    ip = bytes.fromhex("4500002e000000004011000001020304" + to)
    return bytes(12) + b"\x08\x00" + ip + bytes(40)
