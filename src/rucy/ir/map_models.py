"""Maps as the interpreter has them: one model for each map type that programs use, behind the helpers' stubs.

In: rows of `Module.maps`. A key and a value are bytes; a value that the program gets a pointer to is a region. Of a
per-CPU map the running CPU's values are there, and no others. An LRU map that is full gives up its oldest element.
Error numbers and what is refused are those of kernel/bpf/hashtab.c, arraymap.c, queue_stack_maps.c, bloom_filter.c,
lpm_trie.c and ringbuf.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rucy.ir.function import Map
from rucy.ir.interp import NULL, Env, Fault, Helper, Pointer, Region, read, write

ENOENT, E2BIG, EEXIST, EINVAL, EOPNOTSUPP = 2, 7, 17, 22, 95
NOEXIST, EXIST = 1, 2  # BPF_NOEXIST, BPF_EXIST of include/uapi/linux/bpf.h


class Model:
    """`elements`: key → value of maps with keys; `listed`: what a queue, stack, ring or perf buffer holds, oldest first."""

    def __init__(self, env: Env, row: Map) -> None:
        self.env = env
        self.row = row
        self.elements: dict[bytes, Region] = {}
        self.listed: list[bytes] = []
        self.used = 0  # bytes of a ring
        self.pending: dict[Region, int] = {}  # reserved record → its place in the ring: that of its reservation

    def contents(self) -> dict[bytes, bytes]:
        return {key: bytes(region.data) for key, region in self.elements.items()}

    def fill(self, contents: dict[bytes, bytes]) -> None:
        """As user space would."""
        for key, value in contents.items():
            self._put(key, value)

    def _put(self, key: bytes, value: bytes) -> None:
        if key in self.elements and self.row.type in _ARRAYS:
            self.elements[key].data[:] = value  # an array's elements stay where they are
        else:
            self.elements[key] = self.env.region("map_value", value, f"{self.row.name}[{key.hex()}]", writable=True)

    def find(self, key: bytes) -> bytes | None:
        """The key of the element that a lookup finds. All elements of an array are there, zero at first."""
        if self.row.type in _ARRAYS and key not in self.elements and int.from_bytes(key, "little") < self.row.entries:
            self._put(key, bytes(self.row.value_size))
        if self.row.type != "LPM_TRIE":
            return key if key in self.elements else None
        fitting = [k for k in self.elements if _length(k) <= _length(key) and _bits(k)[: _length(k)] == _bits(key)[: _length(k)]]
        return max(fitting, key=_length, default=None)

    def update(self, key: bytes, value: bytes, flags: int) -> int:
        if flags > EXIST:
            return -EINVAL
        if self.row.type in _ARRAYS:
            there = self.find(key) is not None
            return -E2BIG if not there else -EEXIST if flags == NOEXIST else self._stored(key, value)
        there = key in self.elements
        if there and flags == NOEXIST:
            return -EEXIST
        if not there and flags == EXIST:
            return -ENOENT
        if not there and len(self.elements) >= self.row.entries:
            if not self.row.type.startswith("LRU"):
                return -E2BIG
            del self.elements[next(iter(self.elements))]
        return self._stored(key, value)

    def _stored(self, key: bytes, value: bytes) -> int:
        self._put(key, value)
        return 0

    def delete(self, key: bytes) -> int:
        if self.row.type in _ARRAYS:
            return -EINVAL
        return 0 if self.elements.pop(key, None) is not None else -ENOENT

    def push(self, value: bytes, flags: int) -> int:
        if self.row.type == "BLOOM_FILTER":
            self.listed.append(value)
            return 0
        if len(self.listed) >= self.row.entries:
            if flags != EXIST:
                return -E2BIG
            del self.listed[0]
        self.listed.append(value)
        return 0

    def take(self, remove: bool) -> bytes | None:
        if not self.listed:
            return None
        at = 0 if self.row.type == "QUEUE" else -1
        value = self.listed[at]
        if remove:
            del self.listed[at]
        return value

    def room(self, size: int) -> bool:
        """Take room for a record, as __bpf_ringbuf_reserve does: 8 bytes of header, all rounded up to 8."""
        need = (size + 8 + 7) & ~7
        if self.used + need >= self.row.entries:
            return False
        self.used += need
        return True


_ARRAYS = ("ARRAY", "PERCPU_ARRAY")
_HASHES = ("HASH", "LRU_HASH", "PERCPU_HASH", "LRU_PERCPU_HASH", "LPM_TRIE")


def _length(key: bytes) -> int:
    """Of an LPM key: the number of bits that count."""
    return int.from_bytes(key[:4], "little")


def _bits(key: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in key[4:])


def models(env: Env, rows: dict[str, Map]) -> Iterator[tuple[str, Model]]:
    for name, row in rows.items():
        yield name, env.maps.get(name) or Model(env, row)


# ---------------------------------------------------------------- helpers


def _model(env: Env, map: Any, *types: str) -> Model:
    found = env.models.get(map.region) if isinstance(map, Pointer) else None
    if found is None:
        raise Fault("the argument is no map")
    if types and found.row.type not in types:
        raise Fault(f"a map of type {found.row.type} has no such operation")
    return found


def _lookup(env: Env, args: list[Any]) -> Pointer:
    model = _model(env, args[0], *_HASHES, *_ARRAYS)
    key = model.find(read(args[1], model.row.key_size))
    return NULL if key is None else Pointer(model.elements[key], 0)


def _update(env: Env, args: list[Any]) -> int:
    model = _model(env, args[0], *_HASHES, *_ARRAYS)
    return model.update(read(args[1], model.row.key_size), read(args[2], model.row.value_size), args[3])


def _delete(env: Env, args: list[Any]) -> int:
    model = _model(env, args[0], *_HASHES, *_ARRAYS)
    return model.delete(read(args[1], model.row.key_size))


def _push(env: Env, args: list[Any]) -> int:
    model = _model(env, args[0], "QUEUE", "STACK", "BLOOM_FILTER")
    return model.push(read(args[1], model.row.value_size), args[2])


def _taken(remove: bool) -> Helper:
    """An empty queue fills the destination with zeros. Of a bloom filter: is the value there?"""

    def stub(env: Env, args: list[Any]) -> int:
        model = _model(env, args[0], *(("QUEUE", "STACK") if remove else ("QUEUE", "STACK", "BLOOM_FILTER")))
        if model.row.type == "BLOOM_FILTER":
            return 0 if read(args[1], model.row.value_size) in model.listed else -ENOENT
        value = model.take(remove)
        write(args[1], value if value is not None else bytes(model.row.value_size))
        return 0 if value is not None else -ENOENT

    return stub


def _reserve(env: Env, args: list[Any]) -> Pointer:
    model = _model(env, args[0], "RINGBUF")
    if not model.room(args[1]):
        return NULL
    region = env.blank("mem", args[1], f"a record of {model.row.name}")
    env.reserved[region] = model
    model.pending[region] = len(model.listed)
    model.listed.append(b"")
    return Pointer(region, 0)


def _given_back(env: Env, pointer: Any) -> tuple[Model, Region]:
    model = env.reserved.pop(pointer.region, None) if isinstance(pointer, Pointer) and pointer.offset == 0 else None
    if model is None:
        raise Fault("not a reserved record")
    pointer.region.writable = False
    return model, pointer.region


def _submit(env: Env, args: list[Any]) -> int:
    """Every byte of the record was written: user space would see what others left."""
    model, region = _given_back(env, args[0])
    model.listed[model.pending.pop(region)] = read(Pointer(region, 0), len(region.data))
    return 0


def _discard(env: Env, args: list[Any]) -> int:
    model, region = _given_back(env, args[0])
    gone = model.pending.pop(region)
    del model.listed[gone]
    model.pending = {other: at - (at > gone) for other, at in model.pending.items()}
    return 0


def _ring_output(env: Env, args: list[Any]) -> int:
    model = _model(env, args[0], "RINGBUF")
    data = read(args[1], args[2])
    if not model.room(args[2]):
        return -11  # EAGAIN
    model.listed.append(data)
    return 0


def _perf_output(env: Env, args: list[Any]) -> int:
    model = _model(env, args[1], "PERF_EVENT_ARRAY")
    model.listed.append(read(args[3], args[4]))
    return 0


_STORAGES = ("SK_STORAGE", "TASK_STORAGE", "INODE_STORAGE", "CGRP_STORAGE")


def _owner(args: list[Any]) -> bytes:
    """The key of a storage map: the object's address."""
    if not isinstance(args[1], Pointer) or args[1].region is None:
        raise Fault("the owner is no object")
    return args[1].address.to_bytes(8, "little")


