"""tc: a program on the way into or out of an interface.

By a tcx link where the kernel has them (Linux 6.6) and the program's verdicts mean the same there; elsewhere as a direct-action
filter of the interface's clsact qdisc. The newest is asked first in either.

A link goes with its process, however that ends. A filter does not: so each of ours has a handle that says so, and a number that
its process holds, as an abstract socket of the network namespace, while it lives. Filters whose number nobody holds were left
by a process that was killed: the next that attaches to the interface removes them. A qdisc that the process made is removed
with the last filter that is on it, ours or not; that it made it is in the handle too.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator

from rucy.loader import failures
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import Library, LinkCreateOpts, TcHook, TcOpts
from rucy.loader.links import Link, Program, link_id
from rucy.records import NamedTuple

# enum bpf_tc_attach_point (libbpf.h) and TC_H_CLSACT | TC_H_MIN_* (include/uapi/linux/pkt_sched.h)
INGRESS, EGRESS = 1, 2
PARENTS = {INGRESS: 0xFFFFFFF2, EGRESS: 0xFFFFFFF3}
POINTS = {"ingress": INGRESS, "egress": EGRESS}

TCX = {"ingress": 46, "egress": 47}  # BPF_TCX_INGRESS, BPF_TCX_EGRESS of enum bpf_attach_type, include/uapi/linux/bpf.h
_BPF_F_BEFORE = 1 << 3  # the same: before all others, where none is named

#: a handle: 20 bits that are ours, one for a process that made the qdisc, and its number
OURS, MADE, NUMBERS = 0x52756000, 0x800, 0x800

_RTM_GETTFILTER, _RTM_NEWTFILTER = 46, 44  # include/uapi/linux/rtnetlink.h
_NLM_F_REQUEST_DUMP, _NLMSG_ERROR, _NLMSG_DONE = 0x301, 2, 3  # include/uapi/linux/netlink.h
_TCA_KIND = 1  # include/uapi/linux/rtnetlink.h


class Filter(NamedTuple):
    handle: int
    priority: int
    kind: str


def attach_program(library: Library, program: Program, interface: str, index: int, kind: str) -> Link:
    """kind: "tc_ingress" or "tc_egress", a filter; "tcx_ingress", "tcx_egress", a link where that can be. LoadError."""
    way, _, side = kind.partition("_")
    _remove_left(library, index)
    if way == "tcx":
        options = LinkCreateOpts(sz=ctypes.sizeof(LinkCreateOpts), flags=_BPF_F_BEFORE)
        fd = library.call("bpf_link_create", program.fd, index, TCX[side], ctypes.byref(options))
        library.take_messages()
        if fd >= 0:

            def undo() -> None:
                os.close(fd)

            return Link(program.name, kind, interface, undo, undo, link_id(library, fd))
        if fd != -errno.EINVAL:  # what a kernel without says
            raise failures.attaching(-fd, program.name, f"{side} of", interface)
    return _attach_filter(library, program, interface, TcHook(sz=ctypes.sizeof(TcHook), ifindex=index, attach_point=POINTS[side]))


def _attach_filter(library: Library, program: Program, interface: str, hook: TcHook) -> Link:
    _create_qdisc(library, program, interface, hook)
    number, held = _take_number()
    handle = OURS | (MADE if hook.ifindex in _made else 0) | number if held else 0
    options = TcOpts(sz=ctypes.sizeof(TcOpts), prog_fd=program.fd, handle=handle)
    error = library.call("bpf_tc_attach", ctypes.byref(hook), ctypes.byref(options))
    library.take_messages()
    side = "ingress" if hook.attach_point == INGRESS else "egress"
    if error:
        _remove_qdisc(library, hook.ifindex)
        _let_go(held)
        raise failures.attaching(-error, program.name, f"{side} of", interface)

    def undo() -> None:
        options.prog_fd, options.prog_id, options.flags = 0, 0, 0
        library.call("bpf_tc_detach", ctypes.byref(hook), ctypes.byref(options))
        _remove_qdisc(library, hook.ifindex)
        library.take_messages()  # the interface may have gone, and its filters with it
        _let_go(held)

    return Link(program.name, f"tc_{side}", interface, undo, lambda: _let_go(held))


# ---------------------------------------------------------------- whose a filter is


def _hold(number: int) -> socket.socket | None:
    """None where somebody does."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        made.bind(f"\0rucy-tc-{number}")
    except OSError:
        made.close()
        return None
    return made


