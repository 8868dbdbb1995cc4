"""IR → machine instructions with virtual registers.

Before: legal IR, no critical edges into phis. After: `MFunction`; phis are copies at the ends of predecessors; each
instruction is one that the target has, or `lea`/`setcc`.

One function per op in `_RULES`; inside, the special forms stand before the general one, each with the reason. A compare
that only branches use is never materialised: each branch compares again, on registers that are there anyway.

What the verifier must see: a `within` is a copy of the very register that was compared (`_checked`), made so that no
spill can come between; a pointer's NULL test and its use are on copies of one register.
"""

from __future__ import annotations

from collections.abc import Callable

from rucy.codegen.liveness import remove_dead
from rucy.codegen.machine import FRAME, CodegenTarget, MBlock, MFunction, MInsn
from rucy.codegen.slots import share_slots
from rucy.ir.function import Block, Const, Function, Instr, Undef, Value
from rucy.ir.ops import COMPARES, SWAPPED
from rucy.ir.refs import CoreRef
from rucy.isa import Ref
from rucy.kernel import helpers
from rucy.passes.analysis.loops import Loop, find_loops

#: how often each rule was used, for the tests' report
FIRED: dict[str, int] = {}

_MASK32 = 0xFFFFFFFF
_FAR = 1 << 29  # BPF_MAX_VAR_OFF of include/linux/bpf_verifier.h


def select(fn: Function, target: CodegenTarget) -> MFunction:
    return _Selector(fn, target).run()


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _fits32(value: Value) -> bool:
    """A constant that an instruction's signed 32-bit immediate gives."""
    return isinstance(value, Const) and -(1 << 31) <= _signed(value.value) < 1 << 31


def _imm(value: Value) -> int:
    assert isinstance(value, Const)
    return _signed(value.value) if value.type.name != "i1" else value.value


def fired(rule: str) -> None:
    FIRED[rule] = FIRED.get(rule, 0) + 1


