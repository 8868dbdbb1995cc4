"""The IR's law, checked. In: any function. Out: a list of what is wrong with it, empty for valid IR.

Runs in tests between all passes, not on a plain compile. What is legal tightens by stage: `STAGES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Const, Function, Instr, Module, Param, Undef, Value
from rucy.ir.locks import misused
from rucy.ir.ops import NEGATED, SWAPPED, effects
from rucy.ir.types import I1, I64, POINTER_KINDS, VOID, Type
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.kernel.helpers import Helper

_TOP = (1 << 64) - 1


class Stage(NamedTuple):
    """What a stage of the line does not have any more."""

    name: str
    gone: tuple[str, ...]
    critical_phi_edges: bool


STAGES = {
    row.name: row
    for row in (
        #     name      ops that are gone    critical edges into phis
        Stage("ir",     (),                  True),
        Stage("legal",  ("sdiv", "smod", "turn"), False),
    )
}  # fmt: skip


def assert_valid(fn: Function, stage: str = "ir") -> None:
    """AssertionError with all problems and the function's text."""
    problems = verify_function(fn, stage)
    if problems:
        from rucy.ir.text import format_function

        raise AssertionError("\n".join([f"@{fn.name} is not valid:", *problems, format_function(fn)]))


def assert_valid_module(module: Module, stage: str = "ir") -> None:
    """Every function, and what they say of each other and of the module's data."""
    for fn in module.functions:
        assert_valid(fn, stage)
    problems = [f"@{fn.name}: {text}" for fn in module.functions for text in _symbols(fn, module)]
    assert not problems, "\n".join(problems)


def verify_function(fn: Function, stage: str = "ir") -> list[str]:
    """Every problem as "block: instruction: what is wrong"."""
    problems = _structure(fn)
    if problems:
        return problems
    check = _Checker(fn, STAGES[stage])
    for block in fn.blocks:
        for at, instr in enumerate(block.instrs):
            for text in check.instr(instr, at):
                problems.append(f"{block.name}: {_show(instr)}: {text}")
    return problems + [f"{_show(at)}: {_LOCKS[kind]}" for kind, at in misused(fn)]


_LOCKS = {
    "called": "called while a lock is held", "kept": "leaves with a lock held", "foreign": "gives back a lock that is not held",
    "apart": "a lock is held on one way here and not on another",
}  # fmt: skip


def _show(instr: Instr) -> str:
    return " ".join([instr.op.name, *(f"{k}={v}" for k, v in instr.attrs.items())])


# ---------------------------------------------------------------- blocks and edges


def _structure(fn: Function) -> list[str]:
    """Without this nothing else can be asked."""
    if not fn.blocks:
        return ["no blocks"]
    out: list[str] = []
    edges: dict[Block, list[Block]] = {block: [] for block in fn.blocks}
    for block in fn.blocks:
        out += [f"{block.name}: {text}" for text in _block(block)]
        for succ in block.succs:
            if succ in edges:
                edges[succ].append(block)
            else:
                out.append(f"{block.name}: goes to {succ.name}, which is not of this function")
    for block, sources in edges.items():
        if sorted(map(id, sources)) != sorted(map(id, block.preds)):
            out.append(f"{block.name}: preds are {block.preds}, edges come from {sources}")
    if fn.entry.preds:
        out.append(f"{fn.entry.name}: the entry block has predecessors")
    if len(set(fn.blocks)) != len(fn.blocks):
        out.append("a block stands twice")
    return out


_TARGETS = {"jump": 1, "branch": 2, "ret": 0, "unreachable": 0}


def _block(block: Block) -> Iterator[str]:
    if block.terminator is None:
        yield "no terminator"
    body = False
    for at, instr in enumerate(block.instrs):
        name = instr.op.name
        if instr.block is not block:
            yield f"{name} thinks that it is in {instr.block}"
        if name == "phi" and body:
            yield "a phi behind other instructions"
        body = body or name != "phi"
        if "T" in instr.op.effects and at != len(block.instrs) - 1:
            yield f"{name} is not the last instruction"
        if len(instr.targets) != _TARGETS.get(name, 0):
            yield f"{name} has {len(instr.targets)} targets"
        elif len(instr.targets) == 2 and instr.targets[0] is instr.targets[1]:
            yield "both targets of the branch are one"


