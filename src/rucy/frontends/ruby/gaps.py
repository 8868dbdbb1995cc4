"""Shapes of Ruby that the grammar has not: rewritten in the draft to others of the same length and the same tree.

In: a draft whose tree has errors. Out: whether anything was exchanged, so that the text is worth another parse. Each
rewriting is right wherever the shape stands in code; what turns out to be in a string or comment is taken back later.
"""

from __future__ import annotations

from collections.abc import Iterator
from re import DOTALL, finditer, match

from tree_sitter import Node

from rucy.frontends.ruby.draft import Draft

#: `x. (y)`, `x .(y)`, `"" ::y`, `:a==b`, `f(& b)`, `f(*⏎b)`, `case x in y`, `def self`, `f key!:v`, `def f()⏎ = x y`, `% a `.
_CALLED = rb"(?<=[\w)\]}?!\"'])[ \t]*(?:\.|&\.|::)(\s+)\("
_DOTTED = rb"(?<=[\w)\]}?!\"'])([ \t]+(?:\.|&\.))\("
_SCOPED = rb"(?:[)\]}\"']|(?<![\w@$.:])(?::\w+|[0-9][\w.]*|nil|true|false|self))([ \t]+::)(?=\s*\w)"
_COMPARED = rb"(?<![\w):\]}])(:[A-Za-z_]\w*)(?:==(?!>)|!=)"
_PASSED = rb"[(\[,]\s*(&\s+)(?=[^\s)])"
_SPLAT = rb"(?:[(\[,]|\bwhen)\s*(\*\*?[ \t]*\n\s*)(?=[^\s)])"
_ONE_LINE = rb"\bcase\b[^\n;]{0,200}?\S([ \t])[ \t]*in\b"
_SELF = rb"\bdef[ \t]+(self)\b(?!\s*(?:\.|::))"
_LABEL = rb"[(,\[{|][ \t\n]*[A-Za-z_]\w*([!?]):(?=[^:\s])"
_HEAD = (
    rb"\bdef[ \t]+(?:\w+\.)?[^\s(=;.]+[ \t]*(?:(\((?:[^()\n]|\([^()\n]*\))*\))[ \t]*(\n[ \t\n]*)?)?"
    rb"=(?![=~>])(?:[ \t\n]|#[^\n]*\n)*"
)
#: Where an expression stands that the grammar wants with parentheses.
_VALUE = rb"\b(?:for\s[^\n;]{0,200}?\bin|class[ \t]*<<|rescue|case)[ \t]+"
_PERCENT = rb"(?<![\w)\]}\"'])[ \t]*(%\s)"
#: What can stand behind an endless method.
_REST = rb"[ \t]*(?:$|[;})\]#\n]|(?:if|unless|while|until|end|do|in|then|when)\b)"
_LINES, _LENGTH = 20, 1500


def mend(draft: Draft) -> bool:
    text = draft.text
    found = False
    for m in finditer(_CALLED, text):
        found |= draft.edit(m.start(1), b"(" + text[m.start(1) : m.end(1)])
    for m in finditer(_DOTTED, text):
        found |= draft.edit(m.start(1), m[1].lstrip() + b" " * (len(m[1]) - len(m[1].lstrip())))
    for m in finditer(_SCOPED, text):
        found |= draft.edit(m.start(1), b"::" + m[1][:-2])
    for m in finditer(_COMPARED, text):
        found |= draft.graft(m.start(1), m.end(1))
    for m in finditer(_PASSED, text):
        found |= draft.edit(m.start(1), m[1][1:] + b"&")
    for m in finditer(_ONE_LINE, text):
        found |= draft.edit(m.start(1), b"\n")
    for m in finditer(_SELF, text):
        found |= draft.edit(m.start(1), b"aaaa")
    for m in finditer(_SPLAT, text):
        stars = m[1].rstrip()
        found |= draft.edit(m.start(1), m[1][len(stars) :] + stars)
    for m in finditer(_LABEL, text):
        found |= draft.edit(m.start(1), b"a")
    for m in finditer(_HEAD, text):
        if m[2]:
            found |= draft.edit(m.start(2), b" " * len(m[2]))
        found |= _graft_command(draft, m.end())
    for m in finditer(_VALUE, text):
        found |= _graft_command(draft, m.end())
    return found or _blank_literals(draft)


