"""The tree that every front end aims at: names resolved to variables, nothing typed yet.

A front end has already settled scoping (each local is a `Var`), literal spelling, statement modifiers, operator
assignment on locals, multiple assignment and pattern chains. What stays open is what needs types: which operation a
call means. The checker asks the front end's `Dialect` (lang/dialect.py) for that and makes lang/typed.py's tree.

Control flow has two general nodes: `Catch(label, body)` has the value of its body, or of the `Throw(label, value)` that
left it. Loops and blocks are built of these, so the checker knows no `break`, `next` or `redo`.
"""

from __future__ import annotations

from rucy.source import SourceFile, Span


class Var:
    """A local variable of one scope; compared by identity. Temporaries of a front end have a name that starts with %."""

    __slots__ = ("name", "span")

    def __init__(self, name: str, span: Span) -> None:
        self.name = name
        self.span = span

    def __repr__(self) -> str:
        return f"Var({self.name})"


class Label:
    """Where a `Throw` goes; compared by identity. `word` is what the user sees it as ("break", "next"); `used` is set by
    the front end once something throws there."""

    __slots__ = ("word", "used")

    def __init__(self, word: str) -> None:
        self.word = word
        self.used = False

    def __repr__(self) -> str:
        return f"Label({self.word})"


class Node:
    """A node; each class lists all its parts in `__slots__`, which the constructor takes after the span, in order."""

    __slots__ = ("span",)

    span: Span

    def __init__(self, span: Span, *parts: object) -> None:
        self.span = span
        names = self.__slots__
        assert len(parts) == len(names), f"{type(self).__name__} takes {names}"
        for name, part in zip(names, parts):
            setattr(self, name, part)


# ---------------------------------------------------------------- values


class Int(Node):
    __slots__ = ("value",)
    value: int


class Bool(Node):
    __slots__ = ("value",)
    value: bool


class Nil(Node):
    __slots__ = ()


class Str(Node):
    """A literal string without interpolation."""

    __slots__ = ("value",)
    value: bytes


class Interp(Node):
    """A string with interpolation: parts are `Str` and other nodes."""

    __slots__ = ("parts",)
    parts: tuple[Node, ...]


class Sym(Node):
    __slots__ = ("name",)
    name: str


class Array(Node):
    __slots__ = ("items",)
    items: tuple[Node, ...]


class Range(Node):
    """`lo` or `hi` is None for an endless one."""

    __slots__ = ("lo", "hi", "exclusive")
    lo: Node | None
    hi: Node | None
    exclusive: bool


class Local(Node):
    __slots__ = ("var",)
    var: Var


class SetLocal(Node):
    """Assignment; its value is the value assigned."""

    __slots__ = ("var", "value")
    var: Var
    value: Node


class Const(Node):
    """A constant by name, `A::B` joined with ::."""

    __slots__ = ("name",)
    name: str


class Global(Node):
    """`$name`, the name without the sigil."""

    __slots__ = ("name",)
    name: str


class SetGlobal(Node):
    __slots__ = ("name", "value")
    name: str
    value: Node


class UpdateGlobal(Node):
    """`$name op= value`; op is "+", "-", "|", "&", "^" or another operator, which the checker refuses."""

    __slots__ = ("name", "op", "value")
    name: str
    op: str
    value: Node


# ---------------------------------------------------------------- calls


class BlockParameter(Node):
    """A parameter of a block: `default` where it may be missing, `inner` where it is taken apart."""

    __slots__ = ("var", "default", "inner")
    var: Var
    default: Node | None
    inner: tuple[BlockParameter, ...] | None


class Block(Node):
    """A block of a call. `next_label` leaves the body with a value, `break_label` leaves the call that has the block.

    `own` are the variables that are new in each turn; all others are those around it. With `spread` one array is taken
    apart into the parameters. `method`: the block is a method of that name of its first value ("": it is not)."""

    __slots__ = ("params", "body", "next_label", "break_label", "own", "spread", "method")
    params: tuple[BlockParameter, ...]
    body: Node
    next_label: Label
    break_label: Label
    own: tuple[Var, ...]
    spread: bool
    method: str


class PassedBlock(Node):
    """The block that the method was called with, as the block of another call; none where there is none."""

    __slots__ = ()


