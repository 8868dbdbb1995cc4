"""Structs of the program: their layouts, objects of them, fields, arrays inside, methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import aliases, storage
from rucy.lang.checker.addresses import EXAMPLES, from_text
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import interval, swap, untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.storage import (
    ArrayStorage,
    BoolStorage,
    BytesStorage,
    Field,
    IntStorage,
    ObjectStorage,
    Storage,
    StructStorage,
    TextStorage,
    size_of,
    struct,
)  # fmt: skip
from rucy.lang.types import (
    U64,
    ArrayType,
    BoolType,
    BytesType,
    ElementsType,
    IntType,
    NilType,
    OptType,
    PtrType,
    StrType,
    StructType,
    Type,
    value_type,
)  # fmt: skip

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker, Instance
    from rucy.source import Span


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
                ck.say("NoSuchType", attr.span, text=word, suggestion=did_you_mean(word, known_words))
        if held is None or not _fits(ck, held, fields, attr, count):
            whole = False
            continue
        field = array_of(held, count) if count else held
        whole = in_one_piece(ck, attr.span, field) and whole
        fields.append((attr.name, field))
    ck.laying.remove(name)
    if not whole or not in_one_piece(ck, decl.name_span, struct(name, fields)):
        return None
    made = ck.structs[name] = struct(name, fields)
    return made


#: KMALLOC_MAX_SIZE of include/linux/slab.h, with pages of 4 KiB
_MOST_BYTES = 4 << 20


def in_one_piece(ck: Checker, span: Span, held: Storage) -> bool:
    """Can a map keep this for one key? Reported if not."""
    if size_of(held) <= _MOST_BYTES:
        return True
    ck.say("TooManyBytes", span, size=size_of(held), most=_MOST_BYTES)
    return False


def _fits(ck: Checker, held: Storage, fields: list[tuple[str, Storage]], attr: tree.Attr, count: int) -> bool:
    """May the struct have this field? Only of the kernel's own objects not all may."""
    if not isinstance(held, ObjectStorage | StructStorage):
        return True
    from rucy.lang.checker import objects

    before = [storage.kind for _, storage in fields if isinstance(storage, ObjectStorage)]
    return objects.fits_struct(ck, held, before, attr, count > 0)


def holds_object(held: Storage) -> bool:
    """Has the struct one of the kernel's own objects among its fields?"""
    return isinstance(held, StructStorage) and any(isinstance(field.storage, ObjectStorage) for field in held.fields)


# ---------------------------------------------------------------- values on their way into memory


def stored(ck: Checker, value: typed.Node, held: Storage, where: str) -> typed.Node:
    """A value on its way into memory of that storage, of the storage's type; `where` says in a message what is there."""
    if isinstance(held, IntStorage | BytesStorage):
        value = from_text(ck, value, held.display if held.display in EXAMPLES else "")
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
        case (BytesStorage(), PtrType()) if _bytes_behind(ck, value.type) == held.size:
            return typed.ReadBytes(value.span, BytesType(held), value)
        case (ArrayStorage(), ElementsType(storage)) if storage == held:
            return value
        case (ArrayStorage(of=IntStorage()), ArrayType()):
            return _numbers(ck, value, held, where)
        case (StructStorage(), StructType(storage, place)) if storage == held:
            if place != "frame" and holds_object(held):
                from rucy.lang.checker import objects

                return objects.say_copied(ck, value)
            return value
    from rucy.lang.checker.maps import shown

    return ck.say("StoredType", value.span, where=where, held=shown(held), have=ck.called(value.type))


def _numbers(ck: Checker, value: typed.Node, held: ArrayStorage, where: str) -> typed.Node:
    """A constant array on its way into memory: its numbers at the width of the elements, zeros behind them."""
    assert isinstance(value.type, ArrayType) and isinstance(held.of, IntStorage)
    given = value.type.values
    if len(given) > held.length:
        return ck.say("StoredCount", value.span, where=where, count=held.length, given=len(given))
    numbers = []
    for number in given:
        made = _stored_number(ck, typed.Int(value.span, IntType(value.type.signed), number), held.of, f"an element of {where}")
        if not isinstance(made, typed.Int):
            return made
        numbers.append(made.value)
    width, mask = held.of.width, (1 << 8 * held.of.width) - 1
    data = b"".join((number & mask).to_bytes(width, "little") for number in numbers)
    return typed.Numbers(value.span, ElementsType(held, "frame"), data.ljust(width * held.length, b"\0"))


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


