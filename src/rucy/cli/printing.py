"""What a running object gives, printed: output of its kernel half, records of its rings, and at the end its maps and what it
counted of its own failures."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rucy.cli.loading import Tool
from rucy.load import output
from rucy.load.decode import Decoder
from rucy.load.objects import Loaded

if TYPE_CHECKING:
    from rucy.load.decode import MapTypes
    from rucy.load.rings import PerfRing, Ring


class Printer:
    """Of a loaded object. A context manager: its rings are let go at the end."""

    def __init__(self, tool: Tool, loaded: Loaded, as_json: bool) -> None:
        self._loaded = loaded
        self._json = as_json
        self._notes = tool.notes
        self._formats = output.Formats(tool.notes.get("formats", []))
        self._decoder = Decoder.of_object(tool.data)
        self._types: dict[str, MapTypes] = self._decoder.map_types() if self._decoder is not None else {}
        self._rings: list[Ring | PerfRing] = []

    def __enter__(self) -> Printer:
        from rucy.load.rings import PerfRing, Ring

        for name in self._types:
            target = self._loaded.map(name)
            if target.type == "RINGBUF":
                self._rings.append(Ring(name, target.fd))
            elif target.type == "PERF_EVENT_ARRAY" and self._types[name].record is not None:
                self._rings.append(PerfRing(name, target.fd))
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
        from rucy.load.show import map_lines

        shows = {row["name"]: row["show"] for row in self._notes.get("maps", [])}
        for name, types in self._types.items():
            assert self._decoder is not None
            lines = map_lines(self._loaded.map(name), types, self._decoder, shows.get(name, ""), self._json)
            write_lines(lines)
        sys.stdout.flush()
        for line in self._losses():
            print(f"rucy: {line}", file=sys.stderr)

    # ---- inside

    def _print_records(self, ring: Ring | PerfRing) -> bool:
        """Are there perhaps more?"""
        from rucy.load.rings import AT_ONCE

        records = ring.records()
        if ring.name == output.RING:
            sys.stdout.write("".join(map(self._formats.text, records)))
        else:
            write_lines(self._record(ring.name, data) for data in records)
        if records:
            sys.stdout.flush()
        return len(records) >= AT_ONCE

    def _record(self, name: str, data: bytes) -> str:
        from rucy.load import show

        kind = self._types[name].record
        if kind is None or self._decoder is None:
            return show.to_json({name: data.hex()}) if self._json else f"{name} {data.hex()}"
        value = self._decoder.decode(kind, data)
        return show.to_json(value) if self._json else show.record(value)

    def _losses(self) -> list[str]:
        """Counters that are not zero, in words; equal ones as one."""
        counted: dict[tuple[str, str, int, Any], int] = {}
        for row in self._notes.get("counters", []):
            count = int.from_bytes(self._loaded.read_global(row["symbol"]), "little")
            line = row["line"] if row["kind"] == "loop" else 0
            key = (row["kind"], row["name"], line, row.get("turns"))
            counted[key] = counted.get(key, 0) + count
        for ring in self._rings:
            if ring.lost:
                counted["record", ring.name, 0, None] = ring.lost
        return [_loss(*key, count) for key, count in counted.items() if count]


def _loss(kind: str, name: str, line: int, turns: int | None, count: int) -> str:
    was, s = ("was", "") if count == 1 else ("were", "s")
    match kind:
        case "insert":
            return f"{count} insert{s} into `{name}` {was} refused: the map was full"
        case "record":
            return f"{count} record{s} of `{name}` {was} dropped: the ring was full"
        case "output":
            return f"output of {count} call{s} was dropped: the ring was full"
        case "loop":
            after = f" after {turns} turns" if turns else ""
            return f"{name}:{line}: loop stopped{after}, {count} time{s}"
    return f"{count} run{s} of `{name}` {was} left out: no scratch memory was free"


def write_lines(lines: Iterable[str]) -> None:
    sys.stdout.write("".join([f"{line}\n" for line in lines]))


def write_bytes_as_they_are() -> None:
    """What a program sends need not be UTF-8: standard output gives it back as it was."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
