"""Options: the kernel, the interpreter and Ruby agree on what a program does with them, given and not; what is turned off
is no code in the kernel; the command line's texts become the right bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.run.harness import COMM, opened, set_comm

PROGRAM = """\
license! "GPL"
section! "raw_tracepoint/sys_enter"

class Context
  attr :n, :u64
end

PORT = option :port, :u16, short: "p", desc: "only this port"
LEVEL = option :level, :i8, default: -3
LIMIT = option :max_size, :u64, default: 1 << 40
VERBOSE = option :verbose, :bool
COLOUR = option :colour, :bool, default: true
WHO = option :who, :string, default: "rucy-fuzz"
NAME = option :name, :string
ALIAS = PORT
$port = 0
$level = 0
$limit = 0
$verbose = 0
$colour = 0
$who = 0
$name = 0
$size = 0
$both = 0
$other = 0

def prog(ctx)
  $port = PORT if PORT
  $level = LEVEL
  $limit = LIMIT + 1
  $verbose = VERBOSE ? 1 : 2
  $colour = COLOUR ? 1 : 2
  $who = WHO == comm ? 1 : 2
  if NAME
    $name = NAME == comm ? 1 : NAME.start_with?("ru") ? 2 : 3
    $size = NAME.size
  end
  $both = 7 if PORT && ctx.n == PORT
  $other = wanted?(ctx.n) ? (PORT || 80) : (ALIAS || 90) * 2
  return 0
end

def wanted?(n)
  PORT.nil? || n == PORT
end
"""

ORACLE = f"""\
require "json"
def license!(*) = nil
def section!(*) = nil
class Module
  def attr(name, *) = attr_accessor(name)
end
def comm = {COMM!r}
def option(name, type, default: nil, **) = GIVEN.fetch(name.to_s, default)
GIVEN = JSON.parse(ARGV[0])
eval File.read(ARGV[1])
ctx = Context.new
ctx.n = JSON.parse(ARGV[2])
prog(ctx)
puts JSON.generate(%w[port level limit verbose colour who name size both other].map {{ |g| eval("$" + g) }})
"""

READS = ("port", "level", "limit", "verbose", "colour", "who", "name", "size", "both", "other")

GIVEN: list[dict[str, Any]] = [
    {},
    {"port": 443},
    {"port": 0, "verbose": True},
    {"port": 65535, "level": -128, "max_size": 2**64 - 2, "colour": False},
    {"who": "", "name": ""},
    {"who": "another", "name": "rucy-fuzz"},
    {"name": "rustc", "verbose": False},
    {"name": "x" * 63, "level": 127},
]


def made(tmp_path: Path) -> tuple[bytes, Any, Any, list[dict[str, Any]]]:
    """The object, the IR before and after the passes, the rows of the options."""
    from rucy import pipeline
    from rucy.source import Diagnostics

    file = tmp_path / "program.rb"
    file.write_text(PROGRAM)
    ways = []
    for passes in (False, True):
        stages = pipeline.stages(str(file), pipeline.Options(), Diagnostics())
        ways.append(next(made for name, made in stages if name == ("opt" if passes else "ir")))
    data = pipeline.compile_file(str(file)).data
    return data, ways[0], ways[1], pipeline.notes_of(data)["options"]


def interpreted(module: Any, rows: list[dict[str, Any]], given: dict[str, Any], n: int) -> list[int]:
    from rucy.ir import interp
    from rucy.loader.options import encode

    kept = dict(module.data)
    for row in rows:
        if row["name"] in given:
            data = encode(row["type"], _text(given[row["name"]]))
            module.data[row["symbol"]] = module.data[row["symbol"]]._replace(data=data)
            if row["given"]:
                module.data[row["given"]] = module.data[row["given"]]._replace(data=b"\1")
    env = interp.Env()
    env.comm = COMM.encode()
    result = interp.run(module, "prog", [env.region("ctx", n.to_bytes(8, "little"), "ctx", True)], env)
    module.data.update(kept)
    return [_number(name, result.memory[name]) for name in READS]


def _text(value: Any) -> str | bool:
    return value if isinstance(value, bool) else str(value)


def _number(name: str, data: bytes) -> int:
    return int.from_bytes(data, "little", signed=name == "level")


def on_kernel(data: bytes, rows: list[dict[str, Any]], given: dict[str, Any], n: int) -> list[int]:
    from rucy.loader.options import set_option

    with opened(data) as loaded:
        for row in rows:
            if row["name"] in given:
                set_option(loaded, row, _text(given[row["name"]]))
        loaded.load()
        loaded.test_run("prog", ctx_in=n.to_bytes(8, "little"))
        return [_number(name, loaded.read_global(name)) for name in READS]


@pytest.mark.root
def test_three_agree(tmp_path: Path) -> None:
    if shutil.which("ruby") is None:
        pytest.skip("no ruby")
    data, plain, optimised, rows = made(tmp_path)
    (tmp_path / "oracle.rb").write_text(ORACLE)
    set_comm()
    for given in GIVEN:
        for n in (443, 0):
            command = ["ruby", "-W0", str(tmp_path / "oracle.rb"), json.dumps(given), str(tmp_path / "program.rb"), str(n)]
            want = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            for engine, have in (
                ("ir", interpreted(plain, rows, given, n)),
                ("optimised ir", interpreted(optimised, rows, given, n)),
                ("kernel", on_kernel(data, rows, given, n)),
            ):
                assert have == want, (engine, given, n)


COMPUTED = """\
license! "GPL"
section! "raw_tracepoint/sys_enter"

