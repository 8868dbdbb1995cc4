"""Bytes of an object → text: what it declares, then every function as assembly beside its source lines.

The operands that are symbols come back from the relocations, as the code generator gave them (`isa.insn.Ref`). Not imported
by a plain compile.
"""

from __future__ import annotations

from rucy.btf.ext import CoreRelo, Ext, LineInfo, SectionInfo, read_ext
from rucy.btf.reader import Btf
from rucy.btf.types import Array, BtfError, Enum, Enum64, Struct, Union
from rucy.elf.model import R_BPF_64_32, STT_FUNC, STT_OBJECT, STT_SECTION, UNDEF, Elf, Symbol
from rucy.elf.reader import read
from rucy.isa.encode import DecodeError, decode
from rucy.isa.insn import Insn, Ref, slots
from rucy.isa.text import format_insn
from rucy.object.layout import MAPS, TEXT
from rucy.object.read import FunctionSummary, ObjectError, Summary, summarize


def format_object(data: bytes) -> str:
    """The object as text. Raises ObjectError on anything that is no BPF object, or holds an instruction we do not know."""
    summary = summarize(data)
    elf = read(data)
    lines = _declarations(summary)
    ext = _ext(elf)
    section = ""
    for function in summary.functions:
        if function.section != section:
            section = function.section
            lines += ["", f"section {section}"]
        lines += ["", f"{function.name}: ; {function.kind}, {function.slots} slots"]
        lines += _body(elf, ext.section(section) or SectionInfo(section), function)
    return "\n".join(lines) + "\n"


def read_insns(elf: Elf, function: FunctionSummary, cores: dict[int, str]) -> list[Insn]:
    """The function's instructions, operands that are symbols restored. `cores` is the text of the CO-RE relocation at a
    byte of the section. ObjectError on bytes that are no instruction.
    """
    relocs = _relocations(elf, function.section)
    insns = []
    offset = function.offset
    try:
        decoded = decode(function.code)
    except DecodeError as error:
        raise ObjectError(f"{function.name}: {error}") from None
    for insn in decoded:
        if offset in cores:
            insn = insn._replace(ref=Ref("core", "", 0, cores[offset]))
        elif offset in relocs:
            insn = _restore(elf, insn, *relocs[offset])
        elif insn.op == "call_local":
            target = _function_at(elf, function.section, offset + 8 * (insn.imm + 1))
            insn = insn._replace(ref=Ref("call", target)) if target else insn
        insns.append(insn)
        offset += 8 * slots(insn)
    return insns


def _declarations(summary: Summary) -> list[str]:
    lines = [f"license {summary.license}"]
    for each in summary.maps:
        named = zip(each._fields[1:], each[1:])
        lines.append(f"map {each.name}: " + ", ".join(f"{name} {value}" for name, value in named if value))
    lines += [f"data {section}: {size} bytes" for section, size in summary.data]
    lines += [f"extern {name}: {section}{', weak' if weak else ''}" for name, section, weak in summary.externs]
    return lines


def _ext(elf: Elf) -> Ext:
    btf, ext = elf.find(".BTF"), elf.find(".BTF.ext")
    if btf is None or ext is None:
        return Ext(())
    try:
        return read_ext(btf.data, ext.data)
    except BtfError as error:
        raise ObjectError(str(error)) from None


def _body(elf: Elf, info: SectionInfo, function: FunctionSummary) -> list[str]:
    types = elf.find(".BTF")
    btf = Btf(types.data) if types is not None and info.relos else None
    cores = {relo.insn_off: _spell_core(btf, relo) for relo in info.relos} if btf is not None else {}
    places: dict[int, LineInfo] = {line.insn_off: line for line in info.lines}
    lines = []
    shown = None
    offset = function.offset
    for insn in read_insns(elf, function, cores):
        place = places.get(offset)
        if place is not None and (place.file, place.line) != shown:
            shown = (place.file, place.line)
            lines.append(f"; {place.file}:{place.line}: {place.text.strip()}")
        lines.append(f"{offset // 8:8d}:\t{format_insn(insn)}")
        offset += 8 * slots(insn)
    return lines


def _relocations(elf: Elf, section: str) -> dict[int, tuple[Symbol, int]]:
    """Byte of the section → (symbol, R_BPF_*)."""
    found = elf.find(section)
    relocs = found.relocs if found is not None else ()
    return {reloc.offset: (elf.symbols[reloc.symbol], reloc.kind) for reloc in relocs if reloc.symbol >= 0}


def _restore(elf: Elf, insn: Insn, symbol: Symbol, kind: int) -> Insn:
    """The inverse of `object.resolve`, for clang's way of naming static data by section too."""
    if symbol.section == UNDEF:
        return insn._replace(ref=Ref("extern_func" if kind == R_BPF_64_32 else "extern_var", symbol.name))
    section = elf.sections[symbol.section].name if symbol.section >= 0 else ""
    if kind == R_BPF_64_32:
        name = symbol.name or _function_at(elf, section, symbol.value + 8 * (insn.imm + 1))
        return insn._replace(ref=Ref("call", name or section))
    addend = insn.imm & 0xFFFFFFFF
    if section == MAPS:
        return insn._replace(ref=Ref("map", symbol.name or section))
    if symbol.type == STT_FUNC or section == TEXT:
        return insn._replace(ref=Ref("func", symbol.name or _function_at(elf, section, addend) or section))
    if symbol.type == STT_SECTION:
        owner = _variable_at(elf, symbol.section, addend)
        if owner is not None:
            return insn._replace(ref=Ref("global", owner.name, addend - owner.value))
    return insn._replace(ref=Ref("global", symbol.name or section, addend))


def _function_at(elf: Elf, section: str, offset: int) -> str:
    for symbol in elf.symbols:
        if symbol.type == STT_FUNC and symbol.section >= 0 and symbol.value == offset:
            if elf.sections[symbol.section].name == section:
                return symbol.name
    return ""


def _variable_at(elf: Elf, section: int, offset: int) -> Symbol | None:
    for symbol in elf.symbols:
        if symbol.type == STT_OBJECT and symbol.section == section and symbol.value <= offset < symbol.value + symbol.size:
            return symbol
    return None


def _spell_core(btf: Btf, relo: CoreRelo) -> str:
    """`byte_off struct sock.__sk_common.skc_dport`; what does not fit the type is shown as its access string."""
    try:
        return f"{relo.kind} {btf.spell(relo.type_id)}{_spell_access(btf, relo)}"
    except (BtfError, ValueError, IndexError):
        return f"{relo.kind} type {relo.type_id} {relo.access}"


def _spell_access(btf: Btf, relo: CoreRelo) -> str:
    indices = [int(part) for part in relo.access.split(":")]
    at = btf.type(btf.strip(relo.type_id))
    if isinstance(at, (Enum, Enum64)) and relo.kind.startswith("enumval"):
        return f".{at.values[indices[0]].name}"
    text = f"[{indices[0]}]" if indices[0] else ""
    for index in indices[1:]:
        if isinstance(at, (Struct, Union)):
            member = at.members[index]
            text += f".{member.name}" if member.name else ""
            at = btf.type(btf.strip(member.type_id))
        elif isinstance(at, Array):
            text += f"[{index}]"
            at = btf.type(btf.strip(at.type_id))
        else:
            raise ValueError("neither members nor elements")
    return text