class _Selector:
    def __init__(self, fn: Function, target: CodegenTarget) -> None:
        self.fn = fn
        self.target = target
        self.out = MFunction(fn.name)
        self.blocks = {block: MBlock(block.name) for block in fn.blocks}
        self.regs: dict[Value, int] = {}
        self.slots: dict[Value, int] = {}
        self.block = self.blocks[fn.entry]
        self.at: Instr | None = None
        self.checked: dict[Instr, int] = {}
        self.compared: dict[tuple[Instr, Value], int] = {}  # what a second branch on a value compares
        self.users: dict[Value, list[Instr]] = {}
        self.materialised: set[Value] = set()
        self.exit: MBlock | None = None
        self.short: set[Value] = set()  # made by a 32-bit instruction: the upper half of the register is zero
        self.folded = False  # some instruction may have lost its uses
        self.loops: list[Loop] | None = None  # inner ones last, found when first asked for

    # -- the whole function

    def run(self) -> MFunction:
        self._find_users()
        self.slots = share_slots(self.fn)
        self.out.frame = -min(self.slots.values(), default=0)
        order = _reverse_postorder(self.fn.entry)
        self.out.blocks = [self.blocks[b] for b in order]
        for param in self.fn.params:
            self.emit("mov64_reg", self.reg(param), param.index + 1)
        for block in order:
            self.block = self.blocks[block]
            self._copies_of_checks(block)
            for instr in block.instrs:
                self.at = instr
                if "T" in instr.op.effects:
                    self._phi_copies(block)
                _RULES[instr.op.name](self, instr)
            if block.succs:
                self.block.succs = [self.blocks[s] for s in block.succs]
        if self.exit is not None:
            self.out.blocks.append(self.exit)
        if self.folded:
            remove_dead(self.out)
        return self.out

    def loop_of(self, block: Block | None) -> frozenset[Block] | None:
        """The blocks of the innermost loop that the block is in."""
        if self.loops is None:
            self.loops = find_loops(self.fn)
        return next((loop.body for loop in reversed(self.loops) if block in loop.body), None)

    def _copies_of_checks(self, block: Block) -> None:
        """What was compared is copied at once: the compared register must not be spilled, and lives to here only."""
        for instr in block.instrs:
            if instr in self.checked:
                self.at = instr
                self.emit("mov64_reg", self.reg(instr), self.checked[instr])

    def _find_users(self) -> None:
        for instr in self.fn.instrs():
            for arg in instr.args:
                self.users.setdefault(arg, []).append(instr)
                if isinstance(arg, Instr) and arg.op.name in COMPARES and instr.op.name != "branch":
                    self.materialised.add(arg)

    def _phi_copies(self, block: Block) -> None:
        """Copies at the end of a block, all at once in meaning: cycles go through a fresh register."""
        succs = block.succs
        if len(succs) != 1:
            return
        at = succs[0].preds.index(block)
        pairs = [(phi, phi.args[at]) for phi in succs[0].phis() if not isinstance(phi.args[at], Undef)]
        moves: list[tuple[int, Value]] = []
        for phi, arg in pairs:
            if arg is not phi:
                moves.append((self.reg(phi), arg))
        targets = {dst for dst, _ in moves}
        sources = {self.regs[arg] for _, arg in moves if not isinstance(arg, Const) and arg in self.regs}
        held: dict[int, int] = {}
        for dst in targets & sources:  # read before it is overwritten: keep the old value aside
            held[dst] = self.out.register()
            self.emit("mov64_reg", held[dst], dst)
        for dst, arg in moves:
            if isinstance(arg, Const):
                self.load_constant(dst, arg)
                continue
            source = self.use(arg)
            self.emit("mov64_reg", dst, held.get(source, source))

    # -- emitting

    def emit(
        self, op: str, dst: int = 0, src: int = 0, off: int = 0, imm: int = 0, ref: Ref | None = None,
        args: tuple[int, ...] = (), target: MBlock | None = None, cc: str = "",
    ) -> MInsn:  # fmt: skip
        insn = MInsn(op, dst, src, off, imm, ref, args, target, cc)
        if self.at is not None:
            insn.span, insn.calls = self.at.span, self.at.calls
        self.block.insns.append(insn)
        return insn

    def reg(self, value: Value) -> int:
        """The register of an SSA value."""
        if value not in self.regs:
            self.regs[value] = self.out.register()
        return self.regs[value]

    def use(self, value: Value) -> int:
        """A register that holds the value here: constants and addresses in the frame are made where they are used."""
        if isinstance(value, Const):
            dst = self.out.register()
            self.load_constant(dst, value)
            return dst
        if value in self.slots:
            dst = self.out.register()
            self.emit("lea", dst, imm=self.slots[value])
            return dst
        assert not isinstance(value, Undef), f"undefined value in {self.fn.name}"
        return self.reg(value)

    def load_constant(self, dst: int, value: Const) -> None:
        number = value.value
        if _fits32(value):
            fired("const.imm32")
            self.emit("mov64_imm", dst, imm=_imm(value))
        elif number <= _MASK32:  # mov of a 32-bit register clears the upper half
            fired("const.mov32")
            self.emit("mov32_imm", dst, imm=number - (1 << 32))
        else:
            fired("const.lddw")
            self.emit("lddw", dst, imm=_signed(number))

    def address(self, value: Value) -> tuple[int, int]:
        """(base register, constant offset) of a pointer."""
        off = 0
        while isinstance(value, Instr) and value.op.name == "padd" and isinstance(value.args[1], Const):
            step = _signed(value.args[1].value)
            base = value.args[0]
            made = base not in self.slots and len(self.users[base]) == 1 and self._is_made(value)
            if made or not -30000 < off + step < 30000:
                break
            fired("address.constant")
            self.folded = True
            off += step
            value = base
        if value in self.slots:
            return FRAME, self.slots[value] + off
        return self.use(value), off

    def _is_made(self, address: Instr) -> bool:
        """Does a register have to hold the address, because something else than an access takes it?"""
        for user in self.users[address]:
            at = 1 if user.op.name == "store" else 0
            if user.op.name not in _ACCESSES or user.args[at] is not address:
                return True
        return False


#: take an address and a constant offset
_ACCESSES = ("load", "store", "zero", "atomic", "padd")


def _reverse_postorder(entry: Block) -> list[Block]:
    order: list[Block] = []
    seen = {entry}
    work = [(entry, iter(entry.succs))]
    while work:
        block, succs = work[-1]
        for succ in succs:
            if succ not in seen:
                seen.add(succ)
                work.append((succ, iter(succ.succs)))
                break
        else:
            order.append(block)
            work.pop()
    return order[::-1]


_Rule = Callable[[_Selector, Instr], None]

# ---------------------------------------------------------------- arithmetic

_ALU = {
    "add": "add", "sub": "sub", "mul": "mul", "udiv": "div", "umod": "mod", "and": "and", "or": "or", "xor": "xor",
    "shl": "lsh", "lshr": "rsh", "ashr": "arsh",
}  # fmt: skip


