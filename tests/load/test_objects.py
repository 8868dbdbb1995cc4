"""An object from opening to closing, in the running kernel."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from rucy.btf.describe import CFunc, CInt, CVoid
from rucy.loader.errors import LoadError
from rucy.loader.objects import Loaded, prog_info, run_stats
from rucy.object import Extern, MapDef, Module, build_object
from tests.load.child import in_child
from tests.load.firing import frame_arrives, gone, hits, inside_cgroup, open_urandom, opened, own_pair, refused_by_kernel
from tests.load.programs import counting, counting_own
from tests.object import hand_built

pytestmark = pytest.mark.root
PACKET = bytes(64)


def globals_object() -> Loaded:
    return opened(build_object(hand_built.maps_and_globals(), None), "tc_ingress")


def test_what_is_in_an_object() -> None:
    with globals_object() as loaded:
        assert [(info.name, info.section, info.type, info.fd) for info in loaded.programs] == [("count", "tc", 3, -1)]
        assert {"pairs", "slots", "records", ".data", ".bss", ".rodata"} <= set(loaded.maps)
        assert set(loaded.globals) == {"flag", "step", "limits", "runs"}


def test_globals_before_and_after_loading() -> None:
    with globals_object() as loaded:
        assert loaded.read_global("step") == (7).to_bytes(4, "little")
        loaded.write_global("step", (9).to_bytes(4, "little"))
        loaded.write_global("limits", bytes(4) + (1000).to_bytes(4, "little"))
        loaded.load()
        assert loaded.test_run("count", PACKET).retval == 1009
        assert loaded.read_global("runs") == (1).to_bytes(8, "little")
        loaded.write_global("step", (1).to_bytes(4, "little"))
        assert loaded.test_run("count", PACKET).retval == 1001
        assert loaded.read_global("flag") == b"\1"
        assert loaded.read_global("limits")[4:] == (1000).to_bytes(4, "little")
        with pytest.raises(LoadError, match="read-only"):
            loaded.write_global("limits", bytes(8))
        with pytest.raises(LoadError, match="4 bytes, not 8"):
            loaded.write_global("step", bytes(8))
        with pytest.raises(LoadError, match="no global `nothing`"):
            loaded.read_global("nothing")


def test_test_run_repeats() -> None:
    with opened(counting("tc", 5), "tc_ingress") as loaded:
        loaded.load()
        done = loaded.test_run("counts", b"\1\2\3" + bytes(61), repeat=100)
        assert (done.retval, hits(loaded)) == (5, 100)
        assert done.data_out == b"\1\2\3" + bytes(61)


def test_test_run_of_a_raw_tracepoint() -> None:
    with opened(counting("raw_tracepoint/sys_enter", 3), "raw_tracepoint") as loaded:
        loaded.load()
        assert loaded.test_run("counts", ctx_in=bytes(16)).retval == 3


def test_test_run_that_the_kernel_has_not() -> None:
    with opened(counting_own("tracepoint/syscalls/sys_enter_getpgid"), "tracepoint") as loaded:
        loaded.load()
        with pytest.raises(LoadError, match="no test run") as caught:
            loaded.test_run("counts")
        assert caught.value.status == 77


def test_statistics() -> None:
    with opened(counting("tc", 5), "tc_ingress") as loaded:
        loaded.load(stats=True)
        with run_stats():
            loaded.test_run("counts", PACKET, repeat=7)
            assert loaded.stats("counts").run_count == 7
        stats = loaded.stats("counts")
        assert stats.verified == 5  # instructions on the one path
        assert stats.stack == (0,)
        assert stats.xlated_len == 6 * 8
        assert loaded.code() == [] or loaded.code()[0][1] == stats.jited_len


def test_verifier_log() -> None:
    with opened(counting("tc", 5), "tc_ingress") as loaded:
        loaded.load(verifier_log=True)
        assert "r2 = 1" in loaded.log("counts")
        assert "processed 5 insns" in loaded.log("counts")
    with opened(counting("tc", 5), "tc_ingress") as loaded:
        loaded.load()
        assert loaded.log("counts") == ""


def test_only_some_programs() -> None:
    with opened(build_object(hand_built.shared_subprogram(), None), "tc_ingress") as loaded:
        loaded.load(autoload={"second"})
        assert loaded.test_run("second", PACKET).retval == 63
        with pytest.raises(LoadError, match="`first` is not loaded"):
            loaded.attach("first", "tc_ingress", interface="lo")
        with pytest.raises(LoadError, match="no program `third`"):
            loaded.program_fd("third")


def test_not_an_object() -> None:
    for data in (b"", b"puts 1\n", b"\x7fELF" + bytes(100)):
        with pytest.raises(LoadError, match="not a BPF object"):
            Loaded.open_object(data)


def test_target_that_the_kernel_has_not() -> None:
    with pytest.raises(LoadError, match="no `no_such_function` that `counts` could attach to") as caught:
        opened(counting_own("fentry/no_such_function"), "fentry", "no_such_function")
    assert caught.value.status == 77


@pytest.mark.parametrize(("kind", "use"), [("func", "call kfunc(0x0, 0x0)"), ("var", "r1 = 0x0 ll")])
def test_symbol_that_the_kernel_has_not(kind: str, use: str) -> None:
    text = f"{use} ; @extern_{kind} no_such_symbol\nw0 = 0x0\nexit"
    ctype = CFunc(CVoid(), ()) if kind == "func" else CInt("int", 32, True)
    program = hand_built.function("uses", text, section="tc")
    module = Module("GPL", (program,), externs=(Extern("no_such_symbol", kind, ctype, ".ksyms"),))
    with opened(build_object(module, None), "tc_ingress") as loaded, pytest.raises(LoadError) as caught:
        loaded.load()
    assert caught.value.message == "this kernel has no `no_such_symbol`, which the program uses"
    assert caught.value.status == 77


def test_map_that_is_too_large() -> None:
    table = MapDef("table", hand_built.HASH, hand_built.U32, hand_built.U32, 4, 4, 0xFFFFFFFF)
    module = Module("GPL", (hand_built.function("uses", "w0 = 0x0\nexit", section="tc"),), (table,))
    with opened(build_object(module, None), "tc_ingress") as loaded, pytest.raises(LoadError, match="map `table`"):
        loaded.load()


def test_program_type_that_the_kernel_has_not() -> None:
    with Loaded.open_object(counting("tc", 0)) as loaded:
        loaded.set_program_types({"counts": (200, None, None)})
        with pytest.raises(LoadError, match="does not know the kind of program") as caught:
            loaded.load()
    assert caught.value.status == 77


def test_closed_object() -> None:
    loaded = opened(counting("tc", 0), "tc_ingress")
    loaded.load()
    number = int(prog_info(loaded.program_fd("counts")).id)
    loaded.close()
    loaded.close()
    gone("bpf_prog_get_next_id", [number])
    with pytest.raises(LoadError, match="closed"):
        loaded.test_run("counts", PACKET)


def attach_device(**where: str) -> None:
    with opened(counting("cgroup/dev", 1), "cgroup_device") as loaded:
        loaded.load()
        loaded.attach("counts", "cgroup", **where)  # type: ignore[arg-type]


def test_wrong_places() -> None:
    with pytest.raises(LoadError, match="`/no/such` cannot be opened") as caught:
        attach_device(cgroup="/no/such")
    assert "cgroup2 is mounted at" in caught.value.help
    with pytest.raises(LoadError, match="`/tmp` is not a directory of cgroup2"):
        attach_device(cgroup="/tmp")
    with pytest.raises(LoadError, match="attaches to a cgroup") as caught:
        attach_device()
    assert "--cgroup" in caught.value.help
    with opened(counting("tc", 0), "tc_ingress") as loaded:
        loaded.load()
        for kind in ("tc_ingress", "xdp", "socket"):
            with pytest.raises(LoadError, match="no network interface `none0`") as caught:
                loaded.attach("counts", kind, interface="none0")
            assert "lo" in caught.value.help


def test_an_error_detaches() -> None:
    def body() -> None:
        with inside_cgroup() as path:
            try:
                with opened(counting("cgroup/dev", 0), "cgroup_device") as loaded:
                    loaded.load()
                    loaded.attach("counts", "cgroup", cgroup=path)
                    with refused_by_kernel():
                        open_urandom()
                    raise KeyError
            except KeyError:
                open_urandom()

    in_child(body)


def test_without_root() -> None:
    data = counting("tc", 0)

    def body() -> None:
        with opened(data, "tc_ingress") as loaded:
            os.setuid(65534)
            try:
                loaded.load()
            except LoadError as error:
                assert "does not permit" in error.message
                assert "root" in error.help
                assert error.status == 77
            else:
                raise AssertionError("loaded by nobody")

    in_child(body)


ATTACH = """
import sys
from tests.load.firing import opened
loaded = opened(open(sys.argv[1], "rb").read(), "tc_ingress")
loaded.load()
loaded.attach("counts", "tc_ingress", interface="rucy0")
"""


def run_python(code: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)


def test_end_of_the_process_detaches(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("object") / "drop.o"
    path.write_bytes(counting("tc", 2))

    def body() -> None:
        own_pair()
        run_python(ATTACH, str(path))
        assert frame_arrives()
        assert "clsact" not in subprocess.check_output(["tc", "qdisc", "show", "dev", "rucy0"], text=True)

    in_child(body)


def test_forked_child_leaves_the_parents_links() -> None:
    data = counting("tc", 2)

    def body() -> None:
        own_pair()
        with opened(data, "tc_ingress") as loaded:
            loaded.load()
            loaded.attach("counts", "tc_ingress", interface="rucy0")
            in_child(loaded.close)
            assert not frame_arrives(), "the child detached its parent's program"

    in_child(body)


def test_killed_process_leaves_no_cgroup_link() -> None:
    data = counting("cgroup/dev", 0)

    def body() -> None:
        with inside_cgroup() as path:
            read, write = os.pipe()
            pid = os.fork()
            if pid == 0:
                loaded = opened(data, "cgroup_device")
                loaded.load()
                loaded.attach("counts", "cgroup", cgroup=path)
                os.write(write, b"!")
                time.sleep(60)
                os._exit(1)
            assert os.read(read, 1) == b"!"
            with refused_by_kernel():
                open_urandom()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            end = time.monotonic() + 10
            while True:
                try:
                    return open_urandom()
                except OSError as error:
                    assert error.errno == errno.EPERM
                    assert time.monotonic() < end, "the link outlived its process"
                    time.sleep(0.02)

    in_child(body)


def test_a_program_that_only_the_kernels_own_compiler_refuses() -> None:
    from rucy.loader import failures

    said = failures.loading(524, [(0, "libbpf: prog 'p': BPF program load failed: Unknown error 524")], b"")
    assert said.message == "this kernel's own compiler (JIT) fails on the program `p`" and said.status == 77
    assert "`p`" in said.help


def test_a_configuration_that_the_kernel_does_not_show() -> None:
    from rucy.loader import failures

    said = failures.loading(-errno.ENOENT, [(0, "libbpf: failed to open system Kconfig")], b"")
    assert said.message == "this kernel does not show its configuration, which the program asks by `kconfig`"
    assert "/proc/config.gz" in said.help and said.status == 77
