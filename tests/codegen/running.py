"""One program both ways: the IR evaluated, and its generated code on the test machine."""

from __future__ import annotations

import random

from rucy.codegen import CodegenTarget, MachineFunction, generate
from rucy.ir.function import Function
from rucy.kernel import helpers
from tests.codegen.evaluate import Evaluator
from tests.codegen.machine import Helper, Machine, Memory
from tests.codegen.random_ir import ARITY, EDGES, IN_SIZE, OUT_SIZE


def _number_of(count: int) -> Helper:
    def stub(memory: Memory, args: list[int]) -> int:
        """A number that depends on every argument."""
        result = 7
        for arg in args[:count]:
            result = (result * 1_000_003 + arg) & (1 << 64) - 1
        return result

    return stub


def _fill(memory: Memory, args: list[int]) -> int:
    for at in range(args[1]):
        memory.store(args[0] + at, 1, args[2] >> 8 * (at % 8) & 0xFF)
    return args[1]


_STUBS: dict[str, Helper] = {
    "probe_read_kernel": _fill,
    "ktime_get_ns": lambda memory, args: 12345,
    **{name: _number_of(count) for name, count in ARITY.items()},
}


def inputs(seed: int) -> bytes:
    rng = random.Random(seed)
    words = [rng.choice(EDGES) if rng.random() < 0.5 else rng.getrandbits(rng.choice((4, 8, 32, 64))) for _ in range(8)]
    return b"".join(word.to_bytes(8, "little") for word in words)


def _memory(data: bytes) -> tuple[Memory, dict[str, int]]:
    assert len(data) == IN_SIZE
    memory = Memory()
    return memory, {"in": memory.add(data), "out": memory.add(bytes(OUT_SIZE))}


def evaluated(functions: list[Function], data: bytes) -> tuple[int, bytes]:
    """Result and the data `out`."""
    memory, symbols = _memory(data)
    result = Evaluator(functions, memory, symbols, _STUBS).call("main", [0])
    return result, memory.bytes_of(symbols["out"])


def generated(functions: list[Function], target: CodegenTarget = CodegenTarget()) -> list[MachineFunction]:  # noqa: B008
    """Uses the functions up."""
    return [generate(fn, target) for fn in functions]


def executed(code: list[MachineFunction], data: bytes) -> tuple[int, bytes]:
    memory, symbols = _memory(data)
    by_id: dict[int, Helper] = {}
    for name, stub in _STUBS.items():
        row = helpers.find(name)
        assert row is not None
        by_id[row.id] = stub
    result = Machine(code, memory, symbols, by_id).call("main", [0])
    return result, memory.bytes_of(symbols["out"])
