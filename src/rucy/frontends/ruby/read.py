"""Ruby text to a concrete syntax tree that reads every local variable as Ruby does.

In: the bytes of a file. Out: `Reading`: tree-sitter's tree of a text of the same length, and where that text differs.

Ruby's lexer knows which names are local variables: after one, ` -1 *2 &2 /2 %(2) <<2 [1] ?a:b` go on with an expression,
after any other name they begin an argument. The grammar knows no locals and always reads an argument. So each such local
is overwritten with a number of as many digits, after which only an operator can stand, and the text is parsed again:
no other byte moves, and `Reading.masks` says which numbers are names. A literal begun by mistake (`x /2 … /`) may have
swallowed what follows it, names and whole statements; so names are settled in the order of the text.

Some readings differ behind any name, and an operator is exchanged for its neighbour there: `m +1` behind a method's name
begins an argument (read as `m -1`); `x%(2)` is never a string (`x*(2)`), `x<<A` never a heredoc (`x>>A`). Operators must
therefore be taken from the file's text. In `x [1]` the blank and the bracket change places.

An expression that is no single name is overwritten in the same way, and read from a text of its own: a graft. So are the
shapes that the grammar has not at all, which gaps.py finds where it sees errors.
"""

from __future__ import annotations

from collections import ChainMap
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TypeAlias

from tree_sitter import Language, Node, Parser, Tree

from rucy.frontends.ruby.draft import Draft, expression

#: Deepest nesting of the syntax tree: what follows walks it recursively, several Python frames a level.
DEPTH_LIMIT = 200

#: Parses at most: a wrong guess or a misread literal costs one.
ROUNDS = 40

_KEYWORDS = frozenset(
    b"and begin break case do else elsif end ensure false if in next nil not or redo rescue retry return self super then true "
    b"unless until when while yield defined".split()
)
_SCOPES = {"method", "singleton_method", "class", "module", "singleton_class"}
_BLOCKS = {"block", "do_block", "lambda"}
_PARAMETERS = {
    "method_parameters", "block_parameters", "lambda_parameters", "destructured_parameter",
}  # fmt: skip
_NAMED_PARAMETERS = {
    "optional_parameter", "keyword_parameter", "splat_parameter", "hash_splat_parameter", "block_parameter",
}  # fmt: skip
_TARGETS = {"left_assignment_list", "destructured_left_assignment", "rest_assignment"}
_PATTERNS = {
    "array_pattern", "find_pattern", "hash_pattern", "alternative_pattern", "as_pattern", "parenthesized_pattern",
    "splat_parameter", "hash_splat_parameter",
}  # fmt: skip
#: Behind these an operator goes on, whatever blanks stand before it; the grammar takes some for methods' names.
_VALUES = {"global_variable", "instance_variable", "class_variable", "self", "string", "chained_string", "subshell"}
_ASSIGNS = {"=", "||=", "&&=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=", "**="}


#: In `_Walk.found`, instead of a length: an operator is to be exchanged. Below `_DONE`: a bracket that many bytes on is
#: to move.
_OPERATOR = -1
#: The draft is changed already.
_DONE = -2


class Reading:
    """`masks`: start of each overwritten local → its length. `grafts`: start of each number that stands for an expression →
    that expression. `locals`: where names stand that are local variables; `calls`: where others stand, which are methods.
    `locals_at`: for each statement of the file, in order, its start and the names that are local variables of the file there.
    `too_deep`: start and end of what nests deeper than `DEPTH_LIMIT`. `unsettled`: `ROUNDS` were not enough."""

    __slots__ = ("tree", "masks", "grafts", "locals", "calls", "locals_at", "too_deep", "unsettled")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.masks: dict[int, int] = {}
        self.grafts: dict[int, Node] = {}
        self.locals: set[int] = set()
        self.calls: set[int] = set()
        self.locals_at: dict[int, frozenset[str]] = {}
        self.too_deep: tuple[int, int] | None = None
        self.unsettled = False


