"""Blocks that become functions of their own: the kernel calls them for each element, for each turn, or when a timer fires.

What such a block sees of the variables around it goes through a struct in the frame that both know: 8 bytes for each value
that is held in a register; strings and objects stay where they are, and their addresses go through. The first 8 bytes say
how the walk ended: 0, or which way out of the block was taken, whose value follows. A timer's block runs when the frame is
gone: it sees nothing of it.

Until Linux 6.7 ("bpf: verify callbacks as if they are called unknown number of times") the verifier follows a callback
once, and believes what it then knows of the numbers in the struct. An atomic addition of 0 behind each store makes it
forget them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rucy.ir.function import Const, Function, Param, Value, const, true
from rucy.ir.types import FUNC, I1, I64, MAP, VOID, Type, pointer
from rucy.kernel.loopforms import MOST_TURNS
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.storage import Storage, size_of
from rucy.lower.maps import address_of, count, known, use
from rucy.lower.objects import copy_object, memory_of
from rucy.lower.storage import address, copy_bytes, load
from rucy.lower.strings import clear, copy_text, room, slot_of
from rucy.lower.values import (
    GLOBAL_PTR,
    NOTHING,
    STACK_PTR,
    Held,
    Object,
    Opt,
    Text,
    found_pointer,
    in_map,
    ir_type,
    is_found,
    is_object,
    object_pointer,
)
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lower.function import Exit, Lowering

#: nodes whose block is called by a helper
_Walks = typed.MapEach | typed.HelperLoop | typed.FindVma | typed.Loop
_KEY_PTR = pointer("mem")
_SAMPLE_PTR = pointer("slot")
_MONOTONIC = 1  # CLOCK_MONOTONIC of include/uapi/linux/time.h


def after(low: Lowering, node: typed.After) -> Held:
    """The timer is made where it is not yet (bpf_timer_init says EBUSY where it is), and set."""
    held = low.held(node.base)
    wait = low.value(node.wait) if node.wait is not None else const(0)
    if low.b.block is None:
        return low.undefined(node.type)
    assert isinstance(held, Object)
    low.b.span = node.span
    place = address(low, held.at, node.field.offset)
    map, params = low.maps[node.map], [Param("map", 0, MAP), Param("key", 1, _KEY_PTR), Param("value", 2, GLOBAL_PTR)]
    inner = _function(low, "timer", params, node)
    _element(inner, node.key, params[1], map.key)
    _element(inner, node.value, params[2], map.value)
    inner.held(node.body)
    if inner.b.block is not None:
        inner.b.ret(const(0))
    inner.finish()
    b = low.b
    at = b.emit("func", type=FUNC, symbol=inner.fn.name)
    if node.wait is None:
        return b.emit("call", place, at, helper="timer_set_callback")
    b.emit("call", place, address_of(low, map), const(_MONOTONIC), helper="timer_init")
    b.emit("call", place, at, helper="timer_set_callback")
    b.emit("call", place, wait, const(0), helper="timer_start")
    return NOTHING


def _function(low: Lowering, word: str, params: list[Param], node: typed.Node) -> Lowering:
    """A function of the module that the kernel calls for the node, to be lowered into."""
    from rucy.lower.function import Frame, Lowering

    name = f"{low.fn.name}_{word}{sum(1 for fn in low.module.functions if fn.kind == 'callback')}"
    fn = Function(name, "callback", params, I64, span=node.span)
    low.module.functions.append(fn)
    inner = Lowering(low.module, fn, low.pending, None)
    inner.maps, inner.kernel, inner.caps, inner.turns = low.maps, low.kernel, low.caps, 1
    inner.frame = Frame(None)
    inner.b.span, inner.b.calls = node.span, low.b.calls
    return inner


def _element(inner: Lowering, var: typed.Var | None, at: Value, storage: Storage | None) -> None:
    """A variable of the block: a number or text is read, a key of several parts copied, a struct is the element itself."""
    if var is None:
        return
    assert storage is not None
    held = load(inner, at, 0, storage, var)
    if isinstance(held, Object) and (at.type == _KEY_PTR or isinstance(var.type, t.BytesType)):
        held = copy_object(inner, var, var.type, held)
    inner.write(var, held)


class _Helper(NamedTuple):
    """How the kernel calls a block. `params`: of the callback, the struct last; `take`: at its head, its parameters as the
    block's; `call`: the helper's call, with the callback and the struct."""

    word: str
    params: list[Param]
    take: Callable[[Lowering], None]
    call: Callable[[Value, Value], Value]


class _Calling:
    """A block that sees the variables around it. `inner` lowers it; `shared` is the struct, seen from outside, whose address
    the kernel hands to the block last; `size`: bytes of it so far; `places`: where in it the value of a way out lies."""

    def __init__(self, low: Lowering, node: _Walks, helper: _Helper) -> None:
        self.low = low
        self.node = node
        self.helper = helper
        self.shared = low.slot(8, helper.word)
        self.size = 8
        self.data = helper.params[-1]
        self.inner = _function(low, helper.word, helper.params, node)
        self.exits: list[tuple[Exit | None, Exit]] = []
        self.places: dict[Exit, int] = {}

    def lower(self) -> Held:
        low, b = self.low, self.low.b
        b.span = self.node.span
        self._store(low, self.shared, 0, const(0))
        written = _written(self.node.body)
        captured = [var for var in _variables(self.node.body) if self._is_outside(var)]
        offsets = {var: self._share(var, var in written) for var in captured}
        if low.ctx is not None:
            self._share_context()
        self._find_exits()
        self._body(offsets, [var for var in captured if var in written])
        at = b.emit("func", type=FUNC, symbol=self.inner.fn.name)
        self.shared.attrs["size"] = self.size
        said = self.helper.call(at, self.shared)
        for var in captured:
            if var in written:
                self._reload(var, offsets[var])
        self._leave()
        return said if isinstance(self.node.type, t.IntType) else NOTHING

    # -- what goes through

    def _is_outside(self, var: typed.Var) -> bool:
        key = (self.low.frame, var)
        return any(self.low.b.knows(part) for part, _ in components(key, var.type))

    def _share(self, var: typed.Var, written: bool) -> int:
        """The offset of a variable's first value. One that the block assigns has memory of its own here."""
        low = self.low
        if written:
            low.write(var, _at_home(low, var, low.read(var)))
        start = self.size
        for key, type in components((low.frame, var), var.type):
            self._store(low, self.shared, self.size, low.b.read(key, type))
            self.size += 8
        return start

    def _share_context(self) -> None:
        from rucy.lower.function import needs_context

        if not needs_context(self.node.body, self.low.maps):
            return
        assert self.low.ctx is not None
        self._store(self.low, self.shared, self.size, self.low.ctx)
        self.inner.ctx = self.inner.b.emit("load", self.data, type=self.low.ctx.type, off=self.size, width=8, signed=False)
        self.size += 8

    def _store(self, low: Lowering, at: Value, off: int, value: Value, final: bool = False) -> None:
        """`final`: no later turn changes it, so that the verifier may know it."""
        raw = low.b.emit("int", value) if value.type == I1 else value
        low.b.emit("store", raw, at, type=VOID, off=off, width=8)
        if not raw.type.is_ptr and not final:
            low.b.emit("atomic", at, const(0), type=VOID, kind="add", off=off, width=8, fetch=False)

    def _load(self, low: Lowering, at: Value, off: int, type: Type) -> Value:
        value = low.b.emit("load", at, type=I64 if type == I1 else type, off=off, width=8, signed=False)
        return low.b.compare("ne", value, const(0)) if type == I1 else value

    def _reload(self, var: typed.Var, off: int) -> None:
        """What the block has assigned. Strings and objects lie where they lay."""
        low = self.low
        for key, type in components((low.frame, var), var.type):
            if type != STACK_PTR:
                low.b.write(key, self._load(low, self.shared, off, type))
            off += 8

    # -- the block

    def _body(self, offsets: dict[typed.Var, int], written: list[typed.Var]) -> None:
        inner, node, shared = self.inner, self.node, self.data
        homes: dict[typed.Var, Value] = {}
        for var, start in offsets.items():
            off = start
            for part, type in components((inner.frame, var), var.type):
                got = self._load(inner, shared, off, type)
                inner.b.write(part, got)
                if type == STACK_PTR:
                    homes[var] = got
                off += 8
            if var in homes and isinstance(_there(var.type), t.StrType):
                inner.text_slots[inner.frame, var] = homes[var]
        self.helper.take(inner)
        inner.held(node.body)
        inner.b.span = node.span
        if inner.b.block is not None:
            self._end(offsets, written, homes, 0)
        self._lay_out_exits()
        for number, (_, exit) in enumerate(self.exits, 1):
            held = inner.land(exit)
            if inner.b.block is not None:
                self._send(shared, self.places[exit], exit.type, held)
                self._store(inner, shared, 0, const(number))
                self._end(offsets, written, homes, 1)
        inner.finish()

    def _lay_out_exits(self) -> None:
        """Values that leave lie in one place, but for pointers. The verifier takes any of these ways for one that may have been
        taken: it has to find bytes there, and a pointer or NULL."""
        low, used = self.low, [exit for _, exit in self.exits if exit.used]
        self.places = dict.fromkeys(used, self.size)
        size = max((_bytes(exit.type) for exit in used if _pointer_out(exit.type) is None), default=0)
        if size:
            low.b.emit("zero", self.shared, type=VOID, off=self.size, size=size)
        self.size += size
        for exit in used:
            type = _pointer_out(exit.type)
            if type is not None:
                self.places[exit] = self.size
                self._store(low, self.shared, self.size, _null(type))
                self.size += 8

    def _end(
        self, offsets: dict[typed.Var, int], written: list[typed.Var], homes: dict[typed.Var, Value], result: int
    ) -> None:
        """Back to the helper: 0 goes on, 1 ends the walk."""
        inner, shared = self.inner, self.data
        for var in written:
            off = offsets[var]
            for key, type in components((inner.frame, var), var.type):
                now = inner.b.read(key, type)
                if type != STACK_PTR:
                    self._store(inner, shared, off, now)
                off += 8
            if var in homes:
                _bring_home(inner, var, homes[var])
        inner.b.ret(const(result))

    # -- ways out of the block

    def _find_exits(self) -> None:
        low, inner = self.low, self.inner
        for label, exit in low.frame.exits.items():
            own = inner.exit(inner.b.new_block("out"), exit.type)
            inner.frame.exits[label] = own
            self.exits.append((exit, own))
        returns = low.frame.returns
        inner.frame.returns = inner.exit(inner.b.new_block("return"), returns.type if returns is not None else t.S64)
        self.exits.append((returns, inner.frame.returns))
        inner.stopped = inner.exit(inner.b.new_block("stopped"), t.NIL)
        self.exits.append((None, inner.stopped))

    def _send(self, at: Value, off: int, type: t.Type, held: Held) -> int:
        """A value that leaves with the block: with its bytes, for the block's frame ends."""
        inner = self.inner
        match held:
            case Opt(some, value) if not is_found(type):
                assert isinstance(type, t.OptType)
                self._store(inner, at, off, some, final=True)
                if isinstance(value, Text | Object):
                    _if_there(inner, some, lambda: self._send(at, off + 8, type.of, value), lambda: None)
                else:
                    self._send(at, off + 8, type.of, value)
                return off + _bytes(type)
            case Opt(_, Object(place)) | Object(place) if in_map(place.type):
                self._store(inner, at, off, place)
                return off + 8
            case Text(place, size):
                copy_bytes(inner, at, off, place, 0, room(size))
                return off + room(size)
            case Object(place):
                assert isinstance(type, t.StructType | t.ElementsType | t.BytesType)
                size = size_of(type.storage)
                copy_bytes(inner, at, off, place, 0, size)
                return off + room(size)
            case Value():
                self._store(inner, at, off, held)
                return off + 8
        return off

    def _receive(self, off: int, type: t.Type) -> Held:
        low, at = self.low, self.shared
        if is_found(type):
            assert isinstance(type, t.OptType)
            place = self._load(low, at, off, found_pointer(type))
            return Opt(low.b.compare("ne", place, _null(place.type)), Object(place))
        if is_object(type):
            pointer = _pointer_out(type)
            return Object(address(low, at, off) if pointer is None else known(low, self._load(low, at, off, pointer)))
        match type:
            case t.OptType():
                return Opt(self._load(low, at, off, I1), self._receive(off + 8, type.of))
            case t.StrType():
                return Text(address(low, at, off), type.size)
            case t.IntType() | t.BoolType() | t.PtrType():
                return self._load(low, at, off, ir_type(type))
        return NOTHING

    def _leave(self) -> None:
        """Behind the walk: on by the way that the block has taken."""
        low, b = self.low, self.low.b
        used = [(number, outer, own) for number, (outer, own) in enumerate(self.exits, 1) if own.used]
        if not used:
            return
        code = self._load(low, self.shared, 0, I64)
        for number, outer, own in used:
            out, on = b.new_block("out"), b.new_block("on")
            b.branch(b.compare("eq", code, const(number)), out, on)
            b.seal(out)
            b.start(out)
            held = self._receive(self.places[own], own.type)
            if own is self.inner.stopped:
                low.leave_early()
            elif outer is not None:
                low.join(outer, held)
            else:
                result = low.as_result(held)
                low.give_back()
                b.ret(result)
            b.seal(on)
            b.start(on)


