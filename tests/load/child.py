"""A function in a process of its own: what it does to its cgroup, namespaces and signals goes with it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable


def in_child(function: Callable[[], None]) -> None:
    """Run it; AssertionError with its traceback if it raised."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(read)
            function()
            code = 0
        except BaseException:
            os.write(write, traceback.format_exc().encode())
        finally:
            os._exit(code)
    os.close(write)
    with open(read, errors="replace") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0, said
