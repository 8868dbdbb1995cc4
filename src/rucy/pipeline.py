"""The compiler, stage after stage: Ruby text in, object bytes out. Each stage has text (`emit`).

Deterministic: the source, the options and the BTF file are all that the output depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from rucy.btf.reader import Btf, open_btf
from rucy.btf.types import BtfError
from rucy.codegen import CodegenTarget, FrameTooLarge, MachineFunction, generate
from rucy.codegen.frames import Chain, calls_of, deepest_chain, too_deep
from rucy.codegen.machine import MAX_FRAME
from rucy.frontends import ruby
from rucy.ir.function import Function
from rucy.ir.function import Module as IrModule
from rucy.ir.locks import misused as misused_locks
from rucy.kernel import hooks, maptypes, words
from rucy.lang import check as check_unit
from rucy.lang.target import Target
from rucy.lang.tree import Unit
from rucy.lang.typed import Checked
from rucy.link import link_module
from rucy.lower import lower_module
from rucy.lower.loops import asked_of_callbacks, drop_unused, give_back
from rucy.object import build_object
from rucy.object.probes import describe_probes, notes_of, probes_of
from rucy.object.read import ObjectError
from rucy.passes import optimise
from rucy.passes.analysis.references import Misuse, held_at_stops, misused
from rucy.passes.analysis.walk import too_long, too_many_truths
from rucy.passes.bound_loops import bound_loops
from rucy.records import NamedTuple
from rucy.source import Diagnostic, Diagnostics, SourceFile, Span, UserError

if TYPE_CHECKING:
    from rucy.codegen.scratch import Scratch

__all__ = [
    "BtfError", "Compiled", "btf_for", "ObjectError", "Options", "STAGES", "Target", "check", "compile_file", "describe_probes",
    "disassemble_object", "emit", "hook_details", "hook_lines",
    "hook_targets", "hook_words", "license_of", "names_of_user_half", "notes_of", "options_for", "pass_names", "probes_of",
    "selectable", "user_half_of",
]  # fmt: skip

STAGES = ("tree", "types", "ir", "opt", "asm", "btf", "object")


class Options(NamedTuple):
    """`btf`: the BTF file to compile for; None is the running kernel's. `after`: stop the passes behind this one.
    `selecting`: with options that choose a process, `--pid` and `--comm`, where the file has none."""

    target: Target = Target()
    btf: str | None = None
    after: str | None = None
    selecting: bool = False


def options_for(
    kernel: str | None = None, btf: str | None = None, machine: str | None = None, cpu: str | None = None,
    after: str | None = None,
) -> Options:  # fmt: skip
    """From what a user says: `kernel` a version, "running", or None for the oldest that does; `machine` None for this one.
    ValueError, with the kernel alone, for one that is no version."""
    import os

    if kernel == "running":
        kernel = ".".join(os.uname().release.split("-")[0].split(".")[:2])
    if kernel is not None and not all(part.isdigit() for part in kernel.split(".")):
        raise ValueError(kernel)
    here = os.uname().machine
    machine = machine or here
    arch = machine if machine in ("x86_64", "aarch64") else "x86_64"
    formats = _FORMATS if btf is None and machine == here else ""
    return Options(Target(kernel or "5.10", arch, cpu or "v3", kernel is not None, formats), btf, after)


_FORMATS = "/sys/kernel/tracing/events"


class Compiled(NamedTuple):
    """`data`: the object's bytes; `diagnostics`: warnings; `user_half`: the line of
    the first statement for user space, 0 without; `unit`: the file."""

    data: bytes
    checked: Checked
    diagnostics: list[Diagnostic]
    user_half: int
    unit: Unit


def compile_file(path: str, options: Options = Options()) -> Compiled:  # noqa: B008 - a constant
    """Raises UserError for a mistake in the program, OSError when the file cannot be read, BtfError for a bad BTF."""
    diagnostics = Diagnostics()
    made = dict(stages(path, options, diagnostics))
    unit: Unit = made["tree"]
    line = unit.user_half.line if unit.user_half is not None else 0
    return Compiled(made["object"], made["types"], diagnostics.items, line, unit)


def stages(path: str, options: Options, diagnostics: Diagnostics) -> Iterator[tuple[str, Any]]:
    """(stage, what it made), one after another: each runs when it is asked for. Modules are changed by what comes next."""
    unit = parse(path, diagnostics)
    if options.selecting:
        from rucy.lang.selecting import select_processes

        select_processes(unit)
    yield "tree", unit
    kernel_btf = _lazy_btf(options.btf)
    checked = check_types(unit, kernel_btf, options.target, diagnostics)
    yield "types", checked
    module = lower_module(checked)
    yield "ir", module
    check_references(module)
    check_locks(module)
    module = prove_loops(module, checked)
    optimise(module, options.after)
    if options.after is None:
        module = fit_loops(module, checked)
        fit_frames(module)
    yield "opt", module
    code = generate_code(module, options.target)
    btf = checked.btf or kernel_btf.opened()
    yield "asm", (code, btf)
    yield "object", build_object(link_module(module, code, checked), btf)


def parse(path: str, diagnostics: Diagnostics) -> Unit:
    """Text → tree. Raises UserError."""
    with open(path, "rb") as file:
        source = SourceFile(path, file.read())
    hook_words = frozenset(hooks.BY_WORD)
    taken = hook_words | words.OTHERS | frozenset(words.BY_WORD) | frozenset(maptypes.BY_WORD)
    unit = ruby.parse(source, diagnostics, hook_words, taken)
    if any(d.code == "syntax" for d in diagnostics.errors):
        diagnostics.stop_on_errors()
    if not unit.programs and not diagnostics.errors:
        from rucy.source.limits import NoProgram

        diagnostics.report(NoProgram(Span(source, 0, 0)))
    return unit


def check_types(unit: Unit, btf: Callable[[], Btf], target: Target, diagnostics: Diagnostics) -> Checked:
    """Tree → typed tree. Raises UserError with all that was found so far."""
    checked = check_unit(unit, ruby.DIALECT, btf, target, diagnostics)
    diagnostics.stop_on_errors()
    return checked


def check_references(module: IrModule) -> None:
    """Raises UserError where what a helper or kernel function hands over is not given back, or used afterwards."""
    found: dict[tuple[int, str], Diagnostic] = {}
    for misuse in misused(module):
        if misuse.at.span is not None:
            error = _reference_error(misuse)
            found.setdefault((error.span.line, error.title), error)
    if found:
        raise UserError(*sorted(found.values(), key=lambda error: error.span.start))


def _reference_error(misuse: Misuse) -> Diagnostic:
    from rucy.kernel.kfuncs import release_of
    from rucy.source import limits

    call, span = misuse.at, misuse.at.span
    assert span is not None
    name = str(call.attrs.get("helper") or call.attrs.get("symbol", ""))
    release = release_of(name) or "its release function"
    if name == "map_lookup_elem":  # of a socket
        name = span.text
    match misuse.kind:
        case "kept" | "again":
            return limits.ReferenceKept(span, name=name, release=release)
        case "foreign":
            return limits.ReferenceForeign(span, name=name)
    return limits.ReferenceGone(span)


def check_locks(module: IrModule) -> None:
    """Raises UserError where something is called while a lock is held."""
    found = [misuse for fn in module.functions for misuse in misused_locks(fn)]
    if found:
        from rucy.source.limits import LockCall

        assert all(kind == "called" for kind, _ in found), found
        spans = {at.span.start: at.span for _, at in found if at.span is not None}
        raise UserError(*[LockCall(span, text=span.text) for _, span in sorted(spans.items())])


def prove_loops(module: IrModule, checked: Checked) -> IrModule:
    """Give the loops known counts where they have ends that can be proved. A method with another, which may end the whole
    program, is never called but lowered in place: then the module is a new one."""
    while True:
        for held in held_at_stops(module):
            give_back(module, *held)
        stopping = {fn.name for fn in module.functions if bound_loops(fn) and fn.kind == "static"}
        drop_unused(module)
        called = asked_of_callbacks(module)
        if not stopping and not called:
            return module
        checked.caps.update(called)
        for method in checked.methods:
            method.in_place = method.in_place or method.symbol in stopping
        module = lower_module(checked)


def fit_loops(module: IrModule, checked: Checked) -> IrModule:
    """An optimised module with no loop that the verifier would give up on: such a loop gets a cap, or a lower one, and then
    the module is made again. Raises UserError where that is not enough."""
    while found := too_long(module):
        from rucy.passes.analysis.caps import lower_caps

        for one in found:
            if not lower_caps(one, module.loops, checked.caps):
                from rucy.source.limits import LoopTooLong

                assert one.at.span is not None
                raise UserError(LoopTooLong(one.at.span, reason=one.reason))
        module = prove_loops(lower_module(checked), checked)
        optimise(module)
    for one in too_many_truths(module):
        from rucy.source.limits import LoopTooLong

        assert one.at.span is not None
        raise UserError(LoopTooLong(one.at.span, reason=one.reason))
    drop_unused(module)  # loops that the passes have taken out
    if any(row["kind"] == "loop" for row in module.notes.get("counters", ())):
        from rucy.passes.analysis.caps import stops

        checked.stops = stops(module)
    return module


def fit_frames(module: IrModule) -> None:
    """Variables that the stack has no room for move to scratch. Raises UserError for more than that has."""
    programs = [_room(fn) for fn in module.functions if fn.kind == "program"]
    others = [_room(fn) for fn in module.functions if fn.kind != "program"]
    if max(programs, default=0) + sum(others) > MAX_FRAME:  # at most, on one chain of calls
        _scratch(module).fit()
        _check_scratch(module)


def _room(fn: Function) -> int:
    """What a frame takes if its slots share nothing."""
    return 32 + sum(int(i.attrs["size"]) for i in fn.entry.instrs if i.op.name == "slot")


def _scratch(module: IrModule) -> Scratch:
    from rucy.codegen.scratch import Scratch

    module.scratch = module.scratch or Scratch(module)
    assert isinstance(module.scratch, Scratch)
    return module.scratch


def _check_scratch(module: IrModule) -> None:
    from rucy.codegen.scratch import LARGEST

    for name, size in _scratch(module).size.items():
        largest = _scratch(module).largest[name]
        if size > LARGEST and largest.span is not None:
            from rucy.source.limits import ScratchLimit

            raise UserError(ScratchLimit(largest.span, size=size, most=LARGEST, largest=largest.attrs["size"]))


def generate_code(module: IrModule, target: Target) -> list[MachineFunction]:
    """IR → instructions. What does not fit when spills have their places moves to scratch as well; raises UserError for a
    frame, or a chain of calls, that is too large all the same."""
    fit_frames(module)
    cpu = CodegenTarget(target.cpu, target.kernel)
    while True:
        try:
            code = [generate(fn, cpu) for fn in module.functions]
            too_large = None
        except FrameTooLarge as error:
            too_large, chain = error, Chain((error.function,), error.size)
        if too_large is None:
            found = _deep_chain(module, code)
            if found is None:
                return code
            chain = found
        if not _scratch(module).make_room(chain.names, chain.size - MAX_FRAME):
            raise UserError(_no_room(module, chain, too_large))
        _check_scratch(module)


def _deep_chain(module: IrModule, code: list[MachineFunction]) -> Chain | None:
    sizes, calls = {m.name: m.stack for m in code}, {m.name: calls_of(m) for m in code}
    chains = [deepest_chain(sizes, calls, fn.name) for fn in module.functions if fn.kind == "program"]
    return next((chain for chain in chains if too_deep(chain)), None)


def _no_room(module: IrModule, chain: Chain, too_large: FrameTooLarge | None) -> Diagnostic:
    from rucy.source import limits

    fn = module.function(chain.names[0])
    span = too_large.span if too_large is not None else fn.span if fn is not None else None
    assert span is not None
    if too_large is not None:
        return limits.FrameLimit(span, size=chain.size)
    return limits.CallFrames(span, size=chain.size, chain=", ".join(f"`{name}`" for name in chain.names))


class _lazy_btf:  # noqa: N801 - a function with a memory
    """The input BTF, opened when it is first asked for."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._btf: Btf | None = None

    def __call__(self) -> Btf:
        if self._btf is None:
            self._btf = open_btf(self._path)
        return self._btf

    def opened(self) -> Btf | None:
        return self._btf


