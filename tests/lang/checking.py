"""Checks Ruby text and gives what came of it."""

from __future__ import annotations

import functools

from rucy.btf.reader import Btf, open_btf
from rucy.frontends.ruby import DIALECT, parse
from rucy.kernel.hooks import BY_WORD
from rucy.lang import typed
from rucy.lang.checker import check
from rucy.lang.print_typed import format_checked
from rucy.lang.target import Target
from rucy.source import Diagnostics, SourceFile

_open = functools.cache(open_btf)


def kernel_types() -> Btf:
    """The running kernel's types."""
    return _open()


def checked(text: str, target: Target | None = None) -> tuple[typed.Checked, Diagnostics]:
    diagnostics = Diagnostics()
    unit = parse(SourceFile("t.rb", text.encode()), diagnostics, frozenset(BY_WORD))
    return check(unit, DIALECT, kernel_types, target or Target(), diagnostics), diagnostics


def typed_text(text: str) -> str:
    """The typed tree of a program that must be right."""
    result, diagnostics = checked(text)
    assert not diagnostics.errors, "\n".join(d.render() for d in diagnostics.items)
    return format_checked(result)


def codes(text: str, target: Target | None = None) -> list[str]:
    """ "line:code" of each diagnostic, by place."""
    found = sorted(checked(text, target)[1].items, key=lambda d: (d.span.start, d.span.end))
    return [f"{d.span.line}:{d.code}" for d in found]


def probe(body: str) -> str:
    """A probe around statements that uses nothing of the kernel."""
    return 'license "GPL"\nsyscall_return "getpid" do |ret|\n' + body + "\nend\n"
