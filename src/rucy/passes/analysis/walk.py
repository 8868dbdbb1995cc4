"""What the kernel's verifier spends on a function with loops, estimated from above.

It follows every path, and a path ends early where its state is one that was seen before. Two states differ by the numbers
on which a known outcome of a compare rests (regsafe in kernel/bpf/verifier.c), and in loops that call functions before
Linux 6.5 by all (backtrack_insn gives up at such a call, then every number counts). So beside the turns it matters which
values can be one number on one path and another on the next.

In: a function in SSA whose loops all have a count that is known at each turn. Out: a `Walk`.
"""

from __future__ import annotations

from typing import NamedTuple

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Const, Function, Instr, Module, Param, Value
from rucy.ir.ops import COMPARES
from rucy.ir.types import I1, I64
from rucy.passes.analysis.loops import Loop, Unproved, count_turns, find_loops, induction, too_many

#: BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h is 1,000,000 processed instructions, less what surrounds a loop
INSTRUCTIONS = 800_000
#: BPF_COMPLEXITY_LIMIT_JMP_SEQ of kernel/bpf/verifier.c is 8,192 branches whose other side waits, less the same
WAITING = 7_500
#: what a number that is taken through memory is turned over with
FORGETTING = 0x2C6E91B5
#: what fresh numbers are made of: nothing is known of them but their width
_FRESH = ("load", "call", "callfn", "kfunc", "atomic", "core")


class Walk(NamedTuple):
    """`weight`: how often a path passes a block, at most; `instructions` and `waiting` branches: of one path.

    drifting: numbers of loop heads that can differ from path to path, turn after turn → how often they are compared.
    parts: other values that paths part by, within a turn or once for all turns → into how many; `tests`: (instruction,
    operand) by which they do.
    """

    loops: list[Loop]
    weight: dict[Block, int]
    instructions: int
    waiting: int
    drifting: dict[Instr, int]
    parts: dict[Value, int]
    tests: list[tuple[Instr, Value]]

    @property
    def states(self) -> int:
        """Into how many states what reaches a place can be parted, at most; INSTRUCTIONS stands for any more."""
        product = 1 << min(20, sum(self.drifting.values()))
        for number in self.parts.values():
            product = min(product * number, INSTRUCTIONS)
        return product


def walk(fn: Function, callees: dict[str, int] | None = None) -> Walk | None:
    """None where no loop is. `callees`: the instructions of functions that are walked through at each call."""
    dominance = Dominance(fn)
    loops = find_loops(fn, dominance)
    if not loops:
        return None
    turns = count_turns(fn, loops, dominance)
    weight = dict.fromkeys(dominance.order, 1)
    decided: set[Block] = set()
    for loop in loops:
        found = turns[loop.header]
        walked = found.walked if found is not None else None
        decided |= found.known if found is not None else set()
        for block in loop.body:
            weight[block] *= walked + 1 if walked is not None else INSTRUCTIONS
    instructions = sum(weight[block] * _cost_of(block, callees or {}) for block in weight)
    waiting = sum(weight[block] for block in weight if len(block.succs) > 1 and block not in decided)
    return Walk(loops, weight, instructions, waiting, *_parting(fn, loops, weight, decided))


def _cost_of(block: Block, callees: dict[str, int]) -> int:
    called = sum(callees.get(i.attrs["symbol"], 0) for i in block.instrs if i.op.name == "callfn")
    return called + sum(map(_cost, block.instrs))


def _cost(instr: Instr) -> int:
    """Instructions of the machine, about, and moves that the allocator may add."""
    match instr.op.name:
        case "slot" | "within" | "nonnil" | "covers" | "exists":
            return 0
        case "zero":
            return 1 + int(instr.attrs["size"]) // 8
        case "call" | "callfn" | "kfunc":
            return 3 + len(instr.args)
        case "sdiv" | "smod":
            return 14
        case "phi" | "jump" | "branch" | "cast" | "addr" | "load":
            return 1
    return 2


# ---------------------------------------------------------------- what paths part by


class _Part:
    """Where the values of compares come from. `loops_of`: a block's loops, the innermost last."""

    def __init__(self, loops: list[Loop], weight: dict[Block, int]) -> None:
        self.weight = weight
        self.loops_of = {block: [loop for loop in loops if block in loop.body] for block in weight}
        self.heads = {loop.header: loop for loop in loops}

    def passes(self, block: Block) -> int:
        """How often the innermost loop passes a block while those around it stay."""
        loops = self.loops_of[block]
        return self.weight[block] // (self.weight[loops[-2].header] if len(loops) > 1 else 1)

    def sources(self, value: Value, at: Block) -> tuple[set[Instr], set[Value]]:
        """(numbers of loop heads that are no counts, values from outside the turn and meetings within it)."""
        heads: set[Instr] = set()
        others: set[Value] = set()
        inner = self.loops_of[at][-1] if self.loops_of[at] else None
        seen: set[Value] = set()
        work = [value]
        while work:
            one = work.pop()
            if one in seen or isinstance(one, Const) or one.type not in (I64, I1):
                continue
            seen.add(one)
            if isinstance(one, Param) or not isinstance(one, Instr) or one.block is None:
                others.add(one)
                continue
            head = self.heads.get(one.block) if one.op.name == "phi" else None
            if head is not None:
                if induction(head, one) is None:
                    (heads if one.type == I64 else others).add(one)
                    continue
                if head not in self.loops_of[at]:  # in the loop it is the same number on every path of a turn
                    others.add(one)
                continue
            if _fixed(one):
                continue
            if inner is not None and one.block not in inner.body:
                others.add(one)
                continue
            if one.op.name in _FRESH:
                continue
            if one.op.name == "phi" and (one.type == I1 or any(isinstance(arg, Const) for arg in one.args)):
                others.add(one)
            work += one.args
        return heads, others


