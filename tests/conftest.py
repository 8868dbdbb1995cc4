"""What all tests share: the `--bless` option, counted skips, and lines for the end of the run.

`@pytest.mark.root` needs root and a kernel that loads BPF programs: elsewhere it is skipped, and counted.
`@pytest.mark.vm` boots a kernel: only RUCY_NO_VM=1 skips it, and the closing lines say how many were.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_LINES: pytest.StashKey[list[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite golden files from what the compiler now says")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LINES] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties += [("needs", mark) for mark in ("root", "vm") if item.get_closest_marker(mark)]
    rooted = [item for item in items if item.get_closest_marker("root")]
    refusal = _bpf_refusal() if rooted else ""
    if refusal:
        for item in rooted:
            item.add_marker(pytest.mark.skip(reason=refusal))
    if os.environ.get("RUCY_NO_VM") == "1":
        for item in items:
            if item.get_closest_marker("vm"):
                item.add_marker(pytest.mark.skip(reason="RUCY_NO_VM=1"))


def _bpf_refusal() -> str:
    """Why tests that load programs cannot run here; "" where they can."""
    if os.geteuid() != 0:
        return "not root"
    probe = Path(__file__).parents[1] / "dev" / "bpf_permitted.py"
    done = subprocess.run([sys.executable, str(probe)], capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash[_LINES]
    for line in dict.fromkeys(lines):
        terminalreporter.write_line(line)
    skipped = terminalreporter.stats.get("skipped", [])
    for mark in ("root", "vm"):
        reasons = [_reason(report) for report in skipped if ("needs", mark) in report.user_properties]
        for reason in dict.fromkeys(reasons):
            terminalreporter.write_line(f"{mark}: {reasons.count(reason)} tests skipped, {reason}")


def _reason(report: pytest.TestReport) -> str:
    """pytest tells a skip's place and reason as (path, line, "Skipped: reason")."""
    return str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""


@pytest.fixture(scope="session")
def closing_line(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Call it with a line that the run shall print at its end; the same line is printed once."""
    return request.config.stash[_LINES].append


@pytest.fixture(scope="session")
def bless(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be rewritten instead of compared."""
    return bool(request.config.getoption("--bless"))
