"""Memory of the frame that is shared: only by what is not needed at one time."""

from __future__ import annotations

import pytest

from rucy.codegen.slots import share_slots
from rucy.ir.parse import parse_module

_HEAD = """
map @m {'type': 'HASH', 'key_size': 8, 'value_size': 8, 'entries': 2}
data @g section=".bss" align=8 writable=true bytes=0000000000000000
static @other(%p: ptr<stack, w>) -> i64 {
b:
  ret 0
}
static @f(%a: i64) -> i64 {
b:
  %x: ptr<stack, w> = slot size=16 align=8 name=x
  %y: ptr<stack, w> = slot size=16 align=8 name=y
"""
_WRITE_X = "  store %a, %x off=0 width=8\n  store %a, %x off=8 width=8\n"
_WRITE_Y = "  store %a, %y off=0 width=8\n  store %a, %y off=8 width=8\n"
_READ_X = "  %rx = load %x off=0 width=8 signed=false\n"
_READ_Y = "  %ry = load %y off=0 width=8 signed=false\n"

SHARED = {
    "one after the other": _WRITE_X + _READ_X + _WRITE_Y + _READ_Y,
    "again and again": _WRITE_X + _READ_X + _WRITE_Y + _READ_Y + _WRITE_X + _READ_X.replace("rx", "rx2"),
    "the first is written and not read": _WRITE_X + _WRITE_Y + _READ_Y,
    "in pieces of one slot": "  store %a, %x off=0 width=4\n" + _READ_X.replace("=8", "=4") + _WRITE_Y + _READ_Y,
    "filled by a helper": "  %h = call %x, 16, %a helper=probe_read_kernel\n" + _READ_X + _WRITE_Y + _READ_Y,
    "by a moved pointer": _WRITE_X
    + "  %q: ptr<stack, w> = padd %x, 8\n  %r = load %q off=0 width=8 signed=false\n"
    + _WRITE_Y
    + _READ_Y,
}
APART = {
    "one is needed behind the other": _WRITE_X + _WRITE_Y + _READ_Y + _READ_X,
    "written into in part": _WRITE_X
    + _WRITE_Y
    + _READ_Y
    + "  store 1, %x off=0 width=8\n  %r = load %x off=8 width=8 signed=false\n",
    "both for one call": _WRITE_X
    + _WRITE_Y
    + "  %m: ptr<map> = map symbol=m\n  %c = call %m, %x, %y, 0 helper=map_update_elem\n",
    "a helper leaves what is behind the text": _WRITE_X
    + _WRITE_Y
    + _READ_Y
    + "  %h = call %x, 16, %a helper=probe_read_kernel_str\n"
    + _READ_X,
    "a bloom filter is asked for it": _WRITE_X
    + _WRITE_Y
    + _READ_Y
    + "  %m: ptr<map> = map symbol=m\n  %c = call %m, %x helper=map_peek_elem\n",
    "a function of ours takes it": _WRITE_X + "  %c = callfn %x symbol=other\n" + _WRITE_Y + _READ_Y,
    "kept in memory": _WRITE_X
    + "  %g: ptr<map_value, w> = global symbol=g off=0\n  store %x, %g off=0 width=8\n"
    + _WRITE_Y
    + _READ_Y,
    "as a number that is computed with": _WRITE_X + "  %n = addr %x\n  %k = add %n, %a\n" + _WRITE_Y + _READ_Y,
    "by a pointer to either": _WRITE_X
    + _WRITE_Y
    + "  %c = eq %a, 0\n  branch %c -> one, two\none:\n  jump -> end\ntwo:\n  jump -> end\nend:\n"
    "  %p: ptr<stack, w> = phi [one: %x], [two: %y]\n  %r = load %p off=0 width=8 signed=false\n",
    "over the turns of a loop": _WRITE_X
    + "  jump -> loop\nloop:\n"
    + _WRITE_Y
    + _READ_Y
    + _READ_X
    + "  %c = eq %ry, %a\n  branch %c -> loop, end\nend:\n",
}


def offsets(body: str) -> list[int]:
    fn = parse_module(_HEAD + body + "  ret 0\n}\n").functions[1]
    return list(share_slots(fn).values())


@pytest.mark.parametrize("name", SHARED)
def test_shared(name: str) -> None:
    assert offsets(SHARED[name]) == [-16, -16]


@pytest.mark.parametrize("name", APART)
def test_apart(name: str) -> None:
    assert sorted(offsets(APART[name])) == [-32, -16]


def test_a_turn_writes_anew() -> None:
    """Both are written whole in each turn before they are read."""
    body = (
        "  jump -> loop\nloop:\n"
        + _WRITE_X
        + _READ_X
        + _WRITE_Y
        + _READ_Y
        + "  %c = eq %ry, %a\n  branch %c -> loop, end\nend:\n"
    )
    assert offsets(body) == [-16, -16]
