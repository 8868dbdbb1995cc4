"""Kernel helpers as the interpreter has them: one row a helper, name → function of the Env and the arguments.

A test puts others, or other ones, into `Env.helpers`. A read that faults clears its destination and gives -EFAULT, as
the kernel's bpf_probe_read_kernel_common (kernel/trace/bpf_trace.c) does.
"""

from __future__ import annotations

from typing import Any

from rucy.ir.interp import Env, Fault, Helper, Pointer, read, signed, write
from rucy.ir.map_models import STUBS as MAP_STUBS

_EFAULT = -14


def _address(value: int | Pointer) -> int:
    return value.address if isinstance(value, Pointer) else value


def _source(env: Env, value: int | Pointer, user: bool) -> Pointer:
    """Where a safe read reads. Faults on memory of the other side."""
    pointer = env.pointer(_address(value))
    if pointer.region is not None and (pointer.region.kind == "user") != user:
        raise Fault("the other side's memory")
    return pointer


def _probe_read(user: bool) -> Helper:
    def stub(env: Env, args: list[Any]) -> int:
        target, size, source = args
        try:
            data, result = read(_source(env, source, user), size), 0
        except Fault:
            data, result = bytes(size), _EFAULT
        write(target, data)
        return result

    return stub


def _probe_read_str(user: bool) -> Helper:
    """Gives the length with the NUL; bytes behind it are left as they are."""

    def stub(env: Env, args: list[Any]) -> int:
        target, size, source = args
        if size == 0:
            return 0
        out = bytearray()
        try:
            pointer = _source(env, source, user)
            while len(out) < size - 1:
                byte = read(pointer, 1, len(out))
                if byte == b"\0":
                    break
                out += byte
        except Fault:
            write(target, bytes(size))
            return _EFAULT
        write(target, bytes(out) + b"\0")
        return len(out) + 1

    return stub


def _get_current_comm(env: Env, args: list[Any]) -> int:
    """strscpy_pad: cut, ended and filled with NULs."""
    target, size = args
    write(target, env.comm[: size - 1].ljust(size, b"\0"))
    return 0


def _trace_printk(env: Env, args: list[Any]) -> int:
    text, size, *values = args
    format = read(text, size)
    if format[-1:] != b"\0":
        raise Fault("the format does not end with NUL")
    line = _formatted(env, format[:-1], values)
    env.printed.append(line)
    return len(line)


def _formatted(env: Env, text: bytes, values: list[Any]) -> bytes:
    """printf as bpf_trace_printk has it: d i u x X c s p with l, ll; without l a number has 32 bits."""
    import re

    rest = list(values)

    def one(match: re.Match[bytes]) -> bytes:
        flags, size, letter = match[1].decode(), match[2], match[3].decode()
        if letter == "%":
            return b"%"
        if not rest:
            raise Fault("the format takes more values than there are")
        value = rest.pop(0)
        if letter == "s":
            return f"%{flags}s".encode() % _c_string(env, value)
        number = _address(value)
        if not size and letter != "p":
            number = number % 2**32
        if letter in "di":
            number = signed(number) if size else number - (number >> 31 << 32)
        return f"%{flags}{ {'u': 'd', 'i': 'd', 'p': 'x'}.get(letter, letter)}".replace(" ", "").encode() % number

    line = re.sub(rb"%([-+ 0#]*\d*)(ll|l|h)?([diuxXcsp%])", one, text)
    if rest:
        raise Fault("more values than the format takes")
    return line


def _c_string(env: Env, value: int | Pointer) -> bytes:
    pointer = env.pointer(_address(value))
    out = bytearray()
    while (byte := read(pointer, 1, len(out))) != b"\0":
        out += byte
    return bytes(out)


def _iter_num_new(env: Env, args: list[Any]) -> int:
    slot, start, end = args
    write(slot, signed(start).to_bytes(4, "little", signed=True) + signed(end).to_bytes(4, "little", signed=True))
    return 0


def _iter_num_next(env: Env, args: list[Any]) -> int | Pointer:
    """The kernel gives the place of the number, which lies in the iterator."""
    (slot,) = args
    at, end = (int.from_bytes(read(slot, 4, off), "little", signed=True) for off in (0, 4))
    if at >= end:
        return 0
    write(slot, (at + 1).to_bytes(4, "little", signed=True))
    return Pointer(slot.region, slot.offset)


#: kernel functions likewise
KFUNCS: dict[str, Helper] = {
    "bpf_iter_num_new":      _iter_num_new,
    "bpf_iter_num_next":     _iter_num_next,
    "bpf_iter_num_destroy":  lambda env, _: 0,
}  # fmt: skip

STUBS: dict[str, Helper] = {
    **MAP_STUBS,
    "ktime_get_ns":          lambda env, _: env.now,
    "ktime_get_boot_ns":     lambda env, _: env.now + 5,
    "get_current_pid_tgid":  lambda env, _: env.pid_tgid,
    "get_current_uid_gid":   lambda env, _: env.uid_gid,
    "get_current_comm":      _get_current_comm,
    "get_smp_processor_id":  lambda env, _: env.cpu,
    "get_numa_node_id":      lambda env, _: 0,
    "get_prandom_u32":       lambda env, _: env.random,
    "get_current_task":      lambda env, _: env.task.address,
    "get_current_task_btf":  lambda env, _: env.task,
    "trace_printk":          _trace_printk,
    "probe_read_kernel":     _probe_read(user=False),
    "probe_read_user":       _probe_read(user=True),
    "probe_read_kernel_str": _probe_read_str(user=False),
    "probe_read_user_str":   _probe_read_str(user=True),
}  # fmt: skip
