"""Memory of the frame: which slots of a function may lie in the same bytes.

In: legal IR. Out: (bytes of all slots together, slot → offset from the lowest of them). Two slots lie apart when one is
written, in whole or in part, while what is in the other may still be read. A slot is written anew where the stores and
helper calls behind one another in a block cover all of it before anything reads it. A slot whose address goes where it
cannot be followed is apart from all others.
"""

from __future__ import annotations

from rucy.ir.function import Block, Const, Function, Instr, Value
from rucy.records import NamedTuple

#: helper → its argument that it fills whole, whatever happens: with as many bytes as the next argument says, or a map's
#: value. (One that reads a string leaves what is behind the NUL; map_peek_elem asks a bloom filter for what is there.)
_FILLED = {
    "probe_read": 0, "probe_read_kernel": 0, "probe_read_user": 0, "map_pop_elem": 1, "skb_load_bytes": 2,
    "skb_load_bytes_relative": 2,
}  # fmt: skip


class _Access(NamedTuple):
    """`covers`: bytes (a mask) that are written for certain; `reads`: what was there before may be looked at."""

    slot: int
    covers: int
    reads: bool


def share_slots(fn: Function, slots: list[Instr] | None = None) -> dict[Value, int]:
    """Offsets from the end of the memory, all below zero: of the frame's slots, or of some of them."""
    if slots is None:
        slots = [i for i in fn.entry.instrs if i.op.name == "slot"]
    if len(slots) < 2:
        return _placed(slots, [0] * len(slots))
    return _placed(slots, _Lives(fn, slots).apart)


def _placed(slots: list[Instr], apart: list[int]) -> dict[Value, int]:
    """The largest first, each at the lowest place that is free of those it is apart from; addresses end at 0."""
    at: dict[int, int] = {}
    sizes = [(slot.attrs["size"] + 7) & ~7 for slot in slots]
    for number in sorted(range(len(slots)), key=lambda n: (-sizes[n], n)):
        taken = sorted((at[n], at[n] + sizes[n]) for n in at if apart[number] >> n & 1)
        start = 0
        for low, high in taken:
            if start + sizes[number] <= low:
                break
            start = max(start, high)
        at[number] = start
    return {slot: -(at[n] + sizes[n]) for n, slot in enumerate(slots)}


