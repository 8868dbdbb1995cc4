"""`rucy run FILE`: compile, load, attach, print, detach: by the runtime, or by Python where that cannot be."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from rucy.cli.loading import has_runtime, load, open_tool, require_permission, tell_left_out
from rucy.cli.options import COMPILE, Args, Option, Usage
from rucy.cli.program_options import Given
from rucy.loader.errors import LoadError
from rucy.loader.files import PLACES, ObjectFile, attach_each
from rucy.loader.options import set_options, spelled

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rucy.loader.objects import Loaded
    from rucy.loader.stop import Stop
    from rucy.loader.trace import TraceInstance, TraceLine

SYNOPSIS = "FILE.rb|FILE.o [--cgroup PATH] [--interface IF] [OPTIONS] [OPTIONS OF THE PROGRAM] [-- ARGUMENTS]"
ARGUMENTS = (1, None)  # of the user half
OPTIONS = (
    Option("--cgroup", "PATH", "the cgroup (v2) that cgroup programs decide for"),
    Option("--interface", "IF", "the network interface of xdp, tc and socket programs"),
    Option("--mode", "MODE", "how xdp runs: native, in the driver, or generic (default: native where there is)",
           choices=("native", "generic")),  # fmt: skip
    Option("--json", "", "records and maps as one JSON object a line, with attr names as keys"),
    Option("--duration", "SECONDS", "stop by itself after this time"),
    Option("--pid", "PID", "only this process", short="-p"),
    Option("--comm", "NAME", "only processes of this name"),
    Option("--top", "N", "of each map and table the N largest alone"),
    Option("--interval", "SECONDS", "show it again each time so long has passed"),
    Option("--verifier-log", "", "print all that the kernel's verifier says"),
    *COMPILE,
)
EXAMPLES = (
    "rucy run connect.rb",
    "rucy run filter.rb --cgroup /sys/fs/cgroup/demo",
    "rucy run firewall.rb --interface eth0 --duration 60",
    "rucy run filter.o --cgroup /sys/fs/cgroup/demo",
)

_KERNEL_TYPES = "/sys/kernel/btf/vmlinux"
_MFD_EXEC = 0x10  # include/uapi/linux/memfd.h


def check(args: Args) -> None:
    """Raises Usage for a value that no program takes."""
    import os

    _seconds(args.text("duration"))
    target, here = args.text("target"), os.uname().machine
    if target not in (None, here):
        raise Usage(f"this machine is {here}; `rucy build --target {target}` makes a tool for the other one")


def run_program(given: Given) -> int:
    """A Ruby file runs as the executable that `rucy build` would write. An object, and any file where there is no runtime, is
    loaded and printed by Python."""
    tool, args = given.tool, given.args
    duration = _seconds(args.text("duration"))
    is_ruby = not tool.name.endswith(".o")
    if is_ruby and has_runtime():
        return _run_in_runtime(given)
    asked = next((name for name in ("top", "interval") if args.text(name) is not None), None)
    if asked is not None and not is_ruby:
        raise Usage(f"`--{asked}` is for Ruby files; `{tool.name}` is an object")
    if asked is not None:
        raise Usage(f"`--{asked}` needs the runtime, which is not there: make runtime")
    if tool.user_half:
        half = "the user half, which begins here, does not run: the runtime is not there (make runtime)"
        print(f"rucy: {tool.name}:{tool.user_half}: {half}; programs run until Ctrl-C", file=sys.stderr)
    from rucy.loader.stop import Stop

    _require_places(tool, args)
    require_permission()
    with Stop() as stop, open_tool(tool) as loaded:
        set_options(loaded, tool.notes, given.values)
        load(loaded, args.flag("verifier-log"))
        _print_until_stopped(tool, loaded, args, stop, duration)
    return 0


def _run_in_runtime(given: Given) -> int:
    """The executable runs in this process's place. First come words for it alone, which tell it in whose name it speaks."""
    import os

    from rucy.cli import options
    from rucy.cli.again import keep
    from rucy.cli.build import into_runtime, parts_of

    tool, args = given.tool, given.args
    arch = os.uname().machine
    executable = into_runtime(arch, parts_of(tool.name, tool.source, tool.data, tool.user_half, arch))
    words = ["--rucy-run", options.colours, tool.name]
    names = ("cgroup", "interface", "mode", "duration", "top", "interval")
    words += [f"--{name}={args.text(name)}" for name in names if args.text(name) is not None]
    words += [f"--{name}" for name in ("json", "verifier-log") if args.flag(name)]
    types = args.text("btf")  # what it was compiled for; what it is loaded by only where the kernel does not tell its own
    words += [f"--btf={types}"] if types is not None and not os.path.exists(_KERNEL_TYPES) else []
    for row, value in given.values:
        name = spelled(row)
        words.append(f"{name}={value}" if isinstance(value, str) else name if value else f"--no-{name[2:]}")
    words = ["rucy", *words, "--", *args.files[1:]]
    if not tool.warned:
        keep(given.words, tool.name, tool.source, executable, words)
    place = _open_in_memory()
    with open(place, "wb", closefd=False) as made:
        made.write(executable)
    sys.stdout.flush()
    os.execve(place, words, os.environ)


