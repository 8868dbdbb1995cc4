"""Takes out the turns that control needs not make.

    b: jump c                     b: …                        c had no other predecessor
    c: …

    b: branch %0 -> e, d          b: branch %0 -> t, d        e was empty
    e: jump t

    p: jump b                     p: jump t                   on the way from p the branch is decided
    b: %1 = phi [p: true], …      b: %1 = phi …
       branch %1 -> t, f             branch %1 -> t, f

Needs: preds. Keeps: loops, whose heads no jump passes by; every check behind its test. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.dominance import reverse_postorder
from rucy.ir.function import (
    Block,
    Const,
    Function,
    Instr,
    Value,
    add_edge,
    make,
    remove_edge,
    remove_unreachable,
    replace_all,
    users_of,
)
from rucy.ir.repair import restore_ssa
from rucy.ir.types import VOID
from rucy.passes.fold_constants import FOLD, fold, fold_branches
from rucy.passes.propagate_conditions import outcome_of, tests_of

#: instructions of a block that is passed by, copied for the path that passes it
_MOST_COPIES = 3
#: edges that are looked at for a test that decides a branch
_LONGEST_WAY_BACK = 8
#: ways past blocks that others still come to, each of which makes the function longer: this many, and one for each block
_FEW_WAYS = 64


def simplify_branches(fn: Function) -> bool:
    changed = remove_unreachable(fn)
    ways = _Ways(_FEW_WAYS + len(fn.blocks))
    while fold_branches(fn) or _merge_blocks(fn) or _forward_empty(fn) or _thread_jumps(fn, ways):
        changed = True
    return changed


class _Ways:
    """`left`: how many more may be made past blocks that others still come to. Any other takes a branch out, and nothing makes
    one: so it all comes to an end."""

    def __init__(self, left: int) -> None:
        self.left = left


def _merge_blocks(fn: Function) -> bool:
    """A block and its only successor, if that has no other predecessor, are one."""
    copies: dict[Value, Value] = {}
    gone: set[Block] = set()
    for block in fn.blocks:
        while block not in gone and (after := _only_successor(block)) is not None and after is not fn.entry:
            copies.update((phi, phi.args[0]) for phi in after.phis())
            block.instrs = block.instrs[:-1] + [i for i in after.instrs if i.op.name != "phi"]
            for instr in block.instrs:
                instr.block = block
            for succ in block.succs:
                succ.preds[succ.preds.index(after)] = block
            gone.add(after)
    if not gone:
        return False
    fn.blocks = [block for block in fn.blocks if block not in gone]
    replace_all(fn, copies)
    return True


def _only_successor(block: Block) -> Block | None:
    succs = block.succs
    if len(succs) != 1 or succs[0] is block or len(succs[0].preds) != 1:
        return None
    return succs[0]


def _forward_empty(fn: Function) -> bool:
    """Who goes to a block that only jumps goes where it jumps. A block stays if its edge tells a phi something."""
    changed = False
    for block in fn.blocks[1:]:
        if len(block.instrs) != 1 or block.instrs[0].op.name != "jump":
            continue
        target = block.instrs[0].targets[0]
        if target is block:
            continue
        for pred in list(block.preds):
            changed = _forward(pred, block, target) or changed
    if changed:
        remove_unreachable(fn)
    return changed


def _forward(pred: Block, block: Block, target: Block) -> bool:
    last = pred.terminator
    assert last is not None
    over = target.preds.index(block)
    if target not in last.targets:
        last.targets[last.targets.index(block)] = target
        add_edge(pred, target)
        for phi in target.phis():
            phi.args.append(phi.args[over])
    else:
        beside = target.preds.index(pred)
        if not all(_same(phi.args[over], phi.args[beside]) for phi in target.phis()):
            return False
        last.op, last.args, last.targets = make("jump", []).op, [], [target]
    block.preds.remove(pred)
    return True


def _same(a: Value, b: Value) -> bool:
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and (a.value, a.type) == (b.value, b.type))


# ---------------------------------------------------------------- jump threading


def _thread_jumps(fn: Function, ways: _Ways) -> bool:
    """Every block once. A block that is new stands in the order right behind the one that goes to it."""
    first = list(fn.blocks)
    there = set(first)
    order: dict[Block, float] = {block: at for at, block in enumerate(reverse_postorder(fn))}
    checks: dict[Value, list[Block]] = {}  # value → where a check names it
    for instr in fn.instrs():
        if "K" in instr.op.effects and instr.block is not None:
            checks.setdefault(instr.args[0], []).append(instr.block)
    checked = {arg for instr in fn.instrs() if "K" in instr.op.effects for arg in instr.args}
    users = users_of(fn)
    changed = False
    for block in first:
        is_loop_head = any(order[pred] >= order[block] for pred in block.preds)
        if block not in there or is_loop_head or not _may_be_passed(block, checked):
            continue
        guards: bool | None = None
        for pred in list(block.preds):
            values = _values_from(block, pred)
            holds = _decided(block, pred, values)
            alone = len(block.preds) == 1
            if holds is None or (not alone and not ways.left):
                continue
            guards = _guards(fn, block, checks, there) if guards is None else guards
            if guards:
                break
            changed = True
            ways.left -= not alone
            target = block.instrs[-1].targets[0 if holds else 1]
            order[_thread(fn, pred, block, target, values, checked, users)] = order[pred] + 0.5
        if not block.preds:
            _drop(fn, block, there, order)
    return changed


def _drop(fn: Function, block: Block, there: set[Block], order: dict[Block, float]) -> None:
    """Nothing comes to the block any more, nor to what only it went to."""
    gone = {block}
    work = [block]
    loops = False
    while work:
        one = work.pop()
        for succ in one.succs:
            remove_edge(one, succ)
            if not succ.preds and succ is not fn.entry:
                gone.add(succ)
                work.append(succ)
            loops = loops or any(order[pred] >= order[succ] for pred in succ.preds)  # which perhaps nothing enters
    fn.blocks = [one for one in fn.blocks if one not in gone]
    there -= gone
    if loops and remove_unreachable(fn):
        there.intersection_update(fn.blocks)


def _may_be_passed(block: Block, checked: set[Value]) -> bool:
    """Phis, a few instructions that may be copied, and a branch that no check relies on."""
    last = block.instrs[-1]
    condition = last.args[0] if last.op.name == "branch" else None
    if not isinstance(condition, Instr) or condition.block is not block:
        return False
    body = [i for i in block.instrs[:-1] if i.op.name != "phi"]
    if len(body) > _MOST_COPIES or len(body) == len(block.instrs) - 1:
        return False
    if any("S" not in i.op.effects or "K" in i.op.effects or i.op.name == "core" for i in body):
        return False
    return checked.isdisjoint(block.instrs)


def _guards(fn: Function, block: Block, checks: dict[Value, list[Block]], there: set[Block]) -> bool:
    """Does its branch test what a check names that control comes to by that branch alone?"""
    condition = block.instrs[-1].args[0]
    assert isinstance(condition, Instr)
    behind = {at for arg in condition.args for at in checks.get(arg, ()) if at in there}
    return any(not _comes_without(fn, at, (block, succ)) for at in behind for succ in block.succs)


def _comes_without(fn: Function, block: Block, edge: tuple[Block, Block]) -> bool:
    """Is there a path to the block that does not go over the edge?"""
    seen = {block}
    work = [block]
    while work:
        one = work.pop()
        if one is fn.entry:
            return True
        for pred in one.preds:
            if pred not in seen and (pred, one) != edge:
                seen.add(pred)
                work.append(pred)
    return False


def _decided(block: Block, pred: Block, values: dict[Value, Value]) -> bool | None:
    """The outcome of the block's branch when control comes from `pred`: by the operands of its phis, or by the tests on
    the edges over which alone control comes to `pred`."""
    condition = block.instrs[-1].args[0]
    value = values.get(condition)
    if isinstance(value, Const):
        return bool(value.value)
    assert isinstance(condition, Instr)
    if any(isinstance(arg, Instr) and arg.block is block for arg in condition.args):
        return None
    for _ in range(_LONGEST_WAY_BACK):
        last = pred.instrs[-1]
        if len(last.targets) == 2:
            outcome = outcome_of(condition, set(tests_of(last.args[0], last.targets[0] is block)))
            if outcome is not None:
                return outcome
        if len(pred.preds) != 1:
            return None
        block, pred = pred, pred.preds[0]
    return None


def _values_from(block: Block, pred: Block) -> dict[Value, Value]:
    """The block's values when control comes from `pred`: operands of phis, and constants that follow."""
    at = block.preds.index(pred)
    values: dict[Value, Value] = {phi: phi.args[at] for phi in block.phis()}
    for instr in block.instrs:
        if instr.op.name in FOLD:
            args = [values.get(arg, arg) for arg in instr.args]
            if all(isinstance(arg, Const) for arg in args):
                values[instr] = fold(instr, args)
    return values


