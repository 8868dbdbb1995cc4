"""Constants that only the user half can compute: `WHO = ARGV[0].to_i`. Their form says which class their value has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

#: What only a running Ruby has.
_CONSTANTS = frozenset("ARGV ARGF ENV File IO Dir Process Time STDIN RUBY_VERSION RUBY_PLATFORM".split())
_CALLS = frozenset("gets rand Integer String readlines".split())

_COUNT = frozenset("size length count bit_length".split())
_INTEGER = frozenset("to_i ord hex oct sum pid ppid uid euid gid egid to_int index".split())
_STRING = frozenset("to_s strip lstrip rstrip chomp chop join basename dirname upcase downcase capitalize inspect read".split())
_ARITHMETIC = frozenset("- * / % ** << >> & | ^ +".split())
_QUESTIONS = frozenset("== != < > <= >= =~ !~ === && and ||".split())


def is_computed(lo: Lowering, node: Node, seen: frozenset[str] = frozenset()) -> bool:
    """Does a constant's value depend on what only user space has?"""
    text = lo.text(node)
    if node.type == "subshell":
        return True
    if node.type == "constant":
        if text in lo.const_values and text not in seen:
            return is_computed(lo, lo.const_values[text], seen | {text})
        return text in _CONSTANTS
    if node.type == "identifier" and text == "gets":
        return True
    if node.type == "call" and node.child_by_field_name("receiver") is None:
        method = node.child_by_field_name("method")
        if method is not None and lo.text(method) in _CALLS:
            return True
    return any(is_computed(lo, child, seen) for child in node.children if child.is_named)


def kind_of(lo: Lowering, node: Node) -> str:
    """"Count" (an Integer that is never below 0), "Integer", "Boolean" or "String"; "" where the form does not say, or allows
    nil."""
    match node.type:
        case "integer":
            return "Integer"
        case "true" | "false":
            return "Boolean"
        case "string" | "subshell":
            return "String"
        case "constant" if lo.text(node) in lo.const_values:
            return kind_of(lo, lo.const_values[lo.text(node)])
        case "parenthesized_statements":
            return kind_of(lo, node.named_children[-1]) if node.named_children else ""
        case "unary":
            return "Boolean" if node.children[0].type in ("!", "not") else kind_of(lo, node.named_children[-1])
        case "conditional":
            return _either({kind_of(lo, arm) for arm in node.named_children[1:]})
        case "binary":
            return _binary(lo, node)
        case "call":
            return _call(lo, node)
    return ""


def _either(kinds: set[str]) -> str:
    if kinds == {"Count", "Integer"}:
        return "Integer"
    return kinds.pop() if len(kinds) == 1 else ""


def _binary(lo: Lowering, node: Node) -> str:
    op = lo.text(node.children[1])
    left, right = kind_of(lo, node.children[0]), kind_of(lo, node.children[-1])
    if op in ("||", "or"):
        return right if not left else _either({left, right})
    if op in ("&&", "and"):
        return right if left == right == "Boolean" else ""
    if op in _ARITHMETIC:
        return "Integer" if left == "Count" else left
    return "Boolean" if op in _QUESTIONS else ""


def _call(lo: Lowering, node: Node) -> str:
    method = node.child_by_field_name("method")
    name = lo.text(method) if method is not None else ""
    if node.child_by_field_name("receiver") is None:
        return name if name in ("Integer", "String") else ""
    if any(child.type == "&." for child in node.children):
        return ""
    if name == "freeze":
        return kind_of(lo, node.children[0])
    if name in _COUNT:
        return "Count"
    return "Integer" if name in _INTEGER else "String" if name in _STRING else "Boolean" if name.endswith("?") else ""
