"""A tool as one file: the runtime's executable, and in it an object and the program that goes with it.

`bundle` puts named parts into an executable, `parts_of` reads them back. They lie in a segment of their own, which the kernel
maps with the rest: the executable finds it among its segments, without /proc and without reading itself, and `strip` keeps
what is loaded. The segment's header takes the place of the one of a note that the runtime was linked with for this.

The payload: "RUCYTOOL"; version, whole length, the CRC-32 of what follows, and 0 (u32 each); then the parts: lengths of name
and data (u32 each), name, data; name and data are each filled up to a multiple of 8 bytes. All is little-endian.

A tool can be packed: then the executable is a small one, and its one part, "packed", is the tool as it would lie in a file, its
size (u64) and what zlib makes of it.
"""

from __future__ import annotations

import struct
from struct import pack, unpack_from

from rucy.elf.model import SHF_ALLOC, SHT_PROGBITS
from rucy.records import NamedTuple

MAGIC = b"RUCYTOOL"
VERSION = 2
SECTION = b".rucy"

_PACKED = "packed"
_LARGEST = 1 << 30  # bytes of a tool that is unpacked
_NOTE = b"Rucy\0\0\0\0place 3"  # of the runtime's payload.h: the number is that of what it is asked for
_PT_LOAD, _PT_NOTE, _PF_R = 1, 4, 4  # elf.h
_HEAD = 24  # bytes of the payload before its parts
_HEADER, _SEGMENT, _SECTION = 64, 56, 64  # sizes of Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr
_PAGE = 0x10000  # the largest of any machine that there is a runtime for


class BundleError(Exception):
    """The file is no runtime, or no tool; the message says which."""


class _Segment(NamedTuple):
    """One program header; `at`: where it lies in the file."""

    at: int
    type: int
    flags: int
    offset: int
    address: int
    size: int
    memory: int


def bundle(runtime: bytes, parts: dict[str, bytes]) -> bytes:
    """The executable with the parts in it. The same input gives the same bytes. Raises BundleError."""
    segments = _segments(runtime)
    notes = [segment for segment in segments if segment.type == _PT_NOTE]
    note = next((each for each in notes if _NOTE in runtime[each.offset : each.offset + each.size]), None)
    if note is None:
        raise BundleError("it has no place for a tool")
    payload = _payload(parts)
    names, headers, end = _sections(runtime)
    out = bytearray(runtime[:end])
    out += bytes(-len(out) % 16)
    offset = len(out)
    top = max(s.address + s.memory for s in segments if s.type == _PT_LOAD)
    address = -(-top // _PAGE) * _PAGE + offset % _PAGE
    out[note.at : note.at + _SEGMENT] = pack(
        "<IIQQQQQQ", _PT_LOAD, _PF_R, offset, address, address, len(payload), len(payload), _PAGE
    )
    out += payload
    names_at = len(out)
    out += names + SECTION + b"\0"
    out += bytes(-len(out) % 8)
    form = "<IIQQQQIIQQ"
    last = list(unpack_from(form, headers[-1]))
    last[4:6] = names_at, len(names) + len(SECTION) + 1
    own = pack(form, len(names), SHT_PROGBITS, SHF_ALLOC, address, offset, len(payload), 0, 0, 16, 0)
    out[40:48] = pack("<Q", len(out))  # e_shoff
    out[60:64] = pack("<HH", len(headers) + 1, len(headers))  # e_shnum, e_shstrndx
    return bytes(out) + b"".join([*headers[:-1], own, pack(form, *last)])


def packed(executable: bytes) -> dict[str, bytes]:
    """The parts of the executable that unpacks this one. The same input gives the same bytes."""
    from zlib import compress

    return {_PACKED: pack("<Q", len(executable)) + compress(executable, 9)}


def parts_of(executable: bytes) -> dict[str, bytes]:
    """The parts of a tool, by name; of a packed one those of the tool in it. Raises BundleError."""
    for segment in _segments(executable):
        if segment.type == _PT_LOAD and executable[segment.offset : segment.offset + 8] == MAGIC:
            parts = _parts(executable[segment.offset : segment.offset + segment.size])
            return parts if _PACKED not in parts else parts_of(_unpacked(parts[_PACKED]))
    raise BundleError("there is no tool of Rucy's in it")


def _unpacked(data: bytes) -> bytes:
    from zlib import decompressobj, error

    stream = decompressobj()
    try:
        size = unpack_from("<Q", data)[0]
        made = stream.decompress(data[8:], min(size, _LARGEST) + 1)
        if len(made) == size and stream.eof:
            return made
    except (error, struct.error):
        pass
    raise BundleError("the tool in it is damaged")


def _payload(parts: dict[str, bytes]) -> bytes:
    from binascii import crc32

    body = b""
    for name, data in parts.items():
        body += pack("<II", len(name.encode()), len(data)) + _filled(name.encode()) + _filled(data)
    return MAGIC + pack("<IIII", VERSION, _HEAD + len(body), crc32(body), 0) + body


def _filled(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def _parts(payload: bytes) -> dict[str, bytes]:
    from binascii import crc32

    if len(payload) < _HEAD:
        raise BundleError("the tool in it is damaged")
    version, size, total = unpack_from("<III", payload, 8)
    if version != VERSION:
        raise BundleError("the tool in it is damaged, or of another version of Rucy")
    if not _HEAD <= size <= len(payload) or crc32(payload[_HEAD:size]) != total:
        raise BundleError("the tool in it is damaged")
    found: dict[str, bytes] = {}
    at = _HEAD
    while at + 8 <= size:
        name_size, data_size = unpack_from("<II", payload, at)
        start = at + 8 + (name_size + 7 & ~7)
        if start + data_size > size:
            raise BundleError("the tool in it is damaged")
        found[payload[at + 8 : at + 8 + name_size].decode("utf-8", "replace")] = payload[start : start + data_size]
        at = start + (data_size + 7 & ~7)
    return found


# ---------------------------------------------------------------- the executable


def _segments(executable: bytes) -> list[_Segment]:
    if len(executable) < _HEADER or executable[:6] != b"\x7fELF\2\1":
        raise BundleError("it is no executable of Linux")
    table, size, count = unpack_from("<Q", executable, 32)[0], *unpack_from("<HH", executable, 54)
    if size != _SEGMENT or table + size * count > len(executable):
        raise BundleError("it is no executable of Linux")
    found = []
    for at in range(table, table + size * count, size):
        kind, flags, offset, address, _, filed, memory, _ = unpack_from("<IIQQQQQQ", executable, at)
        found.append(_Segment(at, kind, flags, offset, address, filed, memory))
    return found


def _sections(executable: bytes) -> tuple[bytes, list[bytes], int]:
    """The names, the headers (the last is that of the names), and where the contents end: names and headers come last."""
    table = unpack_from("<Q", executable, 40)[0]
    count, names = unpack_from("<HH", executable, 60)
    if not count or names != count - 1 or table + _SECTION * count > len(executable):
        raise BundleError("it has been changed since it was linked")
    headers = [executable[at : at + _SECTION] for at in range(table, table + _SECTION * count, _SECTION)]
    offset, size = unpack_from("<QQ", headers[-1], 24)
    return executable[offset : offset + size], headers, offset


__all__ = ["MAGIC", "SECTION", "VERSION", "BundleError", "bundle", "packed", "parts_of"]
