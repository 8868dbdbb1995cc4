"""What the kernel's verifier spends on a function with loops, estimated from above.

It follows every path, and a path ends early where its state is one that was seen before. Two states differ by the numbers
on which a known outcome of a compare rests (regsafe in kernel/bpf/verifier.c), and in loops that call functions before
Linux 6.5 by all (backtrack_insn gives up at such a call, then every number counts). So beside the turns it matters which
values can be one number on one path and another on the next.

In: a function in SSA whose loops all have a count that is known at each turn. Out: a `Walk`.
"""

from __future__ import annotations

from collections.abc import Collection, Container

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Const, Function, Instr, Module, Param, Value, users_of
from rucy.ir.ops import COMPARES
from rucy.ir.refs import Span
from rucy.ir.types import I1, I64
from rucy.passes.analysis.loops import Loop, by_iterator, count_turns, find_loops, induction
from rucy.passes.analysis.ranges import Range, Ranges
from rucy.records import NamedTuple

#: BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h is 1,000,000 processed instructions, less what surrounds a loop
INSTRUCTIONS = 900_000
#: BPF_COMPLEXITY_LIMIT_JMP_SEQ of kernel/bpf/verifier.c is 8,192 branches whose other side waits, less the same
WAITING = 7_500
#: what the other side of a branch in a loop takes until it meets a state that was kept: one is kept after 100 instructions
#: or 20 jumps (is_state_visited), few of many are kept for long, and branches on the way there have other sides as well.
#: Measured: 20 to 50, seldom up to 90; more where a way out of a loop goes round with another, for what is behind it is then
#: walked once more before anything of it has been kept.
_AGAIN = 70
_AROUND_AGAIN = 1500
#: visits to the head of a loop by an iterator, until its state is one that was seen
CONVERGES = 3
#: of the instructions, what a function takes whose loops are stopped by a count. Measured on Linux 5.10: it processes up to
#: 2.2 times what is estimated.
_COUNTED = 0.4
#: turns of a loop that is stopped by a count, where another is in it or around it, for each condition of the outermost: so many
#: in all. The verifier drops states that it compared in vain a few times (is_state_visited in kernel/bpf/verifier.c), and from
#: some number of turns on it walks what is behind a way out of the inner loop again and again. Measured on Linux 5.10: with
#: 6 conditions 17 turns take 14,219 instructions and 20 more than a million; with 12 conditions it is 5 and 8 turns.
_NESTED = 60
#: the same of a block that a helper calls: 7.3 walks one in another up to ten times as often as 6.18
_CONVERGES_CALLED = 8
#: truth values that a loop by an iterator may set. Measured: 15 take 57,541 instructions, 16 more than a million.
_TRUTHS = 12
#: turns of a loop with a count in one of a loop by an iterator around it, where an outcome in it is not known
_TURNS_WITHIN = 8
#: the same of all such loops in it together. Measured on Linux 6.12: 64 are more than it bears.
_ALL_TURNS_WITHIN = 32
#: instructions by which a number is taken through memory
_FORGET_COST = 5
#: what a number that is taken through memory is turned over with
FORGETTING = 0x2C6E91B5
#: what fresh numbers are made of: nothing is known of them but their width
_FRESH = ("load", "call", "callfn", "kfunc", "atomic", "core")


class Walk(NamedTuple):
    """`weight`: how often a path passes a block, at most; `cost`: what that takes each time; `instructions` and `waiting`
    branches: of all of them; `bounds`: into how many states checks of a packet's end part what comes to a loop again; `entered`:
    in how many that comes to one at all, where they were before it.

    pointers: into a packet, that differ by the path on which they were found → by how many, and the blocks of loops that
    are walked for each. visits: of a loop's head, while the loops around it stay; undecided: blocks whose branch may go
    either way.
    drifting: numbers of loop heads that can differ from path to path, turn after turn → how often they are compared.
    parts: other values that paths part by, within a turn or once for all turns → into how many; `tests`: (instruction,
    operand) by which they do; `left`: those that are numbers of a loop's head at which only what is behind looks, and
    compares that are branched on again → where.
    """

    loops: list[Loop]
    weight: dict[Block, int]
    cost: dict[Block, int]
    instructions: int
    waiting: int
    drifting: dict[Instr, int]
    parts: dict[Value, int]
    tests: list[tuple[Instr, Value]]
    left: dict[Value, list[Block]]
    pointers: dict[Instr, tuple[int, set[Block]]]
    visits: dict[Block, int]
    undecided: list[Block]
    bounds: int
    entered: dict[Block, int]

    @property
    def states(self) -> int:
        """Into how many states what reaches a place can be parted, at most; INSTRUCTIONS stands for any more."""
        product = self.bounds << min(20, sum(self.drifting.values()))
        for number in self.parts.values():
            product = min(product * number, INSTRUCTIONS)
        return product


