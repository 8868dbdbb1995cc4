"""Bytes → Python values, by the object's own BTF: records, keys and values of maps.

An integer is an int (a bool where it is one), an array a list, an array of `char` text up to its first NUL, a struct or
union a dict by field, a pointer an `Address`, an enumerator its name. A typedef named as one of `DISPLAYS` says how a
number or an address is shown: its value is then a str. A composite key (fields k0, k1, …) is a list.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Self

from rucy.btf import types as bt
from rucy.btf.reader import Btf
from rucy.loader.errors import LoadError
from rucy.records import NamedTuple

#: A value as this module makes them.
Value = Any

Reader = Callable[[bytes, int], Value]

#: The kernel's own objects in a value (include/uapi/linux/bpf.h): they have no contents for user space.
HIDDEN = ("bpf_spin_lock", "bpf_timer")


class Address(int):
    """A number that is written in hexadecimal."""

    def __str__(self) -> str:
        return f"{int(self):#x}"


class MapTypes(NamedTuple):
    """Ids in the object's BTF of what a map holds; None for what has no type. `record`: the struct that a ring carries.
    `pinned`: the map may outlive the object. `inner`: of a map of maps, what each of those holds."""

    key: int | None
    value: int | None
    record: int | None
    pinned: bool = False
    inner: MapTypes | None = None


def text(data: bytes) -> str:
    """Up to the first NUL. What is not UTF-8 comes back as it was when it is written with "surrogateescape"."""
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


class Decoder:
    """The types of one object. `of` gives a reader for a type, which takes memory and an offset in bytes."""

    def __init__(self, btf: Btf) -> None:
        self.btf = btf
        self._readers: dict[int, Reader] = {}

    @classmethod
    def of_object(cls, data: bytes) -> Self | None:
        """None for an object without BTF. LoadError for one that is damaged."""
        from rucy.elf import ElfError, read

        try:
            section = read(data).find(".BTF")
            return cls(Btf(section.data)) if section is not None else None
        except (ElfError, bt.BtfError) as error:
            raise LoadError(f"the object's types cannot be read: {error}") from None

    def decode(self, type_id: int, data: bytes, at: int = 0) -> Value:
        """LoadError where the data ends before the value does."""
        if at + self.btf.size(type_id) > len(data):
            raise LoadError(f"{len(data)} bytes are too few for a {self.btf.spell(type_id)}", status=70)
        return self.of(type_id)(data, at)

    def decode_key(self, type_id: int, data: bytes) -> Value:
        """As `decode`; a composite key is the list of its parts, a prefix text such as "10.0.0.0/8"."""
        return self.shaped_key(self.decode(type_id, data))

    @staticmethod
    def shaped_key(value: Value) -> Value:
        """A struct that is a key as it is shown; anything else stays as it is."""
        if isinstance(value, dict) and list(value) == [f"k{i}" for i in range(len(value))]:
            return list(value.values())
        if isinstance(value, dict) and list(value) == ["prefixlen", "addr"]:
            return f"{value['addr']}/{value['prefixlen']}"
        return value

    def of(self, type_id: int) -> Reader:
        reader = self._readers.get(type_id)
        if reader is None:
            try:
                reader = self._readers[type_id] = self._reader(type_id)
            except RecursionError:
                raise LoadError("the object's types cannot be read: one contains itself") from None
        return reader

    def map_types(self) -> dict[str, MapTypes]:
        """By name, of the maps that the object defines in `.maps`."""
        btf = self.btf
        section = btf.type(btf.find(".maps", ("datasec",)) or 0)
        if not isinstance(section, bt.Datasec):
            return {}
        records = self._records()
        found = {}
        for entry in section.vars:
            var = btf.type(entry.type_id)
            definition = btf.type(btf.strip(var.type_id)) if isinstance(var, bt.Var) else None
            if isinstance(var, bt.Var) and isinstance(definition, bt.Struct):
                record = records.get(entry.type_id)
                held = self._definition(definition)
                found[var.name] = held._replace(record=btf.find(record, ("struct",)) if record else None)
        return found

    def _definition(self, definition: bt.Struct) -> MapTypes:
        parts = {member.name: self._pointed(member.type_id) for member in definition.members if member.name != "values"}
        return MapTypes(parts.get("key"), parts.get("value"), None, "pinning" in parts, self._inside(definition))

    def _inside(self, definition: bt.Struct) -> MapTypes | None:
        """The last member of a map of maps: an array of pointers to the definition of those."""
        last = definition.members[-1] if definition.members else None
        array = self.btf.type(self.btf.strip(last.type_id)) if last is not None and last.name == "values" else None
        pointed = self._pointed(array.type_id) if isinstance(array, bt.Array) else None
        inner = self.btf.type(self.btf.strip(pointed)) if pointed else None
        return self._definition(inner) if isinstance(inner, bt.Struct) else None

    def variables(self) -> dict[str, int]:
        """Name → type of the variables in .data, .bss and .rodata, whose bytes `Loaded.read_global` gives."""
        found = {}
        for section in (".data", ".bss", ".rodata"):
            whole = self.btf.type(self.btf.find(section, ("datasec",)) or 0)
            for entry in whole.vars if isinstance(whole, bt.Datasec) else ():
                var = self.btf.type(entry.type_id)
                if isinstance(var, bt.Var):
                    found[var.name] = var.type_id
        return found

    # ---- inside

    def _pointed(self, type_id: int) -> int | None:
        pointer = self.btf.type(self.btf.strip(type_id))
        return pointer.type_id if isinstance(pointer, bt.Ptr) else None

    def _records(self) -> dict[int, str]:
        """Variable → the struct that its tag `record:NAME` names."""
        tags = (self.btf.type(number) for number in range(self.btf.first_id, self.btf.end_id))
        return {
            tag.type_id: tag.name.removeprefix("record:")
            for tag in tags
            if isinstance(tag, bt.DeclTag) and tag.name.startswith("record:")
        }

    def _reader(self, type_id: int) -> Reader:
        found = self.btf.type(type_id)
        match found:
            case bt.Typedef():
                display = DISPLAYS.get(found.name)
                return display(self, found.type_id) if display is not None else self.of(found.type_id)
            case bt.Const() | bt.Volatile() | bt.Restrict() | bt.TypeTag() | bt.Var():
                return self.of(found.type_id)
            case bt.Int():
                return _integer(found)
            case bt.Ptr():
                return lambda data, at: Address(_U64.unpack_from(data, at)[0])
            case bt.Array():
                return self._array(found)
            case bt.Struct() | bt.Union():
                return self._whole(found)
            case bt.Enum() | bt.Enum64():
                return _enumerator(found)
            case bt.Float():
                unpack = struct.Struct("<d" if found.size == 8 else "<f").unpack_from
                return lambda data, at: unpack(data, at)[0]
        raise LoadError(f"a value of the type {self.btf.spell(type_id)} cannot be shown", status=70)

    def _array(self, found: bt.Array) -> Reader:
        of = self.btf.type(self.btf.strip(found.type_id))
        if isinstance(of, bt.Int) and of.size == 1 and (of.name == "char" or of.encoding & bt.INT_CHAR):
            return lambda data, at: text(data[at : at + found.nelems])
        element, size = self.of(found.type_id), self.btf.size(found.type_id)
        return lambda data, at: [element(data, at + size * i) for i in range(found.nelems)]

    def _whole(self, found: bt.Struct | bt.Union) -> Reader:
        """Of a struct or union that is a value of its own."""
        return self._fields(found)

    def _fields(self, found: bt.Struct | bt.Union) -> Callable[[bytes, int], dict[str, Value]]:
        plain: list[tuple[str, Reader, int]] = []
        merged: list[tuple[Callable[[bytes, int], dict[str, Value]], int]] = []
        for member in found.members:
            whole = self.btf.type(self.btf.strip(member.type_id))
            if isinstance(whole, bt.Struct) and whole.name in HIDDEN:
                continue
            if member.bitfield_size:
                plain.append((member.name, _bits(member, whole), 0))
            elif member.name:
                plain.append((member.name, self.of(member.type_id), member.bit_offset // 8))
            elif isinstance(whole, bt.Struct | bt.Union):
                merged.append((self._fields(whole), member.bit_offset // 8))

        def one(data: bytes, at: int) -> dict[str, Value]:
            out = {name: read(data, at + offset) for name, read, offset in plain}
            for read, offset in merged:
                out.update(read(data, at + offset))
            return out

        return one


# ---------------------------------------------------------------- numbers

_U64 = struct.Struct("<Q")
_LETTERS = {1: "b", 2: "h", 4: "i", 8: "q"}


def _integer(found: bt.Int) -> Reader:
    if found.encoding & bt.INT_BOOL:
        return lambda data, at: data[at] != 0
    signed = bool(found.encoding & bt.INT_SIGNED)
    size = found.size
    if size not in _LETTERS:
        return lambda data, at: int.from_bytes(data[at : at + size], "little", signed=signed)
    letter = _LETTERS[size]
    unpack = struct.Struct("<" + (letter if signed else letter.upper())).unpack_from
    return lambda data, at: unpack(data, at)[0]


def _bits(member: bt.Member, whole: bt.AnyType) -> Reader:
    signed = isinstance(whole, bt.Int) and bool(whole.encoding & bt.INT_SIGNED)
    start, shift, width = member.bit_offset // 8, member.bit_offset % 8, member.bitfield_size
    size = (shift + width + 7) // 8

    def one(data: bytes, at: int) -> int:
        raw = int.from_bytes(data[at + start : at + start + size], "little") >> shift & (1 << width) - 1
        return raw - (1 << width) if signed and raw >> width - 1 else raw

    return one


def _enumerator(found: bt.Enum | bt.Enum64) -> Reader:
    names: dict[int, str] = {}
    for value in found.values:
        names.setdefault(value.value, value.name)
    signed = found.signed or any(value.value < 0 for value in found.values)

    def one(data: bytes, at: int) -> str | int:
        number = int.from_bytes(data[at : at + found.size], "little", signed=signed)
        return names.get(number, number)

    return one


# ---------------------------------------------------------------- displays


def _address_text(decoder: Decoder, type_id: int, family: str) -> Reader:
    import socket

    size = 4 if family == "ip4" else 16
    kind = socket.AF_INET if family == "ip4" else socket.AF_INET6
    return lambda data, at: socket.inet_ntop(kind, data[at : at + size])


def _mac(decoder: Decoder, type_id: int) -> Reader:
    return lambda data, at: data[at : at + 6].hex(":")


def _ksym(decoder: Decoder, type_id: int) -> Reader:
    from rucy.loader.symbols import kernel_symbol

    plain = decoder.of(type_id)
    return lambda data, at: kernel_symbol(plain(data, at))


def _errno(decoder: Decoder, type_id: int) -> Reader:
    from errno import errorcode

    plain, size = decoder.of(type_id), decoder.btf.size(type_id)

    def one(data: bytes, at: int) -> str:
        number = plain(data, at)
        number = number - (1 << 8 * size) if number >> 8 * size - 1 > 0 else number
        return errorcode.get(abs(number)) or str(number)

    return one


def _network(decoder: Decoder, type_id: int) -> Reader:
    size = decoder.btf.size(type_id)
    return lambda data, at: int.from_bytes(data[at : at + size], "big")


#: Name of a typedef → how it is shown. An address is in network order; an errno may be positive or negative.
DISPLAYS: dict[str, Callable[[Decoder, int], Reader]] = {
    "ip4": lambda decoder, type_id: _address_text(decoder, type_id, "ip4"),
    "ip6": lambda decoder, type_id: _address_text(decoder, type_id, "ip6"),
    "mac": _mac, "ksym": _ksym, "errno": _errno,
    "__be16": _network, "__be32": _network, "__be64": _network,
}  # fmt: skip
