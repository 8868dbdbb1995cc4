"""Declarations of options: `PORT = option :port, :u16, default: 80, short: "p", desc: "…"`.

In: the right side of a constant's assignment, a call of `option`. Out: `tree.OptionDecl`, its parts as they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.control import field
from rucy.frontends.ruby.maps import lower_map
from rucy.lang import tree

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering


def lower_option(lo: Lowering, node: Node, name: str) -> tree.Node:
    """The declaration that a call is."""
    block = node.child_by_field_name("block")
    if block is not None:
        return lo.refuse(errors.OptionBlock(lo.span(block)))
    made = lower_map(lo, node, name)
    if not isinstance(made, tree.MapDecl):
        return made
    return tree.OptionDecl(made.span, name, made.args, made.kwargs, made.word_span, 0)


def is_option(lo: Lowering, node: Node) -> bool:
    """Does a call declare an option: `option :name, …`?"""
    args = node.child_by_field_name("arguments") if node.type == "call" else None
    if args is None or node.child_by_field_name("receiver") is not None or lo.text(field(node, "method")) != "option":
        return False
    named = [child for child in args.children if child.is_named]
    return bool(named) and named[0].type == "simple_symbol"
