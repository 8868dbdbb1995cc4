"""What the commands that compile share: options to `pipeline.Options`, warnings to standard error."""

from __future__ import annotations

import os
import sys

from rucy.cli.options import Args, Usage
from rucy.pipeline import Compiled, Options, Target, compile_file


def options_of(args: Args) -> Options:
    """Raises Usage for a kernel that is no version."""
    kernel = args.text("kernel")
    if kernel == "running":
        kernel = ".".join(os.uname().release.split("-")[0].split(".")[:2])
    if kernel is not None and not all(part.isdigit() for part in kernel.split(".")):
        raise Usage(f"`--kernel` takes a version such as 5.10, or `running`; not `{kernel}`")
    machine = args.text("target") or os.uname().machine
    arch = machine if machine in ("x86_64", "aarch64") else "x86_64"
    target = Target(kernel or "5.10", arch, args.text("cpu") or "v3", kernel is not None)
    return Options(target, args.text("btf"), args.text("after"))


def compile_and_warn(path: str, options: Options) -> Compiled:
    compiled = compile_file(path, options)
    if compiled.diagnostics:
        from rucy.cli.explain import show

        show(compiled.diagnostics)
    return compiled


def write_bytes(path: str, data: bytes) -> None:
    """Write a file whole or not at all."""
    if path == "-":
        sys.stdout.buffer.write(data)
        return
    part = f"{path}.part{os.getpid()}"
    try:
        with open(part, "wb") as file:
            file.write(data)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.unlink(part)
        error.filename = path
        error.filename2 = None
        raise
