"""Strings: bytes in this frame, zero from the first NUL to the end of their 8-byte-rounded room.

Because the rest is zero, a string of at most 8 * n bytes is compared with a constant n words at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Const, Value, const, false, true
from rucy.ir.types import I1, VOID
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import STACK_PTR, Held, Object, Opt, Text

if TYPE_CHECKING:
    from rucy.ir.function import Block
    from rucy.lower.function import Lowering


def room(size: int) -> int:
    """Bytes that a string of capacity `size` takes in the frame."""
    return (size + 7) & ~7


def slot_of(low: Lowering, node: object, size: int) -> Value:
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


def own_text(low: Lowering, key: object, type: t.Type, held: Held) -> Held:
    """A value whose text, if it has any, is a copy in the memory that belongs to `key`: a later string does not change it."""
    if isinstance(held, Text):
        return copy_text(low, key, type.size if isinstance(type, t.StrType) else held.size, held)
    if isinstance(held, Opt) and isinstance(held.value, Text) and not (isinstance(held.some, Const) and not held.some.value):
        from rucy.lower.characters import copy_if_there

        return copy_if_there(low, key, type, held.some, held.value)
    return held


def copy_text(low: Lowering, key: object, size: int, text: Text) -> Text:
    """Into the memory that belongs to `key`: where strings meet, all are in one place and of one size."""
    from rucy.lower.storage import LONG, copy_bytes, zero

    slot = slot_of(low, key, size)
    if room(size) > LONG:
        copied = min(room(size), room(text.size))
        copy_bytes(low, slot, 0, text.at, 0, copied, 8)
        zero(low, slot, copied, room(size) - copied)
    for at in range(0, room(size) if room(size) <= LONG else 0, 8):
        if at < room(text.size):
            word: Value = low.b.emit("load", text.at, off=at, width=8, signed=False)
        else:
            word = const(0)
        low.b.emit("store", word, slot, type=VOID, off=at, width=8)
    if text.size > size:
        for at in range(size - 1, room(size)):
            low.b.emit("store", const(0), slot, type=VOID, off=at, width=1)
    return Text(slot, size)


#: what may put other text where some is, and values that have memory of their own
_CHANGES = (typed.GlobalWrite, typed.MemberSet, typed.ElementSet, typed.MapSet, typed.Inlined)
_FRESH = (typed.Str, typed.ReadString, typed.HelperString, typed.ProbeName)


def held_before(low: Lowering, node: typed.Node, *later: object) -> Held:
    """A value. What is evaluated behind it, `later`, changes it no more: `same?(s, (s = "b"))`."""
    held = low.held(node)
    if low.b.block is None or isinstance(node, _FRESH) or not may_change_text(later):
        return held
    return own_text(low, (node, "before"), node.type, held)


def held_each(low: Lowering, nodes: tuple[typed.Node, ...]) -> list[Held]:
    """Values that are taken one after the other, each as it was then."""
    return [held_before(low, node, nodes[at + 1 :]) for at, node in enumerate(nodes)]


def may_change_text(nodes: object) -> bool:
    """Is there an assignment of text, or of what may hold some?"""
    match nodes:
        case tuple():
            return any(map(may_change_text, nodes))
        case typed.Write() if isinstance(nodes.var.type, t.StrType | t.OptType):
            return True
        case typed.CallMethod():
            return may_change_text(nodes.args) or may_change_text(nodes.method.body)
    if isinstance(nodes, _CHANGES):
        return True
    return isinstance(nodes, typed.Node) and any(may_change_text(getattr(nodes, name)) for name in nodes.__slots__)


def read_string(low: Lowering, node: typed.ReadString) -> Held:
    assert isinstance(node.type, t.StrType)
    source = low.value(node.ptr)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    slot = slot_of(low, node, node.type.size)
    clear(low, slot, room(node.type.size))
    read_into(low, node, slot, node.type.size, source)
    return Text(slot, node.type.size)


def clear(low: Lowering, at: Value, size: int) -> None:
    """Zero memory of a string."""
    from rucy.lower.storage import LONG, zero

    if size > LONG:
        zero(low, at, 0, size)
    else:
        low.b.emit("zero", at, type=VOID, off=0, size=size)


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
    clear(low, slot, room(node.type.size))
    low.b.emit("call", slot, const(node.type.size), helper=node.helper)
    return Text(slot, node.type.size)


def probe_name(low: Lowering, node: typed.ProbeName) -> Held:
    """The symbol at the probed function's address, as %ps of the kernel's printf writes it: bpf_snprintf's."""
    assert isinstance(node.type, t.StrType)
    context = low.value(node.ctx)
    b, size = low.b, node.type.size
    slot, number = slot_of(low, node, size), low.scratch_slot(8)
    clear(low, slot, room(size))
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
    of_text = isinstance(node.value.type, t.StrType) and node.kind in ("eq", "start")
    if of_text and isinstance(node.value, typed.Member) and isinstance(node.other, typed.Str):
        from rucy.lower.objects import branch_on_field

        branch_on_field(low, node, node.value, node.other.value + b"\0" * (node.kind == "eq"), yes, no)
        return
    other = node.other
    text = held_before(low, node.value, other)
    right = None if isinstance(other, typed.Str) else low.held(other)
    if low.b.block is None:
        return
    low.b.span = node.span
    if isinstance(text, Object):
        from rucy.lower.objects import branch_on_bytes
        from rucy.lower.storage import alignment, pieces

        assert isinstance(node.value.type, t.BytesType)
        if isinstance(other, typed.Str):
            found = pieces(0, len(other.value), alignment(text.at))
            _all_equal(low, text.at, [(at, width, other.value[at : at + width]) for at, width in found], yes, no)
            return
        assert isinstance(right, Object)
        branch_on_bytes(low, text, right, node.value.type.storage.size, yes, no)
        return
    assert isinstance(text, Text)
    if right is not None:
        assert isinstance(right, Text)
        _WITH_TEXT[node.kind](low, text, right, yes, no)
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
    elif node.kind == "include":
        _includes(low, text, wanted, yes, no)
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
    from rucy.lower.storage import LONG, word_at, words_of

    both = min(room(left.size), room(right.size))
    if both > LONG:

        def compare(step: Value) -> None:
            a, b = word_at(low, left.at, step), word_at(low, right.at, step)
            _go_on_if(low, low.b.compare("eq", a, b), no)

        words_of(low, both, compare)
    for off in range(both if both > LONG else 0, max(room(left.size), room(right.size)), 8):
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
    if text.size > _MOST_TRIED:
        _tail_equals(low, text, wanted, yes, no)
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


