"""What the checker knows while it works.

A program is checked over and over until no type rises any more. What lasts over the rounds stands in `Checker` and in a
`Frame` for each body (types of variables, results); what was built or said in a round counts only if it was the last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from rucy.lang import tree, typed
from rucy.lang.checker.flow import Flow
from rucy.lang.checker.infer import describe, join, settled
from rucy.lang.target import Target, version
from rucy.lang.types import BAD, NEVER, NIL, CtxType, OptType, PtrType, Type
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.btf.reader import Btf
    from rucy.kernel.hooks import Hook
    from rucy.kernel.results import Result
    from rucy.lang.dialect import Dialect
    from rucy.source import Note, Span

N = TypeVar("N", bound=typed.Node)


class Site(NamedTuple):
    """Where a body runs: what it may use of the kernel. Methods have one instance for each site that calls them."""

    prog_type: str
    attach_type: str | None
    context: str  # a row of kernel.contexts, "class NAME", "event ID ID…", "format GROUP:NAME", or "" for none to name
    result: Result
    raw: bool  # a section program: its Integers need a proof only where the kernel asks one
    hook: Hook | None
    name: str = ""  # what `probe_name` says; "" where the file does not ask, so that methods are shared
    sleepable: bool = False
    function: str = ""  # what a trampoline's program is on; "" of other programs
    regions: tuple[str, ...] = ()  # kinds of kernel.kfuncs regions around the place, the innermost last

    @property
    def may_sleep(self) -> bool:
        return self.sleepable and not self.regions

    @property
    def holds_rcu(self) -> bool:
        """Is the place in an RCU read section? (in_rcu_cs in kernel/bpf/verifier.c)"""
        return not self.sleepable or "rcu" in self.regions


class Exit:
    """Where a `Throw` goes: a Catch whose value is joined here (`type`), or the end of the body (`leaves`)."""

    __slots__ = ("type", "flows", "throws", "used", "tail", "leaves")

    def __init__(self, used: bool, tail: Sink | None, leaves: bool = False) -> None:
        self.type: Type = NEVER
        self.flows: list[Flow] = []
        self.throws: list[typed.Throw] = []
        self.used = used
        self.tail = tail
        self.leaves = leaves


class Sink:
    """What becomes of the value that a body ends in: `convert` makes it the body's result, of `type`; with `used` False
    nobody wants it."""

    __slots__ = ("convert", "type", "used")

    def __init__(self, convert: Callable[[typed.Node], typed.Node], type_: Type, used: bool = True) -> None:
        self.convert = convert
        self.type = type_
        self.used = used


class Frame:
    """One body: a program or a method's instance. `result` is a method's so far."""

    __slots__ = (
        "site", "key", "vars", "dead", "ranges", "sites", "given", "moved", "places", "unset", "result", "exits", "sink",
        "callees", "copies", "narrow",
    )  # fmt: skip

    def __init__(self, site: Site, key: object) -> None:
        self.site = site
        self.key = key
        self.vars: dict[tree.Var, typed.Var] = {}
        self.dead: dict[typed.Var, Type] = {}  # the types of variables where nothing comes, if nil is assigned there
        self.ranges: dict[typed.Var, tuple[int, int]] = {}
        self.sites: dict[typed.Var, tree.Node | None] = {}  # the one assignment of a variable; None: it is given otherwise
        self.given: set[typed.Var] = set()  # a program's parameters
        self.moved: set[typed.Var] = set()  # those of them that are assigned
        self.places: dict[typed.Var, typed.Node] = {}  # the place in the kernel whose address is all that a variable ever is
        self.unset: set[typed.Var] = set()
        self.result: Type = NEVER
        self.exits: dict[tree.Label, Exit] = {}
        self.sink: Sink | None = None
        self.callees: dict[object, Span] = {}
        self.narrow: dict[typed.Var, tuple[int, str]] = {}  # parameters too narrow for an address: bits, and all their names
        self.copies = 1  # of what is checked, by the loops over constants around it that are unrolled


#: What may be wrong with a method's body because of what a call gives it.
_BY_ARGUMENTS = ("NoMethod", "WrongOperand", "NeverEqual", "NotAStruct", "FormatType", "AlwaysTrue")


#: What a constant that is nil makes wrong, unless a test of it keeps the path away.
_BY_NIL = ("IsNil", "ResultNil")


class Instance:
    """A method for one shape of arguments, at one site."""

    __slots__ = (
        "method", "frame", "given", "types", "typed", "used", "live", "refused", "call", "stores", "changes", "replaces",
    )  # fmt: skip

    def __init__(self, method: tree.Method, frame: Frame, given: tuple[tree.Parameter, ...], symbol: str) -> None:
        self.method = method
        self.frame = frame
        self.given = given
        self.types: list[Type] = [NEVER] * len(given)
        self.used = False  # does any call want its value?
        self.live = False  # is any call of it ever reached?
        self.call: tuple[Note, ...] = ()  # what the first call gives, for messages
        self.stores: set[int] = set()  # which of its arguments, objects, it stores a copy of
        self.changes: set[int] = set()  # which of its arguments, objects, it changes
        self.replaces: dict[Any, Span] = {}  # (origin, storage) of the objects that it puts others over
        self.refused = False  # its results have nothing in common, which has been said
        self.typed = typed.Method(symbol, symbol, method.name_span)


class Said(NamedTuple):
    """A diagnostic of this round: its class is looked up when it is sure to be shown."""

    title: str
    span: Span
    notes: tuple[Note, ...]
    values: dict[str, Any]


class Bad(typed.Node):
    """What has been refused. Of BAD type; never in a checked program."""

    __slots__ = ()


class Checker:
    """`btf` opens the kernel's types, only when one is asked for. `flow` is what is known at the place being checked."""

    def __init__(self, unit: tree.Unit, dialect: Dialect, btf: Callable[[], Btf], target: Target) -> None:
        self.unit = unit
        self.dialect = dialect
        self.words = dialect.words
        self.target = target
        self.license = unit.license.text if unit.license is not None else ""
        self.open_btf = btf
        self.globals: dict[str, Type] = {}
        self.instances: dict[object, Instance] = {}
        self.reached: dict[Instance, None] = {}
        self.frames: dict[tuple[int, str], Frame] = {}
        self.layouts: dict[str, Any] = {}
        self.maps: dict[str, Any] = {}  # by the constant's name: declared.MapState
        self.settings: dict[str, Any] = {}  # options and computed constants, by the constant's name: options.State
        self.structs: dict[str, Any] = {}  # layouts of the program's own structs
        self.laying: list[str] = []  # structs whose layout is being asked
        self.copies: set[typed.Var] = set()  # roots of variables that hold a copy of what a map has, on one path
        self.origins: dict[typed.Var, Any] = {}  # where a variable's object may lie: aliases.Origins
        self.roots: dict[typed.Var, typed.Var] = {}  # variables that hold another's object
        self.turns: dict[int, frozenset[typed.Var]] = {}  # by loop: objects stored when a turn ends
        self.turned: dict[int, frozenset[typed.Var]] = {}  # by loop: objects whose place has another when a turn ends
        self.kept: dict[int, frozenset[tree.Var]] = {}  # by loop: what is taken not to be nil at its head
        self.lost: dict[int, frozenset[tree.Var]] = {}  # by loop: what may be nil when a turn ends
        self.widths: dict[typed.Var, Any] = {}  # what has been assigned to a variable: storage.Seen
        self.table: dict[type, Callable[..., typed.Node]] = {}
        self.changed = False
        self.said: list[Said] = []
        #: variables that have been given a value of another class: what is read of them leads to no other refusal
        self.mistyped: set[typed.Var] = set()
        self.needs: dict[tuple[str, str], Span] = {}
        self.flow = Flow()
        self.frame: Frame
        self.constants: dict[str, tree.Node | None] = {}
        self.expansions: dict[tuple[int, str], Any] = {}  # (call, owner) → (call, receiver, what it means)
        self.asked: dict[tuple[int, str], tuple[str, str]] = {}  # a field question → (struct, member)
        self.chain: tuple[Any, ...] = ()  # methods whose copies the place lies in: blocks.py
        self.calls: tuple[Span, ...] = ()  # and where they are called
        self.copy = False  # is this in such a copy, of a method or of a block?
        self.nil_conditions: set[tuple[int, int]] = set()  # places of conditions that are nil in one copy of their text
        self.copied_methods: set[tree.Method] = set()  # what gives back an object of its own frame, or a parameter
        self.copied = 0  # nodes of these copies
        self.stacks: Span | None = None  # where a map of stacks that nobody declares is first used
        self.given: set[typed.Var] = set()  # elements of maps that blocks are given
        self.locked: typed.Node | None = None  # the object whose lock is held, where one is
        self.extra: Any = None  # types beside the input BTF's: kernel_types.Overlay

    @property
    def site(self) -> Site:
        return self.frame.site

    # -- checking an expression

    def expr(self, node: tree.Node, used: bool = True) -> typed.Node:
        """Check a node. What comes back may be a place in the kernel (see `value`); with `used` False nobody wants it."""
        return self.table[type(node)](self, node, used)

    def value(self, node: tree.Node) -> typed.Node:
        """Check a node whose value is wanted: a place is read, or its address taken where it has no value."""
        from rucy.lang.checker.kernel_types import materialize

        return materialize(self, self.expr(node))

    def in_place(self, node: tree.Inlined, check: Callable[[tree.Node], typed.Node]) -> typed.Node:
        """Check a body that has been copied here."""
        before = self.chain, self.calls, self.copy
        self.chain, self.calls, self.copy = node.chain, node.calls, True
        made = check(node.body)
        self.chain, self.calls, self.copy = before
        return typed.Inlined(node.span, made.type, node.calls, made) if settled(made.type) else made

    def effect(self, node: tree.Node) -> typed.Node:
        """Check a node for what it does: nobody wants its value."""
        from rucy.lang.checker.kernel_types import materialize

        return materialize(self, self.expr(node, False))

    # -- saying

    def say(self, title: str, span: Span, /, *notes: Note, **values: Any) -> Bad:
        """Report the diagnostic class of that name (lang/errors), and give what stands for the refused expression."""
        if not notes and title in _BY_ARGUMENTS:
            called = self.instances.get(self.frame.key)
            notes = called.call if called is not None else ()
        never = self.flow.absent or (self.flow.dead and title in _BY_NIL)
        if not never:
            self.said.append(Said(title, span, notes, values))
        return Bad(span, BAD)

    def may_be_nil(self, span: Span) -> None:
        """A condition in a text that is checked more than once, in copies or for several calls, may be nil here."""
        if (self.copy or self.frame.key in self.instances) and (span.start, span.end) not in self.nil_conditions:
            self.nil_conditions.add((span.start, span.end))
            self.changed = True

    def is_nil_elsewhere(self, span: Span) -> bool:
        return (span.start, span.end) in self.nil_conditions

    def called(self, type_: Type) -> str:
        return describe(type_, self.words, self.spell)

    def spell(self, type_id: int) -> str:
        return self.btf().spell(type_id)

    def need(self, release: str, what: str, span: Span) -> None:
        """`what` exists since a release: the target rises to it, or it is an error where the user named the kernel. What
        nothing reaches needs nothing."""
        if version(release) <= version(self.target.kernel) or self.flow.dead:
            return
        if self.target.exact:
            self.say("TooNew", span, what=what, since=release, kernel=self.target.kernel)
        else:
            self.needs.setdefault((release, what), span)

    def btf(self) -> Btf:
        """The kernel's types, with those that other kernels have beside them."""
        if self.extra is not None:
            merged: Btf = self.extra.btf  # untyped here
            return merged
        return self.open_btf()

    # -- variables

    def var(self, var: tree.Var) -> typed.Var:
        known = self.frame.vars.get(var)
        if known is None:
            known = self.frame.vars[var] = typed.Var(var.name, NEVER, var.span)
        return known

    def temp(self, type_: Type, span: Span) -> typed.Var:
        return typed.Var("%", type_, span)

    def raise_type(self, old: Type, new: Type) -> Type | None:
        """The join of what was known and what comes; None where they do not fit. Notes that another round is needed."""
        both = join(old, new)
        if both is not None and both != old:
            self.changed = True
        return both

    def write(self, target: typed.Var, value: typed.Node, form: type[typed.Write] = typed.Write) -> typed.Node:
        """`target = value`. Where the type does not fit the variable's it is refused and the variable keeps its type."""
        from rucy.lang.checker.coerce import coerce

        if not settled(value.type):
            self.assigned(target, False)
            return value
        both = self.raise_type(target.type, self.reaching(value.type))
        if both is None:
            self.mistyped.add(target)
            return self.say("VariableTypes", value.span, name=target.name.lstrip("%"), old=self.called(target.type),
                            new=self.called(value.type))  # fmt: skip
        self.mistyped.discard(target)
        target.type = both
        if target in self.frame.given - self.frame.moved:
            self.frame.moved.add(target)
            self.changed = True
        if self.maps:
            from rucy.lang.checker.storage import note

            note(self, target, value)
        if self.structs or self.unit.globals:
            from rucy.lang.checker.structs import assigned

            assigned(self, target, value)
        nil_free = not may_be_nil(value.type)
        self.assigned(target, nil_free)
        if self.flow.dead:
            seen = self.raise_type(self.frame.dead.get(target, target.type), value.type)
            self.frame.dead[target] = seen or target.type
            return form(value.span, value.type, target, value)
        node: typed.Node = form(value.span, target.type, target, coerce(self, value, target.type))
        return unwrapped(node) if nil_free and may_be_nil(target.type) else node

    def assigned(self, target: typed.Var, nil_free: bool) -> None:
        self.flow = self.flow.assign(target, nil_free)

    def reaching(self, type_: Type) -> Type:
        """What a value adds to the type of its place: where nothing comes, its kind but not its nil."""
        if not self.flow.dead:
            return type_
        return NEVER if type_ == NIL else type_.of if isinstance(type_, OptType) else type_

    def read(self, var: tree.Var, span: Span) -> typed.Node:
        """The variable's value: nil where a path comes here that did not assign it, as a test on the way has narrowed it."""
        target = self.var(var)
        if target in self.mistyped:
            return bad(span)
        if target not in self.flow.assigned and not self.flow.dead:
            self.frame.unset.add(target)
            both = self.raise_type(target.type, NIL)
            if both is None:
                return self.say("MaybeUnassigned", span, name=var.name, what=self.called(target.type))
            target.type = both
        type_ = self.frame.dead.get(target, target.type) if self.flow.dead else target.type
        node: typed.Node = typed.Read(span, type_, target)
        if isinstance(target.type, CtxType):
            return typed.Ctx(span, target.type)
        if target in self.flow.stale:
            from rucy.lang.checker.packets import say_moved

            return say_moved(self, target, span)
        if target in self.flow.replaced:
            from rucy.lang.checker.aliases import say_replaced

            return say_replaced(self, target, span)
        narrowed = target in self.flow.narrowed
        return unwrapped(node) if narrowed and may_be_nil(type_) else node


def may_be_nil(type_: Type) -> bool:
    return isinstance(type_, OptType) or type_ == NIL or (isinstance(type_, PtrType) and type_.null)


def unwrapped(node: typed.Node) -> typed.Node:
    """The value behind a test that found one."""
    match node.type:
        case OptType(of):
            return typed.Unwrap(node.span, of, node)
        case PtrType(null=True):
            return typed.Unwrap(node.span, node.type._replace(null=False), node)
    return node


def bad(span: Span) -> Bad:
    """What stands for an expression of which something has been refused already."""
    return Bad(span, BAD)
