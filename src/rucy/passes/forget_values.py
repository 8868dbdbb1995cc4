"""Makes the verifier forget what it knows of numbers that would part its paths turn after turn.

    loop:                                  loop:
      %i = phi [0], [%j]                     %i = phi [0], [%j]
      %s = phi [0], [%t]                     %s = phi [0], [%t]
      …                                      %a = xor %s, K
      %c = ugt %s, 5                         store %a, %slot off=0 width=8
                                             store %a, %slot off=0 width=4
                                             %d = load %slot off=0 width=8
                                             %f = xor %d, K
                                             …
                                             %c = ugt %f, 5

A sum that starts from a constant is a known number on each path. Compared in a loop, each number that it can be is a state
of its own, and each turn multiplies them. What is stored whole and then in part is any number when it is read
(check_stack_write in kernel/bpf/verifier.c: only a whole register is kept as one). The xor is for zero: that is kept at any
width, and storing it, or a half that is zero, makes of all that it was computed from numbers that count (mark_chain_precision).

A pointer into a packet is a state of its own for each path on which it was found. It becomes the packet's begin and a masked
number of bytes, of which the verifier knows no more than the mask (find_again).

Only where `walk` says that it is too much otherwise; in a loop by an iterator always, for that is walked until no state is new.

Where more numbers go round than stay in registers, what is known of them where they meet is forgotten before. In the frame the
verifier tells zero, a number that it knows and one that it does not know apart, whether they count or not (stacksafe in
kernel/bpf/verifier.c, until Linux 6.8): so many numbers part the paths to so many powers of three.
Last of the passes. Needs: loops with known counts. Keeps: values.
Breaks: ranges, which is the point.
"""

from __future__ import annotations

from collections.abc import Iterable

from rucy.ir.function import Block, Const, Function, Instr, Value, const, make, users_of
from rucy.ir.ops import COMPARES
from rucy.ir.types import I1, I64, VOID, Type, pointer
from rucy.passes.analysis.loops import Loop, by_iterator, induction
from rucy.passes.analysis.ranges import Ranges
from rucy.passes.analysis.walk import FORGETTING, INSTRUCTIONS, Walk, all_states, comes_round, pointer_sources, walk

_SLOT = pointer("stack", writable=True)
#: of what the verifier processes, what a function may take without this
_ENOUGH = INSTRUCTIONS // 8
#: numbers that go round with a loop and find registers, beside what a turn takes
_IN_REGISTERS = 6
_BESIDE_CALLS = 3
#: compares that are branched on again, whose outcomes stay known: forgotten, each turn of a loop that asks goes both ways
_FEW_COMPARES = 3
#: how far into a packet a number may reach that is forgotten and bounded again by a mask: with what is read there it stays
#: below MAX_PACKET_OFF (kernel/bpf/verifier.c), beyond which the check of a packet's end says nothing
_FAR = 0x7FFF
#: bytes, at most, of what is between two pointers of a chain of headers beside the length that one says
_HEADER = 64


def forget_values(fn: Function) -> bool:
    seen = walk(fn)
    if seen is None:
        return False
    hidden = _Hidden(fn, seen)
    if seen.pointers and all_states(seen, {}) > _ENOUGH:
        for pointer in seen.pointers:
            hidden.find_again(pointer)
    endless = {loop.header for loop in seen.loops if by_iterator(loop)}
    for phi in [*seen.drifting, *_around(seen, endless)]:
        if phi.block in endless or phi not in seen.drifting:
            hidden.define(phi)
    seen = seen._replace(drifting={phi: much for phi, much in seen.drifting.items() if phi.block not in endless})
    if seen.instructions * seen.states > _ENOUGH:
        for phi in seen.drifting:
            hidden.define(phi)
    without = seen._replace(drifting={})
    if seen.instructions * without.states > _ENOUGH:
        heads = {loop.header for loop in seen.loops}
        for value in seen.parts:  # what meets within a turn
            if isinstance(value, Instr) and value.op.name == "phi" and value.type == I64:
                if seen.weight[_block(value)] > 1 and value.block not in heads:
                    hidden.define(value)
        again = {value for user, value in seen.tests if _branches_on_compare(user, value)}
        for user, value in seen.tests:
            if value not in again or len(again) > _FEW_COMPARES:
                hidden.test(user, value)
    for loop in seen.loops:
        for phi in _many(loop, seen):
            hidden.sources(phi)
    return hidden.changed


