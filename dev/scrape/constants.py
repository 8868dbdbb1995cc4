"""Constants that programs may name: error numbers, address families, protocols, file modes and flags."""

from __future__ import annotations

import re

from scrape.source import Tree

# file and the prefix of the names taken from it
SOURCES = (
    ("include/uapi/asm-generic/errno-base.h", "E"),
    ("include/uapi/asm-generic/errno.h", "E"),
    ("include/linux/socket.h", "AF_"),
    ("include/uapi/linux/in.h", "IPPROTO_"),
    ("include/uapi/linux/in6.h", "IPPROTO_"),
    ("include/uapi/linux/if_ether.h", "ETH_P_"),
    ("include/uapi/asm-generic/fcntl.h", "O_"),
    ("include/uapi/linux/stat.h", "S_"),
)
ARM64 = "arch/arm64/include/uapi/asm/fcntl.h"


def table(tree: Tree) -> list[str]:
    """Lines "NAME value", in the headers' order; "NAME@aarch64 value" where that machine differs."""
    values: dict[str, int] = {}
    lines = []
    for path, prefix in SOURCES:
        for name, text in _definitions(tree.code(path)):
            value = _value(text, values)
            if value is None:
                continue
            fresh = name not in values
            values[name] = value
            if fresh and name.startswith(prefix) and not name.endswith(("_H", "_MAX")):
                lines.append(f"{name} {value}")
    for name, text in _definitions(tree.code(ARM64)):
        value = _value(text, values)
        if value is not None and value != values.get(name):
            lines.append(f"{name}@aarch64 {value}")
    return lines


def _definitions(text: str) -> list[tuple[str, str]]:
    pattern = r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\n]+)|^[ \t]+(IPPROTO_\w+) = ([^,\n]+),"
    return [(a or c, (b or d).strip()) for a, b, c, d in re.findall(pattern, text, re.M)]


def _value(text: str, known: dict[str, int]) -> int | None:
    """The number of `017`, `0x8`, `(1 << 6)`, `(A|B)` or `A`; None for anything else."""
    found = 0
    for part in text.strip("()").split("|"):
        part = part.strip()
        shift = re.fullmatch(r"1 << (\d+)", part)
        if shift:
            found |= 1 << int(shift.group(1))
        elif re.fullmatch(r"0[xX][0-9a-fA-F]+|[0-9]+", part):
            found |= int(part, 8) if re.fullmatch(r"0[0-7]+", part) else int(part, 0)
        elif part in known:
            found |= known[part]
        else:
            return None
    return found
