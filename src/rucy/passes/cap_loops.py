"""Makes of each `turn` that is left what stops the loop at its cap, in the form that the target kernel has.

    iterator                               count
    ahead:                                 loop: %k = phi [ahead: 0], [%l]
      %n = bpf_iter_num_new(%it, 0, CAP)     %c = slt %k, CAP
      jump -> loop                           branch %c -> on, stop
    loop:                                  on:
      %p = bpf_iter_num_next(%it)            %l = add %k, 1
      %c = ne %p, null                       …
      branch %c -> on, stop
    on, stop: …, where the loop is left bpf_iter_num_destroy(%it)

`either` is both: the kernel that loads the object has the iterator's functions or has not, and the verifier, which knows
which, walks the one way. A count's CAP is as much as the verifier walks through, by `passes/analysis/walk`; an iterator's
loop it walks until nothing is new at the head (process_iter_next_call in kernel/bpf/verifier.c, since Linux 6.4). So
that nothing is, numbers that go round with the loop begin as any number (`forget_values` shows how).

Behind all passes but forget_values. Needs: preds. Keeps: values. Breaks: ranges.
"""

from __future__ import annotations

from rucy.ir.function import Block, Cap, Const, Function, Instr, Value, add_edge, const, make, users_of
from rucy.ir.types import I1, I64, VOID, Type, pointer
from rucy.passes.analysis.caps import MOST_TURNS
from rucy.passes.analysis.loops import Loop, find_loops
from rucy.passes.analysis.walk import CONVERGES, turns_walked
from rucy.passes.fold_constants import fold_branches
from rucy.passes.forget_values import says_whether, through_memory

_ITERATOR = pointer("slot", writable=True)
_NEXT = pointer("mem", nullable=True)
_ANY = pointer("stack", writable=True)


def cap_loops(fn: Function) -> bool:
    turns = [i for i in fn.instrs() if i.op.name == "turn"]
    if not turns:
        return False
    heads = {loop.header for loop in find_loops(fn)}
    for turn in turns:
        if turn.block not in heads:  # it never comes round
            _replace(turn, [], Const(1, I1))
    fold_branches(fn)
    turns = [turn for turn in turns if turn.block in heads]
    counted = turns_walked(fn, [turn for turn in turns if turn.attrs["form"] != "iterator"])
    for turn in turns:
        loop = next(loop for loop in find_loops(fn) if loop.header is turn.block)
        _Capped(fn, loop, turn).write(counted.get(turn, 0))
    return True


