"""`python -m bench runtime`: built tools beside a plain C libbpf twin, bpftrace and bcc, in one run.

In: halves/, of each program the Ruby file, its twin (NAME.bpf.c by clang for the kernel, NAME.c by clang -O2 with Debian's
libbpf: statically linked, as our executables are, and dynamically), and what fires it (fire.c). Ratios are what counts, and the
targets stand beside them; nothing here is asserted.

*Attached* is what the kernel says: the program writes the time of each firing into a ring (CLOCK_MONOTONIC), another process
fires it without a pause on another CPU, and what is counted is from the moment before execve (begin.c) to the first firing
that was seen. *Shown*: until its line has come out of the pipe. Rates are by the processor time of the process, for the wall's
clock says more of what else runs: 1 M records lie in the ring while nobody reads, then they are read. Memory is VmRSS.
`rucy run` is of a file that was run before, and of one that is new each time; bpftrace keeps nothing between its runs.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.commands import find_clang, rucy, rucy_environment

HALVES = Path(__file__).parent / "halves"
ROUNDS = 15
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that Debian's bcc is for

WHO = 2_147_480_001  # no process: whose group `fire` asks for, so that no other process fires
AT_ONCE = 250  # records of a firing
MILLION = 1_000_000
LARGE_RING = 64 << 20  # holds a million


class Start(NamedTuple):
    """Milliseconds from execve to the first firing seen, and to its line."""

    attached: float
    shown: float


def main() -> int:
    lacking = [name for name in ("bpftrace", "bpftool") if shutil.which(name) is None]
    clang = find_clang()
    if lacking or clang is None:
        print(f"bench: {', '.join([*lacking, *([] if clang else ['clang'])])} missing; `make bench` installs it", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        compile_twins(clang, work)
        print_runtime(work)
    return 0


def print_runtime(work: Path) -> None:
    print_sizes(work)
    print_starts(work)
    print_memory(work)
    print_rates(work)
    print_long_runs(work)


# ---------------------------------------------------------------- what is made


def compile_twins(clang: str, work: Path) -> None:
    for name in ("begin", "fire"):
        subprocess.run([clang, "-O2", str(HALVES / f"{name}.c"), "-o", str(work / name)], check=True)
    for name in ("start", "rate"):
        kernel = work / f"{name}.bpf.o"
        include = f"-I/usr/include/{platform.machine()}-linux-gnu"
        source = str(HALVES / f"{name}.bpf.c")
        subprocess.run([clang, "-O2", "-g", "-target", "bpf", "-mcpu=v3", include, "-c", source, "-o", str(kernel)], check=True)
        build = [clang, "-O2", f'-DOBJECT="{kernel}"', str(HALVES / f"{name}.c"), "-o"]
        subprocess.run([*build, str(work / f"{name}_dynamic"), "-lbpf"], check=True)
        subprocess.run([*build, str(work / f"{name}_static"), "-static", "-lbpf", "-lelf", "-lz"], check=True)
        subprocess.run(["strip", str(work / f"{name}_static"), str(work / f"{name}_dynamic")], check=True)
        build_tool(work, name, platform.machine())


def build_tool(work: Path, name: str, arch: str) -> Path:
    made = work / f"{name}_{arch}"
    subprocess.run([rucy(), "build", str(HALVES / f"{name}.rb"), "-o", str(made), "--target", arch], check=True)
    return made


def tool(work: Path, name: str) -> str:
    return str(work / f"{name}_{platform.machine()}")


# ---------------------------------------------------------------- size


def print_sizes(work: Path) -> None:
    print(f"{'size of an executable':32}{'MB':>8}{'target':>10}")
    for arch in ("x86_64", "aarch64"):
        if (HALVES.parents[1] / f"build/runtime/rucy-{arch}").exists():
            print(f"{'rucy build, ' + arch:32}{build_tool(work, 'start', arch).stat().st_size / 1e6:8.2f}{'≤ 1.8':>10}")
        else:
            print(f"{'rucy build, ' + arch:32}{'–':>8}  no runtime for it here: `make runtime`")
    for how in ("static", "dynamic"):
        print(f"{'C twin, ' + how:32}{(work / f'start_{how}').stat().st_size / 1e6:8.2f}")
    print()


# ---------------------------------------------------------------- start


def print_starts(work: Path) -> None:
    """Over rounds in turn: medians, the best, and ratios of the best: on a busy machine a median tells of the others."""
    commands = start_commands(work)
    rounds: dict[str, list[Start]] = {name: [] for name in commands}
    with firing(work):
        for at in range(ROUNDS + 1):
            for name, command in commands.items():
                if at <= 5 or name not in SLOW:
                    if name == NEW:
                        shutil.copy(HALVES / "start.rb", work / "new.rb")
                        with (work / "new.rb").open("a") as file:
                            print(f"# the {at}. text", file=file)
                    begun = start(work, command)
                    if at:  # the first is not counted
                        rounds[name].append(begun)
    head = f"{'attached':>10}{'best':>8}{'× C twin':>10}{'× bpftrace':>12}{'shown':>10}{'× bpftrace':>12}"
    print(f"{'milliseconds from exec':32}{head}")
    for name, found in rounds.items():
        attached, shown = (statistics.median(each[i] for each in found) for i in (0, 1))
        beside = (("C twin, static", 0), ("bpftrace", 0), ("bpftrace", 1))
        ratios = [best(found, which) / best(rounds[other], which) for other, which in beside]
        print(f"{name:32}{attached:10.2f}{best(found, 0):8.2f}{ratios[0]:10.2f}{ratios[1]:12.3f}{shown:10.2f}{ratios[2]:12.3f}")
    why = why_no_bcc()
    if why:
        print(f"{'bcc':32}  not measured: {why}")
    print("targets: rucy build attached ≤ 1.3 × C twin and ≤ 0.05 × bpftrace; rucy run shown ≤ 250 ms and ≤ 0.4 × bpftrace\n")


NEW = "rucy run, a new file"
SLOW = ("bpftrace", NEW, "bcc")  # five rounds are enough


def start_commands(work: Path) -> dict[str, list[str]]:
    probe = 'tracepoint:syscalls:sys_enter_getpgid { printf("%llu\\n", nsecs); exit(); }'
    commands = {
        "rucy build": [tool(work, "start")],
        "C twin, static": [str(work / "start_static")],
        "C twin, dynamic": [str(work / "start_dynamic")],
        "rucy run": [rucy(), "run", str(HALVES / "start.rb")],
        NEW: [rucy(), "run", str(work / "new.rb")],
        "bpftrace": ["bpftrace", "-B", "line", "-e", probe],
    }
    if why_no_bcc() is None:
        commands["bcc"] = [SYSTEM_PYTHON, str(HALVES / "start_bcc.py")]
    return commands


def best(found: list[Start], which: int) -> float:
    return min(each[which] for each in found)


@contextmanager
def firing(work: Path) -> Iterator[None]:
    """The last CPU fires without a pause, all else has the others."""
    cpus = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen([str(work / "fire")])
    os.sched_setaffinity(process.pid, cpus[-1:])
    os.sched_setaffinity(0, cpus[:-1] or cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cpus)
        process.kill()
        process.wait()


def start(work: Path, command: list[str]) -> Start:
    """One that shows the time of the first firing that it sees, and is then ended."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([str(work / "begin"), *command], text=True, env=rucy_environment(work), **pipes)  # type: ignore[call-overload]
    with process:
        assert process.stdout is not None and process.stderr is not None
        begun = int(process.stderr.readline())
        line = next((line for line in process.stdout if line.strip().isdigit()), "")  # bpftrace says first what it attaches
        shown = time.monotonic_ns()
        process.kill()
        if not line:
            raise RuntimeError(f"bench: {command[0]} showed nothing: {process.stderr.read()}")
    return Start((int(line) - begun) / 1e6, (shown - begun) / 1e6)


