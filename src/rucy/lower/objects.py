"""Objects of the program's own structs: memory, reached by a pointer.

An object that is made here has memory of its own in the frame; one from a map or a ring is changed where it is. A string
field's value is a copy, so that a later change does not reach it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.ir.function import Const, Instr, Value, const, true
from rucy.ir.types import I64, VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.storage import ArrayStorage, IntStorage, Storage, StructStorage, TextStorage, align_of, size_of
from rucy.lower.storage import (
    address,
    alignment,
    copy_bytes,
    load,
    parts_of,
    pieces,
    read_bytes,
    store,
    store_constant,
    write_part,
    write_whole,
    zero,
)
from rucy.lower.values import STACK_PTR, Held, Object, Opt, found_pointer, is_found, is_object, object_pointer

if TYPE_CHECKING:
    from rucy.ir.function import Block
    from rucy.lower.function import Lowering


_FRAME = 512  # MAX_BPF_STACK of include/linux/filter.h


def memory_of(low: Lowering, key: object, size: int) -> Value:
    """The frame's memory that belongs to `key`."""
    place = (low.frame, ("object", key))
    if place not in low.text_slots:
        low.text_slots[place] = low.slot(size, "object")
    return low.text_slots[place]


def new(low: Lowering, node: typed.New) -> Held:
    assert isinstance(node.type, t.StructType)
    storage = node.type.storage
    parts = parts_of(low, storage, node)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    slot = memory_of(low, node, storage.size)
    write_whole(low, slot, storage.size, parts)
    return Object(slot)


def numbers(low: Lowering, node: typed.Numbers) -> Held:
    """They lie in .rodata: who keeps them copies them."""
    assert isinstance(node.type, t.ElementsType | t.BytesType)
    size = (len(node.data) + 7) & ~7
    return Object(low.rodata(node.data.ljust(size, b"\0"), 8, ("u8", size)))


def copy(low: Lowering, node: typed.Copy) -> Held:
    held = low.held(node.value)
    if low.b.block is None:
        return low.undefined(node.type)
    assert isinstance(held, Object)
    return copy_object(low, node, node.type, held)


def copy_object(low: Lowering, key: object, type: t.Type, held: Object) -> Object:
    """Into the memory that belongs to `key`."""
    assert isinstance(type, t.StructType | t.ElementsType | t.BytesType)
    size = size_of(type.storage)
    slot = memory_of(low, key, size)
    copy_bytes(low, slot, 0, held.at, 0, size, align_of(type.storage))
    return Object(slot)


def copy_kept(low: Lowering, var: typed.Var, held: Held) -> Held:
    """Into the variable's own memory, where there is an object."""
    if isinstance(held, Object):
        return held if isinstance(held.at, Const) else copy_object(low, var, _of(var.type), held)
    if not isinstance(held, Opt) or not isinstance(held.value, Object) or isinstance(held.value.at, Const):
        return held
    if isinstance(held.some, Const):
        return Opt(held.some, copy_object(low, var, _of(var.type), held.value)) if held.some.value else held
    b = low.b
    slot = memory_of(low, var, size_of(_of(var.type).storage))
    there, end = b.new_block("there"), b.new_block("end")
    b.branch(held.some, there, end)
    b.seal(there)
    b.start(there)
    copy_object(low, var, _of(var.type), held.value)
    b.jump(end)
    b.seal(end)
    b.start(end)
    return Opt(held.some, Object(slot))


def _of(type: t.Type) -> t.StructType | t.ElementsType | t.BytesType:
    of = type.of if isinstance(type, t.OptType) else type
    assert isinstance(of, t.StructType | t.ElementsType | t.BytesType)
    return of


def read_address(low: Lowering, node: typed.ReadBytes) -> Held:
    """An address of the kernel's, as a copy in the frame."""
    source = low.value(node.ptr)
    if low.b.block is None:
        return low.undefined(node.type)
    assert isinstance(node.type, t.BytesType)
    low.b.span = node.span
    size = node.type.storage.size
    slot = memory_of(low, node, size)
    read_bytes(low, node, slot, size, source)
    return Object(slot)


def branch_on_bytes(low: Lowering, left: Object, right: Object, size: int, yes: Block, no: Block) -> None:
    """To `yes` if the bytes are equal, else to `no`. Ends the current block."""
    b = low.b
    for off, width in pieces(0, size, min(alignment(left.at), alignment(right.at))):
        words = [b.emit("load", each.at, off=off, width=width, signed=False) for each in (left, right)]
        same = b.new_block("same")
        b.branch(b.compare("eq", *words), same, no)
        b.seal(same)
        b.start(same)
    b.jump(yes)


