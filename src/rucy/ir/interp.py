"""The IR, run. In: a valid module, a function's name, arguments, an `Env`. Out: `Result`, or InterpError.

What each op means is written here a second time, from the table's text: nothing is shared with constant folding.
Memory is regions with bounds and initialised bytes; a pointer is a region and an offset. Reading what was never
written, out of bounds, through NULL or through a pointer of the wrong kind is an error that names the instruction, and so
are a check (`nonnil`, `within`, …) that does not hold and the use of an undefined value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rucy.ir.function import Block, Const, Function, Instr, Module, Undef, Value
from rucy.ir.refs import CoreRef
from rucy.ir.types import I1, POINTER_KINDS, VOID
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.ir.map_models import Model

_2_64 = 2**64
_MAX_DEPTH = 8  # MAX_CALL_FRAMES of include/linux/bpf_verifier.h


class InterpError(Exception):
    """The program did what no valid program does; the text names function, block and instruction."""


class StepLimit(InterpError):
    """The program took more steps than it was given."""


class Fault(Exception):
    """What went wrong, before it is known where."""


class Region:
    """A piece of memory. `kind` is a pointer kind; `known` has a 1 for each byte that was written."""

    __slots__ = ("name", "kind", "data", "known", "writable", "base")

    def __init__(self, name: str, kind: str, data: bytearray, known: bytearray, writable: bool, base: int) -> None:
        self.name = name
        self.kind = kind
        self.data = data
        self.known = known
        self.writable = writable
        self.base = base


class Pointer(NamedTuple):
    """A place in a region; without a region the number that `offset` is: 0 is NULL, another leads nowhere."""

    region: Region | None
    offset: int

    @property
    def address(self) -> int:
        base = self.region.base if self.region is not None else 0
        return (base + self.offset) % _2_64


NULL = Pointer(None, 0)


class _Undefined:
    """The value of `undef`."""


_UNDEFINED = _Undefined()

#: an i64 as 0..2**64-1, an i1 as 0 or 1
RunValue = int | Pointer | _Undefined
Helper = Callable[["Env", "list[Any]"], "int | Pointer"]


class Env:
    """The kernel around a run: its memory, CO-RE values, helpers. Set attributes before the run; one Env, one run.

    `maps`: the models of the module's maps, by name; `call`: a function of the module by its address, for callbacks.
    """

    def __init__(self, core: Callable[[CoreRef], int] | None = None) -> None:
        self.core = core
        self.helpers: dict[str, Helper] = {}
        self.kfuncs: dict[str, Helper] = {}
        self.externs: dict[str, bytes] = {}  # what the loader fills in; zeros without
        self.step_limit = 1_000_000
        self.most_turns = 1 << 23  # of each loop that may be stopped
        self.now = 1_000_000_007
        self.pid_tgid = 77 << 32 | 78
        self.uid_gid = 1000 << 32 | 1001
        self.comm = b"interp"
        self.cpu = 1
        self.random = 4
        self.task = NULL
        self.printed: list[bytes] = []
        self.maps: dict[str, Model] = {}
        self.models: dict[Region | None, Model] = {}
        self.reserved: dict[Region | None, Model] = {}  # records that are neither submitted nor discarded
        self.call: Callable[[Any, list[Any]], Any] | None = None
        self.locked: Pointer | None = None  # the lock that is held
        self.timers: dict[Pointer, Timer] = {}
        self.regions: list[Region] = []
        self._next = 0xFFFF_8880_0000_0000

    def region(self, kind: str, data: bytes, name: str = "", writable: bool = False) -> Region:
        """Memory whose bytes are all known; user memory lies below 2**47, as on x86-64."""
        return self._add(Region(name or kind, kind, bytearray(data), bytearray(b"\1" * len(data)), writable, 0))

    def blank(self, kind: str, size: int, name: str) -> Region:
        """Writable memory that nothing was written to."""
        return self._add(Region(name, kind, bytearray(size), bytearray(size), True, 0))

    def _add(self, region: Region) -> Region:
        region.base = self._next if region.kind != "user" else self._next & 0x7FFF_FFFF_FFFF
        self._next += (len(region.data) + 0x1FFF) & ~0xFFF
        self.regions.append(region)
        return region

    def keep_maps(self, before: Env) -> None:
        """The maps of an earlier run, whose elements stay where they are."""
        self.maps, self._next = before.maps, before._next
        for model in self.maps.values():
            model.env = self
            self.regions += model.elements.values()

    def pointer(self, address: int) -> Pointer:
        """The place that has this address."""
        for region in self.regions:
            if region.base <= address <= region.base + len(region.data) and address:
                return Pointer(region, address - region.base)
        return Pointer(None, address)


class Timer:
    """A timer of a map's element: what it calls, and when; None while it is not set."""

    __slots__ = ("map", "element", "callback", "due")

    def __init__(self, map: Pointer, element: tuple[bytes, Region]) -> None:
        self.map = map
        self.element = element
        self.callback: Pointer | None = None
        self.due: int | None = None


