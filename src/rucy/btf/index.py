"""Where each type lies and which types carry a name: made by one pass over the BTF, kept on disk between runs.

In: the bytes of a BTF. Out: `Index`, four arrays that are used as they lie in the file, so that a warm start builds
no dictionary of a hundred thousand names. A file that is missing, stale, damaged or cannot be written costs time only.

    magic[8] key[16] data_len u64, types u32, names u32, enumerators u32, tags u32, crc32 u32, 0 u32
    names u64[]  enumerators u64[]  offsets u32[]  tags u32[]          (sorted: crc32 of the name << 32 | type id)
"""

from __future__ import annotations

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from zlib import crc32

from rucy import kept as kept_files
from rucy.btf import types as bt
from rucy.btf.types import BtfError
from rucy.records import NamedTuple

_MAGIC = b"rucyBTF\x01"
_HEAD = struct.Struct("<8s16sQIIIIII")


class Index(NamedTuple):
    """`offsets[i]`: byte offset in the type section of the i-th type, from 0; `tags`: ids of all DECL_TAGs.

    `names` and `enumerators` are sorted u64: crc32 of a name << 32 | id of the type (or of the enum) that has it.
    """

    offsets: memoryview
    names: memoryview
    enumerators: memoryview
    tags: memoryview

    def candidates(self, name: bytes, enumerators: bool = False) -> Iterator[int]:
        """Ids, ascending, of the types that may carry the name (equal hashes: the caller compares)."""
        table = self.enumerators if enumerators else self.names
        key = crc32(name) << 32
        at = bisect_left(table, key)
        end = len(table)
        while at < end and table[at] < key + (1 << 32):
            yield table[at] & 0xFFFFFFFF
            at += 1


# Words that follow the twelve bytes of a type: fixed ones, and ones for each of its vlen.
_FIXED = [0] * 32
_FIXED[bt.INT], _FIXED[bt.ARRAY], _FIXED[bt.VAR], _FIXED[bt.DECL_TAG] = 1, 3, 1, 1
_EACH = [0] * 32
_EACH[bt.STRUCT], _EACH[bt.UNION], _EACH[bt.ENUM], _EACH[bt.FUNC_PROTO], _EACH[bt.DATASEC], _EACH[bt.ENUM64] = 3, 3, 2, 2, 3, 3


def scan(types: memoryview, first_id: int, name_at: Callable[[int], bytes]) -> Index:
    """One pass over the type section (bytes); BtfError where a type does not fit into it or is of unknown kind."""
    if sys.byteorder != "little":
        raise BtfError("BTF can only be read on a little-endian machine")
    if len(types) % 4:
        raise BtfError(f"the type section's length {len(types)} is not a multiple of 4")
    words = types.cast("I")
    count = len(words)
    offsets = array("I")
    tags = array("I")
    named: list[tuple[int, int]] = []
    enumerators: list[tuple[int, int]] = []
    at, type_id = 0, first_id
    fixed, each = _FIXED, _EACH
    add = offsets.append
    while at + 3 <= count:
        add(at * 4)
        info = words[at + 1]
        kind = info >> 24 & 31
        step = each[kind]
        body = at + 3
        end = body + fixed[kind] + (step * (info & 0xFFFF) if step else 0)
        if end > count or not 0 < kind <= bt.ENUM64:
            break
        if kind == bt.DECL_TAG:
            tags.append(type_id)
        elif kind != bt.TYPE_TAG and words[at]:
            named.append((words[at], type_id))
        if kind in (bt.ENUM, bt.ENUM64):
            enumerators += [(words[each_at], type_id) for each_at in range(body, end, step)]
        at = end
        type_id += 1
    if at != count:
        raise BtfError(f"type {type_id} is of unknown kind or does not fit into the type section")
    return Index(memoryview(offsets), _table(named, name_at), _table(enumerators, name_at), memoryview(tags))


def _table(pairs: list[tuple[int, int]], name_at: Callable[[int], bytes]) -> memoryview:
    keys = [crc32(name_at(offset)) << 32 | type_id for offset, type_id in pairs]
    keys.sort()
    return memoryview(array("Q", keys))


def cache_path(cache_dir: str, key: bytes) -> str:
    return f"{cache_dir}/btf-{key.hex()}.idx"


def load(path: str, key: bytes, data_len: int) -> Index | None:
    """The index kept at `path`, or None if there is none that is whole and made for this content."""
    try:
        with open(path, "rb", buffering=0) as file:
            kept = file.read()
    except OSError:
        return None
    if kept is None or len(kept) < _HEAD.size:
        return None
    magic, its_key, its_len, types, names, enumerators, tags, checksum, zero = _HEAD.unpack_from(kept)
    sizes = (8 * names, 8 * enumerators, 4 * types, 4 * tags)
    if magic != _MAGIC or its_key != key or its_len != data_len or zero or len(kept) != _HEAD.size + sum(sizes):
        return None
    payload = memoryview(kept)[_HEAD.size :]
    if crc32(payload) != checksum or sys.byteorder != "little":
        return None
    parts = []
    at = 0
    for size in sizes:
        parts.append(payload[at : at + size])
        at += size
    return Index(parts[2].cast("I"), parts[0].cast("Q"), parts[1].cast("Q"), parts[3].cast("I"))


def save(path: str, key: bytes, data_len: int, index: Index) -> None:
    """Keep the index."""
    parts = (index.names, index.enumerators, index.offsets, index.tags)
    payload = b"".join(part.tobytes() for part in parts)
    counts = (len(index.offsets), len(index.names), len(index.enumerators), len(index.tags))
    head = _HEAD.pack(_MAGIC, key, data_len, *counts, crc32(payload), 0)
    kept_files.write(path, head + payload)
