"""Module → the bytes of an EM_BPF relocatable object that libbpf loads: what clang would have written.

Gone before: every decision about code. Decided here: addresses within sections, relocations, symbols, BTF, line tables.
"""

from __future__ import annotations

from rucy.btf.core import CoreRef, core_value
from rucy.btf.reader import Btf
from rucy.elf import Elf, Reloc, Section, Symbol, write
from rucy.elf.model import (
    EM_BPF,
    R_BPF_64_ABS64,
    SHF_ALLOC,
    SHF_EXECINSTR,
    SHF_WRITE,
    SHT_NOBITS,
    STB_GLOBAL,
    STB_LOCAL,
    STB_WEAK,
    STT_FUNC,
    STT_OBJECT,
    STT_SECTION,
    UNDEF,
)
from rucy.object.layout import LICENSE, MAPS, TEXT, Layout, lay_out, slot_offset
from rucy.object.lines import add_ext
from rucy.object.model import DataVar, MapDef, Module
from rucy.object.notes import SECTION as NOTES
from rucy.object.resolve import Code, SymbolUse, resolve
from rucy.object.types import describe_types
from rucy.records import NamedTuple

_HASH_OF_MAPS = 13  # BPF_MAP_TYPE_HASH_OF_MAPS of include/uapi/linux/bpf.h


def build_object(module: Module, kernel_btf: Btf | None) -> bytes:
    """The object. `kernel_btf` is what CKernel types and CO-RE relocations refer to; None if the module has neither.

    Whatever is wrong with the module is a bug of an earlier stage: AssertionError.
    """
    layout = lay_out(module)
    writer, functions = describe_types(module, layout, kernel_btf)

    def initial(ref: CoreRef) -> int:
        assert kernel_btf is not None, "a CO-RE relocation without kernel BTF"
        return writer.remap(ref)[0] if ref.kind == "type_id_local" else core_value(kernel_btf, ref)

    codes = {section: resolve(section, layout, module, initial) for section in layout.code}
    ext = add_ext(writer, functions, layout, codes)
    parts = _code_parts(codes) + _data_parts(module, layout)
    parts.append(_Part(Section(".BTF", writer.finish(), align=4)))
    if codes:
        parts.append(_Part(Section(".BTF.ext", ext, align=4)))
    return write(_link(module, layout, parts))


class _Part(NamedTuple):
    """A section whose relocations still name their symbols."""

    section: Section
    uses: tuple[SymbolUse, ...] = ()


def _code_parts(codes: dict[str, Code]) -> list[_Part]:
    flags = SHF_ALLOC | SHF_EXECINSTR
    return [_Part(Section(name, code.data, flags=flags, align=8), code.relocs) for name, code in codes.items()]


def _data_parts(module: Module, layout: Layout) -> list[_Part]:
    parts = [_maps_part(module.maps, layout)] if module.maps else []
    parts += [_data_part(name, variables, module, layout) for name, variables in layout.data.items()]
    parts.append(_Part(Section(LICENSE, module.license.encode() + b"\0", flags=SHF_ALLOC | SHF_WRITE)))
    if module.notes:
        parts.append(_Part(Section(NOTES, module.notes)))
    return parts


def _maps_part(maps: tuple[MapDef, ...], layout: Layout) -> _Part:
    """The bytes are zero: all of a definition is in its type, and the slots of `values` are relocations."""
    uses = []
    for definition in maps:
        start = layout.places[definition.name].offset
        for slot, name in definition.values:
            indexed = definition.type != _HASH_OF_MAPS  # its slots are keys
            assert slot >= 0 and (not indexed or slot < definition.max_entries), f"{definition.name}: no slot {slot}"
            same = (layout.places[name].section == MAPS) == (definition.inner is not None)
            assert same and layout.places[name].section != TEXT, f"{definition.name}: {name} in slot {slot}"
            uses.append(SymbolUse(start + slot_offset(definition, slot), R_BPF_64_ABS64, name))
    end = layout.places[maps[-1].name]
    return _Part(Section(MAPS, bytes(end.offset + end.size), flags=SHF_ALLOC | SHF_WRITE, align=8), tuple(uses))


def _data_part(name: str, variables: list[DataVar], module: Module, layout: Layout) -> _Part:
    kinds = {function.name: function.kind for function in module.functions}
    data = bytearray()
    uses = []
    for var in variables:
        start = layout.places[var.name].offset
        data += bytes(start - len(data)) + var.data
        for offset, function in var.relocs:
            assert offset % 8 == 0 and offset + 8 <= len(var.data), f"{var.name}: function address at {offset}"
            place = start + offset
            local = kinds[function] in ("static", "callback")
            uses.append(SymbolUse(place, R_BPF_64_ABS64, TEXT if local else function))
            data[place : place + 8] = (layout.places[function].offset if local else 0).to_bytes(8, "little")
    flags = SHF_ALLOC if name.startswith(".rodata") else SHF_ALLOC | SHF_WRITE
    align = max(var.align for var in variables)
    if name == ".bss":
        assert not any(data) and not uses, ".bss with a value that is not zero"
        return _Part(Section(name, b"", SHT_NOBITS, flags, align, len(data)))
    return _Part(Section(name, bytes(data), flags=flags, align=align), tuple(uses))


def _link(module: Module, layout: Layout, parts: list[_Part]) -> Elf:
    """Gives symbols their numbers, and relocations these."""
    numbers = {part.section.name: i for i, part in enumerate(parts)}
    symbols = _symbols(module, layout, numbers)
    keys = {symbol.name or TEXT: i for i, symbol in enumerate(symbols)}
    sections = tuple(
        part.section._replace(relocs=tuple(Reloc(use.offset, use.kind, keys[use.symbol]) for use in part.uses)) for part in parts
    )
    return Elf(EM_BPF, sections, symbols)


def _symbols(module: Module, layout: Layout, numbers: dict[str, int]) -> tuple[Symbol, ...]:
    """Static functions, globals, externs; the one without a name is the section `.text`."""
    symbols = []
    if TEXT in numbers:
        symbols.append(Symbol("", type=STT_SECTION, section=numbers[TEXT]))

    def add(name: str, kind: int, bind: int = STB_GLOBAL) -> None:
        section, offset, size = layout.places[name]
        symbols.append(Symbol(name, offset, size, kind, bind, numbers[section]))

    for function in module.functions:
        add(function.name, STT_FUNC, STB_LOCAL if function.kind in ("static", "callback") else STB_GLOBAL)
    for definition in module.maps:
        add(definition.name, STT_OBJECT)
    for var in module.data:
        add(var.name, STT_OBJECT)
    size = len(module.license.encode()) + 1
    symbols.append(Symbol("_license", 0, size, STT_OBJECT, STB_GLOBAL, numbers[LICENSE]))
    for extern in module.externs:
        symbols.append(Symbol(extern.name, bind=STB_WEAK if extern.weak else STB_GLOBAL, section=UNDEF))
    return tuple(symbols)
