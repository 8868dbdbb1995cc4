"""Strings: bytes in this frame, zero from the first NUL to the end of their 8-byte-rounded room.

Because the rest is zero, a string of at most 8 * n bytes is compared with a constant n words at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Value, const, false, true
from rucy.ir.types import I1, VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import STACK_PTR, Held, Opt, Text

if TYPE_CHECKING:
    from rucy.ir.function import Block
    from rucy.lower.function import Lowering


def room(size: int) -> int:
    """Bytes that a string of capacity `size` takes in the frame."""
    return (size + 7) & ~7


def _slot_of(low: Lowering, node: object, size: int) -> Value:
    key = (low.frame, node)
    if key not in low.text_slots:
        low.text_slots[key] = low.slot(room(size), "string")
    return low.text_slots[key]


def literal(low: Lowering, node: typed.Str) -> Held:
    """Constant text, as helpers take it: in .rodata, with its NUL."""
    text = node.value + b"\0"
    text += bytes(room(len(text)) - len(text))
    return Text(low.rodata(text, 8, ("char", len(text))), len(node.value) + 1)


def copy_into_variable(low: Lowering, var: typed.Var, text: Text) -> Text:
    """A variable has memory of its own, so that a later string does not change it."""
    size = var.type.size if isinstance(var.type, t.StrType) else text.size
    slot = _slot_of(low, var, size)
    for at in range(0, room(size), 8):
        if at < room(text.size):
            word: Value = low.b.emit("load", text.at, off=at, width=8, signed=False)
        else:
            word = const(0)
        low.b.emit("store", word, slot, type=VOID, off=at, width=8)
    return Text(slot, size)


def read_string(low: Lowering, node: typed.ReadString) -> Held:
    assert isinstance(node.type, t.StrType)
    source = low.value(node.ptr)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    slot = _slot_of(low, node, node.type.size)
    low.b.emit("zero", slot, type=VOID, off=0, size=room(node.type.size))
    name = "probe_read_user_str" if node.user else "probe_read_kernel_str"
    address = low.b.emit("addr", source) if source.type.is_ptr else source
    low.b.emit("call", slot, const(node.type.size), address, helper=name)
    return Text(slot, node.type.size)


def helper_string(low: Lowering, node: typed.HelperString) -> Held:
    assert isinstance(node.type, t.StrType)
    slot = _slot_of(low, node, node.type.size)
    low.b.emit("zero", slot, type=VOID, off=0, size=room(node.type.size))
    low.b.emit("call", slot, const(node.type.size), helper=node.helper)
    return Text(slot, node.type.size)


def compare_strings(low: Lowering, node: typed.StrCompare) -> Held:
    text = low.held(node.value)
    other = node.other
    if not isinstance(other, typed.Str):
        right = low.held(other)
        if low.b.block is None:
            return false()
        assert isinstance(text, Text) and isinstance(right, Text)
        return _equal_texts(low, text, right)
    if low.b.block is None:
        return false()
    assert isinstance(text, Text)
    low.b.span = node.span
    wanted = other.value
    if len(wanted) >= text.size:  # longer than the string can be
        return false()
    if node.kind == "eq":
        whole = wanted + bytes(room(len(wanted) + 1) - len(wanted))
        return _all_equal(low, text.at, [(at, 8, whole[at : at + 8]) for at in range(0, len(whole), 8)])
    if node.kind == "start":
        return _all_equal(low, text.at, _pieces(wanted))
    return _ends_with(low, text, wanted)


def _pieces(data: bytes) -> list[tuple[int, int, bytes]]:
    """(offset, width, bytes) covering the data exactly, in the widest naturally aligned loads."""
    out, at = [], 0
    while at < len(data):
        width = next(w for w in (8, 4, 2, 1) if at % w == 0 and at + w <= len(data))
        out.append((at, width, data[at : at + width]))
        at += width
    return out


def _all_equal(low: Lowering, at: Value, pieces: list[tuple[int, int, bytes]]) -> Value:
    if not pieces:
        return true()
    b = low.b
    no, end = b.new_block("differ"), b.new_block("end")
    key = object()
    for off, width, data in pieces:
        word = b.emit("load", at, off=off, width=width, signed=False)
        same = b.compare("eq", word, const(int.from_bytes(data, "little")))
        go_on = b.new_block("same")
        b.branch(same, go_on, no)
        b.seal(go_on)
        b.start(go_on)
    b.write(key, true())
    b.jump(end)
    return _answer(low, no, end, key)


def _answer(low: Lowering, no: Block, end: Block, key: object) -> Value:
    b = low.b
    b.seal(no)
    b.start(no)
    b.write(key, false())
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(key, I1)


def _equal_texts(low: Lowering, left: Text, right: Text) -> Value:
    """Word by word; what one of them cannot hold must be zero in the other."""
    b = low.b
    no, end = b.new_block("differ"), b.new_block("end")
    key = object()
    for off in range(0, max(room(left.size), room(right.size)), 8):
        words = [
            b.emit("load", text.at, off=off, width=8, signed=False) if off < room(text.size) else const(0)
            for text in (left, right)
        ]
        go_on = b.new_block("same")
        b.branch(b.compare("eq", *words), go_on, no)
        b.seal(go_on)
        b.start(go_on)
    b.write(key, true())
    b.jump(end)
    return _answer(low, no, end, key)


def _ends_with(low: Lowering, text: Text, wanted: bytes) -> Value:
    """Try each place where the text and its NUL could stand: the frame takes no computed offsets."""
    if not wanted:
        return true()
    b = low.b
    yes, end = b.new_block("found"), b.new_block("end")
    key = object()
    tail = wanted + b"\0"
    for start in range(text.size - len(wanted)):
        go_on = b.new_block("next")
        for at, byte in enumerate(tail):
            if start + at >= text.size:
                continue
            have = b.emit("load", text.at, off=start + at, width=1, signed=False)
            same = b.new_block("same")
            b.branch(b.compare("eq", have, const(byte)), same, go_on)
            b.seal(same)
            b.start(same)
        b.jump(yes)
        b.seal(go_on)
        b.start(go_on)
    b.write(key, false())
    b.jump(end)
    b.seal(yes)
    b.start(yes)
    b.write(key, true())
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(key, I1)


def size(low: Lowering, node: typed.StrSize) -> Held:
    text = low.held(node.value)
    if low.b.block is None:
        return low.undefined(node.type)
    assert isinstance(text, Text)
    return _size(low, text)


def _size(low: Lowering, text: Text) -> Value:
    """The position of the first NUL, looked for byte by byte; the capacity's last byte is one."""
    b = low.b
    end = b.new_block("end")
    key = object()
    for at in range(text.size - 1):
        b.write(key, const(at))
        more = b.new_block("more")
        have = b.emit("load", text.at, off=at, width=1, signed=False)
        b.branch(b.compare("eq", have, const(0)), end, more)
        b.seal(more)
        b.start(more)
    b.write(key, const(text.size - 1))
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(key)


