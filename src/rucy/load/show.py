"""Records, maps and histograms for people and for programs: lines of text, or one JSON object each.

In come values as `decode` makes them; attr names are the names. A number of a per-CPU map is the sum over the CPUs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from rucy.load.decode import Decoder, MapTypes, Value
from rucy.load.maps import Map
from rucy.load.sprintf import quoted, to_s

#: Columns of a histogram's longest bar.
_BAR = 52

#: Maps whose values are descriptors or objects of the kernel's: there is nothing to print.
_OPAQUE = frozenset(
    "PROG_ARRAY PERF_EVENT_ARRAY CGROUP_ARRAY ARRAY_OF_MAPS HASH_OF_MAPS DEVMAP SOCKMAP CPUMAP XSKMAP SOCKHASH "
    "CGROUP_STORAGE REUSEPORT_SOCKARRAY PERCPU_CGROUP_STORAGE SK_STORAGE DEVMAP_HASH STRUCT_OPS RINGBUF INODE_STORAGE "
    "TASK_STORAGE BLOOM_FILTER USER_RINGBUF CGRP_STORAGE ARENA INSN_ARRAY STACK_TRACE".split()
)


# ---------------------------------------------------------------- one value


def word(value: Value) -> str:
    """A value as one word: what has spaces or would not print is quoted."""
    match value:
        case str():
            plain = value.isprintable() and value and not any(c in value for c in ' "=')
            return value if plain else quoted(value)
        case dict():
            return "{" + pairs(value) + "}"
        case list():
            return "[" + ", ".join(map(word, value)) + "]"
    return to_s(value)


def pairs(value: dict[str, Value]) -> str:
    """Such as `comm=bash pid=12`."""
    return " ".join(f"{name}={word(part)}" for name, part in value.items())


def record(value: Value) -> str:
    return pairs(value) if isinstance(value, dict) else word(value)


def to_json(value: Value) -> str:
    """One line. Text that is no UTF-8 gets U+FFFD where it is not."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(", ", ": "))


def _plain(value: Value) -> Value:
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
    return value


# ---------------------------------------------------------------- whole maps


class Entry(NamedTuple):
    """`key`: None for an element of a queue; `cpu`: whose value it is, None where there is one for all."""

    key: Value
    value: Value
    cpu: int | None = None


def map_lines(target: Map, types: MapTypes, decoder: Decoder, show: str = "", as_json: bool = False) -> list[str]:
    """All of a map. `show`: "log2", "linear LO STEP COUNT" or "stats" for one that a histogram or statistics are kept in.
    [] for a map of which nothing can be shown."""
    if target.type in _OPAQUE or types.value is None:
        return []
    if show:
        return list(_special(target, types, decoder, show, as_json))
    entries = list(_entries(target, types, decoder))
    if as_json:
        rows = [_row(entry) for entry in entries]
        return [to_json({"map": target.name, "entries": rows})]
    if not entries:
        return [f"{target.name}: empty"]
    return [f"{target.name}:", *_table(entries)]


def _row(entry: Entry) -> dict[str, Value]:
    row = {"key": entry.key, "value": entry.value}
    if entry.key is None:
        del row["key"]
    return row if entry.cpu is None else row | {"cpu": entry.cpu}


def _entries(target: Map, types: MapTypes, decoder: Decoder) -> Iterator[Entry]:
    """Sorted by value if that is a number, else by key. Elements of arrays that are all zero are left out."""
    assert types.value is not None
    value_of = types.value
    if target.key_size == 0:
        if not types.pinned:  # there is no other way to see them than to take them
            for data in target.take_all():
                yield Entry(None, decoder.decode(value_of, data))
        return
    found: list[Entry] = []
    for key, cell in target.items():
        if target.is_array and not any(map(any, cell if isinstance(cell, list) else [cell])):
            continue
        shown = decoder.decode_key(types.key, key) if types.key is not None else int.from_bytes(key, "little")
        if isinstance(cell, bytes):
            found.append(Entry(shown, decoder.decode(value_of, cell)))
            continue
        values = [decoder.decode(value_of, data) for data in cell]
        if all(type(value) is int for value in values):
            found.append(Entry(shown, sum(values)))
        else:
            found += [Entry(shown, value, cpu) for cpu, value in enumerate(values) if any(cell[cpu])]
    numbers = not target.is_array and all(type(entry.value) is int for entry in found)
    found.sort(key=lambda entry: (entry.value if numbers else 0, _order(entry.key), entry.cpu or 0))
    yield from found


def _order(key: Value) -> Any:
    """Keys of one map, in an order: numbers by value, text by letters, structs by their parts."""
    match key:
        case dict():
            return [_order(part) for part in key.values()]
        case list():
            return [_order(part) for part in key]
        case int():
            return (0, int(key), "")
    return (1, 0, str(key))


