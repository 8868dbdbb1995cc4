"""How a tool ends when something is wrong: each row makes it happen to a built tool on the running kernel, and says the status,
the lines on standard error, and that nothing is left in the kernel. bpftool is the witness: of the programs and maps by their
names, which are this test run's alone, and of the links by the numbers that the tool's descriptors had."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rucy.loader.probe import cgroup2_mount
from tests.runtime.tool import CHECKOUT, HEAD, ME, Ended, ask, attached, build

pytestmark = pytest.mark.root

#: Of programs, and of constants: the kernel knows maps by them, and cuts names at 15 characters.
NAME = f"e{ME % 10**7}"
MAP = f"E{ME % 10**7}"

PROBE = f'syscall "getpgid", name: :{NAME}p do |who|\n'

#: Counts, prints what it was asked for, and waits.
PLAIN = f"""\
{MAP}_N = hash(:u64 => :u64, default: 0)
{PROBE}  if pid == ME
    {MAP}_N[who] += 1
    puts who
  end
end
at_exit {{ puts "over" }}
wait
"""


class Row(NamedTuple):
    text: str
    status: int
    err: list[str] = []  # regular expressions, one for each line
    out: str | None = None  # None: whatever it is
    during: Callable[[subprocess.Popen[str]], object] | None = None  # once it is attached; None: it ends by itself
    wrapped: tuple[str, ...] = ()  # what starts it: its words come last
    stdout: str = "pipe"  # pipe, full, closed or unread
    options: tuple[str, ...] = ()


def sends(number: int, *asked: int) -> Callable[[subprocess.Popen[str]], object]:
    def send(process: subprocess.Popen[str]) -> None:
        ask(asked)
        process.send_signal(number)

    return send


def stopped(process: subprocess.Popen[str], count: int) -> None:
    """The tool takes no record while there are so many."""
    process.send_signal(signal.SIGSTOP)
    ask([1] * count)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGCONT)


def _hides(*places: str) -> tuple[str, ...]:
    script = "".join(f"mount -t tmpfs none {place} && " for place in places) + 'exec "$0" "$@"'
    return ("unshare", "--mount", "sh", "-c", script)


NOT_PERMITTED = [
    "TOOL: the kernel does not permit BPF objects",
    r"  help: run it as root \(or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN\)",
]
NO_TYPES = r"TOOL: this kernel does not tell its types \(/sys/kernel/btf/vmlinux\)"
NO_SPACE = "TOOL: standard output cannot be written: No space left on device"

ROWS = {
    "kill -9": Row(PLAIN, -signal.SIGKILL, during=sends(signal.SIGKILL, 7)),
    "Ctrl-C": Row(PLAIN, 0, out="7\n9\nover\n", during=sends(signal.SIGINT, 7, 9)),
    "SIGTERM": Row(PLAIN, 0, out="7\nover\n", during=sends(signal.SIGTERM, 7)),
    "SIGHUP": Row(PLAIN, 0, out="over\n", during=sends(signal.SIGHUP)),
    "a signal that nobody catches": Row(PLAIN, -signal.SIGUSR2, during=sends(signal.SIGUSR2)),
    "an exception before anything is attached": Row(
        f"{PROBE}end\nraise ArgumentError, \"not so\"\n", 1, [r"tool\.rb:5: not so \(ArgumentError\)"], ""
    ),
    "an exception behind loading": Row(
        PLAIN.replace("wait\n", f"p {MAP}_N[1]\nno = nil\nno.size\n"), 1,
        [r"tool\.rb:13: undefined method 'size' for nil \(NoMethodError\)"], "0\nover\n",
    ),
    "an exception in a record's block": Row(
        f"class {MAP}\n  attr :who, :u64\nend\n{MAP}_R = ringbuf {MAP}\n"
        f"{PROBE}  {MAP}_R << {MAP}.new(who: who) if pid == ME\nend\n"
        f'{MAP}_R.each {{ |e| raise "no #{{e.who}}" }}\n', 1, [r"tool\.rb:10: no 4 \(RuntimeError\)"],
        "", lambda process: ask([4, 5]),
    ),
    "an exception in a timer": Row(
        f"{PROBE}end\nevery(0.01) {{ Integer([]) }}\nwait\n", 1, [r"tool\.rb:5: .* \(TypeError\)"],
        during=lambda process: None,
    ),
    "an exception in at_exit": Row(
        f'{PROBE}end\nat_exit {{ puts "still" }}\nat_exit {{ raise "late" }}\nwait\n', 1, [r"tool\.rb:6: late \(RuntimeError\)"],
        "still\n", sends(signal.SIGINT),
    ),
    "a full ring": Row(
        f"class {MAP}\n  attr :who, [:u64, 32]\nend\n{MAP}_R = ringbuf {MAP}, size: 4096\n{PROBE}"
        f"  {MAP}_R << {MAP}.new if pid == ME\nend\nn = 0\n{MAP}_R.on {{ n += 1 }}\nwait\nputs n\n",
        0, [rf"TOOL: 3 records of `{MAP}_R` were dropped: the ring was full"], "15\n",
        lambda process: stopped(process, 18),
    ),
    "a full map": Row(
        f"{MAP}_N = hash(:u64 => :u64, size: 2, default: 0)\n{PROBE}  {MAP}_N[who] += 1 if pid == ME\nend\nwait\n",
        0, [rf"TOOL: 3 inserts into `{MAP}_N` were refused: the map was full"], "", sends(signal.SIGINT, 1, 2, 3, 4, 5),
    ),
    "a full map that the user half fills": Row(
        f"{MAP}_N = hash(:u64 => :u64, size: 2)\n{PROBE}  {MAP}_N[who]\nend\n3.times {{ |n| {MAP}_N[n] = n }}\n",
        1, [rf"tool\.rb:7: the map `{MAP}_N` cannot be written: it has room for 2 entries \(Rucy::MapError\)"],
        "",
    ),
    "a kind of program that is not attached": Row(
        f'section! "uprobe//bin/sh:main"\ndef {NAME}p(ctx)\n  0\nend\nwait\n', 1,
        [rf"TOOL: `{NAME}p` cannot be attached: Rucy attaches no programs of the kind `uprobe`",
         "  help: `rucy object FILE.rb` makes an object for libbpf or bpftool, which may attach it"],
    ),
    "nothing but what is only run": Row(
        f'section! "syscall"\ndef {NAME}p(ctx)\n  0\nend\n', 1,
        [r"TOOL: no program of `tool\.rb` attaches",
         "  help: each is optional and left out, has `attach: false`, or is only run"],
    ),
    "what is only run, attached": Row(
        f'section! "syscall"\ndef {NAME}p(ctx)\n  0\nend\nattach :{NAME}p\n', 1,
        [rf"TOOL: `{NAME}p` cannot be attached: a program of the kind `syscall` is only run",
         "  help: `tool.test_run` of `rucy.load` in Python runs it"],
    ),
    "no right at all": Row(PLAIN, 77, NOT_PERMITTED, "over\n", wrapped=("setpriv", "--reuid=65534", "--clear-groups", "--")),
    "root without the rights": Row(
        PLAIN, 77, NOT_PERMITTED, "over\n",
        wrapped=("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"),
    ),
    "no tracefs": Row(
        PLAIN, 77, ["TOOL: this kernel has no tracefs", "  help: it needs CONFIG_TRACING=y"], "over\n",
        wrapped=_hides("/sys/kernel"),
    ),
    "no BTF": Row(
        f"$parent = 0\n{PROBE}  $parent = current_task.real_parent.tgid if pid == ME\nend\nwait\n", 77,
        [NO_TYPES, "  help: name a file of them: --btf FILE; .*"], "",
        wrapped=_hides("/sys/kernel/btf"),
    ),
    "no BTF for a hook that needs it": Row(
        f"fentry(\"do_nanosleep\", name: :{NAME}f) {{ }}\nwait\n", 77,
        [NO_TYPES, "  help: it needs CONFIG_DEBUG_INFO_BTF=y: .*"], "",
        wrapped=_hides("/sys/kernel/btf"),
    ),
    "a disk that is full": Row(
        PLAIN.replace("wait\n", 'puts "begins"\nwait\n'), 1, [NO_SPACE],
        stdout="full", during=lambda process: None,
    ),
    "a disk that is full at the end": Row(
        f'{PROBE}end\npoll 0\nputs "all"\nexit\n', 1, [NO_SPACE],
        stdout="full",
    ),
    "no standard output": Row(
        f'{PROBE}end\npoll 0\nputs "all"\nexit\n', 1, ["TOOL: standard output cannot be written: Bad file descriptor"],
        stdout="closed",
    ),
    "a closed pipe": Row(
        f'{PROBE}end\nevery(0.01) {{ puts "more" }}\nwait\n', 141, [], stdout="unread", during=lambda process: None,
    ),
    "a closed pipe while the kernel's trace is read": Row(
        f'{PROBE}  printk "who %d", 1\nend\nevery(0.01) {{ puts "more" }}\nwait\n', 141, [], stdout="unread",
        during=lambda process: None,
    ),
}  # fmt: skip


def run(row: Row, tool: Path, options: tuple[str, ...] = ()) -> Ended:
    """To the end, whatever happens to it."""
    if row.stdout == "unread":
        read, write = os.pipe()
        os.close(read)
    else:
        write = os.open("/dev/full", os.O_WRONLY) if row.stdout == "full" else subprocess.PIPE
    words = [*row.wrapped, str(tool), *row.options, *options]
    if row.stdout == "closed":
        words = ["sh", "-c", 'exec "$0" "$@" >&-', *words]
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": write, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, text=True, env={"PATH": os.environ["PATH"]}, **pipes) as process:
        try:
            links: list[int] = []
            if row.during is not None:
                attached(process)
                links = held_links(process.pid)
                row.during(process)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    if write >= 0:
        os.close(write)
    gone(links, process.pid)
    return Ended(process.returncode, out or "", err)


def held_links(pid: int) -> list[int]:
    """The kernel's numbers of the links that a process holds; [] of one that has ended."""
    found: list[int] = []
    try:
        for entry in Path(f"/proc/{pid}/fdinfo").iterdir():
            found += map(int, re.findall(r"^link_id:\s+(\d+)$", entry.read_text(), re.M))
    except OSError:
        return []
    return found