def branch_on_field(
    low: Lowering, node: typed.StrCompare, field: typed.Member, wanted: bytes, yes: Block, no: Block
) -> None:
    """To `yes` if a string field begins with the bytes, which is seen where it lies. Ends the current block."""
    at = _object(low, field.base)
    if at is None:
        return
    b = low.b
    b.span = node.span
    if len(wanted) > size_of(field.field.storage):
        b.jump(no)
        return
    start = field.field.offset
    for off, width in pieces(start, len(wanted), alignment(at)):
        word = b.emit("load", at, off=off, width=width, signed=False)
        same = b.new_block("same")
        number = int.from_bytes(wanted[off - start : off - start + width], "little")
        b.branch(b.compare("eq", word, const(number)), same, no)
        b.seal(same)
        b.start(same)
    b.jump(yes)


# ---------------------------------------------------------------- fields


def _object(low: Lowering, node: typed.Node) -> Value | None:
    """Where an object is; None after a node that does not come back."""
    held = low.held(node)
    if low.b.block is None:
        return None
    assert isinstance(held, Object), f"{type(node).__name__} of {node.type} is no object"
    return held.at


def member(low: Lowering, node: typed.Member) -> Held:
    at = _object(low, node.base)
    if at is None:
        return low.undefined(node.type)
    low.b.span = node.span
    return load(low, at, node.field.offset, node.field.storage, node)


def member_set(low: Lowering, node: typed.MemberSet) -> Held:
    at = _object(low, node.base)
    return _set(low, node, at, node.field.offset, node.field.storage, node.value)


def _set(low: Lowering, node: typed.Node, at: Value | None, off: int, storage: Storage, value: typed.Node) -> Held:
    if at is None:
        return low.undefined(node.type)
    text = _literal(value) if isinstance(storage, TextStorage) else None
    if text is not None:
        low.b.span = node.span
        store_constant(low, at, off, text.value[: size_of(storage) - 1].ljust(size_of(storage), b"\0"))
        return low.held(text)
    if id(node) in low.unused and _made_in_place(low, at, off, storage, value):
        return low.undefined(node.type)
    held = low.held(value)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    store(low, at, off, storage, held)
    return held


#: what a helper writes, which may write it where it belongs
_WRITTEN = (typed.ReadString, typed.HelperString, typed.ReadBytes)


def _made_in_place(low: Lowering, at: Value, off: int, storage: Storage, value: typed.Node) -> bool:
    """Text and addresses that a helper writes go straight into an element or a record, without a copy in the frame."""
    inner = value
    while isinstance(inner, typed.Convert) and isinstance(inner.value.type, t.StrType):
        inner = inner.value
    if not isinstance(inner, _WRITTEN) or at.type.kind not in ("map_value", "mem") or low.locked:
        return False
    parts = parts_of(low, storage, value, off)
    if low.b.block is None:
        return True
    if len(parts) != 1 or parts[0].node is None:
        return False
    if not isinstance(inner, typed.ReadBytes):
        zero(low, at, off, size_of(storage))
    write_part(low, at, parts[0])
    return True


def _literal(node: typed.Node) -> typed.Str | None:
    while isinstance(node, typed.Convert):
        node = node.value
    return node if isinstance(node, typed.Str) else None


def member_update(low: Lowering, node: typed.MemberUpdate) -> Held:
    at = _object(low, node.base)
    operand = low.value(node.value) if at is not None else const(0)
    if at is None or low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    return change(low, at, node.field.offset, node.field.storage, node.op, operand, node.atomic, node.used)


_ATOMIC = {"add": "add", "sub": "add", "and": "and", "or": "or", "xor": "xor"}


def change(
    low: Lowering, at: Value, off: int, storage: Storage, op: str, operand: Value, atomic: bool, used: bool
) -> Value:
    """Memory op= operand; what was computed, in 64 bits, as Ruby's assignment gives it."""
    assert isinstance(storage, IntStorage)
    b = low.b
    if not atomic:
        old = b.emit("load", at, off=off, width=storage.width, signed=storage.signed)
        new_value = b.emit(op, old, operand)
        b.emit("store", new_value, at, type=VOID, off=off, width=storage.width)
        return new_value if used else const(0)
    amount = b.emit("neg", operand) if op == "sub" else operand
    kind = _ATOMIC[op]
    before = b.emit(
        "atomic", at, amount, type=I64 if used else VOID, kind=kind, off=off, width=storage.width, fetch=used
    )  # fmt: skip
    return b.emit(kind, kept(low, before, storage), amount) if used else const(0)


