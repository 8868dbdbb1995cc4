"""What our own loader and user half must know of an object and BTF cannot say: the section `.debug_rucy`.

libbpf takes a section whose name starts with `.debug_` for debug information and skips it (src/libbpf.c,
is_sec_name_dwarf). The contents: 8 bytes of magic, version and length of the payload (u32 each, little-endian), then the
payload, JSON in UTF-8: an object with the keys that the version defines.

Version 1: `probes` (what the user half registers), `options` (`name`, `type`, `short`, `desc`, `default`, null without;
`symbol` of the value in `.rodata`, `given` of the byte that says whether it was, "" with a default; `line`; `most`, where only
so many bytes of a text count), `constants` (values that the user half computes), `maps` (for those that are shown in a form of
their own, pinned by a name of their own, as large as an option says, or have a default: `name`, `show`, `pin`; `size`, `default`
where there is one).
"""

from __future__ import annotations

from struct import pack, unpack_from
from typing import Any

SECTION = ".debug_rucy"
MAGIC = b"rucynote"
VERSION = 1


class NotesError(Exception):
    """The section is damaged, or another version of Rucy wrote it; the message says which."""


def encode(payload: dict[str, Any]) -> bytes:
    """The section's contents. Keys are sorted: the same payload gives the same bytes."""
    import json

    body = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return MAGIC + pack("<II", VERSION, len(body)) + body


def decode(data: bytes) -> dict[str, Any]:
    """The payload. Raises NotesError."""
    import json

    if len(data) < 16 or data[:8] != MAGIC:
        raise NotesError(f"section {SECTION} is damaged")
    version, size = unpack_from("<II", data, 8)
    if version != VERSION:
        raise NotesError(f"section {SECTION} has version {version}; this Rucy reads version {VERSION}: compile the object again")
    if len(data) < 16 + size:
        raise NotesError(f"section {SECTION} is damaged: cut off")
    try:
        payload = json.loads(data[16 : 16 + size])
    except (ValueError, RecursionError):
        raise NotesError(f"section {SECTION} is damaged") from None
    if not isinstance(payload, dict):
        raise NotesError(f"section {SECTION} is damaged")
    return payload
