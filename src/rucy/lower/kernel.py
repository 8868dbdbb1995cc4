"""The context, kernel objects, helpers.

A field of a kernel object is read directly where the verifier follows the pointer's type, and copied out by
bpf_probe_read_kernel elsewhere; both give 0 for a bad pointer. Its offset is a CO-RE relocation in either case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Const, Value, const
from rucy.ir.refs import CoreRef
from rucy.ir.types import I1, I64, VOID, Type, pointer
from rucy.kernel import helpers
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import CONST_PTR, NOTHING, Held, Object, Opt, Text, ir_type

if TYPE_CHECKING:
    from rucy.lower.function import Lowering


# ---------------------------------------------------------------- the context


def _context(low: Lowering) -> Value:
    assert low.ctx is not None, "a method that uses the context is lowered in place"
    return low.ctx


def ctx(low: Lowering, node: typed.Ctx) -> Held:
    return _context(low)


def ctx_load(low: Lowering, node: typed.CtxLoad) -> Held:
    b = low.b
    type = ir_type(node.type)
    if type.is_ptr:
        return b.emit("load", _context(low), type=type, off=node.offset, width=node.width, signed=False)
    value: Value = b.emit("load", _context(low), off=node.offset, width=node.width, signed=node.signed)
    if node.shift:
        value = b.emit("lshr", value, const(node.shift))
    if node.mask:
        value = b.emit("and", value, const(node.mask))
    return b.compare("ne", value, const(0)) if type == I1 else value


def ctx_bytes(low: Lowering, node: typed.CtxBytes) -> Held:
    from rucy.lower.objects import memory_of

    slot = memory_of(low, node, 4 * len(node.words))
    for at, word in enumerate(node.words):
        low.b.emit("store", low.value(word), slot, type=VOID, off=4 * at, width=4)
    return Object(slot)


def ctx_store(low: Lowering, node: typed.CtxStore) -> Held:
    value = low.value(node.value)
    raw = low.b.emit("int", value) if value.type == I1 else value
    low.b.emit("store", raw, _context(low), type=VOID, off=node.offset, width=node.width)
    return value


# ---------------------------------------------------------------- kernel objects


def kernel_load(low: Lowering, node: typed.KernelLoad) -> Held:
    base = low.value(node.base)
    element = low.value(node.step.element) if node.step.element is not None else None
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    if element is not None:
        return _guarded_element(low, node, base, element)
    raw = _read(low, base, node, None)
    return low.b.compare("ne", raw, const(0)) if isinstance(node.type, t.BoolType) else raw


def _guarded_element(low: Lowering, node: typed.KernelLoad, base: Value, element: Value) -> Held:
    """An element by a computed index: nil outside the array."""
    b = low.b
    inside = b.compare("ult", element, const(node.step.elements))
    offset = b.emit("mul", element, const(node.step.stride))
    yes, end = b.new_block("inside"), b.new_block("end")
    of = node.type.of if isinstance(node.type, t.OptType) else node.type
    key = object()
    b.write(key, Const(0, ir_type(of)))
    b.branch(inside, yes, end)
    b.seal(yes)
    b.start(yes)
    raw = _read(low, base, node, offset)
    value = b.compare("ne", raw, const(0)) if isinstance(of, t.BoolType) else raw
    b.write(key, value)
    b.jump(end)
    b.seal(end)
    b.start(end)
    value = b.read(key, ir_type(of))
    return Opt(inside, value) if isinstance(node.type, t.OptType) else value


def _read(low: Lowering, base: Value, node: typed.KernelLoad, offset: Value | None) -> Value:
    pointer_type = node.base.type
    assert isinstance(pointer_type, t.PtrType)
    of = node.type.of if isinstance(node.type, t.OptType) else node.type
    result = ir_type(of) if isinstance(of, t.PtrType) else I64
    direct = base.type.kind in ("kernel", "ctx") and not node.step.bitfield and offset is None
    if direct:
        return _read_direct(low, base, node, result)
    return _read_by_probe(low, base, node, offset, result, pointer_type.user)


def _read_direct(low: Lowering, base: Value, node: typed.KernelLoad, result: Type) -> Value:
    b, step = low.b, node.step
    ref = CoreRef("byte_off", step.type_id, step.access) if step.type_id else 0
    if not base.type.nullable or not base.type.trust:  # the kernel's exception table gives 0 for a bad address
        return b.emit("load", base, type=result, off=ref, width=step.size, signed=step.signed)
    there, end = b.new_block("there"), b.new_block("end")
    key = object()
    b.write(key, Const(0, result))
    b.branch(b.compare("ne", base, Const(0, base.type)), there, end)
    b.seal(there)
    b.start(there)
    sure = b.emit("nonnil", base, type=base.type._replace(nullable=False))
    b.write(key, b.emit("load", sure, type=result, off=ref, width=step.size, signed=step.signed))
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(key, result)


def _read_by_probe(
    low: Lowering, base: Value, node: typed.KernelLoad, offset: Value | None, result: Type, user: bool
) -> Value:
    b, step = low.b, node.step
    slot = low.scratch_slot(8)
    source = _address(low, base, step)
    if offset is not None:
        source = b.emit("add", source, offset)
    size: Value = const(step.size)
    if step.bitfield:
        b.emit("zero", slot, type=VOID, off=0, size=8)
        size = b.emit("core", ref=CoreRef("byte_sz", step.type_id, step.access))
    name = "copy_from_user" if step.faulting else "probe_read_user" if user else "probe_read_kernel"
    b.emit("call", slot, size, source, helper=name)
    if not step.bitfield:
        return b.emit("load", slot, type=result, off=0, width=step.size, signed=step.signed)
    value = b.emit("load", slot, off=0, width=8, signed=False)
    left = b.emit("core", ref=CoreRef("lshift_u64", step.type_id, step.access))
    right = b.emit("core", ref=CoreRef("rshift_u64", step.type_id, step.access))
    return b.emit("ashr" if step.signed else "lshr", b.emit("shl", value, left), right)


def _address(low: Lowering, base: Value, step: typed.Step) -> Value:
    """base + the field's offset, as a number: what bpf_probe_read_* takes. A step without members stays at the base."""
    at = number_of(low, base)
    if not step.type_id:
        return at
    return low.b.emit("add", at, low.b.emit("core", ref=CoreRef("byte_off", step.type_id, step.access)))


