"""Each program of tools/ against something that the test makes happen: what it prints is held against the truth.

Plain functions of an executable's path, run on the host and in the guests of the lab, each in a process of its own. Traffic stays
in namespaces of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.load.firing import inside_cgroup, own_network
from tests.tools.network import arrived, bound, host, ip, join, route, send_datagrams
from tests.tools.running import Ran, Row, ended, tool

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
    """Every open of this process, in order, with how it was asked for and what it gave."""
    long = "/nonexistent/" + "x" * 280
    made = tempfile.mkdtemp()
    truth = []
    with tool(path, "--pid", str(os.getpid())) as ran:
        for name, flags, mode in (
            ("/etc/passwd", os.O_RDONLY, "r"), (f"{made}/new file", os.O_RDWR | os.O_CREAT, "rw,creat"),
            (f"{made}/new file", os.O_WRONLY | os.O_TRUNC | os.O_APPEND, "w,trunc,append"),
            (made, os.O_RDONLY | os.O_DIRECTORY, "r,directory"), (long, os.O_WRONLY, "w"), ("", 0, "r"),
        ):  # fmt: skip
            try:
                fd, error = os.open(name, flags), ""
                os.close(fd)
            except OSError as failed:
                fd, error = None, errno.errorcode[failed.errno]
            shown = "" if fd is None else fd
            truth.append(f"{os.getpid():<7} {COMM:<16} {shown:>4} {error:<8} {mode:<10} {name[:254]}".rstrip())
    head, *lines = ran.lines
    assert head == "PID     COMM               FD ERROR    MODE       PATH", head
    assert [line for line in lines if line in truth] == truth, f"{ran.text}, not {truth}"
    assert {line.split()[0] for line in lines} == {str(os.getpid())}, ran.text
    with tool(path, "--pid", str(os.getpid()), "--failed", "--json") as ran:
        os.close(os.open("/etc/passwd", os.O_RDONLY))
        with contextlib.suppress(FileNotFoundError):
            os.open("/nonexistent/a\nb", os.O_RDONLY)
    row = {"pid": os.getpid(), "comm": COMM, "fd": None, "error": "ENOENT", "mode": "r", "path": "/nonexistent/a\nb"}
    assert ran.rows == [row], ran.text


def execsnoop(path: Path) -> None:
    """Two calls of a child of ours, of which one fails: the arguments, cut to their room, and what came of them."""
    arguments = ["/bin/true", "two words", "", "x" * 100, *map(str, range(20))]

    def child() -> int:
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(FileNotFoundError):
                os.execv("/nonexistent/program", ["program", "-v"])
            os.execv(arguments[0], arguments)
        assert os.waitpid(pid, 0)[1] == 0
        return pid

    with tool(path, "--failed") as ran:
        pid = child()
    shown = ["/bin/true", '"two words"', '""', "x" * 63, *map(str, range(16)), "…"]
    who = f"{pid:<7} {os.getpid():<7} {os.getuid():<10} {COMM:<16}"  # no user has a name in there
    head, *lines = ran.lines
    assert head == "PID     PPID    USER       COMM             RESULT  ARGS", head
    truth = [f"{who} ENOENT  program -v", f"{who} ok      {' '.join(shown)}"]
    assert [line for line in lines if line.startswith(f"{pid} ")] == truth, f"{ran.text}, not {truth}"
    with tool(path, "--json", "--uid", str(os.getuid())) as ran:
        pid = child()
    cut = ["/bin/true", "two words", "", "x" * 63, *map(str, range(16)), "…"]
    row = {"pid": pid, "ppid": os.getpid(), "user": str(os.getuid()), "comm": COMM, "result": "ok", "args": cut}
    assert [one for one in ran.rows if one["pid"] == pid] == [row], ran.text


def vfsstat(path: Path) -> None:
    """What nobody else does is counted to the call; what everybody does, at least as often as we did it. All lines together, of
    which the last counts what came after the last whole second."""
    with _own_tmpfs() as folder, tool(path) as ran:
        for number in range(7):
            os.mkdir(f"{folder}/{number}")
        for number in range(5):
            os.rmdir(f"{folder}/{number}")
        lines = len(ran.lines)
        ran.until(lambda: len(ran.lines) > lines, "it prints no line")
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
    head, *rows = [line.split() for line in ran.lines]
    assert head == ["TIME", "READ", "WRITE", "FSYNC", "OPEN", "CREATE", "UNLINK", "MKDIR", "RMDIR"], head
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d", row[0]) for row in rows), ran.text
    calls = {name: sum(int(row[at]) for row in rows) for at, name in enumerate(head) if at}
    ours = {"MKDIR": 7, "RMDIR": 5, "CREATE": 4, "UNLINK": 3, "FSYNC": 11}
    # Some kernels' compilers put one or the other of these into its callers, where no probe sees it.
    seen = {name: calls[name] for name in ours if calls[name]}
    assert seen.items() <= ours.items() and len(seen) >= 3, calls
    assert calls["WRITE"] >= 11 and calls["READ"] >= 9 and calls["OPEN"] >= 1, calls


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
    with _Child() as child, _Child() as other:
        with tool(path, "--pid", str(child.pid)) as ran:
            waited, times = child.scheduled()
            child.sleeps(20)
            for one in (child, other):
                one.tell("work 0.5")
            for one in (child, other):
                one.answer()
            after, more = child.scheduled()
        with tool(path, "--pid", str(child.pid), "--json", "--interval", "0x1000") as again:
            _, before = child.scheduled()
            child.sleeps(5)
            _, later = child.scheduled()
    assert ran.lines[0] == "microseconds:", ran.text
    slots = [_slot(line) for line in ran.lines[1:]]
    count = sum(slot[2] for slot in slots)
    # A task that is moved to another CPU waits there without having been woken: the books alone have that.
    assert more - times > 20 and abs(count - (more - times)) <= 2, f"{slots}, not {more - times} waits"
    us = (after - waited) / 1000
    least, most = (sum(slot[end] * slot[2] for slot in slots) for end in (0, 1))
    slack = 500 * count  # the books and the event look at the clock one after the other
    assert us > 100_000 and least <= us + slack and us <= most + slack, f"{us} us, not {least} to {most}: {slots}"
    (row,) = again.rows
    count = sum(slot["count"] for slot in row["histogram"])
    assert row["map"] == "WAITS" and abs(count - (later - before)) <= 2, f"{row}, not {later - before} waits"


def _slot(line: str) -> tuple[int, int, int]:
    """(least, most, count) of `[512, 1K)  21 |@@   |`."""
    found = re.fullmatch(r"  \[(\w+)(?:, (\w+)\)|\]) +(\d+) \|@* *\|", line)
    assert found, line
    low = _number(found[1])
    return low, _number(found[2]) - 1 if found[2] else low, int(found[3])


def _number(text: str) -> int:
    unit = "KMG".find(text[-1])
    return int(text) if unit < 0 else int(text[:-1]) << 10 * (unit + 1)


def offcputime(path: Path) -> None:
    """The time that a process slept, under the kernel's stack of a sleep and the process's own."""
    with _Child() as child:
        me = ("--pid", str(child.pid))
        with tool(path, *me, "--json") as ran:
            slept = child.sleeps(20)
        with tool(path, *me, "--top", "1") as text:
            longest = child.sleeps(5)
        with tool(path, *me, "--folded") as folded:
            child.sleeps(5)
    rows = ran.rows
    assert {(row["pid"], row["tid"], row["comm"]) for row in rows} == {(child.pid, child.pid, COMM)}, rows
    assert [row["us"] for row in rows] == sorted(row["us"] for row in rows), rows
    assert all("sched" in row["kernel"][0] for row in rows), rows
    sleeps = [row for row in rows if any("nanosleep" in name for name in row["kernel"])]
    asleep = sum(row["us"] for row in sleeps)
    assert 400_000 <= asleep <= slept * 1_000_000, f"{asleep} us of {slept} s: {rows}"
    assert all("nanosleep" in row["user"][0] for row in sleeps), sleeps
    *frames, end, last = text.lines
    at = frames.index("    --")
    assert all(re.fullmatch(r"    \S.*", frame) for frame in frames) and last == "", text.text
    assert "sched" in frames[0] and any("schedule" in frame for frame in frames[:at]) and len(frames) > at + 1, text.text
    found = re.fullmatch(re.escape(f"{COMM} ({child.pid})  ") + r"([\d.]+) (us|ms|s)", end)
    assert found and 0 < float(found[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1}[found[2]] <= longest, f"{longest} s: {text.text}"
    lines = [line for line in folded.lines if "nanosleep" in line]
    assert all(re.fullmatch(re.escape(f"{COMM};") + r".+;\S*sched\S* \d+", line) for line in lines), folded.text
    assert sum(int(line.split()[-1]) for line in lines) >= 100_000, folded.text


# ---------------------------------------------------------------- connections


def tcplife(path: Path) -> None:
    """Both ends of a connection, of both families: addresses, ports, bytes, and about how long."""
    own_network()
    truth = []
    with tool(path) as ran:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            begun = time.monotonic()
            client, server = _conversation(family, address, 30_000, 7_000)
            truth.append((address, client, server, (time.monotonic() - begun) * 1000))
    head, *lines = [line.split() for line in ran.lines]
    known = {str(port) for _, *ports, _ in truth for port in ports}
    lines = [line for line in lines if known & {line[3], line[5]}]  # others of this machine may end meanwhile
    assert head == ["PID", "COMM", "LADDR", "LPORT", "RADDR", "RPORT", "TX", "RX", "MS"], head
    assert len({line.index(lines[0][2]) for line in ran.lines[1:3]} | {ran.lines[0].index("LADDR")}) == 1, ran.text
    assert len(lines) == 4, ran.text
    for number, (address, client, server, ms) in enumerate(truth):
        # The SYN and the FIN count as a byte each: those of the connecting side were acknowledged, the other's FIN is not yet.
        ends = ((client, server, 30_002, 7_001), (server, client, 7_001, 30_001))
        for life, (local, remote, sent, received) in zip(lines[2 * number : 2 * number + 2], ends):
            wanted = [os.getpid(), COMM, address, local, address, remote, sent, received]
            assert life[:-1] == [str(word) for word in wanted], f"{life}, not {wanted}"
            assert 0 < float(life[-1]) <= ms, f"{life}, {ms} ms"
    with tool(path, "--port", "8080", "--json") as ran:
        _conversation(socket.AF_INET, "127.0.0.1", 1, 1)
        client, _ = _conversation(socket.AF_INET, "127.0.0.1", 1, 2, port=8080)
    (row,) = ran.rows
    ms = row.pop("ms")
    assert ms > 0 and row == {
        "pid": os.getpid(), "comm": COMM, "laddr": "127.0.0.1", "lport": client, "raddr": "127.0.0.1", "rport": 8080, "tx": 3,
        "rx": 3,
    }, row  # fmt: skip


def _conversation(family: int, address: str, there: int, back: int, port: int = 0) -> tuple[int, int]:
    """The ports of a connection over which so many bytes went; the connecting side ends first."""
    with socket.create_server((address, port), family=family) as listener:
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
    """Nothing is allowed but what a rule says; what was refused is counted by its numbers."""
    read, write = os.O_RDONLY, os.O_WRONLY

    def opens(node: str, flags: int) -> bool:
        try:
            os.close(os.open(f"/dev/{node}", flags))
        except PermissionError:
            return False
        return True

    with _cgroup_with_child() as (mount, cgroup, enter):
        place = ("--cgroup", f"/sys/fs/cgroup/{os.path.relpath(cgroup, mount)}")
        with tool(path, *place, "c 1:9 r", "c 1:3 rw", cgroups=mount) as ran, enter():
            tried = [opens("urandom", read), opens("urandom", write), opens("zero", read), opens("zero", read)]
            tried.append(opens("null", write))
        assert tried == [True, False, False, False, True], tried
        head, columns, *refused = [line.split() for line in ran.view]
        assert (head, columns) == (["2", "rules"], ["TYPE", "DEVICE", "REFUSED"]), ran.text
        assert sorted(refused) == [["c", "1:5", "2"], ["c", "1:9", "1"]], ran.text
        with tool(path, *place, "c 1:* rw", "--json", cgroups=mount) as ran, enter():
            tried = [opens("urandom", write), opens("zero", read), opens("null", write), opens("tty", read)]
        assert tried == [True, True, True, False], tried
        assert ran.rows[-1] == {"type": "c", "device": "5:0", "refused": 1}, ran.text
    for rule in ("c 1:9 x", "c 1 r"):
        wrong = ended(path, rule)
        assert wrong == (1, "", f'`{rule}` is no rule; one is "c 1:9 rw"\n'), wrong


@contextlib.contextmanager
def _cgroup_with_child() -> Iterator[tuple[str, str, Callable[[], contextlib.AbstractContextManager[None]]]]:
    """Where cgroups are mounted, one of them, and what puts this process into it for a block: the tool needs devices too."""
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
        yield outside, path, enter


def xdp_firewall(path: Path) -> None:
    """Packets between two namespaces: those of shut prefixes, of both families, and those above the rate do not arrive; all
    others do."""
    own_network()
    with host() as other:
        join("rucy0", other, "rucy1", (f"{HERE}/24", f"{THERE}/24"), (f"{HERE6}/64", f"{THERE6}/64"))
        for address in ("10.77.0.3/24", "10.77.0.8/24", "10.77.0.9/24"):
            other.does(ip, "address", "add", address, "dev", "rucy1")
        other.does(ip, "address", "add", "fd77::9/64", "dev", "rucy1", "nodad")
        with bound(5301, HERE) as four, bound(5301, HERE6) as six:

            def sends(count: int, to: str, source: str, wanted: int, most: int = 0) -> int:
                other.does(send_datagrams, to, 5301, count, source)
                seen = arrived(four if ":" not in to else six, wanted)
                assert wanted <= seen <= max(wanted, most), f"{seen} of {count} from {source} came, not {wanted}"
                return seen

            with tool(path, "--interface", "rucy0", "--rate", "10", "10.77.0.8/31", "fd77::9") as ran:
                first = sends(25, HERE, THERE, 10, 24)  # more than the rate where the second is over before all are sent
                sends(3, HERE, "10.77.0.3", 3)
                sends(12, HERE6, THERE6, 12)
                sends(4, HERE, "10.77.0.8", 0)
                sends(5, HERE, "10.77.0.9", 0)
                sends(2, HERE6, "fd77::9", 0)
                time.sleep(1)
                sends(7, HERE, THERE, 7)
            sends(30, HERE, THERE, 30)
            sends(2, HERE, "10.77.0.8", 2)
    assert [line.split() for line in ran.view] == [["REASON", "DROPPED"], ["prefix", "11"], ["rate", str(25 - first)]], ran.text
    wrong = ended(path, "--interface", "rucy0", "10.77.0.0/33")
    assert wrong.status == 1 and "10.77.0.0/33 is no prefix: behind the / stands a number up to 32" in wrong.err, wrong


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
        backends = [f"10.88.{number}.2:{8000 + number}" for number in (0, 1)]
        with tool(path, "--interface", "rucy0", "--vip", VIP, "--port", "80", *backends) as ran:
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
    head, *rows = [line.split() for line in ran.view]
    assert head == ["BACKEND", "PACKETS", "FLOWS"], ran.text
    assert [(name, int(flows)) for name, _, flows in rows] == [(backends[0], 10), (backends[1], 10)], ran.text
    assert sum(int(packets) for _, packets, _ in rows) >= 10 * 4 + 10, ran.text
    wrong = ended(path, "--interface", "rucy0")
    assert wrong == (1, "", "name 1 to 64 backends, such as 10.0.1.7:8080\n"), wrong
    wrong = ended(path, "--interface", "rucy0", "10.0.1.7")
    assert wrong == (1, "", "`10.0.1.7` is no backend; one is 10.0.1.7:8080\n"), wrong


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
        words = ("--interface", "rucy0", "--burst", "20", "--refill", "5", "--interval", "0.1")
        with tool(path, *words) as ran:
            begun = time.monotonic()
            _sends_to(THERE, 50)
            _sends_to("10.78.0.2", 15)
            # four shots of the timer
            ran.until(lambda: _bucket(ran, THERE).get("tokens") == 20, "the timer does not fill the bucket")
            filled = time.monotonic() - begun
            time.sleep(0.5)
            full, running = _bucket(ran, THERE), [row["value"]["running"] for row in ran.dump("BUCKETS")]
            _sends_to(THERE, 7)
            seen = other.does(heard, 5301)
    early = full["sent"] - 20  # what the timer gave already while the fifty were sent
    assert early >= 0 and full["sent"] + full["dropped"] == 50, full
    assert filled >= 0.25, f"filled after {filled} s"
    assert full["tokens"] == 20 and running == [0, 0], (full, running)
    assert seen == full["sent"] + 7 + 15, f"{seen} came of {full['sent']} + 7 + 15"
    head, columns, *_ = [line.split() for line in ran.view]
    assert (head, columns) == (["2", "addresses"], ["ADDRESS", "SENT", "DROPPED", "TOKENS"]), ran.text
    sent = {address: _bucket(ran, address)["sent"] for address in (THERE, "10.78.0.2")}
    assert sent == {THERE: full["sent"] + 7, "10.78.0.2": 15}, ran.text


def _sends_to(address: str, count: int) -> None:
    """A datagram that the program refuses is an error of the sender's, ENOBUFS, or none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(count):
            with contextlib.suppress(OSError):
                sender.sendto(b"x", (address, 5301))


def _bucket(ran: Ran, address: str) -> Row:
    """What the last view says of an address; {} where it has none."""
    for line in ran.view[2:]:
        at, sent, dropped, tokens = line.split()
        if at == address:
            return {"sent": int(sent), "dropped": int(dropped), "tokens": int(tokens)}
    return {}


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
