"""`rucy.load`, from a file to what it gives and to its end, on the running kernel."""

from __future__ import annotations

import gc
import os
import re
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import rucy
from tests.api.files import MARK, NOBODY, calls, gone, nothing_left, ours, own, written
from tests.load.child import in_child
from tests.load.firing import inside_cgroup, open_urandom, own_network, refused_by_kernel, send_datagram

pytestmark = pytest.mark.root

COUNTING = f"""\
COUNTS = hash default: 0
$seen = 0
{own('''
COUNTS[who] += 1
$seen += 1
''')}"""


def test_a_file_from_loading_to_its_end(tmp_path: Path) -> None:
    with nothing_left(), rucy.load(written(tmp_path, COUNTING)) as tool:
        assert list(tool.programs) == [f"{MARK}call"]
        program = tool.programs[f"{MARK}call"]
        assert (program.hook, program.line, program.loaded, program.attached) == ("syscall", 4, True, False)
        calls(0)
        assert dict(tool.COUNTS) == {}
        with tool.attach() as attached:
            assert [link.target for link in attached.links] == ["syscalls:sys_enter_getpgid"]
            assert program.attached
            calls(0, NOBODY, NOBODY)
            assert dict(tool.COUNTS) == {0: 1, NOBODY: 2}
        calls(0)
        assert (tool.COUNTS[0], tool.globals["seen"], program.attached) == (1, 3, False)
        with tool.programs[f"{MARK}call"].attach():
            calls(0)
        tool.attach(f"{MARK}call")
        calls(0)
        assert tool.COUNTS[0] == 3
        tool.detach()
        calls(0)
        assert tool.COUNTS[0] == 3
        assert ours() == [f"{MARK}call"[:15]]
        tool.attach()
    for use in (lambda: tool.COUNTS[0], lambda: tool.globals["seen"], lambda: tool.losses, tool.attach, tool.test_run):
        with pytest.raises(rucy.LoadError, match="closed") as caught:
            use()
        assert caught.value.status == 70
    tool.close()


def test_an_object_file_does_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTING)
    subprocess.run([sys.executable, "-m", "rucy", "object", path], check=True)
    with nothing_left(), rucy.load(tmp_path / "tool.o") as tool, tool.attach():
        calls(0, 0)
        assert (tool.COUNTS[0], tool.COUNTS[NOBODY], tool.globals["seen"]) == (2, 0, 2)


ONLY_RUN = f"""\
$seen = 0
section! "syscall"
def {MARK}run(ctx)
  $seen += 100
  7
end
{own("$seen += 1")}"""


def test_a_program_that_is_only_run_beside_others(tmp_path: Path) -> None:
    """From a Ruby file and from its object: the others are attached, and it runs when it is told to."""
    path = written(tmp_path, ONLY_RUN)
    subprocess.run([sys.executable, "-m", "rucy", "object", path], check=True)
    for each in (path, path.with_suffix(".o")):
        with nothing_left(), rucy.load(each) as tool, tool.attach() as attached:
            assert [link.target for link in attached.links] == ["syscalls:sys_enter_getpgid"]
            calls(NOBODY)
            assert (tool.globals["seen"], tool.test_run(f"{MARK}run").retval, tool.globals["seen"]) == (1, 7, 101)
            with pytest.raises(rucy.LoadError, match="a program of the kind `syscall` is only run"):
                tool.attach(f"{MARK}run")


def test_kinds_that_are_not_attached(tmp_path: Path) -> None:
    path = written(tmp_path, f'section! "uprobe//bin/sh:main"\ndef {MARK}p(ctx)\n  0\nend\n')
    with nothing_left(), rucy.load(path) as tool, pytest.raises(rucy.LoadError) as caught:
        tool.attach()
    assert caught.value.message == f"`{MARK}p` cannot be attached: Rucy attaches no programs of the kind `uprobe`"


def test_an_object_of_another_compiler() -> None:
    """Hand-built, without our notes."""
    from tests.load.programs import counting

    def load(path: str) -> None:
        with rucy.load(path) as tool:
            assert tool.test_run(data=bytes(64), repeat=3).retval == 5
            assert dict(tool.globals) == {"hits": 3, "want": 0}
            tool.globals["hits"] = 2**64 - 1
            assert tool.globals["hits"] == 2**64 - 1
            assert tool.losses == []

    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(counting("tc", 5))
        file.flush()
        load(file.name)


