"""Steps an address from turn to turn where a count would be multiplied at each.

    ahead:                                 ahead:
      jump -> loop                           %q = padd %b, 36
    loop:                                    jump -> loop
      %i = phi [ahead: 0], [on: %j]        loop:
      …                                      %i = phi [ahead: 0], [on: %j]
      %s = shl %i, 6                         %p = phi [ahead: %q], [on: %r]
      %t = padd %b, %s                       …
      %e = padd %t, 36                       (%e is %p)
      …                                      …
      %j = add %i, 1                         %j = add %i, 1
      jump -> loop                           %r = padd %p, 64
                                             jump -> loop

The verifier processes each turn: what is spared in one is spared in all. It knows the count at each turn (passes/bound_loops),
and so the pointer, which is tested no more than before; the loop still ends by its count. Not around an iterator, by which the
count is any number, and not where the loop has no register left for one more value.

Needs: no unreachable blocks. Keeps: values, tests. Breaks: what is known of places (passes/analysis/places.py).
"""

from __future__ import annotations

from typing import NamedTuple

from rucy.ir.dominance import Dominance, has_loop, reverse_postorder
from rucy.ir.function import Block, Const, Function, Instr, Param, Value, const, make, replace_all, users_of
from rucy.ir.ops import effects
from rucy.passes.analysis.loops import Loop, find_loops, induction
from rucy.passes.cap_loops import split_edge
from rucy.passes.propagate_conditions import tests_of

#: registers that a loop has for what it keeps, with calls in it and without
_KEPT, _FREE = 4, 8
#: an address that is stepped stays this near to where it began
_FAR = 1 << 20
#: made where they are used
_CHEAP = ("slot", "global", "map", "func", "core")


class _Sum(NamedTuple):
    """base + phi * scale + off, which `instr` is; `parts` are instructions that it alone needs."""

    instr: Instr
    base: Value
    phi: Instr
    scale: int
    off: int
    parts: tuple[Instr, ...]


def step_addresses(fn: Function) -> bool:
    if not has_loop(reverse_postorder(fn)) or any(i.op.name == "turn" or effects(i).turns for i in fn.instrs()):
        return False
    changed = False
    dominance, users = Dominance(fn), users_of(fn)
    for loop in find_loops(fn, dominance):
        if len(loop.latches) == 1 and len(loop.header.preds) == 2 and _step(fn, loop, dominance, users):
            changed = True
            dominance, users = Dominance(fn), users_of(fn)
    return changed


def _step(fn: Function, loop: Loop, dominance: Dominance, users: dict[Value, list[Instr]]) -> bool:
    counts = {phi for phi in loop.header.phis() if (count := induction(loop, phi)) and isinstance(count[0], Const)}
    latch = loop.latches[0]
    sums: list[_Sum] = []
    for block in loop.body:
        if dominance.dominates(block, latch):
            sums += [found for instr in block.instrs if (found := _sum(instr, loop, counts, users, dominance)) is not None]
    if not sums or not _has_room(loop, sums, users):
        return False
    order = {instr: at for at, instr in enumerate(fn.instrs())}
    sums.sort(key=lambda found: order[found.instr])
    ahead = _ahead(fn, loop)
    for found in sums:
        _replace(fn, loop, ahead, found)
    return True


def _sum(
    instr: Instr, loop: Loop, counts: set[Instr], users: dict[Value, list[Instr]], dominance: Dominance
) -> _Sum | None:
    off, whole = 0, instr
    if instr.op.name not in ("padd", "add"):
        return None
    inner = instr.args[0]
    if instr.op.name == "padd" and isinstance(instr.args[1], Const):
        if not isinstance(inner, Instr) or inner.op.name != "padd" or len(users[inner]) > 1 or inner.block not in loop.body:
            return None
        off, instr = instr.args[1].signed, inner
    elif instr.op.name == "padd" and _is_made_further(users.get(instr, [])):
        return None  # what is made of it is what is stepped
    if instr.op.name == "padd" and instr.type.kind not in ("map_value", "mem"):
        return None
    base, number = instr.args
    if instr.op.name == "add" and _scaled(base, counts, users) is not None:
        base, number = number, base
    scaled = _scaled(number, counts, users)
    if scaled is None or not _is_known_ahead(base, loop, dominance):
        return None
    phi, scale, parts = scaled
    start, step = induction(loop, phi) or (None, 0)
    assert isinstance(start, Const)
    if not 0 < step * scale < 1 << 15 or not 0 <= start.signed * scale + off < _FAR:
        return None
    return _Sum(whole, base, phi, scale, off, (*parts, instr))


def _is_made_further(users: list[Instr]) -> bool:
    return len(users) == 1 and users[0].op.name == "padd" and isinstance(users[0].args[1], Const)


def _scaled(
    number: Value, counts: set[Instr], users: dict[Value, list[Instr]]
) -> tuple[Instr, int, tuple[Instr, ...]] | None:
    """(count, scale, instructions) of a multiple of a count that one instruction alone takes."""
    if not isinstance(number, Instr) or number.op.name not in ("shl", "mul") or len(users[number]) > 1:
        return None
    count, by = number.args
    if not isinstance(by, Const):
        return None
    scale = 1 << by.value if number.op.name == "shl" and by.value < 15 else by.value
    while isinstance(count, Instr) and count.op.name == "within":
        count = count.args[0]
    return (count, scale, (number,)) if isinstance(count, Instr) and count in counts and scale < 1 << 15 else None


