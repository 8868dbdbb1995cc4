"""One program on all functions that a pattern names: by one multi-kprobe link where the kernel has it, by a kprobe on each
elsewhere.

In: a loaded program, a pattern with `*` (any letters) and `?` (one). The functions are those that the running kernel lets
be traced, modules' left out (available_filter_functions of tracefs). Links of BPF_TRACE_KPROBE_MULTI are there from Linux
5.18 on, where CONFIG_FPROBE is set; the program must then be loaded with this attach type.
"""

from __future__ import annotations

import ctypes
import errno
import fnmatch
import re

from rucy.loader import failures
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import KprobeMultiOpts, KprobeOpts, Library
from rucy.loader.links import Link, Program, has_kprobes, make_link
from rucy.loader.probe import tracefs

KPROBE_MULTI = 42  # BPF_TRACE_KPROBE_MULTI of enum bpf_attach_type, include/uapi/linux/bpf.h
_MOST = 1000  # kprobes of their own: each costs the kernel memory and time to place


def is_pattern(target: str) -> bool:
    return "*" in target or "?" in target


def has_multi() -> bool:
    """Has this kernel multi-kprobe links? register_fprobe_ips is what they stand on (kernel/trace/bpf_trace.c)."""
    try:
        with open("/proc/kallsyms", "rb") as file:
            return b" register_fprobe_ips\n" in file.read()
    except OSError:
        return False


def functions(pattern: str) -> list[str]:
    """The functions of the kernel proper that can be traced and that the pattern names."""
    wanted = re.compile(fnmatch.translate(pattern))
    with open(f"{tracefs()}/available_filter_functions") as file:
        names = {line.rstrip("\n") for line in file if "[" not in line}
    return sorted(name for name in names if wanted.match(name))


def attach_pattern(library: Library, handle: int, program: Program, kind: str, pattern: str) -> Link:
    try:
        names = functions(pattern)
    except FileNotFoundError:
        raise LoadError("this kernel has no function tracer", "it needs CONFIG_FUNCTION_TRACER=y", 77) from None
    if not names:
        raise LoadError(f"this kernel has no function that matches `{pattern}`", status=77)
    if program.attach_type == KPROBE_MULTI:
        return _multi(library, handle, program, kind, pattern, names)
    return _each(library, handle, program, kind, pattern, names)


def _multi(library: Library, handle: int, program: Program, kind: str, pattern: str, names: list[str]) -> Link:
    symbols = (ctypes.c_char_p * len(names))(*(name.encode() for name in names))
    options = KprobeMultiOpts(
        sz=ctypes.sizeof(KprobeMultiOpts), syms=symbols, cnt=len(names), retprobe=kind == "kretprobe"
    )
    made = library.call("bpf_program__attach_kprobe_multi_opts", handle, None, ctypes.byref(options))
    return make_link(library, made, program, kind, f"{len(names)} functions `{pattern}`")


def _each(library: Library, handle: int, program: Program, kind: str, pattern: str, names: list[str]) -> Link:
    """Functions on the kernel's blacklist of kprobes are left out."""
    if len(names) > _MOST:
        help = f"at most {_MOST} before Linux 5.18: write a longer pattern"
        raise LoadError(f"`{pattern}` matches {len(names)} functions", help)
    links: list[Link] = []
    for name in names:
        options = KprobeOpts(sz=ctypes.sizeof(KprobeOpts), retprobe=kind == "kretprobe")
        made = library.call("bpf_program__attach_kprobe_opts", handle, name.encode(), ctypes.byref(options))
        error = ctypes.get_errno()
        if made:
            links.append(make_link(library, made, program, kind, name))
        elif error not in (errno.ENOENT, errno.EINVAL, errno.EADDRNOTAVAIL) or not has_kprobes():
            _close(links)
            if not has_kprobes():
                raise LoadError("this kernel has no kprobes", "it needs CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y", 77)
            raise failures.attaching(error, program.name, kind, name)
    library.take_messages()
    if not links:
        raise LoadError(f"this kernel lets no kprobe be put on `{pattern}`", "all are on its blacklist", 77)
    where = f"{len(links)} functions `{pattern}`"
    return Link(program.name, kind, where, lambda: _close(links), lambda: _close(links, False))


def _close(links: list[Link], undo: bool = True) -> None:
    while links:
        links.pop().close(undo)
