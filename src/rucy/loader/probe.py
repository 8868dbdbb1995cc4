"""Small questions to the running kernel, answered by looking or by trying: never by its version."""

from __future__ import annotations

import ctypes
import errno
import os

from rucy.loader import failures
from rucy.loader.errors import LoadError

_TRACEFS_PLACES = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")
_ARRAY = 2  # BPF_MAP_TYPE_ARRAY, include/uapi/linux/bpf.h


def kernel_btf() -> str | None:
    """Path of the running kernel's BTF, None where it has none."""
    path = "/sys/kernel/btf/vmlinux"
    return path if os.path.exists(path) else None


def cgroup2_mount() -> str | None:
    """Where cgroup2 is mounted, None if nowhere: the first such mount of /proc/self/mounts."""
    return _mounted("cgroup2")


def bpf_refusal() -> LoadError | None:
    """None if a BPF map can be made here, which says that bpf(2) is permitted at all; else why not."""
    from rucy.loader.libbpf import libbpf

    library = libbpf()
    create = library.call("bpf_map_create", _ARRAY, b"rucy_probe", 4, 8, 1, None)
    if create >= 0:
        os.close(create)
        return None
    if -create == errno.ENOSYS:
        return LoadError("this kernel has no bpf(2)", "it needs CONFIG_BPF_SYSCALL=y", 77)
    if -create == errno.EPERM:
        return failures.forbidden("BPF objects")
    return LoadError(f"no BPF map can be made here: {os.strerror(-create)}", status=77)


def tracefs() -> str:
    """Path of tracefs, which is mounted on /sys/kernel/tracing if it is not mounted yet. LoadError if it cannot be."""
    for place in _TRACEFS_PLACES:
        if os.path.isdir(f"{place}/events"):
            return place
    if os.geteuid() != 0:
        raise LoadError("tracefs cannot be read", failures.NOT_ROOT, 77)
    place = _TRACEFS_PLACES[0]
    if not os.path.isdir(place):
        raise LoadError("this kernel has no tracefs", "it needs CONFIG_TRACING=y", 77)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tracefs", place.encode(), b"tracefs", ctypes.c_ulong(0), None):
        raise LoadError(f"tracefs cannot be mounted on {place}: {os.strerror(ctypes.get_errno())}", status=77)
    return place


def _mounted(kind: str) -> str | None:
    with open("/proc/self/mounts") as mounts:
        for line in mounts:
            _, place, found, *_ = line.split(" ")
            if found == kind:
                return place.replace("\\040", " ")
    return None
