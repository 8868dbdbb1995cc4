"""Maps in programs of other kinds, maps that hold more than Ruby's model has, and what other readers say of them."""

from __future__ import annotations

import ctypes
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rucy.ir.verify import assert_valid_module
from rucy.loader.decode import Decoder
from rucy.loader.libbpf import libbpf
from rucy.loader.rings import PerfRing
from tests.run.harness import opened
from tests.run.map_programs import HOOKS, program
from tests.run.mapping import build

PREFIXES = """\
license "GPL"
class Event
  attr :addr, :ip4
  attr :n, :u64
  attr :port, :u16
end
BLOCKED = lpm_trie(:ip4 => :u32, size: 10)
OUT = perf_buffer Event
$hit = 0
$none = 0
raw_tracepoint "sys_enter" do |regs, id|
  addr = htonl(id)
  if v = BLOCKED[addr]
    $hit += v
    OUT << Event.new(addr: addr, n: v)
  else
    $none += 1
  end
end
"""

SHOWN = """\
license "GPL"
class Point
  attr :x, :i16
  attr :name, [:char, 6]
  attr :near, [:u8, 3]
end
class Event
  attr :pid, :u32
  attr :at, Point
  attr :from, :ip4
end
POINTS = hash([:u8, [:char, 4]] => Point)
EVENTS = ringbuf Event
raw_tracepoint "sys_enter" do |regs, id|
  POINTS[id, "ab"] = Point.new(x: -id, name: "point")
  EVENTS << Event.new(pid: 1)
end
"""


def compiled(folder: Path, text: str) -> bytes:
    from rucy.pipeline import compile_file

    path = folder / "program.rb"
    path.write_text(text)
    return compile_file(str(path)).data


def test_the_ir_is_valid(tmp_path: Path) -> None:
    from rucy import passes, pipeline
    from rucy.lower import lower_module
    from rucy.source import Diagnostics
    from tests.run.harness import _KernelBtf

    path = tmp_path / "program.rb"
    path.write_text(program("xdp"))
    said = Diagnostics()
    checked = pipeline.check_types(pipeline.parse(str(path), said), _KernelBtf(), pipeline.Target(), said)
    module = lower_module(checked)
    assert_valid_module(module)
    for each in passes.ORDER:
        for fn in module.functions:
            each(fn)
        assert_valid_module(module)


@pytest.mark.root
@pytest.mark.parametrize("hook", HOOKS)
def test_loads(hook: str, tmp_path: Path) -> None:
    with opened(compiled(tmp_path, program(hook))) as loaded:
        if hook in ("tp_btf",):
            from rucy.pipeline import describe_probes

            (probe,) = describe_probes(compiled(tmp_path, program(hook)))
            target = {str(probe["name"]): (probe["prog_type"], probe["attach_type"], probe["target"])}
            loaded.set_program_types(target)
        loaded.load()


def put(loaded: Any, name: str, key: bytes, value: bytes) -> None:
    assert libbpf().call("bpf_map_update_elem", loaded.map_fd(name), key, value, ctypes.c_ulonglong(0)) == 0


@pytest.mark.root
def test_prefixes_and_perf_buffers(tmp_path: Path) -> None:
    data = compiled(tmp_path, PREFIXES)
    decoder = Decoder.of_object(data)
    assert decoder is not None
    with opened(data) as loaded:
        loaded.load()
        for length, address, value in ((8, (10, 0, 0, 0), 1), (16, (10, 1, 0, 0), 2), (32, (10, 1, 2, 3), 4)):
            put(loaded, "BLOCKED", length.to_bytes(4, "little") + bytes(address), value.to_bytes(4, "little"))
        ring = PerfRing("OUT", loaded.map_fd("OUT"))
        name = loaded.programs[0].name
        for address in ((10, 9, 9, 9), (10, 1, 9, 9), (10, 1, 2, 3), (11, 0, 0, 1)):
            loaded.test_run(name, ctx_in=bytes(8) + bytes(address)[::-1] + bytes(4))
        globals_ = {name: int.from_bytes(loaded.read_global(name), "little") for name in ("hit", "none", "__rucy_record_OUT")}
        assert globals_ == {"hit": 7, "none": 1, "__rucy_record_OUT": 0}
        record = decoder.map_types()["OUT"].record
        assert record is not None
        said = sorted((decoder.decode(record, data) for data in ring.records()), key=str)
        ring.close()
    assert said == [
        {"addr": "10.1.2.3", "n": 4, "port": 0}, {"addr": "10.1.9.9", "n": 2, "port": 0}, {"addr": "10.9.9.9", "n": 1, "port": 0}
    ]  # fmt: skip


DROPPING = """\
license "GPL"
class Event
  attr :n, :u64
  attr :text, [:char, 30]
end
EVENTS = ringbuf Event, size: 4096
$sent = 0
raw_tracepoint "sys_enter" do |regs, id|
  $sent += 1 if EVENTS << Event.new(n: id)
  e = Event.new(n: id, text: "copied")
  $sent += 1 if EVENTS << e
  $sent += 1 if EVENTS.reserve { |r| r.n = id }
end
"""


@pytest.mark.root
def test_dropped_records_are_counted(tmp_path: Path) -> None:
    """Nobody reads: the ring fills up, and every record that is not in it is counted; the interpreter says the same."""
    from rucy.loader.rings import Ring

    path = tmp_path / "program.rb"
    path.write_text("# runs: " + " ".join(map(str, range(40))) + "\n" + DROPPING)
    built = build(path)
    with opened(built.data) as loaded:
        loaded.load()
        for number in built.runs:
            loaded.test_run(loaded.programs[0].name, ctx_in=bytes(8) + number.to_bytes(8, "little"))
        said = {name: int.from_bytes(loaded.read_global(name), "little") for name in loaded.globals}
        with Ring("EVENTS", loaded.map_fd("EVENTS")) as ring:
            kept = 0
            while records := ring.records():
                kept += len(records)
    assert said == {"sent": kept, "__rucy_record_EVENTS": 120 - kept} and 0 < kept < 120
    for model in (built.plain, built.optimised):
        assert model["globals"][-1] == said and len(model["maps"]["EVENTS"]) == kept


@pytest.mark.root
def test_other_readers(tmp_path: Path) -> None:
    """bpftool shows keys and values by the types that the object says."""
    data = compiled(tmp_path, SHOWN)
    (tmp_path / "program.o").write_bytes(data)
    types = subprocess.run(
        ["bpftool", "btf", "dump", "file", str(tmp_path / "program.o"), "format", "c"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for line in ("struct Point {", "\tchar name[6];", "\tip4 from;", "struct POINTS_key {", "typedef unsigned int ip4;"):
        assert line in types, types
    with opened(data) as loaded:
        loaded.load()
        loaded.test_run(loaded.programs[0].name, ctx_in=bytes(8) + b"\x05" + bytes(7))
        info = Path(f"/proc/self/fdinfo/{loaded.map_fd('POINTS')}").read_text()
        number = next(line.split()[1] for line in info.splitlines() if line.startswith("map_id"))
        said = json.loads(
            subprocess.run(["bpftool", "-j", "map", "dump", "id", number], check=True, capture_output=True).stdout
        )  # fmt: skip
    (element,) = said
    shown = element["formatted"]
    assert shown["key"]["k0"] == 5
    assert shown["value"]["x"] == -5 and shown["value"]["near"] == [0, 0, 0]
    assert bytes(int(byte, 16) for byte in element["key"]) == b"\x05ab\0\0"
