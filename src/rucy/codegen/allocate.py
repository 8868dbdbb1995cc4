"""Virtual registers → r0 to r9; what does not fit is spilled.

Graph colouring in rounds: build interference, merge copies, colour; what finds no colour is spilled (spill.py) and the
next round begins. The first try of a round merges every copy that may be merged. If that leaves something without a
colour, the second merges with care for r0 to r5, and takes a merged node apart when it finds no colour as a whole.

It ends: every round turns at least one register of the program into copies that live in one block, or one of these into
copies that live for one instruction (`kept`), and so few of those are live at a time that they always find colours.

Before: virtual registers, copies for phis and calls. After: only r0 to r10, `spill` and `reload`; copies onto themselves
are left for layout. Needs: `succs`, `depth`. Keeps: order of instructions. What is spilled is what was computed there: a checked
value is stored from the register that the check was made on, since spilling works on the code before copies are merged.
"""

from __future__ import annotations

from rucy.codegen.liveness import bits, live_out
from rucy.codegen.machine import FIRST, FRAME, MFunction
from rucy.codegen.spill import spill

_COUNT = 10
#: caller-saved first: whoever lives across a call interferes with them anyway
_ORDER = (1, 2, 3, 4, 5, 0, 6, 7, 8, 9)


def allocate_registers(machine: MFunction) -> None:
    while True:
        graph = _Graph(machine)
        names = graph.colour(aggressive=True) or graph.colour(aggressive=False)
        if names is not None:
            break
        spill(machine, graph.victims())
    for block in machine.blocks:
        for insn in block.insns:
            insn.rename(names)


