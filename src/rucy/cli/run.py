"""`rucy run FILE`: compile, load, attach, print, detach."""

from __future__ import annotations

import select
import sys
import time

from rucy.cli.loading import Tool, open_tool, read_tool, require_permission
from rucy.cli.options import COMPILE, Args, Option, Usage
from rucy.load.objects import Loaded
from rucy.load.stop import Stop

SYNOPSIS = "FILE.rb|FILE.o [--cgroup PATH] [--interface IF] [OPTIONS]"
ARGUMENTS = (1, 1)
OPTIONS = (
    Option("--cgroup", "PATH", "the cgroup (v2) that cgroup programs decide for"),
    Option("--interface", "IF", "the network interface of xdp, tc and socket programs"),
    Option("--duration", "SECONDS", "stop by itself after this time"),
    Option("--verifier-log", "", "print all that the kernel's verifier says"),
    *COMPILE,
)
EXAMPLES = (
    "rucy run connect.rb",
    "rucy run filter.rb --cgroup /sys/fs/cgroup/demo",
    "rucy run firewall.rb --interface eth0 --duration 60",
    "rucy run filter.o --cgroup /sys/fs/cgroup/demo",
)


def run(args: Args) -> int:
    duration = _seconds(args.text("duration"))
    tool = read_tool(args)
    if tool.user_half:
        print(f"rucy: {tool.name}: the user half does not run yet; its probes are attached until Ctrl-C", file=sys.stderr)
    require_permission()
    with Stop() as stop, open_tool(tool) as loaded:
        loaded.load(verifier_log=args.flag("verifier-log"))
        if args.flag("verifier-log"):
            for probe in tool.probes:
                sys.stderr.write(loaded.log(probe["name"]))
        _print_until_stopped(tool, loaded, args, stop, duration)
    return 0


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise Usage(f"`--duration` takes seconds, such as 10 or 0.5; not `{text}`")
    return value


def _attach(tool: Tool, loaded: Loaded, args: Args) -> None:
    for probe in tool.probes:
        if probe["attach"] and probe["link"] != "none":
            loaded.attach(
                probe["name"], probe["link"], probe["target"], cgroup=args.text("cgroup"), interface=args.text("interface")
            )


def _print_until_stopped(tool: Tool, loaded: Loaded, args: Args, stop: Stop, duration: float | None) -> None:
    """The trace instance is made before attaching, so that no line is missed; it and the links go in any case."""
    from rucy.load.trace import TraceInstance

    with TraceInstance(loaded.code()) as trace:
        _attach(tool, loaded, args)
        count = len(loaded.links)
        print(f"rucy: {count} program{'s' if count != 1 else ''} attached; Ctrl-C ends", file=sys.stderr, flush=True)
        end = time.monotonic() + duration if duration is not None else None
        while not stop.requested and (end is None or time.monotonic() < end):
            left = 0.2 if end is None else max(0.0, min(0.2, end - time.monotonic()))
            select.select([trace.fileno(), stop.fileno()], [], [], left)
            _print_lines(trace, 0)
        for link in loaded.links:
            link.close()
        _print_lines(trace, 0.35)
        if trace.lost:
            print(f"rucy: {trace.lost} lines were lost: the kernel's buffer was full", file=sys.stderr)


def _print_lines(trace: object, timeout: float) -> None:
    from rucy.load.trace import TraceInstance

    assert isinstance(trace, TraceInstance)
    for line in trace.lines(timeout):
        print(line.text)
    sys.stdout.flush()
