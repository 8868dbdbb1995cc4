"""The file's top level: declarations, probes and methods, and where the user half begins.

In: a syntax tree without errors. Out: `Unit`. Declarations are always read; methods and constants only when the kernel
half mentions them, so that the user half may use all of Ruby.
"""

from __future__ import annotations

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.assign import right_side
from rucy.frontends.ruby.blocks import lower_block
from rucy.frontends.ruby.calls import arguments
from rucy.frontends.ruby.computed import is_computed, kind_of
from rucy.frontends.ruby.control import field, lower_own_body
from rucy.frontends.ruby.fresh import reset_locals
from rucy.frontends.ruby.kinds import KINDS, STRUCTURAL
from rucy.frontends.ruby.literals import in_object, thawed
from rucy.frontends.ruby.lower import Frame, Lowering, Scope, without_result
from rucy.frontends.ruby.maps import MAP_WORDS, lower_map
from rucy.frontends.ruby.options import is_option, lower_option
from rucy.frontends.ruby.structs import has_attrs, is_struct, lower_struct, methods_of
from rucy.lang import tree
from rucy.source import Diagnostic, Note, Span

#: Words that declare something by being assigned to a constant at the top level.
DECLARATION_WORDS = MAP_WORDS | {"option"}


#: Parameters that take what nobody has counted.
_COLLECTING = ("splat_parameter", "hash_splat_parameter", "forward_parameter")


#: What hooks are called elsewhere → here.
_ELSEWHERE = {
    "tc": "tc_ingress", "classifier": "tc_ingress", "ingress": "tc_ingress", "egress": "tc_egress", "tp": "tracepoint",
    "probe": "tracepoint", "trace": "tracepoint", "raw_tp": "raw_tracepoint", "syscall_exit": "syscall_return",
    "sysexit": "syscall_return", "sys_exit": "syscall_return", "sysenter": "syscall", "sys_enter": "syscall",
    "syscall_enter": "syscall", "kfunc": "fentry", "kretfunc": "fexit", "function": "fentry", "filter": "socket_filter",
    "socket": "socket_filter", "device": "cgroup_device", "cgroup_dev": "cgroup_device", "cgroup_skb": "cgroup_egress",
    "interval": "every", "timer": "every",
}  # fmt: skip

#: What takes a block at the top level and is no hook: Ruby's own, and words of the user half.
_WITH_BLOCK = frozenset(
    "after at_exit binding catch define_method define_singleton_method enum_for every fork instance_eval instance_exec lambda"
    " loop open proc refine select tap then to_enum top trap using yield_self".split()
)


