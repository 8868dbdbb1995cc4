"""Programs of tests/run/calls: kernel functions, iterators, regions, dynptrs, each run in the kernel by BPF_PROG_TEST_RUN.

Lines `# $name == 3` at a file's head are what must be true of its globals afterwards, in Python; `pid` and `ppid` are the
process that runs them. All programs of an object are run, packets are `PACKET`; `$address` is where "hello" lies.
"""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "calls"

#: Ethernet, IPv4, UDP to port 53, and the bytes 0 to 63
PACKET = bytes.fromhex(
    "0200000000020200000000010800" "4500005c000040004011000a0a0000010a000002" "04d2003500480000"
) + bytes(range(64))  # fmt: skip

_EXPECTED = re.compile(r"^# (.*\$.*)$", re.MULTILINE)
_GLOBAL = re.compile(r"^\$(\w+) = (.+)$", re.MULTILINE)


def expectations(text: str) -> list[str]:
    return _EXPECTED.findall(text[: text.index("license")])


def run(data: bytes, text: str) -> dict[str, Any]:
    """Every program once; the globals afterwards."""
    from rucy.loader.objects import Loaded

    memory = ctypes.create_string_buffer(b"hello", 64)
    with Loaded.open_object(data) as loaded:
        loaded.load()
        if "$address = 0" in text:
            loaded.write_global("address", ctypes.addressof(memory).to_bytes(8, "little"))
        for program in loaded.programs:
            loaded.test_run(program.name, b"" if program.section == "syscall" else PACKET)
        return {name: _value(loaded.read_global(name), first) for name, first in _GLOBAL.findall(text)}


def _value(raw: bytes, first: str) -> Any:
    if first in ("true", "false"):
        return raw != b"\0"
    if first.startswith('"'):
        return raw.split(b"\0")[0].decode()
    return int.from_bytes(raw, "little", signed=True)


def failures(text: str, found: dict[str, Any]) -> list[str]:
    names: dict[str, Any] = {"true": True, "false": False, "pid": os.getpid(), "ppid": os.getppid(), "uid": os.getuid()}
    names |= {f"g_{name}": value for name, value in found.items()}
    wrong = [line for line in expectations(text) if not eval(re.sub(r"\$(\w+)", r"g_\1", line), {}, names)]
    return [f"{line}: {found}" for line in wrong]
