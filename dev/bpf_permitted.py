#!/usr/bin/python3
"""Does the running kernel let us load a cgroup device program and give us a cgroup2 tree? Exit status 0: yes.

Uses the standard library only: it runs before anything is installed. The system call is made directly
(`union bpf_attr` and the numbers are those of include/uapi/linux/bpf.h), because libbpf may be missing too.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_SYSCALL_NUMBER = {"x86_64": 321, "aarch64": 280}
_BPF_PROG_LOAD = 5
_BPF_PROG_TYPE_CGROUP_DEVICE = 15
_RETURN_1 = bytes.fromhex("b700000001000000" "9500000000000000")  # r0 = 1; exit


def load_error() -> str | None:
    """Load a two-instruction program. None, or why the kernel did not take it."""
    number = _SYSCALL_NUMBER.get(platform.machine())
    if number is None:
        return f"unknown machine {platform.machine()}"
    code = ctypes.create_string_buffer(_RETURN_1, len(_RETURN_1))
    licence = ctypes.create_string_buffer(b"MIT")
    # prog_type, insn_cnt, insns, license, log_level, log_size, log_buf; the rest is zero
    head = struct.pack(
        "<IIQQIIQ", _BPF_PROG_TYPE_CGROUP_DEVICE, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0
    )
    attr = ctypes.create_string_buffer(head, 128)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    fd = libc.syscall(ctypes.c_long(number), ctypes.c_long(_BPF_PROG_LOAD), attr, ctypes.c_ulong(len(attr)))
    if fd < 0:
        return f"bpf(BPF_PROG_LOAD): {errno.errorcode.get(ctypes.get_errno(), ctypes.get_errno())}"
    os.close(fd)
    return None


def cgroup_error() -> str | None:
    """None where a cgroup2 tree is mounted and writable, else what is wrong."""
    with open("/proc/self/mounts") as mounts:
        places = [fields[1] for fields in map(str.split, mounts) if fields[2] == "cgroup2"]
    if not places:
        return "no cgroup2 tree is mounted"
    return None if any(os.access(place, os.W_OK) for place in places) else "no writable cgroup2 tree"


if __name__ == "__main__":
    reason = load_error() or cgroup_error()
    if reason:
        print(f"the running kernel does not permit what the device filter needs: {reason}", file=sys.stderr)
    sys.exit(1 if reason else 0)