def kept(low: Lowering, value: Value, storage: IntStorage) -> Value:
    """What is read back when a number has been stored."""
    if storage.width == 8:
        return value
    return low.b.emit("sext" if storage.signed else "zext", value, bits=8 * storage.width)


# ---------------------------------------------------------------- locks and timers


def object_at(low: Lowering, node: typed.ObjectAt) -> Held:
    at = _object(low, node.base)
    return low.undefined(node.type) if at is None else Object(address(low, at, node.field.offset))


def lock(low: Lowering, node: typed.Lock) -> Held:
    """Every way out of the body gives the lock back."""
    at = _object(low, node.base)
    if at is None:
        return low.undefined(node.type)
    low.b.span = node.span
    place = address(low, at, node.field.offset)

    def unlock() -> None:
        low.b.emit("call", place, type=VOID, helper="spin_unlock")

    low.b.emit("call", place, type=VOID, helper="spin_lock")
    low.held_open.append(unlock)
    outer, low.locked = low.locked, True
    held = low.held(node.body)
    low.locked = outer
    low.held_open.pop()
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    unlock()
    return held


# ---------------------------------------------------------------- elements


def element(low: Lowering, node: typed.Element) -> Held:
    base, index = _place(low, node.base, node.index)
    if base is None or index is None:
        return low.undefined(node.type)
    low.b.span = node.span
    storage = _elements(node.base)
    of = node.type.of if isinstance(node.type, t.OptType) else node.type
    if isinstance(index, Const):
        value = load(low, base, index.value * size_of(storage.of), storage.of, node)
        return Opt(true(), value) if isinstance(node.type, t.OptType) else value
    return _guarded_element(low, node, base, index, of)


def _guarded_element(low: Lowering, node: typed.Element, base: Value, index: Value, of: t.Type) -> Held:
    """Behind a compare; where it does not hold, nil, or (never) a value of zeros. An object that is never missing has no
    other side: there the program would end."""
    b = low.b
    storage = _elements(node.base)
    if node.checked and _is_masked(index, storage.length):
        return _load_element(low, _computed(low, base, index, storage), base, storage, node)
    if not isinstance(node.type, t.OptType) and is_object(of):
        from rucy.lower.maps import leave

        there, never = b.new_block("inside"), b.new_block("never")
        b.branch(b.compare("ult", index, const(storage.length)), there, never)
        leave(low, never)
        b.seal(there)
        b.start(there)
        return _load_element(low, _computed(low, base, index, storage), base, storage, node)
    yes, end = b.new_block("inside"), b.new_block("end")
    key = object()
    if is_found(node.type):  # one pointer, which says by NULL that there is none
        assert isinstance(node.type, t.OptType)
        b.write(key, Const(0, found_pointer(node.type)))
    else:
        low._put(key, low.undefined(of))
    inside = b.compare("ult", index, const(storage.length))
    b.branch(inside, yes, end)
    b.seal(yes)
    b.start(yes)
    at = _computed(low, base, index, storage)
    low._put(key, _load_element(low, at, base, storage, node))
    b.jump(end)
    b.seal(end)
    b.start(end)
    if is_found(node.type):
        return low._get(key, node.type)
    value = low._get(key, of)
    return Opt(inside, value) if isinstance(node.type, t.OptType) else value


def _elements(base: typed.Node) -> ArrayStorage:
    assert isinstance(base.type, t.ElementsType)
    return base.type.storage


def _place(low: Lowering, base: typed.Node, index: typed.Node) -> tuple[Value | None, Value | None]:
    """(the array, the index as a number from its start); a negative one counts from the end."""
    at = _object(low, base)
    value = low.value(index) if at is not None else None
    if at is None or value is None or low.b.block is None:
        return None, None
    length = _elements(base).length
    signed = isinstance(index.type, t.IntType) and index.type.signed
    if isinstance(value, Const):
        return at, const(value.signed + length) if value.signed < 0 and signed else value
    if signed:
        negative = low.b.compare("slt", value, const(0))
        value = low.choose(negative, low.b.emit("add", value, const(length)), value)
    return at, value


def _computed(low: Lowering, base: Value, index: Value, storage: ArrayStorage) -> Value:
    """The element's address, behind the compare of the index."""
    b, size = low.b, size_of(storage.of)
    sure = b.emit("within", index, lo=0, hi=storage.length - 1)
    if size & (size - 1):
        step = b.emit("mul", sure, const(size))
    else:
        step = b.emit("shl", sure, const(size.bit_length() - 1)) if size > 1 else sure
    type = base.type._replace(owned=False)
    if type.kind in ("map_value", "mem") and isinstance(base, Instr) and base.op.name == "padd":
        start, off = base.args
        if isinstance(off, Const):  # last, where accesses take it as theirs
            return b.emit("padd", b.emit("padd", start, step, type=type), off, type=type)
    return b.emit("padd", base, step, type=type)


