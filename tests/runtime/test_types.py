"""Kernels that do not tell their types: `--btf FILE`, types put into the tool by `--btf-for`, and neither. The running kernel
becomes such a one where an empty file system lies over /sys/kernel/btf."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rucy import pipeline
from rucy.btf.reader import Btf, open_btf
from rucy.btf.types import Struct, Union
from rucy.btf.writer import BtfWriter
from tests.cli.test_commands import rucy
from tests.runtime.tool import HEAD, MARK, ME, Ended, build

pytestmark = pytest.mark.root

RELEASE = os.uname().release
EXAMPLES = Path(__file__).parents[2] / "examples"

#: Reads what no system call tells its tracepoint: needs the place of two members, of this process, which asks while the tool
#: waits.
TEXT = """\
$parent = 0
syscall "getpgid", name: :MARK do |who|
  $parent = current_task.real_parent.tgid if pid == ME
end
poll 0
puts "ready"
$stdout.flush
poll 0.1 while $parent == 0
puts $parent
exit
""".replace("MARK", MARK)


def without_types(tool: Path, *options: str) -> Ended:
    """Run a tool where /sys/kernel/btf is empty, and ask for the group of this process until it has ended."""
    script = 'mount -t tmpfs none /sys/kernel/btf && exec "$0" "$@"'
    command = ["unshare", "--mount", "sh", "-c", script, str(tool), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        os.getpgid(ME)
        try:
            out, err = process.communicate(timeout=0.05)
            return Ended(process.returncode, out, err)
        except subprocess.TimeoutExpired:
            continue
    out, err = process.communicate()
    return Ended(process.returncode, out, err)


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Types of this kernel and of another, for this machine, as collections of such files lie; another machine's is no BTF."""
    folder = tmp_path_factory.mktemp("kernels")
    here, there = ("x86_64", "arm64") if os.uname().machine == "x86_64" else ("arm64", "x86_64")
    (folder / here).mkdir()
    (folder / there).mkdir()
    shutil.copyfile("/sys/kernel/btf/vmlinux", folder / here / f"{RELEASE}.btf")
    shutil.copyfile("/sys/kernel/btf/vmlinux", folder / here / "5.4.0-1-other.btf")
    (folder / there / f"{RELEASE}.btf").write_bytes(b"of another machine")
    return folder


def test_types_in_the_tool(kernels: Path, tmp_path: Path) -> None:
    plain = build(tmp_path, TEXT, name="plain")
    tool = build(tmp_path, TEXT, "--btf-for", str(kernels))
    assert tool.stat().st_size - plain.stat().st_size < 8192
    assert without_types(tool) == (0, f"ready\n{os.getppid()}\n", "")
    info = subprocess.run([tool, "--rucy-info"], capture_output=True, text=True, check=True).stdout
    assert f"types of kernels without BTF: 5.4.0-1-other {RELEASE}\n" in info
    assert build(tmp_path, TEXT, "--btf-for", str(kernels), name="tool").read_bytes() == tool.read_bytes()


def test_types_in_a_file(tmp_path: Path) -> None:
    tool, types = build(tmp_path, TEXT), tmp_path / "types"
    shutil.copyfile("/sys/kernel/btf/vmlinux", types)
    assert without_types(tool, "--btf", str(types)) == (0, f"ready\n{os.getppid()}\n", "")
    gone = without_types(tool, f"--btf={tmp_path}/gone")
    assert gone == (1, "", f"tool: `{tmp_path}/gone` cannot be read: No such file or directory (ENOENT)\n")
    types.write_text("no types")
    wrong = without_types(tool, "--btf", str(types))
    assert (wrong.status, wrong.out) == (1, "")
    assert wrong.err.startswith(f"tool: `{types}` holds no types of a kernel (BTF)\n")


def test_types_in_a_file_for_rucy_run(tmp_path: Path) -> None:
    """What it is compiled for is what it is loaded by, where the kernel does not tell its own."""
    program, types = tmp_path / "tool.rb", tmp_path / "types"
    program.write_text(HEAD + TEXT)
    shutil.copyfile("/sys/kernel/btf/vmlinux", types)
    ended = without_types(Path(sys.executable), "-m", "rucy", "run", str(program), "--btf", str(types))
    assert ended == (0, f"ready\n{os.getppid()}\n", "")


