"""Options of a program: the texts of a command line as the bytes of its read-only data, written before it is loaded.

In: rows of the notes' `options`. ValueError says what is wrong with a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.loader.errors import LoadError

if TYPE_CHECKING:
    from rucy.loader.objects import Loaded

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
    loaded.write_global(row["symbol"], encode_option(row, value))
    if row["given"]:
        loaded.write_global(row["given"], b"\1")


def set_constant(loaded: Loaded, row: dict[str, Any], value: str | bool) -> None:
    """Write the value of a constant that only a user half can compute (a row of the notes' `constants`), as `set_option`."""
    loaded.write_global(row["symbol"], encode(row["type"], value))


def set_options(loaded: Loaded, notes: dict[str, Any], given: list[tuple[dict[str, Any], str | bool]]) -> None:
    """All that are given, and what depends on them."""
    for row, value in given:
        set_option(loaded, row, value)
    set_sizes(loaded, notes)


def set_sizes(loaded: Loaded, notes: dict[str, Any]) -> None:
    """Maps whose size an option says, when the options are set: before loading. A ring is rounded up to what the kernel
    takes, a power of two of whole pages (ringbuf_map_alloc of kernel/bpf/ringbuf.c). LoadError for what is no size."""
    by_symbol = {row["symbol"]: row for row in notes.get("options", [])}
    for row in notes.get("maps", []):
        option = by_symbol.get(row.get("size"))
        if option is None or (option["given"] and loaded.read_global(option["given"]) == b"\0"):
            continue
        size = int.from_bytes(loaded.read_global(option["symbol"]), "little", signed=option["type"][0] == "i")
        if not 1 <= size <= 1 << 31:
            raise LoadError(f"a map cannot have {size} entries (`{row['name']}`)", f"give `{spelled(option)}` a number from 1", 2)
        if loaded.map_type(row["name"]) in _RINGS:
            size = max(_PAGE, 1 << (size - 1).bit_length())
        loaded.size_map(row["name"], size)


_RINGS = (27, 31)  # BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_USER_RINGBUF
_PAGE = 4096


def encode_option(row: dict[str, Any], value: str | bool) -> bytes:
    """As `encode`, of the text's bytes that count."""
    if "most" in row and isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")[: row["most"]].decode("utf-8", "surrogateescape")
    return encode(row["type"], value)


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
            if len(parts) != 6 or any(len(part) != 2 or not part.isalnum() for part in parts):
                raise ValueError
            return bytes(int(part, 16) for part in parts)
        return socket.inet_pton(socket.AF_INET if type_ == "ip4" else socket.AF_INET6, text)
    except (OSError, ValueError):
        raise ValueError(f"{_FORMS[type_]}; not `{text}`") from None


__all__ = ["METAVARS", "encode", "encode_option", "set_constant", "set_option", "set_options", "set_sizes", "spelled"]
