"""The programs of tools/ beside C twins: instructions, what they cost the verifier, stack, map memory, compile time.

In: tools/NAME.rb and twins/NAME.c. Both objects are loaded into the running kernel (not attached), and the kernel says what
they cost. Times are those of whole processes, warm, in turn. Ratios are what counts; nothing here is asserted.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rucy.cli.loading import open_tool
from rucy.loader.files import ObjectFile
from rucy.loader.objects import Loaded
from rucy.object.read import summarize
from rucy.pipeline import compile_file, describe_probes

TOOLS = Path(__file__).resolve().parents[1] / "tools"


class Cost(NamedTuple):
    """insns: 8-byte slots of the object; processed: by the verifier, all programs; stack: bytes, of the program with the
    most; maps: bytes of kernel memory."""

    insns: int
    processed: int
    stack: int
    maps: int


class Times(NamedTuple):
    """Medians of milliseconds; ratio: the median over the pairs of runs."""

    ours: float
    clang: float
    ratio: float


def names(twins: Path) -> list[str]:
    return sorted(path.stem for path in TOOLS.glob("*.rb") if (twins / f"{path.stem}.c").exists())


def cost(data: bytes) -> Cost:
    insns = sum(f.slots for f in summarize(data).functions)
    with open_tool(ObjectFile("bench", data, describe_probes(data), False)) as loaded:
        loaded.load(stats=True)
        stats = [loaded.stats(info.name) for info in loaded.programs if info.fd >= 0]
        processed = sum(each.verified or 0 for each in stats)
        stack = max(sum(each.stack or ()) for each in stats)
        return Cost(insns, processed, stack, sum(memory(loaded, name) for name in loaded.maps))


def memory(loaded: Loaded, name: str) -> int:
    """What the kernel accounts for a map."""
    text = Path(f"/proc/self/fdinfo/{loaded.map_fd(name)}").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("memlock")))


def print_costs(twins: Path, compile_twin: Callable[[str], bytes], times_of: Callable[[Path], Times]) -> None:
    head = ("instructions", "processed", "stack", "map KiB", "compile ms")
    print(f"{'tools':16}" + "".join(f"{each:>24}" for each in head))
    print(f"{'':16}" + f"{'rucy':>9}{'clang':>8}{'':7}" * len(head))
    ratios: list[tuple[float, float, float]] = []
    for name in names(twins):
        source = TOOLS / f"{name}.rb"
        ours, theirs = cost(compile_file(str(source)).data), cost(compile_twin(name))
        times = times_of(source)
        ratios.append((ours.insns / theirs.insns, ours.processed / theirs.processed, times.ratio))
        cells = [(a, b) for a, b in zip(ours, theirs)]
        cells[3] = (ours.maps // 1024, theirs.maps // 1024)
        line = "".join(f"{a:9}{b:8}{a / b if b else 1:7.2f}" for a, b in cells)
        print(f"{name:16}{line}{times.ours:9.0f}{times.clang:8.0f}{times.ratio:7.2f}", flush=True)
    means = [math.exp(statistics.fmean(math.log(each[i]) for each in ratios)) for i in range(3)]
    print(f"{'geometric mean':16}{means[0]:24.2f}{means[1]:24.2f}{means[2]:72.2f}\n")
