"""`s[i]`: a string of one character or nil, in memory of its own; and variables that hold a string or nil."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Const, Value
from rucy.ir.types import VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import Held, Opt, Text

if TYPE_CHECKING:
    from rucy.lower.function import Lowering


def character(low: Lowering, node: typed.StrChar) -> Held:
    """A byte and the NUL behind it are one number: bytes are in little-endian order on every target."""
    held = low.held(node.byte)
    if low.b.block is None:
        return low.undefined(node.type)
    assert isinstance(held, Opt) and isinstance(held.value, Value)
    low.b.span = node.span
    slot = _slot(low, node, 8)
    low.b.emit("store", held.value, slot, type=VOID, off=0, width=8)
    return Opt(held.some, Text(slot, 2))


def copy_if_there(low: Lowering, key: object, type: t.Type, some: Value, text: Text) -> Opt:
    """Into the memory that belongs to `key`, a variable or where paths meet, the string of `type` where there is one: nil has
    no bytes that could be read."""
    from rucy.lower.strings import clear, copy_text, room

    b, of = low.b, type.of if isinstance(type, t.OptType) else type
    size = of.size if isinstance(of, t.StrType) else text.size
    if isinstance(some, Const):
        return Opt(some, copy_text(low, key, size, text))
    slot = _slot(low, key, room(size))
    yes, no, end = b.new_block("there"), b.new_block("nil"), b.new_block("end")
    b.branch(some, yes, no)
    for block in (yes, no):
        b.seal(block)
        b.start(block)
        if block is yes:
            copy_text(low, key, size, text)
        else:
            clear(low, slot, room(size))
        b.jump(end)
    b.seal(end)
    b.start(end)
    return Opt(some, Text(slot, size))


def _slot(low: Lowering, node: object, size: int) -> Value:
    key = (low.frame, node)
    if key not in low.text_slots:
        low.text_slots[key] = low.slot(size, "string")
    return low.text_slots[key]
