"""What maps and rings hold, as Ruby's model of them says it: of a loaded object, and of the interpreter's models.

A map is a list of pairs, a queue, stack or ring the list of what it holds; numbers, text and dicts by the object's BTF. A
bloom filter shows nothing.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

SCRATCH = "rucy_scratch_"
_KEYED = ("HASH", "LRU_HASH", "PERCPU_HASH", "LRU_PERCPU_HASH", "ARRAY", "PERCPU_ARRAY", "LPM_TRIE")


def types_of(data: bytes) -> Any:
    from rucy.loader.decode import Decoder

    decoder = Decoder.of_object(data)
    assert decoder is not None
    return decoder


@contextmanager
def one_cpu() -> Iterator[int]:
    """This thread stays where it is; the CPU's number."""
    before = os.sched_getaffinity(0)
    cpu = int(ctypes.CDLL(None).sched_getcpu())
    os.sched_setaffinity(0, {cpu})
    try:
        yield cpu
    finally:
        os.sched_setaffinity(0, before)


def without_scratch(models: dict[str, Any]) -> dict[str, Any]:
    """Behind a run, in which every claim was given up."""
    for name, model in models.items():
        if name.startswith(SCRATCH):
            assert not any(any(value[:8]) for value in model.contents().values()), "a claim that was not given up"
    return {name: model for name, model in models.items() if not name.startswith(SCRATCH)}


def of_models(decoder: Any, models: dict[str, Any], only: Collection[str] | None = None) -> dict[str, Any]:
    types, shown = decoder.map_types(), {}
    for name, model in models.items():
        if only is not None and name not in only:
            continue
        kind, known = model.row.type, types[name]
        if kind in _KEYED:
            if "ARRAY" in kind:
                for index in range(model.row.entries):
                    model.find(index.to_bytes(4, "little"))
            shown[name] = [
                [decoder.decode_key(known.key, k), decoder.decode(known.value, v)] for k, v in model.contents().items()
            ]
        elif kind in ("RINGBUF", "PERF_EVENT_ARRAY"):
            shown[name] = [decoder.decode(known.record, record) for record in model.listed]
        elif kind == "BLOOM_FILTER":
            shown[name] = None
        else:
            listed = [decoder.decode(known.value, value) for value in model.listed]
            shown[name] = listed[::-1] if kind == "STACK" else listed
    return shown


def of_loaded(decoder: Any, loaded: Any, only: Collection[str] | None = None) -> dict[str, Any]:
    """Of per-CPU maps the values of the running CPU. Lists and rings are emptied."""
    cpu = int(ctypes.CDLL(None).sched_getcpu())
    shown = {}
    for name, known in decoder.map_types().items():
        map = loaded.map(name)
        if name.startswith(SCRATCH):
            assert all(cell[:8] == bytes(8) for _, cells in map.items() for cell in cells), "a claim that was not given up"
        elif only is None or name in only:
            shown[name] = _of_map(decoder, known, map, cpu)
    return shown


def _of_map(decoder: Any, known: Any, map: Any, cpu: int) -> Any:
    from rucy.loader.rings import Ring

    if map.type in _KEYED:
        cells = [(key, cell[cpu] if isinstance(cell, list) else cell) for key, cell in map.items()]
        return [[decoder.decode_key(known.key, k), decoder.decode(known.value, v)] for k, v in cells]
    if map.type == "RINGBUF":
        out = []
        with Ring(map.name, map.fd) as ring:
            while records := ring.records():
                out += [decoder.decode(known.record, record) for record in records]
        return out
    if map.type in ("QUEUE", "STACK"):
        return [decoder.decode(known.value, value) for value in map.take_all()]
    return None


def ordered(held: Any) -> Any:
    """With keys in one order."""
    plain = json.loads(json.dumps(held))
    is_pairs = bool(plain) and all(isinstance(item, list) and len(item) == 2 for item in plain)
    return sorted(plain, key=json.dumps) if is_pairs else plain