def check(path: str, options: Options = Options()) -> tuple[list[Diagnostic], Compiled | None]:  # noqa: B008
    """Everything there is to say about a file, and what it becomes when there is no error. Compiles it whole: limits that
    only the back end knows are found as well."""
    try:
        compiled = compile_file(path, options)
    except UserError as error:
        return list(error.diagnostics), None
    return compiled.diagnostics, compiled


def emit(path: str, stage: str, options: Options = Options()) -> str:  # noqa: B008
    """The text of a stage: one of STAGES."""
    from rucy import dump

    diagnostics = Diagnostics()
    last = "object" if stage == "btf" else stage
    made = next(made for name, made in stages(path, options, diagnostics) if name == last)
    diagnostics.stop_on_errors()
    return dump.TEXT[stage](made)


def disassemble_object(data: bytes) -> str:
    """The instructions of an object, ours or another compiler's. Raises ObjectError on anything else."""
    from rucy import dump

    return dump.object_code(data)


def user_half_of(source: bytes, data: bytes, arch: str) -> bytes:
    """A program's text as its user half runs it, beside the object that was made of it."""
    from functools import partial

    from rucy.frontends.ruby.user_half import user_half_text
    from rucy.kernel import constants
    from rucy.object.read import variables

    return user_half_text(source, frozenset(variables(data)), partial(constants.find, arch=arch))