# ---------------------------------------------------------------- the helpers


def each(low: Lowering, node: typed.MapEach) -> Held:
    """How many elements there were, where somebody asks."""
    map = use(low, node.map)
    if node.word == "drain":
        return _drain(low, node, map)
    params = [Param("map", 0, MAP), Param("key", 1, _KEY_PTR), Param("value", 2, GLOBAL_PTR), Param("shared", 3, STACK_PTR)]

    def take(inner: Lowering) -> None:
        _element(inner, node.key, params[1], map.key)
        _element(inner, node.value, params[2], map.value)

    def call(at: Value, shared: Value) -> Value:
        return low.b.emit("call", address_of(low, map), at, shared, const(0), helper="for_each_map_elem")

    return _Calling(low, node, _Helper("each", params, take, call)).lower()


def _drain(low: Lowering, node: typed.MapEach, map: typed.MapVar) -> Held:
    """For each record that user space has put there, a copy of it; one that is too short is counted."""
    params = [Param("sample", 0, _SAMPLE_PTR), Param("shared", 1, STACK_PTR)]

    def take(inner: Lowering) -> None:
        var = node.value
        assert var is not None and isinstance(var.type, t.StructType)
        size = var.type.storage.size
        slot = memory_of(inner, var, size)
        b = inner.b
        b.emit("zero", slot, type=VOID, off=0, size=room(size))
        said = b.emit("call", slot, const(size), params[0], const(0), const(0), helper="dynptr_read")
        whole, short = b.new_block("whole"), b.new_block("short")
        b.branch(b.compare("eq", said, const(0)), whole, short)
        b.seal(short)
        b.start(short)
        count(inner, "short", map.name, map.span.line)
        b.ret(const(0))
        b.seal(whole)
        b.start(whole)
        inner.write(var, Object(slot))

    def call(at: Value, shared: Value) -> Value:
        return low.b.emit("call", address_of(low, map), at, shared, const(0), helper="user_ringbuf_drain")

    return _Calling(low, node, _Helper("each", params, take, call)).lower()


