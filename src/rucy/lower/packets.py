"""Packets: headers found and checked, bytes read and written.

Where the hook gives direct access (xdp, tc), `data` and `data_end` are variables of the program, loaded at its start and
after every call that moves the packet; tc pulls what the program asks for into the linear part first. A header is a
pointer behind `covers`. Elsewhere (socket filters, cgroups) bpf_skb_load_bytes copies a header into the frame.

What has been found once is not looked for again: a finding is kept with the block in which it was made, and holds where
that block dominates and no call has moved the packet since (`Packet.moves`, counted in the order of lowering; a loop that
moves the packet counts at its head).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.ir.function import Block, Const, Instr, Value, const, false, true
from rucy.ir.types import VOID, pointer
from rucy.kernel import helpers
from rucy.kernel.packets import (
    ACCESS,
    BY_WORD,
    EXTENSIONS,
    FRAGMENT,
    MOST_EXTENSIONS,
    MOST_TAGS,
    TAGS,
    Access,
    Header,
)
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import NOTHING, PACKET_PTR, STACK_PTR, Held, Nothing, Object, Opt
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

END_PTR = pointer("packet_end")

#: offsets of data (data_end is 4 behind it) and, in __sk_buff, of len and protocol: kernel.contexts
_DATA = {"XDP": 0}
_SKB_DATA, _SKB_LEN, _SKB_PROTOCOL = 76, 0, 16
_FARTHEST = 0xFFFF  # MAX_PACKET_OFF of kernel/bpf/verifier.c
_FROM_MAC, _FROM_NET = 0, 1  # enum bpf_hdr_start_off of include/uapi/linux/bpf.h
#: the longest of everything before an upper layer's header: Ethernet, two tags, IPv4 with all its options
_BEFORE_L4 = 14 + 4 * MOST_TAGS + 60


class Found(NamedTuple):
    """Values that hold in blocks that `block` dominates, until the packet moves."""

    block: Block
    moves: int
    values: tuple[Value, ...]


class Packet:
    """What lowering knows of the packet of one program."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.moves = 0
        self.found: dict[object, list[Found]] = {}
        self.slots: dict[object, Instr] = {}


def start(low: Lowering, body: typed.Node) -> None:
    """At the head of a program: where the packet is, if it looks at it."""
    access = ACCESS.get(low.fn.program.prog_type) if low.fn.program is not None else None
    needs = _needs(body, set()) if access is not None else None
    if access is None or needs is None:
        return
    low.packet = Packet(access)
    if access.how == "copy":
        return
    _load_bounds(low)
    if access.how == "pull" and needs:
        _pull(low, needs)


# ---------------------------------------------------------------- what a program looks at


def _needs(node: object, seen: set[typed.Method]) -> int | None:
    """Bytes from the packet's start that a program names by headers and constant offsets; None if it looks at no packet."""
    if isinstance(node, tuple):
        return _most([_needs(part, seen) for part in node])
    if isinstance(node, typed.Method):
        if node in seen:
            return None
        seen.add(node)
        return _needs(node.body, seen)
    if not isinstance(node, typed.Node):
        return None
    found: list[int | None] = [_needs(getattr(node, name), seen) for name in node.__slots__]
    match node:
        case typed.PacketHeader(name="at") if isinstance(node.type, t.OptType) and isinstance(node.type.of, t.HeaderType):
            found.append(node.offset.value + node.type.of.size if isinstance(node.offset, typed.Int) else _FARTHEST)
        case typed.PacketHeader():
            found.append(_reach_of(BY_WORD[node.name]))
        case typed.PacketNumber() if isinstance(node.offset, typed.Int) and node.offset.value <= _NEAR:
            found.append(node.offset.value + node.width)
        case typed.PacketPut():
            found.append(node.reach)
        case typed.PacketNumber() | typed.PacketSize():
            found.append(0)
    return _most(found)


def _most(found: list[int | None]) -> int | None:
    return max((one for one in found if one is not None), default=None)


_NEAR = 128  # what tc reads further behind is copied out, not pulled in


def _reach_of(row: Header) -> int:
    before = {"L2": 0, "tag": 14, "L3": 14 + 4 * MOST_TAGS, "L4": _BEFORE_L4}[row.layer]
    return before + row.size


