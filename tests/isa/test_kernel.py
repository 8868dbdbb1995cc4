"""What LLVM 19 does not read, as the kernel's verifier prints it: the same bytes, and its own spelling of our text."""

import ctypes
import os
import platform
import re
import struct

import pytest

from rucy.isa import TABLE, Insn, encode
from rucy.isa.text import assemble, format_insn, parse_insn

SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
BPF_PROG_LOAD = 5
BPF_PROG_TYPE_SOCKET_FILTER = 1
RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])

ATOMIC = "r1 = 0x8\n*(u64 *)(r10 - 0x8) = r1\nr2 = r10\n{}\nr0 = 0x0\nexit\n"
CASES = [
    *((f"load_acq{bits}", ATOMIC, Insn(f"load_acq{bits}", 3, 2, -8)) for bits in (8, 16, 32, 64)),
    *((f"store_rel{bits}", ATOMIC, Insn(f"store_rel{bits}", 2, 1, -8)) for bits in (8, 16, 32, 64)),
    ("may_goto", "r0 = 0x0\n{}\nr0 = 0x1\nexit\n", Insn("may_goto", off=1)),
    ("call_local", "{}\nexit\nr0 = 0x0\nexit\n", Insn("call_local", imm=1)),
    ("gotol", "r0 = 0x0\nif r1 == 0x0 goto +0x1\n{}\nr0 = 0x0\nexit\n", Insn("gotol", imm=1)),
    ("bswap32", "r0 = 0x1\n{}\nexit\n", Insn("bswap32", 0)),
    ("movsx8_32", "r0 = 0x1\n{}\nexit\n", Insn("movsx8_32", 0, 0)),
    ("ldind_16", "r6 = r1\nr2 = 0x0\n{}\nexit\n", Insn("ldind_16", src=2, imm=4)),
]


# Taken for what they are, and refused since there is no such function, variable, arena …
REFUSED = [
    ("addr_space_cast", "r1 = addr_space_cast(r10, 0x0, 0x1)", r"\(bf\) r1 = addr_space_cast\(r10, 0, 1\)"),
    ("call_kfunc", "call kfunc(0x7ffffff0, 0x0)", "kernel btf_id 2147483632 is not a function"),
    ("lddw_map_fd", "r1 = map_fd(0x7ffffff0) ll", "fd 2147483632 is not pointing to valid bpf_map"),
    ("lddw_map_value", "r1 = map_value(0x7ffffff0, 0x4) ll", "fd 2147483632 is not pointing to valid bpf_map"),
    ("lddw_btf_id", "r1 = btf_id(0x7ffffff0, 0x0) ll", "btf_id 2147483632"),
    ("lddw_func", "r1 = func(+0x7ffffff0) ll", "call to invalid destination"),
    ("lddw_map_idx", "r1 = map_idx(0x5) ll", "fd_idx without fd_array"),
    ("lddw_map_idx_value", "r1 = map_idx_value(0x5, 0x4) ll", "fd_idx without fd_array"),
]


def verifier_log(insns, accepted=True):
    """The log of level 2 of loading the program as a socket filter."""
    code = ctypes.create_string_buffer(encode(insns))
    log = ctypes.create_string_buffer(1 << 16)
    licence = ctypes.create_string_buffer(b"GPL")
    count = (len(code) - 1) // 8
    address = ctypes.addressof
    attr = struct.pack(
        "<IIQQIIQ72x", BPF_PROG_TYPE_SOCKET_FILTER, count, address(code), address(licence), 2, len(log), address(log)
    )
    fd = ctypes.CDLL(None, use_errno=True).syscall(SYS_BPF, BPF_PROG_LOAD, attr, len(attr))
    text = log.value.decode()
    if fd >= 0:
        os.close(fd)
    assert (fd >= 0) == accepted, (os.strerror(ctypes.get_errno()), text)
    return text


def kernel_spelling(insn):
    """Our text as kernel/bpf/disasm.c writes it: offsets and distances in decimal, no blank behind the sign, and `r`
    for the register of a load-acquire or store-release of any size.
    """
    text = format_insn(insn)
    if insn.op.startswith(("load_acq", "store_rel")):
        text = re.sub(r"\bw(\d)", r"r\1", text)
    if insn.op.startswith("ldind"):
        return re.sub(r"0x\w+", lambda m: str(int(m[0], 16)), text)
    text = re.sub(r"([-+]) ?0x([0-9a-f]+)", lambda m: f"{m[1]}{int(m[2], 16)}", text)
    return re.sub(r"goto(l?) ([-+])", r"goto\1 pc\2", text)


def skip_before_since(op):
    if tuple(int(part) for part in TABLE[op].since.split(".")) > RELEASE:
        pytest.skip(f"{op} needs Linux {TABLE[op].since}")


@pytest.mark.root
@pytest.mark.parametrize("op, program, insn", CASES, ids=[op for op, _, _ in CASES])
def test_the_kernel_prints_what_we_mean(op, program, insn):
    skip_before_since(op)
    log = verifier_log(assemble(program.format(format_insn(insn))))
    shown = re.findall(rf"\({TABLE[op].code:02x}\) ([^;\n]*)", log)
    assert kernel_spelling(insn) in [text.strip() for text in shown]


@pytest.mark.root
@pytest.mark.parametrize("op, text, words", REFUSED, ids=[op for op, _, _ in REFUSED])
def test_the_kernel_takes_it_for_what_we_mean(op, text, words):
    skip_before_since(op)
    assert parse_insn(text).op == op
    log = verifier_log(assemble(f"{text}\nr0 = 0x0\nexit\n"), accepted=False)
    assert re.search(words, log), log
