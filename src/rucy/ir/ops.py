"""The table of IR operations: one row an op, every fact about it a column.

Passes, verifier, interpreter and selection ask the row, never the op's name, wherever a column answers.

Arithmetic is BPF's: 64-bit wrapping; `udiv` by 0 is 0, `umod` by 0 is the dividend; `sdiv` and `smod` truncate toward
zero (by 0 likewise, and -2**63 by -1 is -2**63, remainder 0); shift counts are taken modulo 64. What Ruby means by its
operators is composed of these in lower/.

Operand classes:  i = i64   b = i1   p = pointer   v = any value (all of one type where two)   * = any number of any
Result classes:   i, b, - = none, same = type of operand 0, ? = as the builder says
Effects:          R reads memory   W writes memory   X other effect (call, atomic): never removed
                  N numberable: two with equal operands and attributes in dominance are one
                  S speculatable: may be moved above a branch   K check: a copy that no pass looks through
                  T terminator
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.ir.function import Instr


class Op(NamedTuple):
    name: str
    operands: str
    result: str
    effects: str
    attrs: tuple[str, ...]
    commutes: bool
    doc: str


def _row(name: str, operands: str, result: str, effects: str, attrs: str, doc: str, commutes: bool = False) -> Op:
    return Op(name, operands, result, effects, tuple(attrs.split()), commutes, doc)


_ROWS = (
    #    name         operands result  effects attributes
    _row("add",       "ii",   "i",    "NS",   "",  "a + b", True),
    _row("sub",       "ii",   "i",    "NS",   "",  "a - b"),
    _row("mul",       "ii",   "i",    "NS",   "",  "a * b", True),
    _row("udiv",      "ii",   "i",    "NS",   "",  "a / b unsigned; 0 when b is 0"),
    _row("umod",      "ii",   "i",    "NS",   "",  "a % b unsigned; a when b is 0"),
    _row("sdiv",      "ii",   "i",    "NS",   "",  "a / b signed, toward zero; 0 when b is 0"),
    _row("smod",      "ii",   "i",    "NS",   "",  "remainder of sdiv; a when b is 0"),
    _row("and",       "vv",   "same", "NS",   "",  "a & b (also of two i1)", True),
    _row("or",        "vv",   "same", "NS",   "",  "a | b (also of two i1)", True),
    _row("xor",       "vv",   "same", "NS",   "",  "a ^ b (also of two i1)", True),
    _row("shl",       "ii",   "i",    "NS",   "",  "a << (b & 63)"),
    _row("lshr",      "ii",   "i",    "NS",   "",  "a >> (b & 63), zeros in"),
    _row("ashr",      "ii",   "i",    "NS",   "",  "a >> (b & 63), sign in"),
    _row("neg",       "i",    "i",    "NS",   "",  "-a"),
    _row("inv",       "i",    "i",    "NS",   "",  "~a"),
    _row("zext",      "i",    "i",    "NS",   "bits", "the low bits (8, 16, 32), zeros above"),
    _row("sext",      "i",    "i",    "NS",   "bits", "the low bits (8, 16, 32), sign above"),
    _row("bswap",     "i",    "i",    "NS",   "bits", "the low bits (16, 32, 64) with bytes reversed, zeros above"),
    _row("eq",        "vv",   "b",    "NS",   "",  "a == b", True),
    _row("ne",        "vv",   "b",    "NS",   "",  "a != b", True),
    _row("ult",       "vv",   "b",    "NS",   "",  "a < b unsigned"),
    _row("ule",       "vv",   "b",    "NS",   "",  "a <= b unsigned"),
    _row("ugt",       "vv",   "b",    "NS",   "",  "a > b unsigned"),
    _row("uge",       "vv",   "b",    "NS",   "",  "a >= b unsigned"),
    _row("slt",       "ii",   "b",    "NS",   "",  "a < b signed"),
    _row("sle",       "ii",   "b",    "NS",   "",  "a <= b signed"),
    _row("sgt",       "ii",   "b",    "NS",   "",  "a > b signed"),
    _row("sge",       "ii",   "b",    "NS",   "",  "a >= b signed"),
    _row("test",      "ii",   "b",    "NS",   "",  "(a & b) != 0", True),
    _row("int",       "b",    "i",    "NS",   "",  "1 for true, 0 for false"),
    _row("addr",      "p",    "i",    "NS",   "",  "the pointer as a number"),
    _row("cast",      "v",    "?",    "NS",   "",  "a number or pointer taken as a pointer of another kind (probe, user)"),
    _row("arena",     "vp",   "?",    "NS",   "",  "an address in an arena (the map) as a pointer that loads and stores take"),
    _row("core",      "",     "i",    "NS",   "ref", "a CO-RE value, filled in at load time: opaque"),
    _row("global",    "",     "?",    "NS",   "symbol off", "address of a data variable"),
    _row("map",       "",     "?",    "NS",   "symbol", "a map, as helpers take it"),
    _row("func",      "",     "?",    "NS",   "symbol", "a function's address, for callbacks"),
    _row("slot",      "",     "?",    "",     "size align name", "memory of this frame, entry block only; each is its own"),
    _row("padd",      "pi",   "same", "NS",   "",  "pointer + bytes"),
    _row("load",      "p",    "?",    "R",    "off width signed", "width bytes (1 2 4 8) at p + off; off a number or a CO-RE offset"),
    _row("store",     "vp",   "-",    "W",    "off width", "the low width bytes of operand 0 to operand 1 + off"),
    _row("zero",      "p",    "-",    "W",    "off size", "zero size bytes at p + off"),
    _row("atomic",    "p*",   "?",    "RWX",  "kind off width fetch", "kind: add and or xor xchg cmpxchg; result (old value) only with fetch"),
    _row("call",      "*",    "?",    "RWX",  "helper", "a kernel helper; effects come from its row"),
    _row("callfn",    "*",    "?",    "RWX",  "symbol", "a function of this module"),
    _row("kfunc",     "*",    "?",    "RWX",  "symbol", "a kernel function found by BTF"),
    _row("turn",      "",     "b",    "X",    "form symbol cap kept", "may the loop whose head this is go on? At most cap turns; kept: also where its end can be proved"),
    _row("nonnil",    "p",    "?",    "NK",   "",  "operand 0, known not to be NULL"),
    _row("within",    "i",    "i",    "NK",   "lo hi", "operand 0, known to be in lo..hi (unsigned)"),
    _row("covers",    "p",    "same", "NK",   "size", "operand 0, known to have size bytes before the packet's end"),
    _row("exists",    "i",    "i",    "NK",   "",  "operand 0 (a CO-RE existence), known to be 1"),
    _row("phi",       "*",    "?",    "",     "",  "one operand for each predecessor, in Block.preds order"),
    _row("jump",      "",     "-",    "T",    "",  "to targets[0]"),
    _row("branch",    "b",    "-",    "T",    "",  "to targets[0] if operand 0, else targets[1]"),
    _row("ret",       "*",    "-",    "T",    "",  "leave the function, with operand 0 if it has a result"),
    _row("unreachable", "",   "-",    "T",    "",  "control never comes here"),
)  # fmt: skip

OPS: dict[str, Op] = {row.name: row for row in _ROWS}

COMPARES = ("eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge", "test")

#: compare → the compare that is true exactly when it is false
NEGATED = {
    "eq": "ne", "ne": "eq", "ult": "uge", "uge": "ult", "ugt": "ule", "ule": "ugt",
    "slt": "sge", "sge": "slt", "sgt": "sle", "sle": "sgt",
}  # fmt: skip

#: compare → the same compare with its operands exchanged
SWAPPED = {
    "eq": "eq", "ne": "ne", "ult": "ugt", "ugt": "ult", "ule": "uge", "uge": "ule",
    "slt": "sgt", "sgt": "slt", "sle": "sge", "sge": "sle", "test": "test",
}  # fmt: skip


class Effects(NamedTuple):
    """What one instruction may do, as passes ask it. fresh: its result is memory that nobody else sees."""

    reads: bool
    writes: bool
    removable: bool
    numberable: bool
    speculatable: bool
    kills_packets: bool
    acquires: bool
    releases: bool
    may_sleep: bool
    opens: str  # what is closed again on every way, by what `closes` the same; "" of all else
    closes: str
    turns: bool  # the next of an iterator: the verifier walks the loop around it until nothing is new
    fresh: bool


_CLOSERS = ("spin_unlock", "ringbuf_submit", "ringbuf_discard", "ringbuf_submit_dynptr", "ringbuf_discard_dynptr")


def effects(instr: Instr) -> Effects:
    """Effects of an instruction: its op's row, and for a helper the helper's kernel row."""
    flags = instr.op.effects
    kills = acquires = releases = may_sleep = turns = steady = fresh = False
    opens = closes = ""
    if instr.op.name == "call":
        from rucy.kernel import helpers

        steady, fresh = instr.attrs["helper"] in helpers.STEADY, instr.attrs["helper"] in helpers.FRESH
        row = helpers.find(instr.attrs["helper"])
        if row is not None:
            kills, acquires, releases, may_sleep = row.changes_packet, row.acquires, row.releases, row.may_sleep
            acquires = acquires or any(cls == "DYNPTR|RINGBUF|UNINIT" for cls in row.args)
            acquires = acquires or (row.name == "map_lookup_elem" and instr.type.kind == "kernel")  # a socket, held for it
            opens = row.name if acquires or row.name in ("spin_lock", "ringbuf_reserve") else ""
            closes = row.name if releases or row.name in _CLOSERS else ""
    elif instr.op.name == "kfunc":
        from rucy.kernel import kfuncs

        kfunc = kfuncs.find(instr.attrs["symbol"])
        own = kfunc.flags if kfunc is not None else ()
        kills = not any(flag.startswith("iter_") for flag in own)
        acquires, releases, may_sleep, turns = "acquire" in own, "release" in own, True, "iter_next" in own
        region = next((row for row in kfuncs.REGIONS if instr.attrs["symbol"] in (row.enter, row.leave)), None)
        opens = "one" if acquires or "iter_new" in own else ""
        closes = "one" if releases or "iter_destroy" in own else ""
        if region is not None:
            opens, closes = (region.kind, "") if instr.attrs["symbol"] == region.enter else ("", region.kind)
    elif instr.op.name == "callfn":
        kills = may_sleep = True
    return Effects(
        "R" in flags,
        "W" in flags,
        steady or not ("W" in flags or "X" in flags or "T" in flags),
        steady or "N" in flags,
        "S" in flags,
        kills,
        acquires,
        releases,
        may_sleep,
        opens,
        closes,
        turns,
        fresh,
    )
