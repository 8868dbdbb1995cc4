"""Whatever the file is: diagnostics and status 1, or a program; never a bug, a traceback or a hang."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from rucy import pipeline
from rucy.source import Diagnostic

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.rb"))
PROBE = 'license "GPL"\nkprobe "tcp_connect" do |sk|\n'


def checked(path: Path, text: bytes | str) -> list[Diagnostic]:
    """What is said of a text; anything but diagnostics is raised. Each message can be rendered."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    diagnostics, program = pipeline.check(str(path))
    assert program is not None or any(d.severity == "error" for d in diagnostics)
    for diagnostic in diagnostics:
        assert diagnostic.render() and diagnostic.message and diagnostic.help_text
    return diagnostics


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "t.rb"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_truncated_examples(file: Path, example: Path) -> None:
    text = example.read_bytes()
    for end in range(0, len(text), 7):
        checked(file, text[:end])


def test_random_bytes(file: Path) -> None:
    rnd = random.Random(11)
    for _ in range(60):
        assert checked(file, rnd.randbytes(rnd.randrange(400)))


def test_random_bytes_in_a_probe(file: Path) -> None:
    rnd = random.Random(12)
    alphabet = [*"abc xyz09 \n\t.,;:|&+-*/%=!<>?()[]{}\"'#$@~^", " if ", " end\n", " do ", " pid ", " 1 ", "\n  sk.", " => "]
    for _ in range(150):
        body = "".join(rnd.choice(alphabet) for _ in range(rnd.randrange(60)))
        checked(file, f"{PROBE}{body}\nend\n")


def test_damaged_examples(file: Path) -> None:
    rnd = random.Random(13)
    for _ in range(120):
        text = bytearray(rnd.choice(EXAMPLES).read_bytes())
        for _ in range(rnd.randrange(1, 4)):
            at = rnd.randrange(len(text))
            text[at : at + rnd.randrange(3)] = bytes([rnd.choice(b" \n()|.=\"1aZ&!\x00\xff")])
        checked(file, bytes(text))


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\n", b"\x00", b"\xff\xfe", b"#", b"# nothing here\n", b"=begin\nnothing\n=end\n", b"__END__\n", b"\xef\xbb\xbf",
        b"\r\n", b"\t",
    ],
)  # fmt: skip
def test_nothing_in_a_file_is_said(file: Path, text: bytes) -> None:
    assert [d.severity for d in checked(file, text)].count("error") >= 1


def test_line_ends_marks_and_tabs_mean_nothing(file: Path) -> None:
    good = f'{PROBE}  printk "%d", pid\nend\n'.encode()
    for text in (good.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + good, good.replace(b"  ", b"\t"), good.rstrip(b"\n")):
        assert checked(file, text) == []


@pytest.mark.parametrize("bad", [b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text(file: Path, bad: bytes) -> None:
    for at in (b"printk", b"pid", b"tcp"):
        text = f'{PROBE}  printk "%d", pid\nend\n'.encode()
        checked(file, text.replace(at, at + bad, 1))


@pytest.mark.parametrize(
    "inner", ["(", "[", "{", "if pid == ", "!", "-", "pid + (", 'printk("', "3.times { ", "case ", "f(", "#{", "<<A "]
)
def test_deep_nesting(file: Path, inner: str) -> None:
    assert checked(file, PROBE + "  x = " + inner * 2000 + "\nend\n")


@pytest.mark.parametrize(
    "line",
    [
        "x{0} = pid + {0}", "y = nosuch{0} + 1", "printk \"%d\", {0}", "x = x /{0}; y = x -1", "if pid == {0} then $n += 1 end",
        "z{0} = sk.nosuch{0}", "{0}.times {{ |i| $n += i }}", "(", "end", "\"", "t{0} = comm == \"a{0}\"",
    ],
)  # fmt: skip
def test_a_thousand_lines_end_in_seconds(file: Path, line: str) -> None:
    body = "".join(f"  {line.format(i + 1)}\n" for i in range(1000))
    start = time.process_time()
    checked(file, f"{PROBE}  x = 0\n{body}end\n")
    assert time.process_time() - start < 20