class Send(Node):
    """A call by name: `recv.name(args, kw: …) { block }`, operators and indexing included ("+", "[]", "x=", "[]=").

    `recv` is None for a call of a method, helper or word. With `safe` (`&.`) a nil receiver gives nil.
    """

    __slots__ = ("recv", "name", "args", "kwargs", "block", "safe", "name_span")
    recv: Node | None
    name: str
    args: tuple[Node, ...]
    kwargs: tuple[tuple[str, Node], ...]
    block: Block | PassedBlock | None
    safe: bool
    name_span: Span


class Update(Node):
    """`recv.name op= value` (args empty) or `recv[args] op= value` (name "[]"): receiver and index evaluated once.

    op may be an operator, "||" or "&&".
    """

    __slots__ = ("recv", "name", "args", "op", "value")
    recv: Node
    name: str
    args: tuple[Node, ...]
    op: str
    value: Node


class Yield(Node):
    """A run of the block that the method was called with."""

    __slots__ = ("args",)
    args: tuple[Node, ...]


class BlockGiven(Node):
    """Was the method called with a block?"""

    __slots__ = ()


class Turn(Node):
    """A run of `block` with one value, which is taken apart if it is an array."""

    __slots__ = ("block", "value")
    block: Block
    value: Node


class Part(Node):
    """An element of an array; of anything else the first part is the whole, and any other nil."""

    __slots__ = ("value", "index")
    value: Node
    index: int


class Bind(SetLocal):
    """A parameter takes an argument: an object is the caller's own."""

    __slots__ = ("var", "value")


class Inlined(Node):
    """The body of a method in place of a call of it, or that of a block in place of a `Yield`. `chain`: the methods in whose
    copies the text of it lies, outermost first; `calls`: the places of their calls."""

    __slots__ = ("chain", "calls", "body")
    chain: tuple[object, ...]
    calls: tuple[Span, ...]
    body: Node


class Prim(Node):
    """A primitive operation (`typed.PRIMS`) that a front end asks for by its neutral name, on operands of its classes."""

    __slots__ = ("op", "args")
    op: str
    args: tuple[Node, ...]


class Defined(Node):
    """`defined?(expr)`, and other questions that a front end refuses itself, are not here: only what has meaning is."""

    __slots__ = ("expr",)
    expr: Node


# ---------------------------------------------------------------- control


class Seq(Node):
    """Statements; the value is the last one's, nil when empty."""

    __slots__ = ("items",)
    items: tuple[Node, ...]


class ValueList(Seq):
    """Statements whose last item is the Array that is their value; where nobody takes it, it is not there."""

    __slots__ = ("items",)


class If(Node):
    """`word` is what the user wrote ("if", "unless", "while", "?:", "&&", …), for messages."""

    __slots__ = ("cond", "then", "other", "word")
    cond: Node
    then: Node
    other: Node
    word: str


class Not(Node):
    __slots__ = ("value",)
    value: Node


class And(Node):
    __slots__ = ("left", "right")
    left: Node
    right: Node


class Or(Node):
    __slots__ = ("left", "right")
    left: Node
    right: Node


class CaseEq(Node):
    """Does the pattern (a value, range, string, symbol or list) match the subject?"""

    __slots__ = ("pattern", "subject")
    pattern: Node
    subject: Node


class Loop(Node):
    """Runs its body for ever; a `Throw` leaves it. `word` is what the user wrote ("while", "times", …)."""

    __slots__ = ("body", "word")
    body: Node
    word: str


class ForRange(Node):
    """`var` takes lo, lo + step, … while below hi (`exclusive`) or not above it; counts down when step < 0.

    Its value is nil: a front end that needs another puts it behind, in a `Seq`. Operands are evaluated once, first.
    """

    __slots__ = ("var", "lo", "hi", "exclusive", "step", "body", "word")
    var: Var
    lo: Node
    hi: Node
    exclusive: bool
    step: int
    body: Node
    word: str


class ForEach(Node):
    """`var` takes each element of an array value of known size, `index` (when there) its position."""

    __slots__ = ("var", "index", "array", "body", "word")
    var: Var
    index: Var | None
    array: Node
    body: Node
    word: str


class Catch(Node):
    __slots__ = ("label", "body")
    label: Label
    body: Node


class Throw(Node):
    __slots__ = ("label", "value")
    label: Label
    value: Node


