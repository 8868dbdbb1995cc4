"""The front end in order: read, check the syntax, lower.

In: a file. Out: `tree.Unit`; what is wrong with the program is in `diagnostics`. With syntax errors the unit is empty:
nothing can be said about the meaning of a text that has none.
"""

from __future__ import annotations

from rucy.frontends.ruby.declare import Declarations
from rucy.frontends.ruby.lower import Lowering
from rucy.frontends.ruby.read import DEPTH_LIMIT, read
from rucy.lang import tree
from rucy.source import Diagnostics, SourceFile, Span


def parse(
    file: SourceFile,
    diagnostics: Diagnostics,
    hook_words: frozenset[str] = frozenset(),
    words: frozenset[str] = frozenset(),
) -> tree.Unit:
    """`hook_words`: names of hooks, whose calls with a block are probes. `words`: all names of the language, which no
    method of the file may have."""
    from rucy.frontends.ruby.syntax import check_syntax

    foreign = _foreign(file.text)
    if foreign is not None:
        from rucy.frontends.ruby.errors import Syntax

        at = Span(file, foreign, foreign + 1)
        diagnostics.report(Syntax(at, what="this byte is no text in UTF-8", advice="write the file in UTF-8"))
        return tree.Unit(file)
    reading = read(_plain_globals(file.text))
    if reading.too_deep is not None:
        from rucy.frontends.ruby.errors import TooDeep

        diagnostics.report(TooDeep(Span(file, *reading.too_deep), limit=DEPTH_LIMIT))
        return tree.Unit(file)
    if reading.unsettled:
        from rucy.frontends.ruby.errors import Ambiguous

        diagnostics.report(Ambiguous(Span(file, 0, min(1, len(file.text)))))
        return tree.Unit(file)
    checked = check_syntax(file, reading, diagnostics)
    if not checked.valid:
        return tree.Unit(file)
    lo = Lowering(file, diagnostics, reading)
    lo.heredocs = checked.heredocs
    lo.hook_words = hook_words
    return Declarations(lo, reading.tree.root_node, reading.locals_at, words).run()


def _plain_globals(text: bytes) -> bytes:
    """The grammar knows no `$été`: letters of globals' names that it lacks are others there. What a name is, is read from the
    file's own text."""
    if b"$" not in text or text.isascii():
        return text
    from re import sub

    return sub(rb"\$\w*[\x80-\xff][\w\x80-\xff]*", lambda name: sub(rb"[\x80-\xff]", b"x", name[0]), text)


def _foreign(text: bytes) -> int | None:
    """The first byte that is not UTF-8, where Ruby refuses it: not behind a `#`, nor in a file that names its encoding."""
    at = 0
    while True:
        try:
            text[at:].decode()
            return None
        except UnicodeDecodeError as error:
            at += error.start
        start = text.rfind(b"\n", 0, at) + 1
        if b"coding" in b"".join(text.split(b"\n", 2)[:2]):
            return None
        if b"#" not in text[start:at]:
            return at
        at = text.find(b"\n", at)
        if at < 0:
            return None