def _open_in_memory() -> int:
    """A file that can be run. Since Linux 6.3 one says so, and a kernel may be told to let none (vm.memfd_noexec of
    Documentation/admin-guide/sysctl/vm.rst); before, all can."""
    import errno
    import os

    try:
        return os.memfd_create("rucy", os.MFD_CLOEXEC | _MFD_EXEC)
    except OSError as error:
        if error.errno != errno.EACCES:
            return os.memfd_create("rucy")
        help = "`sysctl vm.memfd_noexec=1` lets it; a tool that `rucy build` makes does not need it"
        raise LoadError("this kernel runs nothing from memory (vm.memfd_noexec is 2)", help, 77) from None


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


def _require_places(tool: ObjectFile, args: Args) -> None:
    """Before anything is loaded: whatever a probe attaches to has been named."""
    for probe in tool.probes:
        option = probe["needs"]
        if probe["attach"] and option in PLACES and args.text(option) is None:
            metavar = {o.name: o.metavar for o in OPTIONS}[f"--{option}"]
            where = f"{tool.name}:{probe['line']}" if probe["line"] else tool.name
            kind = probe["hook"] or probe["name"]
            raise Usage(f"{where}: `{kind}` attaches to {PLACES[option]}, so name one: --{option} {metavar}")


def _attach(tool: ObjectFile, loaded: Loaded, args: Args) -> None:
    """All programs that attach by themselves, each told with its place. Those before a failing one are detached by the
    end of the `with` that `loaded` is in."""
    places = {name: args.text(name) for name in ("cgroup", "interface", "mode")}
    for name, done in attach_each(loaded, tool, **places):
        if isinstance(done, LoadError):
            tell_left_out({name: done})
        else:
            print(f"rucy: {name} on {done.target}", file=sys.stderr)


def _print_until_stopped(tool: ObjectFile, loaded: Loaded, args: Args, stop: Stop, duration: float | None) -> None:
    """The trace instance and the rings are there before attaching, so that nothing is missed; they and the links go in any
    case."""
    from rucy.cli.printing import Printer, write_bytes_as_they_are

    write_bytes_as_they_are()
    with _trace(tool, loaded) as trace, Printer(tool, loaded, args.flag("json")) as printer:
        _attach(tool, loaded, args)
        print("rucy: attached; Ctrl-C ends", file=sys.stderr, flush=True)
        end = time.monotonic() + duration if duration is not None else None
        more = False
        waiting = select.poll()
        for fd in (*([trace.fileno()] if trace else []), stop.fileno(), *printer.filenos()):
            waiting.register(fd, select.POLLIN)
        while not stop.requested and (end is None or time.monotonic() < end):
            left = 0.0 if more else 0.2 if end is None else max(0.0, min(0.2, end - time.monotonic()))
            waiting.poll(left * 1000)
            _print_lines(trace.lines(0) if trace else ())
            more = printer.print_some()
        for link in loaded.links:
            link.close()
        _print_lines(trace.drain() if trace else ())
        printer.drain()
        printer.finish()
        if trace and trace.lost:
            print(f"rucy: {trace.lost} lines were lost: the kernel's buffer was full", file=sys.stderr)


def _trace(tool: ObjectFile, loaded: Loaded) -> AbstractContextManager[TraceInstance | None]:
    """The kernel's trace, if a program prints to it: other programs may fill it faster than anyone reads."""
    from rucy.loader.calls import TRACE, calls_any

    if not calls_any(tool.data, TRACE):
        return nullcontext()
    from rucy.loader.trace import TraceInstance

    return TraceInstance(loaded.code())


def _print_lines(lines: Iterable[TraceLine]) -> None:
    for line in lines:
        print(line.text)
    sys.stdout.flush()
