"""The loader on each kernel: every link kind attached and fired, trace lines, refusals and their lines (tests/load)."""

from __future__ import annotations

from pathlib import Path

from tests.vm.guest import Env, options


def prepare_links(out: Path) -> None:
    from tests.load.firing import SCENARIOS

    for scenario in SCENARIOS:
        (out / f"{scenario.name}.o").write_bytes(scenario.build())


@options(timeout=300.0)
def case_links(env: Env) -> None:
    """Each in a child process; all are run before the first failure is told."""
    from tests.load.child import in_child
    from tests.load.firing import SCENARIOS
    from tests.vm.kernels import HOST

    failed = []
    for scenario in SCENARIOS:
        if env.kernel == HOST and scenario.where == "lab":
            continue
        data = (Path(env.out) / f"{scenario.name}.o").read_bytes()
        try:
            in_child(lambda scenario=scenario, data=data: scenario.run(data))
        except AssertionError as error:
            failed.append(f"{scenario.name}: {error}")
    assert not failed, "\n".join(failed)


def prepare_trace_lines(out: Path) -> None:
    from tests.load.printing import build

    (out / "prints.o").write_bytes(build())


def case_trace_lines(env: Env) -> None:
    from tests.load.printing import own_lines_only, prints_lines

    data = (Path(env.out) / "prints.o").read_bytes()
    prints_lines(data)
    own_lines_only(data)


def prepare_refusals(out: Path) -> None:
    from tests.load.refusing import CASES

    for case in CASES:
        (out / f"{case.name}.o").write_bytes(case.build())


def case_refusals(env: Env) -> None:
    from rucy.loader.errors import VerifierRefusal
    from tests.load.firing import opened
    from tests.load.refusing import CASES

    for case in CASES:
        with opened((Path(env.out) / f"{case.name}.o").read_bytes(), "xdp") as loaded:
            try:
                loaded.load()
            except VerifierRefusal as error:
                case.check(error)
            else:
                raise AssertionError(f"{case.name} was loaded")
