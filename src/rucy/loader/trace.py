"""Trace output: what programs print with bpf_trace_printk comes out as lines, of our own programs alone.

The kernel gives each such line to every tracefs instance in which the event bpf_trace:bpf_trace_printk is on (Linux
5.10 on), and a reader takes it from its own instance only. So each run makes an instance of its own and removes it
again; the global trace_pipe and other runs lose nothing by it. The event does not say which program printed, but the
stack that the instance records with it does: a line is ours when an address of our programs' code is on it.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import secrets
import select
import time
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType

from rucy.loader import failures
from rucy.loader.errors import LoadError
from rucy.loader.probe import tracefs
from rucy.records import NamedTuple

_PIECES = 256  # of 64 KiB
PREFIX = "rucy-"
_EVENT = "events/bpf_trace/bpf_trace_printk"
_SLICE = 0.1  # seconds between looks at the pipe: how soon its poll wakes differs between kernels
_STACK_WAIT = 0.3  # seconds after which a line whose stack never came is delivered all the same

# comm-pid (tgid) [cpu] flags seconds: event. The flags are four characters in 5.10, five from 5.17 on, six later.
_HEADER = re.compile(
    r"^ *(?P<comm>.{1,16}?)-(?P<pid>\d+) +(?:\([ \d-]+\) +)?\[(?P<cpu>\d+)\] +\S{3,8} +(?P<time>\d+\.\d+): "
    r"(?:(?P<stack><stack trace>)|bpf_trace_printk: (?P<text>.*)|\S+: )"
)
_FRAME = re.compile(r"^ => .*<([0-9a-f]+)>")
_LOST = re.compile(r"^CPU:\d+ \[LOST (\d+) EVENTS\]")


class TraceLine(NamedTuple):
    """comm: "<...>" where the kernel did not keep it; time: seconds of the monotonic clock."""

    comm: str
    pid: int
    cpu: int
    time: float
    text: str


class _Printed:
    """One printk as it arrives: `own` is None until its stack has come."""

    __slots__ = ("line", "more", "own", "arrived")

    def __init__(self, line: TraceLine, own: bool | None) -> None:
        self.line = line
        self.more: list[str] = []
        self.own = own
        self.arrived = time.monotonic()


class TraceParser:
    """Text of a trace pipe in pieces → TraceLines. code: (address, size) of our programs; None takes every line."""

    def __init__(self, code: Sequence[tuple[int, int]] | None = None) -> None:
        self.lost = 0
        self._code = code
        self._rest = ""
        self._printed: deque[_Printed] = deque()
        self._awaiting: dict[int, list[_Printed]] = {}  # cpu → printed, innermost last
        self._text: _Printed | None = None  # what a line without a header continues
        self._stack: _Printed | None = None  # whose stack is being read

    def feed(self, piece: str) -> None:
        lines = (self._rest + piece).split("\n")
        self._rest = lines.pop()
        for line in lines:
            self._take(line)
        self._end_stack()  # a record is never cut in two: tracing_read_pipe, kernel/trace/trace.c

    def ready(self, all: bool = False) -> Iterator[TraceLine]:
        """Lines in order, up to the first that still waits for its stack; with `all`, these too."""
        late = time.monotonic() - _STACK_WAIT
        while self._printed:
            first = self._printed[0]
            if first.own is None and not all and first.arrived > late:
                return
            self._printed.popleft()
            if first.own is None:
                self._awaiting[first.line.cpu].remove(first)
            if first.own is not False:
                yield from _lines(first)

    @property
    def waiting(self) -> bool:
        """Whether a line's stack is still to come."""
        return any(each.own is None for each in self._printed)

    def _take(self, line: str) -> None:
        header = _HEADER.match(line)
        if header is None:
            self._continue(line)
            return
        self._end_stack()
        self._text = None
        cpu, pid = int(header["cpu"]), int(header["pid"])
        if header["stack"]:
            waiting = self._awaiting.get(cpu, [])
            if waiting and waiting[-1].line.pid == pid:
                self._stack = waiting.pop()
        elif header["text"] is not None:
            own = True if self._code is None else None
            line_of = TraceLine(header["comm"].strip(), pid, cpu, float(header["time"]), header["text"])
            self._text = _Printed(line_of, own)
            self._printed.append(self._text)
            if own is None:
                self._awaiting.setdefault(cpu, []).append(self._text)

    def _continue(self, line: str) -> None:
        if lost := _LOST.match(line):
            self.lost += int(lost[1])
        elif self._stack is not None:
            if (frame := _FRAME.match(line)) and self._is_own(int(frame[1], 16)):
                self._stack.own = True
        elif self._text is not None:
            self._text.more.append(line)

    def _end_stack(self) -> None:
        if self._stack is not None and self._stack.own is None:
            self._stack.own = False
        self._stack = None

    def _is_own(self, address: int) -> bool:
        return any(start < address <= start + size for start, size in self._code or ())


