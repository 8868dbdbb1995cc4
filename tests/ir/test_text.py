"""Text of the IR: written, read back, written the same; and what is not IR is refused with its line."""

from __future__ import annotations

import pytest

from rucy.ir.function import Function, Instr, Param, const
from rucy.ir.parse import ParseError, parse_function, parse_module, parse_type
from rucy.ir.text import format_function, format_module
from rucy.ir.types import I64, POINTER_KINDS, TRUSTS, pointer
from tests.passes.random_ir import random_module

EVERYTHING = """\
license "Dual \\"MIT\\"/GPL"
data @count section=".bss" align=8 writable=true bytes=0000000000000000 ctype='u64'
data @.const0 section=".rodata" align=1 bytes=616200 ctype=('char', 3)
data @empty section=".data" align=1 bytes=-
data @ops section=".data" align=8 bytes=0000000000000000 reloc=0:@called
map @M {'type': 'HASH', 'key_size': 4, 'value_size': 8, 'entries': 16, 'key': 'u32', 'value': ('struct', 'E', 8, ())}
map @O {'type': 'HASH_OF_MAPS', 'key_size': 4, 'value_size': 4, 'inner': {'type': 'ARRAY', 'entries': 2}, 'values': ((1, 'M'),)}
extern @"a b" 'CONFIG_HZ'
note "probes" [('x', 1), None]

program @prog(%ctx: ptr<ctx, w>) -> i64 [prog_type=KPROBE section="kprobe/tcp_connect" preemptible=false neutral=-1] {
b1:
  %0: ptr<stack, w> = slot size=8 align=8 name="a string"
  %1 = load %ctx off=core(byte_off 12 "0:1") width=4 signed=false
  %2: ptr<kernel?, trusted, "struct sock *"> = load %ctx off=8 width=8 signed=false
  %3 = core ref=core(field_exists 0 "0:0" CStruct(name='a', size=8, fields=(('b', CInt(name='int', bits=32, signed=True), 0),)))
  store %1, %0 off=0 width=8
  %4 = ne %2, null:ptr<kernel?, trusted, "struct sock *">
  %5 = or %4, true
  branch %5 -> loop, out.2
loop:
  %6 = phi [b1: -9223372036854775808], [loop: %8], [side: undef:i64]
  %7: ptr<stack, w> = phi [b1: %0], [loop: null:ptr<stack, w>], [side: %7]
  %8 = callfn %6, -1 symbol=called
  call %7, 8 helper=get_current_comm
  %9 = ult %8, 9223372036854775807
  branch %9 -> loop, side
side:
  %10: ptr<map_value, w> = global symbol=".const0" off=0
  atomic %10, 1 kind=add off=0 width=8 fetch=false
  %11 = atomic %10, 1 kind=xchg off=0 width=8 fetch=true
  jump -> loop
out.2:
  ret %1
}

static @called(%x: i64, %y?: i64) -> i64 {
b1:
  ret %x
}

callback @"with space"() -> void {
b1:
  unreachable
}
"""


def test_all_of_the_syntax_comes_back() -> None:
    assert format_module(parse_module(EVERYTHING)) == EVERYTHING


def test_what_hands_write_is_renumbered() -> None:
    text = """
        ; a comment
        static @f(%a: i64) -> i64 {
        start:          ; of the function
          jump -> end
        last:
          %x.1 = add %sum, 0x10 ; uses a value from below
          ret %x.1
        end:
          %sum: i64 = add %a, -1
          jump -> last
        }
    """
    assert format_function(parse_function(text)).split("\n")[3:8] == [
        "last:",
        "  %0 = add %1, 16",
        "  ret %0",
        "end:",
        "  %1 = add %a, -1",
    ]


@pytest.mark.parametrize("seed", range(20))
def test_random_modules_come_back(seed: int) -> None:
    text = format_module(random_module(seed))
    assert format_module(parse_module(text)) == text


def test_every_pointer_type_comes_back() -> None:
    for kind in POINTER_KINDS:
        for trust in ("", *TRUSTS):
            for bits in range(16):
                type = pointer(
                    kind, nullable=bool(bits & 1), trust=trust, writable=bool(bits & 2), owned=bool(bits & 4),
                    pointee="struct a *" if bits & 8 else "",
                )  # fmt: skip
                assert parse_type(str(type)) == type


def test_names_that_clash_are_told_apart() -> None:
    fn = Function("f", "static", [Param("x", 0, I64), Param("x", 1, I64), Param("7", 2, I64)])
    for _ in range(2):
        fn.new_block("b").name = "same"
    text = format_function(fn)
    assert text == "static @f(%x: i64, %x.2: i64, %p7: i64) -> i64 {\nsame:\nsame.2:\n}\n"


def test_invalid_functions_can_be_shown() -> None:
    fn = parse_function("static @f(%a: i64) -> i64 {\nb:\n  %0 = add %a, 1\n  jump -> c\nc:\n  %1 = phi [b: %0]\n  ret %1\n}")
    phi = fn.blocks[1].instrs[0]
    phi.args = [fn.blocks[0].instrs[0], const(4)]
    lost = Instr(phi.op, [], I64, {}, None)
    fn.blocks[1].instrs[1].args = [lost]
    assert "phi [b: %0], [?: 4]" in format_function(fn)
    assert "ret %?" in format_function(fn)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("static @f() -> i64 {\nb:\n  %0 = nothing 1\n}", 3, "no such operation"),
        ("static @f() -> i64 {\nb:\n  ret %9\n}", 3, "%9 is not defined"),
        ("static @f() -> i64 {\nb:\n  jump -> c\n}", 3, "no block c"),
        ("static @f() -> i64 {\nb:\nb:\n  ret 0\n}", 3, "b twice"),
        ("static @f(%a: i64) -> i64 {\nb:\n  %a = add 1, 2\n  ret 0\n}", 3, "%a is defined twice"),
        ("static @f() -> i64 {\n  ret 0\n}", 2, "outside a block"),
        ("static @f() -> i64 {\nb:\n  ret 0\n", 4, "no end"),
        ("static @f() -> i64 {\nb:\n  ret 0 0\n}", 3, "too much"),
        ("static @f() -> i65 {\nb:\n  ret 0\n}", 1, "expected"),
        ("static @f() -> i64 [colour=3] {\nb:\n  ret 0\n}", 1, "no colour"),
        ("elastic @f() -> i64 {\nb:\n  ret 0\n}", 1, "elastic"),
        ("static @f() -> i64 {\nb:\n  %0 = padd %1, 1\n  %1 = padd %0, 1\n  ret 0\n}", 3, "needs its type"),
        ("static @f() -> i64 {\nb:\n  jump -> c\nc:\n  %0 = phi [c: 1]\n  ret 0\n}", 5, "predecessors of c are [<b>]"),
        ("license 5", 1, "expected"),
        ('note "x" open("/etc/passwd")', 1, "not a literal"),
        ("data @x bytes=- colour=4", 1, "no colour"),
    ],
)
def test_what_is_no_ir(text: str, line: int, said: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_module(text)
    assert caught.value.line == line
    assert said in str(caught.value)


def test_spans_are_comments() -> None:
    from rucy.source import SourceFile, Span

    fn = parse_function("static @f() -> i64 {\nb:\n  ret 0\n}")
    fn.blocks[0].instrs[0].span = Span(SourceFile("a.rb", b"x\n  y"), 4, 5)
    text = format_function(fn, spans=True)
    assert text.split("\n")[2].split() == ["ret", "0", ";", "a.rb:2:3"]
    assert format_function(parse_function(text)) == format_function(fn)