def _alu(s: _Selector, i: Instr) -> None:
    a, b = i.args
    op = _ALU[i.op.name]
    if i.op.commutes and _right_operand(s, i) is a:
        a, b = b, a
    if i.op.name == "and" and isinstance(b, Const) and b.value == _MASK32:
        _zext32(s, i, a)
        return
    if _is_short(s, i, a, b):
        fired(f"{i.op.name}.short")
        s.short.add(i)
        if isinstance(b, Const):
            _two_address(s, i, a, f"{op}32_imm", imm=b.value & 63 if i.op.name == "shl" else _sext32(b.value))
        else:
            _two_address(s, i, a, f"{op}32_reg", src=b)
        return
    if i.op.name in ("add", "sub") and isinstance(b, Const) and a.type.name == "i64":
        step = _signed(b.value) if i.op.name == "add" else -_signed(b.value)
        if _FAR <= step < 1 << 31:
            # from 6.12 on the verifier remembers that `x + c` is linked to x, and then refuses it as the index of a pointer for
            # so large a c; a second constant ends the link (BPF_ADD_CONST in kernel/bpf/verifier.c, adjust_reg_min_max_vals)
            fired("add.far")
            _two_address(s, i, a, "add64_imm", imm=1)
            s.emit("add64_imm", s.reg(i), imm=step - 1)
            return
        if -(1 << 31) <= step < 1 << 31:
            fired(f"{i.op.name}.imm")  # one form for both
            _two_address(s, i, a, "add64_imm", imm=step)
            return
    if i.op.name == "sub" and isinstance(a, Const) and a.value == 0:
        fired("sub.neg")
        _two_address(s, i, b, "neg64")
        return
    if i.op.name in ("udiv", "umod") and isinstance(b, Const) and b.value == 0:
        fired(f"{i.op.name}.zero")  # an immediate divisor of 0 is refused by the kernel
        if i.op.name == "udiv":
            s.emit("mov64_imm", s.reg(i))
        else:
            s.emit("mov64_reg", s.reg(i), s.use(a))
        return
    if i.op.name in ("shl", "lshr", "ashr") and isinstance(b, Const):
        fired(f"{i.op.name}.imm")
        _two_address(s, i, a, f"{op}64_imm", imm=b.value & 63)
        return
    if _is_offset(b) and len(s.users[b]) == 1 and i.op.name == "add":
        fired("add.core")  # the relocated offset is an immediate
        assert isinstance(b, Instr)
        _two_address(s, i, a, "add64_imm", ref=Ref("core", "", 0, b.attrs["ref"]))
        return
    if _fits32(b):
        fired(f"{i.op.name}.imm")
        _two_address(s, i, a, f"{op}64_imm", imm=_imm(b))
        return
    fired(f"{i.op.name}.reg")
    _two_address(s, i, a, f"{op}64_reg", src=b)


#: ops whose low 32 bits depend on the low 32 bits of the operands alone
_LOW = ("add", "sub", "mul", "and", "or", "xor", "shl")


def _is_short(s: _Selector, i: Instr, a: Value, b: Value) -> bool:
    """A 32-bit instruction does: it clears the upper half, which a `zext` behind it would have to do."""
    if i.type.name != "i64" or any(isinstance(v, Instr) and v.op.name == "core" for v in (a, b)):
        return False
    if i.op.name in ("and", "or", "xor") and isinstance(b, Const) and not _fits32(b) and b.value <= _MASK32:
        return _upper_zero(s, a)  # the constant is one that only a 32-bit immediate gives
    if not any(_is_zext32(user) for user in s.users.get(i, ())):
        return False
    if i.op.name == "shl" and not (isinstance(b, Const) and b.value & 63 < 32):
        return False
    if i.op.name in ("udiv", "umod"):
        if not (_upper_zero(s, a) and _upper_zero(s, b)) or (isinstance(b, Const) and b.value == 0):
            return False
    elif i.op.name not in _LOW:
        return False
    return all(_needs_low(user, i) for user in s.users[i])


def _is_zext32(i: Instr) -> bool:
    return (i.op.name == "zext" and i.attrs["bits"] == 32) or (
        i.op.name == "and" and isinstance(i.args[1], Const) and i.args[1].value == _MASK32
    )


def _needs_low(user: Instr, value: Value) -> bool:
    """The user looks at the low 32 bits of the value alone."""
    match user.op.name:
        case "zext" | "sext":
            return bool(user.attrs["bits"] <= 32)
        case "bswap":
            return bool(user.attrs["bits"] <= 32)
        case "and":
            return isinstance(user.args[1], Const) and user.args[1].value <= _MASK32
        case "store":
            return user.attrs["width"] <= 4 and user.args[1] is not value
    return False


