"""Structs of the program: their layouts, objects of them, fields, arrays inside, methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.checker import storage
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import swap, untested
from rucy.lang.checker.state import may_be_nil
from rucy.lang.storage import (
    ArrayStorage,
    BoolStorage,
    BytesStorage,
    IntStorage,
    Storage,
    StructStorage,
    TextStorage,
    struct,
)  # fmt: skip
from rucy.lang.types import U64, BoolType, BytesType, ElementsType, IntType, OptType, PtrType, StrType, StructType, value_type

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker


def array_of(of: Storage, count: int) -> Storage:
    """`[:char, 16]` is a string, any other an array."""
    return TextStorage(count) if isinstance(of, IntStorage) and of.display == "char" else ArrayStorage(of, count)


def layout(ck: Checker, name: str) -> StructStorage | None:
    """How a struct lies in memory; None where one of its fields has been refused, or while it is being asked (then it holds
    itself, which is said)."""
    known: StructStorage | None = ck.structs.get(name)
    if known is not None:
        return known
    decl = ck.unit.structs[name]
    if name in ck.laying:
        ck.say("StructOfItself", decl.name_span, name=name)
        return None
    ck.laying.append(name)
    fields: list[tuple[str, Storage]] = []
    whole = True
    for attr in decl.attrs:
        word, count = attr.type if isinstance(attr.type, tuple) else (attr.type, 0)
        held: Storage | None = None
        if word is None:
            whole = False
            continue
        if word in ck.unit.structs:
            held = layout(ck, word)
        else:
            held = storage.WORDS.get(word)
            if held is None:
                from rucy.lang.checker.suggest import did_you_mean

                known_words = [*ck.unit.structs, *storage.WORDS]
                ck.say("TypeUnknown", attr.span, text=word, suggestion=did_you_mean(word, known_words))
        if held is None:
            whole = False
            continue
        fields.append((attr.name, array_of(held, count) if count else held))
    ck.laying.remove(name)
    if not whole:
        return None
    made = ck.structs[name] = struct(name, fields)
    return made


def stored(ck: Checker, value: typed.Node, held: Storage, where: str) -> typed.Node:
    """A value on its way into memory of that storage, of the storage's type; `where` says in a message what is there."""
    if not settled(value.type):
        return value
    if isinstance(value.type, OptType) or (may_be_nil(value.type) and not isinstance(value.type, PtrType)):
        return untested(ck, value)
    match held, value.type:
        case (IntStorage(), IntType()):
            return _stored_number(ck, value, held, where)
        case (IntStorage(width=8), PtrType()) if not held.net:
            return typed.PtrCast(value.span, U64, value)
        case (BoolStorage(), BoolType()):
            return value
        case (TextStorage(size), StrType()):
            return coerce(ck, value, StrType(size))
        case (BytesStorage(), BytesType(storage)) if storage == held:
            return value
        case (ArrayStorage(), ElementsType(storage)) if storage == held:
            return value
        case (StructStorage(), StructType(storage)) if storage == held:
            return value
    from rucy.lang.checker.maps import shown

    return ck.say("StoredType", value.span, where=where, held=shown(held), have=ck.called(value.type))


def _stored_number(ck: Checker, value: typed.Node, held: IntStorage, where: str) -> typed.Node:
    assert isinstance(value.type, IntType)
    have = value.type.net
    type_ = value_type(held)
    if isinstance(value, typed.Int) and held.net and not have:
        if not 0 <= value.value < 1 << held.net:
            return ck.say("StoredTooLarge", value.span, value=value.value, where=where, bits=held.net)
        return typed.Int(value.span, type_, swap(value.value, held.net))
    if have != held.net:
        order = "network" if held.net else "host"
        turn = {16: "htons", 32: "htonl"} if held.net else {16: "ntohs", 32: "ntohl"}
        return ck.say("StoredOrder", value.span, where=where, text=value.span.text, order=order,
                      convert=turn.get(held.net or have, "ntohll"))  # fmt: skip
    bits = held.width * 8
    if isinstance(value, typed.Int) and not -(1 << bits - 1) <= value.value < 1 << bits:
        return ck.say("StoredTooLarge", value.span, value=value.value, where=where, bits=bits)
    return coerce(ck, value, type_)


def mark_stored(ck: Checker, value: typed.Node) -> None:
    """An object that has been copied somewhere: changing it afterwards would not change the copy."""
