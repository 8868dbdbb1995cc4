"""Runs final instructions: registers, frames with a mark for each initialised byte, data as regions, helpers as stubs.

Shares nothing with the IR's interpreter. Reading what was never written, a register lost in a call or a byte outside of
every region is a `Fault`; so is a jump into the middle of a wide instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rucy.codegen import MachineFunction
from rucy.isa import Insn, slots

MASK64 = (1 << 64) - 1
FRAME = 512

Helper = Callable[["Memory", list[int]], int]


class Fault(Exception):
    """What the verifier would refuse, or what would go wrong behind its back."""


class Memory:
    """Regions at numbers far apart; a byte is None until it is written."""

    def __init__(self) -> None:
        self.regions: list[tuple[int, list[int | None]]] = []
        self.next = 0x10000

    def add(self, data: bytes | int) -> int:
        """A region with these bytes, or of that many bytes never written. Returns its address."""
        start = self.next
        content: list[int | None] = [None] * data if isinstance(data, int) else list(data)
        self.regions.append((start, content))
        self.next += (len(content) + 0xFFFF) & ~0xFFFF
        return start

    def drop(self, start: int) -> None:
        self.regions = [region for region in self.regions if region[0] != start]

    def _at(self, address: int, size: int) -> tuple[list[int | None], int]:
        for start, content in self.regions:
            if start <= address and address + size <= start + len(content):
                return content, address - start
        raise Fault(f"{size} bytes at {address:#x} are nowhere")

    def load(self, address: int, size: int) -> int:
        content, at = self._at(address, size)
        if address % size:
            raise Fault(f"{size} bytes at {address:#x} are not aligned")
        number = 0
        for byte in reversed(content[at : at + size]):
            if byte is None:
                raise Fault(f"{address:#x} is read and never written")
            number = number << 8 | byte
        return number

    def store(self, address: int, size: int, value: int) -> None:
        content, at = self._at(address, size)
        if address % size:
            raise Fault(f"{size} bytes at {address:#x} are not aligned")
        for k in range(size):
            content[at + k] = value >> 8 * k & 0xFF

    def bytes_of(self, start: int) -> bytes:
        return bytes(b or 0 for s, content in self.regions if s == start for b in content)


class Machine:
    """`symbols`: addresses of data in `memory`; `helpers`: by id."""

    def __init__(self, code: list[MachineFunction], memory: Memory, symbols: dict[str, int], helpers: dict[int, Helper]) -> None:
        self.code = {fn.name: _by_slot(fn.insns) for fn in code}
        self.memory = memory
        self.symbols = symbols
        self.helpers = helpers
        self.steps = 0

    def call(self, name: str, args: Sequence[int | None], limit: int = 1_000_000) -> int:
        """r0 of the function."""
        code = self.code[name]
        frame = self.memory.add(FRAME)
        regs: list[int | None] = [None] * 11
        regs[1 : 1 + len(args)] = args
        regs[10] = frame + FRAME
        at = 0
        while True:
            self.steps += 1
            if self.steps > limit:
                raise Fault("does not end")
            if at not in code:
                raise Fault(f"{name}: nothing at slot {at}")
            insn = code[at]
            at += slots(insn)
            if insn.op == "exit":
                self.memory.drop(frame)
                return _get(regs, 0)
            at += self._step(insn, regs)

    def _step(self, insn: Insn, regs: list[int | None]) -> int:
        """Do one instruction; the distance of a taken jump."""
        op = insn.op
        if op in ("ja", "gotol"):
            return insn.off if op == "ja" else insn.imm
        if op.startswith("call"):
            self._call(insn, regs)
        elif op.startswith("lddw"):
            regs[insn.dst] = self._wide(insn)
        elif op.startswith(("ldx_", "stx_", "st_")):
            self._memory(insn, regs)
        elif op.startswith(("atomic_", "xchg", "cmpxchg")):
            self._atomic(insn, regs)
        elif op.startswith("j"):
            return insn.off if _taken(insn, regs) else 0
        else:
            _alu(insn, regs)
        return 0

    def _call(self, insn: Insn, regs: list[int | None]) -> None:
        if insn.op == "call_local":
            assert insn.ref is not None
            result = self.call(insn.ref.name, regs[1:6])
        else:
            result = self.helpers[insn.imm](self.memory, [r if r is not None else 0 for r in regs[1:6]])
        regs[0] = result & MASK64
        regs[1:6] = [None] * 5

    def _wide(self, insn: Insn) -> int:
        if insn.op == "lddw":
            return insn.imm & MASK64
        assert insn.ref is not None and insn.op == "lddw_map_value", insn
        return self.symbols[insn.ref.name] + insn.ref.addend

    def _memory(self, insn: Insn, regs: list[int | None]) -> None:
        kind, _, form = insn.op.partition("_")
        if kind == "ldx":
            bits = int(form[1:])
            value = self.memory.load(_get(regs, insn.src) + insn.off, bits // 8)
            regs[insn.dst] = _sign(value, bits) & MASK64 if form[0] == "s" else value
            return
        value = insn.imm if kind == "st" else _get(regs, insn.src)
        self.memory.store(_get(regs, insn.dst) + insn.off, int(form) // 8, value & MASK64)

    def _atomic(self, insn: Insn, regs: list[int | None]) -> None:
        name = insn.op.removeprefix("atomic_").removeprefix("fetch_")
        bits = 64 if name.endswith("64") else 32
        kind = name.removesuffix("64").removesuffix("32")
        address, value = _get(regs, insn.dst) + insn.off, _get(regs, insn.src)
        old = self.memory.load(address, bits // 8)
        if kind == "cmpxchg":
            if old == _get(regs, 0) & (1 << bits) - 1:
                self.memory.store(address, bits // 8, value)
            regs[0] = old
            return
        new = {"add": old + value, "or": old | value, "and": old & value, "xor": old ^ value, "xchg": value}[kind]
        self.memory.store(address, bits // 8, new & MASK64)
        if "fetch" in insn.op or kind == "xchg":
            regs[insn.src] = old


def _by_slot(insns: list[Insn]) -> dict[int, Insn]:
    code, at = {}, 0
    for insn in insns:
        code[at] = insn
        at += slots(insn)
    return code


def _get(regs: list[int | None], number: int) -> int:
    value = regs[number]
    if value is None:
        raise Fault(f"r{number} is read and holds nothing")
    return value


def _sign(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def _split(op: str) -> tuple[str, int, str]:
    """add64_imm → add, 64, imm."""
    stem, _, form = op.partition("_")
    return stem[:-2], int(stem[-2:]), form


def _taken(insn: Insn, regs: list[int | None]) -> bool:
    name, bits, form = _split(insn.op)
    mask = (1 << bits) - 1
    a = _get(regs, insn.dst) & mask
    b = (insn.imm if form == "imm" else _get(regs, insn.src)) & mask
    if name[1] == "s" and name != "jset":
        a, b, name = _sign(a, bits), _sign(b, bits), "j" + name[2:]
    match name:
        case "jeq":
            return a == b
        case "jne":
            return a != b
        case "jgt":
            return a > b
        case "jge":
            return a >= b
        case "jlt":
            return a < b
        case "jle":
            return a <= b
        case "jset":
            return a & b != 0
    raise AssertionError(insn)


def _alu(insn: Insn, regs: list[int | None]) -> None:
    op = insn.op
    if op.startswith(("be", "le", "bswap")):
        bits = int(op.lstrip("belswap"))
        value = _get(regs, insn.dst) & (1 << bits) - 1
        regs[insn.dst] = value if op.startswith("le") else int.from_bytes(value.to_bytes(bits // 8, "little"), "big")
        return
    if op.startswith("movsx"):
        source, target = (int(n) for n in op.removeprefix("movsx").split("_"))
        regs[insn.dst] = _sign(_get(regs, insn.src), source) & (1 << target) - 1
        return
    if op.startswith("neg"):
        regs[insn.dst] = -_get(regs, insn.dst) & (1 << int(op[3:5])) - 1
        return
    name, bits, form = _split(op)
    mask = (1 << bits) - 1
    b = (insn.imm if form == "imm" else _get(regs, insn.src)) & mask
    if name == "mov":
        regs[insn.dst] = b
        return
    regs[insn.dst] = _arithmetic(name, _get(regs, insn.dst) & mask, b, bits) & mask


def _arithmetic(name: str, a: int, b: int, bits: int) -> int:
    shift = b & bits - 1
    match name:
        case "add":
            return a + b
        case "sub":
            return a - b
        case "mul":
            return a * b
        case "and":
            return a & b
        case "or":
            return a | b
        case "xor":
            return a ^ b
        case "lsh":
            return a << shift
        case "rsh":
            return a >> shift
        case "arsh":
            return _sign(a, bits) >> shift
        case "div":
            return a // b if b else 0
        case "mod":
            return a % b if b else a
        case "sdiv" | "smod":
            x, y = _sign(a, bits), _sign(b, bits)
            if y == 0:
                return 0 if name == "sdiv" else a
            quotient = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
            return quotient if name == "sdiv" else x - quotient * y
    raise AssertionError(name)