def _upper_zero(s: _Selector, value: Value) -> bool:
    """The upper half of the register that holds the value is known to be zero."""
    if isinstance(value, Const):
        return value.value <= _MASK32
    if not isinstance(value, Instr):
        return False
    match value.op.name:
        case "load":
            return value.attrs["width"] < 8 and not value.attrs["signed"]
        case "zext" | "int":
            return True
        case "bswap":
            return bool(value.attrs["bits"] < 64)
        case "and":
            return any(isinstance(arg, Const) and arg.value <= _MASK32 for arg in value.args) or value in s.short
        case "lshr":
            return isinstance(value.args[1], Const) and value.args[1].value & 63 >= 32
        case "within":
            return bool(value.attrs["hi"] <= _MASK32)
    return value in s.short


def _zext32(s: _Selector, i: Instr, a: Value) -> None:
    if _upper_zero(s, a) and not isinstance(a, Const):
        fired("zext32.known")
        s.emit("mov64_reg", s.reg(i), s.use(a))
    else:
        fired("zext32")
        s.emit("mov32_reg", s.reg(i), s.use(a))


def _sext32(number: int) -> int:
    return ((number & _MASK32) ^ (1 << 31)) - (1 << 31)


def _low(s: _Selector, value: Value, bits: int) -> Value:
    """A value with the same low bits: extensions of at least so many bits are looked through."""
    while isinstance(value, Instr) and value.op.name in ("zext", "sext") and value.attrs["bits"] >= bits:
        fired("low.extension")
        s.folded = True
        value = value.args[0]
    return value


def _is_offset(value: Value) -> bool:
    """A relocated value that an immediate holds: all but enumerators, which may have 64 bits (libbpf's
    bpf_core_patch_insn writes 32 of them into anything but an lddw, and says nothing)."""
    return isinstance(value, Instr) and value.op.name == "core" and value.attrs["ref"].kind != "enumval_value"


def _right_operand(s: _Selector, i: Instr) -> Value:
    """Of an op that commutes: a constant or relocated value, else the one that lives on (the other is overwritten)."""
    a, b = i.args
    if isinstance(b, Const):
        return b
    if isinstance(a, Const) or (_is_offset(a) and i.op.name == "add"):
        return a
    if _is_offset(b) and i.op.name == "add":
        return b
    return a if _dies_first(s, i, b, a) else b


def _lives_on(s: _Selector, i: Instr, value: Value) -> bool:
    """Is the value needed behind the instruction: by another one, or at the next turn of a loop?"""
    while isinstance(value, Instr) and value.op.name in ("addr", "cast") and len(s.users[value]) == 1:
        value = value.args[0]
    if len(s.users[value]) > 1:
        return True
    loop = s.loop_of(i.block)
    return loop is not None and not (isinstance(value, Instr) and value.block in loop)


def _two_address(
    s: _Selector, i: Instr, a: Value, op: str, src: Value | None = None, imm: int = 0, ref: Ref | None = None
) -> None:
    """dst = a; dst op= src."""
    source = s.use(src) if src is not None else 0
    dst = s.reg(i)
    if isinstance(a, Const):
        s.load_constant(dst, a)
    else:
        s.emit("mov64_reg", dst, s.use(a))
    s.emit(op, dst, source, imm=imm, ref=ref)


def _neg(s: _Selector, i: Instr) -> None:
    _unary(s, i, "neg", 0)


def _inv(s: _Selector, i: Instr) -> None:
    _unary(s, i, "xor", -1)


def _unary(s: _Selector, i: Instr, op: str, imm: int) -> None:
    form = "_imm" if imm else ""
    users = s.users.get(i, ())
    if any(_is_zext32(user) for user in users) and all(_needs_low(user, i) for user in users):
        fired(f"{i.op.name}.short")
        s.short.add(i)
        _two_address(s, i, i.args[0], f"{op}32{form}", imm=imm)
        return
    fired(i.op.name)
    _two_address(s, i, i.args[0], f"{op}64{form}", imm=imm)


def _logic(s: _Selector, i: Instr) -> None:
    """and, or, xor: of truth values too, which are 0 or 1."""
    _alu(s, i)


def _zext(s: _Selector, i: Instr) -> None:
    bits = i.attrs["bits"]
    if bits == 32:
        _zext32(s, i, i.args[0])
    else:
        fired(f"zext{bits}")
        _two_address(s, i, i.args[0], "and64_imm", imm=(1 << bits) - 1)


def _sext(s: _Selector, i: Instr) -> None:
    bits = i.attrs["bits"]
    if s.target.cpu >= "v4":
        fired(f"sext{bits}.v4")
        s.emit(f"movsx{bits}_64", s.reg(i), s.use(i.args[0]))
        return
    fired(f"sext{bits}")
    _two_address(s, i, i.args[0], "lsh64_imm", imm=64 - bits)
    s.emit("arsh64_imm", s.reg(i), imm=64 - bits)


def _bswap(s: _Selector, i: Instr) -> None:
    fired("bswap")
    bits = i.attrs["bits"]
    _two_address(s, i, _low(s, i.args[0], bits), f"be{bits}")  # the machine is little-endian: to big is to swap


