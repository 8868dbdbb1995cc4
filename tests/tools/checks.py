"""Each program of tools/ against something that the test makes happen: what it says is held against the truth.

Plain functions of an object's path, run on the host and in the guests of the lab, each in a process of its own. Traffic stays
in namespaces of its own.
"""

from __future__ import annotations

import bisect
import contextlib
import ctypes
import functools
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.load.firing import inside_cgroup, own_network
from tests.tools.network import arrived, bound, host, ip, join, route, send_datagrams
from tests.tools.running import Ran, tool

HERE, THERE = "10.77.0.1", "10.77.0.2"
HERE6, THERE6 = "fd77::1", "fd77::2"
COMM = Path("/proc/self/comm").read_text().strip()


class Check(NamedTuple):
    """lab: only where kprobes fire; since: the first kernel that has what it uses."""

    name: str
    check: Callable[[Path], None]
    lab: bool = False
    since: tuple[int, int] = (5, 10)


# ---------------------------------------------------------------- system calls


def opensnoop(path: Path) -> None:
    """Every open of this process, in order, with its flags and what it gave."""
    long = "/nonexistent/" + "x" * 280
    made = tempfile.mkdtemp()
    truth = []
    with tool(path, "--pid", str(os.getpid())) as ran:
        for name, flags in (("/etc/passwd", os.O_RDONLY), (f"{made}/new", os.O_RDWR | os.O_CREAT), (long, os.O_WRONLY), ("", 0)):
            try:
                fd = os.open(name, flags)
            except OSError as error:
                fd = -error.errno
            truth.append((name[:254], flags | os.O_CLOEXEC, fd))
            if fd >= 0:
                os.close(fd)
    seen = [(row["path"], row["flags"], row["fd"]) for row in ran.records if row["path"] in {name for name, *_ in truth}]
    assert seen == truth, f"{ran.records}, not {truth}"
    assert {(row["pid"], row["uid"], row["comm"]) for row in ran.records} == {(os.getpid(), os.getuid(), COMM)}
    assert ran.entries("CALLS") == {}
    with tool(path, "--pid", str(os.getpid()), "--failed") as ran:
        os.close(os.open("/etc/passwd", os.O_RDONLY))
        with contextlib.suppress(FileNotFoundError):
            os.open("/nonexistent", os.O_RDONLY)
    assert [(row["path"], row["fd"]) for row in ran.records] == [("/nonexistent", -2)], ran.records


def execsnoop(path: Path) -> None:
    """Two calls of a child of ours, of which one fails: the arguments, cut to their room, and what came of them."""
    arguments = ["/bin/true", "two words", "", "x" * 100, *map(str, range(20))]
    with tool(path, "--failed") as ran:
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(FileNotFoundError):
                os.execv("/nonexistent/program", ["program", "-v"])
            os.execv(arguments[0], arguments)
        assert os.waitpid(pid, 0)[1] == 0
    calls = ran.of(pid)
    assert [(row["ppid"], row["uid"], row["comm"]) for row in calls] == [(os.getpid(), os.getuid(), COMM)] * 2, calls
    said = [(row["result"], row["argc"], [arg["text"] for arg in row["args"] if arg["text"]]) for row in calls]
    cut = [text[:63] for text in arguments[:20] if text]
    assert said == [(-2, 2, ["program", "-v"]), (0, 20, cut)], said
    assert pid not in ran.entries("CALLS")
    with tool(path) as ran:
        failed = os.fork()
        if failed == 0:
            with contextlib.suppress(FileNotFoundError):
                os.execv("/nonexistent/program", ["program", "-v"])
            os._exit(0)
        os.waitpid(failed, 0)
    assert ran.of(failed) == [], ran.records


def vfsstat(path: Path) -> None:
    """What nobody else does is counted to the call; what everybody does, at least as often as we did it."""
    with _own_tmpfs() as folder, tool(path) as ran:
        for number in range(7):
            os.mkdir(f"{folder}/{number}")
        for number in range(5):
            os.rmdir(f"{folder}/{number}")
        for number in range(4):
            os.mknod(f"{folder}/file{number}")
        for number in range(3):
            os.unlink(f"{folder}/file{number}")
        with open(f"{folder}/file3", "r+b", buffering=0) as file:
            for _ in range(11):
                file.write(b"x")
                os.fsync(file)
            file.seek(0)
            for _ in range(9):
                file.read(1)
    calls = ran.entries("CALLS")
    ours = {"vfs_mkdir": 7, "vfs_rmdir": 5, "vfs_create": 4, "vfs_unlink": 3, "vfs_fsync": 11}
    # Some kernels' compilers put one or the other of these into its callers, where no probe sees it.
    seen = {name: calls[name] for name in ours if name in calls}
    assert seen.items() <= ours.items() and len(seen) >= 3, calls
    assert calls["vfs_write"] >= 11 and calls["vfs_read"] >= 9 and calls["vfs_open"] >= 1, calls


