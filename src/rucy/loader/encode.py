"""Python values → bytes, by the object's own BTF: keys and values of maps and variables. What `decode` gives for some bytes
makes these bytes again, but for gaps, which are zero.

Whoever writes a value may give less than `decode` does: a struct's fields that are left out are zero, a shorter array too.
TypeError for a value of the wrong kind; ValueError for one that does not fit. Both end a sentence that begins with its place.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from rucy.btf import types as bt
from rucy.btf.reader import Btf
from rucy.loader.decode import HIDDEN


class Encoder:
    """The types of one object."""

    def __init__(self, btf: Btf) -> None:
        self._btf = btf

    def encode(self, type_id: int, value: Any) -> bytes:
        """As many bytes as the type has."""
        out = bytearray(self._btf.size(type_id))
        self._put(type_id, value, out, 0)
        return bytes(out)

    def encode_key(self, type_id: int, value: Any) -> bytes:
        """As `encode`; a composite key from a sequence of its parts, a prefix from text such as "10.0.0.0/8"."""
        found = self._btf.type(self._btf.strip(type_id))
        if isinstance(found, bt.Struct):
            names = [member.name for member in found.members]
            if names == [f"k{i}" for i in range(len(names))] and not isinstance(value, Mapping):
                if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != len(names):
                    raise TypeError(f"a key has {len(names)} parts, a tuple; not {value!r}")
                value = dict(zip(names, value))
            elif names == ["prefixlen", "addr"] and isinstance(value, str):
                address, slash, length = value.partition("/")
                if not slash or not length.isdecimal():
                    raise ValueError(f'a prefix is written as "10.0.0.0/8", not {value!r}')
                value = {"prefixlen": int(length), "addr": address}
        return self.encode(type_id, value)

    # ---- inside

    def _put(self, type_id: int, value: Any, out: bytearray, at: int) -> None:
        found = self._btf.type(type_id)
        match found:
            case bt.Typedef() if found.name in _DISPLAYED:
                size = self._btf.size(type_id)
                _fill(out, at, size, _DISPLAYED[found.name](value, size))
            case bt.Typedef() | bt.Const() | bt.Volatile() | bt.Restrict() | bt.TypeTag() | bt.Var():
                self._put(found.type_id, value, out, at)
            case bt.Int():
                bits = bool(found.encoding & bt.INT_SIGNED)
                whole = _truth(value) if found.encoding & bt.INT_BOOL else number(value, 8 * found.size, bits)
                _fill(out, at, found.size, whole.to_bytes(found.size, "little", signed=bits))
            case bt.Ptr():
                _fill(out, at, 8, number(value, 64, False).to_bytes(8, "little"))
            case bt.Array():
                self._array(found, value, out, at)
            case bt.Struct() | bt.Union():
                self._fields(found, value, out, at)
            case bt.Enum() | bt.Enum64():
                _fill(out, at, found.size, _enumerator(found, value))
            case bt.Float():
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise TypeError(f"a number is asked, not {value!r}")
                _fill(out, at, found.size, struct.pack("<d" if found.size == 8 else "<f", value))
            case _:
                raise TypeError(f"a {self._btf.spell(type_id)} cannot be written")

    def _array(self, found: bt.Array, value: Any, out: bytearray, at: int) -> None:
        of = self._btf.type(self._btf.strip(found.type_id))
        if isinstance(of, bt.Int) and of.size == 1 and (of.name == "char" or of.encoding & bt.INT_CHAR):
            data = text_bytes(value)
            if len(data) > found.nelems:
                raise ValueError(f"at most {found.nelems} bytes of text; {value!r} has {len(data)}")
            out[at : at + len(data)] = data
            return
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise TypeError(f"a sequence of {found.nelems} is asked, not {value!r}")
        if len(value) > found.nelems:
            raise ValueError(f"at most {found.nelems} elements; this has {len(value)}")
        size = self._btf.size(found.type_id)
        for index, each in enumerate(value):
            self._put(found.type_id, each, out, at + size * index)

    def _fields(self, found: bt.Struct | bt.Union, value: Any, out: bytearray, at: int) -> None:
        given = _named(value, found.name)
        for name, part in given.items():
            path = self._member(found, name)
            if path is None:
                there = ", ".join(name for name in self.field_names(found))
                raise TypeError(f"`{found.name}` has no field `{name}`; it has: {there}")
            member, offset = path
            try:
                if member.bitfield_size:
                    _put_bits(out, at + offset, member, self._signed(member.type_id), part)
                else:
                    self._put(member.type_id, part, out, at + offset + member.bit_offset // 8)
            except (TypeError, ValueError) as error:
                raise type(error)(f"`{name}`: {error}") from None

    def _member(self, found: bt.Struct | bt.Union, name: str) -> tuple[bt.Member, int] | None:
        """The member, and where what it is in begins; those of nameless structs and unions are their parent's too."""
        for member in found.members:
            if member.name == name:
                return member, 0
            inner = self._btf.type(self._btf.strip(member.type_id))
            if not member.name and isinstance(inner, bt.Struct | bt.Union):
                path = self._member(inner, name)
                if path is not None:
                    return path[0], member.bit_offset // 8 + path[1]
        return None

    def field_names(self, found: bt.Struct | bt.Union) -> list[str]:
        """Of what `decode` gives."""
        names: list[str] = []
        for member in found.members:
            inner = self._btf.type(self._btf.strip(member.type_id))
            if isinstance(inner, bt.Struct) and inner.name in HIDDEN:
                continue
            if member.name:
                names.append(member.name)
            elif isinstance(inner, bt.Struct | bt.Union):
                names += self.field_names(inner)
        return names

    def _signed(self, type_id: int) -> bool:
        whole = self._btf.type(self._btf.strip(type_id))
        return isinstance(whole, bt.Int) and bool(whole.encoding & bt.INT_SIGNED)


