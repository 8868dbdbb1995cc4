"""Assembly text of instructions, both ways, in the syntax of LLVM's BPF assembler.

In: `Insn`s, or lines of text. Out: the other. A template (`Row.text`) is the line itself with operands in braces:

    {D} {d}  dst as r1, w1      {i}  imm                     {o} {p}  off, imm after a base: "+ 0x4", "- 0x4"
    {S} {s}  src as r1, w1      {f}  off as a plain number   {j} {J}  off, imm as a distance: "+0x3", "-0x1"
    {l} {h}  imm's lower, upper 32 bits, signed              {a} {b}  imm's upper, lower 16 bits
    {u}      imm's lower 32 bits, unsigned (in SPELLING only)

A symbolic operand is a note behind the line, the fields are printed as they are: `r1 = map_fd(0x0) ll ; @map counts`.
Reading is exact: a number must be in range and a register named twice must be the same; other comments (`; text`) are
skipped. Not imported by a plain compile.
"""

import re
from collections.abc import Iterable, Mapping

from rucy.isa.encode import fault
from rucy.isa.insn import REF_KINDS, TABLE, Insn, Ref, slots

# Where our text is not llvm-objdump-19's: LLVM's template for the same bytes, or None where LLVM 19 does not know the
# instruction (it prints <unknown>, and the 32- and 64-bit load-acquire and store-release as an atomic add). For these,
# LLVM prints one text for several instructions or leaves operands out.
SPELLING: dict[str, str | None] = {
    "call_local": "call {i}",
    "call_kfunc": "call {i}",
    "lddw_map_fd": "ld_pseudo {D}, 0x1, {u}",
    "lddw_map_value": "ld_pseudo {D}, 0x2, {u}",
    "lddw_btf_id": "ld_pseudo {D}, 0x3, {u}",
    "lddw_func": "ld_pseudo {D}, 0x4, {u}",
    "lddw_map_idx": "ld_pseudo {D}, 0x5, {u}",
    "lddw_map_idx_value": "ld_pseudo {D}, 0x6, {u}",
    "ldind_8": "r0 = *(u8 *)skb[{S}]",
    "ldind_16": "r0 = *(u16 *)skb[{S}]",
    "ldind_32": "r0 = *(u32 *)skb[{S}]",
    "gotox": None,
    **{f"{op}{bits}": None for op in ("load_acq", "store_rel") for bits in (8, 16, 32, 64)},
}

_WORD = r"[A-Za-z_.$][A-Za-z0-9_.$]*"
_TOKENS = rf"{_WORD}|[-+]?[ \t]*[0-9][0-9A-Za-z]*|[*/%&|^<>=!+]+|-=?|[()\[\],]"
_TOKEN = re.compile(rf"\s*({_TOKENS})")
_TEMPLATE_TOKEN = re.compile(rf"\s*(\{{[A-Za-z]\}}|{_TOKENS})")
_REGISTER = re.compile(r"([rw])(10|[0-9])")
_TARGET_NOTE = re.compile(r"\s*<[^<>]*>$")
_SLOT_COLUMN = re.compile(r"\s*[0-9]+:\s")
_LABEL_LINE = re.compile(rf"({_WORD}):")
_JUMP_TO_LABEL = re.compile(rf"(.*\b(?:goto|gotol|may_goto)\s+)({_WORD})")
_ADDEND = re.compile(r"(.+?)([-+]0x[0-9a-f]+)")


