"""The project's own machinery: what is skipped is counted, and make says what it can do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


def pytest_run(*arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_vm_tests_that_are_left_out_are_counted() -> None:
    said = pytest_run("tests/vm", "-k", "results_come_back or boot.release and not host", RUCY_NO_VM="1")
    count = int(re.findall(r"^vm: (\d+) tests skipped, RUCY_NO_VM=1$", said, re.MULTILINE)[0])
    assert count >= 4  # one on each tested kernel, and the lab's own
    assert f"{count} skipped" in said.splitlines()[-1]


def test_every_target_with_a_meaning_is_in_the_help() -> None:
    helped = subprocess.run(["make", "help"], cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    targets = set(re.findall(r"^ {2}make (\S+)", helped, re.MULTILINE))
    assert {"demo", "test", "test-kernels", "test-plant", "bench", "bless", "lint", "clean"} <= targets


def test_the_integration_runs_make_test_and_nothing_else() -> None:
    commands = (CHECKOUT / ".ci" / "run").read_text().splitlines()
    assert commands[1:] == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


def test_packages_are_named_once() -> None:
    """A package in two lists would be installed by the first and explained by the second."""
    lists = sorted((CHECKOUT / "dev").glob("packages-*.txt"))
    names = [line.split("#")[0].strip() for path in lists for line in path.read_text().splitlines()]
    named = [name for name in names if name]
    assert len(lists) == 5 and len(named) == len(set(named))
