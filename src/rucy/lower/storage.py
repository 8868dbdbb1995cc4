"""Values in memory: loads and stores by storage, descriptions for BTF.

Memory is copied in pieces that are aligned on both sides. What a program writes whole (a key, a value, a record, an
object) has no byte that was not written: `write_whole` zeroes what no part covers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rucy.ir import clearing
from rucy.ir.function import Const, Instr, Map, Value, const
from rucy.ir.types import I1, VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.storage import (
    ArrayStorage,
    BoolStorage,
    BytesStorage,
    IntStorage,
    ObjectStorage,
    Storage,
    StructStorage,
    TextStorage,
    align_of,
    size_of,
)
from rucy.lower.values import STACK_PTR, Held, Object, Text
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lower.function import Lowering


# ---------------------------------------------------------------- descriptions


def describe(storage: Storage) -> Any:
    """As `ir.Data.ctype` has it; link.py makes BTF of it."""
    match storage:
        case IntStorage():
            if storage.display:
                return storage.display
            return f"be{storage.net}" if storage.net else f"{'i' if storage.signed else 'u'}{8 * storage.width}"
        case BoolStorage():
            return "bool"
        case TextStorage():
            return "char", storage.size
        case BytesStorage():
            return storage.display
        case ObjectStorage():
            return storage.kind
        case ArrayStorage():
            return describe(storage.of), storage.length
        case StructStorage():
            fields = tuple((f.name, describe(f.storage), f.offset) for f in storage.fields)
            return "struct", storage.name, storage.size, fields


def map_row(var: typed.MapVar) -> Map:
    """The IR's row of a map: what holds descriptors has numbers of 4 bytes, a ring neither key nor value."""
    from rucy.kernel import maptypes

    row = maptypes.BY_NAME[var.type]
    key_size = size_of(var.key) if var.key is not None else 0 if row.key == "none" else 4
    value_size = size_of(var.value) if var.value is not None else 4 if row.value == "fd" else 0
    return Map(
        var.name,
        var.type,
        key_size,
        value_size,
        var.size,
        var.flags,
        describe(var.key) if var.key is not None else None,
        describe(var.value) if var.value is not None else None,
        describe(var.record) if var.record is not None else None,
        map_row(var.inner) if var.inner is not None else None,
        var.values,
        var.pinned,
    )


# ---------------------------------------------------------------- loads


def load(low: Lowering, at: Value, off: int, storage: Storage, key: object) -> Held:
    """The value kept at `at` + off: of a scalar its number, of a string a copy in the frame (the one of `key`), else the
    place."""
    b = low.b
    match storage:
        case IntStorage():
            return b.emit("load", at, off=off, width=storage.width, signed=storage.signed)
        case BoolStorage():
            byte = b.emit("load", at, off=off, width=1, signed=False)
            return b.compare("ne", byte, const(0))
        case TextStorage():
            from rucy.lower.strings import slot_of

            slot = slot_of(low, key, storage.size)
            copy_bytes(low, slot, 0, at, off, storage.size)
            for piece, width in pieces(storage.size, -storage.size % 8, 8):
                b.emit("store", const(0), slot, type=VOID, off=piece, width=width)
            return Text(slot, storage.size)
        case _:
            return Object(address(low, at, off))


def address(low: Lowering, at: Value, off: int) -> Value:
    """`at` + off."""
    if not off:
        return at
    type = at.type._replace(owned=False)
    return low.b.emit("padd", at, const(off), type=type)


def alignment(at: Value) -> int:
    """Of what a pointer points to, by its form: memory of its own and what is in maps and rings begins at a multiple of 8."""
    if at.type.kind == "packet":
        return 8  # the machine loads and stores at any address; only the verifier asks more, and not of packets
    if not isinstance(at, Instr):
        return 1
    match at.op.name:
        case "padd":
            return min(8, _multiple(at.args[1]), alignment(at.args[0]))
        case "nonnil" | "cast":
            return alignment(at.args[0])
        case "slot" | "call" | "global":
            return 8
    return 1


def _multiple(step: Value) -> int:
    """A power of two that divides the number, by its form."""
    if isinstance(step, Const):
        return step.value & -step.value or 8
    if isinstance(step, Instr) and step.op.name == "shl" and isinstance(step.args[1], Const):
        return 1 << min(step.args[1].value, 3)
    if isinstance(step, Instr) and step.op.name == "mul":
        return max(_multiple(arg) for arg in step.args)
    return 1


def pieces(off: int, size: int, align: int) -> list[tuple[int, int]]:
    """(offset, width) that cover off … off + size by the widest accesses that are aligned in memory aligned so."""
    out = []
    end = off + size
    while off < end:
        width = next(w for w in (8, 4, 2, 1) if w <= align and off % w == 0 and off + w <= end)
        out.append((off, width))
        off += width
    return out


#: bytes up to which memory is taken word by word. What has more than a frame lies in a map, where addresses may be computed.
LONG = 1024


