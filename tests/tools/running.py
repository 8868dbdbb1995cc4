"""A program of tools/, run by `rucy run` as a user runs it: its records, and its maps at the end, as JSON says them.

Imports no compiler: the objects come compiled, so that a slow guest may use it.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).resolve().parents[2] / "tools"

Row = dict[str, Any]


class Ran:
    """A tool that runs: its maps may be looked at and changed. What it printed is there when it has ended."""

    def __init__(self) -> None:
        self.records: list[Row] = []
        self.maps: dict[str, list[Row]] = {}
        self._before = {row["id"] for row in bpftool("show")}

    def set(self, name: str, key: bytes, value: bytes | None) -> None:
        """Set an element, as `bpftool` does, or (None) delete it."""
        told = [] if value is None else ["value", *map(str, value)]
        bpftool("delete" if value is None else "update", *self._handle(name), "key", *map(str, key), *told)

    def get(self, name: str, key: bytes) -> Row:
        return dict(bpftool("lookup", *self._handle(name), "key", *map(str, key)))

    def dump(self, name: str) -> list[Row]:
        return list(bpftool("dump", *self._handle(name)))

    def _handle(self, name: str) -> tuple[str, str]:
        """By its number: another tool that runs meanwhile may have a map of that name."""
        (found,) = (row["id"] for row in bpftool("show") if row.get("name") == name and row["id"] not in self._before)
        return "id", str(found)

    def of(self, pid: int) -> list[Row]:
        """The records with this `pid`."""
        return [row for row in self.records if row["pid"] == pid]

    def entries(self, name: str) -> dict[Any, Any]:
        """A map's entries; a key of several parts is a tuple."""
        return {_hashable(row["key"]): row["value"] for row in self.maps[name]}


def bpftool(*words: str) -> Any:
    said = subprocess.run(["bpftool", "-j", "map", *words], check=True, capture_output=True, text=True).stdout
    return json.loads(said) if said.strip() else []


def _hashable(key: Any) -> Any:
    if isinstance(key, dict):
        return tuple(key.values())
    return tuple(key) if isinstance(key, list) else key


@contextlib.contextmanager
def tool(path: Path, *options: str) -> Iterator[Ran]:
    """The object at `path`, attached while the block runs. Its exit status must be 0, and it must warn of nothing."""
    command = ["env", "--default-signal=INT", sys.executable, "-m", "rucy", "run", str(path), "--json", *options]
    ran = Ran()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said = ""
        for line in child.stderr:
            said += line
            if "attached" in line:
                break
        else:
            raise AssertionError(f"rucy run {path.name}: {said}")
        try:
            yield ran
        except BaseException:
            child.kill()
            raise
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=120)
    assert child.returncode == 0 and not err, f"rucy run {path.name}: {child.returncode}: {err}"
    for line in out.splitlines():
        row = json.loads(line)
        if "map" in row:
            ran.maps[row["map"]] = row.get("entries", [row])
        else:
            ran.records.append(row)
