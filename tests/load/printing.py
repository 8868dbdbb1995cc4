"""Trace lines of a program that prints: plain functions of its bytes, for the host and for the kernel lab."""

from __future__ import annotations

import os

from rucy.loader.objects import Loaded
from rucy.loader.trace import TraceInstance
from tests.load.firing import opened

EVENT = "syscalls:sys_enter_getpgid"


def build() -> bytes:
    from tests.load.programs import printing

    return printing("run %d\n")


def started(data: bytes) -> Loaded:
    loaded = opened(data, "tracepoint")
    loaded.load()
    loaded.write_global("want", os.getpid().to_bytes(4, "little"))
    return loaded


def prints_lines(data: bytes) -> None:
    """Text, process and time of a line; the instance is there as long as it is open."""
    with started(data) as loaded, TraceInstance(loaded.code()) as trace:
        path = trace.path
        loaded.attach("prints", "tracepoint", EVENT)
        os.getpgid(0)
        os.getpgid(0)
        lines = list(trace.lines(timeout=2.0))
        assert [line.text for line in lines] == ["run 1", "run 2"], lines
        assert {line.pid for line in lines} == {os.getpid()}
        assert lines[0].cpu < (os.cpu_count() or 1)
        assert lines[0].time <= lines[1].time
        assert path is not None
        assert os.path.isdir(path)
    assert not os.path.exists(path)


def own_lines_only(data: bytes) -> None:
    """Two runs of the same program: each sees its own lines, whoever reads first, and the global trace has both."""
    with started(data) as one, started(data) as two:
        two.write_global("hits", (100).to_bytes(8, "little"))
        assert one.code(), "the kernel hides the programs' addresses"
        with TraceInstance(one.code()) as first, TraceInstance(two.code()) as second, TraceInstance() as both:
            one.attach("prints", "tracepoint", EVENT)
            two.attach("prints", "tracepoint", EVENT)
            for _ in range(3):
                os.getpgid(0)
            assert [line.text for line in first.lines(timeout=1.0)] == ["run 1", "run 2", "run 3"]
            assert [line.text for line in second.drain()] == ["run 101", "run 102", "run 103"]
            mine = [line.text for line in both.drain() if line.pid == os.getpid()]
            assert sorted(mine) == sorted(["run 1", "run 2", "run 3", "run 101", "run 102", "run 103"])
