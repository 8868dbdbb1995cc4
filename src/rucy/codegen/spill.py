"""Registers that found no colour move to the frame: made there, loaded where they are used.

A register that is made by one constant instruction is made again before each use instead. In a block the copy that was
loaded or computed last serves the uses that follow, up to the next call. A copy that finds no colour either is spilled
itself: to the same place, and then for one instruction at a time (`kept`), as a truth value is at once.

A truth value is 2 or 3 in the frame. Of a zero that is stored the verifier keeps that, at any width, and of anything else before
Linux 6.8 that it is no zero (check_stack_write_fixed_off): each truth value would part its paths in two.

`place_spills` then gives places their offsets: places that are never live together share 8 bytes. A spill that no reload
sees is dropped, and one of what was loaded from there.
"""

from __future__ import annotations

from rucy.codegen.liveness import bits, live_places, remove_dead
from rucy.codegen.machine import FRAME, MBlock, MFunction, MInsn

REMAKE = ("mov64_imm", "mov32_imm", "lddw", "lddw_map_value", "lddw_map_fd", "lddw_func", "lea", "reload")
#: what is set in the frame's copy of a truth value
_TOLD = 2


def spill(machine: MFunction, registers: list[int]) -> None:
    _Spiller(machine, set(registers)).run()


class _Spiller:
    """`cache`: spilled register → the copy of it that the block has at hand; `truths`: those of them that are truth values."""

    def __init__(self, machine: MFunction, spilled: set[int]) -> None:
        self.machine = machine
        self.spilled = spilled
        self.remake = self._find_remade()
        self.places: dict[int, int] = {}
        for r in sorted(spilled):
            if r in self.remake:
                continue
            if r not in machine.homes:
                machine.homes[r] = machine.places
                machine.places += 1
            self.places[r] = machine.homes[r]
        self.truths = machine.truths & spilled - self.remake.keys()
        self.again = {r for r in spilled if r in machine.kept or r in machine.copies} | self.truths
        self.cache: dict[int, int] = {}
        self.out: list[MInsn] = []

    def _find_remade(self) -> dict[int, MInsn]:
        writers: dict[int, list[MInsn]] = {}
        for block in self.machine.blocks:
            for insn in block.insns:
                for r in insn.writes():
                    if r in self.spilled:
                        writers.setdefault(r, []).append(insn)
        return {r: w[0] for r, w in writers.items() if len(w) == 1 and w[0].op in REMAKE}

    def run(self) -> None:
        for block in self.machine.blocks:
            self.out = []
            self.cache = {}
            for insn in block.insns:
                self._rewrite(insn)
            block.insns = self.out

    def _rewrite(self, insn: MInsn) -> None:
        reads = [r for r in dict.fromkeys(insn.reads()) if r in self.spilled]
        writes = [r for r in dict.fromkeys(insn.writes()) if r in self.spilled]
        if writes and writes[0] in self.remake:
            return
        if insn.op == "spill" and reads and self.places.get(reads[0]) == insn.imm:
            return  # it is there already
        if writes and writes[0] in self.truths and self._set_truth(insn, writes[0]):
            return
        names = {r: self._at_hand(insn, r) for r in reads}
        for r in writes:
            if r not in names:
                names[r] = self._copy(r)
        if names:
            insn.rename(names)
        self.out.append(insn)
        if insn.op.startswith("call"):
            self.cache.clear()
        for r in writes:
            if r in self.truths:
                self.out.append(MInsn("or64_imm", names[r], imm=_TOLD).like(insn))
            self.out.append(MInsn("spill", names[r], imm=self.places[r]).like(insn))
            if r not in self.again:
                self.cache[r] = names[r]

    def _set_truth(self, insn: MInsn, r: int) -> bool:
        """A constant, or another that is in the frame as well, needs no register of its own."""
        if insn.op == "mov64_imm":
            self.out.append(MInsn("spill_imm", off=self.places[r], imm=insn.imm | _TOLD).like(insn))
        elif insn.op == "mov64_reg" and insn.src in self.truths:
            copy = self._copy(r)
            self.out.append(MInsn("reload", copy, imm=self.places[insn.src]).like(insn))
            self.out.append(MInsn("spill", copy, imm=self.places[r]).like(insn))
        else:
            return False
        return True

    def _at_hand(self, at: MInsn, r: int) -> int:
        if r in self.cache:
            return self.cache[r]
        copy = self._copy(r)
        model = self.remake.get(r)
        if model is None:
            self.out.append(MInsn("reload", copy, imm=self.places[r]).like(at))
            if r in self.truths:
                self.out.append(MInsn("and64_imm", copy, imm=1).like(at))
        else:
            self.out.append(MInsn(model.op, copy, model.src, model.off, model.imm, model.ref).like(at))
        if r not in self.again:
            self.cache[r] = copy
        return copy

    def _copy(self, r: int) -> int:
        machine = self.machine
        copy = machine.register()
        if r in self.again:
            machine.kept.add(copy)
        else:
            machine.copies.add(copy)
            if r in self.places:
                machine.homes[copy] = self.places[r]
        return copy


