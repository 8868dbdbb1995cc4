"""Section names of objects: the program type, attach type and target that each stands for.

Scraped into `_generated/sections` from libbpf's section_defs (tools/lib/bpf/libbpf.c); stated here are the spellings
that libbpf does not know any more: `dev/cgroup`, which came before `cgroup/dev`, and `xdp_devmap/`, `xdp_cpumap/` of
Linux 5.10.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Section(NamedTuple):
    """One section name. `pattern` is libbpf's: ending in "+" it matches itself and itself with "/" and a target.
    `canonical` is the spelling that libbpf 1.x takes for the same thing."""

    pattern: str
    prog_type: str
    attach_type: str | None
    sleepable: bool
    attach_btf: bool
    frags: bool
    canonical: str

    @property
    def name(self) -> str:
        return self.pattern.removesuffix("+")


# fmt: off
OLD: tuple[Section, ...] = (
    #       pattern        program type     attach type          sleep  btf    frags  canonical
    Section("dev/cgroup",  "CGROUP_DEVICE", "BPF_CGROUP_DEVICE", False, False, False, "cgroup/dev"),
    Section("xdp_devmap+", "XDP",           "BPF_XDP_DEVMAP",    False, False, False, "xdp/devmap"),
    Section("xdp_cpumap+", "XDP",           "BPF_XDP_CPUMAP",    False, False, False, "xdp/cpumap"),
)
# fmt: on


def rows() -> list[Section]:
    """All rows in libbpf's order, old spellings last."""
    from rucy.kernel._generated.sections import TEXT

    return [*(_row(line) for line in TEXT.splitlines() if line), *OLD]


def match(section: str) -> Section | None:
    """The row of a section name as a program writes it ("kprobe/tcp_connect"), as libbpf's sec_def_matches finds it."""
    section = section.removeprefix("?")
    for row in rows():
        if section == row.name or (row.pattern.endswith("+") and section.startswith(row.name + "/")):
            return row
    return None


def target(row: Section, section: str) -> str:
    """What stands after the row's name: "tcp_connect" of "kprobe/tcp_connect"; "" for nothing."""
    return section.removeprefix("?")[len(row.name) :].removeprefix("/")


def _row(line: str) -> Section:
    pattern, prog_type, attach, marks = line.split()
    flags = marks.split(",")
    name = pattern.removesuffix("+")
    attach_type = None if attach == "-" else attach
    return Section(pattern, prog_type, attach_type, "sleepable" in flags, "btf" in flags, "frags" in flags, name)
