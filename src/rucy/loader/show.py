"""Records, maps and histograms for people and for programs: lines of text, or one JSON object each.

In come values as `decode` makes them; attr names are the names. A number of a per-CPU map is the sum over the CPUs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rucy.loader import counts
from rucy.loader.counts import order
from rucy.loader.decode import Decoder, MapTypes, Value
from rucy.loader.maps import Map
from rucy.loader.sprintf import quoted, to_s
from rucy.records import NamedTuple

#: Columns of a histogram's longest bar.
_BAR = 52

#: Maps whose values are descriptors or objects of the kernel's: there is nothing to print.
_OPAQUE = frozenset(
    "PROG_ARRAY PERF_EVENT_ARRAY CGROUP_ARRAY ARRAY_OF_MAPS HASH_OF_MAPS SOCKMAP XSKMAP SOCKHASH "
    "CGROUP_STORAGE REUSEPORT_SOCKARRAY PERCPU_CGROUP_STORAGE SK_STORAGE STRUCT_OPS RINGBUF INODE_STORAGE "
    "TASK_STORAGE BLOOM_FILTER USER_RINGBUF CGRP_STORAGE ARENA INSN_ARRAY".split()
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
        case float() if value - value != 0:  # no number, or without end: JSON has none such
            return str(value)
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
        return [to_json({"map": target.name, "entries": [_row(entry) for entry in entries]})]
    if not entries:
        return [f"{target.name}: empty"]
    return [f"{target.name}:", *table(entries)]


def rows(target: Map, types: MapTypes, decoder: Decoder) -> list[dict[str, Value]]:
    """Its entries as JSON has them; [] for a map of which nothing can be shown."""
    if target.type in _OPAQUE or types.value is None:
        return []
    return [_row(entry) for entry in _entries(target, types, decoder)]


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
            value = decoder.decode(value_of, cell)
            found.append(Entry(shown, frames(value) if target.type == "STACK_TRACE" else value))
            continue
        values = [decoder.decode(value_of, data) for data in cell]
        if all(type(value) is int for value in values):
            found.append(Entry(shown, sum(values)))
        else:
            found += [Entry(shown, value, cpu) for cpu, value in enumerate(values) if any(cell[cpu])]
    numbers = not target.is_array and all(type(entry.value) is int for entry in found)
    found.sort(key=lambda entry: (entry.value if numbers else 0, order(entry.key), entry.cpu or 0))
    yield from found


def frames(value: Value) -> Value:
    """A stack's addresses end at the first zero."""
    if not isinstance(value, list | tuple) or not value:
        return value
    end = "0x0" if isinstance(value[0], str) else 0
    return value[: value.index(end)] if end in value else value


def table(entries: list[Entry]) -> list[str]:
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
    groups = counts.groups(target, types, decoder)
    kind = "stats" if show == "stats" else "histogram"
    made = [(key, counts.stats(slots) if show == "stats" else counts.buckets(slots, show)) for key, slots in groups]
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
