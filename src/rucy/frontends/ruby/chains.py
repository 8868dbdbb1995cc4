"""`map` and `select` make no array here: in front of `sum`, `count`, `any?` … they become part of that call's block.

In: `LIST.select { p }.map { m }.sum`, as nested calls. Out: `LIST.sum { |x| p ? m : 0 }`, each element passing all stages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.control import field
from rucy.frontends.ruby.make import bind, eq, fold_seq, local
from rucy.lang import tree
from rucy.lang.blocks import turn
from rucy.records import NamedTuple
from rucy.source import Span

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

_MAPS = ("map", "collect")
_SELECTS = ("select", "filter", "reject")
BUILDERS = frozenset(
    (*_MAPS, *_SELECTS, "flat_map", "filter_map", "each_slice", "each_cons", "zip", "group_by", "partition", "sort_by", "reverse",
     "sort", "uniq", "take_while", "drop_while", "take", "drop")
)  # fmt: skip
_FOLDS = ("reduce", "inject", "each_with_object")
_WALKS = ("each", "each_with_index", "reverse_each", "step")
_ENDS = frozenset(
    ("sum", "count", "size", "length", "any?", "all?", "none?", "each", "include?", "member?", "empty?", "find", "detect",
     "first", "last", "min", "max", "index", "find_index")
)  # fmt: skip


class Chain(NamedTuple):
    """`stages`: the calls of `map` and `select`, in order; `end`: the call that takes what they give; `made`: what stands for
    all of them."""

    stages: tuple[tree.Send, ...]
    end: tree.Send
    made: tree.Node


def check_builder(lo: Lowering, node: Node, send: tree.Send) -> tree.Node | None:
    """Refuses an array made at run time unless the call around it takes its elements at once, and what else a list does not
    have; None when all is well."""
    if send.name in _WALKS and send.block is not None and _listed(lo, send.recv) and is_asked(lo, node):
        return lo.refuse(errors.WalkValue(send.name_span, name=send.name))
    if send.name in _FOLDS and _listed(lo, send.recv):
        return lo.refuse(errors.Fold(send.name_span, name=send.name))
    if send.name not in BUILDERS or not _listed(lo, send.recv):
        return None
    parent = node.parent
    taker = (
        parent.child_by_field_name("method") if parent is not None and parent.child_by_field_name("receiver") == node else None
    )
    plain = send.name in (*_MAPS, *_SELECTS) and send.block is not None and not _breaks(send.block)
    if plain and taker is not None and lo.text(taker) in (*_MAPS, *_SELECTS, *_ENDS):
        return None
    return lo.refuse(errors.ArrayAtRunTime(send.name_span, name=send.name))


def is_asked(lo: Lowering, node: Node) -> bool:
    """Does what stands around an expression want its value? The end of a body does not say."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "parenthesized_statements":
        return parent.named_children[-1] == node and is_asked(lo, parent)
    if parent.type == "binary" and lo.text(field(parent, "operator")) in _JOINED and field(parent, "right") == node:
        return is_asked(lo, parent)
    if parent.type == "call":
        return parent.child_by_field_name("receiver") == node
    return parent.type in _ASKING or parent.child_by_field_name("condition") == node


_JOINED = ("&&", "||", "and", "or")
_ASKING = ("assignment", "operator_assignment", "binary", "unary", "argument_list", "array", "interpolation")


def _breaks(block: tree.Block | tree.PassedBlock) -> bool:
    return isinstance(block, tree.Block) and block.break_label.used


def _listed(lo: Lowering, node: tree.Node | None) -> bool:
    """Is this an array or a range, as far as the text says?"""
    if isinstance(node, tree.Const):
        source = lo.const_values.get(node.name)
        while source is not None and source.type == "parenthesized_statements" and source.named_child_count == 1:
            source = source.named_children[0]
        return source is not None and source.type in ("array", "range", "string_array", "symbol_array")
    if isinstance(node, tree.Send):
        return node.name in (*_MAPS, *_SELECTS) and node.block is not None and _listed(lo, node.recv)
    return isinstance(node, (tree.Array, tree.Range))


def join_stages(lo: Lowering, send: tree.Send) -> tree.Node:
    """`send` with the stages in front of it moved into its block; `send` itself when there are none."""
    stages: list[tree.Send] = []
    source = send.recv
    while isinstance(source, tree.Send) and source.name in (*_MAPS, *_SELECTS) and source.block is not None:
        stages.insert(0, source)
        source = source.recv
    if not stages or send.name not in _ENDS:
        return send
    mapped = any(stage.name in _MAPS for stage in stages)
    if send.name in ("min", "max", "last") or send.name in ("index", "find_index") or mapped and send.name in _FOUND:
        if send.name in ("min", "max", "first", "last") and (send.args or send.block is not None):
            return lo.refuse(errors.ArrayAtRunTime(stages[0].name_span, name=stages[0].name))
        made = _Gathered(send, stages, mapped).gather(source)
    else:
        made = _Joined(send, stages, mapped).build(source)
    lo.chains.append(Chain(tuple(stages), send, made))
    return made


_FOUND = ("find", "detect", "first")


