"""Where the runtime is, and what it says of itself."""

from __future__ import annotations

import os
import sys

from rucy import kept

TYPE_CHECKING = False  # that of `typing`: `rucy.cli.again` is to start as soon as it can
if TYPE_CHECKING:
    from rucy.pipeline import Compiled
    from rucy.source import Diagnostic


def find_runtime(arch: str, name: str = "rucy") -> str | None:
    """The path of the executable for a machine: in this package, or as `make runtime` leaves it in a checkout. `name`: "unpack"
    is the small one, which unpacks another and runs it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    checkout = os.path.dirname(os.path.dirname(package))
    for folder in (os.path.join(package, "_runtime"), os.path.join(checkout, "build", "runtime")):
        path = os.path.join(folder, f"{name}-{arch}")
        if os.path.exists(path):
            return path
    return None


def check_names(compiled: Compiled) -> list[Diagnostic]:
    """Errors for names of the user half that nothing has, as far as this machine can run a runtime: else a line says so. What
    a runtime has is the same for each machine."""
    if not compiled.user_half:
        return []
    machine = os.uname().machine
    path = find_runtime(machine)
    if path is None:
        return _not_checked(f"there is no runtime for {machine} here (`make runtime` makes it)")
    from rucy.pipeline import names_of_user_half

    place = _place_of_names(path)
    found = names_of_user_half(compiled, _read(place)) if place else None
    if found is None:
        listed = _ask(path)
        found = names_of_user_half(compiled, listed)
        if found is None:
            return _not_checked("the runtime is of another version (`make runtime` makes it anew)")
        if place:
            kept.write(place, listed.encode())
    return found


def _place_of_names(runtime: str) -> str | None:
    """Where what it says is kept, by its content; None where nothing is."""
    folder = kept.default_dir()
    if folder is None:
        return None
    with open(runtime, "rb") as file:
        return f"{folder}/names-{kept.content_key(file.read()).hex()}.json"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _ask(runtime: str) -> str:
    """What it has, as it says itself: that takes as long as much of compiling a small program."""
    import subprocess

    return subprocess.run([runtime, "--rucy-names"], capture_output=True, text=True, errors="replace").stdout


def _not_checked(why: str) -> list[Diagnostic]:
    print(f"rucy: the names of the user half are not checked: {why}", file=sys.stderr)
    return []


__all__ = ["check_names", "find_runtime"]