def bpftool(*words: str) -> Any:
    done = subprocess.run(["bpftool", "-j", *words], capture_output=True, text=True)
    return json.loads(done.stdout.strip() or "[]")


def remains(links: list[int]) -> list[str]:
    found = [f"prog {each['name']}" for each in bpftool("prog", "show") if str(each.get("name", "")).startswith(NAME)]
    found += [f"map {each['name']}" for each in bpftool("map", "show") if str(each.get("name", "")).startswith(MAP)]
    return found + [f"link {each['id']}" for each in bpftool("link", "show") if each.get("id") in links]


def gone(links: list[int], pid: int) -> None:
    """The kernel frees what nobody holds a little later (RCU)."""
    end = time.monotonic() + 30
    while left := remains(links):
        assert time.monotonic() < end, left
        time.sleep(0.05)
    assert not [each for each in Path("/sys/fs/bpf").glob("*") if each.name.startswith((NAME, MAP))]
    assert not [*Path("/sys/kernel/tracing/instances").glob(f"rucy-{pid}-*")]


def check(row: Row, ended: Ended, name: str) -> None:
    lines = [line for line in ended.err.splitlines() if not line.startswith("  from ")]
    assert ended.status == row.status, ended
    assert len(lines) == len(row.err), lines
    for pattern, line in zip(row.err, lines):
        assert re.fullmatch(pattern.replace("TOOL", name), line), (pattern, line)
    assert row.out is None or ended.out == row.out


