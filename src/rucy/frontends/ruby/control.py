"""Control flow: conditions, loops, `case`, the ways out, logical operators, `begin … end`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.literals import splat_items
from rucy.lang import tree
from rucy.source import Span

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

_NO_VALUES = ("comment", "empty_statement")


def field(node: Node, name: str) -> Node:
    """A child that the grammar always gives."""
    child = node.child_by_field_name(name)
    assert child is not None, f"{node.type} without {name}"
    return child


def lower_condition(lo: Lowering, node: Node) -> tree.Node:
    """An expression as a condition, where a range would be a flip-flop and a regular expression would match `$_`."""
    inner = node
    while inner.type == "parenthesized_statements":
        named = [c for c in inner.children if c.is_named and c.type not in _NO_VALUES]
        if len(named) != 1:
            break
        inner = named[0]
    if inner.type == "range":
        return lo.refuse(errors.FlipFlop(lo.span(inner), text=lo.brief(inner)))
    if lo.block_var is not None and lo.is_name(inner) and lo.scope.find(lo.text(inner)) is lo.block_var:
        lo.yields = True
        return tree.BlockGiven(lo.span(inner))
    return lo.lower(node)


# ---------------------------------------------------------------- if


def lower_if(lo: Lowering, node: Node) -> tree.Node:
    """`if`, `elsif`, `unless`, each with `else`."""
    turned = node.type == "unless"
    cond = lower_condition(lo, field(node, "condition"))
    then = lo.inside(node.child_by_field_name("consequence"), node)
    alternative = node.child_by_field_name("alternative")
    if alternative is not None and alternative.type == "elsif":
        other = lower_if(lo, alternative)
    else:
        other = lo.inside(alternative, node)
    if turned:
        then, other = other, then
    return tree.If(lo.span(node), cond, then, other, node.type)


def lower_if_modifier(lo: Lowering, node: Node) -> tree.Node:
    """Ruby reads the statement first, so a local that it assigns is known in the condition, but not the reverse."""
    body = lo.lower(field(node, "body"))
    cond = lower_condition(lo, field(node, "condition"))
    nil = tree.Nil(lo.span(node))
    if node.type == "unless_modifier":
        return tree.If(lo.span(node), cond, nil, body, "unless")
    return tree.If(lo.span(node), cond, body, nil, "if")


def lower_conditional(lo: Lowering, node: Node) -> tree.Node:
    cond = lower_condition(lo, field(node, "condition"))
    then = lo.lower(field(node, "consequence"))
    other = lo.lower(field(node, "alternative"))
    return tree.If(lo.span(node), cond, then, other, "?:")


# ---------------------------------------------------------------- loops


def lower_while(lo: Lowering, node: Node) -> tree.Node:
    """`while` and `until`: the condition, then the body, in a loop that the condition leaves."""
    cond = lower_condition(lo, field(node, "condition"))
    labels = push_loop(lo)
    body = lo.inside(field(node, "body"), node)
    lo.frames.pop()
    return _while(lo, node, cond, body, labels, node.type)


def lower_while_modifier(lo: Lowering, node: Node) -> tree.Node:
    """`x while y`; `begin … end while y` runs its body before it asks."""
    word = node.type.removesuffix("_modifier")
    labels = push_loop(lo)
    source = field(node, "body")
    body = lo.lower(source)
    lo.frames.pop()
    cond = lower_condition(lo, field(node, "condition"))
    if source.type != "begin":
        return _while(lo, node, cond, body, labels, word)
    span, nil = lo.span(node), tree.Nil(lo.span(node))
    again, leave = nil, _leave(span, labels[1])
    turn = tree.If(cond.span, cond, leave, again, word) if word == "until" else tree.If(cond.span, cond, again, leave, word)
    loop = tree.Loop(span, tree.Seq(span, (catch(labels[0], unused(body)), turn)), word)
    return tree.Catch(span, labels[1], loop)


def _while(
    lo: Lowering, node: Node, cond: tree.Node, body: tree.Node, labels: tuple[tree.Label, tree.Label], word: str
) -> tree.Node:
    span = lo.span(node)
    turn, leave = catch(labels[0], unused(body)), _leave(span, labels[1])
    if word == "until":
        step = tree.If(cond.span, cond, leave, turn, word)
    else:
        step = tree.If(cond.span, cond, turn, leave, word)
    return tree.Catch(span, labels[1], tree.Loop(span, step, word))


def _leave(span: Span, label: tree.Label) -> tree.Node:
    label.used = True
    return tree.Throw(span, label, tree.Nil(span))


def push_loop(lo: Lowering) -> tuple[tree.Label, tree.Label]:
    """Labels of a new loop, innermost from now on: `next`, `break`."""
    from rucy.frontends.ruby.lower import Frame

    labels = tree.Label("next"), tree.Label("break")
    lo.frames.append(Frame("loop", *labels))
    return labels


def catch(label: tree.Label, body: tree.Node) -> tree.Node:
    """`body`, where `label` ends it if anything throws there."""
    return tree.Catch(body.span, label, body) if label.used else body


def unused(body: tree.Node) -> tree.Node:
    from rucy.frontends.ruby.lower import without_list

    if isinstance(body, tree.Seq) and body.items and type(body) is tree.Seq:
        return tree.Seq(body.span, (*body.items[:-1], without_list(body.items[-1])))
    return without_list(body)


def lower_for(lo: Lowering, node: Node) -> tree.Node:
    """`for x in range` or an array. The variable belongs to the enclosing scope and keeps its last value."""
    from rucy.frontends.ruby.chains import is_asked

    pattern, span = field(node, "pattern"), lo.span(node)
    if is_asked(lo, node):
        return lo.refuse(errors.WalkValue(span, name="for"))
    source = [c for c in field(node, "value").children if c.is_named and c.type not in _NO_VALUES][0]
    if not lo.is_name(pattern):
        return lo.refuse(errors.ForTargets(lo.span(pattern)))
    values = lo.lower(source)
    var = lo.declare(lo.text(pattern), lo.span(pattern))
    labels = push_loop(lo)
    body = unused(lo.inside(field(node, "body"), node))
    lo.frames.pop()
    turn = lo.temp(var.name, var.span)
    step = tree.Seq(body.span, (tree.SetLocal(var.span, var, tree.Local(var.span, turn)), catch(labels[0], body)))
    bounds = known_range(lo, values)
    loop: tree.Node
    if bounds is not None and bounds.lo is not None and bounds.hi is not None:
        loop = tree.ForRange(span, turn, bounds.lo, bounds.hi, bounds.exclusive, 1, step, "for")
    else:
        loop = tree.ForEach(span, turn, None, values, step, "for")
    return catch(labels[1], loop)


def known_range(lo: Lowering, node: tree.Node) -> tree.Range | None:
    """The range that an expression is: written in place, or a constant's."""
    if isinstance(node, tree.Range):
        return node
    if isinstance(node, tree.Const) and node.name in lo.const_values:
        source = lo.const_values[node.name]
        while source.type == "parenthesized_statements" and source.named_child_count == 1:
            source = source.named_children[0]
        if source.type == "range":
            value = lo.lower(source)
            return value if isinstance(value, tree.Range) else None
    return None