def _fixed(value: Instr) -> bool:
    """A number that is filled in at load: code that it rules out is none for the verifier, and must stay so."""
    if value.op.name == "load" and isinstance(value.args[0], Instr) and value.args[0].op.name == "global":
        return not value.args[0].type.writable
    return value.op.name in ("core", "exists")


def _parting(
    fn: Function, loops: list[Loop], weight: dict[Block, int], decided: set[Block]
) -> tuple[dict[Instr, int], dict[Value, int], list[tuple[Instr, Value]]]:
    found = _Part(loops, weight)
    drifting: dict[Instr, int] = {}
    parts: dict[Value, int] = {}
    tests: list[tuple[Instr, Value]] = []
    for block in weight:
        if not found.loops_of[block]:
            continue
        for instr in block.instrs:
            ways = 1 if any(isinstance(arg, Const) for arg in instr.args) else found.passes(block)
            for value in _looked_at(instr, block in decided):
                heads, others = found.sources(value, block)
                for head in heads:
                    drifting[head] = drifting.get(head, 0) + weight[block]
                if others:
                    tests.append((instr, value))
                for other in others:
                    if isinstance(other, Instr) and other.block in found.heads and other.type == I64:
                        parts[other] = found.passes(other.block)
                    else:
                        parts[other] = 2 if other.type == I1 else parts.get(other, 1) + ways
    _counted_by_calls(fn, loops, found, drifting, parts, weight)
    order = {instr: at for at, instr in enumerate(fn.instrs())}
    return {head: drifting[head] for head in sorted(drifting, key=order.__getitem__)}, parts, tests


def _counted_by_calls(
    fn: Function, loops: list[Loop], found: _Part, drifting: dict[Instr, int], parts: dict[Value, int], weight: dict[Block, int]
) -> None:
    """In a loop that calls a function every number of a phi matters, but for those that are only forgotten."""
    calling = {block for loop in loops if any(map(_calls, loop.body)) for block in loop.body}
    if not calling:
        return
    users: dict[Value, list[Instr]] = {}
    for instr in fn.instrs():
        for arg in instr.args:
            users.setdefault(arg, []).append(instr)
    for block in calling:
        head = found.heads.get(block)
        for phi in block.phis():
            used = users.get(phi, [])
            if phi.type != I64 or (len(used) == 1 and is_forgetting(used[0])):
                continue
            if head is None and any(isinstance(arg, Const) for arg in phi.args):
                parts.setdefault(phi, 2)
            elif head is not None and induction(head, phi) is None:
                drifting.setdefault(phi, weight[block])


def _calls(block: Block) -> bool:
    return any(i.op.name == "callfn" for i in block.instrs)


def is_forgetting(instr: Instr) -> bool:
    """The first instruction of those by which passes/forget_values.py takes a number through memory."""
    return instr.op.name == "xor" and isinstance(instr.args[1], Const) and instr.args[1].value == FORGETTING


def _looked_at(instr: Instr, decided: bool) -> list[Value]:
    """The values whose known bounds decide something at this instruction."""
    if instr.op.name in COMPARES:
        return [arg for arg in instr.args if not isinstance(arg, Const) and arg.type in (I64, I1)] if not decided else []
    if instr.op.name == "branch" and not decided:
        condition = instr.args[0]
        return [condition] if not (isinstance(condition, Instr) and condition.op.name in COMPARES) else []
    return []


# ---------------------------------------------------------------- the limits


def too_long_loops(module: Module) -> list[Unproved]:
    """For each function that the verifier cannot be known to walk through, the loop that costs it most."""
    found = []
    callees: dict[str, int] = {}
    for fn in reversed(module.functions):  # a method stands behind those that call it, but for the order of a file
        seen = walk(fn, callees)
        if fn.kind == "static":
            callees[fn.name] = sum(_cost_of(b, callees) for b in fn.blocks) if seen is None else seen.instructions
        if seen is not None and (reason := _over(seen, callees)):
            found.append(reason)
    return found[::-1]


def _over(seen: Walk, callees: dict[str, int]) -> Unproved | None:
    cost = {loop.header: sum(seen.weight[b] * _cost_of(b, callees) for b in loop.body) for loop in seen.loops}
    worst = max(seen.loops, key=lambda loop: (cost[loop.header], -len(loop.body)))
    turns = seen.weight[worst.header] - 1
    if seen.instructions > INSTRUCTIONS:
        return Unproved(worst.place, too_many(turns))
    if seen.waiting > WAITING:
        return Unproved(worst.place, f"its {turns} turns have more conditions than the kernel's verifier keeps in mind")
    if seen.instructions * seen.states > INSTRUCTIONS:
        return Unproved(worst.place, "what it changes and compares has more ways through it than the kernel's verifier walks")
    return None
