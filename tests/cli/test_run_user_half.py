"""`rucy run` of a Ruby file: the executable that `rucy build` makes runs in its place."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rucy.bundle import bundle
from rucy.bundle import parts_of as parts_in
from rucy.cli.build import parts_of
from rucy.cli.runtime import find_runtime
from tests.cli.test_run import MARK
from tests.runtime.tool import attached

pytestmark = pytest.mark.root

ASKED = f"""\
license "GPL"
class Event
  attr :pid, :u32
  attr :who, :u64
end
LIMIT = option :limit, :u64, default: 3
LOUD = option :loud, :bool
WHO = ARGV[0].to_i
EVENTS = ringbuf Event
syscall "getpgid", name: :{MARK}asked do |who|
  next if who != WHO
  EVENTS << Event.new(pid: pid, who: who)
end
puts "waiting for #{{WHO}}#{{LOUD ? "!" : "."}}"
EVENTS.each.with_index(1) do |e, n|
  puts "#{{e.pid}} asked for #{{e.who}}"
  break if n == LIMIT
end
puts "the end"
"""

#: a process that nobody has
WHO = 4_100_017


def command(*words: str | Path) -> list[str]:
    return ["env", "--default-signal=INT,TERM", sys.executable, "-m", "rucy", "run", *map(str, words)]


def ask(count: int) -> None:
    for _ in range(count):
        with contextlib.suppress(OSError):
            os.getpgid(WHO)


def test_events_options_and_arguments(tmp_path: Path) -> None:
    (tmp_path / "asked.rb").write_text(ASKED)
    words = command(tmp_path / "asked.rb", "--limit", "2", "--loud", "--", str(WHO))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        attached(child)
        ask(2)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert out.splitlines() == [f"waiting for {WHO}!", *[f"{os.getpid()} asked for {WHO}"] * 2, "the end"]


def test_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "asked.rb").write_text(ASKED)
    with subprocess.Popen(command(tmp_path / "asked.rb", "--", str(WHO)), stdout=subprocess.PIPE, text=True) as child:
        attached(child)
        ask(1)
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert out.splitlines() == [f"waiting for {WHO}.", f"{os.getpid()} asked for {WHO}", "the end"]


def test_what_the_verifier_says(tmp_path: Path) -> None:
    """On standard error, and the user half runs: as of a tool, and of an object, where Python writes it."""
    text = f'license "GPL"\nCALLS = hash default: 0\nsyscall "getpgid", name: :{MARK}a do |who|\n  CALLS[who] += 1\nend\n'
    text += f'syscall "getsid", name: :{MARK}b do |who|\n  CALLS[who] += 1\nend\nputs "the user half"\n'
    (tmp_path / "two.rb").write_text(text)
    for words in (("build",), ("object",)):
        made = tmp_path / ("two" if words == ("build",) else "two.o")
        subprocess.run([sys.executable, "-m", "rucy", *words, tmp_path / "two.rb", "-o", made], check=True)
    words = ("--verifier-log", "--duration", "0.1")
    outputs = {}
    runs = {"rucy": command(tmp_path / "two.rb"), "two": [tmp_path / "two"], "rucy.o": command(tmp_path / "two.o")}
    for name, run in runs.items():
        done = subprocess.run([*run, *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0
        assert name == "rucy.o" or done.stdout == "the user half\n"
        parts = done.stderr.split(f"{name.removesuffix('.o')}: the verifier's log of ")
        assert [part.partition("\n")[0] for part in parts] == ["", f"`{MARK}a`:", f"`{MARK}b`:"]
        outputs[name] = [re.findall(r"^\d+: \(\w\w\)|^processed \d+ insns", part, re.MULTILINE) for part in parts]
        assert all(len(found) > 10 and found[-1].startswith("processed") for found in outputs[name][1:])
    assert outputs["rucy"] == outputs["two"] == outputs["rucy.o"]


@pytest.mark.parametrize(
    "words, status, said",
    [
        (("--limit", "many"), 2, "`--limit` takes "),
        (("--verifier-log=all",), 2, "`--verifier-log` takes no value"),
        (("--duration", "x"), 2, "`--duration` takes seconds"),
    ],
)
def test_wrong_words(tmp_path: Path, words: tuple[str, ...], status: int, said: str) -> None:
    (tmp_path / "asked.rb").write_text(ASKED)
    done = subprocess.run(command(tmp_path / "asked.rb", *words), capture_output=True, text=True, timeout=60)
    assert done.returncode == status and said in done.stderr and done.stdout == ""


def test_views_of_a_file_without_a_user_half(tmp_path: Path) -> None:
    """By the runtime, as of a tool that is built; objects have none."""
    (tmp_path / "seen.rb").write_text(
        f'license "GPL"\nSEEN = hash default: 0\nsyscall "getpgid" do |who|\n  SEEN[who] += 1 if pid == {os.getpid()}\nend\n'
    )
    process = subprocess.Popen(
        command(tmp_path / "seen.rb", "--top", "1", "--interval", "0.3"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    while "attached" not in process.stderr.readline():
        pass
    for who in (os.getpid(), os.getppid(), os.getppid()):
        os.getpgid(who)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    views = process.communicate(timeout=60)[0].rstrip("\n").split("\n\n")
    assert process.returncode == 0
    assert len(views) > 2 and views[-2:] == [f"SEEN:\n  {os.getppid()}  2"] * 2
    subprocess.run([sys.executable, "-m", "rucy", "object", tmp_path / "seen.rb", "-o", tmp_path / "seen.o"], check=True)
    done = subprocess.run(command(tmp_path / "seen.o", "--top", "1"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "`--top` is for Ruby files" in done.stderr


def test_a_name_that_the_kernel_cuts(tmp_path: Path) -> None:
    """A tool takes it, and so does the command."""
    (tmp_path / "any.rb").write_text('license "GPL"\nsyscall("getpgid") { |who| puts who }\n')
    words = command(tmp_path / "any.rb", "--comm", "n" * 70, "--duration", "0")
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_an_exception_has_the_line_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "wrong.rb").write_text(ASKED.replace('puts "the end"', "nil.keys"))
    done = subprocess.run(
        command(tmp_path / "wrong.rb", "--duration", "0.3", "--", "1"), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    line = ASKED.count("\n")
    assert f"wrong.rb:{line}: " in done.stderr and "keys" in done.stderr


def test_names_are_checked_before_anything_runs(tmp_path: Path) -> None:
    """The runtime's own list is kept; one that is damaged is asked for again."""
    (tmp_path / "wrong.rb").write_text(ASKED.replace('puts "the end"', "EVENTS.frist"))
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    kept = None
    for _ in range(3):
        done = subprocess.run(command(tmp_path / "wrong.rb"), capture_output=True, text=True, timeout=60, env=environment)
        assert (done.returncode, done.stdout) == (1, "")
        line = ASKED.count("\n")
        assert done.stderr.startswith(f"{tmp_path}/wrong.rb:{line}:8: error: no object of the user half has a method `frist`")
        (place,) = (tmp_path / "cache/rucy").glob("names-*.json")
        assert kept is None or place.read_bytes() == kept
        kept = place.read_bytes()
        place.write_bytes(kept[: len(kept) // 2])


def test_a_file_without_a_user_half_takes_the_same_way(tmp_path: Path) -> None:
    """The process is the runtime, by its name; what it tells has the name of the command, and the path as it was given."""
    probe = f'syscall("getpgid", name: :{MARK}way) {{ puts comm if pid == {os.getpid()} }}'
    (tmp_path / "seen.rb").write_text(f'license "GPL"\n{probe}\n')
    process = subprocess.Popen(command(tmp_path / "seen.rb"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    said = [process.stderr.readline() for _ in range(2)]
    assert said == [f"rucy: {MARK}way on syscalls:sys_enter_getpgid\n", "rucy: attached; Ctrl-C ends\n"]
    assert Path(f"/proc/{process.pid}/comm").read_text() == "rucy\n"
    words = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
    assert words[:4] == [b"rucy", b"--rucy-run", b"auto", bytes(tmp_path / "seen.rb")]
    os.getpgid(0)
    assert process.stdout.readline() == Path("/proc/thread-self/comm").read_text()
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=60) == ("", "") and process.returncode == 0


def test_a_source_that_can_be_read_once(tmp_path: Path) -> None:
    source = 'license "GPL"\nsyscall("getpgid") { }\nputs "from a pipe"\nexit\n'
    words = ["bash", "-c", '"$0" -m rucy run <(printf "%s" "$1")', sys.executable, source]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "from a pipe\n"), done.stderr


def test_a_runtime_of_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rucy.cli.main import main

    runtime = find_runtime(os.uname().machine)
    assert runtime is not None
    (tmp_path / "old").write_bytes(Path(runtime).read_bytes().replace(b"Rucy\0\0\0\0place", b"Rucy\0\0\0\0other"))
    (tmp_path / "seen.rb").write_text('license "GPL"\nsyscall("getpgid") { }\n')
    monkeypatch.setattr("rucy.cli.build.find_runtime", lambda arch, name="rucy": str(tmp_path / "old"))
    assert main(["run", str(tmp_path / "seen.rb")]) == 70
    assert capsys.readouterr().err == (
        f"rucy: `{tmp_path}/old` is no runtime of this version: it has no place for a tool\n  help: make it again: make runtime\n"
    )


def test_it_is_what_is_built(tmp_path: Path) -> None:
    """What `rucy run` becomes has the parts of the file that `rucy build` writes; the second form of the object, for `--pid` and
    `--comm`, is in what is built alone: who runs a file says which."""
    (tmp_path / "asked.rb").write_text(ASKED)
    build = [sys.executable, "-m", "rucy", "build", str(tmp_path / "asked.rb"), "-o", str(tmp_path / "asked")]
    subprocess.run(build, check=True)
    from rucy.pipeline import Options, compile_file

    arch = os.uname().machine
    compiled = compile_file(str(tmp_path / "asked.rb"), Options())
    runtime = find_runtime(arch)
    assert runtime is not None
    parts = parts_of(str(tmp_path / "asked.rb"), compiled.unit.file.text, compiled.data, compiled.user_half, arch)
    built = parts_in((tmp_path / "asked").read_bytes())
    second = {name: built.pop(name) for name in list(built) if name.startswith("selecting")}
    assert built == parts
    assert bundle(Path(runtime).read_bytes(), parts | second) == (tmp_path / "asked").read_bytes()