def selectable(unit: Unit) -> tuple[str, ...]:
    """Which of `--pid` and `--comm` compiling with `selecting` adds."""
    from rucy.lang import selecting

    return selecting.selectable(unit)


def names_of_user_half(compiled: Compiled, listed: str) -> list[Diagnostic] | None:
    """Errors for what the user half names and nothing has; `listed`: what the runtime has, as it says so itself. None where it
    does not say it."""
    from rucy.frontends.ruby.user_names import Outside, names_from, unknown_names
    from rucy.kernel import constants
    from rucy.object.probes import probes_of
    from rucy.object.read import strings

    names = names_from(listed)
    if names is None:
        return None
    kernel = words.OTHERS | frozenset(words.BY_WORD)
    stored, shipped = frozenset(strings(compiled.data)), frozenset(constants.names())
    probes = frozenset(name for probe in probes_of(compiled.data) or () for name in (probe["name"], probe["group"]))
    outside = Outside(frozenset(hooks.BY_WORD), kernel, stored, shipped, probes)
    return unknown_names(compiled.unit.file, compiled.unit, names, outside)


def btf_for(data: bytes, path: str) -> bytes | None:
    """What an object needs of the kernel whose BTF is in that file; None of an object that asks nothing. Raises BtfError."""
    from rucy.btf.minimal import minimal
    from rucy.elf.reader import read
    from rucy.object.read import relocations

    asked, types = relocations(data), read(data).find(".BTF")
    if not asked or types is None:
        return None
    return minimal(open_btf(path, cache=False), Btf(types.data), asked)


