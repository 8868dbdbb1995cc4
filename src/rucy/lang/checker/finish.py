"""The last steps: `$globals` as variables of the object, and the words of results as their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.coerce import wrap
from rucy.lang.checker.infer import final
from rucy.lang.checker.symbols import free, identifier
from rucy.lang.types import NEVER, U64, ElementsType, IntType, StructType, SymType

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker


def globals_(ck: Checker) -> dict[str, typed.GlobalVar]:
    """Every `$global` that the kernel half names, with its first value."""
    out: dict[str, typed.GlobalVar] = {}
    for name, type_ in ck.globals.items():
        declared = ck.unit.globals.get(name)
        span = declared.span if declared is not None else ck.unit.programs[0].span
        type_ = U64 if type_ == NEVER else type_
        initial: int | bytes = 0
        if declared is not None and isinstance(declared.value, tree.Int | tree.Bool):
            initial = int(declared.value.value)
        if declared is not None and isinstance(declared.value, tree.Str):
            initial = declared.value.value
        if isinstance(type_, StructType | ElementsType):
            from rucy.lang.checker import global_values
            from rucy.lang.storage import size_of

            first = global_values.bytes_of(ck, declared.value, type_.storage) if declared is not None else b""
            initial = first or bytes(size_of(type_.storage))
        if isinstance(type_, IntType) and isinstance(initial, int):
            initial = wrap(initial, type_.signed)
        out[name] = typed.GlobalVar(name, type_, initial, span)
    return out


def name_symbols(checked: typed.Checked) -> None:
    """Give each instance of a method a name of its own, which a C function could have."""
    taken = {program.name for program in checked.programs} | set(checked.globals) | set(checked.maps) | set(checked.settings)
    for method in checked.methods:
        method.symbol = free(identifier(method.name), taken)
        taken.add(method.symbol)


def settle(checked: typed.Checked) -> None:
    """Give every node that is a result's word its number's type."""
    seen: set[int] = set()
    todo: list[object] = [program.body for program in checked.programs]
    todo += [method.body for method in checked.methods]
    for method in checked.methods:
        method.result = final(method.result) if method.result is not None else None
        todo += method.params
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo += at
        elif isinstance(at, typed.Var):
            at.type = final(at.type)
        elif isinstance(at, typed.Node) and id(at) not in seen:
            seen.add(id(at))
            if isinstance(at.type, SymType):
                at.type = final(at.type)
            todo += [getattr(at, name) for name in at.__slots__]
