"""Names that were meant, for messages: imported only when there is something to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rucy.lang import tree, typed

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker


def did_you_mean(name: str, names: Iterable[str], none: str = "") -> str:
    """ "; did you mean `x`?" for the nearest of the names, or `none`."""
    best = nearest(name, names)
    return f"; did you mean `{best}`?" if best else none


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that differs in the fewest letters, if those are few."""
    limit = len(name) // 3 or int(len(name) > 1)
    best, best_distance = None, limit + 1
    for other in sorted(set(names)):
        if other == name or not (other[0].isalpha() or other[0] == "_") or abs(len(other) - len(name)) >= best_distance:
            continue
        distance = _distance(name, other, best_distance)
        if distance < best_distance:
            best, best_distance = other, distance
    return best


def _distance(a: str, b: str, limit: int) -> int:
    """Letters to insert, delete, change or swap with the next one; `limit` or more is only said to be `limit`."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if last and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) >= limit:
            return limit
    return row[-1]


def unknown_name(ck: Checker, node: tree.Send) -> typed.Node:
    from rucy.kernel.words import BY_WORD
    from rucy.lang.checker.helper_calls import names as helper_names
    from rucy.lang.checker.words import WORDS

    mine = [var.name for var in ck.frame.vars] + list(ck.unit.methods)
    known = [*mine, *WORDS, *BY_WORD]
    best = nearest(node.name, known) or nearest(node.name, helper_names())
    called = bool(node.args) or node.block is not None
    if best is not None:
        return ck.say("UndefinedNameNear", node.name_span, name=node.name, best=best)
    return ck.say("UndefinedMethod" if called else "UndefinedName", node.name_span, name=node.name)


def unknown_constant(ck: Checker, node: tree.Const) -> typed.Node:
    from rucy.kernel import constants

    best = did_you_mean(node.name, [*ck.unit.consts, *constants.names()])
    return ck.say("UndefinedConstant", node.span, name=node.name, suggestion=best)
