"""tc: a program as a direct-action filter of an interface's clsact qdisc.

libbpf attaches and detaches. A qdisc that this process made is removed with the last filter that is on it, ours or not;
libbpf cannot list filters, so that question is asked over rtnetlink here.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

from rucy.loader import failures
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import Library, TcHook, TcOpts
from rucy.loader.links import Link, Program

# enum bpf_tc_attach_point (libbpf.h) and TC_H_CLSACT | TC_H_MIN_* (include/uapi/linux/pkt_sched.h)
INGRESS, EGRESS = 1, 2
PARENTS = {INGRESS: 0xFFFFFFF2, EGRESS: 0xFFFFFFF3}
POINTS = {"tc_ingress": INGRESS, "tc_egress": EGRESS}

_RTM_GETTFILTER, _RTM_NEWTFILTER = 46, 44  # include/uapi/linux/rtnetlink.h
_NLM_F_REQUEST_DUMP, _NLMSG_ERROR, _NLMSG_DONE = 0x301, 2, 3  # include/uapi/linux/netlink.h


def attach_filter(library: Library, program: Program, interface: str, index: int, kind: str) -> Link:
    """kind: "tc_ingress" or "tc_egress". LoadError."""
    hook = TcHook(sz=ctypes.sizeof(TcHook), ifindex=index, attach_point=POINTS[kind])
    _create_qdisc(library, program, interface, hook)
    options = TcOpts(sz=ctypes.sizeof(TcOpts), prog_fd=program.fd)
    error = library.call("bpf_tc_attach", ctypes.byref(hook), ctypes.byref(options))
    library.take_messages()
    if error:
        _remove_qdisc(library, hook)
        raise failures.attaching(-error, program.name, f"{kind} of", interface)

    def undo() -> None:
        options.prog_fd, options.prog_id, options.flags = 0, 0, 0
        library.call("bpf_tc_detach", ctypes.byref(hook), ctypes.byref(options))
        _remove_qdisc(library, hook)
        library.take_messages()  # the interface may have gone, and its filters with it

    return Link(program.name, kind, interface, undo)


_made: set[int] = set()  # interfaces whose qdisc this process made


def _create_qdisc(library: Library, program: Program, interface: str, hook: TcHook) -> None:
    error = -library.call("bpf_tc_hook_create", ctypes.byref(hook))
    library.take_messages()
    if error == 0:
        _made.add(hook.ifindex)
    elif error in (errno.ENOENT, errno.EOPNOTSUPP):
        raise LoadError("this kernel has no clsact qdisc", "it needs sch_ingress and cls_bpf (modprobe them)", 77)
    elif error != errno.EEXIST:
        raise failures.attaching(error, program.name, "interface", interface)


def _remove_qdisc(library: Library, hook: TcHook) -> None:
    if hook.ifindex not in _made or any(_count_filters(hook.ifindex, parent) for parent in PARENTS.values()):
        return
    _made.discard(hook.ifindex)
    whole = TcHook(sz=ctypes.sizeof(TcHook), ifindex=hook.ifindex, attach_point=INGRESS | EGRESS)
    library.call("bpf_tc_hook_destroy", ctypes.byref(whole))


def _count_filters(index: int, parent: int) -> int:
    """Filters on one side of the qdisc. Each is told with a handle; the line of its priority alone has handle 0."""
    header = struct.pack("=IHHII", 36, _RTM_GETTFILTER, _NLM_F_REQUEST_DUMP, 1, 0)  # struct nlmsghdr
    request = header + struct.pack("=BBHiIII", 0, 0, 0, index, 0, parent, 0)  # struct tcmsg
    count = 0
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as route:
        route.settimeout(5)
        try:
            route.send(request)
            while True:
                reply = route.recv(1 << 16)
                while len(reply) >= 16:
                    size, kind = struct.unpack_from("=IH", reply)
                    if kind in (_NLMSG_DONE, _NLMSG_ERROR) or size < 16:
                        return count
                    if kind == _RTM_NEWTFILTER:
                        count += struct.unpack_from("=I", reply, 24)[0] != 0
                    reply = reply[(size + 3) & ~3 :]
        except OSError:
            return count
