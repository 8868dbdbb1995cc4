"""Ruby's `format`, held against ruby itself; and records of the output ring as text. No kernel."""

from __future__ import annotations

import json
import random
import shutil
import struct
import subprocess

import pytest

from rucy.loader import sprintf
from rucy.loader.errors import LoadError
from rucy.loader.output import Formats

_NUMBERS = [0, 1, -1, 5, -5, 8, -8, 255, -255, -256, -16, 7, -7, 2**64 - 1, -(2**63), 2**63 - 1]
_TEXTS = ["", "text", "ab\n\tc", 'ä"q\\', "#{x} #a #$b", "\x01\x7f\x1b", "häß→", True, False, None]


def _cases() -> list[tuple[str, object]]:
    rng = random.Random(7)
    cases: list[tuple[str, object]] = []
    for _ in range(3000):
        letter = rng.choice("diuxXobBf") if rng.random() < 0.8 else rng.choice("spc")
        number = letter not in "spc"
        flags = "".join(f for f in (" +-0#" if number else "-") if rng.random() < 0.25)
        width = str(rng.choice([1, 3, 5, 8, 12, 20])) if rng.random() < 0.5 else ""
        precision = f".{rng.choice(['', 0, 1, 2, 5, 9, 15])}" if rng.random() < 0.35 and letter != "c" else ""
        some = rng.choice(_NUMBERS) if rng.random() < 0.6 else rng.randrange(-(2**63), 2**64) >> rng.randrange(64)
        if not number:
            some = rng.choice([some, *_TEXTS]) if letter != "c" else rng.choice([65, 0, 955, 0x10FFFF, "x", "ä"])
        cases.append((f"%{flags}{width}{precision}{letter}", some))
    return cases


@pytest.mark.skipif(shutil.which("ruby") is None, reason="ruby is not installed")
def test_as_ruby_formats() -> None:
    cases = _cases()
    code = 'require "json"; JSON.parse($stdin.read).each { |spec, value| puts JSON.generate([format(spec, value)]) }'
    done = subprocess.run(["ruby", "-e", code], input=json.dumps(cases), capture_output=True, text=True, check=True)
    said = [json.loads(line)[0] for line in done.stdout.splitlines()]
    ours = [sprintf.convert(sprintf.parse(spec), value) for spec, value in cases]
    assert list(zip(cases, ours)) == list(zip(cases, said))


def test_what_ruby_would_refuse() -> None:
    assert sprintf.convert(sprintf.parse("%c"), 2**64 - 1) == "\ufffd"
    assert sprintf.convert(sprintf.parse("%p"), b"a\xff".decode("utf-8", "surrogateescape")) == '"a\\xFF"'


def test_records() -> None:
    formats = Formats(
        [
            {"line": 1, "parts": ["n=", {"kind": "u64", "at": 8, "spec": "%d"}, {"hex": "ff0a"}]},
            {"line": 2, "parts": [{"kind": "text", "at": 8, "size": 8, "spec": "%s", "line": 1}]},
            {"line": 2, "parts": ["a\n", {"kind": "text", "at": 8, "size": 8, "spec": "%s", "line": 2}]},
            {"line": 3, "parts": [{"kind": "i64", "at": 8, "some": 4, "spec": "%p"}, "\n"]},
            {"line": 4, "parts": [{"kind": "bool", "at": 4, "spec": "%-6s"}, {"kind": "const", "value": 3, "spec": "%03d"}]},
            {"line": 5, "parts": [{"kind": "ptr", "at": 8, "spec": "%p"}, {"kind": "ip6", "at": 16, "spec": "%s"}]},
        ]
    )
    assert formats.text(struct.pack("<IIQ", 0, 0, 2**64 - 1)) == "n=18446744073709551615\udcff\n"
    assert formats.text(struct.pack("<II8s", 1, 0, b"bash\0old")) == "bash\n"
    assert formats.text(struct.pack("<II8s", 1, 0, b"line\n")) == "line\n"
    assert formats.text(struct.pack("<II8s", 1, 0, b"")) == "\n"
    assert formats.text(struct.pack("<II8s", 2, 0, b"")) == "a\n"
    assert formats.text(struct.pack("<II8s", 2, 0, b"b")) == "a\nb\n"
    assert formats.text(struct.pack("<IIq", 3, 1, -5)) == "-5\n"
    assert formats.text(struct.pack("<IIq", 3, 0, -5)) == "nil\n"
    assert formats.text(struct.pack("<II", 4, 1)) == "true  003"
    assert formats.text(struct.pack("<IIQ", 5, 0, 0xFFFF888000000000) + bytes(15) + b"\1") == "0xffff888000000000::1"


def test_records_that_no_format_describes() -> None:
    formats = Formats([{"line": 1, "parts": [{"kind": "u64", "at": 8, "spec": "%d"}]}])
    with pytest.raises(LoadError, match="no format"):
        formats.text(struct.pack("<I", 1))
    with pytest.raises(LoadError, match="no format"):
        formats.text(b"")
    with pytest.raises(LoadError, match="too short"):
        formats.text(struct.pack("<II", 0, 0))
