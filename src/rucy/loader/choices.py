"""`first_of`: of several programs, each for another target, the first whose target the running kernel has."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from rucy.loader.errors import LoadError
from rucy.loader.probe import tracefs


def left_out(probes: list[dict[str, Any]], has_type: Callable[[dict[str, Any]], bool]) -> set[str]:
    """Names of the programs that are not used. `probes`: the object's notes; `has_type`: whether the kernel's BTF has
    what a program is checked against. LoadError 77 where no candidate of a choice is there, unless it is optional."""
    out: set[str] = set()
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for probe in probes:
        if probe.get("choice"):
            groups.setdefault((probe["line"], probe["choice"]), []).append(probe)
    for candidates in groups.values():
        taken = next((probe for probe in candidates if _there(probe, has_type)), None)
        if taken is None and not candidates[0]["optional"]:
            names = ", ".join(f"`{probe['target']}`" for probe in candidates)
            raise LoadError(f"this kernel has none of {names}", status=77)
        out |= {probe["name"] for probe in candidates if probe is not taken}
    return out


def _there(probe: dict[str, Any], has_type: Callable[[dict[str, Any]], bool]) -> bool:
    link, target = probe["link"], str(probe["target"])
    match link:
        case "kprobe" | "kretprobe":
            return has_function(target)
        case "tracepoint":
            return os.path.isdir(f"{tracefs()}/events/{target.replace(':', '/')}")
        case "raw_tracepoint":
            events = f"{tracefs()}/events"
            return any(os.path.isdir(f"{events}/{group}/{target}") for group in os.listdir(events))
    return has_type(probe)


def has_function(name: str) -> bool:
    """Has the running kernel a function of that name, in itself or in a module that is loaded?"""
    with open("/proc/kallsyms", "rb") as file:
        symbols = file.read()
    plain = name.partition("+")[0].encode()
    return any(b" %b %b%b" % (kind, plain, end) in symbols for kind in (b"t", b"T", b"w", b"W") for end in (b"\n", b"\t"))