# ---------------------------------------------------------------- ways out


def value_of(lo: Lowering, node: Node) -> tree.Node:
    """The value of `return`, `next` or `break`."""
    args = next((c for c in node.children if c.type == "argument_list"), None)
    if args is None:
        return tree.Nil(lo.span(node))
    values = [c for c in args.children if c.is_named and c.type != "comment"]
    if not values:
        return tree.Nil(lo.span(node))
    if len(values) > 1 or values[0].type in ("splat_argument", "pair"):
        return lo.refuse(errors.MultipleValues(lo.span(args), word=node.type))
    return lo.lower(values[0])


def lower_return(lo: Lowering, node: Node) -> tree.Node:
    return tree.Return(lo.span(node), value_of(lo, node))


def lower_next(lo: Lowering, node: Node) -> tree.Node:
    frame = lo.frames[-1]
    if frame.kind == "method":
        return lo.refuse(errors.JumpOutside(lo.span(node), word="next"))
    frame.next_label.used = True
    return tree.Throw(lo.span(node), frame.next_label, value_of(lo, node))


def lower_break(lo: Lowering, node: Node) -> tree.Node:
    frame = lo.frames[-1]
    if frame.kind == "probe":
        return lo.refuse(errors.BreakFromProbe(lo.span(node), hook=frame.break_label.word))
    if frame.kind == "method":
        return lo.refuse(errors.JumpOutside(lo.span(node), word="break"))
    frame.break_label.used = True
    return tree.Throw(lo.span(node), frame.break_label, value_of(lo, node))