def _includes(low: Lowering, text: Text, wanted: bytes, yes: Block, no: Block) -> None:
    """Eight places at a time, without a branch, then one: what stands at a place is cut out of two words. Behind the NUL all
    bytes are zero, and `wanted` has none."""
    b, count = low.b, len(wanted)
    if not count:
        b.jump(yes)
        return
    for start in range(0, text.size - count, 8):
        words: dict[int, Value] = {}
        found: Value | None = None
        for at in range(start, min(start + 8, text.size - count)):
            hit = _stands_at(low, text, wanted, at, words)
            found = hit if found is None else b.emit("or", found, hit)
        assert found is not None
        elsewhere = b.new_block("further")
        b.branch(b.compare("ne", found, const(0)), yes, elsewhere)
        b.seal(elsewhere)
        b.start(elsewhere)
    b.jump(no)


def _stands_at(low: Lowering, text: Text, wanted: bytes, at: int, words: dict[int, Value]) -> Value:
    """1 if `wanted` stands there, else 0: seven bytes at a time, whose difference is below 2**56, so that 0 less 1 alone has
    the top bit."""
    b = low.b
    differ: Value | None = None
    for off in range(0, len(wanted), 7):
        part = wanted[off : off + 7]
        have = b.emit("and", _eight_bytes(low, text, at + off, words), const((1 << 8 * len(part)) - 1))
        unlike = b.emit("xor", have, const(int.from_bytes(part, "little")))
        differ = unlike if differ is None else b.emit("or", differ, unlike)
    assert differ is not None
    return b.emit("lshr", b.emit("sub", differ, const(1)), const(63))


