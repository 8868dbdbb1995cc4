"""Hand-built objects in the running kernel, loaded by libbpf."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rucy.btf.access import chain, find_member
from rucy.btf.core import CoreRef, core_value
from rucy.btf.describe import CArray, CStruct
from rucy.btf.reader import Btf, open_btf
from rucy.btf.writer import BtfWriter
from rucy.isa import decode
from rucy.object import Module, build_object
from tests.object import hand_built
from tests.object.tiny_libbpf import LoadError, loaded

pytestmark = pytest.mark.root
PACKET = bytes(64)


@pytest.fixture(scope="module")
def kernel() -> Btf:
    return open_btf()


@pytest.fixture
def bpffs(tmp_path: Path) -> Iterator[Path]:
    """A BPF file system of our own: unmounting it unpins everything."""
    subprocess.run(["mount", "-t", "bpf", "bpf", tmp_path], check=True)
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_device_filter_through_bpftool(bpffs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("object") / "device.o"
    path.write_bytes(build_object(hand_built.device_filter(), None))
    pin = bpffs / "device"
    result = subprocess.run(["bpftool", "prog", "load", path, pin], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    shown = subprocess.run(["bpftool", "prog", "show", "pinned", pin], capture_output=True, text=True, check=True).stdout
    assert "cgroup_device  name device_filter" in shown
    listing = subprocess.run(["bpftool", "prog", "dump", "xlated", "pinned", pin], capture_output=True, text=True, check=True)
    assert "; w2 = *(u32 *)(r1 + 0x8)" in listing.stdout, "no source lines"


def test_loop_callback(kernel: Btf) -> None:
    with loaded(build_object(hand_built.loop_callback(), None)) as obj:
        assert obj.run("loop", PACKET) == 45


def test_kernel_functions() -> None:
    with loaded(build_object(hand_built.kernel_functions(), None)) as obj:
        assert obj.run("locked", PACKET) == 7


def test_kernel_variables() -> None:
    major, minor, *rest = platform.release().split("-")[0].split(".")
    version = int(major) << 16 | int(minor) << 8 | min(int(rest[0]) if rest else 0, 255)
    with loaded(build_object(hand_built.kernel_variables(), None)) as obj:
        assert obj.run("version", PACKET) == version


def test_struct_ops_table(kernel: Btf) -> None:
    available = Path("/proc/sys/net/ipv4/tcp_available_congestion_control")
    data = build_object(hand_built.congestion_control(kernel, "rucy_test"), kernel)
    with loaded(data) as obj, obj.attached(obj.map("table"), "bpf_map__attach_struct_ops"):
        assert "rucy_test" in available.read_text().split()
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"rucy_test")
            client.connect(server.getsockname())
            peer, _ = server.accept()
            with peer:
                client.sendall(b"x" * 100)
                assert peer.recv(100, socket.MSG_WAITALL) == b"x" * 100
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).strip(b"\0") == b"rucy_test"
    assert "rucy_test" not in available.read_text().split()


def test_shared_subprogram() -> None:
    with loaded(build_object(hand_built.shared_subprogram(), None)) as obj:
        assert obj.names("program") == ["first", "second"]
        assert obj.run("first", PACKET) == 20 * 2 + 1
        assert obj.run("second", PACKET) == (30 * 2 + 1) + (1 + 1)


@pytest.mark.parametrize("suffix", ["", ".more"])
def test_maps_and_globals(suffix: str) -> None:
    def words(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(4, "little") for number in numbers)

    module = hand_built.maps_and_globals()
    data = tuple(var if var.section == ".bss" else var._replace(section=var.section + suffix) for var in module.data)
    with loaded(build_object(module._replace(data=data), None)) as obj:
        obj.update("pairs", words(5), words(10, 0) + b"text\0\0\0\0")
        assert obj.run("count", PACKET) == 7 + 100
        assert obj.run("count", PACKET) == 7 + 200
        assert obj.lookup("pairs", words(5), 16) == words(12, 0) + b"text\0\0\0\0"
        assert obj.lookup("slots", words(1), 8) == words(3, 0)
        assert obj.lookup(".bss", words(0), 8) == words(2, 0)
        assert obj.lookup(".data" + suffix, words(0), 8) == b"\1\0\0\0" + words(207)
        assert obj.lookup(".rodata" + suffix, words(0), 8) == words(50, 100)
        kind, _, key, value, entries, flags, *_ = obj.map_info("pairs")
        assert (kind, key, value, entries, flags) == (hand_built.HASH, 4, 16, 100, 1)
        key_type, value_type = obj.map_info("pairs")[16:18]  # btf_key_type_id, btf_value_type_id
        assert key_type
        assert value_type


def test_co_re_as_compiled_for_this_kernel(kernel: Btf) -> None:
    task = kernel.find("task_struct", ("struct",))
    assert task is not None
    place = next(m.bit_offset // 8 for m in kernel.type(task).members if m.name == "tgid")
    check_tgid(build_object(hand_built.current_tgid(kernel), kernel), place, kernel.size(task))


def test_co_re_against_another_layout(kernel: Btf) -> None:
    """Compiled for a kernel whose tgid lies elsewhere: what runs is what libbpf patched in."""
    writer = BtfWriter()
    fields = (("pad", CArray(hand_built.U64, 3), 0), ("tgid", hand_built.INT, 192))
    writer.add(CStruct("task_struct", 28, fields))
    other = Btf(writer.finish())
    task = kernel.find("task_struct", ("struct",))
    assert task is not None
    place = next(m.bit_offset // 8 for m in kernel.type(task).members if m.name == "tgid")
    assert place != 24
    check_tgid(build_object(hand_built.current_tgid(other), other), place, kernel.size(task))


def check_tgid(data: bytes, place: int, size: int) -> None:
    with loaded(data) as obj:
        obj.run("current", ctx=bytes(16))
        seen = obj.lookup(".bss", bytes(4), 20)
        assert seen is not None
        numbers = [int.from_bytes(seen[i : i + 4], "little") for i in range(0, 20, 4)]
        assert numbers == [os.getpid(), place, 4, 1, size]
        patched = [insn for insn in decode(obj.insns("current")) if insn.op == "ldx_u32" and insn.src == 0]
        assert [insn.off for insn in patched] == [place]


def questions(kernel: Btf) -> dict[str, CoreRef]:
    """Of every kind one that the running kernel can answer, and two about a field that it lacks."""

    def struct(name: str) -> int:
        found = kernel.find(name, ("struct",))
        assert found is not None
        return found

    def field(owner: str, name: str) -> str:
        access = find_member(kernel, struct(owner), name)
        assert access is not None
        return chain(access.indices)

    bits = field("tcp_sock", "repair")  # one bit of an u8
    states = kernel.enum_value("BPF_MAP_TYPE_RINGBUF")
    assert states is not None
    lacking = CStruct("task_struct", 16, (("no_such_field", hand_built.INT, 0), ("tgid", hand_built.INT, 32)))
    return {
        "offset": CoreRef("byte_off", struct("sock"), field("sock", "sk_protocol")),
        "nested": CoreRef("byte_off", struct("sock"), "0:0:2:1:0"),  # __sk_common.skc_dport
        "element": CoreRef("byte_off", struct("task_struct"), field("task_struct", "comm") + ":3"),
        "bit offset": CoreRef("byte_off", struct("tcp_sock"), bits),
        "bit size": CoreRef("byte_sz", struct("tcp_sock"), bits),
        "left": CoreRef("lshift_u64", struct("tcp_sock"), bits),
        "right": CoreRef("rshift_u64", struct("tcp_sock"), bits),
        "sign": CoreRef("signed", struct("task_struct"), field("task_struct", "tgid")),
        "no sign": CoreRef("signed", struct("tcp_sock"), bits),
        "target": CoreRef("type_id_target", struct("task_struct"), "0"),
        "type": CoreRef("type_exists", struct("task_struct"), "0"),
        "match": CoreRef("type_matches", struct("list_head"), "0"),
        "enumerator": CoreRef("enumval_exists", states[0], str(states[1])),
        "value": CoreRef("enumval_value", states[0], str(states[1])),
        "lacking": CoreRef("field_exists", 0, "0:0", lacking),
        "having": CoreRef("field_exists", 0, "0:1", lacking),
        "no type": CoreRef("type_exists", 0, "0", CStruct("no_such_struct", 4, (("x", hand_built.INT, 0),))),
    }


def test_every_kind_of_co_re_relocation(kernel: Btf) -> None:
    """libbpf compares what stands in each instruction with its own reckoning from our BTF, and its answers with ours."""
    asked = questions(kernel)
    expected = {name: core_value(kernel, ref) % (1 << 64) for name, ref in asked.items()}
    expected.update({"lacking": 0, "no type": 0})
    with loaded(build_object(hand_built.core_answers(tuple(asked.values())), kernel)) as obj:
        obj.run("ask", PACKET)
        answers = obj.lookup(".bss", bytes(4), 8 * len(asked))
    assert answers is not None
    numbers = [int.from_bytes(answers[i : i + 8], "little") for i in range(0, len(answers), 8)]
    assert dict(zip(asked, numbers)) == expected
    assert (expected["having"], expected["value"], expected["right"], expected["bit size"]) == (1, 27, 63, 1)


def test_nested_maps(bpffs: Path) -> None:
    data = build_object(hand_built.nested_maps(), None)
    pin = bpffs / "kept"
    with loaded(data, pins={"kept": pin}) as obj:
        assert pin.exists()
        assert obj.run("enter", PACKET) == 0x63  # through the program array
        assert obj.lookup("two", bytes(4), 8) == (42).to_bytes(8, "little")  # through the map of maps
        assert obj.lookup("one", bytes(4), 8) == bytes(8)
        obj.update("kept", bytes(4), b"\7" + bytes(7))
    with loaded(data, pins={"kept": pin}) as obj:
        assert obj.lookup("kept", bytes(4), 8) == b"\7" + bytes(7)


def test_a_refusal_shows_the_source_line() -> None:
    bad = hand_built.function("bad", "r1 = 0x0\nr0 = *(u64 *)(r1 + 0x0)\nexit", section="tc")
    with pytest.raises(LoadError, match=r"; r0 = \*\(u64 \*\)\(r1 \+ 0x0\)"), loaded(build_object(Module("GPL", (bad,)), None)):
        pass


def test_the_same_module_gives_the_same_bytes(kernel: Btf) -> None:
    """In processes whose dictionaries and sets are ordered differently."""
    script = (
        "import hashlib\nfrom tests.object import hand_built\nfrom rucy.btf.reader import open_btf\n"
        "from rucy.object import build_object\n"
        "kernel = open_btf()\n"
        "for m in (hand_built.maps_and_globals(), hand_built.nested_maps(), hand_built.current_tgid(kernel),"
        " hand_built.congestion_control(kernel, 'x'), hand_built.kernel_functions()):\n"
        "    print(hashlib.sha256(build_object(m, kernel)).hexdigest())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop().split()) == 5
