"""`.BTF.ext`, there and back."""

from __future__ import annotations

import struct

import pytest

from rucy.btf.ext import CoreRelo, Ext, FuncInfo, LineInfo, SectionInfo, read_ext, write_ext
from rucy.btf.types import BtfError
from rucy.btf.writer import BtfWriter

SECTIONS = (
    SectionInfo(
        "kprobe/tcp_connect",
        (FuncInfo(0, 3),),
        (LineInfo(0, "a.rb", "  x = 1", 7, 3), LineInfo(16, "b.rb", "", 4_000_000, 1023)),
        (CoreRelo(8, 5, "0:1:2", "byte_off"), CoreRelo(24, 6, "0", "type_matches")),
    ),
    SectionInfo(".text", (FuncInfo(0, 4), FuncInfo(32, 9)), (LineInfo(0, "a.rb", "def é", 1, 1),)),
)


def test_there_and_back() -> None:
    writer = BtfWriter()
    data = write_ext(writer, SECTIONS)
    ext = read_ext(writer.finish(), data)
    assert ext == Ext(SECTIONS)
    assert ext.section(".text") == SECTIONS[1] and ext.section("tc") is None


def test_the_bytes_are_those_of_the_header_file() -> None:
    writer = BtfWriter()
    data = write_ext(writer, (SectionInfo("tc", (FuncInfo(0, 1),), (LineInfo(8, "f", "t", 3, 5),)),))
    head = (0xEB9F, 1, 0, 32, 0, 20, 20, 28, 48, 0)
    assert struct.unpack_from("<HBBIIIIIII", data) == head
    name, file, text = (writer.string(each) for each in ("tc", "f", "t"))
    assert struct.unpack_from("<5I", data, 32) == (8, name, 1, 0, 1)
    assert struct.unpack_from("<7I", data, 52) == (16, name, 1, 8, file, text, 3 << 10 | 5)
    assert len(data) == 80


def test_nothing_to_say() -> None:
    writer = BtfWriter()
    data = write_ext(writer, (SectionInfo("tc"),))
    assert len(data) == 32 and read_ext(writer.finish(), data) == Ext(())


def test_columns_and_lines_have_an_end() -> None:
    writer = BtfWriter()
    data = write_ext(writer, (SectionInfo("tc", (), (LineInfo(0, "f", "t", 5_000_000, 2000),)),))
    (section,) = read_ext(writer.finish(), data).sections
    assert section.lines == (LineInfo(0, "f", "t", 4194303, 1023),)


def test_records_and_headers_of_other_sizes() -> None:
    """A newer writer's records are longer, an older one's header is shorter."""
    writer = BtfWriter()
    name = writer.string("tc")
    btf = writer.finish()
    longer = struct.pack("<HBBIIIIIII", 0xEB9F, 1, 0, 32, 0, 24, 24, 0, 24, 0) + struct.pack("<6I", 12, name, 1, 8, 2, 99)
    older = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 20, 20, 0) + struct.pack("<5I", 8, name, 1, 8, 2)
    for data in (longer, older):
        assert read_ext(btf, data) == Ext((SectionInfo("tc", (FuncInfo(8, 2),)),))


@pytest.mark.parametrize("end", [0, 8, 31, 40, 60, 100])
def test_cut(end: int) -> None:
    writer = BtfWriter()
    data = write_ext(writer, SECTIONS)
    with pytest.raises(BtfError):
        read_ext(writer.finish(), data[:end])
