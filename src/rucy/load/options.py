"""Options of a program: the texts of a command line as the bytes of its read-only data, written before it is loaded.

In: rows of the notes' `options`. ValueError says what is wrong with a text.
"""

from __future__ import annotations

from typing import Any

from rucy.load.objects import Loaded

#: type → what stands for its value in a listing
METAVARS = {"string": "TEXT", "bool": "", "ip4": "ADDRESS", "ip6": "ADDRESS", "mac": "ADDRESS"}
_FORMS = {"ip4": "an IPv4 address, such as 10.0.0.1", "ip6": "an IPv6 address, such as fe80::1",
          "mac": "a MAC address, such as 02:00:00:00:00:01"}  # fmt: skip
TEXT_SIZE = 64


def spelled(row: dict[str, Any]) -> str:
    """As the command line has it."""
    return "--" + str(row["name"]).replace("_", "-")


def set_option(loaded: Loaded, row: dict[str, Any], value: str | bool) -> None:
    """Write the value of an option, and that it was given. ValueError for a text that is none of its type."""
    data = encode(row["type"], value)
    loaded.write_global(row["symbol"], data)
    if row["given"]:
        loaded.write_global(row["given"], b"\1")


def encode(type_: str, value: str | bool) -> bytes:
    """The bytes of the variable. ValueError's text ends a sentence: "`--port` takes …"."""
    if isinstance(value, bool):
        return bytes([value])
    if type_ == "string":
        data = value.encode("utf-8", "surrogateescape")
        if len(data) >= TEXT_SIZE:
            raise ValueError(f"at most {TEXT_SIZE - 1} bytes of text; this has {len(data)}")
        return data.ljust(TEXT_SIZE, b"\0")
    if type_ in _FORMS:
        return _address(type_, value)
    return _number(type_, value)


def _number(type_: str, text: str) -> bytes:
    signed, size = type_[0] == "i", int(type_[1:]) // 8
    low, high = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 1)
    wanted = f"a number from {low} to {high}"
    digits = text.removeprefix("-").removeprefix("+")
    try:
        if not digits[:1].isdigit() or not text.isascii() or text != text.strip():
            raise ValueError
        number = int(text, 10 if digits.isdigit() else 0)
    except ValueError:
        raise ValueError(f"{wanted}; not `{text}`") from None
    if not low <= number <= high:
        raise ValueError(f"{wanted}; not `{text}`")
    return number.to_bytes(size, "little", signed=signed)


def _address(type_: str, text: str) -> bytes:
    import socket

    try:
        if type_ == "mac":
            parts = text.split(":")
            if len(parts) != 6 or any(len(part) != 2 for part in parts):
                raise ValueError
            return bytes(int(part, 16) for part in parts)
        return socket.inet_pton(socket.AF_INET if type_ == "ip4" else socket.AF_INET6, text)
    except (OSError, ValueError):
        raise ValueError(f"{_FORMS[type_]}; not `{text}`") from None


__all__ = ["METAVARS", "encode", "set_option", "spelled"]