def _is_known_ahead(base: Value, loop: Loop, dominance: Dominance) -> bool:
    """Is it there before the loop, or can be made there?"""
    if not isinstance(base, Instr) or base.block not in loop.body:
        return not isinstance(base, Const)
    if base.op.name == "global":
        return True
    if base.op.name == "addr":
        return _is_known_ahead(base.args[0], loop, dominance)
    return base.op.name == "nonnil" and _is_known_ahead(base.args[0], loop, dominance) and _is_tested(base, loop, dominance)


def _is_tested(check: Instr, loop: Loop, dominance: Dominance) -> bool:
    """Does control come to the loop only where the pointer is not NULL?"""
    block: Block | None = loop.header
    wanted = ("ne", check.args[0])
    while block is not None and block is not dominance.order[0]:
        before = dominance.entered_from(block)
        last = before.terminator if before is not None else None
        if last is not None and last.op.name == "branch":
            tests = tests_of(last.args[0], last.targets[0] is block)
            if any(test[:2] == wanted and test[2] == (0, check.args[0].type) for test in tests):
                return True
        block = dominance.idom.get(block)
    return False


# ---------------------------------------------------------------- registers


def _has_room(loop: Loop, sums: list[_Sum], users: dict[Value, list[Instr]]) -> bool:
    """Are there registers for what the loop keeps, with the addresses?"""
    gone = {part for found in sums for part in (found.instr, *found.parts)}
    kept: set[Value] = set(loop.header.phis())
    calls = False
    for block in loop.body:
        for instr in block.instrs:
            calls = calls or _is_call(instr)
            if instr in gone or (instr.op.name in ("addr", "nonnil") and all(user in gone for user in users.get(instr, ()))):
                continue
            kept.update(arg for arg in map(_source, instr.args) if _takes_register(arg, loop))
            if instr.op.name not in ("phi", *_CHEAP) and _outlives_call(instr, loop, users):
                kept.add(_source(instr))
    return len(kept) + len(sums) <= (_KEPT if calls else _FREE)


def _source(value: Value) -> Value:
    while isinstance(value, Instr) and value.op.name in ("addr", "nonnil", "cast"):
        value = value.args[0]
    return value


def _takes_register(value: Value, loop: Loop) -> bool:
    """Something from before the loop that it has to keep."""
    if isinstance(value, Instr):
        return value.block not in loop.body and value.op.name not in _CHEAP
    return isinstance(value, Param)


def _outlives_call(value: Instr, loop: Loop, users: dict[Value, list[Instr]]) -> bool:
    """Is a value of the turn used behind a call that comes after it, in its block or in that of the user?"""
    block = value.block
    assert block is not None
    behind = block.instrs[block.instrs.index(value) + 1 :]
    for user in users.get(value, ()):
        if user.block is block and user in behind:
            before = behind[: behind.index(user)]
        elif user.block in loop.body and user.block is not None:
            before = [*behind, *user.block.instrs[: user.block.instrs.index(user)]]
        else:
            continue
        if any(_is_call(instr) for instr in before):
            return True
    return False


def _is_call(instr: Instr) -> bool:
    return instr.op.name in ("call", "callfn", "kfunc")


# ---------------------------------------------------------------- the change


def _ahead(fn: Function, loop: Loop) -> Block:
    """The block before the loop, which only goes there."""
    before = next(pred for pred in loop.header.preds if pred not in loop.latches)
    if len(before.succs) == 1:
        return before
    return split_edge(fn, before, loop.header, "ahead", loop.place)


def _replace(fn: Function, loop: Loop, ahead: Block, found: _Sum) -> None:
    old = found.instr
    start, step = induction(loop, found.phi) or (const(0), 0)
    assert isinstance(start, Const)
    base = _made_ahead(found.base, loop, ahead)
    first = start.signed * found.scale + found.off
    if first:
        base = _append(ahead, make(old.op.name, [base, const(first)], old.type, old.span, old.calls))
    latch = loop.latches[0]
    phi = make("phi", [], old.type, old.span, old.calls)
    phi.block = loop.header
    more = _append(latch, make(old.op.name, [phi, const(step * found.scale)], old.type, old.span, old.calls))
    phi.args = [more if pred is latch else base for pred in loop.header.preds]
    loop.header.instrs.insert(0, phi)
    assert old.block is not None
    old.block.instrs.remove(old)
    replace_all(fn, {old: phi})
    _drop_unused(fn, old)


def _drop_unused(fn: Function, gone: Instr) -> None:
    """What only the instruction needed goes with it."""
    work = list(gone.args)
    while work:
        value = work.pop()
        if not isinstance(value, Instr) or value.block is None or not effects(value).removable or value.op.name == "phi":
            continue
        if not any(value in instr.args for instr in fn.instrs()):
            value.block.instrs.remove(value)
            value.block = None
            work += value.args


def _made_ahead(base: Value, loop: Loop, ahead: Block) -> Value:
    if not isinstance(base, Instr) or base.block not in loop.body:
        return base
    args = [_made_ahead(arg, loop, ahead) for arg in base.args]
    return _append(ahead, make(base.op.name, args, base.type, base.span, base.calls, **base.attrs))


def _append(block: Block, instr: Instr) -> Instr:
    """Before the block's last instruction."""
    instr.block = block
    block.instrs.insert(len(block.instrs) - 1, instr)
    return instr
