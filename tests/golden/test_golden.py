"""Source goldens: a Ruby file, and beside it what the stages that it is about say.

    tests/golden/<topic>/<name>.rb
    tests/golden/<topic>/<name>.tree .types .ir .opt .asm .btf .object .err      those that the case is about

A phase file is what `rucy dump --emit=STAGE` prints; `.err` is every diagnostic as the user sees it. A new case:
write the .rb, make the phase files empty, `make bless`, read what came.

`# error: [code] text` at the end of a line says that this line has an error with that code, whose message contains
the text; several may follow each other. No other line may have an error, so a file without such a mark compiles.
`# options: btf=NAME cpu=v4 kernel=6.1 arch=aarch64` on a line of its own, each optional, says what to compile for; the
BTF is tests/golden/btf/NAME.btf, without it the running kernel's.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parent
STAGES = ("tree", "types", "ir", "opt", "asm", "btf", "object")
_MARK = re.compile(r"# error: \[([a-z0-9-]+)\] ?(.*?)(?=\s*# error: \[|\s*$)")
_TYPE_ID = re.compile(r"(?<=\*#)\d+")  # of a type of the running kernel: each build numbers its own
_OPTIONS = re.compile(r"^# options: (.+)$", re.MULTILINE)


def sources(root: Path) -> list[Path]:
    return sorted(root.glob("*/*.rb"))


def phase_files(root: Path) -> list[Path]:
    """Everything beside the sources, so that a file nobody compares is noticed."""
    topics = {path.parent for path in sources(root)}
    return sorted(path for topic in topics for path in topic.iterdir() if path.is_file() and path.suffix != ".rb")


def check_phase(pipeline: Any, root: Path, path: Path, bless: bool) -> None:
    """Compare one phase file with what the pipeline says now, or rewrite it."""
    source = path.with_suffix(".rb")
    assert source.exists(), f"{path.name} has no {source.name} beside it"
    stage = path.suffix[1:]
    name = source.relative_to(root).as_posix()
    options = _options(pipeline, root, source)
    if stage == "err":
        said = "".join(diagnostic.render() for diagnostic in pipeline.check(name, options)[0])
    else:
        assert stage in STAGES, f"no stage .{stage}: {', '.join(STAGES)} or err"
        said = pipeline.emit(name, stage, options)
    if bless:
        path.write_text(said)
    kept = path.read_text()
    assert _TYPE_ID.sub("_", said) == _TYPE_ID.sub("_", kept), f"{path.name} differs: `make bless`, then read the diff"


def check_marks(pipeline: Any, root: Path, source: Path) -> None:
    """Each marked line has its error, and no other line has one."""
    marks = list(_marks(source))
    diagnostics = pipeline.check(source.relative_to(root).as_posix(), _options(pipeline, root, source))[0]
    errors = [d for d in diagnostics if d.severity == "error"]
    left = [(d.span.line, d.code, d.message) for d in errors]
    missing: list[str] = []
    for line, code, text in marks:
        hit = next((e for e in left if e[:2] == (line, code) and text in e[2]), None)
        if hit is None:
            missing.append(f"line {line}: no error [{code}] {text}")
        else:
            left.remove(hit)
    extra = [f"line {line}: not marked: [{code}] {message}" for line, code, message in left]
    assert missing + extra == []


def _marks(source: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(source.read_text(errors="replace").splitlines(), 1):
        for match in _MARK.finditer(line):
            yield number, match[1], match[2]


def _options(pipeline: Any, root: Path, source: Path) -> Any:
    """pipeline.Options of the file's `# options:` line."""
    named = _OPTIONS.search(source.read_text(errors="replace"))
    words = dict(word.split("=", 1) for word in named[1].split()) if named else {}
    btf = words.pop("btf", None)
    target = pipeline.Target(**words, exact="kernel" in words)
    return pipeline.Options(target=target, btf=str(root / "btf" / f"{btf}.btf") if btf else None)


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The compiler, called from the goldens' folder: no path of this machine gets into its text."""
    monkeypatch.chdir(GOLDEN)
    return importlib.import_module("rucy.pipeline")


@pytest.mark.parametrize("source", sources(GOLDEN), ids=_id)
def test_errors_are_where_the_marks_are(source: Path, pipeline: Any) -> None:
    check_marks(pipeline, GOLDEN, source)


@pytest.mark.parametrize("path", phase_files(GOLDEN), ids=_id)
def test_phase(path: Path, pipeline: Any, bless: bool) -> None:
    check_phase(pipeline, GOLDEN, path, bless)
