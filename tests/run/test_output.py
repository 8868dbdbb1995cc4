"""`puts`, `print`, `p`, `printf` of the kernel half: what the kernel sends, what the IR says, and what Ruby prints are one.

The ring is read by the loader's own reader, and its records are made text by the object's own formats.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.run.harness import COMM, opened, set_comm

HEAD = """\
license! "GPL"
section! "raw_tracepoint/sys_enter"

class Context
  attr :n, :u64
  attr :m, :i64
end

def prog(ctx)
  n = ctx.n
  m = ctx.m
"""

#: For ruby alone: numbers come in as the context's fields.
ORACLE = """\
require "json"
def license!(*) = nil
def section!(*) = nil
class Module
  def attr(name, *) = attr_accessor(name)
end
def comm = COMM
"""

VALUES = [(0, 0), (3, -1), (2**64 - 1, -(2**63)), (955, 2**63 - 1), (1, 42)]

BODIES = {
    "puts": """
  puts n
  puts m, "text", "ends\\n", "", true, nil, n == 3
  puts
  puts "n is #{n}, m is #{m}.", "#{n}#{m}", "#{n == 3} #{nil}|"
  puts "ä→ü", 'a\\b', "tab\\tend"
  puts [1, 2, 3], 7
  puts :word, "and #{:another}"
""",
    "strings": """
  name = comm
  puts name, "#{name}", "<#{name}>", "#{name}#{n}"
  puts n == 3 ? "three" : "another\\n"
  puts "x\\n#{n == 3 ? "" : "rest"}"
  print name, "|", name.size, "|", name == "rucy-fuzz", "\\n"
  p name
  printf "%s|%12s|%-12s|%.3s|%p|\\n", name, name, name, name, name
""",
    "p": """
  p n, m, true, nil, "q\\"uote\\n\\e", :word, [1, 2, 3], []
  p
  x = p(m)
  puts x
  v = n > 2 ? m : nil
  p v
  w = n > 2 ? n == 3 : nil
  p w
  s = n > 2 ? "yes" : nil
  p s
  p(n > 2 ? "big" : "small")
""",
    "print": """
  print n, m, "\\n"
  print "no newline", nil, true
  print "\\n"
""",
    "printf": """
  printf "%d %5d|%-5d|%05d|%+d|% d|\\n", n, n, n, n, n, n
  printf "%d %5d|%-5d|%05d|%+d|% d|%.4d|\\n", m, m, m, m, m, m, m
  printf "%x %#x %o %#o %b %#b %X %08x %.3x|\\n", n, n, n, n, n, n, n, n, n
  printf "%x %#x %o %#o %b %#b %X %08x %.3x|\\n", m, m, m, m, m, m, m, m, m
  printf "%s %6s %-6s %p %i %u %f %.1f|\\n", n, n, n, n, n, n, n, n
  printf "100%% %s %s %p %-6s|\\n", true, nil, nil, n == 3
  printf "%c%c %3c|\\n", 65, n & 127 | 64, "x"
  printf "%3d|%-3s|%p|%x\\n", 7, "ab", "c", 255
  printf "nothing\\n"
""",
    "branches": """
  i = 0
  while i < 5
    if i == 3
      puts "three"
    else
      printf "%d;", i
    end
    i += 1
  end
  puts "done" unless n == 3
  helper(m)
  n == 1 ? puts("one") : p(n)
  puts add(n & 255, add(1, 2))
""",
    "many": """
  puts "#{n} #{m} #{n == 1} #{comm} #{m} #{n == 2} #{n} #{m} #{n} #{m} #{comm} #{n == 3} #{m == 4}"
  printf "%d %d %d %d %d %d %d %d %d\\n", n, m, n, m, n, m, n, m, n
""",
}
METHODS = """
def helper(x)
  puts "in a method: #{x}"
  p x
end

def add(a, b)
  printf "add %d %d\\n", a, b
  a + b
end
"""


def program(body: str) -> str:
    return HEAD + body + "  0\nend\n" + METHODS


def by_ruby(text: str) -> list[str]:
    calls = "".join(
        f"ctx = Context.new; ctx.n = {n}; ctx.m = {m}; $stdout = StringIO.new; prog(ctx); said << $stdout.string\n"
        for n, m in VALUES
    )
    end = f'\nrequire "stringio"\nsaid = []\n{calls}$stdout = STDOUT; puts JSON.dump(said)\n'
    source = ORACLE.replace("COMM", repr(COMM)) + text + end
    done = subprocess.run(["ruby", "-W0", "-e", source], capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def context(n: int, m: int) -> bytes:
    return struct.pack("<Qq", n, m)


def built(path: Path) -> tuple[bytes, list[str], list[str]]:
    """The object, and the text of each run on the interpreter: before and after the passes."""
    from rucy import passes, pipeline
    from rucy.ir.verify import assert_valid_module
    from rucy.lower import lower_module
    from rucy.source import Diagnostics
    from tests.run.harness import _KernelBtf

    btf, target = _KernelBtf(), pipeline.Target()
    diagnostics = Diagnostics()
    checked = pipeline.check_types(pipeline.parse(str(path), diagnostics), btf, target, diagnostics)
    module = pipeline.prove_loops(lower_module(checked), checked)
    assert_valid_module(module)
    plain = interpreted(module)
    passes.optimise(module)
    assert_valid_module(module)
    optimised = interpreted(module)
    code = pipeline.generate_code(module, target)
    return pipeline.build_object(pipeline.link_module(module, code, checked), None), plain, optimised


def interpreted(module: Any) -> list[str]:
    from rucy.ir import interp
    from rucy.loader.output import RING, Formats

    formats, said = Formats(module.notes["formats"]), []
    for values in VALUES:
        env = interp.Env()
        env.comm = COMM.encode()
        interp.run(module, "prog", [env.region("ctx", context(*values), "ctx", True)], env)
        said.append("".join(map(formats.text, env.maps[RING].listed)))
    return said


def on_kernel(data: bytes) -> list[str]:
    from rucy.loader.output import RING, Formats
    from rucy.loader.rings import Ring
    from rucy.pipeline import notes_of

    said = []
    with opened(data) as loaded:
        loaded.load()
        formats = Formats(notes_of(data)["formats"])
        with Ring(RING, loaded.map_fd(RING)) as ring:
            for values in VALUES:
                loaded.test_run("prog", ctx_in=context(*values))
                said.append("".join(map(formats.text, ring.records())))
        counters = [loaded.read_global(row["symbol"]) for row in notes_of(data)["counters"]]
        assert counters == [bytes(8)] * len(counters)
    return said


@pytest.mark.root
@pytest.mark.skipif(shutil.which("ruby") is None, reason="ruby is not installed")
@pytest.mark.parametrize("name", BODIES)
def test_one_output(tmp_path: Path, name: str) -> None:
    text = program(BODIES[name])
    (tmp_path / "out.rb").write_text(text)
    set_comm()
    wanted = by_ruby(text)
    data, plain, optimised = built(tmp_path / "out.rb")
    assert plain == wanted
    assert optimised == wanted
    assert on_kernel(data) == wanted


FILL = """\
license! "GPL"
section! "raw_tracepoint/sys_enter"
class Context
  attr :n, :u64
