"""What comes from a running object, one after another: events of its rings, lines that it prints.

A stream is read by `for`, by `read` for a time, by `get` for the next one, or by `async for`; what one of them takes, no other
sees. What comes while nobody reads waits in the kernel, in the room that the ring has.
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rucy.loader.errors import LoadError
from rucy.loader.output import Formats
from rucy.loader.rings import PerfRing, Ring
from rucy.loader.trace import TraceInstance, TraceLine

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class Stream(Generic[T]):
    """Of values of one type. LoadError, status 70, for reading when its object is closed."""

    #: seconds after which it is looked at although nothing has said that there is more; None: what says so can be relied on
    _slice: float | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self._ready: deque[T] = deque()
        self._waiting: set[asyncio.Future[None]] = set()
        self._watched: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def fileno(self) -> int:
        """A descriptor that is readable when there is something, for `select` and event loops of others."""
        raise NotImplementedError

    def get(self, timeout: float | None = None) -> T:
        """The next one, waiting for it; TimeoutError when none comes within that many seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self._fill():
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError(f"nothing came from `{self.name}` within {timeout} seconds")
            self._wait(left)
        return self._ready.popleft()

    def read(self, timeout: float | None = None) -> Iterator[T]:
        """All that come within that many seconds from now, as they come; for ever without it. 0: what is there now."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            while self._fill():
                yield self._ready.popleft()
                if end is not None and timeout and time.monotonic() >= end:
                    return
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return
            self._wait(left)

    def __iter__(self) -> Iterator[T]:
        """For ever: `break` ends it."""
        return self.read()

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        """The next one; may be cancelled (`asyncio.timeout`), and then nothing is lost."""
        while not self._fill():
            await self._arrival()
        return self._ready.popleft()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    # ---- inside

    def _take(self) -> list[T]:
        """What there is now, though perhaps not all of it; [] when there is nothing."""
        raise NotImplementedError

    def _fill(self) -> bool:
        """Is there one?"""
        if self._closed:
            raise LoadError(f"`{self.name}` gives nothing more: the object is closed", status=70)
        if not self._ready:
            self._ready.extend(self._take())
        return bool(self._ready)

    def _wait(self, seconds: float | None) -> None:
        if self._slice is not None:
            seconds = self._slice if seconds is None else min(seconds, self._slice)
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        poll.poll(None if seconds is None else seconds * 1000)

    async def _arrival(self) -> None:
        """Until there may be something."""
        import asyncio  # who comes here has it; for others it would be half of what `rucy.load` imports

        loop = asyncio.get_running_loop()
        arrived: asyncio.Future[None] = loop.create_future()
        self._waiting.add(arrived)
        if self._watched is not loop:
            self._unwatch()
            loop.add_reader(self.fileno(), self._wake)
            self._watched = loop
        late = loop.call_later(self._slice, self._wake) if self._slice is not None else None
        try:
            await arrived
        finally:
            self._waiting.discard(arrived)
            if late is not None:
                late.cancel()
            if not self._waiting:
                self._unwatch()

    def _wake(self) -> None:
        for arrived in self._waiting:
            if not arrived.done():
                arrived.set_result(None)

    def _unwatch(self) -> None:
        loop, self._watched = self._watched, None
        if loop is not None and not loop.is_closed():
            loop.remove_reader(self.fileno())

    def _close(self) -> None:
        """The object is being closed: whoever waits is told."""
        self._unwatch()
        self._wake()
        self._closed = True


class Events(Stream[Any]):
    """Records of a ring buffer or perf buffer: each a `Struct` whose fields are attributes (bytes where the object does not say
    what it is). Of a perf buffer, in order for each CPU only."""

    def __init__(self, ring: Ring | PerfRing, decode: Callable[[bytes], Any], lost: Callable[[], int]) -> None:
        super().__init__(ring.name)
        self._ring = ring
        self._decode = decode
        self._count_lost = lost

    @property
    def lost(self) -> int:
        """Records that a full ring refused, so far. Of those of a perf buffer the kernel tells with the next that it takes."""
        return self._count_lost()

    def fileno(self) -> int:
        return self._ring.fileno()

    def _take(self) -> list[Any]:
        return [self._decode(data) for data in self._ring.records()]


class Lines(Stream[str]):
    """What `puts`, `print`, `p` and `printf` of the kernel half print, a line each, without its newline. Text without a newline
    waits for the rest of its line; what is not UTF-8 comes as Python's "surrogateescape"."""

    def __init__(self, ring: Ring | PerfRing, formats: Formats) -> None:
        super().__init__("output")
        self._ring = ring
        self._formats = formats
        self.rest = ""  #: the beginning of a line that has not ended

    def fileno(self) -> int:
        return self._ring.fileno()

    def _take(self) -> list[str]:
        while not self._ready:
            records = self._ring.records()
            lines = (self.rest + "".join(map(self._formats.text, records))).split("\n")
            self.rest = lines.pop()
            if lines or not records:
                return lines
        return []


class Trace(Stream[TraceLine]):
    """What `printk` prints, of this object's programs alone: `comm`, `pid`, `cpu`, `time` (monotonic seconds), `text`.
    Where the kernel hides the addresses of programs, those of all programs."""

    _slice = 0.1  # how soon its poll wakes differs between kernels

    def __init__(self, instance: TraceInstance) -> None:
        super().__init__("trace")
        self._instance = instance

    @property
    def lost(self) -> int:
        """Lines that the kernel dropped because nobody read in time."""
        return self._instance.lost

    def fileno(self) -> int:
        return self._instance.fileno()

    def _take(self) -> list[TraceLine]:
        return list(self._instance.lines(0))


__all__ = ["Events", "Lines", "Stream", "Trace", "TraceLine"]
