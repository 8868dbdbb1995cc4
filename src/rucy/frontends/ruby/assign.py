"""Assignments: to locals, globals, attributes and elements; with an operator; of several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.calls import arguments, lower_receiver
from rucy.frontends.ruby.control import field
from rucy.frontends.ruby.literals import global_name
from rucy.lang import tree
from rucy.source import Span

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

_LISTS = ("left_assignment_list", "destructured_left_assignment")


def lower_assignment(lo: Lowering, node: Node) -> tree.Node:
    left, right = field(node, "left"), field(node, "right")
    if left.type in _LISTS:
        return _assign_many(lo, node, left, right)
    if lo.is_name(left):
        var = declare(lo, left)  # before its value: `x = x` reads the new, unassigned x
        value = right_side(lo, right)
        return tree.SetLocal(lo.span(node), var, value) if var is not None else tree.Bad(lo.span(node))
    target = _target(lo, left)
    return _store(lo.span(node), target, right_side(lo, right))


def declare(lo: Lowering, name: Node) -> tree.Var | None:
    """The variable that an assignment means; None, reported, when it is the user half's."""
    text, span = lo.text(name), lo.span(name)
    if lo.scope.find(text) is None and lo.scope.is_user(text):
        lo.refuse(errors.UserLocal(span, name=text, upper=text.upper()))
        return None
    if lo.block_var is not None and lo.scope.find(text) is lo.block_var:
        lo.refuse(errors.BlockObject(span, name=text))
        return None
    return lo.declare(text, span)


def right_side(lo: Lowering, right: Node) -> tree.Node:
    if right.type == "right_assignment_list":
        items = [c for c in right.children if c.is_named and c.type != "comment"]
        splat = next((c for c in items if c.type == "splat_argument"), None)
        if splat is not None:
            return lo.refuse(errors.AssignSplat(lo.span(splat), text=lo.brief(splat)))
        return tree.Array(lo.span(right), tuple(lo.lower(c) for c in items))
    return lo.lower(right)


# ---------------------------------------------------------------- targets


class _Target:
    """Where a value goes; receiver and index are already evaluated into nodes."""

    __slots__ = ("node", "kind", "recv", "name", "args", "var", "safe")

    def __init__(self, node: Node, kind: str) -> None:
        self.node = node
        self.kind = kind
        self.recv: tree.Node | None = None
        self.name = ""
        self.args: tuple[tree.Node, ...] = ()
        self.var: tree.Var | None = None
        self.safe = False


#: A target, or those of parentheses.
_Nested: TypeAlias = "_Target | list[_Nested]"


def _target(lo: Lowering, node: Node) -> _Target:
    if lo.is_name(node):
        target = _Target(node, "local")
        target.var = declare(lo, node)
        target.kind = "local" if target.var is not None else "bad"
    elif node.type == "global_variable":
        target = _Target(node, "global")
        target.name = global_name(lo, node) or ""
        target.kind = "global" if target.name else "bad"
    elif node.type == "element_reference":
        target = _Target(node, "call")
        target.recv = lower_receiver(lo, field(node, "object"))
        target.args = tuple(_index(lo, node))
        target.name = "[]"
    elif node.type == "call":
        target = _Target(node, "call")
        target.recv = lower_receiver(lo, field(node, "receiver"))
        target.name = lo.text(field(node, "method"))
        lo.needed_members.update((target.name, f"{target.name}="))
        target.safe = any(c.type == "&." for c in node.children)
    else:
        target = _Target(node, "bad")
        _refuse_target(lo, node)
    return target


def _index(lo: Lowering, node: Node) -> list[tree.Node]:
    args, kwargs, _ = arguments(lo, [c for c in node.children[1:] if c.is_named])
    if kwargs:
        lo.refuse(errors.HashLiteral(lo.span(node)))
    return args


def _refuse_target(lo: Lowering, node: Node) -> None:
    if node.type in ("constant", "scope_resolution"):
        name = lo.text(node)
        lo.refuse(errors.ConstantInside(lo.span(node), name=name, lower=name.lower()))
    elif node.type in ("rest_assignment", "splat_argument"):
        lo.refuse(errors.AssignSplat(lo.span(node), text=lo.brief(node)))
    else:
        lo.lower(node)  # @x, @@x: refused by their kind


def _store(span: Span, target: _Target, value: tree.Node) -> tree.Node:
    if target.kind == "local":
        assert target.var is not None
        return tree.SetLocal(span, target.var, value)
    if target.kind == "global":
        return tree.SetGlobal(span, target.name, value)
    if target.kind == "call":
        name_span = Span(span.file, target.node.start_byte, target.node.end_byte)
        name = target.name + "="
        return tree.Send(span, target.recv, name, (*target.args, value), (), None, target.safe, name_span)
    return tree.Bad(span)


# ---------------------------------------------------------------- with an operator


def lower_operator_assignment(lo: Lowering, node: Node) -> tree.Node:
    """`x op= value`, `x ||= value`, `x &&= value`."""
    left, span = field(node, "left"), lo.span(node)
    operator = field(node, "operator")
    op = operator.type.removesuffix("=")
    target = _target(lo, left)
    value = right_side(lo, field(node, "right"))
    if target.kind == "local":
        assert target.var is not None
        return _update_local(span, lo.span(operator), target.var, op, value, lo.span(left))
    if target.kind == "global":
        if op in ("||", "&&"):
            return lo.refuse(errors.GlobalOrAssign(span, name=target.name, op=op))
        return tree.UpdateGlobal(span, target.name, op, value)
    if target.kind == "call":
        assert target.recv is not None
        update = tree.Update(span, target.recv, target.name, target.args, op, value)
        if target.safe:
            return _update_safely(lo, span, update)
        return update
    return tree.Bad(span)