# ---------------------------------------------------------------- instructions


class _Checker:
    def __init__(self, fn: Function, stage: Stage) -> None:
        self.fn = fn
        self.stage = stage
        self.dominance = Dominance(fn)
        self.place = {instr: at for block in fn.blocks for at, instr in enumerate(block.instrs)}
        self.users: dict[Value, list[Instr]] = {}
        for instr in fn.instrs():
            for arg in instr.args:
                self.users.setdefault(arg, []).append(instr)

    def instr(self, instr: Instr, at: int) -> Iterator[str]:
        if instr.op.name in self.stage.gone:
            yield f"is gone by stage `{self.stage.name}`"
        if instr.attrs.keys() != set(instr.op.attrs):
            yield f"attributes are {sorted(instr.attrs)}, not {sorted(instr.op.attrs)}"
            return
        bad = list(self.operands(instr, at)) + list(_classes(instr)) + list(_numbers(instr))
        yield from bad
        rule = _RULES.get(instr.op.name)
        if rule is not None and not bad:
            yield from rule(self, instr)
        if effects(instr).acquires and not self.released(instr, set()):
            yield "what it acquires is never released"

    def operands(self, instr: Instr, at: int) -> Iterator[str]:
        """Each operand is there: it dominates its use."""
        block = instr.block
        assert block is not None
        is_phi = instr.op.name == "phi"
        if is_phi and len(instr.args) != len(block.preds):
            yield f"{len(instr.args)} operands for {len(block.preds)} predecessors"
            return
        for number, arg in enumerate(instr.args):
            if isinstance(arg, Undef):
                if not is_phi:
                    yield f"operand {number} is undefined"
            elif isinstance(arg, Param):
                if arg not in self.fn.params:
                    yield f"operand {number} is a parameter of another function"
            elif isinstance(arg, Instr):
                user = block.preds[number] if is_phi else block
                if arg not in self.place:
                    yield f"operand {number} ({arg.op.name}) is in no block"
                elif not self._is_there(arg, user, len(user.instrs) if is_phi else at):
                    yield f"operand {number} ({arg.op.name}) does not dominate its use"
            elif arg.type.is_ptr and isinstance(arg, Const) and arg.value:
                yield f"operand {number} is a pointer made of a number"

    def _is_there(self, value: Instr, block: Block, at: int) -> bool:
        home = value.block
        assert home is not None
        if not self.dominance.reaches(block):
            return True
        if home is block:
            return self.place[value] < at
        return self.dominance.reaches(home) and self.dominance.dominates(home, block)

    def released(self, value: Instr, seen: set[Instr]) -> bool:
        """Is there a release, a store or a return of the value, by whatever copy of it?"""
        seen.add(value)
        for user in self.users.get(value, ()):
            stored = user.op.name in ("store", "atomic") and user.args[0 if user.op.name == "store" else -1] is value
            if effects(user).releases or stored or user.op.name in ("ret", "kfunc", "callfn"):
                return True
            is_copy = "K" in user.op.effects or user.op.name in ("phi", "cast")
            if is_copy and user not in seen and self.released(user, seen):
                return True
        return False

    # -- what the branches on the way to a block say

    def conditions(self, block: Block) -> Iterator[tuple[str, Value, Value]]:
        """(compare, a, b), each true whenever control is in the block: of the branches that dominate it by an edge."""
        while True:
            before = self.dominance.entered_from(block)
            last = before.terminator if before is not None else None
            if last is not None and last.op.name == "branch":
                yield from _condition(last.args[0], last.targets[0] is block)
            above = self.dominance.idom.get(block, block)
            if above is block:
                return
            block = above


def _condition(value: Value, holds: bool) -> Iterator[tuple[str, Value, Value]]:
    """A branch compares in one instruction, of the compare or of its opposite. What an `and` says, the kernel's
    verifier does not follow."""
    if not isinstance(value, Instr):
        return
    if value.op.name == "xor" and isinstance(value.args[1], Const):
        yield from _condition(value.args[0], holds != bool(value.args[1].value))
    elif value.op.name in NEGATED:
        name = value.op.name if holds else NEGATED[value.op.name]
        a, b = value.args
        yield name, a, b
        yield SWAPPED[name], b, a