def _thread(
    fn: Function, pred: Block, block: Block, target: Block, values: dict[Value, Value], checked: set[Value],
    users: dict[Value, list[Instr]],
) -> Block:  # fmt: skip
    """From pred to the target, past the block, over a block of its own that holds copies of what the block computes."""
    way = fn.new_block("way", after=pred)
    for instr in block.instrs[:-1]:
        if instr not in values:
            args = [values.get(arg, arg) for arg in instr.args]
            copy = make(instr.op.name, args, instr.type, instr.span, instr.calls, **instr.attrs)
            copy.block = way
            way.instrs.append(copy)
            values[instr] = copy
            for arg in args:
                users.setdefault(arg, []).append(copy)
    branch = block.instrs[-1]
    jump = make("jump", [], VOID, branch.span, branch.calls)
    jump.block = way
    jump.targets = [target]
    way.instrs.append(jump)
    over = target.preds.index(block)
    for phi in target.phis():
        phi.args.append(values.get(phi.args[over], phi.args[over]))
        users.setdefault(phi.args[-1], []).append(phi)
    add_edge(way, target)
    last = pred.terminator
    assert last is not None
    last.targets[last.targets.index(block)] = way
    add_edge(pred, way)
    remove_edge(pred, block)
    phis = restore_ssa(fn, {instr: {block: instr, way: values[instr]} for instr in block.instrs[:-1]}, users)
    checked |= {phi for phi, value in phis.items() if value in checked}
    return way
