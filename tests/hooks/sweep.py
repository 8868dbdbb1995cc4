"""Functions and tracepoints drawn from a kernel's BTF: a program for each that reads fields of all its arguments.

Which fields lie in unions, behind unnamed members, in bitfields or behind pointers that may be NULL is the kernel's
choice; what is accepted of them the verifier must accept.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from rucy.btf.access import member_names
from rucy.btf.reader import Btf
from rucy.btf.types import FuncProto, Ptr

FIELDS = 6  # of each argument


class Drawn(NamedTuple):
    """One program: its target, and its text line by line; from line `first` on (from 1) a line may be left out."""

    target: str
    lines: tuple[str, ...]
    first: int = 4

    def without(self, numbers: set[int]) -> Drawn:
        return self._replace(lines=tuple(line for n, line in enumerate(self.lines, 1) if n not in numbers))


def tracepoints(btf: Btf, count: int, seed: int) -> Iterator[Drawn]:
    """tp_btf: pointers that the verifier may know as NULL."""
    dice = random.Random(seed)
    found = [i for i in _ids(btf, "typedef") if btf.name(i).startswith("btf_trace_")]
    for type_id in dice.sample(found, min(count, len(found))):
        pointer = btf.type(btf.strip(type_id))
        proto = btf.type(pointer.type_id) if isinstance(pointer, Ptr) else None
        if isinstance(proto, FuncProto):
            yield _program(btf, dice, "tp_btf", btf.name(type_id)[len("btf_trace_") :], [p.type_id for p in proto.params[1:]])


def functions(btf: Btf, hook: str, count: int, seed: int) -> Iterator[Drawn]:
    """kprobe or fentry, of functions whose arguments are all in registers."""
    dice = random.Random(seed)
    for func in dice.sample(_ids(btf, "func"), count):
        proto = btf.type(getattr(btf.type(func), "type_id", 0))
        if isinstance(proto, FuncProto) and len(proto.params) <= 6:
            yield _program(btf, dice, hook, btf.name(func), [p.type_id for p in proto.params])


def _ids(btf: Btf, kind: str) -> list[int]:
    return [i for i in range(1, btf.end_id) if btf.kind(i) == kind]


def _program(btf: Btf, dice: random.Random, hook: str, target: str, params: list[int]) -> Drawn:
    names = [f"a{i}" for i in range(len(params))]
    values: list[str] = []
    for name, type_id in zip(names, params):
        values.append(name)
        values += [f"{name}.{field}" for field in _fields(btf, dice, type_id)]
    head = f'{hook} "{target}" do' + (f" |{', '.join(names)}|" if names else "")
    body = [f"  $n += 1 if {value} == {value}" for value in values]
    return Drawn(target, ('license "GPL"', "$n = 0", head, *body, "end"))


def _fields(btf: Btf, dice: random.Random, type_id: int) -> list[str]:
    """Some names of members of the struct that a pointer leads to."""
    pointer = btf.type(btf.strip(type_id)) if type_id else None
    target = btf.strip(pointer.type_id) if isinstance(pointer, Ptr) and pointer.type_id else 0
    if not target or btf.kind(target) not in ("struct", "union") or not btf.name(target):
        return []
    names = [name for name in member_names(btf, target) if name.isidentifier()]
    return dice.sample(names, min(FIELDS, len(names)))


def compiled(drawn: Drawn, path: str, btf: str | None) -> bytes | None:
    """The object; lines that are refused (a whole array, a float) are left out, None if the target itself is."""
    from rucy.pipeline import Options, compile_file
    from rucy.source import UserError

    for _ in range(3):
        with open(path, "w") as file:
            file.write("\n".join(drawn.lines) + "\n")
        try:
            return compile_file(path, Options(btf=btf)).data
        except UserError as error:
            wrong = {d.span.line for d in error.diagnostics if d.severity == "error"}
            if min(wrong) < drawn.first:
                return None
            drawn = drawn.without(wrong)
    return None
