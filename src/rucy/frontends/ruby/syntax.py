"""What `ruby -c` refuses, said in words: errors of the grammar, and what the grammar lets pass."""

from __future__ import annotations

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.read import Reading
from rucy.source import Diagnostics, SourceFile, Span


class Checked:
    """`heredocs`: start of each heredoc's opening → its body."""

    __slots__ = ("valid", "heredocs")

    def __init__(self) -> None:
        self.valid = True
        self.heredocs: dict[int, Node] = {}


def check_syntax(file: SourceFile, reading: Reading, diagnostics: Diagnostics) -> Checked:
    checked = Checked()
    _heredocs(reading.tree.root_node, [], checked.heredocs)
    if reading.tree.root_node.has_error:
        checked.valid = False
        diagnostics.report(errors.Syntax(Span(file, 0, 1), what="syntax error", advice="x"))
    return checked


def _heredocs(node: Node, open_: list[int], found: dict[int, Node]) -> None:
    """Pairs openings with bodies, in order; a body's own interpolations have their own order."""
    for child in node.children:
        if child.type == "heredoc_beginning":
            open_.append(child.start_byte)
        elif child.type == "heredoc_body":
            if open_:
                found[open_.pop(0)] = child
            _heredocs(child, [], found)
        else:
            _heredocs(child, open_, found)