def _branches_on_compare(user: Instr, value: Value) -> bool:
    return user.op.name == "branch" and isinstance(value, Instr) and value.op.name in COMPARES


def _many(loop: Loop, seen: Walk) -> list[Instr]:
    """Numbers that meet within a turn or at its begin, where those that go round are too many for registers."""
    loops = seen.loops
    found = {phi: None for phi in loop.header.phis() if phi.type == I64 and not _is_count(phi, loops)}
    calls = any(i.op.name in ("call", "callfn", "kfunc") for block in loop.body for i in block.instrs)
    spilled = len(found) - (_BESIDE_CALLS if calls else _IN_REGISTERS)
    if spilled <= 0 or seen.instructions * 3**spilled <= _ENOUGH:
        return []
    work = list(found)
    while work:
        for arg in work.pop().args:
            if isinstance(arg, Instr) and arg.op.name == "phi" and arg.block in loop.body and arg not in found:
                if not _is_count(arg, loops):
                    found[arg] = None
                    work.append(arg)
    return list(found)


def _is_count(value: Value, loops: list[Loop]) -> bool:
    return any(induction(loop, value) is not None for loop in loops)


def _is_known(value: Value, loops: list[Loop]) -> bool:
    """Is it one number for the verifier on each path: made of constants and what loops count?"""
    seen: set[Value] = set()
    work = [value]
    while work:
        one = work.pop()
        if isinstance(one, Const) or one in seen:
            continue
        seen.add(one)
        if not isinstance(one, Instr) or one.op.effects != "NS" or one.op.result not in ("i", "same"):
            if not _is_count(one, loops):
                return False
            continue
        work += one.args
    return True


def _around(seen: Walk, endless: set[Block]) -> list[Instr]:
    """Numbers that go round with loops by iterators which are in others, or have others inside, and with those around them: what
    is known of one in the outer loop is another state for the inner one, which is walked until nothing is new, and so on."""
    found = []
    for loop in seen.loops:
        inside = any(other.header in loop.body for other in seen.loops if other is not loop)
        within = any(loop.header in other.body for other in seen.loops if other is not loop)
        if (loop.header in endless and (inside or within)) or loop.body & endless - {loop.header}:
            found += [phi for phi in loop.header.phis() if phi.type == I64]
    return [phi for phi in found if phi not in seen.drifting]


