"""What is acquired is given back: each kind of misuse, and programs that have none."""

from __future__ import annotations

import pytest

from rucy.ir.parse import parse_module
from rucy.passes.analysis.references import misused

_SK = 'ptr<kernel?, trusted, "#1">'
_SURE = 'ptr<kernel, trusted, "#1">'
_HEAD = f"""\
program @p(%ctx: ptr<ctx, w>, %n: i64) -> i64 [prog_type=SCHED_CLS section=tc] {{
a:
  %0: ptr<stack, w> = slot size=16 align=8 name=t
  zero %0 off=0 size=16
  %1: {_SK} = call %ctx, %0, 12, -1, 0 helper=sk_lookup_tcp
  %2 = eq %1, null:{_SK}
  branch %2 -> none, some
none:
  ret 0
some:
  %3: {_SURE} = nonnil %1
"""
_RELEASE = "  {} = call %3 helper=sk_release\n"


def kinds(body: str) -> list[str]:
    return [misuse.kind for misuse in misused(parse_module(_HEAD + body + "}\n"))]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (_RELEASE.format("%4") + "  ret 0\n", []),
        ("  ret 0\n", ["kept"]),
        (_RELEASE.format("%4") + _RELEASE.format("%5") + "  ret 0\n", ["twice"]),
        (_RELEASE.format("%4") + "  %5 = load %3 off=0 width=4 signed=false\n  ret %5\n", ["used"]),
        ("  %4 = load %3 off=0 width=4 signed=false\n" + _RELEASE.format("%5") + "  ret %4\n", []),
        ("  %4 = eq %n, 1\n  branch %4 -> b, c\nb:\n" + _RELEASE.format("%5") + "  jump -> c\nc:\n  ret 0\n", ["kept"]),
        ("  %4 = eq %n, 1\n  branch %4 -> b, c\nb:\n" + _RELEASE.format("%5") + "  ret 1\nc:\n" + _RELEASE.format("%6")
         + "  ret 0\n", []),
    ],
)  # fmt: skip
def test_paths(body: str, wrong: list[str]) -> None:
    assert kinds(body) == wrong


def test_a_loop_that_acquires_at_each_turn_and_keeps_it() -> None:
    text = _HEAD.replace("  %1:", "  jump -> head\nhead:\n  %1:").replace("  ret 0\nsome", "  ret 0\nsome")
    assert "again" in [m.kind for m in misused(parse_module(text + "  jump -> head\n}\n"))]


def test_what_was_never_acquired() -> None:
    text = f"""\
program @p(%ctx: ptr<ctx, w>) -> i64 [prog_type=CGROUP_SKB section=cgroup] {{
a:
  %0: {_SURE} = load %ctx off=168 width=8 signed=false
  %1 = call %0 helper=sk_release
  ret 1
}}
"""
    assert [m.kind for m in misused(parse_module(text))] == ["foreign"]


def test_a_method_gives_back_for_its_caller() -> None:
    method = f"static @done(%s: {_SURE}) -> i64 {{\na:\n  %0 = call %s helper=sk_release\n  ret 0\n}}\n"
    body = _HEAD + "  %4 = callfn %3 symbol=done\n  ret 0\n}\n"
    assert misused(parse_module(body + method)) == []
    keeps = method.replace("  %0 = call %s helper=sk_release\n", "")
    assert [m.kind for m in misused(parse_module(body + keeps))] == ["kept"]
