"""Names of kernel addresses, from /proc/kallsyms, read when first asked for."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

#: How far behind a symbol an address may lie and still be named by it: functions are smaller.
_FAR = 1 << 20


@cache
def _table() -> tuple[list[int], list[str]]:
    """Addresses, ascending, and their names; empty where the kernel hides them (all are 0 then)."""
    rows: list[tuple[int, str]] = []
    try:
        with open("/proc/kallsyms") as file:
            for line in file:
                address, kind, name, *_ = line.split()
                if kind in "tTwW" and (number := int(address, 16)):
                    rows.append((number, name))
    except OSError:
        pass
    rows.sort(key=lambda row: row[0])
    return [number for number, _ in rows], [name for _, name in rows]


def has_symbol(name: str) -> bool:
    """Has the running kernel a function of that name?"""
    return name in _table()[1]


def kernel_symbol(address: int) -> str:
    """Such as "tcp_connect" or "tcp_connect+0x10"; the address in hexadecimal where it has no name."""
    addresses, names = _table()
    at = bisect_right(addresses, address) - 1
    if at < 0 or address - addresses[at] > _FAR:
        return f"{address:#x}"
    offset = address - addresses[at]
    return f"{names[at]}+{offset:#x}" if offset else names[at]


def address_of(text: str) -> int:
    """The address that `kernel_symbol` shows so. ValueError for a name that the kernel has not."""
    name, _, offset = text.partition("+")
    addresses, names = _table()
    if text.startswith("0x"):
        return int(text, 16)
    if name not in names:
        raise ValueError(f"this kernel has no symbol `{name}`")
    return addresses[names.index(name)] + int(offset or "0", 16)