# ---------------------------------------------------------------- compares and control

_JUMPS = {
    "eq": "jeq", "ne": "jne", "ult": "jlt", "ule": "jle", "ugt": "jgt", "uge": "jge",
    "slt": "jslt", "sle": "jsle", "sgt": "jsgt", "sge": "jsge", "test": "jset",
}  # fmt: skip


def _operands(i: Instr) -> tuple[str, Value, Value]:
    """The compare with a constant, if any, on the right."""
    a, b = i.args
    if isinstance(a, Const) and not isinstance(b, Const):
        return SWAPPED[i.op.name], b, a
    return i.op.name, a, b


def _compare(s: _Selector, i: Instr) -> None:
    """Materialised only for a use that is no branch: 1, and 0 behind a jump that is not taken."""
    if i not in s.materialised:
        return
    fired("compare.setcc")
    op, a, b = _operands(i)
    left = s.use(a)
    if _fits32(b):
        s.emit("mov64_imm", s.reg(i), imm=1)
        s.emit("setcc", s.reg(i), 0, left, _imm(b), cc=f"{_JUMPS[op]}64_imm")
    else:
        right = s.use(b)
        s.emit("mov64_imm", s.reg(i), imm=1)
        s.emit("setcc", s.reg(i), right, left, cc=f"{_JUMPS[op]}64_reg")


def _branch(s: _Selector, i: Instr) -> None:
    condition = i.args[0]
    yes, no = s.blocks[i.targets[0]], s.blocks[i.targets[1]]
    if isinstance(condition, Instr) and condition.op.name == "xor" and _is_true(condition.args[1]):
        fired("branch.not")
        condition, yes, no = condition.args[0], no, yes
    if isinstance(condition, Instr) and condition.op.name in COMPARES:
        fired("branch.compare")
        _compare_and_jump(s, i, condition, yes, no)
        return
    fired("branch.bool")
    s.emit("jne64_imm", s.use(condition), target=yes)
    s.emit("ja", target=no)


def _compare_and_jump(s: _Selector, i: Instr, condition: Instr, yes: MBlock, no: MBlock) -> None:
    op, a, b = _operands(condition)
    s.block.bounds = op == "ule" and a.type.kind == "packet"
    checks = _checks(i, a)
    if not checks and op in ("eq", "ne") and isinstance(b, Const) and b.value == 0 and _is_mask(a):
        fired("branch.test")  # (x & y) == 0
        s.folded = True
        yes, no = (yes, no) if op == "ne" else (no, yes)
        assert isinstance(a, Instr)
        op, (a, b) = "test", a.args
        if isinstance(a, Const):
            a, b = b, a
    size = 64
    if not checks:
        size, a, b = _short_compare(s, op, a, b)
    left = _compared(s, i, checks, a) if checks else s.use(a)
    if isinstance(b, Const) and (_fits32(b) or size == 32):
        fired(f"jump{size}.{op}.imm")
        s.emit(f"{_JUMPS[op]}{size}_imm", left, imm=_imm(b) if size == 64 else _sext32(b.value), target=yes)
    else:
        fired(f"jump{size}.{op}.reg")
        s.emit(f"{_JUMPS[op]}{size}_reg", left, s.use(b), target=yes)
    s.emit("ja", target=no)


def _is_mask(value: Value) -> bool:
    return isinstance(value, Instr) and value.op.name == "and" and value.type.name == "i64"


def _short_compare(s: _Selector, op: str, a: Value, b: Value) -> tuple[int, Value, Value]:
    """64 or 32 bits, and what to compare. 32 where that spares an extension, or a constant that no immediate gives."""
    for kind, ops in (("sext", _SIGNED), ("zext", _UNSIGNED)):
        if op not in ops:
            continue
        left, right = _extended(a, kind), _extended(b, kind)
        if left is not None and right is not None and (left is not a or right is not b or _is_raw(s, a) or _is_raw(s, b)):
            fired(f"compare.short.{kind}")
            s.folded = True
            return 32, left, right
    if op in (*_UNSIGNED, "test") and isinstance(b, Const) and not _fits32(b) and b.value <= _MASK32 and _upper_zero(s, a):
        fired("compare.short.const")
        return 32, a, b
    return 64, a, b


_SIGNED = ("eq", "ne", "slt", "sle", "sgt", "sge")
_UNSIGNED = ("eq", "ne", "ult", "ule", "ugt", "uge")


