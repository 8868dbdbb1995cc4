"""What `puts`, `print`, `p` and `printf` of the kernel half sent: records of the ring `rucy_output` → text.

A record is the number of its format (u32), then its arguments where the format says. A format is a note of the object:
{"line": N, "parts": [TEXT or HOLE, …]}. A hole has `kind`: "u64", "i64", "bool", "ptr", "text" (with `size`), "ip4",
"ip6", "mac" at the offset `at`, or "const" with `value`; `some`: the offset of a byte that is 0 when it is nil; `spec`: the
conversion as Ruby's `format` has it; `line`: so many parts, this one the last, are a line of `puts`, behind which comes a
newline unless it ends with one. A TEXT that is no UTF-8 is {"hex": DIGITS}.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from rucy.loader import decode, sprintf
from rucy.loader.errors import LoadError

#: The ring's name in the object.
RING = "rucy_output"

#: How a part of a format becomes text, and how many parts before it, itself included, it is to end as a line (0: none).
_Piece = tuple[Callable[[bytes], str], int]


class Formats:
    """The formats of one object, read once."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._formats = [[_piece(part) for part in row["parts"]] for row in rows]

    def text(self, record: bytes) -> str:
        """What to write for a record, its newline included. LoadError for a record that no format describes."""
        number = int.from_bytes(record[:4], "little")
        if len(record) < 4 or number >= len(self._formats):
            raise LoadError(f"a record of {len(record)} bytes in `{RING}` has no format", status=70)
        out: list[str] = []
        try:
            for show, line in self._formats[number]:
                out.append(show(record))
                if line and not "".join(out[-line:]).endswith("\n"):
                    out.append("\n")
        except (struct.error, IndexError):
            raise LoadError(f"a record of {len(record)} bytes in `{RING}` is too short for its format", status=70) from None
        return "".join(out)


def _piece(part: str | dict[str, Any]) -> _Piece:
    if isinstance(part, str):
        return lambda record: part, 0
    if "hex" in part:
        raw = bytes.fromhex(part["hex"]).decode("utf-8", "surrogateescape")
        return lambda record: raw, 0
    spec, value = sprintf.parse(part["spec"]), _value(part)
    return lambda record: sprintf.convert(spec, value(record)), part.get("line", 0)


def _value(part: dict[str, Any]) -> Callable[[bytes], Any]:
    if part["kind"] == "const":
        constant = part["value"]
        return lambda record: constant
    plain = _KINDS[part["kind"]](part["at"], part)
    if "some" not in part:
        return plain
    some: int = part["some"]
    return lambda record: plain(record) if record[some] else None


def _number(form: str) -> Callable[[int, dict[str, Any]], Callable[[bytes], Any]]:
    unpack = struct.Struct(form).unpack_from
    return lambda at, part: lambda record: unpack(record, at)[0]


def _text(at: int, part: dict[str, Any]) -> Callable[[bytes], Any]:
    end = at + int(part["size"])
    return lambda record: decode.text(record[at:end])


def _address(size: int) -> Callable[[int, dict[str, Any]], Callable[[bytes], Any]]:
    def address(at: int, part: dict[str, Any]) -> Callable[[bytes], Any]:
        import socket

        family = socket.AF_INET if size == 4 else socket.AF_INET6
        return lambda record: socket.inet_ntop(family, record[at : at + size])

    return address


_KINDS: dict[str, Callable[[int, dict[str, Any]], Callable[[bytes], Any]]] = {
    "u64": _number("<Q"),
    "i64": _number("<q"),
    "bool": lambda at, part: lambda record: record[at] != 0,
    "ptr": lambda at, part: lambda record: decode.Address(int.from_bytes(record[at : at + 8], "little")),
    "text": _text,
    "ip4": _address(4),
    "ip6": _address(16),
    "mac": lambda at, part: lambda record: record[at : at + 6].hex(":"),
}
