"""Syntax errors that the text itself gives away: an operand that is missing, a comma, what other languages write.

In: the tokens of a text that the grammar could not read. Out: the `Syntax` at the place where the user went wrong, or
None. Imported only where there is such an error: a guess here moves a message, it never makes one.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from rucy.frontends.ruby.errors import Syntax
from rucy.source import Note, SourceFile, Span

_BINARY = {
    "+", "-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "<=>", "&&", "||", "&", "|", "^", "<<", ">>", "=", "+=",
    "-=", "*=", "/=", "|=", "&=", "^=", "||=", "&&=", "and", "or", "not", "!", "~", "?", ".", "&.", "::",
}  # fmt: skip
#: What cannot begin an operand.
_ENDS = {"end", ")", "]", "}", "then", "else", "elsif", "when", "ensure", "rescue", "=>"}
_NOT_PREFIX = {"*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "^", "=", "+=", "-=", "and", "or", ",", "."}
_VALUES = {"integer", "float", "simple_symbol", "string", "true", "false", "nil", "global_variable"}
_NAMES = {"identifier", "constant", "integer", "simple_symbol", "global_variable", "instance_variable"}
_VALUE_WORD = ("and", "or", "if", "unless", "while", "until", "do", "then", "in", "rescue", "end", "not")

#: A line of another language: pattern, what is said of it, what to write.
_FOREIGN = (
    (r"[\w\]\)](\+\+|--)[ \t]*(?=[;)\n]|$)", "Ruby has no `{0}`", "write `+= 1` or `-= 1`"),
    (r"[\w\])](->)\w", "`{0}` begins a lambda in Ruby", "write `.`: a field is read through a pointer as through anything else"),
    (r"^[ \t]*(//)", "`{0}` is no comment in Ruby", "begin it with `#`"),
    (r"^[ \t]*(/\*)", "`{0}` is no comment in Ruby", "begin each line of it with `#`"),
    (r"^[ \t]*for[ \t]*(\()[^;\n]*;", "`for (…; …; …)` is not Ruby", "write `10.times {{ |i| … }}` or `for i in 0...10`"),
    (r"^[ \t]*(?:if|unless|while|until)\b[^\n{{]*[)\w][ \t]+(\{)[ \t]*$", "the body of a condition or loop is not begun by `{0}`",
     "write the body on the next lines, and `end` behind it"),
    (r"^[ \t]*(?:\}[ \t]*)?(else[ \t]+if)\b", "`{0}` begins another `if`, with an `end` of its own", "write `elsif`"),
    (r"\bdef[ \t]*(\()", "this method has no name", "write `def name(x) … end`"),
    (r"^[ \t]*(case\b[^\n]*)\n(?:[ \t]*\n)*(?![ \t]*(?:when|in|end)\b)", "`{0}` is not followed by `when`",
     "write `when` before each value"),
    (r"([@$])(?=[ \t]*$)", "`{0}` begins a variable's name, and none follows", "write the name"),
    (r" (\?) [^:?\n]*$", "the `:` that belongs to this `{0}` is missing", "write both values: `a ? b : c`"),
    (r"^[ \t]*(elif|elseif)\b", "`{0}` is not Ruby", "write `elsif`"),
    (r"^[ \t]*\w+[^\n|{]*[\"\w)](?<!\bdo)[ \t]+(\|[\w, ]+\|)[ \t]*$", "`{0}` stands outside a block", "write `do` before it"),
)


def explain(file: SourceFile, tokens: list[Node]) -> Syntax | None:
    """The mistake that the text shows, if it shows one."""
    for search in (foreign, _heredoc, _long_string, _operand, _comma):
        found = search(file, tokens)
        if found is not None:
            return found
    return None


def foreign(file: SourceFile, tokens: list[Node]) -> Syntax | None:
    text = _without(file, tokens)
    best: tuple[int, Syntax] | None = None
    for pattern, what, advice in _FOREIGN:
        for match in re.finditer(pattern.replace("{{", "{").encode(), text, re.MULTILINE):
            at = Span(file, match.start(1), match.end(1))
            if best is None or at.start < best[0]:
                best = at.start, Syntax(at, what=what.format(at.text), advice=advice.format())
            break
    return best[1] if best is not None else None


def _without(file: SourceFile, tokens: list[Node]) -> bytes:
    """The text with blanks for what stands in strings and comments."""
    text = bytearray(file.text)
    for token in tokens:
        if token.type == "regex" and file.text[token.start_byte : token.start_byte + 2] == b"//":
            continue
        if token.type in ("string", "comment", "heredoc_body", "regex", "subshell", "string_content", "escape_sequence"):
            for at in range(token.start_byte, token.end_byte):
                if text[at] != 10:
                    text[at] = 34 if at in (token.start_byte, token.end_byte - 1) and token.type == "string" else 32
    return bytes(text)


def _long_string(file: SourceFile, tokens: list[Node]) -> Syntax | None:
    """A string over several lines, whose own line has an odd number of quotes: the one that closes it is missing."""
    for token in tokens:
        if token.type != "string" or token.start_point.row == token.end_point.row:
            continue
        quote = file.text[token.start_byte : token.start_byte + 1]
        if quote not in (b'"', b"'"):
            continue
        first = file.text.rfind(b"\n", 0, token.start_byte) + 1
        last = file.text.find(b"\n", token.start_byte)
        if file.text[first:last].count(quote) % 2:
            at = Span(file, token.start_byte, last)
            end = Note(Span(file, token.end_byte - 1, token.end_byte), "the next one is here")
            return Syntax(at, end, what=f"the string that begins here does not end on its line: a `{quote.decode()}` is missing",
                          advice="close it")  # fmt: skip
    return None


def _heredoc(file: SourceFile, tokens: list[Node]) -> Syntax | None:
    for token in tokens:
        if token.type == "heredoc_beginning":
            name = re.sub(rb"[<~\-'\"`]", b"", token.text or b"")
            if re.search(rb"^[ \t]*" + re.escape(name) + rb"\r?$", file.text[token.end_byte :], re.MULTILINE) is None:
                at, shown = Span(file, token.start_byte, token.end_byte), name.decode("utf-8", "replace")
                return Syntax(at, what=f"the heredoc that begins here does not end: no line `{shown}` follows",
                              advice=f"write `{shown}` on a line of its own")  # fmt: skip
    return None


def _word(token: Node) -> str:
    """A token's kind; a keyword is one also where the grammar took it for a name."""
    text = token.text or b""
    if token.type in ("identifier", "constant") and text.decode("utf-8", "replace") in ("end", "then", "else", "elsif", "when"):
        return text.decode()
    return token.type


