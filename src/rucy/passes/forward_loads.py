"""Takes what memory holds from who has just written or read it.

    store %a, %s off=8 width=4       store %a, %s off=8 width=4
    %1 = load %s off=8 width=4       %1 = zext %a bits=32
    %2 = load %k off=24 width=2      %2 = load %k off=24 width=2
    %3 = load %k off=24 width=2      (gone: %2)
    %4 = call helper=…               %4 = call helper=…
    %5 = load %k off=24 width=2      %5 = load %k off=24 width=2

What lies outside the frame others change as well: it is taken once only between two instructions that write, and never into a
loop, which may wait for a change. What a helper has come between is read again, in the frame too: a number that is kept over
a call costs more than reading it. So does one of many numbers: only the latest are held. But where a number is all that is
still read of a packet, it is kept in the place of the pointer: by pointers to headers the verifier's paths part, by numbers not.

Needs: no unreachable blocks. Keeps: all stores. Breaks: nothing.
"""

from __future__ import annotations

from collections.abc import Hashable

from rucy.ir.dominance import has_loop, reverse_postorder
from rucy.ir.function import Block, Const, Function, Instr, Value, const, make, replace_all
from rucy.ir.types import I64
from rucy.passes.analysis.places import Places

#: numbers that are held at one time
_MOST = 8

#: (root, offset, width)
_Key = tuple[Hashable, Hashable, int]
#: a value whose low bytes are what lies there
_Held = dict[_Key, Value]


def forward_loads(fn: Function) -> bool:
    if sum(instr.op.name == "load" for instr in fn.instrs()) == 0:
        return False
    forward = _Forward(fn)
    forward.lasting = _last_of_packets(fn, forward)
    before = forward.solve()
    gone: dict[Value, Value] = {}
    for block in forward.order:
        held = dict(before[block])
        kept: list[Instr] = []
        for instr in block.instrs:
            value = forward.known(instr, held) if instr.op.name == "load" else None
            if value is None:
                forward.step(instr, held)
                kept.append(instr)
                continue
            value = gone.get(value, value)
            extension = _extended(instr, value)
            if extension is not None:
                extension.block = block
                kept.append(extension)
            gone[instr] = extension or value
        block.instrs = kept
    replace_all(fn, gone)
    return bool(gone)


