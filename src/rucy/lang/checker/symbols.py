"""Names of the object's symbols: programs, `$globals` and maps share one space with what the compiler adds of its own.

A name that the user gave is kept, or refused where two things have it; one that is made up here gets out of the way.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rucy.lang import tree

if TYPE_CHECKING:
    from rucy.lang.checker.programs import Plan
    from rucy.lang.checker.state import Checker

#: What object/, lower/ (constant bytes, the ring of output), lower/routines.py and codegen/scratch.py call their own symbols.
_OWN = ("_license", "rucy_", "__rucy_")
#: letters of a made-up name: the kernel takes 127 (btf_name_valid_identifier before Linux 6.1), and others are made of it
MOST = 90


def is_own(name: str) -> bool:
    """May the compiler itself call something so?"""
    return name == _OWN[0] or name.startswith(_OWN[1:])


def identifier(text: str) -> str:
    """What a C function may be called."""
    return "".join(c if c.isalnum() and c.isascii() else "_" for c in text[:MOST])


def free(name: str, taken: Collection[str]) -> str:
    """The name, or with the first number that nothing else has."""
    count, made = 1, f"user_{name}" if is_own(name) else name
    first = made
    while made in taken:
        count += 1
        made = f"{first}_{count}"
    return made


def of_program(ck: Checker, plan: Plan, programs: set[str]) -> str:
    """The name of one more program; says so where the user chose one that is taken."""
    name = identifier(plan.name)
    is_method = plan.label is None
    if is_method or "name" in plan.options:
        other = f"`${name}`" if name in ck.globals else f"the {_kind(ck, name)} `{name}`" if _is_map(ck, name) else ""
        if name in programs:
            advice = "rename one of the methods" if is_method else "give one of them another `name:`"
            ck.say("ProgramTwice", plan.span, name=name, advice=advice)
        elif other or is_own(name):
            ck.say("SymbolTaken", plan.span, what="this program", name=name, other=other or "a part that the compiler adds")
    name = free(name, {*programs, *ck.globals, *(const for const in ck.unit.consts if _is_map(ck, const))})
    programs.add(name)
    return name


def check_globals(ck: Checker) -> None:
    """`$globals` that cannot have their names, or are nil and never anything else."""
    for name in ck.globals:
        declared = ck.unit.globals.get(name)
        span = declared.span if declared is not None else ck.unit.programs[0].span
        other = "a part that the compiler adds" if is_own(name) else ""
        other = f"the {_kind(ck, name)} `{name}`" if _is_map(ck, name) else other
        if other:
            ck.say("SymbolTaken", span, what=f"`${name}`", name=name, other=other)
        if declared is not None and isinstance(declared.value, tree.Nil):
            from rucy.lang.checker.arenas import of_arena

            if of_arena(ck.globals[name]) is None:
                ck.say("NilGlobal", span, name=name)
        if declared is not None and isinstance(declared.value, tree.Array | tree.Send):
            from rucy.lang.checker import global_values

            global_values.check(ck, name, declared.value)


def _kind(ck: Checker, name: str) -> str:
    value = ck.unit.consts[name].value
    return "map" if isinstance(value, tree.MapDecl) else "option" if isinstance(value, tree.OptionDecl) else "constant"


def _is_map(ck: Checker, name: str) -> bool:
    return name in ck.unit.consts and isinstance(ck.unit.consts[name].value, tree.MapDecl | tree.OptionDecl | tree.ComputedDecl)
