"""System calls: names and C types of their arguments.

Scraped into `_generated/syscalls` from the SYSCALL_DEFINEn of the kernel's sources; a call keeps the row of the newest
kernel that has it. `__user` is left out of the types: every pointer here is a user pointer.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Argument(NamedTuple):
    """One argument: its name in the kernel and its C type ("const char *", "umode_t")."""

    name: str
    type: str


#: Calls that the kernel has by another name than user space: under the plain one it keeps what 32-bit programs may still call
#: (__SYSCALL of include/uapi/asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl).
RENAMED = {
    "stat": "newstat", "lstat": "newlstat", "fstat": "newfstat", "uname": "newuname", "sendfile": "sendfile64",
    "umount2": "umount",
}  # fmt: skip


def kernel_name(name: str) -> str:
    """The name in the kernel's events, "newstat" of "stat"."""
    return RENAMED.get(name, name)


def find(name: str, arch: str = "x86_64") -> tuple[Argument, ...] | None:
    """Arguments of a system call ("openat"), by either name; None if there is no such call."""
    from rucy.kernel._generated.syscalls import TEXT

    name = kernel_name(name)
    for key in (f"{name}@{arch}", name):
        at = TEXT.find(f"\n{key}(")
        if at >= 0:
            start = at + len(key) + 2
            return tuple(_argument(part) for part in TEXT[start : TEXT.index(")\n", start)].split(", ") if part)
    return None


def names() -> list[str]:
    """The kernel's names of all system calls of the table."""
    from rucy.kernel._generated.syscalls import TEXT

    found = [line.split("(", 1)[0] for line in TEXT.splitlines() if line and "@" not in line]
    return [name for name in found if name not in RENAMED]


def _argument(text: str) -> Argument:
    kind, _, name = text.rpartition(" ")
    stars = "*" * name.count("*")
    return Argument(name.lstrip("*"), f"{kind} {stars}".rstrip())
