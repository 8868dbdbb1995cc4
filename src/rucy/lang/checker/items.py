"""Lists of what is known only when the program runs: Integers, strings, true and false.

Nothing holds such a list: it stands where it is asked. A loop over it is its body once for each element.
"""

from __future__ import annotations

from rucy.lang import tree, typed
from rucy.lang.checker.exprs import is_plain, listed
from rucy.lang.checker.flow import Flow
from rucy.lang.checker.state import Checker
from rucy.lang.types import NIL, U64, BoolType, IntType, StrType

#: the most elements of such a list
_MOST = 64


def of_list(ck: Checker, node: tree.Array) -> list[typed.Node] | typed.Node:
    """The elements of a list of one kind that is no array of constants; otherwise that array, or what is refused."""
    values = [ck.value(item) for item in node.items]
    constants = all(isinstance(value, typed.Int | typed.Str) for value in values)
    kinds = {(type(value.type), getattr(value.type, "net", 0)) for value in values}
    of_one_kind = len(kinds) == 1 and all(isinstance(value.type, IntType | BoolType | StrType) for value in values)
    return values if of_one_kind and not constants and len(values) <= _MOST else listed(ck, node.span, values)


def turns(
    ck: Checker, node: tree.ForEach, values: list[typed.Node], target: typed.Var, index: typed.Var | None, flow: Flow
) -> typed.Node:
    """All elements are there before the first turn, as in Ruby."""
    lead: list[typed.Node] = []
    steps: list[typed.Node] = []
    for at, value in enumerate(values):
        if not is_plain(value) or isinstance(value, typed.Read):
            held = ck.temp(value.type, value.span)
            lead.append(typed.Write(value.span, value.type, held, value))
            value = typed.Read(value.span, value.type, held)
        step = [ck.write(target, value)]
        if index is not None:
            step.append(ck.write(index, typed.Int(node.span, U64, at)))
        steps.append(typed.Seq(node.span, NIL, (*step, typed.Nil(node.span, NIL))))
    if index is not None:
        ck.frame.ranges[index] = (0, len(values) - 1)
    ck.frame.copies *= len(values)
    body = ck.effect(node.body)
    ck.frame.copies //= len(values)
    if index is not None:
        ck.frame.ranges.pop(index, None)
    ck.flow = flow
    made = typed.Turns(node.span, NIL, tuple(steps), body, node.word)
    return typed.Seq(node.span, NIL, (*lead, made)) if lead else made
