"""Values as bytes: what `decode` reads comes back as it was; no kernel."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rucy.btf.describe import CArray, CEnum, CInt, CPtr, CStruct, CType, CTypedef, CUnion, CVoid
from rucy.btf.reader import Btf
from rucy.btf.types import Member, Struct
from rucy.btf.writer import BtfWriter
from rucy.loader import symbols
from rucy.loader.decode import Decoder
from rucy.loader.encode import Encoder
from tests.object.hand_built import CHAR, U32, U64

U8, U16, I8, I64 = CInt("unsigned char", 8), CInt("unsigned short", 16), CInt("signed char", 8, True), CInt("long long", 64, True)
LOCK = CStruct("bpf_spin_lock", 4, (("val", U32, 0),))
BOOL, INT = CInt("_Bool", 8, "bool"), CInt("int", 32, True)


def both(ctype: CType) -> tuple[int, Encoder, Decoder]:
    writer = BtfWriter()
    number = writer.add(ctype)
    btf = Btf(writer.finish())
    return number, Encoder(btf), Decoder(btf)


def encoded(ctype: CType, value: Any) -> bytes:
    number, encoder, _ = both(ctype)
    return encoder.encode(number, value)


SIMPLE: dict[str, tuple[CType, int]] = {
    "u8": (U8, 1), "i8": (I8, 1), "u64": (U64, 8), "i64": (I64, 8), "u128": (CInt("unsigned __int128", 128), 16),
    "array": (CArray(U16, 3), 6), "arrays": (CArray(CArray(U8, 2), 2), 4), "pointer": (CPtr(CVoid()), 8),
    "enum": (CEnum("kind", 4, (("NONE", 0), ("LEFT", -1))), 4), "pid": (CTypedef("pid_t", U32), 4),
    "ip4": (CTypedef("ip4", U32), 4), "ip6": (CTypedef("ip6", CArray(U8, 16)), 16), "mac": (CTypedef("mac", CArray(U8, 6)), 6),
    "be16": (CTypedef("__be16", U16), 2), "be32": (CTypedef("__be32", U32), 4), "be64": (CTypedef("__be64", U64), 8),
    "union": (CUnion("either", 4, (("bytes", CArray(U8, 4), 0), ("number", U32, 0))), 4),
    "struct": (CStruct("outer", 16, (
        ("in", CStruct("inner", 8, (("x", U32, 0), ("y", CTypedef("ip4", U32), 32))), 0),
        ("", CUnion("", 8, (("number", U64, 0), ("low", U32, 0))), 64),
    )), 16),
}  # fmt: skip


@given(st.data(), st.sampled_from(sorted(SIMPLE)))
def test_bytes_that_are_read_come_back(data: st.DataObject, name: str) -> None:
    ctype, size = SIMPLE[name]
    number, encoder, decoder = both(ctype)
    raw = data.draw(st.binary(min_size=size, max_size=size))
    assert encoder.encode(number, decoder.decode(number, raw)) == raw


@given(st.binary(max_size=8).filter(lambda raw: b"\0" not in raw))
def test_text_comes_back(raw: bytes) -> None:
    number, encoder, decoder = both(CArray(CHAR, 8))
    assert encoder.encode(number, decoder.decode(number, raw.ljust(8, b"\0"))) == raw.ljust(8, b"\0")
    assert encoder.encode(number, raw) == raw.ljust(8, b"\0")


@given(st.integers(0, 2**40 - 1))
def test_bits_of_fields(bits: int) -> None:
    """A struct with bitfields, signed and not, one over a byte's end."""
    writer = BtfWriter()
    u64, i64 = writer.add(U64), writer.add(I64)
    btf = Btf(writer.finish())
    made = Struct("bits", 8, (Member("a", u64, 0, 3), Member("b", i64, 3, 7), Member("c", u64, 10, 30)))
    encoder, decoder = Encoder(btf), Decoder(btf)
    out = bytearray(8)
    raw = bits.to_bytes(8, "little")
    encoder._fields(made, decoder._fields(made)(raw, 0), out, 0)
    assert bytes(out) == raw


