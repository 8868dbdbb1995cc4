"""Values, maps and histograms as text and as JSON; the maps are the running kernel's."""

from __future__ import annotations

import json
import math
import struct

import pytest

from rucy.btf.describe import CArray, CInt, CStruct
from rucy.loader import show
from rucy.loader.decode import Address, Decoder
from rucy.loader.maps import cpus
from rucy.object import DataVar, MapDef, Module, build_object
from tests.load.firing import opened
from tests.object.hand_built import ARRAY, CHAR, HASH, PAIR, U32, U64, function

PERCPU_HASH, PERCPU_ARRAY, QUEUE = 5, 6, 22
I64 = CInt("long long", 64, True)


def test_words() -> None:
    words = {"bash": "bash", "": '""', "a b": '"a b"', "k=v": '"k=v"', "a\n": '"a\\n"', "ä": "ä"}
    assert {text: show.word(text) for text in words} == words
    assert show.word([1, True, None, Address(255)]) == "[1, true, , 0xff]"
    record = {"comm": "a b", "pid": 12, "ok": False, "at": {"x": -1, "y": [1, 2]}}
    assert show.record(record) == 'comm="a b" pid=12 ok=false at={x=-1 y=[1, 2]}'


def test_json() -> None:
    text = b"a\xff".decode("utf-8", "surrogateescape")
    line = show.to_json({"n": 2**64 - 1, "text": text, "ok": True, "list": [Address(16), {"k": "ä"}]})
    assert line == '{"n": 18446744073709551615, "text": "a\ufffd", "ok": true, "list": [16, {"k": "ä"}]}'
    assert json.loads(line)["n"] == 2**64 - 1
    assert json.loads(show.to_json([0.5, math.inf, math.nan])) == [0.5, "inf", "nan"]


def shown(definition: MapDef, rows: list[tuple[bytes | None, bytes]], how: str = "", as_json: bool = False) -> list[str]:
    from rucy.loader.libbpf import libbpf

    data = build_object(Module("GPL", (function("f", "r0 = 0x0\nexit", section="tc"),), (definition,), _NONE), None)
    decoder = Decoder.of_object(data)
    assert decoder is not None
    with opened(data, "tc_ingress") as loaded:
        loaded.load()
        target = loaded.map(definition.name)
        for key, value in rows:
            assert libbpf().call("bpf_map_update_elem", target.fd, key, value, 0) == 0
        return show.map_lines(target, decoder.map_types()[definition.name], decoder, how, as_json)


_NONE = (DataVar("nothing", ".bss", U64, bytes(8), 8),)
COUNTS = MapDef("COUNTS", HASH, U32, U64, 4, 8, 10)


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


def u64(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}Q", *numbers)


@pytest.mark.root
def test_numbers_by_key() -> None:
    rows: list[tuple[bytes | None, bytes]] = [(u32(7), u64(2**64 - 1)), (u32(100), u64(5)), (u32(3), u64(5))]
    assert shown(COUNTS, rows) == [
        "COUNTS:",
        "    3                     5",
        "  100                     5",
        "    7  18446744073709551615",
    ]
    assert shown(COUNTS, []) == ["COUNTS: empty"]
    assert json.loads(shown(COUNTS, rows, as_json=True)[0]) == {
        "map": "COUNTS",
        "entries": [{"key": 3, "value": 5}, {"key": 100, "value": 5}, {"key": 7, "value": 2**64 - 1}],
    }


@pytest.mark.root
def test_composite_keys_and_structs() -> None:
    key = CStruct("BY_key", 24, (("k0", U32, 0), ("k1", CArray(CHAR, 16), 32)))
    definition = MapDef("BY", HASH, key, PAIR, 24, 16, 10)
    rows: list[tuple[bytes | None, bytes]] = [
        (struct.pack("<I16s4x", 12, b"sshd"), struct.pack("<Q8s", 1, b"one")),
        (struct.pack("<I16s4x", 3, b"Web Content"), struct.pack("<Q8s", 22, b"")),
    ]
    assert shown(definition, rows) == ["BY:", '   3  "Web Content"  n=22 text=""', "  12  sshd           n=1 text=one"]
    assert json.loads(shown(definition, rows, as_json=True)[0])["entries"] == [
        {"key": [3, "Web Content"], "value": {"n": 22, "text": ""}},
        {"key": [12, "sshd"], "value": {"n": 1, "text": "one"}},
    ]