@pytest.mark.parametrize("case", ROWS)
def test_a_tool_ends(case: str, tmp_path: Path) -> None:
    row = ROWS[case]
    tool = build(tmp_path, row.text)
    for each in (tmp_path, *tmp_path.parents):
        if each != Path("/tmp") and each != Path("/"):
            each.chmod(0o755)  # for those who are not root
    check(row, run(row, tool), "tool")


# ---------------------------------------------------------------- places


@contextmanager
def interface(letter: str = "") -> Iterator[str]:
    name = f"re{ME % 100000}{letter}"
    subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", "name", name + "p"], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "link", "del", name], capture_output=True)


@contextmanager
def cgroup() -> Iterator[str]:
    path = Path(cgroup2_mount() or "/") / f"rucy_endings_{ME}"
    path.mkdir()
    try:
        yield str(path)
    finally:
        if path.exists():
            path.rmdir()


PLACES = {
    "xdp": ("--interface", "xdp(name: :NAME) { |pkt| :pass }\nwait\n"),
    "tc": ("--interface", "tc_ingress(name: :NAME) { |pkt| pkt.size == 9999 ? :stolen : :ok }\nwait\n"),
    "tcx": ("--interface", "tc_ingress(name: :NAME) { |pkt| :shot }\nwait\n"),
    "socket": ("--interface", "socket_filter(name: :NAME) { |pkt| 0 }\nwait\n"),
    "cgroup": ("--cgroup", "cgroup_device(name: :NAME) { |dev| true }\nwait\n"),
}
CALLED = {"--interface": (interface, "network interface"), "--cgroup": (cgroup, "cgroup")}


