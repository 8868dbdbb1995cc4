"""Order of blocks: every block that can falls through to its successor; empty ones go.

Before: blocks end in a conditional jump and `ja`, or `ja`, or `exit`. After: no block is only a jump; blocks stand so
that most `ja` lead to the next block (emission drops these), and unreachable ones are gone.
Needs: allocated registers. Breaks: nothing.
"""

from __future__ import annotations

from rucy.codegen.machine import MBlock, MFunction, MInsn, invert


def order_blocks(machine: MFunction) -> None:
    for block in machine.blocks:
        block.insns = [i for i in block.insns if not (i.is_move and i.dst == i.src)]
    _thread_jumps(machine)
    machine.blocks = _chain(machine.blocks[0])
    _turn_loops(machine.blocks)
    _leave_at_once(machine.blocks)
    targets = {insn.target for block in machine.blocks for insn in block.insns}
    machine.blocks = [block for block in machine.blocks if block in targets or block is machine.blocks[0]]


def _thread_jumps(machine: MFunction) -> None:
    def final(block: MBlock) -> MBlock:
        seen = {block}
        while len(block.insns) == 1 and block.insns[0].op == "ja":
            target = block.insns[0].target
            assert target is not None
            if target in seen:
                break
            seen.add(target)
            block = target
        return block

    for block in machine.blocks:
        for insn in block.insns:
            if insn.target is not None:
                insn.target = final(insn.target)
        block.succs = list(dict.fromkeys(i.target for i in block.insns if i.target is not None))
        last = block.insns[-1]
        if len(block.insns) > 1 and last.op == "ja" and block.insns[-2].target is last.target:
            del block.insns[-2]


def _turn_loops(blocks: list[MBlock]) -> None:
    """A loop whose head is only its test asks again at its end, where it jumped back to ask:

        head: if a >= b goto out      head: if a >= b goto out
        body: …                       body: …
              goto head                     if a < b goto body
        out:  …                       out:  …
    """
    place = {block: at for at, block in enumerate(blocks)}
    for at, latch in enumerate(blocks):
        head = latch.insns[-1].target if latch.insns[-1].op == "ja" else None
        if head is None or place[head] > at or len(head.insns) != 2 or head.insns[1].op != "ja":
            continue
        test, other = head.insns
        if test.target is None or other.target is None:
            continue
        inside = [place[head] < place[target] <= at for target in (test.target, other.target)]
        op = test.op if inside[0] else invert(test.op)
        if inside[0] == inside[1] or op is None:
            continue
        on, out = (test.target, other.target) if inside[0] else (other.target, test.target)
        again = MInsn(op, test.dst, test.src, test.off, test.imm, test.ref, test.args, on).like(test)
        latch.insns[-1:] = [again, MInsn("ja", target=out).like(test)]


def _leave_at_once(blocks: list[MBlock]) -> None:
    """Where a jump to an `exit` would stand, an `exit` does: not where the next block follows, nor where emission turns
    the conditional jump before it around."""
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        last = block.insns[-1]
        if last.op != "ja" or last.target is None or last.target.insns[0].op != "exit":
            continue
        if following is not None and following in (last.target, block.insns[-2].target if len(block.insns) > 1 else None):
            continue
        block.insns[-1] = MInsn("exit").like(last)


def _chain(entry: MBlock) -> list[MBlock]:
    """Reverse postorder, in which only loops jump back. A block is followed by its successor of the deepest loop, else
    by the target of its `ja`: that one is visited last."""
    order: list[MBlock] = []
    seen = {entry}
    work = [(entry, iter(_visits(entry)))]
    while work:
        block, succs = work[-1]
        for succ in succs:
            if succ not in seen:
                seen.add(succ)
                work.append((succ, iter(_visits(succ))))
                break
        else:
            order.append(block)
            work.pop()
    return order[::-1]


def _visits(block: MBlock) -> list[MBlock]:
    return sorted(block.succs, key=lambda succ: succ.depth)