@pytest.mark.parametrize(
    ("ctype", "value", "data"),
    [
        (BOOL, True, b"\1"),
        (CArray(U16, 3), [1], b"\1\0\0\0\0\0"),
        (CEnum("kind", 4, (("NONE", 0), ("LEFT", -1))), "LEFT", b"\xff" * 4),
        (CEnum("kind", 4, (("NONE", 0), ("LEFT", -1))), 7, b"\7\0\0\0"),
        (CTypedef("errno", INT), "EPERM", struct.pack("<i", -1)),
        (CTypedef("errno", INT), "0", bytes(4)),
        (CTypedef("errno", U64), "-5000", struct.pack("<q", -5000)),
        (CStruct("v", 8, (("n", U32, 0), ("text", CArray(CHAR, 4), 32))), {"text": "ab"}, b"\0\0\0\0ab\0\0"),
        (CStruct("v", 8, (("lock", LOCK, 0), ("n", U32, 32))), {"n": 3}, b"\0\0\0\0\3\0\0\0"),
    ],
)
def test_values(ctype: CType, value: object, data: bytes) -> None:
    assert encoded(ctype, value) == data


@pytest.mark.parametrize(
    ("ctype", "value", "kind", "said"),
    [
        (U8, 256, ValueError, "a number from 0 to 255 is asked, not 256"),
        (I8, -129, ValueError, "from -128 to 127"),
        (U8, True, TypeError, "a whole number is asked, not True"),
        (U64, 1.0, TypeError, "not 1.0"),
        (BOOL, 1, TypeError, "True or False is asked, not 1"),
        (CArray(U8, 2), [1, 2, 3], ValueError, "at most 2 elements; this has 3"),
        (CArray(U8, 2), "ab", TypeError, "a sequence of 2 is asked"),
        (CArray(CHAR, 2), "abc", ValueError, "at most 2 bytes of text"),
        (CArray(CHAR, 2), 5, TypeError, "text is asked, not 5"),
        (CTypedef("ip6", CArray(U8, 16)), "10.0.0.1", ValueError, "an IPv6 address, such as fe80::1, is asked"),
        (CTypedef("ip4", U32), 5, TypeError, "an address is asked, text; not 5"),
        (CTypedef("ksym", U64), "no_such_symbol", ValueError, "this kernel has no symbol `no_such_symbol`"),
        (CEnum("kind", 4, (("NONE", 0),)), "SOME", ValueError, "there is no `SOME` in `enum kind`"),
        (CStruct("v", 4, (("n", U32, 0),)), {"m": 1}, TypeError, "`v` has no field `m`; it has: n"),
        (CStruct("v", 4, (("n", U32, 0),)), [1], TypeError, "fields of `v` are asked"),
        (CStruct("v", 4, (("n", U32, 0),)), {"n": -1}, ValueError, "`n`: a number from 0"),
    ],
)
def test_what_does_not_fit(ctype: CType, value: object, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as caught:
        encoded(ctype, value)
    assert said in str(caught.value)


@pytest.mark.parametrize(("size", "letter"), [(4, "f"), (8, "d")])
def test_numbers_with_a_point(size: int, letter: str) -> None:
    """By BTF as clang writes it: ours has none."""
    words = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 12, 12, 7) + struct.pack("<III", 1, 16 << 24, size) + b"\0float\0"
    encoder, decoder = Encoder(Btf(words)), Decoder(Btf(words))
    assert encoder.encode(1, 0.5) == struct.pack("<" + letter, 0.5)
    assert decoder.decode(1, encoder.encode(1, -3)) == -3.0
    with pytest.raises(TypeError, match="a number is asked, not '1'"):
        encoder.encode(1, "1")


def test_keys() -> None:
    number, encoder, _ = both(CStruct("COUNTS_key", 24, (("k0", U32, 0), ("k1", CArray(CHAR, 16), 32))))
    assert encoder.encode_key(number, (12, "bash")) == struct.pack("<I16s4x", 12, b"bash")
    for wrong in ((1,), "ab", 5):
        with pytest.raises(TypeError, match="a key has 2 parts"):
            encoder.encode_key(number, wrong)
    number, encoder, _ = both(CStruct("prefix", 8, (("prefixlen", U32, 0), ("addr", CTypedef("ip4", U32), 32))))
    assert encoder.encode_key(number, "10.0.0.0/8") == b"\x08\0\0\0\x0a\0\0\0"
    for text in ("10.0.0.0", "10.0.0.0/x"):
        with pytest.raises(ValueError, match="a prefix is written as"):
            encoder.encode_key(number, text)


def test_kernel_symbols(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbols, "_table", lambda: ([0x1000, 0x2000], ["first", "second"]))
    number, encoder, decoder = both(CTypedef("ksym", U64))
    for address in (0x1000, 0x1010, 0x2004, 0xFFF, 0x7FFFFFFF):
        raw = struct.pack("<Q", address)
        assert encoder.encode(number, decoder.decode(number, raw)) == raw == encoder.encode(number, address)