def moves(node: object) -> bool:
    """Does a part of the program call what moves the packet?"""
    if isinstance(node, tuple):
        return any(moves(part) for part in node)
    if isinstance(node, typed.Method):
        return moves(node.body)
    if isinstance(node, typed.CallHelper):
        row = helpers.find(node.helper)
        if row is not None and row.changes_packet:
            return True
    return isinstance(node, typed.Node) and any(moves(getattr(node, name)) for name in node.__slots__)


# ---------------------------------------------------------------- where the packet is


def _load_bounds(low: Lowering) -> None:
    packet = low.packet
    assert packet is not None and low.ctx is not None
    off = _DATA.get(packet.access.prog_type, _SKB_DATA)
    b = low.b
    b.write("packet", b.emit("load", low.ctx, type=PACKET_PTR, off=off, width=4, signed=False))
    b.write("packet end", b.emit("load", low.ctx, type=END_PTR, off=off + 4, width=4, signed=False))


def _pull(low: Lowering, needs: int) -> None:
    """Of a packet that is longer than its linear part, bytes 0 … needs are pulled into that."""
    b = low.b
    assert low.ctx is not None
    length = b.emit("load", low.ctx, off=_SKB_LEN, width=4, signed=False)
    small, large, join = b.new_block("short"), b.new_block("long"), b.new_block("wanted")
    key = object()
    b.branch(b.compare("ult", length, const(needs)), small, large)
    b.seal(small)
    b.start(small)
    b.write(key, b.emit("within", length, lo=0, hi=needs - 1))
    b.jump(join)
    b.seal(large)
    b.start(large)
    b.write(key, const(needs))
    b.jump(join)
    b.seal(join)
    b.start(join)
    wanted = b.read(key)
    last = b.emit("padd", _data(low), wanted, type=PACKET_PTR)
    pull, go = b.new_block("pull"), b.new_block("linear")
    b.branch(b.compare("ugt", last, _end(low)), pull, go)
    b.seal(pull)
    b.start(pull)
    b.emit("call", low.ctx, wanted, helper="skb_pull_data")
    _load_bounds(low)
    b.jump(go)
    b.seal(go)
    b.start(go)


def _data(low: Lowering) -> Value:
    return low.b.read("packet", PACKET_PTR)


def _end(low: Lowering) -> Value:
    return low.b.read("packet end", END_PTR)


def after_call(low: Lowering, helper: str) -> None:
    """Behind a helper: if it has moved the packet, all pointers into it are void."""
    row = helpers.find(helper)
    if low.packet is None or row is None or not row.changes_packet or low.b.block is None:
        return
    low.packet.moves += 1
    if low.packet.access.how != "copy":
        _load_bounds(low)


def enter_loop(low: Lowering, body: object) -> None:
    """At the head of a loop: what its body moves has moved on the second turn."""
    if low.packet is not None and low.packet.found and moves(body):
        low.packet.moves += 1


# ---------------------------------------------------------------- findings


def _kept(low: Lowering, key: object) -> tuple[Value, ...] | None:
    """What was found by that key, where it holds here."""
    assert low.packet is not None
    here = low.b.block
    for found in reversed(low.packet.found.get(key, ())):
        if found.moves == low.packet.moves and here is not None and _dominates(found.block, here, low.fn.entry):
            return found.values
    return None


def _keep(low: Lowering, key: object, *values: Value) -> tuple[Value, ...]:
    assert low.packet is not None
    if low.b.block is not None:
        low.packet.found.setdefault(key, []).append(Found(low.b.block, low.packet.moves, values))
    return values


def _dominates(block: Block, here: Block, entry: Block) -> bool:
    """Every way from the entry to `here` passes `block`. Edges that are still to come go into loops' heads from inside
    them, and change nothing."""
    if block is here or block is entry:
        return True
    seen = {here}
    work = [here]
    while work:
        at = work.pop()
        if at is entry:
            return False
        for pred in at.preds:
            if pred is not block and pred not in seen:
                seen.add(pred)
                work.append(pred)
    return True


def _test(low: Lowering, condition: Value, absent: Block, name: str = "there") -> None:
    """Go on where the condition holds."""
    b = low.b
    there = b.new_block(name)
    b.branch(condition, there, absent)
    b.seal(there)
    b.start(there)


def _equals(low: Lowering, value: Value, number: int) -> Value:
    return low.b.compare("eq", value, const(number))


def _net16(number: int) -> int:
    return int.from_bytes(number.to_bytes(2, "big"), "little")


def _load(low: Lowering, at: Value, off: int, width: int) -> Value:
    return low.b.emit("load", at, off=off, width=width, signed=False)


