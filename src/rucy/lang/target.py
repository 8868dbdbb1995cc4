"""What a program is compiled for: the same facts for every stage."""

from __future__ import annotations

from rucy.records import NamedTuple


class Target(NamedTuple):
    """`kernel`: the oldest release that must take the program ("5.10"); `exact`: the user named it, so that it does not
    rise to what the program needs. `arch` is a row of kernel.arch, `cpu` the instruction set ("v3", "v4"). `formats`: where the
    kernel whose types are used tells the formats of its events, "" where it is not this one."""

    kernel: str = "5.10"
    arch: str = "x86_64"
    cpu: str = "v3"
    exact: bool = False
    formats: str = ""


def version(release: str) -> tuple[int, ...]:
    """ "5.10" → (5, 10), for comparing."""
    return tuple(map(int, release.split(".")))