def _storage_get(env: Env, args: list[Any]) -> Pointer:
    """With BPF_LOCAL_STORAGE_GET_F_CREATE (1) made where it is missing, of the value given or of zeros."""
    model, key = _model(env, args[0], *_STORAGES), _owner(args)
    if key not in model.elements:
        if args[3] != 1:
            return NULL
        given = args[2] if isinstance(args[2], Pointer) and args[2].region is not None else None
        model.fill({key: read(given, model.row.value_size) if given is not None else bytes(model.row.value_size)})
    return Pointer(model.elements[key], 0)


def _storage_delete(env: Env, args: list[Any]) -> int:
    model = _model(env, args[0], *_STORAGES)
    return 0 if model.elements.pop(_owner(args), None) is not None else -ENOENT


def _for_each(env: Env, args: list[Any]) -> int:
    """Gives the number of elements that the callback saw; it ends the walk with 1."""
    model = _model(env, args[0], *_HASHES, *_ARRAYS)
    assert env.call is not None
    seen = 0
    for key, region in list(model.elements.items()):
        seen += 1
        at = Pointer(env.region("mem", key, "a key"), 0)
        said = env.call(args[1], [args[0], at, Pointer(region, 0), args[2]])
        if said not in (0, 1):
            raise Fault(f"the callback gives {said}")
        if said:
            break
    return seen


STUBS: dict[str, Helper] = {
    "map_lookup_elem": _lookup,
    "map_update_elem": _update,
    "map_delete_elem": _delete,
    "map_push_elem": _push,
    "map_pop_elem": _taken(remove=True),
    "map_peek_elem": _taken(remove=False),
    "ringbuf_reserve": _reserve,
    "ringbuf_submit": _submit,
    "ringbuf_discard": _discard,
    "ringbuf_output": _ring_output,
    "perf_event_output": _perf_output,
    "for_each_map_elem": _for_each,
    **dict.fromkeys((f"{word}_storage_get" for word in ("sk", "task", "inode", "cgrp")), _storage_get),
    **dict.fromkeys((f"{word}_storage_delete" for word in ("sk", "task", "inode", "cgrp")), _storage_delete),
}