def _covered(low: Lowering, base: Value, size: int, absent: Block) -> Value:
    """`base`, with `size` bytes behind it in the packet."""
    kept = _kept(low, ("covers", base, size))
    if kept is not None:
        return kept[0]
    b = low.b
    last = b.emit("padd", base, const(size), type=base.type)
    _test(low, b.compare("ule", last, _end(low)), absent, "inside")
    return _keep(low, ("covers", base, size), b.emit("covers", base, type=base.type, size=size))[0]


def _copied(low: Lowering, offset: Value, slot: Value, size: int, absent: Block, begin: int | None) -> Value:
    """Bytes of the packet, copied into a slot. `begin`: where offsets count from, None: the packet's own start."""
    b = low.b
    assert low.ctx is not None
    if begin is None:
        result = b.emit("call", low.ctx, offset, slot, const(size), helper="skb_load_bytes")
    else:
        result = b.emit("call", low.ctx, offset, slot, const(size), const(begin), helper="skb_load_bytes_relative")
    _test(low, _equals(low, result, 0), absent, "copied")
    return slot


def _bytes(low: Lowering, at: Value, size: int, absent: Block, key: object) -> Value:
    """The bytes at a pointer into the packet, or (copied) at an offset from the network header."""
    if at.type.is_ptr:
        return _covered(low, at, size, absent)
    return _copied(low, at, _slot(low, key, size), size, absent, _network_start(low))


def _network_start(low: Lowering) -> int | None:
    """Where copies count from for what is behind the network header; a socket's packet may begin elsewhere."""
    assert low.packet is not None
    return _FROM_NET if low.packet.access.layer == "socket" else None


def _slot(low: Lowering, key: object, size: int) -> Value:
    """Memory of a header of that kind: every copy of it has the same bytes."""
    assert low.packet is not None
    slots = low.packet.slots
    if key not in slots:
        slots[key] = low.slot(size, "header")
    return slots[key]


# ---------------------------------------------------------------- from one layer to the next


def _network(low: Lowering) -> tuple[Value, ...]:
    """(ethertype as it lies in memory, where the network layer begins); _NONE where there is none. Known from here on,
    whether a header is found by it or not."""
    packet = low.packet
    assert packet is not None and low.ctx is not None
    kept = _kept(low, "network")
    if kept is not None:
        return kept
    if packet.access.layer == "L2":
        found = _joined(low, lambda absent: _behind_tags(low, absent), (const(_NONE), _nowhere(low, _data(low))))
        return _keep(low, "network", *found)
    kind = low.b.emit("and", _load(low, low.ctx, _SKB_PROTOCOL, 4), const(0xFFFF))
    return _keep(low, "network", kind, const(0) if packet.access.how == "copy" else _data(low))


_NONE = 1 << 16  # neither an ethertype nor a protocol


def _nowhere(low: Lowering, at: Value) -> Value:
    """What stands for a place that is not there. In a loop the number beside it may be hidden from the verifier
    (passes/forget_values.py), so there it is one that leads into the packet all the same."""
    return at if low.b.in_loop else Const(0, at.type)