class _Hidden:
    """`slot`: where numbers pass through memory, made when first needed; `users`: of each value; `settled`: (end of a block,
    number) → what it is through memory."""

    def __init__(self, fn: Function, seen: Walk) -> None:
        self.fn = fn
        self.seen = seen
        self.slot: Instr | None = None
        self.changed = False
        self.users = users_of(fn)
        self.undecided = set(seen.undecided)
        self.settled: dict[tuple[Block, Value | int], Instr] = {}
        self.ranges: Ranges | None = None

    def define(self, phi: Instr) -> None:
        """Every use of a phi is one of what it was through memory."""
        if self._indexes(phi) or says_whether(phi) or is_address(phi):
            return
        block = phi.block
        assert block is not None
        first = sum(1 for _ in block.phis())
        made, result = self._through_memory(phi, phi)
        self._insert(block, first, made)
        others = self.users.pop(phi, [])
        for instr in others:
            instr.args = [result if arg is phi else arg for arg in instr.args]
        self._note(made)
        self.users[result] = others
        self.changed = True

    def sources(self, phi: Instr) -> None:
        """What is known of a number that comes to a meeting is forgotten at the end of the way to there."""
        block = _block(phi)
        if says_whether(phi) or is_address(phi) or self._indexes(phi) or self._ends_loop(phi):
            return
        for at, (pred, arg) in enumerate(zip(block.preds, phi.args)):
            end = pred.terminator
            if end is None or arg.type != I64 or not _is_known(arg, self.seen.loops):
                continue
            same = (pred, arg.value if isinstance(arg, Const) else arg)
            if same not in self.settled:
                made, self.settled[same] = self._through_memory(arg, end)
                self._insert(pred, pred.instrs.index(end), made)
                self._note(made)
            phi.args[at] = self.settled[same]
            self._note([phi])
            self.changed = True

    def find_again(self, pointer: Instr) -> None:
        """A pointer into a packet, and where that may be NULL those that it is made of, by its number of bytes from the
        packet's begin: one state for all the paths on which it was found."""
        work: list[Value] = [pointer]
        tried: set[Value] = set()
        while work:
            one = work.pop()
            if one in tried or not isinstance(one, Instr) or one.op.name not in ("phi", "padd", "covers"):
                continue
            tried.add(one)
            root = self._begin(one) if one.op.name == "phi" and one.block not in self.seen.visits else None
            if root is not None:
                self._from_begin(one, root)
            else:
                work += one.args if one.op.name == "phi" else one.args[:1]

    def _from_begin(self, phi: Instr, root: Instr) -> None:
        at = phi.span, phi.calls
        here, begin = make("addr", [phi], I64, *at), make("addr", [root], I64, *at)
        far = make("sub", [here, begin], I64, *at)
        masked = make("and", [far, const(_FAR)], I64, *at)
        again = make("padd", [root, masked], phi.type, *at)
        made = [here, begin, far, masked, again]
        block = _block(phi)
        self._insert(block, sum(1 for _ in block.phis()), made)
        others = self.users.pop(phi, [])
        for instr in others:
            instr.args = [again if arg is phi else arg for arg in instr.args]
        self._note(made)
        self.users[again] = others
        self.changed = True

    def _begin(self, phi: Instr) -> Instr | None:
        """Of the packet, if the pointer is somewhere in it for certain, no further than the mask lets it, and nothing but
        checks of its own says how much is there."""
        if any(user.op.name not in ("padd", "covers", "phi", "addr") for user in self.users.get(phi, ())):
            return None
        found = self._reach(phi)
        return found[0] if found is not None and found[1] <= _FAR and len(pointer_sources(phi)) > 1 else None

    def _reach(self, pointer: Value, there: bool = False) -> tuple[Instr, int] | None:
        """(the packet's begin, bytes from there at most). there: it has been compared with the packet's end, and is not NULL."""
        roots: set[Instr] = set()
        far, turns = 0, 0
        for leaf in pointer_sources(pointer):
            if not isinstance(leaf, Instr):
                if there:
                    continue
                return None
            if leaf.op.name == "load":
                roots.add(leaf)
                continue
            if leaf.op.name not in ("padd", "covers"):
                return None
            step = self._ranges().at(leaf.args[1], _block(leaf)).hi if leaf.op.name == "padd" else 0
            if again := comes_round(leaf, self.seen.visits):
                turns += again * (step + _HEADER)
                continue
            base = self._reach(leaf.args[0], there or leaf.op.name == "covers")
            if base is None:
                return None
            roots.add(base[0])
            far = max(far, base[1] + step)
        return (roots.pop(), far + turns) if len(roots) == 1 else None

    def _ranges(self) -> Ranges:
        """As they were before this pass, which changes no value."""
        self.ranges = self.ranges or Ranges(self.fn, shown=True)
        return self.ranges

    def test(self, user: Instr, value: Value) -> None:
        """A compare or branch sees what its operand was through memory; not one that a check rests on."""
        if value not in user.args or not self._may_hide(value):
            return
        if isinstance(value, Instr) and _branches_on_compare(user, value):
            self._compare_anew(user, value)
            return
        mask = -1
        if user.op.name == "padd":
            mask = (1 << self._ranges().at(value, _block(user)).hi.bit_length()) - 1
            if mask > _FAR:
                return
        self._before(user, value, mask)

    def _may_hide(self, value: Value) -> bool:
        guards = any(i.op.name == "within" for i in self.users.get(value, ()))
        return not guards and not says_whether(value) and not is_address(value)

    def _compare_anew(self, branch: Instr, compare: Instr) -> None:
        """Where it branches, of what its operands were through memory."""
        numbers = [arg for arg in compare.args if not isinstance(arg, Const)]
        if not all(arg.type == I64 and self._may_hide(arg) for arg in numbers):
            return
        anew = make(compare.op.name, list(compare.args), I1, branch.span, branch.calls, **compare.attrs)
        block = _block(branch)
        self._insert(block, block.instrs.index(branch), [anew])
        branch.args = [anew]
        self.users[compare] = [one for one in self.users[compare] if one is not branch]
        self._note([anew, branch])
        for number in dict.fromkeys(numbers):
            self._before(anew, number, -1)

    def _before(self, user: Instr, value: Value, mask: int) -> None:
        """mask: what bounds the number again, -1 where nothing need."""
        block = _block(user)
        number: Value = value
        made: list[Instr] = []
        if value.type == I1:
            made.append(make("int", [value], I64, user.span, user.calls))
            number = made[0]  # 0 or 1, which no store has to keep
        hidden, result = self._through_memory(number, user)
        made += hidden
        if value.type == I1:
            made.append(make("ne", [result, const(0)], I1, user.span, user.calls))
        elif mask >= 0:
            made.append(make("and", [result, const(mask)], I64, user.span, user.calls))
        self._insert(block, block.instrs.index(user), made)
        user.args = [made[-1] if arg is value else arg for arg in user.args]
        self.users[value] = [one for one in self.users[value] if one is not user]
        self._note([*made, user])
        self.changed = True

    def _through_memory(self, value: Value, at: Instr) -> tuple[list[Instr], Instr]:
        if self.slot is None:
            self.slot = make("slot", [], _SLOT, at.span, at.calls, size=8, align=8, name="forget")
            phis = sum(1 for _ in self.fn.entry.phis())
            self._insert(self.fn.entry, phis, [self.slot])

        return through_memory(value, at, self.slot)

    def _note(self, users: Iterable[Instr]) -> None:
        for instr in users:
            for arg in instr.args:
                self.users.setdefault(arg, []).append(instr)

    def _insert(self, block: Block, at: int, made: list[Instr]) -> None:
        for instr in made:
            instr.block = block
        block.instrs[at:at] = made

    def _indexes(self, phi: Instr) -> bool:
        """Does an address rest on the number without a check in between?"""
        seen: set[Value] = {phi}
        work: list[Value] = [phi]
        while work:
            for user in self.users.get(work.pop(), ()):
                if user.op.name == "padd":
                    return True
                if user.op.name == "and" and isinstance(user.args[1], Const):
                    continue  # that bounds it
                if user.type == I64 and user not in seen and user.op.name not in ("within", "load", "call", "callfn"):
                    seen.add(user)
                    work.append(user)
        return False

    def _ends_loop(self, phi: Instr) -> bool:
        """Does a branch whose outcome is known at each turn rest on it?"""
        seen: set[Value] = {phi}
        work: list[Value] = [phi]
        while work:
            for user in self.users.get(work.pop(), ()):
                if user.op.name == "branch" and user.block not in self.undecided:
                    return True
                if user.type in (I64, I1) and user not in seen and user.op.name not in ("load", "call", "callfn", "kfunc"):
                    seen.add(user)
                    work.append(user)
        return False


