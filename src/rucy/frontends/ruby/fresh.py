"""Locals of a block are new in each of its turns: one that may be read before its assignment must not keep the last turn's value.

In: a block's body and the variables of its own. Out: the body, with `nil` assigned first to those that may be read early.
"""

from __future__ import annotations

from rucy.lang import tree


def reset_locals(body: tree.Node, own: list[tree.Var]) -> tree.Node:
    """`body` with `SetLocal(var, nil)` in front for each variable of `own` that is not surely assigned before each read."""
    early = [var for var in own if not _Reads(var).safe(body)]
    if not early:
        return body
    resets = tuple(tree.SetLocal(var.span, var, tree.Nil(var.span)) for var in early)
    items = body.items if type(body) is tree.Seq else (body,)
    return tree.Seq(body.span, (*resets, *items))


class _Reads:
    """Follows one variable through a tree in the order of evaluation."""

    def __init__(self, var: tree.Var) -> None:
        self.var = var
        self.early = False

    def safe(self, body: tree.Node) -> bool:
        self.visit(body, False)
        return not self.early

    def visit(self, node: object, assigned: bool) -> bool:
        """Whether the variable is assigned for sure behind `node`; sets `early` at a read where it is not."""
        match node:
            case tree.Local():
                self.early |= node.var is self.var and not assigned
                return assigned
            case tree.SetLocal():
                assigned = self.visit(node.value, assigned)
                return assigned or node.var is self.var
            case tree.If():
                assigned = self.visit(node.cond, assigned)
                then = self.visit(node.then, assigned)
                other = self.visit(node.other, assigned)
                return then and other
            case tree.And() | tree.Or():
                assigned = self.visit(node.left, assigned)
                self.visit(node.right, assigned)
                return assigned
            case tree.Throw() | tree.Return():
                self.visit(node.value, assigned)
                return True  # nothing behind it runs here
            case tree.Catch():
                inner = self.visit(node.body, assigned)
                return inner and not node.label.used or assigned
            case tree.Loop() | tree.Block() | tree.ForRange() | tree.ForEach():
                for part in self.parts(node):
                    self.visit(part, assigned)
                return assigned
            case _:
                for part in self.parts(node):
                    assigned = self.visit(part, assigned)
                return assigned

    def parts(self, node: object) -> list[object]:
        out: list[object] = []
        for name in getattr(type(node), "__slots__", ()):
            part = getattr(node, name)
            for item in part if isinstance(part, tuple) else (part,):
                item = item[1] if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str) else item
                if isinstance(item, tree.Node):
                    out.append(item)
        return out