@contextlib.contextmanager
def _own_tmpfs() -> Iterator[str]:
    """A file system on which one call is one call: an overlay calls these functions again for what lies below it."""
    folder = tempfile.mkdtemp()
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


# ---------------------------------------------------------------- tasks

_CHILD = """
import os, sys, time
os.sched_setaffinity(0, {0})
print("ready", flush=True)
for line in sys.stdin:
    verb, number = line.split()
    begun = time.monotonic()
    if verb == "sleep":
        for _ in range(int(number)):
            time.sleep(0.02)
    else:
        while time.monotonic() < begun + float(number):
            pass
    print(time.monotonic() - begun, flush=True)
"""


class _Child:
    """A process that sleeps and works as it is told; between that it waits for us."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-S", "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._child.pid
        self.answer()

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.communicate()

    def tell(self, text: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(f"{text}\n")
        self._child.stdin.flush()

    def sleeps(self, times: int) -> float:
        """So often 20 ms; the seconds that it took."""
        self.tell(f"sleep {times}")
        return float(self.answer())

    def answer(self) -> str:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        while _state(self.pid) != "S":  # it waits for us again
            time.sleep(0.01)
        return line

    def scheduled(self) -> tuple[int, int]:
        """(ns that it waited for a CPU, times that it got one), from the kernel's own books."""
        _, waited, times = Path(f"/proc/{self.pid}/schedstat").read_text().split()
        return int(waited), int(times)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def runqlat(path: Path) -> None:
    """As many waits as the kernel has counted, and about as long in all: while it sleeps, and while it shares a CPU."""
    with _Child() as child, _Child() as other, tool(path, "--pid", str(child.pid)) as ran:
        waited, times = child.scheduled()
        child.sleeps(20)
        for one in (child, other):
            one.tell("work 0.5")
        for one in (child, other):
            one.answer()
        after, more = child.scheduled()
    slots = [row for row in ran.maps["WAITS"][0]["histogram"] if row["count"]]
    count = sum(row["count"] for row in slots)
    # A task that is moved to another CPU waits there without having been woken: the books alone have that.
    assert more - times > 20 and abs(count - (more - times)) <= 2, f"{slots}, not {more - times} waits"
    us = (after - waited) / 1000
    least, most = (sum(row[end] * row["count"] for row in slots) for end in ("low", "high"))
    slack = 500 * count  # the books and the event look at the clock one after the other
    assert us > 100_000 and least <= us + slack and us <= most + slack, f"{us} us, not {least} to {most}: {slots}"


def offcputime(path: Path) -> None:
    """The time that a process slept, under the kernel's stack of a sleep."""
    with _Child() as child, tool(path, "--pid", str(child.pid)) as ran:
        slept = child.sleeps(20)
        stacks = {row["key"]["kernel"]: _functions(ran, row["key"]["kernel"]) for row in _rows(ran, "OFF")}
    waits = ran.entries("OFF")
    assert {(pid, tid) for pid, tid, *_ in waits} == {(child.pid, child.pid)}, waits
    asleep = sum(us for (_, _, kernel, _, _), us in waits.items() if any("nanosleep" in name for name in stacks[kernel]))
    assert 400_000 <= asleep <= slept * 1_000_000, f"{asleep} us of {slept} s: {waits}, {stacks}"
    assert all(user >= 0 for _, _, _, user, _ in waits), waits


def _rows(ran: Ran, name: str) -> list[dict[str, Any]]:
    """The entries as the types in BTF show them."""
    return [row["formatted"] for row in ran.dump(name)]


def _functions(ran: Ran, stack: int) -> list[str]:
    """The kernel's functions in an element of STACKS."""
    data = bytes(int(byte, 16) for byte in ran.get("STACKS", stack.to_bytes(4, "little"))["value"])
    addresses = [address for (address,) in struct.iter_unpack("<Q", data) if address]
    return [_symbols()[bisect.bisect_right(_symbols(), (address, "\x7f")) - 1][1] for address in addresses]