# ---------------------------------------------------------------- operand and result classes


def _is_class(letter: str, type: Type) -> bool:
    match letter:
        case "i":
            return type == I64
        case "b":
            return type == I1
        case "p":
            return type.is_ptr
        case _:
            return type != VOID


def _classes(instr: Instr) -> Iterator[str]:
    row = instr.op
    fixed = row.operands.rstrip("*")
    if len(instr.args) < len(fixed) or (len(instr.args) > len(fixed) and not row.operands.endswith("*")):
        yield f"{len(instr.args)} operands where `{row.operands}` are expected"
        return
    for number, (letter, arg) in enumerate(zip(fixed, instr.args)):
        if not _is_class(letter, arg.type):
            yield f"operand {number} is {arg.type} where `{letter}` is expected"
    if fixed == "vv" and instr.args[0].type.name != instr.args[1].type.name:
        yield f"operands of two types: {instr.args[0].type}, {instr.args[1].type}"
    match row.result:
        case "i" | "b" | "-":
            wanted = {"i": I64, "b": I1, "-": VOID}[row.result]
            if instr.type != wanted:
                yield f"its type is {instr.type}, not {wanted}"
        case "same":
            if instr.type.name != instr.args[0].type.name or instr.type.kind != instr.args[0].type.kind:
                yield f"its type is {instr.type}, its operand's {instr.args[0].type}"


_EXTENSIONS = (8, 16, 32)
_WIDTHS = (1, 2, 4, 8)


def _numbers(instr: Instr) -> Iterator[str]:
    """Attributes that are numbers of a few values."""
    attrs = instr.attrs
    match instr.op.name:
        case "zext" | "sext" if attrs["bits"] not in _EXTENSIONS:
            yield f"bits is not one of {_EXTENSIONS}"
        case "bswap" if attrs["bits"] not in (16, 32, 64):
            yield "bits is not one of (16, 32, 64)"
        case "load" | "store" if attrs["width"] not in _WIDTHS:
            yield f"width is not one of {_WIDTHS}"
        case "atomic" if attrs["width"] not in (4, 8):
            yield "width is not one of (4, 8)"
        case "within" if not 0 <= attrs["lo"] <= attrs["hi"] <= _TOP:
            yield "lo..hi is not a range of unsigned 64-bit numbers"
        case "covers" | "zero" if attrs["size"] <= 0:
            yield "size is not above 0"
        case "slot" if attrs["size"] <= 0 or attrs["align"] not in _WIDTHS:
            yield "size or alignment of the slot"


# ---------------------------------------------------------------- rules by op


def _arithmetic_on_bits(check: _Checker, instr: Instr) -> Iterator[str]:
    if instr.args[0].type.is_ptr:
        yield "bitwise operation on a pointer"


def _compare(check: _Checker, instr: Instr) -> Iterator[str]:
    a, b = (arg.type for arg in instr.args)
    if not a.is_ptr:
        return
    if any(isinstance(arg, Const) for arg in instr.args):
        if instr.op.name not in ("eq", "ne"):
            yield "a pointer is compared with NULL by eq or ne"
    elif {a.kind, b.kind} == {"packet", "packet_end"}:
        if instr.op.name in ("eq", "ne"):
            yield "a packet pointer is compared with the packet's end by an order"
    elif a.kind != b.kind or instr.op.name not in ("eq", "ne"):
        yield f"pointers compared: {a}, {b}"


def _padd(check: _Checker, instr: Instr) -> Iterator[str]:
    type = instr.args[0].type
    row = POINTER_KINDS[type.kind]
    step = instr.args[1]
    if type.kind == "kernel" and isinstance(step, Instr) and step.op.name == "core":  # a member in place
        if type.nullable:
            yield "adds to a pointer that may be NULL"
    elif not row.arith:
        yield f"nothing is added to a pointer of kind {type.kind}"
    elif type.nullable and row.load:
        yield "adds to a pointer that may be NULL"


