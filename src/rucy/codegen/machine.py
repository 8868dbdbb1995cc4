"""Machine code with virtual registers: what selection makes and allocation finishes.

Registers 0 to 10 are the machine's (10 is the frame pointer); virtual ones start at `FIRST`. Beside the instructions of
isa.TABLE there are two of our own, gone after emission:

    lea     dst = r10 + imm                      (mov and add)
    setcc   dst = 0 unless the jump `cc` is taken; dst is 1 before it
"""

from __future__ import annotations

from typing import NamedTuple

from rucy.ir.refs import Span
from rucy.isa import TABLE, Insn, Ref

FIRST = 16
FRAME = 10
MAX_FRAME = 512


class MInsn:
    """One instruction; `args` are registers read beside the operands (a call's arguments)."""

    __slots__ = ("op", "dst", "src", "off", "imm", "ref", "args", "target", "cc", "span", "calls")

    def __init__(
        self,
        op: str,
        dst: int = 0,
        src: int = 0,
        off: int = 0,
        imm: int = 0,
        ref: Ref | None = None,
        args: tuple[int, ...] = (),
        target: MBlock | None = None,
        cc: str = "",
    ) -> None:
        self.op = op
        self.dst = dst
        self.src = src
        self.off = off
        self.imm = imm
        self.ref = ref
        self.args = args
        self.target = target
        self.cc = cc
        self.span: Span | None = None
        self.calls: tuple[Span, ...] = ()

    def reads(self) -> tuple[int, ...]:
        if self.op == "lea":
            return ()
        row = TABLE[self.cc or self.op]
        out = list(self.args)
        if self.op == "setcc":
            out.append(self.dst)
            out.append(self.imm_reg)
            if row.src == "r":
                out.append(self.src)
            return tuple(out)
        if row.dst in ("r", "rw"):
            out.append(self.dst)
        if row.src in ("r", "rw"):
            out.append(self.src)
        out += row.reads
        return tuple(out)

    @property
    def imm_reg(self) -> int:
        """setcc: the register compared (its `dst` is the result); kept in `off`."""
        return self.off

    def writes(self) -> tuple[int, ...]:
        if self.op in ("lea", "setcc"):
            return (self.dst,)
        row = TABLE[self.op]
        out = []
        if row.dst in ("w", "rw"):
            out.append(self.dst)
        if row.src == "rw":
            out.append(self.src)
        out += row.writes
        return tuple(out)

    def rename(self, name: dict[int, int]) -> None:
        """Replace registers in every operand."""
        if self.op == "setcc":
            self.off = name.get(self.off, self.off)
        self.dst = name.get(self.dst, self.dst)
        self.src = name.get(self.src, self.src)

    @property
    def is_move(self) -> bool:
        return self.op == "mov64_reg" and self.ref is None

    def __repr__(self) -> str:
        return f"{self.op} d{self.dst} s{self.src} off{self.off} imm{self.imm}"


class MBlock:
    __slots__ = ("name", "insns", "succs", "depth")

    def __init__(self, name: str) -> None:
        self.name = name
        self.insns: list[MInsn] = []
        self.succs: list[MBlock] = []
        self.depth = 0

    def __repr__(self) -> str:
        return f"<{self.name}>"


class MFunction:
    """`frame` is the bytes of the frame in use; `kept` registers must not be spilled (they live for a few instructions)."""

    __slots__ = ("name", "blocks", "frame", "next", "kept", "fn")

    def __init__(self, name: str, fn: object) -> None:
        self.name = name
        self.fn = fn
        self.blocks: list[MBlock] = []
        self.frame = 0
        self.next = FIRST
        self.kept: set[int] = set()

    def register(self) -> int:
        self.next += 1
        return self.next - 1

    def stack(self, size: int, align: int = 8) -> int:
        """Take bytes of the frame; the offset from r10 (negative)."""
        self.frame = (self.frame + size + align - 1) // align * align
        return -self.frame


class MachineFunction(NamedTuple):
    """Final code of one function. `lines`: (index of the first instruction, place, places it was inlined through)."""

    name: str
    insns: list[Insn]
    lines: list[tuple[int, Span, tuple[Span, ...]]]
    stack: int


class CodegenTarget(NamedTuple):
    """cpu: "v3" or "v4"."""

    cpu: str = "v3"
    kernel: str = "5.10"


class FrameTooLarge(Exception):
    """The frame would pass 512 bytes; `span` is where its largest variable comes from."""

    def __init__(self, function: str, size: int, largest: int, span: Span | None) -> None:
        super().__init__(f"{function}: frame of {size} bytes")
        self.function = function
        self.size = size
        self.largest = largest
        self.span = span
