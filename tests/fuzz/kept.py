"""What random programs keep beside numbers and text in `$globals`, structs and arrays, and the histograms that they fill.

A `Kept` global is used by `gobj` (an object), `gat` (an element), `gput` (an element is given), `gwhole` (an object is given),
`gfold` and `gif` (`if e = $list[i]`); `hput` puts a number into a histogram. Their types and their text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tests.fuzz.program import Node, Program

OF_KEPT = ("gobj", "gat", "gput", "gwhole", "gfold", "gif")


class Kept(NamedTuple):
    """`of`: the struct, or "" for numbers; `count`: elements, or 0 for one object. `first`: an object, or the numbers."""

    of: str
    count: int
    first: Any


def kept_used(program: Program) -> list[str]:
    """Those that its nodes name, in the order of their declaration. An array is also named by loops."""
    named = {name_kept(node) for node in program.nodes()}
    return [name for name in program.kept if name in named]


def name_kept(node: Node) -> str:
    """The one that a node names, or ""."""
    if node.op in ("loop", "over"):
        array = str(node.data["array"] or "")
        return array[1:] if array.startswith("$") else ""
    if node.op in OF_KEPT:
        return str(node.data if isinstance(node.data, str) else node.data[0])
    return ""


class KeptTypes:
    program: Program
    env: dict[str, str]
    of: Any

    def _gobj(self, node: Node) -> str:
        return "O:" + self.program.kept[node.data].of

    def _gat(self, node: Node) -> str:
        """data: array, whether the index is inside by its form."""
        name, inside = node.data
        of = self.program.kept[name].of
        return ("O:" + of if of else self.env["$" + name]) + ("" if inside else "?")

    def _gfold(self, node: Node) -> str:
        return "U" if node.data[1] == "size" else self.env["$" + node.data[0]]

    def _hput(self, node: Node) -> str:
        return "nil"


def raise_kept(raise_: Any, types: Any, node: Node) -> None:
    match node.op:
        case "gput" if not types.program.kept[node.data[0]].of:
            name, op = node.data
            given = types.of(node.kids[1])
            both = [types.env["$" + name], given]
            if op:
                given = "S" if op == "-" or (op == "&" and both == ["S", "S"]) or (op != "&" and "S" in both) else "U"
            raise_("$" + name, given)
        case "gif":
            raise_(node.data[1], "O:" + types.program.kept[node.data[0]].of)


class KeptText:
    program: Program
    oracle: bool
    types: Any
    expr: Any
    stmt: Any
    block: Any
    global_name: Any

    def _gobj(self, node: Node) -> Any:
        return self.global_name(node.data)

    def _gat(self, node: Node) -> Any:
        return f"{self.global_name(node.data[0])}[{self.expr(node.kids[0])}]"

    def _gfold(self, node: Node) -> Any:
        text = f"{self.global_name(node.data[0])}.{node.data[1]}"
        return f"K({text})" if self.oracle and node.data[1] == "size" else text

    def s_gput(self, node: Node) -> list[str]:
        index, value = node.kids
        return [f"{self.global_name(node.data[0])}[{self.expr(index)}] {node.data[1]}= {self.expr(value)}"]

    def s_gwhole(self, node: Node) -> list[str]:
        """Storing copies."""
        value = self.expr(node.kids[0])
        return [f"{self.global_name(node.data)} = {f'{value}.copy' if self.oracle else value}"]

    def s_gif(self, node: Node) -> list[str]:
        """data: array, variable; kids: index, what is done with the element, and what without."""
        index, there, other = node.kids
        lines = [f"if {node.data[1]} = {self.global_name(node.data[0])}[{self.expr(index)}]", *self.block(there)]
        return [*lines, *(["else", *self.block(other)] if other.kids else []), "end"]

    def s_hput(self, node: Node) -> list[str]:
        """data: histogram; kids: a key or none, then the number."""
        *keys, value = node.kids
        key = f"[{', '.join(map(self.expr, keys))}]" if keys else ""
        return [f"{node.data[0]}{key} << {self.expr(value, 12)}"]

    def first_objects(self) -> list[str]:
        return [f"{self.global_name(name)} = {self.first_of(name, self.program.kept[name])}" for name in kept_used(self.program)]

    def first_of(self, name: str, row: Kept) -> str:
        if row.of:
            value = self.expr(row.first)
            if not row.count:
                return value
            made = f"Array.new({row.count}) {{ {value} }}"
            return f"Elements.new({row.of}, {made})" if self.oracle else made
        if self.oracle:
            kind = ":i64" if self.program.types["$" + name] == "S" else ":u64"
            return f"Elements.new({kind}, [{', '.join(f'K({item})' for item in row.first)}])"
        return f"[{row.first[0]}] * {row.count}" if len(set(row.first)) == 1 else str(row.first)
