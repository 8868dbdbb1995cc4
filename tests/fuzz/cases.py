"""A random program as a case of the three-way harness, and as a file to keep."""

from __future__ import annotations

from tests.fuzz.program import Program, kernel_text, oracle_text
from tests.run.harness import Case


def case_of(program: Program) -> Case:
    source, reset = oracle_text(program)
    names = {name: f"{program.name}_{name}" for name in program.globals}
    runs = tuple({names.get(name, name): value for name, value in run.items()} for run in program.runs)
    reads = tuple(full for name, full in names.items() if name not in program.inputs)
    return Case(program.name, program.hook, kernel_text(program), source, reset, reads, tuple(program.fields), runs)
