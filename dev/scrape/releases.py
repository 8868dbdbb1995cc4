"""Releases that sources cannot tell, from the data files of the public eBPF documentation (isovalent/ebpf-docs).

Its `data/feature-versions.yaml` has a version for each name, `data/helpers-functions.yaml` the helpers of each program
type, some with the release in which that type got them. Both are read as text: only names, groups and versions.
"""

from __future__ import annotations

import re
from pathlib import Path


def versions(path: Path) -> dict[str, str]:
    """Every name of feature-versions.yaml → its release, as "5.10"."""
    found, name = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\s+- name: (\w+)", line):
            name = match.group(1)
        elif match := re.match(r"\s+version: v(\S+)", line):
            found.setdefault(name, match.group(1))
    return found


def by_program_type(path: Path) -> dict[tuple[str, str], str]:
    """(program type, helper) → the release in which the one got the other, where helpers-functions.yaml says."""
    items: dict[str, list[tuple[str, str]]] = {}
    groups: dict[str, list[str]] = {}
    owner = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"  (\w+):\s*$", line):
            owner = match.group(1)
        elif match := re.match(r"\s+- name: bpf_(\w+)", line):
            items.setdefault(owner, []).append((match.group(1), ""))
        elif match := re.match(r"\s+- group: (\w+)", line):
            groups.setdefault(owner, []).append(match.group(1))
        elif (match := re.match(r"\s+version: (\S+)", line)) and items.get(owner):
            items[owner][-1] = (items[owner][-1][0], match.group(1))

    def of(name: str) -> list[tuple[str, str]]:
        inherited = [item for group in groups.get(name, ()) for item in of(group)]
        return inherited + items.get(name, [])

    return {
        (owner.removeprefix("BPF_PROG_TYPE_"), helper): version
        for owner in {*items, *groups}
        if owner.startswith("BPF_PROG_TYPE_")
        for helper, version in of(owner)
        if version
    }
