"""Stacks of processes as names: of a program compiled here, of one that is no longer on the disk or in another mount
namespace, and of code made at run time."""

from __future__ import annotations

import ctypes
import json
import lzma
import mmap
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rucy.loader.symbols import kernel_symbol
from tests.runtime.tool import build, run

pytestmark = pytest.mark.root

#: A chain of calls to getpgid: one of C, one that no other file sees, one of C++, one as Rust names it.
SOURCE = """\
#include <stdio.h>
#include <unistd.h>
#define CALL(call) int made = call; __asm__ volatile("" ::: "memory"); return made + 1
#define APART __attribute__((noinline, noclone))
APART int seventh(int n) __asm__("_ZN4demo3BoxIiE4holdERKiPKc");
APART int seventh(int n) {
#ifdef __x86_64__
  long made = 121;
  __asm__ volatile("syscall" : "+a"(made) : "D"((long)n) : "rcx", "r11", "memory");
#else
  register long number __asm__("x8") = 155, made __asm__("x0") = n;
  __asm__ volatile("svc 0" : "+r"(made) : "r"(number) : "memory");
#endif
  return made;
}
APART int eighth(int n) __asm__("_ZN50_$LT$demo..Own$LT$T$GT$$u20$as$u20$demo..Trait$GT$4push17h0123456789abcdefE");
APART int eighth(int n) { CALL(seventh(n)); }
static APART int hidden(int n) { CALL(eighth(n)); }
APART int plain(int n) { CALL(hidden(n)); }
int main(void) { puts("ready"); fflush(stdout); while (getchar() != EOF) { plain(getpid()); puts("done"); fflush(stdout); } }
"""

NAMES = ["demo::Box<int>::hold(int const&, char const*)", "<demo::Own<T> as demo::Trait>::push", "hidden", "plain", "main"]

TOOL = """\
WHO = ARGV[0].to_i
class Hit
  attr :pid, :u32
  attr :user, :i64
  attr :kernel, :i64
end
HITS   = ringbuf Hit
STACKS = stack_traces
syscall "getpgid" do |who|
  HITS << Hit.new(pid: pid, user: ustack(STACKS), kernel: kstack(STACKS)) if pid == WHO
end
HITS.each do |e|
  puts symbolize(STACKS[e.user], e.pid), "", symbolize(STACKS[e.kernel]), "", STACKS[e.kernel], STACKS[-14].inspect
end
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    (folder / "chain.c").write_text(SOURCE)
    flags = ["-O0", "-w", "-fno-omit-frame-pointer"]
    subprocess.run(["gcc", *flags, "-o", folder / "chain", folder / "chain.c"], check=True)
    return folder / "chain"


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("tool"), TOOL)


@contextmanager
def started(*command: str | Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def call(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("x")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


def user_frames(tool: Path, process: subprocess.Popen[str]) -> tuple[list[str], list[str], list[str]]:
    """Names of the process's stack, of the kernel's, and the kernel's addresses."""
    ended = run(tool, str(process.pid), during=lambda: call(process))
    assert (ended.status, ended.err) == (0, "")
    user, kernel, addresses = ended.out.split("\n\n")
    return user.splitlines(), kernel.splitlines(), addresses.splitlines()


def plain(frames: list[str]) -> list[str]:
    return [re.sub(r"\+0x[0-9a-f]+$", "", frame) for frame in frames]


def test_names_of_a_programs_functions(tool: Path, program: Path) -> None:
    with started(program) as process:
        frames, kernel, addresses = user_frames(tool, process)
    assert plain(frames[:5]) == NAMES
    assert kernel
    assert kernel == [kernel_symbol(int(address)) for address in addresses[:-1]]
    assert addresses[-1] == "nil"


def test_offsets_are_those_of_nm(tool: Path, program: Path) -> None:
    with started(program) as process:
        frames, _, _ = user_frames(tool, process)
    listed = subprocess.run(["objdump", "-d", program], capture_output=True, text=True, check=True).stdout
    body = re.search(r"^([0-9a-f]+) <hidden>:\n(.*?)\n\n", listed, re.M | re.S)
    assert body is not None
    lines = body[2].splitlines()
    behind = next(at for at, line in enumerate(lines) if "call" in line or "\tbl\t" in line) + 1
    offset = int(lines[behind].split(":")[0], 16) - int(body[1], 16)
    assert frames[2] == f"hidden+{offset:#x}"


