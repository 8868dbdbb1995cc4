"""Every rule of the IR's verifier has a function that breaks it, and one that keeps it."""

# ruff: noqa: E501 - IR on one line
from __future__ import annotations

import pytest

from rucy.ir.function import Function, Param, add_edge, make
from rucy.ir.parse import parse_function, parse_module
from rucy.ir.types import I64, VOID
from rucy.ir.verify import STAGES, assert_valid, assert_valid_module, verify_function
from tests.passes.random_ir import random_module

CTX = "%ctx: ptr<ctx, w>"
OBJECT = 'ptr<kernel?, trusted, "struct x">'
SURE = 'ptr<kernel, trusted, "struct x">'


def problems(body: str, params: str = "%a: i64, %b: i64", ret: str = "i64", stage: str = "ir") -> list[str]:
    return verify_function(parse_function(f"static @f({params}) -> {ret} {{\n{body}\n}}"), stage)


# (what is wrong, part of the message, body[, parameters])
WRONG = [
    ("no terminator", "no terminator", "b:\n %0 = add %a, 1"),
    ("terminator inside", "ret is not the last", "b:\n ret %a\n ret %a"),
    ("late phi", "a phi behind", "b:\n jump -> c\nc:\n %0 = add %a, 1\n %1 = phi [b: 1]\n ret %1"),
    ("branch to one block", "both targets", "b:\n %0 = eq %a, 1\n branch %0 -> c, c\nc:\n ret 0"),
    ("jump to two", "2 targets", "b:\n jump -> c, d\nc:\n ret 0\nd:\n ret 1"),
    ("entry has preds", "the entry block", "b:\n jump -> b"),
    ("use above definition", "does not dominate", "b:\n %0 = add %1, 1\n %1 = add %a, 1\n ret %0"),
    ("use beside definition", "does not dominate",
     "b:\n %0 = eq %a, 1\n branch %0 -> c, d\nc:\n %1 = add %a, 1\n jump -> d\nd:\n ret %1"),
    ("phi operand from the wrong side", "does not dominate",
     "b:\n %0 = eq %a, 1\n branch %0 -> c, d\nc:\n %1 = add %a, 1\n jump -> d\nd:\n %2 = phi [c: 1], [b: %1]\n ret %2"),
    ("undefined operand", "operand 0 is undefined", "b:\n %0 = add undef:i64, 1\n ret %0"),
    ("too many operands", "3 operands", "b:\n %0 = add %a, 1, 2\n ret %0"),
    ("missing attribute", "attributes are", "b:\n %0 = zext %a\n ret %0"),
    ("unknown attribute", "attributes are", "b:\n %0 = add %a, 1 wide=true\n ret %0"),
    ("number class", "operand 0 is i1", "b:\n %0 = eq %a, 1\n %1 = add %0, 1\n ret %1"),
    ("truth class", "operand 0 is i64", "b:\n branch %a -> c, d\nc:\n ret 0\nd:\n ret 1"),
    ("two types", "operands of two types", "b:\n %0 = eq %a, true\n ret %a"),
    ("result class", "its type is i64, not i1", "b:\n %0: i64 = eq %a, 1\n ret %0"),
    ("same class", "its type is i1", "b:\n %0: i1 = and %a, 1\n ret %a"),
    ("extension width", "bits is not", "b:\n %0 = zext %a bits=24\n ret %0"),
    ("swap width", "bits is not", "b:\n %0 = bswap %a bits=8\n ret %0"),
    ("load width", "width is not", "b:\n %0 = load %ctx off=0 width=3 signed=false\n ret %0", CTX),
    ("range", "lo..hi", "b:\n %0 = within 1 lo=3 hi=1\n ret %0"),
    ("empty zero", "size is not", "b:\n %0: ptr<stack, w> = slot size=8 align=8 name=x\n zero %0 off=0 size=0\n ret 0"),
    ("bits of a pointer", "bitwise", "b:\n %0 = and %p, %p\n ret 0", "%p: ptr<stack, w>"),
    ("order of pointers", "pointers compared", "b:\n %0 = ult %p, %p\n ret 0", "%p: ptr<stack, w>"),
    ("pointer kinds compared", "pointers compared", "b:\n %0 = eq %p, %q\n ret 0", f"%p: ptr<stack, w>, %q: {SURE}"),
    ("pointer of a number", "made of a number", "b:\n %0 = eq %p, 5:ptr<stack, w>\n ret 0", "%p: ptr<stack, w>"),
    ("equal to the packet's end", "by an order", "b:\n %0 = eq %p, %e\n ret 0", "%p: ptr<packet>, %e: ptr<packet_end>"),
    ("moved context", "nothing is added", "b:\n %0 = padd %ctx, 8\n ret 0", CTX),
    ("moved maybe-NULL", "may be NULL", "b:\n %0 = padd %p, 8\n ret 0", "%p: ptr<map_value?, w>"),
    ("phi of contexts", "a phi of context",
     "b:\n %0 = eq 1, 2\n branch %0 -> c, d\nc:\n jump -> d\nd:\n %1: ptr<ctx, w> = phi [b: %ctx], [c: %ctx]\n ret 0", CTX),
    ("phi of kinds", "operand 1 is ptr<map_value, w>",
     "b:\n %0 = eq 1, 2\n branch %0 -> c, d\nc:\n jump -> d\nd:\n %1: ptr<stack, w> = phi [b: %p], [c: %q]\n ret 0",
     "%p: ptr<stack, w>, %q: ptr<map_value, w>"),
    ("phi that hides a NULL", f"operand 0 is {OBJECT}", f"b:\n jump -> c\nc:\n %0: {SURE} = phi [b: %p]\n ret 0", f"%p: {OBJECT}"),
    ("phi that gains a write", "operand 0", "b:\n jump -> c\nc:\n %0: ptr<stack, w> = phi [b: %p]\n ret 0", "%p: ptr<stack>"),
    ("phi of types", "operand 0 is i1", "b:\n jump -> c\nc:\n %0: i64 = phi [b: true]\n ret 0"),
    ("load through maybe-NULL", "may be NULL", "b:\n %0 = load %p off=0 width=4 signed=false\n ret %0", f"%p: {OBJECT}"),
    ("load through NULL", "through NULL", "b:\n %0 = load null:ptr<stack, w> off=0 width=4 signed=false\n ret %0"),
    ("load of user memory", "no direct load", "b:\n %0 = load %p off=0 width=4 signed=false\n ret %0", "%p: ptr<user>"),
    ("load of a truth value", "of type i1", "b:\n %0: i1 = load %p off=0 width=1 signed=false\n ret 0", "%p: ptr<stack, w>"),
    ("load of half a pointer", "less than 8 bytes", "b:\n %0: ptr<user?> = load %p off=0 width=4 signed=false\n ret 0", "%p: ptr<stack>"),
    ("store to the kernel", "no direct store", "b:\n store 1, %p off=0 width=4\n ret 0", f"%p: {SURE}"),
    ("store to read-only", "not writable", "b:\n store 1, %p off=0 width=4\n ret 0", "%p: ptr<map_value>"),
    ("store of a truth value", "stores a truth value", "b:\n store true, %p off=0 width=1\n ret 0", "%p: ptr<stack, w>"),
    ("zero of read-only", "not writable", "b:\n zero %p off=0 size=8\n ret 0", "%p: ptr<map_value>"),
    ("atomic on read-only", "not writable", "b:\n atomic %p, 1 kind=add off=0 width=8 fetch=false\n ret 0", "%p: ptr<map_value>"),
    ("atomic width", "width is not", "b:\n atomic %p, 1 kind=add off=0 width=2 fetch=false\n ret 0", "%p: ptr<stack, w>"),
    ("atomic operands", "kind cmpxchg", "b:\n %0 = atomic %p, 1 kind=cmpxchg off=0 width=8 fetch=true\n ret 0", "%p: ptr<stack, w>"),
    ("atomic kind", "kind sub", "b:\n atomic %p, 1 kind=sub off=0 width=8 fetch=false\n ret 0", "%p: ptr<stack, w>"),
    ("exchange for nothing", "the old value", "b:\n atomic %p, 1 kind=xchg off=0 width=8 fetch=false\n ret 0", "%p: ptr<stack, w>"),
    ("late slot", "outside the entry", "b:\n jump -> c\nc:\n %0: ptr<stack, w> = slot size=8 align=8 name=x\n ret 0"),
    ("slot of no kind", "its type is ptr<mem>", "b:\n %0: ptr<mem> = slot size=8 align=8 name=x\n ret 0"),
    ("slot of no size", "size or alignment", "b:\n %0: ptr<stack, w> = slot size=0 align=8 name=x\n ret 0"),
    ("trust made of a number", "cannot be taken", f"b:\n %0: {SURE} = cast %a\n ret 0"),
    ("cast to a number", "makes no pointer", "b:\n %0: i64 = cast %a\n ret 0"),
    ("no result", "0 values", "b:\n ret"),
    ("wrong result", "gives i1", "b:\n ret true"),
    ("six arguments", "more than five", "b:\n %0 = call 1, 2, 3, 4, 5, 6 helper=trace_printk\n ret 0"),
    ("no such helper", "no such helper", "b:\n %0 = call helper=frobnicate\n ret 0"),
    ("helper arguments", "the helper takes 0", "b:\n %0 = call 1 helper=ktime_get_ns\n ret 0"),
    ("truth as argument", "a truth value as arg", "b:\n %0 = call true, 1, 2 helper=trace_printk\n ret 0"),
    ("check of the sure", "cannot be NULL", f"b:\n %0: {SURE} = nonnil %p\n ret 0", f"%p: {SURE}"),
    ("check without a test", "no branch on `ne p, null`", f"b:\n %0: {SURE} = nonnil %p\n ret 0", f"%p: {OBJECT}"),
    ("check on the wrong side", "no branch on `ne p, null`",
     f"b:\n %0 = ne %p, null:{OBJECT}\n branch %0 -> c, d\nc:\n ret 0\nd:\n %1: {SURE} = nonnil %p\n ret 1", f"%p: {OBJECT}"),
    ("check behind the join", "no branch on `ne p, null`",
     f"b:\n %0 = ne %p, null:{OBJECT}\n branch %0 -> c, d\nc:\n jump -> d\nd:\n %1: {SURE} = nonnil %p\n ret 1", f"%p: {OBJECT}"),
    ("check of another", "no branch on `ne p, null`",
     f"b:\n %0 = ne %p, null:{OBJECT}\n branch %0 -> c, d\nc:\n %1: {SURE} = nonnil %q\n ret 0\nd:\n ret 1", f"%p: {OBJECT}, %q: {OBJECT}"),
    ("check that changes the type", "its type is ptr<map_value>",
     f"b:\n %0 = ne %p, null:{OBJECT}\n branch %0 -> c, d\nc:\n %1: ptr<map_value> = nonnil %p\n ret 0\nd:\n ret 1", f"%p: {OBJECT}"),
    ("index out of range", "allow 0..8", "b:\n %0 = ule %a, 8\n branch %0 -> c, d\nc:\n %1 = within %a lo=0 hi=7\n ret %1\nd:\n ret 1"),
    ("index not tested", "allow 0..18446744073709551615", "b:\n %0 = within %a lo=0 hi=7\n ret %0"),
    ("signed test", "allow 0..18446744073709551615",
     "b:\n %0 = slt %a, 8\n branch %0 -> c, d\nc:\n %1 = within %a lo=0 hi=7\n ret %1\nd:\n ret 1"),
    ("index tested by `and`", "allow 0..18446744073709551615",
     "b:\n %0 = ult %a, 8\n %1 = and %0, true\n branch %1 -> c, d\nc:\n %2 = within %a lo=0 hi=7\n ret %2\nd:\n ret 1"),
    ("packet not tested", "no branch on `p + size <= end`", "b:\n %0 = covers %p size=4\n ret 0", "%p: ptr<packet>"),
    ("packet tested too short", "no branch on `p + size <= end`",
     "b:\n %0 = padd %p, 3\n %1 = ugt %0, %e\n branch %1 -> c, d\nc:\n ret 0\nd:\n %2 = covers %p size=4\n ret 0",
     "%p: ptr<packet>, %e: ptr<packet_end>"),
    ("covers of another kind", "kind stack", "b:\n %0 = covers %p size=4\n ret 0", "%p: ptr<stack>"),
    ("exists of a number", "not a CO-RE value",
     "b:\n %0 = ne %a, 0\n branch %0 -> c, d\nc:\n %1 = exists %a\n ret 0\nd:\n ret 1"),
    ("exists without a test", "no branch on `ne x, 0`", 'b:\n %0 = core ref=core(field_exists 1 "0:1")\n %1 = exists %0\n ret 0'),
    ("never released", "never released",
     "b:\n %0: ptr<mem?, w, owned> = call 1:ptr<map>, 8, 0 helper=ringbuf_reserve\n ret 0"),
]  # fmt: skip

