"""Tables, rows in columns, and what is shown again and again: `table`, `columns`, `top`, `--top`, `--interval`; and `--pid` and
`--comm`, which select only where the program does."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.runtime.tool import ask, attached, build, run

pytestmark = pytest.mark.root

MAPS = """\
SEEN  = hash default: 0
ROWS  = array(:u64, 16)
SIZES = histogram(:log2)
BYWHO = histogram(:log2)
syscall "getpgid" do |who|
  next if pid != ME
  SEEN[who] += 1
  ROWS[who & 15] += 1
  BYWHO[who] << who
end
"""

TOP = """\
PID  = option :pid, :u32, desc: "only this process"
SEEN = hash default: 0
syscall "getpgid" do |who|
  next if PID && pid != PID
  next if pid != ME
  SEEN[who] += 1
end
top(60) do
  puts "WHO"
  table SEEN.sort_by { |who, n| -n }.map { |who, n| [who, n, "x" * 40] }
end
"""


def numbers(**times: int) -> list[int]:
    return [int(name[1:]) for name, count in times.items() for _ in range(count)]


def ask_and_wait(asked: list[int]) -> None:
    ask(asked)
    time.sleep(3)  # several intervals, on a busy machine too


def test_the_largest_alone(tmp_path: Path) -> None:
    tool = build(tmp_path, MAPS)
    asked = numbers(n5=1, n6=3, n7=2, n8=4)
    ended = run(tool, "--top", "2", during=lambda: ask(asked))
    found = [line for line in ended.out.splitlines() if "|" not in line]
    assert found == [
        "SEEN:", "  6  3", "  8  4", "ROWS:", "  6  3", "  8  4", "SIZES: empty", "BYWHO[6]:", "BYWHO[8]:",
    ]  # fmt: skip
    ended = run(tool, "--top=1", "--json", during=lambda: ask(asked))
    assert [len(json.loads(line).get("entries", [])) for line in ended.out.splitlines()] == [1, 1, 0, 1]


def test_maps_are_shown_at_intervals(tmp_path: Path) -> None:
    """They go on counting; the last is what there is at the end."""
    def during() -> None:
        ask_and_wait([5, 5])
        ask([6])

    text = 'SEEN = hash default: 0\nsyscall "getpgid" do |who|\n  SEEN[who] += 1 if pid == ME\nend\n'
    ended = run(build(tmp_path, text), "--interval", "0.5", during=during)
    shown = ended.out.split("\n\n")
    assert len(shown) >= 2
    assert "SEEN:\n  5  2" in shown[:-1]
    assert shown[-1] == "SEEN:\n  6  1\n  5  2\n"
    ended = run(build(tmp_path, text), "--interval", "0.5", "--json", during=during)
    assert [json.loads(line)["map"] for line in ended.out.splitlines()] == ["SEEN"] * len(ended.out.splitlines())
    assert len(ended.out.splitlines()) >= 2


def test_a_view_is_plain_where_there_is_no_terminal(tmp_path: Path) -> None:
    tool = build(tmp_path, TOP)
    ended = run(tool, "--interval", "0.4", "--top", "2", during=lambda: ask_and_wait(numbers(n5=1, n6=3, n7=2)))
    x = "x" * 40
    assert (ended.status, ended.err) == (0, "")
    views = ended.out.rstrip("\n").split("\n\n")
    assert len(views) >= 2
    assert {views[-2], views[-1]} == {f"WHO\n  6  3  {x}\n  7  2  {x}"}
    assert run(tool, "--duration", "0.2").out == "WHO\n"  # every minute, it says itself, and at the end


def test_a_view_is_drawn_over_on_a_terminal(tmp_path: Path) -> None:
    """Six rows of thirty columns: texts are cut, and what does not fit below is left out."""
    tool = build(tmp_path, TOP)
    terminal, other = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 6, 30, 0, 0))
    process = subprocess.Popen([tool, "--interval", "0.3"], env={}, stdout=other, stderr=subprocess.PIPE, text=True)
    os.close(other)
    attached(process)
    ask_and_wait(numbers(n5=1, n6=8, n7=7, n8=6, n9=5, n10=4, n11=3))
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0
    out = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other side is closed
            break
        out += piece
    os.close(terminal)
    views = out.decode().split("\033[H")
    assert views[0] == ""
    assert len(views) >= 3
    assert views[1].startswith("\033[2J")
    lines = views[-1].split("\r\n")
    assert lines[-1] == "\033[J"
    assert lines[0] == "WHO\033[K"
    assert [line.split()[:2] for line in lines[1:-1]] == [["6", "8"], ["7", "7"], ["8", "6"], ["9", "5"]]
    assert lines[1] == "  6  8  " + "x" * 21 + "…\033[K"


def test_tables(tmp_path: Path) -> None:
    text = """\
