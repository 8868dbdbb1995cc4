"""Programs with maps, run by the kernel, by the interpreter before and after the passes, and by Ruby with a small model.

A program is one file of tests/run/maps: the same text for all. Its header says what the probe is called with:

# runs: 1 2 3
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "maps"
MODEL = Path(__file__).parent / "map_model.rb"
_KEYED = ("HASH", "LRU_HASH", "PERCPU_HASH", "LRU_PERCPU_HASH", "ARRAY", "PERCPU_ARRAY")


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


def build(path: Path, kernel: str = "5.10") -> Built:
    """Compile; the IR is verified on the way."""
    from rucy import passes, pipeline
    from rucy.ir.verify import assert_valid_module
    from rucy.lower import lower_module
    from rucy.source import Diagnostics
    from tests.run.harness import _KernelBtf

    runs = runs_of(path)
    diagnostics, btf = Diagnostics(), _KernelBtf()
    target = pipeline.Target(kernel=kernel)
    checked = pipeline.check_types(pipeline.parse(str(path), diagnostics), btf, target, diagnostics)
    module = lower_module(checked)
    assert_valid_module(module)
    data_of: list[tuple[Any, dict[str, Any]]] = []
    plain = interpreted(module, runs, data_of)
    passes.optimise(module)
    assert_valid_module(module)
    optimised = interpreted(module, runs, data_of)
    code = pipeline.generate_code(module, target)
    data = pipeline.build_object(pipeline.link_module(module, code, checked), checked.btf or btf.opened)
    for env, out in data_of:
        out.update(_shown_models(data, env))
    return Built(data, checked.kernel, runs, plain, optimised)


# ---------------------------------------------------------------- the interpreter


def interpreted(module: Any, runs: tuple[int, ...], later: list[tuple[Any, dict[str, Any]]]) -> dict[str, Any]:
    """Globals after each run; maps are shown when the object is there, whose BTF tells what their bytes mean."""
    from rucy.ir import interp

    (program,) = (fn for fn in module.functions if fn.kind == "program")
    first = dict(module.data)
    env, after = interp.Env(), []
    for number in runs:
        maps = env.maps
        env = interp.Env()
        env.maps = maps
        context = bytes(8) + (number % 2**64).to_bytes(8, "little")
        result = interp.run(module, program.name, [env.region("ctx", context, "ctx", True)], env)
        after.append({name: int.from_bytes(data, "little") for name, data in result.memory.items()})
        for name, data in result.memory.items():
            if module.data[name].writable:
                module.data[name] = module.data[name]._replace(data=data)
    module.data.update(first)
    out = {"globals": after}
    later.append((env, out))
    return out


def _shown_models(data: bytes, env: Any) -> dict[str, Any]:
    from rucy.load.decode import Decoder

    decoder = Decoder.of_object(data)
    assert decoder is not None
    types = decoder.map_types()
    shown: dict[str, Any] = {}
    for name, model in env.maps.items():
        kind, known = model.row.type, types[name]
        if kind in _KEYED:
            if "ARRAY" in kind:
                for index in range(model.row.entries):
                    model.find(index.to_bytes(4, "little"))
            shown[name] = [
                [decoder.decode_key(known.key, k), decoder.decode(known.value, v)] for k, v in model.contents().items()
            ]  # fmt: skip
        elif kind in ("RINGBUF", "PERF_EVENT_ARRAY"):
            shown[name] = [decoder.decode(known.record, record) for record in model.listed]
        elif kind == "BLOOM_FILTER":
            shown[name] = None
        else:
            listed = [decoder.decode(known.value, value) for value in model.listed]
            shown[name] = listed[::-1] if kind == "STACK" else listed
    return {"maps": shown}


# ---------------------------------------------------------------- the kernel


@contextmanager
def one_cpu() -> Iterator[None]:
    """Values of per-CPU maps are those of CPU 0."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def on_kernel(data: bytes, runs: tuple[int, ...]) -> dict[str, Any]:
    from rucy.load.objects import Loaded
    from rucy.object.read import summarize

    notes = summarize(data).notes or {}
    (probe,) = notes["probes"]
    with one_cpu(), Loaded.open_object(data) as loaded:
        loaded.set_program_types({probe["name"]: (probe["prog_type"], probe["attach_type"], None)})
        loaded.load()
        after = []
        for number in runs:
            loaded.test_run(probe["name"], ctx_in=bytes(8) + (number % 2**64).to_bytes(8, "little"))
            after.append({name: int.from_bytes(loaded.read_global(name), "little") for name in loaded.globals})
        return {"globals": after, "maps": _shown_maps(data, loaded)}


def _shown_maps(data: bytes, loaded: Any) -> dict[str, Any]:
    from rucy.load.decode import Decoder
    from rucy.load.rings import Ring

    decoder = Decoder.of_object(data)
    assert decoder is not None
    shown: dict[str, Any] = {}
    for name, known in decoder.map_types().items():
        map = loaded.map(name)
        if map.type in _KEYED:
            cells = [(key, cell[0] if isinstance(cell, list) else cell) for key, cell in map.items()]
            shown[name] = [[decoder.decode_key(known.key, k), decoder.decode(known.value, v)] for k, v in cells]
        elif map.type == "RINGBUF":
            with Ring(name, map.fd) as ring:
                shown[name] = []
                while records := ring.records():
                    shown[name] += [decoder.decode(known.record, record) for record in records]
        elif map.type in ("QUEUE", "STACK"):
            shown[name] = [decoder.decode(known.value, value) for value in map.take_all()]
        else:
            shown[name] = None
    return shown


# ---------------------------------------------------------------- Ruby, and all together


def in_ruby(path: Path, runs: tuple[int, ...]) -> dict[str, Any]:
    """The globals as bits, as the others have them; maps' refusals as the counters that the object has for them."""
    command = ["ruby", "-W0", str(MODEL), str(path), *map(str, runs)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    globals_ = [{name: int(value or 0) % 2**64 for name, value in row.items()} for row in said["globals"]]
    return {"globals": globals_, "maps": said["maps"], "refused": said["refused"]}


def compared(said: dict[str, Any], ruby: dict[str, Any]) -> dict[str, Any]:
    """What can be compared with Ruby's: globals by its names, maps with their keys in one order, refusals at the end."""
    maps = {name: _ordered(said["maps"][name]) for name in ruby["maps"]}
    last = said["globals"][-1]
    counts = ruby.get("refused", {})
    refused = {name: said.get("refused", {}).get(name, last.get(f"__rucy_insert_{name}", 0)) for name in counts}
    names = ruby["globals"][0]
    return {"globals": [{n: row.get(n, 0) for n in names} for row in said["globals"]], "maps": maps, "refused": refused}


def _ordered(held: Any) -> Any:
    plain = json.loads(json.dumps(held))
    is_pairs = bool(plain) and all(isinstance(item, list) and len(item) == 2 for item in plain)
    return sorted(plain, key=json.dumps) if is_pairs else plain


def outcomes(path: Path, kernel: bool = True) -> dict[str, dict[str, Any]]:
    """By engine, in a form that is equal when they agree."""
    built = build(path)
    ruby = in_ruby(path, built.runs)
    found = {"ruby": ruby, "ir": built.plain, "optimised ir": built.optimised}
    if kernel:
        found["kernel"] = on_kernel(built.data, built.runs)
    return {name: compared(said, ruby) for name, said in found.items()}