class _Graph:
    """Interference of virtual registers as sets, and as a bit mask of the machine's own that each must not be.

    base, base_fixed: before merging; adjacent, fixed: of the merged nodes. moves: (−weight, dst, src), heaviest first.
    """

    def __init__(self, machine: MFunction) -> None:
        self.machine = machine
        self.base: dict[int, set[int]] = {}
        self.base_fixed: dict[int, int] = {}
        self.cost: dict[int, float] = {}
        self.moves: list[tuple[float, int, int]] = []
        self._build()
        self.failed: list[int] = []

    def _build(self) -> None:
        out = live_out(self.machine)
        masks: dict[int, int] = {}
        cost = dict.fromkeys(range(FIRST), 0.0)
        for block in self.machine.blocks:
            weight = 10.0 ** min(block.depth, 6)
            live = out[block]
            for insn in reversed(block.insns):
                others = live
                if insn.op == "mov64_reg" and insn.src != FRAME:
                    if insn.dst != insn.src:
                        self.moves.append((-weight, insn.dst, insn.src))
                    others &= ~(1 << insn.src)
                writes = insn.writes()
                written = 0
                for r in writes:
                    written |= 1 << r
                    cost[r] = cost.get(r, 0.0) + weight
                others |= written
                for r in writes:
                    masks[r] = masks.get(r, 0) | others
                live &= ~written
                for r in insn.reads():
                    live |= 1 << r
                    cost[r] = cost.get(r, 0.0) + weight
        self.moves.sort(key=lambda move: move[0])
        self.cost = cost
        self._make_symmetric(masks)

    def _make_symmetric(self, masks: dict[int, int]) -> None:
        base = self.base = {r: set() for r in sorted(self.cost) if r >= FIRST}
        fixed = self.base_fixed = dict.fromkeys(base, 0)
        for r, mask in masks.items():
            near = bits(mask >> FIRST << FIRST)
            if r < FIRST:
                for n in near:
                    fixed[n] |= 1 << r
                continue
            fixed[r] |= mask & (1 << _COUNT) - 1
            base[r].update(near)
            for n in near:
                base[n].add(r)
        for r, around in base.items():
            around.discard(r)

    def colour(self, aggressive: bool) -> dict[int, int] | None:
        """Register → its colour; None when some find none (`failed`). apart: merged nodes that were taken apart."""
        self.aggressive = aggressive
        self.adjacent = {r: set(around) for r, around in self.base.items()}
        self.fixed = dict(self.base_fixed)
        self.weight = dict(self.cost)
        self.alias: dict[int, int] = {}
        self.colours: dict[int, int] = {r: r for r in range(_COUNT)}
        self.failed = []
        self.apart: set[int] = set()
        self._merge_copies()
        hints = self._hints()
        members = self._members()
        for r in reversed(self._simplify(members)):
            self._choose(r, members.get(r, [r]), hints.get(r, ()))
            if self.failed and aggressive:
                return None
        if self.failed:
            return None
        for r in self.alias:
            if r not in self.colours:
                self.colours[r] = self.colours[self._find(r)]
        return self.colours

    # -- merging copies

    def _find(self, r: int) -> int:
        while r in self.alias:
            r = self.alias[r]
        return r

    def _merge_copies(self) -> None:
        for _, dst, src in self.moves:
            a, b = self._find(dst), self._find(src)
            if a == b:
                continue
            if b < FIRST:
                a, b = b, a
            if a >= FIRST:
                if b not in self.adjacent[a]:
                    self._merge(a, b)
            elif b >= FIRST and not self.fixed[b] >> a & 1 and (self.aggressive or self._george(a, b)):
                self._fix(a, b)

    def _degree(self, r: int) -> int:
        return len(self.adjacent[r]) + self.fixed[r].bit_count()

    def _george(self, a: int, b: int) -> bool:
        """Every neighbour of b must not be a anyway, or is coloured in any case: then merging makes nothing worse."""
        return all(self.fixed[n] >> a & 1 or self._degree(n) < _COUNT for n in self.adjacent[b])

    def _merge(self, a: int, b: int) -> None:
        """b becomes a."""
        adjacent = self.adjacent
        if len(adjacent[a]) < len(adjacent[b]):
            a, b = b, a
        self.alias[b] = a
        around = adjacent.pop(b)
        for n in around:
            near = adjacent[n]
            near.discard(b)
            near.add(a)
        adjacent[a] |= around
        self.fixed[a] |= self.fixed[b]
        self.weight[a] += self.weight[b]

    def _fix(self, colour: int, b: int) -> None:
        """b becomes one of the machine's own."""
        self.alias[b] = colour
        for n in self.adjacent.pop(b):
            self.adjacent[n].discard(b)
            self.fixed[n] |= 1 << colour

    def _members(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for r in self.alias:
            root = self._find(r)
            found.setdefault(root, [root]).append(r)
        return found

    # -- colouring

    def _hints(self) -> dict[int, list[int]]:
        """Who a node would like to share a colour with: the other ends of its copies, heaviest first."""
        hints: dict[int, list[int]] = {}
        for _, dst, src in self.moves:
            a, b = self._find(dst), self._find(src)
            if a != b:
                hints.setdefault(a, []).append(b)
                hints.setdefault(b, []).append(a)
        return hints

    def _simplify(self, members: dict[int, list[int]]) -> list[int]:
        """Nodes in the order in which they leave the graph: those of low degree first, then the cheapest to spill."""
        left = sorted(self.adjacent)
        degree = {r: self._degree(r) for r in left}
        easy = [r for r in reversed(left) if degree[r] < _COUNT]
        hard = [r for r in left if degree[r] >= _COUNT]
        kept = {r for r in self.machine.kept if r not in members}
        hard.sort(key=lambda r: (r in kept, self.weight[r] / degree[r], r), reverse=True)
        stack: list[int] = []
        gone: set[int] = set()
        while easy or hard:
            r = easy.pop() if easy else hard.pop()
            if r in gone:
                continue
            gone.add(r)
            stack.append(r)
            for n in self.adjacent[r]:
                degree[n] -= 1
                if degree[n] == _COUNT - 1 and n not in gone:
                    easy.append(n)
        return stack

    def _taken(self, members: list[int]) -> int:
        """Colours of what interferes with these parts of one node."""
        taken = 0
        colours = self.colours
        for r in members:
            taken |= self.base_fixed[r]
            for n in self.base[r]:
                colour = colours.get(n)
                if colour is None and n in self.alias:
                    root = self._find(n)
                    colour = colours.get(root) if root not in self.apart else None
                if colour is not None:
                    taken |= 1 << colour
        return taken

    def _choose(self, r: int, members: list[int], hints: list[int] | tuple[int, ...]) -> None:
        taken = self._taken(members)
        free = [c for c in _ORDER if not taken >> c & 1]
        if free:
            wanted = [self.colours.get(h, -1) for h in hints]
            self.colours[r] = next((c for c in wanted if c in free), free[0])
        elif len(members) == 1 or self.aggressive:
            self.failed.append(r)
        else:
            self._split(r, members)

    def _split(self, root: int, members: list[int]) -> None:
        """Colour what was merged piece by piece, the costliest first; like colours where they can be had."""
        self.apart.add(root)
        favourite = None
        for r in sorted(members, key=lambda m: (m not in self.machine.kept, -self.cost[m], m)):
            taken = self._taken([r])
            free = [c for c in _ORDER if not taken >> c & 1]
            if not free:
                self.failed.append(r)
                continue
            self.colours[r] = favourite if favourite is not None and favourite in free else free[0]
            favourite = self.colours[r]

    # -- what to spill

    def victims(self) -> list[int]:
        """What found no colour; where that must not be spilled, the cheapest that is in its way."""
        kept = self.machine.kept
        chosen = {r for r in self.failed if r not in kept}
        for r in self.failed:
            if r in kept:
                near = [n for n in self.base[r] if n not in kept]
                if near and not chosen.intersection(near):
                    chosen.add(min(near, key=lambda n: (self.cost[n], n)))
        assert chosen, f"{self.machine.name}: registers cannot be allocated"
        return sorted(chosen)


