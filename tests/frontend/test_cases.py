"""Golden cases: what a piece of Ruby becomes, and what is said about it.

A file of cases/ holds cases, each a line of `=`, the Ruby, a line of `-`, and the tree and messages. `--bless` rewrites them.
In a file whose name begins with `body-` the Ruby is the body of a probe.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frontend.reading import shown

CASES = Path(__file__).with_name("cases")
_RULE, _CUT = "=" * 60, "-" * 60


def split(text: str) -> list[tuple[str, str]]:
    parts = text.split(_RULE + "\n")[1:]
    return [(code, said) for code, _, said in (part.partition(_CUT + "\n") for part in parts)]


def wrapped(path: Path, code: str) -> str:
    if not path.name.startswith("body-"):
        return code
    return 'kprobe "f" do |arg|\n' + code + "end\n"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_cases(path: Path, request: pytest.FixtureRequest) -> None:
    cases = split(path.read_text())
    assert cases
    now = [(code, shown(wrapped(path, code))) for code, _ in cases]
    if request.config.getoption("--bless"):
        path.write_text("".join(f"{_RULE}\n{code}{_CUT}\n{said}" for code, said in now))
        return
    for (code, want), (_, said) in zip(cases, now):
        assert said == want, code
