"""Asks the running kernel what it has, by loading the smallest program that uses it. Needs root."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import struct
from typing import NamedTuple

# bpf(2): its number on each machine, and the commands used here (include/uapi/linux/bpf.h)
_NR_BPF = {"x86_64": 321, "aarch64": 280}
_PROG_LOAD = 5
_ATTR_SIZE = 120
_SLEEPABLE = 1 << 4
_SYSCALL = 31

Instruction = tuple[int, int, int, int, int]

_libc = ctypes.CDLL(None, use_errno=True)

# Before Linux 5.11 a program is charged to RLIMIT_MEMLOCK until the kernel has got round to freeing it.
with contextlib.suppress(ValueError, OSError):
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Loaded(NamedTuple):
    """What the verifier said: error number (0: loaded) and log."""

    errno: int
    log: str


def load(prog_type: int, attach_type: int, instructions: list[Instruction], btf_id: int = 0, flags: int = 0) -> Loaded:
    """Loads (code, dst, src, off, imm) instructions and unloads them again."""
    code = b"".join(struct.pack("<BBhi", op, src << 4 | dst, off, imm) for op, dst, src, off, imm in instructions)
    insns = ctypes.create_string_buffer(code, len(code))
    log = ctypes.create_string_buffer(1 << 16)
    licence = ctypes.create_string_buffer(b"GPL")
    attr = struct.pack(
        "<IIQQIIQII16sIIIIQIIQII",
        prog_type, len(instructions), ctypes.addressof(insns), ctypes.addressof(licence),
        1, len(log), ctypes.addressof(log), 0, flags, b"probe", 0, attach_type, 0, 0, 0, 0, 0, 0, 0, btf_id,
    ).ljust(_ATTR_SIZE, b"\0")  # fmt: skip
    buffer = ctypes.create_string_buffer(attr, len(attr))
    for _ in range(5):  # the verifier gives up with EAGAIN when a signal comes in between; libbpf tries as often
        fd = _libc.syscall(_NR_BPF[platform.machine()], _PROG_LOAD, buffer, len(attr))
        error = ctypes.get_errno() if fd < 0 else 0
        if error != errno.EAGAIN:
            break
    if fd >= 0:
        os.close(fd)
    return Loaded(error, log.value.decode(errors="replace"))


def has_helper(prog_type: int, attach_type: int, helper: int, btf_id: int = 0) -> bool:
    """Whether the kernel lets a program type call a helper: an unknown helper is refused before its arguments are."""
    call_exit = [(0x85, 0, 0, 0, helper), (0xB7, 0, 0, 0, 0), (0x95, 0, 0, 0, 0)]
    flags = _SLEEPABLE if prog_type == _SYSCALL else 0
    error, log = load(prog_type, attach_type, call_exit, btf_id, flags)
    if error == 0:
        return True
    assert "(85) call" in log or "invalid func" in log, log
    return not any(text in log for text in ("unknown func", "invalid func", "cannot use helper"))


def has_field(prog_type: int, attach_type: int, offset: int, size: int, write: bool) -> bool:
    """Whether the verifier lets a program read or write `size` bytes of its context at `offset`."""
    width = {1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18}[size]
    access = (0x63 & ~0x18 | width, 1, 2, offset, 0) if write else (0x61 & ~0x18 | width, 2, 1, offset, 0)
    # 1 is a result that every type takes
    error, log = load(prog_type, attach_type, [(0xB7, 2, 0, 0, 0), access, (0xB7, 0, 0, 0, 1), (0x95, 0, 0, 0, 0)])
    assert error == 0 or "invalid bpf_context access" in log or "cannot write" in log, log or os.strerror(error)
    return error == 0


def release() -> tuple[int, ...]:
    """The running kernel's release, (6, 18)."""
    return tuple(int(part) for part in platform.release().split(".")[:2])
