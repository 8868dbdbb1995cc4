"""One link kind each: attach, make the hook fire, see that it did, detach, see that it does no longer.

Plain functions of an object's bytes, without pytest: they run on the host and in the guests of the kernel lab. Each
runs in a process of its own, which may enter a cgroup or a network namespace. Traffic stays in that namespace.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from rucy.kernel import attachtypes, hooks, progtypes
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import libbpf
from rucy.loader.objects import Loaded, prog_info
from rucy.loader.probe import cgroup2_mount

_CLONE_NEWNET = 0x40000000  # include/uapi/linux/sched.h
_ETHERTYPE = 0x88B5  # for local experiments, IEEE 802; nothing else sends it


class Scenario(NamedTuple):
    """result: what the object's one program, `counts`, returns; None: 0, and it counts its own process's runs only.
    where: "lab" if the running kernel need not have the kind."""

    name: str
    hook: str
    target: str
    result: int | None
    fire: Callable[[Loaded, str], None]
    where: str = "any"

    def build(self) -> bytes:
        from tests.load.programs import counting, counting_own

        section = hooks.BY_WORD[self.hook].section.format(*self.target.split(":"))
        return counting_own(section) if self.result is None else counting(section, self.result)

    def run(self, data: bytes) -> None:
        """Load, fire, close; then nothing of it is left in the kernel."""
        with opened(data, self.hook, self.target) as loaded:
            loaded.load()
            ids = [int(prog_info(loaded.program_fd("counts")).id)]
            if self.result is None:
                loaded.write_global("want", os.getpid().to_bytes(4, "little"))
            self.fire(loaded, self.target)
            links = [link.id for link in loaded.links if link.id is not None]
        gone("bpf_prog_get_next_id", ids)
        gone("bpf_link_get_next_id", links)


def opened(data: bytes, hook: str, target: str = "") -> Loaded:
    """The object with each program's type set from the hook's row."""
    row = hooks.BY_WORD[hook]
    kind = progtypes.BY_NAME[row.prog_type].id
    attach_type = attachtypes.BY_NAME[row.attach_type].id if row.attach_type else None
    loaded = Loaded.open_object(data)
    checked = target if row.link in ("trace", "tp_btf") else None
    loaded.set_program_types({info.name: (kind, attach_type, checked) for info in loaded.programs})
    return loaded


def hits(loaded: Loaded) -> int:
    return int.from_bytes(loaded.read_global("hits"), "little")


def ids(walk: str) -> set[int]:
    found, number = set(), ctypes.c_uint32(0)
    while not libbpf().call(walk, number, ctypes.byref(number)):
        found.add(number.value)
    return found


def gone(walk: str, mine: list[int]) -> None:
    """The kernel frees what was detached a little later (RCU); others may load programs meanwhile."""
    end = time.monotonic() + 20
    while left := ids(walk) & set(mine):
        assert time.monotonic() < end, f"{walk}: {left} still in the kernel"
        time.sleep(0.02)


def traced(loaded: Loaded, target: str) -> None:
    """getpgid(2) in our own process, for the tracing kinds."""
    name = hooks_link(loaded)
    link = loaded.attach("counts", name, target)
    os.getpgid(0)
    assert hits(loaded) >= 1, "the probe did not fire"
    link.close()
    last = hits(loaded)
    os.getpgid(0)
    assert hits(loaded) == last, "the probe fired after it was detached"
    link.close()


def hooks_link(loaded: Loaded) -> str:
    """The link kind of the program's section's first word."""
    word = loaded.programs[0].section.split("/")[0]
    return hooks.BY_WORD[word].link


@contextlib.contextmanager
def inside_cgroup() -> Iterator[str]:
    """A new cgroup with this process in it, both undone."""
    mount = cgroup2_mount()
    assert mount is not None, "cgroup2 is not mounted"
    path = f"{mount}/rucy-test-{os.getpid()}"
    with open("/proc/self/cgroup") as file:
        before = next(line.rstrip("\n").split(":", 2)[2] for line in file if line.startswith("0::"))
    os.mkdir(path)
    try:
        enter_cgroup(path)
        yield path
    finally:
        enter_cgroup(mount + before.rstrip("/"))
        os.rmdir(path)


def enter_cgroup(path: str) -> None:
    with open(f"{path}/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))


@contextlib.contextmanager
def refused_by_kernel() -> Iterator[None]:
    try:
        yield
    except PermissionError:
        return
    raise AssertionError("the program did not refuse it")


def forbidden_in_cgroup(action: Callable[[], None]) -> Callable[[Loaded, str], None]:
    """`action` gets EPERM while a program that returns 0 is attached to our cgroup, and only then."""

    def fire(loaded: Loaded, target: str) -> None:
        own_network()
        with inside_cgroup() as path:
            action()
            link = loaded.attach("counts", "cgroup", cgroup=path)
            with refused_by_kernel():
                action()
            assert hits(loaded) >= 1
            link.close()
            action()

    return fire


def make_socket() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def connect_socket() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", 9))


def send_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", 9))


def bind_socket() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))


def open_urandom() -> None:
    os.close(os.open("/dev/urandom", os.O_RDONLY))


def received_in_cgroup(loaded: Loaded, target: str) -> None:
    """A datagram over loopback is not delivered while an ingress program returns 0."""
    own_network()
    with (
        inside_cgroup() as path,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))

        def arrives() -> bool:
            sender.sendto(b"x", receiver.getsockname())
            with contextlib.suppress(BlockingIOError):  # loopback delivers before sendto returns
                return receiver.recv(1, socket.MSG_DONTWAIT) == b"x"
            return False

        assert arrives()
        link = loaded.attach("counts", "cgroup", cgroup=path)
        assert not arrives()
        assert hits(loaded) >= 1
        link.close()
        assert arrives()


def own_network() -> None:
    """A network namespace for this process, with loopback up."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(_CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def own_pair() -> None:
    """The same with a veth pair, rucy0 and rucy1."""
    own_network()
    subprocess.run(["ip", "link", "add", "rucy0", "type", "veth", "peer", "name", "rucy1"], check=True)
    for name in ("rucy0", "rucy1"):
        subprocess.run(["ip", "link", "set", name, "up"], check=True)


