"""What a function of IR means: a few lines that walk it, for comparing generated code with. Memory is machine.Memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rucy.ir.function import Block, Const, Function, Instr, Value
from tests.codegen.machine import Helper, Memory

MASK64 = (1 << 64) - 1


class Evaluator:
    def __init__(
        self, functions: list[Function], memory: Memory, symbols: dict[str, int], helpers: dict[str, Helper]
    ) -> None:
        self.functions = {fn.name: fn for fn in functions}
        self.memory = memory
        self.symbols = symbols
        self.helpers = helpers
        self.steps = 0

    def call(self, name: str, args: Sequence[int]) -> int:
        fn = self.functions[name]
        values: dict[Value, int] = dict(zip(fn.params, args, strict=False))
        slots: list[int] = []
        block: Block = fn.entry
        came: Block | None = None
        while True:
            assert came is None or came in block.preds
            phis = list(block.phis())
            if came is not None:
                at = block.preds.index(came)
                now = [_value(values, phi.args[at]) for phi in phis]
                values.update(zip(phis, now, strict=True))
            for instr in block.instrs[len(phis) :]:
                self.steps += 1
                assert self.steps < 300_000, "does not end"
                name = instr.op.name
                if name == "jump":
                    came, block = block, instr.targets[0]
                    break
                if name == "branch":
                    came, block = block, instr.targets[0 if _value(values, instr.args[0]) else 1]
                    break
                if name == "ret":
                    for slot in slots:
                        self.memory.drop(slot)
                    return _value(values, instr.args[0]) if instr.args else 0
                values[instr] = self._do(instr, [_value(values, a) for a in instr.args]) & MASK64
                if name == "slot":
                    slots.append(values[instr])

    def _do(self, i: Instr, a: list[int]) -> int:
        attrs, name = i.attrs, i.op.name
        if name in _PURE:
            return int(_PURE[name](*a))
        bits = attrs.get("bits", 8 * attrs.get("width", 8))
        low = (1 << bits) - 1
        match name:
            case "zext":
                return a[0] & low
            case "sext":
                return _sign(a[0], bits)
            case "bswap":
                return int.from_bytes((a[0] & low).to_bytes(bits // 8, "little"), "big")
            case "slot":
                return self.memory.add(attrs["size"])
            case "global":
                return self.symbols[attrs["symbol"]] + attrs["off"]
            case "load":
                value = self.memory.load(a[0] + attrs["off"], attrs["width"])
                return _sign(value, bits) if attrs["signed"] else value
            case "store":
                self.memory.store(a[1] + attrs["off"], attrs["width"], a[0])
                return 0
            case "zero":
                for at in range(attrs["size"]):
                    self.memory.store(a[0] + attrs["off"] + at, 1, 0)
                return 0
            case "atomic":
                return self._atomic(attrs, a, low)
            case "call":
                return self.helpers[attrs["helper"]](self.memory, (a + [0] * 5)[:5])
            case "callfn":
                return self.call(attrs["symbol"], a)
            case "within":
                assert attrs["lo"] <= a[0] <= attrs["hi"]
                return a[0]
        raise AssertionError(name)

    def _atomic(self, attrs: dict[str, Any], a: list[int], low: int) -> int:
        kind, address, width = attrs["kind"], a[0] + attrs["off"], attrs["width"]
        old = self.memory.load(address, width)
        if kind == "cmpxchg":
            if old == a[1] & low:
                self.memory.store(address, width, a[2])
            return old
        both = {"add": old + a[1], "or": old | a[1], "and": old & a[1], "xor": old ^ a[1], "xchg": a[1]}
        self.memory.store(address, width, both[kind] & MASK64)
        return old


def _value(values: dict[Value, int], value: Value) -> int:
    return value.value if isinstance(value, Const) else values[value]


def _sign(value: int, bits: int = 64) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def _sdiv(a: int, b: int) -> int:
    x, y = _sign(a), _sign(b)
    if y == 0:
        return 0
    size = abs(x) // abs(y)
    return size if (x < 0) == (y < 0) else -size


_PURE: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "udiv": lambda a, b: a // b if b else 0,
    "umod": lambda a, b: a % b if b else a,
    "sdiv": _sdiv,
    "smod": lambda a, b: _sign(a) - _sdiv(a, b) * _sign(b),
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << (b & 63),
    "lshr": lambda a, b: a >> (b & 63),
    "ashr": lambda a, b: _sign(a) >> (b & 63),
    "neg": lambda a: -a,
    "inv": lambda a: ~a,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ult": lambda a, b: a < b,
    "ule": lambda a, b: a <= b,
    "ugt": lambda a, b: a > b,
    "uge": lambda a, b: a >= b,
    "slt": lambda a, b: _sign(a) < _sign(b),
    "sle": lambda a, b: _sign(a) <= _sign(b),
    "sgt": lambda a, b: _sign(a) > _sign(b),
    "sge": lambda a, b: _sign(a) >= _sign(b),
    "test": lambda a, b: a & b != 0,
    "int": lambda a: a,
    "addr": lambda a: a,
    "cast": lambda a: a,
    "nonnil": lambda a: a,
    "padd": lambda a, b: a + b,
}