def _take_number() -> tuple[int, socket.socket | None]:
    for at in range(NUMBERS):
        number = (os.getpid() + at) % NUMBERS
        if held := _hold(number):
            return number, held
    return 0, None


def _let_go(held: socket.socket | None) -> None:
    if held is not None:
        held.close()


def _remove_left(library: Library, index: int) -> None:
    for point, parent in PARENTS.items():
        for each in list(_filters(index, parent)):
            if each.kind != "bpf" or each.handle & ~(MADE | NUMBERS - 1) != OURS:
                continue
            held = _hold(each.handle & NUMBERS - 1)
            if held is None:  # its process lives
                continue
            with held:
                hook = TcHook(sz=ctypes.sizeof(TcHook), ifindex=index, attach_point=point)
                options = TcOpts(sz=ctypes.sizeof(TcOpts), handle=each.handle, priority=each.priority)
                library.call("bpf_tc_detach", ctypes.byref(hook), ctypes.byref(options))
                library.take_messages()
            if each.handle & MADE:
                _made.add(index)


# ---------------------------------------------------------------- the qdisc

_made: set[int] = set()  # interfaces whose qdisc this process made, or one that left it


def _create_qdisc(library: Library, program: Program, interface: str, hook: TcHook) -> None:
    error = -library.call("bpf_tc_hook_create", ctypes.byref(hook))
    library.take_messages()
    if error == 0:
        _made.add(hook.ifindex)
    elif error in (errno.ENOENT, errno.EOPNOTSUPP):
        raise LoadError("this kernel has no clsact qdisc", "it needs sch_ingress and cls_bpf (modprobe them)", 77)
    elif error != errno.EEXIST:
        raise failures.attaching(error, program.name, "interface", interface)


def _remove_qdisc(library: Library, index: int) -> None:
    if index not in _made or any(True for parent in PARENTS.values() for _ in _filters(index, parent)):
        return
    _made.discard(index)
    whole = TcHook(sz=ctypes.sizeof(TcHook), ifindex=index, attach_point=INGRESS | EGRESS)
    library.call("bpf_tc_hook_destroy", ctypes.byref(whole))


def _filters(index: int, parent: int) -> Iterator[Filter]:
    """Those on one side of the qdisc: libbpf cannot list them. Each is told with a handle; the line of its priority alone has
    handle 0."""
    header = struct.pack("=IHHII", 36, _RTM_GETTFILTER, _NLM_F_REQUEST_DUMP, 1, 0)  # struct nlmsghdr
    request = header + struct.pack("=BBHiIII", 0, 0, 0, index, 0, parent, 0)  # struct tcmsg
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as route:
        route.settimeout(5)
        try:
            route.send(request)
            while True:
                reply = route.recv(1 << 16)
                while len(reply) >= 16:
                    size, type = struct.unpack_from("=IH", reply)
                    if type in (_NLMSG_DONE, _NLMSG_ERROR) or size < 16:
                        return
                    handle, _, info = struct.unpack_from("=III", reply, 24) if size >= 36 else (0, 0, 0)
                    if type == _RTM_NEWTFILTER and handle:
                        yield Filter(handle, info >> 16, _kind(reply[36:size]))
                    reply = reply[(size + 3) & ~3 :]
        except OSError:
            return


def _kind(attributes: bytes) -> str:
    """TCA_KIND among attributes: u16 length, u16 type, value, each filled up to 4 bytes."""
    while len(attributes) >= 4:
        size, type = struct.unpack_from("=HH", attributes)
        if type == _TCA_KIND:
            return attributes[4:size].rstrip(b"\0").decode("ascii", "replace")
        attributes = attributes[max(4, (size + 3) & ~3) :]
    return ""
