"""The runtime's decoders against damaged input: payloads, notes, types, records, formats, executables of processes. The fuzzer
(runtime/fuzz) makes it from tools that are built here, and runs with sanitizers.

    python -m tests.runtime.test_damaged SECONDS [FIRST]    longer; what it finds stays in build/damaged

Each finding is kept in tests/runtime/damaged, and is tried again in each run.
"""

from __future__ import annotations

import lzma
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rucy.bundle import parts_of
from tests.runtime.test_same_as_run import PROGRAM
from tests.runtime.tool import CHECKOUT, build

KEPT = Path(__file__).parent / "damaged"

#: Programs whose tools are damaged: what they declare is what there is to decode.
PROGRAMS = {
    "all": PROGRAM,
    "keys": """\
class Part
  attr :n,    :u8
  attr :list, [:i32, 5]
end
class Whole
  attr :flags, :u16
  attr :parts, [Part, 3]
  attr :name,  [:char, 20]
  attr :from,  :ip6
end
WHOLE = ringbuf Whole
HELD  = percpu_hash([:u32, :ip4, [:char, 8]] => Whole)
NETS  = lpm_trie(:ip6 => Part)
syscall "getpgid" do |who|
  printf "%5d|%-8s|%08x|%s\\n", who, comm, who, nil
  puts "a", who, comm, pid
  p who, comm
  WHOLE << Whole.new(flags: 7)
  HELD[pid, 1, comm] = Whole.new(flags: 3)
end
""",
}


def make_seeds(folder: Path) -> None:
    """Tools, their objects, an executable, and one with an object's names packed in it. No file has a dot in its name."""
    for name, text in PROGRAMS.items():
        made = build(folder, text, name=name)
        (folder / f"object_{name}").write_bytes(parts_of(made.read_bytes())["object"])
        (folder / f"{name}.rb").unlink()
    shutil.copy("/bin/true", folder / "executable")
    packed = folder / "names.xz"
    packed.write_bytes(lzma.compress((folder / "object_all").read_bytes()))
    command = ["objcopy", "--add-section", f".gnu_debugdata={packed}", "/bin/true", folder / "packed"]
    subprocess.run(command, check=True)
    packed.unlink()


def fuzz(sanitized: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sanitized / "fuzz", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", env={"PATH": os.environ["PATH"]})


def test_damaged_input(sanitized: Path, tmp_path: Path) -> None:
    """The same inputs each time, as long as the compiler makes the same tools."""
    make_seeds(tmp_path)
    done = fuzz(sanitized, tmp_path, 1, 4000, 600)
    assert done.returncode == 0, done.stderr[-20000:]
    assert done.stdout == "4000 inputs, 0 findings\n"


@pytest.mark.parametrize("path", sorted(KEPT.iterdir()), ids=lambda path: path.name)
def test_what_was_found(path: Path, sanitized: Path) -> None:
    done = fuzz(sanitized, path)
    assert (done.returncode, done.stderr) == (0, "")


def main(seconds: str, first: str = "1") -> int:
    folder = CHECKOUT / "build/damaged"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, CHECKOUT / "runtime/build.py", "--sanitize"], check=True)
    make_seeds(folder)
    return subprocess.run([CHECKOUT / "build/sanitized/fuzz", folder, first, str(1 << 60), seconds]).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
