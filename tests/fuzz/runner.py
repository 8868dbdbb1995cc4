"""Many random programs: batches to worker processes, verdicts and coverage back, findings shrunk and kept as case files."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.cases import case_of
from tests.fuzz.coverage import Coverage
from tests.fuzz.generate import generate
from tests.fuzz.program import Program
from tests.fuzz.shrink import shrink
from tests.run.files import FOLDER, write_case
from tests.run.harness import Counts, Verdict, judge

BATCH = 20
V4_EVERY = 5  # every fifth batch for the newer instruction set
#: Refusals that the language has for programs as such (a frame too large, a loop that is more than the verifier walks, an
#: element or global that is computed from itself and is not atomic, blocks whose order in a chain can be seen, a map without
#: types that nothing is stored in); few random programs may meet them.
BY_DESIGN = (
    "frame-too-large", "loop-too-long", "map-read-modify-write", "global-read-modify-write", "chain-order", "map-open",
)  # fmt: skip


class Finding(NamedTuple):
    seed: int
    status: str
    code: str
    detail: str


class Outcome:
    """`statuses`: how many programs of each; `findings`: whatever is not agreement."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self.coverage = Coverage()
        self.seconds = 0.0
        self.kept: list[Path] = []

    def told(self) -> list[str]:
        counts = ", ".join(f"{name} {n}" for name, n in self.statuses.most_common())
        out = [f"{self.coverage.programs} random programs, {self.coverage.counts.runs} runs, {self.seconds:.0f} s: {counts}"]
        out += [f"missing engine: {name}, {n} programs" for name, n in self.coverage.counts.missing.items()]
        out += [f"seed {f.seed}: {f.status} {f.code}\n{f.detail}" for f in self.findings[:20]]
        out += [f"kept: {path}" for path in self.kept]
        out += [f"never exercised: {name}" for name in self.coverage.missing()]
        return out


def seeds_of(batch: int, start: int, count: int) -> range:
    first = start + batch * BATCH
    return range(first, min(first + BATCH, start + count))


def judge_seeds(seeds: range, cpu: str = "v3") -> tuple[list[tuple[int, Verdict]], Coverage]:
    coverage = Coverage()
    programs = [generate(seed, f"p{seed}") for seed in seeds]
    for program in programs:
        coverage.see(program)
    verdicts = judge([case_of(program) for program in programs], coverage.counts, cpu)
    return list(zip(seeds, verdicts)), coverage


def _work(job: tuple[int, int, int]) -> tuple[list[Finding], Counter[str], Coverage, range]:
    batch, start, count = job
    seeds = seeds_of(batch, start, count)
    verdicts, coverage = judge_seeds(seeds, _cpu(batch))
    findings, statuses = [], Counter[str]()
    for seed, verdict in verdicts:
        by_design = verdict.status == "refused" and verdict.code in BY_DESIGN
        statuses[f"{verdict.status} ({verdict.code})" if by_design else verdict.status] += 1
        if verdict.status != "agree" and not by_design:
            findings.append(Finding(seed, verdict.status, verdict.code, verdict.detail))
    return findings, statuses, coverage, seeds


def _collect_rarely() -> None:
    """As `rucy` does: a sixth of the time of a program would go into looking for cycles."""
    gc.set_threshold(200_000)


def _cpu(batch: int) -> str:
    return "v4" if batch % V4_EVERY == V4_EVERY - 1 else "v3"


def run(start: int, count: int, workers: int = 2, shrinking: bool = True, log: Path | None = None, stop_at: int = 0) -> Outcome:
    """`stop_at`: end after that many findings."""
    outcome, begun = Outcome(), time.monotonic()
    jobs = [(batch, start, count) for batch in range((count + BATCH - 1) // BATCH)]
    said = log.open("w") if log is not None else None
    with multiprocessing.get_context("spawn").Pool(workers, _collect_rarely) as pool:
        for findings, statuses, coverage, seeds in pool.imap_unordered(_work, jobs):
            outcome.findings += findings
            outcome.statuses += statuses
            outcome.coverage.add(coverage)
            if said is not None:
                told = [f"seed {f.seed}: {f.status} {f.code} {f.detail}" for f in findings]
                print(f"seeds {seeds.start}..{seeds.stop - 1}: {dict(statuses)}", *told, sep="\n", file=said, flush=True)
            if stop_at and len(outcome.findings) >= stop_at:
                pool.terminate()
                break
    if said is not None:
        said.close()
    outcome.findings.sort()
    if shrinking:
        outcome.kept = [keep(finding, start) for finding in outcome.findings[:3]]
    outcome.seconds = time.monotonic() - begun
    return outcome


def keep(finding: Finding, start: int) -> Path:
    """Shrink a finding and write it as a case, which from then on is run with the others."""
    program = generate(finding.seed, f"p{finding.seed}")
    cpu = _cpu((finding.seed - start) // BATCH)

    def fails(candidate: Program) -> bool:
        verdict = judge([case_of(candidate)], Counts(), cpu)[0]
        return (verdict.status, verdict.code) == (finding.status, finding.code)

    shrink(program, fails)
    case = case_of(program)
    verdict = judge([case], Counts(), cpu)[0]
    path = FOLDER / "found" / f"{finding.status}_{finding.seed}.rb"
    write_case(path, case, f"Found with seed {finding.seed}: {finding.status}.")
    print(f"seed {finding.seed}, made smaller: {verdict.status}\n{case.text}\n{verdict.detail}")
    return path
