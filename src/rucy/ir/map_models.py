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
from rucy.ir.interp import NULL, Env, Fault, Helper, Pointer, Region, Timer, read, write

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
        self.objects = _objects(row)
        self.pending: dict[Region, int] = {}  # reserved record → its place in the ring: that of its reservation
        of_maps = row.values if row.inner is not None else ()
        self.inside = {slot.to_bytes(row.key_size, "little"): name for slot, name in of_maps}  # key → the map there

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
            made = self.env.region("map_value", value, f"{self.row.name}[{key.hex()}]", writable=True)
            for offset, size in self.objects.values():  # the kernel's own bytes: nobody reads them
                made.known[offset : offset + size] = bytes(size)
            self.elements[key] = made

    def find(self, key: bytes) -> bytes | None:
        """The key of the element that a lookup finds. All elements of an array are there, zero at first."""
        if self.row.type in _ARRAYS and key not in self.elements and int.from_bytes(key, "little") < self.row.entries:
            self._put(key, bytes(self.row.value_size))
        if self.row.type != "LPM_TRIE":
            return key if key in self.elements else None
        fitting = [k for k in self.elements if _length(k) <= _length(key) and _bits(k)[: _length(k)] == _bits(key)[: _length(k)]]
        return max(fitting, key=_length, default=None)

    def walked(self) -> list[tuple[bytes, Region]]:
        """The elements as a walk meets them: all of an array's, by index."""
        if self.row.type not in _ARRAYS:
            return list(self.elements.items())
        keys = [index.to_bytes(4, "little") for index in range(self.row.entries)]
        return [(key, self.elements[key]) for key in keys if self.find(key) is not None]

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


_OBJECTS = {"spin_lock": 4, "timer": 16}


def _objects(row: Map) -> dict[str, tuple[int, int]]:
    """(offset, bytes) of the lock and timer of a value."""
    fields = row.value[3] if isinstance(row.value, tuple) and row.value[0] == "struct" else ()
    return {of: (offset, _OBJECTS[of]) for _, of, offset in fields if of in _OBJECTS}


_ARRAYS = ("ARRAY", "PERCPU_ARRAY")
_OF_MAPS = ("ARRAY_OF_MAPS", "HASH_OF_MAPS")
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
    model = _model(env, args[0], *_HASHES, *_ARRAYS, *_OF_MAPS)
    if model.row.inner is not None:
        name = model.inside.get(read(args[1], model.row.key_size))
        return next((Pointer(region, 0) for region, held in env.models.items() if held.row.name == name), NULL)
    key = model.find(read(args[1], model.row.key_size))
    if key is None:
        return NULL
    element, lasting = model.elements[key], model.row.scratch
    if lasting is not None:
        element.known[lasting:] = bytes(len(element.known) - lasting)
    return Pointer(element, 0)


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


def _object(env: Env, pointer: Any, kind: str) -> tuple[Model, Region]:
    """The map and the element that a pointer to an object of the kernel's own is in."""
    for model in env.models.values():
        place = model.objects.get(kind)
        for region in model.elements.values():
            if place is not None and isinstance(pointer, Pointer) and pointer == Pointer(region, place[0]):
                return model, region
    raise Fault(f"the argument is no {kind} of an element of a map")


def _lock(env: Env, args: list[Any]) -> int:
    _object(env, args[0], "spin_lock")
    env.locked = args[0]
    return 0


def _unlock(env: Env, args: list[Any]) -> int:
    if env.locked is None or env.locked != args[0]:
        raise Fault("this lock is not held")
    env.locked = None
    return 0


def _timer(env: Env, args: list[Any]) -> Timer:
    timer = env.timers.get(args[0])
    if timer is None:
        raise Fault("this timer was not made")
    return timer


def _timer_init(env: Env, args: list[Any]) -> int:
    """-EBUSY where it is made already (bpf_timer_init in kernel/bpf/helpers.c)."""
    model, region = _object(env, args[0], "timer")
    if _model(env, args[1]) is not model:
        raise Fault("the timer is in another map")
    if args[0] in env.timers:
        return -16
    key = next(key for key, value in model.elements.items() if value is region)
    env.timers[args[0]] = Timer(args[1], (key, region))
    return 0


def _timer_set_callback(env: Env, args: list[Any]) -> int:
    _timer(env, args).callback = args[1]
    return 0


def _timer_start(env: Env, args: list[Any]) -> int:
    timer = _timer(env, args)
    if timer.callback is None:
        return -EINVAL
    timer.due = env.now + args[1]
    return 0


def _timer_cancel(env: Env, args: list[Any]) -> int:
    """1 where it was set."""
    timer = env.timers.get(args[0])
    if timer is None:
        return -EINVAL
    was, timer.due = timer.due is not None, None
    return int(was)


def _loop(env: Env, args: list[Any]) -> int:
    """Turns done; the function ends it with 1. BPF_MAX_LOOPS of include/linux/bpf.h."""
    assert env.call is not None
    if args[0] > 8 * 1024 * 1024:
        return -E2BIG
    for at in range(args[0]):
        said = env.call(args[1], [at, args[2]])
        if said not in (0, 1):
            raise Fault(f"the callback gives {said}")
        if said:
            return at + 1
    return int(args[0])


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
    for key, region in model.walked():
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
    "loop": _loop,
    "timer_init": _timer_init,
    "timer_set_callback": _timer_set_callback,
    "timer_start": _timer_start,
    "timer_cancel": _timer_cancel,
    "spin_lock": _lock,
    "spin_unlock": _unlock,
    **dict.fromkeys((f"{word}_storage_get" for word in ("sk", "task", "inode", "cgrp")), _storage_get),
    **dict.fromkeys((f"{word}_storage_delete" for word in ("sk", "task", "inode", "cgrp")), _storage_delete),
}
