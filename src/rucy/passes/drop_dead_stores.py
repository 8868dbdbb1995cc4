"""Removes stores into private memory that nobody reads before it is written again, or gone.

    zero %s off=0 size=16             (gone)
    store %a, %s off=0 width=8        store %a, %s off=0 width=8
    store %b, %s off=8 width=8        store %b, %s off=8 width=8
    call helper=… (%s)                call helper=… (%s)
    store %c, %s off=0 width=8        (gone)
    ret 0                             ret 0

Bytes are followed backwards. A helper that is given the memory may read all of it. Of zeros, those words stay of which a byte
is read.

Needs: no unreachable blocks. Keeps: every byte that a helper or a load may see is written. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.dominance import has_loop, reverse_postorder
from rucy.ir.function import Block, Const, Function, Instr, Value, make
from rucy.ir.types import VOID
from rucy.passes.analysis.places import Places

#: root → mask of the bytes that are read behind here
_Live = dict[Value, int]


def drop_dead_stores(fn: Function) -> bool:
    dead = _Dead(fn)
    if not dead.sizes:
        return False
    behind = dead.solve()
    changed = False
    for block, live in behind.items():
        kept: list[Instr] = []
        for instr in reversed(block.instrs):
            left = dead.needed(instr, live)
            changed = changed or left != [instr]
            kept += reversed(left)
            dead.step(instr, live)
        block.instrs = kept[::-1]
    return changed


class _Dead:
    """`sizes`: the private roots, and how many bytes each has."""

    def __init__(self, fn: Function) -> None:
        self.order = reverse_postorder(fn)
        self.places = Places(fn)
        self.sizes = {root: size for root in self.places.private if (size := _size(root)) is not None}

    def solve(self) -> dict[Block, _Live]:
        """What is read behind each block."""
        before: dict[Block, _Live] = {}
        behind: dict[Block, _Live] = {}
        loops = has_loop(self.order)
        changed = True
        while changed:
            changed = False
            for block in reversed(self.order):
                live: _Live = {}
                for succ in block.succs:
                    for root, mask in before.get(succ, {}).items():
                        live[root] = live.get(root, 0) | mask
                behind[block] = dict(live)
                for instr in reversed(block.instrs):
                    self.step(instr, live)
                if before.get(block) != live:
                    before[block] = live
                    changed = loops
        return behind

    def step(self, instr: Instr, live: _Live) -> None:
        """What is read from before the instruction on."""
        match instr.op.name:
            case "store":
                self._write(instr, 1, instr.attrs["width"], live)
            case "zero":
                self._write(instr, 0, instr.attrs["size"], live)
            case "load":
                self._read(instr, instr.attrs["width"], live)
            case "atomic":
                self._read(instr, instr.attrs["width"], live)
            case "call" | "callfn" | "kfunc":
                for arg in instr.args:
                    root = self.places.of(arg)[0] if arg.type.is_ptr else None
                    if root in self.sizes:
                        live[root] = (1 << self.sizes[root]) - 1
                live.pop(instr, None)

    def _write(self, instr: Instr, operand: int, size: int, live: _Live) -> None:
        root, off = self.places.at(instr, operand)
        if root in live and off is not None:
            live[root] &= ~(((1 << size) - 1) << max(off, 0))

    def _read(self, instr: Instr, size: int, live: _Live) -> None:
        root, off = self.places.at(instr, 0)
        if root in self.sizes:
            mask = ((1 << size) - 1) << max(off, 0) if off is not None else (1 << self.sizes[root]) - 1
            live[root] = live.get(root, 0) | mask

    def needed(self, instr: Instr, live: _Live) -> list[Instr]:
        """What is left of the instruction."""
        if instr.op.name not in ("store", "zero"):
            return [instr]
        root, off = self.places.at(instr, 1 if instr.op.name == "store" else 0)
        if root not in self.sizes or off is None or off < 0:
            return [instr]
        seen = live.get(root, 0) >> off
        if instr.op.name == "store":
            return [instr] if seen & ((1 << instr.attrs["width"]) - 1) else []
        return _words(instr, seen)


def _size(root: Value) -> int | None:
    assert isinstance(root, Instr)
    if root.op.name == "slot":
        return int(root.attrs["size"])
    size = root.args[1]
    return size.value if isinstance(size, Const) else None


def _words(zero: Instr, seen: int) -> list[Instr]:
    """The zeros as runs of words of which some byte is seen; the instruction itself if all are. The last may be less than a
    word."""
    off, size = zero.attrs["off"], zero.attrs["size"]
    wanted = [bool(seen >> at & ((1 << min(8, size - at)) - 1)) for at in range(0, size, 8)]
    if all(wanted):
        return [zero]
    runs: list[Instr] = []
    for number, want in enumerate(wanted):
        if not want:
            continue
        here = min(8, size - 8 * number)
        if number and wanted[number - 1]:
            runs[-1].attrs["size"] += here
            continue
        new = make("zero", [zero.args[0]], VOID, zero.span, zero.calls, off=off + 8 * number, size=here)
        new.block = zero.block
        runs.append(new)
    return runs
