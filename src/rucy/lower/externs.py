"""What the kernel that loads the object knows: its configuration, its symbols, its per-CPU variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Const, Value, const
from rucy.ir.types import I1, I64, MAP, VOID, pointer
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import CONST_PTR, NOTHING, Held, Opt, Text, ir_type

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

_WIDTHS = {"int": (4, False), "i64": (8, True), "char": (1, False)}
_MODULE_TOO = (ord("y"), ord("m"))  # libbpf writes the letter of a configured option


def extern(low: Lowering, node: typed.Extern) -> Held:
    """A `.kconfig` variable lies in read-only memory that libbpf fills; a `.ksyms` one is its address."""
    b = low.b
    weak = node.section == ".kconfig" and node.name != "LINUX_KERNEL_VERSION"
    low.module.externs[node.name] = ("var", node.section, node.ctype, weak)
    if node.section == ".ksyms":
        return b.emit("cast", b.emit("global", type=I64, symbol=node.name, off=0), type=ir_type(node.type))
    at = b.emit("global", type=CONST_PTR, symbol=node.name, off=0)
    if isinstance(node.type, t.StrType):
        return Text(at, node.type.size)
    width, signed = _WIDTHS[node.ctype]
    value = b.emit("load", at, off=0, width=width, signed=signed)
    if ir_type(node.type) != I1:
        return value
    yes, module = (b.compare("eq", value, const(letter)) for letter in _MODULE_TOO)
    return b.emit("or", yes, module, type=I1)


def per_cpu(low: Lowering, node: typed.PerCpu) -> Held:
    b = low.b
    cpu = low.value(node.cpu)
    if b.block is None:
        return low.undefined(node.type)
    b.span = node.span
    low.module.externs[node.name] = ("var", ".ksyms", ("kernel", node.btf), False)
    variable = b.emit("global", type=pointer("kernel", pointee=f"#{node.btf}"), symbol=node.name, off=0)
    if not node.size:
        return b.emit("call", variable, cpu, type=ir_type(node.type), helper="per_cpu_ptr")
    at = b.emit("call", variable, cpu, type=pointer("mem", nullable=True), helper="per_cpu_ptr")
    return _read_scalar(low, node, at)


def _read_scalar(low: Lowering, node: typed.PerCpu, at: Value) -> Held:
    """nil (a pointer: NULL) where there is no such CPU."""
    b = low.b
    of = node.type.of if isinstance(node.type, t.OptType) else node.type
    there, end = b.new_block("there"), b.new_block("end")
    key, some = object(), object()
    b.write(key, Const(0, ir_type(of)))
    b.write(some, Const(0, I1))
    b.branch(b.compare("ne", at, Const(0, at.type)), there, end)
    b.seal(there)
    b.start(there)
    sure = b.emit("nonnil", at, type=at.type._replace(nullable=False))
    raw_type = ir_type(of) if isinstance(of, t.PtrType) else I64
    raw = b.emit("load", sure, type=raw_type, off=0, width=node.size, signed=node.signed)
    b.write(key, b.compare("ne", raw, const(0)) if isinstance(of, t.BoolType) else raw)
    b.write(some, Const(1, I1))
    b.jump(end)
    b.seal(end)
    b.start(end)
    value = b.read(key, ir_type(of))
    return Opt(b.read(some, I1), value) if isinstance(node.type, t.OptType) else value


def call_kfunc(low: Lowering, node: typed.CallKfunc) -> Held:
    from rucy.lower.kernel import argument
    from rucy.lower.strings import held_before

    b = low.b
    args: list[Value] = []
    made: tuple[typed.Node, Value] | None = None
    for at, arg in enumerate(node.args):
        if isinstance(arg, typed.Out | typed.NewDynptr):
            made = arg, room(low, arg)
            args.append(made[1])
            continue
        held = held_before(low, arg, node.args[at + 1 :])
        if b.block is None:
            return low.undefined(node.type)
        args.append(argument(low, held))
    b.span = node.span
    low.module.externs[node.name] = ("func", ".ksyms", ("proto", *node.proto), False)
    if made is not None:
        return what_was_made(low, *made, b.emit("kfunc", *args, type=I64, symbol=node.name), node.width)
    type = ir_type(node.type)
    if isinstance(node.type, t.NilType):
        b.emit("kfunc", *args, type=I64, symbol=node.name)
        return NOTHING
    value = b.emit("kfunc", *args, type=I64 if type == I1 else type, symbol=node.name)
    if type == I1:  # the upper bits of a bool's register are not defined
        return b.compare("ne", b.emit("and", value, const(0xFF)), const(0))
    return _widened(low, node, value)


def room(low: Lowering, arg: typed.Node) -> Value:
    """Memory for what a call makes."""
    if isinstance(arg, typed.NewDynptr):
        from rucy.lower.dynptrs import new

        return new(low)
    at = low.slot(8, "out")
    low.b.emit("zero", at, type=VOID, off=0, size=8)
    return at


def what_was_made(low: Lowering, arg: typed.Node, at: Value, result: Value, width: int) -> Held:
    """A dynptr is one even where the call fails: one of no bytes. A number is nil then."""
    if not isinstance(arg, typed.Out):
        return at
    b = low.b
    error = b.emit("sext", result, bits=8 * width) if width < 8 else result
    signed = isinstance(arg.type, t.IntType) and arg.type.signed
    value = b.emit("load", at, off=0, width=arg.width, signed=signed)
    known = b.compare("ne", value, const(0)) if isinstance(arg.type, t.BoolType) else value
    return Opt(b.compare("sge", error, const(0)), known)


def _widened(low: Lowering, node: typed.CallKfunc, value: Value) -> Value:
    """An int's upper half is what the kernel's code left there: the sign or zeros are made anew."""
    if not isinstance(node.type, t.IntType) or node.width >= 8:
        return value
    return low.b.emit("sext" if node.type.signed else "zext", value, bits=8 * node.width)


def stack_id(low: Lowering, node: typed.StackId) -> Held:
    b = low.b
    at = b.emit("map", type=MAP, symbol=node.map)
    return b.emit("call", low.value(node.ctx), at, const(node.flags), helper="get_stackid")