def _joined(low: Lowering, find: Callable[[Block], tuple[Value, ...]], without: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values that `find` gives, or, where it leaves for the block that it is given, those of `without`."""
    b = low.b
    absent, end = b.new_block("absent"), b.new_block("end")
    found = find(absent)
    keys = [object() for _ in found]
    for key, value in zip(keys, found):
        b.write(key, value)
    b.jump(end)
    b.seal(absent)
    if absent.preds:
        b.start(absent)
        for key, value, other in zip(keys, found, without):
            is_slot = isinstance(value, Instr) and value.op.name == "slot"
            b.write(key, value if is_slot else other)
        b.jump(end)
    b.seal(end)
    b.start(end)
    return tuple(b.read(key, value.type) for key, value in zip(keys, found))


def _behind_tags(low: Lowering, absent: Block) -> tuple[Value, Value]:
    b = low.b
    base = _data(low)
    kind, at = object(), object()
    eth = _covered(low, base, 14, absent)
    b.write(kind, _load(low, eth, 12, 2))
    b.write(at, b.emit("padd", base, const(14), type=base.type))
    end = b.new_block("network")
    for number in range(MOST_TAGS):
        tagged = b.new_block("tag")
        value = b.read(kind)
        for tag in TAGS[:-1]:
            other = b.new_block("other")
            b.branch(_equals(low, value, _net16(tag)), tagged, other)
            b.seal(other)
            b.start(other)
        b.branch(_equals(low, value, _net16(TAGS[-1])), tagged, end)
        b.seal(tagged)
        b.start(tagged)
        size = 18 + 4 * number
        more = _covered(low, base, size, absent)
        b.write(kind, _load(low, more, size - 2, 2))
        b.write(at, b.emit("padd", base, const(size), type=base.type))
    b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(kind), b.read(at, base.type)


def _fixed(low: Lowering, row: Header, absent: Block) -> Value:
    """The IPv4 or IPv6 header, behind the test of the ethertype."""
    kept = _kept(low, row.name)
    if kept is not None:
        return kept[0]
    kind, at = _network(low)
    _test(low, _equals(low, kind, _net16(row.number)), absent, row.name)
    return _keep(low, row.name, _bytes(low, at, row.size, absent, row.name))[0]


def _upper(low: Lowering) -> tuple[Value, ...]:
    """(protocol, where the upper layer begins); _NONE where there is none."""
    kept = _kept(low, "upper")
    if kept is not None:
        return kept
    at = _network(low)[1]
    return _keep(low, "upper", *_joined(low, lambda absent: _behind_ip(low, absent), (const(_NONE), _nowhere(low, at))))


def _behind_ip(low: Lowering, absent: Block) -> tuple[Value, Value]:
    b = low.b
    kind, at = _network(low)
    proto, place = object(), object()
    four, six, end = b.new_block("four"), b.new_block("six"), b.new_block("upper")
    b.branch(_equals(low, kind, _net16(BY_WORD["ipv4"].number)), four, six)
    b.seal(four)
    b.seal(six)
    for block, behind in ((four, _behind_ipv4), (six, _behind_ipv6)):
        b.start(block)
        protocol, after = behind(low, absent)
        b.write(proto, protocol)
        b.write(place, after)
        b.jump(end)
    b.seal(end)
    b.start(end)
    return b.read(proto), b.read(place, at.type)


def _step(low: Lowering, at: Value, by: Value) -> Value:
    """A pointer into the packet, or an offset, moved."""
    return low.b.emit("padd" if at.type.is_ptr else "add", at, by, type=at.type)


def _behind_ipv4(low: Lowering, absent: Block) -> tuple[Value, Value]:
    """Behind the options; not of a later fragment, nor of a header that says to be shorter than it is."""
    b = low.b
    at = _network(low)[1]
    ip = _fixed(low, BY_WORD["ipv4"], absent)
    words = b.emit("and", _load(low, ip, 0, 1), const(0xF))
    length = b.emit("shl", words, const(2))
    _test(low, b.compare("uge", length, const(20)), absent)
    offset = b.emit("and", _load(low, ip, 6, 2), const(_net16(0x1FFF)))
    _test(low, _equals(low, offset, 0), absent)
    base = ip if at.type.is_ptr else at
    return _load(low, ip, 9, 1), _step(low, base, length)


def _behind_ipv6(low: Lowering, absent: Block) -> tuple[Value, Value]:
    """Behind extension headers, as many as MOST_EXTENSIONS; not of a later fragment.

    The verifier walks through the turns one by one, and each branch would double its ways: one asks whether the header is
    an extension, none which it is."""
    b = low.b
    at = _network(low)[1]
    ip = _fixed(low, BY_WORD["ipv6"], absent)
    where, place, count, later = object(), object(), object(), object()
    b.write(where, b.emit("padd", ip, const(6), type=ip.type))  # of the number that says what comes next
    b.write(place, _step(low, ip if at.type.is_ptr else at, const(40)))
    b.write(count, const(0))
    b.write(later, const(0))
    head, end = b.new_block("extensions"), b.new_block("payload")
    b.jump(head)
    b.start(head)
    number, here, fragments = _load(low, b.read(where, ip.type), 0, 1), b.read(place, at.type), b.read(later)
    extension = b.new_block("extension")
    b.branch(b.compare("ne", _is_extension(low, number), const(0)), extension, end)
    b.seal(extension)
    b.start(extension)
    turn = b.read(count)
    _test(low, b.compare("ult", turn, const(MOST_EXTENSIONS)), absent, "more")
    whole = _bytes(low, here, 8, absent, "extension")
    other = b.emit("sub", b.emit("xor", number, const(FRAGMENT)), const(1))  # below 0 of a fragment alone
    fragment = b.emit("ashr", other, const(63))  # all bits, or none
    offset = b.emit("and", _load(low, whole, 2, 2), const(_net16(0xFFF8)))
    b.write(later, b.emit("or", fragments, b.emit("and", offset, fragment)))
    units = b.emit("and", _load(low, whole, 1, 1), b.emit("inv", fragment))  # a fragment's header does not say its length
    length = b.emit("shl", b.emit("add", units, const(1)), const(3))
    b.write(where, whole)
    b.write(place, _step(low, whole if here.type.is_ptr else here, length))
    b.write(count, b.emit("add", turn, const(1)))
    b.jump(head)
    b.seal(head)
    b.seal(end)
    b.start(end)
    _test(low, _equals(low, fragments, 0), absent)
    return number, here


def _is_extension(low: Lowering, number: Value) -> Value:
    """1 or 0: a bit of a mask, for numbers that have one."""
    b = low.b
    mask = sum(1 << one for one in EXTENSIONS)
    small = b.emit("lshr", b.emit("sub", number, const(64)), const(63))
    return b.emit("and", b.emit("lshr", const(mask), number), small)


# ---------------------------------------------------------------- headers


def _find(low: Lowering, row: Header, absent: Block) -> Value:
    """A header that is there, and all its bytes."""
    kept = _kept(low, row.name)
    if kept is not None:
        return kept[0]
    packet = low.packet
    assert packet is not None
    match row.layer:
        case "L2":
            found = _covered(low, _data(low), row.size, absent) if packet.access.layer == "L2" else _mac(low, absent)
        case "tag":
            found = _tag(low, row, absent)
        case "L3":
            return _fixed(low, row, absent)
        case _:
            proto, at = _upper(low)
            _test(low, _equals(low, proto, row.number), absent, row.name)
            found = _bytes(low, at, row.size, absent, row.name)
    return _keep(low, row.name, found)[0]


def _mac(low: Lowering, absent: Block) -> Value:
    """A socket filter's Ethernet header: before where the socket's packet begins."""
    return _copied(low, const(0), _slot(low, "eth", 14), 14, absent, _FROM_MAC)


def _tag(low: Lowering, row: Header, absent: Block) -> Value:
    """The first VLAN tag."""
    assert low.packet is not None
    direct = low.packet.access.layer == "L2"
    kept = _kept(low, "eth")
    base = _data(low) if direct else kept[0] if kept is not None else _mac(low, absent)
    eth = _covered(low, base, 14, absent) if direct else base
    value = _load(low, eth, 12, 2)
    b = low.b
    tagged, other = b.new_block("tag"), b.new_block("other")
    b.branch(_equals(low, value, _net16(TAGS[0])), tagged, other)
    b.seal(other)
    b.start(other)
    b.branch(_equals(low, value, _net16(TAGS[1])), tagged, absent)
    b.seal(tagged)
    b.start(tagged)
    if not direct:
        return _copied(low, const(14), _slot(low, "vlan", row.size), row.size, absent, _FROM_MAC)
    return b.emit("padd", _covered(low, base, 18, absent), const(14), type=base.type)


def _optional(low: Lowering, find: Callable[[Block], Value], placeholder: Value) -> tuple[Value, ...]:
    """(is it there?, the value that `find` gives)."""
    return _joined(low, lambda absent: (true(), find(absent)), (false(), placeholder))


def header(low: Lowering, node: typed.PacketHeader) -> Held:
    packet = low.packet
    assert packet is not None and isinstance(node.type, t.OptType) and isinstance(node.type.of, t.HeaderType)
    of = node.type.of
    placeholder = Const(0, STACK_PTR if of.copied else PACKET_PTR)
    if node.name != "at":
        row = BY_WORD[node.name]
        kept = _kept(low, ("maybe", row.name))
        if kept is not None:
            return Opt(*kept)
        return Opt(*_keep(low, ("maybe", row.name), *_optional(low, lambda absent: _find(low, row, absent), placeholder)))
    assert node.offset is not None
    offset = low.value(node.offset)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    slot = low.slot(of.size, "header") if of.copied else None
    return Opt(*_optional(low, lambda absent: _at(low, offset, of.size, slot, absent), placeholder))


def _at(low: Lowering, offset: Value, size: int, slot: Value | None, absent: Block) -> Value:
    """Bytes at an offset that the program computes: compared first, so that no kernel's arithmetic wraps."""
    b = low.b
    farthest = _FARTHEST - size - 1
    if not isinstance(offset, Const):
        _test(low, b.compare("ule", offset, const(farthest)), absent, "near")
        offset = b.emit("within", offset, lo=0, hi=farthest)
    elif offset.value > farthest:
        b.jump(absent)
        never = b.new_block("never")
        b.start(never)
        b.seal(never)
    if slot is not None:
        return _copied(low, offset, slot, size, absent, None)
    base = _data(low)
    if isinstance(offset, Const):
        whole = _covered(low, base, offset.value + size, absent)
        return b.emit("padd", whole, offset, type=base.type)
    return _covered(low, b.emit("padd", base, offset, type=base.type), size, absent)


def number(low: Lowering, node: typed.PacketNumber) -> Held:
    """What lies there as the wire means it."""
    packet = low.packet
    assert packet is not None
    offset = low.value(node.offset)
    b = low.b
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span
    near = isinstance(offset, Const) and offset.value <= _NEAR
    copies = packet.access.how == "copy" or (packet.access.how == "pull" and not near)
    slot = low.scratch_slot(8) if copies else None

    def find(absent: Block) -> Value:
        value = _load(low, _at(low, offset, node.width, slot, absent), 0, node.width)
        return value if node.width == 1 else b.emit("bswap", value, bits=8 * node.width)

    return Opt(*_optional(low, find, const(0)))


def put(low: Lowering, node: typed.PacketPut) -> Held:
    """The number in the order of the wire, where all its bytes are inside. Gives whether they are."""
    offset, value = low.value(node.offset), low.value(node.value)
    b = low.b
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span

    def write(absent: Block) -> tuple[Value, ...]:
        at = _at(low, offset, node.width, None, absent)
        raw = value if node.width == 1 else b.emit("bswap", value, bits=8 * node.width)
        b.emit("store", raw, at, type=VOID, off=0, width=node.width)
        return (true(),)

    (done,) = _joined(low, write, (false(),))
    return done


def size(low: Lowering, node: typed.PacketSize) -> Held:
    assert low.packet is not None and low.ctx is not None
    b = low.b
    if low.packet.access.prog_type != "XDP":
        return _load(low, low.ctx, _SKB_LEN, 4)
    return b.emit("sub", b.emit("addr", _end(low)), b.emit("addr", _data(low)))


# ---------------------------------------------------------------- fields


def field(low: Lowering, node: typed.PacketField) -> Held:
    at = low.value(node.base)
    b = low.b
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span
    value = _load_field(low, at, node.offset, node.width, node.signed)
    if node.shift:
        value = b.emit("lshr", value, const(node.shift))
    if node.mask:
        value = b.emit("and", value, const(node.mask))
    return b.compare("ne", value, const(0)) if isinstance(node.type, t.BoolType) else value


def _load_field(low: Lowering, at: Value, off: int, width: int, signed: bool) -> Value:
    """A copy in the frame is read aligned only: a field of a packed struct in pieces."""
    b = low.b
    if at.type.kind != "stack" or off % width == 0:
        return b.emit("load", at, off=off, width=width, signed=signed)
    step = next(w for w in (4, 2, 1) if w < width and off % w == 0)
    value: Value = const(0)
    for done in range(0, width, step):
        part = _load(low, at, off + done, step)
        value = b.emit("or", value, b.emit("shl", part, const(8 * done)))
    return b.emit("sext", value, bits=8 * width) if signed and width < 8 else value


def address(low: Lowering, node: typed.PacketBytes) -> Held:
    at = low.value(node.base)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    return Object(low.b.emit("padd", at, const(node.offset), type=at.type))


def store(low: Lowering, node: typed.PacketStore) -> Held:
    at = low.value(node.base)
    value = low.held(node.value)
    b = low.b
    if b.block is None or isinstance(value, Nothing):
        return low.undefined(node.type) if b.block is None else NOTHING
    b.span = node.span
    if isinstance(value, Object):
        from rucy.lower.storage import copy_bytes

        copy_bytes(low, at, node.offset, value.at, 0, node.width)
        return value
    assert isinstance(value, Value)
    raw: Value = value
    if node.mask:
        inside = b.emit("shl", b.emit("and", raw, const(node.mask)), const(node.shift))
        rest = (1 << 8 * node.width) - 1 & ~(node.mask << node.shift)
        raw = b.emit("or", b.emit("and", _load(low, at, node.offset, node.width), const(rest)), inside)
    b.emit("store", raw, at, type=VOID, off=node.offset, width=node.width)
    return value
