"""Literals: numbers, strings with Ruby's escapes, symbols, arrays, ranges, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.lang import tree
from rucy.source import Span

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

_SIMPLE = {
    b"n": b"\n", b"t": b"\t", b"r": b"\r", b"0": b"\0", b"e": b"\x1b", b"s": b" ", b"a": b"\a", b"b": b"\b",
    b"v": b"\v", b"f": b"\f",
}  # fmt: skip


def lower_integer(lo: Lowering, node: Node) -> tree.Node:
    return tree.Int(lo.span(node), integer_value(lo.text(node)))


def integer_value(text: str) -> int:
    """`1_000 0x1f 0b1 0o17 017 0d9`, as Ruby reads them."""
    digits = text.replace("_", "").lower()
    base = _BASES.get(digits[:2], 8 if digits[0] == "0" else 10)
    if digits[:2] in _BASES:
        digits = digits[2:]
    return int(digits.lstrip("0")[:_MOST_DIGITS] or "0", base)


_BASES = {"0d": 10, "0x": 16, "0b": 2, "0o": 8}
_MOST_DIGITS = 100  # of any base, a number that does not fit; Python refuses to read or show one of thousands


def lower_true(lo: Lowering, node: Node) -> tree.Node:
    return tree.Bool(lo.span(node), True)


def lower_false(lo: Lowering, node: Node) -> tree.Node:
    return tree.Bool(lo.span(node), False)


def lower_nil(lo: Lowering, node: Node) -> tree.Node:
    return tree.Nil(lo.span(node))


def lower_line(lo: Lowering, node: Node) -> tree.Node:
    return tree.Int(lo.span(node), lo.span(node).line)


def lower_file(lo: Lowering, node: Node) -> tree.Node:
    return tree.Str(lo.span(node), lo.file.path.encode())


def lower_constant(lo: Lowering, node: Node) -> tree.Node:
    name = lo.text(node)
    lo.needed_consts.setdefault(name, lo.span(node))
    return tree.Const(lo.span(node), name)


def lower_scope_resolution(lo: Lowering, node: Node) -> tree.Node:
    """`A::B` and `::A`."""
    scope = node.child_by_field_name("scope")
    if scope is not None and scope.type not in ("constant", "scope_resolution"):
        return lo.refuse(errors.ReflectionWord(lo.span(node), name=lo.brief(node)))
    name = "".join(lo.text(node).split()).removeprefix("::")
    lo.needed_consts.setdefault(name, lo.span(node))
    return tree.Const(lo.span(node), name)


def lower_global(lo: Lowering, node: Node) -> tree.Node:
    name = global_name(lo, node)
    return tree.Global(lo.span(node), name) if name else tree.Bad(lo.span(node))


def global_name(lo: Lowering, node: Node) -> str | None:
    """The name without its sigil; None, reported, for a variable of the interpreter (`$1`, `$!`, `$stdout`)."""
    name = lo.text(node)[1:]
    if not (name[:1].isalpha() or name[:1] == "_") or name == "_" or name in _INTERPRETER_GLOBALS:
        lo.refuse(errors.SpecialGlobal(lo.span(node), text=lo.text(node)))
        return None
    if not in_object(lo, lo.span(node), lo.text(node)):
        return None
    lo.needed_globals.setdefault(name)
    return name


def in_object(lo: Lowering, span: Span, name: str) -> bool:
    """May something have this name in the object too? Reported if not."""
    if not name.isascii():
        lo.refuse(errors.AsciiName(span, name=name))
    elif len(name) > _MOST_LETTERS:
        lo.refuse(errors.LongName(span, name=f"{name[:20]}…", most=_MOST_LETTERS))
    return name.isascii() and len(name) <= _MOST_LETTERS


#: btf_name_valid_identifier of kernel/bpf/btf.c takes 127 (before Linux 6.1), and other names are made of these
_MOST_LETTERS = 100

_INTERPRETER_GLOBALS = {
    "stdin", "stdout", "stderr", "PROGRAM_NAME", "LOAD_PATH", "LOADED_FEATURES", "VERBOSE", "DEBUG", "FILENAME",
}  # fmt: skip


def lower_identifier(lo: Lowering, node: Node) -> tree.Node:
    """A local variable where one is in sight, else a call of that name without arguments."""
    from rucy.frontends.ruby.calls import call_by_name

    name, span = lo.text(node), lo.span(node)
    if name in _KEYWORDS:
        return _KEYWORDS[name](lo, node)
    var = lo.scope.find(name)
    if var is not None:
        return tree.Local(span, var) if var is not lo.block_var else lo.refuse(errors.BlockObject(span, name=name))
    if lo.scope.is_user(name):
        return lo.refuse(errors.UserLocal(span, name=name, upper=name.upper()))
    if name == lo.later_block and name not in lo.methods:
        return lo.refuse(errors.EarlyBlock(span, name=name))
    return call_by_name(lo, node, name, span)


def lower_encoding(lo: Lowering, node: Node) -> tree.Node:
    return lo.refuse(errors.EncodingWord(lo.span(node)))


#: The grammar takes these for names in most places.
_KEYWORDS = {"__LINE__": lower_line, "__FILE__": lower_file, "__ENCODING__": lower_encoding}


def splat_items(lo: Lowering, node: Node) -> tuple[tree.Node, ...] | None:
    """The elements of `*[a, b]` and `*LIST`; None of anything that is no list as far as the text says."""
    inner = next((c for c in node.children if c.is_named), None)
    if inner is None:
        return None
    source = lo.const_values.get(lo.text(inner)) if inner.type == "constant" else None
    value = lo.lower(inner)
    if source is not None and source.type in ("array", "string_array", "symbol_array"):
        value = lo.lower(source)
    return value.items if isinstance(value, tree.Array) else None


_FROZEN = ("array", "string", "range", "string_array", "symbol_array", "integer", "chained_string", "character")


def thawed(lo: Lowering, node: Node) -> Node:
    """The literal in `LITERAL.freeze`, any other node itself: no literal changes in the kernel half."""
    method, recv = node.child_by_field_name("method"), node.child_by_field_name("receiver")
    if node.type != "call" or method is None or recv is None or lo.text(method) != "freeze":
        return node
    inner = recv
    while inner.type == "parenthesized_statements" and inner.named_child_count == 1:
        inner = inner.named_children[0]
    return inner if inner.type in _FROZEN and node.child_by_field_name("arguments") is None else node


# ---------------------------------------------------------------- strings


def lower_character(lo: Lowering, node: Node) -> tree.Node:
    body = lo.raw(node)[1:]
    return tree.Str(lo.span(node), unescape(body) if body[:1] == b"\\" else body)


def lower_string(lo: Lowering, node: Node) -> tree.Node:
    return _text(lo, node, node.children[1:-1], _escapes(lo.raw(node.children[0])), lo.raw(node.children[0])[-1:])


def _escapes(opening: bytes) -> bool:
    return not (opening == b"'" or opening[:2] in (b"%q", b"%w", b"%i"))


def _text(lo: Lowering, node: Node, parts: list[Node], escapes: bool, opening: bytes) -> tree.Node:
    """A string of text and interpolations. The text between these is taken from the source in one piece: the grammar
    cuts some escapes (`\\M-a`) in two."""
    items: list[tree.Node] = []
    start: int | None = None
    for index, part in enumerate(parts):
        if part.type == "interpolation":
            inner = [c for c in part.children if c.is_named or c.type == "ERROR"]
            items.append(lo.statements(inner, lo.span(part)))
            continue
        start = part.start_byte if start is None else start
        if index + 1 < len(parts) and parts[index + 1].type != "interpolation":
            continue
        span = Span(lo.file, start, part.end_byte)
        raw = lo.file.text[start : part.end_byte]
        items.append(tree.Str(span, unescape(raw) if escapes else _single(raw, opening)))
        start = None
    return joined(lo.span(node), items)


def joined(span: Span, items: list[tree.Node]) -> tree.Node:
    """Adjacent literal parts become one; without interpolation the whole is a `Str`."""
    parts: list[tree.Node] = []
    for item in items:
        inner = item.parts if isinstance(item, tree.Interp) else (item,)
        for part in inner:
            last = parts[-1] if parts else None
            if isinstance(part, tree.Str) and isinstance(last, tree.Str):
                parts[-1] = tree.Str(last.span.cover(part.span), last.value + part.value)
            else:
                parts.append(part)
    parts = [p for p in parts if not isinstance(p, tree.Str) or p.value]
    if not parts:
        return tree.Str(span, b"")
    if len(parts) == 1 and isinstance(parts[0], tree.Str):
        return tree.Str(span, parts[0].value)
    return tree.Interp(span, tuple(parts))


def _single(raw: bytes, opening: bytes) -> bytes:
    """Single quotes: only the delimiters and the backslash can be escaped."""
    closing = {b"(": b")", b"[": b"]", b"{": b"}", b"<": b">"}.get(opening, opening)
    out = bytearray()
    at = 0
    while at < len(raw):
        if raw[at : at + 1] == b"\\" and raw[at + 1 : at + 2] in (b"\\", opening, closing):
            at += 1
        out += raw[at : at + 1]
        at += 1
    return bytes(out)


def unescape(raw: bytes) -> bytes:
    """Double-quoted text to bytes: every escape of Ruby's."""
    out = bytearray()
    at = 0
    while at < len(raw):
        slash = raw.find(b"\\", at)
        if slash < 0:
            out += raw[at:]
            break
        out += raw[at:slash]
        value, at = _escape(raw, slash + 1)
        out += value
    return bytes(out)


