"""`$globals` that hold text and truth: the kernel, the interpreter and Ruby agree."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.run.harness import COMM, opened, set_comm

PROGRAM = """\
license! "GPL"
section! "raw_tracepoint/sys_enter"

class Context
  attr :n, :u64
end

$who = "rucy-fuzz"
$last = ""
$seen = "first"
$on = true
$off = false
$same = 0
$size = 0

def prog(ctx)
  n = ctx.n
  $same = 1 if comm == $who
  $on = n != 3
  before = $seen
  $last = comm
  $last = "a text that is longer than the name" if n == 1
  $size = $last.size
  $seen = n == 2 ? "" : $last
  $off = before == "first" && $seen.start_with?("ru")
  $who = before if n > 2
  return 0
end
"""

ORACLE = f"""\
require "json"
def license!(*) = nil
def section!(*) = nil
class Module
  def attr(name, *) = attr_accessor(name)
end
def comm = {COMM!r}
eval File.read(ARGV[0])
ctx = Context.new
ctx.n = ARGV[1].to_i
prog(ctx)
puts JSON.generate([$who, $last, $seen, $on, $off, $same, $size])
"""

READS = ("who", "last", "seen", "on", "off", "same", "size")


def _value(name: str, data: bytes) -> Any:
    if name in ("who", "last", "seen"):
        text, _, rest = data.partition(b"\0")
        assert not rest.strip(b"\0"), (name, data)  # zero from the first NUL on
        return text.decode()
    return bool(data[0]) if name in ("on", "off") else int.from_bytes(data, "little")


def _interpreted(path: Path, stage: str, n: int) -> list[Any]:
    from rucy import pipeline
    from rucy.ir import interp
    from rucy.source import Diagnostics

    stages = pipeline.stages(str(path), pipeline.Options(), Diagnostics())
    module = next(made for name, made in stages if name == stage)
    env = interp.Env()
    env.comm = COMM.encode()
    result = interp.run(module, "prog", [env.region("ctx", n.to_bytes(8, "little"), "ctx", True)], env)
    return [_value(name, result.memory[name]) for name in READS]


@pytest.mark.root
def test_three_agree(tmp_path: Path) -> None:
    from rucy.pipeline import compile_file

    if shutil.which("ruby") is None:
        pytest.skip("no ruby")
    path = tmp_path / "program.rb"
    path.write_text(PROGRAM)
    (tmp_path / "oracle.rb").write_text(ORACLE)
    data = compile_file(str(path)).data
    set_comm()
    for n in range(5):
        command = ["ruby", "-W0", str(tmp_path / "oracle.rb"), str(path), str(n)]
        want = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert _interpreted(path, "ir", n) == want, n
        assert _interpreted(path, "opt", n) == want, n
        with opened(data) as loaded:
            loaded.load()
            loaded.test_run("prog", ctx_in=n.to_bytes(8, "little"))
            assert [_value(name, loaded.read_global(name)) for name in READS] == want, n