@functools.cache
def _symbols() -> list[tuple[int, str]]:
    rows = (line.split() for line in Path("/proc/kallsyms").read_text().splitlines())
    return sorted((int(row[0], 16), row[2]) for row in rows)


# ---------------------------------------------------------------- connections


def tcplife(path: Path) -> None:
    """Both ends of a connection, of both families: addresses, ports, bytes, and about how long."""
    own_network()
    truth = []
    with tool(path) as ran:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            begun = time.monotonic()
            client, server = _conversation(family, address, 30_000, 7_000)
            truth.append((family, address, client, server, (time.monotonic() - begun) * 1_000_000))
    lives = ran.of(os.getpid())
    assert len(lives) == len(ran.records) == 4, ran.records
    for number, (family, address, client, server, us) in enumerate(truth):
        there = (address, "::") if family == socket.AF_INET else ("0.0.0.0", address)
        # The SYN and the FIN count as a byte each: those of the connecting side were acknowledged, the other's FIN is not yet.
        ends = ((client, server, 30_002, 7_001), (server, client, 7_001, 30_001))
        for life, (local, remote, sent, received) in zip(lives[2 * number : 2 * number + 2], ends):
            said = tuple(life[name] for name in ("family", "lport", "rport", "local", "remote", "local6", "remote6", "tx", "rx"))
            wanted = (family, local, remote, there[0], there[0], there[1], there[1], sent, received)
            assert said == wanted, f"{life}, not {wanted}"
            assert life["comm"] == COMM and 0 < life["us"] <= us, f"{life}, {us} us"
    assert ran.entries("BIRTHS") == {}
    with tool(path, "--port", str(server)) as ran:
        client, server = _conversation(socket.AF_INET, "127.0.0.1", 1, 1)
    assert ran.records == []


def _conversation(family: int, address: str, there: int, back: int) -> tuple[int, int]:
    """The ports of a connection over which so many bytes went; the connecting side ends first."""
    with socket.create_server((address, 0), family=family) as listener:
        client = socket.create_connection(listener.getsockname()[:2])
        server, _ = listener.accept()
        ports = client.getsockname()[1], client.getpeername()[1]
        for one, other, size in ((client, server, there), (server, client, back)):
            one.sendall(bytes(size))
            while size:
                size -= len(other.recv(size))
        client.close()
        assert server.recv(1) == b""
        server.close()
    return ports


# ---------------------------------------------------------------- filters


def devices(path: Path) -> None:
    """Nothing is allowed but what a rule says, from when it says so; what was refused is counted by its numbers."""
    read, write, character = os.O_RDONLY, os.O_WRONLY, 2
    whatever = 0xFFFF_FFFF

    def opens(node: str, flags: int) -> bool:
        try:
            os.close(os.open(f"/dev/{node}", flags))
        except PermissionError:
            return False
        return True

    def rule(minor: int, access: int | None) -> None:
        value = None if access is None else access.to_bytes(4, "little")
        ran.set("RULES", struct.pack("<III", character, 1, minor), value)

    with _cgroup_with_child() as (cgroup, enter), tool(path, "--cgroup", cgroup) as ran:
        rule(9, 2)
        with enter():
            tried = [opens("urandom", read), opens("urandom", write), opens("zero", read), opens("zero", read)]
        rule(whatever, 6)
        with enter():
            tried += [opens("urandom", write), opens("zero", read), opens("null", write)]
        rule(whatever, None)
        with enter():
            tried += [opens("urandom", read), opens("null", write)]
    assert tried == [True, False, False, False, True, True, True, True, False], tried
    assert ran.entries("REFUSED") == {(2, 1, 9): 1, (2, 1, 5): 2, (2, 1, 3): 1}, ran.maps["REFUSED"]


@contextlib.contextmanager
def _cgroup_with_child() -> Iterator[tuple[str, Callable[[], contextlib.AbstractContextManager[None]]]]:
    """A cgroup, and what puts this process into it for a block: bpftool and the tool itself need devices too."""
    with inside_cgroup() as path:
        outside = str(Path(path).parent)

        def move(to: str) -> None:
            Path(to, "cgroup.procs").write_text(str(os.getpid()))

        @contextlib.contextmanager
        def enter() -> Iterator[None]:
            move(path)
            try:
                yield
            finally:
                move(outside)

        move(outside)
        yield path, enter


