"""What the grammar reads although Ruby does not: found on a tree without errors, node by node.

In: the syntax tree. Out: `Syntax` diagnostics. The measure is `ruby -c`: what it refuses is refused here, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from rucy.frontends.ruby.draft import expression
from rucy.frontends.ruby.errors import BeginElse, Syntax
from rucy.frontends.ruby.read import Reading
from rucy.source import Diagnostics, SourceFile, Span

#: Reserved words, which the grammar takes for names where nothing else fits.
_RESERVED = frozenset(
    b"""
    BEGIN END alias and begin break case class def defined? do else elsif end ensure false for
    if in module next nil not or redo rescue retry return self super then true undef unless until when while yield
    """.split()
)

_SYMBOL = (
    r":(?:(?:@@?|\$)[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*|[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*[?!=]?|\$(?:\d+|-\w|[~*$?!@/\\;,.=:_\"<>&`'+])|\[\]=?|\*\*?"
    r"|<=>|===?|=~|![=~]?|<<|>>|<=|>=|<|>|[+-]@?|[/%&|^~]|~@|!@|`)"
)
_GLUED = {"-", "+", "*", "&", "/", "%", "<<", "**"}
#: Behind a bare `return` these begin its value: `return - 1`. (Lowering refuses to read it so.)
_TAKEN = {"+", "-", "*", "&", "%", "<<", "/", "**"}
_NONASSOC = (frozenset(["==", "!=", "=~", "!~", "===", "<=>"]),)
_VOID = {"return", "break", "next", "redo", "retry"}
_STATEMENTS = {
    "if_modifier", "unless_modifier", "while_modifier", "until_modifier", "rescue_modifier", "alias", "undef", "begin_block",
    "end_block",
}  # fmt: skip
_ASSIGNABLE = {
    "identifier", "constant", "global_variable", "instance_variable", "class_variable", "scope_resolution", "element_reference",
    "call", "left_assignment_list", "destructured_left_assignment", "rest_assignment",
}  # fmt: skip
_MODIFIERS = ("if", "unless", "while", "until")
_DEFS = ("method", "singleton_method")
_HOLDS_STATEMENTS = {
    "program", "body_statement", "block_body", "then", "do", "else", "ensure", "begin", "parenthesized_statements", "if_modifier",
    "unless_modifier", "while_modifier", "until_modifier", "interpolation", "begin_block", "end_block", "in_clause",
}  # fmt: skip

#: Behind these a `{` cannot begin a block.
_TAKES_NO_BLOCK = {
    "string", "integer", "float", "simple_symbol", "delimited_symbol", "array", "hash", "string_array", "symbol_array", "true",
    "false", "nil", "self", "global_variable", "instance_variable", "class_variable", "character", "regex", "chained_string",
}  # fmt: skip

_ENDS_IN_VALUE = {"argument_list", "binary", "unary", "pair", "conditional", "range", "assignment"}

_Check = Callable[["Checks", Node], None]


class Checks:
    """One walk. `defs` counts the methods around the node, `classes` says whether a class body is nearer than a method."""

    def __init__(
        self,
        file: SourceFile,
        reading: Reading,
        diagnostics: Diagnostics,
        heredocs: dict[int, Node],
        unmatched: list[Node],
    ) -> None:
        self.file = file
        self.masks = reading.masks
        self.grafts = reading.grafts
        self.locals = reading.locals
        self.diagnostics = diagnostics
        self.heredocs = heredocs
        self.unmatched = unmatched
        self.around: list[str] = []
        self.foreign_told = False

    def run(self, root: Node) -> None:
        for node in self.unmatched:
            self.say(node, f"the text of the heredoc `{self.text(node)}` does not follow", "write it on the next lines")
        self.visit(root)

    def visit(self, node: Node) -> None:
        node = expression(self.grafts, node)
        check = _CHECKS.get(node.type)
        if check is not None and node.is_named:
            check(self, node)
        if not node.child_count:
            return
        opens = node.type in _SCOPES
        if opens:
            self.around.append(node.type)
        for child in node.children:
            self.visit(child)
        if opens:
            self.around.pop()

    # ------------------------------------------------------------ telling

    def text(self, node: Node) -> str:
        return self.raw(node).decode("utf-8", "replace")

    def raw(self, node: Node) -> bytes:
        return self.file.text[node.start_byte : node.end_byte]

    def say(self, node: Node, what: str, advice: str) -> None:
        self.diagnostics.report(Syntax(Span(self.file, node.start_byte, node.end_byte), what=what, advice=advice))

    def say_unexpected(self, node: Node) -> None:
        word = self.text(node).split("\n")[0][:40]
        self.say(node, f"unexpected `{word}`", "check what stands before it: an operator, comma or `end` may be missing")

    def in_def(self) -> bool:
        """Inside a method, whatever blocks lie between; a class in between ends it."""
        for kind in reversed(self.around):
            if kind in _DEFS:
                return True
            if kind in ("class", "module", "singleton_class"):
                return False
        return False

    def is_local(self, node: Node) -> bool:
        return node.type == "integer" and node.start_byte in self.masks

    # ------------------------------------------------------------ names and literals

    def identifier(self, node: Node) -> None:
        if self.raw(node) in _RESERVED and not _is_name_place(node):
            if self.text(node) == "end" and self.habit(node):
                pass
            elif self.text(node) == "end":
                self.say(node, "unexpected `end`: nothing is open here", "remove it, or look for an `end` too many above")
            else:
                self.say_unexpected(node)
        self.utf8(node)
        text = self.text(node)
        if text[-1:] == "?" and self.file.text[node.end_byte : node.end_byte + 1] == b"=":
            self.say(node, f"Ruby reads `{text}=` as an operator `?` and a sign", "write a blank before the `=`")
        called = node.parent is not None and node.parent.type == "call"
        if _is_numbered(text) and not called:
            self.numbered(node)

    def habit(self, node: Node) -> bool:
        """An `end` too many, because a `do` above it is missing."""
        from rucy.frontends.ruby.habits import foreign
        from rucy.frontends.ruby.syntax import leaves

        if self.foreign_told:
            return False
        self.foreign_told = True
        root = node
        while root.parent is not None:
            root = root.parent
        found = foreign(self.file, leaves(root))
        if found is not None:
            self.diagnostics.report(found)
        return found is not None

    def numbered(self, node: Node) -> None:
        """`_1` in a block that names its parameters."""
        block = _block_around(node)
        if block is None:
            return
        holder = block.parent if block.parent is not None and block.parent.type == "lambda" else block
        if holder.child_by_field_name("parameters") is not None:
            self.say(node, f"`{self.text(node)}` stands in a block that names its parameters", "use one of their names")
            return
        outer = _block_around(holder)
        while outer is not None:
            if self.uses_numbered(outer):
                self.say(node, f"`{self.text(node)}` stands in a block inside one that has such parameters too",
                         "name the parameters of one of them: `{ |x| … }`")  # fmt: skip
                return
            outer = _block_around(outer)

    def uses_numbered(self, block: Node) -> bool:
        """`_1` in the block itself, whatever the blocks in it have."""
        todo = list(block.children)
        while todo:
            node = todo.pop()
            if node.type == "identifier" and _is_numbered(self.text(node)):
                return True
            if node.type not in _BLOCKS:
                todo += node.children
        return False

    def utf8(self, node: Node) -> None:
        try:
            self.raw(node).decode()
        except UnicodeDecodeError:
            self.say(node, "this name is not valid UTF-8", "write the file in UTF-8")

    def integer(self, node: Node) -> None:
        if node.start_byte in self.masks:
            return
        text = self.text(node)
        after = self.file.text[node.end_byte : node.end_byte + 1]
        if not _valid_integer(text):
            digits = text[1:].lstrip("_")
            octal = text[:1] == "0" and digits.replace("_", "").isdigit()
            advice = (
                "write it without the leading 0; with it Ruby reads octal digits" if octal else "write e.g. `1_000` or `0x1f`"
            )
            self.say(node, f"`{text}` is not a valid number", advice)
        elif (after.isalnum() or after == b"_") and not self.runs_out(node) and not _has_suffix(node):
            self.say(node, f"the number `{text}` runs into a name", "put a blank or an operator between")

    def label_word(self, word: Node) -> None:
        """`(a) if:b`: behind a parenthesis Ruby takes `if:` for a label."""
        text, end = self.file.text, word.end_byte
        before = text[max(0, word.start_byte - 200) : word.start_byte].rstrip(b" \t")
        if before[-1:] == b")" and text[end : end + 1] == b":" and text[end + 1 : end + 2] != b":":
            self.say_unexpected(word)

    def runs_out(self, node: Node) -> bool:
        """`0else`; but `0do` begins as `0d10` does."""
        prefix = self.text(node) == "0" and self.file.text[node.end_byte : node.end_byte + 1] in b"bdoxBDOX"
        return self.keyword_at(node.end_byte) and not prefix

    def keyword_at(self, start: int) -> bool:
        """`0else`: a number ends where a reserved word begins."""
        end = start
        while self.file.text[end : end + 1].isalnum() or self.file.text[end : end + 1] == b"_":
            end += 1
        return self.file.text[start:end] in _RESERVED

    def variable(self, node: Node) -> None:
        name = self.text(node).lstrip("@")
        if not name or name[0].isdigit():
            self.say(node, f"`{self.text(node)}` is not a variable name", "begin the name with a letter")

    def symbol(self, node: Node) -> None:
        text = self.text(node)
        after = self.file.text[node.end_byte : node.end_byte + 1]
        runs_on = (after.isalnum() or after == b"_") and not (text[-1].isalnum() or text[-1] in "_=")
        runs_on &= not self.keyword_at(node.end_byte)
        if runs_on or not _is_symbol(text):
            self.say(node, f"`{text}` is not a symbol", 'put its text into quotes: `:"…"`')

    def string(self, node: Node) -> None:
        """Escapes that Ruby does not know how to read; bytes that are not UTF-8."""
        if self.raw(node.children[0])[-1:] == b"'" or self.raw(node.children[0])[:2] in (b"%q", b"%w", b"%i", b"%s"):
            return
        for child in node.children:
            if child.type == "escape_sequence":
                self.escape(child)

    def escape(self, node: Node) -> None:
        raw = self.raw(node)
        following = self.file.text[node.end_byte : node.end_byte + 1]
        if raw[:2] == b"\\x" and (len(raw) == 2):
            self.say(node, f"`{self.text(node)}` is not a valid escape", "write two hexadecimal digits: `\\x41`")
        elif raw[:2] == b"\\u" and len(raw) < 6 and raw[2:3] != b"{":
            self.say(node, f"`{self.text(node)}` is not a valid escape", "write four hexadecimal digits: `\\u00e9`")
        elif raw[:3] == b"\\u{" and not _valid_codes(raw[3:-1]):
            self.say(
                node,
                f"`{self.text(node)}` is not a valid escape",
                "write hexadecimal digits: `\\u{{1F600}}`".replace("{{", "{").replace("}}", "}"),
            )
        elif raw in (b"\\M", b"\\C") and following != b"-":
            self.say(node, f"`{self.text(node)}` is not a valid escape", "write e.g. `\\C-a` or `\\M-a`")

    def regex(self, node: Node) -> None:
        closing = node.children[-1]
        at = closing.end_byte
        while self.file.text[at : at + 1].isalpha():
            at += 1
        options = self.file.text[closing.end_byte : at] + self.raw(closing)[1:]
        unknown = [chr(c) for c in options if c not in b"imxounse"]
        if unknown:
            word = "".join(unknown)
            self.say(closing, f"unknown regexp option `{word}`", "the options are `i`, `m`, `x`, `o`")

    # ------------------------------------------------------------ operators

    def binary(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator is None or left is None or right is None:
            return
        op = operator.type
        if left.type == "range" and op in _GLUED:
            self.say_unexpected(operator)
        if op in ("and", "or"):
            self.label_word(operator)
        for group in _NONASSOC:
            if op in group:
                for side in (left, right):
                    inner = side.child_by_field_name("operator") if side.type == "binary" else None
                    if inner is not None and inner.type in group:
                        later = operator if side is left or side == left else inner
                        text = self.text(later)
                        self.say(later, f"unexpected `{text}`: comparisons cannot be chained", "join two of them with `&&`")
                        return
        if not (left.type in _VOID and left.child_count <= 1 and op in _TAKEN):
            self.value(left)
        self.apart(left, operator)
        if op in _GLUED:
            self.glued(left, operator)
        if op == "&" and self.file.text[operator.end_byte : operator.end_byte + 1] == b".":
            self.say_unexpected(operator)
        if op not in ("and", "or", "&&", "||"):
            self.value(right)
        if op in ("and", "or") and (_is_multiple(left) or _is_multiple(right)):
            self.say(operator, f"several variables are assigned beside `{op}`", "assign them in a statement of their own")
        if op in ("and", "or"):
            self.expression(left)
            self.expression(right)
        else:
            self.argument(left)
            if op not in ("&&", "||") or right.type not in _VOID:
                self.argument(right)

    def apart(self, left: Node, operator: Node) -> None:
        """An operator at the beginning of a line continues nothing."""
        between = self.file.text[left.end_byte : operator.start_byte]
        if b"\n" in between.replace(b"\\\n", b""):
            word = self.text(operator)
            self.say(operator, f"unexpected `{word}` at the beginning of a line", f"end the line before with `{word}`")

    def glued(self, left: Node, operator: Node) -> None:
        """`1 + size -1`: behind a method's name Ruby takes `-1` for its argument."""
        before = self.file.text[operator.start_byte - 1 : operator.start_byte]
        after = self.file.text[operator.end_byte : operator.end_byte + 1]
        if not before.isspace() or after.isspace() or not self.ends_in_method(left):
            return
        if operator.type in ("<<", ">>") and not (after.isalnum() or after in (b"_", b"~", b"-", b"'", b'"', b"`")):
            return  # no heredoc begins so
        op, name = self.text(operator), self.text(left)[-30:]
        what = f"Ruby takes what follows `{name}` for its argument: a blank stands before `{op}` and none behind"
        self.say(operator, what, "write blanks on both sides, or on neither")

    def ends_in_method(self, node: Node) -> bool:
        """Does this end in the name of a method, without arguments, that is no local variable?"""
        while node.type in ("binary", "unary"):
            side = node.child_by_field_name("right") or node.child_by_field_name("operand")
            if side is None:
                return False
            node = side
        if node.type == "call":
            method = node.child_by_field_name("method")
            return method is not None and method.end_byte == node.end_byte and node.child_by_field_name("receiver") is not None
        return node.type in ("identifier", "constant") and node.start_byte not in self.locals

    def element(self, node: Node) -> None:
        self.arguments(node)
        target = node.child_by_field_name("object")
        self.value(target)
        bracket = node.children[1]
        if target is not None and target.end_byte < bracket.start_byte and self.ends_in_method(target):
            name = self.text(target)[-30:]
            self.say(bracket, f"Ruby takes `[…]` for the argument of `{name}`: a blank stands before it", "leave out the blank")

    def range(self, node: Node) -> None:
        for side in (node.child_by_field_name("begin"), node.child_by_field_name("end")):
            if side is None:
                continue
            if side.type in ("splat_argument", "block_argument"):
                self.say_unexpected(side)
            if side.type == "range":
                self.say(side, "a range cannot be the end of a range", "put one of them into parentheses")
            self.value(side)
            self.argument(side)

    def unary(self, node: Node) -> None:
        operator, operand = node.child_by_field_name("operator"), node.child_by_field_name("operand")
        if operator is None or operand is None or operator.type == "defined?":
            return
        self.value(operand)
        if operator.type == "!" and self.file.text[operator.end_byte : operator.end_byte + 1] == b"~":
            self.say_unexpected(node)
        if operator.type == "!" and operand.type == "unary" and _operator(operand) == "not":
            self.argument(operand)
        if operator.type not in ("not", "!"):
            self.argument(operand)
            args, block = operand.child_by_field_name("arguments"), operand.child_by_field_name("block")
            if args is not None and block is not None and block.type == "do_block" and args.children[0].type not in ("(", "["):
                self.say_unexpected(args)
        elif operator.type == "not":
            self.expression(operand)

    def conditional(self, node: Node) -> None:
        for name in ("condition", "consequence", "alternative"):
            side = node.child_by_field_name(name)
            if side is not None:
                self.argument(side)
        self.colon(node)

    def colon(self, node: Node) -> None:
        """`x ? size :y`: behind a method's name `:y` is a symbol. `size ?y : z`: and `?y` a character."""
        for child in node.children:
            after = self.file.text[child.end_byte : child.end_byte + 1]
            if child.type == ":" and after == b":":
                self.say_unexpected(child)
            if child.type not in (":", "?") or after.isspace():
                continue
            before = node.child_by_field_name("consequence" if child.type == ":" else "condition")
            if child.type == "?" and (before is None or before.end_byte == child.start_byte or self.is_word(child.end_byte + 1)):
                continue
            if before is not None and self.ends_in_method(before):
                name = self.text(before)[-30:]
                what = f"Ruby takes `{child.type}{after.decode('utf-8', 'replace')}` for the argument of `{name}`"
                self.say(child, what, f"write a blank behind the `{child.type}`")

    def is_word(self, at: int) -> bool:
        char = self.file.text[at : at + 1]
        return char.isalnum() or char == b"_"

    def argument(self, node: Node) -> None:
        """Where Ruby takes a value and no statement: no command with bare arguments, no `and`, no modifier."""
        if self.is_command(node):
            name = node.child_by_field_name("method") or node.children[0]
            self.say(
                node,
                f"`{self.text(name)}` has arguments without parentheses inside an expression",
                "put its arguments into parentheses",
            )
        elif node.type in _STATEMENTS or (node.type == "binary" and _operator(node) in ("and", "or")):
            self.say(node, "a statement stands where a value is expected", "put it into parentheses")
        elif _is_multiple(node):
            self.say(node, "several values are assigned inside an expression", "put it into parentheses, or assign them before")
        elif node.type == "unary" and _operator(node) == "not" and self.raw(node)[3:4] != b"(":
            self.say(node, "`not` stands where a value is expected", "write `!`, or put it into parentheses")

    def expression(self, node: Node) -> None:
        """Where Ruby takes an expression and no statement: no `x = foo 1`."""
        right: Node | None = node
        while right is not None and right.type in ("assignment", "operator_assignment"):
            right = right.child_by_field_name("right")
        if right is None or right == node or right.type not in ("call", "yield", "super"):
            return
        args = right.child_by_field_name("arguments") or next((c for c in right.children if c.type == "argument_list"), None)
        if args is not None and args.child_count and args.children[0].type not in ("(", "["):
            name = right.child_by_field_name("method") or right.children[0]
            self.say(
                right,
                f"`{self.text(name)}` has arguments without parentheses, and is assigned where a value is expected",
                "put its arguments into parentheses",
            )

    def is_command(self, node: Node) -> bool:
        """`foo 1`: a call whose arguments have no parentheses."""
        if node.type == "call" and node.child_by_field_name("block") is not None:
            return False
        if node.type == "unary" and _operator(node) == "!":
            operand = node.child_by_field_name("operand")
            return operand is not None and self.is_command(operand)
        if node.type not in ("call", "yield", "super"):
            return False
        args = node.child_by_field_name("arguments") or next((c for c in node.children if c.type == "argument_list"), None)
        return args is not None and args.child_count > 0 and args.children[0].type not in ("(", "[")

    # ------------------------------------------------------------ values

    def value(self, node: Node | None) -> None:
        """Where a value is needed, nothing may stand that never has one."""
        void = _void(node) if node is not None else None
        if void is not None:
            word = "=>" if void.type == "match_pattern" else void.type
            self.say(void, f"`{word}` has no value, but one is needed here", "write it as a statement of its own")

    # ------------------------------------------------------------ assignments

    def assignment(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None:
            self.target(left)
            sign = left.next_sibling
            if self.raw(left)[-1:] == b"*" and sign is not None and sign.start_byte == left.end_byte:
                self.say_unexpected(left)
            if sign is not None and left.type != "left_assignment_list":
                self.apart(left, sign)
            if sum(c.type in ("rest_assignment", "splat_argument") for c in left.children) > 1:
                self.say(left, "two of the targets collect the rest", "leave one `*`")
        self.value(right)
        if right is not None and right.type == "unary" and _operator(right) == "not":
            self.argument(right)

    def target(self, node: Node) -> None:
        kind = node.type
        if self.is_local(node):
            return
        if kind in ("left_assignment_list", "destructured_left_assignment", "rest_assignment"):
            for child in node.children:
                if child.is_named and child.type != "comment":
                    self.target(child)
            return
        if kind not in _ASSIGNABLE:
            self.say(node, f"nothing can be assigned to `{self.text(node)}`", "write a variable on the left of `=`")
        elif kind in ("constant", "scope_resolution") and self.in_def():
            self.say(
                node,
                f"the constant `{self.text(node)}` is assigned inside a method",
                "assign it at the top level, or use a local variable",
            )
        elif kind == "global_variable" and self.text(node)[1:2] in tuple("123456789&`'+") and len(self.text(node)) >= 2:
            self.say(node, f"nothing can be assigned to `{self.text(node)}`", "use a variable of your own, e.g. `$count`")
        elif kind == "identifier":
            self.named(node)
        elif kind == "call":
            self.call_target(node)

    def call_target(self, node: Node) -> None:
        method, args = node.child_by_field_name("method"), node.child_by_field_name("arguments")
        receiver = node.child_by_field_name("receiver")
        named = method is not None and method.type in ("identifier", "constant")
        if receiver is None or method is None or not named or args is not None or self.text(method)[-1:] in "?!":
            self.say(node, f"nothing can be assigned to `{self.text(node)}`", "write a variable on the left of `=`")
        elif node.parent is not None and node.parent.type in ("left_assignment_list", "destructured_left_assignment"):
            if any(c.type == "&." for c in node.children):
                self.say(node, "`&.` cannot stand among several targets", "assign it by itself")

    def named(self, node: Node) -> None:
        """A new local variable's name."""
        name = self.text(node)
        if name in ("__FILE__", "__LINE__", "__ENCODING__"):
            self.say(node, f"nothing can be assigned to `{name}`", "write a variable on the left of `=`")
        elif name[-1:] in "?!":
            self.say(node, f"`{name}` is not a variable name", "leave out the `" + name[-1] + "`")
        elif _is_numbered(name):
            self.say(node, f"`{name}` is reserved for numbered parameters", "choose another name")

    # ------------------------------------------------------------ definitions

    def method(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        endless = any(c.type == "=" for c in node.children)
        if endless and name is not None and name.type == "setter":
            self.say(name, "a setter cannot be an endless method", "write `def … end`")
        if name is not None and name.type not in ("identifier", "constant", "setter", "operator"):
            self.say_unexpected(name)
        if body is not None and endless:
            self.endless(node, body)
        elif body is not None:
            self.clauses(body)

    def endless(self, node: Node, body: Node) -> None:
        """`def f = x`: a value; `def f = x y`: only where a statement may stand."""
        self.argument(body)
        if expression(self.grafts, body) != body and node.parent is not None and node.parent.type not in _HOLDS_STATEMENTS:
            self.say_unexpected(self.grafts[body.start_byte])

    def commas(self, node: Node) -> None:
        """No line begins with a comma."""
        for child in node.children:
            before = child.prev_sibling if child.type == "," else None
            if before is not None and b"\n" in self.file.text[before.end_byte : child.start_byte]:
                self.say_unexpected(child)

    def parameters(self, node: Node) -> None:
        self.commas(node)
        opening = node.prev_sibling
        if (
            node.type == "block_parameters"
            and opening is not None
            and b";" in self.file.text[opening.start_byte : node.start_byte]
        ):
            self.say_unexpected(node)
        if node.type == "block_parameters" and node.child_count > 1 and node.children[1].type == ",":
            self.say_unexpected(node.children[1])
        seen: set[str] = set()
        self.parameter_names(node, seen)
        self.parameter_order(node)

    def parameter_names(self, node: Node, seen: set[str]) -> None:
        for index, child in enumerate(node.children):
            if child.type == "destructured_parameter":
                self.parameter_names(child, seen)
                continue
            name = child if child.type == "identifier" else child.child_by_field_name("name")
            if name is None or not child.is_named:
                continue
            text = self.text(name)
            self.named(name)
            if text in seen and text[:1] != "_" and node.field_name_for_child(index) != "locals":
                self.say(name, f"two parameters are named `{text}`", "rename one of them")
            elif text in seen and text[:1] != "_":
                self.say(name, f"two variables of the block are named `{text}`", "rename one of them")
            seen.add(text)

    def parameter_order(self, node: Node) -> None:
        """Positional, optional, splat, positional, keywords, `**`, `&`."""
        rank = 0
        had_optional = after_optional = False
        for index, child in enumerate(node.children):
            if not child.is_named or child.type == "comment" or node.field_name_for_child(index) == "locals":
                continue
            kind = child.type
            if kind == "optional_parameter":
                wrong = rank > 1 or after_optional
                had_optional = True
                rank = max(rank, 1)
            elif kind in ("identifier", "destructured_parameter"):
                after_optional = had_optional
                wrong = rank > 2
            else:
                order = {"splat_parameter": 2, "keyword_parameter": 3, "hash_splat_parameter": 4, "hash_splat_nil": 4,
                         "forward_parameter": 4, "block_parameter": 5}.get(kind, 0)  # fmt: skip
                wrong = rank > order or (rank == order and order in (2, 4, 5)) or (kind == "forward_parameter" and rank > 2)
                rank = max(rank, order)
            if wrong:
                self.say(
                    child,
                    f"the parameter `{self.text(child)}` stands too late",
                    "order them: plain, optional, `*`, keywords, `**`, `&`",
                )
                return

    def class_(self, node: Node) -> None:
        if self.in_def():
            self.say(node.children[0], f"a {node.type} cannot be defined inside a method", "move it out of the method")
        body = node.child_by_field_name("body")
        if body is not None:
            self.clauses(body)
            self.modifier_like(body)

    def modifier_like(self, body: Node) -> None:
        """`class P if x`: on the line of the name Ruby reads a modifier."""
        first, before = body.children[0], body.prev_sibling
        if first.type not in (*_MODIFIERS, "rescue") or before is None or first.is_missing:
            return
        between = self.file.text[before.end_byte : first.start_byte]
        if b"\n" not in between and b";" not in between and before.type != ";":
            self.say_unexpected(first)

    def clauses(self, node: Node) -> None:
        """`rescue`, `else`, `ensure`: in that order, `else` only after `rescue`."""
        rank = 0
        for child in node.children:
            order = {"rescue": 1, "else": 2, "ensure": 3}.get(child.type, 0)
            word = Span(self.file, child.start_byte, child.start_byte + len(child.type))
            if order == 2 and rank == 0:
                self.diagnostics.report(
                    Syntax(word, what="this `else` has no `rescue` before it", advice="write it in an `if`, or leave it out")
                )
            elif order and (order < rank or (order == rank and order > 1)):
                what = f"this `{child.type}` stands too late"
                self.diagnostics.report(Syntax(word, what=what, advice="order them: `rescue`, `else`, `ensure`"))
            rank = max(rank, order)

    def return_(self, node: Node) -> None:
        self.jump_values(node)
        for kind in reversed(self.around):
            if kind in ("class", "module"):
                self.say(node, "`return` has nothing to return from in a class", "write it in a method")
                return
            if kind in (*_DEFS, "block", "do_block", "lambda", "singleton_class"):
                return

    def jump_values(self, node: Node) -> None:
        for args in node.children:
            items = args.named_children if args.type == "argument_list" else []
            if items and items[0].type == "pair":
                self.say(items[0], f"`{node.type}` takes no keywords", "write a Hash in braces")
            for item in items:
                self.expression(item)

    def case(self, node: Node) -> None:
        if not any(c.type in ("when", "in_clause") for c in node.children):
            self.say(node.children[0], "this `case` has no `when`", "write `when value` with what is to be done")
        self.value(node.child_by_field_name("value"))
        value = node.child_by_field_name("value")
        if value is not None:
            self.expression(value)

    def for_(self, node: Node) -> None:
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is not None and value is not None and b"\n" in self.file.text[pattern.end_byte : value.start_byte]:
            self.say_unexpected(value)

    def pair(self, node: Node) -> None:
        if node.child_count > 1 and node.children[1].type == "=>":
            self.apart(node.children[0], node.children[1])
        self.value(node.child_by_field_name("value"))

    def match(self, node: Node) -> None:
        value = node.child_by_field_name("value")
        self.value(value)
        if value is not None:
            self.argument(value)

    def block_else(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        clauses = [c for c in body.children if c.type in ("rescue", "else")] if body is not None else []
        if clauses and clauses[0].type == "else":
            start = clauses[0].start_byte
            self.diagnostics.report(BeginElse(Span(self.file, start, start + len("else"))))

    def forwarded(self, node: Node) -> None:
        """`f(...)` hands on what a method with the parameter `...` was given."""
        around = node.parent
        if around is None or around.type != "argument_list":
            self.say_unexpected(node)
            return
        while around is not None and around.type not in _DEFS:
            around = around.parent
        params = around.child_by_field_name("parameters") if around is not None else None
        if params is None or not any(c.type == "forward_parameter" for c in params.children):
            self.say(node, "there is nothing to hand on with `...`", "add the parameter `...` to the method")

    def splat(self, node: Node) -> None:
        if not node.named_child_count:
            self.say_unexpected(node)

    def begin_block(self, node: Node) -> None:
        if node.parent is not None and node.parent.type != "program":
            self.say(node, "`BEGIN` stands at the top level only", "move it out")

    def passed_block(self, node: Node) -> None:
        """`f(&)` hands on the block of a method that has a parameter `&`."""
        around: Node | None = node
        while not node.named_child_count and around is not None:
            around = around.parent
            params = around.child_by_field_name("parameters") if around is not None and around.type in _DEFS else None
            if params is not None and any(c.type == "block_parameter" and not c.named_child_count for c in params.children):
                return
        if not node.named_child_count:
            self.say(node, "there is no anonymous block to hand on", "add the parameter `&` to the method")

    def arguments(self, node: Node) -> None:
        """Argument lists: what may stand where, and that nothing in them is a bare command."""
        self.commas(node)
        items = [c for c in node.children if c.is_named and c.type not in ("comment", "heredoc_body")]
        bare = node.type == "argument_list" and node.children and node.children[0].type == "hash"
        if bare and node.parent is not None and node.parent.type == "call":
            self.say(node, "Ruby takes `{` here for the beginning of a block", "put the Hash into parentheses")
        items = [c for c in items if node.type != "element_reference" or c != node.child_by_field_name("object")]
        if items and items[0].type in _MODIFIERS and node.type == "argument_list" and node.children[0] == items[0]:
            self.say_unexpected(items[0].children[0])
        block: Node | None = None
        pairs = False
        for item in items:
            if block is not None:
                self.say(item, "nothing can follow the block argument", "move it before the `&`")
                break
            if item.type == "block_argument":
                block = item
            elif item.type in ("pair", "hash_splat_argument"):
                pairs = True
            elif pairs and item.type != "forward_argument":
                self.say(item, "a positional argument stands behind keyword arguments", "move it to the front")
                break
            self.value(item)
            self.expression(item)
            if _is_multiple(item):
                self.argument(item)
            bare_not = item.type == "unary" and _operator(item) == "not"
            if bare_not or len(items) > 1 or node.parent is None or node.type == "array":
                self.argument(item)
        if block is not None and node.parent is not None and node.parent.child_by_field_name("block") is not None:
            self.say(block, "both a block argument and a block are given", "keep one of them")

    def call(self, node: Node) -> None:
        method, receiver = node.child_by_field_name("method"), node.child_by_field_name("receiver")
        if method is not None and method.type == "operator" and self.longer_operator(method):
            self.say_unexpected(method)
        if receiver is None and method is not None and method.type not in ("identifier", "constant", "super"):
            if not self.is_local(method):
                self.say_unexpected(method)
        self.value(receiver)
        if receiver is not None:
            self.argument(receiver)
            self.leading_dot(node, receiver)
        if receiver is None and method is not None and self.raw(method) in (b"__FILE__", b"__LINE__", b"__ENCODING__"):
            self.say_unexpected(method)
        args = node.child_by_field_name("arguments")
        if (
            args is not None
            and method is not None
            and b"\n" in self.file.text[method.end_byte : args.start_byte].replace(b"\\\n", b"")
        ):
            self.say_unexpected(args)
        if receiver is None and method is not None and method.start_byte in self.locals and args is not None:
            inner = args.children[0].child_by_field_name("arguments") if args.child_count else None
            if inner is not None and inner.child_count and inner.children[0].type == "pair" and args.children[0].type == "call":
                self.say_unexpected(inner.children[0])  # `x m k: 1`: behind a local `m` takes no label
        first = args
        while first is not None and first.child_count and first.type != "parenthesized_statements":
            first = first.children[0]
        if args is not None and first is not None and first.start_byte == args.start_byte:
            self.one_statement(first)
        block = node.child_by_field_name("block")
        if block is not None and block.prev_sibling is not None:
            if b"\n" in self.file.text[block.prev_sibling.end_byte : block.start_byte].replace(b"\\\n", b""):
                self.say_unexpected(block)
        if args is not None and block is not None and block.type == "block" and args.children[0].type != "(":
            self.brace(block, args)

    def leading_dot(self, node: Node, receiver: Node) -> None:
        """`.name` goes on with the line before it, but not over an empty line."""
        dot = receiver.next_sibling
        while dot is not None and dot.type == "comment":
            dot = dot.next_sibling
        if dot is None or dot.type not in (".", "&."):
            return
        lines = self.file.text[receiver.end_byte : dot.start_byte].split(b"\n")
        if any(not line.strip() for line in lines[1:-1]):
            self.say(dot, "an empty line stands before this", "leave it out: Ruby ends the statement there")

    def one_statement(self, node: Node) -> None:
        """`f (a; b)`: behind a method's name and a blank, parentheses hold one statement."""
        inner = [c for c in node.children if c.is_named and c.type != "comment"]
        if len(inner) > 1 and node.type == "parenthesized_statements":
            self.say_unexpected(inner[1])

    def longer_operator(self, method: Node) -> bool:
        """`x.&&y`: Ruby reads `&&`, which is no method."""
        start = method.start_byte
        return self.file.text[start : start + 2] in (b"&&", b"||", b"&.", b"*=", b"/=", b"%=", b"&=", b"|=", b"^=") or (
            self.file.text[start : start + 3] in (b"<<=", b">>=", b"**=")
        )

    def brace(self, block: Node, args: Node) -> None:
        """`f 1 { }`: Ruby gives braces to the last argument, which must be able to take them."""
        ends_line = self.file.text[: args.end_byte - 1].rstrip(b" \t")[-1:] == b"\n"
        if args.children[0].type == "parenthesized_statements" and ends_line:
            self.say_unexpected(block)
        last: Node = args
        while last.type in _ENDS_IN_VALUE and last.named_child_count:
            last = last.named_children[-1]
        if last.type in _TAKES_NO_BLOCK or (last.type == "parenthesized_statements" and last.start_byte != args.start_byte):
            what = f"Ruby gives the block in braces to `{self.text(last)[:40]}`, which takes none"
            self.say(block.children[0], what, "write `do … end`, or put the arguments into parentheses")

    def condition(self, node: Node) -> None:
        cond = node.child_by_field_name("condition")
        self.value(cond)
        if cond is not None:
            self.expression(cond)
        if node.type.endswith("_modifier"):
            self.label_word(node.children[1])
        other = node.child_by_field_name("alternative")
        if node.type == "unless" and other is not None and other.type == "elsif":
            self.say(other.children[0], "`unless` has no `elsif`", "write it as an `if`")
        if cond is not None and cond.type in _STATEMENTS:
            self.say(cond, "a statement stands where a condition is expected", "put it into parentheses")
        elif cond is not None and _is_multiple(cond):
            self.say(cond, "several variables are assigned in a condition", "assign them before")

    def heredoc(self, node: Node) -> None:
        body = self.heredocs.get(node.start_byte)
        name = self.text(node).lstrip("<~-").strip("'\"`")
        if body is not None and not any(c.type == "heredoc_end" and self.text(c).strip() == name for c in body.children):
            self.say(
                node,
                f"the heredoc that begins here does not end: no line `{name}` follows",
                f"write `{name}` on a line of its own",
            )


_SCOPES = {"method", "singleton_method", "class", "module", "singleton_class", "block", "do_block", "lambda"}


def _has_suffix(number: Node) -> bool:
    return number.parent is not None and number.parent.type in ("rational", "complex")


def _is_symbol(text: str) -> bool:
    if text[1:].isascii() and text[1:].isidentifier():
        return True
    from re import ASCII, fullmatch  # reading the pattern takes longer than checking a small program

    return fullmatch(_SYMBOL, text, ASCII) is not None


def _is_numbered(name: str) -> bool:
    return len(name) == 2 and name[0] == "_" and name[1] in "123456789"


#: What has parameters of its own.
_BLOCKS = ("block", "do_block", "lambda", *_DEFS, "class", "module", "singleton_class")


def _block_around(node: Node) -> Node | None:
    """The block or lambda that a node is in; None where a method or class, or nothing, is nearer."""
    around = node.parent
    while around is not None and around.type not in _BLOCKS:
        around = around.parent
    return around if around is not None and around.type in ("block", "do_block", "lambda") else None


def _is_multiple(node: Node) -> bool:
    left = node.child_by_field_name("left") if node.type == "assignment" else None
    right = node.child_by_field_name("right") if node.type == "assignment" else None
    return (left is not None and left.type == "left_assignment_list") or (
        right is not None and right.type == "right_assignment_list"
    )


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return operator.type if operator is not None else ""


def _is_name_place(node: Node) -> bool:
    """Where a reserved word is only a name: behind a dot, `def`, `alias`, `undef`, in a label."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "call":
        return parent.child_by_field_name("receiver") is not None and parent.child_by_field_name("method") == node
    if parent.type in _DEFS:
        return parent.child_by_field_name("name") == node
    if parent.type in ("pair", "keyword_parameter", "keyword_pattern"):
        return (parent.child_by_field_name("key") or parent.child_by_field_name("name")) == node
    return parent.type in ("alias", "undef", "setter")


def _void(node: Node) -> Node | None:
    """The statement in `node` that leaves instead of having a value, if all its ways do."""
    kind = node.type
    if kind in _VOID or kind == "match_pattern":
        return node
    if kind in ("parenthesized_statements", "begin", "then", "else", "body_statement"):
        inner = [c for c in node.children if c.is_named and c.type not in ("comment", "empty_statement")]
        if kind == "begin" and any(c.type in ("rescue", "ensure", "else") for c in inner):
            return None
        return _void(inner[-1]) if inner else None
    if kind in ("if", "unless"):
        then, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        if then is None or other is None:
            return None
        return _void(then) and _void(other)
    if kind == "elsif":
        then, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        return _void(then) and _void(other) if then is not None and other is not None else None
    if kind == "binary" and _operator(node) in ("and", "or", "&&", "||"):
        left = node.child_by_field_name("left")
        return _void(left) if left is not None else None
    return None


def _valid_integer(text: str) -> bool:
    lower = text.lower()
    digits, allowed = lower, "0123456789"
    for prefix, of in (("0x", "0123456789abcdef"), ("0b", "01"), ("0o", "01234567"), ("0d", "0123456789")):
        if lower.startswith(prefix):
            digits, allowed = lower[2:], of
            break
    else:
        if len(lower) > 1 and lower[0] == "0":
            digits, allowed = lower[1:].removeprefix("_"), "01234567"
    if not digits or digits[0] == "_" or digits[-1] == "_" or "__" in digits:
        return False
    return all(c in allowed or c == "_" for c in digits)


def _valid_codes(raw: bytes) -> bool:
    codes = raw.split()
    try:
        return bool(codes) and all(int(code, 16) < 0x110000 and not 0xD800 <= int(code, 16) < 0xE000 for code in codes)
    except ValueError:
        return False


_CHECKS: dict[str, _Check] = {
    "identifier": Checks.identifier,
    "constant": Checks.identifier,
    "integer": Checks.integer,
    "instance_variable": Checks.variable,
    "class_variable": Checks.variable,
    "simple_symbol": Checks.symbol,
    "string": Checks.string,
    "regex": Checks.regex,
    "binary": Checks.binary,
    "range": Checks.range,
    "unary": Checks.unary,
    "conditional": Checks.conditional,
    "assignment": Checks.assignment,
    "operator_assignment": Checks.assignment,
    "method": Checks.method,
    "singleton_method": Checks.method,
    "method_parameters": Checks.parameters,
    "block_parameters": Checks.parameters,
    "lambda_parameters": Checks.parameters,
    "class": Checks.class_,
    "module": Checks.class_,
    "begin": Checks.clauses,
    "return": Checks.return_,
    "break": Checks.jump_values,
    "next": Checks.jump_values,
    "for": Checks.for_,
    "case": Checks.case,
    "case_match": Checks.case,
    "match_pattern": Checks.match,
    "test_pattern": Checks.match,
    "begin_block": Checks.begin_block,
    "block_argument": Checks.passed_block,
    "pair": Checks.pair,
    "splat_argument": Checks.splat,
    "forward_argument": Checks.forwarded,
    "do_block": Checks.block_else,
    "argument_list": Checks.arguments,
    "element_reference": Checks.element,
    "array": Checks.arguments,
    "call": Checks.call,
    "if": Checks.condition,
    "unless": Checks.condition,
    "while": Checks.condition,
    "until": Checks.condition,
    "if_modifier": Checks.condition,
    "unless_modifier": Checks.condition,
    "while_modifier": Checks.condition,
    "until_modifier": Checks.condition,
    "rescue_modifier": Checks.condition,
    "heredoc_beginning": Checks.heredoc,
}
