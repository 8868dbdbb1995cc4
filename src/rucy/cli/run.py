"""`rucy run FILE`: compile, load, attach, print, detach."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from rucy.cli.loading import Tool, open_tool, require_permission, tell_left_out
from rucy.cli.options import COMPILE, Args, Option, Usage
from rucy.cli.program_options import Given
from rucy.load.errors import LoadError
from rucy.load.objects import Loaded
from rucy.load.options import set_option
from rucy.load.stop import Stop

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rucy.load.trace import TraceInstance, TraceLine

SYNOPSIS = "FILE.rb|FILE.o [--cgroup PATH] [--interface IF] [OPTIONS] [OPTIONS OF THE PROGRAM]"
ARGUMENTS = (1, 1)
OPTIONS = (
    Option("--cgroup", "PATH", "the cgroup (v2) that cgroup programs decide for"),
    Option("--interface", "IF", "the network interface of xdp, tc and socket programs"),
    Option("--mode", "MODE", "how xdp runs: native, in the driver, or generic (default: native where there is)",
           choices=("native", "generic")),  # fmt: skip
    Option("--json", "", "records and maps as one JSON object a line, with attr names as keys"),
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


def check(args: Args) -> None:
    """Raises Usage for a value that no program takes."""
    _seconds(args.text("duration"))


def run_program(given: Given) -> int:
    tool, args = given.tool, given.args
    duration = _seconds(args.text("duration"))
    if tool.user_half:
        print(f"rucy: {tool.name}: the user half does not run yet; its probes are attached until Ctrl-C", file=sys.stderr)
    _require_places(tool, args)
    require_permission()
    with Stop() as stop, open_tool(tool) as loaded:
        for row, value in given.values:
            set_option(loaded, row, value)
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


def _require_places(tool: Tool, args: Args) -> None:
    """Before anything is loaded: whatever a probe attaches to has been named."""
    for probe in _attachable(tool):
        option = probe["needs"]
        if option is not None and args.text(option) is None:
            metavar = {o.name: o.metavar for o in OPTIONS}[f"--{option}"]
            where = f"{tool.name}:{probe['line']}" if probe["line"] else tool.name
            kind = probe["hook"] or probe["name"]
            raise Usage(f"{where}: `{kind}` attaches to {_PLACES[option]}, so name one: --{option} {metavar}")


_PLACES = {"cgroup": "a cgroup", "interface": "a network interface"}


def _attachable(tool: Tool) -> list[dict[str, Any]]:
    return [probe for probe in tool.probes if probe["attach"]]


def _attach(tool: Tool, loaded: Loaded, args: Args) -> None:
    """All programs that attach by themselves, each told with its place. Those before a failing one are detached by the
    end of the `with` that `loaded` is in."""
    there = {info.name for info in loaded.programs if info.fd >= 0}
    for probe in _attachable(tool):
        if probe["name"] not in there:  # optional, and left out
            continue
        try:
            link = loaded.attach(
                probe["name"], probe["link"], probe["target"], cgroup=args.text("cgroup"),
                interface=args.text("interface"), mode=args.text("mode") if probe["link"] == "xdp" else None,
            )  # fmt: skip
        except LoadError as error:
            if not probe["optional"] or error.status != 77:
                raise
            tell_left_out(probe, error)
        else:
            print(f"rucy: {link.program} on {link.target}", file=sys.stderr)
    if not loaded.links:
        raise LoadError(f"no program of `{tool.name}` attaches", "each is optional and left out, or has `attach: false`")


def _print_until_stopped(tool: Tool, loaded: Loaded, args: Args, stop: Stop, duration: float | None) -> None:
    """The trace instance and the rings are there before attaching, so that nothing is missed; they and the links go in any
    case."""
    from rucy.cli.printing import Printer, write_bytes_as_they_are

    write_bytes_as_they_are()
    with _trace(tool, loaded) as trace, Printer(tool, loaded, args.flag("json")) as printer:
        _attach(tool, loaded, args)
        print("rucy: attached; Ctrl-C ends", file=sys.stderr, flush=True)
        end = time.monotonic() + duration if duration is not None else None
        more = False
        while not stop.requested and (end is None or time.monotonic() < end):
            left = 0.0 if more else 0.2 if end is None else max(0.0, min(0.2, end - time.monotonic()))
            select.select([*([trace.fileno()] if trace else []), stop.fileno(), *printer.filenos()], [], [], left)
            _print_lines(trace.lines(0) if trace else ())
            more = printer.print_some()
        for link in loaded.links:
            link.close()
        _print_lines(trace.drain() if trace else ())
        printer.drain()
        printer.finish()
        if trace and trace.lost:
            print(f"rucy: {trace.lost} lines were lost: the kernel's buffer was full", file=sys.stderr)


def _trace(tool: Tool, loaded: Loaded) -> AbstractContextManager[TraceInstance | None]:
    """The kernel's trace, if a program prints to it: other programs may fill it faster than anyone reads."""
    from rucy.load.calls import TRACE, calls_any

    if not calls_any(tool.data, TRACE):
        return nullcontext()
    from rucy.load.trace import TraceInstance

    return TraceInstance(loaded.code())


def _print_lines(lines: Iterable[TraceLine]) -> None:
    for line in lines:
        print(line.text)
    sys.stdout.flush()
