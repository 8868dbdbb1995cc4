"""Kernel functions that programs may call, from `data/kfuncs.yaml` and `data/feature-versions.yaml` of the public eBPF
documentation (isovalent/ebpf-docs), read as text: names, flags, program types and versions.

A line is NAME, flags (KF_ACQUIRE is "acquire"), program types each with "@RELEASE" where it got the function later than the
function came, and the release of the function, separated by tabs.
"""

from __future__ import annotations

import re
from pathlib import Path

from scrape import releases


def table(docs: Path) -> list[str]:
    since = releases.versions(docs / "data/feature-versions.yaml")
    flags: dict[str, set[str]] = {}
    types: dict[str, dict[str, str]] = {}
    for functions, programs in _sets((docs / "data/kfuncs.yaml").read_text(encoding="utf-8")):
        for name, own in functions.items():
            flags.setdefault(name, set()).update(own)
            types.setdefault(name, {}).update(programs)
    return [
        f"{name}\t{' '.join(sorted(flags[name]))}\t{_spelled(types[name], since[name])}\t{since[name]}"
        for name in sorted(flags)
        if name in since
    ]


def _spelled(types: dict[str, str], since: str) -> str:
    def later(version: str) -> bool:
        return bool(version) and _number(version) > _number(since)

    return " ".join(f"{name}@{version}" if later(version) else name for name, version in sorted(types.items()))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _sets(text: str) -> list[tuple[dict[str, list[str]], dict[str, str]]]:
    """(function → flags, program type → release) of each set."""
    found: list[tuple[dict[str, list[str]], dict[str, str]]] = []
    part, name = "", ""
    for line in text.splitlines():
        if re.match(r"  \w+:\s*$", line):
            found.append(({}, {}))
        elif match := re.match(r"    (\w+):\s*$", line):
            part = match.group(1)
        elif match := re.match(r"\s+- name: (\w+)", line):
            name = match.group(1)
            if len(line) - len(line.lstrip()) > 6:  # where a single function may not be called: the verifier's own words say it
                continue
            if part == "funcs":
                found[-1][0][name] = []
            elif part == "program_types":
                found[-1][1][name.removeprefix("BPF_PROG_TYPE_")] = ""
        elif (match := re.match(r"\s+flags: \[(.*)\]", line)) and part == "funcs":
            found[-1][0][name] = [flag.strip().removeprefix("KF_").lower() for flag in match.group(1).split(",") if flag.strip()]
        elif (match := re.match(r"\s+version: (\S+)", line)) and part == "program_types":
            found[-1][1][name.removeprefix("BPF_PROG_TYPE_")] = match.group(1).strip("'\"").removeprefix("v")
    return found
