"""Functions and their places in the code → `.BTF.ext`: which function begins where, and from which line, relocated how."""

from __future__ import annotations

from rucy.btf.ext import CoreRelo, FuncInfo, LineInfo, SectionInfo, write_ext
from rucy.btf.writer import BtfWriter
from rucy.isa.insn import slots
from rucy.object.layout import Layout
from rucy.object.model import Function
from rucy.object.resolve import Code


def add_ext(writer: BtfWriter, functions: dict[str, int], layout: Layout, codes: dict[str, Code]) -> bytes:
    """The contents of `.BTF.ext`; its strings go to `writer`. `functions` gives the id of a function's FUNC."""
    with_lines = any(function.lines for members in layout.code.values() for function in members)
    sections = []
    for name, members in layout.code.items():
        funcs = []
        lines: list[LineInfo] = []
        for function in members:
            start = layout.places[function.name].offset
            funcs.append(FuncInfo(start, functions[function.name]))
            lines += _line_infos(function, start) if with_lines else []
        relos = tuple(CoreRelo(offset, *writer.remap(ref), ref.kind) for offset, ref in codes[name].cores)
        sections.append(SectionInfo(name, tuple(funcs), tuple(lines), relos))
    return write_ext(writer, sections)


def _line_infos(function: Function, start: int) -> list[LineInfo]:
    """One a range, the first at the function's start: the kernel refuses line information with a function that has none
    there (Linux kernel/bpf/verifier.c, check_btf_line: "missing bpf_line_info for func").
    """
    assert function.lines, f"{function.name}: no lines, where other functions have some"
    starts = [start]
    for insn in function.insns:
        starts.append(starts[-1] + 8 * slots(insn))
    found: list[LineInfo] = []
    previous = -1
    for index, place in function.lines:
        assert previous < index < len(function.insns), f"{function.name}: line at {index} out of order"
        previous = index
        offset = starts[index] if found else start
        found.append(LineInfo(offset, place.file, place.text, place.line, place.column))
    return found
