"""`make test-plant`: break the compiler in 25 places, one at a time; the random programs must find each within 2,000.

A plant is a piece of the compiler's text and what stands there instead, in a copy of src/. One that no longer applies is a
failure: the compiler changed there, and the plant must follow it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
COUNT = 2000


class Plant(NamedTuple):
    name: str
    file: str  # in src/rucy
    old: str
    new: str


# ruff: noqa: E501
# fmt: off
PLANTS = (
    Plant("a fold: x - x is x",           "passes/fold_constants.py",  '"sub":  Fact(0,        None,    False, "0",', '"sub":  Fact(0,        None,    False, "x",'),
    Plant("a fold: x >= x is false",      "passes/fold_constants.py",  '"uge":  Fact(None,     None,    False, "1",', '"uge":  Fact(None,     None,    False, "0",'),
    Plant("a fold: x | 0 absorbs",        "passes/fold_constants.py",  '"or":   Fact(0,        -1,', '"or":   Fact(-1,       0,'),
    Plant("negated compares",             "ir/ops.py",                 '"ult": "uge", "uge": "ult", "ugt": "ule", "ule": "ugt",', '"ult": "ugt", "uge": "ult", "ugt": "ule", "ule": "ugt",'),
    Plant("swapped compares",             "ir/ops.py",                 '"slt": "sgt", "sgt": "slt",', '"slt": "slt", "sgt": "sgt",'),
    Plant("a range: a mask",              "passes/analysis/ranges.py", "return tight(Range(hi=min(a.hi, b.hi, may), may=may)) or TOP", "return tight(Range(hi=min(a.hi, b.hi, may) >> 1, may=may)) or TOP"),
    Plant("a range: a right shift",       "passes/analysis/ranges.py", "hi=a.hi >> by, may=a.may >> by", "hi=a.hi >> (by * 2), may=a.may >> (by * 2)"),
    Plant("a range: a signed load",       "passes/analysis/ranges.py", "return of_signed(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)", "return of_signed(0, (1 << (bits - 1)) - 1)"),
    Plant("dead code: an update"             , "passes/eliminate_dead_code.py", 'work = [i for i in fn.instrs() if not effects(i).removable]', 'work = [i for i in fn.instrs() if not effects(i).removable and i.op.name != "atomic"]'),
    Plant("a spilled value not stored",   "codegen/spill.py",          "self.out.append(MInsn(\"spill\", names[r], imm=self.places[r]).like(insn))", "len(names) > 1 or self.out.append(MInsn(\"spill\", names[r], imm=self.places[r]).like(insn))"),
    Plant("a spill's place",              "codegen/spill.py",          'MInsn("reload", copy, imm=self.places[r])', 'MInsn("reload", copy, imm=self.places[min(self.places)])'),
    Plant("a jump's distance",            "codegen/emit.py",           "distance = place[item.target] - item.at - 1", "distance = place[item.target] - item.at - (item.insn.op != \"jset64_imm\")"),
    Plant("inverted jumps",               "codegen/emit.py",           '"jsgt": "jsle", "jsle": "jsgt",', '"jsgt": "jslt", "jsle": "jsgt",'),
    Plant("a sign extension: loads"          , "codegen/select.py"        , '        s.emit("arsh64_imm", s.reg(i), imm=64 - bits)', '        s.emit("rsh64_imm", s.reg(i), imm=64 - bits)'),
    Plant("the order of phi copies",      "codegen/select.py",         "for dst in targets & sources:", "for dst in set():"),
    Plant("constants of 32 bits"             , "codegen/select.py"        , 'self.emit("mov32_imm", dst, imm=number - (1 << 32))', 'self.emit("mov64_imm", dst, imm=number - (1 << 32))'),
    Plant("a shift's amount",             "codegen/select.py",         '_two_address(s, i, a, f"{op}64_imm", imm=b.value & 63)', '_two_address(s, i, a, f"{op}64_imm", imm=b.value & 31)'),
    Plant("the rounding of divisions",    "lower/integers.py",         'return low.b.emit("inv", low.b.emit("udiv", less, size))', 'return low.b.emit("neg", low.b.emit("udiv", less, size))'),
    Plant("a remainder's sign",           "lower/integers.py",         'return _apply_sign(low, low.b.emit("umod", a, b), a_mask)', 'return low.b.emit("umod", a, b)'),
    Plant("mixed signs compared",         "lower/integers.py",         'if op in ("ne", "gt", "ge"):', 'if op in ("ne", "lt", "le"):'),
    Plant("far shifts",                   "lower/integers.py",         'inside = low.b.compare("ult", count, const(64))', 'inside = low.b.compare("ule", count, const(64))'),
    Plant("the bit of a number",          "lower/integers.py",         "_shift_by(low, value, index, signs[0], False), const(1))", "_shift_by(low, value, index, False, False), const(1))"),
    Plant("a loop's step",                "lower/function.py",         'b.write(key, b.emit("add", i, const(node.step)))', 'b.write(key, b.emit("add", i, const(node.step - (node.step > 1) + (node.step < -1))))'),
    Plant("an exclusive range",           "lower/function.py",         'op = ("lt" if node.exclusive else "le")', 'op = ("le" if node.exclusive else "le")'),
    Plant("kinds: a product",             "lang/typed.py",             '"add": ("ii", "i"), "mul": ("ii", "i"),', '"add": ("ii", "i"), "mul": ("ii", "u"),'),
    Plant("values numbered alike"            , "passes/number_values.py"  , 'SWAPPED.get(name, name), args[::-1]', 'name, args[::-1]'),
)
# fmt: on


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.plant", description="break the compiler; the random programs must find it")
    parser.add_argument("--only", default="", help="part of a plant's name")
    parser.add_argument("--check", action="store_true", help="only see that every plant applies")
    given = parser.parse_args()
    chosen = [plant for plant in PLANTS if given.only in plant.name]
    lost = [plant.name for plant in chosen if (ROOT / "src/rucy" / plant.file).read_text().count(plant.old) != 1]
    for name in lost:
        print(f"{name}: the text to be replaced does not stand there once")
    if given.check or lost:
        return int(bool(lost))
    missed = [plant.name for plant in chosen if not _found(plant)]
    print(f"{len(chosen)} plants, {len(chosen) - len(missed)} found" + "".join(f"\nnot found: {name}" for name in missed))
    return int(bool(missed))


def _found(plant: Plant) -> bool:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "src"
        shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
        target = copy / "rucy" / plant.file
        target.write_text(target.read_text().replace(plant.old, plant.new))
        env = {**os.environ, "PYTHONPATH": f"{copy}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.plant.hunt", str(COUNT), str(copy)], env=env, cwd=ROOT, capture_output=True, text=True
        )
    said = (done.stdout.strip() or done.stderr.strip()[-500:]).splitlines()
    print(f"{plant.name}: {said[-1] if said else 'nothing said'} ({time.monotonic() - begun:.0f} s)", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
