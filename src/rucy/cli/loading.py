"""What the commands that load share: an object from a Ruby file or an object file, and words about what is left out."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rucy.cli.options import Args
from rucy.loader.errors import LoadError
from rucy.loader.files import ObjectFile, open_file, read_object, require_permission
from rucy.source import UserError

if TYPE_CHECKING:
    from rucy.loader.objects import Loaded


def read_tool(args: Args, runs: bool = False, selecting: bool = False) -> ObjectFile:
    """Compile a Ruby file, or read an object file (ours or another compiler's). `runs`: its user half is to run, which sets
    what it computes. `selecting`: with options that choose a process."""
    path = args.files[0]
    if path.endswith(".o"):
        return read_object(path)
    from rucy.cli.compiling import compile_and_warn, options_of
    from rucy.pipeline import notes_of

    options = options_of(args)._replace(selecting=selecting)
    without = ("computed-unset",) if runs and has_runtime() else ()
    compiled = compile_and_warn(path, options, without)
    if runs and has_runtime():
        from rucy.cli.runtime import check_names

        if wrong := check_names(compiled):
            raise UserError(*wrong)
    notes = notes_of(compiled.data)
    warned = any(one.code not in without for one in compiled.diagnostics)
    return ObjectFile(path, compiled.data, notes["probes"], compiled.user_half, notes, compiled.unit.file.text, warned)


def has_runtime() -> bool:
    from rucy.cli.runtime import find_runtime

    return find_runtime(os.uname().machine) is not None


def open_tool(tool: ObjectFile, btf: str | None = None) -> Loaded:
    """As rucy.loader.files.open_file; says what is left out."""
    loaded = open_file(tool, btf)
    tell_left_out(loaded.left_out)
    return loaded


def load(loaded: Loaded, verifier_log: bool, stats: bool = False) -> None:
    """As Loaded.load; with `verifier_log` all that the verifier said is written, of a program that it refuses too."""
    try:
        loaded.load(verifier_log, stats=stats)
    finally:
        if verifier_log:
            for name, log in loaded.logs.items():
                sys.stderr.write(f"rucy: the verifier's log of `{name}`:\n{log}\n")


def tell_left_out(reasons: dict[str, LoadError]) -> None:
    for name, error in reasons.items():
        print(f"rucy: `{name}` is left out: {error.message}", file=sys.stderr)


__all__ = ["has_runtime", "load", "open_tool", "read_tool", "require_permission", "tell_left_out"]