def words_of(low: Lowering, size: int, each: Callable[[Value], None]) -> None:
    """A loop over the offsets 0, 8, … below `size`, a multiple of 8."""
    b, key = low.b, object()
    b.write(key, const(0))
    head, body, end = b.new_block("words"), b.new_block("word"), b.new_block("end")
    b.jump(head)
    b.start(head)
    off = b.read(key)
    b.branch(b.compare("ult", off, const(size)), body, end)
    b.seal(body)
    b.start(body)
    each(b.emit("within", off, lo=0, hi=size - 1))
    b.write(key, b.emit("add", off, const(8)))
    b.jump(head)
    b.seal(head)
    b.seal(end)
    b.start(end)


def word_at(low: Lowering, at: Value, step: Value, off: int = 0) -> Value:
    """The 8 bytes at `at` + step + off."""
    place = low.b.emit("padd", at, step, type=at.type._replace(owned=False))
    return low.b.emit("load", place, off=off, width=8, signed=False)


def store_at(low: Lowering, word: Value, at: Value, step: Value, off: int = 0) -> None:
    place = low.b.emit("padd", at, step, type=at.type._replace(owned=False))
    low.b.emit("store", word, place, type=VOID, off=off, width=8)


def copy_bytes(low: Lowering, to: Value, to_off: int, source: Value, off: int, size: int, known: int = 1) -> None:
    """`known`: an alignment that both are said to have; where the forms of the pointers tell more, that counts."""
    align = max(known, min(alignment(to), alignment(source)))
    shift = to_off - off
    while shift % align:
        align //= 2
    if size > LONG and align == 8 and off % 8 == 0:
        words_of(low, size & ~7, lambda step: store_at(low, word_at(low, source, step, off), to, step, to_off))
        off, size = off + (size & ~7), size & 7
    for at, width in pieces(off, size, align):
        word = low.b.emit("load", source, off=at, width=width, signed=False)
        low.b.emit("store", word, to, type=VOID, off=at + shift, width=width)


# ---------------------------------------------------------------- stores


def store(low: Lowering, at: Value, off: int, storage: Storage, held: Held) -> None:
    """Keep a value at `at` + off: the low bytes of a number, a string cut and filled with zeros, a copy of an object."""
    b = low.b
    match held:
        case Text():
            assert isinstance(storage, TextStorage)
            store_text(low, at, off, storage.size, held)
        case Object():
            copy_bytes(low, at, off, held.at, 0, size_of(storage), align_of(storage))
        case Value():
            raw = b.emit("int", held) if held.type == I1 else held
            b.emit("store", raw, at, type=VOID, off=off, width=size_of(storage))
        case _:
            zero(low, at, off, size_of(storage))


def store_text(low: Lowering, at: Value, off: int, size: int, text: Text) -> None:
    """A string into `size` bytes: one that is too long ends in a NUL all the same."""
    from rucy.lower.strings import room

    copied = min(size, room(text.size))
    copy_bytes(low, at, off, text.at, 0, copied)
    if text.size > size:
        low.b.emit("store", const(0), at, type=VOID, off=off + size - 1, width=1)
    zero(low, at, off + copied, size - copied)


def store_constant(low: Lowering, at: Value, off: int, data: bytes) -> None:
    for piece, width in pieces(off, len(data), alignment(at)):
        number = int.from_bytes(data[piece - off : piece - off + width], "little")
        low.b.emit("store", const(number), at, type=VOID, off=piece, width=width)


def zero(low: Lowering, at: Value, off: int, size: int) -> None:
    if size > clearing.FEW and not low.locked and clearing.may_clear(low.fn, at.type) and (alignment(at) == 8 or not _strict(at)):
        low.b.emit("zero", at, type=VOID, off=off, size=size)
        return
    if size > LONG and alignment(at) == 8 and off % 8 == 0:
        words_of(low, size & ~7, lambda step: store_at(low, const(0), at, step, off))
        off, size = off + (size & ~7), size & 7
    for piece, width in _widest(off, size) if not _strict(at) else pieces(off, size, alignment(at)):
        low.b.emit("store", const(0), at, type=VOID, off=piece, width=width)


def _strict(at: Value) -> bool:
    """Must accesses be aligned? In the frame alone, on the machines that there are (check_ptr_alignment in
    kernel/bpf/verifier.c); of what others write meanwhile nothing is torn by zeros."""
    return at.type.kind not in ("map_value", "mem", "packet")


def _widest(off: int, size: int) -> list[tuple[int, int]]:
    """(offset, width) that cover off … off + size by the fewest accesses; aligned ones if these are as few."""
    aligned = pieces(off, size, 8)
    widest = [(off + at, width) for at, width in pieces(0, size, 8)]
    return widest if len(widest) < len(aligned) else aligned


# ---------------------------------------------------------------- values made where they are kept


class Part(NamedTuple):
    """What comes to `offset`: a value that is there, or a string node still to be made in place (`source`: what it reads)."""

    offset: int
    storage: Storage
    held: Held | None
    node: typed.Node | None = None
    source: Value | None = None


