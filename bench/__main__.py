"""`make bench`: our compiler beside clang, on the same programs, in one run; then built tools beside others (runtime.py).

    python -m bench            all
    python -m bench runtime    built tools alone

For each pair of twins (twins/NAME.rb and NAME.c): instructions, and the ratio; the geometric mean; what each pass
brings. For each program of tools/ and its twin also what it costs the verifier, stack and map memory. The time of
`rucy object` and of `clang -O2 -g` as whole processes, in turn, and peak memory. Ratios are what counts; nothing here is
asserted.
"""

from __future__ import annotations

import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import runtime, tools
from bench.commands import find_clang, rucy, rucy_environment
from bench.tools import Times
from rucy import passes
from rucy.object.read import summarize
from rucy.pipeline import compile_file

TWINS = Path(__file__).parent / "twins"
ROUNDS = 11


def main() -> int:
    if sys.argv[1:] not in ([], ["runtime"]):
        print("bench: usage: python -m bench [runtime]", file=sys.stderr)
        return 2
    clang = find_clang()
    if clang is None:
        print("bench: clang is missing; `make bench` installs it", file=sys.stderr)
        return 1
    if sys.argv[1:]:
        return runtime.main()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        header = subprocess.run(
            ["bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"], capture_output=True, check=True
        )
        (work / "vmlinux.h").write_bytes(header.stdout)
        print_sizes(clang, work)
        tools.print_costs(
            TWINS,
            lambda name: compile_twin(clang, work, name),
            lambda source: warm_times(
                object_command(work, source),
                clang_command(clang, work, source.stem, work / "out.c.o"),
                rucy_environment(work),
            ),
        )
        print_passes()
        print_times(clang, work)
    print()
    return runtime.main()


def names() -> list[str]:
    return sorted(p.stem for p in TWINS.glob("*.rb") if p.with_suffix(".c").exists())


def instructions(data: bytes) -> int:
    return sum(f.slots for f in summarize(data).functions)


def compile_twin(clang: str, work: Path, name: str) -> bytes:
    out = work / f"{name}.o"
    subprocess.run(clang_command(clang, work, name, out), check=True)
    return out.read_bytes()


def clang_command(clang: str, work: Path, name: str, out: Path) -> list[str]:
    arch = "-D__TARGET_ARCH_" + {"x86_64": "x86", "aarch64": "arm64"}[os.uname().machine]
    include = f"-I{work}"
    return [clang, "-O2", "-g", "-target", "bpf", "-mcpu=v3", arch, include, "-c", str(TWINS / f"{name}.c"), "-o", str(out)]


def mean(values: list[float]) -> float:
    return math.exp(statistics.fmean(math.log(v) for v in values))


def print_sizes(clang: str, work: Path) -> None:
    """Instructions in 8-byte slots, both objects whole."""
    print(f"{'instructions':24}{'rucy':>8}{'clang':>8}{'ratio':>8}")
    ratios = []
    for name in names():
        ours = instructions(compile_file(str(TWINS / f"{name}.rb")).data)
        theirs = instructions(compile_twin(clang, work, name))
        ratios.append(ours / theirs)
        print(f"{name:24}{ours:8}{theirs:8}{ours / theirs:8.2f}")
    print(f"{'geometric mean':24}{'':16}{mean(ratios):8.2f}\n")


def print_passes() -> None:
    """Instructions of all twins without one pass, beside those with all."""

    def total() -> int:
        return sum(instructions(compile_file(str(TWINS / f"{name}.rb")).data) for name in names())

    order = passes.ORDER
    whole = total()
    print(f"{'all passes':32}{whole:8} instructions")
    for run in dict.fromkeys(order):
        passes.ORDER = tuple(p for p in order if p is not run)
        try:
            print(f"without {run.__name__:24}{total():8} ({(total() - whole) / whole:+.1%})")
        finally:
            passes.ORDER = order
    print()


def timed(command: list[str], environment: dict[str, str] | None = None) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def warm_times(ours: list[str], theirs: list[str], environment: dict[str, str]) -> Times:
    """Whole processes in turn, ours and clang's, after one of each that is not counted."""
    timed(ours, environment)
    timed(theirs)
    pairs = [(timed(ours, environment), timed(theirs)) for _ in range(ROUNDS)]
    a, b = (statistics.median(pair[i] for pair in pairs) * 1000 for i in (0, 1))
    return Times(a, b, statistics.median(a / b for a, b in pairs))


def object_command(work: Path, source: Path) -> list[str]:
    return [rucy(), "object", str(source), "-o", str(work / "out.o")]


def print_times(clang: str, work: Path) -> None:
    """Medians in milliseconds, the ratio's median over the pairs; cold: without the index of BTF."""
    environment = rucy_environment(work)
    print(f"{'milliseconds':24}{'rucy':>8}{'clang':>8}{'ratio':>8}{'cold':>8}")
    for name in ("device_filter", "tcp_connect", "classify"):
        ours = object_command(work, TWINS / f"{name}.rb")
        shutil.rmtree(work / "cache", ignore_errors=True)
        cold = timed(ours, environment)
        times = warm_times(ours, clang_command(clang, work, name, work / "out.c.o"), environment)
        print(f"{name:24}{times.ours:8.0f}{times.clang:8.0f}{times.ratio:8.2f}{cold * 1000:8.0f}")
    helps = [timed([rucy(), "--help"], environment) for _ in range(ROUNDS)]
    print(f"{'rucy --help':24}{statistics.median(helps) * 1000:8.0f}")
    print(f"peak memory of a child  {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024:8} MB (clang's among them)")
    memory = ["/usr/bin/python3", "-c", _PEAK, *object_command(work, TWINS / "tcp_connect.rb")]
    peak = subprocess.run(memory, capture_output=True, text=True, check=True, env=environment).stdout.strip()
    print(f"peak memory of rucy     {peak:>8} MB")


_PEAK = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
)


if __name__ == "__main__":
    sys.exit(main())
