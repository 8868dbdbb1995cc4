"""Fields that some kernels have and others do not, with their types: what `field?` may guard on a kernel without them.

task_struct.state became __state in Linux commit 2f064a59a11f ("sched: Change task_struct::state") (v5.14), and its type
`volatile long` an `unsigned int`. Strings of trace events: include/trace/events/{sched,fib,fib6,devlink}.h of Linux 5.10,
6.1, 6.12, 6.18 and 7.3.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Renamed(NamedTuple):
    """One field; `type` is the BTF name of its type on the kernels that have it, `other` the field that the rest have."""

    struct: str
    member: str
    type: str
    other: str


# fmt: off
ROWS: tuple[Renamed, ...] = (
    #       struct         member     type            other
    Renamed("task_struct", "state",   "long int",     "__state"),
    Renamed("task_struct", "__state", "unsigned int", "state"),
)


class Located(NamedTuple):
    """A string of a trace event that is an array of `size` bytes on some kernels, and behind the record, at the place that
    `__data_loc_MEMBER` tells, on others."""

    struct: str
    member: str
    size: int


LOCATED: tuple[Located, ...] = (
    #       struct                                    member            size
    Located("trace_event_raw_sched_kthread_stop",     "comm",           16),
    Located("trace_event_raw_sched_migrate_task",     "comm",           16),
    Located("trace_event_raw_sched_process_template", "comm",           16),
    Located("trace_event_raw_sched_process_wait",     "comm",           16),
    Located("trace_event_raw_sched_process_fork",     "parent_comm",    16),
    Located("trace_event_raw_sched_process_fork",     "child_comm",     16),
    Located("trace_event_raw_sched_stat_template",    "comm",           16),
    Located("trace_event_raw_sched_stat_runtime",     "comm",           16),
    Located("trace_event_raw_sched_pi_setprio",       "comm",           16),
    Located("trace_event_raw_sched_process_hang",     "comm",           16),
    Located("trace_event_raw_fib_table_lookup",       "name",           16),
    Located("trace_event_raw_fib6_table_lookup",      "name",           16),
    Located("trace_event_raw_devlink_trap_report",    "input_dev_name", 16),
)
# fmt: on