RIGHT = [
    ("test of a pointer", f"b:\n %0 = eq null:{OBJECT}, %p\n branch %0 -> c, d\nc:\n ret 0\nd:\n %1: {SURE} = nonnil %p\n ret 1", f"%p: {OBJECT}"),
    ("test turned round", f"b:\n %0 = eq %p, null:{OBJECT}\n %1 = xor %0, true\n branch %1 -> c, d\nc:\n %2: {SURE} = nonnil %p\n ret 0\nd:\n ret 1",
     f"%p: {OBJECT}"),
    ("test of an index", "b:\n %0 = ugt 8, %a\n branch %0 -> c, d\nc:\n %1 = within %a lo=0 hi=7\n ret %1\nd:\n ret 1"),
    ("two tests", "b:\n %0 = sge %a, 0\n branch %0 -> c, e\nc:\n %1 = sgt %a, 7\n branch %1 -> e, d\nd:\n %2 = within %a lo=0 hi=7\n ret %2\ne:\n ret 1"),
    ("bounded by its form", "b:\n %0 = and %a, 7\n %1 = shl %0, 1\n %2 = within %1 lo=0 hi=15\n ret %2"),
    ("bounded by its load", "b:\n %0 = load %ctx off=0 width=1 signed=false\n %1 = within %0 lo=0 hi=255\n ret %1", CTX),
    ("test of a packet", "b:\n %0 = padd %p, 4\n %1 = ugt %0, %e\n branch %1 -> c, d\nc:\n ret 0\nd:\n %2 = covers %p size=4\n %3 = load %2 off=0 width=4 signed=false\n ret %3",
     "%p: ptr<packet>, %e: ptr<packet_end>"),
    ("existence", 'b:\n %0 = core ref=core(field_exists 1 "0:1")\n %1 = ne %0, 0\n branch %1 -> c, d\nc:\n %2 = exists %0\n ret %2\nd:\n ret 0'),
    ("placeholders", "b:\n jump -> c\nc:\n %0: ptr<stack, w> = phi [b: null:ptr<stack, w>], [c: %0]\n %1 = phi [b: undef:i64], [c: %1]\n jump -> c"),
    ("a dead block uses anything", "b:\n ret 0\nc:\n %0 = add %1, 1\n jump -> d\nd:\n %1 = add %0, 1\n jump -> c"),
]  # fmt: skip


