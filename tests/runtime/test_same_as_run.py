"""What a tool without a user half prints is what `rucy run` of its object prints: the loader in Python and the runtime decode
by the same rules. Both are attached at once, to the same calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.tool import CHECKOUT, ask, attached, build, running

pytestmark = pytest.mark.root

PROGRAM = """\
class Part
  attr :low,  :i16
  attr :list, [:u16, 3]
end

class Wide
  attr :a, :u8
  attr :b, :i8
  attr :c, :u16
  attr :d, :i32
  attr :e, :u64
  attr :f, :i64
  attr :yes, :bool
  attr :text, [:char, 12]
  attr :part, Part
  attr :four, :ip4
  attr :mac, :mac
  attr :six, :ip6
  attr :error, :errno
  attr :where, :ksym
end

WIDE   = ringbuf Wide
PERF   = perf_buffer Part
PLAIN  = hash(:u64 => :i64)
KEYED  = hash([:u32, [:char, 16]] => Part)
TEXTS  = hash([:char, 16] => [:char, 16])
ROWS   = array(:u32, 8)
PARTS  = array(Part, 3)
EACH   = percpu_hash(:u32 => :u64, default: 0)
LOG2   = histogram(:log2)
LINEAR = histogram(:linear, 0..100, 10)
KEYS   = histogram(:log2)
SUMS   = stats
BYKEY  = stats
QUEUE  = queue(:u64, size: 8)
NONE   = hash(:u32 => :u32)
DAY    = array(:u64, 4)
NIGHT  = array(:u64, 4)
HOURS  = array_of_maps(array(:u64, 4), 0 => DAY, 1 => NIGHT)
USERS  = hash_of_maps(:u32 => hash(:u32 => :u64, size: 10, default: 0))
NETS   = lpm_trie(:ip4 => :u32)

syscall "getpgid" do |who|
  next if pid != ME
  part = Part.new(low: 0 - 5, list: [1, 2, 65535])
  WIDE << Wide.new(a: 255, b: -1, c: who, d: 0 - who, e: 18446744073709551615, f: -9, yes: true, text: "a \\"b\\" é", part: part,
                   four: 0x7f000001, error: 2, where: 0)
  PERF << part
  PLAIN[who] = 0 - who
  KEYED[who, "key one"] = part
  TEXTS["plain"] = "two words"
  TEXTS["x=y"] = "#"
  ROWS[2] = who
  PARTS[1] = part
  EACH[who] += 3
  LOG2 << who
  LINEAR << who
  LINEAR << who * 40
  KEYS[comm] << who
  SUMS << 0 - who
  BYKEY[who] << who
  QUEUE.push(who)
  HOURS[who & 1][2] += who
  printf "%d %5s|%-6s|%x %c %p\\n", who, "ab", true, who, 233, nil
  puts "line", who, true
end
"""


def of_maps(said: str) -> list[str]:
    return [line for line in said.splitlines() if "map" in line or ":" in line[:9] and not line.startswith("{")]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_same_is_printed(tmp_path: Path, options: tuple[str, ...]) -> None:
    tool = build(tmp_path, PROGRAM)
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT / "src")}
    made = str(tmp_path / "same.o")
    subprocess.run([sys.executable, "-m", "rucy", "extract", str(tool), "--object", made], check=True, env=environment)
    command = ["env", "--default-signal=INT", sys.executable, "-m", "rucy", "run", made, *options]
    with running(tool, *options) as process:
        attached(process)
        other = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        assert other.stderr is not None
        for line in other.stderr:
            if "attached" in line:
                break
        ask([3, 70, 3])
        process.terminate()
        other.terminate()
        mine, theirs = process.communicate(timeout=30)[0], other.communicate(timeout=30)[0]
    assert sorted(mine.splitlines()) == sorted(theirs.splitlines())  # rings that are read in turn may come in another order
    assert of_maps(mine) == of_maps(theirs)
    assert len(mine.splitlines()) > 20
