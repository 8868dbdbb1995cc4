"""`M.each { … }`: a function of its own that bpf_for_each_map_elem calls for each element.

What the block sees of the variables around it goes through a struct in the frame that both know: 8 bytes for each value
that is held in a register; strings and objects stay where they are, and their addresses go through. The first 8 bytes say
how the walk ended: 0, or which way out of the block was taken, whose value follows.

Until Linux 6.7 ("bpf: verify callbacks as if they are called unknown number of times") the verifier follows a callback
once, and believes what it then knows of the numbers in the struct. An atomic addition of 0 behind each store makes it
forget them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Function, Param, Value, const
from rucy.ir.types import FUNC, I1, I64, MAP, VOID, Type, pointer
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.storage import size_of
from rucy.lower.objects import copy_object
from rucy.lower.storage import address, copy_bytes, load
from rucy.lower.strings import copy_into_variable, room
from rucy.lower.values import (
    FOUND_PTR,
    GLOBAL_PTR,
    NOTHING,
    STACK_PTR,
    Held,
    Object,
    Opt,
    Text,
    ir_type,
    is_found,
    is_object,
    object_pointer,
)

if TYPE_CHECKING:
    from rucy.lower.function import Exit, Lowering

_KEY_PTR = pointer("mem")


def each(low: Lowering, node: typed.MapEach) -> Held:
    return _Walk(low, node).lower()


class _Walk:
    """`inner` lowers the block; `shared` is the struct, seen from outside; `size`: bytes of it so far."""

    def __init__(self, low: Lowering, node: typed.MapEach) -> None:
        from rucy.lower.function import Frame, Lowering

        self.low = low
        self.node = node
        self.map = low.maps[node.map]
        self.shared = low.slot(8, "each")
        self.size = 8
        name = f"{low.fn.name}_each{sum(1 for fn in low.module.functions if fn.kind == 'callback')}"
        params = [Param("map", 0, MAP), Param("key", 1, _KEY_PTR), Param("value", 2, GLOBAL_PTR), Param("shared", 3, STACK_PTR)]
        fn = Function(name, "callback", params, I64, span=node.span)
        low.module.functions.append(fn)
        self.inner = Lowering(low.module, fn, low.pending, None)
        self.inner.maps, self.inner.kernel, self.inner.turns = low.maps, low.kernel, 1
        self.inner.frame = Frame(None)
        self.inner.b.span, self.inner.b.calls = node.span, low.b.calls
        self.exits: list[tuple[Exit | None, Exit]] = []

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
        b.emit("call", b.emit("map", type=MAP, symbol=self.map.name), at, self.shared, const(0), helper="for_each_map_elem")
        for var in captured:
            if var in written:
                self._reload(var, offsets[var])
        self._leave()
        return NOTHING

    # -- what goes through

    def _is_outside(self, var: typed.Var) -> bool:
        key = (self.low.frame, var)
        return any(self.low.b.knows(part) for part, _ in components(key, var.type))

    def _share(self, var: typed.Var, written: bool) -> int:
        """The offset of a variable's first value. One that the block assigns has memory of its own here."""
        low = self.low
        if written:
            held = low.read(var)
            if isinstance(held, Text):
                low.write(var, copy_into_variable(low, var, held))
            elif isinstance(held, Object) and object_pointer(var.type) == STACK_PTR:
                low.write(var, copy_object(low, var, var.type, held))
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
        data = self.inner.fn.params[3]
        self.inner.ctx = self.inner.b.emit("load", data, type=self.low.ctx.type, off=self.size, width=8, signed=False)
        self.size += 8

    def _store(self, low: Lowering, at: Value, off: int, value: Value) -> None:
        raw = low.b.emit("int", value) if value.type == I1 else value
        low.b.emit("store", raw, at, type=VOID, off=off, width=8)
        if not raw.type.is_ptr:
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
        inner, node = self.inner, self.node
        _, key, value, shared = inner.fn.params
        homes: dict[typed.Var, Value] = {}
        for var, start in offsets.items():
            off = start
            for part, type in components((inner.frame, var), var.type):
                got = self._load(inner, shared, off, type)
                inner.b.write(part, got)
                if type == STACK_PTR:
                    homes[var] = got
                off += 8
            if var in homes and isinstance(var.type, t.StrType):
                inner.text_slots[inner.frame, var] = homes[var]  # type: ignore[assignment]
        self._element(node.key, key, self.map.key)
        self._element(node.value, value, self.map.value)
        inner.held(node.body)
        inner.b.span = node.span
        if inner.b.block is not None:
            self._end(offsets, written, homes, 0)
        for number, (_, exit) in enumerate(self.exits, 1):
            held = inner.land(exit)
            if inner.b.block is not None:
                self._send(shared, self.size, exit.type, held)
                self._store(inner, shared, 0, const(number))
                self._end(offsets, written, homes, 1)
        self.size += max((_bytes(exit.type) for _, exit in self.exits if exit.used), default=0)
        inner.finish()

    def _element(self, var: typed.Var | None, at: Value, storage: object) -> None:
        """A variable of the block: a number or text is read, a key of several parts copied, a struct is the element itself."""
        if var is None:
            return
        held = load(self.inner, at, 0, storage, var)  # type: ignore[arg-type]
        if isinstance(held, Object) and (at.type == _KEY_PTR or isinstance(var.type, t.BytesType)):
            held = copy_object(self.inner, var, var.type, held)
        self.inner.write(var, held)

    def _end(
        self, offsets: dict[typed.Var, int], written: list[typed.Var], homes: dict[typed.Var, Value], result: int
    ) -> None:
        """Back to the helper: 0 goes on, 1 ends the walk."""
        inner, shared = self.inner, self.inner.fn.params[3]
        for var in written:
            off = offsets[var]
            for key, type in components((inner.frame, var), var.type):
                now = inner.b.read(key, type)
                if type != STACK_PTR:
                    self._store(inner, shared, off, now)
                elif is_object(var.type) and now is not homes[var]:
                    copy_bytes(inner, homes[var], 0, now, 0, size_of(var.type.storage), 1)  # type: ignore[union-attr]
                off += 8
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

    def _send(self, at: Value, off: int, type: t.Type, held: Held) -> int:
        """A value that leaves with the block: with its bytes, for the block's frame ends."""
        inner = self.inner
        match held:
            case Opt(some, value) if not is_found(type):
                assert isinstance(type, t.OptType)
                self._store(inner, at, off, some)
                return self._send(at, off + 8, type.of, value)
            case Opt(_, Object(place)) | Object(place) if place.type.kind == "map_value":
                self._store(inner, at, off, place)
                return off + 8
            case Text(place, size):
                copy_bytes(inner, at, off, place, 0, room(size))
                return off + room(size)
            case Object(place):
                size = size_of(type.storage)  # type: ignore[union-attr]
                copy_bytes(inner, at, off, place, 0, size)
                return off + room(size)
            case Value():
                self._store(inner, at, off, held)
                return off + 8
        return off

    def _receive(self, off: int, type: t.Type) -> Held:
        low, at = self.low, self.shared
        if is_found(type):
            place = self._load(low, at, off, FOUND_PTR)
            return Opt(low.b.compare("ne", place, _null(FOUND_PTR)), Object(place))
        if is_object(type):
            if object_pointer(type) == GLOBAL_PTR:
                return Object(self._load(low, at, off, GLOBAL_PTR))
            return Object(address(low, at, off))
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
        off = self.size - max(_bytes(own.type) for _, _, own in used)
        code = self._load(low, self.shared, 0, I64)
        for number, outer, own in used:
            out, on = b.new_block("out"), b.new_block("on")
            b.branch(b.compare("eq", code, const(number)), out, on)
            b.seal(out)
            b.start(out)
            held = self._receive(off, own.type)
            if outer is not None:
                low.join(outer, held)
            else:
                result = low.as_result(held)
                low.give_back()
                b.ret(result)
            b.seal(on)
            b.start(on)


def _null(type: Type) -> Value:
    from rucy.ir.function import Const

    return Const(0, type)


def _bytes(type: t.Type) -> int:
    if is_found(type):
        return 8
    match type:
        case t.OptType():
            return 8 + _bytes(type.of)
        case t.StrType():
            return room(type.size)
        case t.StructType() | t.ElementsType() | t.BytesType():
            return 8 if object_pointer(type) == GLOBAL_PTR else room(size_of(type.storage))
        case t.IntType() | t.BoolType() | t.PtrType():
            return 8
    return 0


def components(key: object, type: t.Type) -> list[tuple[object, Type]]:
    """The SSA variables that hold a value (Lowering._put), with their types."""
    if is_found(type):
        return [(key, FOUND_PTR)]
    if is_object(type):
        return [(key, object_pointer(type))]
    match type:
        case t.OptType():
            return [((key, "some"), I1), *components((key, "of"), type.of)]
        case t.StrType():
            return [(key, STACK_PTR)]
        case t.IntType() | t.BoolType() | t.PtrType() | t.CtxType():
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


__all__ = ["components", "each"]