def _lines(printed: _Printed) -> Iterator[TraceLine]:
    """The text's own closing newline makes an empty line that nobody printed; other newlines make lines."""
    yield printed.line
    more = printed.more[:-1] if printed.more and not printed.more[-1] else printed.more
    for text in more:
        yield printed.line._replace(text=text)


class TraceInstance:
    """A tracefs instance from `with` to its end. code: see TraceParser; make it before attaching. LoadError."""

    def __init__(self, code: Sequence[tuple[int, int]] | None = None) -> None:
        self._parser = TraceParser(code or None)
        self._pid = os.getpid()
        self._pipe = -1
        self.path: str | None = None
        self._open(with_stack=bool(code))

    def __enter__(self) -> TraceInstance:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def lost(self) -> int:
        """Lines (and stacks) that the kernel dropped because nobody read in time."""
        return self._parser.lost

    def fileno(self) -> int:
        return self._pipe

    def lines(self, timeout: float | None = None) -> Iterator[TraceLine]:
        """Lines as they come, for `timeout` seconds, for ever without it; 0 gives what is there now. A line whose
        stack has not come yet is kept for the next call, but not for long."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self._read()
            yield from self._parser.ready()
            left = _SLICE if end is None else min(_SLICE, end - time.monotonic())
            if left <= 0:
                return
            select.select([self._pipe], [], [], left)

    def drain(self) -> Iterator[TraceLine]:
        """All that is left, to be called when nothing prints any more: at once where no line waits for its stack."""
        self._read()
        end = time.monotonic() + _STACK_WAIT
        while self._parser.waiting and time.monotonic() < end:
            select.select([self._pipe], [], [], _SLICE)
            self._read()
        yield from self._parser.ready(all=True)

    def close(self) -> None:
        """Remove the instance. May be called twice; in a forked child it only closes the pipe."""
        path, self.path = self.path, None
        if path is None:
            return
        _open_instances.discard(self)
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        if os.getpid() == self._pid:
            _remove(path)

    def _open(self, with_stack: bool) -> None:
        root = f"{tracefs()}/instances"
        remove_orphans(root)
        path = f"{root}/{PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            os.mkdir(path)
        except OSError as error:
            raise _refused(f"no instance can be made in {root}", error) from None
        self.path = path
        _open_instances.add(self)
        try:
            for name in ("options/stacktrace", "options/sym-addr") if with_stack else ():
                _write(f"{path}/{name}", "1")
            for name, value in (("trace_clock", "mono"), ("buffer_percent", "0")):
                with contextlib.suppress(OSError):  # niceties
                    _write(f"{path}/{name}", value)
            _write(f"{path}/{_EVENT}/enable", "1")
            self._pipe = os.open(f"{path}/trace_pipe", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            self.close()
            raise _refused("the kernel's trace output cannot be read", error) from None

    def _read(self) -> None:
        """What is there now; no more than the kernel's buffers hold, so that lines which come as fast have an end."""
        for _ in range(_PIECES):
            try:
                piece = os.read(self._pipe, 1 << 16)
            except BlockingIOError:
                return
            except OSError as error:
                raise _refused("the kernel's trace output cannot be read", error) from None
            if not piece:
                return
            self._parser.feed(piece.decode("utf-8", "replace"))


def remove_orphans(root: str) -> None:
    """Remove instances whose run was killed. One that is in use has its pipe open, and the kernel keeps it (EBUSY)."""
    for name in os.listdir(root):
        owner = re.match(rf"{PREFIX}(\d+)-", name)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            _remove(f"{root}/{name}", patience=0)


def _remove(path: str, patience: float = 1.0) -> None:
    """rmdir, which is EBUSY for a moment while another reader of the instance lets go."""
    end = time.monotonic() + patience
    while True:
        try:
            return os.rmdir(path)
        except FileNotFoundError:
            return None
        except OSError:
            if time.monotonic() >= end:
                return None
            time.sleep(0.02)


def _write(path: str, value: str) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, value.encode())
    finally:
        os.close(fd)


def _refused(what: str, error: OSError) -> LoadError:
    if isinstance(error, PermissionError) and os.geteuid() != 0:
        return LoadError(what, failures.NOT_ROOT, 77)
    if isinstance(error, FileNotFoundError):
        return LoadError(f"{what}: this kernel has no event bpf_trace_printk", "Linux 5.10 has it", 77)
    return LoadError(f"{what}: {error.strerror}", status=77)


_open_instances: weakref.WeakSet[TraceInstance] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for instance in list(_open_instances):
        instance.close()
