"""`rucy verify FILE`: load without attaching, and what each program cost the verifier."""

from __future__ import annotations

from rucy.cli.loading import load, open_tool, require_permission
from rucy.cli.options import COMPILE, Args, Option
from rucy.cli.program_options import Given
from rucy.loader.options import set_options

SYNOPSIS = "FILE.rb|FILE.o [--verifier-log] [OPTIONS] [OPTIONS OF THE PROGRAM]"
ARGUMENTS = (1, 1)
OPTIONS = (Option("--verifier-log", "", "print all that the kernel's verifier says"), *COMPILE)
EXAMPLES = ("rucy verify filter.rb", "rucy verify filter.o --verifier-log")


def check(args: Args) -> None:
    """Nothing of its own options can be wrong beyond their form."""


def run_program(given: Given) -> int:
    """Prints a line a program: name, instructions, instructions that the verifier processed, bytes of stack."""
    tool, args = given.tool, given.args
    require_permission()
    with open_tool(tool) as loaded:
        set_options(loaded, tool.notes, given.values)
        load(loaded, args.flag("verifier-log"), stats=True)
        there = {info.name for info in loaded.programs if info.fd >= 0}
        width = max(7, *(len(probe["name"]) for probe in tool.probes))
        print(f"{'PROGRAM':{width}}  INSTRUCTIONS  PROCESSED  STACK")
        for probe in tool.probes:
            if probe["name"] not in there:  # optional, and left out
                continue
            stats = loaded.stats(probe["name"])
            processed = stats.verified if stats.verified is not None else "-"
            stack = "+".join(map(str, stats.stack)) if stats.stack is not None else "-"
            print(f"{probe['name']:{width}}  {stats.xlated_len // 8:12}  {processed:>9}  {stack:>5}")
    return 0