def test_a_file_that_is_deleted_or_elsewhere(tool: Path, program: Path, tmp_path: Path) -> None:
    shutil.copy(program, tmp_path / "gone")
    with started(tmp_path / "gone") as process:
        (tmp_path / "gone").unlink()
        assert plain(user_frames(tool, process)[0][:5]) == NAMES
    (tmp_path / "inside").mkdir()
    script = f"mount -t tmpfs none {tmp_path}/inside && cp {program} {tmp_path}/inside && exec {tmp_path}/inside/chain"
    with started("unshare", "-m", "sh", "-c", script) as process:
        assert not (tmp_path / "inside/chain").exists()
        assert plain(user_frames(tool, process)[0][:5]) == NAMES


def test_without_names_the_file_and_the_place_in_it(tool: Path, program: Path, tmp_path: Path) -> None:
    subprocess.run(["strip", "-o", tmp_path / "bare", program], check=True)
    with started(tmp_path / "bare") as process:
        frames = user_frames(tool, process)[0]
    assert plain(frames[:5]) == ["bare"] * 5
    table = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    start = next(int(line.split()[0], 16) for line in table.splitlines() if line.endswith(" hidden"))
    assert start < int(frames[2].split("+")[1], 16) < start + 64


def packed(program: Path, folder: Path) -> Path:
    """A stripped copy that brings the tables of the whole one along, as the manual of gdb makes one."""
    subprocess.run(["objcopy", "--only-keep-debug", program, folder / "debug"], check=True)
    subprocess.run(["strip", "--strip-debug", "--remove-section=.comment", folder / "debug"], check=True)
    (folder / "debug.xz").write_bytes(lzma.compress((folder / "debug").read_bytes()))
    subprocess.run(["strip", "-o", folder / "small", program], check=True)
    subprocess.run(["objcopy", "--add-section", f".gnu_debugdata={folder / 'debug.xz'}", folder / "small"], check=True)
    return folder / "small"


def test_names_that_a_stripped_file_brings_along_packed(tool: Path, program: Path, tmp_path: Path) -> None:
    small = packed(program, tmp_path)
    assert "hidden" not in subprocess.run(["nm", small], capture_output=True, text=True).stdout
    with started(small) as process:
        assert plain(user_frames(tool, process)[0][:5]) == NAMES


def test_packed_names_that_are_damaged_are_none(tool: Path, program: Path, tmp_path: Path) -> None:
    small = packed(program, tmp_path)
    whole = small.read_bytes()
    start = whole.index((tmp_path / "debug.xz").read_bytes())
    (tmp_path / "broken").write_bytes(whole[: start + 40] + bytes(64) + whole[start + 104 :])
    (tmp_path / "broken").chmod(0o755)
    with started(tmp_path / "broken") as process:
        assert plain(user_frames(tool, process)[0][:5]) == ["broken"] * 5


def test_code_made_at_run_time(tmp_path: Path) -> None:
    """By /tmp/perf-PID.map of this very process; addresses of nothing are numbers."""
    every = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    memory = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=every)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    table = Path(f"/tmp/perf-{os.getpid()}.map")
    table.write_text(f"{start + 64:x} 40 other thing\n{start:x} 20 made here\n")
    text = f'syscall("getpgid") {{ }}\nputs symbolize({[start, start + 31, start + 32, start + 65, 4096]}, ME)\n'
    text += f"puts symbolize({start}, ME), symbolize([{start}], 99999999), symbolize(nil, ME).inspect\nexit\n"
    try:
        ended = run(build(tmp_path, text))
    finally:
        table.unlink()
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "made here", "made here+0x1f", hex(start + 32), "other thing+0x1", "0x1000", "made here", hex(start), "[]",
    ]  # fmt: skip


