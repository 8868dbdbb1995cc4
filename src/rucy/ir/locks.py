"""What a function does while it holds a lock: nothing may be called then, and every way out gives it back.

process_spin_lock and check_helper_call in kernel/bpf/verifier.c: one lock at a time, no helper, function or kernel function
under it, and none held at the end.
"""

from __future__ import annotations

from rucy.ir.function import Block, Function, Instr
from rucy.records import NamedTuple

TAKE, GIVE = "spin_lock", "spin_unlock"
_CALLS = ("call", "callfn", "kfunc")


class Misuse(NamedTuple):
    """`kind`: "called" (with a lock held), "kept" (a path ends with it), "foreign" (given back where none is held) or "apart"
    (held on one way to a block and not on another). `at`: where."""

    kind: str
    at: Instr


def takes(fn: Function) -> bool:
    """Does the function take a lock anywhere?"""
    return any(_helper(i) == TAKE or (i.op.name == "kfunc" and "lock" in str(i.attrs["symbol"])) for i in fn.instrs())


def misused(fn: Function) -> list[Misuse]:
    """Every place, in the order of the blocks. Cheap for functions without locks."""
    if not any(_helper(instr) in (TAKE, GIVE) for instr in fn.instrs()):
        return []
    held: dict[Block, bool] = {fn.entry: False}
    work, found = [fn.entry], dict[Misuse, None]()
    while work:
        block = work.pop()
        locked = held[block]
        for instr in block.instrs:
            locked = _step(instr, locked, found)
        for succ in block.succs:
            if succ not in held:
                held[succ] = locked
                work.append(succ)
            elif held[succ] != locked and succ.terminator is not None:
                found[Misuse("apart", succ.instrs[0])] = None
    order = {instr: at for at, instr in enumerate(fn.instrs())}
    return sorted(found, key=lambda misuse: order[misuse.at])


def _helper(instr: Instr) -> str:
    return str(instr.attrs.get("helper", "")) if instr.op.name == "call" else ""


def _step(instr: Instr, locked: bool, found: dict[Misuse, None]) -> bool:
    if _helper(instr) == GIVE:
        if not locked:
            found[Misuse("foreign", instr)] = None
        return False
    if instr.op.name in _CALLS and locked:
        found[Misuse("called", instr)] = None
    if instr.op.name == "ret" and locked:
        found[Misuse("kept", instr)] = None
    return locked or _helper(instr) == TAKE