def _is_raw(s: _Selector, value: Value) -> bool:
    """A load of a signed 32-bit number that only branches' compares use: 32-bit jumps look at the low half alone, so it
    is not sign-extended."""
    if not (isinstance(value, Instr) and value.op.name == "load" and value.attrs["signed"] and value.attrs["width"] == 4):
        return False
    return all(
        user.op.name in _SIGNED
        and user not in s.materialised
        and None not in (_extended(user.args[0], "sext"), _extended(user.args[1], "sext"))
        for user in s.users.get(value, ())
    )


def _extended(value: Value, kind: str) -> Value | None:
    """The value whose low 32 bits, extended, are this one; None where that is not known."""
    if isinstance(value, Const):
        fits = _fits32(value) if kind == "sext" else value.value <= _MASK32
        return value if fits else None
    if isinstance(value, Instr) and value.op.name == kind and value.attrs["bits"] == 32:
        return value.args[0]
    if isinstance(value, Instr) and value.op.name == "load" and value.attrs["width"] == 4:
        if value.attrs["signed"] == (kind == "sext"):
            return value
    return None


def _is_true(value: Value) -> bool:
    return isinstance(value, Const) and value.type.name == "i1" and value.value == 1


def _checks(branch: Instr, value: Value) -> list[Instr]:
    """The `within`s behind the branch that rest on it: also behind a second branch that compares the value once more."""
    found: list[Instr] = []
    for target in branch.targets:
        if len(target.preds) > 1:
            continue
        found += [check for check in target.instrs if check.op.name == "within" and check.args[0] is value]
        if _compares_again(target, value):
            found += _checks(target.instrs[1], value)
    return found


def _compares_again(block: Block, value: Value) -> bool:
    """The block is one compare of the value, and a branch on that."""
    if len(block.instrs) != 2 or len(block.preds) > 1 or block.instrs[1].op.name != "branch":
        return False
    compare, branch = block.instrs
    return compare.op.name in COMPARES and branch.args[0] is compare and _operands(compare)[1] is value


def _compared(s: _Selector, branch: Instr, checks: list[Instr], value: Value) -> int:
    """The register that the branch compares; a `within` behind the branch copies this very one."""
    fired("branch.checked")
    copy = s.compared.get((branch, value))
    if copy is None:
        copy = s.out.register()
        s.out.kept.add(copy)
        s.emit("mov64_reg", copy, s.use(value))
    for target in branch.targets:
        if _compares_again(target, value):
            s.compared[target.instrs[1], value] = copy
    for check in checks:
        s.checked[check] = copy
    return copy


def _check(s: _Selector, i: Instr) -> None:
    fired(i.op.name)
    if i not in s.checked:
        s.emit("mov64_reg", s.reg(i), s.use(i.args[0]))


def _jump(s: _Selector, i: Instr) -> None:
    s.emit("ja", target=s.blocks[i.targets[0]])


def _ret(s: _Selector, i: Instr) -> None:
    if i.args and not isinstance(i.args[0], Undef):
        value = i.args[0]
        if isinstance(value, Const):
            s.load_constant(0, value)
        else:
            s.emit("mov64_reg", 0, s.use(value))
    else:
        s.emit("mov64_imm", 0)
    _leave(s)


def _leave(s: _Selector) -> None:
    """Every way out goes to one block; layout puts an `exit` where a jump to it would stand."""
    if s.exit is None:
        s.exit = MBlock("exit")
        s.exit.insns.append(MInsn("exit"))
    s.emit("ja", target=s.exit)
    s.block.succs = [s.exit]


def _unreachable(s: _Selector, i: Instr) -> None:
    s.emit("mov64_imm", 0)
    _leave(s)


def _phi(s: _Selector, i: Instr) -> None:
    number = s.reg(i)
    if i.type.name == "i1":
        s.out.truths.add(number)


# ---------------------------------------------------------------- addresses and memory


def _copy(s: _Selector, i: Instr) -> None:
    """int, addr, cast: the same bits."""
    fired("copy")
    value = i.args[0]
    if isinstance(value, Const):
        s.load_constant(s.reg(i), value)
    else:
        s.emit("mov64_reg", s.reg(i), s.use(value))


def _arena(s: _Selector, i: Instr) -> None:
    """A pointer of address space 1 as one that the program follows. The map is read, for a program has an arena only if its
    code names one."""
    fired("arena")
    address = i.args[0]
    if isinstance(address, Const):
        s.load_constant(s.reg(i), address)
        return
    s.emit("addr_space_cast", s.reg(i), s.use(address), imm=_CAST_KERN, args=(s.use(i.args[1]),))


def _addr(s: _Selector, i: Instr) -> None:
    """The same bits, but of an arena, whose pointers in registers have only a low half."""
    source = i.args[0]
    if source.type.kind != "arena" or isinstance(source, Const):
        _copy(s, i)
        return
    fired("addr")
    s.emit("addr_space_cast", s.reg(i), s.use(source), imm=_CAST_USER)


