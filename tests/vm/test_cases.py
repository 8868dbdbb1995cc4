"""Every case of tests/vm/cases on every kernel of the list: one boot a kernel, one test a case.

`pytest -k` decides which cases a boot runs. RUCY_KERNELS chooses kernels, RUCY_NO_VM=1 leaves only `host`.
"""

from __future__ import annotations

import importlib
import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.vm import kernels
from tests.vm.boot import BootFailed, Job, JobResult, run
from tests.vm.guest import Options

_FOLDER = Path(__file__).parent / "cases"


class Case(NamedTuple):
    module: str  # within tests.vm.cases
    name: str  # without `case_`
    options: Options
    prepare: Callable[[Path], None] | None

    @property
    def id(self) -> str:
        return f"{self.module}.{self.name}"


def find_cases() -> list[Case]:
    found: list[Case] = []
    for path in sorted(_FOLDER.glob("[a-z]*.py")):
        module = importlib.import_module(f"tests.vm.cases.{path.stem}")
        for function, value in vars(module).items():
            if function.startswith("case_") and value.__module__ == module.__name__:
                name = function.removeprefix("case_")
                options = value.__dict__.get("options", Options())
                found.append(Case(path.stem, name, options, getattr(module, f"prepare_{name}", None)))
    return sorted(found, key=lambda case: case.options.last)


def _parameters() -> list[Any]:
    """(kernel, case) pairs, kernel by kernel."""
    return [
        pytest.param(kernel, case, id=f"{kernel}-{case.id}", marks=pytest.mark.root if kernel == kernels.HOST else pytest.mark.vm)
        for kernel in kernels.wanted()
        for case in find_cases()
        if not case.options.kernels or kernel in case.options.kernels
    ]  # fmt: skip


class Lab:
    """The boots of this test run: each kernel once, with the selected cases; what they said is kept.

    The first case asked for starts all boots, as many at a time as there are CPUs: a guest's Python uses one.
    """

    def __init__(self, selected: list[tuple[str, Case]], folder: Path, report: Callable[[str], None]) -> None:
        self.selected = selected
        self.folder = folder
        self.report = report
        self.prepared: dict[str, str] = {}  # case id → "", or why it could not be prepared
        self.booting: dict[str, Future[dict[str, JobResult]]] = {}
        self.booted: dict[str, dict[str, JobResult] | Exception] = {}

    def result(self, kernel: str, case: Case) -> JobResult:
        """Boots at the first case. Raises what the boot raised, for each of its cases."""
        if not self.booting:
            self._start()
        if kernel not in self.booted:
            try:
                results = self.booted[kernel] = self.booting[kernel].result()
                release = os.uname().release if kernel == kernels.HOST else kernels.get(kernel).release
                self.report(f"kernel {kernel}: {release} ran {len(results)} cases")
            except (BootFailed, kernels.NotOffered, kernels.Unreachable) as error:
                self.booted[kernel] = error
                verb = "skipped" if isinstance(error, kernels.NotOffered) else "FAILED"
                count = sum(1 for name, _ in self.selected if name == kernel)
                self.report(f"kernel {kernel}: {verb}, {count} cases not run: {str(error).splitlines()[0]}")
        held = self.booted[kernel]
        if isinstance(held, Exception):
            raise held
        return held[case.id]

    def _start(self) -> None:
        for _, case in self.selected:
            self._prepare(case)
        gate = threading.Semaphore(os.cpu_count() or 1)
        for kernel in dict.fromkeys(name for name, _ in self.selected):
            self.booting[kernel] = Future()
            threading.Thread(target=self._boot, args=(kernel, gate), daemon=True).start()  # Ctrl-C waits for none

    def _boot(self, kernel: str, gate: threading.Semaphore) -> None:
        with gate:
            try:
                self.booting[kernel].set_result(self._run(kernel, [one for name, one in self.selected if name == kernel]))
            except BaseException as error:
                self.booting[kernel].set_exception(error)

    def _run(self, kernel: str, cases: list[Case]) -> dict[str, JobResult]:
        failed = {case.id: self.prepared[case.id] for case in cases}
        jobs = [
            Job(
                case.id,
                function=f"tests.vm.cases.{case.module}:case_{case.name}",
                timeout=case.options.timeout,
                out=str(self.folder / case.id),
            )
            for case in cases
            if not failed[case.id]
        ]
        results = {result.name: result for result in run(kernel, jobs)}
        for name, why in failed.items():
            if why:
                results[name] = JobResult(name, "failed", 1, "", f"could not be prepared on the host:\n{why}", 0.0)
        return results

    def _prepare(self, case: Case) -> None:
        if case.id not in self.prepared:
            self.prepared[case.id] = ""
            out = self.folder / case.id
            out.mkdir()
            try:
                if case.prepare is not None:
                    case.prepare(out)
            except Exception:
                self.prepared[case.id] = traceback.format_exc()


@pytest.fixture(scope="session")
def lab(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, closing_line: Callable[[str], None]
) -> Lab:
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    pairs = [call.params for call in calls if call is not None and {"kernel", "case"} <= call.params.keys()]
    return Lab([(pair["kernel"], pair["case"]) for pair in pairs], tmp_path_factory.mktemp("vm"), closing_line)


@pytest.mark.parametrize(("kernel", "case"), _parameters())
def test_case(kernel: str, case: Case, lab: Lab) -> None:
    if kernel != kernels.HOST and os.geteuid() != 0:
        pytest.fail("booting a kernel needs root (virtiofsd); RUCY_NO_VM=1 leaves these tests out", pytrace=False)
    try:
        result = lab.result(kernel, case)
    except kernels.NotOffered as error:
        pytest.skip(str(error))
    except (BootFailed, kernels.Unreachable) as error:
        pytest.fail(str(error), pytrace=False)
    if result.status == "skipped":
        pytest.skip(result.stderr.strip())
    if result.status != "passed":
        text = f"{case.id} on {kernel}: {result.status}, exit status {result.code}\n{result.stdout}{result.stderr}"
        pytest.fail(text, pytrace=False)
