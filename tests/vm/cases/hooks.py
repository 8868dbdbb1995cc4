"""Ruby programs on each kernel, one object each for all of them: what they see and do, and that the verifier takes them
(tests/hooks)."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from tests.vm.guest import Env, Skip, options


def _compile(paths: list[Path], out: Path) -> None:
    """Against Linux 6.1's BTF: 5.10 lacks what came later, the newest has moved the fields."""
    from tests.hooks.programs import compile_for
    from tests.vm.btf import kernel_btf

    for path in paths:
        (out / f"{path.parent.name}-{path.stem}.o").write_bytes(compile_for(path, str(kernel_btf("6.1"))))


def _all(jobs: list[tuple[str, Callable[[], None]]]) -> None:
    """Each in a child process; all are run before the failures are told."""
    from tests.load.child import in_child

    failed = []
    for name, job in jobs:
        try:
            in_child(job)
        except AssertionError:
            failed.append(f"{name}: {traceback.format_exc(limit=0)}")
    assert not failed, "\n".join(failed)


def prepare_firing(out: Path) -> None:
    from tests.hooks.programs import sources

    _compile(sources(), out)


@options(timeout=900.0)
def case_firing(env: Env) -> None:
    from tests.hooks.firing import FIRINGS
    from tests.vm.kernels import HOST

    def job(program: str, fire: Callable[[bytes], None]) -> Callable[[], None]:
        data = (Path(env.out) / f"programs-{program}.o").read_bytes()
        return lambda: fire(data)

    mine = [one for one in FIRINGS if one.fire.__module__ != "tests.hooks.packets"]  # those: cases/packets.py
    _all([(one.id, job(one.program, one.fire)) for one in mine if env.kernel != HOST or one.where == "any"])


def prepare_loading(out: Path) -> None:
    from tests.hooks import generated
    from tests.hooks.programs import all_sources, ready_sections, section_source

    _compile(all_sources(), out)
    made = {section.replace("/", "-"): section_source(section) for section in ready_sections()} | generated.sources()
    folder = out / "made"
    folder.mkdir()
    for name, text in made.items():
        (folder / f"{name}.rb").write_text(text)
    _compile(sorted(folder.iterdir()), out)


@options(timeout=900.0)
def case_loading(env: Env) -> None:
    """The lab's kernels have all that they need; the running one may forbid some kinds."""
    from tests.hooks.loading import try_load
    from tests.vm.kernels import HOST

    def job(path: Path) -> Callable[[], None]:
        def run() -> None:
            lacking = try_load(path.read_bytes())
            assert env.kernel == HOST or not lacking, lacking

        return run

    _all([(path.stem, job(path)) for path in sorted(Path(env.out).glob("*.o"))])


def prepare_drawn(out: Path) -> None:
    """For each kernel from its own BTF: random functions and tracepoints, fields of their arguments."""
    from rucy.btf.reader import open_btf
    from tests.hooks import sweep
    from tests.vm.btf import kernel_btf
    from tests.vm.kernels import NotOffered, booted

    for kernel in booted():
        try:
            path = str(kernel_btf(kernel))
        except NotOffered:
            continue
        btf = open_btf(path)
        folder = out / kernel
        folder.mkdir()
        for one in [*sweep.functions(btf, "fentry", 40, 2), *sweep.tracepoints(btf, 40, 3)]:
            data = sweep.compiled(one, str(out / "drawn.rb"), path)
            if data is not None:
                (folder / f"{one.target}.o").write_bytes(data)


@options(timeout=900.0)
def case_drawn(env: Env) -> None:
    """A few functions of the BTF are not there to be traced; of the others the verifier takes what is read."""
    from tests.hooks.loading import try_load
    from tests.vm.kernels import HOST

    if env.kernel == HOST:
        raise Skip("tests/hooks/test_sweep.py does it here")
    def job(path: Path) -> Callable[[], None]:
        return lambda: print(try_load(path.read_bytes()))

    paths = sorted((Path(env.out) / env.kernel).glob("*.o"))
    _all([(path.stem, job(path)) for path in paths])
    assert len(paths) > 60
