"""Ruby programs of tests/hooks/programs, attached; what the test then makes happen is what they must have seen.

Plain functions of an object's bytes, as in tests/load/firing.py: they run on the host and in the guests of the lab, each
in a process of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.hooks import packets
from tests.hooks.running import Running, running
from tests.load.firing import (
    frame_arrives,
    inside_cgroup,
    open_urandom,
    own_network,
    own_pair,
    refused_by_kernel,
)

_ETHERTYPE = 0x88B5  # for local experiments, IEEE 802; nothing else sends it
_HEADERS = 28  # of IPv4 and UDP


class Firing(NamedTuple):
    """program: a file of tests/hooks/programs; where: "lab" if the running kernel need not have the hook."""

    program: str
    fire: Callable[[bytes], None]
    where: str = "any"

    @property
    def id(self) -> str:
        return f"{self.program}-{self.fire.__name__}"


# ---------------------------------------------------------------- cgroups


def device(data: bytes) -> None:
    """Opens and mknods are told with their numbers; urandom alone is refused."""
    with inside_cgroup() as path:
        with running(data, cgroup=path) as run:
            os.close(os.open("/dev/zero", os.O_RDONLY))
            with refused_by_kernel():
                open_urandom()
            run.says(["access 2 to 1:5", "access 2 to 1:9"])
            assert (run["asked"], run["refused"]) == (2, 1)
        open_urandom()


def _datagram(sender: socket.socket, receiver: socket.socket, size: int) -> bool:
    """Does a datagram of `size` bytes of IP arrive? Loopback delivers before sendto returns."""
    body = bytes(size - _HEADERS)
    try:
        sender.sendto(body, receiver.getsockname())
    except PermissionError:
        return False
    try:
        return receiver.recv(2000, socket.MSG_DONTWAIT) == body
    except BlockingIOError:
        return False


def _udp_pair() -> tuple[socket.socket, socket.socket]:
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM), receiver


def ingress(data: bytes) -> None:
    """Lengths, the protocol and the interface are the packet's; the long one does not arrive."""
    own_network()
    with inside_cgroup() as path:
        sender, receiver = _udp_pair()
        with sender, receiver:
            with running(data, cgroup=path) as run:
                assert [_datagram(sender, receiver, size) for size in (40, 200, 201)] == [True, True, False]
                index = socket.if_nametoindex("lo")
                run.says([f"in {size} protocol 800 on {index}" for size in (40, 200, 201)])
                assert (run["packets"], run["bytes"]) == (3, 441)
            assert _datagram(sender, receiver, 201)


def egress(data: bytes) -> None:
    """Results 0 and 2 drop, 1 and 3 send."""
    own_network()
    with inside_cgroup() as path:
        sender, receiver = _udp_pair()
        with sender, receiver, running(data, cgroup=path) as run:
            sizes = (100, 101, 201, 301)
            assert [_datagram(sender, receiver, size) for size in sizes] == [True, True, False, False]
            run.says([f"out {size}" for size in sizes])
            assert run["packets"] == 4


def connect4(data: bytes) -> None:
    """Address and port are told; port 9 is refused, port 7777 becomes 8888."""
    own_network()
    with inside_cgroup() as path, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        with running(data, cgroup=path) as run:
            sender.connect(("127.0.0.2", 1234))
            assert sender.getpeername() == ("127.0.0.2", 1234)
            sender.connect(("127.0.0.1", 7777))
            assert sender.getpeername() == ("127.0.0.1", 8888)
            with refused_by_kernel():
                sender.connect(("127.0.0.1", 9))
            me = os.getpid()
            ports = (("7f000002", 1234), ("7f000001", 7777), ("7f000001", 9))
            run.says([f"{me} connects to {address} port {port}" for address, port in ports])
        sender.connect(("127.0.0.1", 9))


