"""Shared by the front end's tests: text in, tree text and messages out."""

from __future__ import annotations

from rucy.frontends.ruby import parse
from rucy.lang.print_tree import format_unit
from rucy.source import Diagnostics, SourceFile

HOOKS = frozenset(["cgroup_device", "kprobe", "kretprobe", "fentry", "xdp", "tracepoint", "struct_ops", "iter"])


def read(text: str | bytes) -> tuple[str, Diagnostics]:
    """The tree of a program as text, and what was said about it."""
    source = text.encode() if isinstance(text, str) else text
    diagnostics = Diagnostics()
    unit = parse(SourceFile("t.rb", source), diagnostics, HOOKS, HOOKS | {"hash", "printk"})
    return format_unit(unit), diagnostics
