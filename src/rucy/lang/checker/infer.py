"""Types while they are being found out: joining, shapes of method arguments, and what a type is called in messages.

The lattice: NEVER below all, BAD fits everywhere. `join` gives None where two types have nothing in common; the caller
then keeps the older one and says so, so that types only ever rise.
"""

from __future__ import annotations

from rucy.lang.types import (
    BAD,
    NEVER,
    NIL,
    S64,
    AggregateType,
    ArrayType,
    BadType,
    BoolType,
    BytesType,
    CtxType,
    DynptrType,
    ElementsType,
    HeaderType,
    IntType,
    MapType,
    NeverType,
    NilType,
    OptType,
    PtrType,
    RangeType,
    StrType,
    StructType,
    SymType,
    Type,
    WordsType,
)  # fmt: skip


def join(a: Type, b: Type) -> Type | None:
    """The least type that has the values of both; None if there is none."""
    if a == b or isinstance(b, NeverType):
        return a
    if isinstance(a, NeverType):
        return b
    if isinstance(a, BadType) or isinstance(b, BadType):
        return b if isinstance(a, BadType) else a
    match a, b:
        case (NilType(), PtrType()):
            return b._replace(null=True, trusted=True)
        case (PtrType(), NilType()):
            return a._replace(null=True, trusted=True)
        case (OptType(), NilType()):
            return a
        case (NilType(), OptType()):
            return b
        case (NilType(), _):
            return OptType(b) if can_be_optional(b) else None
        case (_, NilType()):
            return OptType(a) if can_be_optional(a) else None
        case (OptType(), _) | (_, OptType()):
            inner = join(a.of if isinstance(a, OptType) else a, b.of if isinstance(b, OptType) else b)
            return None if inner is None else OptType(inner)
        case (IntType(), IntType()):
            return IntType(a.signed or b.signed, a.net, a.shown if a.shown == b.shown else "") if a.net == b.net else None
        case (StrType(), StrType()):
            return StrType(max(a.size, b.size), a.literal if a.literal == b.literal else None)
        case (SymType(), SymType()):
            return SymType("")
        case (PtrType(), PtrType()) if a.user == b.user and a.pointee == b.pointee:
            common = a.common or b.common
            held = a.held if a.held == b.held else "rcu" if a.held and b.held else ""
            return PtrType(a.pointee, a.direct and b.direct, a.null or b.null, a.user, a.trusted or b.trusted, common, held)
    return None


def can_be_optional(type_: Type) -> bool:
    return isinstance(type_, IntType | BoolType | StrType | StructType | ElementsType | BytesType | HeaderType | MapType)


def shape(type_: Type) -> Type:
    """What distinguishes two instances of a method: Integer kinds and string lengths do not."""
    match type_:
        case IntType():
            return IntType(False, type_.net)
        case OptType():
            return OptType(shape(type_.of))
        case StrType():
            return StrType(0)
        case PtrType():
            return PtrType(type_.pointee, False, True, type_.user)
        case _:
            return type_


def final(type_: Type) -> Type:
    """A type as the typed tree has it: a result's word is its number."""
    return S64 if isinstance(type_, SymType) else type_


def settled(type_: Type) -> bool:
    """Is it a type that something can be said about?"""
    return not isinstance(type_, BadType | NeverType)


def owner(type_: Type) -> str:
    """Whose methods (`Dialect.methods`) a value of the type has."""
    match type_:
        case IntType():
            return "Integer"
        case BoolType():
            return "Boolean"
        case StrType():
            return "String"
        case NilType():
            return "Nil"
        case ArrayType() | ElementsType() | WordsType():
            return "Array"
        case RangeType():
            return "Range"
        case SymType():
            return "Symbol"
        case _:
            return ""


_NEUTRAL = {
    "Integer": "an Integer", "Boolean": "true or false", "String": "a string", "Nil": "nil", "Array": "an array",
    "Range": "a range", "Symbol": "a symbol",
}  # fmt: skip


def describe(type_: Type, words: dict[str, str], spell: object = None) -> str:
    """What a value of the type is called in a message; `spell` gives the C spelling of a BTF type id."""
    match type_:
        case IntType(shown="ip4"):
            return "an IPv4 address"
        case IntType() if type_.net:
            return f"a {type_.net}-bit number in network byte order"
        case OptType():
            return f"{describe(type_.of, words, spell)} or {words.get('nil', 'nil')}"
        case PtrType():
            name = spell(type_.pointee) if callable(spell) and type_.pointee else "void"
            return f"a pointer to {name}"
        case AggregateType():
            return f"a {spell(type_.btf)}" if callable(spell) else "a kernel object"
        case CtxType():
            return "the context"
        case StructType():
            article = "an" if type_.storage.name[:1] in "AEIOU" else "a"
            where = {"frame": "", "record": " in a ring", "view": " behind a dynptr", "arena": " in an arena"}.get(
                type_.place.split()[0], " in a map"
            )
            return f"{article} {type_.storage.name}{where}"
        case ElementsType():
            return f"an array of {type_.storage.length}"
        case BytesType():
            return {"ip6": "an IPv6 address", "mac": "a MAC address"}[type_.storage.display]
        case HeaderType():
            article = "an" if type_.name[:1] in "aeiou" else "a"
            return "a header of the packet" if " " in type_.name else f"{article} {type_.name} header"
        case MapType():
            return f"a map of {type_.name}" if type_.inner else f"the map {type_.name}"
        case DynptrType():
            return "a dynptr"
        case NeverType() | BadType():
            return "nothing"
    name = owner(type_)
    return words.get(name.lower(), _NEUTRAL[name])


__all__ = ["BAD", "NEVER", "NIL", "can_be_optional", "describe", "final", "join", "owner", "settled", "shape"]