def number_of(low: Lowering, base: Value) -> Value:
    """A pointer as a number. What the verifier may know as NULL it lets no arithmetic be done with before a test."""
    b = low.b
    if not base.type.is_ptr:
        return base
    if base.type.kind != "kernel" or not base.type.nullable or not base.type.trust:
        return b.emit("addr", base)
    there, end = b.new_block("there"), b.new_block("end")
    key = object()
    b.write(key, const(0))
    b.branch(b.compare("ne", base, Const(0, base.type)), there, end)
    b.seal(there)
    b.start(there)
    b.write(key, b.emit("addr", b.emit("nonnil", base, type=base.type._replace(nullable=False))))
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(key)


def kernel_address(low: Lowering, node: typed.KernelAddress) -> Held:
    """NULL stays NULL, so that what is read through it is 0."""
    b = low.b
    base = low.value(node.base)
    element = low.value(node.step.element) if node.step.element is not None else None
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span
    type = ir_type(node.type)
    if type.kind == "kernel":
        assert not base.type.nullable and node.step.type_id, "an address that the verifier follows is of a known object"
        offset = b.emit("core", ref=CoreRef("byte_off", node.step.type_id, node.step.access))
        return b.emit("padd", base, offset, type=type)
    at = _address(low, base, node.step)
    if element is not None:
        at = b.emit("add", at, b.emit("mul", element, const(node.step.stride)))
    if base.type.is_ptr and not base.type.nullable:
        return b.emit("cast", at, type=type)
    return b.emit("cast", low.choose(b.compare("eq", base, Const(0, base.type)), const(0), at), type=type)


def ptr_cast(low: Lowering, node: typed.PtrCast) -> Held:
    value = low.value(node.value)
    type = ir_type(node.type)
    if value.type == type:
        return value
    if value.type.is_ptr and not type.is_ptr:
        return number_of(low, value)
    if value.type.kind == "kernel" and type.kind != "kernel":
        return low.b.emit("cast", number_of(low, value), type=type)
    if isinstance(value, Const) and value.value == 0 and type.is_ptr:
        return Const(0, type)
    return low.b.emit("cast", value, type=type)


def core_query(low: Lowering, node: typed.CoreQuery) -> Held:
    value = low.b.emit("core", ref=CoreRef(node.kind, node.type_id, node.access))
    if isinstance(node.type, t.BoolType):
        return low.b.compare("ne", value, const(0))
    return value


# ---------------------------------------------------------------- helpers


def call_helper(low: Lowering, node: typed.CallHelper) -> Held:
    from rucy.lower.strings import held_before

    row = helpers.find(node.helper)
    assert row is not None, node.helper
    args: list[Value] = []
    room: tuple[typed.Room, Value] | None = None
    dynptr: Value | None = None
    for at, arg in enumerate(node.args):
        if isinstance(arg, typed.NewDynptr):
            from rucy.lower.dynptrs import new

            dynptr = new(low)
            args.append(dynptr)
            continue
        if isinstance(arg, typed.Room):
            size = arg.type.size if isinstance(arg.type, t.StrType) else 8
            slot = low.slot(size, "room")
            low.b.emit("zero", slot, type=VOID, off=0, size=8)
            room = (arg, slot)
            args.append(slot)
            continue
        held = held_before(low, arg, node.args[at + 1 :])
        if low.b.block is None:
            return low.undefined(node.type)
        args.append(argument(low, held))
    low.b.span = node.span
    if dynptr is not None:
        low.b.emit("call", *args, type=I64, helper=row.name)
        return dynptr
    if room is not None:
        return _filled(low, node, low.b.emit("call", *args, type=I64, helper=row.name), room[1])
    if isinstance(node.type, t.NilType):
        low.b.emit("call", *args, type=I64, helper=row.name)
        return NOTHING
    type = ir_type(node.type)
    value = low.b.emit("call", *args, type=I64 if type == I1 else type, helper=row.name)
    return low.b.compare("ne", value, const(0)) if type == I1 else value


