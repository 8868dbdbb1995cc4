"""Maps of a loaded object as bytes: one value, or all of them. What the bytes mean is `decode`'s.

A per-CPU map has a value for each possible CPU: a list.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from functools import cache

from rucy.kernel import maptypes
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import libbpf

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

    @classmethod
    def of_fd(cls, name: str, fd: int) -> Map:
        """A map that no object has: `fd` is the caller's to close."""
        made, info = cls.__new__(cls), _info(fd)
        row = _ROWS.get(info.type)
        made.name, made.type_id, made.fd = name, info.type, fd
        made.type = row.name if row is not None else str(info.type)
        made.per_cpu = row is not None and row.per_cpu
        made.key_size, made.value_size, made.max_entries = info.key_size, info.value_size, info.max_entries
        return made

    @property
    def is_array(self) -> bool:
        """Are all its elements always there?"""
        return self.type in ("ARRAY", "PERCPU_ARRAY")

    @property
    def has_slots(self) -> bool:
        """Does the kernel name all its indices, and has it what lies there only where something does?"""
        return self.type in ("PROG_ARRAY", "DEVMAP", "CPUMAP")

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

    def put(self, key: bytes | None, value: Cell) -> None:
        """Set the value of a key, or add to a queue (key None). A list has a value for each CPU. LoadError 1 where the map is
        full or lacks the index, 77 where user space may not write to it."""
        data = value if isinstance(value, bytes) else b"".join(each.ljust(_rounded(self.value_size), b"\0") for each in value)
        if libbpf().call("bpf_map_update_elem", self.fd, key or None, data, 0):
            error = ctypes.get_errno()
            if error in (errno.E2BIG, errno.ENOSPC):
                full = "has no such index" if self.is_array else f"is full: it has {self.max_entries} entries"
                raise LoadError(f"the map `{self.name}` {full}")
            raise LoadError(f"the map `{self.name}` cannot be written to: {os.strerror(error)}", status=77)

    def delete(self, key: bytes) -> bool:
        """Was the key there? LoadError 77 for a map of which nothing can be deleted."""
        if not libbpf().call("bpf_map_delete_elem", self.fd, key):
            return True
        error = ctypes.get_errno()
        if error == errno.ENOENT:
            return False
        raise LoadError(f"nothing of the map `{self.name}` can be deleted: {os.strerror(error)}", status=77)

    def take(self, peek: bool = False) -> bytes | None:
        """The next element of a queue or stack, which is then gone from it unless one only peeks; None where it is empty."""
        buffer = self._buffer()
        call = "bpf_map_lookup_elem" if peek else "bpf_map_lookup_and_delete_elem"
        if libbpf().call(call, self.fd, None, buffer):
            error = ctypes.get_errno()
            if error == errno.ENOENT:
                return None
            raise self._refused(error)
        return buffer.raw[: self.value_size]

    def has(self, value: bytes) -> bool:
        """Is it perhaps in a bloom filter?"""
        buffer = ctypes.create_string_buffer(value, max(len(value), 1))
        if not libbpf().call("bpf_map_lookup_elem", self.fd, None, buffer):
            return True
        error = ctypes.get_errno()
        if error == errno.ENOENT:
            return False
        raise self._refused(error)

    def take_all(self) -> Iterator[bytes]:
        """The elements of a queue or stack, which are then gone from it."""
        while (data := self.take()) is not None:
            yield data

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
        if error in (524, errno.EOPNOTSUPP):  # the first is the kernel's own ENOTSUPP
            return LoadError(f"what the map `{self.name}` holds hangs on objects of the kernel, and cannot be listed", status=77)
        return LoadError(f"the map `{self.name}` cannot be read: {os.strerror(error)}", status=77)


class _Info(ctypes.Structure):
    """The first of struct bpf_map_info of include/uapi/linux/bpf.h."""

    _fields_ = [(name, ctypes.c_uint32) for name in ("type", "id", "key_size", "value_size", "max_entries", "map_flags")]


def _info(fd: int) -> _Info:
    """All 0 where the kernel does not tell."""
    info, size = _Info(), ctypes.c_uint32(ctypes.sizeof(_Info))
    libbpf().call("bpf_obj_get_info_by_fd", fd, ctypes.byref(info), ctypes.byref(size))
    return info


def map_id(fd: int) -> int:
    return int(_info(fd).id)


def describe_pinned(path: str) -> str:
    """What is pinned at a path, in words; "" where the kernel does not tell."""
    fd = libbpf().call("bpf_obj_get", os.fsencode(path))
    if fd < 0:
        return ""
    info = _info(fd)
    os.close(fd)
    row = _ROWS.get(info.type)
    if row is None:
        return ""
    sizes = f"keys of {info.key_size} bytes, values of {info.value_size}, {info.max_entries} entries"
    return f"of kind `{row.word or row.name}`: {sizes}"


def _rounded(size: int) -> int:
    """The kernel copies each CPU's value at a multiple of 8 bytes (bpf_percpu_hash_copy in kernel/bpf/hashtab.c)."""
    return -(-size // 8) * 8
