"""What a file itself defines, wherever it does: methods, constants, variables, by name.

In: the syntax tree of a whole file. Out: `Own`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from rucy.frontends.ruby.draft import expression
from rucy.frontends.ruby.read import Reading

#: What makes methods, or asks for them, by names that are its arguments.
_NAMING = frozenset(
    "attr attr_reader attr_writer attr_accessor define_method define_singleton_method alias_method respond_to? method_defined?"
    " instance_methods const_set const_defined? const_get instance_variable_set".split()
)
#: Those among them that only ask.
_ASKING = frozenset("respond_to? method_defined? instance_methods const_defined? const_get instance_variable_set".split())

#: Who names one of these expects that a name may be missing.
_EXPECTING = frozenset("NameError NoMethodError RUBY_ENGINE".split())

#: What runs a block with another `self`.
_OTHER_SELF = frozenset(
    "instance_eval instance_exec class_eval class_exec module_eval module_exec define_method define_singleton_method".split()
)

_HOOKS_OF_RUBY = frozenset(["method_missing", "const_missing"])


class Own:
    """What the file defines. `open`: it may define anything else; `other_self`: a block's `self` may be any object;
    `includes`: constants of any module may be at hand."""

    def __init__(self, text: bytes, reading: Reading) -> None:
        self.text = text
        self.methods: set[str] = set()
        self.constants: set[str] = set()
        self.globals: set[str] = set()
        self.includes = False
        self.other_self = False
        self.open = False
        for node in nodes(reading, reading.tree.root_node):
            self.visit(node)
        self.methods.discard("")  # of `"".to_sym`-like names, and of `alias` between globals
        self.constants.discard("")

    def visit(self, node: Node) -> None:
        match node.type:
            case "method" | "singleton_method":
                self.method(self.word(node.child_by_field_name("name")))
            case "alias":
                self.method(self.word(node.child_by_field_name("name")).lstrip(":"))
            case "class" | "module":
                self.constant(node.child_by_field_name("name"))
            case "assignment" | "operator_assignment":
                self.target(node.child_by_field_name("left"))
            case "for" | "exception_variable":
                self.target(node.child_by_field_name("pattern") or node)
            case "constant" if self.word(node) in _EXPECTING:
                self.open = True
            case "simple_symbol" if self.word(node)[1:] in _NAMING - _ASKING:  # `names.each(&method(:attr_reader))`
                self.open = True
            case "call":
                self.call(node)
            case "unary" if node.children and self.word(node.children[0]) == "defined?":
                self.asked(node)

    def word(self, node: Node | None) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace") if node is not None else ""

    def method(self, name: str) -> None:
        self.methods.add(name)
        self.open = self.open or name in _HOOKS_OF_RUBY

    def constant(self, node: Node | None) -> None:
        if node is not None:
            self.constants.add(self.word(node).rpartition("::")[2])

    def target(self, node: Node | None) -> None:
        if node is None:
            return
        if node.type in ("constant", "scope_resolution"):
            self.constant(node)
        elif node.type == "global_variable":
            self.globals.add(self.word(node))
        elif node.type in ("left_assignment_list", "rest_assignment", "destructured_left_assignment", "exception_variable"):
            for child in node.named_children:
                self.target(child)

    def asked(self, node: Node) -> None:
        """`defined?(x)`"""
        stack = [node]
        while stack:
            inner = stack.pop()
            stack += inner.named_children
            if inner.type in ("identifier", "constant"):
                self.methods.add(self.word(inner))
                self.constants.add(self.word(inner))

    def call(self, node: Node) -> None:
        name, args = self.word(node.child_by_field_name("method")), node.child_by_field_name("arguments")
        given = [arg for arg in args.named_children if arg.type != "comment"] if args is not None else []
        makes = self.word(node.child_by_field_name("receiver")), name
        self.other_self = self.other_self or name in _OTHER_SELF or makes[0] in ("Class", "Module", "Struct", "Data")
        if makes in (("Struct", "new"), ("Data", "define")):
            self.named(given, may_end=True)
        elif name in ("include", "extend", "prepend"):
            self.includes = True
        elif name == "attr":
            self.named(given[:1])
        elif name == "const_missing" or name == "method_missing":
            self.open = True
        elif name in _NAMING:
            self.named(given if name.startswith("attr") else given[:2], asks=name in _ASKING)

    def named(self, given: list[Node], asks: bool = False, may_end: bool = False) -> None:
        """Arguments that are names of methods, or of constants; what is computed may be any."""
        for arg in given:
            if arg.type in ("simple_symbol", "string", "delimited_symbol") and not is_computed_text(arg):
                name = self.word(arg).lstrip(":").strip("\"'")
                self.methods |= {name, name + "="}
                self.constants.add(name)
            elif not (asks or (may_end and arg.type == "pair") or arg.type in ("lambda", "block_argument")):
                self.open = True


def is_computed_text(node: Node) -> bool:
    return any(child.type == "interpolation" for child in node.children)


def nodes(reading: Reading, root: Node) -> Iterator[Node]:
    """A tree's nodes, with the expressions that numbers stand for."""
    stack = [root]
    while stack:
        node = expression(reading.grafts, stack.pop())
        yield node
        stack.extend(reversed(node.children))


__all__ = ["Own", "is_computed_text", "nodes"]
