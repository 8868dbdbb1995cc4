"""Programs that the verifier refuses: a tool tells the line and the reason as the loader in Python does."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rucy.bundle import bundle
from rucy.cli.explain import explain
from rucy.cli.runtime import find_runtime
from rucy.loader.errors import LoadError
from rucy.loader.refusals import ROWS
from rucy.object.probes import describe_probes
from tests.load.firing import opened
from tests.load.refusing import CASES, Refused
from tests.load.test_verifier import TEXTS
from tests.runtime.tool import CHECKOUT


def tool_of(data: bytes, path: Path) -> Path:
    """A tool that loads the object, and does nothing else."""
    runtime = find_runtime(os.uname().machine)
    assert runtime is not None
    meta = {"rucy": "0", "arch": os.uname().machine, "file": "bad.rb", "user_half": 0}
    parts = {"meta": json.dumps(meta).encode(), "notes": json.dumps({"probes": describe_probes(data)}).encode(), "object": data}
    path.write_bytes(bundle(Path(runtime).read_bytes(), {**parts, "program": b"", "source": b""}))
    path.chmod(0o755)
    return path


def ran(tool: Path, *words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    done = subprocess.run([tool, *words, "--interface", "lo"], capture_output=True, text=True, env=env or {}, timeout=60)
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.root
@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_a_tool_tells_what_the_loader_tells(case: Refused, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = case.build()
    with opened(data, "xdp") as loaded, pytest.raises(LoadError) as caught:
        loaded.load()
    status = explain(caught.value)
    told = capsys.readouterr().err
    assert re.match(r"\w+\.s:\d+: error: the kernel refused `bad`: .* \[verifier\]\n  \d+ \| .*; here\n", told)
    assert ran(tool_of(data, tmp_path / "tool")) == (status, told)


@pytest.mark.root
def test_the_whole_log(tmp_path: Path) -> None:
    """`--verifier-log`: it stands before the refusal, from the first instruction on."""
    tool = tool_of(CASES[0].build(), tmp_path / "tool")
    status, told = ran(tool)
    again, more = ran(tool, "--verifier-log")
    head, found, refusal = more.partition("bad.s:3: error: ")
    assert again == status and (found + refusal).splitlines()[:4] == told.splitlines()[:4]
    assert head.startswith("tool: the verifier's log of `bad`:\n")
    assert re.search(r"^0: \(", head, re.MULTILINE) and re.search(r"^processed \d+ insns", head, re.MULTILINE)


@pytest.mark.root
def test_colours_when_they_are_asked_for(tmp_path: Path) -> None:
    tool = tool_of(CASES[0].build(), tmp_path / "tool")
    status, told = ran(tool, "--rucy-run", "always", "dir/bad.rb", env={"NO_COLOR": "1"})
    assert status == 1 and told.startswith("\x1b[1mbad.s:3:\x1b[0m \x1b[31;1merror:\x1b[0m \x1b[1mthe kernel refused `bad`")
    assert "\x1b" not in ran(tool, "--rucy-run", "never", "dir/bad.rb")[1]


@pytest.mark.root
def test_without_lines_the_log_remains(tmp_path: Path) -> None:
    """An object of another compiler, without BTF."""
    data = CASES[0].build()
    tool = tool_of(data.replace(b".BTF.ext\0", b".BTF.eXt\0"), tmp_path / "tool")
    status, told = ran(tool)
    assert status == 1
    lines = told.splitlines()
    assert lines[:3] == [
        "tool: the kernel refused `bad`: a number is used as an address",
        "  help: only pointers that the kernel gave can be read through",
        "  the verifier's last lines:",
    ]
    assert lines[-1].endswith("invalid mem access 'scalar'")


# ---------------------------------------------------------------- expressions


def building() -> ModuleType:
    """runtime/build.py, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("runtime_build", CHECKOUT / "runtime/build.py")
    assert spec is not None and spec.loader is not None
    if str(CHECKOUT / "runtime") not in sys.path:  # it has a module beside it
        sys.path.append(str(CHECKOUT / "runtime"))
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


class Match(ctypes.Structure):
    _fields_ = (("start", ctypes.c_int), ("end", ctypes.c_int))


def found_by_libc(expression: str, text: str) -> list[str] | None:
    """What regexec of this machine's libc finds: the whole and its groups."""
    libc, compiled, found = ctypes.CDLL(None), ctypes.create_string_buffer(512), (Match * 10)()
    assert libc.regcomp(compiled, expression.encode(), 1) == 0, expression  # REG_EXTENDED
    try:
        if libc.regexec(compiled, text.encode(), ctypes.c_size_t(10), found, 0):
            return None
    finally:
        libc.regfree(compiled)
    return [text[each.start : each.end] if each.start >= 0 else "" for each in found]


def test_each_row_is_the_same_expression_for_posix() -> None:
    """On all complaints that the tests know: it finds the same there, with the same groups."""
    posix = building().posix
    complaints = [line for text, _, _ in TEXTS for line in text.splitlines()]
    hits = 0
    for row in ROWS:
        expression, numbers = posix(row.pattern)
        for line in complaints:
            theirs, ours = re.search(row.pattern, line), found_by_libc(expression, line)
            assert (theirs is None) == (ours is None), (row.pattern, line)
            if theirs is not None and ours is not None:
                hits += 1
                groups = [group or "" for group in theirs.groups()]  # POSIX takes the longest as the whole
                assert [ours[number] for number in numbers[1:]] == groups, (row.pattern, line)
    assert hits > len(complaints)


def test_an_expression_that_posix_lacks_is_not_taken() -> None:
    posix = building().posix
    for pattern in (r"a\b", r"(?=a)", r"[\S]"):
        with contextlib.suppress(KeyError):
            posix(pattern)
            pytest.fail(f"`{pattern}` was taken")
