"""Lowering one function body: variables, control flow, calls.

Expressions of one matter stand in a file of their own (integers, kernel, strings); `_LOWER` in this file is the table of
node class → function. A condition is lowered straight into branches (`Lowering.condition`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from rucy.ir.builder import Builder
from rucy.ir.function import Block, Const, Data, Function, Instr, Module, Value, const, false, true
from rucy.ir.types import I1, I64, VOID, Type
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.storage import TextStorage
from rucy.lang.tree import Label
from rucy.lower.values import (
    CONST_PTR,
    GLOBAL_PTR,
    NOTHING,
    STACK_PTR,
    Held,
    Nothing,
    Object,
    Opt,
    Text,
    found_pointer,
    in_map,
    ir_type,
    is_found,
    is_object,
    is_scalar,
    object_pointer,
)

if TYPE_CHECKING:
    from rucy.ir.refs import Span
    from rucy.lower import packets


def _shows_bound(value: Value, highest: int) -> bool:
    """Does the verifier of every kernel see by its form that a result is at most `highest`?"""
    if isinstance(value, Const):
        return True
    if not isinstance(value, Instr):
        return False
    match value.op.name:
        case "and":
            return any(isinstance(arg, Const) and arg.value <= highest for arg in value.args)
        case "phi":
            return bool(value.args) and all(isinstance(arg, Const) for arg in value.args)
    return value.op.name == "int"


class Exit:
    """Where a Catch (or an inlined method) ends, and the type of what it gives. `depth`: how many things are to be given
    back (`Lowering.held_open`) when control is there."""

    __slots__ = ("block", "type", "key", "used", "depth")

    def __init__(self, block: Block, type: t.Type, depth: int = 0) -> None:
        self.block = block
        self.type = type
        self.key = object()
        self.used = False
        self.depth = depth


class Frame:
    """One activation: the program or method itself, or a method lowered in place."""

    __slots__ = ("exits", "returns")

    def __init__(self, returns: Exit | None) -> None:
        self.exits: dict[Label, Exit] = {}
        self.returns = returns


class Lowering:
    """State of one function being lowered. `b` is the builder, `frame` the current activation."""

    def __init__(
        self, module: Module, fn: Function, pending: dict[typed.Method, Function], ctx: Value | None
    ) -> None:
        self.module = module
        self.fn = fn
        self.pending = pending
        self.ctx = ctx
        self.b = Builder(fn)
        self.frame = Frame(None)
        self.text_slots: dict[tuple[Frame, object], Value] = {}
        self.scratch: dict[int, Instr] = {}
        self.highest: int | None = None  # of a program's results, where the kernel's verifier looks at them
        self.packet: packets.Packet | None = None  # of a program that looks at one
        self.maps: dict[str, typed.MapVar] = {}
        self.kernel = "5.10"
        self.caps: dict[Span, int] = {}  # loops that cannot run as written → turns at most
        self.stopped: Exit | None = None  # of a callback: how it tells those who called it that a loop was stopped
        self.held_open: list[Callable[[], None]] = []  # gives back what is held here, innermost last
        self.turns = 0  # loops around the place
        self.of_turn: set[tuple[Frame, typed.Var]] = set()  # variables of objects that are first assigned in a loop
        self.locked = False  # a lock is held: nothing may be called
        self.unused: set[int] = set()  # nodes (by id) whose value nobody wants

    # -- whole bodies

    def body(self, node: typed.Node) -> None:
        """Lower a body and return its value."""
        held = self.held(node)
        if self.b.block is not None:
            self.b.ret(self.as_result(held))

    def as_result(self, held: Held) -> Value:
        if isinstance(held, Value):
            if self.fn.ret == I64 and held.type == I1:
                return self.b.emit("int", held)
            return self._within_result(held)
        return const(0)

    def _within_result(self, value: Value) -> Value:
        """The checker has proved that the hook takes this result; the kernel's verifier, which follows neither division
        nor what lies in an array, is shown it by a compare."""
        if self.highest is None or _shows_bound(value, self.highest):
            return value
        return self.at_most(value, self.highest)

    def at_most(self, value: Value, highest: int) -> Value:
        """The number, or `highest` if it is more, by a compare that the verifier follows."""
        if isinstance(value, Const):
            return const(min(value.value, highest))
        b, key = self.b, object()
        inside, end = b.new_block("inside"), b.new_block("end")
        b.write(key, const(highest))
        b.branch(b.compare("ult", value, const(highest + 1)), inside, end)
        b.seal(inside)
        b.start(inside)
        b.write(key, b.emit("within", value, lo=0, hi=highest))
        b.jump(end)
        b.seal(end)
        b.start(end)
        return b.read(key)

    def finish(self) -> Function:
        return self.b.finish()

    # -- values

    def held(self, node: typed.Node) -> Held:
        """Lower an expression. After a node that does not come back, the builder's block is None."""
        if self.b.block is None:
            return self.undefined(node.type)
        self.b.span = node.span
        return _LOWER[type(node)](self, node)

    def value(self, node: typed.Node) -> Value:
        """Lower an expression whose value is in one register."""
        held = self.held(node)
        if isinstance(held, Nothing):
            return Const(0, ir_type(node.type) if is_scalar(node.type) else I64)
        assert isinstance(held, Value), f"{type(node).__name__} of {node.type} is not one value"
        return held

    def undefined(self, type: t.Type) -> Held:
        """A placeholder of the type, for code that is not reached and for nil."""
        match type:
            case t.OptType():
                return Opt(false(), self.undefined(type.of))
            case t.StrType():
                return Text(Const(0, STACK_PTR), type.size)
            case t.IntType() | t.BoolType() | t.PtrType() | t.CtxType() | t.HeaderType() | t.DynptrType():
                return Const(0, ir_type(type))
            case t.StructType() | t.ElementsType() | t.BytesType() | t.MapType():
                return Object(Const(0, object_pointer(type)))
            case _:
                return NOTHING

    # -- variables and joins: a Held is one or more SSA variables under one key

    def write(self, var: object, held: Held) -> None:
        self._put((self.frame, var), held)

    def read(self, var: typed.Var) -> Held:
        return self._get((self.frame, var), var.type)

    def _put(self, key: object, held: Held) -> None:
        match held:
            case Opt(_, Object(at)) if in_map(at.type):
                self.b.write(key, at)
            case Object(at):
                self.b.write(key, at)
            case Opt(some, value):
                self.b.write((key, "some"), some)
                self._put((key, "of"), value)
            case Text(at, _):
                self.b.write(key, at)
            case Value():
                self.b.write(key, held)

    def _get(self, key: object, type: t.Type) -> Held:
        if is_found(type):
            assert isinstance(type, t.OptType)
            at = self.b.read(key, found_pointer(type))
            return Opt(self.b.compare("ne", at, Const(0, at.type)), Object(at))
        if is_object(type):
            return Object(self.b.read(key, object_pointer(type)))
        match type:
            case t.OptType():
                return Opt(self.b.read((key, "some"), I1), self._get((key, "of"), type.of))
            case t.StrType():
                return Text(self.b.read(key, STACK_PTR), type.size)
            case t.IntType() | t.BoolType() | t.PtrType() | t.CtxType() | t.HeaderType() | t.DynptrType():
                return self.b.read(key, ir_type(type))
            case _:
                return NOTHING

    def join(self, exit: Exit, held: Held) -> None:
        """Leave to an exit with a value."""
        if self.b.block is None:
            return
        self._put(exit.key, self._in_one_place(exit, exit.type, held))
        self.give_back(exit.depth)
        exit.used = True
        self.b.jump(exit.block)

    def exit(self, block: Block, type: t.Type) -> Exit:
        """An exit to be reached with what is held open here still held."""
        return Exit(block, type, len(self.held_open))

    def give_back(self, depth: int = 0) -> None:
        """Control leaves to where only `depth` things are held open."""
        for give_back in reversed(self.held_open[depth:]):
            give_back()

    def leave_early(self) -> None:
        """The program ends here with the result that changes nothing."""
        if self.b.block is not None:
            self.module.ends.add(self.b.block)
        if self.stopped is not None:
            self.join(self.stopped, NOTHING)
            return
        self.give_back()
        self.b.ret(Const(self.fn.program.neutral if self.fn.program is not None else 0, self.fn.ret))

    def _in_one_place(self, exit: Exit, type: t.Type, held: Held) -> Held:
        """Strings that meet are copied to memory of the exit's own: pointers of two kinds never meet. So are objects of
        different places."""
        from rucy.lower.objects import copy_object
        from rucy.lower.strings import copy_text

        if isinstance(held, Opt) and isinstance(held.value, Text) and not isinstance(held.some, Const):
            from rucy.lower.characters import copy_if_there

            return copy_if_there(self, exit.key, type, held.some, held.value)
        if isinstance(held, Opt) and isinstance(type, t.OptType):
            return Opt(held.some, self._in_one_place(exit, type.of, held.value))
        if isinstance(held, Text) and isinstance(type, t.StrType) and not isinstance(held.at, Const):
            return copy_text(self, exit.key, type.size, held)
        if not isinstance(held, Object) or not is_object(type) or isinstance(held.at, Const):
            return held
        if held.at.type.kind != object_pointer(type).kind:
            return copy_object(self, exit.key, type, held)
        return held

    def land(self, exit: Exit) -> Held:
        """Go on at an exit; every jump to it has been made."""
        self.b.seal(exit.block)
        if not exit.used:
            self.b.block = None
            return self.undefined(exit.type)
        self.b.start(exit.block)
        return self._get(exit.key, exit.type)

    def choose(self, condition: Value, then: Value, other: Value) -> Value:
        """condition ? then : other, of values that are there already."""
        if isinstance(condition, Const):
            return then if condition.value else other
        b = self.b
        yes, no, end = b.new_block("then"), b.new_block("else"), b.new_block("end")
        b.branch(condition, yes, no)
        key = object()
        for block, value in ((yes, then), (no, other)):
            b.seal(block)
            b.start(block)
            b.write(key, value)
            b.jump(end)
        b.seal(end)
        b.start(end)
        return b.read(key, then.type)

    # -- conditions

    def condition(self, node: typed.Node, yes: Block, no: Block) -> None:
        """Branch on a Bool. Ends the current block."""
        if self.b.block is None:
            return
        self.b.span = node.span
        match node:
            case typed.Not():
                self.condition(node.value, no, yes)
            case typed.If(then=typed.Bool(value=False)):  # !a && b
                between = self.b.new_block("and")
                self.condition(node.cond, no, between)
                self._enter(between)
                self.condition(node.other, yes, no)
            case typed.If(other=typed.Bool(value=False)):  # a && b
                between = self.b.new_block("and")
                self.condition(node.cond, between, no)
                self._enter(between)
                self.condition(node.then, yes, no)
            case typed.If(then=typed.Bool(value=True)):  # a || b
                between = self.b.new_block("or")
                self.condition(node.cond, yes, between)
                self._enter(between)
                self.condition(node.other, yes, no)
            case typed.Seq() if node.items:
                for item in node.items[:-1]:
                    self.held(item)
                self.condition(node.items[-1], yes, no)
            case typed.Inlined():
                calls, self.b.calls = self.b.calls, node.calls
                self.condition(node.value, yes, no)
                self.b.calls = calls
            case typed.StrCompare():
                from rucy.lower.strings import branch_on_strings

                branch_on_strings(self, node, yes, no)
            case _:
                self.b.branch(self.value(node), yes, no)

    def _enter(self, block: Block) -> None:
        self.b.seal(block)
        if block.preds:
            self.b.start(block)
        else:
            self.b.block = None

    # -- memory that lowering itself needs

    def slot(self, size: int, name: str) -> Instr:
        """Memory of its own; what is not needed at one time lies in one place in the end (codegen/slots.py)."""
        return self.b.emit_entry("slot", type=STACK_PTR, size=(size + 7) & ~7, align=8, name=name)

    def scratch_slot(self, size: int) -> Instr:
        """A slot that holds a value only until the next instruction of the same kind."""
        if size not in self.scratch:
            self.scratch[size] = self.slot(size, "scratch")
        return self.scratch[size]

    def rodata(self, data: bytes, align: int, ctype: object) -> Value:
        """The address of constant bytes; equal ones are shared."""
        for name, row in self.module.data.items():
            if name.startswith("rucy_const_") and row.data == data and row.align == align:
                return self.b.emit("global", type=CONST_PTR, symbol=name, off=0)
        name = f"rucy_const_{sum(1 for n in self.module.data if n.startswith('rucy_const_'))}"
        self.module.data[name] = Data(name, ".rodata", data, align, ctype)
        return self.b.emit("global", type=CONST_PTR, symbol=name, off=0)


