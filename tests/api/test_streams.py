"""Events, lines and traces as they come: with a time limit, in `asyncio`, and at the end of their object."""

from __future__ import annotations

import asyncio
import os
import select
import threading
import time
from pathlib import Path

import pytest

import rucy
from tests.api.files import NOBODY, calls, nothing_left, own, written

pytestmark = pytest.mark.root

SENDING = f"""\
class Call
  attr :pid,  :u32
  attr :who,  :i64
  attr :comm, [:char, 16]
end
CALLS = ringbuf Call, size: 1 << 20
OTHER = perf_buffer Call
{own('''
CALLS << Call.new(pid: pid, who: who, comm: comm)
OTHER << Call.new(who: who)
puts "called", who
print "half"
puts
printk "who %d", who
''')}"""


def later(seconds: float, *numbers: int) -> threading.Timer:
    timer = threading.Timer(seconds, calls, numbers)
    timer.start()
    return timer


def test_events_lines_and_traces(tmp_path: Path) -> None:
    with nothing_left(), rucy.load(written(tmp_path, SENDING)) as tool, tool.attach():
        assert list(tool.events) == ["CALLS", "OTHER"]
        assert list(tool.CALLS.read(0)) == []
        calls(0, -5)
        event = tool.CALLS.get()
        assert (event.pid, event.who, event.comm) == (os.getpid(), 0, Path("/proc/thread-self/comm").read_text().rstrip("\n"))
        assert [each.who for each in tool.CALLS.read(0)] == [-5]
        assert sorted(each.who for each in tool.OTHER.read(0.2)) == [-5, 0]
        assert list(tool.output.read(0)) == ["called", "0", "half", "called", "-5", "half"]
        traced = list(tool.trace.read(1))
        assert [line.text for line in traced] == ["who 0", "who -5"]
        assert {line.pid for line in traced} == {os.getpid()} and traced[0].time <= traced[1].time
        assert (tool.CALLS.lost, tool.OTHER.lost, tool.trace.lost) == (0, 0, 0)


def test_waiting(tmp_path: Path) -> None:
    with nothing_left(), rucy.load(written(tmp_path, SENDING)) as tool, tool.attach():
        begun = time.monotonic()
        with pytest.raises(TimeoutError, match="nothing came from `CALLS` within 0.2 seconds"):
            tool.CALLS.get(timeout=0.2)
        assert list(tool.CALLS.read(0.2)) == []
        assert 0.4 <= time.monotonic() - begun < 2
        timer = later(0.2, 7)  # a thread of this process
        assert select.select([tool.CALLS], [], [], 5)[0] == [tool.CALLS]
        assert tool.CALLS.get(timeout=5).who == 7
        assert tool.output.get(5) == "called"
        assert tool.trace.get(5).text == "who 7"
        timer.join()
        timer = later(0.2, *range(NOBODY, NOBODY + 3))
        seen = []
        for event in tool.CALLS:
            seen.append(event.who - NOBODY)
            if len(seen) == 3:
                break
        timer.join()
        assert seen == [0, 1, 2]


def test_many_in_order(tmp_path: Path) -> None:
    numbers = range(NOBODY, NOBODY + 10_000)
    with nothing_left(), rucy.load(written(tmp_path, SENDING)) as tool, tool.attach():
        calls(*numbers)
        assert [event.who for event in tool.CALLS.read(0)] == list(numbers)


def test_asyncio(tmp_path: Path) -> None:
    """Two streams at once, a cancelled wait that loses nothing, and a time limit."""

    async def whos(stream: rucy.Events, count: int) -> list[int]:
        found = []
        async for event in stream:
            found.append(event.who)
            if len(found) == count:
                return found
        raise AssertionError("a stream does not end")

    async def body(tool: rucy.Tool) -> None:
        for stream in (tool.CALLS, tool.OTHER, tool.output, tool.trace):
            list(stream.read(0.2))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await anext(tool.CALLS)
        waiting = asyncio.create_task(whos(tool.CALLS, 3))
        also = asyncio.create_task(whos(tool.OTHER, 1))
        line = asyncio.ensure_future(anext(tool.output))
        traced = asyncio.ensure_future(anext(tool.trace))
        await asyncio.sleep(0.1)
        calls(1)
        await asyncio.sleep(0.1)
        calls(2, 3)
        async with asyncio.timeout(5):
            assert await waiting == [1, 2, 3]
            assert await also == [1]
            assert await line == "called"
            assert (await traced).text == "who 1"
        cancelled = asyncio.ensure_future(anext(tool.CALLS))
        await asyncio.sleep(0.05)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        calls(4)
        async with asyncio.timeout(5):
            assert (await anext(tool.CALLS)).who == 4
        assert not asyncio.get_running_loop().remove_reader(tool.CALLS.fileno())  # nobody waits: nothing is watched

    with nothing_left(), rucy.load(written(tmp_path, SENDING)) as tool, tool.attach():
        asyncio.run(body(tool))
        asyncio.run(body(tool))  # another loop


def test_no_wake_up_is_lost(tmp_path: Path) -> None:
    """Events that come one by one while one waits for each: none is overlooked until the next."""

    async def body(tool: rucy.Tool) -> list[int]:
        found: list[int] = []
        sender = asyncio.create_task(asyncio.to_thread(slowly))
        async with asyncio.timeout(30):
            while len(found) < 1000:
                found.append((await anext(tool.CALLS)).who)
        await sender
        return found

    def slowly() -> None:
        for number in range(1000):
            calls(NOBODY + number)
            time.sleep(0.0005 if number % 3 else 0)

    with nothing_left(), rucy.load(written(tmp_path, SENDING)) as tool, tool.attach():
        assert asyncio.run(body(tool)) == list(range(NOBODY, NOBODY + 1000))
        assert tool.losses == []


def test_the_end_wakes_who_waits(tmp_path: Path) -> None:
    async def body(tool: rucy.Tool) -> None:
        waiting = asyncio.ensure_future(anext(tool.CALLS))
        await asyncio.sleep(0.05)
        tool.close()
        with pytest.raises(rucy.LoadError, match="closed"):
            async with asyncio.timeout(5):
                await waiting

    with nothing_left(), rucy.load(written(tmp_path, SENDING)) as tool, tool.attach():
        asyncio.run(body(tool))
        for stream in (tool.CALLS, tool.OTHER, tool.output, tool.trace):
            with pytest.raises(rucy.LoadError, match="closed"):
                list(stream.read(0))


def test_what_was_sent_before_the_end_of_attaching_is_there(tmp_path: Path) -> None:
    with nothing_left(), rucy.load(written(tmp_path, SENDING)) as tool:
        with tool.attach():
            calls(1, 2)
        calls(3)
        assert [event.who for event in tool.CALLS.read(0)] == [1, 2]


def test_a_ring_that_python_fills(tmp_path: Path) -> None:
    text = f"""\
class Order
  attr :what, :u32
  attr :name, [:char, 8]
end
ORDERS = user_ringbuf Order, size: 4096
$sum   = 0
{own('''
ORDERS.drain { |order| $sum += order.what if order.name == "add" }
''')}"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        order = tool.struct("Order")
        assert tool.ORDERS.send(order(what=5, name="add")) and tool.ORDERS.send({"what": 100, "name": "not"})
        calls(0)
        assert tool.globals["sum"] == 5
        sent = 0
        while tool.ORDERS.send(order(name="add")):
            sent += 1
        assert sent > 100
        calls(0)
        assert tool.ORDERS.send(order())
        with pytest.raises(ValueError, match="`ORDERS`: `what`"):
            tool.ORDERS.send(order(what=-1))