@pytest.mark.parametrize("row", WRONG, ids=lambda row: row[0])
def test_wrong(row: tuple[str, ...]) -> None:
    _, said, body, *params = row
    found = problems(body, *params)
    assert any(said in text for text in found), found


@pytest.mark.parametrize("row", RIGHT, ids=lambda row: row[0])
def test_right(row: tuple[str, ...]) -> None:
    _, body, *params = row
    assert problems(body, *params) == []


def test_random_functions_are_valid() -> None:
    for seed in range(100, 130):
        assert_valid_module(random_module(seed))


def test_edges_that_text_cannot_say() -> None:
    """Preds that do not match, blocks and instructions of elsewhere."""
    fn = Function("f", "static", [], I64)
    a, b, lost = fn.new_block("a"), fn.new_block("b"), Function("g", "static", []).new_block("lost")
    for block, target in ((a, b), (b, lost)):
        block.instrs = [make("jump", [], VOID)]
        block.instrs[0].targets = [target]
        block.instrs[0].block = a
    found = verify_function(fn)
    assert any("edges come from [<a1>]" in text for text in found), found
    assert any("goes to lost1" in text for text in found), found
    assert any("jump thinks that it is in <a1>" in text for text in found), found
    add_edge(a, b)
    b.instrs = [make("ret", [Param("x", 0, I64)], VOID)]
    b.instrs[0].block = b
    assert verify_function(fn) == ["b2: ret: operand 0 is a parameter of another function"]
    b.instrs[0].args = [make("add", [])]
    assert verify_function(fn) == ["b2: ret: operand 0 (add) is in no block"]
    assert verify_function(Function("f", "static", [])) == ["no blocks"]


