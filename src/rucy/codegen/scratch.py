"""Slots that the frames have no room for move to scratch: memory in a map, of which a run has a piece to itself.

In: a module of IR and what has to fit. Out: the module, in which the largest slots that may lie elsewhere (`pointers.py`)
are places in the value of a map. Each program has a map of its own, so that programs that run inside one another do not
meet. A method or callback with such slots is given the pointer: as its last argument, or in what the callback shares.

A program that runs alone on its CPU (`ProgramRow.preemptible` is false) takes the only element of a per-CPU array.
Any other claims one of several, and goes on with its neutral result, which is counted, when all are taken:

    try:     p = map[n]; add 1 to p.claims, atomically
             if p.claims is 1: it is ours
             add -1 to p.claims; n += 1; again while n < 8

The count is the number of those who hold or try. Who reads 1 behind his own addition is alone, and whoever tries later reads
more, until the -1 at the holder's end: no two hold one element at a time, on every kernel and without an atomic that
gives the old value (Linux 5.12). Two who try at the same moment may both fail and go on to the next element.

A tail call that succeeds does not come back, so the element is given up before it. When it was in vain the element is
claimed again; if another has had it meanwhile (`turns` says so), what lay there is gone, and the program ends as above.
"""

from __future__ import annotations

from collections.abc import Iterator

from rucy.codegen.frames import deepest_chain
from rucy.codegen.machine import MAX_FRAME
from rucy.codegen.pointers import Group, Pointers, callback_of, context_argument, is_frame
from rucy.codegen.slots import share_slots
from rucy.ir.counters import counter
from rucy.ir.function import Block, Const, Function, Instr, Map, Module, Param, Undef, Value, const, make
from rucy.ir.types import I1, I64, MAP, STACK, VOID, Type, pointer

__all__ = ["LARGEST", "Scratch"]

#: PCPU_MIN_UNIT_SIZE of include/linux/percpu.h, the most that an element of a per-CPU array may have
LARGEST = 32 * 1024
#: how many runs of a program may be under way on one CPU; on all, where the program may not use per-CPU maps
ELEMENTS, SHARED_ELEMENTS = 8, 64
#: bytes of a frame that spills are expected to need
SPARE = 64

_CLAIMS, _TURNS, _HEAD = 0, 8, 16
_PTR = pointer("map_value", writable=True)
_FOUND = pointer("map_value", writable=True, nullable=True)


