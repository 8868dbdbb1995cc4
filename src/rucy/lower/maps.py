"""Maps and rings: calls of their helpers.

A key is written whole, padding zeroed, just before the call. What is there already in the right form (an object in the
frame, a string of the key's size) is passed as it is. A pointer into a map is tested before it is used, and the tested one
is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.ir.function import Block, Const, Instr, Value, const, false
from rucy.ir.types import MAP, VOID, pointer
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.storage import IntStorage, ObjectStorage, Storage, StructStorage, TextStorage, size_of
from rucy.lower.counters import count
from rucy.lower.objects import change, copy_object, memory_of
from rucy.lower.storage import Part, copy_bytes, is_pure, load, parts_of, write_whole, zero
from rucy.lower.values import (
    FOUND_PTR,
    GLOBAL_PTR,
    RECORD_PTR,
    Held,
    Object,
    Opt,
    Text,
    in_map,
    ir_type,
    is_object,
    object_pointer,
)  # fmt: skip
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

#: Maps whose values hang on objects of the kernel, and how the names of their helpers begin.
_STORAGES = {"SK_STORAGE": "sk_storage", "TASK_STORAGE": "task_storage", "INODE_STORAGE": "inode_storage",
             "CGRP_STORAGE": "cgrp_storage"}  # fmt: skip
_CREATE = 1  # BPF_LOCAL_STORAGE_GET_F_CREATE
_NOEXIST = 1  # BPF_NOEXIST of include/uapi/linux/bpf.h
_ON_STACK = 64  # bytes of zeros that are written out rather than kept as a constant
_CURRENT_CPU = 0xFFFFFFFF  # BPF_F_CURRENT_CPU
_OWNED = pointer("mem", nullable=True, writable=True, owned=True)


class Bytes(NamedTuple):
    """A key or value, evaluated: `place` when it lies in memory in the form that helpers take, else the parts to write into
    a slot (called `purpose`)."""

    size: int
    purpose: str
    parts: list[Part]
    place: Value | None


def use(low: Lowering, map: str | typed.Node) -> typed.MapVar:
    """The map of a node: the named one, or one that was found in another, which is evaluated here."""
    if isinstance(map, str):
        return low.maps[map]
    held = low.held(map)
    assert isinstance(map.type, t.MapType) and isinstance(held, Object)
    inner: typed.MapVar = low.maps[map.type.name].inner
    return inner._replace(at=held.at)


def address_of(low: Lowering, map: typed.MapVar) -> Value:
    """As helpers take it."""
    at: Value | None = map.at
    return at if at is not None else low.b.emit("map", type=MAP, symbol=map.name)


def reference(low: Lowering, node: typed.MapRef) -> Held:
    """The map as a helper's argument."""
    return address_of(low, low.maps[node.map])


def key_memory(low: Lowering, node: typed.MapKey) -> Held:
    """A key's address as a helper's argument."""
    key = _key(low, use(low, node.map), node.key)
    return _put(low, key) if key is not None else const(0)


# ---------------------------------------------------------------- keys and values in memory


def _key(low: Lowering, map: typed.MapVar, nodes: tuple[typed.Node, ...], *later: typed.Node) -> Bytes | None:
    """Evaluate a key's parts, before `later`; None after one that does not come back. A key of several parts is a struct."""
    storage = map.key
    if map.type in _STORAGES:  # the object itself
        owner = low.value(nodes[0])
        return Bytes(0, "key", [], owner) if low.b.block is not None else None
    if storage is None:  # of a bloom filter the value itself is asked for
        storage = map.value
    assert storage is not None
    if isinstance(storage, StructStorage) and not (len(nodes) == 1 and _is_whole(nodes[0].type, storage)):
        parts: list[Part] = []
        for at, (field, node) in enumerate(zip(storage.fields, nodes)):
            parts += parts_of(low, field.storage, node, field.offset, nodes[at + 1 :], later)
        return Bytes(storage.size, "key", parts, None) if low.b.block is not None else None
    return _bytes(low, storage, nodes[0], "key", later)


def _is_whole(type: t.Type, storage: StructStorage) -> bool:
    return isinstance(type, t.StructType) and type.storage == storage


