"""Syntax errors, said in words: what the grammar could not read. What it reads although Ruby does not is in checks.py.

In: a `Reading`. Out: `Checked`; a text with errors is reported here and goes no further.
"""

from __future__ import annotations

from tree_sitter import Node

from rucy.frontends.ruby.checks import Checks
from rucy.frontends.ruby.errors import Syntax
from rucy.frontends.ruby.read import Reading
from rucy.source import Diagnostics, Note, SourceFile, Span

_OPENERS = {"if", "unless", "while", "until", "case", "for", "begin", "def", "class", "module", "do"}
_MODIFIERS = {"if", "unless", "while", "until"}
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_BRACKETS = {"(": ")", "[": "]", "{": "}", "#{": "}", "%w(": ")", "%i(": ")"}
#: Tokens behind which a statement begins, so that `if` there opens a block.
_STARTS = {
    "then", "do", "else", "ensure", "begin", "=", "(", "[", "{", "|", "&&", "||", "and", "or", "not", "!", ",", ";", "+=", "-=",
    "||=", "&&=", "*=", "/=", "|=", "&=", "^=", "<<=", ">>=", "%=", "**=", "=>", ":", "?", "return", "+", "-", "*", "/", "==",
}  # fmt: skip


class Checked:
    """`heredocs`: start of each heredoc's opening → its body."""

    __slots__ = ("valid", "heredocs")

    def __init__(self) -> None:
        self.valid = True
        self.heredocs: dict[int, Node] = {}


def check_syntax(file: SourceFile, reading: Reading, diagnostics: Diagnostics) -> Checked:
    checked = Checked()
    root = reading.tree.root_node
    before = len(diagnostics.items)
    if root.has_error:
        diagnostics.report(_explain(file, root))
    else:
        unmatched: list[Node] = []
        _heredocs(root, [], checked.heredocs, unmatched)
        Checks(file, reading, diagnostics, checked.heredocs, unmatched).run(root)
    checked.valid = len(diagnostics.items) == before
    return checked


def _heredocs(node: Node, open_: list[Node], found: dict[int, Node], unmatched: list[Node]) -> None:
    """Pairs openings with bodies, in order; a body's own interpolations have their own order."""
    top = not open_ and node.parent is None
    for child in node.children:
        if child.type == "heredoc_beginning":
            open_.append(child)
        elif child.type == "heredoc_body":
            if open_:
                found[open_.pop(0).start_byte] = child
            _heredocs(child, [], found, unmatched)
        else:
            _heredocs(child, open_, found, unmatched)
    if top:
        unmatched.extend(open_)


# ---------------------------------------------------------------- what the grammar could not read


def _explain(file: SourceFile, root: Node) -> Syntax:
    """The one error that says most: an unclosed block, bracket or string, else the first thing that does not fit."""
    tokens = leaves(root)
    wrong = _first_error(root)
    from rucy.frontends.ruby.habits import explain

    habit = explain(file, tokens)
    if habit is not None:
        return habit
    unclosed = _unclosed(file, tokens, wrong)
    if unclosed is not None:
        return unclosed
    quote = _open_quote(file, root)
    if quote is not None:
        return quote
    return _unexpected(file, wrong)


def leaves(root: Node) -> list[Node]:
    out: list[Node] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.child_count and node.type not in ("string", "heredoc_body", "regex", "subshell"):
            stack.extend(reversed(node.children))
        else:
            out.append(node)
    return out


def _first_error(root: Node) -> Node:
    """The first ERROR or MISSING node in the order of the text; of nested ones the innermost."""
    node = root
    while True:
        inner = next((c for c in node.children if c.type == "ERROR" or c.is_missing or c.has_error), None)
        if inner is None:
            return node
        node = inner


def _column(file: SourceFile, node: Node) -> int:
    line = file.text.rfind(b"\n", 0, node.start_byte) + 1
    text = file.text[line : node.start_byte]
    return len(text) - len(text.lstrip(b" \t"))


