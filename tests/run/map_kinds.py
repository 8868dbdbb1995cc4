"""One program for each kind of map, and what must be true when the kernel has run it: on the host, and in the lab.

A `Kind` is a program and a function that uses it. The function gets the loaded object, fills the map as user space does
(a descriptor, an index), lets the program run, and asserts.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from rucy.loader.libbpf import libbpf
from rucy.loader.objects import Loaded

_GETPGID = 121  # __NR_getpgid of the machine that the tests run on, x86_64
_XDP = {0: "aborted", 1: "drop", 2: "pass", 3: "tx", 4: "redirect"}  # enum xdp_action of include/uapi/linux/bpf.h


class Kind(NamedTuple):
    """`since`: the first kernel that has all of it; `until`: the last one that was seen to take it, where a later one refuses;
    `lab`: the machine's own kernel need not take such programs."""

    name: str
    text: str
    check: Callable[[Loaded], None]
    since: str = "5.10"
    lab: bool = False
    until: str = ""


def put(found: Loaded, name: str, key: int | bytes, value: int | bytes) -> None:
    """As user space would; numbers have 4 bytes."""
    raw = [part if isinstance(part, bytes) else part.to_bytes(4, "little") for part in (key, value)]
    error = libbpf().call("bpf_map_update_elem", found.map_fd(name), *raw, 0)
    assert error == 0, f"{name}: {os.strerror(ctypes.get_errno())}"


def take(found: Loaded, name: str) -> int:
    return int.from_bytes(found.read_global(name), "little", signed=True)


def tracepoint(found: Loaded, number: int, name: str = "raw_tracepoint_sys_enter") -> None:
    found.test_run(name, ctx_in=bytes(8) + number.to_bytes(8, "little"))


# ---------------------------------------------------------------- descriptors


def _groups(found: Loaded) -> None:
    from tests.load.firing import cgroup2_mount, inside_cgroup

    with inside_cgroup() as own:
        other = f"{cgroup2_mount()}/rucy-other-{os.getpid()}"
        os.mkdir(other)
        try:
            for slot, path in enumerate((own, other)):
                fd = os.open(path, os.O_RDONLY)
                put(found, "GROUPS", slot, fd)
                os.close(fd)
            said = []
            for slot in range(3):
                tracepoint(found, slot)
                said.append(take(found, "inside"))
        finally:
            os.rmdir(other)
    assert said[:2] == [1, 0]
    assert said[2] < 0  # nothing is in the slot: -EAGAIN


def _devices(found: Loaded) -> None:
    assert _XDP[found.test_run("xdp", bytes(64)).retval] == "pass"
    put(found, "OUT", 3, 1)  # lo
    put(found, "FAR", 700, struct.pack("<Ii", 1, -1))
    results = [_XDP[found.test_run("xdp", bytes(size)).retval] for size in (61, 62, 63, 64)]
    assert results == ["redirect", "redirect", "drop", "pass"]
    assert take(found, "index") == 1
    assert take(found, "far") == 1
    assert take(found, "there") == 1


def _cpus(found: Loaded) -> None:
    assert _XDP[found.test_run("xdp", bytes(64)).retval] == "drop"
    put(found, "CPUS", 0, 192)
    put(found, "PROGS", 0, struct.pack("<Ii", 64, 0))
    assert [_XDP[found.test_run("xdp", bytes(size)).retval] for size in (64, 65)] == ["redirect", "redirect"]


def _xsks(found: Loaded) -> None:
    assert _XDP[found.test_run("xdp", bytes(64)).retval] == "pass"
    with socket.socket(44, socket.SOCK_RAW) as own:  # AF_XDP of include/linux/socket.h
        own.setsockopt(283, 2, 64)  # SOL_XDP, XDP_RX_RING: newer kernels take only a socket that can receive
        put(found, "XSKS", 1, own.fileno())
        assert take(found, "there") == 0
        assert _XDP[found.test_run("xdp", bytes(64)).retval] == "redirect"
        assert take(found, "there") == 1


# ---------------------------------------------------------------- sockets


@contextmanager
def _connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = socket.create_connection(server.getsockname())
        other, _ = server.accept()
    one.settimeout(10)
    other.settimeout(10)
    with one, other:
        yield one, other