def _bytes(low: Lowering, storage: Storage, node: typed.Node, purpose: str, *later: object) -> Bytes | None:
    parts = parts_of(low, storage, node, 0, later)
    if low.b.block is None:
        return None
    return Bytes(size_of(storage), purpose, parts, _as_it_is(storage, parts))


def _zeros(low: Lowering, storage: Storage, node: typed.Node) -> Bytes | None:
    """An object of zeros that is large, as the slots of a histogram are: constant bytes, nothing on the stack."""
    size = size_of(storage)
    if size <= _ON_STACK or not isinstance(node, typed.New) or node.fields:
        return None
    return Bytes(size, "value", [], low.rodata(bytes(size), 8, ("u8", size)))


def _as_it_is(storage: Storage, parts: list[Part]) -> Value | None:
    """The memory that already has the key's or value's bytes, all of them."""
    held = parts[0].held if len(parts) == 1 and parts[0].offset == 0 else None
    if isinstance(held, Object) and held.at.type.kind in ("stack", "map_value"):
        return held.at
    if isinstance(held, Text) and isinstance(storage, TextStorage):
        if held.size == storage.size and held.at.type.kind == "stack":
            return held.at
    return None


def _put(low: Lowering, value: Bytes) -> Value:
    """Where the bytes are, written if need be."""
    if value.place is not None:
        return value.place
    slot = low.slot(value.size, value.purpose)
    write_whole(low, slot, value.size, value.parts)
    return slot


# ---------------------------------------------------------------- pointers into maps


def known(low: Lowering, at: Value) -> Value:
    """The pointer, tested: a branch on the way here has done it, or one is made now, whose other side is left at once."""
    if not at.type.nullable:
        return at
    b = low.b
    assert b.block is not None
    if not _is_tested(low, at, b.block):
        there, never = b.new_block("there"), b.new_block("never")
        b.branch(b.compare("ne", at, Const(0, at.type)), there, never)
        leave(low, never)
        b.seal(there)
        b.start(there)
    return b.emit("nonnil", at, type=at.type._replace(nullable=False))


def leave(low: Lowering, never: Block) -> None:
    """A side that only the verifier sees: the program ends with its neutral result."""
    b = low.b
    b.seal(never)
    b.start(never)
    low.give_back()
    program = low.fn.program
    b.ret(const(program.neutral if program is not None else 0))


def _is_tested(low: Lowering, at: Value, block: Block) -> bool:
    """Does a branch that every way here takes say that the pointer is not NULL?"""
    while True:
        before = low.b.above(block)
        if before is None or (isinstance(at, Instr) and at.block is block):
            return False
        last = before.terminator
        alone = len(block.preds) == 1 and block.preds[0] is before
        if alone and last is not None and last.op.name == "branch":
            if _says(last.args[0], last.targets[0] is block, at):
                return True
        block = before


def _says(condition: Value, holds: bool, at: Value) -> bool:
    if not isinstance(condition, Instr):
        return False
    match condition.op.name:
        case "xor" if isinstance(condition.args[1], Const) and condition.args[1].value == 1:
            return _says(condition.args[0], not holds, at)
        case "ne" | "eq":
            a, b = condition.args
            return a is at and isinstance(b, Const) and b.value == 0 and holds == (condition.op.name == "ne")
    return False


def _look_up(low: Lowering, map: typed.MapVar, key: Value) -> Value:
    if map.type in _STORAGES:
        return _of_object(low, map, key, const(0), 0)
    type = FOUND_PTR if map.inner is None else MAP._replace(nullable=True)
    return low.b.emit("call", address_of(low, map), key, type=type, helper="map_lookup_elem")


def _of_object(low: Lowering, map: typed.MapVar, owner: Value, value: Value, flags: int) -> Value:
    """What a storage map keeps for an object of the kernel; with _CREATE it is made of `value` where there is nothing."""
    helper = f"{_STORAGES[map.type]}_get"
    return low.b.emit("call", address_of(low, map), owner, value, const(flags), type=FOUND_PTR, helper=helper)


def _is_there(low: Lowering, at: Value) -> Value:
    return low.b.compare("ne", at, Const(0, at.type))


