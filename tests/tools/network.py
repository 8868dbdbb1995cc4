"""Hosts in network namespaces of their own, joined by veth pairs: each is a process that does what it is told."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from tests.load.firing import own_network


class Host:
    """Another namespace; this process's own is `None` where a host is asked for."""

    def __init__(self, pipe: socket.socket, pid: int) -> None:
        self._pipe = pipe
        self.pid = pid

    def does(self, function: Callable[..., Any], *args: Any) -> Any:
        """The value of a function of a module, called over there; its exception, if it raised one."""
        self._pipe.sendall(pickle.dumps((function, args)))
        done, value = pickle.loads(self._pipe.recv(1 << 20))
        if not done:
            raise AssertionError(f"on the other host: {value}")
        return value


@contextlib.contextmanager
def host() -> Iterator[Host]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        ours.close()
        with contextlib.suppress(BaseException):
            own_network()
            theirs.send(b"up")
            _serve(theirs)
        os._exit(0)
    theirs.close()
    assert ours.recv(10) == b"up"
    try:
        yield Host(ours, pid)
    finally:
        ours.close()
        os.waitpid(pid, 0)


def _serve(pipe: socket.socket) -> None:
    while said := pipe.recv(1 << 20):
        function, args = pickle.loads(said)
        try:
            answer = True, function(*args)
        except Exception as error:
            answer = False, repr(error)
        pipe.sendall(pickle.dumps(answer))


def join(name: str, other: Host, theirs: str, addresses: tuple[str, str], more: tuple[str, str] | None = None) -> None:
    """A veth pair: `name` here, `theirs` there, each with its address (and another), the other's known beforehand, so that
    neither asks for it. Checksums are computed and looked at in full."""
    ip("link", "add", name, "type", "veth", "peer", "name", theirs)
    ip("link", "set", theirs, "netns", str(other.pid))
    pairs = [addresses, more] if more is not None else [addresses]
    here, there = up(name, *[a for a, _ in pairs]), other.does(up, theirs, *[b for _, b in pairs])
    for a, b in pairs:
        known(b, there, name)
        other.does(known, a, here, theirs)


def up(name: str, *addresses: str) -> str:
    """Give an interface addresses; its own hardware address."""
    ip("link", "set", name, "up")
    for address in addresses:
        ip("address", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
    _sums_by_software(name)
    told = subprocess.run(["ip", "-j", "link", "show", name], check=True, capture_output=True).stdout
    return str(json.loads(told)[0]["address"])


def known(address: str, hardware: str, name: str) -> None:
    ip("neighbour", "replace", address.partition("/")[0], "lladdr", hardware, "dev", name, "nud", "permanent")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def route(*words: str) -> None:
    ip("route", "add", *words)


#: include/uapi/linux/ethtool.h, include/uapi/linux/sockios.h
_ETHTOOL_SRXCSUM, _ETHTOOL_STXCSUM, _SIOCETHTOOL = 0x15, 0x17, 0x8946


def _sums_by_software(name: str) -> None:
    import array
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in (_ETHTOOL_SRXCSUM, _ETHTOOL_STXCSUM):
            value = array.array("I", [command, 0])
            fcntl.ioctl(any_socket, _SIOCETHTOOL, struct.pack("16sP", name.encode(), value.buffer_info()[0]))


def send_datagrams(to: str, port: int, count: int, source: str = "") -> None:
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        if source:
            sender.bind((source, 0))
        for number in range(count):
            sender.sendto(b"%d" % number, (to, port))


def bound(port: int, address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind((address, port))
    return made


def arrived(receiver: socket.socket, wanted: int) -> int:
    """How many datagrams come: those that are wanted are waited for, and a little for more."""
    count = 0
    while select.select([receiver], [], [], 10 if count < wanted else 0.2)[0]:
        receiver.recv(2000)
        count += 1
    return count
