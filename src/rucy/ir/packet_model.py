"""A packet as the interpreter has it: the context's `data` and `data_end`, and the helpers that read, move and change it.

`place` makes the memory that a program sees; each move makes a new one and takes the bytes out of the old, so that a
pointer that was not loaded again leads nowhere. What lies behind the linear part is only to be had by
bpf_skb_load_bytes and bpf_skb_pull_data (net/core/filter.c), as in the kernel.
"""

from __future__ import annotations

from typing import Any

from rucy.ir.interp import Env, Helper, Region, read, signed, write

_EFAULT, _EINVAL, _ENOMEM = -14, -22, -12
_XDP_HEADROOM, _XDP_TAILROOM = 256, 320  # test_run's: at least XDP_PACKET_HEADROOM; the frame less its shared info
_ETH = 14


class Packet:
    """The packet of one run. `data`: from where the program's packet begins; `before`: what the network header is preceded
    by (a socket filter's Ethernet header); `linear`: bytes in the linear part (None: all)."""

    def __init__(
        self, env: Env, prog_type: str, data: bytes, protocol: int = 0, before: bytes = b"", linear: int | None = None
    ) -> None:
        self.env = env
        self.prog_type = prog_type
        self.data = bytearray(data)
        self.before = before
        self.linear = len(data) if linear is None else min(linear, len(data))
        self.head = self.tail = 0  # by how much the ends were moved
        self.region: Region | None = None
        size = 24 if prog_type == "XDP" else 192
        self.ctx = env.region("ctx", bytes(size), "ctx", True)
        self.ctx.data[16:20] = protocol.to_bytes(4, "little") if prog_type != "XDP" else bytes(4)
        self.place()
        for name, stub in _STUBS.items():
            env.helpers[name] = self._bound(stub)

    def _bound(self, stub: Any) -> Helper:
        return lambda env, args: stub(self, args)

    def place(self) -> None:
        """Give the packet's linear part memory, and say where in the context."""
        self.take()
        env, size = self.env, self.linear
        base = 0x1000_0000 + 0x10000 * len(env.regions)
        self.region = Region("packet", "packet", self.data[:size], bytearray(b"\1" * size), True, base)
        env.regions.append(self.region)
        at = 0 if self.prog_type == "XDP" else 76
        ends = base.to_bytes(4, "little") + (base + size).to_bytes(4, "little")
        self.ctx.data[at : at + 8] = ends
        if self.prog_type != "XDP":
            self.ctx.data[0:4] = len(self.data).to_bytes(4, "little")

    def take(self) -> None:
        """What the program has written belongs to the packet; its pointers are void."""
        if self.region is not None:
            self.data[: len(self.region.data)] = self.region.data
            self.region.data, self.region.known = bytearray(), bytearray()
            self.region = None

    def bytes(self) -> bytes:
        """The packet as it is now."""
        size = len(self.region.data) if self.region is not None else 0
        return bytes(self.region.data if self.region is not None else b"") + bytes(self.data[size:])


def _load(packet: Packet, content: bytes, offset: int, to: Any, size: int) -> int:
    if offset > 0x7FFFFFFF or offset + size > len(content):
        write(to, bytes(size))
        return _EFAULT
    write(to, content[offset : offset + size])
    return 0


def _load_bytes(packet: Packet, args: list[Any]) -> int:
    _, offset, to, size = args
    return _load(packet, packet.bytes(), offset % 2**32, to, size)


def _load_bytes_relative(packet: Packet, args: list[Any]) -> int:
    _, offset, to, size, begin = args
    linear = packet.bytes()[: packet.linear]
    return _load(packet, linear if begin == 1 else packet.before + linear, offset % 2**32, to, size)


def _pull_data(packet: Packet, args: list[Any]) -> int:
    size = args[1] % 2**32 or packet.linear
    result = 0
    if size > len(packet.data):
        result = _ENOMEM
    else:
        packet.take()
        packet.linear = max(packet.linear, size)
    packet.place()
    return result


