"""Module → the object's own BTF: types pruned to what it uses, functions, variables, and a DATASEC for every section.

Not yet bytes: `.BTF.ext` still adds its strings to the same writer.
"""

from __future__ import annotations

from rucy.btf.describe import CArray, CEnum, CFunc, CInt, CKernel, CPtr, CStruct, CType, CVoid
from rucy.btf.reader import Btf
from rucy.btf.types import Struct
from rucy.btf.writer import BtfWriter
from rucy.object.layout import LICENSE, MAPS, STRUCT_OPS, Layout, has_values, map_members, map_size
from rucy.object.model import DataVar, Extern, Function, MapDef, Module
from rucy.object.resolve import core_refs

_INT = CInt("int", 32, True)
_CHAR = CInt("char", 8, "char")
_ENTRY = CFunc(_INT, (("", CPtr(CVoid())),))  # what a slot of a program array points to, as in `int (void *)`


def describe_types(module: Module, layout: Layout, kernel_btf: Btf | None) -> tuple[BtfWriter, dict[str, int]]:
    """The writer, holding every type of the object, and function name → id of its FUNC."""
    writer = BtfWriter(kernel_btf)
    for ref in core_refs(module):
        writer.use_ref(ref)
    for var in module.data:
        if var.section in STRUCT_OPS:
            _use_table(writer, kernel_btf, var)
    functions = {function.name: _add_function(writer, function) for function in module.functions}
    _add_maps(writer, module, layout)
    for section, variables in layout.data.items():
        _add_data(writer, section, variables, layout)
    _add_externs(writer, module.externs)
    text = CArray(_CHAR, len(module.license.encode()) + 1)
    licence = writer.var("_license", writer.add(text), "global")
    writer.datasec(LICENSE, text.n, ((licence, 0, text.n),))
    return writer, functions


def _use_table(writer: BtfWriter, kernel_btf: Btf | None, var: DataVar) -> None:
    """A struct_ops table keeps the members that it sets: libbpf finds the kernel's by their names, and refuses a table
    that has one, even unset, which the running kernel lacks (before libbpf 1.4; src/libbpf.c, bpf_map__init_kern_struct_ops).
    """
    assert isinstance(var.ctype, CKernel) and kernel_btf is not None, f"{var.name}: a table of no kernel struct"
    struct = kernel_btf.type(kernel_btf.strip(var.ctype.type_id))
    assert isinstance(struct, Struct) and struct.size == len(var.data), f"{var.name}: not of the struct's size"
    addresses = {offset for offset, _ in var.relocs}
    for index, member in enumerate(struct.members):
        start = member.bit_offset // 8
        size = kernel_btf.size(member.type_id)
        if any(var.data[start : start + size]) or not addresses.isdisjoint(range(start, start + size)):
            writer.use(var.ctype.type_id, index)


def _add_function(writer: BtfWriter, function: Function) -> int:
    # Linux kernel/bpf/btf.c, btf_func_check: the arguments of a defined function have names
    assert all(name.isidentifier() for name, _ in function.proto.params), f"{function.name}: argument without a name"
    linkage = "global" if function.kind in ("program", "global") else "static"
    number = writer.func(function.name, writer.add(function.proto), linkage)
    for argument, tag in function.arg_tags:
        assert 0 <= argument < len(function.proto.params), f"{function.name}: tag on argument {argument}"
        writer.decl_tag(f"arg:{tag}", number, argument)  # libbpf's __arg_* macros (bpf_helpers.h)
    return number


def _add_maps(writer: BtfWriter, module: Module, layout: Layout) -> None:
    entries = []
    for definition in module.maps:
        number = writer.var(definition.name, writer.add(_map_type(definition)), "global")
        for ctype, size in ((definition.key, definition.key_size), (definition.value, definition.value_size)):
            if ctype is not None and not size:
                writer.add(ctype)
        if definition.record_type is not None:
            writer.add(definition.record_type)
        if definition.record is not None:
            writer.decl_tag(f"record:{definition.record}", number, -1)
        place = layout.places[definition.name]
        entries.append((number, place.offset, place.size))
    if entries:
        writer.datasec(MAPS, entries[-1][1] + entries[-1][2], tuple(entries))


def _map_type(definition: MapDef) -> CStruct:
    """The anonymous struct of a definition in `.maps`: a number is the length of an array that a member points to
    (`__uint` of libbpf's bpf_helpers.h), a type is what a member points to (`__type`), `values` an array of length 0.
    """
    types: dict[str, CType | None] = {"key": definition.key, "value": definition.value}
    fields: list[tuple[str, CType]] = []
    for name, number in map_members(definition):
        if name == "map_extra" and number >= 1 << 32:  # `__ulong`, from libbpf 1.4 on: the value of an enumerator
            fields.append((name, CEnum("", 8, ((f"__{definition.name}_map_extra", number),))))
            continue
        assert 0 < number < 1 << 32, f"{definition.name}: {name} {number}"
        fields.append((name, CPtr(types.get(name) or CArray(_INT, number))))
    size = 8 * len(fields)
    if has_values(definition):
        assert definition.inner is None or definition.inner.inner is None, f"{definition.name}: nested too deep"
        to = _ENTRY if definition.inner is None else _map_type(definition.inner)
        fields.append(("values", CArray(CPtr(to), 0)))
    assert size <= map_size(definition)
    return CStruct("", size, tuple((name, ctype, 64 * i) for i, (name, ctype) in enumerate(fields)))


def _add_data(writer: BtfWriter, section: str, variables: list[DataVar], layout: Layout) -> None:
    entries = []
    for var in variables:
        place = layout.places[var.name]
        assert 0 < writer.size(var.ctype) <= place.size, f"{var.name}: {place.size} bytes do not hold its type"
        entries.append((writer.var(var.name, writer.add(var.ctype), "global"), place.offset, place.size))
    writer.datasec(section, entries[-1][1] + entries[-1][2], tuple(entries))


def _add_externs(writer: BtfWriter, externs: tuple[Extern, ...]) -> None:
    """Sizes and offsets stay 0 but for the size of a variable, as in clang's objects: libbpf lays them out."""
    sections: dict[str, list[tuple[int, int, int]]] = {}
    for extern in externs:
        assert extern.section in (".ksyms", ".kconfig"), f"{extern.name}: extern in {extern.section}"
        number = writer.add(extern.ctype)
        if extern.kind == "func":
            assert isinstance(extern.ctype, CFunc) and extern.section == ".ksyms", f"{extern.name}: not a function"
            entry = (writer.func(extern.name, number, "extern"), 0, 0)
        else:
            entry = (writer.var(extern.name, number, "extern"), 0, writer.size(extern.ctype))
        sections.setdefault(extern.section, []).append(entry)
    for section, entries in sections.items():
        writer.datasec(section, 0, tuple(entries))