class _Sides:
    """Two sides of a test that meet again: `other` is lowered first where it is short."""

    def __init__(self, low: Lowering, condition: Value, names: tuple[str, str] = ("there", "missing")) -> None:
        self.b = low.b
        self.yes, self.no = self.b.new_block(names[0]), self.b.new_block(names[1])
        self.end = self.b.new_block("end")
        self.b.branch(condition, self.yes, self.no)

    def on(self, block: Block) -> None:
        self.b.seal(block)
        if block.preds:
            self.b.start(block)
        else:
            self.b.block = None

    def meet(self) -> None:
        self.b.jump(self.end)

    def land(self) -> None:
        self.b.seal(self.end)
        if self.end.preds:
            self.b.start(self.end)
        else:
            self.b.block = None


# ---------------------------------------------------------------- what was refused


def _unless(low: Lowering, done: Value, kind: str, map: typed.MapVar) -> None:
    """Go on; count when it was not done."""
    b = low.b
    refused, end = b.new_block("refused"), b.new_block("end")
    b.branch(done, end, refused)
    b.seal(refused)
    b.start(refused)
    count(low, kind, map.name, map.span.line)
    b.jump(end)
    b.seal(end)
    b.start(end)


# ---------------------------------------------------------------- elements


def get(low: Lowering, node: typed.MapGet) -> Held:
    map = use(low, node.map)
    key = _key(low, map, node.key)
    if key is None:
        return low.undefined(node.type)
    low.b.span = node.span
    if isinstance(node.type, t.PtrType):  # a socket
        where = _put(low, key)
        return low.b.emit("call", address_of(low, map), where, type=ir_type(node.type), helper="map_lookup_elem")
    return _found(low, map, _look_up(low, map, _put(low, key)), node, node.type)


def _found(low: Lowering, map: typed.MapVar, at: Value, node: typed.Node, type: t.Type) -> Held:
    """What a lookup gives: the element itself, or its value, read at once; else nil or the default."""
    of = type.of if isinstance(type, t.OptType) else type
    if is_object(of) and in_map(object_pointer(of)):
        return Opt(_is_there(low, at), Object(at)) if isinstance(type, t.OptType) else Object(known(low, at))
    assert map.value is not None
    if not isinstance(type, t.OptType | t.IntType | t.BoolType):  # text, an address: nothing stands for one that is not there
        return _own(low, node, load(low, known(low, at), 0, map.value, node), of)
    some = _is_there(low, at)
    sides, key = _Sides(low, some), object()
    sides.on(sides.yes)
    sure = low.b.emit("nonnil", at, type=at.type._replace(nullable=False))
    low._put(key, _own(low, node, load(low, sure, 0, map.value, node), of))
    sides.meet()
    sides.on(sides.no)
    low._put(key, _default(low, map, of))
    sides.meet()
    sides.land()
    value = low._get(key, of)
    return Opt(some, value) if isinstance(type, t.OptType) else value


def _own(low: Lowering, node: object, held: Held, of: t.Type) -> Held:
    return copy_object(low, node, of, held) if isinstance(held, Object) else held


def _default(low: Lowering, map: typed.MapVar, of: t.Type) -> Held:
    if map.default is None or not isinstance(of, t.IntType | t.BoolType):
        return low.undefined(of)
    return Const(_signed_default(map), ir_type(of))


def _signed_default(map: typed.MapVar) -> int:
    """The default as it is read from where it is kept."""
    assert map.default is not None
    if not isinstance(map.value, IntStorage) or not map.value.signed:
        return map.default
    top = 1 << (8 * map.value.width - 1)
    return (map.default ^ top) - top


def set(low: Lowering, node: typed.MapSet) -> Held:  # noqa: A001 - the node's name
    map = use(low, node.map)
    assert map.value is not None
    key = _key(low, map, node.key, node.value)
    if isinstance(node.value.type, t.PtrType):
        return _put_socket(low, node, map, key)
    value = _bytes(low, map.value, node.value, "value") if key is not None else None
    if key is None or value is None:
        return low.undefined(node.type)
    low.b.span = node.span
    if isinstance(node.value, typed.New):  # it is the value of the assignment: it has memory of its own
        own = memory_of(low, node, value.size)
        write_whole(low, own, value.size, value.parts)
        value = value._replace(place=own)
    said = _insert(low, map, _put(low, key), value, 0)
    if not _is_inside(map, node.key):
        _unless(low, low.b.compare("eq", said, const(0)), "insert", map)
    return _value_of(low, value, node.value)


