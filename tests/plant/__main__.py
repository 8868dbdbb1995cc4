"""`make test-plant`: break the compiler in 47 places, one at a time; the random programs must find each within 2,000.

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
    Plant("inverted jumps",               "codegen/machine.py",        '"jsgt": "jsle", "jsle": "jsgt",', '"jsgt": "jslt", "jsle": "jsgt",'),
    Plant("a loop's test at its end",     "codegen/layout.py",         "op = test.op if inside[0] else invert(test.op)", "op = test.op"),
    Plant("a test that was made before",  "passes/propagate_conditions.py", "self._note(instr, Const(0, I1))", "self._note(instr, Const(1, I1))"),
    Plant("a step of an address",         "passes/step_addresses.py",  "scale = 1 << by.value if", "scale = 2 << by.value if"),
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
    Plant("maps: the default of a missing key", "lower/maps.py",       "fresh = b.emit(node.op, const(_signed_default(map)), operand)", "fresh = b.emit(node.op, const(0), operand)"),
    Plant("maps: refused inserts",        "lower/maps.py",             "    if not _is_inside(map, node.key):\n        _unless", "    if _is_inside(map, node.key):\n        _unless"),
    Plant("maps: what is taken from a list", "lower/maps.py",          'helper=f"map_{node.kind}_elem")\n    return Opt', 'helper="map_peek_elem")\n    return Opt'),
    Plant("maps: signs of elements",      "lower/storage.py",          'return b.emit("load", at, off=off, width=storage.width, signed=storage.signed)', 'return b.emit("load", at, off=off, width=storage.width, signed=False)'),
    Plant("maps: a value of an update",   "lower/objects.py",          "return b.emit(kind, kept(low, before, storage), amount) if used else const(0)", "return kept(low, before, storage) if used else const(0)"),
    Plant("structs: an index inside",     "lower/objects.py",          'b.branch(b.compare("ult", index, const(storage.length)), yes, end)', 'b.branch(b.compare("ult", index, const(storage.length - 1)), yes, end)'),
    Plant("structs: a subtraction in place", "lower/objects.py",       'amount = b.emit("neg", operand) if op == "sub" else operand', "amount = operand"),
    Plant("strings: where text is cut",   "lower/strings.py",          "for at in range(size - 1, room(size)):", "for at in range(size, room(size)):"),
    Plant("strings: a start",             "lower/strings.py",          "_all_equal(low, text.at, _pieces(wanted), yes, no)", "_all_equal(low, text.at, _pieces(wanted[:-1]), yes, no)"),
    Plant("strings: a variable's memory",  "lower/function.py",        "held = _own_text(low, node.var, held)", "held = held"),
    Plant("output: signs",                "lower/output.py",           'return ("i64" if type_.signed else "u64"), 8', 'return "u64", 8'),
    Plant("rings: a record that is left", "lower/maps.py",             '        _finish(low, record, "ringbuf_submit")', '        _finish(low, record, "ringbuf_discard")'),
    Plant("blocks: captured variables",   "lang/blocks.py",            'if var is not None and var.name.startswith("%"))', "if var is not None)"),
    Plant("blocks: what they are given",  "lang/blocks.py",            "value = given.pop(0) if given", "value = given.pop() if given"),
    Plant("globals: an object's first value", "lower/module.py",       'whole = variable.initial if isinstance(variable.initial, bytes) else b""', 'whole = bytes(len(variable.initial)) if isinstance(variable.initial, bytes) else b""'),
    Plant("globals: an object that is given", "lower/function.py",     "store(low, at, 0, node.type.storage, held)", "held"),
    Plant("histograms: the slot",         "lang/checker/histograms.py", 'slot = typed.Prim(span, U64, "add", (bits, one), 0)', "slot = bits"),
    Plant("loops: where they stop",       "passes/analysis/caps.py",   "MOST_TURNS = 8_388_608", "MOST_TURNS = 2"),
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