class Scratch:
    """`size`: program → bytes of its scratch in use; `largest`: the largest slot there; `pointers`: function → the scratch in
    it; `keys`: slots that it is looked up by."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.functions = {fn.name: fn for fn in module.functions}
        self.size: dict[str, int] = {}
        self.largest: dict[str, Instr] = {}
        self.pointers: dict[str, Value] = {}
        self.keys: set[Value] = set()

    # -- what must fit

    def calls(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for fn in self.module.functions:
            named = {str(i.attrs["symbol"]) for i in fn.instrs() if i.op.name in ("callfn", "func")}
            found[fn.name] = named & self.functions.keys()
        return found

    def fit(self) -> None:
        """Move what certainly does not fit."""
        calls, frames = self.calls(), {fn.name: _at_most(fn) for fn in self.module.functions}
        exact: set[str] = set()
        for fn in self.module.functions:
            while fn.kind == "program":
                chain = deepest_chain(frames, calls, fn.name)
                if chain.size <= MAX_FRAME:
                    break
                if rough := set(chain.names) - exact:
                    frames |= {name: _frame(self.functions[name]) for name in rough}
                    exact |= rough
                elif self.make_room(chain.names, chain.size - MAX_FRAME + SPARE):
                    exact.clear()
                    frames = {fn.name: _at_most(fn) for fn in self.module.functions}
                else:
                    break

    def make_room(self, names: tuple[str, ...], size: int) -> bool:
        """Move slots of these functions, the largest first, until their frames are smaller by `size` bytes. False if nothing
        can be moved."""
        groups = [g for g in Pointers(self.module).groups if self._may_move(g) and any(fn.name in names for fn, _ in g.slots)]
        groups.sort(key=lambda group: -sum(slot.attrs["size"] for fn, slot in group.slots if fn.name in names))
        chosen: list[Group] = []
        before = sum(_frame(self.functions[name]) for name in names)
        for group in groups:
            chosen.append(group)
            gone = {slot for one in chosen for _, slot in one.slots}
            if before - sum(_frame(self.functions[name], gone) for name in names) >= size:
                break
        if chosen:
            self._move(chosen)
        return bool(chosen)

    def _may_move(self, group: Group) -> bool:
        return not group.pinned and not any(slot in self.keys for _, slot in group.slots)

    # -- moving

    def _move(self, groups: list[Group]) -> None:
        moved: dict[str, list[Instr]] = {}
        for group in groups:
            for fn, slot in group.slots:
                moved.setdefault(fn.name, []).append(slot)
        for name, slots in moved.items():
            fn = self.functions[name]
            places = share_slots(fn, slots)
            size = -min(places.values())
            start = self._area(fn, size, max(slots, key=lambda slot: int(slot.attrs["size"])))
            self._replace(fn, {slot: start + size + off for slot, off in places.items()})
        for group in groups:
            for value in group.values:
                value.type = value.type._replace(kind="map_value")
        for fn in self.module.functions:
            _retype_placeholders(fn)

    def _area(self, fn: Function, size: int, largest: Instr | None = None) -> int:
        """Bytes of the scratch for slots of a function, at one place in that of every program that it is part of."""
        roots = self._roots(fn)
        start = max((self.size.get(root.name, _HEAD) for root in roots), default=_HEAD)
        for root in roots:
            self._pointer(root)
            self.size[root.name] = start + size
            known = self.largest.get(root.name)
            if largest is not None and (known is None or known.attrs["size"] < largest.attrs["size"]):
                self.largest[root.name] = largest
            name = _map_name(root)
            self.module.maps[name] = self.module.maps[name]._replace(value_size=start + size)
        return start

    def _roots(self, fn: Function) -> list[Function]:
        calls = self.calls()
        found: list[Function] = []
        for root in self.module.functions:
            if not self._is_root(root):
                continue
            seen, work = {root.name}, [root.name]
            while work:
                new = calls[work.pop()] - seen
                new = {name for name in new if not self._is_root(self.functions[name])}
                seen |= new
                work += new
            if fn.name in seen:
                found.append(root)
        return found

    def _is_root(self, fn: Function) -> bool:
        """Is it run by itself? A program, or a timer's callback."""
        if fn.kind != "callback":
            return fn.kind == "program"
        return all(context_argument(call) is None for _, call in self._callers(fn))

    def _callers(self, fn: Function) -> Iterator[tuple[Function, Instr]]:
        for other in self.module.functions:
            for instr in other.instrs():
                if callback_of(instr) == fn.name or (instr.op.name == "callfn" and instr.attrs["symbol"] == fn.name):
                    yield other, instr

    def _replace(self, fn: Function, places: dict[Value, int]) -> None:
        """Each use of a slot is one of base + offset, which is made where it is used."""
        base = self._pointer(fn)
        for block in list(fn.blocks):
            made: dict[Value, Instr] = {}
            for instr in list(block.instrs):
                for at, arg in enumerate(instr.args):
                    if arg not in places:
                        continue
                    where = instr if instr.op.name != "phi" else block.preds[at].instrs[-1]
                    lasting = instr.op.name in ("load", "store", "zero", "atomic", "padd")
                    place = made.get(arg) if lasting else None
                    if place is None:
                        place = _before(where, "padd", base, const(places[arg]), type=_PTR)
                        if lasting:
                            made[arg] = place
                    instr.args[at] = place
        fn.entry.instrs = [i for i in fn.entry.instrs if i not in places]
        for block in fn.blocks:
            block.instrs = [i for i in block.instrs if i not in places]

    # -- the pointer in each function

    def _pointer(self, fn: Function) -> Value:
        if fn.name not in self.pointers:
            if self._is_root(fn):
                self.keys.add(key := _new_slot(fn, 8))
                self.pointers[fn.name] = _Claim(self.module, fn).pointer(key)
            elif fn.kind == "callback":
                self._share(fn)
            else:
                self._pass(fn)
        return self.pointers[fn.name]

    def _pass(self, fn: Function) -> None:
        """As an argument. A function that takes a pointer is walked through at each call."""
        fn.kind = "static"
        calls = list(self._callers(fn))
        if len(fn.params) == 5:
            self._pass_in_memory(fn, calls)
            return
        param = Param("scratch", len(fn.params), _PTR)
        fn.params.append(param)
        self.pointers[fn.name] = param
        for caller, call in calls:
            call.args.append(self._pointer(caller))

    def _pass_in_memory(self, fn: Function, calls: list[tuple[Function, Instr]]) -> None:
        """There are five arguments at most: a number gives way, and goes through the scratch."""
        at = next(i for i in range(4, -1, -1) if fn.params[i].type == I64)
        old = fn.params[at]
        param = fn.params[at] = Param("scratch", at, _PTR)
        self.pointers[fn.name] = param
        off = self._area(fn, 8)
        first = next(i for i in fn.entry.instrs if i.op.name != "slot")
        value = _before(first, "load", param, type=I64, off=off, width=8, signed=False)
        _replace_operand(fn, old, value)
        for caller, call in calls:
            base = self._pointer(caller)
            _before(call, "store", call.args[at], base, type=VOID, off=off, width=8)
            call.args[at] = base

    def _share(self, fn: Function) -> None:
        """In the struct of the frame that caller and callback share: the kernel follows pointers through it."""
        sites: list[tuple[Function, Instr, Instr]] = []
        for caller, call in self._callers(fn):
            at = context_argument(call)
            assert at is not None
            shared = call.args[at]
            if isinstance(shared, Const):
                shared = call.args[at] = _new_slot(caller, 0)
            assert isinstance(shared, Instr) and shared.op.name == "slot", "what a callback shares is no slot"
            sites.append((caller, call, shared))
        off = max(int(shared.attrs["size"]) for _, _, shared in sites)
        for caller, call, shared in sites:
            shared.attrs["size"] = off + 8
            _before(call, "store", self._pointer(caller), shared, type=VOID, off=off, width=8)
        fn.params[-1].type = STACK
        first = next(i for i in fn.entry.instrs if i.op.name != "slot")
        self.pointers[fn.name] = _before(first, "load", fn.params[-1], type=_PTR, off=off, width=8, signed=False)