def _put_socket(low: Lowering, node: typed.MapSet, map: typed.MapVar, key: Bytes | None) -> Held:
    """The helper takes the socket itself."""
    held = low.value(node.value) if key is not None else const(0)
    if key is None or low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    said = low.b.emit("call", address_of(low, map), _put(low, key), held, const(0), helper="map_update_elem")
    _unless(low, low.b.compare("eq", said, const(0)), "insert", map)
    return held


def _value_of(low: Lowering, value: Bytes, node: typed.Node) -> Held:
    """The value of an assignment: what was assigned. What was made in the map's own slot is not there any more."""
    if value.place is not None and isinstance(node, typed.New):
        return Object(value.place)
    part = value.parts[0] if len(value.parts) == 1 else None
    if part is not None and part.held is not None and part.offset == 0:
        return part.held
    return low.undefined(node.type)


def _insert(low: Lowering, map: typed.MapVar, key: Value, value: Bytes, flags: int) -> Value:
    what = _put(low, value)
    if map.type in _STORAGES:
        return _keep(low, map, key, what, value.size, flags)
    return low.b.emit("call", address_of(low, map), key, what, const(flags), helper="map_update_elem")


def _keep(low: Lowering, map: typed.MapVar, owner: Value, what: Value, size: int, flags: int) -> Value:
    """As map_update_elem of an object's own: 0, or not where there is no memory."""
    b = low.b
    at = _of_object(low, map, owner, what, _CREATE)
    there = _is_there(low, at)
    if not flags:  # it may have been there before, with another value
        sides = _Sides(low, there)
        sides.on(sides.yes)
        sure = b.emit("nonnil", at, type=GLOBAL_PTR)
        for start, length in _own_bytes(map.value, size):
            copy_bytes(low, sure, start, what, start, length)
        sides.meet()
        sides.on(sides.no)
        sides.meet()
        sides.land()
    return b.emit("int", b.compare("eq", at, Const(0, at.type)))


def _own_bytes(storage: Storage | None, size: int) -> list[tuple[int, int]]:
    """(offset, bytes) of a value but for the kernel's own objects in it, which nobody else writes."""
    fields = storage.fields if isinstance(storage, StructStorage) else ()
    out, start = [], 0
    for field in fields:
        if isinstance(field.storage, ObjectStorage):
            out.append((start, field.offset - start))
            start = field.offset + size_of(field.storage)
    return [span for span in (*out, (start, size - start)) if span[1]]


def or_set(low: Lowering, node: typed.MapOrSet) -> Held:
    """Look up; when missing insert, unless another has meanwhile, and look up again."""
    map = use(low, node.map)
    assert map.value is not None
    key = _key(low, map, node.key, node.value)
    if key is None:
        return low.undefined(node.type)
    b, where = low.b, object()
    b.span = node.span
    at = _look_up(low, map, _put(low, key))
    b.write(where, at)
    sides = _Sides(low, _is_there(low, at))
    sides.on(sides.no)
    value = _zeros(low, map.value, node.value) or _bytes(low, map.value, node.value, "value")
    if value is not None:
        b.span = node.span
        again_key = _put(low, key)
        _insert(low, map, again_key, value, _NOEXIST)
        again = _look_up(low, map, again_key)
        b.write(where, again)
        _unless(low, _is_there(low, again), "insert", map)
        sides.meet()
    sides.on(sides.yes)
    sides.meet()
    sides.land()
    return _found(low, map, b.read(where, FOUND_PTR), node, node.type)


def update(low: Lowering, node: typed.MapUpdate) -> Held:
    map = use(low, node.map)
    key = _key(low, map, node.key, node.value)
    operand = low.value(node.value) if key is not None else const(0)
    if key is None or low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    return _update(low, node, map, key, operand)


