"""What a histogram or statistics hold: slots of a map → buckets, or count, sum, least, greatest and average."""

from __future__ import annotations

from typing import Any

from rucy.loader.decode import Decoder, MapTypes, Value
from rucy.loader.maps import Map


def order(key: Value) -> Any:
    """Keys of one map, in an order: numbers by value, text by letters, structs by their parts."""
    match key:
        case dict():
            return [order(part) for part in key.values()]
        case list():
            return [order(part) for part in key]
        case int():
            return (0, int(key), "")
    return (1, 0, str(key))


def groups(target: Map, types: MapTypes, decoder: Decoder) -> list[tuple[Value, list[list[int]]]]:
    """(key or None, for each CPU its slots)."""
    assert types.value is not None
    if target.is_array:
        cells = [cell if isinstance(cell, list) else [cell] for _, cell in target.items()]
        if len(cells) == 1:
            return [(None, [words(data) for data in cells[0]])]
        return [(None, [[int.from_bytes(cell[cpu], "little") for cell in cells] for cpu in range(len(cells[0]))])]
    found = []
    for key, cell in target.items():
        shown = decoder.decode_key(types.key, key) if types.key is not None else int.from_bytes(key, "little")
        found.append((shown, [words(data) for data in (cell if isinstance(cell, list) else [cell])]))
    found.sort(key=lambda pair: (sum(map(sum, pair[1])), order(pair[0])))
    return found


def words(data: bytes) -> list[int]:
    """Slots of 8 bytes."""
    return [int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data), 8)]


def buckets(cpus: list[list[int]], show: str) -> list[dict[str, Value]]:
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


def stats(cpus: list[list[int]]) -> dict[str, Value]:
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
