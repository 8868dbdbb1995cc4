"""What the running kernel is asked when an object is loaded, and programs that may sleep, on this kernel."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from pathlib import Path

import pytest

from tests.hooks.programs import compile_for
from tests.hooks.running import notes, running

_SLEEPS = """\
license "GPL"
class Buffer
  attr :text, [:u8, 16]
end
section! "syscall"
class Args
  attr :where, :u64
  attr :family, :u64
end
def prog(ctx)
  b = Buffer.new
  return -1 if copy_from_user(b, ctx.where) != 0
  b.text[0] * 1000 + ctx.where.as("struct sockaddr __user").sa_family
end
"""


@pytest.mark.root
def test_user_memory_is_copied_in_a_program_that_may_sleep(tmp_path: Path) -> None:
    """The second page of the memory is not there before it is read."""
    from rucy.cli.loading import open_tool
    from rucy.loader.files import ObjectFile

    (tmp_path / "tool.rb").write_text(_SLEEPS)
    data = compile_for(tmp_path / "tool.rb")
    where = ctypes.create_string_buffer(struct.pack("<HH", socket.AF_INET6, 1) + bytes(12))
    with open_tool(ObjectFile("tool.rb", data, notes(data), False)) as loaded:
        loaded.load()
        ran = loaded.test_run("prog", ctx_in=struct.pack("<QQ", ctypes.addressof(where), 0))
        assert ran.retval == socket.AF_INET6 * 1000 + socket.AF_INET6
        ran = loaded.test_run("prog", ctx_in=struct.pack("<QQ", 8, 0))
        assert ran.retval == 2**32 - 1


@pytest.mark.root
@pytest.mark.skipif(not os.path.exists("/proc/config.gz"), reason="this kernel does not show its configuration")
def test_configuration(tmp_path: Path) -> None:
    import gzip

    lines = gzip.decompress(Path("/proc/config.gz").read_bytes()).decode().splitlines()
    options = dict(line.removeprefix("CONFIG_").split("=", 1) for line in lines if line.startswith("CONFIG_"))
    (tmp_path / "tool.rb").write_text("""\
license "GPL"
$me = 0
syscall "getpgid" do
  next unless pid == $me
  printk "%d %s", kconfig(:HZ), kconfig(:LOCALVERSION, :string)
  printk "%d %d %d", kconfig(:BPF_SYSCALL, :bool) ? 1 : 0, kconfig(:NOT_THERE, :bool) ? 1 : 0, kconfig(:NOT_THERE_AT_ALL)
end
""")
    with running(compile_for(tmp_path / "tool.rb")) as run:
        os.getpgid(0)
        run.says([f"{options['HZ']} {options['LOCALVERSION'].strip(chr(34))}", "1 0 0"])
