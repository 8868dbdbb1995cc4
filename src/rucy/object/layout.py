"""Module → where everything is: which section holds it, and at which byte. No types, no symbols, no bytes of code yet."""

from __future__ import annotations

from rucy.isa.insn import slots
from rucy.object.model import DataVar, Function, MapDef, Module
from rucy.records import NamedTuple

TEXT = ".text"
MAPS = ".maps"
LICENSE = "license"
DATA = (".rodata", ".data", ".bss")
STRUCT_OPS = (".struct_ops", ".struct_ops.link")


class Place(NamedTuple):
    """Section name; offset and size in bytes."""

    section: str
    offset: int
    size: int


class Layout(NamedTuple):
    """Sections in the file's order, each with what it holds in order, and the place of every name."""

    code: dict[str, list[Function]]
    data: dict[str, list[DataVar]]
    places: dict[str, Place]


def lay_out(module: Module) -> Layout:
    """`.text` comes first, as in clang's objects; other sections in the order in which the module first names them."""
    check_names(module)
    check_sections(module)
    code: dict[str, list[Function]] = {}
    if any(function.section == TEXT for function in module.functions):
        code[TEXT] = []
    for function in module.functions:
        code.setdefault(function.section, []).append(function)
    data: dict[str, list[DataVar]] = {}
    for var in module.data:
        data.setdefault(var.section, []).append(var)

    places: dict[str, Place] = {}
    for section, functions in code.items():
        _place(places, section, [(f.name, 8 * sum(slots(insn) for insn in f.insns), 8) for f in functions])
    _place(places, MAPS, [(definition.name, map_size(definition), 8) for definition in module.maps])
    for section, variables in data.items():
        _place(places, section, [(var.name, len(var.data), var.align) for var in variables])
    return Layout(code, data, places)


def _place(places: dict[str, Place], section: str, things: list[tuple[str, int, int]]) -> None:
    offset = 0
    for name, size, align in things:
        assert align > 0 and align & (align - 1) == 0, f"{name}: alignment {align}"
        offset += -offset % align
        places[name] = Place(section, offset, size)
        offset += size


def map_size(definition: MapDef) -> int:
    """Bytes of a map's variable: one pointer a member, and one a slot that is filled in at load."""
    used = 1 + max(slot for slot, _ in definition.values) if definition.values else 0
    return slot_offset(definition, used)


def slot_offset(definition: MapDef, slot: int) -> int:
    """Byte of a slot of `values` within the map's variable."""
    return 8 * (len(map_members(definition)) + slot)


def has_values(definition: MapDef) -> bool:
    """Whether the definition ends in a `values` array, which takes no room of its own."""
    return definition.inner is not None or bool(definition.values)


def map_members(definition: MapDef) -> list[tuple[str, int]]:
    """(member, number) of the definition but for types and `values`; what is 0 is left out.

    The names are those that libbpf's parse_btf_map_def knows (src/libbpf.c).
    """
    members = [("type", definition.type)]
    members += [("key" if definition.key is not None else "key_size", definition.key_size)]
    members += [("value" if definition.value is not None else "value_size", definition.value_size)]
    members += [("max_entries", definition.max_entries), ("map_flags", definition.flags)]
    members += [("pinning", definition.pinning), ("map_extra", definition.map_extra)]
    return [(name, number) for name, number in members if number]


def check_names(module: Module) -> None:
    """Names are C identifiers, as the kernel's BTF check wants (Linux kernel/bpf/btf.c, btf_name_valid_identifier), and
    no two things share one. Anything else is a bug of an earlier stage: AssertionError.
    """
    names = ["_license"] + [function.name for function in module.functions]
    names += [definition.name for definition in module.maps]
    names += [var.name for var in module.data] + [extern.name for extern in module.externs]
    seen: set[str] = set()
    for name in names:
        assert name.isascii() and name.isidentifier() and len(name) < 128, f"not a C identifier: {name!r}"
        assert name not in seen, f"two symbols are named {name}"
        seen.add(name)


def check_sections(module: Module) -> None:
    """Everything is in a section of the kind that libbpf takes it from."""
    for function in module.functions:
        name, section = function.name, function.section
        assert function.kind in ("program", "global", "static", "callback"), f"{name}: kind {function.kind}"
        assert (section == TEXT) == (function.kind != "program"), f"{name}: {function.kind} in {section}"
        assert section == TEXT or not section.startswith("."), f"{name}: program in {section}"
        assert section not in ("", LICENSE, "version"), f"{name}: program in {section}"
        assert function.insns, f"{name}: no instructions"
    for var in module.data:
        known = var.section in (*DATA, *STRUCT_OPS) or var.section.startswith((".rodata.", ".data."))
        assert known, f"{var.name}: variable in {var.section}"