def turns(low: Lowering, node: typed.HelperLoop) -> Held:
    """How many turns there were. (Inlined, the helper gives a failure with zeros above.)"""
    count, params = low.value(node.count), [Param("index", 0, I64), Param("shared", 1, STACK_PTR)]

    def take(inner: Lowering) -> None:
        if node.var is not None:
            inner.write(node.var, params[0])

    def call(at: Value, shared: Value) -> Value:
        said = low.b.emit("call", count, at, shared, const(0), helper="loop")
        return low.b.emit("sext", said, bits=32)

    return _Calling(low, node, _Helper("loop", params, take, call)).lower()


def capped(low: Lowering, node: typed.Loop) -> Held:
    """A loop of the source, its body the callback. When bpf_loop has made all its turns, the loop is stopped."""
    params = [Param("index", 0, I64), Param("shared", 1, STACK_PTR)]

    def call(at: Value, shared: Value) -> Value:
        return low.b.emit("call", const(MOST_TURNS), at, shared, const(0), helper="loop")

    return _Calling(low, node, _Helper("loop", params, lambda inner: None, call)).lower()


def find_vma(low: Lowering, node: typed.FindVma) -> Held:
    """0, or a negative number where there is none."""
    task, address = low.value(node.task), low.value(node.address)
    types = ir_type(node.task.type), ir_type(node.vma), STACK_PTR
    params = [Param(name, at, type) for at, (name, type) in enumerate(zip(("task", "vma", "shared"), types))]

    def take(inner: Lowering) -> None:
        for var, param in zip(node.params, params):
            if var is not None:
                inner.write(var, param)

    def call(at: Value, shared: Value) -> Value:
        return low.b.emit("call", task, address, at, shared, const(0), helper="find_vma")

    return _Calling(low, node, _Helper("vma", params, take, call)).lower()