def _grammar() -> Language:
    """The grammar of tree_sitter_ruby, without the package around it: that imports importlib.resources, which takes longer
    than a small program does from its text to its tree."""
    package = PathFinder.find_spec("tree_sitter_ruby")
    assert package is not None
    binding = PathFinder.find_spec("tree_sitter_ruby._binding", package.submodule_search_locations)
    assert binding is not None and binding.loader is not None
    module = module_from_spec(binding)
    binding.loader.exec_module(module)
    return Language(module.language())


def read(text: bytes) -> Reading:
    """Parse `text`. When it nests deeper than `DEPTH_LIMIT`, `too_deep` is where, and masks are not settled."""
    draft = Draft(Parser(_grammar()), text)
    for start, length in _guesses(text).items():
        draft.mask(start, length)
    for start, end in _values(text):
        draft.graft(start, end)
    for start in _signs(text):
        draft.edit(start, b"-")
    plain: Reading | None = None  # before gaps were mended
    for _ in range(ROUNDS):
        tree, grafts = draft.parse()
        reading = Reading(tree)
        reading.masks, reading.grafts = draft.masks, grafts
        reading.too_deep = _too_deep(tree.root_node, grafts)
        if reading.too_deep:
            return reading
        walk = _Walk(draft, reading)
        walk.statements(tree.root_node)
        if walk.wrong is not None:
            draft.unmask(walk.wrong)
        elif walk.found:
            for start, length in walk.found:
                _apply(draft, start, length)
        elif tree.root_node.has_error:
            from rucy.frontends.ruby.gaps import mend

            plain = plain or reading
            if not mend(draft):
                plain.unsettled = draft.left <= 0
                return plain
        elif not draft.edited or not draft.take_back(tree.root_node):
            return reading
    reading.unsettled = True
    return reading


def _apply(draft: Draft, start: int, length: int) -> None:
    """One finding of the walk, as `_Walk.found` has it."""
    if length == _OPERATOR:
        _exchange(draft.masked, start)
    elif length == _DONE:
        pass
    elif length < 0:  # `x [1]`
        draft.masked[start] = 0x5B
        draft.masked[start - length + _DONE] = 0x20
    elif length:
        draft.mask(start, length)
    else:  # `x ::A`: exchange the blank and the colons
        draft.masked[start : start + 3] = b":: "


def _guesses(text: bytes) -> dict[int, int]:
    """Where a name that is assigned somewhere stands before ` /2 %(2) <<2 ?a`: masked from the start, so that not each
    needs a round. A wrong guess is taken back by the walk; inside strings and comments a mask changes nothing."""
    from re import finditer

    found = list(finditer(rb"(?<![\w@$.:?])([a-z_]\w*)[ \t]+(?:[/%?]|<<)(?=[^\s=])", text))
    if not found:
        return {}
    names = {m[1] for m in finditer(rb"\b([a-z_]\w*)[ \t]*(?:,|=(?![=~>])|(?:[-+*/%|&^]|\|\||&&|<<|>>|\*\*)=(?!=)|\||\))", text)}
    names |= {m[1] for m in finditer(rb"\b([a-z_]\w*)[ \t]+in\b", text)}
    known = (m.span(1) for m in found if m[1] not in _KEYWORDS and (m[1] in names or _is_question(text, m.end(1))))
    return {start: end - start for start, end in known}


def _values(text: bytes) -> list[tuple[int, int]]:
    """The same for `$x /2`, `@x %(2)`, `x.y ?true : z`, whose meaning hangs on no assignment."""
    from re import finditer

    variables = finditer(rb"(?<![\w@$#:])([$@]@?[A-Za-z_]\w*)[ \t]+(?:[/%?]|<<)(?=[^\s=])", text)
    chains = finditer(rb"(?<![\w@$#:.])([$@]?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)[ \t]+\?[A-Za-z_]{2}", text)
    return [m.span(1) for m in (*variables, *chains)]


def _signs(text: bytes) -> list[int]:
    """The `+` of `return +x`, which the grammar takes for an addition to what `return` is; it reads `return -x` rightly."""
    from re import finditer

    return [m.start(1) for m in finditer(rb"(?<![\w.$@:])(?:return|next|break)[ \t]+(\+)(?=[\w$@(])", text)]


