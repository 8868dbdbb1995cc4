"""Walks through a map that gather something: `M.count { }`, `sum`, `any?`, `all?`, `none?`, `each_key`, `each_value`.

In: the call. Out: `M.each` with a body that counts, adds or leaves, as a tree: what the call means is nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.blocks import turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker


def walk(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """The method by its neutral name. Without a block it asks how many elements there are."""
    from rucy.lang.checker import maps

    meant = ck.dialect.map_methods[node.name]
    if node.block is None and state.kind == "array" and meant == "count":
        return maps.size(ck, node, state, used)
    if node.block is None and meant in _COUNTS:
        return ck.say("MapCountAll", node.name_span, name=node.name, map=state.name)
    if node.block is None:
        return ck.say("WalkBlock", node.name_span, map=state.name, name=node.name, block=_BLOCKS.get(meant, "{ |key, value| … }"))
    kept = ck.expansions.get((id(node), "walk"))
    if kept is None:
        made = _MEANING[meant](node)
        if isinstance(node.block, tree.Block) and node.block.break_label.used:
            made = tree.Catch(node.span, node.block.break_label, made)
        kept = ck.expansions[id(node), "walk"] = (node, None, made)
    return ck.expr(kept[2], used)


_COUNTS = ("count", "any", "none")
_BLOCKS = {"each_key": "{ |key| … }", "each_value": "{ |value| … }"}


def _each(node: tree.Send, body: Callable[[tree.Node, tree.Node], tree.Node]) -> tree.Node:
    """`M.each { |key, value| body }`."""
    span, block = node.span, node.block
    key, value = tree.Var("%key", span), tree.Var("%value", span)
    own = (key, value, *(block.own if isinstance(block, tree.Block) else ()))
    params = tuple(tree.BlockParameter(span, var, None, None) for var in (key, value))
    done = body(tree.Local(span, key), tree.Local(span, value))
    inner = tree.Block(span, params, done, tree.Label("next"), tree.Label("break"), own, False, "")
    return tree.Send(span, node.recv, "each", (), (), inner, False, node.name_span)


def _turn(node: tree.Send, *values: tree.Node) -> tree.Node:
    assert node.block is not None
    return turn(node.block, values, node.span)


def _gather(node: tree.Send, more: Callable[[tree.Node], tree.Node], start: tree.Node) -> tree.Node:
    """`more` gives what a turn adds, of the block's value."""
    span, total = node.span, tree.Var("%total", node.span)

    def add(key: tree.Node, value: tree.Node) -> tree.Node:
        term = tree.Var("%term", span)
        held = tree.SetLocal(span, term, more(_turn(node, key, value)))
        plus = tree.Prim(span, "add", (tree.Local(span, total), tree.Local(span, term)))
        return tree.Seq(span, (held, tree.SetLocal(span, total, plus)))

    return tree.Seq(span, (tree.SetLocal(span, total, start), _each(node, add), tree.Local(span, total)))


def _count(node: tree.Send) -> tree.Node:
    def one(value: tree.Node) -> tree.Node:
        return tree.If(node.span, value, tree.Int(node.span, 1), tree.Int(node.span, 0), node.name)

    return _gather(node, one, tree.Int(node.span, 0))


def _sum(node: tree.Send) -> tree.Node:
    return _gather(node, lambda value: value, node.args[0] if node.args else tree.Int(node.span, 0))


def _search(when: bool, found: bool) -> Callable[[tree.Send], tree.Node]:
    """The first element whose block gives `when` decides."""

    def make(node: tree.Send) -> tree.Node:
        span, done = node.span, tree.Label(node.name)
        done.used = True
        out, on = tree.Throw(span, done, tree.Bool(span, found)), tree.Nil(span)

        def ask(key: tree.Node, value: tree.Node) -> tree.Node:
            return tree.If(span, _turn(node, key, value), out if when else on, on if when else out, node.name)

        return tree.Catch(span, done, tree.Seq(span, (_each(node, ask), tree.Bool(span, not found))))

    return make


_MEANING: dict[str, Callable[[tree.Send], tree.Node]] = {
    "count": _count,
    "sum": _sum,
    "any": _search(True, True),
    "all": _search(False, False),
    "none": _search(True, False),
    "each_key": lambda node: _each(node, lambda key, value: _turn(node, key)),
    "each_value": lambda node: _each(node, lambda key, value: _turn(node, value)),
}