end
def prog(ctx)
  puts "line #{ctx.n}", comm
  p 1
  0
end
"""


@pytest.mark.root
def test_a_full_ring_drops_and_counts(tmp_path: Path) -> None:
    """Nobody reads: what fits comes out in order and whole, the rest is counted to the last one."""
    from rucy.loader.output import RING, Formats
    from rucy.loader.rings import Ring
    from rucy.pipeline import compile_file, notes_of

    (tmp_path / "fill.rb").write_text(FILL)
    data = compile_file(str(tmp_path / "fill.rb")).data
    notes = notes_of(data)
    formats, set_ = Formats(notes["formats"]), set_comm
    set_()
    runs, record = 8000, 8 + 32 + 8 + 8  # two records with their headers: format, number and name; format alone
    with opened(data) as loaded:
        loaded.load()
        with Ring(RING, loaded.map_fd(RING)) as ring:
            for number in range(runs):
                loaded.test_run("prog", ctx_in=struct.pack("<Q", number))
            said: list[str] = []
            while records := ring.records():
                said += map(formats.text, records)
        dropped = sum(int.from_bytes(loaded.read_global(row["symbol"]), "little") for row in notes["counters"])
    assert {row["kind"] for row in notes["counters"]} == {"output"}
    assert len(said) + dropped == 2 * runs
    assert dropped > 2 * (runs - 256 * 1024 // record) - 4
    lines = [line for line in said if line != "1\n"]
    assert lines == [f"line {number}\n{COMM}\n" for number in range(len(lines))]


FLOWS = """\
license! "GPL"
class Flow
  attr :n,    :u16
  attr :mac,  :mac
  attr :from, :ip6
  attr :v4,   :ip4
  attr :name, [:char, 12]
  attr :ok,   :bool

  def show
    puts "flow #{n} from #{from}"
  end
end

FLOWS = hash(:u32 => Flow)
SEEN  = hash(:u32 => :u64)
section! "raw_tracepoint/sys_enter"
class Context
  attr :n, :u64
end
def prog(ctx)
  if f = FLOWS[3]
    puts f.mac, f.from, f.n, f.ok, f.name, f.v4
    printf "%-12s|%p\\n", f.v4, f.v4
    puts "v4 #{f.v4}"
    printf "%-20s|%-12s|%s\\n", f.mac, f.from, f.name
    p f.name, SEEN[3], SEEN[4]
    f.show
    f.name = comm
    f.n = f.n + ctx.n
    puts "#{f.name} #{f.n}"
  end
  0
end
"""


@pytest.mark.root
def test_what_lies_in_maps(tmp_path: Path) -> None:
    from rucy.loader.libbpf import libbpf
    from rucy.loader.output import RING, Formats
    from rucy.loader.rings import Ring
    from rucy.pipeline import compile_file, notes_of

    (tmp_path / "flows.rb").write_text(FLOWS)
    data = compile_file(str(tmp_path / "flows.rb")).data
    set_comm()
    with opened(data) as loaded:
        loaded.load()
        flow = struct.pack(
            "<H6s16s4s12sB3x", 65535, bytes.fromhex("0200abcdef01"), bytes(15) + b"\1", b"\xc0\0\2\7", b"eth0\xc3\xa4", 1
        )
        assert libbpf().call("bpf_map_update_elem", loaded.map_fd("FLOWS"), struct.pack("<I", 3), flow, 0) == 0
        seen = struct.pack("<I", 3), struct.pack("<Q", 2**64 - 1)
        assert libbpf().call("bpf_map_update_elem", loaded.map_fd("SEEN"), *seen, 0) == 0
        with Ring(RING, loaded.map_fd(RING)) as ring:
            loaded.test_run("prog", ctx_in=struct.pack("<Q", 2))
            said = "".join(map(Formats(notes_of(data)["formats"]).text, ring.records()))
    assert said.splitlines() == [
        *("02:00:ab:cd:ef:01", "::1", "65535", "true", "eth0ä", "192.0.2.7"),
        '192.0.2.7   |"192.0.2.7"',
        "v4 192.0.2.7",
        "02:00:ab:cd:ef:01   |::1         |eth0ä",
        *('"eth0ä"', str(2**64 - 1), "nil"),
        "flow 65535 from ::1",
        f"{COMM} 1",
    ]
