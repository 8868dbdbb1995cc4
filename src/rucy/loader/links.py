"""Attaching: a loaded program and the name of a kind of link come in, a Link that undoes it comes out.

Kinds (a kernel hook row's `link`) and what they take:
  kprobe, kretprobe      target: function, or function+offset, or a pattern of functions (rucy.loader.patterns)
  trace, tp_btf          nothing: the target was set before loading
  tracepoint             target: "group:name"
  raw_tracepoint         target: the tracepoint's name
  cgroup                 cgroup: path of a cgroup2 directory
  xdp                    interface; mode: None (the driver's own where it has one), "native", "generic"
  tc_ingress, tc_egress  interface; a filter (rucy.loader.tc)
  tcx_ingress, tcx_egress  interface; a link where the kernel has them, a filter elsewhere
  socket                 interface, or the descriptor of a socket
A bpf_link goes when its descriptor goes, so even with a killed process; a tc filter does not: it goes with close(), or when
the next program of ours attaches to that interface.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket as sockets
from collections.abc import Callable
from typing import Protocol

from rucy.loader import failures
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import KprobeOpts, Library, LinkCreateOpts

CGROUP2_MAGIC = 0x63677270  # CGROUP2_SUPER_MAGIC, include/uapi/linux/magic.h
BPF_XDP = 37  # enum bpf_attach_type, include/uapi/linux/bpf.h
BPF_F_ALLOW_MULTI = 1 << 1  # the same
XDP_MODES = {None: 0, "generic": 1 << 1, "native": 1 << 2}  # XDP_FLAGS_*, include/uapi/linux/if_link.h
SO_ATTACH_BPF = 50  # include/uapi/asm-generic/socket.h
SO_DETACH_FILTER = 27  # the same: SO_DETACH_BPF
ETH_P_ALL = 3  # include/uapi/linux/if_ether.h


class Program(Protocol):
    """What attaching asks of rucy.loader.objects.ProgramInfo."""

    @property
    def name(self) -> str: ...
    @property
    def fd(self) -> int: ...
    @property
    def attach_type(self) -> int: ...
    @property
    def section(self) -> str: ...


class Link:
    """One attachment. id: the kernel's link id, or None where the kind has none (tc, socket, legacy perf events)."""

    __slots__ = ("program", "kind", "target", "id", "_undo", "_let_go")

    def __init__(
        self,
        program: str,
        kind: str,
        target: str,
        undo: Callable[[], None],
        let_go: Callable[[], None] | None = None,
        id: int | None = None,
    ) -> None:
        self.program, self.kind, self.target, self.id = program, kind, target, id
        self._undo: Callable[[], None] | None = undo
        self._let_go = let_go

    @property
    def attached(self) -> bool:
        return self._undo is not None

    def close(self, undo: bool = True) -> None:
        """Detach; a second call does nothing. undo=False, in a forked child: only let go of what the child copied."""
        action, self._undo = self._undo, None
        if action is None:
            return
        if undo:
            action()
        elif self._let_go is not None:
            self._let_go()


def attach(
    library: Library,
    handle: int,
    program: Program,
    kind: str,
    target: str,
    *,
    cgroup: str | None,
    interface: str | None,
    mode: str | None,
    socket: int | None,
) -> Link:
    """Attach the libbpf program `handle`. LoadError."""
    match kind:
        case "kprobe" | "kretprobe" if "*" in target or "?" in target:
            from rucy.loader.patterns import attach_pattern

            return attach_pattern(library, handle, program, kind, target)
        case "kprobe" | "kretprobe":
            return _kprobe(library, handle, program, kind, target)
        case "trace" | "tp_btf":
            made = library.call("bpf_program__attach_trace", handle)
            return make_link(library, made, program, kind, target)
        case "tracepoint":
            return _tracepoint(library, handle, program, target)
        case "raw_tracepoint":
            made = library.call("bpf_program__attach_raw_tracepoint", handle, target.encode())
            if not made and ctypes.get_errno() == errno.ENOENT:
                raise LoadError(f"this kernel has no tracepoint `{target}`", status=77)
            return make_link(library, made, program, kind, target)
        case "cgroup":
            return _cgroup(library, handle, program, _needed(cgroup, program, "a cgroup", "--cgroup PATH"))
        case "xdp":
            return _xdp(library, program, _needed(interface, program, "an interface", "--interface IF"), mode)
        case "tc_ingress" | "tc_egress" | "tcx_ingress" | "tcx_egress":
            from rucy.loader.tc import attach_program

            name = _needed(interface, program, "an interface", "--interface IF")
            return attach_program(library, program, name, interface_index(name), kind)
        case "socket":
            return _socket(program, interface, socket)
    raise failures.no_link(program.name, kind, program.section)