class Declarations:
    """One pass over the file's statements, then over the methods and constants that it made needed."""

    def __init__(self, lo: Lowering, root: Node, locals_at: dict[int, frozenset[str]], words: frozenset[str]) -> None:
        self.lo = lo
        self.unit = tree.Unit(lo.file)
        self.locals_at = locals_at
        self.words = words
        self.section: tree.Str | None = None
        self.section_span: Span | None = None
        self.classes: list[tuple[int, tree.Struct]] = []  # with the number of section! methods before
        self.sections = 0
        self.loads = False  # other files, which may define anything
        self.globals: dict[str, Node] = {}
        self.struct_methods: dict[str, dict[str, Node]] = {}
        self.other_classes: dict[str, Node] = {}
        self.statements = [c for c in root.children if c.is_named and c.type not in STRUCTURAL]

    def run(self) -> tree.Unit:
        self.collect()
        for node in self.statements:
            self.lo.scope = Scope(user=self.locals_at.get(node.start_byte, frozenset()))
            self.statement(node)
        if self.section is not None and self.section_span is not None:
            self.lo.refuse(errors.SectionAlone(self.section_span))
            self.unit.programs.append(tree.SectionProgram(self.section_span, self.section, None))
        self.needed()
        self.contexts()
        if self.lo.chains:
            from rucy.frontends.ruby.order import check_order

            for error in check_order(self.unit, self.lo.chains):
                self.lo.refuse(error)
        return self.unit

    # ------------------------------------------------------------ names of the file

    def collect(self) -> None:
        """Names of methods and constants, which may be used before they are defined."""
        lo = self.lo
        section = False
        for node in self.statements:
            if node.type == "method":
                name = lo.text(field(node, "name"))
                if name in lo.methods and not section:
                    self.twice(node, name)
                elif not section:
                    lo.methods[name] = node
                section = False
            elif _called(lo, node) == "section!":
                section = True
            elif _called(lo, node) in ("require_relative", "load", "eval"):
                self.loads = True
            elif node.type == "assignment" and field(node, "left").type == "constant":
                name = lo.text(field(node, "left"))
                if name not in lo.consts:
                    lo.consts[name] = node
                    lo.const_values[name] = thawed(lo, field(node, "right"))

    def twice(self, node: Node, name: str) -> None:
        first = self.lo.methods[name]
        span = self.lo.span(field(node, "name"))
        note = Note(self.lo.span(field(first, "name")), "the first one is here")
        self.lo.refuse(errors.MethodTwice(span, note, name=name))

    # ------------------------------------------------------------ statements

    def statement(self, node: Node) -> None:
        lo = self.lo
        word = _called(lo, node)
        if node.type == "method":
            self.definition(node)
        elif node.type == "class":
            self.class_(node)
        elif node.type == "assignment" and field(node, "left").type == "constant":
            self.constant(node)
        elif node.type == "assignment" and self.first_global(node):
            pass
        elif word in ("license", "license!"):
            self.license(node, word)
        elif word == "section!":
            self.section_word(node)
        elif word in lo.hook_words:
            self.probe(node, word)
        else:
            self.user(node)

    def user(self, node: Node) -> None:
        """A statement of the user half: only declarations inside it are looked for."""
        if self.misspelt(node):
            return
        if self.unit.user_half is None and _called(self.lo, node) != "require":
            self.unit.user_half = self.lo.span(node)
        self.misplaced(node)

    def misspelt(self, node: Node) -> bool:
        """A call with a block that is no hook and nothing of Ruby's, or one with a string that nearly says `license` or
        `section!`: refused."""
        lo, word = self.lo, _called(self.lo, node)
        args = node.child_by_field_name("arguments")
        block = node.child_by_field_name("block") is not None
        text = args is not None and any(c.type == "string" for c in args.children)
        if not word or word in lo.methods or not (block or text) or word in self.words:
            return False
        from rucy.lang.checker.suggest import nearest

        best = _ELSEWHERE.get(word) if block else None
        best = best or nearest(word, lo.hook_words if block else ("license", "section!"))
        if best is None and (not block or word in _WITH_BLOCK or self.loads):
            return False
        advice = f"did you mean `{best}`?" if best else "`rucy hooks` lists what there is"
        lo.refuse(errors.UnknownHook(lo.span(field(node, "method")), name=word, advice=advice))
        if best == "license":
            self.license(node, best)
        return True

    def misplaced(self, node: Node) -> None:
        """Reports declarations inside a statement or method."""
        stack = [node]
        while stack:
            inner = stack.pop()
            if inner.type in ("class", "module", "singleton_class"):
                continue
            word = _called(self.lo, inner)
            has_block = inner.child_by_field_name("block") is not None
            if word == "option" and is_option(self.lo, inner):
                self.lo.refuse(errors.OptionPlace(self.lo.span(inner), text=self.lo.brief(inner)))
                continue
            if word in ("license!", "section!") or (word in self.lo.hook_words and has_block):
                name = self.lo.span(inner.child_by_field_name("method") or inner)
                self.lo.refuse(errors.DeclarationPlace(name, name=word))
                continue
            stack.extend(reversed(inner.children))

    def license(self, node: Node, word: str) -> None:
        lo, span = self.lo, self.lo.span(node)
        args = _positional(lo, node)
        if len(args) != 1 or not isinstance(args[0], tree.Str):
            lo.refuse(errors.LicenseText(span, name=word))
        elif self.unit.license is not None:
            lo.refuse(errors.LicenseTwice(span, Note(self.unit.license.span, "the first one is here")))
        else:
            self.unit.license = tree.License(span, args[0].value.decode("utf-8", "replace"))

    def section_word(self, node: Node) -> None:
        lo, span = self.lo, self.lo.span(node)
        args = _positional(lo, node)
        if len(args) != 1 or not isinstance(args[0], tree.Str):
            lo.refuse(errors.SectionText(span))
            text = tree.Str(span, b"")
        else:
            text = args[0]
        if self.section is not None and self.section_span is not None:
            lo.refuse(errors.SectionTwice(span, Note(self.section_span, "the section before is here")))
        self.section, self.section_span = text, span

    def definition(self, node: Node) -> None:
        lo = self.lo
        name = lo.text(field(node, "name"))
        if name in self.words:
            lo.refuse(errors.ReservedName(lo.span(field(node, "name")), name=name))
        if self.section is None or self.section_span is None:
            self.misplaced(node)
            return
        span = self.section_span.cover(lo.span(node))
        method = self.method(node)
        self.unit.programs.append(tree.SectionProgram(span, self.section, method))
        self.section = self.section_span = None
        self.sections += 1

    def class_(self, node: Node) -> None:
        lo = self.lo
        if not is_struct(lo, node):
            self.other_classes.setdefault(lo.text(field(node, "name")), node)
            self.unit.classes.add(lo.text(field(node, "name")))
            return
        self.struct(node)

    def struct(self, node: Node) -> None:
        lo = self.lo
        struct = lower_struct(lo, node)
        if struct.name in self.unit.structs:
            note = Note(self.unit.structs[struct.name].name_span, "the first one is here")
            lo.refuse(errors.StructTwice(struct.name_span, note, name=struct.name))
            return
        self.unit.structs[struct.name] = struct
        self.struct_methods[struct.name] = methods_of(lo, node)
        self.classes.append((self.sections, struct))

    def constant(self, node: Node) -> None:
        lo = self.lo
        name, right = lo.text(field(node, "left")), field(node, "right")
        word = _called(lo, right)
        if lo.consts[name] is not node:
            return
        if word in lo.hook_words and right.child_by_field_name("block") is not None:
            self.probe(right, word)
        elif word in DECLARATION_WORDS:
            lo.needed_consts.setdefault(name, lo.span(field(node, "left")))

    def first_global(self, node: Node) -> bool:
        """`$x = literal`, the first at top level: the value that the object starts with."""
        left, right = field(node, "left"), field(node, "right")
        if left.type != "global_variable":
            return False
        name = self.lo.text(left)[1:]
        if name in self.globals or not self.is_initial(right):
            self.globals.setdefault(name, node)
            return False
        self.globals[name] = node
        return True

    def no_initial(self, right: Node, name: str) -> tree.Node:
        """Says that a global cannot begin with this."""
        lo, span, empty = self.lo, self.lo.span(right), not any(child.is_named for child in right.children)
        if right.type == "float" or not empty:
            return lo.refuse(errors.GlobalValue(span, name=name))
        array = f"; an Array of a fixed size is `${name} = [0] * 16`" if right.type == "array" else ""
        what = "an Array" if right.type == "array" else "a Hash"
        return lo.refuse(errors.GlobalCollection(span, name=name, what=what, upper=name.upper(), array=array))

    def is_initial(self, node: Node, inside: bool = False) -> bool:
        """Can a `$global` begin with it? A literal, an array of such, `[0] * 16`, `Conf.new(limit: 5)`; constants inside."""
        parts = [c for c in node.children if c.is_named and c.type != "comment"]
        match node.type:
            case "array":
                return bool(parts) and all(self.is_initial(part, True) for part in parts)
            case "binary":
                left, right = field(node, "left"), field(node, "right")
                times = self.lo.text(field(node, "operator")) == "*" and right.type in ("integer", "constant")
                return times and left.type == "array" and self.is_initial(left)
            case "call":
                return self.is_made(node)
            case "constant":
                return inside
        return _literal(node)

    def is_made(self, node: Node) -> bool:
        """`Conf.new(limit: 5)`, `Array.new(16, 0)`, `Array.new(4) { Conf.new }`, of what a `$global` can begin with."""
        recv, args = node.child_by_field_name("receiver"), node.child_by_field_name("arguments")
        name = self.lo.text(recv) if recv is not None else ""
        if self.lo.text(field(node, "method")) != "new" or not (name == "Array" or name in self.unit.structs):
            return False
        given = [c for c in args.children if c.is_named and c.type != "comment"] if args is not None else []
        values = [pair.child_by_field_name("value") if pair.type == "pair" else pair for pair in given]
        block = node.child_by_field_name("block")
        body = block.child_by_field_name("body") if block is not None else None
        if block is not None:
            inside = [c for c in body.children if c.is_named and c.type != "comment"] if body is not None else []
            values += inside if len(inside) == 1 and name == "Array" else [None]
        return all(value is not None and self.is_initial(value, True) for value in values)

    def probe(self, node: Node, word: str) -> None:
        lo, span = self.lo, self.lo.span(node)
        block = node.child_by_field_name("block")
        args = node.child_by_field_name("arguments")
        method = node.child_by_field_name("method") or node
        where = lo.span(method)
        if word == "struct_ops":
            lo.refuse(errors.StructOps(where))
            return
        nodes = [c for c in args.children if c.is_named] if args is not None else []
        positional, options, passed = arguments(lo, nodes)
        if passed is not None:
            lo.refuse(errors.HookBlockArgument(where, name=word, text=lo.brief(passed)))
            return
        if block is None:
            shown = " " + lo.brief(args) if args is not None else ""
            lo.refuse(errors.HookWithoutBlock(where, name=word, args=shown))
            return
        body = lower_block(lo, block, word, "probe")
        body.body = without_result(body.body)
        self.unit.programs.append(tree.Probe(span, word, tuple(positional), tuple(options), body, where))

    # ------------------------------------------------------------ methods

    def struct_method(self, struct: tree.Struct, node: Node) -> tree.Method:
        """A method of a struct: its first parameter is the object."""
        lo = self.lo
        own = self.struct_methods[struct.name]
        lo.struct = frozenset(attr.name for attr in struct.attrs) | frozenset(own)
        lo.self_var = tree.Var("self", lo.span(field(node, "name")))
        made = self.method(node)
        made.params = (tree.Parameter(lo.self_var.span, lo.self_var, None, False), *made.params)
        lo.struct = lo.self_var = None
        return made

    def method(self, node: Node) -> tree.Method:
        lo = self.lo
        outer = lo.scope, lo.frames, lo.block_var, lo.yields
        lo.scope, lo.block_var, lo.yields = Scope(), None, False
        lo.frames = [Frame("method", tree.Label("next"), tree.Label("break"))]
        params = self.parameters(node)
        body = lower_own_body(lo, node)
        yields = lo.yields
        if yields:
            given = {param.var for param in params}
            body = reset_locals(body, [var for var in lo.scope.names.values() if var not in given])
        lo.scope, lo.frames, lo.block_var, lo.yields = outer
        source = node.child_by_field_name("parameters")
        if any(child.type in _COLLECTING for child in (source.children if source is not None else ())):
            body = tree.Bad(body.span)  # what it does with them has been refused, and calls of it are
        name = field(node, "name")
        return tree.Method(lo.span(node), lo.text(name), params, body, lo.span(name), yields)

    def parameters(self, node: Node) -> tuple[tree.Parameter, ...]:
        lo = self.lo
        source = node.child_by_field_name("parameters")
        params: list[tree.Parameter] = []
        parts = source.children if source is not None else []
        own = next((field(child, "name") for child in parts if child.type == "block_parameter" and len(child.children) > 1), None)
        lo.later_block = lo.text(own) if own is not None else ""
        for child in parts:
            if not child.is_named or child.type == "comment":
                continue
            name = child if lo.is_name(child) else child.child_by_field_name("name")
            if child.type == "block_parameter":
                lo.block_var = tree.Var(lo.text(name) if name is not None else "&", lo.span(child))
                lo.scope.names[lo.block_var.name] = lo.block_var
                lo.later_block = ""
                continue
            if child.type not in ("optional_parameter", "keyword_parameter") and not lo.is_name(child):
                lo.refuse(self.refused_parameter(child))
                if name is None:
                    continue
            assert name is not None
            var = tree.Var(lo.text(name), lo.span(name))
            lo.scope.names[var.name] = var
            value = child.child_by_field_name("value")
            default = lo.lower(value) if value is not None else None
            params.append(tree.Parameter(lo.span(child), var, default, child.type == "keyword_parameter"))
        return tuple(params)

    def refused_parameter(self, node: Node) -> Diagnostic:
        refusal = KINDS[node.type].refusal or errors.BlockParameterKind
        return self.lo.refusal(refusal, node)

    # ------------------------------------------------------------ what the kernel half mentions

    def needed(self) -> None:
        """Lowers methods, constants and first values of globals that are mentioned, until nothing new is."""
        lo, unit = self.lo, self.unit
        lo.scope = Scope()
        done_consts: set[str] = set()
        done_globals: set[str] = set()
        while True:
            methods = [name for name in lo.needed_methods if name not in unit.methods]
            self.meant_as_structs()
            consts = [name for name in lo.needed_consts if name not in done_consts and name in lo.consts]
            members = self.members()
            globals_ = [name for name in lo.needed_globals if name not in done_globals]
            if not methods and not consts and not members and not globals_:
                break
            for name in globals_:
                done_globals.add(name)
                self.global_value(name)
            for struct, definition in members:
                struct.methods += (self.struct_method(struct, definition),)
            for name in methods:
                unit.methods[name] = self.method(lo.methods[name])
            for name in consts:
                done_consts.add(name)
                self.const(name)
        unit.consts = dict(sorted(unit.consts.items(), key=lambda item: item[1].span.start))
        unit.methods = dict(sorted(unit.methods.items(), key=lambda item: item[1].span.start))
        unit.globals = {name: unit.globals[name] for name in lo.needed_globals if name in unit.globals}

    def meant_as_structs(self) -> None:
        """Classes that kernel code names and whose attrs have no types, or unknown ones: they are told what these are."""
        for name in [name for name in self.lo.needed_consts if name in self.other_classes]:
            node = self.other_classes.pop(name)
            if name not in self.unit.structs and has_attrs(self.lo, node):
                self.struct(node)

    def global_value(self, name: str) -> None:
        """The first value of a `$global` that the kernel half names."""
        lo, node = self.lo, self.globals.get(name)
        if node is None:
            return
        right = field(node, "right")
        if self.is_initial(right):
            self.unit.globals[name] = tree.GlobalDecl(lo.span(node), name, lo.lower(right))
        elif right.type in ("float", "array", "hash"):
            refused = self.no_initial(right, name)
            self.unit.globals[name] = tree.GlobalDecl(lo.span(node), name, refused)

    def members(self) -> list[tuple[tree.Struct, Node]]:
        """Methods of structs that bear a name which kernel code calls on some value, and are not lowered yet."""
        out: list[tuple[tree.Struct, Node]] = []
        for name, own in self.struct_methods.items():
            struct = self.unit.structs[name]
            done = {method.name for method in struct.methods}
            out += [(struct, node) for name, node in own.items() if name in self.lo.needed_members and name not in done]
        return out

    def const(self, name: str) -> None:
        lo = self.lo
        node = lo.consts[name]
        for other in self.statements:
            assigns = other.type in ("assignment", "operator_assignment") and other is not node
            if assigns and lo.text(field(other, "left")) == name:
                first = Note(lo.span(field(node, "left")), "the first one is here")
                lo.refuse(errors.ConstantTwice(lo.span(field(other, "left")), first, name=name))
        right = field(node, "right")
        if _called(lo, right) in lo.hook_words and right.child_by_field_name("block") is not None:
            return
        lo.scope = Scope(user=self.locals_at.get(node.start_byte, frozenset()))
        word = _called(lo, right)
        if word in DECLARATION_WORDS and not in_object(lo, lo.span(field(node, "left")), name):
            self.unit.consts[name] = tree.ConstDecl(lo.span(node), name, tree.Bad(lo.span(node)))
            return
        value: tree.Node
        if word == "option":
            value = lower_option(lo, right, name)
        elif word not in MAP_WORDS and is_computed(lo, right):
            value = tree.ComputedDecl(lo.span(right), name, kind_of(lo, right))
        else:
            value = lower_map(lo, right, name) if word in MAP_WORDS else right_side(lo, right)
        self.unit.consts[name] = tree.ConstDecl(lo.span(node), name, value)

    def contexts(self) -> None:
        """A class that nothing names and that stands after the method of the `section!` before is the next one's context."""
        programs = [i for i, p in enumerate(self.unit.programs) if isinstance(p, tree.SectionProgram) and p.method]
        named = _names(self.lo, self.statements)
        taken: dict[int, tree.Struct] = {}
        for before, struct in self.classes:
            if before >= len(programs) or named.get(struct.name, 0) > 1:
                continue
            index = programs[before]
            if index in taken:
                note = Note(taken[index].name_span, "the other one is here")
                error = errors.TwoContexts(struct.name_span, note, first=taken[index].name, second=struct.name)
                self.lo.refuse(error)
                continue
            taken[index] = struct
            struct.context_of = index


