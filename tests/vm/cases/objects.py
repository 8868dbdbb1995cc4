"""Objects built by hand (tests/object/hand_built.py) on every kernel: written on the host for its BTF, loaded by libbpf."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.object.tiny_libbpf import loaded
from tests.vm.guest import Env, Skip

PACKET = bytes(64)


def _writes(sample: str, *arguments: Any, kernel: bool = False) -> Callable[[Path], None]:
    """A `prepare` that writes the sample; with `kernel`, its first argument is the host's BTF."""

    def prepare(out: Path) -> None:
        from rucy.btf.reader import open_btf
        from rucy.object import build_object
        from tests.object import hand_built

        btf = open_btf() if kernel else None
        given = ([btf] if kernel else []) + [getattr(hand_built, a, a) for a in arguments]
        (out / "sample.o").write_bytes(build_object(getattr(hand_built, sample)(*given), btf))

    return prepare


def _object(env: Env) -> bytes:
    return (Path(env.out) / "sample.o").read_bytes()


def _needs(env: Env, major: int, minor: int, what: str) -> None:
    if tuple(int(part) for part in env.release.split(".")[:2]) < (major, minor):
        raise Skip(f"{what} came with Linux {major}.{minor}")


prepare_device_filter = _writes("device_filter")
prepare_shared_subprogram = _writes("shared_subprogram")
prepare_maps_and_globals = _writes("maps_and_globals")
prepare_nested_maps = _writes("nested_maps")
prepare_kernel_version = _writes("kernel_variables")
prepare_loop_callback = _writes("loop_callback")
prepare_kernel_functions = _writes("kernel_functions")
prepare_struct_ops_table = _writes("congestion_control", "rucy_vm", kernel=True)
prepare_task_by_direct_load = _writes("current_tgid", "DIRECT", kernel=True)
prepare_task_by_read = _writes("current_tgid", "READ", kernel=True)


def case_device_filter(env: Env) -> None:
    with loaded(_object(env)) as obj:
        assert obj.names("program") == ["device_filter"]


def case_shared_subprogram(env: Env) -> None:
    with loaded(_object(env)) as obj:
        assert (obj.run("first", PACKET), obj.run("second", PACKET)) == (41, 63)


def case_maps_and_globals(env: Env) -> None:
    with loaded(_object(env)) as obj:
        assert (obj.run("count", PACKET), obj.run("count", PACKET)) == (107, 207)
        assert obj.lookup("slots", b"\1\0\0\0", 8) == b"\3" + bytes(7)


def case_nested_maps(env: Env) -> None:
    pin = f"/sys/fs/bpf/rucy-kept-{os.getpid()}"
    with loaded(_object(env), pins={"kept": pin}) as obj:
        try:
            assert obj.run("enter", PACKET) == 0x63
            assert obj.lookup("two", bytes(4), 8) == b"\x2a" + bytes(7)
        finally:
            os.unlink(pin)


def case_kernel_version(env: Env) -> None:
    major, minor = env.release.split("-")[0].split("+")[0].split(".")[:2]
    with loaded(_object(env)) as obj:
        assert obj.run("version", PACKET) >> 8 == int(major) << 8 | int(minor)


def case_loop_callback(env: Env) -> None:
    _needs(env, 5, 17, "bpf_loop")
    with loaded(_object(env)) as obj:
        assert obj.run("loop", PACKET) == 45


def case_kernel_functions(env: Env) -> None:
    _needs(env, 6, 2, "bpf_rcu_read_lock")
    with loaded(_object(env)) as obj:
        assert obj.run("locked", PACKET) == 7


def case_struct_ops_table(env: Env) -> None:
    available = Path("/proc/sys/net/ipv4/tcp_available_congestion_control")
    with loaded(_object(env)) as obj:
        with obj.attached(obj.map("table"), "bpf_map__attach_struct_ops"):
            assert "rucy_vm" in available.read_text().split()
        assert "rucy_vm" not in available.read_text().split()


def case_task_by_direct_load(env: Env) -> None:
    _needs(env, 5, 11, "bpf_get_current_task_btf")
    _check_tgid(env)


def case_task_by_read(env: Env) -> None:
    _check_tgid(env)


def _check_tgid(env: Env) -> None:
    with loaded(_object(env)) as obj:
        obj.run("current", ctx=bytes(16))
        seen = obj.lookup(".bss", bytes(4), 20)
        assert seen is not None
        tgid, place, size, exists, whole = (int.from_bytes(seen[i : i + 4], "little") for i in range(0, 20, 4))
        assert (tgid, size, exists) == (os.getpid(), 4, 1)
        assert 0 < place < whole
