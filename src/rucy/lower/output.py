"""Output as records of one ring: the number of a format, then the values. No text is made in the kernel.

A record is reserved behind the evaluation of all values, and written in place; a string that a helper makes is made in
the record itself. Formats are notes of the object; `loader/output.py` says how they are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.ir.function import Const, Map, Value, const
from rucy.ir.types import I1, MAP, VOID, pointer
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.counters import count
from rucy.lower.storage import LONG, copy_bytes, pieces, zero
from rucy.lower.strings import clear, held_before, room
from rucy.lower.values import NOTHING, Held, Object, Opt, Text
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

RING = "rucy_output"
RING_SIZE = 256 * 1024

_RECORD = pointer("mem", writable=True, owned=True)
_MAYBE_RECORD = pointer("mem", nullable=True, writable=True, owned=True)


class _Field(NamedTuple):
    """A value's place in the record: `at` in bytes; `some`: where the byte is that says that it is not nil, or None."""

    at: int
    kind: str
    size: int
    some: int | None


def output(low: Lowering, node: typed.Output) -> Held:
    fields, size = _lay_out(node)
    helds: list[Held] = []
    for at, arg in enumerate(node.args):
        helds.append(_evaluate(low, arg, fields[at], node.args[at + 1 :]))
    b = low.b
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span
    number = _format(low, node, fields)
    if RING not in low.module.maps:
        low.module.maps[RING] = Map(RING, "RINGBUF", entries=RING_SIZE)
    ring = b.emit("map", type=MAP, symbol=RING)
    found = b.emit("call", ring, const(size), const(0), type=_MAYBE_RECORD, helper="ringbuf_reserve")
    write, full, end = b.new_block("write"), b.new_block("full"), b.new_block("end")
    b.branch(b.compare("ne", found, Const(0, _MAYBE_RECORD)), write, full)
    b.seal(write)
    b.start(write)
    record = b.emit("nonnil", found, type=_RECORD)
    b.emit("store", const(number), record, type=VOID, off=0, width=8)
    for off in range(8, _words_from(fields, size), 8):
        b.emit("store", const(0), record, type=VOID, off=off, width=8)
    for arg, held, field in zip(node.args, helds, fields):
        if field is not None:
            _write(low, record, field, arg, held)
    b.emit("call", record, const(0), type=VOID, helper="ringbuf_submit")
    b.jump(end)
    b.seal(full)
    b.start(full)
    count(low, "output", "", 0)
    b.jump(end)
    b.seal(end)
    b.start(end)
    return NOTHING if isinstance(node.type, t.NilType) else _value(low, node, helds)


def _value(low: Lowering, node: typed.Output, helds: list[Held]) -> Held:
    """What `p` gives."""
    held = helds[0]
    return low.held(node.args[0]) if held is NOTHING else held


# ---------------------------------------------------------------- the record