@pytest.mark.root
def test_arrays_without_zeros_and_queues() -> None:
    slots = MapDef("SLOTS", ARRAY, U32, U64, 4, 8, 20)
    assert shown(slots, [(u32(11), u64(1)), (u32(2), u64(9))]) == ["SLOTS:", "   2  9", "  11  1"]
    queue = MapDef("WAITING", QUEUE, None, U64, 0, 8, 4)
    assert shown(queue, [(None, u64(5)), (None, u64(17))]) == ["WAITING:", "   5", "  17"]
    assert shown(queue, [(None, u64(5))], as_json=True) == ['{"map": "WAITING", "entries": [{"value": 5}]}']


@pytest.mark.root
def test_per_cpu_values_are_summed_and_structs_are_not() -> None:
    signed = MapDef("SIGNED", PERCPU_HASH, U32, I64, 4, 8, 4)
    rows: list[tuple[bytes | None, bytes]] = [(u32(1), struct.pack("<q", -3) * cpus())]
    assert shown(signed, rows) == ["SIGNED:", f"  1  {-3 * cpus()}"]
    pairs = MapDef("PAIRS", PERCPU_ARRAY, U32, PAIR, 4, 16, 2)
    value = struct.pack("<Q8s", 4, b"x") + bytes(16 * (cpus() - 1))
    assert shown(pairs, [(u32(1), value)]) == ["PAIRS:", "  1  cpu0  n=4 text=x"]


@pytest.mark.root
def test_a_log2_histogram() -> None:
    hist = MapDef("H", PERCPU_ARRAY, U32, U64, 4, 8, 66)
    rows: list[tuple[bytes | None, bytes]] = [
        (u32(slot), u64(*[count] * cpus())) for slot, count in ((0, 1), (1, 2), (2, 8), (4, 4), (12, 1))
    ]
    n = cpus()
    lines = shown(hist, rows, "log2")
    assert lines[0] == "H:"
    assert [line.split("|")[0].rsplit(maxsplit=1) for line in lines[1:]] == [
        ["  (…, 0)", str(n)], ["  [0]", str(2 * n)], ["  [1]", str(8 * n)], ["  [2, 4)", "0"], ["  [4, 8)", str(4 * n)],
        *[[f"  [{1 << i}, {2 << i})", "0"] for i in range(3, 9)],
        ["  [512, 1K)", "0"], ["  [1K, 2K)", str(n)],
    ]  # fmt: skip
    bars = [line.split("|")[1].count("@") for line in lines[1:]]
    assert (bars[:5], bars[-1]) == ([6, 13, 52, 0, 26], 6)
    assert len({len(line) for line in lines[1:]}) == 1
    found = json.loads(shown(hist, rows, "log2", True)[0])
    assert found["map"] == "H"
    assert found["histogram"][:2] == [{"high": -1, "count": n}, {"low": 0, "high": 0, "count": 2 * n}]
    assert found["histogram"][-1] == {"low": 1024, "high": 2047, "count": n}
    assert shown(hist, [], "log2") == ["H: empty"]
    highest = shown(hist, [(u32(65), u64(*[1] * n))], "log2")[1]
    assert highest.startswith("  [8E, 16E)")


@pytest.mark.root
def test_a_linear_histogram_by_key() -> None:
    hist = MapDef("H", PERCPU_HASH, U32, CArray(U64, 5), 4, 40, 4)
    low = u64(1, 0, 6, 0, 3) + bytes(40 * (cpus() - 1))
    lines = shown(hist, [(u32(9), low), (u32(5), bytes(40 * cpus()))], "linear 10 5 3")
    assert lines[:2] == ["H[5]: empty", "H[9]:"]
    assert [line.split("|")[0].rsplit(maxsplit=1) for line in lines[2:]] == [
        ["  (…, 10)", "1"], ["  [10, 15)", "0"], ["  [15, 20)", "6"], ["  [20, 25)", "0"], ["  [25, …)", "3"],
    ]  # fmt: skip
    found = json.loads(shown(hist, [(u32(9), low)], "linear 10 5 3", True)[0])
    assert [entry["key"] for entry in found["entries"]] == [9]
    assert found["entries"][0]["histogram"][-1] == {"low": 25, "count": 3}


@pytest.mark.root
def test_statistics() -> None:
    stats = MapDef("S", PERCPU_ARRAY, U32, CArray(U64, 4), 4, 32, 1)
    value = struct.pack("<QqqQ", 3, -10, -20, 2**64 - 5) + bytes(32 * (cpus() - 1))
    assert shown(stats, [(u32(0), value)], "stats") == ["S: count=3 sum=-10 min=-20 max=-5 average=-4"]
    assert json.loads(shown(stats, [], "stats", True)[0]) == {"map": "S", "stats": {"count": 0}}
