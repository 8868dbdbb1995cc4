"""An arena in our own memory: what programs have put there is read and changed without a system call.

The kernel maps it at one address only, the one that it was made with (arena_map_mmap of kernel/bpf/arena.c).
"""

from __future__ import annotations

import ctypes
import mmap
import os

from rucy.loader.errors import LoadError
from rucy.loader.maps import Map
from rucy.loader.objects import ARENA_ADDRESS

_FIXED = 0x100000  # MAP_FIXED_NOREPLACE of include/uapi/asm-generic/mman-common.h


class Arena:
    """Of a loaded object. `read` and `write` take addresses as programs keep them in `$globals`."""

    def __init__(self, target: Map) -> None:
        self.size = target.max_entries * mmap.PAGESIZE
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        both = mmap.PROT_READ | mmap.PROT_WRITE
        place = ctypes.c_void_p(ARENA_ADDRESS)
        at = libc.mmap(place, ctypes.c_size_t(self.size), both, mmap.MAP_SHARED | _FIXED, target.fd, ctypes.c_long(0))
        if at != ARENA_ADDRESS:
            raise LoadError(f"the arena `{target.name}` cannot be mapped: {os.strerror(ctypes.get_errno())}", status=77)
        self._unmap = libc.munmap

    def read(self, address: int, size: int) -> bytes:
        self._check(address, size)
        return ctypes.string_at(address, size)

    def write(self, address: int, data: bytes) -> None:
        self._check(address, len(data))
        ctypes.memmove(address, data, len(data))

    def _check(self, address: int, size: int) -> None:
        if not ARENA_ADDRESS <= address <= ARENA_ADDRESS + self.size - size:
            raise LoadError(f"{address:#x} is no address in the arena", status=70)

    def close(self) -> None:
        self._unmap(ctypes.c_void_p(ARENA_ADDRESS), ctypes.c_size_t(self.size))
