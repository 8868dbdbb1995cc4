"""What the commands that compile share: options to `pipeline.Options`, warnings to standard error."""

from __future__ import annotations

import os
import sys

from rucy.cli.options import Args, Usage
from rucy.pipeline import Compiled, Options, compile_file, options_for


def options_of(args: Args) -> Options:
    """Raises Usage for a kernel that is no version."""
    kernel = args.text("kernel")
    try:
        return options_for(kernel, args.text("btf"), args.text("target"), args.text("cpu"), args.text("after"))
    except ValueError:
        raise Usage(f"`--kernel` takes a version such as 5.10, or `running`; not `{kernel}`") from None


def compile_and_warn(path: str, options: Options, without: tuple[str, ...] = ()) -> Compiled:
    """`without`: codes of warnings that do not hold for what is to be done."""
    compiled = compile_file(path, options)
    warnings = [one for one in compiled.diagnostics if one.code not in without]
    if warnings:
        from rucy.cli.explain import show

        show(warnings)
    return compiled


def write_bytes(path: str, data: bytes) -> None:
    """Write a file whole or not at all. A device or pipe stays what it is and is written to, as is a link."""
    if path == "-":
        sys.stdout.buffer.write(data)
        return
    place = os.path.realpath(path)
    part = f"{place}.part{os.getpid()}"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(data)
            return
        with open(part, "wb") as file:
            file.write(data)
        os.replace(part, place)
    except BaseException as error:  # Ctrl-C leaves no part of it either
        if os.path.exists(part):
            os.unlink(part)
        if isinstance(error, OSError):
            error.filename, error.filename2 = path, None
        raise