def _by_helper(low: Lowering, base: Value) -> bool:
    """Before Linux 5.12 the frame takes no computed offsets in loads and stores ("bpf: Allow variable-offset stack
    access"), but in helpers' arguments where all of the memory is initialised. What is larger than a frame lies elsewhere."""
    return base.type == STACK_PTR and tuple(map(int, low.kernel.split("."))) < (5, 12) and not _is_large(base)


def _is_large(at: Value) -> bool:
    while isinstance(at, Instr) and at.op.name == "padd":
        at = at.args[0]
    return isinstance(at, Instr) and at.op.name == "slot" and at.attrs["size"] > _FRAME


def _load_element(low: Lowering, at: Value, base: Value, storage: ArrayStorage, node: typed.Node) -> Held:
    of = storage.of
    if not _by_helper(low, base) or isinstance(of, StructStorage | ArrayStorage):
        return load(low, at, 0, of, node)
    slot = low.slot(size_of(of), "element")
    low.b.emit("call", slot, const(size_of(of)), at, helper="probe_read_kernel")
    held = load(low, slot, 0, of, node)
    return copy_object(low, node, node.type, held) if isinstance(held, Object) else held


def element_set(low: Lowering, node: typed.ElementSet) -> Held:
    base, index = _place(low, node.base, node.index)
    held = low.held(node.value) if base is not None else None
    if base is None or index is None or held is None or low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    storage = _elements(node.base)
    if isinstance(index, Const):
        store(low, base, index.value * size_of(storage.of), storage.of, held)
        return held

    def write() -> None:
        at = _computed(low, base, index, storage)
        if not _by_helper(low, base):
            store(low, at, 0, storage.of, held)
            return
        slot = low.slot(size_of(storage.of), "element")
        store(low, slot, 0, storage.of, held)
        low.b.emit("call", at, const(size_of(storage.of)), slot, helper="probe_read_kernel")

    _if_inside(low, index, storage, write)
    return held


def _is_masked(index: Value, length: int) -> bool:
    """A mask shows that the index is inside, to the verifier too."""
    if not isinstance(index, Instr) or index.op.name != "and":
        return False
    masks = [arg.value for arg in index.args if isinstance(arg, Const)]
    return any((1 << mask.bit_length()) <= length for mask in masks)


def _if_inside(low: Lowering, index: Value, storage: ArrayStorage, write: Callable[[], None]) -> None:
    b = low.b
    if _is_masked(index, storage.length):
        write()
        return
    yes, end = b.new_block("inside"), b.new_block("end")
    b.branch(b.compare("ult", index, const(storage.length)), yes, end)
    b.seal(yes)
    b.start(yes)
    write()
    b.jump(end)
    b.seal(end)
    b.start(end)


def element_update(low: Lowering, node: typed.ElementUpdate) -> Held:
    base, index = _place(low, node.base, node.index)
    operand = low.value(node.value) if base is not None else None
    if base is None or index is None or operand is None or low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    storage = _elements(node.base)
    of = storage.of
    if isinstance(index, Const):
        return change(low, base, index.value * size_of(of), of, node.op, operand, node.atomic, node.used)
    assert isinstance(of, IntStorage)
    key = object()
    low.b.write(key, const(0))

    def write() -> None:
        at = _computed(low, base, index, storage)
        if not _by_helper(low, base):
            low.b.write(key, change(low, at, 0, of, node.op, operand, node.atomic, node.used))
            return
        slot = low.slot(of.width, "element")
        low.b.emit("call", slot, const(of.width), at, helper="probe_read_kernel")
        low.b.write(key, change(low, slot, 0, of, node.op, operand, False, node.used))
        low.b.emit("call", at, const(of.width), slot, helper="probe_read_kernel")

    _if_inside(low, index, storage, write)
    changed = low.b.read(key)
    if isinstance(node.type, t.OptType):
        return Opt(low.b.compare("ult", index, const(storage.length)), changed)
    return changed


__all__ = [
    "address", "change", "copy", "copy_object", "element", "element_set", "element_update", "kept", "lock", "member",
    "member_set", "member_update", "object_at", "memory_of", "new", "object_pointer", "read_address",
]  # fmt: skip
