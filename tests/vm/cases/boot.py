"""The lab itself: the right kernel, a usable BPF system call, this checkout's Python, the modules."""

from __future__ import annotations

import ctypes
import os
import subprocess
from pathlib import Path

from tests.vm.guest import Env, Skip
from tests.vm.kernels import HOST, MODULES


def case_release(env: Env) -> None:
    assert os.uname().release == env.release


def case_bpf_system_call(env: Env) -> None:
    """bpftool makes a map of that name and finds it again by its pin."""
    pin = f"/sys/fs/bpf/rucy-boot-{os.getpid()}"
    shape = "type array key 4 value 8 entries 1 name rucy_boot"
    subprocess.run(["bpftool", "map", "create", pin, *shape.split()], check=True)
    try:
        assert "rucy_boot" in subprocess.check_output(["bpftool", "map", "show", "pinned", pin], text=True)
    finally:
        os.unlink(pin)


def case_libbpf(env: Env) -> None:
    libbpf = ctypes.CDLL("libbpf.so.1")
    assert libbpf.libbpf_num_possible_cpus() >= 1


def case_compiler_imports(env: Env) -> None:
    import rucy

    assert rucy.__file__.endswith("src/rucy/__init__.py")


def prepare_prepared_file(out: Path) -> None:
    (out / "made-on-the-host").write_text("yes")


def case_prepared_file(env: Env) -> None:
    assert (Path(env.out) / "made-on-the-host").read_text() == "yes"


def case_btf_of_the_image(env: Env) -> None:
    """What tests/vm/btf.py reads out of the image is what the kernel shows."""
    if env.kernel == HOST:
        raise Skip("the running kernel's image is not read")
    held = Path(f".cache/btf/{env.release}.btf").read_bytes()
    assert held == Path("/sys/kernel/btf/vmlinux").read_bytes()


def prepare_btf_of_the_image(out: Path) -> None:
    from tests.vm.btf import kernel_btf
    from tests.vm.kernels import NotOffered, booted

    for name in booted():
        try:
            kernel_btf(name)
        except NotOffered:
            continue


def case_modules(env: Env) -> None:
    """The modules of the list are there: a veth pair takes a clsact queue."""
    if env.kernel == HOST:
        raise Skip("the running kernel's modules are its own business")
    subprocess.run(["ip", "link", "add", "rucy0", "type", "veth", "peer", "name", "rucy1"], check=True)
    subprocess.run(["tc", "qdisc", "add", "dev", "rucy0", "clsact"], check=True)
    assert set(MODULES) <= set(os.listdir("/sys/module"))
