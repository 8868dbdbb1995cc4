"""Random valid IR: a seed in, a module out whose function @f(a, b, c) ends, reads only what was written, and prints.

Everything in it is there for a pass to stumble over: constants at the edges, truth values made and tested, loops that
leave in the middle, checked indexes and pointers, slots, globals, atomics, calls.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from rucy.ir.builder import Builder
from rucy.ir.function import Const, Data, Function, Module, Param, Value, const
from rucy.ir.interp import Env
from rucy.ir.ops import COMPARES
from rucy.ir.refs import CoreRef
from rucy.ir.types import I1, I64, VOID, pointer

EDGES = (
    0, 1, 2, 3, 7, 8, 10, 63, 64, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 2, (1 << 64) - 1,
)  # fmt: skip
_BINARY = ("add", "sub", "mul", "udiv", "umod", "sdiv", "smod", "and", "or", "xor", "shl", "lshr", "ashr")
_STACK = pointer("stack", writable=True)
_GLOBAL = pointer("map_value", writable=True)
_CONST = pointer("map_value")
_OBJECT = pointer("kernel", nullable=True, trust="trusted", pointee="struct x")
TABLE = b"".join(n.to_bytes(8, "little") for n in (3, 1, 4, 1, 5, 9, 2, 6))


def environment(seed: int) -> Env:
    """The Env that a module of `random_module` runs in; the object that @f asks for may be NULL."""
    env = Env(core=lambda ref: {"byte_off": 8, "field_exists": seed & 1}.get(ref.kind, 4))
    thing = env.region("kernel", bytes(range(32)), "object")
    env.random = seed * 2654435761 % 2**32
    env.helpers["get_current_task_btf"] = lambda env, _: thing.base if seed & 2 else 0
    return env


def random_module(seed: int, size: int = 30) -> Module:
    """About `size` statements; the same seed gives the same module."""
    rng = random.Random(seed)
    module = Module("GPL")
    module.data["count"] = Data("count", ".data", bytes(range(8)), 8, "u64", writable=True)
    module.data["table"] = Data("table", ".rodata", TABLE, 8, ("u64", 8))
    helper = Function("g", "static", [Param("x", 0, I64), Param("y", 1, I64)])
    _Body(helper, rng, 4).run(calls=False)
    fn = Function("f", "static", [Param(name, at, I64) for at, name in enumerate("abc")])
    _Body(fn, rng, size).run(calls=True)
    module.functions += [fn, helper]
    return module


class _Body:
    def __init__(self, fn: Function, rng: random.Random, size: int) -> None:
        self.fn = fn
        self.rng = rng
        self.b = Builder(fn)
        self.left = size
        self.loops: list[object] = []
        self.calls = False
        self.slot = self.b.emit_entry("slot", type=_STACK, size=16, align=8, name="s")
        self.vars = [object() for _ in range(4)]

    def run(self, calls: bool) -> None:
        self.calls = calls
        self.b.emit("zero", self.slot, type=VOID, off=0, size=16)
        for at, var in enumerate(self.vars):
            self.b.write(var, self.fn.params[at] if at < len(self.fn.params) else const(self.rng.choice(EDGES)))
        while self.left > 0:
            self.statement(0)
        if self.b.block is not None:
            self.b.ret(self.b.read(self.vars[0]))
        self.b.finish()

    # -- values

    def value(self, depth: int = 0) -> Value:
        pick = self.rng.random()
        if depth > 3 or pick < 0.3:
            return self.b.read(self.rng.choice(self.vars)) if pick < 0.2 else const(self.rng.choice(EDGES))
        if pick < 0.65:
            return self.b.emit(self.rng.choice(_BINARY), self.value(depth + 1), self.value(depth + 1))
        make = self.rng.choice((self._unary, self._extension, self._load, self._truth_as_number, self._core, self._same))
        return make(depth + 1)

    def _same(self, depth: int) -> Value:
        """Both operands one value: what algebra looks for, and what value numbering makes."""
        value = self.value(depth)
        return self.b.emit(self.rng.choice(_BINARY), value, value)

    def _unary(self, depth: int) -> Value:
        return self.b.emit(self.rng.choice(("neg", "inv")), self.value(depth))

    def _extension(self, depth: int) -> Value:
        op, widths = self.rng.choice((("zext", (8, 16, 32)), ("sext", (8, 16, 32)), ("bswap", (16, 32, 64))))
        return self.b.emit(op, self.value(depth), bits=self.rng.choice(widths))

    def _load(self, depth: int) -> Value:
        width = self.rng.choice((1, 2, 4, 8))
        signed = self.rng.random() < 0.3
        if self.rng.random() < 0.3:
            at = self.b.emit("global", type=_GLOBAL, symbol="count", off=0)
            return self.b.emit("load", at, off=0, width=width, signed=signed)
        return self.b.emit("load", self.slot, off=width * self.rng.randrange(16 // width), width=width, signed=signed)

    def _truth_as_number(self, depth: int) -> Value:
        return self.b.emit("int", self.truth(depth))

    def _core(self, depth: int) -> Value:
        return self.b.emit("core", ref=CoreRef("byte_sz", 7, "0:1"))

    def truth(self, depth: int = 0) -> Value:
        pick = self.rng.random()
        if depth > 3 or pick < 0.7:
            return self.b.compare(self.rng.choice(COMPARES), self.value(depth + 1), self.value(depth + 1))
        if pick < 0.85:
            op = self.rng.choice(("and", "or", "xor", "eq", "ne"))
            return self.b.emit(op, self.truth(depth + 1), self.truth(depth + 1), type=I1)
        if pick < 0.95:
            return self.b.emit("xor", self.truth(depth + 1), Const(1, I1), type=I1)
        return Const(self.rng.randrange(2), I1)

    # -- statements

    def statement(self, depth: int) -> None:
        self.left -= 1
        if self.b.block is None:
            return
        simple = [self._assign, self._assign, self._store, self._count, self._element, self._object, self._print]
        nested: list[Callable[[int], None]] = [self._if, self._if, self._loop, self._leave]
        if self.calls:
            simple.append(self._call)
        if depth < 3 and self.rng.random() < 0.5:
            self.rng.choice(nested)(depth)
        else:
            self.rng.choice(simple)()

    def _assign(self) -> None:
        self.b.write(self.rng.choice(self.vars), self.value())

    def _store(self) -> None:
        width = self.rng.choice((1, 2, 4, 8))
        off = width * self.rng.randrange(16 // width)
        self.b.emit("store", self.value(), self.slot, type=VOID, off=off, width=width)

    def _count(self) -> None:
        at = self.b.emit("global", type=_GLOBAL, symbol="count", off=0)
        kind = self.rng.choice(("add", "and", "or", "xor", "xchg"))
        fetch = kind == "xchg" or self.rng.random() < 0.5
        type = I64 if fetch else VOID
        old = self.b.emit("atomic", at, self.value(), type=type, kind=kind, off=0, width=8, fetch=fetch)
        if fetch:
            self.b.write(self.rng.choice(self.vars), old)

    def _call(self) -> None:
        if self.rng.random() < 0.5:
            self.b.write(self.rng.choice(self.vars), self.b.emit("call", helper="get_prandom_u32"))
        else:
            value = self.b.emit("callfn", self.value(), self.value(), symbol="g")
            self.b.write(self.rng.choice(self.vars), value)

    def _print(self) -> None:
        """What is printed must be printed in the same order, whatever a pass does."""
        self.b.emit("store", const(int.from_bytes(b"%lx\0", "little")), self.slot, type=VOID, off=8, width=8)
        self.b.emit("call", self.b.emit("padd", self.slot, const(8), type=_STACK), const(4), self.value(), helper="trace_printk")

    def _element(self) -> None:
        index = self.value()
        yes, end = self.b.new_block("inside"), self.b.new_block("end")
        self.b.branch(self.b.compare("ult", index, const(8)), yes, end)
        self.b.seal(yes)
        if yes.preds:
            self.b.start(yes)
            sure = self.b.emit("within", index, lo=0, hi=7)
            base = self.b.emit("global", type=_CONST, symbol="table", off=0)
            at = self.b.emit("padd", base, self.b.emit("shl", sure, const(3)), type=_CONST)
            self.b.write(self.rng.choice(self.vars), self.b.emit("load", at, off=0, width=8, signed=False))
            self.b.jump(end)
        self.b.seal(end)
        self.b.start(end)

    def _object(self) -> None:
        thing = self.b.emit("call", type=_OBJECT, helper="get_current_task_btf")
        yes, end = self.b.new_block("there"), self.b.new_block("end")
        self.b.branch(self.b.compare("ne", thing, Const(0, _OBJECT)), yes, end)
        self.b.seal(yes)
        self.b.start(yes)
        sure = self.b.emit("nonnil", thing, type=_OBJECT._replace(nullable=False))
        off = self.rng.choice((0, 8, CoreRef("byte_off", 7, "0:2")))
        self.b.write(self.rng.choice(self.vars), self.b.emit("load", sure, off=off, width=4, signed=False))
        self.b.jump(end)
        self.b.seal(end)
        self.b.start(end)

    def _if(self, depth: int) -> None:
        yes, no, end = (self.b.new_block(n) for n in ("then", "else", "end"))
        self.b.branch(self.truth(), yes, no)
        for block in (yes, no):
            self.b.seal(block)
            if not block.preds:
                continue
            self.b.start(block)
            for _ in range(self.rng.randrange(3)):
                self.statement(depth + 1)
            self.b.jump(end)
        self._go_on(end)

    def _loop(self, depth: int) -> None:
        turn = object()
        self.b.write(turn, const(0))
        head, body, end = (self.b.new_block(n) for n in ("loop", "body", "done"))
        self.b.jump(head)
        self.b.start(head)
        self.b.branch(self.b.compare("ult", self.b.read(turn), const(self.rng.randrange(5))), body, end)
        self.b.seal(body)
        self.b.start(body)
        for _ in range(self.rng.randrange(1, 3)):
            self.statement(depth + 1)
        if self.b.block is not None and self.rng.random() < 0.3:
            go_on = self.b.new_block("on")
            self.b.branch(self.truth(), end, go_on)
            self.b.seal(go_on)
            if go_on.preds:
                self.b.start(go_on)
        if self.b.block is not None:
            self.b.write(turn, self.b.emit("add", self.b.read(turn), const(1)))
            self.b.jump(head)
        self.b.seal(head)
        self._go_on(end)

    def _leave(self, depth: int) -> None:
        """An early end of the function, seldom."""
        if self.rng.random() < 0.3 and depth > 0:
            self.b.ret(self.value())
        else:
            self._if(depth)

    def _go_on(self, block: object) -> None:
        from rucy.ir.function import Block

        assert isinstance(block, Block)
        self.b.seal(block)
        self.b.block = None
        if block.preds:
            self.b.start(block)
