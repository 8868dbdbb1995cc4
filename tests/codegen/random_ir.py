"""Random functions of IR: every op on numbers, conditions, loops that end, memory of all widths, calls, values that outlive
them, phis that swap. Everything that a function computes ends in its result and in the data `out`.

Data `in` (8 words, 64 bytes) is only read, `out` (16 words) is read and written. A program has no parameter that it uses.
"""

from __future__ import annotations

import random

from rucy.ir.builder import Builder
from rucy.ir.function import Block, Const, Function, Instr, Param, Value, const
from rucy.ir.ops import COMPARES
from rucy.ir.types import CTX, I1, I64, STACK, VOID, pointer

GLOBAL = pointer("map_value", writable=True)
IN_SIZE, OUT_SIZE = 64, 128
BINARY = (
    "add", "sub", "mul", "udiv", "umod", "sdiv", "smod", "and", "or", "xor", "shl", "lshr", "ashr",
)  # fmt: skip
EDGES = (
    0, 1, 2, 3, 7, 8, 0xFF, 0x100, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF,
    0x8000000000000000, 0xFFFFFFFF80000000, 0xFFFFFFFF7FFFFFFF, -1 & ((1 << 64) - 1), -2 & ((1 << 64) - 1),
    0x0123456789ABCDEF,
)  # fmt: skip

#: helpers that stubs stand for, which make a number of their arguments
ARITY = {
    "get_prandom_u32": 0, "get_route_realm": 1, "redirect": 2, "get_stackid": 3, "map_update_elem": 4, "perf_event_output": 5,
}  # fmt: skip


class Profile:
    """`verifiable`: only what the kernel takes (no helper that some programs may not call, no loop in a loop)."""

    def __init__(self, rng: random.Random, verifiable: bool) -> None:
        self.variables = rng.choice((2, 4, 6, 9, 14))
        self.statements = rng.choice((3, 6, 10) if verifiable else (3, 6, 12, 20))
        self.depth = rng.choice((1, 2) if verifiable else (1, 2, 3))
        self.calls = rng.choice((0.0, 0.1, 0.3))
        self.signed_division = rng.random() < 0.3
        self.verifiable = verifiable


def random_functions(seed: int, verifiable: bool = False) -> list[Function]:
    """The program `main` first, then the static functions that it calls; these call none."""
    rng = random.Random(seed)
    profile = Profile(rng, verifiable)
    statics = []
    for number in range(rng.choice((0, 1, 2)) if profile.calls else 0):
        params = [Param(f"p{k}", k, I64) for k in range(rng.randint(0, 5))]
        statics.append(_Writer(rng, profile, Function(f"static{number}", "static", params), []).write())
    main = Function("main", "program", [Param("ctx", 0, CTX)])
    _Writer(rng, profile, main, statics).write()
    called = {i.attrs["symbol"] for i in main.instrs() if i.op.name == "callfn"}
    return [main, *(fn for fn in statics if fn.name in called)]


