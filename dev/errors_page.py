#!/usr/bin/env python3
"""Writes docs/errors.md from the classes of the compiler's messages: code, what is said, what to write.

    .venv/bin/python dev/errors_page.py > docs/errors.md
"""

from __future__ import annotations

import re
from importlib import import_module
from types import ModuleType

from rucy.frontends.ruby.methods import DIALECT
from rucy.source import Diagnostic

#: In the order of the page: module, heading.
PARTS = (
    ("rucy.frontends.ruby.errors", "Ruby that has no meaning in the kernel, and declarations"),
    ("rucy.lang.errors.names", "Names and calls"),
    ("rucy.lang.errors.types", "Values of the wrong class"),
    ("rucy.lang.errors.nil", "nil"),
    ("rucy.lang.errors.integers", "Integers, byte order, globals"),
    ("rucy.lang.errors.kernel", "Objects of the kernel, the context, helpers"),
    ("rucy.lang.errors.asked", "What the loading kernel is asked, kernel functions, stacks"),
    ("rucy.lang.errors.programs", "Hooks, sections, results"),
    ("rucy.lang.errors.output", "printk"),
    ("rucy.lang.errors.structs", "Structs"),
    ("rucy.lang.errors.maps", "Maps and rings"),
    ("rucy.lang.errors.objects", "Locks and timers"),
    ("rucy.lang.errors.options", "Options"),
    ("rucy.lang.errors.packets", "Packets"),
    ("rucy.frontends.ruby.user_errors", "Names of the user half"),
    ("rucy.source.limits", "Limits"),
)
HEAD = """# Messages

<!-- Written by dev/errors_page.py from the classes of the messages. -->

Each message has a code, shown in brackets behind it: `rucy check FILE --format=json` gives it to an editor. Below, by code, what
is said and what to write instead; `…` stands for what the program has there. Warnings do not stop the compiler.
"""


def classes(module: ModuleType) -> list[type[Diagnostic]]:
    """The messages of a module, in the order of its text."""
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Diagnostic)]
    return [cls for cls in found if cls.__module__ == module.__name__]


def page() -> str:
    out = [HEAD]
    for name, heading in PARTS:
        out.append(f"## {heading}\n")
        said: dict[str, list[type[Diagnostic]]] = {}
        for cls in classes(import_module(name)):
            said.setdefault(cls.code, []).append(cls)
        for code, group in said.items():
            warns = " (a warning)" if group[0].severity == "warning" else ""
            out.append(f"### {code}{warns}\n")
            for cls in group:
                title, advice = shown(cls.title), shown(cls.help)
                title = "the text is not Ruby: the message says what is missing or unexpected" if title == "…" else title
                advice = "the message shows what to write" if advice == "…" else advice
                out += [f"{title}.\n", f"> {advice}\n"]
    return "\n".join(out).rstrip() + "\n"


def shown(text: str) -> str:
    """A title or help with `…` for each field."""
    text = re.sub(r"\{words\[(\w+)\]\}", lambda match: DIALECT.words[match[1]], text)
    text = re.sub(r"\{\w+\}", "…", text.replace("{{", "\0").replace("}}", "\1"))
    return text.replace("\0", "{").replace("\1", "}").replace("(s)", "s").replace("\n", "\n> ")


if __name__ == "__main__":
    print(page(), end="")
