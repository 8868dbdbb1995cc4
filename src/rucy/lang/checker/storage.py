"""Storage: which bytes hold a value, from what is written as a type and from what an expression is read from.

Types of keys and values that a declaration leaves out are inferred here. What has been seen of one only rises: `Seen` is a
lattice, joined over all uses and rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.storage import BoolStorage, BytesStorage, IntStorage, ObjectStorage, Storage, TextStorage
from rucy.lang.types import NEVER, BoolType, BytesType, ElementsType, IntType, OptType, PtrType, StrType, StructType
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker

U8, U64_STORAGE = IntStorage(1), IntStorage(8)

#: The words that a declaration or an attr writes as `:u32`.
WORDS: dict[str, Storage] = {
    "u8": IntStorage(1), "u16": IntStorage(2), "u32": IntStorage(4), "u64": IntStorage(8),
    "i8": IntStorage(1, True), "i16": IntStorage(2, True), "i32": IntStorage(4, True), "i64": IntStorage(8, True),
    "bool": BoolStorage(), "char": IntStorage(1, False, 0, "char"),
    "ip4": IntStorage(4, False, 32, "ip4"), "ip6": BytesStorage(16, "ip6"), "mac": BytesStorage(6, "mac"),
    "be16": IntStorage(2, False, 16), "be32": IntStorage(4, False, 32), "be64": IntStorage(8, False, 64),
    "ksym": IntStorage(8, False, 0, "ksym"), "errno": IntStorage(4, True, 0, "errno"),
    "spin_lock": ObjectStorage("spin_lock"), "timer": ObjectStorage("timer"),
}  # fmt: skip


class Seen(NamedTuple):
    """What has been stored in one place. `storage` None: nothing, or only literals; these, from `low` to `high`, take the
    width of the others."""

    storage: Storage | None = None
    low: int = 0
    high: int = 0
    literal: bool = False


NOTHING = Seen()


def both(a: Seen, b: Seen) -> Seen | None:
    """The least storage that holds what both hold; None where nothing does."""
    if a == b or b == NOTHING:
        return a
    if a == NOTHING:
        return b
    if a.storage is None or b.storage is None:
        storage = a.storage or b.storage
        if (a.literal or b.literal) and storage is not None and not isinstance(storage, IntStorage):
            return None
    else:
        storage = _wider(a.storage, b.storage)
        if storage is None:
            return None
    return Seen(storage, min(a.low, b.low), max(a.high, b.high), a.literal or b.literal)


def _wider(a: Storage, b: Storage) -> Storage | None:
    if a == b:
        return a
    match a, b:
        case (IntStorage(), IntStorage()):
            if a.net != b.net:
                return None
            display = a.display if a.display == b.display else ""
            if a.signed == b.signed:
                return IntStorage(max(a.width, b.width), a.signed, a.net, display)
            signed, plain = (a, b) if a.signed else (b, a)
            return IntStorage(min(8, max(signed.width, 2 * plain.width)), True, 0, display)
        case (TextStorage(), TextStorage()):
            return TextStorage(max(a.size, b.size))
    return None


def settle(seen: Seen) -> Storage | None:
    """The storage for what has been seen: a literal that does not fit makes an integer wider."""
    if seen.storage is None:
        return IntStorage(8, seen.low < 0) if seen.literal else None
    storage = seen.storage
    if not isinstance(storage, IntStorage) or storage.net:
        return storage
    while storage.width < 8 and not holds(storage, seen.low, seen.high):
        storage = storage._replace(width=storage.width * 2, display="")
    if seen.low < 0 and not storage.signed:
        wide = storage if storage.width == 8 else storage._replace(width=storage.width * 2)
        storage = wide._replace(signed=True, display="")
    return storage


def holds(storage: IntStorage, low: int, high: int) -> bool:
    """Are all these numbers kept whole?"""
    bits = storage.width * 8
    if storage.signed:
        return -(1 << bits - 1) <= low and high < 1 << bits - 1
    return high < 1 << bits


# ---------------------------------------------------------------- what an expression is read from


def seen_in(ck: Checker, node: typed.Node) -> Seen:
    """How wide what a value is made of is stored: fields, context, map values and words by their own widths, literals as
    any other asks, everything computed in 8 bytes."""
    type_ = node.type.of if isinstance(node.type, OptType) else node.type
    match type_:
        case IntType():
            return _number(ck, node, type_)
        case BoolType():
            return Seen(BoolStorage())
        case StrType(size):
            return Seen(TextStorage(size))
        case PtrType():
            from rucy.lang.checker.kernel_types import leads_to_address

            return Seen(WORDS["ip6"] if leads_to_address(ck, type_) else U64_STORAGE)
        case StructType() | ElementsType() | BytesType():
            return Seen(type_.storage)
    return NOTHING


def _number(ck: Checker, node: typed.Node, type_: IntType) -> Seen:
    plain = IntStorage(type_.net // 8, False, type_.net, type_.shown) if type_.net else IntStorage(8, type_.signed)
    match node:
        case typed.Int() if not type_.net:
            return Seen(None, min(0, node.value), max(0, node.value), True)
        case typed.CtxLoad() | typed.KernelLoad() if not type_.net:
            return Seen(_load(node))
        case typed.Member() | typed.MemberSet() if isinstance(node.field.storage, IntStorage):
            return Seen(node.field.storage)
        case typed.Element() if isinstance(node.base.type, ElementsType):
            of = node.base.type.storage.of
            return Seen(of if isinstance(of, IntStorage) else plain)
        case typed.MapGet() | typed.MapDelete() | typed.MapTake() | typed.MapOrSet():
            from rucy.lang.checker.declared import value_of
            from rucy.lang.checker.inner_maps import state_of

            held = value_of(state_of(ck, node.map))
            return Seen(held if isinstance(held, IntStorage) else plain)
        case typed.Unwrap() | typed.Convert() | typed.Write():
            return seen_in(ck, node.value)
        case typed.Seq():
            return seen_in(ck, node.items[-1])
        case typed.If():
            arms = [seen_in(ck, arm) for arm in (node.then, node.other) if arm.type != NEVER]
            joined = arms[0] if arms else NOTHING
            for arm in arms[1:]:
                joined = both(joined, arm) or Seen(plain)
            return joined
        case typed.Read():
            known: Seen | None = ck.widths.get(node.var)
            return known or Seen(plain)
        case typed.StrByte():
            return Seen(U8)
        case typed.Setting():
            return Seen(ck.settings[node.var.name].storage)
        case typed.Prim(op="ntoh"):
            return Seen(IntStorage(node.bits // 8))
        case typed.Prim(op="shr" | "and") if _is_half(node):
            return Seen(IntStorage(4))
    return Seen(plain)


def _is_half(node: typed.Prim) -> bool:
    """Half of what a helper gives, as the words `pid`, `uid` … take it: one expression, where a user's own has two."""
    return isinstance(node.args[0], typed.CallHelper) and node.args[0].span == node.span


def _load(node: typed.CtxLoad | typed.KernelLoad) -> IntStorage:
    if isinstance(node, typed.CtxLoad):
        return IntStorage(node.width, node.signed)
    step = node.step
    width = step.size
    if step.bitfield:
        width = next(w for w in (1, 2, 4, 8) if w * 8 >= step.bitfield)
    return IntStorage(width, step.signed)


def note(ck: Checker, var: typed.Var, value: typed.Node) -> None:
    """A variable has the storage of all that is assigned to it."""
    if ck.flow.dead or ck.flow.absent:
        return
    old = ck.widths.get(var, NOTHING)
    new = both(old, seen_in(ck, value))
    if new is not None and new != old:
        ck.widths[var] = new
        ck.changed = True