def fire(env: Env) -> int:
    """Let the time of all timers that are set come, in order, and call what they call; how many. After a run."""
    fired = 0
    while due := sorted((timer for timer in env.timers.values() if timer.due is not None), key=lambda timer: timer.due or 0):
        timer, fired = due[0], fired + 1
        env.now, timer.due = max(env.now, timer.due or 0), None
        assert env.call is not None and timer.callback is not None
        key = Pointer(env.region("mem", timer.element[0], "a key"), 0)
        if env.call(timer.callback, [timer.map, key, Pointer(timer.element[1], 0)]) != 0:
            raise InterpError("a timer's function gives something else than 0")
    return fired


class Result(NamedTuple):
    """`value`: the function's; `printed`: what trace_printk wrote; `memory`: data by name after the run."""

    value: int | Pointer | None
    printed: list[bytes]
    memory: dict[str, bytes]
    steps: int


def run(module: Module, name: str, args: list[Any], env: Env | None = None) -> Result:
    """Call a function. Integers are taken modulo 2**64; a Region stands for a pointer to its first byte."""
    machine = _Machine(module, env or Env())
    fn = module.function(name)
    if fn is None:
        raise InterpError(f"no function @{name}")
    value = machine.call(fn, [_argument(arg) for arg in args], 1)
    if machine.env.reserved:
        raise InterpError(f"@{name}: left with {len(machine.env.reserved)} reserved records")
    if machine.env.locked is not None:
        raise InterpError(f"@{name}: left with a lock held")
    memory = {name: bytes(region.data) for name, region in machine.data.items()}
    return Result(value, machine.env.printed, memory, machine.steps)


def _argument(arg: Any) -> RunValue:
    if isinstance(arg, Region):
        return Pointer(arg, 0)
    return arg if isinstance(arg, Pointer) else int(arg) % _2_64


# ---------------------------------------------------------------- arithmetic, from the table's text


def signed(number: int) -> int:
    """A 64-bit pattern as two's complement."""
    return int.from_bytes(number.to_bytes(8, "little"), "little", signed=True)


def _truncated(a: int, b: int) -> int:
    """Signed quotient, toward zero; 0 when b is 0."""
    x, y = signed(a), signed(b)
    if y == 0:
        return 0
    quotient = x // y
    return quotient + 1 if quotient < 0 and quotient * y != x else quotient


def _sext(a: int, bits: int) -> int:
    low = (a % 2**bits).to_bytes(bits // 8, "little")
    return int.from_bytes(low, "little", signed=True)


_BINARY: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "udiv": lambda a, b: 0 if b == 0 else a // b,
    "umod": lambda a, b: a if b == 0 else a % b,
    "sdiv": _truncated,
    "smod": lambda a, b: signed(a) - _truncated(a, b) * signed(b),
    "and": int.__and__,
    "or": int.__or__,
    "xor": int.__xor__,
    "shl": lambda a, b: a * 2 ** (b % 64),
    "lshr": lambda a, b: a // 2 ** (b % 64),
    "ashr": lambda a, b: signed(a) // 2 ** (b % 64),
    "eq": int.__eq__,
    "ne": int.__ne__,
    "ult": int.__lt__,
    "ule": int.__le__,
    "ugt": int.__gt__,
    "uge": int.__ge__,
    "slt": lambda a, b: signed(a) < signed(b),
    "sle": lambda a, b: signed(a) <= signed(b),
    "sgt": lambda a, b: signed(a) > signed(b),
    "sge": lambda a, b: signed(a) >= signed(b),
    "test": lambda a, b: a & b != 0,
}