def _access(check: _Checker, instr: Instr, pointer: Value, write: bool) -> Iterator[str]:
    type = pointer.type
    row = POINTER_KINDS[type.kind]
    if isinstance(pointer, Const):
        yield "access through NULL"
    elif not (row.store if write else row.load):
        yield f"no direct {'store' if write else 'load'} through a pointer of kind {type.kind}"
    elif type.nullable and (write or type.kind != "kernel" or type.trust):
        yield f"access through a pointer that may be NULL: {type}"
    elif write and not type.writable:
        yield f"store through a pointer that is not writable: {type}"


def _load(check: _Checker, instr: Instr) -> Iterator[str]:
    yield from _access(check, instr, instr.args[0], write=False)
    if instr.type.is_ptr and instr.attrs["width"] != 8 and instr.args[0].type.kind != "ctx":
        yield "a pointer of less than 8 bytes"
    if instr.type not in (I64,) and not instr.type.is_ptr:
        yield f"loads a value of type {instr.type}"


def _store(check: _Checker, instr: Instr) -> Iterator[str]:
    yield from _access(check, instr, instr.args[1], write=True)
    if instr.args[0].type == I1:
        yield "stores a truth value: `int` makes a number of it"


def _zero(check: _Checker, instr: Instr) -> Iterator[str]:
    yield from _access(check, instr, instr.args[0], write=True)


_ATOMIC_OPERANDS = {"add": 2, "and": 2, "or": 2, "xor": 2, "xchg": 2, "cmpxchg": 3}


def _atomic(check: _Checker, instr: Instr) -> Iterator[str]:
    yield from _access(check, instr, instr.args[0], write=True)
    kind, fetch = instr.attrs["kind"], instr.attrs["fetch"]
    if _ATOMIC_OPERANDS.get(kind) != len(instr.args):
        yield f"kind {kind} with {len(instr.args)} operands"
    elif (kind in ("xchg", "cmpxchg")) > fetch:
        yield f"{kind} gives the old value, always"
    if instr.type != (I64 if fetch else VOID):
        yield f"its type is {instr.type}"


def _slot(check: _Checker, instr: Instr) -> Iterator[str]:
    if instr.block is not check.fn.entry:
        yield "a slot outside the entry block"
    if instr.type.kind not in ("stack", "slot"):
        yield f"its type is {instr.type}"


def _cast(check: _Checker, instr: Instr) -> Iterator[str]:
    source, type = instr.args[0].type, instr.type
    if not type.is_ptr:
        yield f"makes no pointer but {type}"
    elif type.kind not in ("probe", "user", "arena") and source.kind != type.kind:
        yield f"{source} cannot be taken as {type}"


def _arena(check: _Checker, instr: Instr) -> Iterator[str]:
    address, arena = instr.args
    if instr.type.kind != "arena":
        yield f"makes {instr.type}"
    if address.type.is_ptr or arena.type.kind != "map":
        yield f"takes an address and a map, not {address.type} and {arena.type}"


def _phi(check: _Checker, instr: Instr) -> Iterator[str]:
    type = instr.type
    if type.kind == "ctx":
        yield "a phi of context pointers"
    for number, arg in enumerate(instr.args):
        if not _fits(arg, type):
            yield f"operand {number} is {arg.type}, the phi {type}"


def _fits(value: Value, type: Type) -> bool:
    """May the value flow into a variable of the type? The NULL of any pointer type may: a placeholder where the type
    says that it is not NULL."""
    have = value.type
    if not type.is_ptr or not have.is_ptr:
        return have == type
    if have.kind != type.kind or (type.writable and not have.writable):
        return False
    if isinstance(value, Const | Undef):
        return True
    return have.trust == type.trust and have.owned == type.owned and have.nullable <= type.nullable


def _ret(check: _Checker, instr: Instr) -> Iterator[str]:
    wanted = check.fn.ret
    if wanted == VOID:
        if instr.args:
            yield "a value where the function has no result"
    elif len(instr.args) != 1:
        yield f"{len(instr.args)} values where the function's result is {wanted}"
    elif not _fits(instr.args[0], wanted):
        yield f"gives {instr.args[0].type}, the function's result is {wanted}"


