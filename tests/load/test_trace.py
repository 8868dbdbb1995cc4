"""Trace lines: the parser on text of several kernels, and instances of the running one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from rucy.loader.trace import TraceInstance, TraceParser
from tests.load.child import in_child
from tests.load.printing import build, own_lines_only, prints_lines

# A column of flags more from 5.17 on (migrate-disable); the tgid column when record-tgid is on.
OLD = " kworker/0:1-ev-12    [000] d..1   123.456789: bpf_trace_printk: one\n"
NEW = "          my app-4711    [013] ....2.2 1656.438075: bpf_trace_printk: two: 3\n"
TGID = "            curl-77    (     77) [001] ...21  9.000001: bpf_trace_printk: three\n"


def stack(address: int, header: str = OLD) -> str:
    return header.split(": ")[0] + f": <stack trace>\n => bpf_trace_printk <ffffffff814bb5fd>\n => bpf_prog_1_x <{address:x}>\n"


def texts(parser: TraceParser, all: bool = True) -> list[str]:
    return [line.text for line in parser.ready(all=all)]


def test_columns() -> None:
    parser = TraceParser()
    parser.feed(OLD + NEW + TGID)
    assert list(parser.ready()) == [
        ("kworker/0:1-ev", 12, 0, 123.456789, "one"),
        ("my app", 4711, 13, 1656.438075, "two: 3"),
        ("curl", 77, 1, 9.000001, "three"),
    ]


def test_newlines_in_the_text() -> None:
    parser = TraceParser()
    parser.feed(OLD.rstrip("\n") + "\n\n" + OLD.replace("one", "a\nb") + NEW)
    assert texts(parser) == ["one", "a", "b", "two: 3"]


def test_line_cut_by_the_read() -> None:
    parser = TraceParser()
    parser.feed(OLD[:30])
    assert texts(parser) == []
    parser.feed(OLD[30:])
    assert texts(parser) == ["one"]


def test_own_lines_by_stack() -> None:
    parser = TraceParser(code=[(0x1000, 0x100)])
    parser.feed(OLD + stack(0x1010) + OLD.replace("one", "other") + stack(0x2000))
    assert texts(parser, all=False) == ["one"]
    assert texts(parser) == []


def test_line_waits_for_its_stack_and_keeps_its_place() -> None:
    parser = TraceParser(code=[(0x1000, 0x100)])
    parser.feed(OLD + NEW + stack(0x1010, NEW))
    assert texts(parser, all=False) == []
    parser.feed(stack(0x1010, OLD))
    assert texts(parser, all=False) == ["one", "two: 3"]


def test_interrupt_between_line_and_stack() -> None:
    parser = TraceParser(code=[(0x1000, 0x100)])
    inner = OLD.replace("one", "inner")
    parser.feed(OLD + inner + stack(0x2000) + stack(0x1010))
    assert texts(parser) == ["one"]


def test_line_without_stack_is_not_lost() -> None:
    parser = TraceParser(code=[(0x1000, 0x100)])
    parser.feed(OLD)
    assert texts(parser, all=True) == ["one"]
    parser.feed(OLD.replace("one", "next") + stack(0x1010))
    assert texts(parser, all=False) == ["next"]


def test_lost_events_are_counted() -> None:
    parser = TraceParser()
    parser.feed("CPU:1 [LOST 34 EVENTS]\n" + OLD)
    assert texts(parser) == ["one"]
    assert parser.lost == 34


@pytest.mark.root
def test_lines_of_the_running_kernel() -> None:
    data = build()
    in_child(lambda: prints_lines(data))


@pytest.mark.root
def test_two_runs_of_one_program() -> None:
    data = build()
    in_child(lambda: own_lines_only(data))


@pytest.mark.root
def test_instance_goes_with_an_error() -> None:
    def fail() -> str:
        with TraceInstance() as instance:
            path = instance.path
            assert path is not None
            assert os.path.isdir(path)
            try:
                raise KeyError
            except KeyError:
                return path

    assert not os.path.exists(fail())


@pytest.mark.root
def test_instance_of_a_killed_run_goes_with_the_next() -> None:
    code = "import time; from rucy.loader.trace import TraceInstance as T; t = T(); print(t.path, flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    path = child.stdout.readline().strip()
    assert os.path.isdir(path)
    with TraceInstance():
        assert os.path.isdir(path), "the instance of a run that goes on was removed"
    child.send_signal(signal.SIGKILL)
    child.wait()
    end = time.monotonic() + 60
    while os.path.isdir(path):  # the killed process's pipe closes a moment later
        assert time.monotonic() < end
        TraceInstance().close()