def sock_create(data: bytes) -> None:
    own_network()
    tcp, udp = (6, socket.SOCK_STREAM), (17, socket.SOCK_DGRAM)
    with inside_cgroup() as path:
        with running(data, cgroup=path) as run:
            socket.socket(socket.AF_INET, tcp[1]).close()
            socket.socket(socket.AF_INET6, udp[1]).close()
            with refused_by_kernel():
                socket.socket(socket.AF_INET6, tcp[1])
            with refused_by_kernel():
                socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
            told = ((2, tcp[1], 6), (10, udp[1], 17), (10, tcp[1], 6), (2, 3, 1))
            run.says([f"family {f} type {int(t)} protocol {p}" for f, t, p in told])
        socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()


def bind4(data: bytes) -> None:
    own_network()
    with inside_cgroup() as path, running(data, cgroup=path) as run:
        for port in (1111, 2222):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
                server.bind(("127.0.0.1", port))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, refused_by_kernel():
            server.bind(("127.0.0.1", 7))
        run.says(["bind 1111", "bind 2222", "bind 7"])


def post_bind4(data: bytes) -> None:
    own_network()
    with inside_cgroup() as path, running(data, cgroup=path) as run:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 1111))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            try:
                server.bind(("127.0.0.1", 7))
            except OSError:
                pass
            else:
                raise AssertionError("port 7 was bound")
        run.says(["bound 1111 family 2", "bound 7 family 2"])


def setsockopt(data: bytes) -> None:
    own_network()
    with inside_cgroup() as path, running(data, cgroup=path) as run:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            with refused_by_kernel():
                one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        run.says(["set 1 6", "set 1 9"])


# ---------------------------------------------------------------- packets


def _frame_sizes(run: Running, sizes: tuple[int, ...]) -> list[bool]:
    return [frame_of(size) for size in sizes]


def frame_of(size: int) -> bool:
    """Whether a frame of `size` bytes sent from rucy1 reaches rucy0."""
    body = b"\xff" * 6 + b"\x02" + b"\0" * 5 + _ETHERTYPE.to_bytes(2, "big")
    body += b"r" * (size - len(body))
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as receiver,
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender,
    ):
        receiver.bind(("rucy0", _ETHERTYPE))
        receiver.settimeout(0.5)
        sender.bind(("rucy1", 0))
        try:
            sender.send(body)
            return receiver.recv(2000) == body
        except (TimeoutError, OSError):
            return False


def xdp(data: bytes) -> None:
    _xdp(data, None)


def xdp_generic(data: bytes) -> None:
    _xdp(data, "generic")


def _xdp(data: bytes, mode: str | None) -> None:
    """Frames on queue 0 are dropped and counted, on the interface that it is attached to."""
    own_pair()
    assert frame_arrives()
    with running(data, interface="rucy0", **({"mode": mode} if mode else {})) as run:
        before = run["frames"]
        assert not frame_arrives()
        assert run["frames"] > before
        assert run["interface"] == socket.if_nametoindex("rucy0")
    assert frame_arrives()


def tc_ingress(data: bytes) -> None:
    """Length, protocol; long frames do not arrive."""
    own_pair()
    with running(data, interface="rucy0") as run:
        assert _frame_sizes(run, (60, 100, 101)) == [True, True, False]
        run.says([f"frame of {size}, protocol 88b5" for size in (60, 100, 101)])
        assert run["seen"] == 3
    assert frame_of(101)


def tc_egress(data: bytes) -> None:
    own_pair()
    with running(data, interface="rucy1") as run:
        assert _frame_sizes(run, (60, 101)) == [True, False]
        index = socket.if_nametoindex("rucy1")
        run.says([f"frame of {size} on {index}" for size in (60, 101)])
        assert run["seen"] == 2
    assert frame_of(101)


def socket_filter(data: bytes) -> None:
    """On a socket of ours it cuts packets to 10 bytes or drops them."""
    own_network()
    from rucy.cli.loading import open_tool
    from rucy.loader.files import ObjectFile
    from tests.hooks.running import notes

    sender, receiver = _udp_pair()
    with sender, receiver, open_tool(ObjectFile("test", data, notes(data), False)) as loaded:
        loaded.load()
        link = loaded.attach("socket_filter", "socket", socket=receiver.fileno())
        sender.sendto(b"x" * 100, receiver.getsockname())
        assert receiver.recv(200, socket.MSG_DONTWAIT) == b"xx"  # 8 bytes of UDP's head are among the 10
        sender.sendto(b"x" * 10, receiver.getsockname())
        try:
            receiver.recv(200, socket.MSG_DONTWAIT)
        except BlockingIOError:
            pass
        else:
            raise AssertionError("a short datagram was not dropped")
        link.close()
    with running(data, interface="lo") as run, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x" * 58, ("127.0.0.1", 9))
        assert "length 100" in run.said()  # 14 + 20 + 8 + 58


