"""Whatever the bytes are: an answer or BtfError, and soon."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rucy.btf import types as t
from rucy.btf.access import find_member, member_names
from rucy.btf.core import RELO_KINDS, CoreRef, core_value
from rucy.btf.ext import CoreRelo, FuncInfo, LineInfo, SectionInfo, read_ext, write_ext
from rucy.btf.reader import Btf, _unwrap_elf, pointee
from rucy.btf.types import BtfError
from rucy.btf.writer import BtfWriter
from tests.btf.test_reader import everything

WRITER, _ = everything()
EXT = write_ext(
    WRITER,
    (SectionInfo("tc", (FuncInfo(0, 1),), (LineInfo(0, "a.rb", "x = 1", 1, 1),), (CoreRelo(8, 1, "0:1", "byte_off"),)),),
)
BTF = WRITER.finish()
SMALL = settings(max_examples=150, deadline=None)


@some.composite
def broken(draw: some.DrawFn, whole: bytes) -> bytes:
    """Some words or bytes replaced, perhaps cut."""
    data = bytearray(whole)
    for _ in range(draw(some.integers(1, 6))):
        at = draw(some.integers(0, len(data) - 4))
        word = draw(some.one_of(some.integers(0, 40), some.integers(0, 0xFFFFFFFF)))
        if draw(some.booleans()):
            struct.pack_into("<I", data, at - at % 4, word)
        else:
            data[at] = word & 0xFF
    return bytes(data[: draw(some.one_of(some.just(len(data)), some.integers(0, len(data))))])


def ask_everything(btf: Btf) -> None:
    for number in range(min(btf.end_id, 60) + 2):
        for question in (
            *(btf.type, btf.kind, btf.name, btf.strip, btf.size, btf.align, btf.spell, btf.type_tags, btf.decl_tags),
            lambda n: pointee(btf, n),
            lambda n: find_member(btf, n, "hi"),
            lambda n: member_names(btf, n),
            lambda n: [core_value(btf, CoreRef(kind, n, access)) for kind in RELO_KINDS for access in ("0", "0:2:1")],
            lambda n: copy(btf, n),
        ):
            with suppress(BtfError):
                question(number)
    for name in ("outer", "HUGE", "work", "nothing"):
        with suppress(BtfError):
            btf.find(name)
        with suppress(BtfError):
            btf.enum_value(name)


def copy(btf: Btf, number: int) -> None:
    writer = BtfWriter(btf)
    writer.use_ref(CoreRef("type_matches", number, "0"))
    writer.import_type(number)
    writer.finish()


@SMALL
@given(broken(BTF))
def test_broken_btf(data: bytes) -> None:
    with suppress(BtfError):
        ask_everything(Btf(data))


@SMALL
@given(broken(EXT))
def test_broken_ext(data: bytes) -> None:
    with suppress(BtfError):
        read_ext(BTF, data)


@SMALL
@given(some.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    for read in (lambda: Btf(data), lambda: read_ext(BTF, data), lambda: _unwrap_elf(b"\x7fELF\x02\x01" + data)):
        with suppress(BtfError):
            read()


def test_a_cut_at_every_byte() -> None:
    for end in range(len(BTF)):
        with pytest.raises(BtfError):
            Btf(BTF[:end])


def raw_btf(*words: int, strings: bytes = b"\0a\0") -> Btf:
    types = struct.pack(f"<{len(words)}I", *words)
    header = struct.pack(t.HEADER, t.MAGIC, 1, 0, t.HEADER_SIZE, 0, len(types), len(types), len(strings))
    return Btf(header + types + strings)


def test_types_without_end() -> None:
    pointer = raw_btf(0, t.PTR << 24, 1)
    typedef = raw_btf(1, t.TYPEDEF << 24, 1)
    struct_of_itself = raw_btf(0, t.STRUCT << 24 | 2, 8, 0, 1, 0, 0, 1, 0)
    array = raw_btf(0, t.ARRAY << 24, 0, 1, 1, 0xFFFFFFFF)
    takes_itself_twice = raw_btf(0, t.FUNC_PROTO << 24 | 2, 1, 0, 1, 0, 1)
    assert pointee(pointer, 1) == 1 and pointer.size(1) == 8
    for asked in (pointer.spell, typedef.strip, typedef.size, array.size, array.align, array.spell, struct_of_itself.align):
        with pytest.raises(BtfError, match="nested too deep"):
            asked(1)
    with pytest.raises(BtfError, match="nested too deep"):
        takes_itself_twice.spell(1)
    assert find_member(struct_of_itself, 1, "a") is None and member_names(struct_of_itself, 1) == []


def test_what_lies_outside() -> None:
    with pytest.raises(BtfError, match="type 1 is of unknown kind or does not fit"):
        raw_btf(0, t.STRUCT << 24 | 0xFFFF, 4)
    with pytest.raises(BtfError, match="type 1 is of unknown kind"):
        raw_btf(0, 20 << 24, 4)
    with pytest.raises(BtfError, match="not a multiple of 4"):
        Btf(struct.pack(t.HEADER, t.MAGIC, 1, 0, t.HEADER_SIZE, 0, 3, 3, 1) + bytes(4))
    with pytest.raises(BtfError, match="string offset 77 lies outside"):
        raw_btf(77, t.FWD << 24, 0)
    with pytest.raises(BtfError, match="version 2"):
        Btf(struct.pack(t.HEADER, t.MAGIC, 2, 0, t.HEADER_SIZE, 0, 0, 0, 1) + bytes(1))
    with pytest.raises(BtfError, match="does not end with a zero"):
        raw_btf(strings=b"\0ab")
    with pytest.raises(BtfError, match="does not begin with the empty"):
        raw_btf(strings=b"ab\0")
    missing = raw_btf(0, t.PTR << 24, 9)
    for number in (2, 9, -1):
        with pytest.raises(BtfError, match="there is no type"):
            missing.type(number)
    with pytest.raises(BtfError, match="there is no type 9"):
        missing.spell(1)
