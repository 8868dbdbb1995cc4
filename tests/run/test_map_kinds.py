"""Maps that the interpreter has no model of, in the kernel: storage of tasks, arrays of programs, histograms, prefixes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rucy.cli.loading import open_tool
from rucy.loader.files import ObjectFile
from rucy.loader.libbpf import libbpf
from rucy.loader.objects import Loaded
from rucy.pipeline import compile_file, notes_of
from tests.run.map_kinds import KINDS, Kind, load

pytestmark = pytest.mark.root


@contextmanager
def loaded(folder: Path, text: str) -> Iterator[Loaded]:
    """A program, compiled and loaded; what attaches by its target alone is attached."""
    path = folder / "program.rb"
    path.write_text('license "GPL"\n' + text)
    data = compile_file(str(path)).data
    notes = notes_of(data)
    with open_tool(ObjectFile("program", data, notes["probes"], False, notes)) as found:
        found.load()
        for probe in notes["probes"]:
            if probe["link"] == "tracepoint":
                found.attach(probe["name"], "tracepoint", probe["target"])
        yield found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.lab], ids=lambda kind: kind.name)
def test_kind(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "program.rb"
    path.write_text('license "GPL"' + kind.text)
    data = compile_file(str(path)).data
    load(kind, data, notes_of(data))


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


def test_sizes_from_options(tmp_path: Path) -> None:
    """Given, by default, and not given at all; a ring gets what the kernel takes."""
    from rucy.loader.errors import LoadError
    from rucy.loader.options import set_option, set_sizes

    path = tmp_path / "sized.rb"
    path.write_text("""license "GPL"
class Event
  attr :n, :u64
end
SIZE = option :entries, :u32, default: 8
ROOM = option :room, :i64
SEEN = hash(:u64 => :u64, size: SIZE)
SLOTS = array(:u64, SIZE)
EVENTS = ringbuf Event, size: ROOM
OTHER = hash(:u64 => :u64, size: ROOM)
$in = 0
raw_tracepoint "sys_enter" do |regs, id|
  SEEN[id] = id
  SLOTS[id] = id
  SLOTS[3] += 1
  $in = SLOTS[id] || 77
  EVENTS << Event.new(n: id)
  OTHER[id] = 1
end
""")
    data = compile_file(str(path)).data
    notes = notes_of(data)
    rows = {row["name"]: row for row in notes["options"]}

    def sizes(**given: str) -> tuple[list[int], list[int]]:
        with open_tool(ObjectFile("sized", data, notes["probes"], False, notes)) as found:
            for name, text in given.items():
                set_option(found, rows[name], text)
            set_sizes(found, notes)
            found.load()
            inside = []
            for number_ in (5, 20, 200):
                found.test_run("raw_tracepoint_sys_enter", ctx_in=bytes(8) + number_.to_bytes(8, "little"))
                inside.append(number(found, "in"))
            return [found.map(name).max_entries for name in ("SEEN", "SLOTS", "EVENTS", "OTHER")], inside

    assert sizes() == ([8, 8, 256 * 1024, 10_240], [5, 77, 77])
    assert sizes(entries="100", room="5000") == ([100, 100, 8192, 5000], [5, 20, 77])
    assert sizes(entries="2")[1] == [77, 77, 77]
    for text in ("0", "-1", str(1 << 40)):
        with pytest.raises(LoadError, match="a map cannot have"):
            sizes(room=text)


@pytest.fixture
def bpf_file_system() -> Iterator[Path]:
    """/sys/fs/bpf, mounted if it was not."""
    place = Path("/sys/fs/bpf")
    mounted = any(line.split()[1:3] == [str(place), "bpf"] for line in Path("/proc/mounts").read_text().splitlines())
    if not mounted:
        subprocess.run(["mount", "-t", "bpf", "bpf", place], check=True)
    yield place
    if not mounted:
        subprocess.run(["umount", place], check=True)


def test_a_pinned_map_of_another_shape(tmp_path: Path, bpf_file_system: Path) -> None:
    """The second tool of that shape finds what the first has left; one of another shape is told what is there."""
    from rucy.loader.errors import LoadError

    name = f"rucy_test_{os.getpid()}"
    text = 'KEPT = hash(:u32 => :u64, size: %d, pin: "%s")\nraw_tracepoint "sys_enter" do |regs, id|\n  KEPT[id] = 7\nend\n'
    try:
        with loaded(tmp_path, text % (16, name)) as found:
            found.test_run("raw_tracepoint_sys_enter", ctx_in=bytes(8) + (3).to_bytes(8, "little"))
        with loaded(tmp_path, text % (16, name)) as found:
            assert found.map("KEPT").get((3).to_bytes(4, "little")) == (7).to_bytes(8, "little")
        with pytest.raises(LoadError) as refused, loaded(tmp_path, text % (17, name)):
            pass
    finally:
        (bpf_file_system / name).unlink(missing_ok=True)
    assert "is of another shape (it is of kind `hash`: keys of 4 bytes, values of 8, 16 entries)" in str(refused.value)


SHOWN = """
A = array(:u64, 8)
BY = array_of_maps(array(:u64, 8), 4, 1 => A)
HASHES = hash_of_maps([:u32, [:char, 4]] => hash(:u32 => :u64, size: 8), size: 4)
ROUTES = lpm_trie(:ip4 => :u32)
STACKS = stack_traces
OUT = devmap(8)
FAR = devmap_hash("struct bpf_devmap_val", 8)
tracepoint "syscalls:sys_enter_getpgid" do |e|
  if a = BY[1]
    a[3] += 5
  end
  ROUTES[htonl(0x0a000001)] = 3
  kstack(STACKS)
  OUT[1]
  FAR[1]
  HASHES.key?(3, "abc")