OPTIONS = f"""\
PORT = option :port, :u16
WHAT = option :what, :string, default: "none"
LOUD = option :loud, :bool
HOST = option :host, :ip4
WHO  = ARGV[0].to_i
SIZE = option :kernel, :u32, default: 4
SEEN = hash(:u64 => :u64, size: SIZE)
xdp(name: :{MARK}options) do
  puts "#{{WHAT}} #{{LOUD ? 1 : 0}} #{{WHO}}"
  puts PORT || 0, HOST ? 1 : 0
  :pass
end
"""


def lines_with(path: Path, **options: object) -> list[str]:
    with rucy.load(path, options={"kernel": 7}, **options) as tool:  # type: ignore[arg-type]
        tool.test_run(data=bytes(64))
        assert tool.SEEN.max_entries == 7
        return list(tool.output.read(0))


def test_options_and_constants(tmp_path: Path) -> None:
    path = written(tmp_path, OPTIONS)
    with nothing_left():
        assert lines_with(path) == ["none 0 0", "0", "0"]
        given = {"port": 80, "what": "it", "loud": True, "host": "10.0.0.1", "WHO": -5}
        assert lines_with(path, **given) == ["it 1 -5", "80", "1"]
        with rucy.load(path) as tool:
            assert [(each.line, each.code) for each in tool.warnings] == [(6, "computed-unset")]
        with rucy.load(path, WHO=1) as tool:
            assert tool.warnings == ()
    for wrong, said in (
        ({"port": 70000}, "`port` takes a number from 0 to 65535; not `70000`"),
        ({"port": True}, "`port` takes a value of type `u16`, not True"),
        ({"loud": 1}, "`loud` takes True or False, not 1"),
        ({"host": "x"}, "`host` takes an IPv4 address, such as 10.0.0.1; not `x`"),
        ({"prot": 1}, f"`{path}` has no option `prot`"),
    ):
        with pytest.raises(rucy.Error, match=re.escape(said)) as caught:
            rucy.load(path, options=wrong)
        assert caught.value.status == 2


def test_mistakes_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'xdp do\n  x = nothing\n  :pass\nend\nxdp { "a" + 1 }\n')
    with pytest.raises(rucy.CompileError) as caught:
        rucy.load(path)
    error = caught.value
    assert error.status == 1
    first = error.diagnostics[0]
    assert (first.file, first.line, first.column, first.severity) == (str(path), 3, 7, "error")
    assert [each.line for each in error.diagnostics] == [3, 6]
    assert f"{path}:3:7: error: {first.text}" in str(error)
    assert "x = nothing\n" in str(error)
    assert first.text in error.message


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rucy.load(tmp_path / "none.rb")
    (tmp_path / "x.o").write_bytes(b"x")
    with pytest.raises(rucy.LoadError, match="x.o") as caught:
        rucy.load(tmp_path / "x.o")
    assert caught.value.status == 1
    with pytest.raises(rucy.Error, match="x.o` is compiled") as compiled:
        rucy.load(tmp_path / "x.o", kernel="5.10")
    assert compiled.value.status == 2
    path = written(tmp_path, "xdp { :pass }\n")
    with pytest.raises(rucy.Error, match="`kernel` is a version") as wrong:
        rucy.load(path, kernel="new")
    assert wrong.value.status == 2
    with pytest.raises(rucy.Error, match="cannot read BTF from /no/such"):
        rucy.load(written(tmp_path, 'tp_btf("sys_enter") { nil }\n'), btf="/no/such")


MISSING = f"""\
section! "tracepoint/no/such"
class Record
  attr :id, :u64
end
def {MARK}none(record)
  return 0
end
"""


def test_what_the_kernel_refuses(tmp_path: Path) -> None:
    """A verifier's refusal has the Ruby line; a target that is not there, status 77; help stands in the traceback."""
    from tests.load.programs import refused

    (tmp_path / "bad.o").write_bytes(refused("r0 = r5\nexit"))
    with nothing_left(), pytest.raises(rucy.VerifierRefusal) as caught:
        rucy.load(tmp_path / "bad.o")
    assert (caught.value.status, caught.value.program) == (70, "bad")
    assert "R5 !read_ok" in caught.value.log
    path = written(tmp_path, MISSING)
    with nothing_left(), rucy.load(path) as tool, pytest.raises(rucy.LoadError, match="`no:such`") as missing:
        tool.attach()
    assert missing.value.status == 77


