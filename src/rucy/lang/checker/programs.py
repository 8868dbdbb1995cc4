"""Probes and section programs: hook, target, name, licence of the whole; then each body with its arguments and result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.lang import tree, typed
from rucy.lang.checker import arguments, context, results, symbols, targets
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.control import tail_value
from rucy.lang.checker.flow import Flow
from rucy.lang.checker.methods import with_unset
from rucy.lang.checker.state import Checker, Exit, Frame, Site
from rucy.lang.types import CtxType, IntType
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.kernel.hooks import Hook
    from rucy.kernel.results import Result
    from rucy.source import Span


class Plan(NamedTuple):
    """One program that is to be checked: a probe has one for each target."""

    key: tuple[int, str]
    name: str
    section: str
    site: Site
    target: str
    options: dict[str, Any]
    span: Span
    params: tuple[tree.Var, ...]
    body: tree.Node
    label: tree.Label | None  # leaves the body with a value
    args: arguments.Arguments | None  # None: what is known of them has been refused


def check_programs(ck: Checker) -> list[tuple[typed.Program, Frame]]:
    """Check all programs once; what was refused of one does not stop the next."""
    made: list[tuple[typed.Program, Frame]] = []
    names: set[str] = set()
    for at, program in enumerate(ck.unit.programs):
        plans = _probe(ck, at, program) if isinstance(program, tree.Probe) else _section(ck, at, program)
        for plan in plans:
            made.append(_check(ck, plan, symbols.of_program(ck, plan, names)))
    return made


def _check(ck: Checker, plan: Plan, name: str) -> tuple[typed.Program, Frame]:
    frame = ck.frames.get(plan.key)
    if frame is None:
        frame = ck.frames[plan.key] = Frame(plan.site, plan.key)
    ck.frame = frame
    frame.callees = {}
    ck.flow = Flow()
    program = typed.Program(name, plan.section, plan.span)
    program.prog_type, program.attach_type = plan.site.prog_type, plan.site.attach_type
    program.hook, program.target, program.options = plan.site.hook, plan.target, plan.options
    program.neutral = plan.site.result.neutral
    bound = _bind(ck, plan)
    sink = results.sink(ck)
    frame.sink = sink
    if plan.label is not None:
        frame.exits[plan.label] = Exit(True, sink, leaves=True)
    body = tail_value(ck, plan.body, sink)
    program.args = tuple((var, coerce(ck, node, var.type)) for var, node in bound)
    program.body = with_unset(frame, plan.span, [body])
    return program, frame


def _bind(ck: Checker, plan: Plan) -> list[tuple[typed.Var, typed.Node]]:
    """Give the block's parameters their types; those that are the context stand for it and need no value."""
    bound: list[tuple[typed.Var, typed.Node]] = []
    if plan.args is not None and plan.args.limit is not None and len(plan.params) > plan.args.limit:
        extra = plan.params[plan.args.limit]
        ck.say("TooManyParameters", extra.span, given=len(plan.params), has=plan.args.limit, what=plan.args.what,
               advice=plan.args.advice)  # fmt: skip
    frame_sites = ck.frame.sites
    for at, param in enumerate(plan.params):
        target = ck.var(param)
        frame_sites[target] = None
        ck.frame.given.add(target)
        if plan.args is None or (plan.args.limit is not None and at >= plan.args.limit):
            ck.assigned(target, False)
            continue
        _check_name(ck, plan, at, param)
        node = plan.args.get(at, param.span)
        target.type = ck.raise_type(target.type, node.type) or target.type
        if ck.maps:
            from rucy.lang.checker.storage import note

            note(ck, target, node)
        ck.assigned(target, False)
        if not isinstance(target.type, CtxType):
            bound.append((target, node))
        if isinstance(node, typed.CtxLoad) and isinstance(node.type, IntType) and node.width < 8:
            ck.frame.narrow[target] = (8 * node.width, ", ".join(plan.args.names))
    return bound


def _check_name(ck: Checker, plan: Plan, at: int, param: tree.Var) -> None:
    """Warns of a parameter that has the name of another argument of the hook."""
    names = plan.args.names if plan.args is not None else ()
    if param.name in names and names[at] != param.name and names.count(param.name) == 1:
        upto = names[: names.index(param.name) + 1]
        ck.say("ParameterName", param.span, name=param.name, own=names[at], all=", ".join(upto), target=plan.target)


# ---------------------------------------------------------------- section programs


def _section(ck: Checker, at: int, node: tree.SectionProgram) -> list[Plan]:
    from rucy.kernel import sections

    text = node.section.value.decode("utf-8", "replace")
    if not text and node.section.span.text[:1] not in ("'", '"'):
        return []  # what stands there instead of a name has been refused
    row = sections.match(text)
    if row is None:
        from rucy.lang.checker.suggest import did_you_mean

        names = [each.name for each in sections.rows()]
        ck.say("UnknownSection", node.section.span, text=text, suggestion=did_you_mean(text, names))
        return []
    target = sections.target(row, text)
    hook = _hook_of(row.prog_type, row.attach_type, row.name)
    site = _site(ck, row.prog_type, row.attach_type, hook, _result(hook, row.prog_type), True)
    sleepable = row.sleepable or row.prog_type == "SYSCALL"
    site = site._replace(name=_probe_name(node.section.span, target or text), sleepable=sleepable)
    if node.method is None:
        return []
    args: arguments.Arguments | None = None
    own = [s for s in ck.unit.structs.values() if s.context_of == at]
    if own:
        site = site._replace(context=context.from_class(ck, own[0], site.context))
        args = arguments.of_context(site.context)
    elif hook is not None:
        if hook.target == "event" and "/" in target:
            target = target.replace("/", ":", 1)
        site, args = arguments.find(ck, hook, target, node.section.span, site)
    else:
        args = arguments.of_context(site.context)
    params = tuple(p.var for p in node.method.params)
    section = row.canonical if not target or row.name == text else text
    section = text if row.canonical == row.name else section
    return [Plan((at, text), node.method.name, section, site, target, {}, node.method.name_span, params,
                 node.method.body, None, args)]  # fmt: skip