def _names(lo: Lowering, statements: list[Node]) -> dict[str, int]:
    """How often each constant's name stands in the file."""
    counts: dict[str, int] = {}
    stack = list(statements)
    while stack:
        node = stack.pop()
        if node.type == "constant":
            name = lo.text(node)
            counts[name] = counts.get(name, 0) + 1
        stack.extend(node.children)
    return counts


def _called(lo: Lowering, node: Node) -> str:
    """The name of the method that a statement calls without receiver; "" for anything else."""
    if node.type == "identifier":
        return lo.text(node)
    if node.type != "call" or node.child_by_field_name("receiver") is not None:
        return ""
    method = node.child_by_field_name("method")
    return lo.text(method) if method is not None and method.type == "identifier" else ""


def _positional(lo: Lowering, node: Node) -> list[tree.Node]:
    args = node.child_by_field_name("arguments")
    if args is None:
        return []
    positional, kwargs, _ = arguments(lo, [c for c in args.children if c.is_named])
    return positional + [value for _, value in kwargs]


def _literal(node: Node) -> bool:
    if node.type == "unary":
        return node.children[0].type == "-" and field(node, "operand").type == "integer"
    if node.type == "string":
        return all(child.type != "interpolation" for child in node.children)
    return node.type in ("integer", "true", "false", "nil")
