"""`rucy disasm OBJ.o`: the instructions of an object, whoever made it."""

from __future__ import annotations

from rucy.cli.options import Args, Option

SYNOPSIS = "OBJ.o"
ARGUMENTS = (1, 1)
OPTIONS: tuple[Option, ...] = ()
EXAMPLES = ("rucy disasm filter.o",)


def run(args: Args) -> int:
    from rucy.pipeline import disassemble_object

    with open(args.files[0], "rb") as file:
        data = file.read()
    print(disassemble_object(data), end="")
    return 0
