"""`puts` and its relatives on each kernel: the programs of tests/run/test_output.py print what Ruby prints, and what a probe
reads is what happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.vm.guest import Env, options

_OPENING = """\
license "GPL"
kprobe "do_sys_openat2" do |dfd, name|
  next unless comm == "rucy-fuzz"
  path = ustr(name, 128)
  next unless path == "/proc/self/status" || path == "/proc/self/maps"
  printf "%-6d %-16s %s %p\\n", tid, comm, path, dfd
  puts ustr(name, 128), "fd #{dfd} of #{comm}"
end
"""


def prepare_output(out: Path) -> None:
    from rucy.pipeline import compile_file
    from tests.run.harness import set_comm
    from tests.run.test_output import BODIES, by_ruby, program

    set_comm()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "body.rb"
        for name, body in BODIES.items():
            source.write_text(program(body))
            (out / f"{name}.o").write_bytes(compile_file(str(source)).data)
            (out / f"{name}.json").write_text(json.dumps(by_ruby(program(body))))


@options(timeout=180.0)
def case_output(env: Env) -> None:
    from tests.run.harness import set_comm
    from tests.run.test_output import on_kernel

    set_comm()
    for path in sorted(Path(env.out).glob("*.o")):
        assert on_kernel(path.read_bytes()) == json.loads(path.with_suffix(".json").read_text()), path.name


def prepare_opening(out: Path) -> None:
    from rucy.pipeline import compile_file

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "opening.rb"
        source.write_text(_OPENING)
        (out / "opening.o").write_bytes(compile_file(str(source)).data)


@options(timeout=180.0, kernels=("5.10", "6.1", "6.12", "6.18", "newest"))
def case_opening(env: Env) -> None:
    from tests.run.harness import set_comm

    set_comm()
    command = ["env", "--default-signal=INT", sys.executable, "-m", "rucy", "run", f"{env.out}/opening.o"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said = ""
        while "attached" not in said:
            line = child.stderr.readline()
            assert line, said
            said += line
        for name in ("status", "maps"):
            os.close(os.open(f"/proc/self/{name}", os.O_RDONLY))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (0, "")
    me = os.getpid()
    assert out.splitlines() == [
        line
        for name in ("status", "maps")
        for line in (f"{me:<6d} rucy-fuzz        /proc/self/{name} -100", f"/proc/self/{name}", "fd -100 of rucy-fuzz")
    ]
