"""Virtual registers → r0 to r9, spilling what does not fit.

Graph colouring in rounds: build interference, merge copies, colour; what finds no colour is spilled (or made again where
it is used, when it is a constant or an address) and the round is repeated. Spilling is done on the code before the
copies were merged, so a spilled value is always stored from the register that a check was made on.

Before: virtual registers, copies for phis and calls. After: only r0 to r10; copies onto themselves are left for layout.
Needs: `succs`. Keeps: order of instructions.
"""

from __future__ import annotations

from rucy.codegen.machine import FIRST, FRAME, MBlock, MFunction, MInsn

_COLOURS = tuple(range(10))
#: caller-saved first: whoever lives across a call interferes with them anyway
_ORDER = (1, 2, 3, 4, 5, 0, 6, 7, 8, 9)
_REMAKE = ("mov64_imm", "mov32_imm", "lddw", "lddw_map_value", "lddw_map_fd", "lddw_func", "lea")


def allocate_registers(machine: MFunction) -> None:
    _find_depths(machine)
    for _ in range(64):
        graph = _Graph(machine)
        failed = graph.colour(aggressive=True)
        if failed:
            graph = _Graph(machine)
            failed = graph.colour(aggressive=False)
        if not failed:
            names = graph.names()
            for block in machine.blocks:
                for insn in block.insns:
                    insn.rename(names)
            return
        _spill(machine, failed)
    raise AssertionError(f"{machine.name}: registers cannot be allocated")


def _find_depths(machine: MFunction) -> None:
    """Loop depth of each block, from back edges of a depth-first walk: good enough to weigh spills."""
    order: dict[MBlock, int] = {b: i for i, b in enumerate(machine.blocks)}
    preds: dict[MBlock, list[MBlock]] = {b: [] for b in machine.blocks}
    for block in machine.blocks:
        for succ in block.succs:
            preds[succ].append(block)
    for block in machine.blocks:
        for succ in block.succs:
            if order[succ] <= order[block]:
                body = {succ, block}
                work = [block] if block is not succ else []
                while work:
                    for pred in preds[work.pop()]:
                        if pred not in body:
                            body.add(pred)
                            work.append(pred)
                for member in body:
                    member.depth += 1


def live_out(machine: MFunction) -> dict[MBlock, int]:
    """Registers live at each block's end, as bit masks."""
    gen: dict[MBlock, int] = {}
    kill: dict[MBlock, int] = {}
    for block in machine.blocks:
        used = defined = 0
        for insn in block.insns:
            for r in insn.reads():
                if not defined >> r & 1:
                    used |= 1 << r
            for r in insn.writes():
                defined |= 1 << r
        gen[block], kill[block] = used, defined
    live_in = dict(gen)
    out = dict.fromkeys(machine.blocks, 0)
    changed = True
    while changed:
        changed = False
        for block in reversed(machine.blocks):
            mask = 0
            for succ in block.succs:
                mask |= live_in[succ]
            if mask != out[block]:
                out[block] = mask
                live_in[block] = gen[block] | (mask & ~kill[block])
                changed = True
    return out


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


