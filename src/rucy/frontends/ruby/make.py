"""Short ways to make tree nodes, for the expansions of methods."""

from __future__ import annotations

from rucy.lang import tree
from rucy.source import Span


def recv_of(send: tree.Send) -> tree.Node:
    assert send.recv is not None
    return send.recv


def prim(span: Span, op: str, *args: tree.Node) -> tree.Node:
    return tree.Prim(span, op, args)


def int_(span: Span, value: int) -> tree.Node:
    return tree.Int(span, value)


def eq(span: Span, left: tree.Node, right: tree.Node) -> tree.Node:
    return tree.Prim(span, "eq", (left, right))


def not_(span: Span, value: tree.Node) -> tree.Node:
    return tree.Not(span, value)


def local(var: tree.Var) -> tree.Node:
    return tree.Local(var.span, var)


def if_(send: tree.Send, cond: tree.Node, then: tree.Node, other: tree.Node) -> tree.Node:
    return tree.If(send.span, cond, then, other, send.name)


def bind(span: Span, word: str, value: tree.Node) -> tuple[tuple[tree.Node, ...], tree.Var]:
    """A temporary that holds `value`, and the step that fills it."""
    var = tree.Var("%" + word, value.span)
    return (tree.SetLocal(span, var, value),), var


def fold_seq(span: Span, steps: tuple[tree.Node, ...], value: tree.Node) -> tree.Node:
    return tree.Seq(span, (*steps, value)) if steps else value