def _call(check: _Checker, instr: Instr) -> Iterator[str]:
    from rucy.kernel import helpers

    if len(instr.args) > 5:
        yield "more than five arguments"
    if any(arg.type == I1 for arg in instr.args):
        yield "a truth value as argument: `int` makes a number of it"
    row = helpers.find(instr.attrs["helper"])
    if row is None:
        yield "no such helper"
    elif len(instr.args) != len(row.args) and "..." not in row.signature:
        yield f"{len(instr.args)} arguments, the helper takes {len(row.args)}"
    else:
        yield from _map_call(instr, row)


_THERE = ("CONST_MAP_PTR", "MAP_KEY", "MAP_VALUE")


def _map_call(instr: Instr, row: Helper) -> Iterator[str]:
    """Maps where maps are taken, and what is found in one may be missing."""
    for number, (wanted, arg) in enumerate(zip(row.args, instr.args)):
        if (wanted == "CONST_MAP_PTR") != (arg.type.kind == "map"):
            yield f"argument {number} is {arg.type} where {wanted} is taken"
        elif wanted.startswith(_THERE) and arg.type.nullable and not wanted.endswith("_OR_NULL"):
            yield f"argument {number} may be NULL: {arg.type}"
    found = _FOUND.get(row.ret)
    if row.name == "map_lookup_elem" and instr.type.kind in ("map", "kernel"):  # of maps of maps, of sockets
        found = (instr.type.kind, True, False)
    if found is not None and (instr.type.kind, instr.type.nullable, instr.type.owned) != found:
        yield f"its type is {instr.type}"


#: result of a helper → kind, may be NULL, owned
_FOUND = {"PTR_TO_MAP_VALUE_OR_NULL": ("map_value", True, False), "PTR_TO_RINGBUF_MEM_OR_NULL": ("mem", True, True)}


def _callfn(check: _Checker, instr: Instr) -> Iterator[str]:
    if len(instr.args) > 5:
        yield "more than five arguments"


# ---------------------------------------------------------------- checks: a test on every path, in one instruction


def _nonnil(check: _Checker, instr: Instr) -> Iterator[str]:
    pointer = instr.args[0]
    if not pointer.type.nullable:
        yield f"the operand cannot be NULL: {pointer.type}"
    elif instr.type != pointer.type._replace(nullable=False):
        yield f"its type is {instr.type}, of {pointer.type}"
    assert instr.block is not None
    for name, a, b in check.conditions(instr.block):
        if a is pointer and name == "ne" and isinstance(b, Const) and b.value == 0:
            return
    yield "no branch on `ne p, null` dominates it"


def _within(check: _Checker, instr: Instr) -> Iterator[str]:
    value, lo, hi = instr.args[0], instr.attrs["lo"], instr.attrs["hi"]
    assert instr.block is not None
    low, high = _range_by_form(value)
    tests = [(name, b) for name, a, b in check.conditions(instr.block) if _is_one(a, value) and isinstance(b, Const)]
    for name, b in tests * 2:  # a signed test tells more once the sign is known
        low, high = _narrow(name, low, high, b)
    if low <= high and not (lo <= low and high <= hi):
        yield f"the branches that dominate it allow {low}..{high}"


def _is_one(a: Value, b: Value) -> bool:
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and (a.value, a.type) == (b.value, b.type))


def _range_by_form(value: Value) -> tuple[int, int]:
    """Unsigned bounds that the instruction itself gives, as the verifier of every kernel sees them."""
    if isinstance(value, Const):
        return value.value, value.value
    if isinstance(value, Instr) and value.op.name == "within":
        return int(value.attrs["lo"]), int(value.attrs["hi"])
    return 0, (1 << _bits_by_form(value, 12).bit_length()) - 1


def _bits_by_form(value: Value, depth: int) -> int:
    """A mask of the bits that may be set."""
    if isinstance(value, Const):
        return value.value
    if not isinstance(value, Instr) or depth == 0:
        return _TOP
    args = [_bits_by_form(arg, depth - 1) for arg in value.args] if value.op.name in _BITWISE else []
    match value.op.name:
        case "load" if not value.attrs["signed"]:
            return (1 << 8 * int(value.attrs["width"])) - 1
        case "zext":
            return args[0] & (1 << int(value.attrs["bits"])) - 1
        case "and":
            return args[0] & args[1]
        case "or" | "xor":
            return args[0] | args[1]
        case "lshr" if isinstance(value.args[1], Const):
            return args[0] >> (args[1] & 63)
        case "shl" if isinstance(value.args[1], Const):
            return args[0] << (args[1] & 63) & _TOP
        case "int":
            return 1
    return _TOP