def _store_bytes(packet: Packet, args: list[Any]) -> int:
    _, offset, source, size, _ = args
    packet.take()
    inside = offset + size <= len(packet.data)
    if inside:
        packet.data[offset : offset + size] = read(source, size)
    packet.place()
    return 0 if inside else _EFAULT


def _adjust_head(packet: Packet, args: list[Any]) -> int:
    delta = signed(args[1] % 2**64)
    packet.take()
    fits = delta + packet.head >= -_XDP_HEADROOM and len(packet.data) - delta >= _ETH
    if fits:
        packet.data = packet.data[delta:] if delta >= 0 else bytearray(-delta) + packet.data
        packet.linear = len(packet.data)
        packet.head += delta
    packet.place()
    return 0 if fits else _EINVAL


def _adjust_tail(packet: Packet, args: list[Any]) -> int:
    delta = signed(args[1] % 2**64)
    packet.take()
    fits = delta + packet.tail <= _XDP_TAILROOM and len(packet.data) + delta >= _ETH
    if fits:
        packet.data = packet.data[: len(packet.data) + delta] + bytearray(max(0, delta))
        packet.linear = len(packet.data)
        packet.tail += delta
    packet.place()
    return 0 if fits else _EINVAL


# ---------------------------------------------------------------- checksums


def _fold(total: int) -> int:
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def _words(data: bytes) -> int:
    return sum(int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2))


def _replace(packet: Packet, offset: int, old: int, new: int, skip_zero: bool) -> int:
    """The checksum at an offset, by what is taken out and put in. With `skip_zero` one of 0 stands for none."""
    if offset + 2 > len(packet.data):
        return _EFAULT
    held = int.from_bytes(packet.data[offset : offset + 2], "little")
    if skip_zero and not held:
        return 0
    total = (held ^ 0xFFFF) + (_fold(old) ^ 0xFFFF) + _fold(new)
    result = _fold(total) ^ 0xFFFF
    packet.data[offset : offset + 2] = (result or (0xFFFF if skip_zero else 0)).to_bytes(2, "little")
    return 0


def _csum_replace(layer4: bool) -> Any:
    def stub(packet: Packet, args: list[Any]) -> int:
        _, offset, old, new, flags = args
        size, skip_zero = flags & 0xF, layer4 and bool(flags & 0x20)  # BPF_F_HDR_FIELD_MASK, BPF_F_MARK_MANGLED_0
        if size not in (0, 2, 4):
            return _EINVAL
        packet.take()
        mask = (1 << 8 * (size or 4)) - 1
        result = _replace(packet, offset, old & mask if size else 0, new & mask, skip_zero)
        packet.place()
        return result

    return stub


def _csum_diff(packet: Packet, args: list[Any]) -> int:
    source, source_size, target, target_size, seed = args
    if source_size % 4 or target_size % 4:
        return _EINVAL
    old = _words(read(source, source_size)) if source_size else 0
    new = _words(read(target, target_size)) if target_size else 0
    return _fold((_fold(old) ^ 0xFFFF) + new + seed) if source_size else _fold(new + seed)


def _redirect(packet: Packet, args: list[Any]) -> int:
    if packet.prog_type == "XDP":
        return 4 if not args[1] else 0
    return 7 if not args[1] & ~1 else 2


_STUBS: dict[str, Any] = {
    "skb_load_bytes":          _load_bytes,
    "skb_load_bytes_relative": _load_bytes_relative,
    "skb_pull_data":           _pull_data,
    "skb_store_bytes":         _store_bytes,
    "xdp_adjust_head":         _adjust_head,
    "xdp_adjust_tail":         _adjust_tail,
    "l3_csum_replace":         _csum_replace(False),
    "l4_csum_replace":         _csum_replace(True),
    "csum_diff":               _csum_diff,
    "redirect":                _redirect,
}  # fmt: skip

__all__ = ["Packet"]