def hook_words() -> list[str]:
    """The words that make a probe of a block."""
    return sorted(hooks.BY_WORD)


def license_of(data: bytes) -> str:
    from rucy.object.read import summarize

    return summarize(data).license


def pass_names() -> tuple[str, ...]:
    """Names for `--after`, in the order in which they first run."""
    from rucy.passes import ORDER, WHOLE_MODULE

    return tuple(dict.fromkeys(run.__name__ for run in (*WHOLE_MODULE, *ORDER)))


def hook_lines() -> list[tuple[str, str]]:
    """(word, line for `rucy hooks`) of every hook."""
    from rucy import dump

    return [(row.word, dump.hook(row)) for row in hooks.ROWS]


def hook_details(word: str) -> str:
    """The context's fields of a hook without a target, typed; "" of other hooks."""
    from rucy import dump

    row = hooks.BY_WORD[word]
    return dump.hook_details(row) if dump.context_fields(row) else ""


def hook_targets(word: str, pattern: str, options: Options) -> list[str]:
    """What a hook may name that the pattern matches, typed by the input BTF: a line each; one alone with its fields."""
    from rucy import dump
    from rucy.lang.hook_targets import prototype, targets

    row = hooks.BY_WORD[word]
    types = open_btf(options.btf)
    found = targets(row, pattern, types, options.target.arch)
    if len(found) == 1:
        return [dump.hook_target(row, found[0], types)]
    return [f"{word} {prototype(each)}" for each in found]
