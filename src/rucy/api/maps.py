"""Maps of a loaded object for Python: mappings of live values, queues, filters, histograms and statistics.

Each read and write is a system call on the map as it is now. What a program does meanwhile is seen at once; `+=` from here is
not atomic. Keys and values are checked before they are written: TypeError for one of the wrong kind, ValueError for one that
does not fit. LoadError for what the kernel refuses (status 1: the map is full; 77: user space may not) and, status 70, after the
object was closed.
"""

from __future__ import annotations

import os
from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, Sequence, ValuesView
from typing import Any

from rucy.api.values import Values
from rucy.loader import counts
from rucy.loader.decode import MapTypes, Value
from rucy.loader.errors import LoadError
from rucy.loader.maps import Cell, Map, cpus
from rucy.loader.objects import Loaded
from rucy.loader.show import frames
from rucy.records import NamedTuple


class Place(NamedTuple):
    """A map, and what is known of it: its types (both None for an object without BTF), how it is shown, its default (bits; None
    without)."""

    loaded: Loaded
    map: Map
    types: MapTypes
    values: Values | None
    show: str = ""
    default: int | None = None

    def live(self) -> Map:
        """LoadError 70 when the object is closed: its descriptors may be another's by now."""
        if self.loaded.closed:
            raise LoadError(f"the map `{self.map.name}` is gone: the object is closed", status=70)
        return self.map


class _Base:
    """What all kinds have: `name` as in the source, `kind` as the kernel names it ("PERCPU_HASH"), `max_entries`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.name = place.map.name
        self.kind = place.map.type
        self.max_entries = place.map.max_entries

    def fileno(self) -> int:
        """The map's descriptor, for other libraries; valid until the object is closed."""
        return self._place.live().fd

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self.kind}, {self.max_entries} entries>"

    def _bytes_of_value(self, value: Any) -> bytes:
        place = self._place
        return _encoded(self.name, place.values, place.types.value, value, place.map.value_size, False)

    def _bytes_of_key(self, key: Any) -> bytes:
        place = self._place
        return _encoded(self.name, place.values, place.types.key, key, place.map.key_size, True)

    def _value(self, data: bytes) -> Value:
        place = self._place
        if place.values is None or place.types.value is None:
            return data
        return place.values.decode(place.types.value, data)

    def _key(self, data: bytes) -> Value:
        place = self._place
        if place.values is None or place.types.key is None:
            return int.from_bytes(data, "little") if place.map.is_array else data
        return place.values.decode_key(place.types.key, data)


def _encoded(name: str, values: Values | None, type_id: int | None, value: Any, size: int, is_key: bool) -> bytes:
    """Bytes for a map without types: bytes of that size, or a whole number."""
    try:
        if values is not None and type_id is not None:
            return values.encode_key(type_id, value) if is_key else values.encode(type_id, value)
        if isinstance(value, bytes | bytearray):
            if len(value) != size:
                raise ValueError(f"{size} bytes are asked, not {len(value)}")
            return bytes(value)
        from rucy.loader.encode import number

        return number(value, 8 * size, False).to_bytes(size, "little")
    except (TypeError, ValueError) as error:
        raise type(error)(f"`{name}`: {error}") from None


