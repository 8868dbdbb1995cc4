"""Methods of the program: one instance for each shape of arguments and each site, its types joined over all calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.control import tail_value
from rucy.lang.checker.flow import Flow
from rucy.lang.checker.infer import settled, shape
from rucy.lang.checker.state import Checker, Frame, Instance, Sink, bad
from rucy.lang.types import NEVER, NIL, BytesType, ElementsType, OptType, StructType, Type
from rucy.source import Note

if TYPE_CHECKING:
    from rucy.source import Span


def call(
    ck: Checker, node: tree.Send, used: bool, method: tree.Method | None = None, recv: typed.Node | None = None, name: str = ""
) -> tree.Node | typed.Node:
    """A call of a method of the program, or of a struct's `method` on `recv`, which its first parameter takes."""
    method = method or ck.unit.methods[node.name]
    if isinstance(method.body, tree.Bad):
        for arg in node.args:
            ck.expr(arg)
        return bad(node.span)
    bound = _bind(ck, node, method, recv is not None)
    if isinstance(node.block, tree.Block) and bound is not None:
        if method.yields or method in ck.copied_methods:
            from rucy.lang.checker import blocks

            return blocks.inline(ck, node, method, bound, recv)
        ck.say("UnusedBlock", node.name_span, _defined(method), name=node.name)
    elif bound is not None and method in ck.copied_methods:
        from rucy.lang.checker import blocks

        return blocks.inline(ck, node, method, bound, recv)
    if bound is None:
        for arg in node.args:
            ck.expr(arg)
        return bad(node.span)
    values = [(param, ck.value(arg)) for param, arg in bound]
    if recv is not None:
        values.insert(0, (method.params[0], recv))
    if not all(settled(value.type) for _, value in values):
        return bad(node.span)
    instance = _instance(ck, method, values, name or method.name)
    by_param = {param.var: i for i, param in enumerate(instance.given)}
    for i, (param, value) in enumerate(_in_order(values, by_param)):
        if ck.maps:
            from rucy.lang.checker.storage import note

            note(ck, instance.frame.vars.setdefault(param.var, typed.Var(param.var.name, NEVER, param.var.span)), value)
        both = ck.raise_type(instance.types[i], value.type)
        assert both is not None, "a shape says that they fit"
        instance.types[i] = both
    ck.reached.setdefault(instance)
    if not instance.live and not ck.flow.dead:
        instance.live = ck.changed = True
    if not instance.call and values:
        given = ", ".join(f"`{param.var.name}` is {ck.called(value.type)}" for param, value in values)
        instance.call = (Note(node.name_span, f"called from here, where {given}"),)
    if not instance.call and method.yields:
        instance.call = (Note(node.name_span, "called from here"),)
    if used and not instance.used:
        instance.used = ck.changed = True
        instance.frame.result = NEVER
    ck.frame.callees.setdefault(instance.frame.key, node.name_span)
    result = instance.frame.result
    if instance.refused:
        return bad(node.span)
    if ck.site.context in ("__sk_buff", "xdp_md"):
        from rucy.lang.checker import packets

        packets.may_move(ck, (node,))
    if ck.structs or ck.unit.globals:
        from rucy.lang.checker.structs import passed

        passed(ck, [value for _, value in _in_order(values, by_param)], instance, node.span)
    args = tuple(coerce(ck, value, instance.types[by_param[param.var]]) for param, value in _in_order(values, by_param))
    if result == NEVER:  # not known yet, or it never comes back
        return typed.CallMethod(node.span, NEVER, instance.typed, args)
    return typed.CallMethod(node.span, result, instance.typed, args)


def _in_order(
    values: list[tuple[tree.Parameter, typed.Node]], order: dict[tree.Var, int]
) -> list[tuple[tree.Parameter, typed.Node]]:
    return sorted(values, key=lambda pair: order[pair[0].var])


def _bind(
    ck: Checker, node: tree.Send, method: tree.Method, of_object: bool = False
) -> list[tuple[tree.Parameter, tree.Node]] | None:
    """Which argument goes to which parameter, in the order of evaluation; None if they do not fit."""
    positional = [p for p in method.params if not p.keyword][int(of_object) :]
    least = sum(1 for p in positional if p.default is None)
    if not least <= len(node.args) <= len(positional):
        takes = str(least) if least == len(positional) else f"{least} to {len(positional)}"
        ck.say("WrongArity", node.name_span, _defined(method), name=node.name, takes=takes, given=len(node.args))
        return None
    spare = len(node.args) - least
    bound: list[tuple[tree.Parameter, tree.Node]] = []
    args = iter(node.args)
    for param in positional:
        if param.default is not None:
            if not spare:
                continue
            spare -= 1
        bound.append((param, next(args)))
    keywords = {p.var.name: p for p in method.params if p.keyword}
    known = ", ".join(f"{word}:" for word in keywords) or "none"
    for word, value in node.kwargs:
        if word not in keywords:
            from rucy.lang.checker.suggest import keyword

            ck.say("UnknownKeyword", keyword(word, value), _defined(method), name=node.name, word=word, known=known)
            return None
        bound.append((keywords.pop(word), value))
    missing = [word for word, param in keywords.items() if param.default is None]
    if missing:
        words = ", ".join(f"{word}:" for word in missing)
        ck.say("MissingKeyword", node.name_span, _defined(method), name=node.name, words_=words)
        return None
    return bound


