"""Ctrl-C and its relatives: the first asks to stop, the second ends the process at once.

SIGTERM counts even when it was inherited as ignored, SIGHUP unless it was. The second signal raises SystemExit(130), so
that `with` blocks still detach.
"""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import Any


class Stop:
    """While inside `with`, `requested` turns true at the first signal. fileno() becomes readable then."""

    def __init__(self) -> None:
        self.requested = False
        self._read, self._write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stop:
        hangup = signal.getsignal(signal.SIGHUP)
        wanted = [signal.SIGINT, signal.SIGTERM] + ([signal.SIGHUP] if hangup != signal.SIG_IGN else [])
        for number in wanted:
            self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        os.close(self._read)
        os.close(self._write)

    def fileno(self) -> int:
        return self._read

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise SystemExit(130)
        self.requested = True
        os.write(self._write, b"!")