def _too_deep(root: Node, grafts: dict[int, Node], depth: int = 0) -> tuple[int, int] | None:
    cursor = root.walk()
    top = depth
    while True:
        graft = expression(grafts, cursor.node) if grafts and cursor.node is not None else cursor.node
        if graft is not None and graft != cursor.node:
            deep = _too_deep(graft, grafts, depth + 1)
            if deep is not None:
                return deep
        if depth > DEPTH_LIMIT:
            node = cursor.node
            assert node is not None
            return node.start_byte, node.end_byte
        if cursor.goto_first_child():
            depth += 1
            continue
        while depth > top and not cursor.goto_next_sibling():
            cursor.goto_parent()
            depth -= 1
        if depth == top:
            return None


class _Stop(Exception):
    """A misread literal was found: what follows it cannot be trusted before the text is parsed again."""


#: The names of local variables in sight: those of a block, then those around it.
_Names: TypeAlias = "ChainMap[str, bool]"


class _Walk:
    """One pass over a tree in the order of the text, which is the order in which Ruby meets names."""

    def __init__(self, draft: Draft, reading: Reading) -> None:
        self.draft = draft
        self.text = draft.text
        self.masks = draft.masks
        self.banned = draft.banned
        self.reading = reading
        self.erroneous = reading.tree.root_node.has_error
        self.found: list[tuple[int, int]] = []
        self.wrong: int | None = None

    def statements(self, root: Node) -> None:
        scope: _Names = ChainMap()
        try:
            for child in root.children:
                self.reading.locals_at[child.start_byte] = frozenset(scope)
                self.visit(child, scope)
        except _Stop:
            pass

    def visit(self, node: Node, scope: _Names) -> None:
        kind = node.type
        if kind == "identifier":
            if self.word(node) in ("__FILE__", "__LINE__", "__ENCODING__"):
                self.value(node)
            elif _behind_dot(self.text, node.start_byte):
                self.method_name(node)
            else:
                self.name(node, scope)
        elif kind == "constant":
            self.method_name(node)
        elif kind == "integer":
            self.integer(node, scope)
        elif kind in _VALUES:
            self.value(node)
            self.children(node, scope)
        elif kind == "hash" and self.braces(node):
            raise _Stop
        elif kind == "range" and node.children[-1].type in ("..", "..."):
            self.endless(node)
            self.children(node, scope)
        elif kind == "splat_argument" and not node.named_child_count:
            self.splat(node)
        elif kind == "not":
            self.negation(node)
        elif not node.child_count:
            return
        elif kind in _SCOPES:
            self.scope(node, scope)
        elif kind in _BLOCKS:
            self.children(node, scope.new_child())
        elif kind in ("assignment", "operator_assignment", "for", "exception_variable"):
            self.targets(node, scope)
        elif kind in _PARAMETERS:
            self.parameters(node, scope)
        elif kind in ("in_clause", "match_pattern", "test_pattern"):
            self.patterns(node, scope)
        elif kind == "call":
            self.call(node, scope)
        elif kind == "binary" and node.children[0].type == "regex":
            self.captures(node, scope)
        else:
            self.children(node, scope)

    def integer(self, node: Node, scope: _Names) -> None:
        """A number of the file, or one that stands for a name or an expression."""
        start = node.start_byte
        graft = expression(self.reading.grafts, node)
        if graft != node:
            self.visit(graft, scope)
        elif start in self.masks:
            if self.word(node) in scope:
                self.reading.locals.add(start)
            elif not (_is_question(self.text, node.end_byte) or _is_and(self.text, node.end_byte)):
                self.wrong = start
                raise _Stop

    def children(self, node: Node, scope: _Names) -> None:
        before: Node | None = None
        for child in node.children:
            if before is not None and before.type == "identifier" and node.type == "ERROR" and child.type in _ASSIGNS:
                scope[self.word(before)] = True
            self.visit(child, scope)
            before = child

    def word(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def scope(self, node: Node, outer: _Names) -> None:
        inner: _Names = ChainMap()
        for index, child in enumerate(node.children):
            field = node.field_name_for_child(index)
            if field == "name":
                continue
            self.visit(child, outer if field in ("superclass", "object", "value") else inner)

    def call(self, node: Node, scope: _Names) -> None:
        self.label(node)
        has_receiver = node.child_by_field_name("receiver") is not None
        for index, child in enumerate(node.children):
            if has_receiver and child.type == "identifier" and node.field_name_for_child(index) == "method":
                self.method_name(child)
                continue
            self.visit(child, scope)

    def targets(self, node: Node, scope: _Names) -> None:
        for index, child in enumerate(node.children):
            field = node.field_name_for_child(index)
            if field in ("left", "pattern") or (field is None and node.type == "exception_variable"):
                self.target(child, scope)
            else:
                self.visit(child, scope)

    def target(self, node: Node, scope: _Names) -> None:
        if node.type == "identifier":
            if self.erroneous and self.word(node) in scope:
                self.name(node, scope)
            scope[self.word(node)] = True
        elif node.type in _TARGETS:
            for child in node.children:
                self.target(child, scope)
        else:
            self.visit(node, scope)

    def parameters(self, node: Node, scope: _Names) -> None:
        for child in node.children:
            if child.type == "identifier":
                scope[self.word(child)] = True
            elif child.type in _NAMED_PARAMETERS:
                name = child.child_by_field_name("name")
                if name is not None:
                    scope[self.word(name)] = True
                value = child.child_by_field_name("value")
                if value is not None:
                    self.visit(value, scope)
            else:
                self.visit(child, scope)

    def patterns(self, node: Node, scope: _Names) -> None:
        for index, child in enumerate(node.children):
            if node.field_name_for_child(index) == "pattern":
                self.pattern(child, scope)
            else:
                self.visit(child, scope)

    def pattern(self, node: Node, scope: _Names) -> None:
        if node.type == "identifier":
            scope[self.word(node)] = True
        elif node.type == "keyword_pattern":
            value = node.child_by_field_name("value")
            if value is not None:
                self.pattern(value, scope)
            else:
                scope[self.word(node.children[0]).rstrip(":")] = True
        elif node.type in _PATTERNS:
            for child in node.children:
                self.pattern(child, scope)
        else:
            self.visit(node, scope)

    def captures(self, node: Node, scope: _Names) -> None:
        """`/(?<year>…)/ =~ text` assigns to the locals that its groups name."""
        from re import findall

        regex = node.children[0]
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type == "=~" and all(c.type != "interpolation" for c in regex.children):
            for name in findall(r"\(\?<([a-z_]\w*)>", self.word(regex)):
                scope[name] = True
        self.children(node, scope)

    def name(self, node: Node, scope: _Names) -> None:
        start, end = node.start_byte, node.end_byte
        if self.word(node) not in scope:
            if (_is_question(self.text, end) or self.takes_block(node)) and start not in self.banned:
                self.found.append((start, end - start))
                if self.text[end : end + 1] != b"&":
                    raise _Stop
                return
            self.reading.calls.add(start)
            self.method_name(node)
            return
        self.reading.locals.add(start)
        if start in self.banned:
            return
        if self.takes_block(node) or _is_colon(self.text, end):
            self.found.append((start, end - start))
            return
        at = _operator_after(self.text, end)
        if at < 0:
            self.touching(end)
            return
        if self.text[at : at + 2] == b"::":
            if at == end + 1 and not self.text[at + 2 : at + 3].isspace():
                self.banned.add(start)
                self.found.append((end, 0))
            return
        if self.text[at : at + 1] == b"[":
            self.banned.add(start)
            self.found.append((end, end - at + _DONE))
            return
        self.found.append((start, end - start))
        if self.text[at : at + 1] in b"/%<?:":
            raise _Stop

    def method_name(self, node: Node) -> None:
        """Behind a method's name a `+` that stands apart on its left only begins an argument. `x.m ?true : y`, `[X&y]`:
        what ends here is read by itself."""
        end = node.end_byte
        if (self.erroneous and _is_question(self.text, end)) or self.takes_block(node):
            self.graft(_chain_start(self.text, node.start_byte), end)
        at = _operator_after(self.text, end)
        if at >= 0 and self.text[at : at + 1] == b"+" and at not in self.banned:
            self.banned.add(at)
            self.found.append((at, _OPERATOR))
        self.touching(end)

    def takes_block(self, node: Node) -> bool:
        """`[size&3]`: the grammar takes `&3` for the block of `size`."""
        if not _is_and(self.text, node.end_byte):
            return False
        after = node.next_sibling
        return self.erroneous or (after is not None and after.type == "argument_list" and after.start_byte == node.end_byte)

    def label(self, node: Node) -> None:
        """`f key!:v`, read as `f key!(:v)`."""
        method, parent = node.child_by_field_name("method"), node.parent
        if method is None or parent is None or parent.type not in ("argument_list", "array") or node.children[0] != method:
            return
        end = method.end_byte
        if self.text[end - 1 : end] in (b"!", b"?") and _is_colon(self.text, end) and self.draft.edit(end - 1, b"a"):
            self.found.append((end, _DONE))

    def value(self, node: Node) -> None:
        """`$x -1`, `self [1]`, `"a" [1]`: what has a value is followed by operators."""
        start, end = node.start_byte, node.end_byte
        if node.type == "string" and self.text[start : start + 1] == b"%" and self.text[start + 1 : start + 2].isspace():
            from rucy.frontends.ruby.gaps import between_blanks

            if between_blanks(self.draft, start):
                self.found.append((start, _DONE))
                raise _Stop
        if start in self.banned or self.text[start - 1 : start] == b"#" or (node.child_count and not self.erroneous):
            return
        at = _operator_after(self.text, end)
        if at >= 0 and self.text[at : at + 1] == b"[":
            self.banned.add(start)
            self.found.append((end, end - at + _DONE))
        elif at >= 0 or _is_and(self.text, end):
            self.graft(start, end)

    def braces(self, node: Node) -> bool:
        """`f {a:b}`: a block that calls `a`, read as a Hash."""
        pair, parent = node.named_children[0] if node.named_child_count else node, node.parent
        if pair.type != "pair" or parent is None or parent.type != "argument_list" or parent.children[0] != node:
            return False
        key = pair.children[0]
        if key.type != "hash_key_symbol" or not _is_colon(self.text, key.end_byte) or key.start_byte in self.banned:
            return False
        from rucy.frontends.ruby.gaps import command

        end = command(self.draft, key.start_byte)
        if end and self.draft.graft(key.start_byte, end):
            self.found.append((key.start_byte, _DONE))
            return True
        return False

    def endless(self, node: Node) -> None:
        """`1..⏎x` goes on with the next line."""
        from re import match

        behind = match(rb"[ \t]*\n\s*", self.text[node.end_byte : node.end_byte + 200])
        if behind is None:
            return
        word = match(rb"(?:end|then|do|else|elsif|ensure|rescue|when|in)\b|[)\]}]|$", self.text[node.end_byte + behind.end() :])
        if word is None and self.draft.edit(node.end_byte, b" " * behind.end()):
            self.found.append((node.end_byte, _DONE))

    def splat(self, node: Node) -> None:
        """`when *⏎x`: the grammar knows a `*` without anything behind it."""
        end = node.end_byte
        while self.text[end : end + 1].isspace():
            end += 1
        blanks = self.text[node.end_byte : end]
        if blanks and self.draft.edit(node.start_byte, blanks + self.text[node.start_byte : node.end_byte]):
            self.found.append((node.start_byte, _DONE))
            raise _Stop

    def negation(self, node: Node) -> None:
        """`not (a) && b` negates all of it."""
        from rucy.frontends.ruby.gaps import parentheses

        at = node.end_byte
        while self.text[at : at + 1] in (b" ", b"\t"):
            at += 1
        if at == node.end_byte or self.text[at : at + 1] != b"(" or at in self.banned:
            return
        end = parentheses(self.draft, at)
        if end and self.text[end : end + 1] not in (b"\n", b""):
            self.graft(at, end)

    def graft(self, start: int, end: int) -> None:
        """Literals may begin behind it by mistake: what follows them is to be read again."""
        if self.draft.graft(start, end):
            self.found.append((start, _DONE))
            at = _operator_after(self.text, end)
            if at >= 0 and self.text[at : at + 1] in b"/%<?:":
                raise _Stop

    def touching(self, end: int) -> None:
        """`x%(2)`, `x<<A`: without a blank before them these are operators."""
        glued = self.text[end : end + 1] == b"%" and self.text[end + 1 : end + 2] not in (b"=", b"")
        glued |= self.text[end : end + 2] == b"<<" and self.text[end + 2 : end + 3] not in (b"=", b"")
        if glued and end not in self.banned:
            self.banned.add(end)
            self.found.append((end, _OPERATOR))
            raise _Stop


def _exchange(masked: bytearray, start: int) -> None:
    """An operator for another of the same precedence that begins nothing else."""
    if masked[start] == 0x3C:
        masked[start : start + 2] = b">>"
    else:
        masked[start : start + 1] = b"-" if masked[start] == 0x2B else b"*"


def _is_and(text: bytes, end: int) -> bool:
    """`[size&3]`: a `&` without blanks around it is an operator, but the grammar may take it for a block's."""
    after = text[end + 1 : end + 2]
    return text[end : end + 1] == b"&" and after not in (b"&", b".", b"=", b"") and not after.isspace()


def _is_colon(text: bytes, end: int) -> bool:
    """`x ?y:z`: behind a local `:z` is no symbol."""
    after = text[end + 1 : end + 2]
    return text[end : end + 1] == b":" and after not in (b":", b"") and not after.isspace()


def _behind_dot(text: bytes, start: int) -> bool:
    before = text[max(0, start - 80) : start].rstrip()
    return before[-1:] == b"." and before[-2:] != b".."


def _chain_start(text: bytes, start: int) -> int:
    """Where `a.b.name` begins, for the start of `name`; of plain names alone."""
    from re import search

    before = search(rb"(?:[$@\w]\w*[?!]?[ \t]*(?:&?\.|::)[ \t]*)+$", text[max(0, start - 200) : start])
    return start - len(before[0]) if before is not None else start


def _is_question(text: bytes, end: int) -> bool:
    """`size ?first : last`: two letters behind the sign are no character literal, whatever the name is."""
    at = end
    while text[at : at + 1] in (b" ", b"\t"):
        at += 1
    letters = text[at + 1 : at + 3].replace(b"_", b"a")
    return at > end and text[at : at + 1] == b"?" and len(letters) == 2 and letters.isalnum()


def _operator_after(text: bytes, end: int) -> int:
    """Where, after a name that ends at `end`, blanks and then an operator stand that would begin an argument after a
    method's name; -1 when the two readings do not differ."""
    at = end
    while text[at : at + 1] in (b" ", b"\t") or text[at : at + 2] == b"\\\n":
        at += 2 if text[at : at + 1] == b"\\" else 1
    if at == end:
        return -1
    char, rest = text[at : at + 1], text[at + 1 : at + 3]
    after = rest[:1]
    match char:
        case b"[":
            return at
        case b"-" | b"+":
            glued = not after.isspace() and after not in (b"=", b"") and rest[:1] != (b">" if char == b"-" else b"=")
        case b"*":
            rest = rest[1:] if after == b"*" else rest
            glued = not rest[:1].isspace() and rest[:1] not in (b"=", b"")
        case b"&":
            glued = not after.isspace() and after not in (b"&", b".", b"=", b"")
        case b"/" | b"%":
            glued = not after.isspace() and after not in (b"=", b"")
        case b"<":
            glued = after == b"<" and not rest[1:2].isspace() and rest[1:2] not in (b"=", b"")
        case b"?":
            glued = not after.isspace() and after != b""
        case b":":
            glued = not after.isspace() and after != b""
        case _:
            return -1
    return at if glued else -1
