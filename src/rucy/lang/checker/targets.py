"""What a hook call names: strings, one program each; `first_of`; patterns.

A pattern of functions (`kprobe "vfs_*"`) stays one: the loader finds the running kernel's functions and attaches one
program to all of them. A pattern of events, tracepoints or system calls becomes a program for each that is known, and each
is optional: another kernel may lack it. Of the candidates of a `first_of` each is a program; the loader takes the first
whose target the kernel has.
"""

from __future__ import annotations

from fnmatch import translate
from typing import TYPE_CHECKING

from rucy.lang import tree
from rucy.lang.checker import arguments
from rucy.lang.checker.exprs import constant
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rucy.kernel.hooks import Hook
    from rucy.lang.checker.state import Checker
    from rucy.source import Span


class Target(NamedTuple):
    """One program's target. `alike`: the target whose parameters it has, itself but for candidates that the input BTF
    lacks; `choice`: 0, or the number of its `first_of`; `optional`: the running kernel may lack it."""

    span: Span
    text: str
    alike: str
    choice: int = 0
    optional: bool = False


_EXAMPLES = {"function": "tcp_connect", "event": "sched:sched_switch", "tracepoint": "sched_switch", "syscall": "openat"}
_MOST = 64  # programs that one pattern may become


def find(ck: Checker, node: tree.Probe, hook: Hook) -> list[Target]:
    """All targets of a hook call; what is wrong with them has been said."""
    if hook.target == "none":
        if node.args:
            ck.say("HookNoTarget", node.args[0].span, hook=hook.word)
        return [Target(node.hook_span, "", "")]
    if not node.args:
        ck.say("HookNeedsTarget", node.hook_span, hook=hook.word, example=_example(hook))
        return []
    found: list[Target] = []
    choices = 0
    for arg in node.args:
        if isinstance(arg, tree.Send) and arg.recv is None and arg.name == "first_of":
            choices += 1
            found += _first_of(ck, arg, hook, choices)
            continue
        text = _text(ck, arg, hook)
        if text is None:
            continue
        made = list(_expanded(ck, hook, text, arg.span)) if is_pattern(text) else [Target(arg.span, text, text)]
        found += made
    return list(_once(ck, found))


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _example(hook: Hook) -> str:
    return _EXAMPLES.get(hook.target, "name")


def _text(ck: Checker, arg: tree.Node, hook: Hook) -> str | None:
    """The literal that names a target; None if something else stands there, which is said."""
    value = constant(ck, arg.name) if isinstance(arg, tree.Const) else arg
    if isinstance(value, tree.Bad):
        return None
    text = value.value.decode("utf-8", "replace") if isinstance(value, tree.Str) else ""
    if not text.strip():
        ck.say("HookTarget", arg.span, hook=hook.word, example=_example(hook))
        return None
    return text


def _once(ck: Checker, found: list[Target]) -> Iterator[Target]:
    seen: set[str] = set()
    for target in found:
        if target.text in seen:
            if not target.optional:
                ck.say("HookTargetTwice", target.span, text=target.text)
            continue
        seen.add(target.text)
        yield target


# ---------------------------------------------------------------- first_of


def _first_of(ck: Checker, node: tree.Send, hook: Hook, number: int) -> list[Target]:
    """The candidates. One that the input BTF lacks is taken to have the parameters of the first that it has."""
    if node.kwargs or node.block is not None or len(node.args) < 2:
        ck.say("FirstOf", node.span, hook=hook.word, example=_example(hook))
        return []
    texts: list[tuple[Span, str]] = []
    for arg in node.args:
        text = _text(ck, arg, hook)
        if text is not None and is_pattern(text):
            ck.say("FirstOfPattern", arg.span, text=text)
        elif text is not None:
            texts.append((arg.span, text))
    known = [text for _, text in texts if arguments.known(ck, hook, text)]
    if not known:
        return [Target(span, text, text, number) for span, text in texts[:1]]  # whose refusal says all
    made: list[Target] = []
    for span, text in texts:
        if text not in known and hook.args == "trace_event":
            ck.say("CandidateUnknown", span, text=text)
        else:
            made.append(Target(span, text, text if text in known else known[0], number))
    return made


# ---------------------------------------------------------------- patterns


def _expanded(ck: Checker, hook: Hook, text: str, span: Span) -> Iterator[Target]:
    if hook.link in ("kprobe", "kretprobe"):
        yield Target(span, text, text)
        return
    if hook.target == "function":
        ck.say("PatternHere", span, hook=hook.word, text=text)
        return
    names = _matching(ck, hook, text)
    if not names:
        ck.say("NoMatch", span, text=text, hook=hook.word)
    elif len(names) > _MOST:
        ck.say("TooManyMatches", span, text=text, count=len(names), most=_MOST)
    else:
        for name in names:
            yield Target(span, name, name, 0, True)


def _matching(ck: Checker, hook: Hook, pattern: str) -> list[str]:
    """Names of events, tracepoints or system calls that the target kernel may have and whose arguments are known."""
    import re

    wanted = re.compile(translate(pattern))
    match hook.target:
        case "syscall":
            from rucy.kernel import syscalls

            return sorted(
                name for name in syscalls.names() if wanted.match(name) and syscalls.find(name, ck.target.arch) is not None
            )
        case "event":
            from rucy.kernel import tracepoints

            return sorted(name for name in set(tracepoints.names()) if wanted.match(name) and arguments.known(ck, hook, name))
    prefix = "btf_trace_"
    found = ck.btf().names_like(prefix + pattern)
    return sorted(name.removeprefix(prefix) for name in found if arguments.known(ck, hook, name.removeprefix(prefix)))