def through_memory(value: Value, at: Instr, slot: Instr) -> tuple[list[Instr], Instr]:
    """Instructions, and the one that gives the number again."""

    def new(op: str, *args: Value, of: Type = I64, **attrs: object) -> Instr:
        return make(op, list(args), of, at.span, at.calls, **attrs)

    masked = const(value.value ^ FORGETTING) if isinstance(value, Const) else new("xor", value, const(FORGETTING))
    whole = new("store", masked, slot, of=VOID, off=0, width=8)
    low = new("store", masked, slot, of=VOID, off=0, width=4)
    read = new("load", slot, off=0, width=8, signed=False)
    result = new("xor", read, const(FORGETTING))
    made = [masked, whole, low, read, result]
    return [one for one in made if isinstance(one, Instr)], result


def is_address(value: Value) -> bool:
    """Is it a pointer, as a number? The machine's register is the pointer still, and takes no xor."""
    seen: set[Value] = set()
    work = [value]
    while work:
        one = work.pop()
        if one in seen or not isinstance(one, Instr):
            continue
        seen.add(one)
        if one.op.name == "addr":
            return True
        if one.op.name in ("phi", "add", "sub"):
            work += one.args
    return False


def says_whether(value: Value) -> bool:
    """Is it from where a pointer meets NULL, and perhaps what tells whether that is there?"""
    if not isinstance(value, Instr) or value.op.name != "phi" or value.block is None:
        return False
    return any(_may_be_null(phi) for phi in value.block.phis() if phi.type.is_ptr)


def _may_be_null(pointer: Instr) -> bool:
    """Does NULL come to the phi, through others too?"""
    seen: set[Value] = set()
    work: list[Value] = [pointer]
    while work:
        one = work.pop()
        if isinstance(one, Const):
            return True
        if isinstance(one, Instr) and one.op.name == "phi" and one not in seen:
            seen.add(one)
            work += one.args
    return False


def _block(instr: Instr) -> Block:
    assert instr.block is not None
    return instr.block