def byte(low: Lowering, node: typed.StrByte) -> Held:
    """s[i] as a number; nil from the first NUL on. A negative index counts from the end."""
    text = low.held(node.value)
    index = low.value(node.index)
    b = low.b
    if b.block is None:
        return low.undefined(node.type)
    assert isinstance(text, Text)
    b.span = node.span
    length = _size(low, text)
    if isinstance(node.index.type, t.IntType) and node.index.type.signed:
        negative = b.compare("slt", index, const(0))
        index = low.choose(negative, b.emit("add", index, length), index)
    value = _byte_at(low, text, index)
    if not isinstance(node.type, t.OptType):
        return value
    return Opt(b.compare("ult", index, length), value)


def _byte_at(low: Lowering, text: Text, index: Value) -> Value:
    """The byte at a computed place, 0 outside: bpf_probe_read_kernel may take an address that loads may not."""
    from rucy.ir.function import Const

    b = low.b
    if isinstance(index, Const):
        if index.value >= text.size:
            return const(0)
        return b.emit("load", text.at, off=index.value, width=1, signed=False)
    slot = low.scratch_slot(8)
    b.emit("zero", slot, type=VOID, off=0, size=8)
    inside, end = b.new_block("inside"), b.new_block("end")
    b.branch(b.compare("ult", index, const(text.size)), inside, end)
    b.seal(inside)
    b.start(inside)
    sure = b.emit("within", index, lo=0, hi=text.size - 1)
    at = b.emit("padd", text.at, sure, type=STACK_PTR)
    b.emit("call", slot, const(1), at, helper="probe_read_kernel")
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.emit("load", slot, off=0, width=1, signed=False)
