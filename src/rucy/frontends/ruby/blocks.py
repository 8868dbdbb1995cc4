"""Blocks: their parameters, those handed on (`&block`, `&:name`), and what a method does with the one it was called with."""

from __future__ import annotations

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.calls import arguments
from rucy.frontends.ruby.control import lower_own_body
from rucy.frontends.ruby.lower import Frame, Lowering, Scope
from rucy.lang import tree
from rucy.source import Span


def lower_block(lo: Lowering, node: Node, call: str, kind: str = "block") -> tree.Block:
    """A block: it sees the locals around it, its parameters and those first assigned in it are its own."""
    from rucy.frontends.ruby.fresh import reset_locals

    outer, scope = lo.scope, Scope(lo.scope)
    lo.scope = scope
    source = node.child_by_field_name("parameters")
    scope.numbered = source is None
    params = _parameters(lo, source, kind) if source is not None else ()
    labels = tree.Label("next"), tree.Label(call if kind == "probe" else "break")
    lo.frames.append(Frame(kind, *labels))
    body = lower_own_body(lo, node)
    lo.frames.pop()
    lo.scope = outer
    if source is None:
        params = tuple(_plain(var) for name, var in scope.names.items() if _is_numbered(name))
    given = {var for param in params for var in _variables(param)}
    own = [var for var in scope.names.values() if var not in given]
    if kind == "block":
        body = reset_locals(body, own)
    trailing = source is not None and [c.type for c in source.children if c.type != "comment"][-2:] == [",", "|"]
    spread = len(params) > 1 or trailing
    return tree.Block(lo.span(node), params, body, *labels, tuple(scope.names.values()), spread, "")


# ---------------------------------------------------------------- parameters


def _plain(var: tree.Var) -> tree.BlockParameter:
    return tree.BlockParameter(var.span, var, None, None)


def _variables(param: tree.BlockParameter) -> list[tree.Var]:
    return [param.var, *(var for inner in param.inner or () for var in _variables(inner))]


def _parameters(lo: Lowering, source: Node, kind: str) -> tuple[tree.BlockParameter, ...]:
    params: list[tree.BlockParameter] = []
    locals_from = len(source.children)
    for index, child in enumerate(source.children):
        if source.field_name_for_child(index) == "locals" or child.type == ";":
            locals_from = min(locals_from, index)
        if not child.is_named or child.type == "comment":
            continue
        if index >= locals_from:
            lo.scope.names[lo.text(child)] = tree.Var(lo.text(child), lo.span(child))
            continue
        param = _parameter(lo, child) if lo.is_name(child) or kind != "probe" else None
        if param is None:
            lo.refuse(lo.refusal(errors.BlockParameterKind, child))
            _declare_all(lo, child)
        else:
            params.append(param)
    return tuple(params)


def _parameter(lo: Lowering, node: Node) -> tree.BlockParameter | None:
    """A name, `name = value`, or `(a, b)`; None of what takes an unknown number of values, or a word."""
    if lo.is_name(node):
        var = lo.scope.names[lo.text(node)] = tree.Var(lo.text(node), lo.span(node))
        return _plain(var)
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if node.type == "optional_parameter" and name is not None and value is not None:
        var = lo.scope.names[lo.text(name)] = tree.Var(lo.text(name), lo.span(name))
        return tree.BlockParameter(lo.span(node), var, lo.lower(value), None)
    if node.type != "destructured_parameter":
        return None
    inner = [_parameter(lo, child) for child in node.children if child.is_named and child.type != "comment"]
    whole = tree.Var("%whole", lo.span(node))
    lo.scope.names[f"%whole{node.start_byte}"] = whole
    if any(param is None for param in inner):
        return None
    return tree.BlockParameter(lo.span(node), whole, None, tuple(param for param in inner if param is not None))


def _declare_all(lo: Lowering, node: Node) -> None:
    """Names of a refused parameter, so that their uses are not errors too."""
    for child in node.children:
        if lo.is_name(child):
            lo.scope.names.setdefault(lo.text(child), tree.Var(lo.text(child), lo.span(child)))
        else:
            _declare_all(lo, child)


def _is_numbered(name: str) -> bool:
    return len(name) == 2 and name[0] == "_" and name[1] in "123456789"


def numbered(lo: Lowering, name: str, span: Span) -> tree.Node:
    """`_2` in a block without parameters is its second one, and there is a first one then. (`it` came with Ruby 3.4.)"""
    if not lo.scope.numbered or not _is_numbered(name):
        return lo.refuse(errors.NumberedParameter(span, text=name))
    for at in range(1, int(name[1]) + 1):
        lo.scope.names.setdefault(f"_{at}", tree.Var(f"_{at}", span))
    return tree.Local(span, lo.scope.names[name])


# ---------------------------------------------------------------- handed on


def lower_passed(lo: Lowering, node: Node) -> tree.Block | tree.PassedBlock:
    """`&block`, `&` and `&:name` behind the arguments of a call."""
    inner = [c for c in node.children if c.is_named]
    span = lo.span(node)
    if len(inner) == 1 and inner[0].type == "simple_symbol":
        return _empty(span, tree.Nil(span), lo.text(inner[0])[1:])
    own = lo.is_name(inner[0]) and lo.scope.find(lo.text(inner[0])) is lo.block_var if inner else True
    if own and lo.block_var is not None:
        lo.yields = True
        return tree.PassedBlock(span)
    if inner and lo.is_name(inner[0]) and lo.text(inner[0]) == lo.later_block:
        return _empty(span, lo.lower(inner[0]), "")
    return _empty(span, lo.refuse(lo.refusal(errors.BlockArgument, node)), "")


def _empty(span: Span, body: tree.Node, method: str) -> tree.Block:
    return tree.Block(span, (), body, tree.Label("next"), tree.Label("break"), (), False, method)


# ---------------------------------------------------------------- a method's own block


def run_own(lo: Lowering, node: Node, args: Node | None) -> tree.Node:
    """`yield(…)`, `block.call(…)`, `block[…]`."""
    span = lo.span(node)
    if lo.yields is None:
        return lo.refuse(errors.YieldOutside(span))
    lo.yields = True
    named = [c for c in args.children if c.is_named] if args is not None else []
    positional, kwargs, passed = arguments(lo, named[1:] if args is not None and args == node else named)
    if kwargs or passed is not None:
        return lo.refuse(errors.YieldKeyword(span, text=lo.brief(node)))
    return tree.Yield(span, tuple(positional))


def call_own(lo: Lowering, node: Node, name: str, args: Node | None) -> tree.Node:
    """A call on the parameter that holds the block: it is run, or asked whether it is there."""
    span = lo.span(node)
    if name == "nil?" and args is None:
        lo.yields = True
        return tree.Not(span, tree.BlockGiven(span))
    if name not in ("call", "yield", "()", "===") or node.child_by_field_name("block") is not None:
        return lo.refuse(errors.BlockObject(lo.span(node.children[0]), name=lo.text(node.children[0])))
    run = run_own(lo, node, args)
    if any(c.type == "&." for c in node.children):
        return tree.If(span, tree.BlockGiven(span), run, tree.Nil(span), "&.")
    return run
