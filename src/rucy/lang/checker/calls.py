"""Calls: what a name without receiver means, what a method of a value means, attribute and index updates.

A name without receiver is a method of the program, a word of the language (`_WORDS`, kernel.words), a helper, or an
error. A call on a value is a kernel field, a context field, or a row of the front end's method table, whose expansion
is checked in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import context, kernel_types, words
from rucy.lang.checker.exprs import Done, constant
from rucy.lang.checker.flow import merge
from rucy.lang.checker.infer import join, owner, settled
from rucy.lang.checker.ints import untested
from rucy.lang.checker.state import bad, may_be_nil, unwrapped
from rucy.lang.types import (
    BOOL,
    NIL,
    AggregateType,
    ArrayType,
    CtxType,
    DynptrType,
    ElementsType,
    HeaderType,
    IntType,
    MapType,
    OptType,
    PtrType,
    RangeType,
    StrType,
    StructType,
    Type,
)  # fmt: skip

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.lang.dialect import MethodRow


def send(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    made = expand(ck, node, used)
    return ck.expr(made, used) if isinstance(made, tree.Node) else made


def expand(ck: Checker, node: tree.Send, used: bool) -> tree.Node | typed.Node:
    """What a call means: a typed node, or a tree that is yet to be checked (in a condition, as one)."""
    if any(isinstance(arg, tree.Bad) for arg in node.args):
        if node.recv is not None:
            ck.expr(node.recv)
        _check_arguments(ck, node)
        return bad(node.span)
    if isinstance(node.block, tree.PassedBlock):  # in a method that is called without one
        node = tree.Send(node.span, node.recv, node.name, node.args, node.kwargs, None, node.safe, node.name_span)
    if node.recv is None:
        return by_name(ck, node, used)
    if isinstance(node.recv, tree.Const) and (ck.maps or ck.unit.structs):
        from rucy.lang.checker import maps, structs

        held = maps.find(ck, node.recv)
        if held is not None:
            return maps.call(ck, node, held, used)
        struct = structs.named(ck, node.recv)
        if struct is not None:
            return structs.of_class(ck, node, struct)
    literal = _literal_receiver(ck, node.recv)
    if literal is not None:
        row = _row(ck, "Range" if isinstance(literal, tree.Range) else "Array", node.name)
        if row is not None:
            return _expansion(ck, node, row, literal)
        _check_arguments(ck, node)
        return _no_method(ck, node, RangeType() if isinstance(literal, tree.Range) else ArrayType(()))
    recv = ck.expr(node.recv)
    if node.safe:
        return _safe(ck, node, recv, used)
    return on_value(ck, node, recv, used)


def _literal_receiver(ck: Checker, node: tree.Node) -> tree.Range | tree.Array | None:
    while isinstance(node, tree.Seq) and len(node.items) == 1:
        node = node.items[0]
    value = constant(ck, node.name) if isinstance(node, tree.Const) else node
    return value if isinstance(value, tree.Range | tree.Array) else None


def on_value(ck: Checker, node: tree.Send, recv: typed.Node, used: bool) -> tree.Node | typed.Node:
    """A call on a value that has been checked (perhaps a place in the kernel). An expansion is made once: its temporaries
    are variables, whose types last over the rounds."""
    type_ = recv.type
    if not settled(type_):
        _check_arguments(ck, node)
        return bad(node.span)
    if isinstance(type_, AggregateType | PtrType):
        found = kernel_types.member(ck, node, recv)
        if found is not None:
            return found
        recv = kernel_types.materialize(ck, recv)
        type_ = recv.type
        if not settled(type_):
            return recv
    elif isinstance(recv, context.CtxPlace):
        if node.name == "[]":
            return context.element(ck, node, recv)
        if node.name == "[]=":
            return context.store_element(ck, node, recv)
        recv = kernel_types.materialize(ck, recv)
        type_ = recv.type
        if not settled(type_):
            return recv
    elif isinstance(type_, HeaderType):
        from rucy.lang.checker import packets

        found = packets.field(ck, node, recv)
        if found is not None:
            return found
        recv = kernel_types.materialize(ck, recv)
        type_ = recv.type
    elif isinstance(type_, StructType | ElementsType):
        from rucy.lang.checker import structs

        inner = structs.call if isinstance(type_, StructType) else structs.elements
        found = inner(ck, node, recv, used)
        if found is not None:
            return found
    elif isinstance(type_, MapType) and type_.inner:
        from rucy.lang.checker import inner_maps, maps

        return inner_maps.call(ck, recv, lambda state: maps.call(ck, node, state, used))
    elif isinstance(type_, MapType):
        from rucy.lang.checker import histograms

        assert isinstance(recv, histograms.Keyed)
        return histograms.put_keyed(ck, node, recv)
    elif isinstance(type_, DynptrType):
        from rucy.lang.checker import dynptrs

        return dynptrs.method(ck, node, recv)
    elif isinstance(type_, CtxType):
        found = context.member(ck, node, type_)
        if found is not None:
            return found
    elif node.name == "as" and isinstance(type_, IntType) and not type_.net:
        return kernel_types.cast(ck, node, recv)
    row = None if isinstance(type_, OptType) else _row(ck, owner(type_), node.name)
    row = row or _row(ck, "Any", node.name)
    if row is not None:
        return _expansion(ck, node, row, Done(recv.span, recv))
    if isinstance(type_, OptType):
        _check_arguments(ck, node)
        known = isinstance(type_.of, HeaderType | StructType | ElementsType | MapType)
        known = known or _row(ck, owner(type_.of), node.name) is not None
        return untested(ck, recv) if known else _no_method(ck, node, type_.of)
    _check_arguments(ck, node)
    if type_ == NIL:
        return ck.say("IsNil", recv.span, text=recv.span.text)
    return _no_method(ck, node, type_)


def _check_arguments(ck: Checker, node: tree.Send) -> None:
    """What is refused in the arguments of a refused call is said too."""
    for arg in node.args:
        if not isinstance(arg, tree.Range | tree.Sym | tree.Array):
            ck.expr(arg)


def _row(ck: Checker, owner_: str, name: str) -> MethodRow | None:
    return ck.dialect.methods.get((owner_, name))


def _expansion(ck: Checker, node: tree.Send, row: MethodRow, recv: tree.Node) -> tree.Node | typed.Node:
    least, most = row.arity
    if not least <= len(node.args) <= most:
        takes = str(least) if least == most else f"{least} to {most}"
        return ck.say("WrongArity", node.name_span, name=node.name, takes=takes, given=len(node.args))
    for word, value in node.kwargs:
        if word not in row.keywords:
            from rucy.lang.checker.suggest import keyword

            return ck.say("NoKeywords", keyword(word, value), name=node.name, word=word)
    if node.block is not None and not row.block:
        return ck.say("NoBlock", node.name_span, name=node.name)
    if node.block is None and row.needs_block:
        return ck.say("BlockNeeded", node.name_span, name=node.name)
    kept = ck.expansions.get((id(node), row.owner))
    if kept is None:
        args = tuple(_resolved(ck, arg) for arg in node.args)
        if node.name == "clamp" and _no_bounds(ck, args):
            return bad(node.span)
        made = row.expand(tree.Send(node.span, recv, node.name, args, node.kwargs, node.block, False, node.name_span))
        kept = ck.expansions[id(node), row.owner] = (node, recv, made)
    elif isinstance(recv, Done) and isinstance(kept[1], Done):
        kept[1].node = recv.node
    return kept[2]


def _no_bounds(ck: Checker, args: tuple[tree.Node, ...]) -> bool:
    """Says where `clamp` has no two bounds, or the lower above the upper."""
    if len(args) == 1 and not isinstance(args[0], tree.Range):
        ck.say("ClampBound", args[0].span, text=args[0].span.text)
        return True
    low, high = (args[0].lo, args[0].hi) if isinstance(args[0], tree.Range) else args
    if isinstance(low, tree.Int) and isinstance(high, tree.Int) and low.value > high.value:
        ck.say("ClampOrder", args[0].span, low=low.value, high=high.value)
        return True
    return False


def _resolved(ck: Checker, node: tree.Node) -> tree.Node:
    """A constant that is a range, as an argument, is the range (`x.clamp(LIMITS)`)."""
    if isinstance(node, tree.Const):
        value = constant(ck, node.name)
        if isinstance(value, tree.Range):
            return value
    return node


def _no_method(ck: Checker, node: tree.Send, type_: Type) -> typed.Node:
    from rucy.lang.checker.suggest import instead_of, lines, nearest

    if node.name == "[]=" and node.recv is not None:
        return ck.say("NoAssignment", node.span, name=f"{node.recv.span.text}[…]", what=ck.called(type_))
    owners = (owner(type_), "Any")
    names = [name for cls, name in ck.dialect.methods if cls in owners]
    best = nearest(node.name, names) if node.name.isidentifier() or node.name[:-1].isidentifier() else None
    if best is not None:
        known = f"did you mean `{best}`?"
    elif type_ == BOOL and node.name in ("<", "<=", ">", ">="):
        known = "comparisons cannot be chained: join two of them with `&&`"
    elif advice := instead_of(ck, node, type_):
        known = advice
    elif isinstance(type_, PtrType):
        known = "its fields are read by name: `p.field`; `.as(\"struct x\")` says that it points to something else"
    elif isinstance(type_, IntType) and any(said.title == "FunctionWithoutTypes" for said in ck.said):
        known = f"if it is an address, say of what: `{node.recv.span.text if node.recv else 'p'}.as(\"struct x\").{node.name}`"
    else:
        known = lines(f"what {ck.called(type_)} has", sorted(name for cls, name in ck.dialect.methods if cls == owners[0]))
    return ck.say("NoMethod", node.name_span, name=node.name, what=ck.called(type_), known=known)


def _safe(ck: Checker, node: tree.Send, recv: typed.Node, used: bool) -> typed.Node:
    """`x&.m`: nil where x is."""
    recv = kernel_types.materialize(ck, recv)
    if not settled(recv.type) or not may_be_nil(recv.type):
        made = on_value(ck, node, recv, used)
        return ck.expr(made, used) if isinstance(made, tree.Node) else made
    if recv.type == NIL:
        return recv
    temp = ck.temp(recv.type, recv.span)
    held = typed.Read(recv.span, recv.type, temp)
    flow = ck.flow
    made = on_value(ck, node, unwrapped(held), used)
    value = kernel_types.materialize(ck, ck.expr(made) if isinstance(made, tree.Node) else made)
    ck.flow = merge(ck.flow, flow)
    both = join(NIL, value.type)
    if both is None:
        return ck.say("SafeOnObject", node.span, what=ck.called(value.type))
    from rucy.lang.checker.coerce import coerce

    arms = coerce(ck, typed.Nil(node.span, NIL), both), coerce(ck, value, both)
    chosen = typed.If(node.span, both, typed.IsNil(node.span, BOOL, held), *arms)
    return typed.Seq(node.span, both, (typed.Write(recv.span, recv.type, temp, recv), chosen))


# ---------------------------------------------------------------- by name


def by_name(ck: Checker, node: tree.Send, used: bool) -> tree.Node | typed.Node:
    from rucy.lang.checker import helper_calls, methods

    if node.name in ck.unit.methods:
        return methods.call(ck, node, used)
    word = words.WORDS.get(node.name)
    if word is not None:
        if node.block is not None and node.name not in words.WITH_BLOCK:
            return ck.say("NoBlock", node.name_span, name=node.name)
        return word(ck, node, used)
    from rucy.kernel.words import BY_WORD

    builtin = BY_WORD.get(node.name)
    if builtin is not None:
        return words.builtin(ck, node, builtin)
    if _declares_map(node.name):
        _check_arguments(ck, node)
        return ck.say("MapInside", node.name_span, word=node.name, text=node.span.text, name=node.name.upper())
    if node.name == "option":
        _check_arguments(ck, node)
        return ck.say("OptionInside", node.span, text=node.span.text)
    if "dynptr_" in node.name:
        from rucy.lang.checker import dynptrs

        part = dynptrs.part_by_name(ck, node)
        if part is not None:
            return part
    found = helper_calls.find(node.name)
    if found is not None:
        return helper_calls.call(ck, node, found, used)
    from rucy.lang.checker import kfunc_blocks, kfunc_calls

    made = kfunc_blocks.find(ck, node, used)
    if made is not None:
        return made
    function = kfunc_calls.find(node.name)
    if function is not None:
        return kfunc_calls.call(ck, node, function)
    _check_arguments(ck, node)
    from rucy.lang.checker.suggest import unknown_name

    return unknown_name(ck, node)


def _declares_map(name: str) -> bool:
    from rucy.kernel.maptypes import BY_WORD

    return name in BY_WORD or name in ("histogram", "stats")


# ---------------------------------------------------------------- updates


def update(ck: Checker, node: tree.Update, used: bool) -> typed.Node:
    """`recv.name op= value`: the receiver is evaluated once. A context field, or what is refused."""
    if ck.maps:
        from rucy.lang.checker import maps

        state = maps.find(ck, node.recv)
        if state is not None:
            return maps.update(ck, node, state, used)
    recv = ck.expr(node.recv)
    if not settled(recv.type):
        ck.expr(node.value)
        return bad(node.span)
    if isinstance(recv.type, StructType | ElementsType):
        from rucy.lang.checker import structs

        change = structs.update if isinstance(recv.type, StructType) else structs.update_element
        made = change(ck, node, recv, used)
        return ck.expr(made, used) if isinstance(made, tree.Node) else made
    if isinstance(recv.type, OptType):
        ck.expr(node.value)
        return untested(ck, recv)
    if isinstance(recv.type, HeaderType):
        return _update_header(ck, node, recv, used)
    if isinstance(recv.type, MapType) and recv.type.inner:
        from rucy.lang.checker import inner_maps, maps

        return inner_maps.call(ck, recv, lambda state: maps.update(ck, node, state, used))
    if not isinstance(recv, typed.Ctx | context.CtxPlace):
        ck.expr(node.value)
        if isinstance(recv.type, AggregateType | PtrType):
            return ck.say("KernelWrite", node.span, text=node.span.text)
        return ck.say("NoAssignment", node.span, name=node.name, what=ck.called(recv.type))
    kept = ck.expansions.get((id(node), ""))
    if kept is None:
        held = Done(recv.span, recv)
        kept = ck.expansions[id(node), ""] = (node, held, _as_assignment(node, held))
    kept[1].node = recv
    return ck.expr(kept[2], used)


def _update_header(ck: Checker, node: tree.Update, recv: typed.Node, used: bool) -> typed.Node:
    kept = ck.expansions.get((id(node), "header"))
    if kept is None:
        held = Done(recv.span, recv)
        kept = ck.expansions[id(node), "header"] = (node, held, _as_assignment(node, held))
    kept[1].node = recv
    return ck.expr(kept[2], used)


def _as_assignment(node: tree.Update, held: tree.Node) -> tree.Node:
    end = node.span.text.find(f" {node.op}=")
    span = node.span._replace(end=node.span.start + len(node.span.text[:end].encode())) if end > 0 else node.span
    old = tree.Send(span, held, node.name, node.args, (), None, False, span)
    if node.op in ("||", "&&"):
        either = tree.Or if node.op == "||" else tree.And
        value: tree.Node = either(node.span, old, node.value)
    else:
        value = tree.Send(node.span, old, node.op, (node.value,), (), None, False, node.span)
    return tree.Send(node.span, held, f"{node.name}=", (*node.args, value), (), None, False, node.span)


__all__ = ["IntType", "StrType", "by_name", "expand", "send", "update"]