def _update(low: Lowering, node: typed.MapUpdate, map: typed.MapVar, key: Bytes, operand: Value) -> Held:
    """There: change it. Missing: insert default op operand, unless another has meanwhile; then change that. What has no
    room is counted, and no other count is lost. Of an array, nothing is missing but what is outside: nil."""
    storage = map.value
    assert isinstance(storage, IntStorage)
    b, where, result = low.b, object(), object()
    found, end = b.new_block("found"), b.new_block("updated")
    at_key = _put(low, key)
    if map.type in _STORAGES and map.default is not None:  # made with the default, then changed like any other
        start = Bytes(storage.width, "value", [Part(0, storage, const(_signed_default(map)))], None)
        first = _of_object(low, map, at_key, _put(low, start), _CREATE)
    else:
        first = _look_up(low, map, at_key)
    missing, there = b.new_block("missing"), b.new_block("there")
    b.branch(_is_there(low, first), there, missing)
    b.seal(there)
    b.start(there)
    b.write(where, b.emit("nonnil", first, type=GLOBAL_PTR))
    b.jump(found)
    b.seal(missing)
    b.start(missing)
    fresh: Value = const(0)
    if map.default is not None and not _is_array(map) and map.type not in _STORAGES:
        fresh = b.emit(node.op, const(_signed_default(map)), operand)
        value = Bytes(storage.width, "value", [Part(0, storage, fresh)], None)
        done = b.compare("eq", _insert(low, map, at_key, value, _NOEXIST), const(0))
        b.write(result, fresh if node.used else const(0))
        raced, again = b.new_block("raced"), b.new_block("again")
        b.branch(done, end, raced)
        b.seal(raced)
        b.start(raced)
        second = _look_up(low, map, at_key)
        refused = b.new_block("refused")
        b.branch(_is_there(low, second), again, refused)
        b.seal(again)
        b.start(again)
        b.write(where, b.emit("nonnil", second, type=GLOBAL_PTR))
        b.jump(found)
        b.seal(refused)
        b.start(refused)
    if not _is_inside(map, node.key):
        count(low, "insert", map.name, map.span.line)
    b.write(result, fresh if node.used else const(0))
    b.jump(end)
    b.seal(found)
    b.start(found)
    at = b.read(where, GLOBAL_PTR)
    b.write(result, change(low, at, 0, storage, node.op, operand, not _per_cpu(map), node.used))
    b.jump(end)
    b.seal(end)
    b.start(end)
    if isinstance(node.type, t.OptType):
        return Opt(_is_there(low, first), b.read(result))
    return b.read(result)


def _is_inside(map: typed.MapVar, key: tuple[typed.Node, ...]) -> bool:
    """An array's element, by a constant index."""
    return _is_array(map) and isinstance(key[0], typed.Int) and not map.sized_by and key[0].value < map.size


def _is_array(map: typed.MapVar) -> bool:
    return map.type in ("ARRAY", "PERCPU_ARRAY")


def _per_cpu(map: typed.MapVar) -> bool:
    from rucy.kernel import maptypes

    return maptypes.BY_NAME[map.type].per_cpu


def has(low: Lowering, node: typed.MapHas) -> Held:
    map = use(low, node.map)
    key = _key(low, map, node.key)
    if key is None:
        return false()
    low.b.span = node.span
    if map.type == "BLOOM_FILTER":
        said = low.b.emit("call", address_of(low, map), _put(low, key), helper="map_peek_elem")
        return low.b.compare("eq", said, const(0))
    return _is_there(low, _look_up(low, map, _put(low, key)))


def delete(low: Lowering, node: typed.MapDelete) -> Held:
    """The value is read, or the object copied, just before."""
    map = use(low, node.map)
    key = _key(low, map, node.key)
    if key is None:
        return low.undefined(node.type)
    b = low.b
    b.span = node.span

    where_key = _put(low, key)

    def remove() -> None:
        owner = _STORAGES.get(map.type)
        b.emit("call", address_of(low, map), where_key, helper=f"{owner}_delete" if owner else "map_delete_elem")

    if not node.used or not isinstance(node.type, t.OptType):
        remove()
        return low.undefined(node.type)
    assert map.value is not None
    at, of, where = _look_up(low, map, where_key), node.type.of, object()
    some = _is_there(low, at)
    sides = _Sides(low, some)
    sides.on(sides.yes)
    sure = b.emit("nonnil", at, type=GLOBAL_PTR)
    low._put(where, _own(low, node, load(low, sure, 0, map.value, node), of))
    remove()
    sides.meet()
    sides.on(sides.no)
    low._put(where, low.undefined(of))
    sides.meet()
    sides.land()
    return Opt(some, low._get(where, of))


# ---------------------------------------------------------------- queues, stacks, bloom filters


