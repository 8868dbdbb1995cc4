"""`--pid` and `--comm` of every tool: what is added to a file's tree, and where the program's own stand for themselves."""

from __future__ import annotations

from pathlib import Path

from rucy.loader.options import encode_option
from rucy.pipeline import Options, compile_file, emit, notes_of, parse, selectable
from rucy.source import Diagnostics

ADDED = "(if/if (and rucy_pid (send (call pid) .!= rucy_pid)) (throw @next"


def written(folder: Path, text: str) -> str:
    path = folder / "tool.rb"
    path.write_text(text)
    return str(path)


def options_of(path: str, selecting: bool) -> dict[str, str]:
    compiled = compile_file(path, Options(selecting=selecting))
    return {row["name"]: row["short"] for row in notes_of(compiled.data).get("options", [])}


def test_each_probe_that_runs_for_a_process_is_led_by_both(tmp_path: Path) -> None:
    path = written(tmp_path, """\
N = hash(:u32 => :u64, default: 0)
def seen = N[pid] += 1
syscall("getpgid") { |number| seen if number == 1 }
syscall_return "getpgid" do
  next if comm == "sh"
  seen
end
xdp { 2 }
""")  # fmt: skip
    assert selectable(parse(path, Diagnostics())) == ("pid", "comm")
    assert options_of(path, False) == {}
    assert options_of(path, True) == {"pid": "p", "comm": ""}
    tree = emit(path, "tree", Options(selecting=True))
    assert tree.count(ADDED) == 2
    assert tree.count(".!= rucy_comm") == 2
    assert "rucy_pid" not in tree[tree.index("(probe xdp") :]


def test_a_processs_name_is_cut_as_the_kernel_cuts_it(tmp_path: Path) -> None:
    """What counts of the text is in the notes; a program's own option of that name is another."""
    path = written(tmp_path, 'syscall("getpgid") { puts 1 }\n')
    rows = {row["name"]: row for row in notes_of(compile_file(path, Options(selecting=True)).data)["options"]}
    assert (rows["comm"]["most"], "most" in rows["pid"]) == (15, False)
    whole = encode_option(rows["comm"], "a name of fifteen and more" + "x" * 70)
    assert whole.rstrip(b"\0") == b"a name of fifte" and len(whole) == 64
    path = written(tmp_path, 'COMM = option :comm, :string\nsyscall("getpgid") { puts COMM || "?" }\n')
    (row,) = [row for row in notes_of(compile_file(path, Options(selecting=True)).data)["options"] if row["name"] == "comm"]
    assert "most" not in row


def test_the_programs_own_options_stand_for_themselves(tmp_path: Path) -> None:
    path = written(tmp_path, """\
PID = option :pid, :u32, short: "P"
PORT = option :port, :u16, short: "p"
syscall("getpgid") { puts "one" if PID && PID == pid && PORT }
""")  # fmt: skip
    assert selectable(parse(path, Diagnostics())) == ("comm",)
    assert options_of(path, True) == {"pid": "P", "port": "p", "comm": ""}
    assert ADDED not in emit(path, "tree", Options(selecting=True))


def test_a_letter_of_the_programs_own_is_left_to_it(tmp_path: Path) -> None:
    path = written(tmp_path, 'PORT = option :port, :u16, short: "p"\nsyscall("getpgid") { puts PORT || 1 }\n')
    assert options_of(path, True) == {"port": "p", "pid": "", "comm": ""}


def test_packets_are_of_no_process(tmp_path: Path) -> None:
    path = written(tmp_path, "xdp { 2 }\n")
    assert selectable(parse(path, Diagnostics())) == ()
    assert emit(path, "tree", Options(selecting=True)) == emit(path, "tree")
