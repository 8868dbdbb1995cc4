"""What a helper or kernel function hands over must be given back: on every path, once, and not used afterwards.

In: a module before optimisation. Out: the places where that does not hold. Which calls hand over and which take back, the
rows of helpers and kernel functions say. What is acquired and NULL need not be given back: a test for NULL ends the duty on
its NULL side. A method that releases its parameter, or returns what it acquired, does so for its caller.
"""

from __future__ import annotations

from rucy.ir.dominance import Dominance
from rucy.ir.function import Block, Const, Function, Instr, Module, Param, Value
from rucy.ir.ops import effects
from rucy.records import NamedTuple


class Misuse(NamedTuple):
    """`kind`: "kept" (a path ends with it), "again" (acquired once more while it is held), "used" or "twice" (after it was
    given back), "foreign" (given back without having been acquired). `at`: the acquiring call; for the last three the use."""

    kind: str
    at: Instr


class _State(NamedTuple):
    held: frozenset[Instr]
    gone: frozenset[Instr]


def misused(module: Module) -> list[Misuse]:
    """Every place, each once, functions in their order."""
    if not any(_concerned(instr) for fn in module.functions for instr in fn.instrs()):
        return []
    known = _Summaries(module)
    found: list[Misuse] = []
    for fn in module.functions:
        found += _function(fn, known)
    return found


def _concerned(instr: Instr) -> bool:
    if instr.op.name not in ("call", "kfunc") or _is_ring(instr):
        return False
    effect = effects(instr)
    return effect.acquires or effect.releases


def _is_ring(instr: Instr) -> bool:
    """Records of rings are reserved and submitted by lowering, which sees to it; but for those that a dynptr is over."""
    helper = str(instr.attrs.get("helper", ""))
    return helper.startswith("ringbuf_") and not helper.endswith("_dynptr")


class _Summaries:
    """What methods do with references: which give one back, which parameters they release."""

    def __init__(self, module: Module) -> None:
        self.ends = module.ends
        self.functions = {fn.name: fn for fn in module.functions}
        self._acquires: dict[str, bool] = {}
        self._releases: dict[tuple[str, int], bool] = {}

    def acquires(self, instr: Instr) -> bool:
        if instr.op.name == "callfn":
            return self._returns_one(str(instr.attrs["symbol"]))
        return instr.op.name in ("call", "kfunc") and not _is_ring(instr) and effects(instr).acquires

    def place(self, instr: Instr) -> Value | None:
        """Where what a call acquires is not its result but in a dynptr of the frame."""
        return next((arg for arg in reversed(instr.args) if arg.type.kind == "slot"), None) if not instr.type.is_ptr else None

    def released(self, instr: Instr) -> list[Value]:
        """The operands that a call takes back."""
        if instr.op.name == "callfn":
            name = str(instr.attrs["symbol"])
            return [arg for at, arg in enumerate(instr.args) if arg.type.is_ptr and self._releases_parameter(name, at)]
        if instr.op.name not in ("call", "kfunc") or _is_ring(instr) or not effects(instr).releases:
            return []
        return [arg for arg in instr.args if arg.type.is_ptr and arg.type.kind in ("kernel", "slot")][:1]

    def _returns_one(self, name: str) -> bool:
        if name not in self._acquires:
            self._acquires[name] = False  # recursion has been refused
            fn = self.functions.get(name)
            if fn is not None and fn.ret.is_ptr:
                roots = _roots(fn, self)
                ends = [i.args[0] for i in fn.instrs() if i.op.name == "ret" and i.args]
                self._acquires[name] = any(roots.get(end) for end in ends)
        return self._acquires[name]

    def _releases_parameter(self, name: str, at: int) -> bool:
        key = (name, at)
        if key not in self._releases:
            self._releases[key] = False
            fn = self.functions.get(name)
            if fn is not None and at < len(fn.params):
                copies = _copies(fn, fn.params[at])
                taken = [arg for instr in fn.instrs() for arg in self.released(instr)]
                self._releases[key] = any(arg in copies for arg in taken)
        return self._releases[key]


def _copies(fn: Function, value: Value) -> set[Value]:
    found = {value}
    while True:
        more = {i for i in fn.instrs() if i not in found and _is_copy(i) and any(arg in found for arg in i.args)}
        if not more:
            return found
        found |= more


def _is_copy(instr: Instr) -> bool:
    return instr.op.name in ("nonnil", "phi") or (instr.op.name == "cast" and instr.type.is_ptr)


def _is_view(instr: Instr) -> bool:
    """Memory behind a dynptr, which goes with it."""
    return instr.op.name in ("call", "kfunc") and instr.type.kind == "mem" and any(arg.type.kind == "slot" for arg in instr.args)


def _roots(fn: Function, known: _Summaries) -> dict[Value, frozenset[Instr]]:
    """Value → the acquiring calls whose result it may be a copy of."""
    roots: dict[Value, frozenset[Instr]] = {}
    for instr in fn.instrs():
        if known.acquires(instr):
            at = known.place(instr) or instr
            roots[at] = roots.get(at, frozenset()) | {instr}
    changed = True
    while changed:
        changed = False
        for instr in fn.instrs():
            if not _is_copy(instr) and not _is_view(instr):
                continue
            both = frozenset().union(*(roots.get(arg, frozenset()) for arg in instr.args))
            if both != roots.get(instr, frozenset()):
                roots[instr] = both
                changed = True
    return roots


class Held(NamedTuple):
    """A reference that a program holds where a loop of it is stopped at its cap, in `block`. `pointer`: what to give back;
    `sure`: it is known not to be NULL."""

    fn: Function
    block: Block
    acquired: Instr
    pointer: Value
    sure: bool