def _filled(low: Lowering, node: typed.CallHelper, result: Value, at: Value) -> Held:
    """What a helper wrote. Behind a string's NUL it may have left anything: it is copied up to there."""
    from rucy.lower.strings import clear, room, slot_of

    b = low.b
    if not isinstance(node.type, t.StrType):
        value = b.emit("load", at, off=0, width=8, signed=False)
        return Opt(b.compare("sge", result, const(0)), value)
    size = node.type.size
    slot = slot_of(low, node, size)
    clear(low, slot, room(size))
    end = b.new_block("end")
    if node.helper in _NOTHING_ON_FAILURE:
        there = b.new_block("there")
        b.branch(b.compare("sge", result, const(0)), there, end)
        b.seal(there)
        b.start(there)
    b.emit("call", slot, const(size), b.emit("addr", at), helper="probe_read_kernel_str")
    b.jump(end)
    b.seal(end)
    b.start(end)
    return Text(slot, size)


#: helpers whose memory is not worth reading when they fail: d_path of fs/d_path.c fills it from behind, since Linux 5.14 also
#: with the end of a path that is too long. Those of sysctl leave what there is room for.
_NOTHING_ON_FAILURE = ("d_path",)


def argument(low: Lowering, held: Held) -> Value:
    if isinstance(held, Text | Object):
        return held.at
    if not isinstance(held, Value):
        return const(0)
    return low.b.emit("int", held) if held.type == I1 else held


def printk(low: Lowering, node: typed.Printk) -> Held:
    from rucy.lower.strings import held_each

    values = held_each(low, node.args)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    text = node.format + b"\0"
    at = low.rodata(text, 1, ("char", len(text)))
    args = [argument(low, v) for v in values]
    result = low.b.emit("call", at, const(len(text)), *args, helper="trace_printk")
    return NOTHING if isinstance(node.type, t.NilType) else result


# ---------------------------------------------------------------- constant arrays


def array_get(low: Lowering, node: typed.ArrayGet) -> Held:
    """An element of an array in .rodata: the index is compared before it is used, and the compared value is used. Of a
    String outside the first stands for it."""
    b = low.b
    index = low.value(node.index)
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span
    values, words = node.array.values, isinstance(node.array, t.WordsType)
    base, width = _constant_array(low, node.array)
    if isinstance(node.index.type, t.IntType) and node.index.type.signed:
        negative = b.compare("slt", index, const(0))
        index = low.choose(negative, b.emit("add", index, const(len(values))), index)
    inside = b.compare("ult", index, const(len(values)))
    yes, end = b.new_block("inside"), b.new_block("end")
    key = object()
    b.write(key, base if words else const(0))
    b.branch(inside, yes, end)
    b.seal(yes)
    b.start(yes)
    sure = b.emit("within", index, lo=0, hi=len(values) - 1)
    at = b.emit("padd", base, b.emit("shl", sure, const(3)) if width == 8 else b.emit("mul", sure, const(width)), type=CONST_PTR)
    b.write(key, at if words else b.emit("load", at, off=0, width=8, signed=False))
    b.jump(end)
    b.seal(end)
    b.start(end)
    value: Held = Text(b.read(key, CONST_PTR), node.array.size) if isinstance(node.array, t.WordsType) else b.read(key)
    if not isinstance(node.type, t.OptType):
        return value
    return Opt(b.compare("ult", index, const(len(values))), value)


def _constant_array(low: Lowering, array: t.ArrayType | t.WordsType) -> tuple[Value, int]:
    """Where it lies in .rodata, and how far its elements are from each other."""
    if isinstance(array, t.WordsType):
        from rucy.lower.strings import room

        width = room(array.size)
        text = b"".join(word.ljust(width, b"\0") for word in array.values)
        return low.rodata(text, 8, ("char", len(text))), width
    data = b"".join((v & (1 << 64) - 1).to_bytes(8, "little") for v in array.values)
    return low.rodata(data, 8, ("i64" if array.signed else "u64", len(array.values))), 8


__all__ = [
    "array_get", "call_helper", "core_query", "ctx", "ctx_load", "ctx_store", "kernel_address", "kernel_load",
    "pointer", "printk", "ptr_cast",
]  # fmt: skip
