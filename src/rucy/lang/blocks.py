"""Blocks as trees: one run of a block, and copies of methods and blocks, each with variables and labels of its own.

`turn` is what a run of a block with given values means. `Copy` copies a method's body for one call: what it does with its
block (`Yield`, `BlockGiven`, `PassedBlock`) is put in place of it.
"""

from __future__ import annotations

from collections.abc import Callable

from rucy.lang import tree
from rucy.source import Span


def turn(block: tree.Block | tree.PassedBlock, values: tuple[tree.Node, ...], span: Span) -> tree.Node:
    """One run of the block with `values` for its parameters: what it gives, or `next` gave. Parameters without a value
    are nil, values without a parameter are dropped."""
    if isinstance(block, tree.PassedBlock):
        return tree.Yield(span, values)
    if block.method:
        recv, args = (values[0], values[1:]) if values else (tree.Nil(span), ())
        return tree.Send(block.span, recv, block.method, args, (), None, False, block.span)
    if block.spread and len(values) == 1 and isinstance(values[0], tree.Array):
        values = values[0].items
    sets = _take(block.params, values)
    body = tree.Catch(block.span, block.next_label, block.body) if block.next_label.used else block.body
    return tree.Seq(block.span, (*sets, body)) if sets else body


def parts_of(params: tuple[tree.BlockParameter, ...]) -> tuple[tree.Node, ...]:
    """For parameters that have their values: what takes those apart that are to be."""
    out: list[tree.Node] = []
    for param in params:
        if param.inner is not None:
            local = tree.Local(param.span, param.var)
            out += _take(param.inner, tuple(tree.Part(param.span, local, at) for at in range(len(param.inner))))
    return tuple(out)


def _take(params: tuple[tree.BlockParameter, ...], values: tuple[tree.Node, ...]) -> list[tree.Node]:
    """Parameters without default come first, wherever they stand; those with one take what is left."""
    needed = sum(param.default is None for param in params)
    spare = max(0, len(values) - needed)
    given = list(values)
    out: list[tree.Node] = []
    later: list[tree.Node] = []
    for param in params:
        if param.default is not None and not spare:
            later.append(tree.SetLocal(param.span, param.var, param.default))
            continue
        spare -= param.default is not None
        value = given.pop(0) if given else tree.Nil(param.span)
        if param.inner is not None and isinstance(value, tree.Array):
            out += _take(param.inner, value.items)
            continue
        out.append(tree.Bind(param.span, param.var, value))
        out += parts_of((param,))
    return [*out, *(value for value in given if not isinstance(value, _QUIET)), *later]


#: What does nothing where nobody takes its value.
_QUIET = (tree.Local, tree.Int, tree.Bool, tree.Nil, tree.Str, tree.Sym, tree.Const)


class Copy:
    """Copies trees. `var`: the variable that one of the tree becomes; labels that are caught inside get others of the same
    word, but for `kept`. `replaced` gives what stands for a node (None: the node is copied)."""

    def __init__(
        self,
        var: Callable[[tree.Var], tree.Var],
        replaced: Callable[[tree.Node], tree.Node | None],
        kept: tree.Label | None = None,
    ) -> None:
        self.var = var
        self.replaced = replaced
        self.labels: dict[tree.Label, tree.Label] = {kept: kept} if kept is not None else {}
        self.count = 0

    def node(self, node: tree.Node) -> tree.Node:
        made = self.replaced(node)
        if made is not None:
            return made
        kind = type(node)
        if kind.__module__ != tree.__name__:  # what the checker has put in: it stands for itself
            return node
        self.count += 1
        if isinstance(node, tree.Catch):
            self.fresh(node.label)
        elif isinstance(node, tree.Block):
            self.fresh(node.next_label)
            self.fresh(node.break_label)
        return kind(node.span, *(self.part(getattr(node, name)) for name in kind.__slots__))

    def part(self, part: object) -> object:
        match part:
            case tree.Node():
                return self.node(part)
            case tuple() if type(part) is tuple:
                return tuple(self.part(one) for one in part)
            case tree.Var():
                return self.var(part)
            case tree.Label():
                return self.labels.get(part, part)
        return part

    def fresh(self, label: tree.Label) -> None:
        if label not in self.labels:
            made = self.labels[label] = tree.Label(label.word)
            made.used = label.used


def own_variables(block: tree.Block) -> set[tree.Var]:
    """What is new in each turn of a block: its own, those of blocks inside it, and temporaries of the front end."""
    found: set[tree.Var] = set()
    todo: list[object] = [block]
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo += at
        elif isinstance(at, tree.Node):
            if isinstance(at, tree.Block):
                found.update(at.own)
            elif isinstance(at, tree.SetLocal | tree.ForRange | tree.ForEach):
                names = (at.var, at.index) if isinstance(at, tree.ForEach) else (at.var,)
                found.update(var for var in names if var is not None and var.name.startswith("%"))
            todo += [getattr(at, name) for name in at.__slots__]
    return found
