"""`rucy extract TOOL`: the source and the object that an executable was made of."""

from __future__ import annotations

import os

from rucy.bundle import BundleError, parts_of
from rucy.cli.compiling import write_bytes
from rucy.cli.options import Args, Option
from rucy.loader.errors import LoadError

SYNOPSIS = "TOOL [--source OUT.rb] [--object OUT.o]"
ARGUMENTS = (1, 1)
OPTIONS = (
    Option("--source", "OUT.rb", "where to write the source (`-`: standard output)"),
    Option("--object", "OUT.o", "where to write the object"),
)
EXAMPLES = ("rucy extract connects", "rucy extract connects --source -")


def run(args: Args) -> int:
    """Without a place for either, both are written, by the tool's name, into this folder."""
    path = args.files[0]
    with open(path, "rb") as file:
        data = file.read()
    try:
        parts = parts_of(data)
    except BundleError as error:
        raise LoadError(f"`{path}`: {error}") from None
    source, made = args.text("source"), args.text("object")
    if source is None and made is None:
        name = os.path.basename(path)
        source, made = name + ".rb", name + ".o"
    for out, part in ((source, "source"), (made, "object")):
        if out is not None:
            write_bytes(out, parts[part])
    return 0