def frame_arrives() -> bool:
    """Whether a frame sent from rucy1 reaches rucy0."""
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as receiver,
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender,
    ):
        receiver.bind(("rucy0", _ETHERTYPE))
        receiver.settimeout(0.5)
        sender.bind(("rucy1", 0))
        with contextlib.suppress(OSError):  # ENOBUFS: dropped on the way out
            sender.send(b"\xff" * 6 + b"\x02" + b"\0" * 5 + _ETHERTYPE.to_bytes(2, "big") + b"rucy" * 12)
        try:
            return b"rucy" in receiver.recv(100)
        except TimeoutError:
            return False


def packets(kind: str, interface: str, mode: str | None = None) -> Callable[[Loaded, str], None]:
    """Frames from rucy1 to rucy0 are dropped while the program is attached, and only then."""

    def fire(loaded: Loaded, target: str) -> None:
        own_pair()
        assert frame_arrives()
        link = loaded.attach("counts", kind, interface=interface, mode=mode)
        assert not frame_arrives()
        assert hits(loaded) >= 1
        link.close()
        assert frame_arrives()
        shown = subprocess.check_output(["tc", "qdisc", "show", "dev", interface], text=True)
        assert "clsact" not in shown

    return fire


def filtered_socket(loaded: Loaded, target: str) -> None:
    own_network()
    link = loaded.attach("counts", "socket", interface="lo")
    send_datagram()
    first = hits(loaded)
    assert first >= 1
    link.close()
    send_datagram()
    assert hits(loaded) == first


