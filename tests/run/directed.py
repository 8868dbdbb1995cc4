"""Every operator and method of Integers on every width and sign, with edge values: as variables and as literals."""

from __future__ import annotations

from tests.fuzz.cases import case_of
from tests.fuzz.program import ARITHMETIC, COMPARES, METHODS, UNARY, WIDTHS, Node, Program, num
from tests.run.harness import Case

EDGES = (0, 1, -1, 2, -7, 63, 64, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
LITERALS = (1, -1, 3, -8, 63, 64, 2**31, 2**32 - 1, 2**63, -(2**63))


def operator_cases() -> list[Case]:
    """One program an operator and left width: with each width on the right, and with literals there."""
    names = (*ARITHMETIC, *COMPARES, *UNARY, *METHODS)
    return [case_of(_program(f"d{i}_{width}", op, width)) for i, op in enumerate(names) for width in WIDTHS]


def _program(name: str, op: str, width: str) -> Program:
    program = Program(name, "raw")
    program.fields = [("a", width), *((f"b{at}", right) for at, right in enumerate(WIDTHS))]
    left = Node("field", data="a")
    rights = [Node("field", data=f"b{at}") for at in range(len(WIDTHS))] + [num(value) for value in LITERALS]
    stores = []
    for at, right in enumerate(rights):
        program.globals[f"r{at}"] = 0
        value = _applied(op, left, right)
        if value is None:
            continue
        stores.append(Node("if", value, Node("block", Node("gset", num(1), data=f"r{at}")), data="if") if _is_test(op)
                      else Node("gset", value, data=f"r{at}"))  # fmt: skip
    program.body = Node("block", *stores)
    for number, first in enumerate(EDGES):
        for second in (EDGES[number], EDGES[(number * 5 + 1) % len(EDGES)], EDGES[(number * 7 + 3) % len(EDGES)]):
            rights_of_run = {f"b{at}": EDGES[(EDGES.index(second) + at) % len(EDGES)] & 2**64 - 1 for at in range(len(WIDTHS))}
            program.runs.append({"a": first & 2**64 - 1, **rights_of_run})
    return program


def _is_test(op: str) -> bool:
    return op in COMPARES or METHODS.get(op, (0, ""))[1] == "B"


def _applied(op: str, left: Node, right: Node) -> Node | None:
    if op in ("**", "pow"):
        if right.op == "int" and not 0 <= right.data < 2**33:
            return None
        right = Node("call", right, data="abs") if right.op == "field" else right
    if op in ARITHMETIC or op in COMPARES:
        return Node("binary", left, right, data=op)
    if op in UNARY:
        return Node("unary", right if right.op == "field" else left, data=op)
    count = METHODS[op][0]
    if op == "clamp":
        return Node("call", right if right.op == "field" else left, num(-5), num(2**31), data=op)
    if not count:
        called = Node("call", right if right.op == "field" else left, data=op)
        return Node("default", called, num(99)) if METHODS[op][1].endswith("?") else called
    return Node("call", left, *([right, Node("field", data="b7")][:count]), data=op)
