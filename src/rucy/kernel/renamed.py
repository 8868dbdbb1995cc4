"""Fields that some kernels have and others do not, with their types: what `field?` may guard on a kernel without them.

task_struct.state became __state in Linux commit 2f064a59a11f ("sched: Change task_struct::state") (v5.14), and its type
`volatile long` an `unsigned int`.
"""

from __future__ import annotations

from typing import NamedTuple


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
# fmt: on