def push(low: Lowering, node: typed.MapPush) -> Held:
    map = use(low, node.map)
    assert map.value is not None
    value = _bytes(low, map.value, node.value, "value")
    if value is None:
        return false()
    low.b.span = node.span
    said = low.b.emit("call", address_of(low, map), _put(low, value), const(0), helper="map_push_elem")
    done = low.b.compare("eq", said, const(0))
    _unless(low, done, "insert", map)
    return done


def take(low: Lowering, node: typed.MapTake) -> Held:
    """The helper writes the whole value, zeros when there is none."""
    map = use(low, node.map)
    assert map.value is not None and isinstance(node.type, t.OptType)
    b, storage, of = low.b, map.value, node.type.of
    slot = memory_of(low, node, size_of(storage)) if is_object(of) else low.slot(size_of(storage), "value")
    said = b.emit("call", address_of(low, map), slot, helper=f"map_{node.kind}_elem")
    return Opt(b.compare("eq", said, const(0)), load(low, slot, 0, storage, node))


# ---------------------------------------------------------------- rings


def send(low: Lowering, node: typed.Send) -> Held:
    """A new object is written straight into the record, which is reserved first where evaluating the fields can wait."""
    map = use(low, node.map)
    type = node.value.type
    assert isinstance(type, t.StructType)
    if map.type == "PERF_EVENT_ARRAY":
        return _send_to_perf(low, node, map, type)
    if not isinstance(node.value, typed.New):
        value = _bytes(low, type.storage, node.value, "value")
        if value is None:
            return false()
        low.b.span = node.span
        size = const(type.storage.size)
        said = low.b.emit("call", address_of(low, map), _put(low, value), size, const(0), helper="ringbuf_output")
        done = low.b.compare("eq", said, const(0))
        _unless(low, done, "record", map)
        return done
    parts = None if is_pure(node.value) else parts_of(low, type.storage, node.value)
    if low.b.block is None:
        return false()
    low.b.span = node.span

    def fill(record: Value) -> None:
        written = parts_of(low, type.storage, node.value) if parts is None else parts
        write_whole(low, record, type.storage.size, written)
        low.b.span = node.span

    return _with_record(low, map, type.storage.size, fill)


def _with_record(low: Lowering, map: typed.MapVar, size: int, fill: Callable[[Value], None]) -> Value:
    """Reserve, fill, submit; count where there is no room. i1: was there?"""
    b = low.b
    at = b.emit("call", address_of(low, map), const(size), const(0), type=_OWNED, helper="ringbuf_reserve")
    some = _is_there(low, at)
    sides = _Sides(low, some, ("reserved", "dropped"))
    sides.on(sides.yes)
    record = b.emit("nonnil", at, type=_OWNED._replace(nullable=False))
    low.held_open.append(lambda: _finish(low, record, "ringbuf_discard"))
    fill(record)
    low.held_open.pop()
    if b.block is not None:
        _finish(low, record, "ringbuf_submit")
    sides.meet()
    sides.on(sides.no)
    count(low, "record", map.name, map.span.line)
    sides.meet()
    sides.land()
    return some


def _finish(low: Lowering, record: Value, helper: str) -> None:
    low.b.emit("call", record, const(0), type=VOID, helper=helper)


def _send_to_perf(low: Lowering, node: typed.Send, map: typed.MapVar, type: t.StructType) -> Held:
    value = _bytes(low, type.storage, node.value, "value")
    if value is None:
        return false()
    assert low.ctx is not None
    low.b.span = node.span
    where, size = _put(low, value), const(type.storage.size)
    said = low.b.emit(
        "call", low.ctx, address_of(low, map), const(_CURRENT_CPU), where, size, helper="perf_event_output"
    )  # fmt: skip
    done = low.b.compare("eq", said, const(0))
    _unless(low, done, "record", map)
    return done


def reserve(low: Lowering, node: typed.Reserve) -> Held:
    map = use(low, node.map)
    type = node.var.type
    assert isinstance(type, t.StructType)
    low.b.span = node.span

    def fill(record: Value) -> None:
        zero(low, record, 0, type.storage.size)
        low.write(node.var, Object(low.b.emit("cast", record, type=RECORD_PTR)))
        low.held(node.body)
        low.b.span = node.span

    return _with_record(low, map, type.storage.size, fill)


__all__ = [
    "count", "delete", "get", "has", "known", "or_set", "push", "reserve", "send", "set", "take", "update",
]  # fmt: skip
