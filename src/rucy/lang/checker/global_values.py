"""`$globals` that hold structs and arrays: what the first assignment at the top level makes, as storage and bytes.

In: the tree of a literal (a number, text, `Conf.new(limit: 5)`, `[1, 2]`, `[0] * 16`, and these in one another). Out: how it lies
in memory, and its bytes. The elements of an array are u64, or i64 once anything signed is stored in one (`raised`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import aliases, structs
from rucy.lang.checker.addresses import EXAMPLES, bytes_of_text
from rucy.lang.checker.declared import number_of
from rucy.lang.checker.flow import Flow
from rucy.lang.checker.ints import swap
from rucy.lang.storage import (
    ArrayStorage,
    BoolStorage,
    BytesStorage,
    IntStorage,
    Storage,
    StructStorage,
    TextStorage,
    size_of,
)  # fmt: skip
from rucy.lang.types import ArrayType, ElementsType, IntType, StructType

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker


def storage_of(ck: Checker, node: tree.Node) -> Storage | None:
    """How a literal lies in memory; None where it is none, or has been refused."""
    node = _behind(ck, node)
    match node:
        case tree.Int():
            return IntStorage(8, node.value < 0)
        case tree.Bool():
            return BoolStorage()
        case tree.Str():
            return TextStorage(len(node.value) + 1)
        case tree.Array():
            return _array(ck, node)
        case tree.Send(recv=tree.Node() as array, name="*", args=(times,)):
            of, count = storage_of(ck, array), number_of(ck, times)
            if isinstance(of, ArrayStorage) and isinstance(of.of, ArrayStorage | StructStorage):
                ck.say("GlobalShared", node.span, text=array.span.text.strip("[]"), count=times.span.text)
            elif isinstance(of, ArrayStorage) and count is not None and count > 0:
                return _in_one_piece(ck, node, of._replace(length=of.length * count))
        case tree.Send(recv=tree.Const(name="Array"), name="new"):
            made, count = _element(node), number_of(ck, node.args[0]) if node.args else None
            each = storage_of(ck, made) if made is not None else None
            if len(node.args) == 2 and isinstance(each, ArrayStorage | StructStorage):
                ck.say("GlobalShared", node.span, text=node.args[1].span.text, count=node.args[0].span.text)
            elif each is not None and count is not None and count > 0:
                return _in_one_piece(ck, node, ArrayStorage(each, count))
        case tree.Send(name="new"):
            name = structs.named(ck, node.recv)
            return structs.layout(ck, name) if name is not None else None
    return None


def _in_one_piece(ck: Checker, node: tree.Node, made: Storage) -> Storage | None:
    return made if structs.in_one_piece(ck, node.span, made) else None


def _element(node: tree.Send) -> tree.Node | None:
    """What `Array.new(n, x)` and `Array.new(n) { x }` put into each element."""
    block = node.block if isinstance(node.block, tree.Block) else None
    return node.args[1] if len(node.args) == 2 else block.body if block is not None else None


def _behind(ck: Checker, node: tree.Node) -> tree.Node:
    from rucy.lang.checker.exprs import constant

    while isinstance(node, tree.Seq) and len(node.items) == 1:
        node = node.items[0]
    return (constant(ck, node.name) or node) if isinstance(node, tree.Const) and node.name in ck.unit.consts else node


def _array(ck: Checker, node: tree.Array) -> Storage | None:
    kept = [storage_of(ck, item) for item in node.items]
    joined = kept[0] if kept else None
    for item, storage in zip(node.items, kept):
        joined = _both(joined, storage) if joined is not None and storage is not None else None
        if joined is None:
            if storage is not None:
                ck.say("GlobalElements", item.span)
            return None
    return ArrayStorage(joined, len(kept)) if joined is not None else None


def _both(a: Storage, b: Storage) -> Storage | None:
    match a, b:
        case (IntStorage(), IntStorage()):
            return a._replace(signed=a.signed or b.signed)
        case (TextStorage(), TextStorage()):
            return TextStorage(max(a.size, b.size))
        case (ArrayStorage(), ArrayStorage()) if a.length == b.length:
            of = _both(a.of, b.of)
            return a._replace(of=of) if of is not None else None
    return a if a == b else None


def bytes_of(ck: Checker, node: tree.Node, storage: Storage) -> bytes:
    """A literal's bytes, as long as the storage; what does not fit has been said, and is zero."""
    node = _behind(ck, node)
    match storage, node:
        case (IntStorage(), tree.Int()):
            return _number(ck, node, storage)
        case (IntStorage() | BytesStorage(), tree.Str()) if storage.display in EXAMPLES:
            return bytes_of_text(ck, node, storage.display) or bytes(size_of(storage))
        case (BoolStorage(), tree.Bool()):
            return bytes([node.value])
        case (TextStorage(size), tree.Str()):
            return node.value[: size - 1].ljust(size, b"\0")
        case (ArrayStorage(of), tree.Array()) if len(node.items) <= storage.length:
            return b"".join(bytes_of(ck, item, of) for item in node.items).ljust(size_of(storage), b"\0")
        case (ArrayStorage(), tree.Send(recv=tree.Node() as array, name="*", args=(times,))):
            count = number_of(ck, times) or 1
            part = storage._replace(length=max(1, storage.length // count))
            return (bytes_of(ck, array, part) * count).ljust(size_of(storage), b"\0")
        case (ArrayStorage(of), tree.Send(recv=tree.Const(name="Array"), name="new")):
            count, made = number_of(ck, node.args[0]) or 1, _element(node)
            assert made is not None
            return (bytes_of(ck, made, of) * count)[: size_of(storage)].ljust(size_of(storage), b"\0")
        case (StructStorage(), tree.Send(name="new")) if structs.named(ck, node.recv) == storage.name:
            return _struct(ck, node, storage)
    from rucy.lang.checker.maps import shown

    ck.say("GlobalPart", node.span, held=shown(storage), text=node.span.text)
    return bytes(size_of(storage))


def _number(ck: Checker, node: tree.Int, storage: IntStorage) -> bytes:
    bits = 8 * storage.width
    if not -(1 << bits - 1) <= node.value < 1 << bits:
        ck.say("StoredTooLarge", node.span, value=node.value, where="this", bits=bits)
    number = node.value % (1 << bits)
    return (swap(number, storage.net) if storage.net else number).to_bytes(storage.width, "little")


def _struct(ck: Checker, node: tree.Send, storage: StructStorage) -> bytes:
    out = bytearray(storage.size)
    if node.args:
        ck.say("NewPositional", node.span, struct=storage.name, example=f"{storage.name}.new({storage.fields[0].name}: …)")
    for word, arg in node.kwargs:
        field = storage.field(word)
        if field is None:
            structs.no_field(ck, word, storage, arg)
            continue
        out[field.offset : field.offset + size_of(field.storage)] = bytes_of(ck, arg, field.storage)
    return bytes(out)


def check(ck: Checker, name: str, node: tree.Node) -> None:
    """Say what is wrong with a first value. Once, when all types are known."""
    ck.flow = Flow()
    before = len(ck.said)
    storage = storage_of(ck, node)
    if storage is None:
        if len(ck.said) == before:
            ck.say("GlobalElements", node.span)
    elif structs.holds_object(storage) or isinstance(storage, ArrayStorage) and structs.holds_object(storage.of):
        ck.say("GlobalObject", node.span, name=name)
    else:
        bytes_of(ck, node, storage)


# ---------------------------------------------------------------- changes


def root(node: typed.Node) -> str | None:
    """The `$global` that an element is of, if nothing but arrays are between."""
    while isinstance(node, typed.Element | typed.Unwrap):
        node = node.base if isinstance(node, typed.Element) else node.value
    return node.name if isinstance(node, typed.GlobalRead) else None


def raised(ck: Checker, base: typed.Node, value: typed.Node, signed: bool = False) -> None:
    """A number is stored in an element: a signed one makes them all signed, from the next round on."""
    assert isinstance(base.type, ElementsType)
    name = root(base)
    if name is None or not isinstance(value.type, IntType) or value.type.net or not (value.type.signed or signed):
        return
    old = ck.globals[name]
    if isinstance(old, ElementsType) and not (ck.flow.dead or ck.flow.absent):
        new = old._replace(storage=_signed(old.storage))
        if new != old:
            ck.globals[name] = new
            ck.changed = True


def _signed(storage: ArrayStorage) -> ArrayStorage:
    of = storage.of
    if isinstance(of, IntStorage) and not of.net:
        return storage._replace(of=of._replace(signed=True))
    return storage._replace(of=_signed(of)) if isinstance(of, ArrayStorage) else storage


def assigned(ck: Checker, name: str, value: typed.Node) -> typed.Node:
    """`$x = Conf.new(…)`, `$t = [1, 2]`, or another such object: a copy."""
    old = ck.globals[name]
    made: StructType | ElementsType | None = None
    match value.type:
        case StructType(storage):
            made = StructType(storage, "map")
        case ElementsType(storage):
            made = ElementsType(storage, "map")
        case ArrayType(values, signed) if values:
            of: Storage = IntStorage(8, signed)
            made = ElementsType(ArrayStorage(of, len(values)), "map")
    assert made is not None
    place: aliases.Origins = frozenset({(f"${name}", None)})
    refused = aliases.in_two_places(ck, place, value, True)
    if refused is not None:
        return refused
    if isinstance(made, StructType) and structs.holds_object(made.storage):
        return ck.say("GlobalObject", value.span, name=name)
    if isinstance(old, ElementsType) and isinstance(made, ElementsType):
        both = _both(old.storage, made.storage) if isinstance(value.type, ArrayType) or old.storage == made.storage else None
        made = ElementsType(both, "map") if isinstance(both, ArrayStorage) else None
    known = ck.raise_type(old, made) if made is not None and not isinstance(old, ElementsType) else made
    if known is None:
        return ck.say("VariableTypes", value.span, name=f"${name}", old=ck.called(old), new=ck.called(value.type))
    if known != old:
        ck.globals[name], ck.changed = known, True
    structs.mark_stored(ck, value)
    aliases.replaced(ck, place, known, value.span)
    return value
