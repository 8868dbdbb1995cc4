"""One program, three meanings: what the kernel computes, what the IR says (before and after the passes), what Ruby says.

In: cases. Each runs several times with other inputs; results are its $globals, as 64 bits each, and a socket filter's value.
Out: a `Verdict` for each case, and in `Counts` what the compiler did on the way. Cases are compiled together, as programs
of one object; when that is refused, one by one.

Engines that are not there (no root, no ruby) are counted by name in `Counts.missing`: a verdict without them is no verdict
on them.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.run.contents import of_loaded, of_models, one_cpu, ordered, types_of, without_scratch

ORACLE = Path(__file__).parent / "oracle.rb"
COMM = "rucy-fuzz"
PACKET = bytes(64)
_PR_SET_NAME = 15  # include/uapi/linux/prctl.h
_STEPS = 3_000_000
_REFUSED = "__rucy_insert_"
ABSENT = -1  # a global that nothing compiled mentions is not in the object


class Case(NamedTuple):
    """`text`: the program for the compiler; all its names begin with `name`. `source`, `reset`: for the oracle, `prog` and what
    sets the globals; without source the oracle reads `text` itself. `reads`: the globals, without `$`. `fields`: (name, type)
    of the context. `runs`: values of fields and globals, 64 bits each. `texts`: the globals that hold text. `maps`: those
    compared behind the last run. `fills`: (LPM trie, prefix, address, value) that user space puts in before the first.
    `prints`: does the program write? `objects`: the globals that hold objects or arrays."""

    name: str
    hook: str  # "raw" or "socket"
    text: str
    source: str
    reset: str
    reads: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    runs: tuple[dict[str, int], ...]
    texts: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    fills: tuple[tuple[str, int, int, int], ...] = ()
    prints: bool = False
    objects: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """`status`: agree, differ, refused (by the compiler; `code` says how), verifier, crash, or oracle (the case is no Ruby)."""

    case: Case
    status: str
    detail: str = ""
    code: str = ""


class Counts:
    """What was exercised: programs that each pass changed, selection rules, instructions, missing engines. `scratch`: all memory
    that may lie in scratch does."""

    def __init__(self, scratch: bool = False) -> None:
        self.scratch = scratch
        self.passes: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self.runs = 0

    def add(self, other: Counts) -> None:
        self.passes += other.passes
        self.rules += other.rules
        self.missing += other.missing
        self.runs += other.runs


#: The result and the globals of one run; behind the last run [END, {map: contents}, {map: refused inserts}, what was written].
Outcome = list[Any]
END = "end"


def context_bytes(fields: Sequence[tuple[str, str]], values: dict[str, int]) -> bytes:
    """Fields at their sizes and C alignment; whole words, as the kernel takes them."""
    out = bytearray()
    for name, type_ in fields:
        size = 1 if type_ == "bool" else int(type_[1:]) // 8
        out += bytes(-len(out) % size)
        out += (values.get(name, 0) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    return bytes(out + bytes(-len(out) % 8)) or bytes(8)


# ---------------------------------------------------------------- the compiler


class Built(NamedTuple):
    """`kernel`: the oldest release that has all of it. `plain`, `optimised`: case name → the outcome of each run, or what
    went wrong, on the interpreter."""

    data: bytes
    kernel: str
    plain: dict[str, list[Outcome] | str]
    optimised: dict[str, list[Outcome] | str]


class Refused(Exception):
    """The compiler said no. `codes`: its diagnostics'."""

    def __init__(self, codes: list[str], text: str) -> None:
        super().__init__(text)
        self.codes = codes


def build(cases: Sequence[Case], counts: Counts, interpret: bool = True, cpu: str = "v3", path: str = "") -> Built:
    """Compile the cases as one file. Raises Refused, and whatever a broken compiler raises."""
    from rucy import passes, pipeline
    from rucy.codegen import select
    from rucy.lower import lower_module
    from rucy.source import Diagnostics, UserError

    with tempfile.TemporaryDirectory() as folder:
        file = path or str(Path(folder) / "case.rb")
        Path(file).write_text('license "GPL"\n' + "".join(case.text for case in cases))
        options = pipeline.Options(pipeline.Target(cpu=cpu))
        diagnostics = Diagnostics()
        try:
            btf = _KernelBtf()
            checked = pipeline.check_types(pipeline.parse(file, diagnostics), btf, options.target, diagnostics)
            module = pipeline.prove_loops(lower_module(checked), checked)
            plain = interpreted(module, cases) if interpret else _Interpreted()
            passes.FIRED.clear()
            passes.optimise(module)
            counts.passes.update(passes.FIRED)
            module = pipeline.fit_loops(module, checked)
            if counts.scratch:
                move_all(module)
            else:
                pipeline.fit_frames(module)
            optimised = interpreted(module, cases) if interpret else _Interpreted()
            select.FIRED.clear()
            code = pipeline.generate_code(module, options.target)
            counts.rules.update(select.FIRED)
            data = pipeline.build_object(pipeline.link_module(module, code, checked), checked.btf or btf.opened)
        except UserError as error:
            found = list(error.diagnostics)
            raise Refused([d.code for d in found], "\n".join(_told(d) for d in found)) from None
    return Built(data, checked.kernel, plain.finished(data, module), optimised.finished(data, module))


