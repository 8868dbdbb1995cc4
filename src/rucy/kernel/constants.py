"""Constants that both halves of a program can name: errno, AF_*, IPPROTO_*, ETH_P_*, O_*, S_*.

Scraped into `_generated/constants` from uapi headers (asm-generic/errno.h, linux/socket.h, linux/in.h,
linux/if_ether.h, asm-generic/fcntl.h, linux/stat.h); where a machine has its own number, it has its own line.
"""

from __future__ import annotations


def find(name: str, arch: str = "x86_64") -> int | None:
    """The value of a constant; None if it is not one of these."""
    from rucy.kernel._generated.constants import TEXT

    for key in (f"{name}@{arch}", name):
        at = TEXT.find(f"\n{key} ")
        if at >= 0:
            start = at + len(key) + 2
            return int(TEXT[start : TEXT.index("\n", start)])
    return None


def names() -> list[str]:
    """Names of all constants of the table."""
    from rucy.kernel._generated.constants import TEXT

    return [line.split(" ", 1)[0] for line in TEXT.splitlines() if line and "@" not in line]