def _update_local(span: Span, op_span: Span, var: tree.Var, op: str, value: tree.Node, left: Span) -> tree.Node:
    read = tree.Local(left, var)
    if op == "||":
        return tree.Or(span, read, tree.SetLocal(span, var, value))
    if op == "&&":
        return tree.And(span, read, tree.SetLocal(span, var, value))
    return tree.SetLocal(span, var, tree.Send(span, read, op, (value,), (), None, False, op_span))


def _update_safely(lo: Lowering, span: Span, update: tree.Update) -> tree.Node:
    """`a&.b += v`: nothing when `a` is nil."""
    temp = lo.temp("safe", update.recv.span)
    bind = tree.SetLocal(update.recv.span, temp, update.recv)
    read = tree.Local(update.recv.span, temp)
    update.recv = tree.Local(read.span, temp)
    is_nil = tree.Send(read.span, read, "nil?", (), (), None, False, read.span)
    return tree.Seq(span, (bind, tree.If(span, is_nil, tree.Nil(span), update, "&.")))


# ---------------------------------------------------------------- several at once


def _assign_many(lo: Lowering, node: Node, left: Node, right: Node) -> tree.Node:
    """`a, (b, c), d.e = x, y, z`: receivers and indices on the left, then all values into temporaries, then the targets,
    from the left; so `a, b = b, a` exchanges."""
    span = lo.span(node)
    steps: list[tree.Node] = []
    targets = _targets(lo, left, steps)
    outer, lo.takes_two = lo.takes_two, right
    value = right_side(lo, right)
    lo.takes_two = outer
    pairs: list[tuple[_Target, tree.Node]] = []
    _match(lo, left, targets, value, steps, pairs)
    result = tuple(v for _, v in pairs)
    stores = [_store(lo.span(t.node), t, v) for t, v in pairs]
    array = tree.Array(span, tuple(tree.Local(v.span, v.var) for v in result if isinstance(v, tree.Local)))
    return tree.ValueList(span, (*steps, *stores, array))


def _targets(lo: Lowering, left: Node, steps: list[tree.Node]) -> list[_Nested]:
    """The targets in order, a nested list for parentheses. Receivers and indices go into temporaries, in `steps`."""
    out: list[_Nested] = []
    for child in left.children:
        if not child.is_named or child.type == "comment":
            continue
        if child.type in _LISTS:
            out.append(_targets(lo, child, steps))
            continue
        target = _target(lo, child)
        if target.recv is not None and not isinstance(target.recv, (tree.Local, tree.Const)):
            target.recv = _hold(lo, target.recv, steps)
        target.args = tuple(a if isinstance(a, (tree.Int, tree.Const)) else _hold(lo, a, steps) for a in target.args)
        out.append(target)
    return out


def _hold(lo: Lowering, value: tree.Node, steps: list[tree.Node]) -> tree.Local:
    temp = lo.temp("m", value.span)
    steps.append(tree.SetLocal(value.span, temp, value))
    return tree.Local(value.span, temp)


def _match(
    lo: Lowering,
    left: Node,
    targets: list[_Nested],
    value: tree.Node,
    steps: list[tree.Node],
    pairs: list[tuple[_Target, tree.Node]],
) -> None:
    """Pairs each target with a temporary that holds its value."""
    values = _elements(lo, value, len(targets), steps)
    splat = any(c.type in ("rest_assignment", "splat_argument") for c in left.children)
    further: list[tree.Node] = []
    if values is not None and not splat:  # what is missing is nil, what is too much is dropped
        further = values[len(targets) :]
        values = (values + [tree.Nil(value.span)] * len(targets))[: len(targets)]
    if values is None or splat:
        if splat:
            pass  # refused already
        elif not isinstance(value, tree.Bad):
            lo.refuse(errors.AssignUnknown(value.span, text=_one_line(value.span.text), targets=len(targets)))
        values = [tree.Bad(value.span)] * len(targets)
    held: list[tree.Node] = []
    for target, item in zip(targets, values):
        nested = isinstance(target, list) and isinstance(item, tree.Array)
        held.append(item if nested or isinstance(item, tree.Local) and item.var.name[:1] == "%" else _hold(lo, item, steps))
    steps += further
    for target, item in zip(targets, held):
        if isinstance(target, list):
            _match(lo, left, target, item, steps, pairs)
        else:
            pairs.append((target, item))


def _one_line(text: str) -> str:
    first, *more = text.split("\n")
    return first[:39] + "…" if more or len(first) > 40 else first


def _elements(lo: Lowering, value: tree.Node, count: int, steps: list[tree.Node]) -> list[tree.Node] | None:
    """The values that a right side stands for: an array written here or a constant one, or `divmod`."""
    if isinstance(value, tree.Array):
        return list(value.items)
    if isinstance(value, tree.Const) and value.name in lo.const_values:
        source = lo.const_values[value.name]
        if source.type == "array":
            listed = lo.lower(source)
            return list(listed.items) if isinstance(listed, tree.Array) else None
    if isinstance(value, tree.Send) and value.name == "divmod" and value.recv is not None and len(value.args) == 1 and count == 2:
        number, divisor = _hold(lo, value.recv, steps), _hold(lo, value.args[0], steps)
        span = value.span
        return [
            tree.Send(span, number, "div", (divisor,), (), None, False, value.name_span),
            tree.Send(span, number, "modulo", (divisor,), (), None, False, value.name_span),
        ]
    return None
