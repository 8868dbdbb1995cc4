"""Maps of maps, printed: which named map is in a slot, and what is in those that have no name.

User space reads the id of what is in a slot (bpf_fd_array_map_lookup_elem of kernel/bpf/arraymap.c); the map is opened by it.
"""

from __future__ import annotations

import os

from rucy.loader import show
from rucy.loader.decode import Decoder, MapTypes, Value
from rucy.loader.libbpf import libbpf
from rucy.loader.maps import Map, map_id


def outer_lines(target: Map, types: MapTypes, decoder: Decoder, named: dict[int, str], as_json: bool) -> list[str]:
    """`named`: the ids of the object's own maps. What has gone meanwhile is left out."""
    slots: list[tuple[Value, str]] = []
    inside: list[tuple[Value, Map]] = []
    for key, cell in target.items():
        assert isinstance(cell, bytes)
        number = int.from_bytes(cell, "little")
        shown = decoder.decode_key(types.key, key) if types.key is not None else int.from_bytes(key, "little")
        if number in named:
            slots.append((shown, named[number]))
        elif number and (fd := libbpf().call("bpf_map_get_fd_by_id", number)) >= 0:
            inside.append((shown, Map.of_fd(f"{target.name}[{_words(shown)}]", fd)))
    try:
        return _json(target, types, decoder, slots, inside) if as_json else _text(target, types, decoder, slots, inside)
    finally:
        for _, each in inside:
            os.close(each.fd)


def _words(key: Value) -> str:
    return ", ".join(map(show.word, key if isinstance(key, list) else [key]))


def _text(
    target: Map, types: MapTypes, decoder: Decoder, slots: list[tuple[Value, str]], inside: list[tuple[Value, Map]]
) -> list[str]:
    if not slots and not inside:
        return [f"{target.name}: empty"]
    lines = [f"{target.name}:", *show.table([show.Entry(key, name) for key, name in slots])] if slots else []
    for _, each in inside:
        lines += show.map_lines(each, types.inner, decoder) if types.inner is not None else []
    return lines


def _json(
    target: Map, types: MapTypes, decoder: Decoder, slots: list[tuple[Value, str]], inside: list[tuple[Value, Map]]
) -> list[str]:
    rows: list[dict[str, Value]] = [{"key": key, "map": name} for key, name in slots]
    for key, each in inside:
        rows.append({"key": key, "entries": show.rows(each, types.inner, decoder) if types.inner is not None else []})
    return [show.to_json({"map": target.name, "entries": rows})]


__all__ = ["map_id", "outer_lines"]
