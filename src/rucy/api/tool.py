"""`rucy.load`: a Ruby file or an object file comes in; its maps, events, programs and globals, live, come out.

An object file is loaded without the compiler. Everything ends with the `Tool`: links, programs, maps (but for pinned ones).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from rucy.api.errors import Message
from rucy.api.maps import AnyMap, Place, UserRing, open_map
from rucy.api.streams import Events, Lines, Trace
from rucy.api.values import Struct, Values
from rucy.loader import output
from rucy.loader.decode import MapTypes
from rucy.loader.errors import Error, LoadError
from rucy.loader.files import PLACES, ObjectFile, attach_each, attach_one, attachable, open_file, read_object, require_permission
from rucy.loader.links import Link
from rucy.loader.losses import Loss, losses
from rucy.loader.objects import Loaded, ProgramStats, TestRun
from rucy.loader.options import set_constant, set_options
from rucy.loader.rings import PerfRing, Ring, open_rings

#: names in an object that are Rucy's own
_OWN = ("rucy_", "__rucy_")


def load(
    path: str | os.PathLike[str],
    *,
    options: Mapping[str, object] | None = None,
    kernel: str | None = None,
    btf: str | None = None,
    verifier_log: bool = False,
    **more: object,
) -> Tool:
    """Compile a Ruby file, or take an object file (`.o`), and load it into this kernel. Nothing is attached yet.

    options: values of the program's options by their names, and of constants that only its user half could compute; what no other
    parameter is called may as well be given by name: `load("x.rb", port=80)`. kernel, btf: as of `rucy run`.
    verifier_log: keep all that the verifier says, for `Program.log`.

    Raises CompileError; VerifierRefusal where the kernel's verifier refuses a program; LoadError (status 1, 77 or 70) where it
    cannot be loaded; Error, status 2, for a wrong option; OSError when the file cannot be read.
    """
    name = os.fspath(path)
    messages: tuple[Message, ...] = ()
    if name.endswith(".o"):
        if kernel is not None or btf is not None:
            raise Error(f"`kernel` and `btf` are for compiling, and `{name}` is compiled", status=2)
        file = read_object(name)
    else:
        from rucy.api.compiling import compile_object

        file, messages = compile_object(name, kernel, btf)
    given = _given(file, {**(options or {}), **more})
    require_permission()
    set_names = {row["name"] for row, _ in given}
    kept = tuple(m for m in messages if m.code != "computed-unset" or not any(f"`{each}`" in m.text for each in set_names))
    with ExitStack() as undo:
        loaded = undo.enter_context(open_file(file))
        constants = [(row, value) for row, value in given if "given" not in row]
        for row, value in constants:
            set_constant(loaded, row, value)
        set_options(loaded, file.notes, [pair for pair in given if pair not in constants])
        loaded.load(verifier_log)
        return Tool(file, loaded, kept, undo)


def _given(file: ObjectFile, values: dict[str, object]) -> list[tuple[dict[str, Any], str | bool]]:
    """Rows of the notes with the text of their value."""
    from rucy.loader.options import encode_option

    rows = {str(row["name"]): row for row in (*file.notes.get("options", ()), *file.notes.get("constants", ()))}
    found: list[tuple[dict[str, Any], str | bool]] = []
    for name, value in values.items():
        row = rows.get(name)
        if row is None:
            there = f"it has: {', '.join(rows)}" if rows else "it has none"
            raise Error(f"`{file.name}` has no option `{name}`", there, 2)
        if row["type"] == "bool" and not isinstance(value, bool):
            raise Error(f"`{name}` takes True or False, not {value!r}", status=2)
        if row["type"] != "bool" and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise Error(f"`{name}` takes a value of type `{row['type']}`, not {value!r}", status=2)
        text = value if isinstance(value, bool) else str(value)
        try:
            encode_option(row, text)
        except ValueError as error:
            raise Error(f"`{name}` takes {error}", status=2) from None
        found.append((row, text))
    return found


class Attachment:
    """What one `attach` has attached. At the end of its `with` block it is detached."""

    def __init__(self, links: list[Link]) -> None:
        self.links = tuple(links)

    def detach(self) -> None:
        """Newest first. A second call does nothing."""
        with ExitStack() as stack:  # all of them, whatever one of them raises
            for link in self.links:
                stack.callback(link.close)

    def __enter__(self) -> Attachment:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.detach()

    def __repr__(self) -> str:
        words = ", ".join(f"{link.program} on {link.target}" + ("" if link.attached else " (detached)") for link in self.links)
        return f"<Attachment {words}>"


class Program:
    """A program of a tool. `hook`: the word that it was written with (None for a section that is none), `target`: what it hooks,
    `line`: in the source (0: not known); `loaded`: False where it was left out."""

    def __init__(self, file: ObjectFile, loaded: Loaded, row: dict[str, Any]) -> None:
        self._file, self._loaded, self._row = file, loaded, row
        self.name: str = row["name"]
        self.hook: str | None = row["hook"]
        self.target: str | None = row["target"]
        self.line: int = row["line"]

    @property
    def loaded(self) -> bool:
        return any(info.name == self.name and info.fd >= 0 for info in self._loaded.programs)

    @property
    def attached(self) -> bool:
        return any(link.program == self.name and link.attached for link in self._loaded.links)

    @property
    def log(self) -> str:
        """What the verifier said; "" unless `load` was asked to keep it."""
        return self._loaded.log(self.name)

    @property
    def stats(self) -> ProgramStats:
        """Instructions, and what the kernel counted. LoadError."""
        return self._loaded.stats(self.name)

    def attach(
        self, *, cgroup: str | None = None, interface: str | None = None, mode: str | None = None, socket: Any = None
    ) -> Attachment:
        """This program alone, also one with `attach: false`. cgroup: path of a cgroup2 directory; interface: a name; mode: of
        xdp, "native" or "generic"; socket: one (or its descriptor), for a socket filter. LoadError."""
        descriptor = socket.fileno() if hasattr(socket, "fileno") else socket
        if descriptor is None:
            _require_place(self._file, self._row, cgroup, interface)
        link = attach_one(self._loaded, self._row, cgroup=cgroup, interface=interface, mode=mode, socket=descriptor)
        return Attachment([link])

    def test_run(self, data: bytes = b"", ctx: bytes = b"", repeat: int = 1) -> TestRun:
        """One run (or `repeat` of them) without its hook, on these bytes of a packet and of a context (BPF_PROG_TEST_RUN).
        The result has `retval` (32 bits, not negative), `duration` (nanoseconds a run), `data_out`, `ctx_out`. LoadError 77 for
        a kind of program that the kernel cannot run so."""
        return self._loaded.test_run(self.name, data, ctx, repeat)

    def fileno(self) -> int:
        """Its descriptor, for other libraries and for a `prog_array`."""
        return self._loaded.program_fd(self.name)

    def __repr__(self) -> str:
        return f"<Program {self.name}: {self.hook or self._row['section']} {self.target or ''}".rstrip() + ">"


class Globals(MutableMapping[str, Any]):
    """The `$globals` of the kernel half, by name without the `$`, live. A value that is set is copied as a whole, not atomically.
    KeyError, TypeError and ValueError as of a map; none can be deleted."""

    def __init__(self, loaded: Loaded, values: Values | None, hidden: set[str]) -> None:
        self._loaded, self._values = loaded, values
        there = values.variables() if values is not None else {}
        self._types = {n: of for n, of in there.items() if n not in hidden and not n.startswith(_OWN) and n in loaded.globals}

    def __getitem__(self, name: str) -> Any:
        assert self._values is not None or not self._types
        if name not in self._types:
            raise KeyError(name)
        return self._values.decode(self._types[name], self._loaded.read_global(name))  # type: ignore[union-attr]

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self._types:
            raise KeyError(name)
        try:
            data = self._values.encode(self._types[name], value)  # type: ignore[union-attr]
        except (TypeError, ValueError) as error:
            raise type(error)(f"`${name}`: {error}") from None
        self._loaded.write_global(name, data)

    def __delitem__(self, name: str) -> None:
        raise TypeError("a global is always there")

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def __repr__(self) -> str:
        return f"<Globals {', '.join(self._types)}>"


class Tool:
    """A loaded file. A context manager, at whose end all that was loaded and attached is gone.

    Maps and rings are attributes by their names in the source, `tool.COUNTS`, and elements of `maps` and `events`; `programs` and
    `globals` are mappings by name. `output`: lines of `puts` and its relatives; `trace`: lines of `printk`. `warnings`: what the
    compiler said of a Ruby file. `user_half`: the line where the file's own user half begins, which is not run; 0 without.
    """

    def __init__(self, file: ObjectFile, loaded: Loaded, warnings: tuple[Message, ...], undo: ExitStack) -> None:
        """Made by `load`. `undo` closes what was opened so far; here it is filled further, and kept."""
        self.name = file.name
        self.warnings = warnings
        self.user_half = file.user_half
        self._file, self._loaded = file, loaded
        self._values = Values.of_object(file.data)
        types = self._values.map_types() if self._values is not None else {}
        self._rings = open_rings(loaded, types)
        for ring in self._rings:
            undo.callback(ring.close)
        self._left_out: dict[str, LoadError] = dict(loaded.left_out)
        self.programs: dict[str, Program] = {row["name"]: Program(file, loaded, row) for row in file.probes}
        settings = (*file.notes.get("options", ()), *file.notes.get("constants", ()))
        self.globals = Globals(loaded, self._values, {row["symbol"] for row in settings})
        self.maps: dict[str, AnyMap] = dict(self._open_maps(types))
        self.events: dict[str, Events] = {r.name: self._open_events(r, types) for r in self._rings if r.name != output.RING}
        self._output = self._open_output()
        self._trace = self._open_trace(undo)
        for stream in (*self.events.values(), self._output, self._trace):
            if stream is not None:
                undo.callback(stream._close)
        for each in self.maps.values():
            if isinstance(each, UserRing):
                undo.callback(each._close)
        self._undo = undo.pop_all()

    # ---- what it gives

    def __getattr__(self, name: str) -> Any:
        """A map or ring by its name in the source."""
        if not name.startswith("_") and "maps" in self.__dict__ and "events" in self.__dict__:
            for each in (self.maps, self.events):
                if name in each:
                    return each[name]
            there = ", ".join((*self.maps, *self.events))
            raise AttributeError(f"`{self.name}` has no map or ring `{name}`; it has: {there or 'none'}")
        raise AttributeError(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.maps, *self.events]

    @property
    def output(self) -> Lines:
        """LoadError, status 1, where no program prints."""
        if self._output is None:
            raise LoadError(f"no program of `{self.name}` prints by `puts`, `print`, `p` or `printf`")
        return self._output

    @property
    def trace(self) -> Trace:
        """LoadError, status 1, where no program prints so."""
        if self._trace is None:
            raise LoadError(f"no program of `{self.name}` prints by `printk`")
        return self._trace

    @property
    def losses(self) -> list[Loss]:
        """What programs counted of their own failures so far: inserts that a full map refused, events that a full ring dropped,
        loops that were stopped. `loss.text` is it in words; [] when nothing was lost."""
        return losses(self._file.notes, self._loaded, self._rings)

    @property
    def left_out(self) -> dict[str, LoadError]:
        """Optional programs that this kernel has no place for, with the reason."""
        return dict(self._left_out)

    def struct(self, name: str) -> type[Struct]:
        """The class of a struct of the source, to make values of. LoadError where there is none of that name."""
        found = self._values.struct(name) if self._values is not None else None
        if found is None:
            raise LoadError(f"`{self.name}` has no struct `{name}`")
        return found

    def test_run(self, program: str | None = None, *, data: bytes = b"", ctx: bytes = b"", repeat: int = 1) -> TestRun:
        """As Program.test_run, of the program with that name; of the only one without. LoadError."""
        if program is None and len(self.programs) != 1:
            raise LoadError(f"`{self.name}` has {len(self.programs)} programs: which?", "it has: " + ", ".join(self.programs))
        return self._program(program or next(iter(self.programs))).test_run(data, ctx, repeat)

    # ---- attaching

    def attach(
        self, *names: str, cgroup: str | None = None, interface: str | None = None, mode: str | None = None
    ) -> Attachment:
        """Attach the programs of these names; without names, all that attach by themselves. cgroup, interface, mode: as
        `Program.attach`. All or none: those before one that cannot attach are detached again. An optional program that has no
        place here goes to `left_out` instead. In a `with` they are detached at its end, else with the tool. LoadError."""
        rows = [self._program(name)._row for name in names] or attachable(self._loaded, self._file.probes)
        for row in rows:
            _require_place(self._file, row, cgroup, interface)
        links: list[Link] = []
        try:
            if names:
                links += [attach_one(self._loaded, row, cgroup=cgroup, interface=interface, mode=mode) for row in rows]
            else:
                for name, done in attach_each(self._loaded, self._file, cgroup=cgroup, interface=interface, mode=mode):
                    if isinstance(done, LoadError):
                        self._left_out[name] = done
                    else:
                        links.append(done)
        except BaseException:
            Attachment(links).detach()
            raise
        return Attachment(links)

    def detach(self) -> None:
        """All that is attached. What was sent before can still be read."""
        Attachment(self._loaded.links).detach()

    # ---- the end

    def close(self) -> None:
        """Detach and unload everything. A second call does nothing."""
        self._undo.close()

    def __enter__(self) -> Tool:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        loaded = self.__dict__.get("_loaded")
        if loaded is not None and not loaded.closed and "_undo" in self.__dict__:
            import warnings

            said = f"`{self.name}` was not closed: `with rucy.load(…) as tool:`"
            warnings.warn(said, ResourceWarning, stacklevel=2, source=self)
            self.close()

    def __repr__(self) -> str:
        return f"<Tool {self.name}: {', '.join(self.programs)}{' (closed)' if self._loaded.closed else ''}>"

    # ---- inside

    def _program(self, name: str) -> Program:
        if name not in self.programs:
            raise LoadError(f"`{self.name}` has no program `{name}`", "it has: " + ", ".join(self.programs))
        return self.programs[name]

    def _open_maps(self, types: dict[str, MapTypes]) -> Iterator[tuple[str, AnyMap]]:
        notes = {row["name"]: row for row in self._file.notes.get("maps", [])}
        rings = {ring.name for ring in self._rings}
        for name in self._loaded.maps:
            if name.startswith((".", *_OWN)) or name in rings:
                continue
            note, held = notes.get(name, {}), types.get(name, MapTypes(None, None, None))
            place = Place(self._loaded, self._loaded.map(name), held, self._values, note.get("show", ""), note.get("default"))
            opened = open_map(place)
            if opened is not None:
                yield name, opened

    def _open_events(self, ring: Ring | PerfRing, types: dict[str, MapTypes]) -> Events:
        notes, loaded = self._file.notes, self._loaded
        record, values = types[ring.name].record, self._values

        def decode(data: bytes) -> Any:
            return data if record is None or values is None else values.decode(record, data)

        def lost() -> int:
            return sum(each.times for each in losses(notes, loaded, [ring]) if (each.kind, each.name) == ("record", ring.name))

        return Events(ring, decode, lost)

    def _open_output(self) -> Lines | None:
        ring = next((ring for ring in self._rings if ring.name == output.RING), None)
        return Lines(ring, output.Formats(self._file.notes.get("formats", []))) if ring is not None else None

    def _open_trace(self, undo: ExitStack) -> Trace | None:
        from rucy.loader.calls import TRACE, calls_any

        if not calls_any(self._file.data, TRACE):
            return None
        from rucy.loader.trace import TraceInstance

        return Trace(undo.enter_context(TraceInstance(self._loaded.code())))


def _require_place(file: ObjectFile, row: dict[str, Any], cgroup: str | None, interface: str | None) -> None:
    """Before anything is attached: LoadError where a program is not told of its place."""
    needs = row["needs"]
    if needs in PLACES and {"cgroup": cgroup, "interface": interface}[needs] is None:
        where = f"{file.name}:{row['line']}" if row["line"] else file.name
        example = {"cgroup": 'cgroup="/sys/fs/cgroup/demo"', "interface": 'interface="eth0"'}[needs]
        raise LoadError(f"{where}: `{row['hook'] or row['name']}` attaches to {PLACES[needs]}", f"name one: attach({example})", 2)


__all__ = ["Attachment", "Globals", "Program", "Tool", "load"]
