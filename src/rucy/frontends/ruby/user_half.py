"""The file as the user half runs it: `$name` of the kernel half is written `Rucy::Live[:name]`, by which the runtime reads and
writes the live value, and a shipped constant (`AF_INET`) as its number. Two things mean nothing there, and are written 0: the
kernel's names for a map's `flags:`, and nil where `$name = nil` says that it will hold an object of an arena. Nothing else
changes, and no line moves."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from rucy.frontends.ruby.read import read
from rucy.frontends.ruby.user_own import Own, nodes


def user_half_text(text: bytes, live: frozenset[str], shipped: Callable[[str], int | None]) -> bytes:
    """`live`: names of the variables that the object has, without `$`; `shipped`: the value of a constant of Linux that the
    file does not define."""
    reading = read(text)
    own = Own(text, reading)
    places: list[tuple[int, int, bytes]] = []
    for node in nodes(reading, reading.tree.root_node):
        made = b""
        if node.type == "global_variable":
            made = _live(text, node, live)
        elif node.type == "constant" and _stands_alone(node):
            name = text[node.start_byte : node.end_byte].decode("utf-8", "replace")
            value = shipped(name) if name not in own.constants else None
            made = b"" if value is None else b"%d" % value if value >= 0 else b"(%d)" % value
            made = made or (b"0" if name not in own.constants and is_flag(node) else b"")
        elif node.type == "nil" and _declares(text, node, live):
            made = b"0"
        if made:
            places.append((node.start_byte, node.end_byte, made))
    out, at = bytearray(), 0
    for start, end, made in sorted(places):
        out += text[at:start] + made
        at = end
    return bytes(out + text[at:])


def _live(text: bytes, node: Node, live: frozenset[str]) -> bytes:
    name = text[node.start_byte + 1 : node.end_byte]
    if name.decode("utf-8", "replace") not in live:
        return b""
    made = b"Rucy::Live[:" + name + b"]"
    return b"{" + made + b"}" if text[node.start_byte - 1 : node.start_byte] == b"#" else made  # "#$name"


def _declares(text: bytes, node: Node, live: frozenset[str]) -> bool:
    """Is it the value of `$name = nil`, of a variable that the object has?"""
    parent = node.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    return left is not None and left.type == "global_variable" and bool(_live(text, left, live))


def is_flag(node: Node) -> bool:
    """Is it named in `flags: A | B`?"""
    parent = node.parent
    while parent is not None and parent.type in ("binary", "parenthesized_statements"):
        parent = parent.parent
    key = parent.child_by_field_name("key") if parent is not None and parent.type == "pair" else None
    return key is not None and key.text == b"flags"


def _stands_alone(node: Node) -> bool:
    """Not a part of `A::B`, and no method's name."""
    parent = node.parent
    if parent is None or parent.type not in ("scope_resolution", "call", "method", "singleton_method"):
        return True
    return parent.type == "call" and node != parent.child_by_field_name("method")


__all__ = ["is_flag", "user_half_text"]