# ---------------------------------------------------------------- offsets


def place_spills(machine: MFunction) -> None:
    """`spill` and `reload` become stores and loads. Before: registers are allocated."""
    if not machine.places:
        return
    apart = _interference(machine)
    offsets: dict[int, int] = {}
    rows: list[tuple[int, int]] = []  # (places in it, offset)
    for place in range(machine.places):
        at = next((k for k, (mask, _) in enumerate(rows) if not mask & apart[place]), None)
        if at is None:
            at = len(rows)
            rows.append((0, machine.stack(8)))
        rows[at] = (rows[at][0] | 1 << place, rows[at][1])
        offsets[place] = rows[at][1]
    for block in machine.blocks:
        for insn in block.insns:
            if insn.op == "reload":
                insn.op, insn.src, insn.off, insn.imm = "ldx_u64", FRAME, offsets[insn.imm], 0
            elif insn.op == "spill":
                insn.op, insn.dst, insn.src, insn.off, insn.imm = "stx_64", FRAME, insn.dst, offsets[insn.imm], 0
            elif insn.op == "spill_imm":
                insn.op, insn.dst, insn.off = "st_64", FRAME, offsets[insn.off]
    dropped = [_drop_stores_back(block, set(offsets.values())) for block in machine.blocks]
    if any(dropped):
        remove_dead(machine)


def _drop_stores_back(block: MBlock, places: set[int]) -> bool:
    """A register that was loaded from a place needs no store to it: what moves from one spilled register to another that
    shares its place."""
    holds: dict[int, int] = {}  # register → the offset of the place whose value it has
    kept: list[MInsn] = []
    for insn in block.insns:
        spilling = insn.op == "stx_64" and insn.dst == FRAME and insn.off in places
        if spilling and holds.get(insn.src) == insn.off:
            continue
        kept.append(insn)
        if insn.is_move and insn.dst == insn.src:  # left for layout
            continue
        if insn.op in ("stx_64", "st_64") and insn.dst == FRAME:
            holds = {r: off for r, off in holds.items() if off != insn.off}
        for r in insn.writes():
            holds.pop(r, None)
        if insn.op == "ldx_u64" and insn.src == FRAME and insn.off in places:
            holds[insn.dst] = insn.off
        elif spilling:
            holds[insn.src] = insn.off
    dropped = len(kept) < len(block.insns)
    block.insns = kept
    return dropped


def _interference(machine: MFunction) -> list[int]:
    """Which places are live together. Drops spills that nothing loads."""
    live_at_end = live_places(machine)
    apart = [0] * machine.places
    for block in machine.blocks:
        live = live_at_end[block]
        kept: list[MInsn] = []
        for insn in reversed(block.insns):
            if insn.op == "reload":
                live |= 1 << insn.imm
            elif insn.op in ("spill", "spill_imm"):
                place = insn.imm if insn.op == "spill" else insn.off
                if not live >> place & 1:
                    continue
                live &= ~(1 << place)
                apart[place] |= live
            kept.append(insn)
        block.insns = kept[::-1]
    for place, mask in enumerate(list(apart)):
        for other in bits(mask):
            apart[other] |= 1 << place
    return apart