class AsmError(ValueError):
    """A line that is no instruction; `line` counts from 1, 0 when a single instruction was read."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line


def format_insn(insn: Insn, template: str = "") -> str:
    """The instruction's line; if `template` is given by that instead of the row's, and without the note of a symbol."""
    off, imm, text = insn.off, insn.imm, template or TABLE[insn.op].text
    line = text.format(
        D=f"r{insn.dst}", d=f"w{insn.dst}", S=f"r{insn.src}", s=f"w{insn.src}",
        i=f"{_signed(imm, 64):#x}", f=f"{off:#x}",
        o=_after_base(off), p=_after_base(imm), j=f"{off:+#x}", J=f"{imm:+#x}",
        l=f"{_signed(imm, 32):#x}", h=f"{_signed(imm >> 32, 32):#x}",
        u=f"{imm & 0xFFFFFFFF:#x}", a=f"{imm >> 16 & 0xFFFF:#x}", b=f"{imm & 0xFFFF:#x}",
    )  # fmt: skip
    return line if insn.ref is None or template else f"{line} ; {_format_ref(insn.ref)}"


def parse_insn(text: str) -> Insn:
    """The instruction of one line as `format_insn` writes it. AsmError if it is none."""
    body, _, comment = text.partition(";")
    key, operands = _scan(_TARGET_NOTE.sub("", body.strip()))
    shape = _SHAPES.get(key)
    if shape is None:
        raise AsmError(f"no instruction is written {body.strip()!r}")
    op, names = shape
    insn = Insn(op, *_fields(op, names, operands), _parse_ref(comment.strip()))
    reason = fault(insn)
    if reason:
        raise AsmError(reason)
    return insn


def disassemble(insns: Iterable[Insn], labels: Mapping[int, str] | None = None) -> str:
    """A line each, behind the number of its first slot as llvm-objdump counts them.

    `labels` maps slots to names: each stands on a line of its own, and a jump there shows `<name>`.
    """
    names = labels or {}
    lines = []
    slot = 0
    for insn in insns:
        if slot in names:
            lines.append(f"{names[slot]}:")
        text = format_insn(insn)
        target = names.get(slot + 1 + _distance(insn)) if _is_jump(insn.op) else None
        if target is not None:
            line, note, comment = text.partition(" ;")
            text = f"{line} <{target}>{note}{comment}"
        lines.append(f"{slot:8d}:\t{text}")
        slot += slots(insn)
    if slot in names:
        lines.append(f"{names[slot]}:")
    return "".join(f"{line}\n" for line in lines)


def assemble(text: str) -> list[Insn]:
    """The instructions of a text: what `disassemble` writes, or plain lines with `name:` labels and `goto name`.

    Blank lines and comments from `;` on are skipped. AsmError with the line for what is no instruction, and for a label
    that is unknown, given twice or too far.
    """
    insns: list[Insn] = []
    labels: dict[str, int] = {}
    pending: list[tuple[int, int, str, int]] = []  # index, slot behind, label, line
    slot = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line, semicolon, comment = _SLOT_COLUMN.sub("", raw, count=1).partition(";")
        line = line.strip()
        if not line:
            continue
        label = _LABEL_LINE.fullmatch(line)
        if label:
            if label[1] in labels:
                raise AsmError(f"label {label[1]} is given twice", number)
            labels[label[1]] = slot
            continue
        jump = _JUMP_TO_LABEL.fullmatch(line)
        try:
            insn = parse_insn((f"{jump[1]}+0x0" if jump else line) + semicolon + comment)
        except AsmError as error:
            raise AsmError(error.reason, number) from None
        slot += slots(insn)
        if jump:
            pending.append((len(insns), slot, jump[2], number))
        insns.append(insn)
    for index, behind, name, number in pending:
        if name not in labels:
            raise AsmError(f"no label {name}", number)
        insns[index] = _aim(insns[index], labels[name] - behind, number)
    return insns


def _aim(insn: Insn, distance: int, line: int) -> Insn:
    aimed = insn._replace(off=distance) if TABLE[insn.op].off == "jump" else insn._replace(imm=distance)
    reason = fault(aimed)
    if reason:
        raise AsmError(reason, line)
    return aimed


def _is_jump(op: str) -> bool:
    return TABLE[op].off == "jump" or TABLE[op].imm == "jump"


def _distance(insn: Insn) -> int:
    return insn.off if TABLE[insn.op].off == "jump" else insn.imm


def _signed(number: int, bits: int) -> int:
    sign = 1 << bits - 1
    return (number & (sign << 1) - 1 ^ sign) - sign


def _after_base(number: int) -> str:
    return f"- {-number:#x}" if number < 0 else f"+ {number:#x}"


def _format_ref(ref: Ref) -> str:
    if ref.kind == "core":
        return f"@core {ref.core}"
    addend = f"{ref.addend:+#x}" if ref.addend or _ADDEND.fullmatch(ref.name) else ""
    return f"@{ref.kind} {ref.name}{addend}"


def _parse_ref(comment: str) -> Ref | None:
    """The symbol in a comment that starts with @; a CO-RE record comes back as its text."""
    if not comment.startswith("@"):
        return None
    kind, _, name = comment[1:].partition(" ")
    if kind not in REF_KINDS or not name:
        raise AsmError(f"no symbol is written {comment!r}")
    if kind == "core":
        return Ref(kind, "", 0, name)
    split = _ADDEND.fullmatch(name)
    return Ref(kind, split[1], int(split[2], 0)) if split else Ref(kind, name)


def _scan(text: str, token_pattern: re.Pattern[str] = _TOKEN) -> tuple[str, list[str]]:
    """The shape of a line or template (operands as R, W, N) and its operands in order."""
    shape, operands, pos = [], [], 0
    while pos < len(text):
        match = token_pattern.match(text, pos)
        if match is None:
            raise AsmError(f"cannot read {text[pos:].strip()!r}")
        token, pos = match[1], match.end()
        register = _REGISTER.fullmatch(token)
        if register:
            shape.append(register[1].upper())
        elif token[0] == "{":
            shape.append("R" if token[1] in "DS" else "W" if token[1] in "ds" else "N")
        elif token[-1].isalnum() and token[0] in "-+0123456789":
            shape.append("N")
        else:
            shape.append(token)
            continue
        operands.append(token)
    return " ".join(shape), operands


def _fields(op: str, names: list[str], operands: list[str]) -> tuple[int, int, int, int]:
    """dst, src, off, imm from the operands of a line, which stand where the template has `names`."""
    given: dict[str, int] = {}
    for name, text in zip(names, operands, strict=True):
        if name[0] != "{":  # a register that the instruction fixes
            if text != name:
                raise AsmError(f"{op}: {name} is meant, not {text}")
            continue
        letter = name[1]
        value = int(text[1:]) if letter in "DdSs" else _number(letter, text)
        if given.setdefault(letter, value) != value:
            raise AsmError(f"{op}: one register is meant by {text} and the one before")
    imm = given.get("i", given.get("p", given.get("J", 0)))
    if "h" in given:
        imm = given["l"] & 0xFFFFFFFF | given["h"] << 32
    if "a" in given:
        imm = _signed(given["a"] << 16 | given["b"], 32)
    off = given.get("o", given.get("j", given.get("f", 0)))
    return given.get("D", given.get("d", 0)), given.get("S", given.get("s", 0)), off, imm


def _number(letter: str, text: str) -> int:
    try:
        value = int("".join(text.split()), 0)
    except ValueError:
        raise AsmError(f"{text} is not a number") from None
    if letter in "ojpJ" and text[0] not in "-+":
        raise AsmError(f"{text} needs a sign, it is a distance")
    if letter not in "ojpJ" and text[0] == "+":
        raise AsmError(f"{text} is no distance and takes no + sign")
    if letter in "lh" and not -(1 << 31) <= value < 1 << 31:
        raise AsmError(f"{text} does not fit 32 bits signed")
    if letter in "ab" and not 0 <= value <= 0xFFFF:
        raise AsmError(f"{text} does not fit 16 bits")
    return value


def _build_shapes() -> dict[str, tuple[str, list[str]]]:
    shapes: dict[str, tuple[str, list[str]]] = {}
    for row in TABLE.values():
        key, names = _scan(row.text, _TEMPLATE_TOKEN)
        assert key not in shapes, f"{row.op} and {shapes[key][0]} are spelled alike"
        shapes[key] = (row.op, names)
    return shapes


_SHAPES = _build_shapes()
