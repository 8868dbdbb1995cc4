"""Strings: bytes in this frame, zero from the first NUL to the end of their 8-byte-rounded room.

Because the rest is zero, a string of at most 8 * n bytes is compared with a constant n words at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Value, const, false, true
from rucy.ir.types import I1, VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import STACK_PTR, Held, Object, Opt, Text

if TYPE_CHECKING:
    from rucy.ir.function import Block, Instr
    from rucy.lower.function import Lowering


def room(size: int) -> int:
    """Bytes that a string of capacity `size` takes in the frame."""
    return (size + 7) & ~7


def slot_of(low: Lowering, node: object, size: int) -> Instr:
    key = (low.frame, node)
    if key not in low.text_slots:
        low.text_slots[key] = low.slot(room(size), "string")
    return low.text_slots[key]


def literal(low: Lowering, node: typed.Str) -> Held:
    """Constant text, as helpers take it: in .rodata, with its NUL."""
    text = node.value + b"\0"
    text += bytes(room(len(text)) - len(text))
    return Text(low.rodata(text, 8, ("char", len(text))), len(node.value) + 1)


def write_into(low: Lowering, var: typed.Var, node: typed.Node) -> bool:
    """Let a string that is made right here be made in the variable's own memory. True if that is so."""
    fresh = isinstance(node, typed.ReadString | typed.HelperString | typed.ProbeName) and node.type == var.type
    if fresh and isinstance(var.type, t.StrType):
        low.text_slots[low.frame, node] = slot_of(low, var, var.type.size)
    return fresh


def copy_into_variable(low: Lowering, var: typed.Var, text: Text) -> Text:
    """A variable has memory of its own, so that a later string does not change it."""
    return copy_text(low, var, var.type.size if isinstance(var.type, t.StrType) else text.size, text)


def copy_text(low: Lowering, key: object, size: int, text: Text) -> Text:
    """Into the memory that belongs to `key`: where strings meet, all are in one place and of one size."""
    slot = slot_of(low, key, size)
    for at in range(0, room(size), 8):
        if at < room(text.size):
            word: Value = low.b.emit("load", text.at, off=at, width=8, signed=False)
        else:
            word = const(0)
        low.b.emit("store", word, slot, type=VOID, off=at, width=8)
    if text.size > size:
        for at in range(size - 1, room(size)):
            low.b.emit("store", const(0), slot, type=VOID, off=at, width=1)
    return Text(slot, size)


def read_string(low: Lowering, node: typed.ReadString) -> Held:
    assert isinstance(node.type, t.StrType)
    source = low.value(node.ptr)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    slot = slot_of(low, node, node.type.size)
    low.b.emit("zero", slot, type=VOID, off=0, size=room(node.type.size))
    read_into(low, node, slot, node.type.size, source)
    return Text(slot, node.type.size)


def read_into(low: Lowering, node: typed.ReadString, at: Value, size: int, source: Value) -> None:
    """Into memory that is zero."""
    name = "probe_read_user_str" if node.user else "probe_read_kernel_str"
    address = low.b.emit("addr", source) if source.type.is_ptr else source
    low.b.emit("call", at, const(size), address, helper=name)


def helper_string(low: Lowering, node: typed.HelperString) -> Held:
    assert isinstance(node.type, t.StrType)
    slot = slot_of(low, node, node.type.size)
    # Behind the NUL some kernels write zeros and some (6.1: bpf_get_current_comm in kernel/bpf/helpers.c is a strscpy)
    # leave what was there; comparing looks at whole words.
    low.b.emit("zero", slot, type=VOID, off=0, size=room(node.type.size))
    low.b.emit("call", slot, const(node.type.size), helper=node.helper)
    return Text(slot, node.type.size)


