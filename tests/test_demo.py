"""`make demo` shows what it read, and fails when nothing is attached."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[1] / "dev" / "demo.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, DEMO, *arguments], capture_output=True, text=True, timeout=300)


@pytest.mark.root
def test_demo_shows_the_filter_at_work() -> None:
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("filter attached, inside     EPERM           ok") == 2
    assert done.stdout.count("as the Ruby file says") == 2 and "NOT as" not in done.stdout


@pytest.mark.root
def test_demo_fails_without_the_filter() -> None:
    done = run("--without-attach")
    assert done.returncode == 1
    assert done.stdout.count("NOT as the Ruby file says") == 2
