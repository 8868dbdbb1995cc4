"""Gives every loop a count that the kernel's verifier knows at each turn, where its end can be proved.

    loop: %i = phi [0], [%j]               loop: %i = phi [0], [%j]
      %t = turn                              %k = slt %i, 22
      branch %t -> head, stop                branch %k -> on, never
    head:                                  on:
      %c = ult %i, %n   ; %n is 0..20        %c = ult %i, %n
      branch %c -> body, end                 branch %c -> body, end
                                           never:
                                             ret 0

Where a loop ends by a compare with a value of run time, the verifier knows the outcome at the last turn alone, and until
then nothing tells one turn's state from the next's: "infinite loop detected" in what the loop calls, and, when the bound
was spilled, which costs it its range, no end at all (5.10 and 6.1, kernel/bpf/verifier.c: states_maybe_looping looks at
the registers of the innermost frame alone, regsafe takes any two numbers that no known outcome rests on as equal,
check_stack_write keeps constants and pointers). A compare of constants is known every time. `never` is not reached.

A loop without such a proof keeps its `turn` (passes/cap_loops makes its cap of it), and so does one whose `turn` says
`kept`: it is known to be too long for the verifier.

Before the passes, which cannot know how two counts go together. Needs: preds. Keeps: values. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Const, Function, Instr, Value, add_edge, const, make, remove_edge, remove_unreachable
from rucy.ir.types import I1, I64, VOID
from rucy.passes.analysis.held import closing
from rucy.passes.analysis.loops import Loop, by_iterator, count_turns, find_loops, induction

_LARGEST = 1 << 31  # a compare with more takes a second instruction; no verifier walks that far


def bound_loops(fn: Function) -> bool:
    """Change the loops of a function. Is one left that can be stopped at its cap?"""
    asked = {i.block: i for i in fn.instrs() if i.op.name == "turn"}
    dominance = Dominance(fn)
    loops = find_loops(fn, dominance)
    turns = count_turns(fn, loops, dominance) if loops else {}
    stops = False
    for block, turn in asked.items():
        found = turns.get(block) if block is not None else None
        if block in turns and (turn.attrs["kept"] or found is None or found.most >= _LARGEST):
            stops = stops or found is None or found.most > turn.attrs["cap"]
        else:
            _always(fn, turn)
    kept = {turn.block for turn in asked.values() if turn.block is not None}
    if len(kept) < len(asked):
        remove_unreachable(fn)
        loops = find_loops(fn)
    held = closing(fn, Dominance(fn)) if loops else {}
    behind: dict[Block, Block] = {}  # header → where the rest of it went
    for loop in reversed(loops):
        loop = loop._replace(latches=tuple(behind.get(latch, latch) for latch in loop.latches))
        found = turns[loop.header]
        if loop.header in kept or by_iterator(loop):
            continue
        assert found is not None and found.most < _LARGEST, f"a loop of the compiler's own has no end: {loop.place.span}"
        if found.walked is None or found.walked > 2 * found.most + 2:
            behind[loop.header] = _bound(fn, loop, found.most + 1, held.get(loop.header, []))
    return stops


def _always(fn: Function, turn: Instr) -> None:
    """The loop may always go on: its head goes on into what follows."""
    head = turn.block
    assert head is not None
    branch = head.instrs.pop()
    head.instrs.remove(turn)
    turn.block = None
    on, stop = branch.targets
    remove_edge(head, stop)
    head.instrs += on.instrs
    for instr in on.instrs:
        instr.block = head
    for succ in on.succs:
        succ.preds[succ.preds.index(on)] = head
    fn.blocks.remove(on)


def _bound(fn: Function, loop: Loop, limit: int, held: list[Instr]) -> Block:
    """The header is left at its `limit`th visit, counted from 0; what is `held` there is closed, for the verifier may come there
    although no program does. Gives the block with the rest of it."""
    header, at = loop.header, loop.place
    phis = sum(1 for _ in header.phis())
    counter = _own_count(loop, limit)
    on = _split(fn, header, phis)
    if counter is None:
        phi = make("phi", [], I64, at.span, at.calls)
        more = make("add", [phi, const(1)], I64, at.span, at.calls)
        phi.args = [more if pred in loop.latches or pred is on else const(0) for pred in header.preds]
        phi.block, more.block = header, on
        header.instrs.append(phi)
        on.instrs.insert(0, more)
        counter = phi, "slt", limit
    value, op, end = counter
    known = make(op, [value, const(end)], I1, at.span, at.calls)
    known.block = header
    header.instrs.append(known)
    branch = make("branch", [known], VOID, at.span, at.calls)
    branch.block = header
    branch.targets = [on, _never(fn, header, at, held)]
    header.instrs.append(branch)
    for target in branch.targets:
        add_edge(header, target)
    return on


def _own_count(loop: Loop, limit: int) -> tuple[Value, str, int] | None:
    """(value, compare, end): a count from a constant that the loop has anyway."""
    for phi in loop.header.phis():
        found = induction(loop, phi)
        if found is not None and isinstance(found[0], Const):
            start, step = found[0].signed, found[1]
            end = start + step * limit
            if max(abs(start), abs(end)) < _LARGEST:
                return phi, "slt" if step > 0 else "sgt", end
    return None


def _never(fn: Function, header: Block, at: Instr, held: list[Instr]) -> Block:
    block = fn.new_block("never", after=header)
    for closer in held:
        again = make(closer.op.name, list(closer.args), closer.type, at.span, at.calls, **closer.attrs)
        again.block = block
        block.instrs.append(again)
    result = fn.program.neutral if fn.program is not None else 0
    leave = make("ret", [Const(result, fn.ret)], VOID, at.span, at.calls)
    leave.block = block
    block.instrs.append(leave)
    return block


def _split(fn: Function, block: Block, at: int) -> Block:
    """A new block with what stands from instruction `at` on; the block has no end then."""
    tail = fn.new_block("on", after=block)
    tail.instrs, block.instrs = block.instrs[at:], block.instrs[:at]
    for instr in tail.instrs:
        instr.block = tail
    for succ in tail.succs:
        succ.preds[succ.preds.index(block)] = tail
    return tail
