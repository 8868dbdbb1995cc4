"""Shared by the front end's tests: Ruby's own parser, asked through one process."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


class Ruby:
    """The parser of the machine's `ruby`."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("oracle.rb")
        self.process = subprocess.Popen(["ruby", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, text: bytes) -> tuple[bool, str]:
        """Is it Ruby? With how its last statement is read, or what is wrong."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(b"%d\n" % len(text) + text)
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode("utf-8", "replace").rstrip("\n")
        return answer[:1] == "1", answer[2:]


@pytest.fixture(scope="module")
def ruby() -> Iterator[Ruby]:
    if shutil.which("ruby") is None:
        pytest.skip("no ruby on this machine")
    oracle = Ruby()
    yield oracle
    assert oracle.process.stdin is not None and oracle.process.stdout is not None
    oracle.process.stdin.close()
    oracle.process.wait()
    oracle.process.stdout.close()
