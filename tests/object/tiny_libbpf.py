"""Just enough of libbpf, by ctypes, for these tests: open, load, look up, run, attach a struct_ops table."""

from __future__ import annotations

import ctypes as c
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_lib = c.CDLL("libbpf.so.1", use_errno=True)
_libc = c.CDLL(None)
_PRINT = c.CFUNCTYPE(c.c_int, c.c_int, c.c_char_p, c.c_void_p)
_messages: list[str] = []


def _print(_level: int, form: bytes, arguments: int) -> int:
    buffer = c.create_string_buffer(1 << 16)
    _libc.vsnprintf(buffer, c.c_size_t(len(buffer)), form, c.c_void_p(arguments))
    _messages.append(buffer.value.decode(errors="replace"))
    return 0


_print_c = _PRINT(_print)
_lib.libbpf_set_print.argtypes, _lib.libbpf_set_print.restype = [c.c_void_p], c.c_void_p
for _name, _result, _arguments in (
    ("bpf_object__open_mem", c.c_void_p, (c.c_char_p, c.c_size_t, c.c_void_p)),
    ("bpf_object__load", c.c_int, (c.c_void_p,)),
    ("bpf_object__close", None, (c.c_void_p,)),
    ("bpf_object__find_program_by_name", c.c_void_p, (c.c_void_p, c.c_char_p)),
    ("bpf_object__find_map_by_name", c.c_void_p, (c.c_void_p, c.c_char_p)),
    ("bpf_object__next_map", c.c_void_p, (c.c_void_p, c.c_void_p)),
    ("bpf_object__next_program", c.c_void_p, (c.c_void_p, c.c_void_p)),
    ("bpf_program__name", c.c_char_p, (c.c_void_p,)),
    ("bpf_program__fd", c.c_int, (c.c_void_p,)),
    ("bpf_program__set_type", c.c_int, (c.c_void_p, c.c_int)),
    ("bpf_program__insns", c.c_void_p, (c.c_void_p,)),
    ("bpf_program__insn_cnt", c.c_size_t, (c.c_void_p,)),
    ("bpf_program__attach", c.c_void_p, (c.c_void_p,)),
    ("bpf_map__name", c.c_char_p, (c.c_void_p,)),
    ("bpf_map__fd", c.c_int, (c.c_void_p,)),
    ("bpf_map__attach_struct_ops", c.c_void_p, (c.c_void_p,)),
    ("bpf_map__set_pin_path", c.c_int, (c.c_void_p, c.c_char_p)),
    ("bpf_map__pin_path", c.c_char_p, (c.c_void_p,)),
    ("bpf_link__destroy", c.c_int, (c.c_void_p,)),
    ("bpf_map_lookup_elem", c.c_int, (c.c_int, c.c_void_p, c.c_void_p)),
    ("bpf_map_update_elem", c.c_int, (c.c_int, c.c_void_p, c.c_void_p, c.c_uint64)),
    ("bpf_prog_test_run_opts", c.c_int, (c.c_int, c.c_void_p)),
    ("bpf_map_get_info_by_fd", c.c_int, (c.c_int, c.c_void_p, c.c_void_p)),
    ("bpf_obj_get_info_by_fd", c.c_int, (c.c_int, c.c_void_p, c.c_void_p)),
):
    if hasattr(_lib, _name):
        getattr(_lib, _name).restype = _result
        getattr(_lib, _name).argtypes = _arguments


class TestRun(c.Structure):
    """struct bpf_test_run_opts (src/bpf.h)."""

    __test__ = False
    _fields_ = [
        ("sz", c.c_size_t),
        ("data_in", c.c_void_p),
        ("data_out", c.c_void_p),
        ("data_size_in", c.c_uint32),
        ("data_size_out", c.c_uint32),
        ("ctx_in", c.c_void_p),
        ("ctx_out", c.c_void_p),
        ("ctx_size_in", c.c_uint32),
        ("ctx_size_out", c.c_uint32),
        ("retval", c.c_uint32),
        ("repeat", c.c_int),
        ("duration", c.c_uint32),
        ("flags", c.c_uint32),
        ("cpu", c.c_uint32),
        ("batch_size", c.c_uint32),
    ]


class LoadError(Exception):
    """What libbpf and the verifier said."""