class _Forward:
    """`widths`: of what may be held; `relocated`: is something in private memory at an offset that is found at load time?"""

    def __init__(self, fn: Function) -> None:
        self.places = Places(fn)
        memory = [(i, i.args[i.op.name == "store"]) for i in fn.instrs() if i.op.name in ("load", "store")]
        zeros = any(i.op.name == "zero" for i in fn.instrs())
        self.widths = (8, 4, 2, 1) if zeros else tuple({int(instr.attrs["width"]) for instr, _ in memory})
        self.relocated = any(
            not isinstance(instr.attrs["off"], int) and self.places.of(pointer)[0] in self.places.private
            for instr, pointer in memory
        )
        self.lasting: set[Hashable] = set()  # roots in packets of which what was read outlives a call
        self.order = reverse_postorder(fn)
        self.number = {block: at for at, block in enumerate(self.order)}
        self.loops = has_loop(self.order)

    def _is_head(self, block: Block) -> bool:
        return any(self.number.get(pred, -1) >= self.number[block] for pred in block.preds)

    def solve(self) -> dict[Block, _Held]:
        """What is held at the start of each block, on whatever way control came. What was let go once is not taken up again:
        the limit on numbers makes more of less, and rounds might not end."""
        after: dict[Block, _Held] = {}
        before: dict[Block, _Held] = {}
        changed = True
        while changed:
            changed = False
            for block in self.order:
                held, known = self._meet(block, after), before.get(block)
                if known is not None:
                    held = {key: value for key, value in held.items() if _same(value, known.get(key))}
                before[block] = dict(held)
                for instr in block.instrs:
                    self.step(instr, held)
                if block not in after or not _equal(after[block], held):
                    after[block] = held
                    changed = self.loops
        return before

    def _meet(self, block: Block, after: dict[Block, _Held]) -> _Held:
        known = [after[pred] for pred in block.preds if pred in after]
        if not known:
            return {}
        held = {key: value for key, value in known[0].items() if all(_same(value, other.get(key)) for other in known[1:])}
        if self._is_head(block):
            held = {key: value for key, value in held.items() if key[0] in self.places.private}
        return held

    # -- one instruction

    def step(self, instr: Instr, held: _Held) -> None:
        """What is held behind the instruction."""
        match instr.op.name:
            case "load":
                key = self._key(instr, 0)
                if key is not None and key not in held:
                    _hold(held, key, instr)
            case "store":
                self._written(instr, 1, instr.attrs["width"], held)
                key = self._key(instr, 1)
                if key is not None and instr.args[1].type.kind != "ctx":  # the kernel may keep another number
                    _hold(held, key, instr.args[0])
            case "zero":
                self._written(instr, 0, instr.attrs["size"], held)
                self._zeros(instr, held)
            case "atomic":
                self._written(instr, 0, instr.attrs["width"], held)
            case _ if "W" in instr.op.effects:
                self._called(instr, held)

    def _key(self, instr: Instr, operand: int) -> _Key | None:
        root, off = self.places.of(instr.args[operand])
        step = instr.attrs["off"]
        if off is None:
            base = self.places.base(instr.args[operand])
            return (base, (0, step), instr.attrs["width"]) if root not in self.places.private else None
        return root, off + step if isinstance(step, int) else (off, step), instr.attrs["width"]

    def packets(self, instr: Instr) -> set[Hashable]:
        """The roots of the pointers into packets that an instruction takes."""
        found: set[Hashable] = set()
        for arg in instr.args:
            if arg.type.kind == "packet" and not isinstance(arg, Const):
                root, off = self.places.of(arg)
                found.add(root if off is not None else self.places.base(arg))
        return found

    def _written(self, instr: Instr, operand: int, size: int, held: _Held) -> None:
        """Forget what may lie in the bytes that are written."""
        root, off = self.places.at(instr, operand)
        if off is None:
            met = [key for key in held if key[0] is root]
        else:
            met = self._touched(root, off, size, held)
        if root not in self.places.private:
            kind = instr.args[operand].type.kind
            others = [key for key in held if key[0] is not root and key[0] not in self.places.private]
            met += [key for key in others if _may_meet(kind, key[0])]
        for key in met:
            del held[key]

    def _touched(self, root: Value, off: int, size: int, held: _Held) -> list[_Key]:
        """What is held of the root's bytes from `off` on; all of it whose offset is not known."""
        end = off + size
        if 4 * size < len(held) and root in self.places.private and not self.relocated:
            near = ((root, at, width) for width in self.widths for at in range(off - width + 1, end))
            return [key for key in near if key in held]
        mine = [key for key in held if key[0] is root]
        return [key for key in mine if not isinstance(key[1], int) or off - key[2] < key[1] < end]

    def _zeros(self, instr: Instr, held: _Held) -> None:
        root, off = self.places.at(instr, 0)
        if off is None:
            return
        at, end = off, off + instr.attrs["size"]
        while at < end:
            width = next(w for w in (8, 4, 2, 1) if at % w == 0 and at + w <= end)
            held[root, at, width] = const(0)
            at += width

    def _called(self, instr: Instr, held: _Held) -> None:
        """Only constants in private memory that is not handed over outlive a call, and what is `lasting`."""
        given = {self.places.of(arg)[0] for arg in instr.args if arg.type.is_ptr}
        apart = instr.op.name == "call" and not any(arg.type.kind in ("ctx", "packet", "func") for arg in instr.args)
        for key, value in [*held.items()]:
            if key[0] in self.lasting and apart:
                continue
            if not isinstance(value, Const) or key[0] not in self.places.private or key[0] in given:
                del held[key]

    def known(self, load: Instr, held: _Held) -> Value | None:
        key = self._key(load, 0)
        if key is None:
            return None
        value = held.get(key)
        if value is None and isinstance(key[1], int):
            value = _part(held, key[0], key[1], key[2])
        if value is None or (load.type != value.type and not isinstance(value, Const)):
            return None
        return value if load.type == I64 or value.type == load.type else None