_BITWISE = ("zext", "and", "or", "xor", "lshr", "shl")


def _narrow(name: str, low: int, high: int, b: Const) -> tuple[int, int]:
    number = b.value
    match name:
        case "eq":
            return max(low, number), min(high, number)
        case "ne":
            return low + (low == number), high - (high == number)
        case "ult" | "ule":
            return low, min(high, number - (name == "ult"))
        case "ugt" | "uge":
            return max(low, number + (name == "ugt")), high
        case _ if high < 1 << 63:  # not negative: the signed compare is the unsigned one, or tells nothing
            if b.signed < 0:
                return low, high
            return _narrow("u" + name[1:], low, high, b)
        case "sge" | "sgt" if b.signed + (name == "sgt") >= 0:
            return max(low, b.signed + (name == "sgt")), min(high, (1 << 63) - 1)
    return low, high


def _covers(check: _Checker, instr: Instr) -> Iterator[str]:
    pointer = instr.args[0]
    if pointer.type.kind != "packet":
        yield f"of a pointer of kind {pointer.type.kind}"
        return
    assert instr.block is not None
    for name, a, b in check.conditions(instr.block):
        if name in ("ule", "ult") and b.type.kind == "packet_end" and _reach(a, pointer) >= instr.attrs["size"]:
            return
    yield "no branch on `p + size <= end` dominates it"


def _reach(end: Value, pointer: Value) -> int:
    """n of end = pointer + n; -1 where the form is another."""
    if end is pointer:
        return 0
    if isinstance(end, Instr) and end.op.name == "padd" and end.args[0] is pointer:
        step = end.args[1]
        return step.signed if isinstance(step, Const) else -1
    return -1


def _exists(check: _Checker, instr: Instr) -> Iterator[str]:
    value = instr.args[0]
    if not isinstance(value, Instr) or value.op.name != "core":
        yield "the operand is not a CO-RE value"
    assert instr.block is not None
    for name, a, b in check.conditions(instr.block):
        if a is value and isinstance(b, Const) and (name, b.value) in (("ne", 0), ("eq", 1)):
            return
    yield "no branch on `ne x, 0` dominates it"


def _branch_edges(check: _Checker, instr: Instr) -> Iterator[str]:
    if check.stage.critical_phi_edges:
        return
    for target in instr.targets:
        if next(target.phis(), None) is not None:
            yield f"a critical edge into the phis of {target.name}"


_Rule = Callable[[_Checker, Instr], Iterator[str]]

_RULES: dict[str, _Rule] = {
    **dict.fromkeys(("and", "or", "xor"), _arithmetic_on_bits),
    **dict.fromkeys(NEGATED, _compare),
    "padd": _padd, "load": _load, "store": _store, "zero": _zero, "atomic": _atomic, "slot": _slot, "cast": _cast,
    "arena": _arena, "phi": _phi, "ret": _ret, "call": _call, "callfn": _callfn, "kfunc": _callfn, "branch": _branch_edges,
    "nonnil": _nonnil, "within": _within, "covers": _covers, "exists": _exists,
}  # fmt: skip


# ---------------------------------------------------------------- the module


def _symbols(fn: Function, module: Module) -> Iterator[str]:
    for instr in fn.instrs():
        symbol = instr.attrs.get("symbol")
        match instr.op.name:
            case "callfn":
                called = module.function(symbol) if symbol is not None else None
                if called is None:
                    yield f"calls @{symbol}, which is not there"
                elif [a.type.name for a in instr.args] != [p.type.name for p in called.params]:
                    yield f"calls @{symbol} with {[str(a.type) for a in instr.args]}"
            case "func" if module.function(str(symbol)) is None:
                yield f"takes the address of @{symbol}, which is not there"
            case "global" if symbol not in module.data and symbol not in module.externs:
                yield f"takes the address of @{symbol}, which is no data of the module"
            case "map" if symbol not in module.maps:
                yield f"uses map @{symbol}, which is not there"
