"""The compiler, stage after stage: Ruby text in, object bytes out. Each stage has text (`emit`).

Deterministic: the source, the options and the BTF file are all that the output depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from rucy.btf.reader import Btf, open_btf
from rucy.btf.types import BtfError
from rucy.codegen import CodegenTarget, FrameTooLarge, MachineFunction, generate
from rucy.codegen.frames import deepest_chain, too_deep
from rucy.frontends import ruby
from rucy.ir.function import Module as IrModule
from rucy.kernel import hooks, maptypes, words
from rucy.lang import check as check_unit
from rucy.lang.target import Target
from rucy.lang.tree import Unit
from rucy.lang.typed import Checked
from rucy.link import link_module
from rucy.lower import lower_module
from rucy.object import build_object
from rucy.object.read import ObjectError
from rucy.passes import optimise
from rucy.passes.analysis.loops import Unproved
from rucy.passes.analysis.references import Misuse, misused
from rucy.passes.analysis.walk import too_long_loops
from rucy.passes.bound_loops import bound_loops
from rucy.source import Diagnostic, Diagnostics, SourceFile, Span, UserError

__all__ = [
    "BtfError", "Compiled", "ObjectError", "Options", "STAGES", "Target", "check", "compile_file", "describe_probes",
    "disassemble_object", "emit", "hook_lines", "notes_of", "probes_of",
]  # fmt: skip

STAGES = ("tree", "types", "ir", "opt", "asm", "btf", "object")


class Options(NamedTuple):
    """`btf`: the BTF file to compile for; None is the running kernel's. `after`: stop the passes behind this one."""

    target: Target = Target()
    btf: str | None = None
    after: str | None = None


class Compiled(NamedTuple):
    """`data`: the object's bytes; `diagnostics`: warnings; `user_half`: the file has statements for user space."""

    data: bytes
    checked: Checked
    diagnostics: list[Diagnostic]
    user_half: bool


def compile_file(path: str, options: Options = Options()) -> Compiled:  # noqa: B008 - a constant
    """Raises UserError for a mistake in the program, OSError when the file cannot be read, BtfError for a bad BTF."""
    diagnostics = Diagnostics()
    made = dict(stages(path, options, diagnostics))
    return Compiled(made["object"], made["types"], diagnostics.items, made["tree"].user_half is not None)


def stages(path: str, options: Options, diagnostics: Diagnostics) -> Iterator[tuple[str, Any]]:
    """(stage, what it made), one after another: each runs when it is asked for. Modules are changed by what comes next."""
    unit = parse(path, diagnostics)
    yield "tree", unit
    kernel_btf = _lazy_btf(options.btf)
    checked = check_types(unit, kernel_btf, options.target, diagnostics)
    yield "types", checked
    module = lower_module(checked)
    yield "ir", module
    check_references(module)
    check_loops(module)
    optimise(module, options.after)
    yield "opt", module
    if options.after is None:
        check_walk(module)
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
    match misuse.kind:
        case "kept" | "again":
            return limits.ReferenceKept(span, name=name, release=release_of(name) or "its release function")
        case "foreign":
            return limits.ReferenceForeign(span, name=name)
    return limits.ReferenceGone(span)


def check_loops(module: IrModule) -> None:
    """Give every loop a known count. Raises UserError for loops that have no end that the verifier can find."""
    _refuse([unproved for fn in module.functions for unproved in bound_loops(fn)])


def check_walk(module: IrModule) -> None:
    """Raises UserError for loops that the verifier would give up on before their end."""
    _refuse(too_long_loops(module))


def _refuse(found: list[Unproved]) -> None:
    if found:
        from rucy.source.limits import UnboundedLoop

        raise UserError(*[UnboundedLoop(u.at.span, reason=u.reason) for u in found if u.at.span is not None])


def generate_code(module: IrModule, target: Target) -> list[MachineFunction]:
    """IR → instructions. Raises UserError for a frame that is too large."""
    cpu = CodegenTarget(target.cpu, target.kernel)
    try:
        code = [generate(fn, cpu) for fn in module.functions]
    except FrameTooLarge as error:
        from rucy.source.limits import FrameLimit

        assert error.span is not None
        raise UserError(FrameLimit(error.span, size=error.size, largest=error.largest)) from None
    for fn in module.functions:
        chain = deepest_chain(code, fn.name) if fn.kind == "program" else None
        if chain is not None and too_deep(chain) and fn.span is not None:
            from rucy.source.limits import CallFrames

            raise UserError(CallFrames(fn.span, size=chain.size, chain=", ".join(f"`{n}`" for n in chain.names)))
    return code


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


def check(path: str, options: Options = Options()) -> tuple[list[Diagnostic], Checked | None]:  # noqa: B008
    """Everything there is to say about a file, and the typed tree when there is no error. Compiles it whole: limits that
    only the back end knows are found as well."""
    try:
        compiled = compile_file(path, options)
    except UserError as error:
        return list(error.diagnostics), None
    return compiled.diagnostics, compiled.checked


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


def notes_of(data: bytes) -> dict[str, Any]:
    """What our notes in an object say; {} for an object that another compiler made. Raises ObjectError."""
    from rucy.object.read import summarize

    return summarize(data).notes or {}


def probes_of(data: bytes) -> list[dict[str, object]] | None:
    """What an object's notes say of its programs; None for an object that another compiler made."""
    from rucy.object.read import summarize

    notes = summarize(data).notes
    return list(notes["probes"]) if notes is not None else None


def describe_probes(data: bytes) -> list[dict[str, object]]:
    """As `probes_of`; for an object without our notes from its section names. Raises ObjectError (a ValueError)."""
    probes = probes_of(data)
    if probes is not None:
        return probes
    from rucy.link import probes_of_sections
    from rucy.object.read import summarize

    programs = [f for f in summarize(data).functions if f.kind == "program"]
    return probes_of_sections([(f.name, f.section) for f in programs])


def hook_lines() -> list[tuple[str, str]]:
    """(word, line for `rucy hooks`) of every hook."""
    from rucy import dump

    return [(row.word, dump.hook(row)) for row in hooks.ROWS]
