"""Making a checked expression be of the type that its place wants. Never refuses: that a type fits was settled before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.types import NIL, U64, IntType, NeverType, OptType, PtrType, StrType, SymType, Type

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker

_ALL = 1 << 64


def coerce(ck: Checker, node: typed.Node, want: Type) -> typed.Node:
    """`node` as a value of `want`."""
    have = node.type
    if have == want or isinstance(have, NeverType) or isinstance(want, NeverType):
        return node
    match have, want:
        case (IntType(), IntType()):
            if isinstance(node, typed.Int):
                return typed.Int(node.span, want, wrap(node.value, want.signed))
            return typed.Convert(node.span, want, node)
        case (_, OptType()) if have == NIL:
            nil = typed.Nil(node.span, want)
            return nil if isinstance(node, typed.Nil) else typed.Seq(node.span, want, (node, nil))
        case (OptType(), OptType()):
            return typed.Convert(node.span, want, node)
        case (_, OptType(of)):
            return typed.Convert(node.span, want, coerce(ck, node, of))
        case (_, PtrType()) if have == NIL:
            return typed.PtrCast(node.span, want, typed.Int(node.span, U64, 0))
        case (PtrType(), PtrType()):
            return typed.PtrCast(node.span, want, node)
        case (SymType(), SymType()):
            node.type = want
            return node
        case (StrType(), StrType()):
            return typed.Convert(node.span, want, node)
        case (_, _) if want == NIL:
            return typed.Seq(node.span, NIL, (node, typed.Nil(node.span, NIL)))
    return node


def wrap(value: int, signed: bool) -> int:
    """A mathematical value in the 64 bits of its kind."""
    value %= _ALL
    return value - _ALL if signed and value >= _ALL >> 1 else value