# ---------------------------------------------------------------- tracing


def fork(data: bytes) -> None:
    """Parent, child and name of the task; `comm` of the program's own process."""
    comm = Path("/proc/self/comm").read_text().strip()
    with running(data) as run:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        run.says([f"fork {child} of {os.getpid()} ({comm})"])


def fork_typed(data: bytes) -> None:
    comm = Path("/proc/self/comm").read_text().strip()
    with running(data) as run:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        run.says([f"fork {child} of {os.getppid()}, {comm}"])


def execute(data: bytes) -> None:
    """A string that stands behind the record: the name of the file that this process becomes. A vfork's child runs in
    a process of its own, so the process that is looked for is told by itself."""
    with running(data) as run:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os.execv("/bin/true", ["true"])
        run.loaded.write_global("me", child.to_bytes(8, "little"))
        os.write(write, b"x")
        os.waitpid(child, 0)
        os.close(read)
        os.close(write)
        run.says([f"exec /bin/true by {child}"])


def raw_entry(data: bytes) -> None:
    with running(data) as run:
        os.getpgid(0)
        os.getpgid(os.getpid())
        run.says(["getpgid of 0", f"getpgid of {os.getpid()}"])


def calls(data: bytes) -> None:
    """Arguments by name: a number, a negative one, a path, flags."""
    with running(data) as run:
        os.getpgid(os.getpid())
        os.close(os.open("/etc/hostname", os.O_RDONLY | os.O_CLOEXEC))
        flags = os.O_RDONLY | os.O_CLOEXEC
        run.says([f"getpgid {os.getpid()}", f"openat -100 /etc/hostname {flags:x}"])


def returns(data: bytes) -> None:
    """The process group, and the error of a process that is not there (-ESRCH)."""
    with running(data) as run:
        group = os.getpgid(0)
        with contextlib.suppress(ProcessLookupError):
            os.getpgid(1 << 30)
        run.says([f"getpgid gave {group}", "getpgid gave -3"])


def call_numbers(data: bytes) -> None:
    """The whole of it, not what lies beside it in memory."""
    number = 155 if platform.machine() == "aarch64" else 121
    with running(data) as run:
        for _ in range(20):
            os.getpgid(0)
        lines = run.said()
        assert sorted(set(lines)) == [f"any {number}", f"enters {number} {number}", f"leaves {number} {number}"], lines


def renamed_calls(data: bytes) -> None:
    call = ctypes.CDLL(None, use_errno=True).syscall
    fstat = 80 if platform.machine() == "aarch64" else 5  # before: it asks for uname
    with running(data) as run:
        os.uname()
        with open("/etc/hostname", "rb") as file, contextlib.suppress(OSError):
            os.sendfile(-1, file.fileno(), 0, 1)
        call(fstat, -1, ctypes.create_string_buffer(512))
        run.says(["uname 0", "sendfile 0", "fstat 4294967295 0", "fstat gave -9"])


def several(data: bytes) -> None:
    with running(data) as run:
        os.getpgid(0)
        os.getsid(0)
        os.getsid(os.getpid())
        run.says(["getpgid 0", "getsid 0", f"getsid {os.getpid()}"])
        assert run["calls"] == 3
        run.detach()
        os.getsid(0)
        assert run["calls"] == 3


def first_of(data: bytes) -> None:
    """Of the candidates the first that the kernel has; the others are not even loaded."""
    with running(data) as run:
        assert len(run.loaded.links) == 3
        os.getsid(0)
        os.getpgid(0)
        run.says(["getpgid 0"])
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        assert sorted(run.said()) == [f"fork {child}", "sched:sched_process_fork"]


