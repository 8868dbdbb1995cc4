"""What numbers a value can be: unsigned and signed 64-bit bounds, and the bits that can be set.

In: a function in SSA. Out: `Ranges`, right for as long as the function is not changed. Loads, calls, parameters and CO-RE
values can be anything that their width allows.

These are facts of arithmetic: the kernel's verifier of an older release does not know all of them (it follows no
division, negation or subtraction, and forgets what is spilled). So they decide nothing that an access rests on: the
compare before a `within` stays whatever they say (`fold_constants.guarded_values`).
"""

from __future__ import annotations

from collections.abc import Callable

from rucy.ir.dominance import Dominance, has_loop
from rucy.ir.function import MASK64, Block, Const, Function, Instr, Value
from rucy.ir.ops import NEGATED, SWAPPED, effects
from rucy.ir.types import I1, I64
from rucy.records import NamedTuple

_SIGN = 1 << 63
_ROUNDS_BEFORE_WIDENING = 3
_ROUNDS_OF_NARROWING = 2
#: tests of one value that are looked at, so that a long chain of them takes linear time
_MOST_TESTS = 32


class Range(NamedTuple):
    """lo..hi unsigned, slo..shi signed; `may`: a mask of the bits that can be set."""

    lo: int = 0
    hi: int = MASK64
    slo: int = -_SIGN
    shi: int = _SIGN - 1
    may: int = MASK64

    def join(self, other: Range) -> Range:
        """Numbers of either."""
        return Range(
            min(self.lo, other.lo), max(self.hi, other.hi), min(self.slo, other.slo), max(self.shi, other.shi),
            self.may | other.may,
        )  # fmt: skip

    def meet(self, other: Range) -> Range:
        """Numbers of both; what has none is an unreachable place, and left as it was."""
        both = Range(
            max(self.lo, other.lo), min(self.hi, other.hi), max(self.slo, other.slo), min(self.shi, other.shi),
            self.may & other.may,
        )  # fmt: skip
        return tight(both) or self


TOP = Range()


def of_bits(bits: int) -> Range:
    """0 .. 2**bits - 1."""
    return of_interval(0, (1 << bits) - 1)


def of_interval(lo: int, hi: int) -> Range:
    """Unsigned bounds."""
    return tight(Range(lo, hi)) or TOP


def of_signed(slo: int, shi: int) -> Range:
    """Signed bounds; anything if they do not fit."""
    if slo < -_SIGN or shi >= _SIGN:
        return TOP
    return tight(Range(slo=slo, shi=shi)) or TOP


def tight(r: Range) -> Range | None:
    """What each view says of the others; None where no number is left."""
    lo, hi, slo, shi, may = r
    hi = min(hi, may)
    if hi < _SIGN or lo >= _SIGN:  # one sign: the views are one interval
        shift = 0 if hi < _SIGN else 1 << 64
        slo, shi = max(slo, lo - shift), min(shi, hi - shift)
    if slo >= 0 or shi < 0:
        shift = 0 if slo >= 0 else 1 << 64
        lo, hi = max(lo, slo + shift), min(hi, shi + shift)
    if lo > hi or slo > shi:
        return None
    return Range(lo, hi, slo, shi, may & ((1 << hi.bit_length()) - 1))