def why_no_bcc() -> str | None:
    """None where bcc can compile: it wants the headers of the running kernel, or others by BCC_KERNEL_SOURCE."""
    release = platform.release()
    if not (os.environ.get("BCC_KERNEL_SOURCE") or Path("/sys/kernel/kheaders.tar.xz").exists()
            or Path(f"/lib/modules/{release}/build").exists()):  # fmt: skip
        return f"this kernel, {release}, gives no headers (neither /sys/kernel/kheaders.tar.xz nor /lib/modules/{release}/build)"
    done = subprocess.run([SYSTEM_PYTHON, "-c", "import bcc"], capture_output=True)
    return "python3-bpfcc is missing" if done.returncode else None


# ---------------------------------------------------------------- memory


def print_memory(work: Path) -> None:
    """Once attached; the rings of both are 256 KiB, which the process sees twice."""
    rows = {"rucy build": resident(rate_command(work, WHO + 1)), "C twin, static": resident(twin_command(work, "sleep 600"))}
    print(f"{'resident once attached':32}{'MB':>8}{'target':>10}")
    for name, size in rows.items():
        print(f"{name:32}{size / 1e6:8.2f}{'≤ 4' if name == 'rucy build' else '':>10}")
    print()


def rate_command(work: Path, who: int, *options: str) -> list[str]:
    return [tool(work, "rate"), "--who", str(who), *options]