def parts_of(low: Lowering, storage: Storage, node: typed.Node, offset: int = 0, *later: object) -> list[Part]:
    """Evaluate a value, in the order of its text, for being written by `write_whole`. `later`: what is evaluated before
    that is done."""
    if isinstance(node, typed.New):
        found = []
        for number, (field, value) in enumerate(node.fields):
            behind = tuple(other for _, other in node.fields[number + 1 :])
            found += parts_of(low, field.storage, value, offset + field.offset, behind, later)
        return found
    inner = node
    while isinstance(inner, typed.Convert) and isinstance(inner.value.type, t.StrType) and isinstance(storage, TextStorage):
        inner = inner.value
    match inner:
        case typed.Str() | typed.HelperString() if isinstance(storage, TextStorage):
            return [Part(offset, storage, None, inner)]
        case typed.ReadString() if isinstance(storage, TextStorage):
            return [Part(offset, storage, None, inner, low.value(inner.ptr))]
        case typed.ReadBytes():
            return [Part(offset, storage, None, inner, low.value(inner.ptr))]
        case typed.Nil():
            return []
    from rucy.lower.strings import held_before

    return [Part(offset, storage, held_before(low, inner, later))]


def write_whole(low: Lowering, at: Value, size: int, parts: list[Part]) -> None:
    """Write the parts into memory of `size` bytes, zero bytes everywhere else."""
    if low.b.block is None:
        return
    covered = bytearray(size)
    for part in parts:
        whole = part.node is None or isinstance(part.node, typed.Str | typed.ReadBytes)
        covered[part.offset : part.offset + size_of(part.storage)] = bytes([whole]) * size_of(part.storage)
    start = 0
    while start < size:
        end = start
        while end < size and not covered[end]:
            end += 1
        zero(low, at, start, end - start)
        start = end + 1
    for part in parts:
        write_part(low, at, part)


def write_part(low: Lowering, at: Value, part: Part) -> None:
    node = part.node
    if node is None:
        assert part.held is not None
        store(low, at, part.offset, part.storage, part.held)
        return
    size = size_of(part.storage)
    low.b.span = node.span
    match node:
        case typed.Str():
            store_constant(low, at, part.offset, node.value[: size - 1].ljust(size, b"\0"))
        case typed.HelperString():
            assert isinstance(node.type, t.StrType)
            where = address(low, at, part.offset)
            low.b.emit("call", where, const(min(size, node.type.size)), helper=node.helper)
        case typed.ReadString():
            from rucy.lower.strings import read_into

            assert isinstance(node.type, t.StrType) and part.source is not None
            read_into(low, node, address(low, at, part.offset), min(size, node.type.size), part.source)
        case typed.ReadBytes():
            assert part.source is not None
            read_bytes(low, node, address(low, at, part.offset), size, part.source)


def read_bytes(low: Lowering, node: typed.ReadBytes, at: Value, size: int, source: Value) -> None:
    """Kernel or user memory; zeros where it cannot be read, which the helper writes itself."""
    from rucy.lower.kernel import number_of

    assert isinstance(node.ptr.type, t.PtrType)
    name = "probe_read_user" if node.ptr.type.user else "probe_read_kernel"
    low.b.emit("call", at, const(size), number_of(low, source), helper=name)


#: helpers that change nothing and cannot fail, whose call may wait until a record is there
_PURE_HELPERS = (
    "ktime_get_ns", "ktime_get_boot_ns", "get_current_pid_tgid", "get_current_uid_gid", "get_smp_processor_id",
    "get_numa_node_id", "get_current_task", "get_current_task_btf", "get_current_cgroup_id",
)  # fmt: skip

_PURE = (
    typed.Int, typed.Bool, typed.Nil, typed.Str, typed.Read, typed.Setting, typed.GlobalRead, typed.Prim, typed.Convert,
    typed.IsNil, typed.Unwrap, typed.Not, typed.If, typed.Ctx, typed.CtxLoad, typed.CtxBytes, typed.KernelLoad,
    typed.KernelAddress, typed.PtrCast, typed.ReadString, typed.HelperString, typed.ReadBytes, typed.StrCompare, typed.StrSize,
    typed.StrByte, typed.StrChar, typed.ArrayGet, typed.CoreQuery, typed.Member, typed.Element, typed.New, typed.Numbers,
)  # fmt: skip


def is_pure(node: object) -> bool:
    """Evaluating it changes nothing, ends, and goes nowhere else."""
    if isinstance(node, typed.CallHelper):
        return node.helper in _PURE_HELPERS
    if isinstance(node, tuple):
        return all(is_pure(part) for part in node)
    if not isinstance(node, typed.Node):
        return not isinstance(node, typed.Method)
    return isinstance(node, _PURE) and all(is_pure(getattr(node, name)) for name in node.__slots__)


__all__ = [
    "LONG", "STACK_PTR", "Part", "address", "copy_bytes", "describe", "is_pure", "load", "map_row", "parts_of", "pieces", "store",
    "word_at", "words_of", "write_part", "write_whole", "zero",
]  # fmt: skip
