"""Maps of a loaded object as bytes: one value, or all of them. What the bytes mean is `decode`'s.

A per-CPU map has a value for each possible CPU: a list. Nothing here writes to a map, but for taking from a queue.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Iterator
from functools import cache

from rucy.kernel import maptypes
from rucy.load.errors import LoadError
from rucy.load.libbpf import libbpf

Cell = bytes | list[bytes]

_ROWS = {row.id: row for row in maptypes.ROWS}


@cache
def cpus() -> int:
    """Possible CPUs: how many values a per-CPU map has."""
    count = libbpf().call("libbpf_num_possible_cpus")
    if count <= 0:
        raise LoadError("the number of CPUs is not known (/sys/devices/system/cpu/possible)", status=77)
    return int(count)


class Map:
    """A loaded map: `type` as maptypes names it, `type_id` BPF_MAP_TYPE_*; sizes in bytes; `fd` valid until its object is
    closed."""

    __slots__ = ("name", "type", "type_id", "key_size", "value_size", "max_entries", "fd", "per_cpu")

    def __init__(self, name: str, handle: int) -> None:
        call = libbpf().call
        self.name = name
        self.type_id = int(call("bpf_map__type", handle))
        row = _ROWS.get(self.type_id)
        self.type = row.name if row is not None else str(self.type_id)
        self.per_cpu = row is not None and row.per_cpu
        self.key_size = int(call("bpf_map__key_size", handle))
        self.value_size = int(call("bpf_map__value_size", handle))
        self.max_entries = int(call("bpf_map__max_entries", handle))
        self.fd = int(call("bpf_map__fd", handle))

    @property
    def is_array(self) -> bool:
        """Are all its elements always there?"""
        return self.type in ("ARRAY", "PERCPU_ARRAY")

    def get(self, key: bytes) -> Cell | None:
        """The value of a key; None if there is none. LoadError for a map that user space cannot read."""
        if len(key) != self.key_size:
            raise LoadError(f"a key of `{self.name}` has {self.key_size} bytes, not {len(key)}", status=70)
        buffer = self._buffer()
        if libbpf().call("bpf_map_lookup_elem", self.fd, key or None, buffer):
            error = ctypes.get_errno()
            if error in (errno.ENOENT, errno.EAGAIN):  # a devmap says EAGAIN of an empty slot
                return None
            raise self._refused(error)
        return self._cell(buffer.raw)

    def each_key(self) -> Iterator[bytes]:
        """Every key, each once. A map that changes meanwhile may lack some, but the walk ends."""
        seen: set[bytes] = set()
        key: bytes | None = None
        after = ctypes.create_string_buffer(max(self.key_size, 1))
        while not libbpf().call("bpf_map_get_next_key", self.fd, key, after):
            key = after.raw[: self.key_size]
            if key in seen:  # the key before it was deleted: the kernel began again
                return
            seen.add(key)
            yield key
        error = ctypes.get_errno()
        if error != errno.ENOENT:
            raise self._refused(error)

    def items(self) -> Iterator[tuple[bytes, Cell]]:
        for key in self.each_key():
            value = self.get(key)
            if value is not None:
                yield key, value

    def take_all(self) -> Iterator[bytes]:
        """The elements of a queue or stack, which are then gone from it."""
        buffer = self._buffer()
        while not libbpf().call("bpf_map_lookup_and_delete_elem", self.fd, None, buffer):
            yield buffer.raw[: self.value_size]

    # ---- inside

    def _buffer(self) -> ctypes.Array[ctypes.c_char]:
        room = _rounded(self.value_size) * cpus() if self.per_cpu else self.value_size
        return ctypes.create_string_buffer(max(room, 1))

    def _cell(self, data: bytes) -> Cell:
        if not self.per_cpu:
            return data[: self.value_size]
        step = _rounded(self.value_size)
        return [data[at : at + self.value_size] for at in range(0, step * cpus(), step)]

    def _refused(self, error: int) -> LoadError:
        import os

        return LoadError(f"the map `{self.name}` cannot be read: {os.strerror(error)}", status=77)


def _rounded(size: int) -> int:
    """The kernel copies each CPU's value at a multiple of 8 bytes (bpf_percpu_hash_copy in kernel/bpf/hashtab.c)."""
    return -(-size // 8) * 8
