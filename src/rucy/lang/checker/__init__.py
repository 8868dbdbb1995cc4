"""The checker: a front end's tree becomes the typed tree.

In: tree.Unit, with names resolved to variables and nothing typed. Out: typed.Checked, with every type settled, every
call bound, and every nil tested; or diagnostics, and what is returned may not go on. Types only rise; the program is
checked until they rest, and only what the last round said is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import calls, control, exprs, finish, methods, programs, symbols
from rucy.lang.checker.state import Checker, bad
from rucy.lang.target import Target, version

if TYPE_CHECKING:
    from rucy.btf.reader import Btf
    from rucy.lang.dialect import Dialect
    from rucy.source import Diagnostics

#: Types have few steps to rise, so rounds are few: a variable's kind, its nil, a method's result, each once.
MAX_ROUNDS = 200



def _of_blocks(name: str) -> Callable[..., typed.Node]:
    """A function of checker.blocks, which few programs need."""

    def check_node(ck: Checker, node: tree.Node, used: bool) -> typed.Node:
        from rucy.lang.checker import blocks

        made: typed.Node = getattr(blocks, name)(ck, node, used)
        return made

    return check_node


_TABLE: dict[type, Callable[..., typed.Node]] = {
    exprs.Done: exprs.done,
    tree.Int: exprs.int_, tree.Bool: exprs.bool_, tree.Nil: exprs.nil, tree.Str: exprs.str_, tree.Interp: exprs.interp,
    tree.Sym: exprs.sym, tree.Array: exprs.array, tree.Range: exprs.range_,
    tree.Local: exprs.local, tree.SetLocal: exprs.set_local, tree.Bind: exprs.set_local, tree.Const: exprs.const,
    tree.Global: exprs.global_, tree.SetGlobal: exprs.set_global, tree.UpdateGlobal: exprs.update_global,
    tree.Send: calls.send, tree.Update: calls.update, tree.Prim: exprs.prim,
    tree.CaseEq: exprs.case_eq,
    tree.Seq: control.seq, tree.ValueList: control.value_list, tree.If: control.if_, tree.Not: control.as_value,
    tree.And: control.and_or, tree.Or: control.and_or,
    tree.Loop: control.loop, tree.ForRange: control.for_range, tree.ForEach: control.for_each,
    tree.Catch: control.catch, tree.Throw: control.throw, tree.Return: control.return_,
    tree.Bad: lambda ck, node, used: bad(node.span),
    tree.Yield: _of_blocks("yield_"), tree.BlockGiven: _of_blocks("block_given"), tree.Inlined: _of_blocks("inlined"),
    tree.Turn: _of_blocks("turn_"), tree.Part: _of_blocks("part"),
}  # fmt: skip


def check(
    unit: tree.Unit, dialect: Dialect, btf: Callable[[], Btf], target: Target, diagnostics: Diagnostics
) -> typed.Checked:
    """Check a program. `btf` gives the kernel's types and is called only if one is asked for. With errors among the
    diagnostics the result is not to be used."""
    ck = Checker(unit, dialect, btf, target)
    ck.table = _TABLE
    made: list[tuple[typed.Program, object]] = []
    declares_maps = any(isinstance(const.value, tree.MapDecl) for const in unit.consts.values())
    if declares_maps:
        from rucy.lang.checker import declared, maps
    declares_options = any(isinstance(const.value, tree.OptionDecl | tree.ComputedDecl) for const in unit.consts.values())
    if declares_options:
        from rucy.lang.checker import options
    for _ in range(MAX_ROUNDS):
        ck.changed = False
        ck.said.clear()
        ck.mistyped.clear()
        ck.needs.clear()
        ck.reached.clear()
        if declares_options:
            options.declare(ck)
        if declares_maps:
            declared.declare(ck)
        round_ = programs.check_programs(ck)
        done: set[object] = set()
        while todo := [instance for instance in ck.reached if instance not in done]:
            for instance in todo:
                done.add(instance)
                methods.check_instance(ck, instance)
        if not ck.changed:
            methods.find_recursion(ck, [frame for _, frame in round_])
            symbols.check_globals(ck)
            made = [(program, frame) for program, frame in round_]
            if declares_maps:
                maps.check_open(ck)
                declared.check_programs(ck, [program for program, _ in made])
                declared.check_keys(ck)
            break
    else:
        raise AssertionError("types do not come to rest")
    _report(ck, diagnostics)
    return _checked(ck, [program for program, _ in made], bool(diagnostics.errors))


def _report(ck: Checker, diagnostics: Diagnostics) -> None:
    if not ck.said:
        return
    from rucy.lang import errors

    for name, span, notes, values in ck.said:
        diagnostics.report(errors.find(name)(span, *notes, words=ck.words, **values))


def _checked(ck: Checker, made: list[typed.Program], refused: bool) -> typed.Checked:
    checked = typed.Checked()
    checked.license = ck.license
    checked.programs = made
    checked.methods = [instance.typed for instance in ck.reached if instance.live]
    checked.globals = {} if refused else finish.globals_(ck)
    if ck.settings and not refused:
        from rucy.lang.checker import options

        checked.settings = options.finished(ck)
    if ck.maps and not refused:
        from rucy.lang.checker import declared

        checked.maps = declared.finished(ck)
    if ck.stacks is not None and not refused:
        from rucy.lang.checker import stacks

        made_for = stacks.own(ck)
        if made_for is not None:
            checked.maps[made_for.name] = made_for
    checked.kernel = ck.target.kernel
    for (release, what), span in ck.needs.items():
        checked.needs.append((release, what, span))
        if version(release) > version(checked.kernel):
            checked.kernel = release
    if ck.extra is not None:
        checked.btf = ck.extra.btf
    checked.spell = ck.spell
    frames = [*ck.frames.values(), *(instance.frame for instance in ck.reached if instance.live)]
    checked.locals = [var for frame in frames for var in frame.vars.values()]
    if not refused:
        finish.name_symbols(checked)
        finish.settle(checked)
    return checked


__all__ = ["check"]