# ---------------------------------------------------------------- literals and variables


def _int(low: Lowering, node: typed.Int) -> Held:
    return const(node.value)


def _bool(low: Lowering, node: typed.Bool) -> Held:
    return true() if node.value else false()


def _nil(low: Lowering, node: typed.Nil) -> Held:
    return low.undefined(node.type)


def _read(low: Lowering, node: typed.Read) -> Held:
    return low.read(node.var)


def _write(low: Lowering, node: typed.Write) -> Held:
    from rucy.lower.strings import write_into

    in_place = write_into(low, node.var, node.value)
    held = low.held(node.value)
    if low.b.block is None:
        return held
    if not in_place:
        held = _own_text(low, node.var, held)
    if isinstance(held, Object) and isinstance(node.var.type, t.BytesType) or _outlives(low, node):
        from rucy.lower.objects import copy_kept


        held = copy_kept(low, node.var, held)
    low.write(node.var, held)
    return held


def _inlined(low: Lowering, node: typed.Inlined) -> Held:
    calls, low.b.calls = low.b.calls, node.calls
    held = low.held(node.value)
    low.b.calls = calls
    return held


def _own_text(low: Lowering, var: typed.Var, held: Held) -> Held:
    """Text on its way into a variable: a copy in the variable's own memory."""
    from rucy.lower.strings import own_text

    return own_text(low, var, var.type, held)


