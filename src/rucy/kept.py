"""What is kept between runs, in the user's cache directory: files that are named by the content of what they were made of. One
that is missing, damaged or cannot be written costs time only.
"""

from __future__ import annotations

import os
import struct
from zlib import crc32

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than all that is kept to read
if TYPE_CHECKING:
    from mmap import mmap

_SAMPLES = 64
_SAMPLE_SIZE = 4096


def default_dir() -> str | None:
    """$XDG_CACHE_HOME/rucy or ~/.cache/rucy; None if there is no such place."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(root, "rucy") if os.path.isabs(root) else None


def content_key(data: bytes | mmap) -> bytes:
    """16 bytes that name the content: its length, a checksum of every byte and a BLAKE2 of 64 places of it.

    A BLAKE2 of all takes 12 ms of a compile for a kernel's 5 MB; this takes 3.
    """
    from _blake2 import blake2b

    size = len(data)
    digest = blake2b(struct.pack("<QI", size, crc32(data)), digest_size=16)
    if size <= _SAMPLES * _SAMPLE_SIZE:
        digest.update(data)
    else:
        view = memoryview(data)
        for sample in range(_SAMPLES):
            at = (size - _SAMPLE_SIZE) * sample // (_SAMPLES - 1)
            digest.update(view[at : at + _SAMPLE_SIZE])
    return digest.digest()


def write(path: str, data: bytes, mode: int = 0o666) -> None:
    """Written beside its place and renamed, so that a reader sees all of it or none. `mode`: of the file, before the umask."""
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(beside, "xb", buffering=0, opener=lambda place, flags: os.open(place, flags, mode)) as file:
            whole = file.write(data) == len(data)
        if whole:
            os.replace(beside, path)
        else:
            os.unlink(beside)
    except OSError:
        _forget(beside)


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


__all__ = ["content_key", "default_dir", "write"]