def test_attach_is_all_or_none(tmp_path: Path) -> None:
    with nothing_left(), rucy.load(written(tmp_path, COUNTING + MISSING)) as tool:
        with pytest.raises(rucy.LoadError, match="no:such"):
            tool.attach()
        calls(0)
        assert (dict(tool.COUNTS), tool.programs[f"{MARK}call"].attached) == ({}, False)
        with tool.attach(f"{MARK}call"):
            calls(0)
        assert dict(tool.COUNTS) == {0: 1}
        with pytest.raises(rucy.LoadError, match="no program `nobody`"):
            tool.attach("nobody")
        with pytest.raises(rucy.LoadError, match="2 programs"):
            tool.test_run()


def test_an_optional_program_is_left_out(tmp_path: Path) -> None:
    """Of an object that was compiled where the kernel had its tracepoint."""
    optional = f'tracepoint("syscalls:sys_enter_getppid", name: :{MARK}gone, optional: true) {{ nil }}\n'
    path = written(tmp_path, COUNTING + optional)
    subprocess.run([sys.executable, "-m", "rucy", "object", path], check=True)
    data = (tmp_path / "tool.o").read_bytes()
    (tmp_path / "tool.o").write_bytes(data.replace(b"sys_enter_getppid", b"sys_enter_getppix"))
    with nothing_left(), rucy.load(tmp_path / "tool.o") as tool, tool.attach() as attached:
        calls(0)
        assert (tool.COUNTS[0], [link.program for link in attached.links]) == (1, [f"{MARK}call"])
        assert {name: error.status for name, error in tool.left_out.items()} == {f"{MARK}gone": 77}


def test_exceptions_leave_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTING)
    with nothing_left(), pytest.raises(KeyError), rucy.load(path) as tool, tool.attach():
        calls(0)
        raise KeyError
    with nothing_left(), pytest.raises(KeyboardInterrupt), rucy.load(path) as tool:
        tool.attach()
        raise KeyboardInterrupt


def test_a_tool_that_nobody_holds_is_closed(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTING)
    with nothing_left(), pytest.warns(ResourceWarning, match="was not closed"):
        rucy.load(path).attach()
        gc.collect()


def test_a_cgroup(tmp_path: Path) -> None:
    path = written(tmp_path, f"cgroup_device(name: :{MARK}dev) {{ |d| !(d.major == 1 && d.minor == 9) }}\n")

    def body() -> None:
        with rucy.load(path) as tool, inside_cgroup() as group:
            with pytest.raises(rucy.LoadError, match="attaches to a cgroup") as caught:
                tool.attach()
            assert caught.value.status == 2 and "cgroup=" in caught.value.help
            open_urandom()
            with tool.attach(cgroup=group), refused_by_kernel():
                open_urandom()
            open_urandom()
            with tool.programs[f"{MARK}dev"].attach(cgroup=group), refused_by_kernel():
                open_urandom()
            open_urandom()

    in_child(body)
    gone()


def test_a_socket_filter(tmp_path: Path) -> None:
    """On an interface, and on a socket of our own, which gets nothing then."""
    path = written(tmp_path, f"SEEN = stats\nsocket_filter(name: :{MARK}filter) do |packet|\n  SEEN << packet.len\n  0\nend\n")

    def body() -> None:
        own_network()
        with rucy.load(path) as tool:
            with tool.attach(interface="lo"):
                send_datagram()
            seen = tool.SEEN.read()
            assert seen.number >= 1 and seen.min > 0, seen
            send_datagram()
            assert tool.SEEN.read() == seen
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM
            ) as sender:
                receiver.bind(("127.0.0.1", 0))
                with tool.programs[f"{MARK}filter"].attach(socket=receiver):
                    sender.sendto(b"x", receiver.getsockname())
                sender.sendto(b"y", receiver.getsockname())
                assert receiver.recv(10, socket.MSG_DONTWAIT) == b"y"
            assert tool.SEEN.read().number == seen.number + 1

    in_child(body)
    gone()


def test_test_run(tmp_path: Path) -> None:
    path = written(tmp_path, f"xdp(name: :{MARK}xdp) {{ |packet| packet.u8(12) == 8 ? :drop : :tx }}\n")
    with nothing_left(), rucy.load(path) as tool:
        assert tool.test_run(data=bytes(64)).retval == 3
        done = tool.test_run(f"{MARK}xdp", data=bytes(12) + b"\x08" + bytes(51), repeat=10)
        assert (done.retval, len(done.data_out)) == (1, 64)
        assert tool.programs[f"{MARK}xdp"].stats.xlated_len > 0
        with pytest.raises(rucy.LoadError):
            tool.test_run(data=b"x")


