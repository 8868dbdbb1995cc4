"""What is known on one path through a body: which variables have been assigned, which are not nil.

A path that nothing reaches has a `Flow` too, a dead one: its types are checked, nothing there is lowered.
"""

from __future__ import annotations

from rucy.lang import tree, typed
from rucy.records import NamedTuple

_EMPTY: frozenset[typed.Var] = frozenset()


class Flow(NamedTuple):
    """`narrowed`: nil-able variables that hold a value here. `absent`: the input BTF never takes this path; `dead`: nothing
    does, as behind a constant condition or a `return`."""

    assigned: frozenset[typed.Var] = _EMPTY
    narrowed: frozenset[typed.Var] = _EMPTY
    present: frozenset[tuple[str, str]] = frozenset()  # (struct, member) that a test found
    absent: bool = False
    dead: bool = False
    stored: frozenset[typed.Var] = _EMPTY  # objects of which a copy has been stored
    stale: frozenset[typed.Var] = _EMPTY  # headers taken before a call that moved the packet
    replaced: frozenset[typed.Var] = _EMPTY  # objects whose place has been given another

    def assign(self, var: typed.Var, nil_free: bool) -> Flow:
        narrowed = self.narrowed | {var} if nil_free else self.narrowed - {var}
        return self._replace(assigned=self.assigned | {var}, narrowed=narrowed, stale=self.stale - {var},
                             replaced=self.replaced - {var})  # fmt: skip

    def narrow(self, var: typed.Var) -> Flow:
        return self._replace(narrowed=self.narrowed | {var})

    def end(self) -> Flow:
        """Nothing comes here."""
        return self._replace(dead=True)


def merge(a: Flow, b: Flow) -> Flow:
    """What is known where two paths meet."""
    if a.dead != b.dead:
        return b if a.dead else a
    if a.absent != b.absent:
        return b if a.absent else a
    return Flow(a.assigned & b.assigned, a.narrowed & b.narrowed, a.present & b.present, a.absent, a.dead,
                a.stored | b.stored, a.stale | b.stale, a.replaced | b.replaced)  # fmt: skip


def forget(flow: Flow, names: set[typed.Var]) -> Flow:
    """At the head of a loop: what its body assigns is not known to be anything."""
    return flow._replace(narrowed=flow.narrowed - names)


def nodes_in(node: object, loop: int) -> int:
    """How large a tree is, where one with a loop counts `loop` more."""
    count = 0
    todo = [node]
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo += at
        elif isinstance(at, tree.Node):
            count += 1 + (loop if isinstance(at, tree.Loop | tree.ForRange | tree.ForEach) else 0)
            todo += [getattr(at, name) for name in at.__slots__]
    return count


def assigned_in(node: object, found: set[tree.Var]) -> set[tree.Var]:
    """All variables that a tree assigns."""
    todo = [node]
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo += at
        elif isinstance(at, tree.Node):
            if isinstance(at, tree.SetLocal | tree.ForRange | tree.ForEach):
                found.add(at.var)
            if isinstance(at, tree.ForEach) and at.index is not None:
                found.add(at.index)
            todo += [getattr(at, name) for name in at.__slots__]
    return found
