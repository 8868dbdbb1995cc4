"""The text that the grammar is given, and how it differs from the file's: always of the same length.

In: a parser and the file's text. Out: the tree, and the trees of grafts: expressions that are overwritten with a number in
the text around them, and parsed by themselves where they stand.
"""

from __future__ import annotations

from tree_sitter import Node, Parser, Point, Range, Tree

#: Bytes that are parsed for grafts at most, `_COST` more for each: what they stand for must not be guessed for ever.
_BYTES, _COST = 300_000, 100

#: Where nothing is read as code: what was exchanged there must be put back.
_TEXT = {
    "comment", "string_content", "heredoc_content", "heredoc_body", "uninterpreted", "escape_sequence", "bare_string",
    "bare_symbol",
}  # fmt: skip


class Draft:
    """`masked`: the text without grafts. `masks`: start of each overwritten name → its length. `grafts`: start → end.
    `edited`: start → end of what was exchanged to mend a gap of the grammar. `banned`: where nothing is to be tried again.
    `left`: bytes that may still be parsed for grafts. `known`: start and end of each that was → its text and what it is."""

    __slots__ = ("parser", "text", "masked", "masks", "grafts", "edited", "banned", "left", "known")

    def __init__(self, parser: Parser, text: bytes) -> None:
        self.parser = parser
        self.text = text
        self.masked = bytearray(text)
        self.masks: dict[int, int] = {}
        self.grafts: dict[int, int] = {}
        self.edited: dict[int, int] = {}
        self.banned: set[int] = set()
        self.left = _BYTES
        self.known: dict[tuple[int, int], tuple[bytes, Node | None]] = {}

    # ------------------------------------------------------------ differences

    def mask(self, start: int, length: int) -> None:
        self.masks[start] = length
        self.masked[start : start + length] = b"1" * length

    def unmask(self, start: int) -> None:
        length = self.masks.pop(start)
        self.masked[start : start + length] = self.text[start : start + length]
        self.banned.add(start)

    def edit(self, start: int, put: bytes) -> bool:
        """Exchanges bytes to mend a gap; False when that was tried before."""
        if start in self.banned:
            return False
        self.banned.add(start)
        self.edited[start] = start + len(put)
        self.masked[start : start + len(put)] = put
        return True

    def graft(self, start: int, end: int) -> bool:
        """Overwrites an expression, which is to be parsed by itself; False when it was tried before, or is none."""
        if start in self.banned:
            return False
        self.banned.add(start)
        if end in self.grafts or start in self.grafts.values() or self.masked[end : end + 1].isalnum():
            return False  # two numbers would be one
        if self.masked[start - 1 : start].isalnum() and start:
            return False
        self.grafts[start] = end
        if self.grafted(start) is None:
            del self.grafts[start]
            return False
        return True

    def take_back(self, root: Node) -> bool:
        """Undoes what was exchanged inside texts and comments; whether there was any."""
        wrong = [start for start in self.edited if _in_text(root, start)]
        for start in wrong:
            end = self.edited.pop(start)
            self.masked[start:end] = self.text[start:end]
        return bool(wrong)

    # ------------------------------------------------------------ parsing

    def parse(self) -> tuple[Tree, dict[int, Node]]:
        """The tree of the whole text, and start of each graft → its expression."""
        self.parser.included_ranges = []
        tree = self.parser.parse(self.overlaid(0, len(self.text)))
        nodes: dict[int, Node] = {}
        for start in list(self.grafts):
            node = self.grafted(start)
            if node is None:
                del self.grafts[start]
            else:
                nodes[start] = node
        return tree, nodes

    def overlaid(self, start: int, end: int) -> bytes:
        """The text with the grafts overwritten that lie in this part of it, but not the one that is this part."""
        out = bytearray(self.masked)
        for low, high in self.grafts.items():
            if start <= low and high <= end and (low, high) != (start, end):
                out[low:high] = b"1" * (high - low)
        return bytes(out)

    def grafted(self, start: int) -> Node | None:
        return self.alone(start, self.grafts[start])

    def alone(self, start: int, end: int) -> Node | None:
        """The expression that exactly this part of the text is; None when it is not one."""
        if self.left <= 0:
            return None
        text = self.overlaid(start, end)
        known = self.known.get((start, end))
        if known is not None and known[0] == text[start:end]:
            return known[1]
        self.left -= end - start + _COST
        node = self.parsed(text, start, end)
        self.known[start, end] = text[start:end], node
        return node

    def parsed(self, text: bytes, start: int, end: int) -> Node | None:
        self.parser.included_ranges = [Range(self.point(start), self.point(end), start, end)]
        root = self.parser.parse(text).root_node
        if root.has_error or root.child_count != 1:
            return None
        node = root.children[0]
        return node if (node.start_byte, node.end_byte) == (start, end) and node.is_named else None

    def point(self, at: int) -> Point:
        line = self.text.rfind(b"\n", 0, at) + 1
        return Point(self.text.count(b"\n", 0, at), at - line)


def expression(grafts: dict[int, Node], node: Node) -> Node:
    """The expression that a number stands for; any other node itself."""
    graft = grafts.get(node.start_byte) if node.type == "integer" else None
    return graft if graft is not None and graft.end_byte == node.end_byte else node


def _in_text(root: Node, at: int) -> bool:
    node = root.descendant_for_byte_range(at, at + 1)
    while node is not None:
        if node.type in _TEXT:
            return True
        if node.type == "interpolation":
            return False
        node = node.parent
    return False
