"""Programs with maps, run by the kernel, by the interpreter before and after the passes, and by Ruby with a small model.

A program is one file of tests/run/maps: the same text for all. Its header says what the probe is called with:

# runs: 1 2 3

A `raw_tracepoint "sys_enter"` is given the number as the system call's, a `tc_ingress` as the packet's mark.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from tests.run.contents import of_loaded, of_models, one_cpu, ordered, types_of, without_scratch

FOLDER = Path(__file__).parent / "maps"
MODEL = Path(__file__).parent / "map_model.rb"


class Built(NamedTuple):
    """`plain`, `optimised`: what the interpreter says."""

    data: bytes
    kernel: str
    runs: tuple[int, ...]
    plain: dict[str, Any]
    optimised: dict[str, Any]


def runs_of(path: Path) -> tuple[int, ...]:
    line = next(line for line in path.read_text().splitlines() if line.startswith("# runs: "))
    return tuple(int(word) for word in line.split()[2:])


def build(path: Path, kernel: str = "5.10", scratch: bool = False) -> Built:
    """Compile; the IR is verified on the way. `scratch`: all that may lie in scratch does."""
    from rucy import passes, pipeline
    from rucy.ir.verify import assert_valid_module
    from rucy.lower import lower_module
    from rucy.source import Diagnostics
    from tests.run.harness import _KernelBtf, move_all

    runs = runs_of(path)
    diagnostics, btf = Diagnostics(), _KernelBtf()
    target = pipeline.Target(kernel=kernel)
    checked = pipeline.check_types(pipeline.parse(str(path), diagnostics), btf, target, diagnostics)
    module = pipeline.prove_loops(lower_module(checked), checked)
    assert_valid_module(module)
    data_of: list[tuple[Any, dict[str, Any]]] = []
    plain = interpreted(module, runs, data_of)
    passes.optimise(module)
    module = pipeline.fit_loops(module, checked)
    if scratch:
        move_all(module)
    else:
        pipeline.fit_frames(module)
    assert_valid_module(module)
    optimised = interpreted(module, runs, data_of)
    code = pipeline.generate_code(module, target)
    data = pipeline.build_object(pipeline.link_module(module, code, checked), checked.btf or btf.opened)
    for env, out in data_of:
        out["globals"] = [shown_globals(types_of(data), row) for row in out["globals"]]
        out["maps"] = of_models(types_of(data), env.maps)
    return Built(data, checked.kernel, runs, plain, optimised)


def shown_globals(decoder: Any, memory: dict[str, bytes]) -> dict[str, Any]:
    """Numbers as bits, objects as their BTF says."""
    types = decoder.variables()
    shown = {name: decoder.decode(types[name], data) for name, data in memory.items() if name in types}
    return {n: v if isinstance(v, list | dict | str) else int.from_bytes(memory[n], "little") for n, v in shown.items()}


def context_of(hook: str, number: int) -> bytes:
    """What the program is called with: struct bpf_raw_tracepoint_args or struct __sk_buff of include/uapi/linux/bpf.h."""
    if hook == "tc_ingress":
        return (bytes(8) + (number % 2**32).to_bytes(4, "little")).ljust(192, b"\0")
    return bytes(8) + (number % 2**64).to_bytes(8, "little")


# ---------------------------------------------------------------- the interpreter


def interpreted(module: Any, runs: tuple[int, ...], later: list[tuple[Any, dict[str, Any]]]) -> dict[str, Any]:
    """Globals after each run; maps are shown when the object is there, whose BTF tells what their bytes mean."""
    from rucy.ir import interp

    (program,) = (fn for fn in module.functions if fn.kind == "program")
    first = dict(module.data)
    env, after = interp.Env(), []
    for number in runs:
        before, env = env, interp.Env()
        env.keep_maps(before)
        context = context_of(program.program.hook, number)
        result = interp.run(module, program.name, [env.region("ctx", context, "ctx", True)], env)
        after.append(dict(result.memory))
        env.maps = without_scratch(env.maps)
        for name, data in result.memory.items():
            if name in module.data and module.data[name].writable:
                module.data[name] = module.data[name]._replace(data=data)
    module.data.update(first)
    out: dict[str, Any] = {"globals": after}
    later.append((env, out))
    return out


# ---------------------------------------------------------------- the kernel


def on_kernel(data: bytes, runs: tuple[int, ...]) -> dict[str, Any]:
    from rucy.loader.objects import Loaded
    from rucy.object.read import summarize

    notes = summarize(data).notes or {}
    (probe,) = notes["probes"]
    with one_cpu(), Loaded.open_object(data) as loaded:
        loaded.set_program_types({probe["name"]: (probe["prog_type"], probe["attach_type"], None)})
        loaded.load()
        after = []
        for number in runs:
            packet = bytes(64) if probe["hook"] == "tc_ingress" else b""
            loaded.test_run(probe["name"], packet, ctx_in=context_of(probe["hook"], number))
            after.append({name: loaded.read_global(name) for name in loaded.globals})
        return {"globals": [shown_globals(types_of(data), row) for row in after], "maps": of_loaded(types_of(data), loaded)}


# ---------------------------------------------------------------- Ruby, and all together


def in_ruby(path: Path, runs: tuple[int, ...]) -> dict[str, Any]:
    """The globals as bits, as the others have them; maps' refusals as the counters that the object has for them."""
    command = ["ruby", "-W0", str(MODEL), str(path), *map(str, runs)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    objects = (list, dict, str)
    globals_ = [{n: v if isinstance(v, objects) else int(v or 0) % 2**64 for n, v in row.items()} for row in said["globals"]]
    return {"globals": globals_, "maps": said["maps"], "refused": said["refused"]}


def compared(said: dict[str, Any], ruby: dict[str, Any]) -> dict[str, Any]:
    """What can be compared with Ruby's: globals by its names, maps with their keys in one order, refusals at the end."""
    maps = {name: ordered(said["maps"][name]) for name in ruby["maps"]}
    last = said["globals"][-1]
    counts = ruby.get("refused", {})
    refused = {name: said.get("refused", {}).get(name, last.get(f"__rucy_insert_{name}", 0)) for name in counts}
    names = ruby["globals"][0]
    return {"globals": [{n: row.get(n, 0) for n in names} for row in said["globals"]], "maps": maps, "refused": refused}


def outcomes(path: Path, kernel: bool = True, scratch: bool = False) -> dict[str, dict[str, Any]]:
    """By engine, in a form that is equal when they agree."""
    built = build(path, scratch=scratch)
    ruby = in_ruby(path, built.runs)
    found = {"ruby": ruby, "ir": built.plain, "optimised ir": built.optimised}
    if kernel:
        found["kernel"] = on_kernel(built.data, built.runs)
    return {name: compared(said, ruby) for name, said in found.items()}
