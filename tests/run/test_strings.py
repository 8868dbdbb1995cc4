"""Strings on the kernel, against Python's own: `comm` of this process, which the test sets, in a program run by test_run."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rucy.loader.objects import Loaded
from rucy.pipeline import compile_file, probes_of

NAMES = ("a", "rucy", "rucyt", "rucytest", "rucytes", "sevenn7", "eight_8_", "nine__9_9", "rucytestrucytest", "Rucytest", "tse")

PROGRAM = """\
license "GPL"
$size = 0
$equal = 0
$starts = 0
$ends = 0
$third = 0
$at = 0
$last = 0
$chosen = 0
$short = 0
$kept = 0
$none = 0
$same = 0

def unless_six(size)
  return nil if size == 6 || size == 7
  comm
end

raw_tracepoint "sys_enter" do |regs, id|
  c = comm
  $size = c.size
  $equal = c == "rucytest" ? 1 : 0
  $starts = (c.start_with?("rucyt") ? 1 : 0) + (c.start_with?("r") ? 2 : 0) + (c.start_with?("") ? 4 : 0)
  $ends = (c.end_with?("est") ? 1 : 0) + (c.end_with?("t") ? 2 : 0) + (c.end_with?("rucytestrucytes") ? 4 : 0)
  $third = c[2] == "c" ? 1 : 0
  i = $size - 1
  $at = c.getbyte(i) || 999
  $last = c.getbyte(9) || 999
  name = c.size > 5 ? c : "short"
  $chosen = name.size
  $short = name == "short" ? 1 : 0
  x = "aa"
  x = "bbb" if c.size == 8
  x = comm if c.size == 9
  $kept = x.size
  found = unless_six(c.size)
  if found
    $none = found.size
  else
    $none = 777
  end
  $same = c == name ? 1 : 0
end
"""


def expected(name: str) -> dict[str, int]:
    """What Ruby says of the name, cut to the 15 bytes that the kernel keeps."""
    c = name[:15]
    chosen = c if len(c) > 5 else "short"
    return {
        "size": len(c),
        "equal": int(c == "rucytest"),
        "starts": c.startswith("rucyt") + 2 * c.startswith("r") + 4,
        "ends": c.endswith("est") + 2 * c.endswith("t") + 4 * (c == "rucytestrucytes"),
        "third": int(c[2:3] == "c"),
        "at": ord(c[-1]),
        "last": ord(c[9]) if len(c) > 9 else 999,
        "chosen": len(chosen),
        "short": int(chosen == "short"),
        "kept": len(c) if len(c) == 9 else 3 if len(c) == 8 else 2,
        "none": 777 if len(c) in (6, 7) else len(c),
        "same": int(chosen == c),
    }


@contextmanager
def process_name(name: str) -> Iterator[None]:
    prctl = ctypes.CDLL(None).prctl
    before = Path("/proc/self/comm").read_text().strip()
    prctl(15, name.encode(), 0, 0, 0)  # PR_SET_NAME
    try:
        yield
    finally:
        prctl(15, before.encode(), 0, 0, 0)


@pytest.mark.root
def test_strings(tmp_path: Path) -> None:
    source = tmp_path / "strings.rb"
    source.write_text(PROGRAM)
    data = compile_file(str(source)).data
    (probe,) = probes_of(data) or []
    with Loaded.open_object(data) as loaded:
        loaded.set_program_types({str(probe["name"]): (int(str(probe["prog_type"])), None, None)})
        loaded.load()
        for name in NAMES:
            with process_name(name):
                loaded.test_run(str(probe["name"]), ctx_in=bytes(16))
            found = {g: int.from_bytes(loaded.read_global(g), "little") for g in expected(name)}
            assert found == expected(name), name