class _Writer:
    def __init__(self, rng: random.Random, profile: Profile, fn: Function, statics: list[Function]) -> None:
        self.rng = rng
        self.profile = profile
        self.fn = fn
        self.statics = statics
        self.b = Builder(fn)
        self.names = [f"v{k}" for k in range(profile.variables)]
        self.recent: list[tuple[Block | None, Value]] = []
        self.slots: list[Instr] = []
        self.left = profile.statements * (4 if fn.kind == "program" else 1)
        self.loops = 0 if not profile.verifiable else 3 if fn.kind == "static" else 2  # of 3 in one another

    def write(self) -> Function:
        b, rng = self.b, self.rng
        for _ in range(rng.randint(0, 3)):
            size = rng.choice((8, 16, 24, 40))
            slot = b.emit_entry("slot", type=STACK, size=size, align=8, name="s")
            b.emit("zero", slot, type=VOID, off=0, size=size)
            self.slots.append(slot)
        source = self.data("in")
        params = [p for p in self.fn.params if p.type == I64]
        for at, name in enumerate(self.names):
            if at < len(params):
                b.write(name, params[at])
            elif rng.random() < 0.3:
                b.write(name, self.constant())
            else:
                width = rng.choice((1, 2, 4, 8))
                b.write(name, b.emit("load", source, off=8 * (at % 8), width=width, signed=rng.random() < 0.3))
        self.statements(self.profile.depth)
        if self.b.block is not None:
            self.finish()
        return b.finish()

    def finish(self) -> None:
        out, b = self.data("out"), self.b
        total: Value = const(0)
        for at, name in enumerate(self.names):
            value = b.read(name)
            if self.fn.kind == "program" and at < 16:
                b.emit("store", value, out, type=VOID, off=8 * at, width=8)
            total = b.emit("add", b.emit("mul", total, const(31)), value)
        b.ret(total)

    # -- statements

    def statements(self, depth: int) -> None:
        for _ in range(self.rng.randint(1, max(1, self.profile.statements))):
            if self.b.block is None or self.left <= 0:
                return
            self.left -= 1
            self.statement(depth)

    def statement(self, depth: int) -> None:
        rng = self.rng
        pick = rng.random()
        if pick < self.profile.calls:
            self.call()
        elif pick < 0.45 or depth == 0:
            self.b.write(rng.choice(self.names), self.expression(3))
        elif pick < 0.55:
            self.memory()
        elif pick < 0.62:
            self.swap()
        elif pick < 0.68:
            self.guarded()
        elif pick < 0.82:
            self.branch(depth)
        elif pick < 0.96 and self.loops < 3:
            self.loop(depth)
        elif pick > 0.985:
            self.early_return()
        else:
            self.b.write(rng.choice(self.names), self.b.emit("int", self.condition(2)))

    def swap(self) -> None:
        """Two or three variables exchange their values."""
        names = self.rng.sample(self.names, min(len(self.names), self.rng.randint(2, 3)))
        values = [self.b.read(name) for name in names]
        for name, value in zip(names, values[1:] + values[:1], strict=True):
            self.b.write(name, value)

    def branch(self, depth: int) -> None:
        b = self.b
        then, other, end = b.new_block("then"), b.new_block("else"), b.new_block("end")
        b.branch(self.condition(2), then, other if self.rng.random() < 0.7 else end)
        with_else = other.preds != []
        b.seal(then)
        b.start(then)
        self.statements(depth - 1)
        if b.block is not None:
            b.jump(end)
        if with_else:
            b.seal(other)
            b.start(other)
            self.statements(depth - 1)
            if b.block is not None:
                b.jump(end)
        b.seal(end)
        if end.preds:
            b.start(end)

    def loop(self, depth: int) -> None:
        """Up to 5 turns, counted in a variable that nothing else writes; a body may leave early."""
        b, rng = self.b, self.rng
        self.loops += 1
        counter = object()
        at_end = rng.random() < 0.3
        step = rng.choice((1, 2, 3))
        head, body, end = b.new_block("head"), b.new_block("body"), b.new_block("end")
        b.write(counter, const(0))
        limit = const(rng.randint(1, 5) * step)
        b.jump(body if at_end else head)
        if not at_end:
            b.start(head)
            b.branch(b.compare("ult", b.read(counter), limit), body, end)
            b.seal(body)
        b.start(body)
        self.statements(depth - 1)
        if b.block is not None and rng.random() < 0.3:
            more = b.new_block("more")
            b.branch(self.condition(1), more, end)
            b.seal(more)
            b.start(more)
        if b.block is not None:
            turns = b.emit("add", b.read(counter), const(step))
            b.write(counter, turns)
            if at_end:
                b.branch(b.compare("ult", turns, limit), body, end)
            else:
                b.jump(head)
        b.seal(body if at_end else head)
        b.seal(end)
        b.block = None
        if end.preds:
            b.start(end)
        self.loops -= 1

    def guarded(self) -> None:
        """An index is compared, and only behind that used for an access."""
        b, rng = self.b, self.rng
        inside, end = b.new_block("inside"), b.new_block("end")
        size, symbol = rng.choice(((8, "in"), (IN_SIZE, "in"), (OUT_SIZE, "out")))
        index = self.expression(1)
        if isinstance(index, Const):
            return
        if rng.random() < 0.5:
            middle = b.new_block("middle")
            b.branch(b.compare("uge", index, const(1)), middle, end)
            b.seal(middle)
            b.start(middle)
            b.branch(b.compare("ult", index, const(size)), inside, end)
            low = 1
        else:
            b.branch(b.compare("ugt", index, const(size - 1)), end, inside)
            low = 0
        b.seal(inside)
        b.start(inside)
        for _ in range(rng.randint(0, 2)):
            b.write(rng.choice(self.names), self.expression(2))
        sure = b.emit("within", index, lo=low, hi=size - 1)
        at = b.emit("padd", self.data(symbol), sure, type=GLOBAL)
        b.write(rng.choice(self.names), b.emit("load", at, off=0, width=1, signed=rng.random() < 0.5))
        b.jump(end)
        b.seal(end)
        b.start(end)

    def early_return(self) -> None:
        b = self.b
        away, end = b.new_block("away"), b.new_block("end")
        b.branch(self.condition(1), away, end)
        b.seal(away)
        b.start(away)
        b.ret(self.operand())
        b.seal(end)
        b.start(end)

    def memory(self) -> None:
        b, rng = self.b, self.rng
        width = rng.choice((1, 2, 4, 8))
        if self.slots and rng.random() < 0.6:
            base: Value = rng.choice(self.slots)
            assert isinstance(base, Instr)
            size = base.attrs["size"]
        else:
            base, size = self.data("out"), OUT_SIZE
        off = rng.randrange(size // width) * width
        part = 0 if self.profile.verifiable and rng.random() < 0.8 else rng.randrange(0, off + 1, 8)
        if part:
            base = b.emit("padd", base, const(part), type=base.type)
            off -= part
        pick = rng.random()
        if pick < 0.4:
            b.emit("store", self.operand(), base, type=VOID, off=off, width=width)
        elif pick < 0.8 or width < 4:
            b.write(rng.choice(self.names), b.emit("load", base, off=off, width=width, signed=rng.random() < 0.4))
        else:
            self.atomic(base, off, width)

    def atomic(self, base: Value, off: int, width: int) -> None:
        b, rng = self.b, self.rng
        kind = rng.choice(("add", "or", "and", "xor", "xchg", "cmpxchg"))
        args = [base, self.operand()] + ([self.operand()] if kind == "cmpxchg" else [])
        fetch = kind in ("xchg", "cmpxchg") or rng.random() < 0.5
        old = b.emit("atomic", *args, type=I64 if fetch else VOID, kind=kind, off=off, width=width, fetch=fetch)
        if fetch and rng.random() < 0.8:
            b.write(rng.choice(self.names), old)

    def call(self) -> None:
        b, rng = self.b, self.rng
        if self.statics and rng.random() < 0.6:
            target = rng.choice(self.statics)
            args = [self.operand() for _ in target.params]
            result = b.emit("callfn", *args, type=I64, symbol=target.name)
        elif self.profile.verifiable:
            result = b.emit("and", b.emit("call", type=I64, helper="ktime_get_ns"), const(0))
        elif self.slots and rng.random() < 0.3:
            slot = rng.choice(self.slots)
            result = b.emit("call", slot, const(slot.attrs["size"]), self.operand(), type=I64, helper="probe_read_kernel")
        else:
            helper = rng.choice(list(ARITY))
            result = b.emit("call", *(self.operand() for _ in range(ARITY[helper])), type=I64, helper=helper)
        if rng.random() < 0.7:
            b.write(rng.choice(self.names), result)

    # -- values

    def data(self, symbol: str) -> Instr:
        return self.b.emit("global", type=GLOBAL, symbol=symbol, off=0)

    def constant(self) -> Const:
        rng = self.rng
        pick = rng.random()
        if pick < 0.5:
            return const(rng.randint(-16, 16))
        return const(rng.choice(EDGES) if pick < 0.8 else rng.getrandbits(rng.choice((16, 31, 32, 33, 64))))

    def operand(self) -> Value:
        if self.rng.random() < 0.25:
            return self.constant()
        return self.b.read(self.rng.choice(self.names))

    def expression(self, depth: int) -> Value:
        b, rng = self.b, self.rng
        if depth == 0:
            return self.operand()
        pick = rng.random()
        if pick < 0.15:
            return self.operand()
        if pick < 0.65:
            ops = BINARY if self.profile.signed_division else tuple(o for o in BINARY if o not in ("sdiv", "smod"))
            return b.emit(rng.choice(ops), self.expression(depth - 1), self.expression(depth - 1))
        if pick < 0.75:
            return b.emit(rng.choice(("neg", "inv")), self.expression(depth - 1))
        if pick < 0.79:  # arithmetic in 32 bits
            op = rng.choice(("add", "sub", "mul", "and", "or", "xor", "shl", "udiv", "umod"))
            args = [self.expression(depth - 1), self.operand()]
            if rng.random() < 0.5:
                args = [b.emit("zext", arg, bits=32) for arg in args]
            if op == "shl":
                args[1] = const(rng.randrange(32))
            return b.emit("zext", b.emit(op, *args), bits=32)
        if pick < 0.92:
            return b.emit(rng.choice(("zext", "sext")), self.expression(depth - 1), bits=rng.choice((8, 16, 32)))
        if pick < 0.96:
            return b.emit("bswap", self.expression(depth - 1), bits=rng.choice((16, 32, 64)))
        return b.emit("int", self.condition(1))

    def condition(self, depth: int) -> Value:
        b, rng = self.b, self.rng
        if depth and rng.random() < 0.3:
            op = rng.choice(("and", "or", "xor"))
            other = Const(1, I1) if rng.random() < 0.2 else self.condition(depth - 1)
            return b.emit(op, self.condition(depth - 1), other, type=I1)
        pick = rng.random()
        left = self.expression(1)
        if pick < 0.3:
            return b.compare(rng.choice(COMPARES), left, self.constant())
        if pick < 0.45:  # both sides extended, or one and a constant near the limits of 32 bits
            kind = rng.choice(("zext", "sext"))
            right: Value = const(rng.choice(EDGES))
            if rng.random() < 0.5:
                right = b.emit(kind, self.operand(), bits=32)
            return b.compare(rng.choice(COMPARES), b.emit(kind, left, bits=32), right)
        if pick < 0.6:
            mask = b.emit("and", left, self.operand())
            return b.compare(rng.choice(("eq", "ne")), mask, const(rng.choice((0, 0, 1))))
        if pick < 0.7:
            number = b.emit("load", self.data("in"), off=4 * rng.randrange(16), width=4, signed=rng.random() < 0.7)
            return b.compare(rng.choice(COMPARES), number, self.constant())
        return b.compare(rng.choice(COMPARES), left, self.expression(rng.randint(0, 1)))
