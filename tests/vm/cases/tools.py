"""The programs of tools/ on each kernel, from one executable each, built once against Linux 6.1's BTF: tests/tools/checks.py says
what must happen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.tools.checks import CHECKS, Check
from tests.tools.running import TOOLS, build
from tests.vm.guest import Env, Skip, options
from tests.vm.kernels import HOST


def _pair(check: Check) -> tuple[Callable[[Path], None], Callable[[Env], None]]:
    def prepare(out: Path) -> None:
        from tests.vm.btf import kernel_btf

        build(TOOLS / f"{check.name}.rb", out / "tool", kernel_btf("6.1"))

    @options(timeout=240.0)
    def case(env: Env) -> None:
        if check.lab and env.kernel == HOST:
            raise Skip("the host may have no kprobes; the lab's kernels do")
        if tuple(int(part) for part in env.release.split("-")[0].split(".")[:2]) < check.since:
            raise Skip(f"it needs Linux {'.'.join(map(str, check.since))}")
        check.check(Path(env.out) / "tool")

    return prepare, case


for _check in CHECKS:
    globals()[f"prepare_{_check.name}"], globals()[f"case_{_check.name}"] = _pair(_check)
