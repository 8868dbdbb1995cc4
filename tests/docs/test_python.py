"""What docs/python.md shows is so: its ```python blocks run, in a folder with the Ruby files of the page, and print what stands
behind each `print(…)`.

A Ruby file is a ```ruby block whose first line is a comment with its name.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
_RUBY = re.compile(r"^```ruby\n(# (\w+\.rb)\b.*?)^```$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PRINTS = re.compile(r"^ *print\(.*\) +# (.*)$", re.MULTILINE)


def blocks() -> list[tuple[int, str]]:
    text = PAGE.read_text()
    return [(text.count("\n", 0, m.start(1)) + 1, m[1]) for m in _PYTHON.finditer(text)]


@pytest.mark.root
@pytest.mark.parametrize(("line", "code"), blocks(), ids=lambda value: str(value) if isinstance(value, int) else "")
def test_python_prints_what_the_page_says(line: int, code: str, tmp_path: Path) -> None:
    for match in _RUBY.finditer(PAGE.read_text()):
        (tmp_path / match[2]).write_text(match[1])
    (tmp_path / "example.py").write_text(code)
    command = [sys.executable, "-W", "error", "example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == _PRINTS.findall(code)


def test_every_print_says_what_it_prints() -> None:
    assert len(blocks()) >= 9
    for _, code in blocks():
        assert len(_PRINTS.findall(code)) == code.count("print(") > 0