def test_neither(kernels: Path, tmp_path: Path) -> None:
    said = "tool: this kernel does not tell its types (/sys/kernel/btf/vmlinux)\n  help: "
    ended = without_types(build(tmp_path, TEXT))
    help = "name a file of them: --btf FILE; `rucy build --btf-for DIR` puts them into the tool\n"
    assert ended == (77, "", said + help)
    others = tmp_path / "others"
    others.mkdir()
    shutil.copyfile("/sys/kernel/btf/vmlinux", others / "5.4.0-1-other.btf")
    ended = without_types(build(tmp_path, TEXT, "--btf-for", str(others)))
    assert ended == (77, "", said + "name a file of them: --btf FILE; the tool has those of 1 other kernel\n")


def test_what_the_kernel_itself_checks_needs_its_own(kernels: Path, tmp_path: Path) -> None:
    text = f'tp_btf("sched_switch", name: :{MARK}) {{ }}\nwait\n'
    ended = without_types(build(tmp_path, text, "--btf-for", str(kernels)))
    assert (ended.status, ended.out) == (77, "")
    assert f"the kernel itself checks `{MARK}` against them, so --btf does not help" in ended.err


def test_a_program_without_fields_of_the_kernel_needs_none(kernels: Path, tmp_path: Path) -> None:
    text = 'syscall("getpgid") { }\npoll 0\nputs "over"\nexit\n'
    tool = build(tmp_path, text, "--btf-for", str(kernels))
    assert without_types(tool) == (0, "over\n", "")
    assert "types of kernels" not in subprocess.run([tool, "--rucy-info"], capture_output=True, text=True, check=True).stdout


def test_directories_that_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "x.rb"
    source.write_text('license "GPL"\nME = 1\n' + TEXT)
    (tmp_path / "one").mkdir()
    words = ("build", str(source), "-o", str(tmp_path / "x"), "--btf-for", str(tmp_path))
    none = rucy(*words)
    assert none.returncode == 2
    assert none.stderr.startswith(f"rucy: `{tmp_path}` has no file RELEASE.btf for {os.uname().machine}\n")
    (tmp_path / "one/6.1.btf").write_text("nothing")
    damaged = rucy(*words)
    assert damaged.returncode == 1 and damaged.stderr.startswith(f"rucy: {tmp_path}/one/6.1.btf: ")
    shutil.copyfile("/sys/kernel/btf/vmlinux", tmp_path / "one/6.1.btf")
    (tmp_path / "6.1.btf").write_bytes(BtfWriter().finish())
    twice = rucy(*words)
    assert twice.returncode == 2 and f"`{tmp_path}` has two kernels `6.1`, whose types differ" in twice.stderr


def _members(btf: Btf) -> dict[str, set[tuple[str, int, int]]]:
    """Members by name and place, of each struct and union that has any."""
    found: dict[str, set[tuple[str, int, int]]] = {}
    for type_id in range(1, btf.end_id):
        each = btf.type(type_id)
        if isinstance(each, Struct | Union) and each.members:
            rows = {(member.name, member.bit_offset, member.bitfield_size) for member in each.members}
            found.setdefault(f"{each.name}/{each.size}", set()).update(rows)
    return found


@pytest.mark.parametrize("name", ["tcp_parent", "task_state", "tcp_connect_tool", "exec_log"])
def test_the_same_members_as_bpftool_keeps(name: str, tmp_path: Path) -> None:
    made, theirs = tmp_path / "x.o", tmp_path / "min.btf"
    made.write_bytes(pipeline.compile_file(str(EXAMPLES / f"{name}.rb")).data)
    kernel = "/sys/kernel/btf/vmlinux"
    subprocess.run(["bpftool", "gen", "min_core_btf", kernel, theirs, made], check=True, capture_output=True)
    ours = pipeline.btf_for(made.read_bytes(), kernel)
    assert ours is not None
    assert _members(Btf(ours)) == _members(open_btf(str(theirs), cache=False))
