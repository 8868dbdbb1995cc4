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
"""

from __future__ import annotations

from tree_sitter import Language, Node, Parser, Tree
from tree_sitter_ruby import language

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
_ASSIGNS = {"=", "||=", "&&=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=", "**="}


#: In `_Walk.found`, instead of a length: an operator is to be exchanged. Below: a bracket that many bytes on is to move.
_OPERATOR = -1


class Reading:
    """`masks`: start of each overwritten local → its length. `locals`: where names stand that are local variables.
    `locals_at`: for each statement of the file, in order, its start and the names that are local variables of the file
    there. `too_deep`: start and end of what nests deeper than `DEPTH_LIMIT`. `unsettled`: `ROUNDS` were not enough."""

    __slots__ = ("tree", "masks", "locals", "locals_at", "too_deep", "unsettled")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.masks: dict[int, int] = {}
        self.locals: set[int] = set()
        self.locals_at: dict[int, frozenset[str]] = {}
        self.too_deep: tuple[int, int] | None = None
        self.unsettled = False


def read(text: bytes) -> Reading:
    """Parse `text`. When it nests deeper than `DEPTH_LIMIT`, `too_deep` is where, and masks are not settled."""
    parser = Parser(Language(language()))
    masked = bytearray(text)
    edits = _guesses(text)
    banned: set[int] = set()
    for start, length in edits.items():
        masked[start : start + length] = b"1" * length
    for _ in range(ROUNDS):
        tree = parser.parse(bytes(masked))
        reading = Reading(tree)
        reading.too_deep = _too_deep(tree)
        if reading.too_deep:
            return reading
        walk = _Walk(text, edits, banned, reading)
        walk.statements(tree.root_node)
        reading.masks = edits
        if walk.wrong is not None:
            start = walk.wrong
            masked[start : start + edits[start]] = text[start : start + edits[start]]
            del edits[start]
            banned.add(start)
        elif walk.found:
            for start, length in walk.found:
                _apply(masked, edits, start, length)
        else:
            return reading
    reading.unsettled = True
    return reading


def _apply(masked: bytearray, edits: dict[int, int], start: int, length: int) -> None:
    """One finding of the walk, as `_Walk.found` has it."""
    if length == _OPERATOR:
        _exchange(masked, start)
    elif length < 0:  # `x [1]`
        masked[start] = 0x5B
        masked[start - length - 1] = 0x20
    elif length:
        edits[start] = length
        masked[start : start + length] = b"1" * length
    else:  # `x ::A`: exchange the blank and the colons
        masked[start : start + 3] = b":: "


def _guesses(text: bytes) -> dict[int, int]:
    """Where a name that is assigned somewhere stands before ` /2 %(2) <<2 ?a`: masked from the start, so that not each
    needs a round. A wrong guess is taken back by the walk; inside strings and comments a mask changes nothing."""
    from re import finditer

    found = list(finditer(rb"(?<![\w@$.:?])([a-z_]\w*)[ \t]+(?:[/%?]|<<)(?=[^\s=])", text))
    if not found:
        return {}
    names = {m[1] for m in finditer(rb"\b([a-z_]\w*)[ \t]*(?:,|=(?![=~>])|(?:[-+*/%|&^]|\|\||&&|<<|>>|\*\*)=(?!=)|\||\))", text)}
    return {m.start(1): m.end(1) - m.start(1) for m in found if m[1] in names and m[1] not in _KEYWORDS}


def _too_deep(tree: Tree) -> tuple[int, int] | None:
    cursor = tree.walk()
    depth = 0
    while True:
        if depth > DEPTH_LIMIT:
            node = cursor.node
            assert node is not None
            return node.start_byte, node.end_byte
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return None
            depth -= 1


class _Stop(Exception):
    """A misread literal was found: what follows it cannot be trusted before the text is parsed again."""


class _Names:
    __slots__ = ("names", "outer")

    def __init__(self, outer: _Names | None = None) -> None:
        self.names: set[str] = set()
        self.outer = outer

    def has(self, name: str) -> bool:
        scope: _Names | None = self
        while scope is not None:
            if name in scope.names:
                return True
            scope = scope.outer
        return False


class _Walk:
    """One pass over a tree in the order of the text, which is the order in which Ruby meets names."""

    def __init__(self, text: bytes, masks: dict[int, int], banned: set[int], reading: Reading) -> None:
        self.text = text
        self.masks = masks
        self.banned = banned
        self.reading = reading
        self.found: list[tuple[int, int]] = []
        self.wrong: int | None = None

    def statements(self, root: Node) -> None:
        scope = _Names()
        try:
            for child in root.children:
                self.reading.locals_at[child.start_byte] = frozenset(scope.names)
                self.visit(child, scope)
        except _Stop:
            pass

    def visit(self, node: Node, scope: _Names) -> None:
        kind = node.type
        if kind == "identifier":
            self.name(node, scope)
        elif kind == "constant":
            self.touching(node.end_byte)
        elif kind == "integer" and node.start_byte in self.masks:
            local = scope.has(self.word(node))
            if local:
                self.reading.locals.add(node.start_byte)
            elif not _is_question(self.text, node.end_byte):
                self.wrong = node.start_byte
                raise _Stop
        elif not node.child_count:
            return
        elif kind in _SCOPES:
            self.scope(node, scope)
        elif kind in _BLOCKS:
            self.children(node, _Names(scope))
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

    def children(self, node: Node, scope: _Names) -> None:
        before: Node | None = None
        for child in node.children:
            if before is not None and before.type == "identifier" and node.type == "ERROR" and child.type in _ASSIGNS:
                scope.names.add(self.word(before))
            self.visit(child, scope)
            before = child

    def word(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def scope(self, node: Node, outer: _Names) -> None:
        inner = _Names()
        for index, child in enumerate(node.children):
            field = node.field_name_for_child(index)
            if field == "name":
                continue
            self.visit(child, outer if field in ("superclass", "object", "value") else inner)

    def call(self, node: Node, scope: _Names) -> None:
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
            scope.names.add(self.word(node))
        elif node.type in _TARGETS:
            for child in node.children:
                self.target(child, scope)
        else:
            self.visit(node, scope)

    def parameters(self, node: Node, scope: _Names) -> None:
        for child in node.children:
            if child.type == "identifier":
                scope.names.add(self.word(child))
            elif child.type in _NAMED_PARAMETERS:
                name = child.child_by_field_name("name")
                if name is not None:
                    scope.names.add(self.word(name))
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
            scope.names.add(self.word(node))
        elif node.type == "keyword_pattern":
            value = node.child_by_field_name("value")
            if value is not None:
                self.pattern(value, scope)
            else:
                scope.names.add(self.word(node.children[0]).rstrip(":"))
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
                scope.names.add(name)
        self.children(node, scope)

    def name(self, node: Node, scope: _Names) -> None:
        start, end = node.start_byte, node.end_byte
        if not scope.has(self.word(node)):
            if _is_question(self.text, end) and start not in self.banned:
                self.found.append((start, end - start))
                raise _Stop
            self.method_name(node)
            return
        self.reading.locals.add(start)
        if start in self.banned:
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
            self.found.append((end, end - at - 1))
            return
        self.found.append((start, end - start))
        if self.text[at : at + 1] in b"/%<?:":
            raise _Stop

    def method_name(self, node: Node) -> None:
        """Behind a method's name a `+` that stands apart on its left only begins an argument."""
        end = node.end_byte
        at = _operator_after(self.text, end)
        if at >= 0 and self.text[at : at + 1] == b"+" and at not in self.banned:
            self.banned.add(at)
            self.found.append((at, _OPERATOR))
        self.touching(end)

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
