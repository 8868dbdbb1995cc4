"""Registers that found no colour move to the frame: made there, loaded where they are used.

A register that is made by one constant instruction is made again before each use instead. In a block the copy that was
loaded or computed last serves the uses that follow, up to the next call. A copy that finds no colour either is spilled
itself: to the same place, and then for one instruction at a time (`kept`).

`place_spills` then gives places their offsets: places that are never live together share 8 bytes; a spill that no reload
sees is dropped.
"""

from __future__ import annotations

from rucy.codegen.liveness import bits, live_places
from rucy.codegen.machine import FRAME, MFunction, MInsn

REMAKE = ("mov64_imm", "mov32_imm", "lddw", "lddw_map_value", "lddw_map_fd", "lddw_func", "lea", "reload")


def spill(machine: MFunction, registers: list[int]) -> None:
    _Spiller(machine, set(registers)).run()


class _Spiller:
    """`cache`: spilled register → the copy of it that the block has at hand."""

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
        self.again = {r for r in spilled if r in machine.kept or r in machine.copies}
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
            self.out.append(MInsn("spill", names[r], imm=self.places[r]).like(insn))
            if r not in self.again:
                self.cache[r] = names[r]

    def _at_hand(self, at: MInsn, r: int) -> int:
        if r in self.cache:
            return self.cache[r]
        copy = self._copy(r)
        model = self.remake.get(r)
        if model is None:
            self.out.append(MInsn("reload", copy, imm=self.places[r]).like(at))
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
            elif insn.op == "spill":
                if not live >> insn.imm & 1:
                    continue
                live &= ~(1 << insn.imm)
                apart[insn.imm] |= live
            kept.append(insn)
        block.insns = kept[::-1]
    for place, mask in enumerate(list(apart)):
        for other in bits(mask):
            apart[other] |= 1 << place
    return apart