_CAST_KERN, _CAST_USER = 1, 1 << 16  # destination's space << 16 | source's: Documentation/bpf/standardization/instruction-set.rst


def _core(s: _Selector, i: Instr) -> None:
    users = s.users.get(i, [])
    if _is_offset(i) and len(users) == 1 and users[0].op.name == "add" and _right_operand(s, users[0]) is i:
        return  # it becomes the immediate of that add
    if not _is_offset(i):
        fired("core.lddw")
        s.emit("lddw", s.reg(i), ref=Ref("core", "", 0, i.attrs["ref"]))
        return
    fired("core.imm")
    s.emit("mov64_imm", s.reg(i), ref=Ref("core", "", 0, i.attrs["ref"]))


def _global(s: _Selector, i: Instr) -> None:
    fired("global")
    s.emit("lddw_map_value", s.reg(i), ref=Ref("global", i.attrs["symbol"], i.attrs["off"]))


def _map(s: _Selector, i: Instr) -> None:
    fired("map")
    s.emit("lddw_map_fd", s.reg(i), ref=Ref("map", i.attrs["symbol"]))


def _func(s: _Selector, i: Instr) -> None:
    fired("func")
    s.emit("lddw_func", s.reg(i), ref=Ref("func", i.attrs["symbol"]))


def _slot(s: _Selector, i: Instr) -> None:
    """It has its place already (`share_slots`)."""


def _padd(s: _Selector, i: Instr) -> None:
    p, offset = i.args
    frame = _in_frame(s, i)
    if frame is not None:
        fired("padd.frame")  # one sum with the frame pointer
        s.folded = True
        s.emit("lea", s.reg(i), imm=frame)
    elif isinstance(offset, Const) and _fits32(offset):
        fired("padd.imm")
        _two_address(s, i, p, "add64_imm", imm=_imm(offset))
    elif p.type.kind in _OF_BYTES and p not in s.slots and isinstance(offset, Instr) and _dies_first(s, i, offset, p):
        fired("padd.number")  # the pointer is added to the number, which nobody else needs
        _two_address(s, i, offset, "add64_reg", src=p)
    else:
        fired("padd.reg")
        _two_address(s, i, p, "add64_reg", src=offset)


#: Kinds of pointers that a number may become by adding one to it. Of a kernel object or a reserved record the verifier would
#: forget whose reference it is (adjust_ptr_min_max_vals in kernel/bpf/verifier.c copies no ref_obj_id).
_OF_BYTES = ("packet", "map_value")


def _dies_first(s: _Selector, i: Instr, value: Value, other: Value) -> bool:
    """Is the value needed for the last time here, and the other one not?"""
    return _lives_on(s, i, other) and not _lives_on(s, i, value)


def _in_frame(s: _Selector, pointer: Value) -> int | None:
    """The offset from the frame pointer of an address in a slot; None of any other."""
    off = 0
    while isinstance(pointer, Instr) and pointer.op.name == "padd" and isinstance(pointer.args[1], Const):
        off += _signed(pointer.args[1].value)
        pointer = pointer.args[0]
    return s.slots[pointer] + off if pointer in s.slots else None


def _memory_operand(s: _Selector, pointer: Value, off: object) -> tuple[int, int, Ref | None]:
    if isinstance(off, CoreRef):
        return s.use(pointer), 0, Ref("core", "", 0, off)
    base, more = s.address(pointer)
    assert isinstance(off, int)
    return base, more + off, None


def _load(s: _Selector, i: Instr) -> None:
    base, off, ref = _memory_operand(s, i.args[0], i.attrs["off"])
    bits = i.attrs["width"] * 8
    if _is_raw(s, i):
        fired("load.compared")
        s.emit(f"ldx_u{bits}", s.reg(i), base, off, ref=ref)
        return
    if i.attrs["signed"] and bits < 64:
        if s.target.cpu >= "v4":
            fired("load.signed.v4")
            s.emit(f"ldx_s{bits}", s.reg(i), base, off, ref=ref)
            return
        fired("load.signed")
        s.emit(f"ldx_u{bits}", s.reg(i), base, off, ref=ref)
        s.emit("lsh64_imm", s.reg(i), imm=64 - bits)
        s.emit("arsh64_imm", s.reg(i), imm=64 - bits)
        return
    fired("load")
    s.emit(f"ldx_u{bits}", s.reg(i), base, off, ref=ref)


