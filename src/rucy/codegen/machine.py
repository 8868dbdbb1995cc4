"""Machine code with virtual registers: what selection makes and allocation finishes.

Registers 0 to 10 are the machine's (10 is the frame pointer); virtual ones start at `FIRST`. Beside the instructions of
isa.TABLE there are some of our own, gone after emission:

    lea     dst = r10 + imm                      (mov and add)
    setcc   dst = 0 unless the jump `cc` on (off, src or imm) is taken; dst is 1 before it; its operands are not dst
    spill   place imm = dst, reload  dst = place imm, spill_imm  place off = imm: places get their offsets in the frame
            after allocation
"""

from __future__ import annotations

from rucy.ir.refs import Span
from rucy.isa import TABLE, Insn, Ref
from rucy.records import NamedTuple

FIRST = 16
FRAME = 10
MAX_FRAME = 512


_Uses = tuple[bool, bool, bool, bool, tuple[int, ...], tuple[int, ...]]

#: op → dst read, src read, dst written, src written, other registers read, other registers written
_USES: dict[str, _Uses] = {
    "lea": (False, False, True, False, (), ()),
    "setcc": (True, True, True, False, (), ()),
    "reload": (False, False, True, False, (), ()),
    "spill": (True, False, False, False, (), ()),
    "spill_imm": (False, False, False, False, (), ()),
}


#: op that reads nothing but its operands → 1 for dst, and 2 for src
_PLAIN_READS: dict[str, int] = {"lea": 0, "reload": 0, "spill": 1}


def _uses(op: str) -> _Uses:
    row = TABLE[op]
    _USES[op] = (
        row.dst in ("r", "rw"), row.src in ("r", "rw"), row.dst in ("w", "rw"), row.src == "rw", row.reads, row.writes
    )  # fmt: skip
    if not row.reads:
        _PLAIN_READS[op] = _USES[op][0] + 2 * _USES[op][1]
    return _USES[op]


_INVERSE = {
    "jeq": "jne", "jne": "jeq", "jgt": "jle", "jle": "jgt", "jlt": "jge", "jge": "jlt",
    "jsgt": "jsle", "jsle": "jsgt", "jslt": "jsge", "jsge": "jslt",
}  # fmt: skip


def invert(op: str) -> str | None:
    """The conditional jump that is taken exactly when `op` is not; None where there is none (jset)."""
    for size in ("64", "32"):
        name, sep, form = op.partition(size)
        if sep and name in _INVERSE:
            return _INVERSE[name] + size + form
    return None


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
        how = _PLAIN_READS.get(self.op) if not self.args else None
        if how is not None:
            return (self.dst, self.src) if how == 3 else (self.src,) if how == 2 else (self.dst,) if how else ()
        read_dst, read_src, _, _, more, _ = _USES.get(self.op) or _uses(self.op)
        out = (*self.args, *more)
        if read_dst:
            out += (self.dst,)
        if read_src and not (self.op == "setcc" and self.cc.endswith("_imm")):
            out += (self.src,)
        return (*out, self.off) if self.op == "setcc" else out

    def writes(self) -> tuple[int, ...]:
        _, _, written_dst, written_src, _, more = _USES.get(self.op) or _uses(self.op)
        if written_dst:
            return (self.dst, self.src, *more) if written_src else (self.dst, *more) if more else (self.dst,)
        return (self.src, *more) if written_src else more

    def rename(self, name: dict[int, int]) -> None:
        """Replace registers in every operand."""
        if self.op == "setcc":
            self.off = name.get(self.off, self.off)
        self.dst = name.get(self.dst, self.dst)
        self.src = name.get(self.src, self.src)

    def like(self, other: MInsn) -> MInsn:
        """This instruction, at the source place of the other."""
        self.span, self.calls = other.span, other.calls
        return self

    @property
    def is_move(self) -> bool:
        return self.op == "mov64_reg" and self.ref is None

    def __repr__(self) -> str:
        return f"{self.op} d{self.dst} s{self.src} off{self.off} imm{self.imm}"


class MBlock:
    """`bounds`: its conditional jump asks whether bytes are inside the packet, and is taken where they are."""

    __slots__ = ("name", "insns", "succs", "depth", "bounds")

    def __init__(self, name: str) -> None:
        self.name = name
        self.insns: list[MInsn] = []
        self.succs: list[MBlock] = []
        self.depth = 0
        self.bounds = False

    def __repr__(self) -> str:
        return f"<{self.name}>"


class MFunction:
    """`frame` is the bytes of the frame in use; `kept` registers must not be spilled (they live for a few instructions).

    places: how many places spills have; copies: registers that spilling made, for one block; homes: a register's place.
    truths: registers of truth values that meet.
    """

    __slots__ = ("name", "blocks", "frame", "next", "kept", "places", "copies", "homes", "truths")

    def __init__(self, name: str) -> None:
        self.name = name
        self.blocks: list[MBlock] = []
        self.frame = 0
        self.next = FIRST
        self.kept: set[int] = set()
        self.places = 0
        self.copies: set[int] = set()
        self.homes: dict[int, int] = {}
        self.truths: set[int] = set()

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