def move_all(module: Any) -> None:
    """Every slot that may lie in scratch does."""
    from rucy import pipeline

    scratch = pipeline._scratch(module)
    while scratch.make_room(tuple(scratch.functions), 1 << 30):
        pass


class _KernelBtf:
    """The running kernel's types, opened when the compiler asks for them."""

    def __init__(self) -> None:
        self.opened: Any = None

    def __call__(self) -> Any:
        from rucy.btf.reader import open_btf

        self.opened = self.opened or open_btf(None)
        return self.opened


def _told(diagnostic: Any) -> str:
    from rucy.source.render import render

    try:
        return render(diagnostic)
    except KeyError as error:
        return f"[{diagnostic.code}] cannot be shown: {error!r}"


class _Interpreted:
    """`outcomes`: case name → its runs, or what went wrong; `ends`: (case, models of its maps, refused inserts), which are
    shown by the types of the object, once that is made."""

    def __init__(self, cases: Sequence[Case] = ()) -> None:
        self.cases = cases
        self.outcomes: dict[str, list[Outcome] | str] = {}
        self.ends: list[tuple[Case, dict[str, Any], dict[str, int]]] = []

    def finished(self, data: bytes, module: Any) -> dict[str, list[Outcome] | str]:
        from rucy.loader.output import RING, Formats

        objects = {name for case in self.cases for name in case.objects}
        decoder = types_of(data) if self.ends or objects else None
        for case in self.cases:
            _decode_objects(decoder, case, self.outcomes[case.name])
        formats = Formats(module.notes["formats"]) if "formats" in module.notes else None
        for case, models, refused in self.ends:
            text = "".join(map(formats.text, models[RING].listed)) if formats is not None and RING in models else ""
            shown = {name: ordered(held) for name, held in of_models(decoder, models, case.maps).items()}
            outcomes = self.outcomes[case.name]
            assert isinstance(outcomes, list)
            outcomes.append([END, shown, refused, text])
        return self.outcomes


def interpreted(module: Any, cases: Sequence[Case]) -> _Interpreted:
    from rucy.ir.interp import InterpError

    made = _Interpreted(cases)
    for case in cases:
        try:
            made.outcomes[case.name] = _run_on_interpreter(module, case, made)
        except InterpError as error:
            made.outcomes[case.name] = str(error)
    return made


def _run_on_interpreter(module: Any, case: Case, made: _Interpreted) -> list[Outcome]:
    from rucy.ir import interp

    own, first = _own_module(module, case), {}
    maps: dict[str, Any] = {}
    outcomes = []
    for number, values in enumerate(case.runs):
        for name, row in own.data.items():
            if name in values:
                own.data[name] = row._replace(data=values[name].to_bytes(8, "little")[: len(row.data)])
        first = first or dict(own.data)
        env = interp.Env()
        env.comm, env.maps, env.step_limit = COMM.encode(), maps, _STEPS
        if case.fills and not number:
            _fill_models(env, own, case)
        data = context_bytes(case.fields, values) if case.hook == "raw" else bytes(192)
        result = interp.run(own, case.name, [env.region("ctx", data, "ctx", True)], env)
        maps = without_scratch(env.maps)
        for name in own.data:  # counters go on, all else begins anew
            if name.startswith("__rucy_"):
                own.data[name] = own.data[name]._replace(data=result.memory[name])
        outcomes.append([result.value & 0xFFFFFFFF, *(_shown(case, n, result.memory.get(n)) for n in case.reads)])  # type: ignore[operator]
    if case.maps or case.prints:
        counters = {n: own.data[f"{_REFUSED}{n}"].data for n in case.maps if f"{_REFUSED}{n}" in own.data}
        refused = {name: int.from_bytes(data, "little") for name, data in counters.items()}
        made.ends.append((case, maps, refused))
    return outcomes


