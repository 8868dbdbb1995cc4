"""libbpf 1.x by ctypes: the calls that loading needs, looked up when first used, and what it says, kept, never printed.

In goes a function's name and its arguments, out comes what libbpf returned; a function that the installed library does
not have is a LoadError that names the library's version.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from ctypes import POINTER, c_bool, c_char_p, c_int, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

from rucy.loader.errors import LoadError

WARN, INFO, DEBUG = 0, 1, 2  # enum libbpf_print_level, libbpf.h


class OpenOpts(ctypes.Structure):
    """struct bpf_object_open_opts (libbpf.h), up to the part that is used."""

    _fields_ = [
        ("sz", c_size_t),
        ("object_name", c_char_p),
        ("relaxed_maps", c_bool),
        ("pin_root_path", c_char_p),
        ("removed", c_uint32),
        ("kconfig", c_char_p),
        ("btf_custom_path", c_char_p),
    ]


class KprobeOpts(ctypes.Structure):
    """struct bpf_kprobe_opts (libbpf.h)."""

    _fields_ = [("sz", c_size_t), ("bpf_cookie", c_uint64), ("offset", c_size_t), ("retprobe", c_bool)]


class KprobeMultiOpts(ctypes.Structure):
    """struct bpf_kprobe_multi_opts (libbpf.h)."""

    _fields_ = [
        ("sz", c_size_t),
        ("syms", POINTER(c_char_p)),
        ("addrs", c_void_p),
        ("cookies", c_void_p),
        ("cnt", c_size_t),
        ("retprobe", c_bool),
    ]


class TcHook(ctypes.Structure):
    """struct bpf_tc_hook (libbpf.h)."""

    _fields_ = [("sz", c_size_t), ("ifindex", c_int), ("attach_point", c_uint32), ("parent", c_uint32)]


class TcOpts(ctypes.Structure):
    """struct bpf_tc_opts (libbpf.h)."""

    _fields_ = [
        ("sz", c_size_t),
        ("prog_fd", c_int),
        ("flags", c_uint32),
        ("prog_id", c_uint32),
        ("handle", c_uint32),
        ("priority", c_uint32),
    ]


class LinkCreateOpts(ctypes.Structure):
    """struct bpf_link_create_opts (bpf.h), up to the part that is used."""

    _fields_ = [
        ("sz", c_size_t),
        ("flags", c_uint32),
        ("iter_info", c_void_p),
        ("iter_info_len", c_uint32),
        ("target_btf_id", c_uint32),
    ]


class TestRunOpts(ctypes.Structure):
    """struct bpf_test_run_opts (bpf.h)."""

    _fields_ = [
        ("sz", c_size_t),
        ("data_in", c_void_p),
        ("data_out", c_void_p),
        ("data_size_in", c_uint32),
        ("data_size_out", c_uint32),
        ("ctx_in", c_void_p),
        ("ctx_out", c_void_p),
        ("ctx_size_in", c_uint32),
        ("ctx_size_out", c_uint32),
        ("retval", c_uint32),
        ("repeat", c_int),
        ("duration", c_uint32),
        ("flags", c_uint32),
        ("cpu", c_uint32),
        ("batch_size", c_uint32),
    ]


class ProgInfo(ctypes.Structure):
    """struct bpf_prog_info (include/uapi/linux/bpf.h)."""

    _fields_ = [
        ("type", c_uint32),
        ("id", c_uint32),
        ("tag", ctypes.c_uint8 * 8),
        ("jited_prog_len", c_uint32),
        ("xlated_prog_len", c_uint32),
        ("jited_prog_insns", c_uint64),
        ("xlated_prog_insns", c_uint64),
        ("load_time", c_uint64),
        ("created_by_uid", c_uint32),
        ("nr_map_ids", c_uint32),
        ("map_ids", c_uint64),
        ("name", ctypes.c_char * 16),
        ("ifindex", c_uint32),
        ("gpl_compatible", c_uint32),
        ("netns_dev", c_uint64),
        ("netns_ino", c_uint64),
        ("nr_jited_ksyms", c_uint32),
        ("nr_jited_func_lens", c_uint32),
        ("jited_ksyms", c_uint64),
        ("jited_func_lens", c_uint64),
        ("btf_id", c_uint32),
        ("func_info_rec_size", c_uint32),
        ("func_info", c_uint64),
        ("nr_func_info", c_uint32),
        ("nr_line_info", c_uint32),
        ("line_info", c_uint64),
        ("jited_line_info", c_uint64),
        ("nr_jited_line_info", c_uint32),
        ("line_info_rec_size", c_uint32),
        ("jited_line_info_rec_size", c_uint32),
        ("nr_prog_tags", c_uint32),
        ("prog_tags", c_uint64),
        ("run_time_ns", c_uint64),
        ("run_cnt", c_uint64),
        ("recursion_misses", c_uint64),
        ("verified_insns", c_uint32),
        ("attach_btf_obj_id", c_uint32),
        ("attach_btf_id", c_uint32),
        ("padding", c_uint32),
    ]


# name: (result, arguments). Prototypes of libbpf.h, bpf.h and btf.h of libbpf 1.1.
_PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "libbpf_version_string":                   (c_char_p, ()),
    "libbpf_set_print":                        (c_void_p, (c_void_p,)),
    "bpf_object__open_mem":                    (c_void_p, (c_char_p, c_size_t, c_void_p)),
    "bpf_object__load":                        (c_int,    (c_void_p,)),
    "bpf_object__close":                       (None,     (c_void_p,)),
    "bpf_object__btf":                         (c_void_p, (c_void_p,)),
    "bpf_object__next_program":                (c_void_p, (c_void_p, c_void_p)),
    "bpf_object__find_map_by_name":            (c_void_p, (c_void_p, c_char_p)),
    "bpf_object__next_map":                    (c_void_p, (c_void_p, c_void_p)),
    "bpf_program__name":                       (c_char_p, (c_void_p,)),
    "bpf_program__section_name":               (c_char_p, (c_void_p,)),
    "bpf_program__fd":                         (c_int,    (c_void_p,)),
    "bpf_program__insn_cnt":                   (c_size_t, (c_void_p,)),
    "bpf_program__type":                       (c_int,    (c_void_p,)),
    "bpf_program__set_type":                   (c_int,    (c_void_p, c_int)),
    "bpf_program__expected_attach_type":       (c_int,    (c_void_p,)),
    "bpf_program__set_expected_attach_type":   (c_int,    (c_void_p, c_int)),
    "bpf_program__set_attach_target":          (c_int,    (c_void_p, c_int, c_char_p)),
    "bpf_program__set_autoload":               (c_int,    (c_void_p, c_bool)),
    "bpf_program__set_flags":                  (c_int,    (c_void_p, c_uint32)),
    "bpf_program__set_log_level":              (c_int,    (c_void_p, c_uint32)),
    "bpf_program__attach_kprobe_opts":         (c_void_p, (c_void_p, c_char_p, c_void_p)),
    "bpf_program__attach_kprobe_multi_opts":   (c_void_p, (c_void_p, c_char_p, c_void_p)),
    "bpf_program__attach_tracepoint":          (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "bpf_program__attach_raw_tracepoint":      (c_void_p, (c_void_p, c_char_p)),
    "bpf_program__attach_trace":               (c_void_p, (c_void_p,)),
    "bpf_program__attach_cgroup":              (c_void_p, (c_void_p, c_int)),
    "bpf_link__fd":                            (c_int,    (c_void_p,)),
    "bpf_link__destroy":                       (c_int,    (c_void_p,)),
    "bpf_map__name":                           (c_char_p, (c_void_p,)),
    "bpf_map__fd":                             (c_int,    (c_void_p,)),
    "bpf_map__type":                           (c_int,    (c_void_p,)),
    "bpf_map__key_size":                       (c_uint32, (c_void_p,)),
    "bpf_map__value_size":                     (c_uint32, (c_void_p,)),
    "bpf_map__max_entries":                    (c_uint32, (c_void_p,)),
    "bpf_map__set_max_entries":                (c_int,    (c_void_p, c_uint32)),
    "bpf_map__set_map_extra":                  (c_int,    (c_void_p, c_uint64)),
    "bpf_map__set_pin_path":                   (c_int,    (c_void_p, c_char_p)),
    "bpf_map__initial_value":                  (c_void_p, (c_void_p, POINTER(c_size_t))),
    "bpf_map_create":                          (c_int,    (c_int, c_char_p, c_uint32, c_uint32, c_uint32, c_void_p)),
    "bpf_map_lookup_elem":                     (c_int,    (c_int, c_void_p, c_void_p)),
    "bpf_map_update_elem":                     (c_int,    (c_int, c_void_p, c_void_p, c_uint64)),
    "bpf_map_delete_elem":                     (c_int,    (c_int, c_void_p)),
    "bpf_map_get_next_key":                    (c_int,    (c_int, c_void_p, c_void_p)),
    "bpf_map_lookup_and_delete_elem":          (c_int,    (c_int, c_void_p, c_void_p)),
    "libbpf_num_possible_cpus":                (c_int,    ()),
    "ring_buffer__new":                        (c_void_p, (c_int, c_void_p, c_void_p, c_void_p)),
    "ring_buffer__poll":                       (c_int,    (c_void_p, c_int)),
    "ring_buffer__consume":                    (c_int,    (c_void_p,)),
    "ring_buffer__epoll_fd":                   (c_int,    (c_void_p,)),
    "ring_buffer__free":                       (None,     (c_void_p,)),
    "perf_buffer__new":                        (c_void_p, (c_int, c_size_t, c_void_p, c_void_p, c_void_p, c_void_p)),
    "perf_buffer__consume":                    (c_int,    (c_void_p,)),
    "perf_buffer__epoll_fd":                   (c_int,    (c_void_p,)),
    "perf_buffer__free":                       (None,     (c_void_p,)),
    "bpf_link_create":                         (c_int,    (c_int, c_int, c_int, c_void_p)),
    "bpf_prog_attach":                         (c_int,    (c_int, c_int, c_int, c_uint32)),
    "bpf_prog_detach2":                        (c_int,    (c_int, c_int, c_int)),
    "bpf_prog_test_run_opts":                  (c_int,    (c_int, c_void_p)),
    "bpf_prog_get_next_id":                    (c_int,    (c_uint32, POINTER(c_uint32))),
    "bpf_link_get_next_id":                    (c_int,    (c_uint32, POINTER(c_uint32))),
    "bpf_map_get_fd_by_id":                    (c_int,    (c_uint32,)),
    "bpf_map_get_next_id":                     (c_int,    (c_uint32, POINTER(c_uint32))),
    "bpf_obj_get":                             (c_int,    (c_char_p,)),
    "bpf_obj_get_info_by_fd":                  (c_int,    (c_int, c_void_p, POINTER(c_uint32))),
    "bpf_enable_stats":                        (c_int,    (c_int,)),
    "bpf_tc_hook_create":                      (c_int,    (c_void_p,)),
    "bpf_tc_hook_destroy":                     (c_int,    (c_void_p,)),
    "bpf_tc_attach":                           (c_int,    (c_void_p, c_void_p)),
    "bpf_tc_detach":                           (c_int,    (c_void_p, c_void_p)),
    "btf__find_by_name_kind":                  (c_int,    (c_void_p, c_char_p, c_uint32)),
    "btf__type_by_id":                         (c_void_p, (c_void_p, c_uint32)),
    "btf__name_by_offset":                     (c_char_p, (c_void_p, c_uint32)),
}  # fmt: skip

_PRINT = ctypes.CFUNCTYPE(c_int, c_int, c_char_p, c_void_p)


class Library:
    """The installed libbpf. `messages` holds what it said since the last `take_messages`, as (level, text)."""

    def __init__(self, dll: ctypes.CDLL) -> None:
        self._dll = dll
        self._functions: dict[str, Callable[..., Any]] = {}
        self._libc = ctypes.CDLL(None)
        self._libc.vasprintf.argtypes = (POINTER(c_void_p), c_char_p, c_void_p)
        self._libc.free.argtypes = (c_void_p,)
        self.messages: list[tuple[int, str]] = []
        self._callback = _PRINT(self._keep_message)  # must live as long as libbpf may call it
        self.call("libbpf_set_print", ctypes.cast(self._callback, c_void_p))

    @property
    def version(self) -> str:
        """Such as "1.1.2": from the file's name, since libbpf's own string stops at "v1.1"."""
        name = os.path.realpath(_mapped_path() or "")
        tail = name.rpartition(".so.")[2]
        if tail.count(".") >= 1:
            return tail
        return str(self.call("libbpf_version_string").decode()).removeprefix("v")

    def call(self, name: str, *args: Any) -> Any:
        """Call libbpf's `name`. errno is ctypes.get_errno() afterwards. LoadError 77 where this libbpf lacks it."""
        function = self._functions.get(name)
        if function is None:
            function = self._functions[name] = self._look_up(name)
        return function(*args)

    def has(self, name: str) -> bool:
        return hasattr(self._dll, name)

    def take_messages(self) -> list[tuple[int, str]]:
        messages, self.messages = self.messages, []
        return messages

    def _look_up(self, name: str) -> Callable[..., Any]:
        try:
            found = getattr(self._dll, name)
        except AttributeError:
            raise LoadError(
                f"libbpf {self.version} has no {name}", "a newer libbpf 1.x (libbpf1, libbpf.so.1) has it", 77
            ) from None
        found.restype, found.argtypes = _PROTOTYPES[name]
        function: Callable[..., Any] = found
        return function

    def _keep_message(self, level: int, form: bytes, arguments: int) -> int:
        if level == DEBUG and b"PROG LOAD LOG" not in form:
            return 0
        text = c_void_p()
        if self._libc.vasprintf(ctypes.byref(text), form, arguments) < 0:
            return 0
        try:
            self.messages.append((level, ctypes.string_at(text.value or 0).decode("utf-8", "replace").rstrip("\n")))
        finally:
            self._libc.free(text)
        return 0


def _mapped_path() -> str | None:
    try:
        with open("/proc/self/maps") as maps:
            for line in maps:
                if "/libbpf.so" in line:
                    return line.split(maxsplit=5)[5].strip()
    except OSError:
        pass
    return None


_library: Library | None = None


def libbpf() -> Library:
    """The library, opened at the first call: what an installed Rucy brings along, or else the machine's. LoadError where it is
    not installed or older than 1.0."""
    global _library
    if _library is None:
        own = os.path.join(os.path.dirname(os.path.dirname(__file__)), "_runtime", f"libbpf-{os.uname().machine}.so")
        try:
            dll = ctypes.CDLL(own if os.path.exists(own) else "libbpf.so.1", use_errno=True)
        except OSError:
            raise LoadError(
                "libbpf 1.x (libbpf.so.1) is not installed", "on Debian or Ubuntu: apt-get install libbpf1", 77
            ) from None
        _library = Library(dll)
    return _library
