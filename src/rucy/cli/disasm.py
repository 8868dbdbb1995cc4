"""`rucy disasm OBJ.o`: the instructions of an object, whoever made it."""

from __future__ import annotations

from rucy.cli.options import Args, Option

SYNOPSIS = "OBJ.o"
ARGUMENTS = (1, 1)
OPTIONS: tuple[Option, ...] = ()
EXAMPLES = ("rucy disasm filter.o",)


def run(args: Args) -> int:
    from rucy.pipeline import ObjectError, disassemble_object

    path = args.files[0]
    with open(path, "rb") as file:
        data = file.read()
    try:
        print(disassemble_object(data), end="")
    except ObjectError as error:
        raise ObjectError(f"`{path}`: {error}") from None
    return 0