def _frame(fn: Function, without: set[Instr] | frozenset[Instr] = frozenset()) -> int:
    """Bytes of a frame, spills apart."""
    slots = [i for i in fn.entry.instrs if i.op.name == "slot" and i not in without]
    return -min(share_slots(fn, slots).values(), default=0)


def _at_most(fn: Function) -> int:
    """Bytes of a frame whose slots share nothing, which is soon counted."""
    return sum(-(-int(i.attrs["size"]) // 8) * 8 for i in fn.entry.instrs if i.op.name == "slot")


def _map_name(fn: Function) -> str:
    return f"rucy_scratch_{fn.name}"


def _before(at: Instr, op: str, *args: Value, type: Type = I64, **attrs: object) -> Instr:
    instr = make(op, list(args), type, at.span, at.calls, **attrs)
    block = at.block
    assert block is not None
    instr.block = block
    block.instrs.insert(block.instrs.index(at), instr)
    return instr


def _new_slot(fn: Function, size: int) -> Instr:
    slot = make("slot", [], STACK, fn.span, (), size=size, align=8, name="scratch")
    slot.block = fn.entry
    fn.entry.instrs.insert(sum(1 for _ in fn.entry.phis()), slot)
    return slot


def _replace_operand(fn: Function, old: Value, new: Value) -> None:
    for instr in fn.instrs():
        if instr is not new:
            instr.args = [new if arg is old else arg for arg in instr.args]


def _retype_placeholders(fn: Function) -> None:
    """NULL and undefined operands of moved pointers' phis and compares."""
    for instr in fn.instrs():
        if instr.op.name not in ("phi", "eq", "ne"):
            continue
        kinds = [a.type for a in (instr, *instr.args) if a.type.kind == "map_value"]
        for at, arg in enumerate(instr.args):
            if kinds and is_frame(arg) and isinstance(arg, Const | Undef):
                type = arg.type._replace(kind="map_value")
                instr.args[at] = Const(arg.value, type) if isinstance(arg, Const) else Undef(type)


# ---------------------------------------------------------------- a run's own element


class _Claim:
    """The head and the ends of a program that has scratch."""

    def __init__(self, module: Module, fn: Function) -> None:
        self.module = module
        self.fn = fn
        row = fn.program
        self.claims = row is None or row.preemptible
        self.neutral = row.neutral if row is not None else 0
        per_cpu = row is None or row.per_cpu
        self.elements = (ELEMENTS if per_cpu else SHARED_ELEMENTS) if self.claims else 1
        self.map = _map_name(fn)
        module.maps[self.map] = Map(
            self.map, "PERCPU_ARRAY" if per_cpu else "ARRAY", 4, _HEAD, self.elements, scratch=_HEAD if self.claims else 0
        )
        self.tail_calls = [i for i in fn.instrs() if i.op.name == "call" and i.attrs["helper"] == "tail_call"]
        self.ends = [block.instrs[-1] for block in fn.blocks if block.instrs[-1].op.name == "ret"]
        self.turns: Value | None = None
        self.missed = self.block = fn.entry

    def pointer(self, key: Instr) -> Value:
        fn = self.fn
        body = self._split_entry()
        self.missed = self._new_block("missed", fn.entry)
        found = self._claimed(key, body) if self.claims else self._only(key, body)
        self.block = self.missed
        self._miss(self.claims)
        if self.claims:
            for call in self.tail_calls:
                self._around(call, found)
            for end in self.ends:
                self._add(end, found, -1)
        return found

    def _split_entry(self) -> Block:
        """The block of all that stood in the entry block, but for its slots."""
        entry = self.fn.entry
        body = self._new_block("claimed", entry)
        body.instrs = [i for i in entry.instrs if i.op.name != "slot"]
        entry.instrs = [i for i in entry.instrs if i.op.name == "slot"]
        for instr in body.instrs:
            instr.block = body
        for succ in body.succs:
            succ.preds[succ.preds.index(entry)] = body
        return body

    def _only(self, key: Instr, body: Block) -> Value:
        self._emit("store", const(0), key, type=VOID, off=0, width=4)
        found = self._emit("call", self._emit("map", type=MAP, symbol=self.map), key, type=_FOUND, helper="map_lookup_elem")
        self._branch(self._there(found), body, self.missed)
        return self._head(body, "nonnil", found)

    def _claimed(self, key: Instr, body: Block) -> Value:
        entry = self.fn.entry
        attempt = self._new_block("claim", entry)
        there = self._new_block("there", attempt)
        taken = self._new_block("taken", there)
        self._jump(attempt)
        self.block = attempt
        number = self._emit("phi", const(0))
        self._emit("store", number, key, type=VOID, off=0, width=4)
        found = self._emit("call", self._emit("map", type=MAP, symbol=self.map), key, type=_FOUND, helper="map_lookup_elem")
        self._branch(self._there(found), there, self.missed)
        self.block = there
        place = self._emit("nonnil", found, type=_PTR)
        self._branch(self._alone(place), body, taken)
        self.block = taken
        self._emit("atomic", place, const(-1), type=VOID, kind="add", off=_CLAIMS, width=8, fetch=False)
        following = self._emit("add", number, const(1))
        self._branch(self._emit("ult", following, const(self.elements), type=I1), attempt, self.missed)
        number.args.append(following)
        if self.tail_calls:
            store = self._head(body, "store", const(0), place, type=VOID, off=_TURNS, width=8)
            turns = _before(store, "load", place, type=I64, off=_TURNS, width=8, signed=False)
            self.turns = store.args[0] = _before(store, "add", turns, const(1))
        return place

    def _alone(self, place: Value) -> Instr:
        self._emit("atomic", place, const(1), type=VOID, kind="add", off=_CLAIMS, width=8, fetch=False)
        count = self._emit("load", place, off=_CLAIMS, width=8, signed=False)
        return self._emit("eq", count, const(1), type=I1)

    def _miss(self, counted: bool) -> None:
        if counted:
            symbol = counter(self.module, "scratch", self.fn.name)["symbol"]
            at = self._emit("global", type=_PTR, symbol=symbol, off=0)
            self._emit("atomic", at, const(1), type=VOID, kind="add", off=0, width=8, fetch=False)
        self._emit("ret", const(self.neutral), type=VOID)

    def _around(self, call: Instr, place: Value) -> None:
        """Give the element up before a tail call, and take it again behind it."""
        self._add(call, place, -1)
        block = call.block
        assert block is not None and self.turns is not None
        at = block.instrs.index(call) + 1
        same, on = self._new_block("again", block), self._new_block("kept", block)
        on.instrs, block.instrs = block.instrs[at:], block.instrs[:at]
        for instr in on.instrs:
            instr.block = on
        for succ in on.succs:
            succ.preds[succ.preds.index(block)] = on
        lost = self._new_block("lost", on)
        self.block = block
        self._branch(self._alone(place), same, lost)
        self.block = same
        turns = self._emit("load", place, off=_TURNS, width=8, signed=False)
        self._branch(self._emit("eq", turns, self.turns, type=I1), on, lost)
        self.block = lost
        self._emit("atomic", place, const(-1), type=VOID, kind="add", off=_CLAIMS, width=8, fetch=False)
        self._miss(True)

    # -- building

    def _new_block(self, name: str, after: Block) -> Block:
        return self.fn.new_block(name, after=after)

    def _emit(self, op: str, *args: Value, type: Type = I64, **attrs: object) -> Instr:
        instr = make(op, list(args), type, self.fn.span, (), **attrs)
        instr.block = self.block
        self.block.instrs.append(instr)
        return instr

    def _head(self, block: Block, op: str, *args: Value, type: Type = _PTR, **attrs: object) -> Instr:
        """An instruction that a block begins with."""
        instr = make(op, list(args), type, self.fn.span, (), **attrs)
        instr.block = block
        block.instrs.insert(0, instr)
        return instr

    def _there(self, found: Value) -> Instr:
        return self._emit("ne", found, Const(0, _FOUND), type=I1)

    def _jump(self, target: Block) -> None:
        self._emit("jump", type=VOID).targets = [target]
        target.preds.append(self.block)

    def _branch(self, condition: Value, then: Block, other: Block) -> None:
        self._emit("branch", condition, type=VOID).targets = [then, other]
        then.preds.append(self.block)
        other.preds.append(self.block)

    def _add(self, at: Instr, place: Value, amount: int) -> None:
        _before(at, "atomic", place, const(amount), type=VOID, kind="add", off=_CLAIMS, width=8, fetch=False)
