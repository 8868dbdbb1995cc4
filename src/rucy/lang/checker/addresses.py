"""Addresses of networks that a program writes as text: compared, and put where one is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.state import bad
from rucy.lang.storage import BytesStorage
from rucy.lang.types import BOOL, BytesType, IntType

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

EXAMPLES = {"ip4": "10.0.0.1", "ip6": "fe80::1", "mac": "02:00:00:00:00:01"}
_KINDS = {"ip4": "IPv4", "ip6": "IPv6", "mac": "MAC"}


def parsed(word: str, text: str) -> bytes | None:
    """The bytes of an address ("ip4", "ip6", "mac") as they are on the wire; None where the text is none."""
    from _socket import AF_INET, AF_INET6, inet_pton  # `socket` imports much that is of no use here

    try:
        if word == "mac":
            parts = text.split(":")
            return bytes(int(part, 16) for part in parts) if len(parts) == 6 and all(len(p) == 2 for p in parts) else None
        return inet_pton(AF_INET if word == "ip4" else AF_INET6, text)
    except (OSError, ValueError):
        return None


def word_of(node: typed.Node) -> str:
    """Which kind of address a value is; "" of anything else."""
    match node.type:
        case IntType(net=32):
            return "ip4"
        case BytesType(storage):
            return storage.display
    return ""


def bytes_of_text(ck: Checker, node: tree.Str | typed.Str, word: str) -> bytes | None:
    """`parsed` of a literal; says where it is none."""
    found = parsed(word, node.value.decode("utf-8", "replace"))
    if found is None:
        networks = f"; for networks declare a map, `NETS = lpm_trie(:{word} => :u32)`" if word != "mac" else ""
        ck.say("AddressText", node.span, text=node.span.text, kind=_KINDS[word], example=EXAMPLES[word], networks=networks)
    return found


def from_text(ck: Checker, node: typed.Node, word: str) -> typed.Node:
    """A literal as the address that is wanted ("ip4": the Integer that it is written with in hexadecimal; "ip6", "mac": of
    BytesType); any other node, and where no address is wanted (""), `node` itself."""
    if not word or not isinstance(node, typed.Str):
        return node
    found = bytes_of_text(ck, node, word)
    if found is None:
        return bad(node.span)
    if word == "ip4":
        return typed.Int(node.span, IntType(), int.from_bytes(found, "big"))
    return typed.Numbers(node.span, BytesType(BytesStorage(len(found), word)), found)


def equal(ck: Checker, span: Span, a: typed.Node, b: typed.Node) -> typed.Node | None:
    """`ip.saddr == "10.0.0.1"`: an address and its text; None where it is not that."""
    from rucy.lang.checker.ints import operation

    for one, other in ((a, b), (b, a)):
        word = word_of(one)
        if not word or not isinstance(other, typed.Str):
            continue
        found = bytes_of_text(ck, other, word)
        if found is None:
            return bad(other.span)
        if word == "ip4":
            return operation(ck, span, "eq", [one, typed.Int(other.span, IntType(), int.from_bytes(found, "big"))])
        return typed.StrCompare(span, BOOL, "eq", one, typed.Str(other.span, other.type, found))
    return None
