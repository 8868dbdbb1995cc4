"""The programs of tests/run/maps on each kernel that has what they use: they load, and do what Ruby's model of a map says."""

from __future__ import annotations

import json
from pathlib import Path

from tests.vm.guest import Env, options


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
    from rucy.load.errors import LoadError
    from tests.run.mapping import compared, on_kernel

    failed = []
    release = tuple(int(part) for part in env.release.split("-")[0].split(".")[:2])
    for path in sorted(Path(env.out).glob("*.json")):
        row = json.loads(path.read_text())
        if release < tuple(map(int, row["needs"].split("."))):
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
    """The goldens of maps, structs, histograms and arrays of programs load."""
    from rucy.cli.loading import Tool, open_tool
    from rucy.load.errors import LoadError

    failed = []
    release = tuple(int(part) for part in env.release.split("-")[0].split(".")[:2])
    for path in sorted(Path(env.out).glob("*.json")):
        row = json.loads(path.read_text())
        if release < tuple(map(int, row["needs"].split("."))):
            continue
        tool = Tool(path.stem, path.with_suffix(".o").read_bytes(), row["notes"]["probes"], False, row["notes"])
        try:
            with open_tool(tool) as loaded:
                loaded.load()
        except LoadError as error:
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
    from rucy.load.errors import LoadError
    from rucy.load.objects import Loaded
    from rucy.object.read import summarize
    from tests.run.map_programs import LAB
    from tests.vm.kernels import HOST

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