def pattern(data: bytes) -> None:
    """Every function that matches, each once; the pattern's others do not matter."""
    with running(data) as run:
        group = os.getpgid(0)
        run.says(["enter 0", f"leave {group}"])
        before = run["wide"]
        Path("/etc/hostname").read_bytes()
        assert run["wide"] > before
        run.detach()
        before = run["wide"]
        Path("/etc/hostname").read_bytes()
        os.getpgid(0)
        assert run["wide"] == before
        assert run.said() == []


def _release() -> tuple[int, int]:
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int(minor)


def stacks(data: bytes) -> None:
    """The process's own stack begins in code that it has mapped, the kernel's in the kernel."""
    with running(data) as run:
        os.getpgid(0)
        kept = run.loaded.map("STACKS")
        # Older kernels hand a system call's program the registers of user space, from which no kernel stack is found.
        names = ["user"] if run["kernel"] == -14 and _release() < (6, 18) else ["kernel", "user"]
        assert min(run[name] for name in names) >= 0, (run["kernel"], run["user"])
        where = {name: kept.get(run[name].to_bytes(4, "little")) for name in names}
        first = {name: int.from_bytes(cell[:8], "little") for name, cell in where.items() if isinstance(cell, bytes)}
        code = [line.split()[0].split("-") for line in Path("/proc/self/maps").read_text().splitlines() if "x" in line.split()[1]]
        assert any(int(start, 16) <= first["user"] < int(end, 16) for start, end in code), first
        assert "kernel" not in names or first["kernel"] >> 63 == 1, first


def event_classes(data: bytes) -> None:
    """Fields of whichever class the kernel has: the pid and name of a process that ends, sizes that are asked for."""
    with running(data) as run:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            Path("/proc/self/comm").write_text("ends-now")
            os.read(read, 1)
            os._exit(0)
        run.loaded.write_global("me", child.to_bytes(8, "little"))
        os.write(write, b"x")
        os.waitpid(child, 0)
        run.says([f"{child} ends-now ends"])
        run.loaded.write_global("me", os.getpid().to_bytes(8, "little"))
        for end in (read, write, *os.pipe()):
            os.close(end)
        assert run["bytes"] > 0


def left_out(data: bytes) -> None:
    """What this kernel does not have is left out; the rest runs."""
    with running(data) as run:
        os.getpgid(0)
        run.says(["here"])


def _connect() -> int:
    """A TCP connection of this process; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
    return port


def function_entry(data: bytes) -> None:
    own_network()
    with running(data) as run:
        _connect()
        os.getpgid(0)
        os.getpgid(os.getpid())
        told = ["connect family 2 length 16 protocol 6", "getpgid of 0", f"getpgid of {os.getpid()}"]
        lines = run.said()
        assert [line for line in lines if not line.startswith("to ")] == told, lines
        assert [line for line in lines if line.startswith("to ")] in ([], ["to family 2 loopback 1"]), lines


def function_return(data: bytes) -> None:
    own_network()
    with running(data) as run:
        _connect()
        with socket.socket() as other, contextlib.suppress(ConnectionRefusedError):
            other.connect(("127.0.0.1", 1))  # nobody listens: the function itself gives 0 all the same
        group = os.getpgid(0)
        with contextlib.suppress(ProcessLookupError):
            os.getpgid(1 << 30)
        run.says(["connect gave 0", "connect gave 0", f"getpgid gave {group}", "getpgid gave -3"])


def function_exit(data: bytes) -> None:
    """Parameters and the result together."""
    own_network()
    with running(data) as run:
        port = _connect()
        group = os.getpgid(0)
        run.says([f"connect of 16 gave 0 to port {port}", f"getpgid of 0 gave {group}"])


def asked(data: bytes) -> None:
    """The kernel's version and a byte of its code."""
    major = int(os.uname().release.split(".")[0])
    with running(data) as run:
        os.getpgid(0)
        run.says([f"1 {major}", "code 1", "4660"])


