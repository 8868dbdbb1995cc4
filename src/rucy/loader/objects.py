"""A loaded object: bytes of an EM_BPF file come in; programs and maps in the kernel, and links to hooks, come out.

Program types are set from the caller's own rows before loading, never taken from libbpf's section table. Everything
that was attached is detached when the `Loaded` is closed, when its `with` block ends however it ends, and at exit.
"""

from __future__ import annotations

import atexit
import ctypes
import mmap
import os
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from rucy.loader import failures
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import Library, OpenOpts, ProgInfo, TestRunOpts, libbpf
from rucy.loader.links import Link, attach
from rucy.loader.maps import Map
from rucy.records import NamedTuple

LOG_ALL = 2 | 4  # BPF_LOG_LEVEL2 | BPF_LOG_STATS, include/linux/bpf_verifier.h
LOG_STATS = 1 | 4  # BPF_LOG_LEVEL1: the log of a refusal; BPF_LOG_STATS
SLEEPABLE = 1 << 4  # BPF_F_SLEEPABLE, include/uapi/linux/bpf.h

_ARENA = 33  # BPF_MAP_TYPE_ARENA
#: Where an arena lies for us: the kernel wants to know it before it takes a program that has one (check_map_prog_compatibility
#: of kernel/bpf/verifier.c). Within 4 GiB, and not at a multiple of them, so that no object's low half is 0.
ARENA_ADDRESS = (1 << 44) + (1 << 16)

_KIND_VAR, _KIND_DATASEC = 14, 15  # BTF_KIND_*, include/uapi/linux/btf.h
_DATA_SECTIONS = (".data", ".bss", ".rodata")


class ProgramInfo(NamedTuple):
    """fd: -1 before loading; type, attach_type: uapi numbers; insns: 8-byte slots, after loading with the methods that
    libbpf linked in."""

    name: str
    fd: int
    type: int
    attach_type: int
    insns: int
    section: str


class TestRun(NamedTuple):
    """retval: 32 bits as the kernel gives them; duration: whole nanoseconds, mean of the repeats."""

    retval: int
    duration: int
    data_out: bytes
    ctx_out: bytes


class ProgramStats(NamedTuple):
    """verified: instructions the verifier processed, stack: bytes a frame; both None where the kernel did not tell
    (bpf_prog_info has verified_insns from 5.16 on; the stack is told when loaded with `stats=True`)."""

    verified: int | None
    stack: tuple[int, ...] | None
    xlated_len: int
    jited_len: int
    run_count: int
    run_time_ns: int
    recursion_misses: int


class _Global(NamedTuple):
    section: str
    offset: int
    size: int


