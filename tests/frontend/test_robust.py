"""Whatever the text is, the front end ends soon, with diagnostics at most."""

from __future__ import annotations

import random

import pytest

from tests.frontend.reading import is_syntax, read

PROGRAM = b"""license "GPL"
PORTS = [80, 443]
kprobe "tcp_connect", name: :log do |sk|
  port = ntohs(sk.__sk_common.skc_dport)
  next unless PORTS.include?(port)
  x = port /2; y = x %(3)
  s = <<~A + "b\\x41\\#{x}"
    text
  A
  case x when 1, *PORTS then y = 1 else y = x ?y:x end
  3.times { |i| y += i while y < 9 }
end
def f(a, b = 2) = a + b
"""


def test_every_truncation() -> None:
    for end in range(len(PROGRAM)):
        read(PROGRAM[:end])


def test_random_bytes() -> None:
    rnd = random.Random(5)
    for _ in range(300):
        read(rnd.randbytes(rnd.randrange(200)))


def test_what_is_no_text() -> None:
    unit, diagnostics = read(random.Random(7).randbytes(5_000_000))
    assert [d.code for d in diagnostics.items] == ["syntax"]
    for comment in (b"# caf\xe9\n", b"w = 1 # \xff\n"):
        assert not read(comment + PROGRAM)[1].errors
    latin = b"# encoding: iso-8859-1\nWHO = \"caf\xe9\"\n"
    assert not read(latin + PROGRAM)[1].errors
    assert not is_syntax(b'WHO = "caf\xe9"\n' + PROGRAM)


def test_damaged_programs() -> None:
    rnd = random.Random(6)
    for _ in range(500):
        text = bytearray(PROGRAM)
        for _ in range(rnd.randrange(1, 6)):
            text[rnd.randrange(len(text))] = rnd.randrange(256)
        read(bytes(text))


@pytest.mark.parametrize("text", ["(" * 5000, "[" * 5000 + "]" * 5000, "x = " + "!" * 5000 + "y", "if a\n" * 3000, "f " * 5000])
def test_deep_nesting_is_a_diagnostic(text: str) -> None:
    unit, diagnostics = read('kprobe "f" do ' + text + " end")
    assert diagnostics.errors


def test_deep_nesting_below_the_limit_is_lowered() -> None:
    text = 'kprobe "f" do x = ' + "(" * 80 + "1" + ")" * 80 + " end"
    assert read(text)[1].items == []


def test_a_long_file() -> None:
    body = "".join(f"  x{i} = x /{i + 2} -1; x = x{i} *2\n" for i in range(2000))
    unit, diagnostics = read('kprobe "f" do |x|\n' + body + "end\n")
    assert diagnostics.items == [] and len(unit.programs) == 1


def test_line_ends_of_windows_and_a_byte_order_mark() -> None:
    assert is_syntax(b'\xef\xbb\xbflicense "GPL"\r\nkprobe "f" do\r\n  x = 1\r\n  x -1\r\nend\r\n')
    assert is_syntax(b"x = 1\n__END__\nthis is ) not Ruby\n")
    assert is_syntax(b"=begin\nnot ) Ruby\n=end\nx = 1\n")


def test_a_jump_in_a_constant_has_nothing_to_leave() -> None:
    assert [d.code for d in read('X = [next][0]\nkprobe "f" do X end')[1].items] == ["syntax"]