def _own_module(module: Any, case: Case) -> Any:
    """The case's part of the module."""
    from rucy.ir.function import Module

    own = Module(module.license)
    own.externs = module.externs
    own.functions = [fn for fn in module.functions if _is_own(case, fn.name) or fn.name.startswith("__")]
    for name, row in module.data.items():
        if not row.writable or _is_own(case, name) or name.startswith("__rucy_"):
            own.data[name] = row
    for name, row in module.maps.items():
        if name in case.maps or name.startswith("rucy_"):
            own.maps[name] = row
    return own


def _is_own(case: Case, name: str) -> bool:
    """Callbacks and methods of structs have the program's name in capitals or somewhere inside."""
    return name == case.name or f"{case.name}_" in name or f"{case.name.upper()}S" in name


def _fill_models(env: Any, module: Any, case: Case) -> None:
    from rucy.ir.map_models import Model

    for name, bits, address, value in case.fills:
        model = env.maps.setdefault(name, Model(env, module.maps[name]))
        model.fill({_prefix(bits, address): value.to_bytes(8, "little")[: module.maps[name].value_size]})


def _prefix(bits: int, address: int) -> bytes:
    return bits.to_bytes(4, "little") + address.to_bytes(4, "big")


def _shown(case: Case, name: str, data: bytes | None) -> int | str | bytes:
    """Objects as their bytes, as long as their types are not known."""
    if data is None:
        return ABSENT
    if name in case.objects:
        return data
    return data.partition(b"\0")[0].decode() if name in case.texts else int.from_bytes(data, "little")


def _decode_objects(decoder: Any, case: Case, outcomes: list[Outcome] | str) -> None:
    """The globals that hold objects, in place."""
    types = decoder.variables() if case.objects else {}
    for run in outcomes if isinstance(outcomes, list) else ():
        for at, name in enumerate(case.reads, 1):
            if name in case.objects and isinstance(run[at], bytes):
                run[at] = decoder.decode(types[name], run[at])


# ---------------------------------------------------------------- the kernel


class VerifierSaid(Exception):
    """The kernel refused a program. `program`: which."""

    def __init__(self, program: str, text: str) -> None:
        super().__init__(text)
        self.program = program


