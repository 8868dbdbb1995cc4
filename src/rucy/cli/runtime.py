"""Where the runtime is, and what it says of itself."""

from __future__ import annotations

import os
import sys

from rucy.pipeline import Compiled, names_of_user_half
from rucy.source import Diagnostic


def find_runtime(arch: str) -> str | None:
    """The path of the executable for a machine: in this package, or as `make runtime` leaves it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    checkout = os.path.dirname(os.path.dirname(package))
    for folder in (os.path.join(package, "_runtime"), os.path.join(checkout, "build", "runtime")):
        path = os.path.join(folder, f"rucy-{arch}")
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
    import subprocess

    done = subprocess.run([path, "--rucy-names"], capture_output=True, text=True, errors="replace")
    found = names_of_user_half(compiled, done.stdout)
    return found if found is not None else _not_checked("the runtime is of another version (`make runtime` makes it anew)")


def _not_checked(why: str) -> list[Diagnostic]:
    print(f"rucy: the names of the user half are not checked: {why}", file=sys.stderr)
    return []


__all__ = ["check_names", "find_runtime"]