def _defined(method: tree.Method) -> Note:
    return Note(method.name_span, "it is defined here")


def _instance(ck: Checker, method: tree.Method, values: list[tuple[tree.Parameter, typed.Node]], name: str) -> Instance:
    shapes = {param.var: shape(value.type) for param, value in values}
    given = tuple(param for param in method.params if param.var in shapes)
    key = (name, tuple(p.var.name for p in given), tuple(shapes[p.var] for p in given), ck.site)
    known = ck.instances.get(key)
    if known is None:
        known = ck.instances[key] = Instance(method, Frame(ck.site, key), given, name)
        ck.changed = True
    return known


def check_instance(ck: Checker, instance: Instance) -> None:
    """Check a method's body for one instance."""
    frame = ck.frame = instance.frame
    frame.callees = {}
    method = instance.method
    ck.flow = Flow(dead=not instance.live)
    for param, type_ in zip(instance.given, instance.types):
        target = ck.var(param.var)
        frame.sites[target] = None
        target.type = ck.raise_type(target.type, type_) or target.type
        ck.assigned(target, False)
    lead: list[typed.Node] = []
    for param in method.params:
        if param not in instance.given and param.default is not None:
            lead.append(ck.write(ck.var(param.var), ck.value(param.default)))
    sink = _returns(ck, instance, instance.used)
    frame.sink = sink
    body = tail_value(ck, method.body, sink)
    made = instance.typed
    made.params = tuple(ck.var(param.var) for param in instance.given)
    made.result = frame.result
    made.body = with_unset(frame, method.span, [*lead, body])


def _returns(ck: Checker, instance: Instance, used: bool) -> Sink:
    """Joins what the method ends in; a method whose value nobody wants gives nil."""
    frame = instance.frame

    def drop(value: typed.Node) -> typed.Node:
        frame.result = sink.type
        plain = isinstance(value, typed.Nil)
        return value if plain or not settled(value.type) else coerce(ck, value, NIL)

    def convert(value: typed.Node) -> typed.Node:
        if not settled(value.type):
            return value
        of = value.type.of if isinstance(value.type, OptType) else value.type
        if isinstance(of, StructType | ElementsType | BytesType) and getattr(of, "place", "frame") == "frame":
            ck.copied_methods.add(instance.method)  # from the next round on it is copied into its calls
            ck.changed = True
            return bad(value.span)
        both = ck.raise_type(frame.result, ck.reaching(value.type))
        if both is None:
            instance.refused = True
            return ck.say("ReturnTypes", value.span, old=ck.called(frame.result), new=ck.called(value.type))
        frame.result = sink.type = both
        return coerce(ck, value, both)

    sink = Sink(convert, frame.result) if used else Sink(drop, NIL, False)
    return sink


def with_unset(frame: Frame, span: Span, items: list[typed.Node]) -> typed.Node:
    """A body, behind `x = nil` for each variable that a path reads without having assigned it."""
    from rucy.lang.types import U64, PtrType

    lead: list[typed.Node] = []
    for var in sorted(frame.unset, key=lambda v: v.span.start):
        nil: typed.Node = typed.Nil(var.span, var.type if var.type != NIL else NIL)
        if isinstance(var.type, PtrType):
            nil = typed.PtrCast(var.span, var.type, typed.Int(var.span, U64, 0))
        lead.append(typed.Write(var.span, var.type, var, nil))
    items = [*lead, *items]
    return items[0] if len(items) == 1 else typed.Seq(span, items[-1].type, tuple(items))


def find_recursion(ck: Checker, roots: list[Frame]) -> None:
    """A method that reaches itself is refused where it does."""
    frames = {instance.frame.key: instance for instance in ck.instances.values()}
    state: dict[object, int] = {}

    def visit(frame: Frame) -> None:
        state[frame.key] = 1
        for key, span in frame.callees.items():
            instance = frames[key]
            if state.get(key) == 1:
                ck.say("Recursion", span, name=instance.method.name)
            elif key not in state:
                visit(instance.frame)
        state[frame.key] = 2

    for frame in roots:
        visit(frame)


__all__ = ["Type", "call", "check_instance", "find_recursion", "with_unset"]