class HashMap(_Base, MutableMapping[Any, Any]):
    """A hash, array, prefix trie, or another kind with keys: a mapping.

    A key is a number, text, a `Struct`, or the tuple of a composite key's parts; a prefix is text such as "10.0.0.0/8". Numbers
    are whole up to 64 bits. A missing key gives the map's `default:` where it has one (nothing is inserted), else KeyError.
    An array has every index below `max_entries`, and none can be deleted. Of a per-CPU map a number is the sum over the CPUs, any
    other value the tuple of each CPU's; `per_cpu` gives that of numbers too. A number that is set lies on one CPU, with 0 on all
    others.
    """

    def __getitem__(self, key: Any) -> Any:
        cell = self._cell(key)
        if cell is not None:
            return self._whole(cell)
        default = self._default()
        if default is None:
            raise KeyError(key)
        return default

    def get(self, key: Any, default: Any = None) -> Any:
        """`default` for a missing key, also where the map has a default of its own."""
        cell = self._cell(key)
        return self._whole(cell) if cell is not None else default

    def per_cpu(self, key: Any) -> list[Any]:
        """Each possible CPU's value, in order. KeyError for a missing key; TypeError for a map with one value for all."""
        if not self._place.map.per_cpu:
            raise TypeError(f"`{self.name}` has one value for all CPUs")
        cell = self._cell(key)
        if cell is None:
            raise KeyError(key)
        return [self._value(data) for data in cell]  # type: ignore[arg-type]

    def __setitem__(self, key: Any, value: Any) -> None:
        target = self._place.live()
        target.put(self._bytes_of_key(key), self._parts(value) if target.per_cpu else self._bytes_of_value(value))

    def __delitem__(self, key: Any) -> None:
        target = self._place.live()
        if target.is_array:
            raise TypeError(f"`{self.name}` is an array: its elements are always there")
        if not target.delete(self._bytes_of_key(key)):
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        """TypeError for a key of the wrong kind; one that does not fit is not there."""
        try:
            return self._cell(key) is not None
        except ValueError:
            return False

    def __iter__(self) -> Iterator[Any]:
        """Each key once. Of a map that changes meanwhile some may be missed."""
        target = self._place.live()
        for key in target.each_key():
            if not target.has_slots or target.get(key) is not None:
                yield self._key(key)

    def items(self) -> ItemsView[Any, Any]:
        """One look-up a key; what goes while one walks is left out."""
        return _Items(self)

    def values(self) -> ValuesView[Any]:
        return _Values(self)

    def __len__(self) -> int:
        target = self._place.live()
        return target.max_entries if target.is_array else sum(1 for _ in self)

    def clear(self) -> None:
        """Deletes every key; of an array, sets every element to zero."""
        target = self._place.live()
        for key in list(target.each_key()):
            if target.is_array:
                zero = bytes(target.value_size)
                target.put(key, [zero] * cpus() if target.per_cpu else zero)
            else:
                target.delete(key)

    def __repr__(self) -> str:
        return _Base.__repr__(self)

    # ---- inside

    def _pairs(self) -> Iterator[tuple[Any, Any]]:
        for key, cell in self._place.live().items():
            yield self._key(key), self._whole(cell)

    def _cell(self, key: Any) -> Cell | None:
        target = self._place.live()
        return target.get(self._bytes_of_key(key))

    def _whole(self, cell: Cell) -> Value:
        if isinstance(cell, bytes):
            value = self._value(cell)
            return frames(value) if self.kind == "STACK_TRACE" else value
        values = [self._value(data) for data in cell]
        return sum(values) if all(type(value) is int for value in values) else tuple(values)

    def _parts(self, value: Any) -> list[bytes]:
        """Of a per-CPU map: from a number, or from a value for each CPU."""
        zero = bytes(self._place.map.value_size)
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            if len(value) != cpus():
                raise ValueError(f"`{self.name}`: a value for each of {cpus()} CPUs is asked; this has {len(value)}")
            return [self._bytes_of_value(each) for each in value]
        return [self._bytes_of_value(value)] + [zero] * (cpus() - 1)

    def _default(self) -> Value | None:
        bits, size = self._place.default, self._place.map.value_size
        return None if bits is None else self._value((bits & (1 << 8 * size) - 1).to_bytes(size, "little"))


class _Items(ItemsView[Any, Any]):
    _mapping: HashMap

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return self._mapping._pairs()


class _Values(ValuesView[Any]):
    _mapping: HashMap

    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in self._mapping._pairs())