@contextmanager
def _on_map(found: Loaded, name: str, programs: dict[str, int]) -> Iterator[None]:
    """Programs of a map of sockets: they are there before the sockets are (sock_map_link of net/core/sock_map.c)."""
    map_fd = found.map_fd(name)
    for program, kind in programs.items():
        assert libbpf().call("bpf_prog_attach", found.program_fd(program), map_fd, kind, 0) == 0
    yield
    for program, kind in programs.items():
        libbpf().call("bpf_prog_detach2", found.program_fd(program), map_fd, kind)


def _sockmap(found: Loaded) -> None:
    """What reaches `inner` goes out at once by the socket in slot 1."""
    programs = {"parser": 4, "verdict": 5}  # BPF_SK_SKB_STREAM_PARSER, BPF_SK_SKB_STREAM_VERDICT
    with _connected() as (outer, inner), _connected() as (out, far), _on_map(found, "SOCKS", programs):
        put(found, "SOCKS", 0, inner.fileno())
        put(found, "SOCKS", 1, out.fileno())
        outer.sendall(b"by another way")
        assert far.recv(100) == b"by another way"
        assert found.test_run("tc_ingress", bytes(64)).retval == 0
        assert (take(found, "state"), take(found, "missing")) == (1, 1)  # BPF_TCP_ESTABLISHED


def _sockmap_copies(found: Loaded) -> None:
    with _connected() as (out, _):
        put(found, "SOCKS", 1, out.fileno())
        assert found.test_run("tc_ingress", bytes(64)).retval == 0
        assert take(found, "copy") == out.getsockname()[1]
        assert take(found, "__rucy_insert_COPIES") == 0


def _sockhash(found: Loaded) -> None:
    """What `own` sends arrives at `other`, which it is not connected with."""
    programs = {"send_on": 7}  # BPF_SK_MSG_VERDICT
    with _connected() as (own, _), _connected() as (other, _), _on_map(found, "BY", programs):
        put(found, "BY", struct.pack("<IHxx", 0x0100007F, 7), own.fileno())
        put(found, "BY", struct.pack("<IHxx", 0x0100007F, 9), other.fileno())
        own.sendall(b"straight")
        assert other.recv(100) == b"straight"


def _sockets_of_connections(found: Loaded) -> None:
    """sockops puts both ends of a connection into the map."""
    from tests.load.firing import inside_cgroup

    program = found.program_fd("watch")
    with inside_cgroup() as group:
        fd = os.open(group, os.O_RDONLY)
        assert libbpf().call("bpf_prog_attach", program, fd, 3, 0) == 0  # BPF_CGROUP_SOCK_OPS
        with _connected():
            said = (take(found, "put"), take(found, "refused"))
        libbpf().call("bpf_prog_detach2", program, fd, 3)
        os.close(fd)
    assert said == (2, 0)


def _reuseport(found: Loaded) -> None:
    """Of two sockets on one port the program chooses the second, whatever their hash."""
    pair = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for own in pair:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        own.settimeout(10)
    pair[0].bind(("127.0.0.1", 0))
    pair[1].bind(pair[0].getsockname())
    for slot, own in enumerate(pair):
        put(found, "GROUP", slot, own.fileno())
    with pair[0], pair[1]:
        pair[0].setsockopt(socket.SOL_SOCKET, 52, found.program_fd("choose"))  # SO_ATTACH_REUSEPORT_EBPF
        for number in range(6):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(bytes([number]), pair[0].getsockname())
            assert pair[1].recv(10) == bytes([number])


# ---------------------------------------------------------------- counters


class _EventAttr(ctypes.Structure):
    """struct perf_event_attr of include/uapi/linux/perf_event.h, as far as it is set here."""

    _fields_ = [("type", ctypes.c_uint32), ("size", ctypes.c_uint32), ("config", ctypes.c_uint64), ("rest", ctypes.c_uint64 * 6)]


def _counters(found: Loaded) -> None:
    """A software clock of CPU 0: two readings, the second greater."""
    attr = _EventAttr(type=1, size=64, config=0)  # PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK
    fd = ctypes.CDLL(None, use_errno=True).syscall(298, ctypes.byref(attr), -1, 0, -1, 0)  # perf_event_open
    assert fd >= 0, os.strerror(ctypes.get_errno())
    put(found, "COUNTERS", 0, fd)
    seen = []
    for _ in range(2):
        tracepoint(found, 0)
        assert take(found, "error") == 0
        seen.append(take(found, "count"))
    assert 0 < seen[0] < seen[1], seen
    assert take(found, "plain") > 0
    tracepoint(found, 1)
    assert take(found, "error") < 0
    os.close(fd)