def walk(fn: Function, callees: dict[str, int] | None = None, waits: dict[str, int] | None = None) -> Walk | None:
    """None where no loop is. `callees`: the instructions of functions that are walked through at each call, by a helper
    too; `waits`: their conditions."""
    dominance = Dominance(fn)
    loops = find_loops(fn, dominance)
    if not loops:
        return None
    ranges = Ranges(fn, shown=True, dominance=dominance)
    turns = count_turns(fn, loops, dominance, ranges)
    weight = dict.fromkeys(dominance.order, 1)
    decided: set[Block] = set()
    visited: dict[Block, int] = {}
    for loop in loops:
        found = turns[loop.header]
        known = found.walked + 1 if found is not None and found.walked is not None else None
        visits = known or (CONVERGES if by_iterator(loop) else INSTRUCTIONS)
        decided |= found.known if found is not None else set()
        if loop.header in fn.caps:
            visits = min(visits, fn.caps[loop.header].walked)
            decided.update(fn.caps[loop.header].known)
        visited[loop.header] = visits
        for block in loop.body:
            weight[block] *= visits
    again = _again(loops, decided)
    cost = {block: _cost_of(block, callees or {}) + again.get(block, 0) for block in weight}
    waiting = sum(weight[block] for block in weight if len(block.succs) > 1 and block not in decided)
    waiting += sum(weight[block] * _called(block, waits or {}) for block in weight)
    made = _made_numbers(fn)
    waiting += sum(weight[block] * number for block, number in made.items())
    undecided = [b for b in weight if len(b.succs) > 1 and b not in decided]
    instructions = sum(weight[block] * cost[block] for block in weight)
    parting = _parting(fn, loops, weight, decided, {*undecided, *made}, ranges)
    pointers = _pointers(fn, loops, visited)
    parted = _bounds(loops), _entered(loops)
    return Walk(loops, weight, cost, instructions, waiting, *parting, pointers, visited, undecided, *parted)


def _pointers(fn: Function, loops: list[Loop], visits: dict[Block, int]) -> dict[Instr, tuple[int, set[Block]]]:
    """Packet pointers that were found on different paths before a loop which uses them. Another offset, or another number
    added, is another state (regsafe in kernel/bpf/verifier.c), so the loop is walked for each."""
    found: dict[Instr, tuple[int, set[Block]]] = {}
    for loop in loops:
        used = {arg for block in loop.body for instr in block.instrs for arg in instr.args if isinstance(arg, Instr)}
        for pointer in used:
            if pointer.op.name == "phi" and pointer.type.kind == "packet" and pointer.block not in loop.body:
                number, blocks = found.get(pointer) or (_ways_to(pointer, visits), set())
                found[pointer] = number, blocks | loop.body
    order = {instr: at for at, instr in enumerate(fn.instrs())}
    return {instr: found[instr] for instr in sorted(found, key=order.__getitem__)}


def _ways_to(pointer: Value, visits: dict[Block, int]) -> int:
    """How many different values a pointer has for the verifier. `visits`: of loops' heads."""
    number, turns = 0, 1
    for leaf in pointer_sources(pointer):
        if not isinstance(leaf, Instr) or leaf.op.name not in ("padd", "covers"):
            number += 1
        elif again := comes_round(leaf, visits):
            turns += again
        else:
            number += _ways_to(leaf.args[0], visits)
    return number * turns


def comes_round(leaf: Instr, visits: dict[Block, int]) -> int:
    """Is a pointer computed from itself? How often, at most; else 0."""
    seen: set[Value] = set()
    work = [leaf.args[0]]
    while work:
        one = work.pop()
        if one not in seen and isinstance(one, Instr) and one.op.name in ("phi", "padd", "covers"):
            seen.add(one)
            work += one.args if one.op.name == "phi" else one.args[:1]
    return max(visits.get(_block(one), 0) for one in seen if isinstance(one, Instr)) if leaf in seen else 0


def pointer_sources(pointer: Value) -> list[Value]:
    """What comes to a pointer through phis, each once."""
    seen: dict[Value, None] = {}
    work = [pointer]
    while work:
        one = work.pop()
        if one not in seen:
            seen[one] = None
            if isinstance(one, Instr) and one.op.name == "phi":
                work += one.args
    return [one for one in seen if not isinstance(one, Instr) or one.op.name != "phi"]


def _made_numbers(fn: Function) -> dict[Block, int]:
    """Compares of a block whose outcome is a number, 0 or 1, which takes a branch around one instruction."""
    made = dict.fromkeys(
        arg
        for instr in fn.instrs()
        if instr.op.name != "branch"
        for arg in instr.args
        if isinstance(arg, Instr) and arg.op.name in COMPARES
    )
    found: dict[Block, int] = {}
    for compare in made:
        if compare.block is not None:
            found[compare.block] = found.get(compare.block, 0) + 1
    return found