def _is_assigned(node: object, var: typed.Var) -> bool:
    """Is the parameter assigned in the method?"""
    if isinstance(node, tuple):
        return any(_is_assigned(part, var) for part in node)
    if isinstance(node, typed.Write) and node.var is var:
        return True
    return isinstance(node, typed.Node) and any(_is_assigned(getattr(node, name), var) for name in node.__slots__)


def _outlives(low: Lowering, node: typed.Write) -> bool:
    """`kept = e` in a loop, of a variable that was there before: the next turn may make another object where `e` is now.
    (% begins the checker's own names.)"""
    var, value = node.var, node.value
    type = var.type.of if isinstance(var.type, t.OptType) else var.type
    if not low.turns or not isinstance(type, t.StructType) or type.place != "frame" or var.name.startswith("%"):
        return False
    known = low.b.knows((low.frame, var)) or low.b.knows(((low.frame, var), "some"))
    if not known:
        low.of_turn.add((low.frame, var))
    if isinstance(node, typed.Bind) or (low.frame, var) in low.of_turn:
        return False
    while isinstance(value, typed.Unwrap | typed.Convert | typed.Inlined | typed.Seq):
        value = value.items[-1] if isinstance(value, typed.Seq) else value.value
    return not isinstance(value, typed.New | typed.Copy | typed.Nil)


