"""Events that the table lacks: what their records hold is read from the running kernel. Here the table is made to lack some that
this kernel has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rucy.kernel import tracepoints
from rucy.pipeline import compile_file, options_for
from rucy.source import UserError

LACKING = """
import sys
import rucy.kernel.tracepoints as table
classes = table.classes
table.classes = lambda group, name: () if f"{group}:{name}" in %r else classes(group, name)
from rucy.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
EVENTS = ("sched:sched_process_exec", "sched:sched_process_exit", "raw_syscalls:sys_enter")

PROGRAM = """
license "GPL"
ME = option :me, :u32, default: 0
tracepoint "sched:sched_process_exec" do |e|
  puts "exec #{e.pid} #{e.filename}"
end
tracepoint "sched:sched_process_exit" do |e|
  puts "exit #{e.pid} #{e.comm} #{e.prio}"
end
tracepoint "raw_syscalls:sys_enter" do |e|
  puts "call #{e.args[0]} #{e.args[2]}" if e.id == %d && pid == ME
end
tracepoint("no_group:no_event", optional: true) { |e| puts e.nothing }
"""
SETPRIORITY = {"x86_64": 141, "aarch64": 140}[os.uname().machine]  # asm/unistd.h


@pytest.mark.root
def test_their_fields_are_read(tmp_path: Path) -> None:
    (tmp_path / "seen.rb").write_text(PROGRAM % SETPRIORITY)
    script = LACKING % (EVENTS,)
    words = [sys.executable, "-c", script, "run", str(tmp_path / "seen.rb"), "--me", str(os.getpid())]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        before = list(iter(process.stderr.readline, "rucy: attached; Ctrl-C ends\n"))
        assert sum("[event-of-this-kernel]" in line for line in before) == len(EVENTS)
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))
        fired = subprocess.Popen(["/bin/true"])
        fired.wait()
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[0].splitlines()
    assert f"exec {fired.pid} /bin/true" in said
    assert any(line.startswith(f"exit {fired.pid} true ") for line in said)
    assert f"call {os.PRIO_PROCESS} {os.getpriority(os.PRIO_PROCESS, 0) & 0xFFFFFFFF}" in said


@pytest.mark.root
def test_their_names_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracepoints, "classes", lambda group, name: ())
    path = tmp_path / "wrong.rb"
    path.write_text('license "GPL"\ntracepoint("sched:sched_process_exec") { |e| puts e.filenam }\n')
    with pytest.raises(UserError, match="event `sched:sched_process_exec` has no field `filenam`; did you mean `filename`"):
        compile_file(str(path), options_for())
    path.write_text('license "GPL"\ntracepoint("sched:sched_process_exex") { |e| puts e.pid }\n')
    with pytest.raises(UserError, match="there is no event"):
        compile_file(str(path), options_for())


def test_another_kernel_is_not_asked_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracepoints, "classes", lambda group, name: ())
    path = tmp_path / "other.rb"
    path.write_text('license "GPL"\ntracepoint("sched:sched_process_exec") { |e| puts e.pid }\n')
    with pytest.raises(UserError, match="there is no event"):
        compile_file(str(path), options_for(btf="/sys/kernel/btf/vmlinux"))


def test_offsets_that_are_told_from_behind_the_number(tmp_path: Path) -> None:
    """__rel_loc, which no event of Linux itself has: the instructions alone."""
    folder = tmp_path / "events/mine/one"
    folder.mkdir(parents=True)
    fields = ("unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;",
              "__rel_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;", "u16 few[3];\toffset:12;\tsize:6;\tsigned:0;",
              "__data_loc int[] many;\toffset:20;\tsize:4;\tsigned:1;", "unsigned char mac[6];\toffset:24;\tsize:6;\tsigned:0;",
              "__be16 port;\toffset:30;\tsize:2;\tsigned:0;", "bool ok;\toffset:32;\tsize:1;\tsigned:0;",
              "u32 none[0];\toffset:33;\tsize:0;\tsigned:0;")  # fmt: skip
    (folder / "format").write_text("name: one\nID: 1\nformat:\n" + "".join(f"\tfield:{field}\n" for field in fields))
    options = options_for()
    options = options._replace(target=options.target._replace(formats=str(tmp_path / "events")))
    path = tmp_path / "mine.rb"
    path.write_text('license "GPL"\ntracepoint("mine:one") { |e| puts e.name, e.few[1] }\n')
    from rucy.pipeline import disassemble_object

    listing = str(disassemble_object(compile_file(str(path), options).data))
    assert "+ 0x8)" in listing and "&= 0xffff" in listing and "+= 0xc" in listing and "+ 0xe)" in listing
    path.write_text('license "GPL"\ntracepoint("mine:one") { |e| puts e.mac[5] if e.ok && e.port == 80 }\n')
    types = compile_file(str(path), options)
    assert [one.code for one in types.diagnostics] == ["event-of-this-kernel"]
    path.write_text('license "GPL"\ntracepoint("mine:one") { |e| puts e.port + 1 }\n')
    with pytest.raises(UserError, match="network byte order"):
        compile_file(str(path), options)
    path.write_text('license "GPL"\ntracepoint("mine:one") { |e| puts e.many }\n')
    with pytest.raises(UserError, match="its fields|has no field"):
        compile_file(str(path), options)
