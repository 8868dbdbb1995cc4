"""The IR's data: modules, functions, blocks, values.

SSA over basic blocks. A block holds its phis first and one terminator last. `Block.preds` is kept by hand: whoever
changes an edge changes it (`retarget`, `remove_edge`), and phi operands stand in its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rucy.ir.ops import OPS, Op
from rucy.ir.types import I1, I64, VOID, Type
from rucy.records import NamedTuple
from rucy.source import Span

MASK64 = (1 << 64) - 1


class Value:
    """Anything that an instruction may take: a `Const`, a `Param` or an `Instr`."""

    __slots__ = ("type",)

    def __init__(self, type: Type) -> None:
        self.type = type


class Const(Value):
    """An integer, kept as the unsigned 64-bit number; an i1 (0 or 1); or the NULL pointer (0)."""

    __slots__ = ("value",)

    def __init__(self, value: int, type: Type = I64) -> None:
        super().__init__(type)
        self.value = value & (MASK64 if type.name != "i1" else 1)

    @property
    def signed(self) -> int:
        """The number read as signed 64-bit."""
        return self.value - (1 << 64) if self.value >> 63 else self.value

    def __repr__(self) -> str:
        return f"Const({self.value})"


class Undef(Value):
    """A value that no path defines. Only a dead phi may take it; the verifier refuses any other use."""

    __slots__ = ()


class Param(Value):
    """A parameter of a function."""

    __slots__ = ("name", "index")

    def __init__(self, name: str, index: int, type: Type) -> None:
        super().__init__(type)
        self.name = name
        self.index = index


class Instr(Value):
    """One operation. `calls` is the chain of call places it was inlined through, outermost first."""

    __slots__ = ("op", "args", "attrs", "span", "calls", "block", "targets", "id")

    def __init__(
        self,
        op: Op,
        args: list[Value],
        type: Type,
        attrs: dict[str, Any],
        span: Span | None,
        calls: tuple[Span, ...] = (),
    ) -> None:
        super().__init__(type)
        self.op = op
        self.args = args
        self.attrs = attrs
        self.span = span
        self.calls = calls
        self.block: Block | None = None
        self.targets: list[Block] = []
        self.id = -1

    def __repr__(self) -> str:
        return f"<{self.op.name} {self.id}>"


class Block:
    """A basic block. `name` is for people; identity is the object."""

    __slots__ = ("name", "instrs", "preds")

    def __init__(self, name: str) -> None:
        self.name = name
        self.instrs: list[Instr] = []
        self.preds: list[Block] = []

    @property
    def terminator(self) -> Instr | None:
        last = self.instrs[-1] if self.instrs else None
        return last if last is not None and "T" in last.op.effects else None

    @property
    def succs(self) -> list[Block]:
        return self.instrs[-1].targets if self.instrs else []

    def phis(self) -> Iterator[Instr]:
        for instr in self.instrs:
            if instr.op.name != "phi":
                return
            yield instr

    def __repr__(self) -> str:
        return f"<{self.name}>"


class ProgramRow(NamedTuple):
    """What the kernel grants a program of this kind (from the hook's and program type's rows).

    preemptible: a second run may begin on a CPU where one is not over; per_cpu: it may use per-CPU maps; neutral: its result
    when it must end early.
    """

    prog_type: str
    section: str
    hook: str = ""
    target: str = ""
    sleepable: bool = False
    preemptible: bool = True
    rcu: bool = True
    gpl: bool = False
    trusted_args: bool = False
    neutral: int = 0
    per_cpu: bool = True


class Cap(NamedTuple):
    """`symbol`: the counter of the loop's stops; `form`: as in `turn`; `span`: its place; `counted`: turns until then where
    they are counted, else 0; `walked`: how often the kernel's verifier comes to the head, at most; `known`: blocks that end
    in a branch whose outcome it knows."""

    symbol: str
    form: str
    span: Span | None
    counted: int
    walked: int
    known: tuple[Block, ...]


class Function:
    """`kind`: "program" (has `program`), "static", "global" or "callback". `proto`: its BTF prototype, opaque here. `caps`:
    heads of loops that are stopped at a cap, by passes/cap_loops."""

    __slots__ = ("name", "kind", "params", "ret", "blocks", "program", "proto", "span", "counter", "caps")

    def __init__(
        self,
        name: str,
        kind: str,
        params: list[Param],
        ret: Type = I64,
        program: ProgramRow | None = None,
        span: Span | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.params = params
        self.ret = ret
        self.blocks: list[Block] = []
        self.program = program
        self.proto: Any = None
        self.span = span
        self.counter = 0
        self.caps: dict[Block, Cap] = {}

    @property
    def entry(self) -> Block:
        return self.blocks[0]

    def instrs(self) -> Iterator[Instr]:
        for block in self.blocks:
            yield from block.instrs

    def new_block(self, name: str, after: Block | None = None) -> Block:
        """A fresh, uniquely named block, at the end or behind another."""
        self.counter += 1
        block = Block(f"{name}{self.counter}")
        if after is None:
            self.blocks.append(block)
        else:
            self.blocks.insert(self.blocks.index(after) + 1, block)
        return block


class Data(NamedTuple):
    """A variable of a data section. `ctype` is its BTF description, opaque here; `relocs` are (offset, function)."""

    name: str
    section: str
    data: bytes
    align: int
    ctype: Any = None
    relocs: tuple[tuple[int, str], ...] = ()
    writable: bool = False


class Map(NamedTuple):
    """A map. `type` is a kernel.maptypes row's name; sizes in bytes, 0 for none; `entries`: max_entries; flags: BPF_F_*.

    `key`, `value`, `record` are their BTF descriptions, plain tuples as in `Data.ctype`, opaque here. `inner`: the map that
    each value of a map of maps is; `values`: (slot, program or map) to fill in at load. `scratch`: so many first bytes of
    a value last; what a lookup finds behind them is anybody's, and is written before it is read.
    """

    name: str
    type: str
    key_size: int = 0
    value_size: int = 0
    entries: int = 0
    flags: int = 0
    key: Any = None
    value: Any = None
    record: Any = None
    inner: Any = None
    values: tuple[tuple[int, str], ...] = ()
    pinned: bool = False
    scratch: int | None = None


class Module:
    """All that one object holds. `notes`: what the loader is told beside the code; its values are plain data. `scratch`: what
    codegen/scratch.py has moved there so far, opaque here."""

    __slots__ = ("license", "functions", "data", "maps", "externs", "notes", "scratch", "loops", "places", "ends")

    def __init__(self, license: str = "") -> None:
        self.license = license
        self.functions: list[Function] = []
        self.data: dict[str, Data] = {}
        self.maps: dict[str, Map] = {}
        self.externs: dict[str, Any] = {}
        self.notes: dict[str, Any] = {}
        self.scratch: Any = None
        self.places: dict[tuple[str, int], list[object]] = {}  # of a line → its loops and their copies, as lowering met them
        self.ends: set[Block] = set()  # where a stopped loop ends the program, as lowering left them
        self.loops: dict[Span, int] = {}  # of the source → turns that their form can make, 0: what the verifier walks

    def function(self, name: str) -> Function | None:
        return next((f for f in self.functions if f.name == name), None)


def true() -> Const:
    return Const(1, I1)


def false() -> Const:
    return Const(0, I1)


def const(value: int) -> Const:
    return Const(value, I64)


def make(
    name: str,
    args: list[Value],
    type: Type = I64,
    span: Span | None = None,
    calls: tuple[Span, ...] = (),
    /,
    **attrs: Any,
) -> Instr:
    """An instruction of the op `name`, in no block yet."""
    return Instr(OPS[name], args, type, attrs, span, calls)


def add_edge(source: Block, target: Block) -> None:
    target.preds.append(source)


def remove_edge(source: Block, target: Block) -> None:
    """Forget one edge and the phi operands that came over it."""
    at = target.preds.index(source)
    del target.preds[at]
    for phi in target.phis():
        del phi.args[at]


def replace_uses(fn: Function, old: Value, new: Value) -> None:
    """Make every operand `old` of the function `new`."""
    for instr in fn.instrs():
        for at, arg in enumerate(instr.args):
            if arg is old:
                instr.args[at] = new


def replace_all(fn: Function, mapping: dict[Value, Value]) -> None:
    """Replace operands by `mapping`, following chains (a → b, b → c gives c)."""
    if not mapping:
        return

    def final(value: Value) -> Value:
        while value in mapping:
            value = mapping[value]
        return value

    for instr in fn.instrs():
        for at, arg in enumerate(instr.args):
            if arg in mapping:
                instr.args[at] = final(arg)


def users_of(fn: Function) -> dict[Value, list[Instr]]:
    """Value → the instructions that have it as an operand, as often as they do."""
    users: dict[Value, list[Instr]] = {}
    for instr in fn.instrs():
        for arg in instr.args:
            users.setdefault(arg, []).append(instr)
    return users


def remove_unreachable(fn: Function) -> bool:
    """Drop blocks that no path from the entry reaches, with their edges. True if there were any."""
    seen = {fn.entry}
    work = [fn.entry]
    while work:
        for succ in work.pop().succs:
            if succ not in seen:
                seen.add(succ)
                work.append(succ)
    if len(seen) == len(fn.blocks):
        return False
    for block in fn.blocks:
        if block not in seen:
            for succ in block.succs:
                if succ in seen:
                    remove_edge(block, succ)
    fn.blocks = [block for block in fn.blocks if block in seen]
    return True


__all__ = [
    "VOID", "Block", "Const", "Data", "Function", "Instr", "Map", "Module", "Param", "ProgramRow", "Undef", "Value",
    "add_edge", "const", "false", "make", "remove_edge", "remove_unreachable", "replace_all", "replace_uses", "true", "users_of",
]  # fmt: skip
