"""Dynptrs: 16 bytes of the frame that helpers and kernel functions fill and take; memory behind them; records of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Const, Value, const
from rucy.ir.types import I64, VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.kfuncs import call, place
from rucy.lower.maps import address_of, count, use
from rucy.lower.values import Held, Object, Opt, object_pointer

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

_SIZE = 16  # struct bpf_dynptr of include/uapi/linux/bpf.h


def new(low: Lowering) -> Value:
    return place(low, _SIZE, "bpf_dynptr")


def part(low: Lowering, node: typed.DynptrPart) -> Held:
    """A slice may lie in the buffer that it is given: where the bytes are not in one piece the kernel copies them there."""
    assert isinstance(node.type, t.OptType) and isinstance(node.type.of, t.StructType)
    at, offset = low.value(node.dynptr), low.value(node.offset)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    size = node.type.of.storage.size
    type = object_pointer(node.type.of)._replace(nullable=True)
    found: Value
    if node.function is None:
        found = low.b.emit("call", at, offset, const(size), type=type, helper="dynptr_data")
    else:
        buffer = low.slot(size, "slice")
        low.b.emit("zero", buffer, type=VOID, off=0, size=(size + 7) & ~7)
        found = call(low, node.function, at, offset, buffer, const(size), type=type)
    return Opt(low.b.compare("ne", found, Const(0, type)), Object(found))


def reserve(low: Lowering, node: typed.ReserveDynptr) -> Held:
    """A dynptr that has no room must be given back as well."""
    b, map = low.b, use(low, node.map)
    size = low.value(node.size)
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span
    at = new(low)
    said = b.emit("call", address_of(low, map), size, const(0), at, type=I64, helper="ringbuf_reserve_dynptr")
    there, full, end = b.new_block("reserved"), b.new_block("dropped"), b.new_block("end")
    key = object()
    b.branch(b.compare("eq", said, const(0)), there, full)
    low._enter(there)
    low.held_open.append(lambda: _finish(low, at, "ringbuf_discard_dynptr"))
    low.write(node.var, at)
    low.held(node.body)
    low.held_open.pop()
    b.span = node.span
    if b.block is not None:
        _finish(low, at, "ringbuf_submit_dynptr")
        b.write(key, const(1))
        b.jump(end)
    low._enter(full)
    _finish(low, at, "ringbuf_discard_dynptr")
    count(low, "record", map.name, map.span.line)
    b.write(key, const(0))
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.compare("ne", b.read(key), const(0))


def _finish(low: Lowering, at: Value, helper: str) -> None:
    low.b.emit("call", at, const(0), type=VOID, helper=helper)


__all__ = ["new", "part", "reserve"]