class Loaded:
    """One object, from opening to detaching. A context manager; use `Loaded.open_object`."""

    def __init__(self, library: Library, handle: int, data: bytes) -> None:
        self._library = library
        self._handle: int | None = handle
        self._data = data
        self._pid = os.getpid()
        self._loaded = False
        self._links: list[Link] = []
        self._views: dict[str, mmap.mmap] = {}
        self._globals: dict[str, _Global] | None = None
        self._logs: dict[str, str] = {}
        self._left_out: dict[str, LoadError | None] = {}
        self._programs = {self._text("bpf_program__name", p): p for p in self._each("bpf_object__next_program")}
        self._maps = self._name_maps()
        _open_objects.add(self)

    @classmethod
    def open_object(cls, data: bytes, name: str = "rucy", btf: str | None = None) -> Loaded:
        """Parse `data`. btf: path of the BTF to relocate against instead of the running kernel's. LoadError if it is
        not a BPF object."""
        library = libbpf()
        options = OpenOpts(sz=ctypes.sizeof(OpenOpts), object_name=name.encode())
        if btf is not None:
            options.btf_custom_path = os.fsencode(btf)
        library.take_messages()
        handle = library.call("bpf_object__open_mem", data, len(data), ctypes.byref(options))
        if not handle:
            raise failures.opening(ctypes.get_errno(), library.take_messages())
        return cls(library, handle, data)

    def __enter__(self) -> Loaded:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        return self._handle is None

    # ---- before loading

    def set_program_types(
        self, types: Mapping[str, tuple[int, int | None, str | None]], sleepable: frozenset[str] = frozenset()
    ) -> None:
        """types: program name → (program type id, attach type id or None, kernel function or tracepoint to attach to
        or None). The last is for programs that the verifier checks against their target (fentry, tp_btf, lsm …)."""
        for name, (kind, attach_type, target) in types.items():
            program = self._program(name)
            self._library.call("bpf_program__set_type", program, kind)
            self._library.call("bpf_program__set_expected_attach_type", program, attach_type or 0)
            if name in sleepable:
                self._library.call("bpf_program__set_flags", program, SLEEPABLE)
            if target is None:
                continue
            error = self._library.call("bpf_program__set_attach_target", program, 0, target.encode())
            if error:
                raise failures.target(-error, name, target)

    def leave_out(self, name: str, because: LoadError | None = None) -> None:
        """Do not load this program. `because`: what is wrong with it; None where another is taken in its place."""
        self._program(name)
        self._left_out[name] = because

    @property
    def left_out(self) -> dict[str, LoadError]:
        """Why programs were left out, by name: those with which something is wrong."""
        return {name: because for name, because in self._left_out.items() if because is not None}

    def pin_map(self, name: str, path: str) -> None:
        """Before `load`: use the map that is pinned at `path` (on a BPF file system), or pin the new one there."""
        self._library.call("bpf_map__set_pin_path", self._maps[name], path.encode())

    def size_map(self, name: str, entries: int) -> None:
        """Before `load`: max_entries of a map."""
        self._library.call("bpf_map__set_max_entries", self._maps[name], entries)

    def map_type(self, name: str) -> int:
        """BPF_MAP_TYPE_* of a map, also before `load`."""
        return int(self._library.call("bpf_map__type", self._maps[name]))

    def wanted(self) -> set[str]:
        """Names of the programs that `load` would load: all but those left out."""
        return self._programs.keys() - self._left_out.keys()

    def load(self, verifier_log: bool = False, autoload: set[str] | None = None, stats: bool = False) -> None:
        """Load maps and programs into the kernel.

        verifier_log: keep each program's whole log; stats: keep its closing figures; both for `log`. autoload: names
        of the programs to load, all without it. VerifierRefusal or LoadError.
        """
        level = LOG_ALL if verifier_log else LOG_STATS if stats else 0
        for name, program in self._programs.items():
            wanted = name not in self._left_out and (autoload is None or name in autoload)
            self._library.call("bpf_program__set_autoload", program, wanted)
            self._library.call("bpf_program__set_log_level", program, level)
        for item in self._maps.values():
            if self._library.call("bpf_map__type", item) == _ARENA:
                self._library.call("bpf_map__set_map_extra", item, ARENA_ADDRESS)
        self._library.take_messages()
        error = self._library.call("bpf_object__load", self._handle)
        messages = self._library.take_messages()
        self._logs.update(failures.program_logs(messages))
        if error:
            raise failures.loading(-error, messages, self._data)
        self._loaded = True

    # ---- what is in it

    @property
    def programs(self) -> list[ProgramInfo]:
        self._require_open()
        return [self._describe(name, program) for name, program in self._programs.items()]

    @property
    def maps(self) -> list[str]:
        return list(self._maps)

    @property
    def links(self) -> list[Link]:
        """All that are attached, and of those that no longer are the latest."""
        return list(self._links)

    def map_fd(self, name: str) -> int:
        """The map's descriptor, valid until close. LoadError before loading or for an unknown name."""
        return int(self._library.call("bpf_map__fd", self._loaded_map(name)))

    def map(self, name: str) -> Map:
        """A map by name, for reading. LoadError as `map_fd`'s."""
        return Map(name, self._loaded_map(name))

    def program_fd(self, name: str) -> int:
        fd = int(self._library.call("bpf_program__fd", self._program(name)))
        if fd < 0:
            raise LoadError(f"the program `{name}` is not loaded", status=70)
        return fd

    @property
    def logs(self) -> dict[str, str]:
        """The verifier's logs by program, in the order of loading: without their last line's end."""
        return self._logs

    def log(self, name: str) -> str:
        """The verifier's log of a program; "" unless `load` was asked to keep it."""
        return self._logs.get(name, "")

    def stats(self, name: str) -> ProgramStats:
        """Figures of a loaded program. run_count counts only while `run_stats` is on."""
        info = prog_info(self.program_fd(name))
        figures = failures.figures(self.log(name))
        return ProgramStats(
            int(info.verified_insns) or figures.processed,
            figures.stack,
            int(info.xlated_prog_len),
            int(info.jited_prog_len),
            int(info.run_cnt),
            int(info.run_time_ns),
            int(info.recursion_misses),
        )

    def code(self) -> list[tuple[int, int]]:
        """(address, size) of the machine code of every loaded program and method; [] where the kernel hides them."""
        fds = [info.fd for info in self.programs if info.fd >= 0]
        return [piece for fd in fds for piece in code_of(fd)]

    # ---- globals

    @property
    def globals(self) -> list[str]:
        """Names of the variables in .data, .bss and .rodata that the object's BTF lists."""
        return list(self._find_globals())

    def read_global(self, name: str) -> bytes:
        """The variable's bytes now: the initial ones before loading, the live ones after it."""
        place = self._find_global(name)
        return bytes(self._view(place.section)[place.offset : place.offset + place.size])

    def write_global(self, name: str, value: bytes) -> None:
        """Set the variable. LoadError for another size, or for read-only data after loading."""
        place = self._find_global(name)
        if len(value) != place.size:
            raise LoadError(f"the global `{name}` has {place.size} bytes, not {len(value)}", status=70)
        if self._loaded and place.section.startswith(".rodata"):
            raise LoadError(f"the global `{name}` is read-only once loaded", "set it before loading", 70)
        self._view(place.section)[place.offset : place.offset + place.size] = value

    # ---- running and attaching

    def attach(
        self,
        program: str,
        link: str,
        target: str = "",
        *,
        cgroup: str | None = None,
        interface: str | None = None,
        mode: str | None = None,
        socket: int | None = None,
    ) -> Link:
        """Attach a loaded program by the kind of its hook row's `link`: see rucy.loader.links. LoadError."""
        info = self._describe(program, self._program(program))
        if info.fd < 0:
            raise LoadError(f"the program `{program}` is not loaded", status=70)
        self._links = [link for link in self._links if link.attached]
        made = attach(
            self._library, self._program(program), info, link, target,
            cgroup=cgroup, interface=interface, mode=mode, socket=socket,
        )  # fmt: skip
        self._links.append(made)
        return made

    def test_run(
        self, name: str, data_in: bytes = b"", ctx_in: bytes = b"", repeat: int = 1, data_out_size: int | None = None
    ) -> TestRun:
        """BPF_PROG_TEST_RUN. data_out_size: room for the packet as it is afterwards (default: its size plus 256).
        LoadError 77 for a program type that the kernel cannot run so."""
        room = (len(data_in) + 256 if data_in else 0) if data_out_size is None else data_out_size
        data_out = ctypes.create_string_buffer(room) if room else None
        ctx_out = ctypes.create_string_buffer(len(ctx_in)) if ctx_in else None
        options = TestRunOpts(sz=ctypes.sizeof(TestRunOpts), repeat=0 if repeat == 1 else repeat)
        if data_in:
            options.data_in, options.data_size_in = ctypes.cast(ctypes.c_char_p(data_in), ctypes.c_void_p), len(data_in)
        if data_out:
            options.data_out, options.data_size_out = ctypes.cast(data_out, ctypes.c_void_p), room
        if ctx_in:
            options.ctx_in, options.ctx_size_in = ctypes.cast(ctypes.c_char_p(ctx_in), ctypes.c_void_p), len(ctx_in)
        if ctx_out and not self._one_shot(name):
            options.ctx_out, options.ctx_size_out = ctypes.cast(ctx_out, ctypes.c_void_p), len(ctx_in)
        error = self._library.call("bpf_prog_test_run_opts", self.program_fd(name), ctypes.byref(options))
        if error:
            raise failures.test_run(-error, name)
        return TestRun(
            int(options.retval),
            int(options.duration),
            data_out.raw[: options.data_size_out] if data_out else b"",
            ctx_out.raw[: options.ctx_size_out] if ctx_out else b"",
        )

    def close(self) -> None:
        """Detach everything, newest first, and unload. May be called twice. In a forked child it only lets go."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        _open_objects.discard(self)
        ours = os.getpid() == self._pid
        try:
            while self._links:
                self._links.pop().close(undo=ours)
        finally:
            for view in self._views.values():
                view.close()
            self._views.clear()
            self._library.call("bpf_object__close", handle)

    # ---- inside

    def _each(self, walk: str) -> Iterator[int]:
        item = self._library.call(walk, self._handle, None)
        while item:
            yield item
            item = self._library.call(walk, self._handle, item)

    def _text(self, getter: str, item: int) -> str:
        return str(self._library.call(getter, item).decode())

    def _name_maps(self) -> dict[str, int]:
        """By name; the data sections' maps, which libbpf calls by object and section, by section alone."""
        call = self._library.call
        named = (*_DATA_SECTIONS, ".kconfig")
        sections = {call("bpf_object__find_map_by_name", self._handle, s.encode()): s for s in named}
        every = self._each("bpf_object__next_map")
        return {sections.get(item) or self._text("bpf_map__name", item): item for item in every}

    def _require_open(self) -> None:
        if self._handle is None:
            raise LoadError("the object is closed", status=70)

    def _program(self, name: str) -> int:
        self._require_open()
        if name not in self._programs:
            raise LoadError(f"the object has no program `{name}`", "it has: " + ", ".join(self._programs), 70)
        return self._programs[name]

    def _loaded_map(self, name: str) -> int:
        self._require_open()
        if not self._loaded:
            raise LoadError("the object is not loaded", status=70)
        if name not in self._maps:
            raise LoadError(f"the object has no map `{name}`", "it has: " + ", ".join(self._maps), 70)
        return self._maps[name]

    def _describe(self, name: str, program: int) -> ProgramInfo:
        call = self._library.call
        return ProgramInfo(
            name,
            max(call("bpf_program__fd", program), -1),
            call("bpf_program__type", program),
            call("bpf_program__expected_attach_type", program),
            call("bpf_program__insn_cnt", program),
            self._text("bpf_program__section_name", program),
        )

    def _one_shot(self, name: str) -> bool:
        """Raw tracepoint and syscall programs take a context in and give none out (net/bpf/test_run.c)."""
        return self._library.call("bpf_program__type", self._program(name)) in (17, 31)

    def _find_global(self, name: str) -> _Global:
        self._require_open()
        found = self._find_globals().get(name)
        if found is None:
            raise LoadError(f"the object has no global `{name}`", status=70)
        return found

    def _find_globals(self) -> dict[str, _Global]:
        if self._globals is None:
            self._globals = {}
            types = self._library.call("bpf_object__btf", self._handle)
            sections = [s for s in self._maps if s.startswith(_DATA_SECTIONS)] if types else []
            for section in sections:
                self._globals.update(self._read_datasec(types, section))
        return self._globals

    def _read_datasec(self, types: int, section: str) -> Iterator[tuple[str, _Global]]:
        """struct btf_type is (name_off, info, size), then for a DATASEC (type, offset, size) each: uapi btf.h."""
        kind = self._library.call("btf__find_by_name_kind", types, section.encode(), _KIND_DATASEC)
        if kind < 0:
            return
        row = ctypes.cast(self._library.call("btf__type_by_id", types, kind), ctypes.POINTER(ctypes.c_uint32))
        for index in range(row[1] & 0xFFFF):
            type_id, offset, size = row[3 + 3 * index : 6 + 3 * index]
            variable = ctypes.cast(self._library.call("btf__type_by_id", types, type_id), type(row))
            if variable[1] >> 24 & 0x1F == _KIND_VAR:
                name = self._library.call("btf__name_by_offset", types, variable[0]).decode()
                yield name, _Global(section, offset, size)

    def _view(self, section: str) -> Any:
        """The section's memory: libbpf's copy of it before loading, the map itself, shared with the kernel, after."""
        if not self._loaded:
            size = ctypes.c_size_t()
            start = self._library.call("bpf_map__initial_value", self._maps[section], ctypes.byref(size))
            return memoryview((ctypes.c_char * size.value).from_address(start)).cast("B")
        if section not in self._views:
            read_only = section.startswith(".rodata")
            size_of_value = self._library.call("bpf_map__value_size", self._maps[section])
            self._views[section] = mmap.mmap(
                self.map_fd(section),
                size_of_value,
                mmap.MAP_SHARED,
                mmap.PROT_READ if read_only else mmap.PROT_READ | mmap.PROT_WRITE,
            )
        return self._views[section]