def test_phi_operands_are_as_many_as_preds() -> None:
    fn = parse_function("static @f() -> i64 {\nb:\n  jump -> c\nc:\n  %0 = phi [b: 1]\n  ret %0\n}")
    del fn.blocks[1].instrs[0].args[0]
    assert verify_function(fn) == ["c: phi: 0 operands for 1 predecessors"]


def test_stages_tighten() -> None:
    body = "b:\n %0 = eq %a, 1\n branch %0 -> c, d\nc:\n %1 = sdiv %a, %b\n jump -> d\nd:\n %2 = phi [b: 1], [c: %1]\n ret %2"
    assert problems(body) == []
    assert problems(body, stage="legal") == [
        "b: branch: a critical edge into the phis of d",
        "c: sdiv: is gone by stage `legal`",
    ]
    assert list(STAGES) == ["ir", "legal"]


def test_the_error_shows_everything() -> None:
    fn = parse_function("static @f() -> i64 {\nb:\n  ret true\n}")
    with pytest.raises(AssertionError, match=r"(?s)@f is not valid:\nb: ret: gives i1.*static @f\(\) -> i64 \{"):
        assert_valid(fn)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("%0 = callfn 1 symbol=g", "calls @g with"),
        ("%0 = callfn symbol=h", "calls @h, which"),
        ("%0: ptr<func> = func symbol=h", "address of @h"),
        ("%0: ptr<map_value> = global symbol=x off=0", "@x, which is no data"),
        ("%0: ptr<map> = map symbol=M", "uses map @M"),
    ],
)
def test_symbols_are_of_the_module(body: str, said: str) -> None:
    module = parse_module(f"static @f() -> i64 {{\nb:\n  {body}\n  ret 0\n}}\nstatic @g() -> i64 {{\nb:\n  ret 0\n}}")
    with pytest.raises(AssertionError, match=said):
        assert_valid_module(module)
