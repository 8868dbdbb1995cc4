"""Programs on packets, attached between two network namespaces: datagrams that another process sends arrive or do not.

Nothing waits for what does not come: datagrams arrive in the order in which they were sent, so one that is not there when a
later one has come was dropped.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
from collections.abc import Iterator

from rucy.loader.libbpf import libbpf
from tests.hooks.running import running
from tests.load.firing import inside_cgroup, own_network, own_pair

HERE, THERE = "10.77.0.1", "10.77.0.2"
HERE6 = "fd77::1"


class Peer:
    """A process in a namespace of its own, on the other end of the pair: it sends what it is told to."""

    def __init__(self, pipe: socket.socket) -> None:
        self._pipe = pipe

    def sends(self, *ports: int, to: str = HERE) -> None:
        """One datagram to each port, which says where it was sent."""
        for port in ports:
            self._pipe.send(f"{to} {port}".encode())
            assert self._pipe.recv(10) == b"sent"


@contextlib.contextmanager
def peer() -> Iterator[Peer]:
    """This process gets a namespace with rucy0, HERE; another one with rucy1, THERE."""
    own_pair()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            ours.close()
            _serve(theirs)
        os._exit(0)
    theirs.close()
    assert ours.recv(10) == b"ready"
    _ip("link", "set", "rucy1", "netns", str(pid))
    _address("rucy0", f"{HERE}/24", f"{HERE6}/64")
    ours.send(b"go")
    assert ours.recv(10) == b"up"
    try:
        yield Peer(ours)
    finally:
        ours.close()
        os.waitpid(pid, 0)


def _serve(pipe: socket.socket) -> None:
    own_network()
    pipe.send(b"ready")
    pipe.recv(10)
    _address("rucy1", f"{THERE}/24", "fd77::2/64")
    pipe.send(b"up")
    while said := pipe.recv(100):
        to, port = said.decode().split()
        family = socket.AF_INET6 if ":" in to else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(f"to {port}".encode(), (to, int(port)))
        pipe.send(b"sent")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _address(name: str, *addresses: str) -> None:
    _ip("link", "set", name, "up")
    for address in addresses:
        _ip("address", "add", address, "dev", name, *(["nodad"] if ":" in address else []))


@contextlib.contextmanager
def _bound(port: int, to: str = HERE) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as made:
        made.bind((to, port))
        made.settimeout(20)
        yield made


def _nothing(one: socket.socket) -> bool:
    before = one.gettimeout()
    one.settimeout(0)
    try:
        one.recv(100)
    except BlockingIOError:
        return True
    finally:
        one.settimeout(before)
    return False


def xdp_ports(data: bytes) -> None:
    """Dropped and passed, of both families; once detached all pass."""
    with peer() as other, _bound(5300) as shut, _bound(5301) as open_, _bound(5300, HERE6) as shut6, _bound(5301, HERE6) as open6:
        with running(data, interface="rucy0") as run:
            other.sends(5300, 5300, 5301, 5300, 5301)
            assert (open_.recv(100), open_.recv(100)) == (b"to 5301", b"to 5301")
            assert _nothing(shut)
            assert (run["dropped"], run["passed"]) == (3, 2)
            assert run["from"] == int.from_bytes(socket.inet_aton(THERE), "big")
            other.sends(5300, 5301, to=HERE6)
            assert open6.recv(100) == b"to 5301"
            assert _nothing(shut6)
            assert (run["dropped"], run["passed"]) == (4, 3), (run["dropped"], run["passed"])
        other.sends(5300)
        assert shut.recv(100) == b"to 5300"


def tc_rewrite(data: bytes) -> None:
    """What was sent to one port arrives at another: the kernel finds its checksum right."""
    with peer() as other, _bound(5301) as open_, running(data, interface="rucy0") as run:
        other.sends(5302, 5301, 5302)
        assert [open_.recv(100) for _ in range(3)] == [b"to 5302", b"to 5301", b"to 5302"]
        assert run["changed"] == 2


def cgroup_ports(data: bytes) -> None:
    own_network()
    with (
        inside_cgroup() as path,
        _bound(5300, "127.0.0.1") as shut,
        _bound(5301, "127.0.0.1") as open_,
        running(data, cgroup=path) as run,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        with contextlib.suppress(PermissionError):
            sender.sendto(b"a", ("127.0.0.1", 5300))
        sender.sendto(b"b", ("127.0.0.1", 5301))
        assert open_.recv(100) == b"b"
        assert _nothing(shut)
        assert run["refused"] == 1


def socket_headers(data: bytes) -> None:
    """A packet socket on the loopback interface sees what is sent and what arrives."""
    own_network()
    with _bound(5300, "127.0.0.1") as receiver, running(data, interface="lo") as run:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"a", ("127.0.0.1", 5300))
            assert receiver.recv(100) == b"a"
        assert run["seen"] >= 1
        assert (run["kind"], run["ttl"]) == (0x0800, 64)


def _frames(send: str, *receive: str) -> list[bytes]:
    """The frames that arrive at each interface, of one sent from another; b"" where none has come when they should have."""
    kind = 0x88B5  # for local experiments, IEEE 802
    frame = b"\xff" * 6 + b"\x02" + bytes(5) + kind.to_bytes(2, "big") + b"rucy" * 12
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW)) for _ in (send, *receive)]
        for one, name in zip(made, (send, *receive)):
            one.bind((name, kind if one is not made[0] else 0))
        made[0].send(frame)
        found, waiting = dict.fromkeys(receive, b""), dict(zip(made[1:], receive))
        while ready := select.select(list(waiting), [], [], 5 if not any(found.values()) else 0)[0]:
            for one in ready:
                found[waiting.pop(one)] = one.recv(2000)
        return [found[name] for name in receive]


def _two_pairs() -> None:
    own_pair()
    _ip("link", "add", "rucy2", "type", "veth", "peer", "name", "rucy3")
    for name in ("rucy2", "rucy3"):
        _ip("link", "set", name, "up")


def xdp_redirect(data: bytes) -> None:
    """By the map once it has an interface; before that frames pass."""
    _two_pairs()
    with running(data, interface="rucy0", mode="generic") as run:
        here, there = _frames("rucy1", "rucy0", "rucy3")
        assert here and not there
        out = run.loaded.map("OUT")
        index = socket.if_nametoindex("rucy2").to_bytes(4, "little")
        assert libbpf().call("bpf_map_update_elem", out.fd, bytes(4), index, 0) == 0
        here, there = _frames("rucy1", "rucy0", "rucy3")
        assert there and not here
        assert run["seen"] == 2


def tc_redirect(data: bytes) -> None:
    _two_pairs()
    with running(data, interface="rucy0") as run:
        here, there = _frames("rucy1", "rucy0", "rucy3")
        assert here and not there
        run.loaded.write_global("to", socket.if_nametoindex("rucy2").to_bytes(8, "little"))
        _, there = _frames("rucy1", "rucy0", "rucy3")
        assert there[11] == 0x77