class _Capped:
    """One loop. `new` makes an instruction at the end of a block."""

    def __init__(self, fn: Function, loop: Loop, turn: Instr) -> None:
        self.fn = fn
        self.loop = loop
        self.turn = turn
        self.form = turn.attrs["form"]
        self.at = self.turn.span, self.turn.calls
        self.slot: Instr | None = None

    def write(self, counted: int) -> None:
        """`counted`: the most turns where they are counted."""
        self.ahead = _ahead(self.fn, self.loop, self.turn)
        if self.form != "iterator" and any(i.op.name == "callfn" for block in self.loop.body for i in block.instrs):
            self._hide_flags()
        self.exits = [(b, succ) for b in self.fn.blocks if b in self.loop.body for succ in b.succs if succ not in self.loop.body]
        if self.form == "count":
            self._count(counted)
        else:
            self.slot = self._slot("iterator", 8, _ITERATOR)
            self._iterate(counted)
        head = self.loop.header
        known = {"count": (head,), "either": (head, *head.succs), "iterator": ()}[self.form]
        walked = max(counted + 1, CONVERGES if self.form == "either" else 0) if counted else CONVERGES
        self.fn.caps[head] = Cap(self.turn.attrs["symbol"], self.form, self.turn.span, counted, walked, known)

    # -- counted

    def _count(self, counted: int) -> None:
        _replace(self.turn, [known := self._below(counted)], known)

    def _below(self, counted: int) -> Instr:
        """A count of its own, and its compare, which is in no block yet."""
        head = self.loop.header
        on = self._on()
        phi = make("phi", [], I64, *self.at)
        more = make("add", [phi, const(1)], I64, *self.at)
        phi.args = [more if pred in self.loop.body else const(0) for pred in head.preds]
        phi.block, more.block = head, on
        head.instrs.insert(0, phi)
        on.instrs.insert(sum(1 for _ in on.phis()), more)
        return make("slt", [phi, const(counted)], I1, *self.at)

    def _on(self) -> Block:
        """Where the loop goes on; a block that only its head goes to."""
        on = self.loop.header.succs[0]
        return on if len(on.preds) == 1 else split_edge(self.fn, self.loop.header, on, "on", self.turn)

    # -- by an iterator

    def _iterate(self, counted: int) -> None:
        assert self.slot is not None
        either = self.form == "either"
        cap = const(MOST_TURNS)
        self._hide_starts(self._call("bpf_iter_num_new", self.ahead, either, self.slot, const(0), cap))
        for source, target in self.exits:
            out = split_edge(self.fn, source, target, "left", self.turn)
            self._call("bpf_iter_num_destroy", out, either, self.slot)
        got = make("kfunc", [self.slot], _NEXT, *self.at, symbol="bpf_iter_num_next")
        more = make("ne", [got, Const(0, _NEXT)], I1, *self.at)
        if either:
            self._either(got, more, counted)
        else:
            _replace(self.turn, [got, more], more)

    def _either(self, got: Instr, more: Instr, counted: int) -> None:
        """The head asks which it is; both ways go on and stop in the same places."""
        fn, head = self.fn, self.loop.header
        below = self._below(counted)
        on, stop = head.succs
        has = self._has()
        _replace(self.turn, has, has[-1])
        branch = head.instrs[-1]
        counts = fn.new_block("count", after=head)
        iterates = fn.new_block("next", after=head)
        branch.targets = [iterates, counts]
        for target in (on, stop):
            target.preds.remove(head)
        for block, made in ((iterates, [got, more]), (counts, [below])):
            add_edge(head, block)
            for instr in made:
                _append(block, instr)
            _append(block, make("branch", [made[-1]], VOID, *self.at), on, stop)
        for target in (on, stop):
            for phi in target.phis():
                phi.args = [phi.args[0], phi.args[0]]

    def _has(self) -> list[Instr]:
        """Is the iterator's function there? Its address is 0 where it is not, and known to the verifier."""
        address = make("global", [], I64, *self.at, symbol="bpf_iter_num_new", off=0)
        return [address, make("ne", [address, const(0)], I1, *self.at)]

    def _call(self, symbol: str, block: Block, guarded: bool, *args: Value) -> Block:
        """At the end of a block that ends in a jump; the block that it is in."""
        call = make("kfunc", list(args), I64, *self.at, symbol=symbol)
        if not guarded:
            _insert(block, len(block.instrs) - 1, [call])
            return block
        jump = block.instrs.pop()
        (target,) = jump.targets
        there = self.fn.new_block("has", after=block)
        has = self._has()
        for instr in has:
            _append(block, instr)
        branch = make("branch", [has[-1]], VOID, *self.at)
        branch.targets, branch.block = [there, target], block
        block.instrs.append(branch)
        add_edge(block, there)
        _append(there, call)
        _append(there, jump, target)
        at = target.preds.index(block)
        for phi in target.phis():
            phi.args.append(phi.args[at])
        return there

    # -- what the verifier is not to know

    def _hide_starts(self, ahead: Block) -> None:
        """On the way through a block that goes to the head."""
        head = self.loop.header
        at = head.preds.index(ahead)
        slot: Instr | None = None
        users = users_of(self.fn)
        for phi in head.phis():
            start = phi.args[at]
            if phi.type != I64 or _is_index(users, phi):
                continue
            slot = slot or self._slot("any", 8, _ANY)
            made, phi.args[at] = through_memory(start, self.turn, slot)  # each its own: two copies of one stay linked
            _insert(ahead, len(ahead.instrs) - 1, made)

    def _hide_flags(self) -> None:
        """Where functions are called, a truth value that goes round is a state of its own for each turn that is counted."""
        head = self.loop.header
        flags = [phi for phi in head.phis() if phi.type == I1 and not says_whether(phi)]
        if not flags:
            return
        slot = self._slot("flag", 8, _ANY)
        made: list[Instr] = []
        for phi in flags:
            number = make("int", [phi], I64, *self.at)
            steps, hidden = through_memory(number, self.turn, slot)
            flag = make("ne", [hidden, const(0)], I1, *self.at)
            for instr in self.fn.instrs():
                instr.args = [flag if arg is phi else arg for arg in instr.args]
            made += [number, *steps, flag]
        _insert(head, sum(1 for _ in head.phis()), made)

    def _slot(self, name: str, size: int, type: Type) -> Instr:
        slot = make("slot", [], type, *self.at, size=size, align=8, name=name)
        _insert(self.fn.entry, sum(1 for _ in self.fn.entry.phis()), [slot])
        return slot


