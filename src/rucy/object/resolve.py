"""Functions with symbols in their operands → bytes of code, ELF relocations and CO-RE relocations.

What clang's assembler leaves behind, and libbpf expects (src/libbpf.c, bpf_program__record_reloc): the instruction holds
the addend, a static function is named by its section, a call inside `.text` to a static function needs no relocation.
"""

from __future__ import annotations

from collections.abc import Callable

from rucy.btf.core import CoreRef
from rucy.elf.model import R_BPF_64_32, R_BPF_64_64
from rucy.isa.encode import encode
from rucy.isa.insn import TABLE, Insn, slots
from rucy.object.layout import MAPS, TEXT, Layout
from rucy.object.model import Function, Module
from rucy.records import NamedTuple

# Instruction classes whose offset a CO-RE relocation patches, and those whose immediate it does (uapi bpf_common.h;
# libbpf src/relo_core.c, bpf_core_patch_insn).
_MEMORY = (0x01, 0x02, 0x03)  # BPF_LDX BPF_ST BPF_STX
_ALU = (0x04, 0x07)  # BPF_ALU BPF_ALU64


class SymbolUse(NamedTuple):
    """A relocation before symbols have numbers: byte offset in the section, R_BPF_*, name of a symbol or section."""

    offset: int
    kind: int
    symbol: str


class Code(NamedTuple):
    """One section of code. `cores` are pairs (byte offset, relocation)."""

    data: bytes
    relocs: tuple[SymbolUse, ...]
    cores: tuple[tuple[int, CoreRef], ...]


def core_refs(module: Module) -> list[CoreRef]:
    """Every CO-RE relocation of the module, in the order of the code."""
    refs = []
    for function in module.functions:
        for insn in function.insns:
            if insn.ref is not None and insn.ref.kind == "core":
                assert isinstance(insn.ref.core, CoreRef), f"{function.name}: CO-RE operand without a relocation"
                refs.append(insn.ref.core)
    return refs


def resolve(section: str, layout: Layout, module: Module, core_value: Callable[[CoreRef], int]) -> Code:
    """`core_value` gives what the instruction holds before libbpf patches it, which libbpf checks."""
    resolver = _Resolver(section, layout, module, core_value)
    for function in layout.code[section]:
        resolver.add(function)
    return Code(encode(resolver.insns), tuple(resolver.relocs), tuple(resolver.cores))


class _Resolver:
    __slots__ = ("section", "places", "kinds", "externs", "core_value", "insns", "offset", "relocs", "cores")

    def __init__(self, section: str, layout: Layout, module: Module, core_value: Callable[[CoreRef], int]) -> None:
        self.section = section
        self.places = layout.places
        self.kinds = {function.name: function.kind for function in module.functions}
        self.externs = {extern.name: extern.kind for extern in module.externs}
        self.core_value = core_value
        self.insns: list[Insn] = []
        self.offset = 0
        self.relocs: list[SymbolUse] = []
        self.cores: list[tuple[int, CoreRef]] = []

    def add(self, function: Function) -> None:
        assert self.offset == self.places[function.name].offset
        for insn in function.insns:
            self.insns.append(insn if insn.ref is None else self.resolve(insn))
            self.offset += 8 * slots(insn)

    def resolve(self, insn: Insn) -> Insn:
        ref = insn.ref
        assert ref is not None
        if ref.kind == "core":
            return self.core(insn)
        if ref.kind in ("call", "extern_func"):
            assert insn.op in ("call_local", "call_kfunc"), f"{insn.op} of {ref.name}"
            assert ref.addend == 0, f"call of {ref.name}+{ref.addend}"
            return self.call(ref.name) if ref.kind == "call" else self.kfunc(ref.name)
        assert insn.op.startswith("lddw"), f"{insn.op} of {ref.kind} {ref.name}"
        symbol, addend = self.address(ref.kind, ref.name, ref.addend)
        self.relocs.append(SymbolUse(self.offset, R_BPF_64_64, symbol))
        return Insn("lddw", dst=insn.dst, imm=addend)

    def address(self, kind: str, name: str, addend: int) -> tuple[str, int]:
        """(symbol, what the instruction holds) of a 64-bit immediate."""
        if kind == "func":
            assert addend == 0, f"address of {name}+{addend}"
            return self.function(name)
        if kind == "map":
            assert self.places[name].section == MAPS and addend == 0, f"{name}+{addend} is not a map"
        elif kind == "global" and name not in self.externs:
            place = self.places[name]
            assert place.section != MAPS and name not in self.kinds, f"{name} is not a variable"
            assert 0 <= addend <= place.size, f"{name}+{addend} is outside the variable"
        else:
            # a kfunc too: the address of a weak one is tested before it is called
            assert kind in ("extern_var", "global") and name in self.externs and addend == 0, f"extern {name}+{addend}"
        return name, addend

    def function(self, name: str) -> tuple[str, int]:
        """(symbol, offset from it) of a function in `.text`: one with a symbol of its own if it is global."""
        assert self.places[name].section == TEXT, f"{name} is an entry point, whose address nobody may take"
        return (name, 0) if self.kinds[name] == "global" else (TEXT, self.places[name].offset)

    def call(self, name: str) -> Insn:
        symbol, offset = self.function(name)
        if symbol == TEXT and self.section == TEXT:
            return Insn("call_local", imm=(offset - self.offset) // 8 - 1)
        self.relocs.append(SymbolUse(self.offset, R_BPF_64_32, symbol))
        return Insn("call_local", imm=offset // 8 - 1)

    def kfunc(self, name: str) -> Insn:
        assert self.externs.get(name) == "func", f"{name} is not declared as a kernel function"
        self.relocs.append(SymbolUse(self.offset, R_BPF_64_32, name))
        return Insn("call_local", imm=-1)  # as clang: libbpf makes it BPF_PSEUDO_KFUNC_CALL

    def core(self, insn: Insn) -> Insn:
        assert insn.ref is not None and insn.ref.addend == 0
        ref = insn.ref.core
        assert isinstance(ref, CoreRef)
        self.cores.append((self.offset, ref))
        value = self.core_value(ref)
        cls = TABLE[insn.op].code & 7
        if cls in _MEMORY:
            assert ref.kind == "byte_off", f"{ref.kind} cannot patch {insn.op}"
            return insn._replace(off=value, ref=None)
        assert insn.op == "lddw" or (cls in _ALU and insn.op.endswith("_imm")), f"CO-RE cannot patch {insn.op}"
        return insn._replace(imm=value, ref=None)