class Return(Node):
    __slots__ = ("value",)
    value: Node


class Bad(Node):
    """What a front end has already refused: the checker gives it any type and says nothing more."""

    __slots__ = ()


# ---------------------------------------------------------------- declarations


class Parameter(Node):
    """A parameter; `default` is None when it must be given; `keyword` ones are passed by name."""

    __slots__ = ("var", "default", "keyword")
    var: Var
    default: Node | None
    keyword: bool


class Method(Node):
    """`span` is the whole definition, `name_span` the name. `yields`: it asks for the block that it is called with."""

    __slots__ = ("name", "params", "body", "name_span", "yields")
    name: str
    params: tuple[Parameter, ...]
    body: Node
    name_span: Span
    yields: bool


class Attr(Node):
    """A field of a struct. `type` is a storage word ("u32", "char", "ip4"), (word or struct, count) or a struct's name;
    None where the class gave no type."""

    __slots__ = ("name", "type")
    name: str
    type: str | tuple[str, int] | None


class Struct(Node):
    """A class with attrs. `after_section`: index into `Unit.programs` of the `section!` pair it follows or belongs to
    (see language.md, "The original dialect"), None when it is not a candidate for a context."""

    __slots__ = ("name", "attrs", "methods", "context_of", "name_span")
    name: str
    attrs: tuple[Attr, ...]
    methods: tuple[Method, ...]
    context_of: int | None
    name_span: Span


class SectionProgram(Node):
    """`section! "…"` and the method behind it (None when there is none: the front end has said so)."""

    __slots__ = ("section", "method")
    section: Str
    method: Method | None


class Probe(Node):
    """A hook call with a block. `args` are its positional arguments, `options` its keyword arguments."""

    __slots__ = ("hook", "args", "options", "block", "hook_span")
    hook: str
    args: tuple[Node, ...]
    options: tuple[tuple[str, Node], ...]
    block: Block
    hook_span: Span


class Pair(Node):
    """`key => value` in a declaration: the types of a map's keys and values, or a slot and what is in it."""

    __slots__ = ("key", "value")
    key: Node
    value: Node


class MapDecl(Node):
    """`NAME = hash(:u32 => :u64, size: 64)`: the value of a `ConstDecl`; as the map inside another, `name` is "".

    `args` are types (`Sym`, `Const` of a struct, `Array` of these), `Pair`, numbers, ranges and words as they stand;
    `word_span` is the word's place."""

    __slots__ = ("name", "word", "args", "kwargs", "word_span")
    name: str
    word: str
    args: tuple[Node, ...]
    kwargs: tuple[tuple[str, Node], ...]
    word_span: Span


class OptionDecl(Node):
    """`NAME = option :port, :u16, default: 80`: the value of a `ConstDecl`; `args` and `kwargs` as they stand. `most`: the
    bytes of a text that count, 0 for all."""

    __slots__ = ("name", "args", "kwargs", "word_span", "most")
    name: str
    args: tuple[Node, ...]
    kwargs: tuple[tuple[str, Node], ...]
    word_span: Span
    most: int


class ComputedDecl(Node):
    """The value of a `ConstDecl` that only the user half can compute. `kind`: "Count" (an Integer that is never
    below 0), "Integer", "Boolean", "String", "" unknown."""

    __slots__ = ("name", "kind")
    name: str
    kind: str


class ConstDecl(Node):
    __slots__ = ("name", "value")
    name: str
    value: Node


class GlobalDecl(Node):
    """The first assignment of `$name` at top level."""

    __slots__ = ("name", "value")
    name: str
    value: Node


class License(Node):
    __slots__ = ("text",)
    text: str


class Unit:
    """One file. `user_half` is the first statement that only the user half has, None when there is none;
    `classes`: names of classes that are no structs."""

    __slots__ = ("file", "license", "structs", "consts", "globals", "methods", "programs", "user_half", "classes")

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.license: License | None = None
        self.structs: dict[str, Struct] = {}
        self.consts: dict[str, ConstDecl] = {}
        self.globals: dict[str, GlobalDecl] = {}
        self.methods: dict[str, Method] = {}
        self.programs: list[SectionProgram | Probe] = []
        self.user_half: Span | None = None
        self.classes: set[str] = set()