def _line(file: SourceFile, node: Node) -> int:
    return file.position(node.start_byte)[0]


def _unclosed(file: SourceFile, tokens: list[Node], wrong: Node) -> Syntax | None:
    """Matches openers and closers; None when they all match."""
    stack: list[Node] = []
    suspects: list[Node] = []
    loops = 0
    previous: Node | None = None
    for token in tokens:
        kind = token.type
        if kind in ("identifier", "constant") and token.text == b"end":
            kind = "end"
        if token.is_missing or (kind in ("identifier",) and previous is not None and previous.type == "."):
            previous = token
            continue
        if kind in _OPENERS and _opens(file, token, previous, loops):
            loops = 1 if kind in ("while", "until", "for") else loops
            stack.append(token)
        elif kind == "do":
            loops = 0
        elif kind in _BRACKETS and kind != "|":
            stack.append(token)
        elif kind == "end":
            if not stack or stack[-1].type not in _OPENERS:
                return _stray(file, token, stack)
            opener = stack.pop()
            if _column(file, opener) > _column(file, token):
                suspects.append(opener)
        elif kind in _CLOSERS:
            if not stack or _BRACKETS.get(stack[-1].type) != kind:
                return _stray(file, token, stack)
            stack.pop()
        previous = token
        if token.start_point.row != token.end_point.row or kind in (";",):
            loops = 0
    if not stack:
        return None
    return _missing(file, suspects[0] if suspects and stack[-1].type in _OPENERS else stack[-1])


def _opens(file: SourceFile, token: Node, previous: Node | None, loops: int) -> bool:
    """Is this keyword the beginning of a block, and not a modifier, a loop's own `do`, a name or an endless method?"""
    kind = token.type
    if kind == "do" and loops:
        parent = token.parent
        return not (parent is not None and parent.type == "do") and _line(file, token) != _line_of_loop(file, previous)
    if kind == "def" and token.parent is not None and token.parent.type in ("method", "singleton_method"):
        return not any(c.type == "=" for c in token.parent.children)
    if kind not in _MODIFIERS:
        return not (kind == "do" and token.parent is not None and token.parent.type == "do")
    if token.parent is not None and token.parent.type.endswith("_modifier"):
        return False
    if previous is None or previous.end_point.row != token.start_point.row:
        return True
    return previous.type in _STARTS


def _line_of_loop(file: SourceFile, previous: Node | None) -> int:
    return _line(file, previous) if previous is not None else 0


def _missing(file: SourceFile, opener: Node) -> Syntax:
    span = Span(file, opener.start_byte, opener.end_byte)
    word = opener.type
    if word in _BRACKETS:
        closer = _BRACKETS[word]
        return Syntax(span, what=f"the `{word}` here is not closed", advice=f"add the missing `{closer}`")
    line = span.line
    return Syntax(
        span,
        what=f"`end` is missing for the `{word}` of line {line}",
        advice=f"write `end` where the `{word}` is to stop",
    )


def _stray(file: SourceFile, token: Node, stack: list[Node]) -> Syntax:
    span = Span(file, token.start_byte, token.end_byte)
    word = span.text
    if stack:
        opener = stack[-1]
        where = Span(file, opener.start_byte, opener.end_byte)
        wanted = _BRACKETS.get(opener.type, "end")
        note = Note(where, f"the `{opener.type}` is here")
        what = f"unexpected `{word}`: the `{opener.type}` of line {where.line} is still open"
        return Syntax(span, note, what=what, advice=f"close it first with `{wanted}`")
    if word == "end":
        return Syntax(
            span, what="unexpected `end`: nothing is open here", advice="remove it, or look for an `end` too many above"
        )
    return Syntax(span, what=f"unexpected `{word}`: nothing is open here", advice=f"remove it, or add the `{_CLOSERS[word]}`")


