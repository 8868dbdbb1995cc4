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

ORACLE = Path(__file__).parent / "oracle.rb"
COMM = "rucy-fuzz"
PACKET = bytes(64)
_PR_SET_NAME = 15  # include/uapi/linux/prctl.h
_STEPS = 300_000
ABSENT = -1  # a global that nothing compiled mentions is not in the object


class Case(NamedTuple):
    """`text`: the program for the compiler; all its names begin with `name`. `source`, `reset`: for the oracle, `prog` and what
    sets the globals; without source the oracle reads `text` itself. `reads`: the globals, without `$`. `fields`: (name, type)
    of the context. `runs`: values of fields and globals, 64 bits each."""

    name: str
    hook: str  # "raw" or "socket"
    text: str
    source: str
    reset: str
    reads: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    runs: tuple[dict[str, int], ...]


class Verdict(NamedTuple):
    """`status`: agree, differ, refused (by the compiler; `code` says how), verifier, crash, or oracle (the case is no Ruby)."""

    case: Case
    status: str
    detail: str = ""
    code: str = ""


class Counts:
    """What was exercised: programs that each pass changed, selection rules, instructions, missing engines."""

    def __init__(self) -> None:
        self.passes: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self.runs = 0

    def add(self, other: Counts) -> None:
        self.passes += other.passes
        self.rules += other.rules
        self.missing += other.missing
        self.runs += other.runs


Outcome = list[int]  # the result and the globals of one run


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
            module = lower_module(checked)
            pipeline.check_loops(module)
            plain = interpreted(module, cases) if interpret else {}
            passes.FIRED.clear()
            passes.optimise(module)
            counts.passes.update(passes.FIRED)
            pipeline.check_walk(module)
            optimised = interpreted(module, cases) if interpret else {}
            select.FIRED.clear()
            code = pipeline.generate_code(module, options.target)
            counts.rules.update(select.FIRED)
            data = pipeline.build_object(pipeline.link_module(module, code, checked), checked.btf or btf.opened)
        except UserError as error:
            found = list(error.diagnostics)
            raise Refused([d.code for d in found], "\n".join(_told(d) for d in found)) from None
    return Built(data, checked.kernel, plain, optimised)


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


def interpreted(module: Any, cases: Sequence[Case]) -> dict[str, list[Outcome] | str]:
    from rucy.ir.interp import InterpError

    out: dict[str, list[Outcome] | str] = {}
    for case in cases:
        try:
            out[case.name] = [_interpreted(module, case, values) for values in case.runs]
        except InterpError as error:
            out[case.name] = str(error)
    return out


def _interpreted(module: Any, case: Case, values: dict[str, int]) -> Outcome:
    from rucy.ir import interp
    from rucy.ir.function import Module

    own = Module(module.license)
    own.functions = [fn for fn in module.functions if fn.name == case.name or fn.name.startswith((case.name + "_", "__"))]
    for name, row in module.data.items():
        if name in values:
            own.data[name] = row._replace(data=values[name].to_bytes(8, "little")[: len(row.data)])
        elif not row.writable or name.startswith(case.name + "_"):
            own.data[name] = row
    env = interp.Env()
    env.comm = COMM.encode()
    env.step_limit = _STEPS
    data = context_bytes(case.fields, values) if case.hook == "raw" else bytes(192)
    result = interp.run(own, case.name, [env.region("ctx", data, "ctx", True)], env)
    memory = [int.from_bytes(result.memory[n], "little") if n in result.memory else ABSENT for n in case.reads]
    assert isinstance(result.value, int)
    return [result.value & 0xFFFFFFFF, *memory]


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
    from rucy.load.objects import Loaded
    from rucy.pipeline import describe_probes

    loaded = Loaded.open_object(data)
    loaded.set_program_types({p["name"]: (p["prog_type"], p["attach_type"], None) for p in describe_probes(data)})
    return loaded


def on_kernel(data: bytes, cases: Sequence[Case]) -> dict[str, list[Outcome]]:
    """Load and run. Raises VerifierSaid."""
    from rucy.load.errors import LoadError, VerifierRefusal

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
        return {case.name: _run_case(loaded, case, there) for case in cases}


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
        memory = [int.from_bytes(loaded.read_global(n), "little") if n in there else ABSENT for n in case.reads]
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
        }  # fmt: skip
        self.process.stdin.write(json.dumps(row) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            return str(answer["error"])
        return [[run[0] & 0xFFFFFFFF, *run[1:]] for run in answer["runs"]]

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
        name: [[0 if at in absent else v for at, v in enumerate(run)][first:] for run in found]
        if isinstance(found, list)
        else found
        for name, found in engines.items()
    }
    if len({json.dumps(found) for found in kept.values()}) <= 1:
        return Verdict(case, "agree")
    return Verdict(case, "differ", _difference(case, kept))


def _difference(case: Case, engines: dict[str, list[Outcome] | str]) -> str:
    """The first run, and in it the first result, on which they are not at one."""
    broken = [f"{name}: {found}" for name, found in engines.items() if isinstance(found, str)]
    if broken:
        return "\n".join(broken)
    labels = [*(["value"] if case.hook == "socket" else []), *(f"${name}" for name in case.reads)]
    for number, values in enumerate(case.runs):
        for at, label in enumerate(labels):
            found = {name: outcome[number][at] for name, outcome in engines.items()}  # type: ignore[index]
            if len(set(found.values())) > 1:
                said = ", ".join(f"{name} {value:#x}" for name, value in found.items())
                return f"run {number} {values}: {label}: {said}"
    return "?"
