"""`rucy COMMAND …`: finds the command, runs it, and turns what it raises into a line and an exit status.

Exit status: 1 the user's mistake, 2 usage, 70 our own bug, 77 the kernel lacks or forbids what is asked.
"""

from __future__ import annotations

import gc
import sys

#: command → what it does, in the order of `rucy --help`
COMMANDS = {
    "run": "compile, load, attach and print what the programs print, until Ctrl-C",
    "build": "compile to one executable that needs nothing else",
    "extract": "give back the source and the object that an executable was made of",
    "object": "compile to a BPF object file",
    "check": "say everything that is wrong with a file, and compile nothing",
    "verify": "load without attaching: what the kernel's verifier says, and what it cost",
    "dump": "show a stage of the compiler: tree, types, ir, opt, asm, btf, object",
    "disasm": "show the instructions of an object file",
    "hooks": "list the places where a program can be attached, with arguments and results",
    "completion": "print a script that completes command lines in bash, zsh or fish",
}
USAGE, BUG = 2, 70

#: Objects more than there were, before the next look for cycles that nothing holds any more: a small program is compiled with
#: fewer, and looking for what it leaves behind would find next to nothing.
_OBJECTS = 200_000


def main(argv: list[str] | None = None) -> int:
    """Entry point. Never lets a traceback out, unless RUCY_DEBUG is set."""
    if argv is not None:
        return _guarded(argv)
    gc.set_threshold(_OBJECTS)
    try:
        return _guarded(sys.argv[1:])
    finally:
        gc.freeze()  # nor is it looked for at the end


def _guarded(args: list[str]) -> int:
    """Run a command; what it raises becomes a line and a status."""
    try:
        return _run(args)
    except BrokenPipeError:
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _explain(error)


def _run(args: list[str]) -> int:
    if args[:1] == ["run"]:
        from rucy.cli.again import run_again

        run_again(args[1:])
    from importlib import import_module

    from rucy.cli.options import COMPILE, Usage, close_to, parse

    if not args or args[0] in ("-h", "--help", "help"):
        if len(args) > 1 and args[1] in COMMANDS:
            args = [args[1], "--help"]
        else:
            print(_overview())
            return 0 if args else USAGE
    name = args[0]
    if name in ("--version", "-V"):
        from rucy import __version__

        print(f"rucy {__version__}")
        return 0
    if name not in COMMANDS:
        meant = f"run {name}" if name.endswith((".rb", ".o")) else close_to(name, COMMANDS)
        raise Usage(f"there is no command `{name}`; {f'did you mean `rucy {meant}`?' if meant else '`rucy --help` lists them'}")
    command = import_module(f"rucy.cli.{name}")
    if "-h" in args[1:] or "--help" in args[1:]:
        from rucy.cli.help import command_help, program_help

        shown = program_help(name, command, args[1:])
        if shown is not None:
            print(shown + command_help(name, COMMANDS[name], command), end="")
            return 0
    if hasattr(command, "run_program"):
        from rucy.cli.program_options import read

        return int(command.run_program(read(args[1:], command.OPTIONS, COMPILE, name, command.check)))
    return int(command.run(parse(args[1:], command.OPTIONS, command.ARGUMENTS, name)))


def _overview() -> str:
    lines = ["Rucy turns plain Ruby into eBPF.", "", "Usage: rucy COMMAND [OPTIONS] FILE…", "", "Commands:"]
    lines += [f"  {name:10} {what}" for name, what in COMMANDS.items()]
    lines += [
        "",
        "`rucy COMMAND --help` has its options and examples. A first program:",
        "",
        "  # tool.rb: no process of the cgroup may open /dev/urandom",
        '  license "GPL"',
        "  cgroup_device { |dev| !(dev.major == 1 && dev.minor == 9) }",
        "",
        "  $ sudo rucy run tool.rb --cgroup /sys/fs/cgroup/demo",
    ]
    return "\n".join(lines)


def _explain(error: Exception) -> int:
    """A line (or a few) on standard error, and the status."""
    from rucy.cli.options import Usage

    if isinstance(error, Usage):
        print(f"rucy: {error}", file=sys.stderr)
        return USAGE
    import os

    if os.environ.get("RUCY_DEBUG"):
        raise error
    from rucy.cli.explain import explain

    return explain(error)
