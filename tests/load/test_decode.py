"""Bytes as values, by types that are made here; no kernel."""

from __future__ import annotations

import errno
import struct

import pytest

from rucy.btf.describe import CArray, CEnum, CInt, CPtr, CStruct, CType, CTypedef, CUnion, CVoid
from rucy.btf.reader import Btf
from rucy.btf.writer import BtfWriter
from rucy.loader import symbols
from rucy.loader.decode import Address, Decoder, MapTypes
from rucy.loader.errors import LoadError
from rucy.object import MapDef, Module, build_object
from tests.object.hand_built import CHAR, HASH, RINGBUF, U32, U64, maps_and_globals

I16, I64 = CInt("short", 16, True), CInt("long long", 64, True)
BOOL, U8 = CInt("_Bool", 8, "bool"), CInt("unsigned char", 8)


def decoded(ctype: CType, data: bytes) -> object:
    writer = BtfWriter()
    number = writer.add(ctype)
    return Decoder(Btf(writer.finish())).decode(number, data)


@pytest.mark.parametrize(
    ("ctype", "data", "value"),
    [
        (U64, b"\xff" * 8, 2**64 - 1),
        (I64, b"\xff" * 8, -1),
        (I16, b"\x00\x80", -32768),
        (CInt("unsigned __int128", 128), b"\xff" * 16, 2**128 - 1),
        (BOOL, b"\1", True),
        (BOOL, b"\0", False),
        (CArray(U8, 3), b"\1\2\xff", [1, 2, 255]),
        (CArray(CHAR, 6), b"ab\0cde", "ab"),
        (CArray(CHAR, 3), b"abc", "abc"),
        (CArray(CHAR, 3), b"\xc3\xa4\0", "ä"),
        (CArray(CArray(CHAR, 2), 2), b"a\0bc", ["a", "bc"]),
        (CEnum("kind", 4, (("NONE", 0), ("LEFT", -1))), b"\xff\xff\xff\xff", "LEFT"),
        (CEnum("kind", 4, (("NONE", 0),)), b"\5\0\0\0", 5),
        (CEnum("wide", 8, (("BIG", 2**63),)), struct.pack("<Q", 2**63), "BIG"),
        (CTypedef("pid_t", U32), b"\7\0\0\0", 7),
        (CTypedef("ip4", U32), b"\x7f\0\0\1", "127.0.0.1"),
        (CTypedef("ip6", CArray(U8, 16)), bytes(15) + b"\1", "::1"),
        (CTypedef("mac", CArray(U8, 6)), b"\2\0\0\xab\xcd\xef", "02:00:00:ab:cd:ef"),
        (CTypedef("errno", CInt("int", 32, True)), struct.pack("<i", -errno.EPERM), "EPERM"),
        (CTypedef("errno", U64), struct.pack("<q", -errno.ENOENT), "ENOENT"),
        (CTypedef("errno", U32), bytes(4), "0"),
        (CTypedef("__be16", CInt("unsigned short", 16)), b"\x01\xbb", 443),
    ],
)
def test_values(ctype: CType, data: bytes, value: object) -> None:
    found = decoded(ctype, data)
    assert (found, type(found)) == (value, type(value))


def test_structs_and_unions() -> None:
    inner = CStruct("inner", 8, (("x", U32, 0), ("y", U32, 32)))
    either = CUnion("", 4, (("number", U32, 0), ("bytes", CArray(U8, 4), 0)))
    outer = CStruct("outer", 24, (("in", inner, 0), ("", either, 64), ("p", CPtr(CVoid()), 128)))
    data = struct.pack("<IIIIQ", 1, 2, 0x04030201, 0, 0xFFFF8880_00000000)
    found = decoded(outer, data)
    assert found == {"in": {"x": 1, "y": 2}, "number": 0x04030201, "bytes": [1, 2, 3, 4], "p": 0xFFFF888000000000}
    assert isinstance(found, dict)
    assert str(found["p"]) == "0xffff888000000000"
    assert isinstance(found["p"], Address)


def test_the_kernels_own_objects_are_left_out() -> None:
    lock = CStruct("bpf_spin_lock", 4, (("val", U32, 0),))
    assert decoded(CStruct("v", 8, (("lock", lock, 0), ("n", U32, 32))), struct.pack("<II", 9, 3)) == {"n": 3}


def test_a_composite_key_is_a_list() -> None:
    writer = BtfWriter()
    number = writer.add(CStruct("COUNTS_key", 24, (("k0", U32, 0), ("k1", CArray(CHAR, 16), 32))))
    plain = writer.add(CStruct("pair", 8, (("a", U32, 0), ("b", U32, 32))))
    decoder = Decoder(Btf(writer.finish()))
    assert decoder.decode_key(number, struct.pack("<I16s4x", 12, b"bash")) == [12, "bash"]
    assert decoder.decode_key(plain, struct.pack("<II", 1, 2)) == {"a": 1, "b": 2}


def test_bytes_that_are_no_text_come_back_as_they_were() -> None:
    found = decoded(CArray(CHAR, 3), b"\xff\xfea")
    assert isinstance(found, str)
    assert found.encode("utf-8", "surrogateescape") == b"\xff\xfea"


def test_kernel_symbols(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbols, "_table", lambda: ([0x1000, 0x2000], ["first", "second"]))
    found = [decoded(CTypedef("ksym", U64), struct.pack("<Q", n)) for n in (0x1000, 0x1010, 0x2004, 0xFFF, 0x7FFFFFFF)]
    assert found == ["first", "first+0x10", "second+0x4", "0xfff", "0x7fffffff"]


def test_types_of_maps() -> None:
    decoder = Decoder.of_object(build_object(maps_and_globals(), None))
    assert decoder is not None
    types = decoder.map_types()
    assert set(types) == {"pairs", "slots", "records"}
    assert decoder.decode(types["pairs"].value or 0, struct.pack("<Q8s", 5, b"five")) == {"n": 5, "text": "five"}
    assert types["records"] == MapTypes(None, None, types["pairs"].value)


def test_a_map_without_types() -> None:
    module = Module("GPL", (), (MapDef("untyped", HASH, None, None, 4, 8, 1), MapDef("ring", RINGBUF, None, None, 0, 0, 4096)))
    decoder = Decoder.of_object(build_object(module, None))
    assert decoder is not None
    assert decoder.map_types()["ring"] == MapTypes(None, None, None)
    assert set(decoder.map_types()) == {"untyped", "ring"}


def test_too_few_bytes() -> None:
    with pytest.raises(LoadError, match="7 bytes are too few for a unsigned long long"):
        decoded(U64, bytes(7))


def test_what_is_no_object() -> None:
    with pytest.raises(LoadError, match="the object's types cannot be read"):
        Decoder.of_object(b"nothing")
