"""System calls: names and types of their arguments, from the SYSCALL_DEFINEn of the newest tree.

The names are what `syscalls:sys_enter_*` shows. Where configurations define a call differently, what x86_64 builds is
taken, and arm64's where that differs gets a line of its own.
"""

from __future__ import annotations

import re

from scrape.source import Tree, call_arguments

SKIPPED = re.compile(r"^(arch/(?!x86|arm64)|tools/|samples/|Documentation/|scripts/|include/)")


def defined(tree: Tree) -> dict[str, list[tuple[str, list[tuple[str, str]]]]]:
    """name → (path, arguments as (type, name)) of each definition."""
    found: dict[str, list[tuple[str, list[tuple[str, str]]]]] = {}
    for path in tree.grep(r"\bSYSCALL_DEFINE[0-6]\(", "*.c"):
        if SKIPPED.match(path):
            continue
        text = re.sub(r"^[ \t]*#[^\n]*", "", tree.code(path), flags=re.M)
        for match in re.finditer(r"\bSYSCALL_DEFINE([0-6])\(", text):
            arguments, _ = call_arguments(text, match.end() - 1)
            count = int(match.group(1))
            name, rest = arguments[0], arguments[1:]
            if len(rest) != 2 * count or not re.fullmatch(r"(?!arm64_)\w+", name):
                continue
            pairs = [(rest[2 * n], rest[2 * n + 1]) for n in range(count)]
            found.setdefault(name, []).append((path, pairs))
    return found


def table(trees: list[Tree]) -> tuple[list[str], list[str]]:
    """Lines "name(type name, …)" and names with several definitions that no rule chooses from."""
    lines: list[str] = []
    open_names: list[str] = []
    seen: dict[str, list[tuple[str, str]]] = {}
    for tree in trees:
        for name, variants in defined(tree).items():
            chosen, arm = _choose(name, variants)
            if chosen is None:
                open_names.append(f"{tree.version}: {name}")
                continue
            seen[name] = chosen
            if arm is not None:
                seen[f"{name}@aarch64"] = arm
    for name in sorted(seen):
        lines.append(f"{name}({', '.join(_argument(kind, arg) for kind, arg in seen[name])})")
    return lines, sorted(open_names)


def _argument(kind: str, name: str) -> str:
    kind = re.sub(r"\b__user\b\s*", "", kind)
    kind = re.sub(r"\s*\*", " *", kind).strip()
    return f"{kind}{name}" if kind.endswith("*") else f"{kind} {name}"


def _choose(
    name: str, variants: list[tuple[str, list[tuple[str, str]]]]
) -> tuple[list[tuple[str, str]] | None, list[tuple[str, str]] | None]:
    """What x86_64 has and, if it differs, what arm64 has."""
    x86 = [args for path, args in variants if not path.startswith("arch/arm64")]
    arm = [args for path, args in variants if not path.startswith("arch/x86")]
    if name == "clone":
        # x86_64: the plain order; arm64: CONFIG_CLONE_BACKWARDS (tls before child_tidptr)
        by_end = {tuple(arg for _, arg in args[2:]): args for args in x86}
        return by_end["parent_tidptr", "child_tidptr", "tls"], by_end["parent_tidptr", "tls", "child_tidptr"]
    if name == "sigsuspend":
        return next(args for args in x86 if len(args) == 1), None
    first = _only(x86 or arm)
    second = _only(arm) if arm else None
    return first, second if second != first else None


def _only(variants: list[list[tuple[str, str]]]) -> list[tuple[str, str]] | None:
    return variants[0] if all(args == variants[0] for args in variants) else None