def sockets(data: bytes) -> None:
    """A connected datagram socket, seen at connect and at its first packet."""
    own_network()
    with inside_cgroup() as path, running(data, cgroup=path) as run:
        sender, receiver = _udp_pair()
        with sender, receiver:
            port = receiver.getsockname()[1]
            sender.connect(("127.0.0.1", port))
            run.says([f"family 2 type 2 to {port}"])
            sender.send(b"x")
            run.says([f"full 2 protocol 17 port {sender.getsockname()[1]}", "to 7f000001"])


def lookup(data: bytes) -> None:
    """The kernel's own socket that listens; bytes of a frame."""
    own_pair()
    with running(data, interface="rucy1") as run, socket.create_server(("127.0.0.1", 0)) as server:
        frame_of(60)
        assert (run["found"], run["first"]) == (0, 0xFF)
        run.loaded.write_global("port", server.getsockname()[1].to_bytes(8, "little"))
        frame_of(60)
        assert (run["found"], run["first"]) == (1, 2 * 0xFF), (run["found"], run["first"])


def out_values(data: bytes) -> None:
    with inside_cgroup() as path, running(data, cgroup=path) as run:
        value = int(Path("/proc/sys/net/ipv4/ip_forward").read_text())
        assert set(run.said()) == {f"net/ipv4/ip_forward is {value}"}


def user_memory(data: bytes) -> None:
    """Arguments of execve, an address of IPv6 given to connect, the vector of writev: all in this process's memory."""
    own_network()
    with running(data) as run:
        read, write = os.pipe()
        os.writev(write, [b"abc", b"defgh"])
        run.says(["2 parts: 3 abc, 5 defgh"])
        os.read(read, 8)  # the child below waits for what comes then
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
            one.connect(("::1", 4321))
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as two:
            two.connect("/nowhere/at/all")
        run.says(["port 4321 of 1", "path /nowhere/at/all"])
        child = os.fork()
        if child == 0:
            os.read(read, 1)
            os.execv("/bin/true", ["true", "first", "second"])
        run.loaded.write_global("me", child.to_bytes(8, "little"))
        os.write(write, b"x")
        os.waitpid(child, 0)
        os.close(read)
        os.close(write)
        run.says(["/bin/true", "argument 0 true", "argument 1 first", "argument 2 second"])


# fmt: off
FIRINGS = (
    Firing("cgroup_device",      device),
    Firing("cgroup_ingress",     ingress),
    Firing("cgroup_egress",      egress),
    Firing("cgroup_connect4",    connect4),
    Firing("cgroup_sock_create", sock_create),
    Firing("cgroup_bind4",       bind4),
    Firing("cgroup_post_bind4",  post_bind4),
    Firing("cgroup_setsockopt",  setsockopt),
    Firing("xdp",                xdp),
    Firing("xdp",                xdp_generic),
    Firing("tc_ingress",         tc_ingress),
    Firing("tc_egress",          tc_egress),
    Firing("socket_filter",      socket_filter),
    Firing("xdp_ports",          packets.xdp_ports),
    Firing("tc_rewrite",         packets.tc_rewrite),
    Firing("xdp_redirect",       packets.xdp_redirect),
    Firing("tc_redirect",        packets.tc_redirect),
    Firing("cgroup_ports",       packets.cgroup_ports),
    Firing("socket_headers",     packets.socket_headers),
    Firing("tracepoint",         fork),
    Firing("tracepoint_loc",     execute),
    Firing("tp_btf",             fork_typed),
    Firing("raw_tracepoint",     raw_entry),
    Firing("syscall",            calls),
    Firing("syscall_return",     returns),
    Firing("syscalls",           several),
    Firing("call_numbers",       call_numbers),
    Firing("renamed_calls",      renamed_calls),
    Firing("optional",           left_out),
    Firing("first_of",           first_of),
    Firing("event_classes",      event_classes),
    Firing("stacks",             stacks),
    Firing("asked",              asked),
    Firing("sockets",            sockets),
    Firing("user_memory",        user_memory),
    Firing("lookup",             lookup),
    Firing("out_values",         out_values),
    Firing("kprobe",             function_entry,  "lab"),
    Firing("kretprobe",          function_return, "lab"),
    Firing("fentry",             function_entry,  "lab"),
    Firing("fexit",              function_exit,   "lab"),
)
# fmt: on
