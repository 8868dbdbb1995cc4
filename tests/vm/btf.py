"""A kernel's BTF, read out of its image without booting it.

In: the bzImage of a `Kernel`. Out: the bytes of /sys/kernel/btf/vmlinux, as a file for `--btf`, in .cache/btf.
The image's layout is that of Linux's Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, "HdrS" at 0x202,
payload_offset at 0x248 and payload_length at 0x24c; the payload is a compressed ELF file followed by its length.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import subprocess
from pathlib import Path

from elftools.elf.elffile import ELFFile

from tests.vm.kernels import CHECKOUT, HOST, get

_RUNNING = Path("/sys/kernel/btf/vmlinux")


def kernel_btf(name: str) -> Path:
    """The BTF file of a kernel of the list, or of the running one for `host`. Raises what `kernels.get` raises."""
    if name == HOST:
        return _RUNNING
    kernel = get(name)
    held = CHECKOUT / ".cache" / "btf" / f"{kernel.release}.btf"
    if not held.exists():
        held.parent.mkdir(parents=True, exist_ok=True)
        new = held.with_suffix(".new")
        new.write_bytes(btf_section(vmlinux(kernel.image.read_bytes())))
        new.replace(held)
    return held


def vmlinux(image: bytes) -> bytes:
    """The ELF file inside a bzImage."""
    if image[0x202:0x206] != b"HdrS":
        raise ValueError("not a bzImage: no HdrS at 0x202")
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = image[start : start + length]
    (size,) = struct.unpack("<I", payload[-4:])
    elf = _decompressed(payload)
    if len(elf) != size or elf[:4] != b"\x7fELF":
        raise ValueError(f"the image's payload is not an ELF file of {size} bytes")
    return elf


def _decompressed(payload: bytes) -> bytes:
    """By its first bytes. The length that follows the compressed data is not part of it."""
    if payload[:6] == b"\xfd7zXZ\0":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(payload)
    if payload[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dcq"], input=payload[:-4], check=True, stdout=subprocess.PIPE).stdout
    if payload[:4] == b"\x02\x21\x4c\x18":
        return subprocess.run(["lz4", "-dcq"], input=payload[:-4], check=True, stdout=subprocess.PIPE).stdout
    if payload[:2] == b"\x1f\x8b":
        return gzip.decompress(payload)  # gzip's own trailer is that length
    if payload[:3] == b"BZh":
        return bz2.BZ2Decompressor().decompress(payload)
    raise ValueError(f"an image packed in a way not known here: {payload[:6].hex()}")


def btf_section(elf: bytes) -> bytes:
    section = ELFFile(io.BytesIO(elf)).get_section_by_name(".BTF")
    if section is None:
        raise ValueError("this kernel was built without BTF")
    data: bytes = section.data()
    return data