class Context
  attr :n, :u64
end

WHO = ARGV[0].to_i
TWICE = WHO * 2
NAME = ENV["NAME"] || "none"
LOUD = ARGV.include?("--loud")
COUNT = ARGV.size
$who = 0
$name = 0
$loud = 0
$left = 0

def prog(ctx)
  $who = ctx.n == WHO ? 1 : ctx.n == TWICE ? 2 : WHO < 0 ? 3 : 4
  $name = NAME == comm ? 1 : 2
  $loud = LOUD ? 1 : 2
  $left = ctx.n % COUNT
  return 0
end
"""


@pytest.mark.root
def test_what_the_user_half_computes(tmp_path: Path) -> None:
    from rucy.loader.options import encode
    from rucy.pipeline import compile_file, notes_of

    file = tmp_path / "program.rb"
    file.write_text(COMPUTED)
    compiled = compile_file(str(file))
    assert [d.code for d in compiled.diagnostics] == ["computed-unset"] * 5
    rows = notes_of(compiled.data)["constants"]
    assert [(row["name"], row["type"]) for row in rows] == [
        ("WHO", "i64"), ("TWICE", "i64"), ("NAME", "string"), ("LOUD", "bool"), ("COUNT", "u64"),
    ]  # fmt: skip
    set_comm()
    for given, want in (
        ({}, [4, 2, 2, 7]), ({"WHO": "7", "TWICE": "14"}, [1, 2, 2, 7]),
        ({"WHO": "3", "TWICE": "7", "LOUD": True}, [2, 2, 1, 7]), ({"WHO": "-1", "NAME": COMM, "COUNT": "4"}, [3, 1, 2, 3]),
    ):  # fmt: skip
        with opened(compiled.data) as loaded:
            for row in rows:
                if row["name"] in given:
                    loaded.write_global(row["symbol"], encode(row["type"], given[row["name"]]))
            loaded.load()
            loaded.test_run("prog", ctx_in=(7).to_bytes(8, "little"))
            assert [int.from_bytes(loaded.read_global(name), "little") for name in ("who", "name", "loud", "left")] == want, given


@pytest.mark.root
def test_what_is_turned_off_is_not_verified(tmp_path: Path) -> None:
    """The kernel knows the values while it verifies, and drops what they rule out."""
    from rucy.loader.options import set_option

    data, _, _, rows = made(tmp_path)
    sizes = []
    for given in ({}, {"name": "x", "port": "80"}):
        with opened(data) as loaded:
            for row in rows:
                if row["name"] in given:
                    set_option(loaded, row, given[row["name"]])
            loaded.load()
            sizes.append(loaded.stats("prog").xlated_len)
    assert sizes[0] < sizes[1]


def test_no_pass_knows_a_value(tmp_path: Path) -> None:
    """Two options of one value, and constant text of the same bytes, are three variables."""
    from rucy import pipeline

    file = tmp_path / "program.rb"
    file.write_text(
        'license "GPL"\nA = option :a, :string, default: "same"\nB = option :b, :string, default: "same"\n'
        'kprobe("f") { printk "same" if comm == A && comm == B }\n'
    )
    text = pipeline.emit(str(file), "opt")
    assert "symbol=A " in text and "symbol=B " in text


@pytest.mark.parametrize(
    ("type", "text", "data"),
    [
        ("u16", "443", b"\xbb\x01"), ("u16", "0x1bb", b"\xbb\x01"), ("u16", "0443", b"\xbb\x01"), ("u8", "0b11", b"\3"),
        ("i32", "-2", b"\xfe\xff\xff\xff"), ("u32", "1_000", b"\xe8\x03\0\0"), ("i8", "-128", b"\x80"),
        ("u64", str(2**64 - 1), b"\xff" * 8), ("ip4", "10.0.0.1", b"\x0a\0\0\1"), ("mac", "02:00:00:00:00:ff", b"\2\0\0\0\0\xff"),
        ("ip6", "fe80::1", b"\xfe\x80" + bytes(13) + b"\1"), ("string", "ä", "ä".encode().ljust(64, b"\0")),
    ],
)  # fmt: skip
def test_texts_as_bytes(type: str, text: str, data: bytes) -> None:
    from rucy.loader.options import encode

    assert encode(type, text) == data


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("u16", "65536"), ("u16", "-1"), ("u16", ""), ("u16", "80 "), ("u16", "http"), ("u16", "8.0"), ("i8", "128"), ("u8", "٣"),
        ("ip4", "10.0.0"), ("ip4", "::1"), ("ip6", "10.0.0.1"), ("mac", "02:00:00:00:00"), ("mac", "2:0:0:0:0:1"),
        ("mac", "+2:00:00:00:00:ff"), ("string", "x" * 64), ("u8", "0x"), ("u8", "_1"),
    ],
)  # fmt: skip
def test_texts_refused(type: str, text: str) -> None:
    from rucy.loader.options import encode

    with pytest.raises(ValueError, match="."):
        encode(type, text)
