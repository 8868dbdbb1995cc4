"""IR → IR: one pass a file, named for what it does; `optimise` is their order.

A pass is `verb_noun(fn) -> bool` (whether it changed anything), finds valid IR and leaves valid IR; those of
`WHOLE_MODULE` take the module.
"""

from __future__ import annotations

from collections.abc import Collection

from rucy.ir.function import Module
from rucy.passes.advance_stores import advance_stores
from rucy.passes.cap_loops import cap_loops
from rucy.passes.drop_dead_stores import drop_dead_stores
from rucy.passes.eliminate_dead_code import eliminate_dead_code
from rucy.passes.fold_constants import fold_constants
from rucy.passes.forget_values import forget_values
from rucy.passes.forward_loads import forward_loads
from rucy.passes.hand_over_keys import hand_over_keys
from rucy.passes.inline_methods import inline_methods
from rucy.passes.narrow_extensions import narrow_extensions
from rucy.passes.number_values import number_values
from rucy.passes.propagate_conditions import propagate_conditions
from rucy.passes.propagate_copies import propagate_copies
from rucy.passes.separate_methods import separate_methods
from rucy.passes.simplify_branches import simplify_branches
from rucy.passes.split_conditions import split_conditions
from rucy.passes.step_addresses import step_addresses

#: first, once
WHOLE_MODULE = (inline_methods, separate_methods)

#: the order; each pass of the list runs on every function
ORDER = (
    fold_constants,
    propagate_copies,
    number_values,
    forward_loads,
    split_conditions,
    propagate_conditions,
    simplify_branches,
    narrow_extensions,
    fold_constants,
    propagate_copies,
    number_values,
    forward_loads,
    propagate_conditions,
    simplify_branches,
    drop_dead_stores,
    eliminate_dead_code,
    step_addresses,
    hand_over_keys,
    advance_stores,
    cap_loops,
    forget_values,
)


#: pass → how often it changed something, for the tests' report
FIRED: dict[str, int] = {}


def optimise(module: Module, after: str | None = None, without: Collection[str] = ()) -> None:
    """Run the passes in order. `after` names the last one to run (the first time that it stands in the order); those of
    `without` are left out, which shows what each of them is worth."""
    for whole in WHOLE_MODULE:
        if whole.__name__ not in without:
            _count(whole.__name__, whole(module))
        if whole.__name__ == after:
            return
    for run in ORDER:
        if run.__name__ not in without:
            for fn in module.functions:
                _count(run.__name__, run(fn))
        if run.__name__ == after:
            return


def _count(name: str, changed: bool) -> None:
    FIRED[name] = FIRED.get(name, 0) + changed
