"""Every link kind of the loader, attached and fired on each kernel: the scenarios of tests/load/firing.py."""

from __future__ import annotations

from pathlib import Path

from tests.vm.guest import Env, options


def prepare_links(out: Path) -> None:
    from tests.load.firing import SCENARIOS

    for scenario in SCENARIOS:
        (out / f"{scenario.name}.o").write_bytes(scenario.build())


@options(timeout=120.0)
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