def probe_name(low: Lowering, node: typed.ProbeName) -> Held:
    """The symbol at the probed function's address, as %ps of the kernel's printf writes it: bpf_snprintf's."""
    assert isinstance(node.type, t.StrType)
    context = low.value(node.ctx)
    b, size = low.b, node.type.size
    slot, number = slot_of(low, node, size), low.scratch_slot(8)
    b.emit("zero", slot, type=VOID, off=0, size=room(size))
    b.emit("store", b.emit("call", context, helper="get_func_ip"), number, type=VOID, off=0, width=8)
    form = low.rodata(b"%ps\0", 1, ("char", 4))
    b.emit("call", slot, const(size), form, number, const(8), helper="snprintf")
    return Text(slot, size)


def compare_strings(low: Lowering, node: typed.StrCompare) -> Held:
    """As a value: what `branch_on_strings` decides, joined again."""
    b = low.b
    yes, no, end = b.new_block("equal"), b.new_block("differ"), b.new_block("end")
    branch_on_strings(low, node, yes, no)
    key = object()
    for block, value in ((yes, true()), (no, false())):
        b.seal(block)
        if block.preds:
            b.start(block)
            b.write(key, value)
            b.jump(end)
    b.seal(end)
    if not end.preds:
        return false()
    b.start(end)
    return b.read(key, I1)


def branch_on_strings(low: Lowering, node: typed.StrCompare, yes: Block, no: Block) -> None:
    """To `yes` if the comparison holds, else to `no`. Ends the current block."""
    if isinstance(node.value, typed.Member) and isinstance(node.other, typed.Str) and node.kind in ("eq", "start"):
        from rucy.lower.objects import branch_on_field

        branch_on_field(low, node, node.value, node.other.value + b"\0" * (node.kind == "eq"), yes, no)
        return
    text = low.held(node.value)
    other = node.other
    right = None if isinstance(other, typed.Str) else low.held(other)
    if low.b.block is None:
        return
    low.b.span = node.span
    if isinstance(text, Object):
        from rucy.lower.objects import branch_on_bytes

        assert isinstance(right, Object) and isinstance(node.value.type, t.BytesType)
        branch_on_bytes(low, text, right, node.value.type.storage.size, yes, no)
        return
    assert isinstance(text, Text)
    if right is not None:
        assert isinstance(right, Text)
        _equal_texts(low, text, right, yes, no)
        return
    assert isinstance(other, typed.Str)
    wanted = other.value
    if len(wanted) >= text.size:  # longer than the string can be
        low.b.jump(no)
    elif node.kind == "eq":
        whole = wanted + bytes(room(len(wanted) + 1) - len(wanted))
        _all_equal(low, text.at, [(at, 8, whole[at : at + 8]) for at in range(0, len(whole), 8)], yes, no)
    elif node.kind == "start":
        _all_equal(low, text.at, _pieces(wanted), yes, no)
    else:
        _ends_with(low, text, wanted, yes, no)


def _pieces(data: bytes) -> list[tuple[int, int, bytes]]:
    """(offset, width, bytes) covering the data exactly, in the widest naturally aligned loads."""
    out, at = [], 0
    while at < len(data):
        width = next(w for w in (8, 4, 2, 1) if at % w == 0 and at + w <= len(data))
        out.append((at, width, data[at : at + width]))
        at += width
    return out


def _go_on_if(low: Lowering, condition: Value, no: Block) -> None:
    """Go on in a new block if the condition holds, else to `no`."""
    go_on = low.b.new_block("same")
    low.b.branch(condition, go_on, no)
    low.b.seal(go_on)
    low.b.start(go_on)


def _all_equal(low: Lowering, at: Value, pieces: list[tuple[int, int, bytes]], yes: Block, no: Block) -> None:
    for off, width, data in pieces:
        word = low.b.emit("load", at, off=off, width=width, signed=False)
        _go_on_if(low, low.b.compare("eq", word, const(int.from_bytes(data, "little"))), no)
    low.b.jump(yes)


def _equal_texts(low: Lowering, left: Text, right: Text, yes: Block, no: Block) -> None:
    """Word by word; what one of them cannot hold must be zero in the other."""
    for off in range(0, max(room(left.size), room(right.size)), 8):
        words = [
            low.b.emit("load", text.at, off=off, width=8, signed=False) if off < room(text.size) else const(0)
            for text in (left, right)
        ]
        _go_on_if(low, low.b.compare("eq", *words), no)
    low.b.jump(yes)