def _eight_bytes(low: Lowering, text: Text, at: int, words: dict[int, Value]) -> Value:
    def word(off: int) -> Value:
        if off not in words:
            there = off < room(text.size)
            words[off] = low.b.emit("load", text.at, off=off, width=8, signed=False) if there else const(0)
        return words[off]

    low_word, bits = word(at & ~7), 8 * (at & 7)
    if not bits:
        return low_word
    return low.b.emit("or", low.b.emit("lshr", low_word, const(bits)), low.b.emit("shl", word((at & ~7) + 8), const(64 - bits)))


# ---------------------------------------------------------------- a string that is known only when the program runs


def _starts_with_text(low: Lowering, text: Text, wanted: Text, yes: Block, no: Block) -> None:
    """Word by word, as far as `wanted` has bytes."""
    from rucy.lower.storage import LONG, word_at, words_of

    both = min(room(text.size), room(wanted.size))
    if both > LONG:

        def compare(step: Value) -> None:
            part = word_at(low, wanted.at, step)
            _go_on_if(low, _same(low, word_at(low, text.at, step), part, _bytes_there(low, part)), no)

        words_of(low, both, compare)
    for off in range(both if both > LONG else 0, room(wanted.size), 8):
        part = low.b.emit("load", wanted.at, off=off, width=8, signed=False)
        have = low.b.emit("load", text.at, off=off, width=8, signed=False) if off < room(text.size) else const(0)
        _go_on_if(low, _same(low, have, part, _bytes_there(low, part)), no)
    low.b.jump(yes)


def _bytes_there(low: Lowering, word: Value) -> Value:
    """All ones in each byte of a word that is not zero."""
    return low.b.emit("mul", _ones(low, word), const(0xFF))


def _same(low: Lowering, have: Value, wanted: Value, mask: Value) -> Value:
    b = low.b
    return b.compare("eq", b.emit("and", b.emit("xor", have, wanted), mask), const(0))


def _ends_with_text(low: Lowering, text: Text, wanted: Text, yes: Block, no: Block) -> None:
    """What begins as far before the end as `wanted` is long is compared as a whole: behind it there are zeros."""
    b = low.b
    start = b.emit("sub", _size(low, text), _size(low, wanted))
    if text.size <= _MOST_CHOSEN:
        _go_on_if(low, b.compare("ult", start, const(text.size)), no)  # else `wanted` is the longer one
        _ends_so(low, text, wanted, start, yes, no)
        return
    behind = room(wanted.size)
    copy = low.scratch_slot(room(text.size) + behind)
    _copy_with_zeros(low, copy, text, behind)
    _go_on_if(low, b.compare("ult", start, const(text.size)), no)
    at = b.emit("padd", copy, b.emit("within", start, lo=0, hi=text.size - 1), type=copy.type)
    tail = low.scratch_slot(behind)
    b.emit("call", tail, const(behind), at, helper="probe_read_kernel")
    _equal_texts(low, Text(tail, wanted.size), wanted, yes, no)


def _copy_with_zeros(low: Lowering, to: Value, text: Text, behind: int) -> None:
    from rucy.lower.storage import copy_bytes, zero

    copy_bytes(low, to, 0, text.at, 0, room(text.size), 8)
    zero(low, to, room(text.size), behind)


def _ends_so(low: Lowering, text: Text, wanted: Text, start: Value, yes: Block, no: Block) -> None:
    """Of a short text each word from `start` on is cut out of two that are chosen from all."""
    b = low.b
    words: list[Value] = [b.emit("load", text.at, off=off, width=8, signed=False) for off in range(0, room(text.size), 8)]
    first, shift = b.emit("lshr", start, const(3)), b.emit("shl", b.emit("and", start, const(7)), const(3))
    rest = b.emit("sub", const(56), shift)  # shifted left by that and by 8 more: 64 places are none
    part = _chosen(low, words, first)
    for off in range(0, room(wanted.size), 8):
        words = [*words[1:], const(0)]
        following = _chosen(low, words, first)
        upper = b.emit("shl", b.emit("shl", following, const(8)), rest)
        have = b.emit("or", b.emit("lshr", part, shift), upper)
        _go_on_if(low, b.compare("eq", have, b.emit("load", wanted.at, off=off, width=8, signed=False)), no)
        part = following
    b.jump(yes)


