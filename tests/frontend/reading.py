"""Reads a program with the front end alone."""

from __future__ import annotations

from rucy.frontends.ruby import parse
from rucy.lang.print_tree import format_unit
from rucy.lang.tree import Unit
from rucy.source import Diagnostics, SourceFile

HOOKS = frozenset(["cgroup_device", "kprobe", "kretprobe", "fentry", "xdp", "tracepoint", "struct_ops", "iter"])
WORDS = HOOKS | {"hash", "printk", "pid"}


def read(text: str | bytes) -> tuple[Unit, Diagnostics]:
    source = text.encode() if isinstance(text, str) else text
    diagnostics = Diagnostics()
    return parse(SourceFile("t.rb", source), diagnostics, HOOKS, WORDS), diagnostics


def shown(text: str) -> str:
    """The tree as text, then every diagnostic as the user sees it."""
    unit, diagnostics = read(text)
    return format_unit(unit) + "".join(d.render() for d in diagnostics.items)


def is_syntax(text: str | bytes) -> bool:
    """Does the front end take it for Ruby?"""
    return all(d.code != "syntax" for d in read(text)[1].items)