# ---------------------------------------------------------------- prefixes, programs, stacks, events


def _prefixes(found: Loaded) -> None:
    for prefix, address, way in ((8, "0a000000", 8), (24, "0a010200", 24)):
        put(found, "ROUTES", prefix.to_bytes(4, "little") + bytes.fromhex(address), way)
    packets = [bytes(12) + b"\x08\x00" + bytes.fromhex("4500002e000000004011000001020304" + to) + bytes(40)
               for to in ("0a090909", "0a010203", "0b010203")]  # fmt: skip
    assert [_XDP[found.test_run("xdp", packet).retval] for packet in packets] == ["drop", "tx", "pass"]


def _tail_calls(found: Loaded) -> None:
    results = [_XDP[found.test_run("first", bytes(size)).retval] for size in (60, 61, 62, 63, 64, 200, 59)]
    assert results == ["drop", "aborted", "pass", "aborted", "aborted", "aborted", "aborted"]
    assert take(found, "after") == 2 * 5


def _stacks(found: Loaded) -> None:
    """The number of a stack finds its addresses: those of the kernel's functions, the upper half of all."""
    tracepoint(found, 1)
    number = take(found, "id")
    assert number >= 0
    cell = found.map("STACKS").get(number.to_bytes(4, "little"))
    assert isinstance(cell, bytes)
    frames = [frame for frame in struct.unpack("<127Q", cell) if frame]
    assert len(frames) > 2
    assert all(frame >> 63 for frame in frames)


def _events(found: Loaded) -> None:
    from rucy.loader.rings import PerfRing

    ring = PerfRing("EVENTS", found.map_fd("EVENTS"))
    for number in (5, 6, 7):
        tracepoint(found, number)
    records = ring.records()
    ring.close()
    assert [struct.unpack_from("<Q4s", record) for record in records] == [(n, b"abc\0") for n in (5, 6, 7)]
    assert take(found, "refused") == 0


# ---------------------------------------------------------------- what objects keep


def _socket_storage(found: Loaded) -> None:
    """Each socket counts its own packets; the third takes the count out."""
    from tests.load.firing import inside_cgroup

    said = []
    with inside_cgroup() as path, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        link = found.attach("cgroup_egress", "cgroup", cgroup=path)
        for _ in range(2):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(4):
                    sender.sendto(b"x", server.getsockname())
                    said.append((take(found, "count"), take(found, "gone")))
        link.close()
    assert said == [(1, 0), (2, 0), (3, 3), (1, 3)] + [(1, 3), (2, 3), (3, 3), (1, 3)]


def _group_storage(found: Loaded) -> None:
    found.write_global("own", os.getpid().to_bytes(8, "little"))
    link = found.attach("tp_btf_sys_enter", "tp_btf", "sys_enter")
    os.getpgid(0)
    first = take(found, "count")
    os.getpgid(0)
    link.close()
    assert first >= 2
    assert take(found, "count") >= first + 2
    assert take(found, "count") % 2 == 0


def _task_storage(found: Loaded) -> None:
    """What this thread has done another does not count."""
    import threading

    link = found.attach("raw_tracepoint_sys_enter", "raw_tracepoint", "sys_enter")
    found.write_global("own", os.getpid().to_bytes(8, "little"))
    said: list[int] = []

    def call() -> None:
        for _ in range(3):
            os.getpgid(0)
        said.append(take(found, "count"))

    for _ in range(2):
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    link.close()
    assert said == [3, 3]


def _inode_storage(found: Loaded) -> None:
    """A file counts how often it is opened."""
    import tempfile

    found.write_global("own", os.getpid().to_bytes(8, "little"))
    link = found.attach("opened", "trace", "file_open")
    said = []
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        before = take(found, "count")
        for _ in range(3):
            os.close(os.open(file.name, os.O_RDONLY))
            said.append(take(found, "count"))
    link.close()
    assert before == 1
    assert said == [2, 3, 4]


def _traced_sockets(found: Loaded) -> None:
    """A socket counts what is sent by it."""
    found.write_global("own", os.getpid().to_bytes(8, "little"))
    link = found.attach("fentry_tcp_sendmsg", "trace", "tcp_sendmsg")
    said = []
    with _connected() as (one, other):
        for sender in (one, one, other, one):
            sender.sendall(b"x")
            said.append(take(found, "count"))
    link.close()
    assert said == [1, 2, 1, 3]


# ---------------------------------------------------------------- orders