_MOST_SPREAD = 16  # bytes of what is looked for up to which each place of a short text has code of its own


def _includes_text(low: Lowering, text: Text, wanted: Text, yes: Block, no: Block) -> None:
    """Eight places at a time, as `_includes`. Else in a loop over a copy of the text with zeros behind it."""
    from rucy.lower.storage import word_at, words_of

    b = low.b
    parts: list[Value] = [b.emit("load", wanted.at, off=off, width=8, signed=False) for off in range(0, room(wanted.size), 8)]
    masks = [_bytes_there(low, part) for part in parts]
    last = max(1, text.size - 1)  # nothing but the empty string, which begins at 0, can begin at the last NUL
    if text.size <= _MOST_CHOSEN and wanted.size <= _MOST_SPREAD:
        for start in range(0, last, 8):
            offs = range(start, start + 8 * len(parts) + 8, 8)
            words: list[Value] = [
                b.emit("load", text.at, off=off, width=8, signed=False) if off < room(text.size) else const(0) for off in offs
            ]
            _go_on_unless_found(low, words, parts, masks, min(8, last - start), yes)
    else:
        copy = low.scratch_slot(room(text.size) + room(wanted.size))
        _copy_with_zeros(low, copy, text, room(wanted.size))

        def look(step: Value) -> None:
            words = [word_at(low, copy, step, 8 * at) for at in range(len(parts) + 1)]
            _go_on_unless_found(low, words, parts, masks, 8, yes)

        words_of(low, room(text.size), look)
    b.jump(no)


def _go_on_unless_found(
    low: Lowering, words: list[Value], parts: list[Value], masks: list[Value], places: int, yes: Block
) -> None:
    """To `yes` if the parts stand at one of the first places in the words, one word more than there are parts."""
    b = low.b
    missed: Value | None = None
    for place in range(places):
        differ: Value | None = None
        for at, (part, mask) in enumerate(zip(parts, masks, strict=True)):
            unlike = b.emit("and", b.emit("xor", _cut(low, words[at], words[at + 1], place), part), mask)
            differ = unlike if differ is None else b.emit("or", differ, unlike)
        assert differ is not None
        some = b.emit("lshr", b.emit("or", differ, b.emit("neg", differ)), const(63))  # 1 where anything differs
        missed = some if missed is None else b.emit("and", missed, some)
    assert missed is not None
    elsewhere = b.new_block("further")
    b.branch(b.compare("eq", missed, const(0)), yes, elsewhere)
    b.seal(elsewhere)
    b.start(elsewhere)


def _cut(low: Lowering, word: Value, following: Value, place: int) -> Value:
    """The 8 bytes that begin with byte `place` of the first of two words."""
    if not place:
        return word
    b = low.b
    return b.emit("or", b.emit("lshr", word, const(8 * place)), b.emit("shl", following, const(64 - 8 * place)))


_WITH_TEXT = {"eq": _equal_texts, "start": _starts_with_text, "end": _ends_with_text, "include": _includes_text}


# ---------------------------------------------------------------- bytes, size

_MOST_TRIED = 256  # bytes of a string in which every place is tried


def _tail_equals(low: Lowering, text: Text, wanted: bytes, yes: Block, no: Block) -> None:
    """Where the end must begin is computed, and it is read by bpf_probe_read_kernel, which may take such an address."""
    b, count = low.b, len(wanted)
    start = b.emit("sub", _size(low, text), const(count))  # a string that is too short makes a large number of it
    _go_on_if(low, b.compare("ult", start, const(text.size - count)), no)
    at = b.emit("padd", text.at, b.emit("within", start, lo=0, hi=text.size - count - 1), type=text.at.type)
    slot = low.scratch_slot(room(count))
    b.emit("call", slot, const(count), at, helper="probe_read_kernel")
    _all_equal(low, slot, _pieces(wanted), yes, no)


