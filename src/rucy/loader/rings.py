"""Records of ring buffers and perf buffers as bytes, through libbpf.

Each ring has a descriptor of its own that becomes readable when there is something in it, for one `select` over all of
them. libbpf calls back for each record: the callback only keeps its bytes, since nothing may be raised through libbpf.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Mapping
from ctypes import c_int, c_size_t, c_uint32, c_uint64, c_void_p
from types import TracebackType
from typing import TYPE_CHECKING

from rucy.loader.errors import LoadError
from rucy.loader.libbpf import libbpf

if TYPE_CHECKING:
    from rucy.loader.decode import MapTypes
    from rucy.loader.objects import Loaded

#: After so many records at once the reader goes on with the next ring: a busy one must not starve the rest.
AT_ONCE = 4096

_PERF_PAGES = 64  # of each CPU's buffer: 256 KiB

# int (*ring_buffer_sample_fn)(void *ctx, void *data, size_t size);
# void (*perf_buffer_sample_fn)(void *ctx, int cpu, void *data, __u32 size);
# void (*perf_buffer_lost_fn)(void *ctx, int cpu, __u64 cnt); all of libbpf.h
_SAMPLE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)
_PERF_SAMPLE = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_void_p, c_uint32)
_PERF_LOST = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_uint64)

_ENOUGH = -4  # -EINTR: any negative number ends consuming, behind this record (src/ringbuf.c, ringbuf_process_ring)


class Ring:
    """The records of a BPF_MAP_TYPE_RINGBUF. `lost` is 0: what a full ring refuses, the program itself counts."""

    def __init__(self, name: str, fd: int) -> None:
        self.name = name
        self.lost = 0
        self._kept: list[bytes] = []
        self._raised: BaseException | None = None
        self._callback = _SAMPLE(self._keep)  # must live as long as libbpf may call it
        self._handle: int | None = libbpf().call("ring_buffer__new", fd, self._callback, None, None)
        if not self._handle:
            raise _refused(name)

    def fileno(self) -> int:
        return int(libbpf().call("ring_buffer__epoll_fd", self._handle))

    def records(self) -> list[bytes]:
        """What is there now, oldest first, but no more than AT_ONCE of them."""
        libbpf().call("ring_buffer__consume", self._handle)
        return self._take()

    def wait(self, seconds: float) -> list[bytes]:
        """The next records, within that time; [] if there are none."""
        libbpf().call("ring_buffer__poll", self._handle, int(seconds * 1000))
        return self._take()

    def _take(self) -> list[bytes]:
        raised, self._raised = self._raised, None
        if raised is not None:  # what a signal's handler raised while libbpf called
            raise raised
        kept, self._kept = self._kept, []
        return kept

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            libbpf().call("ring_buffer__free", handle)

    def __enter__(self) -> Ring:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _keep(self, context: int, data: int, size: int) -> int:
        try:
            self._kept.append(ctypes.string_at(data, size))
        except BaseException as raised:
            self._raised = raised
            return _ENOUGH
        return _ENOUGH if len(self._kept) >= AT_ONCE else 0


class PerfRing:
    """The records of a BPF_MAP_TYPE_PERF_EVENT_ARRAY: in order for each CPU only. `lost`: dropped so far, by the kernel's
    count. A record may be longer than what was sent: the kernel rounds up."""

    def __init__(self, name: str, fd: int) -> None:
        self.name = name
        self.lost = 0
        self._kept: list[bytes] = []
        self._raised: BaseException | None = None
        self._callbacks = (_PERF_SAMPLE(self._keep), _PERF_LOST(self._count))
        pages = _PERF_PAGES * 4096 // os.sysconf("SC_PAGESIZE") or 1
        self._handle: int | None = libbpf().call("perf_buffer__new", fd, pages, *self._callbacks, None, None)
        if not self._handle:
            raise _refused(name)

    def fileno(self) -> int:
        return int(libbpf().call("perf_buffer__epoll_fd", self._handle))

    def records(self) -> list[bytes]:
        """What is there now."""
        libbpf().call("perf_buffer__consume", self._handle)
        raised, self._raised = self._raised, None
        if raised is not None:
            raise raised
        kept, self._kept = self._kept, []
        return kept

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            libbpf().call("perf_buffer__free", handle)

    def _keep(self, context: int, cpu: int, data: int, size: int) -> None:
        try:
            self._kept.append(ctypes.string_at(data, size))
        except BaseException as raised:
            self._raised = raised

    def _count(self, context: int, cpu: int, count: int) -> None:
        try:
            self.lost += count
        except BaseException as raised:
            self._raised = raised


def open_rings(loaded: Loaded, types: Mapping[str, MapTypes]) -> list[Ring | PerfRing]:
    """A reader for each ring and perf buffer of a loaded object, `types` being `Decoder.map_types`. All are the caller's to
    close. LoadError."""
    made: list[Ring | PerfRing] = []
    try:
        for name, held in types.items():
            target = loaded.map(name)
            if target.type == "RINGBUF":
                made.append(Ring(name, target.fd))
            elif target.type == "PERF_EVENT_ARRAY" and held.record is not None:
                made.append(PerfRing(name, target.fd))
    except BaseException:
        for ring in made:
            ring.close()
        raise
    return made


def _refused(name: str) -> LoadError:
    error = ctypes.get_errno()
    return LoadError(f"the ring `{name}` cannot be read: {os.strerror(error)}", status=77 if error else 70)


class UserRing:
    """The other direction: records for a BPF_MAP_TYPE_USER_RINGBUF, which a program takes out (Linux 6.1).

    The first page is the program's position, the second ours, and behind it the data lie twice, so that a record may
    cross the end (kernel/bpf/ringbuf.c). A record is 8 bytes of header, its length first, and the bytes, up to a multiple
    of 8.
    """

    def __init__(self, name: str, fd: int, size: int) -> None:
        self.name = name
        self._size = size
        page = mmap.PAGESIZE
        try:
            self._theirs = mmap.mmap(fd, page, mmap.MAP_SHARED, mmap.PROT_READ)
            both = mmap.PROT_READ | mmap.PROT_WRITE
            self._ours = mmap.mmap(fd, page + 2 * size, mmap.MAP_SHARED, both, offset=page)
        except OSError as error:
            raise LoadError(f"the ring `{name}` cannot be written to: {error.strerror}", status=77) from None

    def send(self, record: bytes) -> bool:
        """False where there is no room."""
        need = (8 + len(record) + 7) & ~7
        at = _position(self._ours)
        if need > self._size - (at - _position(self._theirs)):
            return False
        start = mmap.PAGESIZE + at % self._size
        self._ours[start : start + 8 + len(record)] = len(record).to_bytes(8, "little") + record
        self._ours[0:8] = (at + need).to_bytes(8, "little")  # only now is it there for the program
        return True

    def close(self) -> None:
        self._theirs.close()
        self._ours.close()


def _position(page: mmap.mmap) -> int:
    return int.from_bytes(page[0:8], "little")