def _hook_of(prog_type: str, attach_type: str | None, section: str) -> Hook | None:
    """The hook whose programs stand in such a section."""
    from rucy.kernel.hooks import ROWS

    found = [h for h in ROWS if h.prog_type == prog_type and (h.attach_type or attach_type) == attach_type]
    for hook in found:
        if hook.section.split("/{}")[0].removesuffix("{}") == section:
            return hook
    aliases = {"tp": "tracepoint", "raw_tp": "raw_tracepoint"}
    if section in aliases:
        return next((h for h in found if h.word == aliases[section]), None)
    return found[0] if len({h.args for h in found}) == 1 and attach_type is not None else None


def _result(hook: Hook | None, prog_type: str) -> Result:
    from rucy.kernel.results import BY_NAME

    return BY_NAME[hook.result] if hook is not None else BY_NAME["number"]


def _site(
    ck: Checker, prog_type: str, attach_type: str | None, hook: Hook | None, result: Result, raw: bool
) -> Site:  # fmt: skip
    from rucy.kernel import progtypes

    row = progtypes.BY_NAME[prog_type]
    return Site(prog_type, attach_type, row.context or "", result, raw, hook)


def _probe_name(span: Span, name: str) -> str:
    """The target, or the hook's word where it has none."""
    return name if b"probe_name" in span.file.text else ""


# ---------------------------------------------------------------- probes


def _probe(ck: Checker, at: int, node: tree.Probe) -> list[Plan]:
    from rucy.kernel.hooks import BY_WORD
    from rucy.kernel.results import BY_NAME

    hook = BY_WORD[node.hook]
    ck.frame = ck.frames.setdefault((at, ""), Frame(_site(ck, hook.prog_type, hook.attach_type, hook,
                                                          BY_NAME[hook.result], False), (at, "")))  # fmt: skip
    ck.flow = Flow()
    if not hook.ready:
        ck.say("UnsupportedHook", node.hook_span, name=node.hook)
        return []
    ck.need(hook.since, f"`{node.hook}`", node.hook_span)
    options = _options(ck, node, hook)
    plans = []
    found = targets.find(ck, node, hook)
    for span, target, alike, choice, expanded in found:
        if options.get("optional") and not choice and not arguments.exists(ck, hook, target):
            continue
        own = options | {"choice": choice} if choice else options | {"optional": True} if expanded else options
        site = _site(ck, hook.prog_type, hook.attach_type, hook, BY_NAME[hook.result], False)
        site = site._replace(name=_probe_name(span, target or hook.word), sleepable=bool(options.get("sleepable")))
        site = site._replace(function=target if hook.link == "trace" else "")
        site, args = arguments.find(ck, hook, alike, span, site)
        name = _name(str(options.get("name", node.hook)), target if len(found) > 1 or "name" not in options else "")
        section = _section_name(hook, target, bool(options.get("sleepable"))) if args is not None else ""
        plans.append(Plan((at, target), name, section, site, target, own, node.hook_span, tuple(p.var for p in node.block.params),
                          node.block.body, node.block.next_label, args))  # fmt: skip
    return plans


def _name(first: str, target: str) -> str:
    """`kprobe_tcp_connect`: what an object's function may be called. Several programs of one `name:` have the target
    behind it."""
    text = f"{first}_{target}" if target else first
    plain = symbols.identifier(text)
    return plain.rstrip("_") if targets.is_pattern(target) else plain


def _section_name(hook: Hook, target: str, sleepable: bool) -> str:
    if hook.target == "syscall":
        from rucy.kernel import syscalls

        target = syscalls.kernel_name(target)
    holes = hook.section.count("{}")
    section = hook.section.format(*target.split(":", holes - 1)) if holes else hook.section
    if sleepable:
        first, slash, rest = section.partition("/")
        section = f"{first}.s{slash}{rest}"
    return section


_FLAGS = ("attach", "optional", "sleepable")


def _options(ck: Checker, node: tree.Probe, hook: Hook) -> dict[str, Any]:
    """Keyword arguments of a hook call: literals."""
    options: dict[str, Any] = {}
    for word, value in node.options:
        if word == "name":
            if not isinstance(value, tree.Sym | tree.Str):
                ck.say("HookName", value.span, hook=node.hook)
                continue
            name = value.name if isinstance(value, tree.Sym) else value.value.decode("utf-8", "replace")
            if not (name.isidentifier() and name.isascii() and len(name) <= symbols.MOST):
                ck.say("HookName", value.span, hook=node.hook)
                continue
            options["name"] = name
        elif word in _FLAGS:
            made = ck.value(value)
            if not isinstance(made, typed.Bool):
                ck.say("HookFlag", value.span, word=word)
                continue
            if word == "sleepable" and made.value and not hook.sleepable:
                ck.say("NotSleepable", value.span, hook=node.hook)
                continue
            options[word] = made.value
        else:
            from rucy.lang.checker.suggest import did_you_mean, keyword

            ck.say("HookOption", keyword(word, value), hook=node.hook, word=word,
                   suggestion=did_you_mean(word, ("name", *_FLAGS)))  # fmt: skip
    return options
