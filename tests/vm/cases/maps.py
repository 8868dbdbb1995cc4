"""The programs of tests/run/maps on each kernel that has what they use: they load, and do what Ruby's model of a map says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.vm.guest import Env, options
from tests.vm.kernels import HOST


def _version(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("-")[0].split(".")[:2])


def prepare_maps(out: Path) -> None:
    from tests.run.mapping import FOLDER, build, compared, in_ruby

    for path in sorted(FOLDER.glob("*.rb")):
        built = build(path)
        ruby = in_ruby(path, built.runs)
        (out / f"{path.stem}.o").write_bytes(built.data)
        row = {"needs": built.kernel, "runs": built.runs, "ruby": compared(ruby, ruby)}
        (out / f"{path.stem}.json").write_text(json.dumps(row))


@options(timeout=900.0)
def case_maps(env: Env) -> None:
    """All are run before the first failure is told."""
    from rucy.loader.errors import LoadError
    from tests.run.mapping import compared, on_kernel

    failed = []
    release = _version(env.release)
    for path in sorted(Path(env.out).glob("*.json")):
        row = json.loads(path.read_text())
        if release < _version(row["needs"]):
            continue
        try:
            said = compared(on_kernel(path.with_suffix(".o").read_bytes(), tuple(row["runs"])), row["ruby"])
        except LoadError as error:
            failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-30:]))
            continue
        failed += [f"{path.stem}: {key}: {said[key]}, not {row['ruby'][key]}" for key in said if said[key] != row["ruby"][key]]
    assert not failed, "\n".join(failed)


def prepare_declarations(out: Path) -> None:
    from rucy.pipeline import compile_file, notes_of

    for path in sorted((Path(__file__).parents[2] / "golden" / "maps").glob("*.rb")):
        built = compile_file(str(path))
        (out / f"{path.stem}.o").write_bytes(built.data)
        row = {"needs": built.checked.kernel, "notes": notes_of(built.data)}
        (out / f"{path.stem}.json").write_text(json.dumps(row))


@options(timeout=900.0)
def case_declarations(env: Env) -> None:
    """The goldens of maps, structs, histograms and arrays of programs load. The host may forbid a kind of program; the lab's
    kernels have all of them."""
    from rucy.cli.loading import open_tool
    from rucy.loader.errors import LoadError
    from rucy.loader.files import ObjectFile

    failed = []
    release = _version(env.release)
    for path in sorted(Path(env.out).glob("*.json")):
        row = json.loads(path.read_text())
        if release < _version(row["needs"]):
            continue
        tool = ObjectFile(path.stem, path.with_suffix(".o").read_bytes(), row["notes"]["probes"], False, row["notes"])
        try:
            with open_tool(tool) as loaded:
                loaded.load()
        except LoadError as error:
            if env.kernel != HOST or error.status != 77:
                failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-30:]))
    assert not failed, "\n".join(failed)


def prepare_programs(out: Path) -> None:
    from rucy.pipeline import compile_file
    from tests.run.map_programs import HOOKS, LAB, program

    for hook in (*HOOKS, *LAB):
        path = out / f"{hook}.rb"
        path.write_text(program(hook))
        (out / f"{hook}.o").write_bytes(compile_file(str(path)).data)


@options(timeout=900.0)
def case_programs(env: Env) -> None:
    """One body with all kinds of map loads in programs of every kind."""
    load_all(env)


def load_all(env: Env) -> None:
    """Every object of the case, each of one program and named as its hook; all are loaded before the first failure is told."""
    from rucy.loader.errors import LoadError
    from rucy.loader.objects import Loaded
    from rucy.object.read import summarize
    from tests.run.map_programs import LAB

    failed = []
    for path in sorted(Path(env.out).glob("*.o")):
        if env.kernel == HOST and path.stem in LAB:
            continue
        data = path.read_bytes()
        (probe,) = (summarize(data).notes or {})["probes"]
        target = probe["target"] if probe["hook"] in ("fentry", "tp_btf") else None
        with Loaded.open_object(data) as loaded:
            loaded.set_program_types({probe["name"]: (probe["prog_type"], probe["attach_type"], target)})
            try:
                loaded.load()
            except LoadError as error:
                failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-30:]))
    assert not failed, "\n".join(failed)


def prepare_kinds(out: Path) -> None:
    from rucy.pipeline import compile_file, notes_of
    from tests.run.map_kinds import KINDS

    for kind in KINDS:
        path = out / f"{kind.name}.rb"
        path.write_text('license "GPL"' + kind.text)
        built = compile_file(str(path))
        (out / f"{kind.name}.o").write_bytes(built.data)
        (out / f"{kind.name}.json").write_text(json.dumps({"needs": built.checked.kernel, "notes": notes_of(built.data)}))


@options(timeout=900.0)
def case_kinds(env: Env) -> None:
    """Each kind of map of the kernel's own objects is filled and used."""
    import traceback

    from tests.run.map_kinds import KINDS, load

    release, failed = _version(env.release), []
    for kind in KINDS:
        if kind.lab and env.kernel == HOST or kind.until and release > _version(kind.until):
            continue
        row = json.loads((Path(env.out) / f"{kind.name}.json").read_text())
        data = (Path(env.out) / f"{kind.name}.o").read_bytes()
        if release < max(_version(row["needs"]), _version(kind.since)):
            failed += _not_refused(kind, data, row["notes"]) if release < _version(row["needs"]) else []
            continue
        print(kind.name, flush=True)
        try:
            load(kind, data, row["notes"])
        except Exception as error:
            failed.append(f"{kind.name}: {traceback.format_exc()}" + "\n".join(getattr(error, "tail", ())[-30:]))
    assert not failed, "\n".join(failed)


def _not_refused(kind: Any, data: bytes, notes: dict[str, Any]) -> list[str]:
    """What a kernel is too old for it refuses, and that is said in one line with status 77."""
    from rucy.cli.loading import open_tool
    from rucy.loader.errors import LoadError
    from rucy.loader.files import ObjectFile

    try:
        with open_tool(ObjectFile("program", data, notes["probes"], False, notes)) as found:
            found.load()
    except LoadError as error:
        return [] if error.status == 77 else [f"{kind.name}: {error.status}: {error}"]
    return [f"{kind.name}: loads on a kernel that is too old for it"]
