"""Strings that a helper fills: what stands behind their NUL differs between kernels, what they equal must not."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.vm.guest import Env
from tests.vm.kernels import HOST

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

_DIRECTORIES = """\
license "GPL"
SHORT = hash([:char, 200] => :u64, default: 0)
LONG  = hash([:char, 400] => :u64, default: 0)
syscall "chdir" do |path|
  short, long = ustr(path, 200), ustr(path, 400)
  SHORT[short] += 1
  LONG[long] += 1
  printk "%d %d %d", pid, SHORT[short], LONG[long]
end
"""


def _prepare(out: Path, name: str, text: str) -> None:
    from rucy.pipeline import compile_file

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{name}.rb"
        source.write_text(text)
        (out / f"{name}.o").write_bytes(compile_file(str(source)).data)


def prepare_comm(out: Path) -> None:
    _prepare(out, "comm", _SOURCE)


def prepare_zeros(out: Path) -> None:
    _prepare(out, "zeros", _DIRECTORIES)


def case_comm(env: Env) -> None:
    def happen() -> None:
        for name in ("longer-name-x", "cat"):  # the longer one leaves its end on the stack
            Path("/proc/self/comm").write_text(name)
            os.getppid()

    me = os.getpid()
    assert _said(env, "comm", happen) == [f"{me} is longer", f"{me} is cat", f"{me} is cat again"]


def case_zeros(env: Env) -> None:
    """What a helper clears, in the frame and in scratch, is clear: the keys of one text are one key, whatever was there."""

    def happen() -> None:
        for name in ("/none", "/" + "long" * 49, "/none"):
            with contextlib.suppress(OSError):
                os.chdir(name)

    me = os.getpid()
    assert _said(env, "zeros", happen) == [f"{me} 1 1", f"{me} 1 1", f"{me} 2 2"]


def _said(env: Env, name: str, happen: Callable[[], object]) -> list[str]:
    """The lines that a program prints of this process while something happens."""
    command = ["env", "--default-signal=INT", sys.executable, "-m", "rucy", "run", f"{env.out}/{name}.o"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said = ""
        while "attached" not in said:
            line = child.stderr.readline()
            assert line, said
            said += line
        happen()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return [line for line in out.splitlines() if line.startswith(f"{os.getpid()} ")]


_PATHS = """\
license "GPL"
fentry "filp_close" do |file|
  next unless file && comm == "rucy-paths"
  path = d_path(file.f_path, 512)
  next unless path.end_with?("the-file")
  puts "#{current_task.real_parent.tgid} #{path} #{path.size} #{d_path(file.f_path).size}"
end
"""


def prepare_paths(out: Path) -> None:
    from rucy.pipeline import compile_file

    source = out / "paths.rb"
    source.write_text(_PATHS)
    (out / "paths.o").write_bytes(compile_file(str(source)).data)


def case_paths(env: Env) -> None:
    """A path of more bytes than `d_path` has room for when it is not told: then it gives nothing."""
    if env.kernel == HOST:  # it has no trampolines
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, *(letter * 40 for letter in "abcdef"), "the-file")
        file.parent.mkdir(parents=True)
        # It ends with the file open: newer kernels close by filp_close only then.
        opens = "import os, sys; open('/proc/self/comm', 'w').write('rucy-paths'); os.open(sys.argv[1], os.O_CREAT)"
        lines = _said(env, "paths", lambda: subprocess.run([sys.executable, "-c", opens, str(file)], check=True))
    assert lines == [f"{os.getpid()} {file} {len(str(file))} 0"], lines