def _global_address(low: Lowering, name: str) -> Value:
    return low.b.emit("global", type=GLOBAL_PTR, symbol=name, off=0)


def _global_read(low: Lowering, node: typed.GlobalRead) -> Held:
    if isinstance(node.type, t.OptType):
        from rucy.lower.arenas import read_global

        return read_global(low, node)
    is_bool = isinstance(node.type, t.BoolType)
    at = _global_address(low, node.name)
    if isinstance(node.type, t.StructType | t.ElementsType):
        return Object(at)
    if isinstance(node.type, t.StrType):
        from rucy.lower.storage import load

        return load(low, at, 0, TextStorage(node.type.size), node)
    value = low.b.emit("load", at, off=0, width=1 if is_bool else 8, signed=False)
    return low.b.compare("ne", value, const(0)) if is_bool else value


def _global_write(low: Lowering, node: typed.GlobalWrite) -> Held:
    if isinstance(node.type, t.StrType):
        return _global_text(low, node)
    if isinstance(node.type, t.OptType):
        from rucy.lower.arenas import write_global

        return write_global(low, node)
    if isinstance(node.type, t.StructType | t.ElementsType | t.ArrayType):
        return _global_object(low, node)
    value = low.value(node.value)
    is_bool = value.type == I1
    raw = low.b.emit("int", value) if is_bool else value
    at = _global_address(low, node.name)
    low.b.emit("store", raw, at, type=VOID, off=0, width=1 if is_bool else 8)
    return value