def _orders(found: Loaded) -> None:
    """What user space puts there a program takes out, oldest first, whole ones only, until it stops; past the ring's end."""
    from rucy.loader.rings import UserRing

    ring = UserRing("ORDERS", found.map_fd("ORDERS"), 4096)

    def order(pid: int, what: bytes, n: int) -> bytes:
        return struct.pack("<I12sQ", pid, what, n)

    tracepoint(found, 0)
    assert (take(found, "count"), take(found, "sum")) == (0, 0)
    assert all(ring.send(order(pid, b"limit", 10 * pid)) for pid in (1, 2, 3))
    assert ring.send(order(9, b"skip", 5))
    assert ring.send(b"short")
    assert ring.send(order(4, b"longer", 40) + b"and more")
    tracepoint(found, 0)
    assert (take(found, "count"), take(found, "sum"), take(found, "most")) == (6, 100, 40)
    assert take(found, "__rucy_short_ORDERS") == 1
    assert found.map("LIMITS").get((3).to_bytes(4, "little")) == (30).to_bytes(8, "little")
    for pid, what in ((5, b"limit"), (6, b"stop"), (7, b"limit")):
        assert ring.send(order(pid, what, 1000))
    tracepoint(found, 0)
    assert (take(found, "count"), take(found, "sum")) == (77, 1100)
    tracepoint(found, 0)
    assert (take(found, "count"), take(found, "sum")) == (1, 2100)
    sent = 0
    while ring.send(order(8, b"limit", 1)):
        sent += 1
    assert sent == 4096 // 32
    tracepoint(found, 0)
    assert take(found, "count") == sent
    ring.close()


# ---------------------------------------------------------------- an arena


def _arena(found: Loaded) -> None:
    """What one program has allocated another fills; user space sees it, and what it changes the program sees."""
    from rucy.loader.arena import Arena

    tracepoint(found, 1)
    assert (take(found, "table"), take(found, "seen")) == (0, -1)
    for _ in range(2):
        assert found.test_run("make", ctx_in=bytes(8)).retval == 0
    table, nodes = take(found, "table"), take(found, "nodes")
    assert table != nodes
    assert take(found, "freed") == 2
    arena = Arena(found.map("POOL"))
    for number in (7, 7, 9, 100):
        tracepoint(found, number)
    assert struct.unpack("<3Q", arena.read(table + 8 * 7, 24)) == (2, 0, 1)
    key, hits, name = struct.unpack("<I4xQ16s", arena.read(nodes + 32 * 9, 32))
    assert (key, hits, name.rstrip(b"\0")) == (9, 1, Path("/proc/self/comm").read_bytes().strip())
    assert take(found, "outside") == 1
    arena.write(table + 8 * 3, (4711).to_bytes(8, "little"))
    arena.write(nodes + 32 * 99 + 8, (5).to_bytes(8, "little"))
    tracepoint(found, 99)
    assert take(found, "seen") == 4711
    assert struct.unpack("<I4xQ", arena.read(nodes + 32 * 99, 16)) == (99, 6)
    assert found.test_run("most", ctx_in=bytes(8)).retval == 6
    assert found.test_run("use_up", ctx_in=bytes(8)).retval == 0
    assert take(found, "none") == 1
    assert found.test_run("empty", ctx_in=bytes(8)).retval == 0
    assert (take(found, "table"), take(found, "nodes")) == (0, nodes)
    arena.close()


