"""Names of the user half that nothing has: messages as goldens, and where none may be said."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rucy import pipeline
from rucy.cli import runtime as cli_runtime
from rucy.frontends.ruby.absent import CONSTANTS, LIBRARIES
from rucy.source import Diagnostic
from tests.cli.test_commands import rucy
from tests.golden.test_golden import _id, check_marks, check_phase, phase_files, sources
from tests.runtime.tool import build, run

GOLDEN = Path(__file__).parent / "golden"
CHECKOUT = Path(__file__).parents[2]
TOOL = 'license "GPL"\nsyscall("getpgid") { }\n'


def check(path: str, options: pipeline.Options) -> tuple[list[Diagnostic], pipeline.Compiled | None]:
    diagnostics, compiled = pipeline.check(path, options)
    assert compiled is not None, [each.render() for each in diagnostics]
    return [*diagnostics, *cli_runtime.check_names(compiled)], compiled


@pytest.fixture
def checking(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(GOLDEN)
    return SimpleNamespace(check=check, Target=pipeline.Target, Options=pipeline.Options)


@pytest.mark.parametrize("source", sources(GOLDEN), ids=_id)
def test_errors_are_where_the_marks_are(source: Path, checking: Any) -> None:
    check_marks(checking, GOLDEN, source)


@pytest.mark.parametrize("path", phase_files(GOLDEN), ids=_id)
def test_messages(path: Path, checking: Any, bless: bool) -> None:
    check_phase(checking, GOLDEN, path, bless)


@pytest.mark.parametrize("example", sorted((CHECKOUT / "examples").glob("*.rb")), ids=lambda path: path.name)
def test_examples_name_what_there_is(example: Path) -> None:
    diagnostics, _ = check(str(example), pipeline.options_for())
    assert [each for each in diagnostics if each.code.startswith("user-")] == []


def test_the_commands_refuse(tmp_path: Path) -> None:
    source = tmp_path / "x.rb"
    source.write_text(TOOL + "prnt 1\n")
    for words in (["check", str(source)], ["build", str(source), "-o", str(tmp_path / "x")]):
        done = rucy(*words)
        assert done.returncode == 1
        assert f"{source}:3:1: error: `prnt` is no local variable and no method of the user half [user-name]" in done.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("what", ["gone", "older"])
def test_without_a_runtime_that_lists_its_names(what: str, tmp_path: Path) -> None:
    """A copy of the package whose runtime is not there, or knows nothing of `--rucy-names`."""
    shutil.copytree(CHECKOUT / "src/rucy", tmp_path / "rucy", ignore=shutil.ignore_patterns("_runtime", "__pycache__"))
    if what == "older":
        (tmp_path / "rucy/_runtime").mkdir()
        (tmp_path / "rucy/_runtime" / f"rucy-{os.uname().machine}").symlink_to("/bin/false")
    source = tmp_path / "x.rb"
    source.write_text(TOOL + "prnt 1\n")
    words = [sys.executable, "-m", "rucy", "check", str(source)]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0
    why = "is of another version" if what == "older" else f"for {os.uname().machine} here"
    assert done.stderr.startswith("rucy: the names of the user half are not checked: ") and why in done.stderr


def test_the_advice_is_for_names_that_the_runtime_lacks() -> None:
    """What a library is known by has advice, or is there."""
    assert {name for name in LIBRARIES.values() if name not in CONSTANTS} <= {"Set", "Time", "Fiber", "Enumerator", "JSON"}


@pytest.mark.root
def test_constants_of_linux_are_there(tmp_path: Path) -> None:
    """The file's own go before them; a string is left as it is."""
    text = 'syscall("getpgid") { }\nEINTR = "mine"\nputs AF_INET6, EPERM, "#{IPPROTO_TCP} AF_INET", [O_CREAT], EINTR\nexit\n'
    ended = run(build(tmp_path, text))
    expected = [socket.AF_INET6, errno.EPERM, f"{socket.IPPROTO_TCP} AF_INET", os.O_CREAT, "mine"]
    assert (ended.status, ended.out.splitlines()) == (0, [str(each) for each in expected])