class MapOfMaps(_Base, MutableMapping[Any, Any]):
    """A map whose slots hold maps: reading one gives a mapping of what is in it, live for as long as it is kept. A slot takes a
    map of the same object or another (of the declared shape), and can be emptied."""

    def __getitem__(self, key: Any) -> HashMap:
        place = self._place
        target = place.live()
        cell = target.get(self._bytes_of_key(key))
        number = int.from_bytes(cell, "little") if isinstance(cell, bytes) else 0
        from rucy.loader.libbpf import libbpf

        fd = libbpf().call("bpf_map_get_fd_by_id", number) if number else -1
        if fd < 0 or place.types.inner is None:
            raise KeyError(key)
        inner = Map.of_fd(f"{self.name}[{key!r}]", fd)
        return InnerMap(place._replace(map=inner, types=place.types.inner, show="", default=None))

    def __setitem__(self, key: Any, value: Any) -> None:
        """`value`: a map, or what else has the descriptor of one."""
        from rucy.loader.encode import number

        try:
            data = number(value, 32, False).to_bytes(4, "little")
        except TypeError:
            raise TypeError(f"`{self.name}`: a map is asked, such as `tool.NAME`; not {value!r}") from None
        self._place.live().put(self._bytes_of_key(key), data)

    def __delitem__(self, key: Any) -> None:
        if not self._place.live().delete(self._bytes_of_key(key)):
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return self._place.live().get(self._bytes_of_key(key)) is not None

    def __iter__(self) -> Iterator[Any]:
        """The keys of the slots that are filled."""
        target = self._place.live()
        return (self._key(key) for key in target.each_key() if target.get(key) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return _Base.__repr__(self)


class InnerMap(HashMap):
    """A map that was found in another: it has a descriptor of its own, which goes with it."""

    def __del__(self) -> None:
        os.close(self._place.map.fd)


class Queue(_Base):
    """A queue, or a stack, whose next element is the latest."""

    def push(self, value: Any) -> None:
        """LoadError where it is full."""
        self._place.live().put(None, self._bytes_of_value(value))

    def pop(self) -> Any:
        """The next element, taken from it. IndexError where it is empty."""
        return self._next(False)

    def peek(self) -> Any:
        """The next element, which stays. IndexError where it is empty."""
        return self._next(True)

    def drain(self) -> Iterator[Any]:
        """Takes out all that is in it, one after another."""
        return (self._value(data) for data in self._place.live().take_all())

    def _next(self, peek: bool) -> Value:
        data = self._place.live().take(peek)
        if data is None:
            raise IndexError(f"`{self.name}` is empty")
        return self._value(data)


class BloomFilter(_Base):
    """What was added is in it; what was not may seem to be."""

    def add(self, value: Any) -> None:
        self._place.live().put(None, self._bytes_of_value(value))

    def __contains__(self, value: object) -> bool:
        return self._place.live().has(self._bytes_of_value(value))


class UserRing(_Base):
    """A ring in which this side sends and a program takes out (`user_ringbuf`)."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        from rucy.loader.rings import UserRing as Ring

        self._ring = Ring(self.name, place.map.fd, place.map.max_entries)

    def send(self, value: Any) -> bool:
        """A `Struct` or its fields as a dict; bytes where the object does not say what it takes. False where there is no room."""
        place = self._place
        place.live()
        data = value if isinstance(value, bytes) else _encoded(self.name, place.values, place.types.record, value, 0, False)
        return self._ring.send(data)

    def _close(self) -> None:
        self._ring.close()


# ---------------------------------------------------------------- what is counted


class Bucket(NamedTuple):
    """How many values were counted from `low` up to `high`, both included; None: without an end on that side."""

    low: int | None
    high: int | None
    number: int


class Stats(NamedTuple):
    """Of the values that were given. Without any, `number` and `sum` are 0 and the others None; the average is rounded down."""

    number: int
    sum: int
    min: int | None
    max: int | None
    average: int | None


class _Counted(_Base):
    def _groups(self) -> list[tuple[Value, list[list[int]]]]:
        place = self._place
        assert place.values is not None
        return counts.groups(place.live(), place.types, place.values)

    def clear(self) -> None:
        """Begin again from nothing. What programs count meanwhile may be lost."""
        HashMap(self._place).clear()

    def _made(self, slots: list[list[int]]) -> Any:
        if self._place.show == "stats":
            found = counts.stats(slots)
            return Stats(found["count"], found.get("sum", 0), found.get("min"), found.get("max"), found.get("average"))
        return tuple(Bucket(b.get("low"), b.get("high"), b["count"]) for b in counts.buckets(slots, self._place.show))


class Histogram(_Counted):
    """A histogram without keys."""

    def buckets(self) -> tuple[Bucket, ...]:
        """From the first that counted anything to the last that did; () where none did."""
        found: tuple[Bucket, ...] = self._made(self._groups()[0][1])
        return found


class Statistics(_Counted):
    """Statistics without keys."""

    def read(self) -> Stats:
        found: Stats = self._made(self._groups()[0][1])
        return found


class Keyed(_Counted, Mapping[Any, Any]):
    """A histogram or statistics for each key: a mapping of tuples of `Bucket`, or of `Stats`. In the order of how much was
    counted, the most last."""

    def __getitem__(self, key: Any) -> Any:
        cell = self._place.live().get(self._bytes_of_key(key))
        if cell is None:
            raise KeyError(key)
        parts = cell if isinstance(cell, list) else [cell]
        return self._made([counts.words(data) for data in parts])

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._groups())

    def __len__(self) -> int:
        return sum(1 for _ in self._place.live().each_key())

    def __repr__(self) -> str:
        return _Base.__repr__(self)


AnyMap = HashMap | MapOfMaps | Queue | BloomFilter | Histogram | Statistics | Keyed | UserRing


def open_map(place: Place) -> AnyMap | None:
    """The kind of object that a map is for Python; None for rings, arenas, and what only the kernel keeps."""
    kind = place.map.type
    if kind in _NONE:
        return None
    if place.show:
        if not place.map.is_array:
            return Keyed(place)
        return Statistics(place) if place.show == "stats" else Histogram(place)
    match kind:
        case "USER_RINGBUF":
            return UserRing(place)
        case "QUEUE" | "STACK":
            return Queue(place)
        case "BLOOM_FILTER":
            return BloomFilter(place)
        case "ARRAY_OF_MAPS" | "HASH_OF_MAPS":
            return MapOfMaps(place)
    return HashMap(place)


_NONE = frozenset(("RINGBUF", "ARENA", "STRUCT_OPS"))

__all__ = [
    "AnyMap", "BloomFilter", "Bucket", "HashMap", "Histogram", "Keyed", "MapOfMaps", "Place", "Queue", "Statistics", "Stats",
    "UserRing", "open_map",
]  # fmt: skip