def sees_pointers_change(low: Lowering, node: typed.Node) -> bool:
    """Does a block change a variable around it that the verifier knows as a pointer? Until Linux 6.7 it follows a callback
    once, and takes what that sees first for all that there is. So does what it knows of no variable at all."""
    written, outside = _written(node), []
    for var in _variables(node):
        parts = components((low.frame, var), var.type)
        if not parts and not isinstance(var.type, t.NilType | t.NeverType):
            return True
        if any(low.b.knows(key) for key, _ in parts):
            outside += [type for _, type in parts if var in written]
    return any(type.is_ptr and type != STACK_PTR for type in outside)


# ---------------------------------------------------------------- variables whose memory both sides know


def _there(type: t.Type) -> t.Type:
    """What a variable holds that is not nil."""
    return type.of if isinstance(type, t.OptType) else type


def _at_home(low: Lowering, var: typed.Var, held: Held) -> Held:
    """A string, or an object of the frame, in the variable's own memory. Where it is nil that has zeros."""
    of = _there(var.type)
    if not isinstance(of, t.StrType) and not (is_object(of) and object_pointer(of) == STACK_PTR):
        return held
    if not isinstance(held, Opt):
        return _copied(low, var, of, held)
    inside, place = held.value, _home(low, var, of)
    _if_there(low, held.some, lambda: _copied(low, var, of, inside), lambda: clear(low, place.at, _bytes(of)))
    return Opt(held.some, place)