def _named(value: Any, name: str) -> dict[str, Any]:
    """Fields of a mapping, or of an object that gives (name, value) pairs."""
    try:
        return dict(value)
    except (TypeError, ValueError):
        raise TypeError(f"fields of `{name}` are asked, a dict or what a map gave; not {value!r}") from None


def number(value: Any, bits: int, signed: bool) -> int:
    """A whole number of that many bits; an object with a `fileno` is its descriptor."""
    if hasattr(value, "fileno"):
        value = value.fileno()
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a whole number is asked, not {value!r}")
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if not low <= value <= high:
        raise ValueError(f"a number from {low} to {high} is asked, not {value}")
    return int(value)


def text_bytes(value: Any) -> bytes:
    """Text as the kernel has it, without a NUL."""
    if isinstance(value, bytes | bytearray):
        data = bytes(value).rstrip(b"\0")
    elif isinstance(value, str):
        data = value.encode("utf-8", "surrogateescape")
    else:
        raise TypeError(f"text is asked, not {value!r}")
    if b"\0" in data:
        raise ValueError(f"text ends at its first NUL: {value!r} has one inside")
    return data


def _truth(value: Any) -> int:
    if not isinstance(value, bool):
        raise TypeError(f"True or False is asked, not {value!r}")
    return int(value)


def _fill(out: bytearray, at: int, size: int, data: bytes) -> None:
    out[at : at + size] = data


def _put_bits(out: bytearray, at: int, member: bt.Member, signed: bool, value: Any) -> None:
    start, shift, width = at + member.bit_offset // 8, member.bit_offset % 8, member.bitfield_size
    whole = _truth(value) if isinstance(value, bool) else number(value, width, signed)
    size = (shift + width + 7) // 8
    mask = (1 << width) - 1 << shift
    before = int.from_bytes(out[start : start + size], "little") & ~mask
    _fill(out, start, size, (before | whole << shift & mask).to_bytes(size, "little"))


def _enumerator(found: bt.Enum | bt.Enum64, value: Any) -> bytes:
    signed = found.signed or any(each.value < 0 for each in found.values)
    if isinstance(value, str):
        by_name = {each.name: each.value for each in found.values}
        if value not in by_name:
            raise ValueError(f"there is no `{value}` in `enum {found.name}`")
        value = by_name[value]
    return number(value, 8 * found.size, signed).to_bytes(found.size, "little", signed=signed)


# ---------------------------------------------------------------- displays


def _address(value: Any, size: int) -> bytes:
    import socket

    if not isinstance(value, str):
        raise TypeError(f"an address is asked, text; not {value!r}")
    try:
        return socket.inet_pton(socket.AF_INET if size == 4 else socket.AF_INET6, value)
    except OSError:
        form = "an IPv4 address, such as 10.0.0.1" if size == 4 else "an IPv6 address, such as fe80::1"
        raise ValueError(f"{form}, is asked, not {value!r}") from None


def _mac(value: Any, size: int) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"an address is asked, text; not {value!r}")
    parts = value.split(":")
    try:
        if len(parts) != 6 or any(len(part) != 2 or not part.isalnum() for part in parts):
            raise ValueError
        return bytes(int(part, 16) for part in parts)
    except ValueError:
        raise ValueError(f"a MAC address, such as 02:00:00:00:00:01, is asked, not {value!r}") from None


def _errno(value: Any, size: int) -> bytes:
    """A name is written as the kernel's functions give it: negative. What has none is shown as its number."""
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        value = int(value)
    elif isinstance(value, str):
        import errno

        code = getattr(errno, value, None)
        if not value.startswith("E") or not isinstance(code, int):
            raise ValueError(f"there is no errno {value!r}")
        value = -code
    return number(value, 8 * size, True).to_bytes(size, "little", signed=True)


def _ksym(value: Any, size: int) -> bytes:
    if isinstance(value, str):
        from rucy.loader.symbols import address_of

        value = address_of(value)
    return number(value, 8 * size, False).to_bytes(size, "little")


def _network(value: Any, size: int) -> bytes:
    return number(value, 8 * size, False).to_bytes(size, "big")


#: as rucy.loader.decode.DISPLAYS
_DISPLAYED = {
    "ip4": _address, "ip6": _address, "mac": _mac, "ksym": _ksym, "errno": _errno,
    "__be16": _network, "__be32": _network, "__be64": _network,
}  # fmt: skip
