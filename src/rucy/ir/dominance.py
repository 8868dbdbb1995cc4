"""Orders of the control-flow graph: reverse postorder and dominators (Cooper, Harvey, Kennedy, "A Simple, Fast
Dominance Algorithm", 2001).

In: a function whose preds are right. Out: facts that hold until an edge changes. Blocks that nothing reaches are in none.
"""

from __future__ import annotations

from rucy.ir.function import Block, Function


def reverse_postorder(fn: Function) -> list[Block]:
    """The reachable blocks, each before its successors but for the back edges."""
    order: list[Block] = []
    seen = {fn.entry}
    stack = [(fn.entry, iter(fn.entry.succs))]
    while stack:
        block, succs = stack[-1]
        for succ in succs:
            if succ not in seen:
                seen.add(succ)
                stack.append((succ, iter(succ.succs)))
                break
        else:
            order.append(block)
            stack.pop()
    order.reverse()
    return order


def has_loop(order: list[Block]) -> bool:
    """Does control come back to a block of the order? Without, facts that follow it are found in one round."""
    number = {block: at for at, block in enumerate(order)}
    return any(number.get(pred, -1) >= at for at, block in enumerate(order) for pred in block.preds)


class Dominance:
    """`order`: reverse postorder. `idom`: a block's immediate dominator, the entry's is itself."""

    __slots__ = ("order", "idom", "_enter", "_leave")

    def __init__(self, fn: Function) -> None:
        self.order = reverse_postorder(fn)
        self.idom = _immediate_dominators(self.order)
        self._enter: dict[Block, int] = {}
        self._leave: dict[Block, int] = {}
        self._number(fn.entry)

    def dominates(self, a: Block, b: Block) -> bool:
        """Does every path to b pass a? A block dominates itself."""
        return self._enter[a] <= self._enter[b] and self._leave[b] <= self._leave[a]

    def reaches(self, block: Block) -> bool:
        return block in self.idom

    def entered_from(self, block: Block) -> Block | None:
        """The predecessor over which alone control first comes to the block: its only one, or of a loop's head the one
        that is not in the loop. What the edge from there says holds in all that the block dominates."""
        if len(block.preds) == 1:
            return block.preds[0] if block.preds[0] in self.idom else None
        outside = [pred for pred in block.preds if pred in self.idom and not self.dominates(block, pred)]
        return outside[0] if len(outside) == 1 and block in self.idom else None

    def children(self) -> dict[Block, list[Block]]:
        """The dominator tree, children in reverse postorder."""
        tree: dict[Block, list[Block]] = {block: [] for block in self.order}
        for block in self.order[1:]:
            tree[self.idom[block]].append(block)
        return tree

    def _number(self, entry: Block) -> None:
        """Depth-first numbers: a dominates b exactly if b's interval lies in a's."""
        tree = self.children()
        clock = 0
        stack = [(entry, iter(tree[entry]))]
        self._enter[entry] = clock
        while stack:
            block, children = stack[-1]
            clock += 1
            child = next(children, None)
            if child is None:
                self._leave[block] = clock
                stack.pop()
            else:
                self._enter[child] = clock
                stack.append((child, iter(tree[child])))


def _immediate_dominators(order: list[Block]) -> dict[Block, Block]:
    number = {block: at for at, block in enumerate(order)}
    idom = {order[0]: order[0]}
    changed = True
    while changed:
        changed = loops = False
        for block in order[1:]:
            new: Block | None = None
            for pred in block.preds:
                if pred in idom:
                    new = pred if new is None else _meet(new, pred, idom, number)
                else:
                    loops = True
            assert new is not None, f"{block} is reached by no predecessor of its list"
            if idom.get(block) is not new:
                idom[block] = new
                changed = True
        changed = changed and loops
    return idom


def _meet(a: Block, b: Block, idom: dict[Block, Block], number: dict[Block, int]) -> Block:
    while a is not b:
        while number[a] > number[b]:
            a = idom[a]
        while number[b] > number[a]:
            b = idom[b]
    return a