def _bytes_behind(ck: Checker, type_: PtrType) -> int:
    """The size of the kernel's object that a pointer points to, 0 where it is not known."""
    if not type_.pointee or type_.user:
        return 0
    return ck.btf().size(type_.pointee) or 0


# ---------------------------------------------------------------- objects and their fields


def named(ck: Checker, node: tree.Node | None) -> str | None:
    """The struct that a receiver names, as in `Event.new`."""
    return node.name if isinstance(node, tree.Const) and node.name in ck.unit.structs else None


def of_class(ck: Checker, node: tree.Send, name: str) -> typed.Node:
    """A call on the struct itself: an object is made."""
    if ck.dialect.map_methods.get(node.name) != "new":
        _check(ck, node)
        return ck.say("StructCall", node.name_span, struct=name, name=node.name, example=_example(ck, name))
    held = layout(ck, name)
    if node.args or node.block is not None:
        _check(ck, node)
        return ck.say("NewPositional", node.name_span, struct=name, example=_example(ck, name))
    values = [(word, arg, ck.value(arg)) for word, arg in node.kwargs]
    if held is None:
        return bad(node.span)
    fields: list[tuple[Field, typed.Node]] = []
    for word, arg, value in values:
        field = held.field(word)
        if field is None:
            return _no_field(ck, word, held, _keyword(word, arg))
        if any(word == other.name for other, _ in fields):
            return ck.say("FieldTwice", _keyword(word, arg), name=word)
        if isinstance(field.storage, ObjectStorage):
            return _object(ck, field, arg.span)
        made = stored(ck, value, field.storage, f"`{word}`")
        if not settled(made.type):
            return bad(node.span)
        mark_stored(ck, made)
        fields.append((field, made))
    return typed.New(node.span, StructType(held, "frame"), tuple(fields))


def _keyword(word: str, arg: tree.Node) -> Span:
    from rucy.lang.checker.suggest import keyword

    return keyword(word, arg)


def _check(ck: Checker, node: tree.Send) -> None:
    for arg in node.args:
        ck.expr(arg)
    for _, arg in node.kwargs:
        ck.expr(arg)


def _example(ck: Checker, name: str) -> str:
    first = [attr.name for attr in ck.unit.structs[name].attrs][:2]
    return f"{name}.new({', '.join(f'{each}: …' for each in first)})"


def no_field(ck: Checker, word: str, held: StructStorage, arg: tree.Node) -> None:
    """A keyword of `E.new(…)` that names no field."""
    _no_field(ck, word, held, _keyword(word, arg))


def _no_field(ck: Checker, word: str, held: StructStorage, span: Span) -> typed.Node:
    from rucy.lang.checker.suggest import did_you_mean

    names = [field.name for field in held.fields]
    own = [method.name for method in ck.unit.structs[held.name].methods] if held.name in ck.unit.structs else []
    return ck.say("NoStructField", span, struct=held.name, name=word, names=", ".join(names),
                  suggestion=did_you_mean(word, [*names, *own]))  # fmt: skip


def call(ck: Checker, node: tree.Send, recv: typed.Node, used: bool) -> tree.Node | typed.Node | None:
    """`e.x`, `e.x = v`, `e.method(…)`; None for what every value has."""
    assert isinstance(recv.type, StructType)
    held, name = recv.type.storage, node.name
    decl = ck.unit.structs.get(held.name)
    for method in decl.methods if decl is not None else ():
        if method.name == name:
            from rucy.lang.checker import methods

            return methods.call(ck, node, used, method, recv, f"{held.name}.{name}")
    field = held.field(name)
    if field is not None:
        return _read(ck, node, recv, field)
    if name.endswith("=") and name[:-1].isidentifier() and len(node.args) == 1:
        field = held.field(name[:-1])
        value = ck.value(node.args[0])
        return _set(ck, node, recv, field, value) if field is not None else _no_field(ck, name[:-1], held, node.name_span)
    if ("Any", name) in ck.dialect.methods:
        return None
    if decl is None and name == "[]" and len(node.args) == 1:  # a key of several parts
        at = ck.value(node.args[0])
        if isinstance(at, typed.Int) and 0 <= at.value < len(held.fields):
            return member(node.span, recv, held.fields[at.value])
        return ck.say("KeyPart", node.span, count=len(held.fields), last=len(held.fields) - 1) if settled(at.type) else at
    _check(ck, node)
    return _no_field(ck, name, held, node.name_span)


