"""`rucy hooks [HOOK [TARGET]]`: the hooks, from the kernel table's rows, and what they can be attached to, from its types."""

from __future__ import annotations

import sys
from fnmatch import fnmatch

from rucy.cli.options import COMPILE, Args, Option, close_to

SYNOPSIS = "[HOOK [TARGET]]"
ARGUMENTS = (0, 2)
OPTIONS: tuple[Option, ...] = tuple(option for option in COMPILE if option.name in ("--btf", "--target"))
EXAMPLES = (
    "rucy hooks",
    "rucy hooks cgroup                         # those that have the word",
    "rucy hooks xdp                            # with the fields of its context and of packets",
    "rucy hooks kprobe 'tcp_*'                 # the kernel's functions of these names",
    "rucy hooks tracepoint '*block*'           # events with the word in their name",
    "rucy hooks tracepoint sched:sched_switch  # the event's fields",
)


def run(args: Args) -> int:
    """A few lines a hook: how it is written, since which kernel, what its block is given (`name=`: it may be assigned) and
    what its value means. With a target, or a pattern of them, what the block is given there. Status 1 when nothing matches."""
    from rucy.pipeline import hook_details, hook_lines

    words = [word for file in args.files for word in file.split()]
    known = dict(hook_lines())
    if len(words) > 1:
        return _targets(args, words[0], words[1], list(known))
    pattern = words[0] if words else ""
    if pattern in known and hook_details(pattern):
        print(known[pattern] + hook_details(pattern))
        return 0
    found = [line for word, line in known.items() if pattern in word or fnmatch(word, pattern)]
    if not found:
        meant = close_to(pattern, known)
        suggestion = f"did you mean `{meant}`?" if meant else "`rucy hooks` lists all"
        print(f"rucy: no hook matches `{pattern}`; {suggestion}", file=sys.stderr)
        advice = [f"rucy hooks {hook} '{each}'" for hook in _SEARCHED for each in _near(args, hook, pattern)]
        if advice:
            print(f"  help: {', or '.join(f'`{each}`' for each in advice)}", file=sys.stderr)
        return 1
    print("\n".join(found))
    return 0


#: Whose targets are looked through for a word.
_SEARCHED = ("tracepoint", "syscall", "kprobe")


def _near(args: Args, hook: str, word: str) -> list[str]:
    """The pattern that finds what has the word in its name, if there is any: [] or one."""
    from rucy.cli.compiling import options_of
    from rucy.pipeline import hook_targets

    wide = f"*{word.strip('*')}*"
    return [wide] if hook_targets(hook, wide, options_of(args)) else []


def _targets(args: Args, hook: str, pattern: str, known: list[str]) -> int:
    from rucy.cli.compiling import options_of
    from rucy.pipeline import hook_targets

    if hook not in known:
        print(f"rucy: no hook is called `{hook}`; `rucy hooks` lists all", file=sys.stderr)
        return 1
    found = hook_targets(hook, pattern.strip("\"'"), options_of(args))
    if not found:
        wide = _near(args, hook, pattern)
        alike = [line.split()[1].partition("(")[0] for line in hook_targets(hook, f"{pattern[:4]}*", options_of(args))]
        meant = wide[0] if wide else close_to(pattern, alike)
        advice = f"; try `rucy hooks {hook} '{meant}'`" if meant else ""
        print(f"rucy: `{hook}` has no target that matches `{pattern}` here{advice}", file=sys.stderr)
        return 1
    print("\n".join(found))
    return 0
