"""IR module and machine code → the object's model: names, prototypes, lines, and the notes that a loader reads.

Gone before: every decision about code. Nothing is encoded yet; `object.build_object` does that.
"""

from __future__ import annotations

from typing import Any

from rucy.btf.describe import CArray, CConst, CFunc, CInt, CKernel, CPtr, CStruct, CType, CTypedef, CVoid
from rucy.codegen import MachineFunction
from rucy.ir import function as ir
from rucy.ir.types import Type
from rucy.kernel import attachtypes, hooks, maptypes, progtypes
from rucy.lang import typed
from rucy.object.model import DataVar, Extern, Function, Line, MapDef, Module
from rucy.object.notes import encode
from rucy.source import SourceFile, Span

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
    return Module(module.license, functions, maps, data, externs, encode(_notes(checked) | module.notes))


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
        case "text":
            return CArray(_CHAR, 64)
        case ("kernel", type_id):
            return CKernel(type_id)
        case ("proto", result, params):
            kinds = tuple((name, _extern_type(kind)) for name, kind in params)
            return CFunc(CVoid() if result == "void" else _extern_type(result), kinds)
        case ("pointer", name):  # the loader compares kinds: the struct's members do not matter
            return CPtr(CStruct(name, 0, ()))
    return _ctype(described)


def _notes(checked: typed.Checked) -> dict[str, Any]:
    """What loading needs to know and the ELF sections cannot say."""
    maps = [{"name": row.name, "show": row.show, "pin": row.pin} for row in checked.maps.values() if row.show or row.pin]
    probes = [_probe(program) for program in checked.programs]
    options = [_option(row) for row in checked.settings.values() if row.kind == "option"]
    constants = [
        {"name": row.name, "type": row.word, "symbol": row.name, "line": row.span.line}
        for row in checked.settings.values()
        if row.kind == "computed"
    ]
    return {"probes": probes, "options": options, "constants": constants, "maps": maps}


def _option(row: typed.SettingVar) -> dict[str, Any]:
    return {
        "name": row.option, "type": row.word, "short": row.short, "desc": row.desc, "default": row.default,
        "symbol": row.name, "given": row.given, "line": row.span.line,
    }  # fmt: skip


def _probe(program: typed.Program) -> dict[str, Any]:
    hook = program.hook or _hook_of_section(program)
    attach_type = program.attach_type
    return {
        "name": program.name,
        "section": program.section,
        "prog_type": progtypes.BY_NAME[program.prog_type].id,
        "attach_type": attachtypes.BY_NAME[attach_type].id if attach_type is not None else None,
        "hook": hook.word if hook is not None else None,
        "link": hook.link if hook is not None else "none",
        "needs": hook.needs if hook is not None else None,
        "target": _place(program, hook),
        "line": program.span.line if program.span is not _NOWHERE else 0,
        "attach": bool(program.options.get("attach", True)),
        "optional": bool(program.options.get("optional", False)),
        "sleepable": bool(program.options.get("sleepable", False)),
        "group": str(program.options.get("name", program.name)),
        "choice": int(program.options.get("choice", 0)),
    }


def _place(program: typed.Program, hook: hooks.Hook | None) -> str | None:
    """What the attach function is told: a system call by the tracepoint that stands for it."""
    if hook is not None and hook.target == "syscall" and program.hook is not None:
        return program.section.partition("/")[2].replace("/", ":")
    return program.target


def _hook_of_section(program: typed.Program) -> hooks.Hook | None:
    """The hook that a raw section stands for: same types, and the same first word of the section."""
    word = program.section.split("/")[0].split(".")[0]
    rows = [h for h in hooks.ROWS if (h.prog_type, h.attach_type) == (program.prog_type, program.attach_type)]
    exact = [h for h in rows if h.section.split("/")[0] == word]
    return next(iter(exact or rows), None)


def probes_of_sections(programs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Notes for an object that another compiler made: (program, section) pairs matched with libbpf's section table."""
    from rucy.kernel import sections

    probes = []
    for name, section in programs:
        row = sections.match(section)
        if row is None:
            raise ValueError(f"the section `{section}` of the program `{name}` is not known")
        program = typed.Program(name, section, _NOWHERE)
        program.prog_type, program.attach_type = row.prog_type, row.attach_type
        program.target = section.partition("/")[2].replace("/", ":")
        program.options = {"sleepable": row.sleepable}
        probes.append(_probe(program))
    return probes


_NOWHERE = Span(SourceFile("", b""), 0, 0)