def test_a_pipe_in_place_of_a_map_is_no_trap(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        pipe = Path(f"/tmp/perf-{sleeper.pid}.map")
        os.mkfifo(pipe)
        try:
            ended = run(build(tmp_path, f'syscall("getpgid") {{ }}\nputs symbolize([4096], {sleeper.pid})\nexit\n'))
        finally:
            pipe.unlink()
            sleeper.kill()
    assert (ended.status, ended.out) == (0, "0x1000\n")


#: Names of RFC 2603, most of them those that the crate rustc-demangle is tested with.
RUST = {
    "_RNvC6_123foo3bar": "123foo::bar",
    "_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_": "cc::spawn::{closure#0}::{closure#0}",
    "_RNCINkXs25_NgCsbmNqQUJIY6D_4core5sliceINyB9_4IterhENuNgNoBb_4iter8iterator8Iterator9rpositionNCNgNpB9_6memchr7memrchrs_0E0Bb_":
        "<core::slice::Iter<u8> as core::iter::iterator::Iterator>::rposition::<core::slice::memchr::memrchr::{closure#1}>"
        "::{closure#0}",
    "_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std":
        "alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>",
    "_RNvMC0INtC8arrayvec8ArrayVechKj7b_E3new": "<arrayvec::ArrayVec<u8, 123>>::new",
    "_RIC0Kb1_E": "::<true>",
    "_RIC0FKCmEuE": '::<extern "C" fn(u32)>',
    "_RNvB_1a": None,
    "_RNvC3abc": None,
    "_R": None,
    "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE": "core::fmt::Formatter::pad",
    "_ZN3foo3barEv": None,
}  # fmt: skip


def test_names_of_rust(tmp_path: Path) -> None:
    text = f"puts [{', '.join(map(repr, RUST))}].map {{ |name| Rucy::Rust.name(name).inspect }}\nexit\n"
    ended = run(build(tmp_path, 'syscall("getpgid") { }\n' + text))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == ["nil" if name is None else json.dumps(name) for name in RUST.values()]


@pytest.mark.skipif(shutil.which("rustc") is None, reason="rustc is not installed")
def test_names_that_rustc_makes(tmp_path: Path) -> None:
    """Of functions with type arguments, methods, trait methods and closures, in both schemes."""
    (tmp_path / "made.rs").write_text("""\
pub struct Own<T>(pub T);
pub trait Asked { fn asked(&self) -> usize; }
impl<T> Asked for Own<T> { #[inline(never)] fn asked(&self) -> usize { std::mem::size_of::<T>() } }
impl<T> Own<T> { #[inline(never)] pub fn told(&self, n: &[T; 3]) -> usize { n.len() } }
#[inline(never)] pub fn free<T>(n: T) -> T { n }
#[inline(never)] pub fn call(f: &dyn Fn(usize) -> usize) -> usize { f(3) }
pub fn main() { let o = Own(3u32); std::process::exit((o.asked() + o.told(&[1, 2, 3]) + call(&|n| n + free(1usize))) as i32); }
""")
    found = {}
    for scheme in ("v0", "legacy"):
        flags = ["-C", f"symbol-mangling-version={scheme}", "--emit=obj", "-C", "codegen-units=1"]
        flags += ["-Z", "unstable-options"] if scheme == "legacy" else []
        made = tmp_path / f"{scheme}.o"
        environment = os.environ | {"RUSTC_BOOTSTRAP": "1"}
        subprocess.run(["rustc", *flags, "-o", made, tmp_path / "made.rs"], check=True, env=environment)
        table = subprocess.run(["nm", made], capture_output=True, text=True, check=True).stdout
        names = [line.split()[-1] for line in table.splitlines() if "4made" in line]
        text = f"puts [{', '.join(map(repr, names))}].map {{ |name| Rucy::Rust.name(name) }}\nexit\n"
        found[scheme] = run(build(tmp_path, 'syscall("getpgid") { }\n' + text, name=scheme)).out.splitlines()
        assert "" not in found[scheme]
    assert {
        "made::main", "made::main::{closure#0}", "made::call", "made::free::<usize>", "<made::Own<u32>>::told",
        "<made::Own<u32> as made::Asked>::asked",
    } <= set(found["v0"])  # fmt: skip
    assert {"made::main", "made::main::{{closure}}", "made::call", "made::free", "made::Own<T>::told"} <= set(found["legacy"])


def test_a_damaged_file_has_no_names(tool: Path, program: Path, tmp_path: Path) -> None:
    """Each number of the header and of the first section headers made large: names or none, no crash."""
    whole = program.read_bytes()
    sections = int.from_bytes(whole[40:48], "little")
    places = [*range(40, 64, 2), *range(sections + 64, min(sections + 64 * 40, len(whole)), 8)]
    text = """\
syscall("getpgid") { }
files = Dir.entries(ARGV[0]).map { |name| Rucy::Elf.open("#{ARGV[0]}/#{name}") }.compact
puts files.each { |file| [file.build_id, file.function(file.address(4500) || 4500)] }.size
exit
"""
    for place in places:
        for fill in (b"\xff", b"\x7f"):
            (tmp_path / f"{place}{fill[0]}").write_bytes(whole[:place] + fill * 8 + whole[place + 8 :])
    (tmp_path / "apart").mkdir()
    ended = run(build(tmp_path / "apart", text), str(tmp_path))
    assert (ended.status, ended.err) == (0, "")
    assert int(ended.out) >= len(places)
