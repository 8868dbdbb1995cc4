"""`map` and `select` make no array here: in front of `sum`, `count`, `any?` … they become part of that call's block.

In: `LIST.select { p }.map { m }.sum`, as nested calls. Out: `LIST.sum { |x| p ? m : 0 }`, each element passing all stages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.make import bind, eq, fold_seq, local
from rucy.lang import tree
from rucy.source import Span

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

_MAPS = ("map", "collect")
_SELECTS = ("select", "filter", "reject")
BUILDERS = frozenset(
    (*_MAPS, *_SELECTS, "flat_map", "filter_map", "each_slice", "each_cons", "zip", "group_by", "partition", "sort_by", "reverse",
     "sort", "uniq", "take_while", "drop_while", "take", "drop", "reduce", "inject", "each_with_object")
)  # fmt: skip
_ENDS = frozenset(
    (
        "sum",
        "count",
        "size",
        "length",
        "any?",
        "all?",
        "none?",
        "each",
        "include?",
        "member?",
        "empty?",
        "find",
        "detect",
        "first",
    )
)


def check_builder(lo: Lowering, node: Node, send: tree.Send) -> tree.Node | None:
    """Refuses an array made at run time unless the call around it takes its elements at once; None when all is well."""
    if send.name not in BUILDERS or not _listed(lo, send.recv):
        return None
    parent = node.parent
    taker = (
        parent.child_by_field_name("method") if parent is not None and parent.child_by_field_name("receiver") == node else None
    )
    plain = send.name in (*_MAPS, *_SELECTS) and send.block is not None and not send.block.break_label.used
    if plain and taker is not None and lo.text(taker) in (*_MAPS, *_SELECTS, *_ENDS):
        return None
    return lo.refuse(errors.ArrayAtRunTime(send.name_span, name=send.name))


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
    while isinstance(source, tree.Send) and source.name in (*_MAPS, *_SELECTS) and _listed(lo, source):
        stages.insert(0, source)
        source = source.recv
    if not stages or send.name not in _ENDS:
        return send
    mapped = any(stage.name in _MAPS for stage in stages)
    if mapped and send.name in ("find", "detect", "first"):
        return lo.refuse(errors.ArrayAtRunTime(stages[0].name_span, name=stages[0].name))
    return _Joined(send, stages, mapped).build(source)


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
        leave = send.block.break_label if send.block is not None else tree.Label("break")
        block = tree.Block(send.span, (element,), body, tree.Label("next"), leave)
        args = send.args if name == "sum" else ()
        call = tree.Send(send.span, source, name, args, (), block, send.safe, send.name_span)
        return fold_seq(send.span, self.steps, call)

    def stage(self, index: int, value: tree.Node) -> tree.Node:
        """What runs for an element that has passed the stages before `index`."""
        if index == len(self.stages):
            return self.end(value)
        stage = self.stages[index]
        assert stage.block is not None
        result = _run(stage.block, value)
        if stage.name in _MAPS:
            steps, mapped = bind(stage.span, "mapped", result)
            return fold_seq(stage.span, steps, self.stage(index + 1, local(mapped)))
        then, other = self.stage(index + 1, value), self.skipped()
        if stage.name == "reject":
            then, other = other, then
        return tree.If(stage.span, result, then, other, stage.name)

    def end(self, value: tree.Node) -> tree.Node:
        if self.send.block is not None:
            return _run(self.send.block, value)
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


def _run(block: tree.Block, value: tree.Node) -> tree.Node:
    sets = tuple(tree.SetLocal(p.span, p, value if i == 0 else tree.Nil(p.span)) for i, p in enumerate(block.params))
    body = tree.Catch(block.span, block.next_label, block.body) if block.next_label.used else block.body
    return fold_seq(block.span, sets, body)