def twin_command(work: Path, fills: str, *, room: int = 262_144, shown: bool = False) -> list[str]:
    return [str(work / "rate_static"), str(WHO), str(room), str(int(shown)), fills]


def resident(command: list[str]) -> int:
    """Of a tool that has said that it is attached; in bytes."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if line == "attached\n":
                break
        size = memory_of(process.pid)
        os.killpg(process.pid, 9)
    return size


def memory_of(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


# ---------------------------------------------------------------- rates


def print_rates(work: Path) -> None:
    fills = f"exec {work / 'fire'} {MILLION // AT_ONCE} {WHO}"
    print(f"{'millions a processor second':32}{'rucy':>8}{'C twin':>8}{'ratio':>8}{'target':>10}")
    for name, shown, target in (("block reading five fields", False, "≥ 3"), ("printed to a file", True, "≥ 1")):
        options = ["--room", str(LARGE_RING), *(["--print"] if shown else []), "--", fills]
        ours = rate(rate_command(work, WHO, *options), work / "lines")
        theirs = rate(twin_command(work, fills, room=LARGE_RING, shown=shown), work / "lines")
        print(f"{name:32}{ours:8.2f}{theirs:8.2f}{ours / theirs:8.3f}{target:>10}")
    print()


def rate(command: list[str], lines: Path) -> float:
    """The median of five rounds, each of a million records, all there."""
    with lines.open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=True)
    rounds = re.findall(r"^(\d+) ([\d.]+)$", done.stderr, re.MULTILINE)
    assert len(rounds) == 5 and all(int(taken) == MILLION for taken, _ in rounds), done.stderr
    return 1 / statistics.median(float(seconds) for _, seconds in rounds)


# ---------------------------------------------------------------- ten million


def print_long_runs(work: Path) -> None:
    """10 million records as they come, into a ring of 4 MB: so many a second, and as fast as the kernel makes them."""
    head = f"{'taken':>12}{'lost':>12}{'unaccounted':>13}{'MB at 1 M':>11}{'MB at end':>11}{'seconds':>9}"
    print(f"{'10 M events through a block':32}{head}")
    for name, speed in (("a million a second", MILLION), ("as fast as they are made", 0)):
        run = run_long(work, speed)
        missing = 10 * MILLION - run.taken - run.lost
        print(f"{name:32}{run.taken:12}{run.lost:12}{missing:13}{run.early / 1e6:11.2f}{run.late / 1e6:11.2f}{run.seconds:9.1f}")
    print("targets: none lost below the ring's rate, none unaccounted for, memory flat")


class Long(NamedTuple):
    """early, late: resident bytes at the first million that was taken, and at the end; 0 where it was not reached."""

    taken: int
    lost: int
    early: int
    late: int
    seconds: float


def run_long(work: Path, speed: int) -> Long:
    process = subprocess.Popen(rate_command(work, WHO, "--room", str(4 << 20)), stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr is not None
        read: Callable[[], str] = process.stderr.readline
        while read() != "attached\n":
            assert process.poll() is None
        began = time.monotonic()
        fire = subprocess.Popen([str(work / "fire"), str(10 * MILLION // AT_ONCE), str(WHO), str(speed // AT_ONCE)])
        early = memory_of(process.pid) if int(read()) == MILLION else 0
        fire.wait()
        seconds = time.monotonic() - began
        late = memory_of(process.pid)
        process.send_signal(2)
        said = process.stderr.read()
    taken = int(re.findall(r"^taken (\d+)$", said, re.MULTILINE)[0])
    lost = re.findall(r": (\d+) records? of `SAMPLES` (?:was|were) dropped", said)
    return Long(taken, int(lost[0]) if lost else 0, early, late, seconds)
