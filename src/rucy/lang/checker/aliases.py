"""Objects in memory that others are put over: in Ruby a variable would keep the old one, here it stands for the place.

An origin says where a variable's object may lie: (`$name`, a map's name, a variable with an object of its own, the place of an
arena, or ANY; what stands in the brackets, where that is constant). Origins rise over the rounds, as types do. `Flow.replaced`
are the variables whose place has been given another object on the way: reading one is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.storage import ArrayStorage, Storage, StructStorage
from rucy.lang.types import ElementsType, OptType, StructType, Type
from rucy.source import Note

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker, Instance
    from rucy.source import Span

Origin = tuple[object, object]
Origins = frozenset[Origin]

ANY = "*"
_NONE: Origins = frozenset()


def origins(ck: Checker, node: typed.Node) -> Origins:
    """Where an object may lie; nowhere if it is made here."""
    type_ = _object(node.type)
    if type_ is not None and type_.place.startswith("arena"):
        return frozenset({(type_.place, None)})
    match node:
        case typed.Read():
            return _of_variable(ck, node.var)
        case typed.Write() | typed.Unwrap() | typed.Inlined() | typed.Convert():
            own = type_ is not None and _object(node.value.type) is not None and type_.place != _place(node.value.type)
            return _NONE if own else origins(ck, node.value)
        case typed.Seq():
            return origins(ck, node.items[-1])
        case typed.If():
            return origins(ck, node.then) | origins(ck, node.other)
        case typed.GlobalRead():
            return frozenset({(f"${node.name}", None)})
        case typed.MapGet() | typed.MapOrSet():
            return in_map(node.map, node.key)
        case typed.Element():
            return element(ck, node.base, node.index)
        case typed.Member():
            return origins(ck, node.base)
        case _ if type_ is not None and type_.place in ("map", "percpu"):
            return frozenset({(ANY, None)})
    return _NONE


def in_map(use: str | typed.Node, key: tuple[typed.Node, ...]) -> Origins:
    parts = tuple(_constant(part) for part in key)
    return frozenset({(use if isinstance(use, str) else ANY, None if None in parts else parts)})


def element(ck: Checker, base: typed.Node, index: typed.Node) -> Origins:
    known = _constant(index)
    found = origins(ck, base)
    whole = isinstance(base, typed.GlobalRead) and known is not None
    return frozenset((root, (known,)) for root, _ in found) if whole else found


def _constant(node: typed.Node) -> object:
    while isinstance(node, typed.Convert):
        node = node.value
    return (type(node).__name__, node.value) if isinstance(node, typed.Int | typed.Bool) else None


def _of_variable(ck: Checker, var: typed.Var) -> Origins:
    from rucy.lang.checker.structs import root

    known: Origins | None = ck.origins.get(var)
    place = _place(var.type)
    if place == "frame" and root(ck, var).name != "%":
        return (known or _NONE) | {(root(ck, var), None)}
    if known is None and place in ("map", "percpu"):
        return frozenset({(ANY, None)})
    return known or _NONE


def _object(type_: Type) -> StructType | ElementsType | None:
    inner = type_.of if isinstance(type_, OptType) else type_
    return inner if isinstance(inner, StructType | ElementsType) else None


def _place(type_: Type) -> str:
    inner = _object(type_)
    return inner.place if inner is not None else ""


def assigned(ck: Checker, target: typed.Var, value: typed.Node) -> None:
    """A variable, or a parameter, has been given an object."""
    if _object(value.type) is None:
        return
    rise(ck, target, origins(ck, value))


def rise(ck: Checker, target: typed.Var, found: Origins) -> None:
    old: Origins = ck.origins.get(target, _NONE)
    if target not in ck.origins or not found <= old:
        ck.origins[target] = old | found
        if target.name != "%":  # a temporary of this round is read in this round
            ck.changed = True


def replaced(ck: Checker, at: Origins, value: Type, span: Span) -> None:
    """An object or array has been written over what lay there."""
    of = _object(value)
    if of is not None and not ck.flow.dead:
        _replaced(ck, at, of.storage, span)


def _replaced(ck: Checker, at: Origins, held: Storage, span: Span) -> None:
    for var in ck.frame.vars.values():
        of = _object(var.type)
        if of is None or var not in ck.flow.assigned or not _inside(of.storage, held) or not _meet(_of_variable(ck, var), at):
            continue
        ck.flow = ck.flow._replace(replaced=ck.flow.replaced | {var})
        ck.layouts[f"replaced {id(var)}"] = span
    instance: Instance | None = ck.instances.get(ck.frame.key)
    if instance is not None:
        for where in at:
            if (where, held) not in instance.replaces:
                instance.replaces[where, held] = span
                ck.changed = True


def called(ck: Checker, instance: Instance, span: Span) -> None:
    """A method has run: what it puts over others, it does to the caller's."""
    for (where, held), _ in sorted(instance.replaces.items(), key=lambda row: row[1].start):
        _replaced(ck, frozenset({where}), held, span)


def _inside(inner: Storage, outer: Storage) -> bool:
    if inner == outer:
        return True
    match outer:
        case ArrayStorage():
            return _inside(inner, outer.of)
        case StructStorage():
            return any(_inside(inner, field.storage) for field in outer.fields)
    return False


def _meet(a: Origins, b: Origins) -> bool:
    return any(
        (one == other or ANY in (one, other)) and (key is None or place is None or key == place)
        for one, key in a
        for other, place in b
    )


def say_replaced(ck: Checker, var: typed.Var, span: Span) -> typed.Node:
    at = ck.layouts.get(f"replaced {id(var)}")
    notes = (Note(at, "this puts another object in its place"),) if at is not None else ()
    return ck.say("ObjectReplaced", span, *notes, name=var.name.lstrip("%"))


def in_two_places(ck: Checker, at: Origins, value: typed.Node, whole: bool) -> typed.Node | None:
    """An object that lies in memory, given to a place in a `$global`: in Ruby both would be one from here on. `whole`: to the
    global itself; a place in one may be given what a map holds, which is a copy."""
    of = _object(value.type)
    if of is None or of.place not in ("map", "percpu"):
        return None
    if not whole and not (_global(at) and _global(origins(ck, value))):
        return None
    text = value.span.text
    if isinstance(of, StructType) and of.storage.name in ck.unit.structs:
        first = of.storage.fields[0].name
        write = f"make an object of its own: `{of.storage.name}.new({first}: {text}.{first}, …)`"
    else:
        write = f"copy its elements one by one, in a loop over `0...{text}.size`"
    return ck.say("GlobalAlias", value.span, text=text, write=write)


def _global(found: Origins) -> bool:
    return any(isinstance(root, str) and root.startswith("$") for root, _ in found)