# ---------------------------------------------------------------- case


def lower_case(lo: Lowering, node: Node) -> tree.Node:
    """The subject once into a temporary, then a chain of tests; without a subject, of conditions."""
    subject = node.child_by_field_name("value")
    span = lo.span(node)
    if subject is None:
        return _arms(lo, node, None)
    value = lo.lower(subject)
    temp = lo.temp("case", lo.span(subject))
    return tree.Seq(span, (tree.SetLocal(value.span, temp, value), _arms(lo, node, temp)))


def _arms(lo: Lowering, node: Node, subject: tree.Var | None) -> tree.Node:
    """Arms are lowered in the order of the text, for locals that they assign, and chained from the last."""
    arms: list[tuple[Span, tree.Node, tree.Node]] = []
    other: tree.Node = tree.Nil(lo.span(node))
    for child in node.children:
        if child.type == "when":
            patterns = [c for c in child.children if c.type == "pattern"]
            test = _test(lo, patterns[0], subject)
            for pattern in patterns[1:]:
                test = tree.Or(lo.span(child), test, _test(lo, pattern, subject))
            arms.append((lo.span(child), test, lo.inside(child.child_by_field_name("body"), child)))
        elif child.type == "else":
            other = lo.inside(child, node)
    for span, test, body in reversed(arms):
        other = tree.If(span, test, body, other, "when")
    return other


def _test(lo: Lowering, node: Node, subject: tree.Var | None) -> tree.Node:
    pattern = [c for c in node.children if c.is_named][0]
    if pattern.type == "splat_argument":
        return _any_of(lo, pattern, subject)
    if subject is None:
        return lower_condition(lo, pattern)
    value = lo.lower(pattern)
    source = lo.const_values.get(value.name) if isinstance(value, tree.Const) else None
    if isinstance(value, tree.Array) or (source is not None and source.type in ("array", "string_array", "symbol_array")):
        return lo.refuse(errors.ListWithoutSplat(lo.span(pattern), text=lo.brief(pattern)))
    return tree.CaseEq(lo.span(pattern), value, tree.Local(subject.span, subject))


def _any_of(lo: Lowering, node: Node, subject: tree.Var | None) -> tree.Node:
    """`when *LIST`: any of its elements."""
    span = lo.span(node)
    items = splat_items(lo, node)
    if items is None or subject is None:
        return lo.refuse(errors.WhenSplat(span, text=lo.brief(node)))
    tests: list[tree.Node] = [tree.CaseEq(span, item, tree.Local(subject.span, subject)) for item in items]
    if not tests:
        return tree.Bool(span, False)
    out = tests[0]
    for test in tests[1:]:
        out = tree.Or(span, out, test)
    return out


# ---------------------------------------------------------------- groups


def lower_parentheses(lo: Lowering, node: Node) -> tree.Node:
    return lo.statements(node.children, lo.span(node))


def lower_own_body(lo: Lowering, node: Node) -> tree.Node:
    """The body of a method or block; nil when it is empty."""
    body = node.child_by_field_name("body")
    if body is None:
        return lo.inside(None, node)
    if body.type == "body_statement":
        return lower_body(lo, body)
    return lo.statements(body.children, lo.span(body)) if body.type == "block_body" else lo.lower(body)


def lower_body(lo: Lowering, node: Node) -> tree.Node:
    """`begin … end` and the body of a method or block: no `rescue`, `else`, `ensure`."""
    refused = {"rescue": errors.Rescue, "ensure": errors.Ensure, "else": errors.BeginElse}
    kept: list[Node] = []
    for child in node.children:
        if child.type in refused:
            word = Span(lo.file, child.start_byte, child.start_byte + len(child.type))
            lo.refuse(refused[child.type](word))
        else:
            kept.append(child)
    return lo.statements(kept, lo.span(node))