def _graft_command(draft: Draft, start: int) -> bool:
    if draft.left <= 0:
        return False
    end = command(draft, start) if start not in draft.banned else 0
    return end > 0 and draft.graft(start, end)


def _blank_literals(draft: Draft) -> bool:
    """`% text `: a string between blanks, where the grammar saw an error before a value."""
    starts = [m.start(1) for m in finditer(_PERCENT, draft.text)]
    return sum(between_blanks(draft, start) for start in starts if _begins_value(draft.text, start)) > 0


def between_blanks(draft: Draft, start: int) -> bool:
    """The string that `%` begins there and the next such blank ends is given other delimiters."""
    end = draft.text.find(draft.text[start + 1 : start + 2], start + 2)
    mark = next((c for c in (b"!", b"|", b"~", b";") if c not in draft.text[start + 2 : end]), b"")
    return end > 0 and mark != b"" and draft.edit(start, b"%" + mark + draft.text[start + 2 : end] + mark)


def _begins_value(text: bytes, at: int) -> bool:
    before = text[max(0, at - 80) : at].rstrip(b" \t")
    if not before or before[-1:] in b"\n;([{,=|&+-*/<>!?:~^":
        return True
    word = match(rb".*?([A-Za-z_]\w*)$", before, DOTALL)
    return word is not None and word[1] in _BEFORE_VALUE


_BEFORE_VALUE = frozenset(
    b"if unless while until and or not when case return in then else elsif do begin ensure rescue next break".split()
)


# ---------------------------------------------------------------- how far an expression goes


def parentheses(draft: Draft, start: int) -> int:
    """Where the parenthesised statements end that begin at `start`; 0 when there are none."""
    at = start
    for _ in range(_LINES):
        at = draft.text.find(b")", at, start + _LENGTH) + 1
        if not at:
            break
        node = draft.alone(start, at)
        if node is not None:
            return at if node.type == "parenthesized_statements" else 0
    return 0


def command(draft: Draft, start: int) -> int:
    """Where the call without parentheses ends that begins at `start`, the body of an endless method; 0 when there is none."""
    for end in _ends(draft.text, start):
        node = draft.alone(start, end)
        if node is not None and is_command(node):
            return end if match(_REST, draft.text[end : end + 40]) else 0
    return 0


def _ends(text: bytes, start: int) -> Iterator[int]:
    """Where the expression may end: the longest first, of one line, then of two and so on."""
    low = start
    for _ in range(_LINES):
        high = text.find(b"\n", low)
        high = len(text) if high < 0 else high
        tokens = [m.end() for m in finditer(rb"[\w?!$@]+|[^\s\w]", text[low : min(high, start + _LENGTH)])]
        for end in reversed(tokens[:100]):
            yield low + end
        if high == len(text) or text[max(low, high - 80) : high].rstrip()[-1:] not in b",([{|\\.&":
            return
        low = high + 1


def is_command(node: Node) -> bool:
    """`name arguments`, perhaps with `rescue` behind it."""
    if node.type == "rescue_modifier":
        return is_command(node.children[0])
    if node.type in ("return", "break", "next"):
        return node.child_count > 1
    if node.type not in ("call", "yield", "super"):
        return False
    args = node.child_by_field_name("arguments") or next((c for c in node.children if c.type == "argument_list"), None)
    block = node.child_by_field_name("block")
    if args is not None and any(c.type in ("test_pattern", "match_pattern") for c in args.children):
        return False
    return args is not None and args.children[0].type not in ("(", "[") and (block is None or block.type == "block")
