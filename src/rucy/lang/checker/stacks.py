"""`kstack`, `ustack`: the stack of what is running, kept in a map of stacks; the word's value is its number there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import context
from rucy.lang.checker.state import bad
from rucy.lang.storage import ArrayStorage, IntStorage
from rucy.lang.types import S64

if TYPE_CHECKING:
    from rucy.kernel.words import Builtin
    from rucy.lang.checker.state import Checker

OWN = "rucy_stacks"  # the map of a program that declares none
_DEPTH = 127  # PERF_MAX_STACK_DEPTH of include/uapi/linux/perf_event.h
_ENTRIES = 16_384


def stack(ck: Checker, node: tree.Send, row: Builtin) -> typed.Node:
    from rucy.lang.checker import helper_calls
    from rucy.lang.checker.words import arity

    if not arity(ck, node, 0, 1):
        return bad(node.span)
    helper = helper_calls.find("get_stackid")
    assert helper is not None
    if not helper_calls.allowed(ck, node, helper):
        return bad(node.span)
    name = _map(ck, node)
    if name is None:
        return bad(node.span)
    return typed.StackId(node.span, S64, context.raw(ck, node), name, row.flags)


def _map(ck: Checker, node: tree.Send) -> str | None:
    """The map that keeps the stack: the one given, the only one declared, or one of our own."""
    from rucy.lang.checker import maps

    declared = [name for name, state in ck.maps.items() if state.kind == "stacks"]
    if node.args:
        state = maps.find(ck, node.args[0])
        if state is None or state.kind != "stacks":
            ck.say("StackMap", node.args[0].span, word=node.name, known=", ".join(declared) or "STACKS = stack_traces")
            return None
        return state.name
    if len(declared) > 1:
        ck.say("WhichStacks", node.name_span, word=node.name, first=declared[0], known=", ".join(declared))
        return None
    if declared:
        return declared[0]
    if ck.stacks is None:
        ck.stacks = node.name_span
    return OWN


def own(ck: Checker) -> typed.MapVar | None:
    """The map that `kstack` needs where the program declares none."""
    if ck.stacks is None:
        return None
    value = ArrayStorage(IntStorage(8, False, 0, "ksym"), _DEPTH)
    return typed.MapVar(OWN, "STACK_TRACE", IntStorage(4), value, _ENTRIES, ck.stacks)
