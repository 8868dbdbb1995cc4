"""Making a failing program small: statements out, expressions replaced by their parts or by literals, while it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from tests.fuzz.program import Node, Program, Types, infer, num

_SECONDS = 60.0


def shrink(program: Program, fails: Callable[[Program], bool], seconds: float = _SECONDS) -> Program:
    """Changes the program in place, and gives it back."""
    limit = time.monotonic() + seconds
    _fewer_runs(program, fails)
    progress = True
    while progress and time.monotonic() < limit:
        progress = False
        for undo in _smaller(program):
            if time.monotonic() > limit:
                undo()
                break
            if _still(program, fails):
                progress = True
            else:
                undo()
    infer(program)
    return program


def _still(program: Program, fails: Callable[[Program], bool]) -> bool:
    try:
        infer(program)
        return fails(program)
    except Exception:  # no program any more
        return False


def _fewer_runs(program: Program, fails: Callable[[Program], bool]) -> None:
    runs = program.runs
    for run in runs:
        program.runs = [run]
        if _still(program, fails):
            return
    program.runs = runs


def _smaller(program: Program) -> Iterator[Callable[[], None]]:
    """Each step makes the program smaller and gives what undoes it."""
    for root in program.roots:
        yield from _fewer_statements(root)
    for root in program.roots:
        yield from _simpler(program, root)
    for node in [node for root in program.roots for node in root.walk() if node.op in ("new", "out")]:
        yield from _fewer_parts(node)
    called = {node.data["name"] for node in program.nodes() if node.op in ("mcall", "ocall")}
    for method in [m for m in program.methods if m.data["name"] not in called]:
        methods = program.methods
        program.methods = [m for m in methods if m is not method]
        yield lambda methods=methods: setattr(program, "methods", methods)  # type: ignore[misc]


def _fewer_statements(root: Node) -> Iterator[Callable[[], None]]:
    for block in [node for node in root.walk() if node.op == "block"]:
        size = len(block.kids)
        step = max(1, size // 2)
        while step:
            at = 0
            while at < len(block.kids):
                kids = block.kids
                block.kids = kids[:at] + kids[at + step :]
                before = len(block.kids)
                yield lambda block=block, kids=kids: setattr(block, "kids", kids)  # type: ignore[misc]
                if len(block.kids) != before:
                    at += step
            step //= 2


_FIXED = ("block", "def", "if", "case", "loop", "while", "set", "gset", "gop", "opset", "masg", "divmod", "break", "next",
          "return", "put", "putat", "mput", "mif", "meach", "reserve", "out", "self", "str", "comm")  # fmt: skip
_AROUND = ("if", "loop", "while", "case", "mif", "meach", "reserve")


def _fewer_parts(node: Node) -> Iterator[Callable[[], None]]:
    """Fields that an object is not given, values that are not written."""
    at = 0
    while at < len(node.kids):
        kids, data = node.kids, node.data
        node.kids = kids[:at] + kids[at + 1 :]
        if node.op == "new":
            node.data = (data[0], data[1][:at] + data[1][at + 1 :])
        yield lambda kids=kids, data=data: _put_back(node, kids, data)  # type: ignore[misc]
        at += node.kids is kids


def _put_back(node: Node, kids: list[Node], data: object) -> None:
    node.kids, node.data = kids, data


def _simpler(program: Program, root: Node) -> Iterator[Callable[[], None]]:
    for parent in list(root.walk()):
        for at in range(len(parent.kids)):
            node = parent.kids[at]
            if parent.op == "loop" and at < parent.data["ends"] or node.op in ("int", "bool", "nil", "var", "field"):
                continue
            if node.op in _AROUND and parent.op == "block":
                inner = [kid for kid in node.kids if kid.op == "block"]
                for block in inner:
                    kids = parent.kids
                    parent.kids = [*kids[:at], *block.kids, *kids[at + 1 :]]
                    yield lambda parent=parent, kids=kids: setattr(parent, "kids", kids)  # type: ignore[misc]
                    if parent.kids is not kids:
                        break
                if at >= len(parent.kids) or parent.kids[at] is not node:
                    continue
            if node.op in _FIXED:
                continue
            type_ = Types(program, program.types).of(node)
            for other in _replacements(program, node, type_):
                parent.kids[at] = other
                yield lambda parent=parent, at=at, node=node: parent.kids.__setitem__(at, node)  # type: ignore[misc]
                if parent.kids[at] is other:
                    break


_LITERALS: dict[str, Callable[[], list[Node]]] = {
    "U": lambda: [num(0), num(1)],
    "S": lambda: [num(-1)],
    "B": lambda: [Node("bool", data=True), Node("bool", data=False)],
    "T": lambda: [Node("str", data=""), Node("str", data="a"), Node("comm")],
}


def _replacements(program: Program, node: Node, type_: str) -> list[Node]:
    types = Types(program, program.types)
    out = _LITERALS.get(type_, list)()
    return out + [kid for kid in node.kids if kid.op != "block" and types.of(kid) == type_]