_UNARY: dict[str, Callable[[int, int], int]] = {
    "neg": lambda a, _: 0 - a,
    "inv": lambda a, _: _2_64 - 1 - a,
    "int": lambda a, _: a,
    "zext": lambda a, bits: a % 2**bits,
    "sext": _sext,
    "bswap": lambda a, bits: int.from_bytes((a % 2**bits).to_bytes(bits // 8, "little"), "big"),
}


# ---------------------------------------------------------------- memory


def _span(pointer: Pointer, offset: int, size: int) -> tuple[Region, int]:
    """(region, first byte) of an access. Faults outside."""
    if pointer.region is None:
        raise Fault("access through NULL" if pointer.offset == 0 else f"access to {pointer.offset:#x}, which is nowhere")
    at = pointer.offset + offset
    if at < 0 or at + size > len(pointer.region.data):
        raise Fault(f"{size} bytes at {at} of {pointer.region.name}, which has {len(pointer.region.data)}")
    return pointer.region, at


def read(pointer: Pointer, size: int, offset: int = 0) -> bytes:
    """Bytes of memory. Faults where one was never written."""
    region, at = _span(pointer, offset, size)
    if not all(region.known[at : at + size]):
        raise Fault(f"{size} bytes at {at} of {region.name} were not all written")
    return bytes(region.data[at : at + size])


def write(pointer: Pointer, data: bytes, offset: int = 0) -> None:
    region, at = _span(pointer, offset, len(data))
    if not region.writable:
        raise Fault(f"write to {region.name}, which is read-only")
    region.data[at : at + len(data)] = data
    region.known[at : at + len(data)] = b"\1" * len(data)


def _through(value: Value, got: RunValue, store: bool) -> Pointer:
    """The pointer of a direct access, of the kind that its type says."""
    assert isinstance(got, Pointer)
    row = POINTER_KINDS[value.type.kind]
    if not (row.store if store else row.load):
        raise Fault(f"direct access through a pointer of kind {row.name}")
    if got.region is not None and got.region.kind != row.name:
        raise Fault(f"a pointer of kind {row.name} leads to {got.region.kind} memory")
    return got


# ---------------------------------------------------------------- the machine


class _Frame:
    __slots__ = ("fn", "values", "depth")

    def __init__(self, fn: Function, values: dict[Value, RunValue], depth: int) -> None:
        self.fn = fn
        self.values = values
        self.depth = depth


class _Machine:
    def __init__(self, module: Module, env: Env) -> None:
        self.module = module
        self.env = env
        self.steps = 0
        self.turns: dict[Instr, int] = {}  # of each loop that may be stopped, over the whole run
        self.functions = {fn.name: env.region("func", b"", f"@{fn.name}") for fn in module.functions}
        self.maps = {name: env.region("map", b"", f"@{name}") for name in module.maps}
        self._add_models(env)
        self.data: dict[str, Region] = {}
        for row in module.data.values():
            region = env.region("map_value", row.data, f"@{row.name}", row.writable)
            for offset, name in row.relocs:
                region.data[offset : offset + 8] = Pointer(self.functions[name], 0).address.to_bytes(8, "little")
            self.data[row.name] = region

    def _add_models(self, env: Env) -> None:
        by_region = {region: fn for fn, region in zip(self.module.functions, self.functions.values())}
        env.call = lambda pointer, args: self.call(by_region[pointer.region], args, 2)
        if not self.maps:
            return
        from rucy.ir.map_models import models

        for name, model in models(env, self.module.maps):
            env.maps[name] = env.models[self.maps[name]] = model

    def call(self, fn: Function, args: list[RunValue], depth: int) -> int | Pointer | None:
        if depth > _MAX_DEPTH:
            raise InterpError(f"@{fn.name}: calls nest deeper than {_MAX_DEPTH}")
        if len(args) != len(fn.params):
            raise InterpError(f"@{fn.name}: {len(args)} arguments for {len(fn.params)} parameters")
        frame = _Frame(fn, dict(zip(fn.params, args)), depth)
        block: Block | None = fn.entry
        came: Block | None = None
        value: RunValue | None = None
        while block is not None:
            came, (block, value) = block, self._block(frame, block, came)
        assert not isinstance(value, _Undefined)
        return value

    def _block(self, frame: _Frame, block: Block, came: Block | None) -> tuple[Block | None, RunValue | None]:
        """Run a block; (the next one, None) or (None, the result)."""
        phis = list(block.phis())
        if phis:
            assert came is not None
            at = block.preds.index(came)
            frame.values.update([(phi, self._value(frame, phi.args[at])) for phi in phis])
        for instr in block.instrs[len(phis) :]:
            self.steps += 1
            if self.steps > self.env.step_limit:
                raise StepLimit(self._place(frame, instr, f"more than {self.env.step_limit} steps"))
            try:
                args = [self._used(frame, arg) for arg in instr.args]
                match instr.op.name:
                    case "jump":
                        return instr.targets[0], None
                    case "branch":
                        return instr.targets[0 if args[0] else 1], None
                    case "ret":
                        return None, args[0] if args else None
                    case "unreachable":
                        raise Fault("control came here")
                    case _:
                        frame.values[instr] = self._instr(frame, instr, args)
            except Fault as fault:
                raise InterpError(self._place(frame, instr, str(fault))) from None
        raise InterpError(f"@{frame.fn.name}: {block.name} has no end")

    def _place(self, frame: _Frame, instr: Instr, text: str) -> str:
        attrs = " ".join(f"{key}={value}" for key, value in instr.attrs.items())
        where = f"{instr.span!r}: " if instr.span is not None else ""
        block = instr.block.name if instr.block is not None else "?"
        return f"{where}@{frame.fn.name}: {block}: {instr.op.name} {attrs}: {text}"

    def _value(self, frame: _Frame, value: Value) -> RunValue:
        if isinstance(value, Const):
            return Pointer(None, value.value) if value.type.is_ptr else value.value
        if isinstance(value, Undef):
            return _UNDEFINED
        if value not in frame.values:
            raise InterpError(f"@{frame.fn.name}: {value!r} is used before it is computed")
        return frame.values[value]

    def _used(self, frame: _Frame, value: Value) -> int | Pointer:
        got = self._value(frame, value)
        if isinstance(got, _Undefined):
            raise Fault("uses an undefined value")
        return got

    def _instr(self, frame: _Frame, instr: Instr, args: list[Any]) -> RunValue:
        name = instr.op.name
        if name in _BINARY:
            a, b = (x.address if isinstance(x, Pointer) else x for x in args)
            return int(_BINARY[name](a, b)) % _2_64
        if name in _UNARY:
            return _UNARY[name](args[0], instr.attrs.get("bits", 0)) % _2_64
        if name == "callfn":
            return self._callfn(frame, instr, args)
        return _OPS[name](self, instr, args)

    def _callfn(self, frame: _Frame, instr: Instr, args: list[Any]) -> RunValue:
        fn = self.module.function(instr.attrs["symbol"])
        if fn is None or self.env.locked is not None:
            raise Fault("no such function" if fn is None else "called while a lock is held")
        value = self.call(fn, args, frame.depth + 1)
        if value is None:
            return _UNDEFINED
        return int(value) if isinstance(value, bool) else value

    def core(self, ref: CoreRef) -> int:
        if self.env.core is None:
            raise Fault("no CO-RE values were given")
        return self.env.core(ref) % _2_64

    def offset(self, off: Any) -> int:
        return self.core(off) if isinstance(off, CoreRef) else int(off)

    def typed(self, instr: Instr, number: int) -> RunValue:
        """A number that memory or a helper gave, as the instruction's type takes it."""
        return self.env.pointer(number) if instr.type.is_ptr else number


# ---------------------------------------------------------------- ops that are no arithmetic


def _load(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    pointer = _through(instr.args[0], args[0], store=False)
    width = instr.attrs["width"]
    type = instr.args[0].type
    if pointer.region is None and type.kind == "kernel" and (pointer.offset or not type.trust):
        return machine.typed(instr, 0)  # the kernel's exception table gives 0 for an address that faults
    data = read(pointer, width, machine.offset(instr.attrs["off"]))
    return machine.typed(instr, int.from_bytes(data, "little", signed=instr.attrs["signed"]) % _2_64)


def _bytes(value: int | Pointer, width: int) -> bytes:
    number = value.address if isinstance(value, Pointer) else value
    return int(number % 2 ** (8 * width)).to_bytes(width, "little")


def _store(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    pointer = _through(instr.args[1], args[1], store=True)
    write(pointer, _bytes(args[0], instr.attrs["width"]), machine.offset(instr.attrs["off"]))
    return _UNDEFINED


def _zero(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    write(_through(instr.args[0], args[0], store=True), bytes(instr.attrs["size"]), instr.attrs["off"])
    return _UNDEFINED


def _atomic(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    pointer = _through(instr.args[0], args[0], store=True)
    width, off, kind = instr.attrs["width"], machine.offset(instr.attrs["off"]), instr.attrs["kind"]
    raw = read(pointer, width, off)
    old = int.from_bytes(raw, "little")
    new = args[-1]
    if kind == "cmpxchg":
        new = new if raw == _bytes(args[1], width) else old
    elif kind != "xchg":
        new = _BINARY[kind](old, new)
    write(pointer, _bytes(new, width), off)
    return old if instr.attrs["fetch"] else _UNDEFINED


def _padd(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    pointer, step = args
    if pointer.region is None:
        return Pointer(None, (pointer.offset + step) % _2_64)
    return Pointer(pointer.region, pointer.offset + signed(step))


def _slot(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    kind = instr.type.kind
    return Pointer(machine.env.blank(kind, instr.attrs["size"], f"slot {instr.attrs['name']}"), 0)


def _global(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    symbol = instr.attrs["symbol"]
    region = machine.data.get(symbol)
    if region is None and symbol in machine.module.externs:
        region = machine.data[symbol] = machine.env.region("map_value", machine.env.externs.get(symbol, bytes(64)), symbol)
    if region is None:
        raise Fault("no such data")
    return Pointer(region, instr.attrs["off"]) if instr.type.is_ptr else region.base


def _named(table: str) -> Callable[[_Machine, Instr, list[Any]], RunValue]:
    def address(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
        region = getattr(machine, table).get(instr.attrs["symbol"])
        if region is None:
            raise Fault(f"not among the module's {table}")
        return Pointer(region, 0)

    return address


def _cast(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    return args[0] if isinstance(args[0], Pointer) else machine.env.pointer(args[0])


def _addr(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    return int(args[0].address)


def _core(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    return machine.core(instr.attrs["ref"])


def _nonnil(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    if args[0].address == 0:
        raise Fault("the pointer is NULL")
    return Pointer(*args[0])


def _within(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    if not instr.attrs["lo"] <= args[0] <= instr.attrs["hi"]:
        raise Fault(f"the number is {args[0]}")
    return int(args[0])


def _covers(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    _span(args[0], 0, instr.attrs["size"])
    return Pointer(*args[0])


def _exists(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    if args[0] != 1:
        raise Fault(f"the value is {args[0]}")
    return 1


def _turn(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    machine.turns[instr] = machine.turns.get(instr, 0) + 1
    return int(machine.turns[instr] <= machine.env.most_turns)


def _call(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    from rucy.ir.helper_stubs import STUBS

    name = instr.attrs["helper"]
    stub = machine.env.helpers.get(name) or STUBS.get(name)
    if stub is None:
        raise Fault("no stub for this helper")
    if machine.env.locked is not None and name != "spin_unlock":
        raise Fault("called while a lock is held")
    return _result(machine, instr, stub(machine.env, args))


def _kfunc(machine: _Machine, instr: Instr, args: list[Any]) -> RunValue:
    from rucy.ir.helper_stubs import KFUNCS

    name = instr.attrs["symbol"]
    stub = machine.env.kfuncs.get(name) or KFUNCS.get(name)
    if stub is None:
        raise Fault("no stub for this kfunc")
    if machine.env.locked is not None:
        raise Fault("called while a lock is held")
    return _result(machine, instr, stub(machine.env, args))


def _result(machine: _Machine, instr: Instr, value: int | Pointer) -> RunValue:
    if instr.type == VOID:
        return _UNDEFINED
    if isinstance(value, Pointer):
        return value if instr.type.is_ptr else value.address
    return machine.typed(instr, value % (2 if instr.type == I1 else _2_64))


_OPS: dict[str, Callable[[_Machine, Instr, list[Any]], RunValue]] = {
    "load": _load, "store": _store, "zero": _zero, "atomic": _atomic, "padd": _padd, "slot": _slot,
    "global": _global, "map": _named("maps"), "func": _named("functions"), "cast": _cast,
    "arena": _cast, "addr": _addr, "core": _core,
    "turn": _turn, "nonnil": _nonnil, "within": _within, "covers": _covers, "exists": _exists, "call": _call, "kfunc": _kfunc,
}  # fmt: skip