def _open_quote(file: SourceFile, root: Node) -> Syntax | None:
    """A string that begins and does not end."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in ('"', "`", "/", ':"', "%w(", "%i(") and node.parent is not None:
            missing = node.is_missing or node.parent.type == "ERROR"
            if missing and node.type in ('"', "`", ':"'):
                opening = node.parent.children[0] if node.is_missing else node
                span = Span(file, opening.start_byte, max(opening.end_byte, opening.start_byte + 1))
                escape = _wrong_escape(file, span)
                if escape is not None:
                    return escape
                return Syntax(span, what=f"the string that begins here with `{span.text}` does not end", advice="close it")
        stack.extend(reversed(node.children))
    return None


def _wrong_escape(file: SourceFile, opening: Span) -> Syntax | None:
    """The grammar stops at an escape that has no meaning, as if the string did not end."""
    from re import compile as pattern

    line = file.text[opening.start :].split(b"\n", 1)[0]
    escape = pattern(rb"(?<!\\)\\(?:x(?![0-9A-Fa-f])|u(?![0-9A-Fa-f]{4}|\{[ 0-9A-Fa-f]+\}))").search(line)
    if escape is None:
        return None
    at = Span(file, opening.start + escape.start(), opening.start + escape.end())
    return Syntax(at, what=f"`{at.text}` is not a valid escape", advice="write hexadecimal digits: `\\x41`, `\\u00e9`")


def _unexpected(file: SourceFile, wrong: Node) -> Syntax:
    start, end = wrong.start_byte, wrong.end_byte
    if wrong.is_missing:
        at = Span(file, max(0, start - 1), start)
        what = "a value" if wrong.is_named else f"`{wrong.type}`"
        return Syntax(at, what=f"{what} is missing here", advice=f"add {'it' if wrong.is_named else what}")
    first = wrong
    while first.child_count:
        first = first.children[0]
    if first.end_byte > first.start_byte:
        start, end = first.start_byte, first.end_byte
    elif end == start:
        end = min(len(file.text), start + 1)
    known = _known_mistake(file, wrong, Span(file, start, end))
    if known is not None:
        return known
    span = Span(file, start, end)
    word = span.text.split("\n")[0][:40].strip()
    if not word:
        return Syntax(span, what="the file ends in the middle of a statement", advice="complete the last statement")
    return Syntax(
        span, what=f"unexpected `{word}`", advice="check what stands before it: an operator, comma or `end` may be missing"
    )


def _known_mistake(file: SourceFile, wrong: Node, span: Span) -> Syntax | None:
    """Mistakes that are seen in the text where the grammar stopped."""
    from re import compile as pattern

    before, text = file.text[: span.start], file.text[span.start : span.start + 80]
    word = pattern(rb"\w*$").search(before[-80:])
    begin = span.start - (len(word[0]) if word is not None else 0)
    number = pattern(rb"[0-9]\w*").match(file.text[begin : begin + 80])
    if number is not None and not number[0].isdigit():
        at = Span(file, begin, begin + number.end())
        return Syntax(at, what=f"`{at.text}` is not a valid number", advice="write e.g. `1_000` or `0x1f`")
    target = pattern(rb"([^\s=]+)\s*=[^=~>]").match(text)
    if target is not None and wrong.type == "ERROR" and any(c.type == "=" for c in wrong.children):
        at = Span(file, span.start, span.start + target.end(1))
        return Syntax(at, what=f"nothing can be assigned to `{at.text}`", advice="write a variable on the left of `=`")
    query = pattern(rb"[A-Za-z_]\w*[?!]\s*$").search(before[-60:])
    if text[:1] == b"=" and query is not None:
        name = query[0].decode().strip()
        return Syntax(span, what=f"nothing can be assigned to `{name}`", advice=f"leave out the `{name[-1]}`")
    if span.text in ("class", "module") and pattern(rb"(class|module)\s+[a-z]").match(text):
        return Syntax(span, what=f"the name of a {span.text} begins with a capital letter", advice="write e.g. `class Event`")
    return None
