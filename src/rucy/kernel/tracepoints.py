"""Trace events: the class whose struct holds an event's fields, over the scraped kernels.

Scraped into `_generated/tracepoints` from every header that declares events. The struct of class X is
`struct trace_event_raw_X` (include/trace/stages/stage1_struct_define.h); the kernel's BTF has its fields. Events of the
group `syscalls` are not here: theirs are `struct trace_event_raw_sys_enter` and `_sys_exit`
(include/trace/events/syscalls.h).
"""

from __future__ import annotations

PREFIX = "trace_event_raw_"


def classes(group: str, name: str) -> tuple[str, ...]:
    """Class structs of an event, newest kernel's first ("trace_event_raw_sched_switch"); () if it is not in the table."""
    if group == "syscalls":
        kinds = [kind for kind in ("sys_enter", "sys_exit") if name.startswith(kind + "_")]
        return tuple(PREFIX + kind for kind in kinds)
    from rucy.kernel._generated.tracepoints import TEXT

    mark = f"\n{group} {name}"
    at = TEXT.find(mark)
    while at >= 0:
        end = at + len(mark)
        if TEXT[end] in " \n":
            return tuple(PREFIX + found for found in TEXT[end : TEXT.index("\n", end)].split() or [name])
        at = TEXT.find(mark, end)
    return ()


def names() -> list[str]:
    """Every event of the table as "group:name"."""
    from rucy.kernel._generated.tracepoints import TEXT

    return [":".join(line.split(" ", 2)[:2]) for line in TEXT.splitlines() if line]
