"""Strings that a helper fills: what stands behind their NUL differs between kernels, what they equal must not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.vm.guest import Env

_SOURCE = """\
license "GPL"
syscall "getppid" do
  printk "%d is cat", pid if comm == "cat"
  case comm
  when "longer-name-x" then printk "%d is longer", pid
  when "cat" then printk "%d is cat again", pid
  end
end
"""


def prepare_comm(out: Path) -> None:
    from rucy.pipeline import compile_file

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "comm.rb"
        source.write_text(_SOURCE)
        (out / "comm.o").write_bytes(compile_file(str(source)).data)


def case_comm(env: Env) -> None:
    command = ["env", "--default-signal=INT", sys.executable, "-m", "rucy", "run", f"{env.out}/comm.o"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said = ""
        while "attached" not in said:
            line = child.stderr.readline()
            assert line, said
            said += line
        for name in ("longer-name-x", "cat"):  # the longer one leaves its end on the stack
            Path("/proc/self/comm").write_text(name)
            os.getppid()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    me = os.getpid()
    assert [line for line in out.splitlines() if line.startswith(f"{me} ")] == [
        f"{me} is longer",
        f"{me} is cat",
        f"{me} is cat again",
    ]
