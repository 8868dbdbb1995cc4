"""What the user half computes is what `ruby` computes: each line of as_ruby/*.rb."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.runtime.tool import build

pytestmark = pytest.mark.root

FOLDER = Path(__file__).parent / "as_ruby"
FILES = sorted(each.stem for each in FOLDER.glob("*.rb"))

HEAD = 'license "GPL"\nsyscall("getpgid", attach: false) { }\n'
RUBY = "def license(*) = nil\ndef syscall(*, **) = nil\n"


def test_there_are_some() -> None:
    assert len(FILES) == 4


@pytest.mark.parametrize("name", FILES)
def test_as_ruby(name: str, tmp_path: Path) -> None:
    """`NAME.out` is what Ruby prints; it is asked again where it is there."""
    text, wanted = (FOLDER / f"{name}.rb").read_text(), (FOLDER / f"{name}.out").read_text().splitlines()
    folder = tmp_path / "here"
    folder.mkdir()
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC0"}
    if shutil.which("ruby"):
        (tmp_path / "ruby.rb").write_text(RUBY + text)
        words = ["ruby", "-W0", str(tmp_path / "ruby.rb")]
        said = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=True)
        assert said.stdout.splitlines() == wanted
        shutil.rmtree(folder)
        folder.mkdir()
    tool = build(tmp_path, text + "exit\n", head=HEAD)
    done = subprocess.run([str(tool)], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines, said_by_tool = text.splitlines(), done.stdout.splitlines()
    asked = [line for line in lines if line.startswith("t {")]
    rows = zip(asked, said_by_tool, wanted, strict=True)
    different = [f"{line}\n  {mine}\n  {ruby}" for line, mine, ruby in rows if mine != ruby]
    assert not different, "\n".join(different)