class Ranges:
    """`of(value)`: anywhere; `at(value, block)`: in a block, with what the branches before it say. `shown`: only what the
    oldest verifier sees as well (5.10, kernel/bpf/verifier.c, adjust_scalar_min_max_vals: nothing of a quotient, a
    remainder, a negation, a byte swap, or a shift by what is no constant), for what bounds a loop or an index. `walked`: nothing
    of what goes round with a loop by an iterator, or with one that may become one: the verifier widens it there
    (widen_imprecise_scalars), whatever bounds it at each turn."""

    def __init__(
        self, fn: Function, shown: bool = False, dominance: Dominance | None = None, walked: bool = False
    ) -> None:
        self._shown = shown
        self._dominance = dominance or Dominance(fn)
        self._widened = {block for block in fn.blocks if any(map(_asks_for_a_turn, block.instrs))} if walked else set()
        self._known: dict[Value, Range] = {}
        self._tests = _tests(self._dominance)
        self._followed = [i for block in self._dominance.order for i in block.instrs if _is_followed(i)]
        self._users: dict[Value, list[Instr]] = {}
        self._due = set(self._followed)  # an operand of which has changed since it was computed
        if not has_loop(self._dominance.order):
            self._round(widen=False)
            return
        for instr in self._followed:
            for arg in instr.args:
                self._users.setdefault(arg, []).append(instr)
        for turn in range(100):
            if not self._round(widen=turn >= _ROUNDS_BEFORE_WIDENING):
                break
        else:
            self._known = {}
            return
        self._due = set(self._followed)
        for _ in range(_ROUNDS_OF_NARROWING):
            self._round(widen=False, narrow=True)

    def of(self, value: Value) -> Range:
        if isinstance(value, Const):
            return of_interval(value.value, value.value)
        if value.type == I1:
            return of_bits(1)
        return self._known.get(value, TOP)

    def at(self, value: Value, block: Block) -> Range:
        found = self.of(value)
        tests = self._tests.get(value)
        if tests:
            for target, name, number in tests:
                if self._dominance.dominates(target, block):
                    found = found.meet(_said(name, number, found))
        return found

    def _round(self, widen: bool, narrow: bool = False) -> bool:
        changed = False
        for instr in self._followed:
            if instr not in self._due:
                continue
            self._due.discard(instr)
            block = instr.block
            assert block is not None
            old = self._known.get(instr)
            new = self._phi(instr, block) if instr.op.name == "phi" else self._instr(instr, block)
            if new is None or new == old:
                continue
            if old is not None and not narrow:
                new = new.join(old)
                if new == old:
                    continue
                if widen and instr.op.name == "phi":
                    new = _widened(old, new)
            self._known[instr] = new
            self._due.update(self._users.get(instr, ()))
            changed = True
        return changed

    def _instr(self, instr: Instr, block: Block) -> Range:
        """The transfer; operands that are not known yet are anything but in loops, which start from their entry."""
        if self._shown and not _is_shown(instr):
            return TOP
        return _TRANSFER[instr.op.name](instr, [self.at(arg, block) for arg in instr.args])

    def _phi(self, phi: Instr, block: Block) -> Range | None:
        found: Range | None = TOP if block in self._widened else None
        for pred, arg in zip(block.preds, phi.args):
            if isinstance(arg, Instr) and arg not in self._known and _is_followed(arg):
                continue  # not computed yet: a back edge in the first round
            one = self.on_edge(arg, pred, block)
            found = one if found is None else found.join(one)
        return found

    def on_edge(self, value: Value, pred: Block, block: Block) -> Range:
        found = self.at(value, pred)
        last = pred.terminator
        assert last is not None
        if last.op.name == "branch":
            for tested, name, number in _conditions(last.args[0], last.targets[0] is block):
                if tested is value:
                    found = found.meet(_said(name, number, found))
        return found


def _asks_for_a_turn(instr: Instr) -> bool:
    return instr.op.name == "turn" or instr.op.name == "kfunc" and effects(instr).turns


def _is_followed(instr: Instr) -> bool:
    return instr.type == I64 and (instr.op.name == "phi" or instr.op.name in _TRANSFER)


def _widened(old: Range, new: Range) -> Range:
    """A bound that still moves goes to its end."""
    return Range(
        old.lo if new.lo == old.lo else 0,
        old.hi if new.hi == old.hi else MASK64,
        old.slo if new.slo == old.slo else -_SIGN,
        old.shi if new.shi == old.shi else _SIGN - 1,
        old.may if new.may == old.may else MASK64,
    )


# ---------------------------------------------------------------- branches

_Test = tuple[Block, str, Range]


def _tests(dominance: Dominance) -> dict[Value, list[_Test]]:
    """value → (block, compare that holds in all that the block dominates, range of the other operand)."""
    found: dict[Value, list[_Test]] = {}
    for block in dominance.order:
        before = dominance.entered_from(block)
        last = before.terminator if before is not None else None
        if last is not None and last.op.name == "branch":
            for value, name, number in _conditions(last.args[0], last.targets[0] is block):
                tests = found.setdefault(value, [])
                if len(tests) < _MOST_TESTS:
                    tests.append((block, name, number))
    return found


def _conditions(condition: Value, holds: bool) -> list[tuple[Value, str, Range]]:
    """(value, compare, the constant it is compared with): only compares with constants are followed."""
    if not isinstance(condition, Instr) or condition.op.name not in NEGATED:
        return []
    name = condition.op.name if holds else NEGATED[condition.op.name]
    a, b = condition.args
    if isinstance(b, Const) and a.type == I64:
        return [(a, name, of_interval(b.value, b.value))]
    if isinstance(a, Const) and b.type == I64:
        return [(b, SWAPPED[name], of_interval(a.value, a.value))]
    return []


def _said(name: str, other: Range, now: Range) -> Range:
    """What `x name other` says of x, which is `now`."""
    number, signed = other.lo, other.slo
    match name:
        case "eq":
            return other
        case "ne":
            lo, hi = now.lo + (now.lo == number), now.hi - (now.hi == number)
            return Range(lo=lo, hi=hi) if lo <= hi else TOP
        case "ult" | "ule":
            return Range(hi=max(0, number - (name == "ult")))
        case "ugt" | "uge":
            return Range(lo=min(MASK64, number + (name == "ugt")))
        case "slt" | "sle":
            return Range(shi=max(-_SIGN, signed - (name == "slt")))
        case _:
            return Range(slo=min(_SIGN - 1, signed + (name == "sgt")))


# ---------------------------------------------------------------- transfer


