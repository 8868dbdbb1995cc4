"""The wheel, installed on a machine that has Python and nothing else: in a chroot without compilers, Ruby or libbpf."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from dev.wheel import make

pytestmark = pytest.mark.root

ROOT = Path(__file__).parents[2]

TOOL = """\
license "GPL"
CALLS = hash(:u32 => :u64, default: 0)
raw_tracepoint "sys_enter", name: :wheel_calls do |regs, id|
  CALLS[tid] += 1
end
sleep 0.3
puts CALLS.any? ? "there were calls" : "nothing happened"
"""

#: In a mount namespace of its own, which ends with it. The folders are those of Python and of the C library.
SCRIPT = """\
set -eu
cd "$1"
mkdir -p usr/bin usr/lib usr/share proc sys dev tmp home
for place in lib lib64; do ln -sfn usr/$place $place; done
mkdir -p usr/lib64
mount --bind /usr/lib usr/lib
[ ! -d /usr/lib64 ] || mount --bind /usr/lib64 usr/lib64
for place in /usr/lib/gcc /usr/lib/llvm-* /usr/lib/ruby /usr/lib/x86_64-linux-gnu/ruby; do
    [ ! -d $place ] || mount -t tmpfs none "$1$place"
done
for library in usr/lib/*/libbpf.so*; do mount --bind /dev/null $library; done
cp "$(readlink -f /usr/bin/python3)" usr/bin/python3
mkdir -p usr/share/python-wheels
[ ! -d /usr/share/python-wheels ] || mount --bind /usr/share/python-wheels usr/share/python-wheels
mount --rbind /proc proc
mount --rbind /sys sys
mount --rbind /dev dev
shift
exec env -i PATH=/env/bin:/usr/bin HOME=/home LC_ALL=C.UTF-8 /usr/sbin/chroot . "$@"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chroot's folder, with the wheel installed into /env."""
    for words in ([platform.machine()], ["--libbpf", platform.machine()]):
        subprocess.run([sys.executable, str(ROOT / "runtime/build.py"), *words], check=True)
    root = tmp_path_factory.mktemp("chroot")
    wheels = root / "wheels"
    wheels.mkdir()
    made = make(wheels)
    assert made.stat().st_size < 8e6
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", str(wheels)]
    subprocess.run([*pip, "--only-binary=:all:", str(made)], check=True)
    done = inside(root, "/usr/bin/python3", "-m", "venv", "/env")
    assert done.returncode == 0, done.stdout + done.stderr
    done = inside(root, "/env/bin/pip", "install", "--quiet", "--no-index", "--find-links", "/wheels", "rucy")
    assert done.returncode == 0, done.stdout + done.stderr
    (root / "tool.rb").write_text(TOOL)
    return root


def inside(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_there_is_no_compiler(installed: Path) -> None:
    for name in ("cc", "gcc", "clang", "ruby", "mruby", "bpftool"):
        look = f"import shutil, sys; sys.exit(shutil.which('{name}') is not None)"
        assert inside(installed, "/usr/bin/python3", "-c", look).returncode == 0
    assert inside(installed, "/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL('libbpf.so.1')").returncode == 1


@pytest.mark.parametrize(
    "words, says",
    [
        (("check", "/tool.rb"), "/tool.rb: ok\n"),
        (("dump", "/tool.rb", "--emit=asm"), "wheel_calls: "),
        (("verify", "/tool.rb"), "wheel_calls"),
        (("run", "/tool.rb"), "there were calls\n"),
    ],
)
def test_commands(installed: Path, words: tuple[str, ...], says: str) -> None:
    done = inside(installed, "rucy", *words)
    assert done.returncode == 0 and says in done.stdout, done.stdout + done.stderr


def test_an_object_is_written_and_run(installed: Path) -> None:
    assert inside(installed, "rucy", "object", "/tool.rb", "-o", "/tool.o").returncode == 0
    done = inside(installed, "rucy", "run", "/tool.o", "--duration", "0.3")
    assert done.returncode == 0 and done.stdout.startswith("CALLS:\n"), done.stdout + done.stderr


def test_a_tool_is_built_and_runs(installed: Path) -> None:
    done = inside(installed, "rucy", "build", "/tool.rb", "-o", "/tool")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    alone = subprocess.run([installed / "tool"], env={}, capture_output=True, text=True, timeout=60)
    assert (alone.returncode, alone.stdout, alone.stderr) == (0, "there were calls\n", "")


def test_from_python(installed: Path) -> None:
    lines = ["import rucy, time", "with rucy.load('/tool.rb') as tool, tool.attach():", "    time.sleep(0.2)"]
    (installed / "tool.py").write_text("\n".join([*lines, "    print(len(tool.CALLS) > 0)"]))
    done = inside(installed, "/env/bin/python", "/tool.py")
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    assert os.path.exists(installed / "env/bin/rucy")