def filtered_given_socket(loaded: Loaded, target: str) -> None:
    """A datagram that the filter cuts to 0 bytes does not reach the socket that it is on."""
    own_network()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        link = loaded.attach("counts", "socket", socket=receiver.fileno())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", receiver.getsockname())
            assert hits(loaded) == 1
            link.close()
            sender.sendto(b"y", receiver.getsockname())
        assert receiver.recv(10, socket.MSG_DONTWAIT) == b"y"
    assert hits(loaded) == 1


def shared_queue(loaded: Loaded, target: str) -> None:
    """A qdisc of ours goes with the last filter on it, in whatever order they go; one that was there stays."""
    own_pair()
    subprocess.run(["tc", "qdisc", "add", "dev", "rucy1", "clsact"], check=True)
    first = loaded.attach("counts", "tc_ingress", interface="rucy0")
    second = loaded.attach("counts", "tc_ingress", interface="rucy0")
    third = loaded.attach("counts", "tc_egress", interface="rucy0")
    there = loaded.attach("counts", "tc_egress", interface="rucy1")
    first.close()
    third.close()
    assert not frame_arrives(), "the second filter went with the first"
    second.close()
    there.close()
    assert frame_arrives()
    assert "clsact" not in subprocess.check_output(["tc", "qdisc", "show", "dev", "rucy0"], text=True)
    assert "clsact" in subprocess.check_output(["tc", "qdisc", "show", "dev", "rucy1"], text=True)