class _Graph:
    """Interference as one bit mask a register; 0 to 9 are the machine's own, already coloured."""

    def __init__(self, machine: MFunction) -> None:
        self.machine = machine
        self.adjacent: dict[int, int] = dict.fromkeys(range(10), 0)
        self.moves: list[tuple[int, int, int]] = []
        self.cost: dict[int, float] = {}
        self.alias: dict[int, int] = {}
        self.colours: dict[int, int] = {}
        self._build()

    def _build(self) -> None:
        out = live_out(self.machine)
        adjacent, cost = self.adjacent, self.cost
        for block in self.machine.blocks:
            weight = 10.0 ** min(block.depth, 6)
            live = out[block]
            for insn in reversed(block.insns):
                reads, writes = insn.reads(), insn.writes()
                if insn.is_move and insn.src != FRAME:
                    self.moves.append((-int(weight), insn.dst, insn.src))
                    others = live & ~(1 << insn.src)
                else:
                    others = live
                written = 0
                for r in writes:
                    written |= 1 << r
                for r in writes:
                    mask = (others | written) & ~(1 << r) & ~(1 << FRAME)
                    adjacent[r] = adjacent.get(r, 0) | mask
                    cost[r] = cost.get(r, 0.0) + weight
                live &= ~written
                for r in reads:
                    live |= 1 << r
                    adjacent.setdefault(r, 0)
                    cost[r] = cost.get(r, 0.0) + weight
        self._symmetric()

    def _symmetric(self) -> None:
        for r, mask in list(self.adjacent.items()):
            for other in _bits(mask):
                self.adjacent[other] = self.adjacent.get(other, 0) | 1 << r

    def find(self, r: int) -> int:
        while r in self.alias:
            r = self.alias[r]
        return r

    # -- merging copies

    def _merge_copies(self, aggressive: bool) -> None:
        for _, dst, src in sorted(self.moves, key=lambda m: m[0]):
            a, b = self.find(dst), self.find(src)
            if a == b or self.adjacent[a] >> b & 1 or (a < FIRST and b < FIRST):
                continue
            if b < FIRST:
                a, b = b, a
            if aggressive or self._safe(a, b):
                self._merge(a, b)

    def _safe(self, a: int, b: int) -> bool:
        """Briggs' test; for a machine register George's."""
        if a < FIRST:
            return all(
                n < FIRST or self.adjacent[n] >> a & 1 or self._degree(n) < len(_COLOURS) for n in _bits(self.adjacent[b])
            )
        both = self.adjacent[a] | self.adjacent[b]
        return sum(1 for n in _bits(both) if n < FIRST or self._degree(n) >= len(_COLOURS)) < len(_COLOURS)

    def _degree(self, r: int) -> int:
        return self.adjacent[r].bit_count()

    def _merge(self, a: int, b: int) -> None:
        """b becomes a."""
        self.alias[b] = a
        for n in _bits(self.adjacent[b]):
            self.adjacent[n] = self.adjacent[n] & ~(1 << b) | 1 << a
        self.adjacent[a] |= self.adjacent.pop(b)
        self.cost[a] = self.cost.get(a, 0.0) + self.cost.get(b, 0.0)

    # -- colouring

    def colour(self, aggressive: bool) -> list[int]:
        """Registers that found no colour (before merging: all that were merged with them); [] when done."""
        self._merge_copies(aggressive)
        nodes = [r for r in self.adjacent if r >= FIRST]
        stack = self._simplify(nodes)
        failed = []
        hints = self._hints()
        for r in reversed(stack):
            taken = 0
            for n in _bits(self.adjacent[r]):
                if n < FIRST:
                    taken |= 1 << n
                elif n in self.colours:
                    taken |= 1 << self.colours[n]
            free = [c for c in _ORDER if not taken >> c & 1]
            if not free:
                failed.append(r)
                continue
            wanted = [self.colours.get(self.find(h), h) for h in hints.get(r, ())]
            self.colours[r] = next((c for c in wanted if c in free), free[0])
        return self._members(failed)

    def _hints(self) -> dict[int, list[int]]:
        hints: dict[int, list[int]] = {}
        for _, dst, src in self.moves:
            a, b = self.find(dst), self.find(src)
            if a != b:
                hints.setdefault(a, []).append(b)
                hints.setdefault(b, []).append(a)
        return hints

    def _simplify(self, nodes: list[int]) -> list[int]:
        """Nodes in the order in which they leave the graph: those of low degree first, then the cheapest to spill."""
        degree = {r: self._degree(r) for r in nodes}
        left = set(nodes)
        stack: list[int] = []
        easy = [r for r in nodes if degree[r] < len(_COLOURS)]
        kept = self.machine.kept
        while left:
            while easy:
                r = easy.pop()
                if r in left:
                    self._remove(r, left, degree, easy)
                    stack.append(r)
            if left:
                r = min(left, key=lambda n: (n in kept, self.cost.get(n, 0.0) / max(1, degree[n]), n))
                self._remove(r, left, degree, easy)
                stack.append(r)
        return stack

    def _remove(self, r: int, left: set[int], degree: dict[int, int], easy: list[int]) -> None:
        left.discard(r)
        for n in _bits(self.adjacent[r]):
            if n in left:
                degree[n] -= 1
                if degree[n] == len(_COLOURS) - 1:
                    easy.append(n)

    def _members(self, failed: list[int]) -> list[int]:
        if not failed:
            return []
        roots = set(failed)
        merged = [r for r in self.alias if self.find(r) in roots]
        return [r for r in [*failed, *merged] if r not in self.machine.kept]

    def names(self) -> dict[int, int]:
        names = dict(self.colours)
        for r in self.alias:
            root = self.find(r)
            names[r] = self.colours.get(root, root)
        return names


# ---------------------------------------------------------------- spilling


def _spill(machine: MFunction, registers: list[int]) -> None:
    """Give each register a place in the frame: stored after each write, loaded before each read. What is made by one
    constant instruction is made again before each read instead."""
    spilled = set(registers)
    remake = _remakeable(machine, spilled)
    places = {r: machine.stack(8) for r in sorted(spilled) if r not in remake}
    for block in machine.blocks:
        out: list[MInsn] = []
        for insn in block.insns:
            reads = [r for r in dict.fromkeys(insn.reads()) if r in spilled]
            writes = [r for r in insn.writes() if r in spilled]
            if writes and writes[0] in remake:
                continue
            names: dict[int, int] = {}
            for r in reads:
                names[r] = machine.register()
                machine.kept.add(names[r])
                out.append(_load_again(insn, names[r], r, places, remake))
            for r in writes:
                if r not in names:
                    names[r] = machine.register()
                    machine.kept.add(names[r])
            insn.rename(names)
            out.append(insn)
            for r in writes:
                out.append(_like(insn, MInsn("stx_64", FRAME, names[r], places[r])))
        block.insns = out


def _remakeable(machine: MFunction, spilled: set[int]) -> dict[int, MInsn]:
    writers: dict[int, list[MInsn]] = {}
    for block in machine.blocks:
        for insn in block.insns:
            for r in insn.writes():
                if r in spilled:
                    writers.setdefault(r, []).append(insn)
    return {r: w[0] for r, w in writers.items() if len(w) == 1 and w[0].op in _REMAKE}


def _load_again(at: MInsn, dst: int, r: int, places: dict[int, int], remake: dict[int, MInsn]) -> MInsn:
    if r in remake:
        model = remake[r]
        return _like(at, MInsn(model.op, dst, model.src, model.off, model.imm, model.ref))
    return _like(at, MInsn("ldx_u64", dst, FRAME, places[r]))


def _like(at: MInsn, insn: MInsn) -> MInsn:
    insn.span, insn.calls = at.span, at.calls
    return insn