def _global_object(low: Lowering, node: typed.GlobalWrite) -> Held:
    """A copy of an object, or the numbers of a constant array, each in 8 bytes."""
    from rucy.lower.storage import store

    held = low.held(node.value)
    if low.b.block is None:
        return held
    at = _global_address(low, node.name)
    if isinstance(node.type, t.ArrayType):
        for index, value in enumerate(node.type.values):
            low.b.emit("store", const(value), at, type=VOID, off=8 * index, width=8)
    else:
        assert isinstance(node.type, t.StructType | t.ElementsType)
        store(low, at, 0, node.type.storage, held)
    return held


def _global_text(low: Lowering, node: typed.GlobalWrite) -> Held:
    from rucy.lower.storage import store_text

    assert isinstance(node.type, t.StrType)
    text = low.held(node.value)
    if low.b.block is not None:
        assert isinstance(text, Text)
        store_text(low, _global_address(low, node.name), 0, node.type.size, text)
    return text


_ATOMIC = {"add": "add", "sub": "add", "and": "and", "or": "or", "xor": "xor"}


def _global_update(low: Lowering, node: typed.GlobalUpdate) -> Held:
    operand = low.value(node.value)
    if node.op == "sub":
        operand = low.b.emit("neg", operand)
    at = _global_address(low, node.name)
    kind = _ATOMIC[node.op]
    type = I64 if node.used else VOID
    old = low.b.emit("atomic", at, operand, type=type, kind=kind, off=0, width=8, fetch=node.used)
    return low.b.emit(kind, old, operand) if node.used else const(0)


# ---------------------------------------------------------------- nil


def _convert(low: Lowering, node: typed.Convert) -> Held:
    held = low.held(node.value)
    if isinstance(node.type, t.StrType) and isinstance(held, Text) and low.b.block is not None:
        from rucy.lower.strings import copy_text

        return held if held.size == node.type.size else copy_text(low, node, node.type.size, held)
    if not isinstance(node.type, t.OptType):
        return held
    if isinstance(node.value.type, t.OptType):
        return held
    if isinstance(held, Nothing):
        return low.undefined(node.type)
    return Opt(true(), held)


def _is_nil(low: Lowering, node: typed.IsNil) -> Held:
    held = low.held(node.value)
    match held:
        case Opt(some, _):
            return low.b.emit("xor", some, true(), type=I1)
        case Value() if held.type.is_ptr:
            return low.b.compare("eq", held, Const(0, held.type))
        case Nothing():
            return true()
        case _:
            return false()


def _unwrap(low: Lowering, node: typed.Unwrap) -> Held:
    held = low.held(node.value)
    if isinstance(held, Opt):
        if isinstance(held.value, Object) and held.value.at.type.nullable and low.b.block is not None:
            from rucy.lower.maps import known

            return Object(known(low, held.value.at))
        return held.value
    if isinstance(held, Value) and held.type.is_ptr and held.type.nullable and held.type.kind == "kernel":
        return low.b.emit("nonnil", held, type=held.type._replace(nullable=False))
    return held


# ---------------------------------------------------------------- control


def _not(low: Lowering, node: typed.Not) -> Held:
    return low.b.emit("xor", low.value(node.value), true(), type=I1)


def _if(low: Lowering, node: typed.If) -> Held:
    b = low.b
    yes, no = b.new_block("then"), b.new_block("else")
    exit = low.exit(b.new_block("end"), node.type)
    low.condition(node.cond, yes, no)
    for block, arm in ((yes, node.then), (no, node.other)):
        low._enter(block)
        low.join(exit, low.held(arm))
    b.span = node.span
    return low.land(exit)


def _seq(low: Lowering, node: typed.Seq) -> Held:
    held: Held = NOTHING
    for item in node.items[:-1]:
        _drop(low, item)
    for item in node.items:
        if low.b.block is None:
            return low.undefined(node.type)
        held = low.held(item)
    return held


def _drop(low: Lowering, node: typed.Node) -> None:
    """Nobody wants the node's value, nor what it takes that from."""
    match node:
        case typed.MemberSet():
            low.unused.add(id(node))
        case typed.Seq() if node.items:
            _drop(low, node.items[-1])
        case typed.If():
            _drop(low, node.then)
            _drop(low, node.other)