end
"""


def test_what_is_shown_of_each_kind(tmp_path: Path) -> None:
    """Slots by the names of what is there, nameless maps by what is in them, prefixes, devices; as text and as JSON."""
    import ctypes

    from rucy.loader.decode import Decoder
    from rucy.loader.show import map_lines
    from rucy.loader.show_inner import map_id, outer_lines
    from tests.run.map_kinds import put

    with loaded(tmp_path, SHOWN) as found:
        decoder = Decoder.of_object(found._data)
        assert decoder is not None
        types = decoder.map_types()
        with suppress(ProcessLookupError):
            os.getpgid(77)
        own = libbpf().call("bpf_map_create", 1, b"inner", 4, 8, 8, None)  # BPF_MAP_TYPE_HASH
        assert own >= 0, os.strerror(ctypes.get_errno())
        assert libbpf().call("bpf_map_update_elem", own, bytes([7, 0, 0, 0]), bytes([9]) + bytes(7), 0) == 0
        put(found, "HASHES", bytes([3, 0, 0, 0]) + b"ab\0\0", own)
        put(found, "OUT", 3, 1)
        put(found, "FAR", 700, bytes([1, 0, 0, 0]) + b"\xff" * 4)
        os.close(own)
        named = {map_id(found.map_fd(name)): name for name in types}

        def lines(name: str, as_json: bool = False) -> list[str]:
            if types[name].inner is not None:
                return outer_lines(found.map(name), types[name], decoder, named, as_json)
            return map_lines(found.map(name), types[name], decoder, "", as_json)

        assert lines("BY") == ["BY:", "  1  A"]
        assert lines("BY", True) == ['{"map": "BY", "entries": [{"key": 1, "map": "A"}]}']
        assert lines("HASHES") == ["HASHES[3, ab]:", "  7  9"]
        assert lines("HASHES", True) == [
            '{"map": "HASHES", "entries": [{"key": [3, "ab"], "entries": [{"key": 7, "value": 9}]}]}'
        ]
        assert lines("ROUTES") == ["ROUTES:", "  10.0.0.1/32  3"]
        assert lines("OUT") == ["OUT:", "  3  1"]
        assert lines("FAR")[1].startswith("  700  ifindex=1 ")
        assert lines("STACKS")[0] == "STACKS:"
        assert ", 0x0" not in lines("STACKS")[1]
