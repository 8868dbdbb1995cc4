"""What a command raised, as the user reads it. Imported only when something went wrong."""

from __future__ import annotations

import os
import sys

from rucy.cli import options
from rucy.source import Diagnostic, UserError


def use_colour() -> bool:
    """https://no-color.org: a NO_COLOR that is not empty; `--color` goes before it."""
    if options.colours != "auto":
        return options.colours == "always"
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...]) -> None:
    """Diagnostics on standard error, with a count when there are several errors."""
    colour = use_colour()
    for diagnostic in diagnostics:
        sys.stderr.write(diagnostic.render(colour))
    errors = sum(1 for d in diagnostics if d.severity == "error")
    if errors > 1:
        print(f"{errors} errors", file=sys.stderr)


def explain(error: Exception) -> int:
    """Say it; the exit status."""
    from rucy.pipeline import BtfError, ObjectError

    if isinstance(error, UserError):
        show(error.diagnostics)
        return 1
    if isinstance(error, BtfError | ObjectError):
        print(f"rucy: {error}", file=sys.stderr)
        return 1
    if isinstance(error, OSError):
        name = f"`{error.filename}`: " if error.filename else ""
        print(f"rucy: {name}{(error.strerror or str(error)).lower()}", file=sys.stderr)
        return 1
    status = _load_error(error)
    if status is not None:
        return status
    what = str(error).partition("\n")[0]
    print(f"rucy: this is a bug in rucy: {type(error).__name__}: {what}", file=sys.stderr)
    print("      run it again with RUCY_DEBUG=1 for the details, and report it with the file", file=sys.stderr)
    return 70


def _load_error(error: Exception) -> int | None:
    if type(error).__module__ != "rucy.loader.errors":
        return None
    from rucy.loader.errors import LoadError, VerifierRefusal
    from rucy.source import render

    assert isinstance(error, LoadError)
    if isinstance(error, VerifierRefusal) and error.file:
        print(render.headline(f"{error.file}:{error.line}:", "error", error.message, "verifier", use_colour()), file=sys.stderr)
        if error.source:
            print(f"  {error.line} | {error.source}", file=sys.stderr)
    else:
        print(f"rucy: {error.message}", file=sys.stderr)
    if error.help:
        print(f"  help: {error.help}", file=sys.stderr)
    if isinstance(error, VerifierRefusal) and error.tail:
        print("  the verifier's last lines:", file=sys.stderr)
        for line in error.tail:
            print(f"    {line}", file=sys.stderr)
    return error.status