def _packets(low: Lowering, body: typed.Node) -> None:
    """At the head of a loop."""
    if low.packet is not None:
        from rucy.lower.packets import enter_loop

        enter_loop(low, body)


def _turn(low: Lowering, body: typed.Node) -> None:
    low.turns += 1
    low.held(body)
    low.turns -= 1


def _loop(low: Lowering, node: typed.Loop) -> Held:
    from rucy.lower.loops import by_callback, may_go_on

    done = by_callback(low, node)
    if done is not None:
        return done
    b = low.b
    head = b.new_block("loop")
    _packets(low, node.body)
    b.jump(head)
    b.start(head)
    may_go_on(low)
    _turn(low, node.body)
    b.span = node.span
    b.jump(head)
    b.seal(head)
    b.block = None
    return NOTHING


def _for(low: Lowering, node: typed.For) -> Held:
    """i = lo; while i < hi: var = i; body; i += step. Leaves by the compare, and by `!` of it never."""
    from rucy.lower.integers import compare, say_bound
    from rucy.lower.loops import by_callback, may_go_on

    done = by_callback(low, node)
    if done is not None:
        return done
    b = low.b
    low_end, high_end = low.value(node.lo), say_bound(low, low.value(node.hi))
    b.span = node.span
    kind = node.var.type
    assert isinstance(kind, t.IntType)
    key = object()
    b.write(key, low_end)
    head, body, end = b.new_block("for"), b.new_block("do"), b.new_block("done")
    _packets(low, node.body)
    b.jump(head)
    b.start(head)
    may_go_on(low)
    i = b.read(key, I64)
    op = ("lt" if node.exclusive else "le") if node.step > 0 else ("gt" if node.exclusive else "ge")
    b.branch(compare(low, op, i, kind, high_end, kind), body, end)
    low._enter(body)
    low.write(node.var, i)
    _turn(low, node.body)
    b.span = node.span
    if b.block is not None:
        b.write(key, b.emit("add", i, const(node.step)))
    b.jump(head)
    b.seal(head)
    low._enter(end)
    return NOTHING


def _unrolled(low: Lowering, node: typed.Unrolled) -> Held:
    for at, value in enumerate(node.values):
        low.write(node.var, const(value))
        if node.index is not None:
            low.write(node.index, const(at))
        _turn(low, node.body)
    return NOTHING


def _turns(low: Lowering, node: typed.Turns) -> Held:
    for step in node.steps:
        low.held(step)
        _turn(low, node.body)
    return NOTHING


def _catch(low: Lowering, node: typed.Catch) -> Held:
    exit = low.exit(low.b.new_block("end"), node.type)
    outer = low.frame.exits.get(node.label)
    low.frame.exits[node.label] = exit
    held = low.held(node.body)
    low.join(exit, _widen(low, held, node.body.type, node.type))
    if outer is not None:
        low.frame.exits[node.label] = outer
    low.b.span = node.span
    return low.land(exit)


def _widen(low: Lowering, held: Held, have: t.Type, want: t.Type) -> Held:
    """A body's value where nothing wants one (the Catch is nil) is dropped."""
    return NOTHING if isinstance(want, t.NilType | t.NeverType) else held


def _throw(low: Lowering, node: typed.Throw) -> Held:
    held = low.held(node.value)
    exit = low.frame.exits[node.label]
    low.join(exit, _widen(low, held, node.value.type, exit.type))
    return NOTHING


def _return(low: Lowering, node: typed.Return) -> Held:
    held = low.held(node.value)
    returns = low.frame.returns
    if returns is not None:
        low.join(returns, _widen(low, held, node.value.type, returns.type))
    elif low.b.block is not None:
        result = low.as_result(held)
        low.give_back()
        low.b.ret(result)
    return NOTHING


# ---------------------------------------------------------------- methods


def _call_method(low: Lowering, node: typed.CallMethod) -> Held:
    from rucy.lower.strings import held_each

    args = held_each(low, node.args)
    if low.b.block is None:
        return low.undefined(node.type)
    low.b.span = node.span
    if _can_be_called(node.method) and not low.locked:
        return _call(low, node, [cast(Value, a) for a in args])
    return _lower_in_place(low, node, args)


