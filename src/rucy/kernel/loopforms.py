"""How a loop whose end the verifier cannot be shown is stopped at a cap: the forms, the cheapest first.

`feature` is a row of `features`. Caps are BPF_MAX_LOOPS (8 * 1024 * 1024) of include/linux/bpf_verifier.h: bpf_loop
(kernel/bpf/bpf_iter.c) and bpf_iter_num_new (the same file) refuse more. may_goto has no row: from Linux 6.15 on the
x86-64 JIT stops it after 250 ms (arch_bpf_timed_may_goto), whatever the number of turns, and all loops of a function
share its count.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class LoopForm(NamedTuple):
    """`most`: turns, 0 for as many as the verifier walks through; `gpl`: only for programs under a GPL-compatible licence,
    as kernel functions are (add_kfunc_call in kernel/bpf/verifier.c)."""

    name: str
    feature: str
    gpl: bool
    most: int


#: BPF_MAX_LOOPS
MOST_TURNS = 8_388_608

# fmt: off
ROWS: tuple[LoopForm, ...] = (
    #        name        feature            gpl    most
    LoopForm("iterator", "open_coded_iter", True,  MOST_TURNS),
    LoopForm("callback", "bpf_loop",        False, MOST_TURNS),
    LoopForm("either",   "bounded_loops",   True,  0),  # counted, and by an iterator where the kernel that loads it has one
    LoopForm("count",    "bounded_loops",   False, 0),
)
# fmt: on

BY_NAME: dict[str, LoopForm] = {row.name: row for row in ROWS}