def prog_info(fd: int) -> ProgInfo:
    """What the kernel tells about a program: fields newer than the kernel are 0."""
    info, size = ProgInfo(), ctypes.c_uint32(ctypes.sizeof(ProgInfo))
    error = libbpf().call("bpf_obj_get_info_by_fd", fd, ctypes.byref(info), ctypes.byref(size))
    if error:
        raise LoadError(f"the kernel tells nothing about the program: {os.strerror(-error)}", status=70)
    return info


def code_of(fd: int) -> list[tuple[int, int]]:
    """(address, size) of a program's functions; [] without JIT, or without the right to see kernel addresses."""
    count = prog_info(fd).nr_jited_ksyms
    addresses, sizes = (ctypes.c_uint64 * count)(), (ctypes.c_uint32 * count)()
    info, size = ProgInfo(), ctypes.c_uint32(ctypes.sizeof(ProgInfo))
    info.nr_jited_ksyms = info.nr_jited_func_lens = count
    info.jited_ksyms, info.jited_func_lens = ctypes.addressof(addresses), ctypes.addressof(sizes)
    if not count or libbpf().call("bpf_obj_get_info_by_fd", fd, ctypes.byref(info), ctypes.byref(size)):
        return []
    return [(start, length) for start, length in zip(addresses, sizes) if start]


@contextmanager
def run_stats() -> Iterator[None]:
    """While inside, the kernel counts all programs' runs, which costs time: BPF_STATS_RUN_TIME, Linux 5.8 on."""
    fd = libbpf().call("bpf_enable_stats", 0)
    if fd < 0:
        raise LoadError(f"the kernel does not count program runs: {os.strerror(-fd)}", status=77)
    try:
        yield
    finally:
        os.close(fd)


_open_objects: weakref.WeakSet[Loaded] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for opened in list(_open_objects):
        opened.close()
