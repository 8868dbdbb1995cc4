"""What random programs have of blocks: methods that yield, blocks that are given to them, loops that give a value or have no
bound, chains of `map` and `select`. Their types and their text.

A method that yields is a "def" whose data has also `yields` (the types that its block is given), `given` (the block's), `form`
("yield", "call" of a block parameter, "list" for one array of them) and `block` (that parameter's name, or ""). A call of one is
a `ycall`: data `name given` as `mcall` has them, `params` of the block (a name, or (name, default)), `shadow` (its own locals)
and `style` ("do", "{}", "numbered", or what stands instead: "&:abs", "&block"); kids: arguments, the block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.program import Node, Program


def block_names(params: list[Any]) -> list[str]:
    """All names of a block's parameters, in order."""
    return [str(param[0] if isinstance(param, tuple) else param) for param in params]


class BlockTypes:
    """Types of the nodes of this page; a part of `Types`."""

    env: dict[str, str]
    defs: dict[str, Any]
    of: Any

    def _yield(self, node: Node) -> str:
        """data: the method's form, the block's type, its parameter."""
        return str(node.data[1])

    def _ycall(self, node: Node) -> str:
        return self.env.get("def " + node.data["name"], "")

    def _asked(self, node: Node) -> str:
        return "B"

    def _lvalue(self, node: Node) -> str:
        """The value of a loop that is left with one; data: its type."""
        return str(node.data)

    def _block(self, node: Node) -> str:
        """A block of statements: its last, and what `next` in front of it gives."""
        from tests.fuzz.program import join

        out = self.of(node.kids[-1]) if node.kids else "nil"
        for kid in node.kids[:-1]:
            for inner in kid.walk() if kid.op == "if" else ():
                out = join(out, self.of(inner.kids[0])) if inner.op == "next" and inner.kids else out
        return str(out)


def raise_blocks(raise_: Any, types: Any, node: Node) -> None:
    """The types of what these nodes assign."""
    match node.op:
        case "ycall" if node.data["params"]:
            method = types.defs[node.data["name"]].data
            for param in node.data["params"]:
                if isinstance(param, tuple):
                    raise_(param[0], types.of(param[1]))
            plain = block_names([param for param in node.data["params"] if not isinstance(param, tuple)])
            for name, type_ in zip(plain, method["yields"]):
                raise_(name, type_)
        case "drain":
            raise_(node.data[1], types.value(node.data[0]))
        case "mfrom":
            names, array = node.data
            for name in names:
                raise_(name, "S" if min(types.program.arrays[array]) < 0 else "U")
        case "over" if node.data.get("chain"):
            for (_, name), type_ in zip(node.data["chain"], types.chained(node)):
                raise_(name, type_)


class BlockText:
    """Text of the nodes of this page; a part of `Text`."""

    program: Program
    oracle: bool
    types: Any
    expr: Any
    stmt: Any
    block: Any
    inline: Any
    settle: Any
    coerced: Any
    arguments: Any
    renamed: dict[str, str]

    def _yield(self, node: Node) -> Any:
        form, _, block = node.data
        values = ", ".join(map(self.expr, node.kids))
        if form == "list":
            values = f"[{values}]"
        return f"{block}.call({values})" if form == "call" else f"yield({values})"

    def _asked(self, node: Node) -> Any:
        return "block_given?"

    def _ycall(self, node: Node) -> Any:
        head, body = self.called(node)
        return head if body is None else f"{head} {{ {'; '.join(body)} }}"

    def called(self, node: Node) -> tuple[str, list[str] | None]:
        """The call, and what its block says: parameters first, then a statement a line."""
        data, style = node.data, node.data["style"]
        method = self.types.defs[data["name"]].data
        args = self.arguments(node, node.kids[: len(data["given"])])[1:-1]
        if style[0] == "&":
            return f"{data['name']}({args}{', ' * bool(args)}{style})", None
        head = f"{data['name']}({args})" if args or method["params"] else data["name"]
        names = block_names(data["params"])
        if style == "numbered" and not self.oracle:
            self.renamed.update({name: f"_{at + 1}" for at, name in enumerate(names)})
            return head, [self.expr(node.kids[-1].kids[0])]
        shown = ", ".join(map(self.param, data["params"])) + "; " * bool(data["shadow"]) + ", ".join(data["shadow"])
        params = [f"|{shown}|"] if names else []
        settled = self.settled(names)
        body = [line.strip() for kid in node.kids[-1].kids for line in self.stmt(kid)]
        lines = [*settled * self.oracle, *body]
        return head, [" ".join([*params, lines[0]]), *lines[1:]] if lines else params

    def settled(self, names: list[str]) -> list[str]:
        """In the oracle, parameters take their kinds."""
        return [self.settle(name).rstrip("; ") for name in names if self.program.types.get(name, "")[:1] in ("U", "S")]

    def param(self, param: Any) -> str:
        return f"{param[0]} = {self.expr(param[1])}" if isinstance(param, tuple) else str(param)

    def set_lines(self, name: str, value: Node) -> list[str]:
        """`v = m(x) do |a| … end`, `v = loop do … end`."""
        after = [f"{name} = {self.coerced(name, name)}"] if self.oracle else []
        if value.op == "lvalue":
            lines = self.stmt(value.kids[0])
            at = int(value.kids[0].op == "while")  # its counter goes first
            lines[at] = f"{name} = {lines[at]}"
            return lines + after
        return [*self.do_lines(f"{name} = ", value), *after]

    def do_lines(self, lead: str, value: Node) -> list[str]:
        head, _ = self.called(value)
        data, body = value.data, self.block(value.kids[-1])
        shown = ", ".join(map(self.param, data["params"])) + "; " * bool(data["shadow"]) + ", ".join(data["shadow"])
        settled = ["  " + line for line in self.settled(block_names(data["params"]))]
        return [f"{lead}{head} do" + f" |{shown}|" * bool(shown), *settled * self.oracle, *body, "end"]

    def s_ycall(self, node: Node) -> list[str]:
        return self.do_lines("", node) if node.data["style"] == "do" else [str(self._ycall(node))]

    def s_whilex(self, node: Node) -> list[str]:
        """data: word, form; kids: condition, body, and what a `loop` is left with or nothing. `loop` asks for the end."""
        word, form = node.data
        test, body = self.expr(node.kids[0]), self.block(node.kids[1])
        if form == "loop":
            value = f" {self.expr(node.kids[2])}" if len(node.kids) > 2 else ""
            return ["loop do", f"  break{value} if {test}", *body, "end"]
        if form == "begin":
            return ["begin", *body, f"end {word} {test}"]
        return [f"{word} {test}", *body, "end"]

    def s_drain(self, node: Node) -> list[str]:
        """data: list, variable."""
        name, var = node.data
        return [f"while {var} = {name}.pop", *self.block(node.kids[0]), "end"]

    def s_mfrom(self, node: Node) -> list[str]:
        names, array = node.data
        lines = [f"{', '.join(names)} = {array}"]
        return lines + [f"{n} = {self.coerced(n, n)}" for n in names] if self.oracle else lines

    def links(self, node: Node) -> str:
        """`.map { |x| … }.select { |y| … }` in front of the last."""
        out = ""
        for (word, name), body in zip(node.data.get("chain", ()), node.kids[node.data["ends"] :]):
            out += f".{word} {{ |{name}| {self.settle(name)}{self.expr(body)} }}"
        return out