def vanish(place: str) -> None:
    if place.startswith("/"):
        Path(place).rmdir()
    else:
        subprocess.run(["ip", "link", "del", place], check=True)


@pytest.mark.parametrize("kind", PLACES)
def test_a_place_that_vanishes(kind: str, tmp_path: Path) -> None:
    option, text = PLACES[kind]
    make, what = CALLED[option]
    tool = build(tmp_path, text.replace("NAME", f"{NAME}v"))
    with make() as place:
        said = f"TOOL: the {what} `{place}` is gone, and `{NAME}v` is no longer attached"
        row = Row(text, 1, [said], "", lambda process: vanish(place), options=(option, place))
        check(row, run(row, tool), "tool")


def test_what_is_attached_elsewhere_goes_on(tmp_path: Path) -> None:
    tool = build(tmp_path, PLACES["xdp"][1].replace("NAME", f"{NAME}v").replace("wait\n", "") + PLAIN)
    with interface() as place:
        said = f"TOOL: the network interface `{place}` is gone, and `{NAME}v` is no longer attached"

        def during(process: subprocess.Popen[str]) -> None:
            vanish(place)
            assert process.stderr is not None
            assert process.stderr.readline() == said.replace("TOOL", "tool") + "\n"
            ask([3])
            process.send_signal(signal.SIGINT)

        row = Row("", 0, [], "3\nover\n", during, options=("--interface", place))
        check(row, run(row, tool), "tool")


def test_one_of_two_interfaces_vanishes(tmp_path: Path) -> None:
    """The program stays on the other, whichever was first."""
    text = f"""\
xdp(name: :{NAME}v, attach: false) {{ |packet| :pass }}
attach :{NAME}v, interface: ARGV[0]
attach :{NAME}v, interface: ARGV[1]
wait
"""
    tool = build(tmp_path, text)
    for gone_first in (0, 1):
        with interface("a") as one, interface("b") as two:
            goes, stays = ((one, two), (two, one))[gone_first]
            said = f"tool: the network interface `{goes}` is gone, and `{NAME}v` is no longer attached"

            def during(process: subprocess.Popen[str], goes: str = goes, stays: str = stays, said: str = said) -> None:
                vanish(goes)
                assert process.stderr is not None
                assert process.stderr.readline() == said + "\n"
                assert seen(bpftool("net", "show", "dev", stays))
                process.send_signal(signal.SIGINT)

            row = Row("", 0, [], "", during, options=("--", one, two))
            check(row, run(row, tool), "tool")
            assert not seen(bpftool("net", "show", "dev", stays))


@pytest.mark.parametrize("kind", PLACES)
def test_a_place_is_let_go(kind: str, tmp_path: Path) -> None:
    """bpftool sees the program there while the tool runs, and nothing afterwards."""
    option, text = PLACES[kind]
    make, _ = CALLED[option]
    tool = build(tmp_path, text.replace("NAME", f"{NAME}v"))
    with make() as place:
        where = ("cgroup", "show", place) if kind == "cgroup" else ("net", "show", "dev", place)

        def during(process: subprocess.Popen[str]) -> None:
            if kind not in ("socket", "tcx"):  # which this bpftool may not list
                assert seen(bpftool(*where)), where
            assert any(each.startswith("prog ") for each in remains([]))
            process.send_signal(signal.SIGTERM)

        row = Row(text, 0, [], "", during, options=(option, place))
        check(row, run(row, tool), "tool")
        assert not seen(bpftool(*where))


def seen(listed: Any) -> bool:
    """Is a program in what bpftool lists of a place?"""
    if isinstance(listed, dict):
        return "id" in listed or "prog_id" in listed or any(seen(each) for each in listed.values())
    return isinstance(listed, list) and any(seen(each) for each in listed)


# ---------------------------------------------------------------- `rucy run`


@pytest.mark.parametrize("case", [
    "kill -9", "Ctrl-C", "an exception in a record's block", "root without the rights", "a disk that is full", "a closed pipe",
])  # fmt: skip
def test_rucy_run_ends_alike(case: str, tmp_path: Path) -> None:
    row = ROWS[case]
    source, script = tmp_path / "tool.rb", tmp_path / "run"
    source.write_text(HEAD + row.text)
    script.write_text(f'#!/bin/sh\nPYTHONPATH={CHECKOUT}/src exec {sys.executable} -m rucy run {source} "$@"\n')
    script.chmod(0o755)
    err = [each.replace(r"tool\.rb", r".*tool\.rb") for each in row.err]
    check(row._replace(err=err), run(row, script), "(rucy|tool.rb|tool)")
