"""Packets made of bytes, and programs run on them: on the kernel by test_run, and on the interpreter before and after the
passes. What they answer, their $globals and the packet afterwards must be one."""

from __future__ import annotations

import socket
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rucy.ir import interp
from rucy.ir.function import Module
from rucy.ir.packet_model import Packet

MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("02000000000b")
IP4, IP6, VLAN, QINQ = 0x0800, 0x86DD, 0x8100, 0x88A8
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58


def eth(kind: int, payload: bytes, tags: Sequence[tuple[int, int]] = ()) -> bytes:
    """`tags`: (ethertype, TCI), the outer one first."""
    out = MAC_B + MAC_A
    for tag, tci in tags:
        out += struct.pack("!HH", tag, tci)
    return out + struct.pack("!H", kind) + payload


def csum(data: bytes) -> int:
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ip4(
    proto: int, payload: bytes, src: str = "10.0.0.1", dst: str = "10.0.0.2", ttl: int = 64, options: bytes = b"",
    frag: int = 0, ihl: int | None = None,
) -> bytes:  # fmt: skip
    words = 5 + len(options) // 4 if ihl is None else ihl
    head = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, 20 + len(options) + len(payload), 7, frag, ttl, proto, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + options  # fmt: skip
    return head[:10] + struct.pack("!H", csum(head)) + head[12:] + payload


def ip6(next_: int, payload: bytes, src: str = "fd00::1", dst: str = "fd00::2", hops: int = 9) -> bytes:
    a, b = (socket.inet_pton(socket.AF_INET6, one) for one in (src, dst))
    return struct.pack("!IHBB", 0x60000000, len(payload), next_, hops) + a + b + payload


def extension(next_: int, payload: bytes, units: int = 0) -> bytes:
    """Hop-by-hop, routing or destination options: 8 + 8 * units bytes."""
    return struct.pack("!BB", next_, units) + bytes(6 + 8 * units) + payload


def fragment(next_: int, payload: bytes, offset: int = 0, more: int = 1) -> bytes:
    return struct.pack("!BBHI", next_, 0, offset << 3 | more, 0x1234) + payload


def tcp(source: int = 1000, dest: int = 80, flags: int = 2, seq: int = 0x01020304, payload: bytes = b"") -> bytes:
    return struct.pack("!HHIIBBHHH", source, dest, seq, 0, 5 << 4, flags, 0xFFFF, 0xABCD, 0) + payload


def udp(source: int = 1000, dest: int = 53, payload: bytes = b"", check: int = 0x1111) -> bytes:
    return struct.pack("!HHHH", source, dest, 8 + len(payload), check) + payload


def icmp(kind: int = 8, code: int = 0, ident: int = 0x0102, seq: int = 3, payload: bytes = b"") -> bytes:
    return struct.pack("!BBHHH", kind, code, 0xBEEF, ident, seq) + payload


class Answer(NamedTuple):
    """A program's result (32 bits), its $globals by name, the packet afterwards (None where nobody can tell)."""

    value: int
    globals: dict[str, int]
    packet: bytes | None


_TYPES = {"xdp": "XDP", "tc_ingress": "SCHED_CLS", "tc_egress": "SCHED_CLS", "socket_filter": "SOCKET_FILTER",
          "cgroup_ingress": "CGROUP_SKB", "cgroup_egress": "CGROUP_SKB", "lwt_xmit": "LWT_XMIT"}  # fmt: skip


class Bench:
    """One program of one hook, compiled: `run` gives what all engines say of a packet."""

    def __init__(self, hook: str, body: str, names: Sequence[str] = (), head: str = "") -> None:
        from rucy import passes, pipeline
        from rucy.lower import lower_module
        from rucy.source import Diagnostics
        from tests.run.harness import _KernelBtf, opened

        self.hook, self.names = hook, names
        text = f'license "GPL"\n{head}' + "".join(f"${name} = 0\n" for name in names)
        text += f"{hook} do |pkt|\n{body}\nend\n"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "case.rb"
            path.write_text(text)
            target = pipeline.Target(cpu="v3")
            diagnostics = Diagnostics()
            btf = _KernelBtf()
            checked = pipeline.check_types(pipeline.parse(str(path), diagnostics), btf, target, diagnostics)
            self.plain = lower_module(checked)
            _valid(self.plain)
            self.optimised = lower_module(checked)
            pipeline.check_loops(self.optimised)
            passes.optimise(self.optimised)
            _valid(self.optimised)
            code = pipeline.generate_code(self.optimised, target)
            self.data = pipeline.build_object(pipeline.link_module(self.optimised, code, checked), checked.btf or btf.opened)
        self.insns = sum(len(fn.insns) for fn in code) if isinstance(code, list) else 0
        self.loaded = opened(self.data)
        self.loaded.load()

    def close(self) -> None:
        self.loaded.close()

    def run(self, packet: bytes, linear: int | None = None) -> Answer:
        """Assert that all engines are at one. `linear`: what the interpreter's packet has in its linear part."""
        kernel = self.on_kernel(packet)
        for module in (self.plain, self.optimised):
            found = self.interpreted(module, packet, linear)
            assert found[:2] == kernel[:2], f"{packet.hex()}: interpreter {found}, kernel {kernel}"
            assert None in (found.packet, kernel.packet) or found.packet == kernel.packet
        return kernel

    def on_kernel(self, packet: bytes) -> Answer:
        for name in self.names:
            self.loaded.write_global(name, bytes(8))
        run = self.loaded.test_run(self.hook, packet)
        values = {name: int.from_bytes(self.loaded.read_global(name), "little") for name in self.names}
        return Answer(run.retval, values, run.data_out if self.hook in ("xdp", "tc_ingress", "tc_egress") else None)

    def interpreted(self, module: Module, packet: bytes, linear: int | None = None) -> Answer:
        env = interp.Env()
        kind = _TYPES[self.hook]
        layer2 = kind in ("XDP", "SCHED_CLS")
        model = Packet(env, kind, packet if layer2 else packet[14:], int.from_bytes(packet[12:14], "little"),
                       b"" if layer2 else packet[:14], linear)  # fmt: skip
        result = interp.run(module, self.hook, [model.ctx], env)
        assert isinstance(result.value, int)
        values = {name: int.from_bytes(result.memory[name], "little") for name in self.names if name in result.memory}
        return Answer(result.value & 0xFFFFFFFF, values, model.bytes() if layer2 else None)


def _valid(module: Any) -> None:
    from rucy.ir.verify import assert_valid_module

    assert_valid_module(module)