def _home(low: Lowering, var: typed.Var, of: t.Type) -> Text | Object:
    if isinstance(of, t.StrType):
        return Text(slot_of(low, var, of.size), of.size)
    return Object(memory_of(low, var, _bytes(of)))


def _copied(low: Lowering, var: typed.Var, of: t.Type, held: Held) -> Held:
    if isinstance(held, Text) and isinstance(of, t.StrType):
        return copy_text(low, var, of.size, held)
    assert isinstance(held, Object)
    return copy_object(low, var, of, held)


def _bring_home(inner: Lowering, var: typed.Var, home: Value) -> None:
    """An object that the block has assigned. Strings are written there at once."""
    of, held = _there(var.type), inner.read(var)
    some = held.some if isinstance(held, Opt) else true()
    inside = held.value if isinstance(held, Opt) else held
    if isinstance(inside, Object) and inside.at is not home:
        assert isinstance(of, t.StructType | t.ElementsType | t.BytesType)
        copy = partial(copy_bytes, inner, home, 0, inside.at, 0, size_of(of.storage))
        _if_there(inner, some, copy, lambda: None)


def _if_there(low: Lowering, some: Value, then: Callable[[], object], other: Callable[[], object]) -> None:
    """`then` where there is something, `other` where it is nil."""
    b = low.b
    if isinstance(some, Const):
        (then if some.value else other)()
        return
    yes, no, end = b.new_block("there"), b.new_block("nil"), b.new_block("end")
    b.branch(some, yes, no)
    for block, act in ((yes, then), (no, other)):
        b.seal(block)
        b.start(block)
        act()
        b.jump(end)
    b.seal(end)
    b.start(end)


def _null(type: Type) -> Value:
    return Const(0, type)


def _pointer_out(type: t.Type) -> Type | None:
    """Of a value that leaves as an address: the type of that, or of NULL."""
    of = _there(type)
    return object_pointer(of)._replace(nullable=True) if is_object(of) and in_map(object_pointer(of)) else None


def _bytes(type: t.Type) -> int:
    if is_found(type):
        return 8
    match type:
        case t.OptType():
            return 8 + _bytes(type.of)
        case t.StrType():
            return room(type.size)
        case t.MapType():
            return 8
        case t.StructType() | t.ElementsType() | t.BytesType():
            return 8 if object_pointer(type) == GLOBAL_PTR else room(size_of(type.storage))
        case t.IntType() | t.BoolType() | t.PtrType():
            return 8
    return 0


def components(key: object, type: t.Type) -> list[tuple[object, Type]]:
    """The SSA variables that hold a value (Lowering._put), with their types."""
    if is_found(type):
        assert isinstance(type, t.OptType)
        return [(key, found_pointer(type))]
    if is_object(type):
        return [(key, object_pointer(type))]
    match type:
        case t.OptType():
            return [((key, "some"), I1), *components((key, "of"), type.of)]
        case t.StrType():
            return [(key, STACK_PTR)]
        case t.IntType() | t.BoolType() | t.PtrType() | t.CtxType() | t.DynptrType():
            return [(key, ir_type(type))]
    return []


def _variables(node: object, found: dict[typed.Var, None] | None = None) -> dict[typed.Var, None]:
    """Every variable that a tree names, in its order."""
    found = {} if found is None else found
    if isinstance(node, typed.Var):
        found[node] = None
    elif isinstance(node, tuple):
        for part in node:
            _variables(part, found)
    elif isinstance(node, typed.Node):
        for name in node.__slots__:
            _variables(getattr(node, name), found)
    return found


def _written(node: object) -> set[typed.Var]:
    if isinstance(node, tuple):
        return {var for part in node for var in _written(part)}
    if not isinstance(node, typed.Node):
        return set()
    own = {node.var} if isinstance(node, typed.Write) else set()
    return own.union(*(_written(getattr(node, name)) for name in node.__slots__))


__all__ = ["after", "components", "each", "find_vma", "turns"]
