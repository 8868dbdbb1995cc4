"""IR module and machine code → the object's model: names, prototypes, lines, and the notes that a loader reads.

Gone before: every decision about code. Nothing is encoded yet; `object.build_object` does that.
"""

from __future__ import annotations

from typing import Any

from rucy.btf.describe import CArray, CConst, CFunc, CInt, CKernel, CPtr, CStruct, CType, CTypedef, CVoid
from rucy.codegen import MachineFunction
from rucy.ir import function as ir
from rucy.ir.types import Type
from rucy.kernel import maptypes, results
from rucy.lang import typed
from rucy.object.model import DataVar, Extern, Function, Line, MapDef, Module
from rucy.object.notes import encode
from rucy.object.probes import probe_row

_U64 = CInt("unsigned long long", 64, False)
_I64 = CInt("long long", 64, True)
_INT = CInt("int", 32, True)
_CHAR = CInt("char", 8, "char")
_U8, _U16, _U32 = CInt("unsigned char", 8, False), CInt("unsigned short", 16, False), CInt("unsigned int", 32, False)

#: name of a description → its type. What is shown otherwise than as a number is a typedef of that name.
_CTYPES: dict[str, CType] = {
    "u8": _U8, "u16": _U16, "u32": _U32, "u64": _U64,
    "i8": CInt("signed char", 8, True), "i16": CInt("short", 16, True), "i32": _INT, "i64": _I64,
    "bool": CInt("_Bool", 8, "bool"), "char": _CHAR,
    "be16": CTypedef("__be16", _U16), "be32": CTypedef("__be32", _U32), "be64": CTypedef("__be64", _U64),
    "ip4": CTypedef("ip4", _U32), "ip6": CTypedef("ip6", CArray(_U8, 16)), "mac": CTypedef("mac", CArray(_U8, 6)),
    "ksym": CTypedef("ksym", _U64), "errno": CTypedef("errno", _INT),
    "spin_lock": CStruct("bpf_spin_lock", 4, (("val", _U32, 0),)),
    "timer": CStruct("bpf_timer", 16, (("__opaque", CArray(_U64, 2), 0),)),
}  # fmt: skip


def link_module(module: ir.Module, code: list[MachineFunction], checked: typed.Checked) -> Module:
    """Everything of one object, but for its bytes."""
    by_name = {fn.name: fn for fn in module.functions}
    functions = tuple(_function(by_name[machine.name], machine) for machine in code)
    data = tuple(_data(row) for row in module.data.values())
    maps = tuple(_map(row) for row in module.maps.values())
    externs = tuple(_extern(name, row) for name, row in module.externs.items())
    return Module(module.license, functions, maps, data, externs, encode(_notes(checked, by_name) | module.notes))


def _function(fn: ir.Function, machine: MachineFunction) -> Function:
    section = fn.program.section if fn.program is not None else ".text"
    lines: list[tuple[int, Line]] = []
    known = machine.lines or ([(0, fn.span, ())] if fn.span is not None else [])  # a constant result has no line of its own
    for at, span, _calls in known:
        line, column = span.file.position(span.start)
        entry = Line(span.file.path, line, column, span.file.line_text(line))
        if not lines or lines[-1][1] != entry:
            lines.append((at, entry))
    return Function(fn.name, tuple(machine.insns), tuple(lines), fn.kind, section, _proto(fn))


def _proto(fn: ir.Function) -> CFunc:
    if fn.kind == "program":
        return CFunc(_INT, (("ctx", CPtr(CVoid())),))
    return CFunc(_U64, tuple((p.name if p.name.isidentifier() else f"arg{p.index}", _parameter(p.type)) for p in fn.params))


def _parameter(type: Type) -> CType:
    return CPtr(CVoid()) if type.is_ptr else _U64


def _data(row: ir.Data) -> DataVar:
    return DataVar(row.name, row.section, _ctype(row.ctype), row.data, row.align, row.relocs)


def _map(row: ir.Map) -> MapDef:
    """A ring has no value: its records' struct is only described. Pinned: by name, under /sys/fs/bpf."""
    record = _ctype(row.record) if row.record is not None else None
    return MapDef(
        row.name,
        maptypes.BY_NAME[row.type].id,
        _ctype(row.key) if row.key is not None else None,
        _ctype(row.value) if row.value is not None else None,
        row.key_size,
        row.value_size,
        row.entries,
        row.flags,
        int(row.pinned),
        _map(row.inner) if row.inner is not None else None,
        row.values,
        record.name if isinstance(record, CStruct) else None,
        record_type=record,
    )