def _operand(file: SourceFile, tokens: list[Node]) -> Syntax | None:
    """An operator with nothing behind it."""
    real = [t for t in tokens if not t.is_missing and t.end_byte > t.start_byte and t.type != "comment"]
    for token, after in zip(real, [*real[1:], None]):
        kind = _word(token)
        if kind not in _BINARY or (kind == "|" and _in_parameters(token)):
            continue
        parent = token.parent.type if token.parent is not None else ""
        if parent in ("operator", "method", "alias", "undef", "simple_symbol", "optional_parameter", "keyword_parameter"):
            continue
        if kind in ("*", "&", "**") and parent in ("splat_parameter", "block_parameter", "hash_splat_parameter", "parameters"):
            continue
        follows = _word(after) if after is not None else ""
        wrong = after is None or follows in _ENDS or (follows in _NOT_PREFIX and kind not in (".", "&.", "::"))
        if not wrong or (kind == "?" and follows == ")"):
            continue
        at = Span(file, token.start_byte, token.end_byte)
        return Syntax(at, what=f"a value is missing behind `{at.text}`", advice="write it, or leave the operator out")
    return None


def _in_parameters(token: Node) -> bool:
    return token.parent is not None and token.parent.type in ("block_parameters", "ERROR", "block", "do_block")


def _comma(file: SourceFile, tokens: list[Node]) -> Syntax | None:
    """Two values on one line with nothing between."""
    real = [t for t in tokens if not t.is_missing and t.end_byte > t.start_byte]
    for token, after in zip(real, real[1:]):
        if token.end_point.row != after.start_point.row or token.end_byte == after.start_byte:
            continue
        text = after.text or b""
        if token.type in _VALUES and after.type in _NAMES and text.decode("utf-8", "replace") not in _VALUE_WORD:
            at = Span(file, after.start_byte, after.end_byte)
            before = (token.text or b"").decode("utf-8", "replace").split("\n")[0]
            return Syntax(at, what=f"nothing stands between `{before}` and `{at.text}`", advice="write a comma or an operator")
    return None