def _is_index(users: dict[Value, list[Instr]], phi: Instr) -> bool:
    """Does an address rest on the number with nothing but its own count to bound it?"""
    seen: set[Value] = {phi}
    work: list[Value] = [phi]
    while work:
        for user in users.get(work.pop(), ()):
            if user.op.name == "padd":
                return True
            if user not in seen and user.op.name in ("add", "sub", "mul", "shl", "phi"):
                seen.add(user)
                work.append(user)
    return False


def _ahead(fn: Function, loop: Loop, turn: Instr) -> Block:
    """One block before the head, through which alone the loop is entered."""
    head = loop.header
    outside = [pred for pred in head.preds if pred not in loop.body]
    block = fn.new_block("ahead")
    fn.blocks.remove(block)
    fn.blocks.insert(fn.blocks.index(head), block)
    for phi in list(head.phis()):
        starts = [arg for pred, arg in zip(head.preds, phi.args) if pred not in loop.body]
        turning = [arg for pred, arg in zip(head.preds, phi.args) if pred in loop.body]
        start = starts[0]
        if len(starts) > 1:
            start = make("phi", starts, phi.type, phi.span, phi.calls)
            _insert(block, sum(1 for _ in block.phis()), [start])
        phi.args = [start, *turning]
    head.preds = [block, *(pred for pred in head.preds if pred in loop.body)]
    jump = make("jump", [], VOID, turn.span, turn.calls)
    jump.targets, jump.block = [head], block
    block.instrs.append(jump)
    for pred in outside:
        last = pred.terminator
        assert last is not None
        last.targets = [block if target is head else target for target in last.targets]
        block.preds.append(pred)
    return block


def split_edge(fn: Function, source: Block, target: Block, name: str, at: Instr) -> Block:
    """A block of its own on an edge."""
    block = fn.new_block(name, after=source)
    last = source.terminator
    assert last is not None
    last.targets = [block if one is target else one for one in last.targets]
    target.preds[target.preds.index(source)] = block
    block.preds = [source]
    jump = make("jump", [], VOID, at.span, at.calls)
    jump.targets, jump.block = [target], block
    block.instrs.append(jump)
    return block


def _replace(turn: Instr, made: list[Instr], value: Value) -> None:
    """What stands for a turn, and its value for the branch behind it."""
    block = turn.block
    assert block is not None
    at = block.instrs.index(turn)
    block.instrs.pop(at)
    turn.block = None
    _insert(block, at, made)
    block.instrs[-1].args = [value if arg is turn else arg for arg in block.instrs[-1].args]


def _insert(block: Block, at: int, made: list[Instr]) -> None:
    for instr in made:
        instr.block = block
    block.instrs[at:at] = made


def _append(block: Block, instr: Instr, *targets: Block) -> None:
    instr.block = block
    block.instrs.append(instr)
    if targets:
        instr.targets = list(targets)
        for target in targets:
            add_edge(block, target)