def _escape(raw: bytes, at: int) -> tuple[bytes, int]:
    """The bytes of the escape whose letter is at `at`, and where the text goes on."""
    char = raw[at : at + 1]
    if char.isdigit() and char < b"8":
        end = at
        while end < at + 3 and raw[end : end + 1] in (b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7"):
            end += 1
        return bytes([int(raw[at:end], 8) & 0xFF]), end
    if char in _SIMPLE:
        return _SIMPLE[char], at + 1
    if char == b"x":
        end = at + 1
        while end < at + 3 and raw[end : end + 1] in _HEX:
            end += 1
        return bytes([int(raw[at + 1 : end] or b"0", 16)]), end
    if char == b"u":
        return _unicode(raw, at + 1)
    if char in (b"c", b"C", b"M"):
        return _control(raw, at)
    if char == b"\n":
        return b"", at + 1
    if char == b"\r" and raw[at + 1 : at + 2] == b"\n":
        return b"", at + 2
    return char, at + 1


_HEX = tuple(bytes([c]) for c in b"0123456789abcdefABCDEF")


def _unicode(raw: bytes, at: int) -> tuple[bytes, int]:
    if raw[at : at + 1] == b"{":
        end = raw.find(b"}", at)
        end = len(raw) if end < 0 else end
        return b"".join(_utf8(int(code, 16)) for code in raw[at + 1 : end].split()), end + 1
    return _utf8(int(raw[at : at + 4] or b"0", 16)), at + 4


def _utf8(code: int) -> bytes:
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b""


def _control(raw: bytes, at: int) -> tuple[bytes, int]:
    r"""`\cx`, `\C-x`, `\M-x` and their combinations."""
    letter = raw[at : at + 1]
    at += 1 if letter == b"c" else 2
    if raw[at : at + 1] == b"\\":
        value, at = _escape(raw, at + 1)
    else:
        value, at = raw[at : at + 1], at + 1
    code = value[0] if value else 0
    if letter == b"M":
        return bytes([code | 0x80]), at
    return bytes([0x7F if code == 0x3F else code & 0x9F]), at


def lower_chained_string(lo: Lowering, node: Node) -> tree.Node:
    return joined(lo.span(node), [lo.lower(child) for child in node.children if child.is_named])


def lower_string_array(lo: Lowering, node: Node) -> tree.Node:
    items = [_word(lo, node, child) for child in node.children if child.is_named]
    return tree.Array(lo.span(node), tuple(items))


def lower_symbol_array(lo: Lowering, node: Node) -> tree.Node:
    items: list[tree.Node] = []
    for child in node.children:
        if child.is_named:
            text = _word(lo, node, child)
            items.append(_symbol(lo, child, text))
    return tree.Array(lo.span(node), tuple(items))


def _word(lo: Lowering, array: Node, word: Node) -> tree.Node:
    opening = lo.raw(array.children[0]).strip()
    if opening[:2] in (b"%w", b"%i"):
        raw = lo.raw(word)
        for blank in (b" ", b"\n", b"\t"):
            raw = raw.replace(b"\\" + blank, blank)
        return tree.Str(lo.span(word), _single(raw, opening[-1:]))
    return _text(lo, word, word.children, True, opening[-1:])


def lower_simple_symbol(lo: Lowering, node: Node) -> tree.Node:
    return tree.Sym(lo.span(node), lo.text(node)[1:])


def lower_delimited_symbol(lo: Lowering, node: Node) -> tree.Node:
    opening = lo.raw(node.children[0])
    single = opening == b":'" or opening[:2] == b"%s"
    return _symbol(lo, node, _text(lo, node, node.children[1:-1], not single, opening[-1:]))


def _symbol(lo: Lowering, node: Node, text: tree.Node) -> tree.Node:
    if isinstance(text, tree.Str):
        return tree.Sym(lo.span(node), text.value.decode("utf-8", "replace"))
    return lo.refuse(errors.DynamicSymbol(lo.span(node), text=lo.brief(node)))


# ---------------------------------------------------------------- heredocs


def lower_heredoc(lo: Lowering, node: Node) -> tree.Node:
    """`<<A`, `<<-A`, `<<~A`, quoted or not: the text is in the body that follows the line."""
    opening = lo.raw(node)
    body = lo.heredocs[node.start_byte]
    raw = b"'" in opening
    start = lo.file.text.find(b"\n", body.start_byte) + 1 if body.start_byte < len(lo.file.text) else body.start_byte
    end = next((c for c in body.children if c.type == "heredoc_end"), None)
    stop = end.start_byte if end is not None else body.end_byte
    stop = lo.file.text.rfind(b"\n", 0, stop) + 1
    pieces: list[tuple[bytes, Node | None]] = []
    at = start
    for child in body.children:
        if child.type == "interpolation" and not raw:
            pieces.append((lo.file.text[at : child.start_byte], child))
            at = child.end_byte
    pieces.append((lo.file.text[at : max(at, stop)], None))
    if opening[2:3] == b"~":
        pieces = _dedented(pieces)
    items: list[tree.Node] = []
    for text, interpolation in pieces:
        items.append(tree.Str(lo.span(node), text if raw else unescape(text)))
        if interpolation is not None:
            inner = [c for c in interpolation.children if c.is_named]
            items.append(lo.statements(inner, lo.span(interpolation)))
    return joined(lo.span(node), items)


def _dedented(pieces: list[tuple[bytes, Node | None]]) -> list[tuple[bytes, Node | None]]:
    """Takes the least indentation of the lines that are not blank from each; a tab reaches to the next multiple of 8."""
    least: int | None = None
    fresh = True
    for text, interpolation in pieces:
        lines = text.split(b"\n")
        for index, line in enumerate(lines):
            begins = fresh if index == 0 else True
            last = index == len(lines) - 1
            blank = not line.strip(b" \t") and not (last and interpolation is not None)
            if begins and not blank:
                width = _indent(line)
                least = width if least is None else min(least, width)
        fresh = False
    out: list[tuple[bytes, Node | None]] = []
    fresh = True
    for text, interpolation in pieces:
        lines = text.split(b"\n")
        cut = [_cut(line, least or 0) if index or fresh else line for index, line in enumerate(lines)]
        out.append((b"\n".join(cut), interpolation))
        fresh = False
    return out


def _indent(line: bytes) -> int:
    width = 0
    for char in line:
        if char == 0x20:
            width += 1
        elif char == 0x09:
            width = (width // 8 + 1) * 8
        else:
            break
    return width


def _cut(line: bytes, least: int) -> bytes:
    width = at = 0
    while at < len(line) and width < least:
        if line[at] == 0x20:
            width += 1
        elif line[at] == 0x09:
            if (width // 8 + 1) * 8 > least:
                break
            width = (width // 8 + 1) * 8
        else:
            break
        at += 1
    return line[at:]


# ---------------------------------------------------------------- arrays and ranges


def lower_array(lo: Lowering, node: Node) -> tree.Node:
    items = [child for child in node.children if child.is_named and child.type != "comment"]
    if any(child.type == "pair" for child in items):
        return lo.refuse(errors.HashLiteral(lo.span(node)))
    return tree.Array(lo.span(node), tuple(lo.lower(child) for child in items))


def lower_range(lo: Lowering, node: Node) -> tree.Node:
    low, high = node.child_by_field_name("begin"), node.child_by_field_name("end")
    operator = node.child_by_field_name("operator")
    assert operator is not None
    lower = lo.lower(low) if low is not None else None
    upper = lo.lower(high) if high is not None else None
    lower = None if isinstance(lower, tree.Nil) else lower
    upper = None if isinstance(upper, tree.Nil) else upper
    return tree.Range(lo.span(node), lower, upper, operator.type == "...")
