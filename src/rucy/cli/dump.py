"""`rucy dump FILE --emit=STAGE`."""

from __future__ import annotations

from rucy.cli.compiling import options_of
from rucy.cli.options import COMPILE, Args, Option
from rucy.pipeline import STAGES, emit

SYNOPSIS = "FILE.rb --emit=STAGE [--after=PASS] [OPTIONS]"
ARGUMENTS = (1, 1)
OPTIONS = (
    Option("--emit", "STAGE", f"one of {', '.join(STAGES)} (default asm)", choices=STAGES),
    Option("--after", "PASS", "with opt and later: stop the passes behind this one"),
    *COMPILE,
)
EXAMPLES = (
    "rucy dump tool.rb --emit=asm",
    "rucy dump tool.rb --emit=ir",
    "rucy dump tool.rb --emit=opt --after=fold_constants",
)


def run(args: Args) -> int:
    print(emit(args.files[0], args.text("emit") or "asm", options_of(args)), end="")
    return 0
