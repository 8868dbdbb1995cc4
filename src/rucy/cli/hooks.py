"""`rucy hooks [PATTERN]`: the hooks, from the kernel table's rows."""

from __future__ import annotations

from rucy.cli.options import Args, Option

SYNOPSIS = "[PATTERN]"
ARGUMENTS = (0, 1)
OPTIONS: tuple[Option, ...] = ()
EXAMPLES = ("rucy hooks", "rucy hooks cgroup", "rucy hooks 'k*probe'")


def run(args: Args) -> int:
    """A few lines a hook: how it is written, since which kernel, what its block is given (`name=`: it may be assigned) and
    what its value means. Status 1 when nothing matches."""
    from fnmatch import fnmatch

    from rucy.pipeline import hook_lines

    pattern = args.files[0] if args.files else ""
    found = [line for word, line in hook_lines() if pattern in word or fnmatch(word, pattern)]
    if not found:
        import sys

        print(f"rucy: no hook matches `{pattern}`; `rucy hooks` lists all", file=sys.stderr)
        return 1
    print("\n".join(found))
    return 0
