"""A random program as a case of the three-way harness, and as a file to keep."""

from __future__ import annotations

from tests.fuzz.data import used
from tests.fuzz.kept import kept_used
from tests.fuzz.program import Program, kernel_text, oracle_text
from tests.run.harness import Case


def case_of(program: Program) -> Case:
    source, reset = oracle_text(program)
    _, maps = used(program)
    names = {name: f"{program.name}_{name}" for name in program.globals}
    runs = tuple({names.get(name, name): value for name, value in run.items()} for run in program.runs)
    objects = tuple(f"{program.name}_{name}" for name in kept_used(program))
    reads = tuple(full for name, full in names.items() if name not in program.inputs) + objects
    texts = tuple(names[name] for name, first in program.globals.items() if isinstance(first, str))
    fills = tuple(fill for fill in program.fills if fill[0] in maps)
    filled = "".join(f"{name}.put({bits}, {address}, {value})\n" for name, bits, address, value in fills)
    prints = any(node.op == "out" for node in program.nodes())
    return Case(program.name, program.hook, kernel_text(program), source + filled, reset, reads, tuple(program.fields), runs,
                texts, tuple(maps), fills, prints, objects)  # fmt: skip