def _read(ck: Checker, node: tree.Send, recv: typed.Node, field: Field) -> typed.Node:
    if node.args or node.kwargs or node.block is not None:
        _check(ck, node)
        return ck.say("WrongArity", node.name_span, name=node.name, takes="0", given=len(node.args))
    if isinstance(field.storage, ObjectStorage):
        return _object(ck, field, node.name_span)
    return member(node.span, recv, field)


def member(span: Span, recv: typed.Node, field: Field) -> typed.Node:
    assert isinstance(recv.type, StructType)
    return typed.Member(span, value_type(field.storage, recv.type.place), recv, field)


def _set(ck: Checker, node: tree.Node, recv: typed.Node, field: Field, value: typed.Node) -> typed.Node:
    if isinstance(field.storage, ObjectStorage):
        return _object(ck, field, node.span)
    value = stored(ck, value, field.storage, f"`{field.name}`")
    if not settled(value.type):
        return value
    if not _may_change(ck, recv, node.span):
        return bad(node.span)
    at = aliases.origins(ck, recv)
    refused = aliases.in_two_places(ck, at, value, False)
    if refused is not None:
        return refused
    mark_stored(ck, value)
    aliases.replaced(ck, at, value.type, node.span)
    return typed.MemberSet(node.span, value.type, recv, field, value)


_ATOMIC = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor"}


def update(ck: Checker, node: tree.Update, recv: typed.Node, used: bool) -> tree.Node | typed.Node:
    """`e.x op= v`: atomic on an element of a map, unless it is a CPU's own."""
    assert isinstance(recv.type, StructType)
    field = recv.type.storage.field(node.name)
    if field is None:
        ck.expr(node.value)
        return _no_field(ck, node.name, recv.type.storage, node.span)
    if isinstance(field.storage, ObjectStorage):
        return _object(ck, field, node.span)
    place = _place(ck, node, recv, field.storage, recv.type.place)
    made = _updated(ck, node, place, field.storage, f"`{field.name}`", used)
    if made is None:
        return _as_assignment(ck, node, recv)
    if not settled(made[0].type):
        return made[0]
    if not _may_change(ck, recv, node.span):
        return bad(node.span)
    value, op, atomic, type_ = made
    return typed.MemberUpdate(node.span, type_, recv, field, op, value, atomic, used)


def update_kind(held: IntStorage, given: IntType, op: str) -> IntType:
    """The kind of `x op= v` as a value: that of `x op v`."""
    if op == "and":
        return IntType(held.signed and given.signed)
    return IntType(held.signed or given.signed or op == "sub")


def is_shared(place: str) -> bool:
    """Is what lies there one for all CPUs?"""
    return place == "map" or place.startswith("arena")


def _object(ck: Checker, field: Field, span: Span) -> typed.Node:
    from rucy.lang.checker import objects

    return objects.say_field(ck, field, span)


def _place(ck: Checker, node: tree.Update, base: typed.Node, held: Storage, place: str) -> str:
    """Where an update is done. What has no atomic form may be read, computed and written while the object's lock is held."""
    if ck.locked is None or place != "map" or (node.op in _ATOMIC and isinstance(held, IntStorage) and held.width >= 4):
        return place
    from rucy.lang.checker import objects

    return "locked" if objects.is_locked(ck, base) else place