def xdp_firewall(path: Path) -> None:
    """Packets between two namespaces: those of shut prefixes, of both families, and those above the rate do not arrive; all
    others do."""
    own_network()
    with host() as other:
        join("rucy0", other, "rucy1", (f"{HERE}/24", f"{THERE}/24"), (f"{HERE6}/64", f"{THERE6}/64"))
        other.does(ip, "address", "add", "10.77.0.3/24", "dev", "rucy1")
        with bound(5301, HERE) as four, bound(5301, HERE6) as six:

            def sends(count: int, to: str, source: str, wanted: int) -> None:
                other.does(send_datagrams, to, 5301, count, source)
                seen = arrived(four if ":" not in to else six, wanted)
                assert seen == wanted, f"{seen} of {count} from {source} came, not {wanted}"

            with tool(path, "--interface", "rucy0", "--rate", "10") as ran:
                sends(25, HERE, THERE, 10)
                sends(3, HERE, "10.77.0.3", 3)
                sends(12, HERE6, THERE6, 12)
                ran.set("SHUT", struct.pack("<I4s", 31, socket.inet_aton("10.77.0.2")), bytes(4))
                ran.set("SHUT6", struct.pack("<I16s", 64, socket.inet_pton(socket.AF_INET6, "fd77::")), bytes(4))
                sends(4, HERE, THERE, 0)
                sends(5, HERE, "10.77.0.3", 0)
                sends(2, HERE6, THERE6, 0)
                ran.set("SHUT", struct.pack("<I4s", 32, socket.inet_aton("10.77.0.1")), bytes(4))
                ran.set("SHUT", struct.pack("<I4s", 31, socket.inet_aton("10.77.0.2")), None)
                time.sleep(1)
                sends(7, HERE, THERE, 7)
            sends(30, HERE, THERE, 30)
    assert ran.entries("DROPPED") == {0: 4 + 5 + 2, 1: 15}, ran.maps["DROPPED"]
    assert ran.entries("SOURCES").keys() == {THERE, "10.77.0.3"}, ran.maps["SOURCES"]


# ---------------------------------------------------------------- balancing

VIP = "10.99.0.1"


def tc_balancer(path: Path) -> None:
    """A client, this machine as the router, two backends: each connection goes where the sum of its address and port says, and
    the client sees the service alone. Receivers look at every checksum."""
    own_network()
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    with host() as client, host() as one, host() as two:
        join("rucy0", client, "rucy1", (f"{HERE}/24", f"{THERE}/24"))
        client.does(route, "default", "via", HERE)
        for number, backend in enumerate((one, two)):
            join(f"rucy{number}b", backend, "rucy1", (f"10.88.{number}.1/24", f"10.88.{number}.2/24"))
            backend.does(route, "default", "via", f"10.88.{number}.1")
            backend.does(serve, f"10.88.{number}.2", 8000 + number, f"backend {number}")
        with tool(path, "--interface", "rucy0", "--vip", VIP, "--port", "80", "--backends", "2") as ran:
            for number in (0, 1):
                address = socket.inet_aton(f"10.88.{number}.2") + (8000 + number).to_bytes(2, "big")
                ran.set("POOL", number.to_bytes(4, "little"), address.ljust(16, b"\0"))
            seen = [client.does(asks, kind, VIP, 80, port) for kind in (STREAM, DATAGRAM) for port in range(4000, 4010)]
            direct = client.does(asks, STREAM, "10.88.0.2", 8000, 4100)
        assert direct == ("backend 0", ("10.88.0.2", 8000))
        with contextlib.suppress(AssertionError):
            client.does(asks, DATAGRAM, VIP, 80, 4200)
            raise RuntimeError("it answers without the balancer")
        errors = [each.does(checksum_errors) for each in (client, one, two)]
    picks = [(int.from_bytes(socket.inet_aton(THERE), "big") + port) % 2 for port in range(4000, 4010)] * 2
    assert seen == [(f"backend {pick}", (VIP, 80)) for pick in picks], seen
    assert errors == [0, 0, 0], errors
    flows = {(6 if number < 10 else 17, port) for number, port in enumerate([*range(4000, 4010)] * 2)}
    assert {(key["protocol"], key["cport"]) for key in (row["key"] for row in ran.maps["FLOWS"])} == flows, ran.maps["FLOWS"]
    assert sum(row["value"]["packets"] for row in ran.maps["POOL"]) >= 10 * 4 + 10, ran.maps["POOL"]


STREAM, DATAGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM


def serve(address: str, port: int, name: str) -> None:
    """TCP and UDP, in a process of its own that goes with this one: says its name twice to whoever asks."""
    streams = socket.create_server((address, port))
    datagrams = bound(port, address)
    if os.fork():
        return
    ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
    while ready := select.select([streams, datagrams], [], [])[0]:
        if streams in ready:
            with streams.accept()[0] as client:
                client.sendall(client.recv(100) + name.encode())
        if datagrams in ready:
            said, client_address = datagrams.recvfrom(100)
            datagrams.sendto(said + name.encode(), client_address)


def asks(kind: int, address: str, port: int, from_port: int) -> tuple[str, tuple[str, int]]:
    """(the server's name, the address that the answer comes from)."""
    with socket.socket(socket.AF_INET, kind) as client:
        client.settimeout(5)
        client.bind((THERE, from_port))
        if kind == DATAGRAM:
            client.sendto(b"hello ", (address, port))
            said, peer = client.recvfrom(100)
        else:
            client.connect((address, port))
            client.sendall(b"hello ")
            said, peer = b"", client.getpeername()
            while part := client.recv(100):
                said += part
    assert said.startswith(b"hello ")
    return said.decode().removeprefix("hello "), peer


def checksum_errors() -> int:
    """What the kernel has dropped for a wrong sum: of IP, TCP and UDP."""
    count = 0
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    for names, values in zip(lines[::2], lines[1::2]):
        count += sum(int(value) for name, value in zip(names, values) if name == "InCsumErrors")
    return count


# ---------------------------------------------------------------- limits


def limiter(path: Path) -> None:
    """As many datagrams as the burst go out at once; then as many more as the timer has had time for; each address by itself."""
    own_network()
    with host() as other:
        join("rucy0", other, "rucy1", (f"{HERE}/24", f"{THERE}/24"), ("10.78.0.1/24", "10.78.0.2/24"))
        other.does(listen, 5301)
        with tool(path, "--interface", "rucy0", "--burst", "20", "--refill", "5") as ran:
            _sends_to(THERE, 50)
            first, begun = ran.dump("BUCKETS"), time.monotonic()
            _sends_to("10.78.0.2", 15)
            while _bucket(ran, THERE)["tokens"] < 20:  # four shots of the timer
                assert time.monotonic() < begun + 20, "the timer does not fill the bucket"
                time.sleep(0.05)
            filled = time.monotonic() - begun
            time.sleep(0.3)
            full = _bucket(ran, THERE)
            _sends_to(THERE, 7)
            more = _bucket(ran, THERE)
            seen = other.does(heard, 5301)
    assert len(first) == 1, first
    early = full["sent"] - 20  # what the timer gave already while the fifty were sent
    assert early >= 0 and early % 5 == 0 and full["sent"] + full["dropped"] == 50, full
    assert filled >= 0.25, f"filled after {filled} s"
    assert (full["tokens"], full["running"], more["sent"]) == (20, 0, full["sent"] + 7), (full, more)
    assert seen == full["sent"] + 7 + 15, f"{seen} came of {full['sent']} + 7 + 15"
    buckets = ran.entries("BUCKETS")
    assert {to: row["sent"] for to, row in buckets.items()} == {THERE: full["sent"] + 7, "10.78.0.2": 15}, buckets


def _sends_to(address: str, count: int) -> None:
    """A datagram that the program refuses is an error of the sender's, ENOBUFS, or none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(count):
            with contextlib.suppress(OSError):
                sender.sendto(b"x", (address, 5301))


def _bucket(ran: Ran, address: str) -> dict[str, Any]:
    (row,) = (row for row in _rows(ran, "BUCKETS") if row["key"] == int.from_bytes(socket.inet_aton(address), "little"))
    return dict(row["value"])


_listening: dict[int, socket.socket] = {}


def listen(port: int) -> None:
    _listening[port] = bound(port, "0.0.0.0")


def heard(port: int) -> int:
    return arrived(_listening[port], 0)


CHECKS = (
    Check("devices", devices),
    Check("execsnoop", execsnoop),
    Check("limiter", limiter, since=(5, 15)),
    Check("offcputime", offcputime),
    Check("opensnoop", opensnoop),
    Check("runqlat", runqlat),
    Check("tc_balancer", tc_balancer),
    Check("tcplife", tcplife),
    Check("vfsstat", vfsstat, lab=True),
    Check("xdp_firewall", xdp_firewall),
)