# fmt: off
KINDS: tuple[Kind, ...] = (
    Kind("cgroup_array", """
GROUPS = cgroup_array(4)
$inside = 0
raw_tracepoint "sys_enter" do |regs, id|
  $inside = current_task_under_cgroup(GROUPS, id)
end
tc_egress do |packet|
  skb_under_cgroup(GROUPS, 0) == 1 ? :shot : :ok
end
""", _groups),
    Kind("devmap", """
OUT = devmap(8)
FAR = devmap_hash("struct bpf_devmap_val", 16)
$index = 0
$far = 0
$there = 0
xdp do |packet|
  if index = OUT[3]
    $index = index
  end
  if to = FAR[700]
    $far = to.ifindex
  end
  $there = 1 if FAR.key?(700) && !OUT.key?(4)
  case packet.size
  when 61 then redirect_map(OUT, 3)
  when 62 then redirect_map(FAR, 700, :pass)
  when 63 then redirect_map(OUT, 4, :drop)
  else :pass
  end
end
""", _devices),
    Kind("cpumap", """
CPUS = cpumap(4)
PROGS = cpumap("struct bpf_cpumap_val", 4)
xdp do |packet|
  packet.size == 65 ? redirect_map(PROGS, 0, :drop) : redirect_map(CPUS, 0, :drop)
end
""", _cpus),
    Kind("xskmap", """
XSKS = xskmap(4)
$there = 0
xdp do |packet|
  next :pass unless XSKS.key?(1)
  $there = 1
  redirect_map(XSKS, 1, :drop)
end
""", _xsks),
    Kind("sockmap", """
SOCKS = sockmap(4)
$state = 0
$missing = 0
section! "sk_skb/stream_parser"
def parser(ctx)
  ctx.len
end
section! "sk_skb/stream_verdict"
def verdict(ctx)
  sk_redirect_map(SOCKS, 1, 0)
end
tc_ingress do |packet|
  if sk = SOCKS[1]
    $state = sk.state
    sk_release(sk)
  end
  if other = SOCKS[2]
    sk_release(other)
  else
    $missing = 1
  end
  :ok
end
""", _sockmap),
    Kind("sockmap_copies", """
SOCKS = sockmap(4)
COPIES = sockmap(4)
$copy = 0
tc_ingress do |packet|
  if sk = SOCKS[1]
    COPIES[3] = sk
    sk_release(sk)
  end
  if copy = COPIES[3]
    $copy = copy.src_port
    sk_release(copy)
    COPIES.delete(3)
  end
  :ok
end
""", _sockmap_copies, until="6.18"),  # 7.3: "cannot update sockmap in this context"
    Kind("sockhash", """
BY = sockhash([:ip4, :u16], 16)
section! "sk_msg"
def send_on(ctx)
  msg_redirect_hash(BY, [htonl(0x7f000001), 9], BPF_F_INGRESS)
end
""", _sockhash),
    Kind("sockops", """
BY = sockhash([:u32, :u32], 16)
$put = 0
$refused = 0
section! "sockops"
def watch(ctx)
  if ctx.op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB || ctx.op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB
    if sock_hash_update(BY, [ctx.local_port, ntohl(ctx.remote_port)], BPF_ANY) == 0
      $put += 1
    else
      $refused += 1
    end
  end
  0
end
""", _sockets_of_connections),
    Kind("reuseport_sockarray", """
GROUP = reuseport_sockarray(4)
section! "sk_reuseport"
def choose(ctx)
  sk_select_reuseport(GROUP, 1, 0) == 0 ? 1 : 0
end
""", _reuseport),
    Kind("perf_event_array", """
class Reading
  attr :counter, :u64
  attr :enabled, :u64
  attr :running, :u64
end
COUNTERS = perf_event_array(2)
$count = 0
$plain = 0
$error = 0
raw_tracepoint "sys_enter" do |regs, id|
  reading = Reading.new
  $error = perf_event_read_value(COUNTERS, id, reading)
  $count = reading.counter
  $plain = perf_event_read(COUNTERS, id)
end
""", _counters),
    Kind("lpm_trie", """
ROUTES = lpm_trie(:ip4 => :u32)
xdp do |packet|
  ip = packet.ipv4
  next :aborted unless ip
  if way = ROUTES[ip.daddr]
    next :drop if way == 8
    next :tx if way == 24
  end
  :pass
end
""", _prefixes),
    Kind("prog_array", """
PROGS = prog_array(xdp, 0 => :drop_it, 2 => :pass_it, size: 4)
$after = 0
xdp name: :drop_it, attach: false do |packet|
  :drop
end
xdp name: :pass_it, attach: false do |packet|
  :pass
end
xdp name: :first do |packet|
  tail_call PROGS, packet.size - 60
  $after += 1
  tail_call PROGS, 1
  $after += 1
  :aborted
end
""", _tail_calls),
    Kind("stack_traces", """
STACKS = stack_traces
$id = -1
raw_tracepoint "sys_enter" do |regs, id|
  $id = kstack(STACKS)
end
""", _stacks),
    Kind("perf_buffer", """
class Event
  attr :n, :u64
  attr :text, [:char, 4]
end
EVENTS = perf_buffer Event
$refused = 0
raw_tracepoint "sys_enter" do |regs, id|
  $refused += 1 unless EVENTS << Event.new(n: id, text: "abc")
end
""", _events),
    Kind("sk_storage", """
SENT = sk_storage(default: 0)
$count = 0
$gone = 0
cgroup_egress do |packet|
  sk = packet.sk
  next true unless sk
  full = sk_fullsock(sk)
  next true unless full
  SENT[full] += 1
  $count = SENT[full]
  if $count == 3
    $gone = SENT.delete(full) || 0
    $gone += 100 if SENT.key?(full)
  end
  true
end
""", _socket_storage),
    Kind("cgrp_storage", """
CALLS = cgrp_storage(default: 0)
$own = 0
$count = 0
tp_btf "sys_enter" do |regs, id|
  next if pid != $own
  group = bpf_cgroup_from_id(cgroup_id)
  next unless group
  CALLS[group] += 2
  $count = CALLS[group]
  bpf_cgroup_release(group)
end
""", _group_storage, "6.2"),
    Kind("task_storage", f"""
CALLS = task_storage(default: 0)
$own = 0
$count = 0
raw_tracepoint "sys_enter" do |regs, id|
  next if pid != $own || id != {_GETPGID}
  CALLS[current_task] += 1
  $count = CALLS[current_task]
end
""", _task_storage, "5.15"),
    Kind("sk_storage_traced", """
SENT = sk_storage(default: 0)
$own = 0
$count = 0
fentry "tcp_sendmsg" do |sk|
  next if pid != $own || !sk
  SENT[sk] += 1
  $count = SENT[sk]
end
""", _traced_sockets, "5.11", lab=True),
    Kind("inode_storage", """
OPENED = inode_storage(default: 0)
$own = 0
$count = 0
section! "lsm/file_open"
def opened(file)
  return 0 if pid != $own
  inode = file.f_inode
  return 0 unless inode
  OPENED[inode] += 1
  $count = OPENED[inode]
  0
end
""", _inode_storage, "5.10", lab=True),
    Kind("arena", """
class Node
  attr :key,  :u32
  attr :hits, :u64
  attr :name, [:char, 16]

  def hit(id)
    self.key = id
    self.hits += 1
  end
end
POOL = arena(8)
$table = nil
$nodes = nil
$last = nil
$freed = 0
$seen = -1
$outside = 0
$none = 0
section! "syscall"
def make(ctx)
  $table = POOL.alloc(:u64, 512) unless $table
  $nodes = POOL.alloc(Node, 100) unless $nodes
  if one = POOL.alloc(Node)
    one.key = 5
    $freed += 1 if one.key == 5 && one.hits == 0
    POOL.free(one)
  end
  0
end
section! "syscall"
def most(ctx)
  nodes = $nodes
  return 0 unless nodes
  best = 0
  for i in 0...100
    best = nodes[i].hits if nodes[i].hits > best
  end
  last = $last
  return 1 unless last
  last.key == 99 ? best : 2
end
section! "syscall"
def use_up(ctx)
  for i in 0...8
    $none = 1 unless POOL.alloc(Node)
  end
  0
end
section! "syscall"
def empty(ctx)
  table = $table
  return 1 unless table
  POOL.free(table)
  $table = nil
  0
end
raw_tracepoint "sys_enter" do |regs, id|
  if table = $table
    table[id & 511] += 1
    $seen = table[3]
  end
  next unless nodes = $nodes
  node = nodes[id]
  if node
    node.hit(id)
    node.name = comm
    $last = node
  else
    $outside += 1
  end
end
""", _arena, "6.10"),
    Kind("user_ringbuf", """
class Order
  attr :pid, :u32
  attr :what, [:char, 12]
  attr :n, :u64
end
LIMITS = hash(:u32 => :u64)
ORDERS = user_ringbuf Order, size: 4096
$sum = 0
$count = 0
$most = 0
raw_tracepoint "sys_enter" do |regs, id|
  most = 5
  count = ORDERS.drain do |o|
    next if o.what == "skip"
    break if o.what == "stop"
    LIMITS[o.pid] = o.n
    $sum += o.n
    most = o.n if o.n > most
  end
  $most = most
  $count = count || 77
end
""", _orders, "6.1"),
)
# fmt: on


def load(kind: Kind, data: bytes, notes: dict[str, Any]) -> None:
    """Load it, use it, let it go. On one CPU: what counts is there."""
    from rucy.cli.loading import open_tool
    from rucy.loader.files import ObjectFile

    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    try:
        with open_tool(ObjectFile("program", data, notes["probes"], False, notes)) as found:
            found.load()
            kind.check(found)
    finally:
        os.sched_setaffinity(0, before)