def _again(loops: list[Loop], decided: Collection[Block | None]) -> dict[Block, int]:
    """Blocks of loops that end in a branch whose outcome is not known → what its other side takes."""
    found: dict[Block, int] = {}
    for at, loop in enumerate(loops):  # the inner ones last
        inner = any(loop.header in outer.body for outer in loops[:at])
        for block in loop.body:
            if len(block.succs) > 1 and block not in decided:
                leaves = inner and any(succ not in loop.body for succ in block.succs)
                found[block] = max(found.get(block, 0), _AROUND_AGAIN if leaves else _AGAIN)
    return found


def _bounds(loops: list[Loop]) -> int:
    """How far into a packet a path can know that there is something, in so many different ways: part of each state."""
    checks = {instr for loop in loops for block in loop.body for instr in block.instrs if instr.op.name == "covers"}
    return 1 + len(checks)


def _entered(loops: list[Loop]) -> dict[Block, int]:
    """Blocks of loops that look at a packet, or that something behind which does → in how many states they are come to, by
    how far into it each path there has found something: one for each check before, and each place in the packet."""
    found: dict[Block, int] = {}
    for at, loop in enumerate(loops):
        outermost = not any(loop.header in outer.body for outer in loops[:at])
        if outermost and any(_of_packet(i) for block in (*loop.body, *_behind([loop])) for i in block.instrs):
            before = _before([*loop.body]) - loop.body
            checks = [instr for block in before for instr in block.instrs if instr.op.name == "covers"]
            found.update(dict.fromkeys(loop.body, 1 + sum(len(pointer_sources(check.args[0])) for check in checks)))
    return found


def _of_packet(instr: Instr) -> bool:
    return any(arg.type.kind == "packet" for arg in instr.args if arg.type.is_ptr)


def turns_walked(fn: Function, turns: list[Instr]) -> dict[Instr, int]:
    """For loops that `turn`s are to stop by a count: so many turns that the verifier walks through all of the function. Each
    has as many as the others, or the `cap` that it must not pass."""
    if not turns:
        return {}
    dominance = Dominance(fn)
    loops = find_loops(fn, dominance)
    known = count_turns(fn, loops, dominance)
    counted = {turn.block: int(turn.attrs["cap"]) for turn in turns}
    decided = {block for found in known.values() if found is not None for block in found.known} | set(counted)
    made = _made_numbers(fn)
    again = _again(loops, decided)
    cost = {block: _cost_of(block, {}) + again.get(block, 0) for block in dominance.order}
    nested = _most_nested(loops, counted, decided)
    low, high = 1, INSTRUCTIONS
    while low < high:
        middle = (low + high + 1) // 2
        weight = dict.fromkeys(dominance.order, 1)
        for loop in loops:
            found = known[loop.header]
            visits = found.walked + 1 if found is not None and found.walked is not None else CONVERGES
            if loop.header in counted:
                visits = min(middle, counted[loop.header] or middle, nested.get(loop.header, middle)) + 1
            for block in loop.body:
                weight[block] *= visits
        drifting = {b: sum(1 for phi in b.phis() if phi.type in (I64, I1)) for b in counted if b is not None}
        flags = {b: sum(2 for phi in b.phis() if phi.type == I1) for b in counted if b is not None}  # made and looked at
        instructions = sum(weight[b] * (cost[b] + _FORGET_COST * drifting.get(b, 0)) for b in weight)
        waiting = sum(
            weight[b] * (flags.get(b, 0) + made.get(b, 0) + (len(b.succs) > 1 and b not in decided)) for b in weight
        )
        if instructions <= INSTRUCTIONS * _COUNTED and waiting <= WAITING:
            low = middle
        else:
            high = middle - 1
    return {turn: min(low, turn.attrs["cap"] or low, nested.get(_block(turn), low)) for turn in turns}