def needs_context(node: object, maps: dict[str, typed.MapVar]) -> bool:
    """Does a tree use the context, in it or in methods that are lowered in place?"""
    if isinstance(node, typed.Send) and isinstance(node.map, str) and maps[node.map].type == "PERF_EVENT_ARRAY":
        return True
    if isinstance(node, tuple):
        return any(needs_context(part, maps) for part in node)
    if isinstance(node, typed.CallMethod) and not _can_be_called(node.method) and needs_context(node.method.body, maps):
        return True
    if isinstance(node, typed.Ctx | typed.CtxLoad | typed.CtxStore):
        return True
    return isinstance(node, typed.Node) and any(needs_context(getattr(node, name), maps) for name in node.__slots__)


def _can_be_called(method: typed.Method) -> bool:
    """Scalars in registers only, at most five, and no use of the caller's context."""
    result = method.result
    return (
        not method.in_place
        and len(method.params) <= 5
        and all(is_scalar(var.type) for var in method.params)
        and (result is None or is_scalar(result) or isinstance(result, t.NilType | t.NeverType))
        and not _uses_context(method.body)
        and not _walks(method.body)
    )


def _walks(node: object) -> bool:
    """Is there a walk through a map in it? Its block may return from the method."""
    if isinstance(node, tuple):
        return any(_walks(part) for part in node)
    if isinstance(node, typed.MapEach | typed.HelperLoop | typed.FindVma):
        return True
    return isinstance(node, typed.Node) and any(_walks(getattr(node, name)) for name in node.__slots__)


def _uses_context(node: object) -> bool:
    if isinstance(node, typed.Ctx | typed.CtxLoad | typed.CtxStore):
        return True
    if isinstance(node, typed.CallMethod) and not _can_be_called(node.method):
        return True
    if isinstance(node, tuple):
        return any(_uses_context(part) for part in node)
    return isinstance(node, typed.Node) and any(_uses_context(getattr(node, name)) for name in node.__slots__)


def _call(low: Lowering, node: typed.CallMethod, args: list[Value]) -> Held:
    from rucy.lower.module import declare_method

    if node.method not in low.pending:
        low.pending[node.method] = declare_method(node.method)
    fn = low.pending[node.method]
    ir: Type = fn.ret
    value = low.b.emit("callfn", *args, type=I64 if ir == I1 else ir, symbol=fn.name)
    if not is_scalar(node.type):
        return NOTHING
    return low.b.compare("ne", value, const(0)) if ir == I1 else value


def _lower_in_place(low: Lowering, node: typed.CallMethod, args: list[Held]) -> Held:
    method = node.method
    assert method.body is not None
    caller, calls = low.frame, low.b.calls
    exit = low.exit(low.b.new_block("end"), method.result or t.NIL)
    low.frame = Frame(exit)
    low.b.calls = (*calls, node.span)
    for var, held in zip(method.params, args):
        if isinstance(var.type, t.StrType | t.OptType) and _is_assigned(method.body, var):
            held = _own_text(low, var, held)
        low.write(var, held)
    low.join(exit, _widen(low, low.held(method.body), method.body.type, exit.type))
    low.frame, low.b.calls = caller, calls
    return low.land(exit)


def _call_helper(low: Lowering, node: typed.CallHelper) -> Held:
    from rucy.lower.kernel import call_helper

    held = call_helper(low, node)
    if low.packet is not None:
        from rucy.lower.packets import after_call

        after_call(low, node.helper)
    return held


def _packet(name: str) -> Callable[[Lowering, typed.Node], Held]:
    """A function of lower.packets, which few programs need."""

    def lower(low: Lowering, node: typed.Node) -> Held:
        from rucy.lower import packets

        found: Callable[[Lowering, typed.Node], Held] = getattr(packets, name)
        return found(low, node)

    return lower


def _seldom(module: str, name: str) -> Callable[[Lowering, typed.Node], Held]:
    """The same of other modules of this package."""

    def lower(low: Lowering, node: typed.Node) -> Held:
        from importlib import import_module

        found: Callable[[Lowering, typed.Node], Held] = getattr(import_module(f"rucy.lower.{module}"), name)
        return found(low, node)

    return lower