def test_test_run_with_a_context(tmp_path: Path) -> None:
    text = f"$number = 0\nraw_tracepoint(\"sys_enter\", name: :{MARK}raw) {{ |regs, number| $number = number }}\n"
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool:
        assert tool.test_run(ctx=bytes(8) + (-7).to_bytes(8, "little", signed=True)).retval == 0
        assert tool.globals["number"] == -7


def test_globals(tmp_path: Path) -> None:
    text = f"""\
class Conf
  attr :limit, :u32
  attr :name,  [:char, 8]
  attr :host,  :ip4
end
$conf  = Conf.new(limit: 5, name: "first")
$hits  = [0] * 3
$big   = 18446744073709551615
$less  = -1
$on    = false
$text  = "abcdefg"
PORT   = option :port, :u16, default: 1
{own('''
$hits[1] += $conf.limit if $on
$less = who
$big += PORT
$text = "seen" if $text == "look"
''')}"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        live = tool.globals
        assert set(live) == {"conf", "hits", "big", "less", "on", "text"}
        assert (live["big"], live["less"], live["on"], live["text"], live["hits"]) == (2**64 - 1, -1, False, "abcdefg", (0, 0, 0))
        assert (live["conf"].limit, live["conf"].name, live["conf"].host) == (5, "first", "0.0.0.0")
        live["on"] = True
        live["text"] = "look"
        live["conf"] |= {"limit": 2**32 - 1, "host": "10.1.2.3"}
        calls(-7)
        assert live["hits"] == (0, 2**32 - 1, 0)
        assert (live["less"], live["big"], live["text"]) == (-7, 0, "seen")
        assert live["conf"] == tool.struct("Conf")(limit=2**32 - 1, name="first", host="10.1.2.3")
        for name, wrong, kind in (
            ("text", "x" * 50, ValueError), ("on", 1, TypeError), ("conf", {"limits": 1}, TypeError), ("conf", 5, TypeError),
            ("big", -1, ValueError), ("less", 2**63, ValueError), ("hits", [1] * 4, ValueError),
            ("conf", {"host": "x"}, ValueError), ("none", 1, KeyError), ("PORT", 1, KeyError),
        ):  # fmt: skip
            with pytest.raises(kind, match=name):
                live[name] = wrong
        with pytest.raises(TypeError):
            del live["big"]


def test_losses(tmp_path: Path) -> None:
    text = f"""\
class Call
  attr :words, [:u64, 100]
end
CALLS = ringbuf Call, size: 4096
FEW   = hash(:u64 => :u64, size: 2)
{own('''
CALLS << Call.new
FEW[who & 0xff] = 1
''')}"""
    with nothing_left(), rucy.load(written(tmp_path, text)) as tool, tool.attach():
        assert (tool.losses, tool.CALLS.lost) == ([], 0)
        calls(*range(NOBODY, NOBODY + 10))
        got = len(list(tool.CALLS.read(0)))
        assert 0 < got < 10
        assert tool.CALLS.lost == 10 - got
        assert {(loss.kind, loss.name): loss.times for loss in tool.losses} == {
            ("insert", "FEW"): 8, ("record", "CALLS"): 10 - got,
        }  # fmt: skip
        assert "8 inserts into `FEW` were refused: the map was full" in [loss.text for loss in tool.losses]


def test_memory_is_flat(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTING + own("puts who", "says"))
    subprocess.run([sys.executable, "-m", "rucy", "object", path], check=True)

    def once() -> None:
        with rucy.load(tmp_path / "tool.o") as tool, tool.attach():
            calls(0)
            assert tool.COUNTS[0] == 1
            assert tool.output.get(1) == "0"

    for _ in range(10):
        once()
    gc.collect()
    before = resident()
    with nothing_left():
        for _ in range(60):
            once()
        gc.collect()
        assert resident() - before < 1 << 20


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_without_root(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTING)
    subprocess.run([sys.executable, "-m", "rucy", "object", path], check=True)
    data = (tmp_path / "tool.o").read_bytes()

    def body() -> None:
        file = f"/tmp/{MARK}nobody.o"
        Path(file).write_bytes(data)
        os.setuid(65534)
        with pytest.raises(rucy.LoadError, match="permit") as caught:
            rucy.load(file)
        assert caught.value.status == 77 and "root" in caught.value.help

    try:
        in_child(body)
    finally:
        Path(f"/tmp/{MARK}nobody.o").unlink()