class Loaded:
    def __init__(self, handle: int) -> None:
        self.handle = handle

    def program(self, name: str) -> int:
        found = _lib.bpf_object__find_program_by_name(self.handle, name.encode())
        assert found, f"no program {name}"
        return int(found)

    def map(self, name: str) -> int:
        """By name; of the maps made of data sections, by the end of it."""
        current = None
        while current := _lib.bpf_object__next_map(self.handle, current):
            if _lib.bpf_map__name(current).decode().endswith(name):
                return int(current)
        raise AssertionError(f"no map {name}")

    def names(self, kind: str) -> list[str]:
        current, found = None, []
        while current := getattr(_lib, f"bpf_object__next_{kind}")(self.handle, current):
            found.append(getattr(_lib, f"bpf_{kind}__name")(current).decode())
        return found

    def insns(self, program: str) -> bytes:
        """The program as loaded: subprograms appended, relocations done."""
        handle = self.program(program)
        return c.string_at(_lib.bpf_program__insns(handle), 8 * _lib.bpf_program__insn_cnt(handle))

    def run(self, program: str, data: bytes | None = None, ctx: bytes | None = None) -> int:
        """BPF_PROG_TEST_RUN once; the program's result."""
        opts = TestRun(sz=c.sizeof(TestRun))
        if data is not None:
            opts.data_in, opts.data_size_in = c.cast(c.c_char_p(data), c.c_void_p), len(data)
        if ctx is not None:
            opts.ctx_in, opts.ctx_size_in = c.cast(c.c_char_p(ctx), c.c_void_p), len(ctx)
        error = _lib.bpf_prog_test_run_opts(_lib.bpf_program__fd(self.program(program)), c.byref(opts))
        assert error == 0, f"test_run of {program}: {error}"
        return int(opts.retval)

    def lookup(self, name: str, key: bytes, size: int) -> bytes | None:
        value = c.create_string_buffer(size)
        error = _lib.bpf_map_lookup_elem(_lib.bpf_map__fd(self.map(name)), key, value)
        return None if error else value.raw

    def update(self, name: str, key: bytes, value: bytes) -> None:
        assert _lib.bpf_map_update_elem(_lib.bpf_map__fd(self.map(name)), key, value, 0) == 0

    def map_info(self, name: str) -> tuple[int, ...]:
        """(type, id, key size, value size, max entries, flags, …): the head of struct bpf_map_info, and its BTF ids."""
        buffer = (c.c_uint32 * 32)()
        size = c.c_uint32(c.sizeof(buffer))
        assert _lib.bpf_obj_get_info_by_fd(_lib.bpf_map__fd(self.map(name)), buffer, c.byref(size)) == 0
        return tuple(buffer)

    @contextmanager
    def attached(self, handle: int, how: str) -> Iterator[None]:
        """`how`: "bpf_program__attach" or "bpf_map__attach_struct_ops"."""
        link = getattr(_lib, how)(handle)
        assert link, "".join(_messages[-5:])
        try:
            yield
        finally:
            _lib.bpf_link__destroy(link)

    def pin_path(self, name: str) -> str | None:
        path = _lib.bpf_map__pin_path(self.map(name))
        return path.decode() if path else None


@contextmanager
def opened(data: bytes) -> Iterator[Loaded]:
    """The object, not yet loaded. Raises LoadError with libbpf's words."""
    _messages.clear()
    others = _lib.libbpf_set_print(c.cast(_print_c, c.c_void_p))
    try:
        handle = _lib.bpf_object__open_mem(data, len(data), None)
        if not handle:
            raise LoadError("".join(_messages))
        try:
            yield Loaded(handle)
        finally:
            _lib.bpf_object__close(handle)
    finally:
        _lib.libbpf_set_print(others)


@contextmanager
def loaded(data: bytes, types: dict[str, int] | None = None, pins: dict[str, Any] | None = None) -> Iterator[Loaded]:
    """The object, loaded into the kernel. `types` sets program types by name, `pins` pin paths of maps."""
    with opened(data) as obj:
        for name, number in (types or {}).items():
            assert _lib.bpf_program__set_type(obj.program(name), number) == 0
        for name, path in (pins or {}).items():
            assert _lib.bpf_map__set_pin_path(obj.map(name), str(path).encode()) == 0
        if _lib.bpf_object__load(obj.handle):
            raise LoadError("".join(message for message in _messages if not message.startswith("libbpf: loading")))
        yield obj