def killed_while_attached(loaded: Loaded, kind: str) -> None:
    """A process attaches to rucy0 and is killed at once."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        loaded.attach("counts", kind, interface="rucy0")
        os.write(write, b"attached")
        signal.pause()
    os.close(write)
    assert os.read(read, 8) == b"attached"
    os.close(read)
    assert not frame_arrives()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def queue_of(interface: str) -> str:
    return subprocess.check_output(["tc", "qdisc", "show", "dev", interface], text=True)


def left_filters(loaded: Loaded, target: str) -> None:
    """Filters of killed processes stay, until the next of ours attaches to that interface: it removes them, and no others. The
    qdisc that the first of them made goes with its own last filter."""
    own_pair()
    for _ in range(2):
        killed_while_attached(loaded, "tc_ingress")
    assert not frame_arrives() and "clsact" in queue_of("rucy0")
    there = loaded.attach("counts", "tc_egress", interface="rucy0")
    assert frame_arrives()
    other = loaded.attach("counts", "tc_ingress", interface="rucy0")
    in_other = os.fork()
    if in_other == 0:  # a third process, beside two filters of a living one
        loaded.attach("counts", "tc_egress", interface="rucy0").close()
        os._exit(0)
    assert os.waitpid(in_other, 0)[1] == 0
    assert not frame_arrives()
    other.close()
    assert "clsact" in queue_of("rucy0")
    there.close()
    assert frame_arrives() and "clsact" not in queue_of("rucy0")


def killed_with_a_link(loaded: Loaded, target: str) -> None:
    """A tcx link goes with its process. On a kernel without them it is a filter, which the next removes."""
    own_pair()
    link = loaded.attach("counts", "tcx_ingress", interface="rucy0")
    by_link = "clsact" not in queue_of("rucy0")
    assert by_link == (link.id is not None)
    link.close()
    killed_while_attached(loaded, "tcx_ingress")
    if not by_link:
        assert not frame_arrives()
        loaded.attach("counts", "tcx_egress", interface="rucy0").close()
    end = time.monotonic() + 20
    while not frame_arrives():
        assert time.monotonic() < end
    assert "clsact" not in queue_of("rucy0")


def newest_first(kind: str) -> Callable[[Loaded, str], None]:
    """A second program of that kind is asked before the first."""

    def fire(loaded: Loaded, target: str) -> None:
        from tests.load.programs import counting

        own_pair()
        first = loaded.attach("counts", kind, interface="rucy0")
        assert not frame_arrives()
        with opened(counting("tc", -1), "tc_ingress") as passes:  # TC_ACT_UNSPEC: the next decides
            passes.load()
            passes.attach("counts", kind, interface="rucy0")
            before = hits(loaded), hits(passes)
            assert not frame_arrives()
            assert hits(loaded) > before[0] and hits(passes) > before[1]
        with opened(counting("tc", 0), "tc_ingress") as accepts:
            accepts.load()
            accepts.attach("counts", kind, interface="rucy0")
            assert frame_arrives()
        first.close()

    return fire


def lists_what_is_missing(loaded: Loaded, target: str) -> None:
    """A wrong target is words, not an OSError."""
    try:
        loaded.attach("counts", hooks_link(loaded), target)
    except LoadError as error:
        assert "no" in error.message
        assert error.status == 77
    else:
        raise AssertionError("attached to nothing")


_GETPGID = "__x64_sys_getpgid"
_EVENT = "syscalls:sys_enter_getpgid"

SCENARIOS = (
    #        name                  hook                  target       result fire
    Scenario("tracepoint",         "tracepoint",         _EVENT,      None,  traced),
    Scenario("raw_tracepoint",     "raw_tracepoint",     "sys_enter", None,  traced),
    Scenario("tp_btf",             "tp_btf",             "sys_enter", None,  traced),
    Scenario("kprobe",             "kprobe",             _GETPGID,    None,  traced, "lab"),
    Scenario("kretprobe",          "kretprobe",          _GETPGID,    None,  traced, "lab"),
    Scenario("fentry",             "fentry",             _GETPGID,    None,  traced, "lab"),
    Scenario("fexit",              "fexit",              _GETPGID,    None,  traced, "lab"),
    Scenario("no_tracepoint",      "tracepoint",         "no:such",   None,  lists_what_is_missing),
    Scenario("no_raw_tracepoint",  "raw_tracepoint",     "no_such",   None,  lists_what_is_missing),
    Scenario("no_kprobe",          "kprobe",             "no_such",   None,  lists_what_is_missing),
    Scenario("xdp_generic",        "xdp",                "",          1,     packets("xdp", "rucy0", "generic")),
    Scenario("xdp",                "xdp",                "",          1,     packets("xdp", "rucy0")),
    Scenario("tc_ingress",         "tc_ingress",         "",          2,     packets("tc_ingress", "rucy0")),
    Scenario("tc_egress",          "tc_egress",          "",          2,     packets("tc_egress", "rucy1")),
    Scenario("tc_shared",          "tc_ingress",         "",          2,     shared_queue),
    Scenario("tc_left",            "tc_ingress",         "",          2,     left_filters),
    Scenario("tc_newest",          "tc_ingress",         "",          2,     newest_first("tc_ingress")),
    Scenario("tcx_ingress",        "tc_ingress",         "",          2,     packets("tcx_ingress", "rucy0")),
    Scenario("tcx_egress",         "tc_egress",          "",          2,     packets("tcx_egress", "rucy1")),
    Scenario("tcx_newest",         "tc_ingress",         "",          2,     newest_first("tcx_ingress")),
    Scenario("tcx_killed",         "tc_ingress",         "",          2,     killed_with_a_link),
    Scenario("socket",             "socket_filter",      "",          0,     filtered_socket),
    Scenario("socket_given",       "socket_filter",      "",          0,     filtered_given_socket),
    Scenario("cgroup_device",      "cgroup_device",      "",          0,     forbidden_in_cgroup(open_urandom)),
    Scenario("cgroup_egress",      "cgroup_egress",      "",          0,     forbidden_in_cgroup(send_datagram)),
    Scenario("cgroup_ingress",     "cgroup_ingress",     "",          0,     received_in_cgroup),
    Scenario("cgroup_connect4",    "cgroup_connect4",    "",          0,     forbidden_in_cgroup(connect_socket)),
    Scenario("cgroup_bind4",       "cgroup_bind4",       "",          0,     forbidden_in_cgroup(bind_socket)),
    Scenario("cgroup_sendmsg4",    "cgroup_sendmsg4",    "",          0,     forbidden_in_cgroup(send_datagram)),
    Scenario("cgroup_sock_create", "cgroup_sock_create", "",          0,     forbidden_in_cgroup(make_socket)),
)  # fmt: skip