def size(low: Lowering, node: typed.StrSize) -> Held:
    text = low.held(node.value)
    if low.b.block is None:
        return low.undefined(node.type)
    assert isinstance(text, Text)
    return _size(low, text)


_EACH = 0x0101010101010101  # a one in each byte of a word


def _size(low: Lowering, text: Text) -> Value:
    """How many bytes are not zero: behind the first NUL all are. Without a branch, so that the verifier has one path.

    ((w & 0x7f7f…) + 0x7f7f…) | w has the top bit of each byte of w that is not zero; no sum carries into the next byte.
    """
    from rucy.lower.storage import LONG, word_at, words_of

    b = low.b
    if room(text.size) > LONG:
        key = object()
        b.write(key, const(0))

        def add(step: Value) -> None:
            ones = b.emit("mul", _ones(low, word_at(low, text.at, step)), const(_EACH))
            b.write(key, b.emit("add", b.read(key), b.emit("lshr", ones, const(56))))

        words_of(low, room(text.size), add)
        total = b.read(key)
    else:
        at_once = room(text.size) if room(text.size) <= 256 else 248  # a string's last byte is zero, so that 255 are counted
        parts = [_count(low, text, s, min(s + at_once, room(text.size))) for s in range(0, room(text.size), at_once)]
        total = parts[0]
        for part in parts[1:]:
            total = b.emit("add", total, part)
    return b.emit("and", total, const((1 << (text.size - 1).bit_length()) - 1))  # no more, which the verifier cannot add up


def _ones(low: Lowering, word: Value) -> Value:
    """A one in each byte of a word that is not zero."""
    b = low.b
    carried = b.emit("add", b.emit("and", word, const(0x7F * _EACH)), const(0x7F * _EACH))
    top = b.emit("and", b.emit("or", carried, word), const(0x80 * _EACH))
    return b.emit("lshr", top, const(7))


def _count(low: Lowering, text: Text, start: int, end: int) -> Value:
    """How many bytes from start to end are not zero: at most 255."""
    b = low.b
    count: Value | None = None
    for off in range(start, end, 8):
        ones = _ones(low, b.emit("load", text.at, off=off, width=8, signed=False))
        count = ones if count is None else b.emit("add", count, ones)
    assert count is not None
    return b.emit("lshr", b.emit("mul", count, const(_EACH)), const(56))


def byte(low: Lowering, node: typed.StrByte) -> Held:
    """s[i] as a number; nil from the first NUL on. A negative index counts from the end."""
    text = held_before(low, node.value, node.index)
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
    if isinstance(index, Const):
        if index.value >= text.size:
            return const(0)
        return low.b.emit("load", text.at, off=index.value, width=1, signed=False)
    return _chosen_byte(low, text, index) if text.size <= _MOST_CHOSEN else _read_byte(low, text, index)


def _chosen_byte(low: Lowering, text: Text, index: Value) -> Value:
    """The byte of a word that is chosen from all. No branch."""
    b = low.b
    words: list[Value] = [b.emit("load", text.at, off=off, width=8, signed=False) for off in range(0, room(text.size), 8)]
    word = _chosen(low, words, b.emit("lshr", index, const(3)))
    shifted = b.emit("lshr", word, b.emit("shl", b.emit("and", index, const(7)), const(3)))
    return b.emit("and", shifted, const(0xFF))


def _chosen(low: Lowering, words: list[Value], index: Value) -> Value:
    """The word of that number: all of them, halved by each bit of the number."""
    b, bit = low.b, 0
    while len(words) > 1:
        up = b.emit("lshr", index, const(bit)) if bit else index
        odd = b.emit("neg", b.emit("and", up, const(1)))  # all ones, or none
        pairs = [words[at : at + 2] for at in range(0, len(words), 2)]
        words = [
            b.emit("xor", p[0], b.emit("and", b.emit("xor", p[0], p[1]), odd)) if len(p) > 1 else p[0] for p in pairs
        ]
        bit += 1
    return words[0]


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
