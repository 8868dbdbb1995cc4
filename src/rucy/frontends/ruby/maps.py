"""Declarations of maps: `NAME = hash(:u32 => :u64, size: 64)`.

In: the right side of a constant's assignment, a call of one of `MAP_WORDS`. Out: `tree.MapDecl`, its types as they stand;
what they mean, and whether the word takes them, is the checker's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.control import field
from rucy.frontends.ruby.kinds import words_of
from rucy.lang import tree

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

#: Words that declare a map or an event channel, assigned to a constant at the top level.
MAP_WORDS = words_of(
    """
    hash lru_hash percpu_hash lru_percpu_hash array percpu_array lpm_trie queue stack bloom_filter ringbuf perf_buffer
    stack_traces prog_array hash_of_maps array_of_maps cgroup_array sk_storage task_storage inode_storage cgrp_storage
    devmap devmap_hash cpumap xskmap sockmap sockhash reuseport_sockarray user_ringbuf arena histogram stats
    perf_event_array
    """
)


def lower_map(lo: Lowering, node: Node, name: str = "") -> tree.Node:
    """The declaration that a call is."""
    word = node if node.type == "identifier" else field(node, "method")
    args: list[tree.Node] = []
    kwargs: list[tuple[str, tree.Node]] = []
    block = node.child_by_field_name("block")
    if block is not None:
        return lo.refuse(errors.MapBlock(lo.span(block), word=lo.text(word)))
    given = node.child_by_field_name("arguments")
    for child in given.children if given is not None else ():
        if not child.is_named or child.type == "comment":
            continue
        if child.type == "pair":
            _pair(lo, child, args, kwargs)
        else:
            args.append(_argument(lo, child))
    return tree.MapDecl(lo.span(node), name, lo.text(word), tuple(args), tuple(kwargs), lo.span(word))


def _pair(lo: Lowering, node: Node, args: list[tree.Node], kwargs: list[tuple[str, tree.Node]]) -> None:
    """`size: 64` or `:u32 => :u64`."""
    key, value = field(node, "key"), node.child_by_field_name("value")
    if value is None:
        lo.refuse(errors.MapKeyword(lo.span(key), name=lo.text(key)))
    elif key.type == "hash_key_symbol":
        kwargs.append((lo.text(key), _argument(lo, value)))
    else:
        args.append(tree.Pair(lo.span(node), _argument(lo, key), _argument(lo, value)))


def _argument(lo: Lowering, node: Node) -> tree.Node:
    """A type, a number, a map inside, or whatever else: the checker refuses what it cannot take."""
    if node.type == "array":
        items = [child for child in node.children if child.is_named and child.type != "comment"]
        return tree.Array(lo.span(node), tuple(_argument(lo, item) for item in items))
    if node.type == "call" and node.child_by_field_name("receiver") is None:
        method = node.child_by_field_name("method")
        if method is not None and lo.text(method) in MAP_WORDS:
            return lower_map(lo, node)
    if node.type == "identifier" and lo.text(node) in MAP_WORDS:
        return lower_map(lo, node)
    return lo.lower(node)