def _table(entries: list[Entry]) -> list[str]:
    """Columns: the key's parts, the CPU, the value; numbers to the right."""
    rows: list[list[Value]] = []
    for entry in entries:
        key = entry.key if isinstance(entry.key, list) else [] if entry.key is None else [entry.key]
        cpu = [f"cpu{entry.cpu}"] if entry.cpu is not None else []
        rows.append([*key, *cpu, entry.value])
    texts = [[pairs(cell) if isinstance(cell, dict) else word(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts)]
    right = [all(isinstance(cell, int) for cell in column) for column in zip(*rows)]
    return [
        ("  " + "  ".join(t.rjust(w) if r else t.ljust(w) for t, w, r in zip(line, widths, right))).rstrip() for line in texts
    ]


# ---------------------------------------------------------------- histograms and statistics


def _special(target: Map, types: MapTypes, decoder: Decoder, show: str, as_json: bool) -> Iterator[str]:
    """Each key's, or the only one's. One JSON object for all of them."""
    groups = _groups(target, types, decoder)
    kind = "stats" if show == "stats" else "histogram"
    made = [(key, _stats(slots) if show == "stats" else _buckets(slots, show)) for key, slots in groups]
    if as_json:
        whole = {kind: made[0][1]} if target.is_array else {"entries": [{"key": key, kind: found} for key, found in made]}
        yield to_json({"map": target.name, **whole})
        return
    if not made:
        yield f"{target.name}: empty"
    for key, found in made:
        title = target.name if key is None else f"{target.name}[{', '.join(map(word, key if isinstance(key, list) else [key]))}]"
        if isinstance(found, dict):
            yield f"{title}: {pairs(found)}"
        else:
            yield f"{title}:" if found else f"{title}: empty"
            yield from _bars(found)


def _groups(target: Map, types: MapTypes, decoder: Decoder) -> list[tuple[Value, list[list[int]]]]:
    """(key or None, for each CPU its slots)."""
    assert types.value is not None
    width = 8
    if target.is_array:
        cells = [cell if isinstance(cell, list) else [cell] for _, cell in target.items()]
        if len(cells) == 1:
            return [(None, [_words(data, width) for data in cells[0]])]
        return [(None, [[int.from_bytes(cell[cpu], "little") for cell in cells] for cpu in range(len(cells[0]))])]
    found = []
    for key, cell in target.items():
        shown = decoder.decode_key(types.key, key) if types.key is not None else int.from_bytes(key, "little")
        found.append((shown, [_words(data, width) for data in (cell if isinstance(cell, list) else [cell])]))
    found.sort(key=lambda pair: (sum(map(sum, pair[1])), _order(pair[0])))
    return found


def _words(data: bytes, width: int) -> list[int]:
    return [int.from_bytes(data[at : at + width], "little") for at in range(0, len(data), width)]


def _buckets(cpus: list[list[int]], show: str) -> list[dict[str, Value]]:
    """From the first to the last that counted anything: values from `low` up to `high`, both included; without one, all."""
    counts = [sum(column) for column in zip(*cpus)]
    bounds = _bounds(show, len(counts))
    filled = [at for at, count in enumerate(counts) if count]
    inside = range(filled[0], filled[-1] + 1) if filled else range(0)
    return [
        {name: end for name, end in zip(("low", "high"), bounds[at]) if end is not None} | {"count": counts[at]} for at in inside
    ]


def _bounds(show: str, slots: int) -> list[tuple[int | None, int | None]]:
    if show == "log2":
        return [(None, -1), (0, 0), *((1 << i, (2 << i) - 1) for i in range(slots - 2))]
    low, step, count = map(int, show.split()[1:])
    middle = [(low + step * i, low + step * (i + 1) - 1) for i in range(count)]
    return [(None, low - 1), *middle, (low + step * count, None)][:slots]


def _bars(buckets: list[dict[str, Value]]) -> Iterator[str]:
    """`[4, 8)  12 |@@@@@@    |`: the bound behind the last value, large ones in K, M, G …"""
    if not buckets:
        return
    highest = max(bucket["count"] for bucket in buckets)
    labels = [_label(bucket) for bucket in buckets]
    left, right = max(map(len, labels)), max(len(str(bucket["count"])) for bucket in buckets)
    for label, bucket in zip(labels, buckets):
        bar = "@" * (bucket["count"] * _BAR // highest)
        yield f"  {label.ljust(left)}  {bucket['count']:>{right}} |{bar.ljust(_BAR)}|"


def _label(bucket: dict[str, Value]) -> str:
    low, high = bucket.get("low"), bucket.get("high")
    if low is not None and low == high:
        return f"[{_short(low)}]"
    start = f"[{_short(low)}" if low is not None else "(…"
    return f"{start}, {_short(high + 1) if high is not None else '…'})"


def _short(number: int) -> str:
    """1024 as 1K, where it is whole."""
    for power, letter in enumerate(("", "K", "M", "G", "T", "P", "E")):
        if number % 1024 or not number or power == 6:
            return f"{number}{letter}"
        number //= 1024
    raise AssertionError


def _stats(cpus: list[list[int]]) -> dict[str, Value]:
    """From count, sum (signed), min and max (signed) of each CPU; a CPU that counted nothing has no min and max."""
    used = [slots for slots in cpus if slots[0]]
    count = sum(slots[0] for slots in used)
    if not count:
        return {"count": 0}
    total = sum(_signed(slots[1]) for slots in used)
    lowest, highest = min(_signed(slots[2]) for slots in used), max(_signed(slots[3]) for slots in used)
    return {"count": count, "sum": total, "min": lowest, "max": highest, "average": total // count}


def _signed(number: int) -> int:
    return number - 2**64 if number >> 63 else number
