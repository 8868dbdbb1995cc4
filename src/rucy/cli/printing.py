"""What a running object gives, printed: output of its kernel half, records of its rings, and at the end its maps and what it
counted of its own failures."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING

from rucy.loader import output
from rucy.loader.decode import Decoder
from rucy.loader.files import ObjectFile
from rucy.loader.objects import Loaded

if TYPE_CHECKING:
    from rucy.loader.decode import MapTypes
    from rucy.loader.rings import PerfRing, Ring


class Printer:
    """Of a loaded object. A context manager: its rings are let go at the end."""

    def __init__(self, tool: ObjectFile, loaded: Loaded, as_json: bool) -> None:
        self._loaded = loaded
        self._json = as_json
        self._notes = tool.notes
        self._formats = output.Formats(tool.notes.get("formats", []))
        self._decoder = Decoder.of_object(tool.data)
        self._types: dict[str, MapTypes] = self._decoder.map_types() if self._decoder is not None else {}
        self._rings: list[Ring | PerfRing] = []

    def __enter__(self) -> Printer:
        from rucy.loader.rings import open_rings

        self._rings = open_rings(self._loaded, self._types)
        self._rings.sort(key=lambda ring: ring.name != output.RING)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        for ring in self._rings:
            ring.close()

    def filenos(self) -> list[int]:
        return [ring.fileno() for ring in self._rings]

    def print_some(self) -> bool:
        """Print what is in the rings, each in its order; is there more to be had at once?"""
        busy = [ring for ring in self._rings if self._print_records(ring)]
        return bool(busy)

    def drain(self) -> None:
        """Print all that is left when nothing comes any more."""
        while self.print_some():
            pass

    def finish(self) -> None:
        """Maps to standard output, then losses to standard error."""
        from rucy.loader.losses import losses
        from rucy.loader.show import map_lines

        shows = {row["name"]: row["show"] for row in self._notes.get("maps", [])}
        for name, types in self._types.items():
            assert self._decoder is not None
            target = self._loaded.map(name)
            if types.inner is not None:
                from rucy.loader.show_inner import map_id, outer_lines

                named = {map_id(self._loaded.map(each).fd): each for each in self._types}
                write_lines(outer_lines(target, types, self._decoder, named, self._json))
                continue
            write_lines(map_lines(target, types, self._decoder, shows.get(name, ""), self._json))
        sys.stdout.flush()
        for loss in losses(self._notes, self._loaded, self._rings):
            print(f"rucy: {loss.text}", file=sys.stderr)

    # ---- inside

    def _print_records(self, ring: Ring | PerfRing) -> bool:
        """Are there perhaps more?"""
        from rucy.loader.rings import AT_ONCE

        records = ring.records()
        if ring.name == output.RING:
            sys.stdout.write("".join(map(self._formats.text, records)))
        else:
            write_lines(self._record(ring.name, data) for data in records)
        if records:
            sys.stdout.flush()
        return len(records) >= AT_ONCE

    def _record(self, name: str, data: bytes) -> str:
        from rucy.loader import show

        kind = self._types[name].record
        if kind is None or self._decoder is None:
            return show.to_json({name: data.hex()}) if self._json else f"{name} {data.hex()}"
        value = self._decoder.decode(kind, data)
        return show.to_json(value) if self._json else show.record(value)


def write_lines(lines: Iterable[str]) -> None:
    sys.stdout.write("".join([f"{line}\n" for line in lines]))


def write_bytes_as_they_are() -> None:
    """What a program sends need not be UTF-8: standard output gives it back as it was. It is buffered in any case: without
    (PYTHONUNBUFFERED), a signal that comes during a write would lose what is left of it."""
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return
    sys.stdout.flush()
    if isinstance(sys.stdout.buffer, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(sys.stdout.fileno(), "wb", closefd=False)))
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
