"""The golden harness finds what it should, with a pipeline that is made up here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from rucy.source import Diagnostic, SourceFile, Span
from tests.golden import test_golden as harness


class Unknown(Diagnostic):
    code = "undefined-name"
    title = "`{name}` is not a local variable"


class Doubtful(Diagnostic):
    code = "unused"
    title = "never read"
    severity = "warning"


class Target(NamedTuple):
    cpu: str = "v3"
    exact: bool = False


class Chosen(NamedTuple):
    target: Target
    btf: str | None


class Pipeline:
    """Every `bad` is an error, every `meh` a warning; a stage says its name, its options and the file in capitals."""

    Options = Chosen
    Target = Target

    def __init__(self, root: Path) -> None:
        self.root = root

    def emit(self, path: str, stage: str, options: Chosen) -> str:
        btf = options.btf and Path(options.btf).name
        return f"{stage} {btf} {options.target.cpu} {(self.root / path).read_text().upper()}"

    def check(self, path: str, options: Chosen) -> tuple[list[Diagnostic], None]:
        file = SourceFile(path, (self.root / path).read_bytes())
        code = re.sub(rb"#.*", lambda comment: b" " * len(comment[0]), file.text)
        words = {b"bad": Unknown, b"meh": Doubtful}
        found = re.finditer(rb"bad|meh", code)
        return [words[match[0]](Span(file, *match.span()), name=match[0].decode()) for match in found], None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "topic").mkdir()
    return tmp_path


def write(root: Path, name: str, text: str) -> Path:
    path = root / "topic" / name
    path.write_text(text)
    return path


def test_phases_are_compared_and_blessed(root: Path) -> None:
    write(root, "a.rb", "# options: btf=pinned cpu=v4\nx\n")
    path = write(root, "a.ir", "")
    assert harness.phase_files(root) == [path]
    with pytest.raises(AssertionError, match="make bless"):
        harness.check_phase(Pipeline(root), root, path, bless=False)
    assert path.read_text() == ""
    harness.check_phase(Pipeline(root), root, path, bless=True)
    assert path.read_text() == "ir pinned.btf v4 # OPTIONS: BTF=PINNED CPU=V4\nX\n"
    harness.check_phase(Pipeline(root), root, path, bless=False)


def test_errors_are_text_as_the_user_sees_it(root: Path) -> None:
    write(root, "a.rb", "x bad\n")
    path = write(root, "a.err", "")
    harness.check_phase(Pipeline(root), root, path, bless=True)
    assert path.read_text().startswith("topic/a.rb:1:3: error: `bad` is not a local variable [undefined-name]\n")


def test_a_file_that_nobody_compares_is_an_error(root: Path) -> None:
    write(root, "a.rb", "x\n")
    for name, message in (("b.ir", "has no b.rb beside it"), ("a.iir", "no stage .iir")):
        with pytest.raises(AssertionError, match=message):
            harness.check_phase(Pipeline(root), root, write(root, name, ""), bless=False)
    assert [path.name for path in harness.phase_files(root)] == ["a.iir", "b.ir"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x\n", ""),
        ("meh\n", ""),
        ("bad # error: [undefined-name] `bad` is not\n", ""),
        ("bad bad # error: [undefined-name] # error: [undefined-name] a local\n", ""),
        ("bad\n", "line 1: not marked: [undefined-name] `bad` is not a local variable"),
        ("bad bad # error: [undefined-name] `bad`\n", "line 1: not marked"),
        ("x # error: [undefined-name] `x`\n", "line 1: no error [undefined-name] `x`"),
        ("bad # error: [other] `bad`\n", "line 1: no error [other] `bad`"),
        ("bad # error: [undefined-name] something else\n", "no error [undefined-name] something else"),
        ("x # error: [undefined-name]\nbad\n", "line 1: no error [undefined-name]"),
    ],
)
def test_marks(root: Path, text: str, complaint: str) -> None:
    source = write(root, "a.rb", text)
    pipeline = Pipeline(root)
    if not complaint:
        harness.check_marks(pipeline, root, source)
        return
    with pytest.raises(AssertionError) as caught:
        harness.check_marks(pipeline, root, source)
    assert complaint in str(caught.value)