class _Joined:
    __slots__ = ("send", "stages", "mapped", "span", "wanted", "steps")

    def __init__(self, send: tree.Send, stages: list[tree.Send], mapped: bool) -> None:
        self.send = send
        self.stages = stages
        self.mapped = mapped
        self.span: Span = send.span
        self.steps: tuple[tree.Node, ...] = ()
        self.wanted: tree.Var | None = None
        if send.args and send.name != "sum":
            self.steps, self.wanted = bind(send.span, "wanted", send.args[0])

    def build(self, source: tree.Node | None) -> tree.Node:
        send = self.send
        name = {
            "size": "count",
            "length": "count",
            "include?": "any?",
            "member?": "any?",
            "empty?": "none?",
            "first": "find",
        }.get(send.name, send.name)
        element = tree.Var("%element", send.span)
        body = self.stage(0, local(element))
        leave = send.block.break_label if isinstance(send.block, tree.Block) else tree.Label("break")
        param = tree.BlockParameter(send.span, element, None, None)
        block = tree.Block(send.span, (param,), body, tree.Label("next"), leave, (element,), False, "")
        args = send.args if name == "sum" else ()
        call = tree.Send(send.span, source, name, args, (), block, send.safe, send.name_span)
        return fold_seq(send.span, self.steps, call)

    def stage(self, index: int, value: tree.Node) -> tree.Node:
        """What runs for an element that has passed the stages before `index`."""
        if index == len(self.stages):
            return self.end(value)
        stage = self.stages[index]
        assert stage.block is not None
        result = turn(stage.block, (value,), stage.span)
        if stage.name in _MAPS:
            steps, mapped = bind(stage.span, "mapped", result)
            return fold_seq(stage.span, steps, self.stage(index + 1, local(mapped)))
        then, other = self.stage(index + 1, value), self.skipped()
        if stage.name == "reject":
            then, other = other, then
        return tree.If(stage.span, result, then, other, stage.name)

    def end(self, value: tree.Node) -> tree.Node:
        if self.send.block is not None:
            return turn(self.send.block, (value,), self.span)
        if self.wanted is not None:
            return eq(self.span, value, local(self.wanted))
        if self.send.name == "sum" or (self.mapped and self.send.name in ("any?", "all?", "none?")):
            return value
        return tree.Bool(self.span, True)

    def skipped(self) -> tree.Node:
        """What an element counts for that a `select` leaves out."""
        match self.send.name:
            case "sum":
                return tree.Int(self.span, 0)
            case "each":
                return tree.Nil(self.span)
            case "all?":
                return tree.Bool(self.span, True)
        return tree.Bool(self.span, False)


class _Gathered(_Joined):
    """What is not the block's value of one of the simpler calls: `min max last`, a mapped `first` and `find`, `index`. The value
    stands in a variable, nil until there is one; what is found ends the loop."""

    __slots__ = ("result", "turn", "leave")

    def gather(self, source: tree.Node | None) -> tree.Node:
        send, span = self.send, self.span
        self.result, self.turn, self.leave = tree.Var("%result", span), tree.Var("%turn", span), tree.Label(send.name)
        element = tree.Var("%element", span)
        param = tree.BlockParameter(span, element, None, None)
        body = self.stage(0, local(element))
        block = tree.Block(span, (param,), body, tree.Label("next"), tree.Label("break"), (element,), False, "")
        start = (tree.SetLocal(span, self.result, tree.Nil(span)), tree.SetLocal(span, self.turn, tree.Int(span, 0)))
        loop: tree.Node = tree.Send(span, source, "each", (), (), block, send.safe, send.name_span)
        if self.leave.used:
            loop = tree.Catch(span, self.leave, tree.Seq(span, (loop, tree.Nil(span))))
        whole: tree.Node = tree.Seq(span, (*self.steps, *start, loop, local(self.result)))
        if isinstance(send.block, tree.Block) and send.block.break_label.used:
            whole = tree.Catch(span, send.block.break_label, whole)
        return whole

    def end(self, value: tree.Node) -> tree.Node:
        span, name = self.span, self.send.name
        steps, held = bind(span, "value", value)
        take: tree.Node = tree.SetLocal(span, self.result, local(held))
        if name in ("min", "max"):
            op = "lt" if name == "min" else "gt"
            old = local(self.result)
            better = tree.Or(span, tree.Prim(span, "is_nil", (old,)), tree.Prim(span, op, (local(held), old)))
            take = tree.If(span, better, take, tree.Nil(span), name)
        elif name != "last":
            take = self.found(local(held))
        return tree.Seq(span, (*steps, take, tree.Nil(span)))

    def found(self, value: tree.Node) -> tree.Node:
        """The first that fits ends the loop with itself, or with its number."""
        span, name = self.span, self.send.name
        self.leave.used = True
        number = name in ("index", "find_index")
        take = tree.SetLocal(span, self.result, local(self.turn) if number else value)
        out: tree.Node = tree.Seq(span, (take, tree.Throw(span, self.leave, tree.Nil(span))))
        if name != "first":
            test = super().end(value)
            out = tree.If(span, test, out, tree.Nil(span), name)
        if not number:
            return out
        more = tree.Prim(span, "add", (local(self.turn), tree.Int(span, 1)))
        return tree.Seq(span, (out, tree.SetLocal(span, self.turn, more)))

    def skipped(self) -> tree.Node:
        return tree.Nil(self.span)
