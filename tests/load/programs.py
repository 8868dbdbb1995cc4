"""Hand-built objects for the loader's tests: one program each, which counts its runs in the global `hits`."""

from __future__ import annotations

from rucy.btf.describe import CArray
from rucy.object import DataVar, Module, build_object
from tests.object.hand_built import CHAR, U32, U64, function

_HITS = (DataVar("hits", ".bss", U64, bytes(8), 8), DataVar("want", ".data", U32, bytes(4), 4))


def counting(section: str, result: int, name: str = "counts") -> bytes:
    """Counts every run and returns `result`."""
    text = f"""
        r1 = map_value(0x0, 0x0) ll ; @global hits
        r2 = 0x1
        lock *(u64 *)(r1 + 0x0) += r2
        w0 = {result:#x}
        exit
    """
    return build_object(Module("GPL", (function(name, text, section=section),), data=_HITS), None)


def counting_own(section: str) -> bytes:
    """Counts the runs in the process whose number is in the global `want`."""
    text = """
        call 0xe
        r0 >>= 0x20
        r1 = map_value(0x0, 0x0) ll ; @global want
        w1 = *(u32 *)(r1 + 0x0)
        if r0 != r1 goto out
        r1 = map_value(0x0, 0x0) ll ; @global hits
        r2 = 0x1
        lock *(u64 *)(r1 + 0x0) += r2
    out:
        w0 = 0x0
        exit
    """
    return build_object(Module("GPL", (function("counts", text, section=section),), data=_HITS), None)


def printing(text: str) -> bytes:
    """On sys_enter_getpgid in the process `want`: bpf_trace_printk of `text`, whose %d is the count of its runs."""
    form = text.encode() + b"\0"
    code = f"""
        call 0xe
        r0 >>= 0x20
        r1 = map_value(0x0, 0x0) ll ; @global want
        w1 = *(u32 *)(r1 + 0x0)
        if r0 != r1 goto out
        r1 = map_value(0x0, 0x0) ll ; @global hits
        r3 = *(u64 *)(r1 + 0x0)
        r3 += 0x1
        *(u64 *)(r1 + 0x0) = r3
        r1 = map_value(0x0, 0x0) ll ; @global form
        w2 = {len(form):#x}
        call 0x6
    out:
        w0 = 0x0
        exit
    """
    data = (*_HITS, DataVar("form", ".rodata", CArray(CHAR, len(form)), form, 1))
    section = "tracepoint/syscalls/sys_enter_getpgid"
    return build_object(Module("GPL", (function("prints", code, section=section),), data=data), None)


def refused(text: str, license: str = "GPL", section: str = "xdp", methods: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A program of `text`, file `bad.s`, with static functions (name, text): something that the verifier refuses."""
    functions = tuple(function(name, body, "static") for name, body in methods)
    return build_object(Module(license, (function("bad", text, section=section), *functions), data=_HITS), None)