def _arena(name: str) -> Callable[[Lowering, typed.Node], Held]:
    """A function of lower.arenas, which few programs need."""

    def lower(low: Lowering, node: typed.Node) -> Held:
        from rucy.lower import arenas

        found: Callable[[Lowering, typed.Node], Held] = getattr(arenas, name)
        return found(low, node)

    return lower


def _table() -> dict[type, object]:
    from rucy.lower import callbacks, characters, externs, integers, kernel, maps, objects, options, output, strings

    return {
        typed.Int: _int, typed.Bool: _bool, typed.Absent: _bool, typed.Nil: _nil, typed.Str: strings.literal,
        typed.Read: _read, typed.Write: _write, typed.Bind: _write, typed.Inlined: _inlined,
        typed.Setting: options.read,
        typed.GlobalRead: _global_read, typed.GlobalWrite: _global_write, typed.GlobalUpdate: _global_update,
        typed.Prim: integers.prim, typed.Convert: _convert, typed.IsNil: _is_nil, typed.Unwrap: _unwrap,
        typed.Not: _not, typed.If: _if, typed.Seq: _seq, typed.Loop: _loop, typed.For: _for,
        typed.Unrolled: _unrolled, typed.Turns: _turns, typed.Catch: _catch, typed.Throw: _throw, typed.Return: _return,
        typed.Ctx: kernel.ctx, typed.CtxLoad: kernel.ctx_load, typed.CtxStore: kernel.ctx_store,
        typed.CtxBytes: kernel.ctx_bytes,
        typed.KernelLoad: kernel.kernel_load, typed.KernelAddress: kernel.kernel_address,
        typed.PtrCast: kernel.ptr_cast, typed.CoreQuery: kernel.core_query,
        typed.CallHelper: _call_helper, typed.Printk: kernel.printk,
        typed.Output: output.output,
        typed.ReadString: strings.read_string, typed.HelperString: strings.helper_string,
        typed.ProbeName: strings.probe_name, typed.Extern: externs.extern, typed.PerCpu: externs.per_cpu,
        typed.Region: _seldom("kfuncs", "region"), typed.Iterate: _seldom("kfuncs", "iterate"),
        typed.AtMost: lambda low, node: low.at_most(low.value(node.value), node.highest),
        typed.DynptrPart: _seldom("dynptrs", "part"), typed.ReserveDynptr: _seldom("dynptrs", "reserve"),
        typed.CallKfunc: externs.call_kfunc, typed.StackId: externs.stack_id,
        typed.StrCompare: strings.compare_strings, typed.StrSize: strings.size, typed.StrByte: strings.byte,
        typed.StrChar: characters.character,
        typed.ArrayGet: kernel.array_get, typed.CallMethod: _call_method,
        typed.ReadBytes: objects.read_address, typed.New: objects.new, typed.Numbers: objects.numbers,
        typed.Copy: objects.copy, typed.Member: objects.member,
        typed.Lock: objects.lock, typed.MemberSet: objects.member_set, typed.MemberUpdate: objects.member_update,
        typed.Element: objects.element, typed.ElementSet: objects.element_set,
        typed.ElementUpdate: objects.element_update,
        typed.ArenaAlloc: _arena("alloc"), typed.ArenaFree: _arena("free"),
        typed.MapRef: maps.reference, typed.MapKey: maps.key_memory,
        typed.MapGet: maps.get, typed.MapSet: maps.set, typed.MapOrSet: maps.or_set, typed.MapUpdate: maps.update,
        typed.MapHas: maps.has, typed.MapDelete: maps.delete, typed.MapPush: maps.push, typed.MapTake: maps.take,
        typed.PacketHeader: _packet("header"), typed.PacketNumber: _packet("number"), typed.PacketPut: _packet("put"),
        typed.PacketSize: _packet("size"), typed.PacketField: _packet("field"),
        typed.PacketBytes: _packet("address"), typed.PacketStore: _packet("store"),
        typed.MapEach: callbacks.each, typed.HelperLoop: callbacks.turns, typed.FindVma: callbacks.find_vma,
        typed.After: callbacks.after, typed.ObjectAt: objects.object_at, typed.Send: maps.send, typed.Reserve: maps.reserve,
    }  # fmt: skip


_LOWER = cast("dict[type, Callable[[Lowering, typed.Node], Held]]", _table())
