"""Maps and rings of hand-built objects, read from the running kernel."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rucy.loader.decode import Decoder
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import libbpf
from rucy.loader.maps import Map, cpus
from rucy.loader.objects import Loaded
from rucy.loader.rings import AT_ONCE, PerfRing, Ring
from rucy.object import DataVar, MapDef, Module, build_object
from tests.load.firing import opened
from tests.object.hand_built import ARRAY, HASH, PAIR, RINGBUF, U32, U64, function
from tests.run.contents import one_cpu

pytestmark = pytest.mark.root
PERF_EVENT_ARRAY, PERCPU_HASH, PERCPU_ARRAY, QUEUE, STACK = 4, 5, 6, 22, 23
PACKET = bytes(64)


@contextmanager
def maps(*definitions: MapDef, text: str = "r0 = 0x0\nexit") -> Iterator[Loaded]:
    data = (DataVar("dropped", ".bss", U64, bytes(8), 8), DataVar("sent", ".bss", U64, bytes(8), 8))
    module = Module("GPL", (function("entry", text, section="tc"),), definitions, data)
    with opened(build_object(module, None), "tc_ingress") as loaded:
        loaded.load()
        yield loaded


def put(target: Map, key: bytes | None, value: bytes) -> None:
    assert libbpf().call("bpf_map_update_elem", target.fd, key, value, 0) == 0


def test_a_hash() -> None:
    with maps(MapDef("pairs", HASH, U32, PAIR, 4, 16, 100)) as loaded:
        pairs = loaded.map("pairs")
        assert (pairs.type, pairs.key_size, pairs.value_size, pairs.max_entries, pairs.per_cpu) == ("HASH", 4, 16, 100, False)
        assert list(pairs.items()) == []
        for number in range(50):
            put(pairs, struct.pack("<I", number), struct.pack("<Q8s", number * 2, b"x"))
        assert pairs.get(struct.pack("<I", 7)) == struct.pack("<Q8s", 14, b"x")
        assert pairs.get(struct.pack("<I", 50)) is None
        assert sorted(struct.unpack("<I", key)[0] for key in pairs.each_key()) == list(range(50))
        assert sum(struct.unpack("<Q8s", value)[0] for _, value in pairs.items() if isinstance(value, bytes)) == 49 * 50
        with pytest.raises(LoadError, match="4 bytes, not 8"):
            pairs.get(bytes(8))


def test_keys_that_go_while_they_are_walked() -> None:
    with maps(MapDef("counts", HASH, U32, U64, 4, 8, 100)) as loaded:
        counts = loaded.map("counts")
        for number in range(100):
            put(counts, struct.pack("<I", number), bytes(8))
        walked = []
        for key in counts.each_key():
            walked.append(key)
            libbpf().call("bpf_map_lookup_and_delete_elem", counts.fd, key, bytes(8))
        assert len(walked) == len(set(walked))


def test_an_array_has_all_its_elements() -> None:
    with maps(MapDef("slots", ARRAY, U32, U64, 4, 8, 4)) as loaded:
        slots = loaded.map("slots")
        assert slots.is_array
        put(slots, struct.pack("<I", 2), b"\xff" * 8)
        assert [value for _, value in slots.items()] == [bytes(8), bytes(8), b"\xff" * 8, bytes(8)]
        assert slots.get(struct.pack("<I", 4)) is None


@pytest.mark.parametrize("kind", [PERCPU_HASH, PERCPU_ARRAY])
def test_a_value_for_each_cpu(kind: int) -> None:
    with maps(MapDef("each", kind, U32, U32, 4, 4, 4)) as loaded:
        each = loaded.map("each")
        put(each, bytes(4), b"".join(struct.pack("<I4x", 100 + cpu) for cpu in range(cpus())))
        assert each.per_cpu
        assert each.get(bytes(4)) == [struct.pack("<I", 100 + cpu) for cpu in range(cpus())]


@pytest.mark.parametrize(("kind", "order"), [(QUEUE, [1, 2, 3]), (STACK, [3, 2, 1])])
def test_queues(kind: int, order: list[int]) -> None:
    with maps(MapDef("waiting", kind, None, U64, 0, 8, 4)) as loaded:
        waiting = loaded.map("waiting")
        for number in (1, 2, 3):
            put(waiting, None, struct.pack("<Q", number))
        assert waiting.get(b"") == struct.pack("<Q", order[0])
        assert [struct.unpack("<Q", value)[0] for value in waiting.take_all()] == order
        assert waiting.get(b"") is None


# ---------------------------------------------------------------- rings

#: Each run sends one record {number of the run, "event"}, and counts what the ring refused.
SEND = """
        r6 = 0x0 ll ; @global sent
        r7 = 0x1
        lock *(u64 *)(r6 + 0x0) += r7
        r1 = 0x0 ll ; @map events
        r2 = 0x10
        r3 = 0x0
        call 0x83
        if r0 != 0x0 goto room
        r6 = 0x0 ll ; @global dropped
        lock *(u64 *)(r6 + 0x0) += r7
        r0 = 0x0
        exit
    room:
        r1 = *(u64 *)(r6 + 0x0)
        *(u64 *)(r0 + 0x0) = r1
        r1 = 0x746e657665 ll
        *(u64 *)(r0 + 0x8) = r1
        r1 = r0
        r2 = 0x0
        call 0x84
        r0 = 0x1
        exit
    """


def numbers(records: list[bytes], decoder: Decoder, record: int) -> list[int]:
    values = [decoder.decode(record, data) for data in records]
    assert all(value["text"] == "event" for value in values)
    return [value["n"] for value in values]


def test_a_ring_in_order_and_what_it_drops() -> None:
    definition = MapDef("events", RINGBUF, None, PAIR, 0, 0, 4096, record="pair")
    module = Module("GPL", (function("entry", SEND, section="tc"),), (definition,), ())
    with maps(definition, text=SEND) as loaded, Ring("events", loaded.map_fd("events")) as ring:
        decoder = Decoder.of_object(build_object(module._replace(functions=()), None))
        assert decoder is not None
        record = decoder.map_types()["events"].record or 0
        assert ring.records() == []
        loaded.test_run("entry", PACKET, repeat=10)
        assert numbers(ring.wait(5), decoder, record) == list(range(1, 11))
        loaded.test_run("entry", PACKET, repeat=1000)
        fitting = 4096 // 24 - 1 + (4096 % 24 > 0)  # 16 bytes and a header of 8; a full ring is never used to the last byte
        kept = numbers(ring.records(), decoder, record)
        dropped = int.from_bytes(loaded.read_global("dropped"), "little")
        assert (len(kept) + dropped, kept) == (1000, list(range(11, 11 + len(kept))))
        assert abs(len(kept) - fitting) <= 1
        loaded.test_run("entry", PACKET)
        assert numbers(ring.records(), decoder, record) == [1011]


def test_a_busy_ring_lets_go() -> None:
    definition = MapDef("events", RINGBUF, None, PAIR, 0, 0, 1 << 18, record="pair")
    with maps(definition, text=SEND) as loaded, Ring("events", loaded.map_fd("events")) as ring:
        loaded.test_run("entry", PACKET, repeat=AT_ONCE + 5)
        assert [len(ring.records()) for _ in range(3)] == [AT_ONCE, 5, 0]


#: bpf_perf_event_output(ctx, map, BPF_F_CURRENT_CPU, data, 16)
PERF = """
        r6 = 0x0 ll ; @global sent
        r7 = 0x1
        lock *(u64 *)(r6 + 0x0) += r7
        r2 = *(u64 *)(r6 + 0x0)
        *(u64 *)(r10 - 0x10) = r2
        r2 = 0x746e657665 ll
        *(u64 *)(r10 - 0x8) = r2
        r2 = 0x0 ll ; @map events
        r3 = 0xffffffff ll
        r4 = r10
        r4 += -0x10
        r5 = 0x10
        call 0x19
        r0 = 0x0
        exit
    """


def test_a_perf_buffer() -> None:
    definition = MapDef("events", PERF_EVENT_ARRAY, None, None, 4, 4, cpus())
    with maps(definition, text=PERF) as loaded, one_cpu():  # a loss is told with the next record of the same CPU
        ring = PerfRing("events", loaded.map_fd("events"))
        try:
            loaded.test_run("entry", PACKET, repeat=3)
            found = [struct.unpack_from("<Q8s", data) for data in ring.records()]
            assert found == [(n, b"event\0\0\0") for n in (1, 2, 3)]
            loaded.test_run("entry", PACKET, repeat=20000)
            kept = len(ring.records())
            loaded.test_run("entry", PACKET)  # the kernel tells of a loss with the next record
            kept += len(ring.records())
            assert ring.lost > 0
            assert kept + ring.lost == 20001
        finally:
            ring.close()


def test_what_is_no_ring() -> None:
    definition = MapDef("slots", ARRAY, U32, U64, 4, 8, 4)
    with maps(definition) as loaded, pytest.raises(LoadError, match="the ring `slots` cannot be read"):
        Ring("slots", loaded.map_fd("slots"))