def _ctype(described: Any) -> CType:
    """"u64"; ("char", 12) for an array of any description; ("struct", name, size, ((field, description, offset), …))."""
    match described:
        case ("struct", name, size, fields):
            return CStruct(name, size, tuple((field, _ctype(of), 8 * offset) for field, of, offset in fields))
        case (of, count):
            return CArray(_ctype(of), count)
    return _CTYPES[described]


def _extern(name: str, row: Any) -> Extern:
    """Rows are ("var", section, type, weak): a type as in `_ctype`, "text", "void",
    ("kernel", BTF id), ("pointer", struct) or ("proto", the result's, ((name, type), …))."""
    kind, section, described, weak = row
    return Extern(name, kind, _extern_type(described), section, weak)


def _extern_type(described: Any) -> CType:
    match described:
        case "void":
            return CConst(CVoid())
        case "int":
            return _INT
        case "address":
            return CPtr(CVoid())
        case "text":
            return CArray(_CHAR, 64)
        case ("kernel", type_id):
            return CKernel(type_id)
        case ("proto", result, params):
            kinds = tuple((name, _extern_type(kind)) for name, kind in params)
            return CFunc(CVoid() if result == "void" else _extern_type(result), kinds)
        case ("to", of):
            return CPtr(_extern_type(of))
        case ("pointer", name):  # the loader compares kinds: the struct's members do not matter
            return CPtr(CStruct(name, 0, ()))
    return _ctype(described)


def _notes(checked: typed.Checked, functions: dict[str, ir.Function]) -> dict[str, Any]:
    """What loading needs to know and the ELF sections cannot say."""
    maps = [note for row in checked.maps.values() if (note := _map_note(row)) is not None]
    probes = [_probe(program, functions[program.name]) for program in checked.programs]
    settings = [row for row in checked.settings.values() if row.kind == "option"]
    letters = {row.short for row in settings}
    options = [_option(row, letters) for row in settings]
    constants = [
        {"name": row.name, "type": row.word, "symbol": row.name, "line": row.span.line}
        for row in checked.settings.values()
        if row.kind == "computed"
    ]
    return {"probes": probes, "options": options, "constants": constants, "maps": maps}


def _map_note(row: typed.MapVar) -> dict[str, Any] | None:
    """None where there is nothing to say. `size`: the symbol of the option whose value is max_entries, where the loader finds
    one; `default`: what a missing key stands for."""
    note: dict[str, Any] = {"name": row.name, "show": row.show, "pin": row.pin}
    if row.sized_by:
        note["size"] = row.sized_by
    if row.default is not None:
        note["default"] = row.default
    said = row.show or row.pin or row.sized_by or row.default is not None
    return note if said else None


def _option(row: typed.SettingVar, letters: set[str]) -> dict[str, Any]:
    """`letters`: of all options. The one called `pid` has `-p`, as in other tools, unless the program says otherwise."""
    letter = row.short or ("p" if row.option == "pid" and "p" not in letters else "")
    note = {
        "name": row.option, "type": row.word, "short": letter, "desc": row.desc, "default": row.default,
        "symbol": row.name, "given": row.given, "line": row.span.line,
    }  # fmt: skip
    return note | {"most": row.most} if row.most else note


def _probe(program: typed.Program, fn: ir.Function) -> dict[str, Any]:
    row = probe_row(
        program.name, program.section, program.prog_type, program.attach_type, program.target, program.options,
        program.hook, program.span.line,
    )  # fmt: skip
    if row["link"] in ("tc_ingress", "tc_egress") and _same_in_tcx(fn):
        row["link"] = row["link"].replace("tc", "tcx")
    return row


def _same_in_tcx(fn: ir.Function) -> bool:
    """Does each verdict that the program can give mean the same to a tcx link as to a filter?"""
    ends = [instr.args[0] for instr in fn.instrs() if instr.op.name == "ret"]
    seen: set[ir.Value] = set()
    while ends:
        value = ends.pop()
        if isinstance(value, ir.Const) and value.value & 0xFFFF_FFFF not in results.NOT_IN_TCX or value in seen:
            continue
        seen.add(value)
        if isinstance(value, ir.Instr) and value.op.name in ("phi", "zext", "sext", "within"):
            ends += value.args
        elif not (isinstance(value, ir.Instr) and value.attrs.get("helper") in results.REDIRECTS):
            return False
    return True