class Row
  attr :who, :u32
  attr :comm, [:char, 8]
end
ROWS = ringbuf Row
syscall "getpgid" do |who|
  ROWS << Row.new(who: who, comm: "a b") if pid == ME
end
table [["one", 1, 2.5], ["three", 20, 10.25]]
table [{ pid: 7, comm: "sh", n: 12 }, { pid: 1234, comm: "longer", n: 1 }]
table({ "a" => 1, "b" => 22 })
table []
table [{ a: 1, b: nil }, { a: 2, c: "x" }]
ROWS.each { |row| table [row] }
"""
    tool = build(tmp_path, text)
    assert run(tool, during=lambda: ask([3])).out.splitlines() == [
        "  one     1    2.5", "  three  20  10.25", "   PID  COMM     N", "     7  sh      12", "  1234  longer   1",
        "  a   1", "  b  22", "  A  B  C", "  1", "  2     x", '  WHO  COMM', '    3  "a b"',
    ]  # fmt: skip
    assert [json.loads(line) for line in run(tool, "--json", during=lambda: ask([3])).out.splitlines()] == [
        ["one", 1, 2.5], ["three", 20, 10.25], {"pid": 7, "comm": "sh", "n": 12}, {"pid": 1234, "comm": "longer", "n": 1},
        ["a", 1], ["b", 22], {"a": 1, "b": None}, {"a": 2, "c": "x"}, {"who": 3, "comm": "a b"},
    ]  # fmt: skip


COLUMNS = """\
class Row
  attr :who, :u64
  attr :comm, [:char, 16]
end
ROWS = ringbuf Row
syscall "getpgid" do |who|
  ROWS << Row.new(who: who, comm: "a b") if pid == ME
end
rows = columns who: "%-6d", share: "%6.2f", error: "%8s", comm: "%-5s", words: "%s"
rows.row 1, 12.25, nil, "ab", ["one", "two words", ""]
rows.row nil, 0.5, "ENOENT", "longer than", nil
rows.row 2**64 - 1, 1, "", "line\\nother\\e[1m", []
p json?
begin
  rows.row 1, 2
rescue ArgumentError => e
  warn e.message
end
ROWS.each { |e| rows.row e.who, e.who / 4.0, nil, e.comm, nil }
"""


def test_rows_in_columns(tmp_path: Path) -> None:
    """Of fixed width, as they come; what does not print is shown, and a value that is longer moves what stands behind it."""
    tool = build(tmp_path, COLUMNS)
    ended = run(tool, during=lambda: ask([3]))
    assert ended.err == "a row has a value for each of who, share, error, comm, words: 5, not 2\n"
    assert ended.out.splitlines() == [
        "WHO     SHARE    ERROR COMM  WORDS", "1       12.25          ab    one \"two words\" \"\"",
        "         0.50   ENOENT longer than", r'18446744073709551615   1.00          "line\nother\e[1m"', "false",
        "3        0.75          a b",
    ]  # fmt: skip
    *rows, words, last = run(tool, "--json", during=lambda: ask([3])).out.splitlines()
    assert words == "true"
    assert [json.loads(row) for row in (*rows, last)] == [
        {"who": 1, "share": 12.25, "error": None, "comm": "ab", "words": ["one", "two words", ""]},
        {"who": None, "share": 0.5, "error": "ENOENT", "comm": "longer than", "words": None},
        {"who": 2**64 - 1, "share": 1, "error": "", "comm": "line\nother\x1b[1m", "words": []},
        {"who": 3, "share": 0.75, "error": None, "comm": "a b", "words": None},
    ]  # fmt: skip


def test_maps_are_printed_with_a_title_and_emptied(tmp_path: Path) -> None:
    text = MAPS + """\
SUMS = stats
syscall("getpgid", name: :other) { |who| SUMS << who if pid == ME }
show = lambda do
  SEEN.print "calls"
  ROWS.print
  SIZES.print
  BYWHO.print "who"
  SUMS.print "sums"
