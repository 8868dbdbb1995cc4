"""Computes what is known, and writes what is left in its simplest form.

    %1 = mul 6, 7             (gone: 42)
    %2 = add %0, 0            (gone: %0)
    %3 = add %0, 1            (gone, if nothing else uses it)
    %4 = add %3, 2            %4 = add %0, 3
    %5 = mul %0, 8            %5 = shl %0, 3
    %6 = ult 5, %0            %6 = ugt %0, 5
    branch true, a, b         jump a

Needs: preds. Keeps: every effect and every check; a compare goes only where the oldest kernel's verifier knows its
outcome as well. Breaks: nothing; it may leave dead instructions.

The facts of algebra are rows (`FACTS`); what needs more than a row is a rule of its op (`_RULES`). CO-RE values,
addresses and loads are opaque: no rule asks for theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rucy.ir.function import MASK64, Const, Function, Instr, Undef, Value, const, remove_edge, remove_unreachable, replace_all
from rucy.ir.ops import COMPARES, NEGATED, OPS, SWAPPED
from rucy.ir.types import I1, I64
from rucy.records import NamedTuple

_SIGN = 1 << 63


class Fact(NamedTuple):
    """Algebra of one op. Constants are unsigned; -1 stands for all ones of the type.

    identity: x op c = x          absorbs: x op c = c          zero: 0 op x = 0 (ops that do not commute)
    same: x op x = "x", "0", "1"  associates: (x op c) op d = x op (c op d)
    """

    identity: int | None = None
    absorbs: int | None = None
    zero: bool = False
    same: str = ""
    associates: bool = False


FACTS = {
    #            identity  absorbs  zero   same  associates
    "add":  Fact(0,        None,    False, "",   True),
    "sub":  Fact(0,        None,    False, "0",  False),
    "mul":  Fact(1,        0,       False, "",   True),
    "udiv": Fact(1,        0,       True,  "",   False),
    "umod": Fact(0,        None,    True,  "0",  False),
    "sdiv": Fact(1,        0,       True,  "",   False),
    "smod": Fact(0,        None,    True,  "0",  False),
    "and":  Fact(-1,       0,       False, "x",  True),
    "or":   Fact(0,        -1,      False, "x",  True),
    "xor":  Fact(0,        None,    False, "0",  True),
    "shl":  Fact(0,        None,    True,  "",   False),
    "lshr": Fact(0,        None,    True,  "",   False),
    "ashr": Fact(0,        None,    True,  "",   False),
    "eq":   Fact(None,     None,    False, "1",  False),
    "ne":   Fact(None,     None,    False, "0",  False),
    "ult":  Fact(None,     None,    False, "0",  False),
    "ule":  Fact(None,     None,    False, "1",  False),
    "ugt":  Fact(None,     None,    False, "0",  False),
    "uge":  Fact(None,     None,    False, "1",  False),
    "slt":  Fact(None,     None,    False, "0",  False),
    "sle":  Fact(None,     None,    False, "1",  False),
    "sgt":  Fact(None,     None,    False, "0",  False),
    "sge":  Fact(None,     None,    False, "1",  False),
    "padd": Fact(0,        None,    False, "",   False),
}  # fmt: skip


def fold_constants(fn: Function) -> bool:
    """Rounds over all blocks until nothing changes; each round is linear. Blocks that nothing reaches go first: in
    a dead loop a value can be its own operand."""
    changed = remove_unreachable(fn)
    while True:
        simplified = _simplify_values(fn)
        folded = fold_branches(fn)
        if not simplified and not folded:
            return changed
        changed = True


def _simplify_values(fn: Function) -> bool:
    changed = False
    known: dict[Value, Value] = {}
    guarded = guarded_values(fn)
    for block in fn.blocks:
        gone = False
        for instr in block.instrs:
            args = instr.args
            for at, arg in enumerate(args):
                while arg in known:
                    arg = args[at] = known[arg]
            new = simplify(instr)
            if new is None or (isinstance(new, Const) and instr.op.name in COMPARES and args[0] in guarded):
                continue
            changed = True
            if new is not instr:
                known[instr] = new
                gone = True
        if gone:
            block.instrs = [i for i in block.instrs if i not in known]
    replace_all(fn, known)
    return changed


def guarded_values(fn: Function) -> set[Value]:
    """What a `within` checks: the compare before it stays, whatever is known. Between the two no spill can come, and
    older kernels forget the bounds of a number that is spilled."""
    return {i.args[0] for i in fn.instrs() if i.op.name == "within" and not isinstance(i.args[0], Const)}


def fold_branches(fn: Function) -> bool:
    """A branch on a constant is a jump; one on `!x` is the opposite branch on x."""
    changed = False
    for block in fn.blocks:
        last = block.terminator
        if last is None or last.op.name != "branch":
            continue
        condition = last.args[0]
        if isinstance(condition, Const):
            taken, other = last.targets if condition.value else reversed(last.targets)
            remove_edge(block, other)
            _become(last, "jump").targets = [taken]
            changed = True
        elif isinstance(condition, Instr) and condition.op.name == "xor" and _constant(condition.args[1]) == 1:
            last.args = [condition.args[0]]
            last.targets.reverse()
            changed = True
    if changed:
        remove_unreachable(fn)
    return changed


def simplify(instr: Instr) -> Value | None:
    """The value that stands for the instruction; itself when it was changed in place; None when nothing is to do."""
    name = instr.op.name
    if name in FOLD and all(isinstance(arg, Const) for arg in instr.args):
        return fold(instr)
    if name in FACTS:
        new = _by_fact(instr, FACTS[name])
        if new is not None:
            return new
    rule = _RULES.get(name)
    return rule(instr) if rule is not None else None


# ---------------------------------------------------------------- constants


def _signed(value: int) -> int:
    return value - (1 << 64) if value & _SIGN else value


def _sdiv(a: int, b: int) -> int:
    x, y = _signed(a), _signed(b)
    if y == 0:
        return 0
    return -(abs(x) // abs(y)) if (x < 0) != (y < 0) else abs(x) // abs(y)


def _smod(a: int, b: int) -> int:
    return _signed(a) - _signed(b) * _sdiv(a, b)


#: op → its value for constant operands, before wrapping
FOLD: dict[str, Callable[..., int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "udiv": lambda a, b: a // b if b else 0,
    "umod": lambda a, b: a % b if b else a,
    "sdiv": _sdiv,
    "smod": _smod,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << (b & 63),
    "lshr": lambda a, b: a >> (b & 63),
    "ashr": lambda a, b: _signed(a) >> (b & 63),
    "neg": lambda a: -a,
    "inv": lambda a: ~a,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ult": lambda a, b: a < b,
    "ule": lambda a, b: a <= b,
    "ugt": lambda a, b: a > b,
    "uge": lambda a, b: a >= b,
    "slt": lambda a, b: _signed(a) < _signed(b),
    "sle": lambda a, b: _signed(a) <= _signed(b),
    "sgt": lambda a, b: _signed(a) > _signed(b),
    "sge": lambda a, b: _signed(a) >= _signed(b),
    "test": lambda a, b: a & b != 0,
    "int": lambda a: a,
    "zext": lambda a, bits: a & ((1 << bits) - 1),
    "sext": lambda a, bits: ((a & ((1 << bits) - 1)) ^ (1 << (bits - 1))) - (1 << (bits - 1)),
    "bswap": lambda a, bits: int.from_bytes((a & ((1 << bits) - 1)).to_bytes(bits // 8, "little"), "big"),
}


def fold(instr: Instr, args: Sequence[Value] = ()) -> Const:
    """The value of an instruction whose operands, or `args` in their place, are all constants."""
    values = [arg.value for arg in args or instr.args if isinstance(arg, Const)]
    if "bits" in instr.attrs:
        values.append(instr.attrs["bits"])
    return Const(int(FOLD[instr.op.name](*values)), instr.type)


# ---------------------------------------------------------------- facts


def _by_fact(instr: Instr, fact: Fact) -> Value | None:
    a, b = instr.args
    moved = isinstance(a, Const) and not isinstance(b, Const) and _constant_to_the_right(instr)
    if moved:
        a, b = b, a
    if a is b and fact.same:
        return a if fact.same == "x" else Const(int(fact.same), instr.type)
    if isinstance(a, Const) and a.value == 0 and fact.zero:
        return a
    if isinstance(b, Const):
        for value, result in ((fact.identity, a), (fact.absorbs, b)):
            if value is not None and b.value == Const(value, b.type).value:
                return result
        if fact.associates and isinstance(a, Instr) and a.op is instr.op and isinstance(a.args[1], Const):
            both = FOLD[instr.op.name](a.args[1].value, b.value)
            return _become(instr, instr.op.name, a.args[0], Const(both, b.type))
    return instr if moved else None


def _constant_to_the_right(instr: Instr) -> bool:
    name = instr.op.name
    if not instr.op.commutes and name not in SWAPPED:
        return False
    instr.op = OPS[SWAPPED.get(name, name)]
    instr.args.reverse()
    return True


def _become(instr: Instr, op: str, *args: Value) -> Instr:
    """Change the instruction in place. Only for ops without attributes."""
    instr.op = OPS[op]
    instr.args = list(args)
    instr.attrs = {}
    return instr


# ---------------------------------------------------------------- what is known of a value by its form


def known_bits(value: Value) -> int:
    """A mask of the bits that can be set, of what the verifier of every kernel follows: zero-extending loads, masks,
    shifts by a constant, and what is made of these. Division, byte swaps and CO-RE values are not among them."""
    return _known_bits(value, 4)


def _known_bits(value: Value, depth: int) -> int:
    if isinstance(value, Const):
        return value.value
    if not isinstance(value, Instr) or depth == 0:
        return MASK64
    match value.op.name:
        case "load":
            return MASK64 if value.attrs["signed"] or value.type.is_ptr else (1 << 8 * int(value.attrs["width"])) - 1
        case "int":
            return 1
        case "zext":
            return _known_bits(value.args[0], depth - 1) & ((1 << int(value.attrs["bits"])) - 1)
        case "and":
            return _known_bits(value.args[0], depth - 1) & _known_bits(value.args[1], depth - 1)
        case "or" | "xor":
            return _known_bits(value.args[0], depth - 1) | _known_bits(value.args[1], depth - 1)
        case "shl" | "lshr" if isinstance(value.args[1], Const):
            count = value.args[1].value & 63
            mask = _known_bits(value.args[0], depth - 1)
            return (mask << count if value.op.name == "shl" else mask >> count) & MASK64
        case _:
            return MASK64


def largest(value: Value) -> int:
    """An upper bound, unsigned, that the verifier of every kernel has too."""
    return (1 << known_bits(value).bit_length()) - 1


# ---------------------------------------------------------------- rules


def _constant(value: Value) -> int | None:
    return value.value if isinstance(value, Const) else None


def _power_of_two(value: Value) -> int | None:
    """log2 of a constant power of two above 1."""
    number = _constant(value)
    return number.bit_length() - 1 if number is not None and number > 1 and number & (number - 1) == 0 else None


def _sub(instr: Instr) -> Value | None:
    a, b = instr.args
    if isinstance(b, Const):
        return _become(instr, "add", a, const(-b.value))
    return _become(instr, "neg", b) if _constant(a) == 0 else None


def _mul(instr: Instr) -> Value | None:
    a, b = instr.args
    power = _power_of_two(b)
    if power is not None:
        return _become(instr, "shl", a, const(power))
    return _become(instr, "neg", a) if _constant(b) == MASK64 else None


def _udiv(instr: Instr) -> Value | None:
    a, b = instr.args
    power = _power_of_two(b)
    return _become(instr, "lshr", a, const(power)) if power is not None else None


def _umod(instr: Instr) -> Value | None:
    a, b = instr.args
    if _constant(b) == 1:
        return const(0)
    power = _power_of_two(b)
    return _become(instr, "and", a, const((1 << power) - 1)) if power is not None else None


def _and(instr: Instr) -> Value | None:
    a, b = instr.args
    mask = _constant(b)
    if mask is None or instr.type == I1:
        return None
    bits = known_bits(a)
    if bits & mask == 0:
        return const(0)
    return a if bits & ~mask == 0 else None


def _xor(instr: Instr) -> Value | None:
    """`!`: of a compare it is the opposite compare."""
    a, b = instr.args
    if instr.type != I1 or _constant(b) != 1 or not isinstance(a, Instr) or a.op.name not in NEGATED:
        return None
    return _become(instr, NEGATED[a.op.name], *a.args)


def _shift(instr: Instr) -> Value | None:
    """A count is modulo 64; two shifts are one; out and back again is an extension."""
    a, b = instr.args
    count = _constant(b)
    if count is None:
        return None
    if count > 63:
        return _become(instr, instr.op.name, a, const(count & 63))
    if not isinstance(a, Instr) or a.op.name not in ("shl", instr.op.name):
        return None
    first = _constant(a.args[1])
    if first is None or first > 63:
        return None
    if a.op is instr.op:
        if first + count < 64:
            return _become(instr, instr.op.name, a.args[0], const(first + count))
        return _become(instr, "ashr", a.args[0], const(63)) if instr.op.name == "ashr" else const(0)
    return _extension_of_shifts(instr, a.args[0], count) if first == count else None


def _extension_of_shifts(instr: Instr, value: Value, count: int) -> Value | None:
    bits = 64 - count
    if bits not in (8, 16, 32):
        return None
    name = "zext" if instr.op.name == "lshr" else "sext"
    _become(instr, name, value)
    instr.attrs = {"bits": bits}
    return instr


def _undo(instr: Instr) -> Value | None:
    """neg neg x, inv inv x."""
    a = instr.args[0]
    return a.args[0] if isinstance(a, Instr) and a.op is instr.op else None


def _zext(instr: Instr) -> Value | None:
    a, bits = instr.args[0], instr.attrs["bits"]
    if known_bits(a) >> bits == 0:
        return a
    if isinstance(a, Instr) and a.op.name in ("zext", "sext") and a.attrs["bits"] >= bits:
        instr.args = [a.args[0]]
        return instr
    return None


def _sext(instr: Instr) -> Value | None:
    a, bits = instr.args[0], instr.attrs["bits"]
    if known_bits(a) >> (bits - 1) == 0:
        return a
    if not isinstance(a, Instr):
        return None
    if a.op.name == "load" and a.attrs["signed"] and 8 * a.attrs["width"] <= bits:
        return a
    if a.op.name == "sext" and a.attrs["bits"] <= bits:
        return a
    if a.op.name in ("zext", "sext") and a.attrs["bits"] >= bits:
        instr.args = [a.args[0]]
        return instr
    return None


def _bswap(instr: Instr) -> Value | None:
    """Twice is nothing but the extension."""
    a, bits = instr.args[0], instr.attrs["bits"]
    if not isinstance(a, Instr) or a.op is not instr.op or a.attrs["bits"] != bits:
        return None
    if bits == 64:
        return a.args[0]
    _become(instr, "zext", a.args[0])
    instr.attrs = {"bits": bits}
    return instr


def _compare(instr: Instr) -> Value | None:
    a, b = instr.args
    if not isinstance(b, Const):
        return None
    if a.type.is_ptr:
        return _null_test(instr, a) if b.value == 0 and instr.op.name in ("eq", "ne") else None
    if a.type == I1:
        return _compare_truth(instr, a, b.value)
    outcome = _outcome(instr.op.name, known_bits(a), largest(a), b)
    if outcome is not None:
        return Const(int(outcome), I1)
    if isinstance(a, Instr) and a.op.name == "int" and b.value <= 1 and instr.op.name in ("eq", "ne"):
        return _compare_truth(instr, a.args[0], b.value)
    return None


def _null_test(instr: Instr, pointer: Value) -> Value | None:
    return None if pointer.type.nullable else Const(int(instr.op.name == "ne"), I1)


def _compare_truth(instr: Instr, a: Value, number: int) -> Value | None:
    """A truth value compared with true or false is itself or its opposite."""
    if instr.op.name not in ("eq", "ne"):
        return None
    if (instr.op.name == "eq") == (number == 1):
        return a
    return _become(instr, "xor", a, Const(1, I1))


def _outcome(name: str, bits: int, top: int, b: Const) -> bool | None:
    """The outcome of a compare of 0..top (only `bits` can be set) with a constant, when it is the same for all."""
    if name in ("eq", "ne"):
        return (name == "ne") if b.value & ~bits else None
    if name == "test":
        return False if b.value & bits == 0 else None
    if name[0] == "s":
        if top >> 63:
            return None
        number = _signed(b.value)
    else:
        number = b.value
    match name[1:]:
        case "lt":
            low, high = number > 0, number > top
        case "le":
            low, high = number >= 0, number >= top
        case "gt":
            low, high = number < 0, number < top  # of 0, of top: the other way round
        case _:
            low, high = number <= 0, number <= top
    return low if low == high else None


def _test(instr: Instr) -> Value | None:
    """`test` has no row of facts: a constant goes to the right here."""
    a, b = instr.args
    if isinstance(a, Const):
        instr.args.reverse()
        return instr
    return _become(instr, "ne", a, const(0)) if _constant(b) == MASK64 or a is b else _compare(instr)


def _addr(instr: Instr) -> Value | None:
    a = instr.args[0]
    if isinstance(a, Const):
        return const(a.value)
    if isinstance(a, Instr) and a.op.name == "cast" and not a.args[0].type.is_ptr:
        return a.args[0]
    return None


def _cast(instr: Instr) -> Value | None:
    a = instr.args[0]
    if a.type == instr.type:
        return a
    if isinstance(a, Instr) and a.op.name == "cast":
        instr.args = [a.args[0]]
        return instr
    return Const(a.value, instr.type) if isinstance(a, Const) and a.value == 0 else None


def _padd(instr: Instr) -> Value | None:
    """Two constant steps are one."""
    a, b = instr.args
    if not isinstance(b, Const) or not isinstance(a, Instr) or a.op is not instr.op or a.type != instr.type:
        return None
    return _become(instr, "padd", a.args[0], const(a.args[1].value + b.value)) if isinstance(a.args[1], Const) else None


def _within(instr: Instr) -> Value | None:
    a = instr.args[0]
    return a if isinstance(a, Const) and instr.attrs["lo"] <= a.value <= instr.attrs["hi"] else None


def _int(instr: Instr) -> Value | None:
    """The number that was tested for being 1 is the number."""
    a = instr.args[0]
    if isinstance(a, Instr) and a.op.name == "ne" and _constant(a.args[1]) == 0 and a.args[0].type == I64:
        return a.args[0] if known_bits(a.args[0]) <= 1 else None
    return None


def _phi(instr: Instr) -> Value | None:
    """One value on all edges. A value that is defined on some edges only is not taken for the others."""
    first: Value | None = None
    if any(isinstance(arg, Undef) for arg in instr.args):
        return None
    for arg in instr.args:
        if arg is instr or arg is first:
            continue
        if first is None:
            first = arg
        elif not (isinstance(arg, Const) and isinstance(first, Const) and (arg.value, arg.type) == (first.value, first.type)):
            return None
    return first if first is not None and first.type == instr.type else None


_RULES: dict[str, Callable[[Instr], Value | None]] = {
    **dict.fromkeys(COMPARES, _compare),
    "sub": _sub, "mul": _mul, "udiv": _udiv, "umod": _umod, "and": _and, "xor": _xor,
    "shl": _shift, "lshr": _shift, "ashr": _shift, "neg": _undo, "inv": _undo,
    "zext": _zext, "sext": _sext, "bswap": _bswap, "test": _test, "addr": _addr, "cast": _cast, "padd": _padd,
    "within": _within, "phi": _phi, "int": _int,
}  # fmt: skip