def _last_of_packets(fn: Function, forward: _Forward) -> set[Hashable]:
    """Roots in packets of which, behind the first call, one number alone is read, and that was read before."""
    reads = [i for i in fn.instrs() if i.op.name == "load" and i.args[0].type.kind == "packet"]
    if len(reads) < 2:
        return set()
    keys = {read: forward._key(read, 0) for read in reads}
    forward.lasting = {key[0] for key in keys.values() if key is not None}
    before = forward.solve()
    left: dict[Hashable, set[Hashable]] = {}
    late = _late(forward)
    for block in forward.order:
        held, called = dict(before[block]), set(late[block])
        for instr in block.instrs:
            for root in forward.packets(instr) & called:
                key = keys.get(instr)
                spared = key is not None and key[0] is root and forward.known(instr, held) is not None
                left.setdefault(root, set()).add(key if spared else instr)
            forward.step(instr, held)
            _call(instr, called, forward)
    return {root for root, needs in left.items() if len(needs) == 1 and not any(isinstance(need, Instr) for need in needs)}


def _late(forward: _Forward) -> dict[Block, set[Hashable]]:
    """The roots in packets that a call has come behind, at the start of each block."""
    late: dict[Block, set[Hashable]] = {block: set() for block in forward.order}
    changed = True
    while changed:
        changed = False
        for block in forward.order:
            called = set(late[block])
            for instr in block.instrs:
                _call(instr, called, forward)
            for succ in block.succs:
                if not called <= late[succ]:
                    late[succ] |= called
                    changed = True
    return late


def _call(instr: Instr, called: set[Hashable], forward: _Forward) -> None:
    called.discard(instr)
    if instr.op.name in ("call", "callfn", "kfunc"):
        called |= forward.lasting


def _hold(held: _Held, key: _Key, value: Value) -> None:
    held.pop(key, None)
    held[key] = value
    if isinstance(value, Const):
        return
    numbers = [other for other, known in held.items() if not isinstance(known, Const)]
    if len(numbers) > _MOST:
        del held[numbers[0]]


def _part(held: _Held, root: Hashable, off: int, width: int) -> Value | None:
    """The bytes of a wider constant."""
    for wide in (2, 4, 8):
        at = off - off % wide
        whole = held.get((root, at, wide)) if wide > width else None
        if isinstance(whole, Const) and off + width <= at + wide:
            return const(whole.value >> 8 * (off - at))
    return None


#: kinds of memory that no pointer of another kind leads to, but for these: a dynptr's slice may lie in the packet
_APART = {"stack": ("stack",), "packet": ("packet", "mem"), "ctx": ("ctx",)}


def _may_meet(kind: str, other: object) -> bool:
    """May a store through a pointer of one kind change what lies behind the other root?"""
    theirs = other.type.kind if isinstance(other, Value) else ""
    if kind in _APART:
        return theirs in _APART[kind]
    return theirs not in _APART or kind in _APART[theirs]


def _same(a: Value, b: Value | None) -> bool:
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and (a.value, a.type) == (b.value, b.type))


def _equal(one: _Held, other: _Held) -> bool:
    return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())


def _extended(load: Instr, value: Value) -> Instr | None:
    """What makes the value that the load gives of one whose low bytes lie there; None where it is that already."""
    width, signed = load.attrs["width"], load.attrs["signed"]
    if width == 8 or load.type != I64:
        return None
    if isinstance(value, Instr) and value.op.name == "load" and value.attrs["width"] == width and value.attrs["signed"] == signed:
        return None
    return make("sext" if signed else "zext", [value], I64, load.span, load.calls, bits=8 * width)
