"""`rucy object FILE.rb -o OUT.o`."""

from __future__ import annotations

from rucy.cli.compiling import compile_and_warn, options_of, write_bytes
from rucy.cli.options import COMPILE, Args, Option

SYNOPSIS = "FILE.rb [-o OUT.o] [OPTIONS]"
ARGUMENTS = (1, 1)
OPTIONS = (
    Option("--output", "OUT.o", "where to write the object (default: FILE.o; `-` is standard output)", short="-o"),
    Option("--dest", "OUT.o", "the same: the spelling of the first Rucy"),
    *COMPILE,
)
EXAMPLES = (
    "rucy object filter.rb -o filter.o",
    "rucy object filter.rb -o filter.o --kernel 6.1",
    "bpftool prog load filter.o /sys/fs/bpf/filter",
)


def run(args: Args) -> int:
    path = args.files[0]
    out = args.text("output") or args.text("dest") or (path[:-3] if path.endswith(".rb") else path) + ".o"
    compiled = compile_and_warn(path, options_of(args))
    write_bytes(out, compiled.data)
    return 0