end
wait
show.call
[SEEN, ROWS, SIZES, BYWHO, SUMS].each { |map| map.clear }
show.call
"""
    tool = build(tmp_path, text.replace("  BYWHO[who] << who\n", "  BYWHO[who] << who\n  SIZES << who\n"))
    bar = "|" + "@" * 52 + "|"
    assert run(tool, during=lambda: ask([1])).out.splitlines() == [
        "calls:", "  1  1", "ROWS:", "  1  1", "SIZES:", f"  [1]  1 {bar}", "who[1]:", f"  [1]  1 {bar}",
        "sums: count=1 sum=1 min=1 max=1 average=1",
        "calls: empty", "ROWS: empty", "SIZES: empty", "who: empty", "sums: count=0",
    ]  # fmt: skip
    maps = [json.loads(line)["map"] for line in run(tool, "--json", during=lambda: ask([1])).out.splitlines()]
    assert maps == ["SEEN", "ROWS", "SIZES", "BYWHO", "SUMS"] * 2


def test_a_view_that_fails_is_told_once(tmp_path: Path) -> None:
    ended = run(build(tmp_path, 'syscall("getpgid") { }\ntop(0.1) { raise "no" }\nwait\n'))
    assert (ended.status, ended.out, ended.err.splitlines()[0].split(": ", 1)[1]) == (1, "", "no (RuntimeError)")
    assert ended.err.count("RuntimeError") == 1


def test_processes_are_told_apart_where_the_program_does(tmp_path: Path) -> None:
    tool = build(tmp_path, TOP)
    shown = "WHO\n  5  1  " + "x" * 40
    for words, expected in ((("-p", str(os.getpid())), shown), (("--pid=1",), "WHO")):
        ended = run(tool, *words, "--interval", "0.5", during=lambda: ask_and_wait([5]))
        assert (ended.status, ended.out.rstrip("\n").split("\n\n")[-1]) == (0, expected)
    assert "  -p, --pid N            only this process\n" in run(tool, "--help").out
    ended = run(tool, "--comm", "no such name", "--interval", "0.5", during=lambda: ask_and_wait([5]))
    assert (ended.status, ended.out.rstrip("\n").split("\n\n")[-1]) == (0, "WHO")  # beside the program's own `--pid`


def test_any_tool_tells_processes_apart(tmp_path: Path) -> None:
    tool = build(tmp_path, 'syscall("getpgid") { |who| puts who }\n', name="any")
    own = Path("/proc/self/comm").read_text().strip()
    for words in ("-p", str(os.getpid())), (f"--pid={os.getpid()}",), (f"-p{os.getpid()}", "--comm", own):
        ended = run(tool, *words, during=lambda: ask([4711, 4712]))
        assert (ended.status, ended.out) == (0, "4711\n4712\n")
    for words in ("-p", "1"), ("--comm", "no such name"), ("--pid", str(os.getpid()), "--comm", "no such name"):
        ended = run(tool, *words, during=lambda: ask([4711]))
        assert (ended.status, ended.out) == (0, "")
    named = Path("/proc/self/comm")
    named.write_text("a name of fifteen and more"[:15])
    try:  # the kernel has cut it, and so does the tool
        for more in ("", "x" * 70):
            assert run(tool, "--comm", "a name of fifteen and more" + more, during=lambda: ask([4711])).out == "4711\n"
    finally:
        named.write_text(own)
    shown = run(tool, "--help").out
    assert "  -p, --pid PID          only this process\n  --comm NAME            only processes of this name\n" in shown
    assert run(tool, "-p", "many").err.splitlines()[0] == "any: `-p` takes a number from 0 to 4294967295; not `many`"


def test_what_is_of_no_process_tells_none_apart(tmp_path: Path) -> None:
    tool = build(tmp_path, "xdp { |packet| :pass }\n", name="packets", head='license "GPL"\n')
    for word in ("-p", "--pid", "--comm"):
        ended = run(tool, word, "1")
        assert (ended.status, ended.out) == (2, "")
        assert ended.err.splitlines()[0] == f"packets: `{word}`: what this tool looks at is of no process"
    assert "--pid" not in run(tool, "--help").out


def test_wrong_words(tmp_path: Path) -> None:
    silent = build(tmp_path, 'syscall("getpgid") { }\nwait\n')
    wrong = {
        ("--top", "0"): "`--top` takes a number from 1 on; not `0`",
        ("--top", "-3"): "`--top` takes a number from 1 on; not `-3`",
        ("--interval", "0"): "`--interval` takes seconds, such as 10 or 0.5; not `0`",
        ("--interval", "soon"): "`--interval` takes seconds, such as 10 or 0.5; not `soon`",
        ("--interval", "1"): "`--interval`: this tool shows nothing again and again",
    }  # fmt: skip
    for words, text in wrong.items():
        ended = run(silent, *words)
        assert (ended.status, ended.out, ended.err.splitlines()[0]) == (2, "", f"tool: {text}")
    bare = build(tmp_path, 'syscall("getpgid") { }\n', name="bare")
    assert run(bare, "--interval", "1").err == "bare: `--interval` has nothing to show: the tool has no map\n"
