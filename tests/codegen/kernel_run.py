"""Loads generated functions into the running kernel as a socket filter and runs them, through bpf(2) alone."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

from rucy.codegen import MachineFunction
from rucy.isa import Insn, encode, slots
from tests.codegen.random_ir import IN_SIZE, OUT_SIZE

SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
MAP_CREATE, MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, PROG_LOAD, PROG_TEST_RUN = 0, 1, 2, 5, 10
MAP_TYPE_ARRAY, PROG_TYPE_SOCKET_FILTER = 2, 1
_PLACES = {"in": 0, "out": IN_SIZE}
_LIBC = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """The verifier's log."""


def run(code: list[MachineFunction], data: bytes) -> tuple[int, bytes]:
    """Low 32 bits of the result of the first function, and the data `out`. Refused if it does not load."""
    map_fd = _bpf(MAP_CREATE, struct.pack("<IIII", MAP_TYPE_ARRAY, 4, IN_SIZE + OUT_SIZE, 1).ljust(128, b"\0"))
    try:
        key = ctypes.c_uint32(0)
        value = ctypes.create_string_buffer(data + bytes(OUT_SIZE), IN_SIZE + OUT_SIZE)
        element = struct.pack("<IIQQQ", map_fd, 0, ctypes.addressof(key), ctypes.addressof(value), 0)
        _bpf(MAP_UPDATE_ELEM, element)
        program = load(linked(code, map_fd))
        try:
            result = _test_run(program)
        finally:
            os.close(program)
        _bpf(MAP_LOOKUP_ELEM, element)
        return result, value.raw[IN_SIZE:]
    finally:
        os.close(map_fd)


def linked(code: list[MachineFunction], map_fd: int = -1) -> list[Insn]:
    """One list of instructions, calls and data resolved."""
    starts, at = {}, 0
    for fn in code:
        starts[fn.name] = at
        at += sum(slots(insn) for insn in fn.insns)
    out = []
    at = 0
    for fn in code:
        for insn in fn.insns:
            at += slots(insn)
            if insn.op == "call_local":
                assert insn.ref is not None
                insn = insn._replace(imm=starts[insn.ref.name] - at, ref=None)
            elif insn.op == "lddw_map_value":
                assert insn.ref is not None
                insn = insn._replace(imm=map_fd | _PLACES[insn.ref.name] + insn.ref.addend << 32, ref=None)
            out.append(insn)
    return out


def load(insns: list[Insn]) -> int:
    """The program's descriptor."""
    code, licence = ctypes.create_string_buffer(encode(insns)), ctypes.create_string_buffer(b"GPL")
    count = (len(code) - 1) // 8
    address = ctypes.addressof
    attr = struct.pack("<IIQQIIQ", PROG_TYPE_SOCKET_FILTER, count, address(code), address(licence), 0, 0, 0)
    try:
        return _bpf(PROG_LOAD, attr.ljust(128, b"\0"))
    except OSError as error:
        log = ctypes.create_string_buffer(1 << 20)
        attr = struct.pack(
            "<IIQQIIQ", PROG_TYPE_SOCKET_FILTER, count, address(code), address(licence), 1, len(log), address(log)
        )
        _LIBC.syscall(SYS_BPF, PROG_LOAD, attr.ljust(128, b"\0"), 128)
        raise Refused(f"{error}\n{log.value.decode()[-3000:]}") from None


def _test_run(program: int) -> int:
    packet = ctypes.create_string_buffer(64)
    attr = struct.pack("<IIIIQQII", program, 0, 64, 0, ctypes.addressof(packet), 0, 1, 0).ljust(128, b"\0")
    buffer = ctypes.create_string_buffer(attr, 128)
    if _LIBC.syscall(SYS_BPF, PROG_TEST_RUN, buffer, 128):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(struct.unpack_from("<I", buffer.raw, 4)[0])


def _bpf(command: int, attr: bytes) -> int:
    buffer = ctypes.create_string_buffer(attr, len(attr))
    done = int(_LIBC.syscall(SYS_BPF, command, buffer, len(attr)))
    if done < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return done
