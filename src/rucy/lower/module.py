"""Programs, methods and data of a module."""

from __future__ import annotations

from rucy.ir.function import Data, Function, Module, Param, ProgramRow
from rucy.ir.types import CTX, I64
from rucy.kernel import progtypes, results
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.function import Lowering
from rucy.lower.storage import map_row
from rucy.lower.values import ir_type, is_scalar


def lower_module(checked: typed.Checked) -> Module:
    """Every program, and every method that a call was left to, as IR functions; `$globals` as data."""
    module = Module(checked.license)
    for variable in checked.globals.values():
        module.data[variable.name] = _global(variable)
    if checked.settings:
        from rucy.lower import options

        for setting in checked.settings.values():
            options.declare(module, setting)
    for map in checked.maps.values():
        module.maps[map.name] = map_row(map)
    pending: dict[typed.Method, Function] = {}
    for program in checked.programs:
        module.functions.append(_lower_program(module, program, pending, checked))
    done: set[typed.Method] = set()
    while todo := [m for m in pending if m not in done]:
        for method in todo:
            done.add(method)
            _lower_method(module, method, pending, checked)
    module.functions += [pending[m] for m in checked.methods if m in pending]
    return module


def _global(variable: typed.GlobalVar) -> Data:
    if isinstance(variable.type, t.StrType):
        text = variable.initial if isinstance(variable.initial, bytes) else b""
        size = variable.type.size
        section = ".data" if text else ".bss"
        return Data(variable.name, section, text.ljust(size, b"\0"), 8, ("char", size), writable=True)
    if isinstance(variable.type, t.OptType):  # the address of what lies in an arena
        return Data(variable.name, ".bss", bytes(8), 8, "u64", writable=True)
    if isinstance(variable.type, t.StructType | t.ElementsType):
        from rucy.lower.storage import describe

        whole = variable.initial if isinstance(variable.initial, bytes) else b""
        section = ".data" if any(whole) else ".bss"
        return Data(variable.name, section, whole, 8, describe(variable.type.storage), writable=True)
    assert isinstance(variable.initial, int)
    is_bool = isinstance(variable.type, t.BoolType)
    size = 1 if is_bool else 8
    signed = isinstance(variable.type, t.IntType) and variable.type.signed
    data = (variable.initial & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    ctype = "bool" if is_bool else "i64" if signed else "u64"
    return Data(variable.name, ".data" if any(data) else ".bss", data, size, ctype, writable=True)


def _lower_program(
    module: Module, program: typed.Program, pending: dict[typed.Method, Function], checked: typed.Checked
) -> Function:
    prog_type = progtypes.BY_NAME[program.prog_type]
    sleepable = bool(program.options.get("sleepable", False))
    row = ProgramRow(
        program.prog_type,
        program.section,
        program.hook.word if program.hook is not None else "",
        program.target,
        sleepable=sleepable,
        preemptible=not _runs_alone(program, checked),
        rcu=prog_type.rcu and not sleepable,
        gpl=checked.license == "GPL",
        neutral=program.neutral,
        per_cpu=not sleepable or _at_least(checked.kernel, "5.12"),
    )
    ctx = Param("ctx", 0, CTX)
    fn = Function(program.name, "program", [ctx], I64, row, program.span)
    low = Lowering(module, fn, pending, ctx)
    low.maps, low.kernel, low.caps = checked.maps, checked.kernel, checked.caps
    low.b.span = program.span
    for var, node in program.args:
        low.write(var, low.value(node))
    assert program.body is not None
    if prog_type.context in ("__sk_buff", "xdp_md"):
        from rucy.lower import packets

        packets.start(low, program.body)
    result = results.BY_NAME[program.hook.result] if program.hook is not None else None
    if result is not None and result.kind == "bool":
        low.highest = result.high if _at_least(checked.kernel, result.wide_since) else min(result.high, 1)
    low.body(program.body)
    return low.finish()


def _runs_alone(program: typed.Program, checked: typed.Checked) -> bool:
    """Does every kernel that takes it keep a second run off the CPU? What is called by `tail_call` runs inside another
    program, of which alone the kernel knows."""
    called = any(program.name == name for map in checked.maps.values() for _, name in map.values)
    alone = program.hook.alone if program.hook is not None and not called else ""
    return bool(alone) and _at_least(checked.kernel, alone)


def _at_least(kernel: str, since: str) -> bool:
    return not since or tuple(map(int, kernel.split("."))) >= tuple(map(int, since.split(".")))


def _lower_method(
    module: Module, method: typed.Method, pending: dict[typed.Method, Function], checked: typed.Checked
) -> None:
    fn = pending[method]
    low = Lowering(module, fn, pending, None)
    low.maps, low.kernel, low.caps = checked.maps, checked.kernel, checked.caps
    low.b.span = method.span
    for var, param in zip(method.params, fn.params):
        low.write(var, param)
    assert method.body is not None
    low.body(method.body)
    low.finish()


def declare_method(method: typed.Method) -> Function:
    """The function that a scalar method becomes."""
    params = [Param(var.name, i, ir_type(var.type)) for i, var in enumerate(method.params)]
    assert all(is_scalar(var.type) for var in method.params)
    result = method.result
    ret = ir_type(result) if result is not None and is_scalar(result) else I64
    return Function(method.symbol, "static", params, ret, span=method.span)
