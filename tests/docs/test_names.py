"""What docs/adding.md and docs/internals.md name is there: paths, names in files (`path::name`), quoted lines.

A ```python block begins with `# PATH`; each of its other lines stands in that file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PAGES = ("adding.md", "internals.md")
_FOLDERS = ("src", "tests", "docs", "dev", "examples", "bench")
_PATH = re.compile(rf"`((?:{'|'.join(_FOLDERS)})/[\w./-]+)(?:::(\w+))?`")
_BLOCK = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def named() -> list[tuple[str, str]]:
    return sorted({m.groups("") for page in PAGES for m in _PATH.finditer((CHECKOUT / "docs" / page).read_text())})  # type: ignore[misc]


@pytest.mark.parametrize(("path", "name"), named())
def test_named_paths_are_there(path: str, name: str) -> None:
    assert (CHECKOUT / path).exists()
    assert not name or re.search(rf"\b{name}\b", (CHECKOUT / path).read_text())


def test_quoted_lines_are_there() -> None:
    blocks = _BLOCK.findall((CHECKOUT / "docs" / "adding.md").read_text())
    assert len(blocks) > 8
    for path, quoted in blocks:
        lines = (CHECKOUT / path).read_text().splitlines()
        assert not [line for line in quoted.splitlines() if line not in lines], path