class _Lives:
    """`apart`: for each slot the mask of those that it may not share bytes with."""

    def __init__(self, fn: Function, slots: list[Instr]) -> None:
        self.fn = fn
        self.sizes = [int(slot.attrs["size"]) for slot in slots]
        self.roots: dict[Value, dict[int, int | None]] = {slot: {n: 0} for n, slot in enumerate(slots)}
        self.lost = 0
        for n, slot in enumerate(slots):
            if slot.type.kind != "stack":
                self.lost |= 1 << n
        self._follow()
        self.whole = [0] * len(slots)  # the bytes of each that are ever written
        raw = {block: [found for instr in block.instrs if (found := self._accesses(instr))] for block in fn.blocks}
        for accesses in raw.values():
            for access in (one for found in accesses for one in found):
                self.whole[access.slot] |= access.covers
        self.accesses = {block: self._in_block(found) for block, found in raw.items()}
        self.apart = [0] * len(slots)
        self._interfere()

    # -- addresses

    def _follow(self) -> None:
        """Which slots, at which offset (None: not known), a value may point into."""
        changed = True
        while changed:
            changed = False
            for instr in self.fn.instrs():
                found = self._points(instr)
                if found and found != self.roots.get(instr, {}):
                    self.roots[instr] = found
                    changed = True
        for instr in self.fn.instrs():
            self._find_lost(instr)

    def _points(self, instr: Instr) -> dict[int, int | None]:
        match instr.op.name:
            case "padd":
                step = instr.args[1]
                known = step.signed if isinstance(step, Const) else None
                base = self.roots.get(instr.args[0], {})
                return {n: None if at is None or known is None else at + known for n, at in base.items()}
            case "phi":
                merged: dict[int, int | None] = {}
                for arg in instr.args:
                    for n, at in self.roots.get(arg, {}).items():
                        merged[n] = at if merged.get(n, at) == at else None
                return merged
            case "nonnil" | "cast" | "addr" | "covers":
                return dict(self.roots.get(instr.args[0], {}))
        return {} if instr.op.name != "slot" else self.roots.get(instr, {})

    def _find_lost(self, instr: Instr) -> None:
        name = instr.op.name
        for at, arg in enumerate(instr.args):
            kept = (name == "store" and at == 0) or (name == "atomic" and at > 0) or name in ("ret", "callfn", "kfunc")
            followed = name in ("padd", "phi", "nonnil", "cast", "addr", "load", "store", "zero", "atomic", "call", "eq", "ne")
            if arg in self.roots and (kept or not followed or (name == "padd" and at == 1)):
                for n in self.roots[arg]:
                    self.lost |= 1 << n

    # -- accesses

    def _in_block(self, found: list[tuple[_Access, ...]]) -> list[tuple[_Access, ...]]:
        """Accesses of each instruction of a block that has one, in order; where a slot is covered by a run of writes, the
        first of them is the one that covers it all."""
        out: list[list[_Access]] = [list(accesses) for accesses in found]
        run: dict[int, tuple[int, int, int]] = {}  # slot → (covered, index of the first write, its place there)
        for index, accesses in enumerate(out):
            for place, access in enumerate(accesses):
                n = access.slot
                if access.reads:
                    run.pop(n, None)
                    continue
                covered, first, where = run.get(n, (0, index, place))
                covered |= access.covers
                run[n] = covered, first, where
                if covered == self.whole[n]:
                    out[first][where] = out[first][where]._replace(covers=covered)
                    run.pop(n)
        return [tuple(accesses) for accesses in out]

    def _accesses(self, instr: Instr) -> tuple[_Access, ...]:
        name = instr.op.name
        if name in ("padd", "phi", "nonnil", "cast", "addr", "eq", "ne", "slot"):
            return ()
        found: list[_Access] = []
        for at, arg in enumerate(instr.args):
            roots = self.roots.get(arg)
            if not roots:
                continue
            for n, offset in roots.items():
                alone = len(roots) == 1 and offset is not None
                covers, reads = self._effect(instr, at, n, offset or 0)
                found.append(_Access(n, covers if alone else 0, reads))
        return tuple(found)

    def _effect(self, instr: Instr, at: int, slot: int, offset: int) -> tuple[int, bool]:
        size, off = 0, 0
        match instr.op.name:
            case "store" if isinstance(instr.attrs["off"], int):
                size, off = instr.attrs["width"], instr.attrs["off"]
            case "zero":
                size, off = instr.attrs["size"], instr.attrs["off"]
            case "call":
                number = _FILLED.get(instr.attrs["helper"])
                if number != at:
                    return 0, True
                length = instr.args[at + 1] if at + 1 < len(instr.args) else None
                size = length.value if isinstance(length, Const) else self.sizes[slot] if length is None else 0
            case _:
                return 0, True
        start = offset + off
        if start < 0 or start + size > self.sizes[slot]:
            return 0, True
        return ((1 << size) - 1) << start, False

    # -- lives

    def _interfere(self) -> None:
        count = len(self.sizes)
        whole = self.whole
        for n in range(count):
            if self.lost >> n & 1:
                for other in range(count):
                    self._apart(n, other)
        begun = self._begun()
        needed = self._needed(whole)
        for block in self.fn.blocks:
            live = needed[block]
            there = begun[block]
            history = []
            for accesses in self.accesses[block]:
                for access in accesses:
                    there |= 1 << access.slot
                history.append(there)
            for accesses, so_far in zip(reversed(self.accesses[block]), reversed(history)):
                now = live
                for access in accesses:
                    now |= 1 << access.slot
                now &= so_far
                for access in accesses:
                    for other in range(count):
                        if now >> other & 1:
                            self._apart(access.slot, other)
                live = _before(live, accesses, whole)

    def _apart(self, a: int, b: int) -> None:
        if a != b:
            self.apart[a] |= 1 << b
            self.apart[b] |= 1 << a

    def _begun(self) -> dict[Block, int]:
        """At the start of each block: slots that a way here has accessed."""
        inside = dict.fromkeys(self.fn.blocks, 0)
        for block in self.fn.blocks:
            for accesses in self.accesses[block]:
                for access in accesses:
                    inside[block] |= 1 << access.slot
        begun = dict.fromkeys(self.fn.blocks, 0)
        changed = True
        while changed:
            changed = False
            for block in self.fn.blocks:
                now = begun[block]
                for pred in block.preds:
                    now |= begun.get(pred, 0) | inside.get(pred, 0)
                if now != begun[block]:
                    begun[block] = now
                    changed = True
        return begun

    def _needed(self, whole: list[int]) -> dict[Block, int]:
        """At the end of each block: slots whose bytes may be read before they are written anew."""
        start = dict.fromkeys(self.fn.blocks, 0)
        end = dict.fromkeys(self.fn.blocks, 0)
        changed = True
        while changed:
            changed = False
            for block in reversed(self.fn.blocks):
                live = 0
                for succ in block.succs:
                    live |= start[succ]
                end[block] = live
                for accesses in reversed(self.accesses[block]):
                    live = _before(live, accesses, whole)
                if live != start[block]:
                    start[block] = live
                    changed = True
        return end


def _before(live: int, accesses: tuple[_Access, ...], whole: list[int]) -> int:
    """What is needed before an instruction: a write in part keeps the rest needed, as far as it was."""
    for access in accesses:
        if access.covers == whole[access.slot] and not access.reads:
            live &= ~(1 << access.slot)
    for access in accesses:
        if access.reads:
            live |= 1 << access.slot
    return live


__all__ = ["share_slots"]
