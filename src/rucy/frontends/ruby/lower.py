"""The state of lowering one file's syntax tree to lang/tree.py, and what all constructs share.

In: a syntax tree without errors. Out: nodes with resolved locals. Constructs themselves are functions of
literals.py, control.py, assign.py and calls.py, found through kinds.py by the grammar's node kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby.draft import expression
from rucy.frontends.ruby.kinds import KINDS, STRUCTURAL
from rucy.frontends.ruby.read import Reading
from rucy.lang import tree
from rucy.records import NamedTuple
from rucy.source import Diagnostic, Diagnostics, SourceFile, Span

if TYPE_CHECKING:
    from rucy.frontends.ruby.chains import Chain


class Frame(NamedTuple):
    """What `next` and `break` mean here. `kind` is "loop", "block", "probe" or "method"."""

    kind: str
    next_label: tree.Label
    break_label: tree.Label


class Scope:
    """Local variables. `outer` is the scope that a block sees as well; `user` are names of the file's own locals."""

    __slots__ = ("names", "outer", "user", "numbered")

    def __init__(self, outer: Scope | None = None, user: frozenset[str] = frozenset()) -> None:
        self.names: dict[str, tree.Var] = {}
        self.outer = outer
        self.user = user
        self.numbered = False

    def find(self, name: str) -> tree.Var | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None

    def is_user(self, name: str) -> bool:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.user:
                return True
            scope = scope.outer
        return False


class Lowering:
    """One file being lowered. `needed_methods` and `needed_consts` are the names that kernel code has mentioned."""

    def __init__(self, file: SourceFile, diagnostics: Diagnostics, reading: Reading) -> None:
        self.file = file
        self.diagnostics = diagnostics
        self.masks = reading.masks
        self.grafts = reading.grafts
        self.scope = Scope()
        self.frames = [Frame("method", tree.Label("next"), tree.Label("break"))]
        self.heredocs: dict[int, Node] = {}
        self.methods: dict[str, Node] = {}
        self.consts: dict[str, Node] = {}
        self.const_values: dict[str, Node] = {}
        self.hook_words: frozenset[str] = frozenset()
        self.needed_methods: dict[str, None] = {}
        self.needed_consts: dict[str, Span] = {}
        self.needed_globals: dict[str, None] = {}
        self.needed_members: set[str] = set()  # names called on a value: methods of structs among them
        self.struct: frozenset[str] | None = None  # fields and methods of the struct whose method is being lowered
        self.self_var: tree.Var | None = None  # the object there
        self.takes_two: Node | None = None  # the right side of a multiple assignment, where `divmod` may stand
        self.block_var: tree.Var | None = None  # the parameter that holds the block of the method being lowered
        self.later_block = ""  # its name, while defaults in front of it are lowered
        self.yields: bool | None = None  # does that method ask for its block? None outside methods
        self.chains: list[Chain] = []  # of `map` and `select`: whether they run in Ruby's order is known when all is lowered
        self._temps = 0

    # ------------------------------------------------------------ places and text

    def span(self, node: Node) -> Span:
        return Span(self.file, node.start_byte, node.end_byte)

    def text(self, node: Node) -> str:
        """The source of a node as the user wrote it (the tree's own text has masks in it)."""
        return self.raw(node).decode("utf-8", "replace")

    def raw(self, node: Node) -> bytes:
        return self.file.text[node.start_byte : node.end_byte]

    def brief(self, node: Node) -> str:
        """The source of a node, cut to one line of 40 characters, for a message."""
        first, *more = self.text(node).split("\n")
        return first[:39].rstrip() + "…" if more or len(first) > 40 else first

    def is_name(self, node: Node) -> bool:
        return node.type == "identifier" or (node.type == "integer" and node.start_byte in self.masks)

    def is_number(self, node: Node) -> bool:
        """A number of the file, not one that stands for a name or an expression."""
        return node.type == "integer" and node.start_byte not in self.masks and expression(self.grafts, node) == node

    # ------------------------------------------------------------ diagnostics

    def refuse(self, error: Diagnostic) -> tree.Bad:
        self.diagnostics.report(error)
        return tree.Bad(error.span)

    # ------------------------------------------------------------ variables

    def temp(self, word: str, span: Span) -> tree.Var:
        self._temps += 1
        return tree.Var(f"%{word}{self._temps}", span)

    def declare(self, name: str, span: Span) -> tree.Var:
        """The variable that an assignment to `name` means: the one in sight, or a new one of this scope."""
        var = self.scope.find(name)
        if var is None:
            var = tree.Var(name, span)
            self.scope.names[name] = var
        return var

    # ------------------------------------------------------------ nodes

    def lower(self, node: Node) -> tree.Node:
        """One expression or statement. What the language leaves out is reported and becomes `Bad`."""
        node = expression(self.grafts, node)
        row = KINDS["identifier" if self.is_name(node) else node.type]
        if row.lower is not None:
            return row.lower(self, node)
        assert row.refusal is not None, f"{node.type} is part of another construct"
        return self.refuse(self.refusal(row.refusal, node))

    def refusal(self, kind: type[Diagnostic], node: Node) -> Diagnostic:
        text, name = self.brief(node), node.child_by_field_name("name")
        return kind(self.span(node), text=text, bare=text.lstrip("@"), name=self.text(name) if name is not None else text)

    def statements(self, nodes: list[Node], span: Span) -> tree.Node:
        """Statements in order; comments and empty statements are nothing. One statement stands for itself."""
        items = [self.lower(node) for node in nodes if node.is_named and node.type not in STRUCTURAL]
        if len(items) == 1:
            return items[0]
        return tree.Seq(span, tuple(without_list(item) for item in items[:-1]) + tuple(items[-1:])) if items else tree.Nil(span)

    def inside(self, node: Node | None, where: Node) -> tree.Node:
        """The statements inside a `then`, `do`, `else`, body or block node; nil when there is none."""
        if node is None:
            span = self.span(where)
            return tree.Nil(Span(self.file, span.end, span.end))
        return self.statements(node.children, self.span(node))


def without_result(node: tree.Node) -> tree.Node:
    """A probe's body: no hook takes an Array, so a multiple assignment at the end of it has no value."""
    node = without_list(node)
    match node:
        case tree.Seq() if node.items:
            return tree.Seq(node.span, (*node.items[:-1], without_result(node.items[-1])))
        case tree.If():
            return tree.If(node.span, node.cond, without_result(node.then), without_result(node.other), node.word)
    return node


def without_list(node: tree.Node) -> tree.Node:
    """A statement whose value nobody takes."""
    return tree.Seq(node.span, node.items[:-1]) if isinstance(node, tree.ValueList) else node