def _lay_out(node: typed.Output) -> tuple[list[_Field | None], int]:
    """Each value's place (None: it is constant, or not shown), and the record's size. Bytes of 0 and 1 follow the format's
    number, then what takes words."""
    shown = {part.arg for part in node.parts if isinstance(part, typed.Hole)}
    small, words = 4, []
    flags: dict[int, int] = {}
    for at, arg in enumerate(node.args):
        if at not in shown or _is_constant(arg):
            continue
        type_ = arg.type.of if isinstance(arg.type, t.OptType) else arg.type
        if isinstance(arg.type, t.OptType):
            flags[at] = small
            small += 1
        words.append((at, "ip4", 4) if typed.is_ip4(arg) else (at, *_kind(type_)))
    fields: list[_Field | None] = [None] * len(node.args)
    for at, kind, _ in words:
        if kind == "bool":
            fields[at] = _Field(small, kind, 1, flags.get(at))
            small += 1
    end = -(-small // 8) * 8
    for at, kind, size in words:
        if kind != "bool":
            fields[at] = _Field(end, kind, size, flags.get(at))
            end += room(size)
    return fields, end


def _words_from(fields: list[_Field | None], size: int) -> int:
    """Where bytes of 0 and 1 end, and words begin."""
    return min((field.at for field in fields if field is not None and field.kind != "bool"), default=size)


def _kind(type_: t.Type) -> tuple[str, int]:
    match type_:
        case t.IntType():
            return ("i64" if type_.signed else "u64"), 8
        case t.BoolType():
            return "bool", 1
        case t.PtrType():
            return "ptr", 8
        case t.StrType():
            return "text", type_.size
        case t.BytesType():
            return type_.storage.display, type_.storage.size
    raise AssertionError(f"{type_} in output")


def _is_constant(arg: typed.Node) -> bool:
    return isinstance(arg, typed.Int | typed.Bool | typed.Str | typed.Nil) or isinstance(arg.type, t.NilType)


def _constant(arg: typed.Node) -> object:
    match arg:
        case typed.Int() | typed.Bool():
            return arg.value
        case typed.Str():
            return arg.value.decode("utf-8", "replace")
    return None


def _evaluate(low: Lowering, arg: typed.Node, field: _Field | None, later: tuple[typed.Node, ...]) -> Held:
    """A value, or NOTHING for one that is constant or that is made in the record."""
    if field is not None and isinstance(arg, typed.HelperString):
        return NOTHING
    if field is not None and isinstance(arg, typed.ReadString):
        return low.value(arg.ptr)
    if field is None and isinstance(arg, typed.Int | typed.Bool | typed.Str | typed.Nil):
        return NOTHING
    return held_before(low, arg, later)


def _write(low: Lowering, record: Value, field: _Field, arg: typed.Node, held: Held) -> None:
    b = low.b
    b.span = arg.span
    if isinstance(held, Opt):
        assert field.some is not None
        b.emit("store", b.emit("int", held.some), record, type=VOID, off=field.some, width=1)
        if isinstance(held.value, Text):
            _copy_if(low, record, field, held.some, held.value)
            return
        held = held.value
    if isinstance(arg, typed.HelperString | typed.ReadString):
        _make_string(low, record, field, arg, held)
    elif isinstance(held, Text):
        _copy_text(low, record, field, held)
    elif isinstance(held, Object):
        copy_bytes(low, record, field.at, held.at, 0, field.size)
        for off, width in pieces(field.at + field.size, room(field.size) - field.size, 8):
            b.emit("store", const(0), record, type=VOID, off=off, width=width)
    else:
        assert isinstance(held, Value)
        number = b.emit("int", held) if held.type == I1 else b.emit("addr", held) if held.type.is_ptr else held
        b.emit("store", number, record, type=VOID, off=field.at, width=1 if field.kind == "bool" else 8)


def _copy_if(low: Lowering, record: Value, field: _Field, some: Value, text: Text) -> None:
    """A string that may be nil has no memory when it is."""
    b = low.b
    there, nil, end = b.new_block("text"), b.new_block("nil"), b.new_block("end")
    b.branch(some, there, nil)
    b.seal(there)
    b.start(there)
    _copy_text(low, record, field, text)
    b.jump(end)
    b.seal(nil)
    b.start(nil)
    for off in range(0, room(field.size), 8):
        b.emit("store", const(0), record, type=VOID, off=field.at + off, width=8)
    b.jump(end)
    b.seal(end)
    b.start(end)


def _make_string(
    low: Lowering, record: Value, field: _Field, arg: typed.HelperString | typed.ReadString, source: Held
) -> None:
    b = low.b
    place = b.emit("padd", record, const(field.at), type=_RECORD._replace(owned=False))
    if isinstance(arg, typed.HelperString):
        b.emit("call", place, const(field.size), helper=arg.helper)
        return
    assert isinstance(source, Value)
    clear(low, place, room(field.size))  # the helper leaves what is behind the NUL
    name = "probe_read_user_str" if arg.user else "probe_read_kernel_str"
    address = b.emit("addr", source) if source.type.is_ptr else source
    b.emit("call", place, const(field.size), address, helper=name)


def _copy_text(low: Lowering, record: Value, field: _Field, text: Text) -> None:
    size = room(min(field.size, text.size))
    if size > LONG:
        copy_bytes(low, record, field.at, text.at, 0, size, 8)
        zero(low, record, field.at + size, room(field.size) - size)
        return
    for off in range(0, size, 8):
        word = low.b.emit("load", text.at, off=off, width=8, signed=False)
        low.b.emit("store", word, record, type=VOID, off=field.at + off, width=8)
    for off in range(size, room(field.size), 8):
        low.b.emit("store", const(0), record, type=VOID, off=field.at + off, width=8)


# ---------------------------------------------------------------- the format


def _format(low: Lowering, node: typed.Output, fields: list[_Field | None]) -> int:
    """The number of the format in the object's notes; equal ones are one."""
    parts = [_part(part, node, fields) for part in node.parts]
    row = {"line": node.span.line, "parts": parts}
    formats: list[dict[str, Any]] = low.module.notes.setdefault("formats", [])
    if row not in formats:
        formats.append(row)
    return formats.index(row)


def _part(part: bytes | typed.Hole, node: typed.Output, fields: list[_Field | None]) -> str | dict[str, Any]:
    if isinstance(part, bytes):
        try:
            return part.decode()
        except UnicodeDecodeError:
            return {"hex": part.hex()}
    out: dict[str, Any] = {"spec": part.spec}
    if part.line:
        out["line"] = part.line
    field = fields[part.arg]
    if field is None:
        return out | {"kind": "const", "value": _constant(node.args[part.arg])}
    out |= {"kind": field.kind, "at": field.at}
    if field.kind == "text":
        out["size"] = field.size
    if field.some is not None:
        out["some"] = field.some
    return out