def _updated(
    ck: Checker, node: tree.Update, place: str, held: Storage, where: str, used: bool, array: typed.Node | None = None
) -> tuple[typed.Node, str, bool, Type] | None:
    """(value, operation, atomic?, type) of an update in place; None where it is to be read, computed and written."""
    from rucy.lang.checker.maps import shown

    op = _ATOMIC.get(node.op)
    if not isinstance(held, IntStorage) or held.net or node.op in ("||", "&&"):
        return None
    if op is None:
        if not is_shared(place):
            return None
        ck.expr(node.value)
        return ck.say("FieldOperator", node.span, where=where, op=node.op), "", False, U64
    value = ck.value(node.value)
    if settled(value.type) and may_be_nil(value.type):
        return untested(ck, value), "", False, U64
    if settled(value.type) and (not isinstance(value.type, IntType) or value.type.net):
        return ck.say("FieldUpdateType", value.span, where=where, op=node.op, have=ck.called(value.type)), "", False, U64
    if not settled(value.type):
        return value, "", False, U64
    if array is not None:
        _raise_global(ck, array, value, op == "sub")
    atomic = is_shared(place)
    if atomic and held.width < 4:
        wide = ":i32" if held.signed else ":u32"
        return ck.say("AtomicWidth", node.span, what=where, held=shown(held), op=node.op, wide=wide), "", False, U64
    if atomic and (used or op in ("and", "or", "xor")):
        ck.need("5.12", f"`{node.op}=` on an element of a map" + (" as a value" if used else ""), node.span)
    if atomic and place != "map":
        from rucy.lang.checker.arenas import ATOMICS

        ck.need(ATOMICS, "an atomic change in an arena", node.span)
    assert isinstance(value.type, IntType)
    return coerce(ck, value, IntType(held.signed)), op, atomic, update_kind(held, value.type, op)


def _as_assignment(ck: Checker, node: tree.Update, recv: typed.Node) -> tree.Node:
    """`e.x op= v` as `e.x = e.x op v`, with `e` (and the index) evaluated once."""
    from rucy.lang.checker.exprs import Done, is_plain

    kept = ck.expansions.get((id(node), "field"))
    if kept is None:
        held = [Done(recv.span, recv), *(Done(arg.span, typed.Nil(arg.span, U64)) for arg in node.args)]
        lead: list[tree.Node] = []
        parts: list[tree.Node] = []
        for at, (given, source) in enumerate(zip(held, (node.recv, *node.args))):
            if at and isinstance(source, tree.Int | tree.Local):
                parts.append(source)
            elif at:
                temp = tree.Var("%index", source.span)
                lead.append(tree.SetLocal(source.span, temp, source))
                parts.append(tree.Local(source.span, temp))
            elif is_plain(recv):
                parts.append(given)
            else:
                temp = tree.Var("%object", source.span)
                lead.append(tree.SetLocal(source.span, temp, given))
                parts.append(tree.Local(source.span, temp))
        old = tree.Send(node.span, parts[0], node.name, tuple(parts[1:]), (), None, False, node.span)
        if node.op in ("||", "&&"):
            either = tree.Or if node.op == "||" else tree.And
            value: tree.Node = either(node.span, old, node.value)
        else:
            value = tree.Send(node.span, old, node.op, (node.value,), (), None, False, node.span)
        made: tree.Node = tree.Send(node.span, parts[0], f"{node.name}=", (*parts[1:], value), (), None, False, node.span)
        if lead:
            made = tree.Seq(node.span, (*lead, made))
        kept = ck.expansions[id(node), "field"] = (node, held[0], made)
    kept[1].node = recv
    whole: tree.Node = kept[2]
    return whole


# ---------------------------------------------------------------- arrays inside


def elements(ck: Checker, node: tree.Send, recv: typed.Node, used: bool) -> typed.Node | None:
    """`e.a[i]`, `e.a[i] = v`, `e.a.size`; None for what the rows of arrays say."""
    assert isinstance(recv.type, ElementsType)
    if node.name == "[]" and len(node.args) == 1:
        return _element(ck, node, recv)
    if node.name == "[]=" and len(node.args) == 2:
        return _set_element(ck, node, recv)
    return None


def indexed(ck: Checker, span: Span, recv: typed.Node, index: typed.Node) -> typed.Node:
    """The element that an index which has been checked is of."""
    found = _inside(ck, index, recv)
    return bad(span) if found is None else element(span, recv, *found)


def _index(ck: Checker, node: tree.Node, recv: typed.Node) -> tuple[typed.Node, bool] | None:
    return _inside(ck, ck.value(node), recv)