def held_at_stops(module: Module) -> list[Held]:
    """What the compiler has to give back, since the source cannot."""
    if not any(_concerned(instr) for fn in module.functions for instr in fn.instrs()):
        return []
    known = _Summaries(module)
    out: list[Held] = []
    for fn in module.functions:
        roots, dominance = _roots(fn, known), Dominance(fn)
        states = _states(fn, roots, known, {})
        order = {instr: at for at, instr in enumerate(fn.instrs())}
        for block, state in states.items():
            for instr in block.instrs:
                state = _step(instr, state, roots, known, {})
            last = block.terminator
            if last is None or not (_asks(last) or block in known.ends):
                continue
            stop = last.targets[1] if _asks(last) else block
            for root in sorted(state.held, key=order.__getitem__):
                copies = [v for v in _copies(fn, root) if isinstance(v, Instr) and dominance.dominates(v.block or block, block)]
                sure = [v for v in copies if not v.type.nullable or _tested(v, block, dominance)]
                if copies:  # where it may be NULL, that is asked
                    out.append(Held(fn, stop, root, min(sure or copies, key=order.__getitem__), bool(sure)))
    return out


def _tested(value: Value, block: Block, dominance: Dominance) -> bool:
    """Has every way to a block found that the pointer is not NULL?"""
    while True:
        before = dominance.entered_from(block)
        last = before.terminator if before is not None else None
        if last is not None and last.op.name == "branch":
            tested, is_null = _null_test(last.args[0], last.targets[0] is block)
            if tested is value and not is_null:
                return True
        above = dominance.idom[block]
        if above is block:
            return False
        block = above


def _asks(last: Instr) -> bool:
    """Is it the branch behind a `turn`?"""
    return last.op.name == "branch" and isinstance(last.args[0], Instr) and last.args[0].op.name == "turn"


def _function(fn: Function, known: _Summaries) -> list[Misuse]:
    found: dict[Misuse, None] = {}
    _states(fn, _roots(fn, known), known, found)
    return list(found)


def _states(
    fn: Function, roots: dict[Value, frozenset[Instr]], known: _Summaries, found: dict[Misuse, None]
) -> dict[Block, _State]:
    """What is held and gone at the head of each block."""
    states: dict[Block, _State] = {fn.entry: _State(frozenset(), frozenset())}
    work = [fn.entry]
    while work:
        block = work.pop()
        state = states[block]
        for instr in block.instrs:
            state = _step(instr, state, roots, known, found)
        for succ in block.succs:
            into = _edge(block, succ, state, roots)
            if block in known.ends:  # `held_at_stops`
                into = into._replace(held=frozenset())
            old = states.get(succ)
            new = into if old is None else _State(old.held | into.held, old.gone | into.gone)
            if new != old:
                states[succ] = new
                work.append(succ)
    return states


def _step(
    instr: Instr, state: _State, roots: dict[Value, frozenset[Instr]], known: _Summaries, found: dict[Misuse, None]
) -> _State:
    held, gone = state
    taken = known.released(instr)
    for arg in taken:
        mine = roots.get(arg, frozenset())
        if not mine and not _may_be_parameter(arg):
            found[Misuse("foreign", instr)] = None
        elif mine and mine <= gone and not mine & held:
            found[Misuse("twice", instr)] = None
        held, gone = held - mine, gone | mine
    if instr.op.name not in ("phi", "nonnil", "ret") and not known.acquires(instr):
        for arg in instr.args:
            mine = roots.get(arg, frozenset()) if arg not in taken else frozenset()
            if mine and mine <= gone and not mine & held:
                found[Misuse("used", instr)] = None
    if known.acquires(instr):
        if instr in held:
            found[Misuse("again", instr)] = None
        held, gone = held | {instr}, gone - {instr}
    if instr.op.name == "ret" and instr.block not in known.ends:
        given = roots.get(instr.args[0], frozenset()) if instr.args else frozenset()
        for kept in held - given:
            found[Misuse("kept", kept)] = None
    return _State(held, gone)


def _may_be_parameter(value: Value) -> bool:
    seen: set[Value] = set()
    work = [value]
    while work:
        one = work.pop()
        if isinstance(one, Param):
            return one.type.kind != "ctx"
        if isinstance(one, Instr) and one not in seen and _is_copy(one):
            seen.add(one)
            work += one.args
    return False


def _edge(block: Block, succ: Block, state: _State, roots: dict[Value, frozenset[Instr]]) -> _State:
    """Where a pointer is NULL there is nothing to give back."""
    last = block.terminator
    if last is None or last.op.name != "branch":
        return state
    if _asks(last) and succ is last.targets[1]:  # `held_at_stops`
        return _State(frozenset(), state.gone)
    tested, is_null = _null_test(last.args[0], succ is last.targets[0])
    if tested is None or not is_null or tested.type.kind == "mem":
        return state
    return _State(state.held - roots.get(tested, frozenset()), state.gone)


def _null_test(value: Value, holds: bool) -> tuple[Value | None, bool]:
    """(the pointer that a condition compares with NULL, is it NULL there)."""
    if not isinstance(value, Instr):
        return None, False
    if value.op.name == "xor" and isinstance(value.args[1], Const):
        return _null_test(value.args[0], holds != bool(value.args[1].value))
    if value.op.name not in ("eq", "ne"):
        return None, False
    a, b = value.args
    if isinstance(a, Const):
        a, b = b, a
    if not isinstance(b, Const) or b.value or not a.type.is_ptr:
        return None, False
    return a, holds == (value.op.name == "eq")
