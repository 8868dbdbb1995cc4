"""An object made of a Ruby program, attached as `rucy run` attaches it: what it prints, and its `$globals`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from rucy.loader.objects import Loaded
from rucy.loader.trace import TraceInstance


class Running:
    """A loaded and attached object."""

    def __init__(self, loaded: Loaded, trace: TraceInstance) -> None:
        self.loaded = loaded
        self._trace = trace

    def said(self) -> list[str]:
        """What its programs have printed since the last call."""
        return [line.text for line in self._trace.drain()]

    def says(self, lines: list[str]) -> None:
        """It has printed these, and nothing else, since the last call."""
        found = self.said()
        assert found == lines, f"printed {found}, not {lines}"

    def __getitem__(self, name: str) -> int:
        """`$name` now."""
        return int.from_bytes(self.loaded.read_global(name), "little", signed=True)

    def detach(self) -> None:
        for link in self.loaded.links:
            link.close()


@contextlib.contextmanager
def running(data: bytes, **places: str) -> Iterator[Running]:
    """Load, set `$me` to this process where the program has it, attach all, run the block, detach. `places`: cgroup,
    interface, mode."""
    from rucy.cli.loading import open_tool
    from rucy.loader.files import ObjectFile

    probes = notes(data)
    with open_tool(ObjectFile("test", data, probes, False)) as loaded:
        loaded.load()
        if "me" in loaded.globals:
            loaded.write_global("me", os.getpid().to_bytes(8, "little"))
        with TraceInstance(loaded.code()) as trace:
            there = {info.name for info in loaded.programs if info.fd >= 0}
            for probe in probes:
                if probe["attach"] and probe["name"] in there:
                    loaded.attach(probe["name"], probe["link"], probe["target"], **places)
            yield Running(loaded, trace)


def notes(data: bytes) -> list[dict[str, Any]]:
    """What the object says of its programs. Imports no compiler, so that a slow guest may call it."""
    from rucy.object.read import summarize

    found = summarize(data).notes
    assert found is not None
    return list(found["probes"])