def make_link(library: Library, made: int | None, program: Program, kind: str, target: str) -> Link:
    if not made:
        raise failures.attaching(ctypes.get_errno(), program.name, kind, target)
    library.take_messages()

    def undo() -> None:
        library.call("bpf_link__destroy", made)

    return Link(program.name, kind, target, undo, undo, link_id(library, library.call("bpf_link__fd", made)))


def link_id(library: Library, fd: int) -> int | None:
    """struct bpf_link_info begins with type, id. A perf event's descriptor is no BPF one: EINVAL, no id."""
    info, size = (ctypes.c_uint32 * 16)(), ctypes.c_uint32(64)
    if fd < 0 or library.call("bpf_obj_get_info_by_fd", fd, ctypes.byref(info), ctypes.byref(size)):
        return None
    return int(info[1])


def _kprobe(library: Library, handle: int, program: Program, kind: str, target: str) -> Link:
    function, _, offset = target.partition("+")
    options = KprobeOpts(sz=ctypes.sizeof(KprobeOpts), offset=int(offset or "0", 0), retprobe=kind == "kretprobe")
    made = library.call("bpf_program__attach_kprobe_opts", handle, function.encode(), ctypes.byref(options))
    error = ctypes.get_errno()
    if made:
        return make_link(library, made, program, kind, target)
    if error in (errno.ENOENT, errno.EOPNOTSUPP) and not has_kprobes():
        raise LoadError("this kernel has no kprobes", "it needs CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y", 77)
    if error in (errno.ENOENT, errno.EADDRNOTAVAIL):
        raise LoadError(f"this kernel has no function `{function}` to put a kprobe on", status=77)
    if error == errno.EINVAL:
        raise LoadError(f"this kernel lets no kprobe be put on `{target}`", "it is on the kernel's blacklist", 77)
    raise failures.attaching(error, program.name, kind, target)


def has_kprobes() -> bool:
    return os.path.exists("/sys/bus/event_source/devices/kprobe/type")


def _tracepoint(library: Library, handle: int, program: Program, target: str) -> Link:
    from rucy.loader.probe import tracefs

    group, _, name = target.replace("/", ":").partition(":")
    root = tracefs()  # libbpf reads the event's id there
    made = library.call("bpf_program__attach_tracepoint", handle, group.encode(), name.encode())
    error = ctypes.get_errno()
    if not made and not os.path.isdir(f"{root}/events/{group}/{name}"):
        raise LoadError(f"this kernel has no tracepoint `{group}:{name}`", status=77)
    if not made:
        raise failures.attaching(error, program.name, "tracepoint", target)
    return make_link(library, made, program, "tracepoint", target)


def _cgroup(library: Library, handle: int, program: Program, path: str) -> Link:
    directory = _open_cgroup(library, path)
    try:
        made = library.call("bpf_program__attach_cgroup", handle, directory)
        error = ctypes.get_errno()
        if made:
            return make_link(library, made, program, "cgroup", path)
        if error != errno.EINVAL:
            raise failures.attaching(error, program.name, "cgroup", path)
        return _cgroup_without_link(library, program, path, directory)
    finally:
        os.close(directory)


