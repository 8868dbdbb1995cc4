"""`.BTF.ext`: which instruction begins which function, comes from which line, is relocated how.

In: `SectionInfo` for each section of code; names and texts go into the strings of the object's `.BTF`. Out: bytes, and
back. Offsets are bytes from the section's start, as in an object file (struct btf_ext_header of libbpf's
libbpf_internal.h; records: struct bpf_func_info, bpf_line_info, bpf_core_relo of uapi linux/bpf.h).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rucy.btf.core import RELO_KINDS, RELO_NAMES
from rucy.btf.types import MAGIC, BtfError
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.btf.writer import BtfWriter

_HEADER = "<HBBIIIIIII"
_HEADER_SIZE = 32
_MAX_LINE, _MAX_COLUMN = (1 << 22) - 1, (1 << 10) - 1  # BPF_LINE_INFO_LINE_NUM, BPF_LINE_INFO_LINE_COL


class FuncInfo(NamedTuple):
    insn_off: int
    type_id: int  # of a FUNC


class LineInfo(NamedTuple):
    insn_off: int
    file: str
    text: str  # the source line
    line: int  # from 1
    column: int  # from 1; one past 1023 is written as 1023


class CoreRelo(NamedTuple):
    insn_off: int
    type_id: int  # in the object's own BTF
    access: str
    kind: str  # a key of RELO_KINDS


class SectionInfo(NamedTuple):
    """The records of one section of code, each list ascending by offset."""

    name: str
    funcs: tuple[FuncInfo, ...] = ()
    lines: tuple[LineInfo, ...] = ()
    relos: tuple[CoreRelo, ...] = ()


class Ext(NamedTuple):
    sections: tuple[SectionInfo, ...]

    def section(self, name: str) -> SectionInfo | None:
        return next((each for each in self.sections if each.name == name), None)


def write_ext(writer: BtfWriter, sections: Sequence[SectionInfo]) -> bytes:
    """The section's bytes; before `writer.finish()`, because the texts become strings of the writer."""
    text = writer.string

    def packed(size: int, records: list[tuple[str, list[tuple[int, ...]]]]) -> bytes:
        out = b""
        for name, rows in records:
            if rows:
                out += struct.pack("<II", text(name), len(rows))
                out += b"".join(struct.pack("<" + "I" * (size // 4), *row) for row in rows)
        return struct.pack("<I", size) + out if out else b""

    funcs = packed(8, [(s.name, [(f.insn_off, f.type_id) for f in s.funcs]) for s in sections])
    lines = packed(16, [(s.name, [_line_row(writer, line) for line in s.lines]) for s in sections])
    relos = packed(
        16,
        [(s.name, [(r.insn_off, r.type_id, text(r.access), RELO_KINDS[r.kind]) for r in s.relos]) for s in sections],
    )
    spans = (0, len(funcs), len(funcs), len(lines), len(funcs) + len(lines), len(relos))
    return struct.pack(_HEADER, MAGIC, 1, 0, _HEADER_SIZE, *spans) + funcs + lines + relos


def _line_row(writer: BtfWriter, line: LineInfo) -> tuple[int, int, int, int]:
    where = min(line.line, _MAX_LINE) << 10 | min(line.column, _MAX_COLUMN)
    return line.insn_off, writer.string(line.file), writer.string(line.text), where


def read_ext(btf: bytes, ext: bytes) -> Ext:
    """All records of a `.BTF.ext`; `btf` is the object's `.BTF`, where the strings are. BtfError if it is damaged."""
    from rucy.btf.reader import Btf

    strings = Btf(btf)

    def text(offset: int) -> str:
        return strings.string(offset).decode("utf-8", "replace")

    spans = _spans(ext)
    funcs = {text(name): rows for name, rows in _blocks(ext, *spans[0], 2)}
    lines = {text(name): rows for name, rows in _blocks(ext, *spans[1], 4)}
    relos = {text(name): rows for name, rows in _blocks(ext, *spans[2], 4)}
    sections = []
    for name in dict.fromkeys([*funcs, *lines, *relos]):
        for row in relos.get(name, ()):
            if row[3] not in RELO_NAMES:
                raise BtfError(f"relocation kind {row[3]} is not known")
        sections.append(
            SectionInfo(
                name,
                tuple(FuncInfo(*row) for row in funcs.get(name, ())),
                tuple(LineInfo(at, text(f), text(t), pos >> 10, pos & 1023) for at, f, t, pos in lines.get(name, ())),
                tuple(CoreRelo(at, t, text(access), RELO_NAMES[kind]) for at, t, access, kind in relos.get(name, ())),
            )
        )
    return Ext(tuple(sections))


def _spans(ext: bytes) -> list[tuple[int, int]]:
    """(start, end) of func_info, line_info and core_relo records."""
    if len(ext) < 24:
        raise BtfError(f"{len(ext)} bytes are too few for .BTF.ext")
    magic, version, _, size = struct.unpack_from("<HBBI", ext)
    if magic != MAGIC or version != 1 or size < 24 or size > len(ext):
        raise BtfError("this is not .BTF.ext (its header is wrong)")
    words = struct.unpack_from("<IIIIII" if size >= _HEADER_SIZE else "<IIII", ext, 8)
    spans = [(size + words[i], size + words[i] + words[i + 1]) for i in range(0, len(words), 2)]
    spans += [(0, 0)] * (3 - len(spans))
    if any(end > len(ext) for _, end in spans):
        raise BtfError("a part of .BTF.ext does not fit into it (truncated?)")
    return spans


def _blocks(ext: bytes, at: int, end: int, words: int) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    """(name of the section, records cut to `words` words) of one part."""
    if at == end:
        return
    if end - at < 4:
        raise BtfError("a part of .BTF.ext is too short")
    (size,) = struct.unpack_from("<I", ext, at)
    if size < words * 4 or size % 4:
        raise BtfError(f"records of .BTF.ext of {size} bytes are not known")
    at += 4
    while at < end:
        if end - at < 8:
            raise BtfError("a part of .BTF.ext ends inside a section's header")
        name, count = struct.unpack_from("<II", ext, at)
        at += 8
        if count * size > end - at:
            raise BtfError("a part of .BTF.ext ends inside its records")
        yield name, [struct.unpack_from("<" + "I" * words, ext, at + i * size) for i in range(count)]
        at += count * size