def _inside(ck: Checker, index: typed.Node, recv: typed.Node) -> tuple[typed.Node, bool] | None:
    """An index and whether it is surely inside; a constant from the end counts from the start."""
    assert isinstance(recv.type, ElementsType)
    count = recv.type.storage.length
    if not settled(index.type):
        return None
    if may_be_nil(index.type):
        untested(ck, index)
        return None
    if not isinstance(index.type, IntType) or index.type.net:
        ck.say("IndexType", index.span, have=ck.called(index.type))
        return None
    if isinstance(index, typed.Int):
        if not -count <= index.value < count:
            ck.say("IndexOutside", index.span, index=index.value, count=count, text=recv.span.text)
            return None
        return typed.Int(index.span, U64, index.value % count), True
    if recv.type.place == "frame" and isinstance(recv.type.storage.of, StructStorage | ArrayStorage):
        ck.need("5.12", "an object inside an array, by a computed index", index.span)  # computed places in the frame
    low, high = interval(ck, index)
    return index, low >= 0 and high < count


def _element(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node:
    found = _index(ck, node.args[0], recv)
    if found is None:
        return bad(node.span)
    return element(node.span, recv, *found)


def element(span: Span, recv: typed.Node, index: typed.Node, inside: bool) -> typed.Node:
    assert isinstance(recv.type, ElementsType)
    of: Type = value_type(recv.type.storage.of, recv.type.place)
    return typed.Element(span, of if inside else OptType(of), recv, index, inside)


def _raise_global(ck: Checker, array: typed.Node, value: typed.Node, signed: bool = False) -> None:
    """What is stored in an element of a `$global` says whether its numbers are signed."""
    if isinstance(array, typed.GlobalRead | typed.Element | typed.Unwrap):
        from rucy.lang.checker import global_values

        global_values.raised(ck, array, value, signed)


def _set_element(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node:
    assert isinstance(recv.type, ElementsType)
    found = _index(ck, node.args[0], recv)
    given = ck.value(node.args[1])
    _raise_global(ck, recv, given)
    value = stored(ck, given, recv.type.storage.of, f"an element of `{recv.span.text}`")
    if found is None or not settled(value.type):
        return bad(node.span)
    if not _may_change(ck, recv, node.span):
        return bad(node.span)
    at = aliases.element(ck, recv, found[0])
    refused = aliases.in_two_places(ck, at, value, False)
    if refused is not None:
        return refused
    mark_stored(ck, value)
    aliases.replaced(ck, at, value.type, node.span)
    return typed.ElementSet(node.span, value.type, recv, found[0], value, found[1])


def update_element(ck: Checker, node: tree.Update, recv: typed.Node, used: bool) -> tree.Node | typed.Node:
    """`e.a[i] op= v`."""
    assert isinstance(recv.type, ElementsType)
    if node.name != "[]" or len(node.args) != 1:
        ck.expr(node.value)
        return ck.say("NoAssignment", node.span, name=node.name, what=ck.called(recv.type))
    held = recv.type.storage.of
    place = _place(ck, node, recv, held, recv.type.place)
    plain = isinstance(held, IntStorage) and not held.net and node.op not in ("||", "&&")
    if not plain or (node.op not in _ATOMIC and not is_shared(place)):
        return _as_assignment(ck, node, recv)
    found = _index(ck, node.args[0], recv)
    made = _updated(ck, node, place, held, f"an element of `{recv.span.text}`", used, recv)
    assert made is not None
    if found is None or not settled(made[0].type) or not _may_change(ck, recv, node.span):
        return bad(node.span)
    (index, inside), (value, op, atomic, kind) = found, made
    type_: Type = kind if inside or not used else OptType(kind)
    return typed.ElementUpdate(node.span, type_, recv, index, op, value, atomic, used, inside)


# ---------------------------------------------------------------- copies


def variable(node: typed.Node) -> typed.Var | None:
    """The variable whose object a node is."""
    while isinstance(node, typed.Unwrap | typed.Convert | typed.Inlined | typed.Seq):
        node = node.items[-1] if isinstance(node, typed.Seq) else node.value
    return node.var if isinstance(node, typed.Read | typed.Write) else None


def root(ck: Checker, var: typed.Var) -> typed.Var:
    """The variable that stands for all that have been assigned from one another."""
    while var in ck.roots:
        var = ck.roots[var]
    return var


def assigned(ck: Checker, target: typed.Var, value: typed.Node) -> None:
    """A variable has taken an object: another's, or one of its own."""
    aliases.assigned(ck, target, value)
    inner = value.type.of if isinstance(value.type, OptType) else value.type
    if not isinstance(inner, StructType | ElementsType | NilType):
        return
    source = variable(value)
    mine = root(ck, target)
    if is_stored(value):
        ck.flow = ck.flow._replace(stored=ck.flow.stored | {mine})
        return
    if is_copy(value):
        ck.flow = ck.flow._replace(stored=ck.flow.stored | {mine})
        ck.copies.add(mine)
        return
    if source is not None and root(ck, source) != mine:
        ck.roots[mine] = root(ck, source)
        ck.changed = True
    elif source is None:
        ck.flow = ck.flow._replace(stored=ck.flow.stored - {mine})


def is_copy(node: typed.Node) -> bool:
    """`M[k] || E.new`: an object of its own in any case, which on one path is a copy of what the map holds."""
    while isinstance(node, typed.Unwrap | typed.Inlined | typed.Seq):
        node = node.items[-1] if isinstance(node, typed.Seq) else node.value
    if not isinstance(node, typed.If) or not isinstance(node.type, StructType):
        return False
    inner = [arm.value.type for arm in (node.then, node.other) if isinstance(arm, typed.Convert)]
    return any(isinstance(type_, StructType) and type_.place != node.type.place for type_ in inner)


def is_stored(node: typed.Node) -> bool:
    """`M[k] = E.new` as a value: what the object was that has been copied."""
    while isinstance(node, typed.Unwrap | typed.Inlined | typed.Seq):
        node = node.items[-1] if isinstance(node, typed.Seq) else node.value
    stores = isinstance(node, typed.GlobalWrite | typed.MapSet | typed.MemberSet | typed.ElementSet)
    return stores and isinstance(node.type, StructType)


def begins(ck: Checker, var: typed.Var) -> None:
    """A block's parameter stands for another object at each run of the block."""
    ck.assigned(var, True)
    ck.flow = ck.flow._replace(stored=ck.flow.stored - {root(ck, var)})


def mark_stored(ck: Checker, value: typed.Node) -> None:
    """An object that has been copied somewhere: changing it afterwards would not change the copy."""
    var = variable(value) if isinstance(value.type, StructType) else None
    if var is None:
        return
    mine = root(ck, var)
    ck.flow = ck.flow._replace(stored=ck.flow.stored | {mine})
    instance = ck.instances.get(ck.frame.key)
    if instance is not None:
        for at, param in enumerate(instance.given):
            if root(ck, ck.var(param.var)) == mine and at not in instance.stores:
                instance.stores.add(at)
                ck.changed = True


def _may_change(ck: Checker, base: typed.Node, span: Span) -> bool:
    """Says so where an object is changed of which a copy has been stored, or one that may only be read."""
    while isinstance(base, typed.Member | typed.Element):
        base = base.base
    if isinstance(base.type, StructType) and base.type.place == "view":
        ck.say("ViewWrite", span, text=base.span.text)
        return False
    var = variable(base)
    if var is None and (is_copy(base) or is_stored(base)):
        ck.say("ChangedCopy", span, name=base.span.text)
        return False
    if var is None:
        return True
    mine = root(ck, var)
    instance = ck.instances.get(ck.frame.key)
    if instance is not None:
        for at, param in enumerate(instance.given):
            if root(ck, ck.var(param.var)) == mine and at not in instance.changes:
                instance.changes.add(at)
                ck.changed = True
    if mine in ck.flow.stored and mine in ck.copies:
        ck.say("ChangedCopy", span, name=var.name.lstrip("%"))
        return False
    if mine in ck.flow.stored:
        ck.say("ChangedAfterStored", span, name=var.name.lstrip("%"))
        return False
    return True


def passed(ck: Checker, values: list[typed.Node], instance: Instance, span: Span) -> None:
    """Objects given to a method: what it changes and what it stores, it does to the caller's."""
    for param, value in zip(instance.given, values):
        var = variable(value)
        mine = instance.frame.vars.get(param.var)
        if mine is not None:
            aliases.assigned(ck, mine, value)
        if mine is not None and var is not None and root(ck, var) in ck.given and mine not in ck.given:
            ck.given.add(mine)
            ck.changed = True
    for at in sorted(instance.changes):
        if at < len(values) and isinstance(values[at].type, StructType):
            _may_change(ck, values[at], span)
    for at in sorted(instance.stores):
        if at < len(values):
            mark_stored(ck, values[at])
    aliases.called(ck, instance, span)