def _load(instr: Instr, args: list[Range]) -> Range:
    bits = 8 * int(instr.attrs["width"])
    if instr.attrs["signed"]:
        return of_signed(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    return of_bits(bits)


def _add(instr: Instr, args: list[Range]) -> Range:
    a, b = args
    signed = of_signed(a.slo + b.slo, a.shi + b.shi)
    if a.hi + b.hi > MASK64:
        return signed
    return signed.meet(of_interval(a.lo + b.lo, a.hi + b.hi))


def _sub(instr: Instr, args: list[Range]) -> Range:
    a, b = args
    signed = of_signed(a.slo - b.shi, a.shi - b.slo)
    return signed.meet(of_interval(a.lo - b.hi, a.hi - b.lo)) if a.lo >= b.hi else signed


def _mul(instr: Instr, args: list[Range]) -> Range:
    a, b = args
    return of_interval(a.lo * b.lo, a.hi * b.hi) if a.hi * b.hi <= MASK64 else TOP


def _udiv(instr: Instr, args: list[Range]) -> Range:
    a, b = args
    return of_interval(a.lo // b.hi if b.lo else 0, a.hi // max(1, b.lo)) if b.hi else of_interval(0, 0)


def _umod(instr: Instr, args: list[Range]) -> Range:
    a, b = args
    return of_interval(0, min(a.hi, b.hi - 1) if b.lo else a.hi)


def _and(instr: Instr, args: list[Range]) -> Range:
    a, b = args
    may = a.may & b.may
    return tight(Range(hi=min(a.hi, b.hi, may), may=may)) or TOP


def _or(instr: Instr, args: list[Range]) -> Range:
    a, b = args
    low = max(a.lo, b.lo) if instr.op.name == "or" else 0
    return tight(Range(lo=low, may=a.may | b.may)) or TOP


def _shl(instr: Instr, args: list[Range]) -> Range:
    a, count = args[0], instr.args[1]
    if not isinstance(count, Const):
        return TOP
    by = count.value & 63
    may = (a.may << by) & MASK64
    if a.hi << by > MASK64:
        return tight(Range(may=may)) or TOP
    return tight(Range(lo=a.lo << by, hi=a.hi << by, may=may)) or TOP


def _lshr(instr: Instr, args: list[Range]) -> Range:
    a, count = args[0], instr.args[1]
    if not isinstance(count, Const):
        return of_interval(0, a.hi)
    by = count.value & 63
    return tight(Range(lo=a.lo >> by, hi=a.hi >> by, may=a.may >> by)) or TOP


def _ashr(instr: Instr, args: list[Range]) -> Range:
    a, count = args[0], instr.args[1]
    if not isinstance(count, Const):
        return of_signed(min(a.slo, 0), max(a.shi, 0)) if a.shi >= 0 else of_signed(a.slo, -1)
    by = count.value & 63
    return of_signed(a.slo >> by, a.shi >> by)


def _zext(instr: Instr, args: list[Range]) -> Range:
    bits = int(instr.attrs["bits"])
    return args[0] if args[0].hi < 1 << bits else tight(Range(may=args[0].may & ((1 << bits) - 1))) or TOP


def _sext(instr: Instr, args: list[Range]) -> Range:
    half = 1 << (int(instr.attrs["bits"]) - 1)
    return args[0] if -half <= args[0].slo and args[0].shi < half else of_signed(-half, half - 1)


def _bswap(instr: Instr, args: list[Range]) -> Range:
    return of_bits(int(instr.attrs["bits"]))


def _neg(instr: Instr, args: list[Range]) -> Range:
    return of_signed(-args[0].shi, -args[0].slo)


def _inv(instr: Instr, args: list[Range]) -> Range:
    a = args[0]
    return of_interval(MASK64 - a.hi, MASK64 - a.lo).meet(of_signed(-1 - a.shi, -1 - a.slo))


def _int(instr: Instr, args: list[Range]) -> Range:
    return of_bits(1)


def _within(instr: Instr, args: list[Range]) -> Range:
    return args[0].meet(of_interval(instr.attrs["lo"], instr.attrs["hi"]))


_NOT_FOLLOWED = ("udiv", "umod", "neg", "inv", "bswap")
_SHIFTS = ("shl", "lshr", "ashr")


def _is_shown(instr: Instr) -> bool:
    name = instr.op.name
    return name not in _NOT_FOLLOWED and (name not in _SHIFTS or isinstance(instr.args[1], Const))


_TRANSFER: dict[str, Callable[[Instr, list[Range]], Range]] = {
    "load": _load, "add": _add, "sub": _sub, "mul": _mul, "udiv": _udiv, "umod": _umod, "and": _and, "or": _or,
    "xor": _or, "shl": _shl, "lshr": _lshr, "ashr": _ashr, "zext": _zext, "sext": _sext, "bswap": _bswap,
    "neg": _neg, "inv": _inv, "int": _int, "within": _within,
}  # fmt: skip