def set_comm() -> None:
    """Name this thread what the oracle's `comm` says."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, COMM.encode(), 0, 0, 0)


def opened(data: bytes) -> Any:
    from rucy.loader.objects import Loaded
    from rucy.pipeline import describe_probes

    loaded = Loaded.open_object(data)
    loaded.set_program_types({p["name"]: (p["prog_type"], p["attach_type"], None) for p in describe_probes(data)})
    return loaded


def on_kernel(data: bytes, cases: Sequence[Case]) -> dict[str, list[Outcome]]:
    """Load and run. Raises VerifierSaid."""
    from rucy.loader.errors import LoadError, VerifierRefusal

    with opened(data) as loaded:
        try:
            loaded.load()
        except VerifierRefusal as error:
            raise VerifierSaid(
                error.program, f"{error}\n{error.file}:{error.line}: {error.source}\n" + "\n".join(error.tail)
            ) from None
        except LoadError as error:
            raise VerifierSaid("", str(error)) from None
        there = set(loaded.globals)
        if not any(case.maps or case.prints or case.objects for case in cases):
            return {case.name: _run_case(loaded, case, there) for case in cases}
        decoder = types_of(data) if any(case.maps or case.objects for case in cases) else None
        out = {}
        with one_cpu(), _Output(loaded, data, any(case.prints for case in cases)) as output:
            for case in cases:
                _fill(loaded, case)
                outcomes = _run_case(loaded, case, there)
                _decode_objects(decoder, case, outcomes)
                if case.maps or case.prints:
                    outcomes.append(_end(loaded, case, decoder, there, output))
                out[case.name] = outcomes
        return out


class _Output:
    """What the programs write, as text."""

    def __init__(self, loaded: Any, data: bytes, wanted: bool) -> None:
        from rucy.loader.output import RING, Formats
        from rucy.loader.rings import Ring
        from rucy.pipeline import notes_of

        formats = notes_of(data).get("formats") if wanted else None
        self.formats = Formats(formats) if formats else None
        self.ring = Ring(RING, loaded.map_fd(RING)) if formats else None

    def __enter__(self) -> _Output:
        return self

    def __exit__(self, *error: object) -> None:
        if self.ring is not None:
            self.ring.close()

    def text(self) -> str:
        out: list[str] = []
        while self.ring is not None and self.formats is not None and (records := self.ring.records()):
            out += map(self.formats.text, records)
        return "".join(out)


def _fill(loaded: Any, case: Case) -> None:
    from rucy.loader.libbpf import libbpf

    for name, bits, address, value in case.fills:
        map = loaded.map(name)
        data = value.to_bytes(8, "little")[: map.value_size]
        assert libbpf().call("bpf_map_update_elem", map.fd, _prefix(bits, address), data, ctypes.c_ulonglong(0)) == 0


def _end(loaded: Any, case: Case, decoder: Any, there: set[str], output: _Output) -> Outcome:
    counters = [name for name in case.maps if f"{_REFUSED}{name}" in there]
    refused = {name: int.from_bytes(loaded.read_global(f"{_REFUSED}{name}"), "little") for name in counters}
    shown = of_loaded(decoder, loaded, case.maps) if case.maps else {}
    return [END, {name: ordered(held) for name, held in shown.items()}, refused, output.text() if case.prints else ""]


def _run_case(loaded: Any, case: Case, there: set[str]) -> list[Outcome]:
    inputs = {name for values in case.runs for name in values}
    first = {name: loaded.read_global(name) for name in sorted({*case.reads, *inputs} & there)}
    outcomes = []
    for values in case.runs:
        for name, initial in first.items():
            given = values[name].to_bytes(8, "little")[: len(initial)] if name in values else initial
            loaded.write_global(name, given)
        if case.hook == "raw":
            run = loaded.test_run(case.name, ctx_in=context_bytes(case.fields, values))
        else:
            run = loaded.test_run(case.name, PACKET)
        memory = [_shown(case, n, loaded.read_global(n) if n in there else None) for n in case.reads]
        outcomes.append([run.retval, *memory])
    for name, initial in first.items():
        loaded.write_global(name, initial)
    return outcomes


# ---------------------------------------------------------------- ruby


class Oracle:
    """One ruby process for as many cases as there are."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def outcomes(self, case: Case) -> list[Outcome] | str:
        """Or what ruby raised."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(["ruby", str(ORACLE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin is not None and self.process.stdout is not None
        names = {name for name, _ in case.fields}
        row = {
            "id": case.name, "source": case.source, "text": case.text, "reset": case.reset, "comm": COMM,
            "read": [f"${name}" for name in case.reads], "fields": case.fields,
            "runs": [[values.get(name, 0) for name, _ in case.fields] for values in case.runs],
            "globals": [{f"${n}": v for n, v in values.items() if n not in names} for values in case.runs],
            "maps": case.maps, "prints": case.prints,
        }  # fmt: skip
        self.process.stdin.write(json.dumps(row) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            return str(answer["error"])
        runs: list[Outcome] = [[run[0] & 0xFFFFFFFF, *run[1:]] for run in answer["runs"]]
        if case.maps or case.prints:
            maps, refused, text = answer["end"]
            runs.append([END, {name: ordered(held) for name, held in maps.items()}, refused, text])
        return runs

    def close(self) -> None:
        if self.process is not None:
            assert self.process.stdin is not None and self.process.stdout is not None
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None


_oracle = Oracle()


def have_ruby() -> bool:
    return shutil.which("ruby") is not None


def have_kernel() -> bool:
    return os.geteuid() == 0 and os.environ.get("RUCY_NO_KERNEL") != "1"


# ---------------------------------------------------------------- all three


def judge(cases: Sequence[Case], counts: Counts, cpu: str = "v3", interpret: bool = True) -> list[Verdict]:
    """A verdict for each case, in order."""
    if not cases:
        return []
    try:
        built = build(cases, counts, interpret, cpu)
        kernel: dict[str, list[Outcome]] = {}
        if have_kernel():
            set_comm()
            kernel = on_kernel(built.data, cases)
    except Refused as error:
        if len(cases) == 1:
            return [Verdict(cases[0], "refused", str(error), error.codes[0] if error.codes else "")]
        return _halves(cases, counts, cpu, interpret)
    except VerifierSaid as error:
        if len(cases) == 1:
            return [Verdict(cases[0], "verifier", str(error))]
        return _without(cases, error.program, counts, cpu, interpret)
    except Exception as error:  # a broken compiler raises anything
        if len(cases) == 1:
            return [Verdict(cases[0], "crash", _traceback(error))]
        return _halves(cases, counts, cpu, interpret)
    return [_compare(case, built, kernel.get(case.name), counts) for case in cases]


def _halves(cases: Sequence[Case], counts: Counts, cpu: str, interpret: bool) -> list[Verdict]:
    middle = len(cases) // 2
    return judge(cases[:middle], counts, cpu, interpret) + judge(cases[middle:], counts, cpu, interpret)


def _without(cases: Sequence[Case], program: str, counts: Counts, cpu: str, interpret: bool) -> list[Verdict]:
    """The one that the verifier refused alone, the others together."""
    bad = next((case for case in cases if case.name == program), None)
    if bad is None:
        return _halves(cases, counts, cpu, interpret)
    made = {v.case.name: v for v in judge([c for c in cases if c is not bad], counts, cpu, interpret)}
    made[bad.name] = judge([bad], counts, cpu, interpret)[0]
    return [made[case.name] for case in cases]


def _traceback(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error)[-4:])


def _compare(case: Case, built: Built, kernel: list[Outcome] | None, counts: Counts) -> Verdict:
    counts.runs += len(case.runs)
    engines: dict[str, list[Outcome] | str] = {}
    if case.name in built.plain:
        engines["ir"] = built.plain[case.name]
        engines["optimised ir"] = built.optimised[case.name]
    if kernel is not None:
        engines["kernel"] = kernel
    else:
        counts.missing["kernel"] += 1
    if have_ruby():
        said = _oracle.outcomes(case)
        if isinstance(said, str):
            return Verdict(case, "oracle", said)
        engines["ruby"] = said
    else:
        counts.missing["ruby"] += 1
    if len(engines) < 2:
        counts.missing["any to compare with"] += 1
    first = 0 if case.hook == "socket" else 1  # a raw tracepoint's value is ignored
    absent = {
        at for found in engines.values() if isinstance(found, list) for run in found for at, v in enumerate(run) if v == ABSENT
    }
    kept = {
        name: [_compared(run, absent, first, engines) for run in found] if isinstance(found, list) else found
        for name, found in engines.items()
    }
    if len({json.dumps(found, sort_keys=True) for found in kept.values()}) <= 1:
        return Verdict(case, "agree")
    return Verdict(case, "differ", _difference(case, kept))


def _compared(run: Outcome, absent: set[int], first: int, engines: dict[str, list[Outcome] | str]) -> Outcome:
    """What of a run is compared: no value that is ignored, no global that nothing compiled mentions, and of the inserts that a
    full map refused those that the program counts."""
    if run[0] != END:
        return [0 if at in absent else v for at, v in enumerate(run)][first:]
    counted = [set(found[-1][2]) for found in engines.values() if isinstance(found, list)]
    shared = set.intersection(*counted)
    return [END, run[1], {name: n for name, n in run[2].items() if name in shared}, run[3]]


def _difference(case: Case, engines: dict[str, list[Outcome] | str]) -> str:
    """The first run, and in it the first result, on which they are not at one."""
    broken = [f"{name}: {found}" for name, found in engines.items() if isinstance(found, str)]
    if broken:
        return "\n".join(broken)
    labels = [*(["value"] if case.hook == "socket" else []), *(f"${name}" for name in case.reads)]
    for number, values in enumerate(case.runs):
        for at, label in enumerate(labels):
            found = {name: outcome[number][at] for name, outcome in engines.items()}  # type: ignore[index]
            if len({json.dumps(value, sort_keys=True) for value in found.values()}) > 1:
                said = ", ".join(f"{name} {hex(value) if isinstance(value, int) else value}" for name, value in found.items())
                return f"run {number} {values}: {label}: {said}"
    return _different_end({name: outcome[-1] for name, outcome in engines.items()})  # type: ignore[index]


def _different_end(ends: dict[str, Outcome]) -> str:
    """Which map, or what was written."""
    for at in (1, 2):
        for name in next(iter(ends.values()))[at]:
            found = {engine: end[at].get(name) for engine, end in ends.items()}
            if len({json.dumps(held, sort_keys=True) for held in found.values()}) > 1:
                return f"{name}{' (refused)' * (at == 2)}:\n" + "\n".join(f"  {engine}: {held}" for engine, held in found.items())
    return "output:\n" + "\n".join(f"  {engine}: {end[3]!r}" for engine, end in ends.items())
