"""IR → IR: one pass a file, named for what it does; `optimise` is their order.

A pass is `verb_noun(fn) -> bool` (whether it changed anything), finds valid IR and leaves valid IR.
"""

from __future__ import annotations

from rucy.ir.function import Module
from rucy.passes.eliminate_dead_code import eliminate_dead_code
from rucy.passes.fold_constants import fold_constants
from rucy.passes.narrow_extensions import narrow_extensions
from rucy.passes.number_values import number_values
from rucy.passes.propagate_conditions import propagate_conditions
from rucy.passes.propagate_copies import propagate_copies
from rucy.passes.simplify_branches import simplify_branches

#: the order; each pass of the list runs on every function
ORDER = (
    fold_constants,
    propagate_copies,
    number_values,
    propagate_conditions,
    simplify_branches,
    narrow_extensions,
    fold_constants,
    propagate_copies,
    number_values,
    simplify_branches,
    eliminate_dead_code,
)


def optimise(module: Module, after: str | None = None) -> None:
    """Run the passes in order; `after` names the last one to run (the first time that it stands in the order)."""
    for run in ORDER:
        for fn in module.functions:
            run(fn)
        if run.__name__ == after:
            return
