"""Trace events: group, name and the event class whose struct holds the fields.

Read from every header that declares events with TRACE_EVENT, DECLARE_EVENT_CLASS and DEFINE_EVENT, whether directly or
through macros of its own (which are expanded as text). The struct of class X is `trace_event_raw_X`.
"""

from __future__ import annotations

import re

from scrape.source import Tree, call_arguments

# The first argument of these names the event; it has a class of its own name.
OWN = ("TRACE_EVENT", "TRACE_EVENT_CONDITION", "TRACE_EVENT_FN", "TRACE_EVENT_FN_COND", "TRACE_EVENT_SYSCALL",
       "TRACE_EVENT_MAP")  # fmt: skip
# The first argument of these is the class, the second the event.
SHARED = ("DEFINE_EVENT", "DEFINE_EVENT_CONDITION", "DEFINE_EVENT_PRINT", "DEFINE_EVENT_FN", "DEFINE_EVENT_NOPRINT",
          "DEFINE_EVENT_SYSCALL", "DEFINE_EVENT_MAP", "DEFINE_EVENT_WRITABLE")  # fmt: skip
# Other machines' events, and what no built kernel has.
SKIPPED = re.compile(r"^(arch/(?!x86|arm64)|samples/|tools/|include/trace/(stages|define_trace|trace_events)|scripts/)")


def events(tree: Tree) -> dict[str, str]:
    """ "group:name" → class."""
    found: dict[str, str] = {}
    for path in tree.grep(r"^\s*#\s*define\s+TRACE_SYSTEM\b", "*.h"):
        if not SKIPPED.match(path):
            found.update(_of_header(tree.code(path)))
    return found


def _of_header(text: str) -> dict[str, str]:
    text = text.replace("\\\n", " ")
    macros = _local_macros(text)
    places = [(match.start(), match.group(1)) for match in re.finditer(r"#\s*define\s+TRACE_SYSTEM\s+(\w+)", text)]
    body = re.sub(r"^\s*#[^\n]*", lambda match: " " * len(match.group(0)), text, flags=re.M)
    found: dict[str, str] = {}
    for start, name, arguments in _calls(body, (*OWN, *SHARED, *macros)):
        group = next((group for place, group in reversed(places) if place < start), places[0][1])
        for event, event_class in _expand(name, arguments, macros):
            found[f"{group}:{event}"] = event_class
    return found


def _calls(text: str, names: tuple[str, ...]) -> list[tuple[int, str, list[str]]]:
    pattern = re.compile(r"\b(" + "|".join(sorted(names, key=len, reverse=True)) + r")\s*\(")
    found = []
    at = 0
    while match := pattern.search(text, at):
        try:
            arguments, at = call_arguments(text, match.end() - 1)
        except ValueError:
            at = match.end()
            continue
        found.append((match.start(), match.group(1), arguments))
    return found


def _local_macros(text: str) -> dict[str, tuple[list[str], str]]:
    """Macros of the header that declare events, with parameters and body; those using each other included."""
    every = {}
    for match in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)]*)\)[ \t]+([^\n]*)", text, re.M):
        every.setdefault(match.group(1), ([part.strip() for part in match.group(2).split(",")], match.group(3)))
    known = {*OWN, *SHARED}
    chosen: dict[str, tuple[list[str], str]] = {}
    while True:
        more = {
            name: macro
            for name, macro in every.items()
            if name not in known and any(re.search(rf"\b{used}\s*\(", macro[1]) for used in known)
        }
        if not more:
            return chosen
        chosen.update(more)
        known.update(more)


def _expand(name: str, arguments: list[str], macros: dict[str, tuple[list[str], str]]) -> list[tuple[str, str]]:
    """The (event, class) pairs that a call declares."""
    if name in OWN:
        return [(arguments[0], arguments[0])]
    if name in SHARED:
        return [(arguments[1], arguments[0])] if len(arguments) > 1 else []
    params, body = macros[name]
    for param, value in zip(params, arguments):
        if param and param != "...":
            body = re.sub(rf"(?:##\s*)?\b{param}\b(?:\s*##)?", lambda _, value=value: value, body)
    body = re.sub(r"\s*##\s*", "", body)
    pairs = []
    for _, inner, inner_arguments in _calls(body, (*OWN, *SHARED, *macros)):
        if inner != name:
            pairs += _expand(inner, inner_arguments, macros)
    return [(event, event_class) for event, event_class in pairs if re.fullmatch(r"\w+", event)]


def table(trees: list[Tree]) -> list[str]:
    """Lines "group name" or "group name class…", newest kernel's class first; a lone class of the event's name is left out."""
    classes: dict[str, list[str]] = {}
    for tree in reversed(trees):
        for event, event_class in events(tree).items():
            known = classes.setdefault(event, [])
            if event_class not in known:
                known.append(event_class)
    lines = []
    for event in sorted(classes):
        group, name = event.split(":")
        names = [] if classes[event] == [name] else classes[event]
        lines.append(" ".join([group, name, *names]))
    return lines
