"""Names in the user half that nothing has: found when a tool is built, and not when it has run for an hour.

In: the file, what the kernel half took of it, and all names of the runtime, which lists them itself (`--rucy-names`). Out:
errors, in the order of the text.

Ruby finds methods while it runs, so that a class cannot be asked what it has. A name is an error only where nothing at all has
it: no class of the runtime, no `def`, `attr` or `Struct.new` of the file, no record of the object. Files that make methods of
names which they compute, or that expect a name to be missing, are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from rucy.frontends.ruby import absent
from rucy.frontends.ruby import user_errors as errors
from rucy.frontends.ruby.draft import expression
from rucy.frontends.ruby.read import Reading, read
from rucy.frontends.ruby.user_half import is_flag
from rucy.frontends.ruby.user_own import Own, is_computed_text
from rucy.lang.checker.suggest import nearest
from rucy.lang.tree import Probe, SectionProgram, Unit
from rucy.records import NamedTuple
from rucy.source import Diagnostic, SourceFile, Span


class Names(NamedTuple):
    """What the runtime has. `methods`: of all classes; `own`: of single objects; `constants`: of all classes and modules;
    `globals`; `main`: what a call without a receiver finds at the top level; `top`: constants there; `module`: what each class
    and module has, as an object; `modules`: what those at the top level have of their own."""

    methods: frozenset[str]
    own: frozenset[str]
    constants: frozenset[str]
    globals: frozenset[str]
    main: frozenset[str]
    top: frozenset[str]
    module: frozenset[str]
    modules: dict[str, frozenset[str]]


class Outside(NamedTuple):
    """Names from elsewhere. `words`: hooks, which the runtime is told of; `kernel`: words of the kernel half alone; `stored`:
    names in the object, fields of records among them; `shipped`: constants that are written into the program as numbers;
    `probes`: what `attach` and `detach` take."""

    words: frozenset[str]
    kernel: frozenset[str]
    stored: frozenset[str]
    shipped: frozenset[str]
    probes: frozenset[str]


def names_from(text: str) -> Names | None:
    """What `--rucy-names` has printed; None of a runtime that does not know it."""
    try:
        all = json.loads(text)
        modules = {name: frozenset(methods) for name, methods in all["modules"].items()}
        return Names(**{name: frozenset(all[name]) for name in Names._fields if name != "modules"}, modules=modules)
    except (ValueError, KeyError, TypeError):
        return None


def unknown_names(file: SourceFile, unit: Unit, names: Names, outside: Outside) -> list[Diagnostic]:
    """`unit`: of a file without errors."""
    reading = read(file.text)
    own = Own(file.text, reading)
    if own.open or reading.tree.root_node.has_error:
        return []
    search = _Search(file, reading, unit, names, outside, own)
    return sorted(search.run(), key=lambda found: found.span.start)


#: Where a name is not asked for, but given.
_GIVEN = frozenset(["alias", "undef"])
_BLOCKS = frozenset(["block", "do_block", "lambda"])
_TARGETS = frozenset(["identifier", "constant", "scope_resolution", "global_variable"])
_CLASSES = frozenset(["class", "module", "singleton_class"])
_NUMBERS = {"rational": "a Rational", "complex": "a Complex number"}


class _Search:
    """One walk over the user half. Methods of the top level are looked at when something calls them: the kernel half may have
    words in its own that the user half has not."""

    def __init__(
        self, file: SourceFile, reading: Reading, unit: Unit, names: Names, outside: Outside, own: Own
    ) -> None:
        self.file, self.reading, self.names, self.outside, self.own = file, reading, names, outside, own
        self.kernel_methods = frozenset(unit.methods)
        self.left_out = set(_kernel_half(unit))
        self.file_locals = frozenset(name for names in reading.locals_at.values() for name in names)
        self.definitions: dict[str, Node] = {}
        self.mentioned: list[str] = []
        self.found: list[Diagnostic] = []

    def run(self) -> list[Diagnostic]:
        root = self.reading.tree.root_node
        for node in root.named_children:
            if node.type == "method" and (node.start_byte, node.end_byte) not in self.left_out:
                self.definitions[self.text(_name_of(node))] = node
        self.walk(root, nested=False, in_class=False)
        done: set[str] = set()
        while self.mentioned:
            name = self.mentioned.pop()
            if name in self.definitions and name not in done:
                done.add(name)
                for child in self.definitions[name].children:
                    self.walk(child, nested=False, in_class=False)
        return self.found

    def text(self, node: Node | None) -> str:
        return self.file.text[node.start_byte : node.end_byte].decode("utf-8", "replace") if node is not None else ""

    def span(self, node: Node) -> Span:
        return Span(self.file, node.start_byte, node.end_byte)

    # ------------------------------------------------------------ the walk

    def walk(self, root: Node, nested: bool, in_class: bool) -> None:
        """`nested`: in a block, whose `self` may be any object; `in_class`: where constants and methods of others are at hand."""
        stack = [(root, nested, in_class)]
        while stack:
            node, nested, in_class = stack.pop()
            node = expression(self.reading.grafts, node)
            if (node.start_byte, node.end_byte) in self.left_out or node.type in _GIVEN or self.is_asked(node):
                continue
            if node.type == "method" and self.definitions.get(self.text(_name_of(node))) == node:
                continue
            self.look(node, nested, in_class)
            inner = nested or node.type in _BLOCKS, in_class or node.type in _CLASSES
            stack += [(child, *inner) for child in reversed(self.parts(node))]

    def is_asked(self, node: Node) -> bool:
        return node.type == "unary" and bool(node.children) and self.text(node.children[0]) == "defined?"

    def parts(self, node: Node) -> list[Node]:
        """Its children that are expressions, as far as the grammar says."""
        if node.type == "call":
            return [child for child in node.children if child != node.child_by_field_name("method")]
        if node.type in ("class", "module", "method", "singleton_method"):
            name = node.child_by_field_name("name")
            return [child for child in node.children if child != name]
        if node.type == "scope_resolution":
            scope = node.child_by_field_name("scope")
            return [scope] if scope is not None else []
        if node.type == "assignment":
            return [child for child in node.children if not self.is_target(node, child)]
        return node.children

    def is_target(self, node: Node, child: Node) -> bool:
        return child == node.child_by_field_name("left") and child.type in _TARGETS

    def look(self, node: Node, nested: bool, in_class: bool) -> None:
        match node.type:
            case "identifier" if node.start_byte in self.reading.calls:
                self.bare(node, in_class or (nested and self.own.other_self))
            case "call":
                self.call(node, nested, in_class)
            case "constant":
                self.constant(node, in_class or self.own.includes)
            case "scope_resolution":
                self.constant(node, node.child_by_field_name("scope") is not None)
            case "block_argument":
                self.symbol(node)
            case "regex":
                if "Regexp" not in self.names.top:
                    self.found.append(errors.UserRegexp(self.span(node), text=_short(self.text(node))))
            case "global_variable":
                self.global_variable(node)
            case "binary":
                self.binary(node)
            case "element_reference":
                self.element(node)
            case "rational" | "complex" as kind:
                self.found.append(errors.UserNumber(self.span(node), text=self.text(node), kind=_NUMBERS[kind]))
            case "simple_symbol":
                name = self.text(node)[1:]
                if name not in self.kernel_methods:  # `method(:name)`, `send :name`
                    self.mentioned.append(name)

    # ------------------------------------------------------------ names

    def bare(self, node: Node, any_self: bool) -> None:
        """A call without a receiver."""
        name = self.text(node)
        self.mentioned.append(name)
        known = self.names.methods if any_self else self.names.main
        if name in known or name in self.own.methods or name in self.outside.words:
            return
        if name[:1] == "_" and name[1:].isdigit():  # a block's numbered parameter
            return
        span = self.span(node)
        if name in self.file_locals and _in_method(node):
            self.found.append(errors.UserLocalOutside(span, name=name, upper=name.upper()))
            return
        instead = absent.METHODS.get(name) or absent.CONSTANTS.get(name)  # `Complex(1, 2)`
        if instead is None and name in self.outside.kernel:
            advice = "use it inside a probe, and send its value through a map or ring"
            advice = "write `Process.pid`" if name == "pid" else advice
            self.found.append(errors.UserNameOfKernel(span, name=name, advice=advice))
            return
        best = nearest(name, {*self.names.main, *self.own.methods, *self.outside.words})
        advice = instead or _meant(best, f"define it: `def {name} … end`, or assign it first: `{name} = 0`")
        self.found.append(errors.UserName(span, name=name, advice=advice))

    def call(self, node: Node, nested: bool, in_class: bool) -> None:
        receiver, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
        if method is None or method.type not in ("identifier", "constant"):
            return
        name = self.text(method)
        if receiver is None:
            if name == "require":
                self.library(node)
            if name in ("attach", "detach") and name not in self.own.methods:
                self.probe(node, name)
            self.bare(method, in_class or (nested and self.own.other_self))
            return
        if name not in self.kernel_methods:
            self.mentioned.append(name)
        if receiver.type == "self":
            self.mentioned.append(name)
        owner = self.text(receiver)
        if owner.startswith("Rucy::"):
            return
        own = self.names.modules.get(owner) if receiver.type == "constant" and owner not in self.own.constants else None
        if own is not None and not self.own.includes:
            if name not in own and name not in self.names.module and name not in self.own.methods:
                self.module_method(method, owner, own)
        elif not self.is_method(name) and not self.is_absent(receiver):
            self.found.append(errors.UserMethod(self.span(method), name=name, advice=self.method_advice(name)))

    def probe(self, node: Node, word: str) -> None:
        """`attach :name`"""
        args = node.child_by_field_name("arguments")
        given = args.named_children[:1] if args is not None else []
        if not given or given[0].type not in ("simple_symbol", "string") or is_computed_text(given[0]):
            return
        name = self.text(given[0])[1:].rstrip("\"'")
        if name not in self.outside.probes:
            advice = _meant(nearest(name, self.outside.probes), "give one a name: `xdp name: :filter, attach: false do …`")
            self.found.append(errors.UserProbe(self.span(given[0]), word=word, name=name, advice=advice))

    def element(self, node: Node) -> None:
        """`Dir["*"]`: a class or module of the runtime has its own `[]`, or none."""
        owner = node.child_by_field_name("object")
        name = self.text(owner)
        own = self.names.modules.get(name) if owner is not None and owner.type == "constant" else None
        if owner is None or own is None or name in self.own.constants or self.own.includes:
            return
        if not {"[]"} & (own | self.names.module | self.own.methods):
            advice = absent.METHODS.get(f"{name}.[]") or f"it has {_some(own)}"
            self.found.append(errors.UserModuleMethod(self.span(node), owner=name, name="[]", advice=advice))

    def is_absent(self, node: Node) -> bool:
        """A constant that is not there, of which that is said."""
        name = self.text(node)
        return node.type == "constant" and name not in self.own.constants and name not in self.names.constants

    def symbol(self, node: Node) -> None:
        """`map(&:name)`"""
        symbol = node.named_children[0] if node.named_children else node
        name = self.text(symbol)[1:]
        if symbol.type == "simple_symbol" and not self.is_method(name):
            self.found.append(errors.UserMethod(self.span(symbol), name=name, advice=self.method_advice(name)))

    def is_method(self, name: str) -> bool:
        """Does any object have it? `x.name += 1` asks for two."""
        setter = name + "="
        mine = name in self.own.methods or setter in self.own.methods or name in self.outside.stored
        return mine or not {name, setter}.isdisjoint(self.names.methods | self.names.own)

    def method_advice(self, name: str) -> str:
        best = nearest(name, {*self.names.methods, *self.names.own, *self.own.methods, *self.outside.stored})
        return absent.METHODS.get(name) or _meant(best, "nothing of that name is defined in the file, or in the runtime")

    def module_method(self, method: Node, owner: str, own: frozenset[str]) -> None:
        name = self.text(method)
        if name[:1].isupper():  # `Process::CONSTANT` of some grammars
            return
        advice = absent.METHODS.get(f"{owner}.{name}") or absent.METHODS.get(name)
        advice = advice or _meant(nearest(name, {*own, *self.names.module}), f"it has {_some(own)}")
        self.found.append(errors.UserModuleMethod(self.span(method), owner=owner, name=name, advice=advice))

    def constant(self, node: Node, anywhere: bool) -> None:
        name = self.text(node.child_by_field_name("name") if node.type == "scope_resolution" else node)
        known = self.names.constants if anywhere else self.names.top
        if node.type == "constant" and (name in self.outside.shipped or is_flag(node)):
            return
        if name in known or name in self.own.constants or "const_missing" in self.names.modules.get(self.scope(node), ()):
            return
        advice = absent.CONSTANTS.get(name)
        if advice is None and (scope := self.scope(node)):
            best = nearest(name, {*self.names.constants, *self.own.constants})
            advice = _meant(best, f"`{scope}` has none of that name, here or in the file")
        elif advice is None:
            advice = _meant(nearest(name, {*self.names.top, *self.own.constants}), f"assign it first: `{name} = …`")
        self.found.append(errors.UserConstant(self.span(node), name=name, advice=advice))

    def scope(self, node: Node) -> str:
        """`Errno` of `Errno::ENOENT`."""
        return self.text(node.child_by_field_name("scope")) if node.type == "scope_resolution" else ""

    def library(self, node: Node) -> None:
        args = node.child_by_field_name("arguments")
        given = args.named_children if args is not None else []
        texts = [arg for arg in given if arg.type == "string" and not is_computed_text(arg)]
        name = self.text(texts[0])[1:-1] if texts else ""
        known = absent.LIBRARIES.get(name)
        if not name or "LoadError" in self.file.text.decode("utf-8", "replace") or known in self.names.top:
            return
        advice = absent.CONSTANTS.get(known or "", "leave the line out, and write what you need of it in the file")
        self.found.append(errors.UserLibrary(self.span(node), name=name, advice=advice))

    def global_variable(self, node: Node) -> None:
        name = self.text(node)
        if name in self.names.globals or name in self.own.globals:
            return
        advice = absent.GLOBALS.get(name, absent.GLOBALS["$~"] if name[1:].isdigit() else None)
        if advice is not None:
            self.found.append(errors.UserGlobal(self.span(node), name=name, advice=advice))

    def binary(self, node: Node) -> None:
        operator = self.text(node.child_by_field_name("operator"))
        if operator not in ("=~", "!~") or "=~" in self.names.methods or "=~" in self.own.methods:
            return
        if all(child.type != "regex" for child in node.children):  # a literal is told of by itself
            at = node.child_by_field_name("operator")
            assert at is not None
            self.found.append(errors.UserMethod(self.span(at), name=operator, advice=absent.METHODS["=~"]))


def _name_of(node: Node) -> Node | None:
    return node.child_by_field_name("name") if node.type == "method" else None


def _in_method(node: Node) -> bool:
    above = node.parent
    while above is not None and above.type not in ("method", "singleton_method"):
        above = above.parent
    return above is not None


def _kernel_half(unit: Unit) -> Iterator[tuple[int, int]]:
    """Where code stands that the user half never runs."""
    for program in unit.programs:
        if isinstance(program, Probe):
            yield program.block.span.start, program.block.span.end
        elif isinstance(program, SectionProgram) and program.method is not None:
            yield program.method.span.start, program.method.span.end
    for struct in unit.structs.values():
        for method in struct.methods:
            yield method.span.start, method.span.end


def _meant(best: str | None, otherwise: str) -> str:
    return f"did you mean `{best}`?" if best else otherwise


def _some(names: Iterable[str]) -> str:
    shown = sorted(name for name in names if name[0].isalpha())
    return ", ".join(f"`{name}`" for name in shown[:12]) + (" …" if len(shown) > 12 else "") if shown else "no methods of its own"


def _short(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= 40 else line[:39] + "…"


__all__ = ["Names", "Outside", "names_from", "unknown_names"]