def _most_nested(loops: list[Loop], counted: Container[Block | None], decided: Container[Block | None]) -> dict[Block, int]:
    """Heads of loops that are stopped by a count, and have another such loop around them or in them → the most turns."""
    found: dict[Block, int] = {}
    for at, loop in enumerate(loops):
        if loop.header in counted and not any(loop.header in outer.body for outer in loops[:at]):
            inside = [one for one in loops[at + 1 :] if one.header in loop.body]
            if any(one.header in counted for one in inside):
                conditions = sum(len(block.succs) > 1 and block not in decided for block in loop.body)
                most = max(3, _NESTED // max(1, conditions))
                found.update({one.header: most for one in (loop, *inside) if one.header in counted})
    return found


def _cost_of(block: Block, callees: dict[str, int]) -> int:
    return _called(block, callees) + sum(map(_cost, block.instrs))


def _called(block: Block, what: dict[str, int]) -> int:
    """Of functions that are called there, by a helper too."""
    found = 0
    for instr in block.instrs:
        for one in (instr, *instr.args) if instr.op.name in ("callfn", "call") else ():
            if isinstance(one, Instr) and one.op.name in ("callfn", "func"):
                found += what.get(one.attrs["symbol"], 0)
    return found


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
    """Where the values of compares come from. `loops_of`: a block's loops, the innermost last; `one_way`: blocks of loops that
    one path goes through and comes out of, with one number for each sum, whatever that is."""

    def __init__(self, loops: list[Loop], weight: dict[Block, int], parted: Collection[Block], caps: Container[Block]) -> None:
        self.weight = weight
        self.loops_of = {block: [loop for loop in loops if block in loop.body] for block in weight}
        self.heads = {loop.header: loop for loop in loops}
        single = [loop for loop in loops if _one_way(loop, parted, caps)]
        self.one_way = {block for loop in single for block in loop.body}

    def passes(self, block: Block) -> int:
        """How often the innermost loop passes a block while those around it stay."""
        loops = self.loops_of[block]
        return self.weight[block] // (self.weight[loops[-2].header] if len(loops) > 1 else 1)

    def begins_known(self, head: Loop, phi: Instr) -> bool:
        """Does a loop count from a constant, or from what a loop around it counts so?"""
        found = induction(head, phi)
        if found is None:
            return False
        start = found[0]
        if not isinstance(start, Instr) or start.op.name != "phi" or start.block is None:
            return isinstance(start, Const)
        outer = self.heads.get(start.block)
        return outer is not None and self.begins_known(outer, start)

    def counted(self, value: Value) -> bool:
        """Is it computed from a number that a loop counts?"""
        seen: set[Value] = set()
        work = [value]
        while work:
            one = work.pop()
            if one in seen or not isinstance(one, Instr) or one.op.name in _FRESH:
                continue
            seen.add(one)
            if one.op.name == "phi" and one.block in self.heads:
                return True
            work += one.args
        return False

    def moves(self, phi: Instr) -> bool:
        """Is a loop's number computed from what it was a turn before? In an iterator's loop, where it begins as any number, a
        compare gives it bounds; where a second one is decided by them, they count, and each turn moves them to a new state."""
        head = self.heads[_block(phi)]
        work: list[tuple[Value, bool]] = [(arg, False) for pred, arg in zip(head.header.preds, phi.args) if pred in head.body]
        seen: set[tuple[Value, bool]] = set()
        while work:
            one, computed = work.pop()
            if one is phi and computed:
                return True
            if (one, computed) in seen or one is phi or not isinstance(one, Instr) or one.op.name in _FRESH:
                continue
            seen.add((one, computed))
            work += [(arg, computed or one.op.name != "phi") for arg in one.args]
        return False

    def bounds(self, head: Instr, user: Instr, value: Value, ranges: Ranges) -> int:
        """How often in a turn of the number's loop a compare, or a mask, says of the value what the verifier keeps: beside a
        number of which nothing is known never (reg_set_min_max of kernel/bpf/verifier.c). Those that leave the loop are
        decided by none before."""
        at = _block(user)
        if _leaves(self.heads[_block(head)], at):
            return 0
        others = [arg for arg in user.args if arg is not value]
        known = any(isinstance(arg, Const) or ranges.at(arg, at) != Range() for arg in others)
        return (1 if self.loops_of[at][-1].header is head.block else 2) if known else 0

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
            if one.block in self.one_way and at not in self.one_way:
                work += one.args if one.op.name not in _FRESH else ()
                continue
            head = self.heads.get(one.block) if one.op.name == "phi" else None
            if head is not None:
                if induction(head, one) is None or (by_iterator(head) and not _leaves(head, at)):
                    (heads if one.type == I64 else others).add(one)
                    continue
                # in the loop it is the same number on every path of a turn; where it begins is known, or each path has its bounds
                if head not in self.loops_of[at] or not self.begins_known(head, one):
                    others.add(one)
                continue
            if inner is None and one.type == I1 and one.block is not at:
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


def _leaves(loop: Loop, block: Block) -> bool:
    return block in loop.body and any(succ not in loop.body for succ in block.succs)


def _one_way(loop: Loop, parted: Collection[Block], caps: Container[Block]) -> bool:
    """Does one path go through all its turns and out? What it calls may come back by several."""
    if by_iterator(loop) or not loop.body.isdisjoint(parted):
        return False
    return not any(block in caps or _calls(block) for block in loop.body)


def _fixed(value: Instr) -> bool:
    """A number that is filled in at load: code that it rules out is none for the verifier, and must stay so."""
    if value.op.name == "load" and isinstance(value.args[0], Instr) and value.args[0].op.name == "global":
        return not value.args[0].type.writable
    return value.op.name in ("core", "exists")


def _parting(
    fn: Function, loops: list[Loop], weight: dict[Block, int], decided: set[Block], parted: Collection[Block], ranges: Ranges
) -> tuple[dict[Instr, int], dict[Value, int], list[tuple[Instr, Value]], dict[Value, list[Block]]]:
    found = _Part(loops, weight, parted, fn.caps)
    drifting: dict[Instr, int] = {}
    parts: dict[Value, int] = {}
    tests: list[tuple[Instr, Value]] = []
    left: dict[Value, list[Block]] = {}
    within: set[Value] = set()
    behind = _behind(loops)
    again = _branched_again(fn, loops, decided)
    bounding: dict[Instr, int] = {}
    for block in weight:
        looping = bool(found.loops_of[block])
        if not looping and block not in behind:
            continue
        for instr in block.instrs:
            ways = 1 if any(isinstance(arg, Const) for arg in instr.args) else found.passes(block)
            for user, value in _looked_at(instr, block in decided, again):
                heads, others = found.sources(value, block)
                if not looping:  # a loop is walked anew for each of what a compare behind it tells apart
                    others |= heads
                    heads = set()
                    for other in others:
                        if isinstance(other, Instr) and other.op.name == "phi" and other.block in found.heads:
                            left.setdefault(other, []).append(block)
                else:
                    within |= others
                for head in heads:
                    cap = fn.caps.get(_block(head))
                    if cap is not None and not cap.counted:  # an iterator's begin as any number
                        bounding[head] = bounding.get(head, 0) + found.bounds(head, user, value, ranges)
                        if bounding[head] < 2 or not found.moves(head):
                            continue
                    drifting[head] = drifting.get(head, 0) + weight[block]
                if instr.op.name == "padd" and instr.type.kind == "packet" and found.counted(value):
                    others.add(value)  # as far into a packet as each turn's number, in as many different states
                if others:
                    tests.append((user, value))
                for other in others:
                    if isinstance(other, Instr) and (other.block in found.heads or instr.op.name == "padd") and other.type == I64:
                        parts[other] = found.passes(other.block or block)
                    else:
                        parts[other] = 2 if other.type == I1 else parts.get(other, 1) + ways
    _counted_by_calls(fn, loops, found, drifting, parts, weight)
    order = {instr: at for at, instr in enumerate(fn.instrs())}
    left = {value: blocks for value, blocks in left.items() if value not in within and value not in drifting}
    for branch in again:
        left.setdefault(branch.args[0], []).append(_block(branch))
    return {head: drifting[head] for head in sorted(drifting, key=order.__getitem__)}, parts, tests, left


def _behind(loops: list[Loop]) -> set[Block]:
    """Blocks that a path comes to behind a loop."""
    found: set[Block] = set()
    work = [succ for loop in loops for block in loop.body for succ in block.succs if succ not in loop.body]
    while work:
        block = work.pop()
        if block not in found:
            found.add(block)
            work += block.succs
    return found


def _after(block: Block) -> set[Block]:
    """The block, and those that a path comes to from it."""
    found: set[Block] = set()
    work = [block]
    while work:
        one = work.pop()
        if one not in found:
            found.add(one)
            work += one.succs
    return found


def _before(blocks: list[Block]) -> set[Block]:
    """The blocks, and those from which a path comes to them."""
    found: set[Block] = set()
    work = list(blocks)
    while work:
        block = work.pop()
        if block not in found:
            found.add(block)
            work += block.preds
    return found


def _counted_by_calls(
    fn: Function, loops: list[Loop], found: _Part, drifting: dict[Instr, int], parts: dict[Value, int], weight: dict[Block, int]
) -> None:
    """In a loop that calls a function every number of a phi matters, but for those that are only forgotten."""
    calling = {block for loop in loops if any(map(_calls, loop.body)) for block in loop.body}
    if not calling:
        return
    users = users_of(fn)
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


def _branched_again(fn: Function, loops: list[Loop], decided: Container[Block]) -> dict[Instr, None]:
    """Branches on a compare that a branch before has told the outcome of: one of a loop around it that the compare is not in, a
    turn before, or one before a loop. What is known of the compare's operands is a state of its own all the way between."""
    branches: dict[Instr, list[Instr]] = {}
    for block in fn.blocks:
        end = block.terminator
        if end is not None and end.op.name == "branch" and block not in decided:
            condition = end.args[0]
            if isinstance(condition, Instr) and condition.op.name in COMPARES and condition.block is not block:
                branches.setdefault(condition, []).append(end)
            elif isinstance(condition, Instr) and condition.op.name in COMPARES:
                branches.setdefault(condition, []).insert(0, end)
    found: dict[Instr, None] = {}
    for compare, ends in branches.items():
        outside = [loop for loop in loops if compare.block not in loop.body]
        for end in ends:
            at = _block(end)
            if any(at in loop.body for loop in outside):
                found[end] = None
            elif len(ends) > 1:
                passed = [loop for loop in outside if at in _behind([loop])]
                before = _before([loop.header for loop in passed])
                if any(_block(other) in before for other in ends if other is not end):
                    found[end] = None
    return found


def _looked_at(instr: Instr, decided: bool, again: Container[Instr]) -> list[tuple[Instr, Value]]:
    """(instruction, operand) of values whose known bounds decide something here, or are part of an address."""
    if instr.op.name == "padd":
        found = _masked(instr)
        return [found] if found is not None else []
    if decided:
        return []
    if instr.op.name in COMPARES:
        return [(instr, arg) for arg in instr.args if not isinstance(arg, Const) and arg.type in (I64, I1)]
    if instr.op.name == "branch":
        condition = instr.args[0]
        compares = isinstance(condition, Instr) and condition.op.name in COMPARES
        return [(instr, condition)] if not compares or instr in again else []
    return []


def _masked(address: Instr) -> tuple[Instr, Value] | None:
    """The mask that bounds an index, and what it masks: mark_chain_precision of kernel/bpf/verifier.c goes on to that. Of a
    packet without a mask: the address itself, and its offset."""
    value = address.args[1]
    while isinstance(value, Instr) and (value.op.name == "within" or _by_constant(value)):
        value = value.args[0]
    if isinstance(value, Instr) and value.op.name == "and" and isinstance(value.args[1], Const):
        return value, value.args[0]
    return (address, address.args[1]) if address.type.kind == "packet" and not isinstance(address.args[1], Const) else None


def _by_constant(value: Instr) -> bool:
    return value.op.name in ("shl", "mul", "add") and isinstance(value.args[1], Const)


def _block(instr: Instr) -> Block:
    assert instr.block is not None
    return instr.block


# ---------------------------------------------------------------- the limits


class TooLong(NamedTuple):
    """A function that the verifier cannot be known to walk through. `at`: what jumps back in the loop that costs it most;
    `over`: how many times as much as there is; `others`: the same of further loops, without which it would still be too much."""

    fn: Function
    at: Instr
    reason: str
    over: float
    others: tuple[Instr, ...] = ()


def too_long(module: Module) -> list[TooLong]:
    """Functions that the verifier would give up on, for their loops."""
    found: dict[str, TooLong] = {}
    callees: dict[str, int] = {}
    waits: dict[str, int] = {}
    walks: dict[str, Walk] = {}
    for fn in _called_first(module):
        seen = walk(fn, callees, waits)
        if seen is not None:
            walks[fn.name] = seen
            instructions, waiting = seen.instructions, seen.waiting
            reason = _over(fn, seen, callees, module.loops)
        else:
            instructions = sum(_cost_of(b, callees) for b in fn.blocks)
            waiting = sum(len(b.succs) > 1 for b in fn.blocks) + sum(_called(b, waits) for b in fn.blocks)
            reason = None
        over = max(instructions / INSTRUCTIONS, waiting / WAITING)
        if over > 1:
            reason = _by_what_it_calls(module, fn, walks, over) or reason
        if reason is not None:
            found.setdefault(reason.fn.name, reason)
        if fn.kind == "static":
            callees[fn.name], waits[fn.name] = instructions, waiting
        elif fn.kind == "callback":
            # its other side, at first, is that it is not called at all (push_callback_call); kernels that count the turns
            # of a loop in either form are older, and walk through a callback once
            counts = any(cap.form == "either" for cap in fn.caps.values())
            callees[fn.name], waits[fn.name] = instructions * (1 if counts else _CONVERGES_CALLED), 1 + waiting
    return [found[fn.name] for fn in module.functions if fn.name in found]


def _called_first(module: Module) -> list[Function]:
    """Functions behind all that they call or have called, in the module's order otherwise."""
    functions = {fn.name: fn for fn in module.functions}
    done: dict[str, Function] = {}
    work = [(fn, False) for fn in reversed(module.functions)]
    while work:
        fn, ready = work.pop()
        if ready:
            done[fn.name] = fn
        elif fn.name not in done:
            work.append((fn, True))
            work += [(functions[name], False) for name in _calls_of(fn) if name in functions and name not in done]
    return list(done.values())


def _calls_of(fn: Function) -> list[str]:
    return [i.attrs["symbol"] for i in fn.instrs() if i.op.name in ("func", "callfn")]


def _by_what_it_calls(module: Module, fn: Function, walks: dict[str, Walk], over: float) -> TooLong | None:
    """What a function has to walk through is too much: is the longest part of it a loop of what it calls, or has called?"""
    parts, work = {fn.name: fn}, [fn]
    while work:
        new = [one for name in _calls_of(work.pop()) if (one := module.function(name)) is not None and name not in parts]
        parts.update((one.name, one) for one in new)
        work += new
    own = {name: sum(seen.weight[b] * _cost_of(b, {}) for b in seen.weight) for name, seen in walks.items() if name in parts}
    most = parts[max(own, key=own.__getitem__)] if own else fn
    if most is fn or (fn.name in walks and all(cap.counted < 2 for cap in most.caps.values())):
        return None
    loop, turns = _costliest(walks[most.name])
    text = f"its {turns} turns, with other loops, are more than the kernel's verifier walks through"
    return TooLong(most, _places(walks[most.name].loops, module.loops)[loop.header], text, over)


def too_many_truths(module: Module) -> list[TooLong]:
    """Loops by iterators that set many truth values. Until all have been both, each set of those that were is a state of its
    own: within such a loop the verifier merges none that differ by what it has not looked at (RANGE_WITHIN, is_state_visited)."""
    found = []
    for fn in module.functions:
        loops = find_loops(fn)
        places = _places(loops, module.loops)
        for loop in loops:
            cap = fn.caps.get(loop.header)
            if by_iterator(loop) or (cap is not None and cap.form == "either"):
                told = sum(1 for b in loop.body - {loop.header} for phi in b.phis() if _is_set(phi))
                if told > _TRUTHS:
                    text = f"it sets {told} truth values, and what they can be together is too much from {_TRUTHS + 1} on"
                    found.append(TooLong(fn, places[loop.header], text, told / _TRUTHS))
    return found


def _is_set(phi: Instr) -> bool:
    return phi.type == I1 and any(isinstance(arg, Const) for arg in phi.args)


def _places(loops: list[Loop], spans: Container[Span | None]) -> dict[Block, Instr]:
    """Of each loop's head an instruction that stands where the loop does in the source, which `spans` has of all loops. What
    jumps back in a loop may stand where one inside it does: that jumped on, and the passes have made one jump of the two."""
    found: dict[Block, Instr] = {}
    for at in reversed(range(len(loops))):  # the inner ones first
        loop = loops[at]
        inside = {found[other.header].span for other in loops[at + 1 :] if other.header in loop.body}
        ends = [latch.instrs[-1] for latch in reversed(loop.latches)]
        of_loops = (i for i in (*ends, *loop.header.instrs) if i.span in spans and i.span not in inside)
        found[loop.header] = next(of_loops, loop.place)
    return found


def _costs(seen: Walk) -> dict[Block, int]:
    return {loop.header: sum(seen.weight[b] * seen.cost[b] for b in loop.body) for loop in seen.loops}


def _costliest(seen: Walk) -> tuple[Loop, int]:
    """The loop, and its turns."""
    cost = _costs(seen)
    worst = max(seen.loops, key=lambda loop: (cost[loop.header], -len(loop.body)))
    return worst, seen.weight[worst.header] - 1


def _others(seen: Walk, cost: dict[Block, int], worst: Loop) -> list[Loop]:
    """The costliest loops beside the worst, none in another, as many as it takes to walk the rest."""
    chosen, rest = [worst], seen.instructions - cost[worst.header]
    for loop in sorted(seen.loops, key=lambda loop: -cost[loop.header]):
        if rest <= INSTRUCTIONS:
            break
        if all(loop.header not in other.body and other.header not in loop.body for other in chosen):
            chosen.append(loop)
            rest -= cost[loop.header]
    return chosen[1:]


def _walked_again(
    fn: Function, seen: Walk, callees: dict[str, int], places: dict[Block, Instr], spans: Container[Span | None]
) -> TooLong | None:
    """A loop with a count and more than one way through a turn. Each other way is walked to the loop's end once more: of the
    states in such a loop the verifier soon drops those that it compared in vain (is_state_visited in kernel/bpf/verifier.c,
    since Linux commit 9f4686c41bdf ("bpf: improve verification speed by droping states") (v5.2))."""
    cost = {loop.header: sum(seen.weight[b] * _cost_of(b, callees) for b in loop.body) for loop in seen.loops}
    for loop in sorted(seen.loops, key=lambda loop: -cost[loop.header]):
        visits, counted = seen.visits[loop.header], loop.header not in fn.caps and places[loop.header].span in spans
        parted = any(sum(succ in loop.body for succ in block.succs) > 1 for block in seen.undecided if block in loop.body)
        again = cost[loop.header] * visits // 2
        if counted and parted and visits < INSTRUCTIONS < again:
            text = f"its {visits - 1} turns, each with more than one way, are more than the kernel's verifier walks through"
            return TooLong(fn, places[loop.header], text, again / INSTRUCTIONS)
    return None


def _within(fn: Function, seen: Walk, places: dict[Block, Instr], spans: Container[Span | None]) -> TooLong | None:
    """A loop with a count and an outcome that is not known, in one by an iterator. Each of its turns leaves another side that
    is walked from there on through all of the outer loop, until nothing is new at its head: so it is turned by one too."""
    endless = [loop for loop in seen.loops if _is_endless(fn, loop)]
    turning: dict[Loop, int] = {}
    all_turns: dict[Loop, int] = {}
    for loop in seen.loops:
        around = [outer for outer in endless if loop.header in outer.body and loop is not outer]
        counted = not _is_endless(fn, loop) and loop.header not in fn.caps and places[loop.header].span in spans
        parted = any(block in loop.body for block in seen.undecided)
        if around and counted and parted:
            turning[loop] = _turns_within(seen, loop, around[-1])
            all_turns[around[-1]] = all_turns.get(around[-1], 0) + turning[loop]
    many = [outer for outer, turns in all_turns.items() if turns > _ALL_TURNS_WITHIN]
    found = [
        loop
        for loop, turns in turning.items()
        if turns > _TURNS_WITHIN or (turns > 1 and any(loop.header in outer.body for outer in many))
    ]
    if not found:
        return None
    turns = seen.visits[found[0].header] - 1
    text = f"its {turns} turns, in a loop without a known end, are more than the kernel's verifier walks through"
    at, *others = [places[loop.header] for loop in found]
    return TooLong(fn, at, text, 1.0, tuple(others))


def _turns_within(seen: Walk, loop: Loop, around: Loop) -> int:
    """Turns of a loop in one turn of another around it, at most."""
    turns = 1
    for one in seen.loops:
        if one is not around and one.header in around.body and loop.header in one.body:
            turns *= max(1, seen.visits[one.header] - 1)
    return turns


def _is_endless(fn: Function, loop: Loop) -> bool:
    cap = fn.caps.get(loop.header)
    return by_iterator(loop) or (cap is not None and cap.form == "iterator")


def _over(fn: Function, seen: Walk, callees: dict[str, int], spans: Container[Span | None]) -> TooLong | None:
    worst, turns = _costliest(seen)
    places = _places(seen.loops, spans)
    place = places[worst.header]
    if seen.instructions > INSTRUCTIONS:
        text = f"its {turns} turns are more than the kernel's verifier walks through"
        others = tuple(places[loop.header] for loop in _others(seen, _costs(seen), worst))
        return TooLong(fn, place, text, seen.instructions / INSTRUCTIONS, others)
    if again := _walked_again(fn, seen, callees, places, spans):
        return again
    if seen.waiting > WAITING:
        text = f"its {turns} turns have more conditions than the kernel's verifier keeps in mind"
        return TooLong(fn, place, text, seen.waiting / WAITING)
    ways = all_states(seen, callees)
    if ways > INSTRUCTIONS:
        text = "what it changes and compares has more ways through it than the kernel's verifier walks"
        return TooLong(fn, place, text, min(16.0, ways / INSTRUCTIONS))
    return _within(fn, seen, places, spans)


def all_states(seen: Walk, callees: dict[str, int]) -> int:
    """Instructions, each as often as there are states to come to it in. A number of a loop that only what is behind it looks
    at parts the paths from the loop to there, a compare those from it to where it is branched on again."""
    ways = dict.fromkeys(seen.weight, seen.bounds << min(20, sum(seen.drifting.values())))
    for value, number in seen.parts.items():
        parted: Collection[Block] = seen.weight
        if isinstance(value, Instr) and value in seen.left:
            heads = [loop for loop in seen.loops if value in loop.header.instrs]
            parted = (_behind(heads) if heads else _after(_block(value))) & _before(seen.left[value])
        for block in parted:
            ways[block] = min(ways[block] * number, INSTRUCTIONS)
    found = dict.fromkeys(seen.weight, 1)
    for number, blocks in seen.pointers.values():
        for block in blocks:
            found[block] = max(found[block], number)
    for block, number in seen.entered.items():
        found[block] *= number
    total = 0
    for block, times in seen.weight.items():
        cost = _cost_of(block, callees)
        apart = found[block] * min(seen.cost[block], cost + _AGAIN) if found[block] > 1 else 0
        total += times * max(ways[block] * cost, apart)
    return total