def _ends_with(low: Lowering, text: Text, wanted: bytes, yes: Block, no: Block) -> None:
    """Try each place where the text and its NUL could stand: the frame takes no computed offsets."""
    if not wanted:
        low.b.jump(yes)
        return
    tail = wanted + b"\0"
    for start in range(text.size - len(wanted)):
        elsewhere = low.b.new_block("next")
        for at, byte in enumerate(tail):
            if start + at < text.size:
                have = low.b.emit("load", text.at, off=start + at, width=1, signed=False)
                _go_on_if(low, low.b.compare("eq", have, const(byte)), elsewhere)
        low.b.jump(yes)
        low.b.seal(elsewhere)
        low.b.start(elsewhere)
    low.b.jump(no)


def size(low: Lowering, node: typed.StrSize) -> Held:
    text = low.held(node.value)
    if low.b.block is None:
        return low.undefined(node.type)
    assert isinstance(text, Text)
    return _size(low, text)


_EACH = 0x0101010101010101  # a one in each byte of a word


def _size(low: Lowering, text: Text) -> Value:
    """How many bytes are not zero: behind the first NUL all are. Straight on, so that the verifier has one path.

    ((w & 0x7f7f…) + 0x7f7f…) | w has the top bit of each byte of w that is not zero; no sum carries into the next byte.
    """
    b = low.b
    count: Value | None = None
    for off in range(0, room(text.size), 8):
        word = b.emit("load", text.at, off=off, width=8, signed=False)
        carried = b.emit("add", b.emit("and", word, const(0x7F * _EACH)), const(0x7F * _EACH))
        top = b.emit("and", b.emit("or", carried, word), const(0x80 * _EACH))
        ones = b.emit("lshr", top, const(7))
        count = ones if count is None else b.emit("add", count, ones)
    assert count is not None
    total = b.emit("lshr", b.emit("mul", count, const(_EACH)), const(56))
    return b.emit("and", total, const((1 << (text.size - 1).bit_length()) - 1))  # no more, which the verifier cannot add up


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
        index = b.emit("add", index, b.emit("and", b.emit("ashr", index, const(63)), length))
    value = _byte_at(low, text, index)
    if not isinstance(node.type, t.OptType):
        return value
    return Opt(b.compare("ult", index, length), value)


_MOST_CHOSEN = 64  # bytes up to which a word is chosen from all


def _byte_at(low: Lowering, text: Text, index: Value) -> Value:
    """The byte at a computed place, whatever is outside. The frame takes no computed offsets before Linux 5.12."""
    from rucy.ir.function import Const

    if isinstance(index, Const):
        if index.value >= text.size:
            return const(0)
        return low.b.emit("load", text.at, off=index.value, width=1, signed=False)
    return _chosen_byte(low, text, index) if text.size <= _MOST_CHOSEN else _read_byte(low, text, index)


def _chosen_byte(low: Lowering, text: Text, index: Value) -> Value:
    """All words, halved by each bit of the index from the top, then the byte of the one that is left. No branch."""
    b = low.b
    words: list[Value] = [
        b.emit("load", text.at, off=off, width=8, signed=False) for off in range(0, room(text.size), 8)
    ]
    bit = 3
    while len(words) > 1:
        odd = b.emit("neg", b.emit("and", b.emit("lshr", index, const(bit)), const(1)))  # all ones, or none
        pairs = [words[at : at + 2] for at in range(0, len(words), 2)]
        words = [
            b.emit("xor", p[0], b.emit("and", b.emit("xor", p[0], p[1]), odd)) if len(p) > 1 else p[0] for p in pairs
        ]
        bit += 1
    shifted = b.emit("lshr", words[0], b.emit("shl", b.emit("and", index, const(7)), const(3)))
    return b.emit("and", shifted, const(0xFF))


def _read_byte(low: Lowering, text: Text, index: Value) -> Value:
    """By bpf_probe_read_kernel, which may take an address that loads may not."""
    b = low.b
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
