"""Random programs on each kernel: what was compiled on the host is loaded, run, and gives what the interpreter says."""

from __future__ import annotations

import json
from pathlib import Path

from tests.vm.guest import Env, options

COUNT = 300
START = 1_000_000  # other programs than those of tests/fuzz
BATCH = 20


def prepare_random_programs(out: Path) -> None:
    from tests.fuzz.cases import case_of
    from tests.fuzz.generate import generate
    from tests.fuzz.runner import BY_DESIGN
    from tests.run.harness import Counts, Refused, build

    refused = 0
    for first in range(START, START + COUNT, BATCH):
        cases = [case_of(generate(seed, f"p{seed}", old=True)) for seed in range(first, first + BATCH)]
        try:
            groups = [(cases, build(cases, Counts()))]
        except Refused:
            groups = []
            for case in cases:
                try:
                    groups.append(([case], build([case], Counts())))
                except Refused as error:
                    assert error.codes[0] in BY_DESIGN, f"{case.name}: {error}"
                    refused += 1
        for number, (held, built) in enumerate(groups):
            assert built.kernel == "5.10", f"{held[0].name} and others need Linux {built.kernel}"
            name = f"{first}-{number}"
            (out / f"{name}.o").write_bytes(built.data)
            rows = [[*case._replace(text="", source="", reset=""), built.optimised[case.name]] for case in held]
            (out / f"{name}.json").write_text(json.dumps(rows))
    assert refused < COUNT / 50


@options(timeout=900.0)
def case_random_programs(env: Env) -> None:
    from tests.run.harness import VerifierSaid, on_kernel, set_comm

    set_comm()
    failed: list[str] = []
    loaded = 0
    for path in sorted(Path(env.out).glob("*.o")):
        rows = json.loads(path.with_suffix(".json").read_text())
        cases = {row[0]: _case(row) for row in rows}
        expected = {row[0]: row[-1] for row in rows}
        try:
            said = on_kernel(path.read_bytes(), list(cases.values()))
        except VerifierSaid as error:
            failed.append(f"{path.name}: {error.program}: {error}")
            continue
        loaded += len(said)
        for name, outcomes in said.items():
            first = 0 if cases[name].hook == "socket" else 1  # a raw tracepoint's value is ignored
            if [run[first:] for run in outcomes] != [run[first:] for run in expected[name]]:
                failed.append(f"{name}: {outcomes} instead of {expected[name]}")
    assert not failed, f"{len(failed)} findings\n" + "\n".join(failed[:5])
    assert loaded > COUNT * 0.98, loaded


def _case(row: list[object]) -> object:
    from tests.run.harness import Case

    return Case(*row[:-1])  # type: ignore[arg-type]