def _cgroup_without_link(library: Library, program: Program, path: str, directory: int) -> Link:
    """Kernels before 5.7 have no cgroup links: BPF_PROG_ATTACH, undone by us."""
    error = library.call("bpf_prog_attach", program.fd, directory, program.attach_type, BPF_F_ALLOW_MULTI)
    if error:
        raise failures.attaching(-error, program.name, "cgroup", path)
    kept = os.dup(directory)

    def undo() -> None:
        library.call("bpf_prog_detach2", program.fd, kept, program.attach_type)
        os.close(kept)

    return Link(program.name, "cgroup", path, undo, lambda: os.close(kept))


def _open_cgroup(library: Library, path: str) -> int:
    try:
        directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise LoadError(f"the cgroup `{path}` cannot be opened: {error.strerror}", _cgroup_help()) from None
    words = (ctypes.c_long * 32)()  # struct statfs begins with f_type, a long
    if ctypes.CDLL(None).fstatfs(directory, ctypes.byref(words)) or words[0] != CGROUP2_MAGIC:
        os.close(directory)
        raise LoadError(f"`{path}` is not a directory of cgroup2", _cgroup_help())
    return directory


def _cgroup_help() -> str:
    from rucy.loader.probe import cgroup2_mount

    mount = cgroup2_mount()
    return f"cgroup2 is mounted at {mount}" if mount else "cgroup2 is not mounted: mount -t cgroup2 none DIR"


def _xdp(library: Library, program: Program, interface: str, mode: str | None) -> Link:
    """An XDP link, Linux 5.9 on. Without a mode the kernel takes the driver's own where it has one."""
    if mode not in XDP_MODES:
        raise LoadError(f"`{mode}` is not a mode of XDP", "native and generic are")
    options = LinkCreateOpts(sz=ctypes.sizeof(LinkCreateOpts), flags=XDP_MODES[mode])
    index = interface_index(interface)
    fd = library.call("bpf_link_create", program.fd, index, BPF_XDP, ctypes.byref(options))
    if fd >= 0:

        def undo() -> None:
            os.close(fd)

        return Link(program.name, "xdp", interface, undo, undo, link_id(library, fd))
    if -fd == errno.EOPNOTSUPP and mode != "generic":
        raise LoadError(f"the driver of `{interface}` does not run XDP", "generic mode runs everywhere", 77)
    raise failures.attaching(-fd, program.name, "interface", interface)


def _socket(program: Program, interface: str | None, given: int | None) -> Link:
    """A filter on `given`, or on a packet socket of our own that exists for the filter alone."""
    if given is not None:
        own = sockets.socket(fileno=os.dup(given))
    else:
        name = _needed(interface, program, "an interface", "--interface IF")
        interface_index(name)
        try:
            own = sockets.socket(sockets.AF_PACKET, sockets.SOCK_RAW, 0)  # protocol 0: nothing arrives before bind
        except PermissionError:
            raise LoadError("the kernel permits no packet socket", failures.NOT_ROOT, 77) from None
    try:
        own.setsockopt(sockets.SOL_SOCKET, SO_ATTACH_BPF, program.fd)
        if given is None:
            own.bind((interface, ETH_P_ALL))
    except OSError as error:
        own.close()
        raise failures.attaching(error.errno or 0, program.name, "socket", interface or "") from None

    def undo() -> None:
        if given is not None:
            own.setsockopt(sockets.SOL_SOCKET, SO_DETACH_FILTER, 0)
        own.close()

    return Link(program.name, "socket", interface or "", undo, own.close)


def interface_index(name: str) -> int:
    try:
        return sockets.if_nametoindex(name)
    except OSError:
        there = ", ".join(each for _, each in sockets.if_nameindex())
        raise LoadError(f"there is no network interface `{name}`", f"there are: {there}") from None


def _needed(value: str | None, program: Program, what: str, option: str) -> str:
    if value is None:
        raise LoadError(f"`{program.name}` attaches to {what}", f"name it: {option}")
    return value
