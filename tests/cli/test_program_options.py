"""A program's own options on the command line of `rucy run` and `rucy verify`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import rucy
from tests.runtime.tool import attached, running

TOOL = """\
license "GPL"

PORT = option :port, :u16, short: "p", desc: "only this port"
LIMIT = option :max_size, :i32, default: -5
LOUD = option :json, :bool
FROM = option :from, :ip4
$port = 0

socket_filter do |s|
  $port = PORT if PORT
  next 0 if LOUD && s.len > LIMIT
  1
end
"""


@pytest.fixture
def tool(tmp_path: Path) -> str:
    (tmp_path / "tool.rb").write_text(TOOL)
    return str(tmp_path / "tool.rb")


def test_help_lists_them_first(tool: str) -> None:
    for command in ("run", "verify"):
        done = rucy(command, tool, "--help")
        assert done.returncode == 0
        lines = done.stdout.splitlines()
        assert lines[0] == f"Options of {tool}:"
        assert lines[1].split(maxsplit=3) == ["-p,", "--port", "N", "only this port"]
        assert "--max-size N" in lines[2] and "(default: -5)" in lines[2]
        assert f"Usage: rucy {command}" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "65536"], "`--port` takes a number from 0 to 65535; not `65536`"),
        (["-p", "http"], "`--port` takes a number from 0 to 65535; not `http`"),
        (["--port"], "`--port` needs a value"),
        (["--from", "10.0.0"], "`--from` takes an IPv4 address"),
        (["--prot", "80"], "has no option `--prot`"),
        (["--json=yes"], "`--json` takes no value"),
        (["--no-port"], "has no option `--no-port`"),
        (["80"], "takes no argument `80`"),
    ],
)
def test_wrong_ones_are_usage(tool: str, words: list[str], said: str) -> None:
    done = rucy("verify", tool, *words)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_none_stand_before_the_file(tool: str) -> None:
    done = rucy("verify", "--port", "80", tool)
    assert done.returncode == 2 and "has no option `--port`" in done.stderr


@pytest.mark.root
def test_they_are_set_before_it_is_loaded(tool: str) -> None:
    """What they turn on is in the kernel, and nothing else."""
    sizes = []
    for words in ([], ["--port", "80"], ["-p80", "--json"], ["--port=80", "--json", "--max_size", "-1"], ["--json", "--no-json"]):
        done = rucy("verify", tool, *words)
        assert done.returncode == 0, done.stderr
        sizes.append(int(done.stdout.splitlines()[1].split()[1]))
    assert sizes[0] < sizes[1] < sizes[2] and sizes[2] == sizes[3], json.dumps(sizes)


@pytest.mark.root
def test_the_one_called_pid_has_a_letter(tmp_path: Path) -> None:
    file = tmp_path / "who.rb"
    head = 'license "GPL"\nWHO = option :pid, :u32\n'
    tail = 'syscall("getpgid") { |n| puts n if n == WHO }\n'
    file.write_text(head + tail)
    assert "  -p, --pid N" in rucy("run", str(file), "--help").stdout
    file.write_text(head + 'PORT = option :port, :u32, short: "p"\n' + tail)
    assert "  --pid N" in rucy("run", str(file), "--help").stdout


def test_a_size_that_is_none(tmp_path: Path) -> None:
    """The size of a map is an option: the loader sets it, in both commands."""
    path = tmp_path / "sized.rb"
    path.write_text(
        'license "GPL"\nSIZE = option :entries, :u32, default: 8\nSEEN = hash(:u64 => :u64, size: SIZE)\n'
        'raw_tracepoint "sys_enter" do |regs, id|\n  SEEN[id] = 1\nend\n'
    )
    for command in ("run", "verify"):
        done = rucy(command, str(path), "--entries", "0")
        assert done.returncode == 2
        assert "a map cannot have 0 entries (`SEEN`)" in done.stderr
    assert rucy("verify", str(path), "--entries", "70").returncode == 0


@pytest.mark.root
def test_a_process_is_chosen_of_any_program(tmp_path: Path) -> None:
    """Before the file and behind it; the programs say it themselves, which costs those nothing that are not asked."""
    path = tmp_path / "any.rb"
    path.write_text('license "GPL"\nsyscall("getpgid") { |who| puts who }\n')
    for words in (["-p", str(os.getpid()), str(path)], [str(path), f"-p{os.getpid()}"], [str(path), "--comm", "no such name"]):
        with running(Path(sys.executable), "-m", "rucy", "run", *words, env=dict(os.environ)) as process:
            attached(process)
            for who in (4_100_018, 1):
                with contextlib.suppress(OSError):
                    os.getpgid(who)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert out == ("" if "--comm" in words else "4100018\n1\n")


def test_no_process_is_chosen_of_packets_or_objects(tmp_path: Path) -> None:
    path, made = tmp_path / "packets.rb", tmp_path / "packets.o"
    path.write_text('license "GPL"\nxdp { :pass }\n')
    assert rucy("object", str(path), "-o", str(made)).returncode == 0
    for file, why in ((path, f"what `{path}` looks at is of no process"), (made, f"it is for Ruby files; `{made}` is an object")):
        for words in ([str(file), "-p", "1"], ["--pid=1", str(file)]):
            done = rucy("run", *words)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.splitlines()[0] == f"rucy: `--pid`: {why}"