def _store(s: _Selector, i: Instr) -> None:
    value, pointer = i.args
    bits = i.attrs["width"] * 8
    base, off, ref = _memory_operand(s, pointer, i.attrs["off"])
    if isinstance(value, Const) and pointer.type.kind != "ctx":  # check_mem_access before Linux 6.3 takes no BPF_ST there
        number = _signed(value.value)
        if bits < 64:
            number = ((value.value & ((1 << bits) - 1)) ^ (1 << (bits - 1))) - (1 << (bits - 1))
        if -(1 << 31) <= number < 1 << 31:
            fired("store.imm")
            s.emit(f"st_{bits}", base, 0, off, number, ref)
            return
    fired("store.reg")
    s.emit(f"stx_{bits}", base, s.use(_low(s, value, bits)), off, ref=ref)


def _zero(s: _Selector, i: Instr) -> None:
    fired("zero")
    base, off = s.address(i.args[0])
    off += i.attrs["off"]
    size = i.attrs["size"]
    strict = i.args[0].type.kind == "stack"  # elsewhere the machine takes any address, and so does the verifier
    at = 0
    while at < size:
        width = next(w for w in (8, 4, 2, 1) if at + w <= size and not (strict and (off + at) % w))
        s.emit(f"st_{width * 8}", base, 0, off + at, 0)
        at += width


_ATOMIC_NAMES = {"add": "add", "or": "or", "and": "and", "xor": "xor"}


def _atomic(s: _Selector, i: Instr) -> None:
    kind, bits = i.attrs["kind"], i.attrs["width"] * 8
    base, off = s.address(i.args[0])
    off += i.attrs["off"]
    value = i.args[-1]
    if not i.attrs["fetch"]:
        fired(f"atomic.{kind}")
        s.emit(f"atomic_{_ATOMIC_NAMES[kind]}{bits}", base, s.use(value), off)
        return
    fired(f"atomic.{kind}.fetch")
    if kind == "cmpxchg":
        s.emit("mov64_reg", 0, s.use(i.args[1]))
        s.emit(f"cmpxchg{bits}", base, s.use(value), off)
        s.emit("mov64_reg", s.reg(i), 0)
        return
    dst = s.reg(i)
    if isinstance(value, Const):
        s.load_constant(dst, value)
    else:
        s.emit("mov64_reg", dst, s.use(value))
    name = f"xchg{bits}" if kind == "xchg" else f"atomic_fetch_{_ATOMIC_NAMES[kind]}{bits}"
    s.emit(name, base, dst, off)


# ---------------------------------------------------------------- calls


def _arguments(s: _Selector, args: list[Value]) -> tuple[int, ...]:
    assert len(args) <= 5, "more than five arguments"
    for number, arg in enumerate(args, 1):
        if isinstance(arg, Const):
            s.load_constant(number, arg)
        elif arg in s.slots:
            s.emit("lea", number, imm=s.slots[arg])
        else:
            s.emit("mov64_reg", number, s.use(arg))
    return tuple(range(1, len(args) + 1))


def _result(s: _Selector, i: Instr) -> None:
    if s.users.get(i):
        s.emit("mov64_reg", s.reg(i), 0)


def _call(s: _Selector, i: Instr) -> None:
    row = helpers.find(i.attrs["helper"])
    assert row is not None, i.attrs["helper"]
    fired("call")
    s.emit("call", imm=row.id, args=_arguments(s, i.args))
    _result(s, i)


def _callfn(s: _Selector, i: Instr) -> None:
    fired("callfn")
    s.emit("call_local", ref=Ref("call", i.attrs["symbol"]), args=_arguments(s, i.args))
    _result(s, i)


def _kfunc(s: _Selector, i: Instr) -> None:
    fired("kfunc")
    s.emit("call_kfunc", ref=Ref("extern_func", i.attrs["symbol"]), args=_arguments(s, i.args))
    _result(s, i)


_RULES: dict[str, _Rule] = {
    **dict.fromkeys(("add", "sub", "mul", "udiv", "umod", "shl", "lshr", "ashr"), _alu),
    **dict.fromkeys(("and", "or", "xor"), _logic),
    **dict.fromkeys(COMPARES, _compare),
    "neg": _neg, "inv": _inv, "zext": _zext, "sext": _sext, "bswap": _bswap,
    "int": _copy, "addr": _addr, "cast": _copy, "arena": _arena, "core": _core, "global": _global, "map": _map, "func": _func,
    "slot": _slot, "padd": _padd, "load": _load, "store": _store, "zero": _zero, "atomic": _atomic,
    "call": _call, "callfn": _callfn, "kfunc": _kfunc,
    "nonnil": _check, "within": _check, "covers": _check, "exists": _check,
    "phi": _phi, "jump": _jump, "branch": _branch, "ret": _ret, "unreachable": _unreachable,
}  # fmt: skip

__all__ = ["FIRED", "select"]
