"""The BPF instruction set as one table, and the instruction value that all of the back end passes around.

In: nothing. Out: `Insn` (one instruction, operands as numbers), `Ref` (an operand that only the object writer knows),
`TABLE` (one `Row` per instruction: its bytes, its operands, its text) and the register questions that are asked of an
instruction. Already gone when an `Insn` exists: virtual registers, blocks, labels. Encoding, decoding and both directions
of the text are derived from the rows; there is no second list of instructions anywhere.

Sources: include/uapi/linux/bpf.h and bpf_common.h (opcodes, BPF_PSEUDO_*),
Documentation/bpf/standardization/instruction-set.rst.
"""

from rucy.records import NamedTuple

# "func" is the address of a function, "call" a BPF-to-BPF call, "extern_func" a kfunc, "core" a CO-RE relocation.
REF_KINDS = ("map", "global", "func", "call", "extern_func", "extern_var", "core")


class Ref(NamedTuple):
    """An operand that is a symbol, of one of REF_KINDS; only `object` turns it into a number or a relocation."""

    kind: str
    name: str  # the symbol; "" for core
    addend: int = 0  # bytes, added to the symbol's value
    core: object = None  # the CO-RE record of kind "core"; here only its str() matters


class Insn(NamedTuple):
    """One instruction. `off` counts bytes for memory, and for jumps slots from the slot after the instruction.

    `imm` is a signed 32-bit number, except: `lddw` holds the 64-bit value (signed and unsigned are taken, decoding gives
    the signed one); `lddw_map_value`, `lddw_map_idx_value`, `lddw_btf_id` hold two halves, `first | second << 32`.
    """

    op: str  # a key of TABLE
    dst: int = 0
    src: int = 0
    off: int = 0
    imm: int = 0
    ref: Ref | None = None


class Row(NamedTuple):
    """How one instruction is encoded, spelled and used. In `dst src off imm` an int is a fixed value, a str an operand:

    dst, src: "r" read, "w" written, "rw" both. off: "mem" bytes from the base, "jump" slots, "fd" index into fd_array.
    imm: "imm" a number, "jump" slots, "func" slots to a function, "as" two address spaces (to << 16 | from; the kernel
    takes 0 and 1), "imm64" all of it, "pair" two 32-bit halves (fd or id, then offset or BTF fd).
    """

    op: str
    code: int  # the opcode byte
    dst: str | int
    src: str | int
    off: str | int
    imm: str | int
    text: str  # template, see isa/text.py
    cpu: str = "v1"  # the level of --cpu (LLVM's -mcpu) that has it; "v1" too if LLVM gates it at no level
    since: str = "3.18"  # first Linux whose verifier takes it; "" if none does. See SINCE
    reads: tuple[int, ...] = ()  # registers read beside the operands
    writes: tuple[int, ...] = ()  # registers written or clobbered beside the operands


# Where the `since` column comes from, newest first. 3.18 is bpf(2) itself.
SINCE = {
    "6.19": 'Linux "bpf, x86: add support for indirect jumps"',
    "6.15": 'Linux "bpf: Introduce load-acquire and store-release instructions"',
    "6.9": 'Linux "bpf: Introduce may_goto instruction"; "bpf: Recognize addr_space_cast instruction in the verifier."',
    "6.6": 'Linux "bpf: Support new sign-extension load insns" and the series around it (-mcpu=v4)',
    "5.14": "BPF_PSEUDO_MAP_IDX and BPF_PSEUDO_MAP_IDX_VALUE in include/uapi/linux/bpf.h",
    "5.13": "BPF_PSEUDO_FUNC and BPF_PSEUDO_KFUNC_CALL in include/uapi/linux/bpf.h",
    "5.12": 'Linux "bpf: Add BPF_FETCH field / create atomic_fetch_add instruction" and the series around it',
    "5.10": "BPF_PSEUDO_BTF_ID in include/uapi/linux/bpf.h",
    "5.2": "BPF_PSEUDO_MAP_VALUE in include/uapi/linux/bpf.h",
    "5.1": 'Linux commit d405c7407a54 ("bpf: allocate 0x06 to new eBPF instruction class JMP32") (v5.1)',
    "4.16": "BPF_PSEUDO_CALL in include/uapi/linux/bpf.h",
    "4.14": 'Linux commit 92b31a9af73b ("bpf: add BPF_J{LT,LE,SLT,SLE} instructions") (v4.14)',
    "3.18": "include/uapi/linux/bpf.h",
    "": "encoded by LLVM; refused by every kernel",
}

# Instruction classes, sizes, modes and sources (include/uapi/linux/bpf_common.h and bpf.h).
_LD, _LDX, _ST, _STX, _ALU, _JMP, _JMP32, _ALU64 = range(8)
_K, _X = 0x00, 0x08
_ABS, _IND, _MEM, _MEMSX, _ATOMIC = 0x20, 0x40, 0x60, 0x80, 0xC0
_B, _H, _W, _DW = 0x10, 0x08, 0x00, 0x18

_CALL = (0, 1, 2, 3, 4, 5)  # r0 holds the result of a call, r1 to r5 are lost

# name   code  off  symbol  cpu   since
_ALU_OPS = (
    ("add",  0x00, 0, "+=",   "v1", "3.18"),
    ("sub",  0x10, 0, "-=",   "v1", "3.18"),
    ("mul",  0x20, 0, "*=",   "v1", "3.18"),
    ("div",  0x30, 0, "/=",   "v1", "3.18"),
    ("or",   0x40, 0, "|=",   "v1", "3.18"),
    ("and",  0x50, 0, "&=",   "v1", "3.18"),
    ("lsh",  0x60, 0, "<<=",  "v1", "3.18"),
    ("rsh",  0x70, 0, ">>=",  "v1", "3.18"),
    ("mod",  0x90, 0, "%=",   "v1", "3.18"),
    ("xor",  0xA0, 0, "^=",   "v1", "3.18"),
    ("mov",  0xB0, 0, "=",    "v1", "3.18"),
    ("arsh", 0xC0, 0, "s>>=", "v1", "3.18"),
    ("sdiv", 0x30, 1, "s/=",  "v4", "6.6"),
    ("smod", 0x90, 1, "s%=",  "v4", "6.6"),
)  # fmt: skip

# name  code  symbol cpu   since
_JUMP_OPS = (
    ("jeq",  0x10, "==",  "v1", "3.18"),
    ("jgt",  0x20, ">",   "v1", "3.18"),
    ("jge",  0x30, ">=",  "v1", "3.18"),
    ("jset", 0x40, "&",   "v1", "3.18"),
    ("jne",  0x50, "!=",  "v1", "3.18"),
    ("jsgt", 0x60, "s>",  "v1", "3.18"),
    ("jsge", 0x70, "s>=", "v1", "3.18"),
    ("jlt",  0xA0, "<",   "v2", "4.14"),
    ("jle",  0xB0, "<=",  "v2", "4.14"),
    ("jslt", 0xC0, "s<",  "v2", "4.14"),
    ("jsle", 0xD0, "s<=", "v2", "4.14"),
)  # fmt: skip

# bits, size code, register letter of a value of that size
_SIZES = ((8, _B, "w"), (16, _H, "w"), (32, _W, "w"), (64, _DW, "r"))
_WIDTHS = ((32, _W, "w"), (64, _DW, "r"))
_ATOMIC_OPS = (("add", 0x00, "+="), ("or", 0x40, "|="), ("and", 0x50, "&="), ("xor", 0xA0, "^="))
_FETCH = 0x01


def _upper(level: str, lowest: str) -> str:
    return max(level, lowest)


def _alu_rows() -> list[Row]:
    rows = []
    for bits, cls, d, s, lowest in ((64, _ALU64, "{D}", "{S}", "v1"), (32, _ALU, "{d}", "{s}", "v3")):
        for name, code, off, symbol, cpu, since in _ALU_OPS:
            dst = "w" if name == "mov" else "rw"
            level = _upper(cpu, lowest)
            op = f"{name}{bits}"
            rows.append(Row(f"{op}_imm", code | _K | cls, dst, 0, off, "imm", f"{d} {symbol} {{i}}", level, since))
            rows.append(Row(f"{op}_reg", code | _X | cls, dst, "r", off, 0, f"{d} {symbol} {s}", level, since))
    return rows


def _jump_rows() -> list[Row]:
    rows = []
    for bits, cls, d, s, lowest in ((64, _JMP, "{D}", "{S}", "v1"), (32, _JMP32, "{d}", "{s}", "v3")):
        for name, code, symbol, cpu, first in _JUMP_OPS:
            level, since = _upper(cpu, lowest), "5.1" if bits == 32 else first
            op = f"{name}{bits}"
            text = f"if {d} {symbol} {{i}} goto {{j}}"
            rows.append(Row(f"{op}_imm", code | _K | cls, "r", 0, "jump", "imm", text, level, since))
            text = f"if {d} {symbol} {s} goto {{j}}"
            rows.append(Row(f"{op}_reg", code | _X | cls, "r", "r", "jump", 0, text, level, since))
    return rows


def _memory_rows() -> list[Row]:
    rows = []
    for bits, size, reg in _SIZES:
        d, s = ("{D}", "{S}") if reg == "r" else ("{d}", "{s}")
        rows.append(Row(f"ldx_u{bits}", _MEM | size | _LDX, "w", "r", "mem", 0, f"{d} = *(u{bits} *)({{S}} {{o}})"))
        rows.append(Row(f"stx_{bits}", _MEM | size | _STX, "r", "r", "mem", 0, f"*(u{bits} *)({{D}} {{o}}) = {s}"))
        rows.append(Row(f"st_{bits}", _MEM | size | _ST, "r", 0, "mem", "imm", f"*(u{bits} *)({{D}} {{o}}) = {{i}}"))
    for bits, size, _ in _SIZES[:3]:
        text = f"{{D}} = *(s{bits} *)({{S}} {{o}})"
        rows.append(Row(f"ldx_s{bits}", _MEMSX | size | _LDX, "w", "r", "mem", 0, text, "v4", "6.6"))
        # The packet loads of classic BPF: r6 is the context, and they clobber as a call does.
        text = f"r0 = *(u{bits} *)skb[{{i}}]"
        rows.append(Row(f"ldabs_{bits}", _ABS | size | _LD, 0, 0, 0, "imm", text, reads=(6,), writes=_CALL))
        text = f"r0 = *(u{bits} *)skb[{{S}} {{p}}]"
        rows.append(Row(f"ldind_{bits}", _IND | size | _LD, 0, "r", 0, "imm", text, reads=(6,), writes=_CALL))
    return rows


def _atomic_rows() -> list[Row]:
    rows = []
    for bits, size, reg in _WIDTHS:
        s, code = "{S}" if reg == "r" else "{s}", _ATOMIC | size | _STX
        for name, imm, symbol in _ATOMIC_OPS:
            level, since = ("v1", "3.18") if name == "add" else ("v3", "5.12")
            text = f"lock *(u{bits} *)({{D}} {{o}}) {symbol} {s}"
            rows.append(Row(f"atomic_{name}{bits}", code, "r", "r", "mem", imm, text, level, since))
            text = f"{s} = atomic_fetch_{name}((u{bits} *)({{D}} {{o}}), {s})"
            rows.append(Row(f"atomic_fetch_{name}{bits}", code, "r", "rw", "mem", imm | _FETCH, text, "v3", "5.12"))
        word, r0 = ("_64", "r0") if reg == "r" else ("32_32", "w0")
        text = f"{s} = xchg{word}({{D}} {{o}}, {s})"
        rows.append(Row(f"xchg{bits}", code, "r", "rw", "mem", 0xE0 | _FETCH, text, "v3", "5.12"))
        text = f"{r0} = cmpxchg{word}({{D}} {{o}}, {r0}, {s})"
        rows.append(Row(f"cmpxchg{bits}", code, "r", "r", "mem", 0xF0 | _FETCH, text, "v3", "5.12", (0,), (0,)))
    for bits, size, reg in _SIZES:
        d, s = ("{D}", "{S}") if reg == "r" else ("{d}", "{s}")
        code = _ATOMIC | size | _STX
        text = f"{d} = load_acquire((u{bits} *)({{S}} {{o}}))"
        rows.append(Row(f"load_acq{bits}", code, "w", "r", "mem", 0x100, text, "v4", "6.15"))
        text = f"store_release((u{bits} *)({{D}} {{o}}), {s})"
        rows.append(Row(f"store_rel{bits}", code, "r", "r", "mem", 0x110, text, "v4", "6.15"))
    return rows


_OTHER_ROWS = (
    #   op                    code  dst   src  off     imm      text                              cpu   since
    Row("neg64",              0x87, "rw", 0,   0,      0,       "{D} = -{D}"),
    Row("neg32",              0x84, "rw", 0,   0,      0,       "{d} = -{d}",                     "v3"),
    Row("movsx8_64",          0xBF, "w",  "r", 8,      0,       "{D} = (s8){S}",                  "v4", "6.6"),
    Row("movsx16_64",         0xBF, "w",  "r", 16,     0,       "{D} = (s16){S}",                 "v4", "6.6"),
    Row("movsx32_64",         0xBF, "w",  "r", 32,     0,       "{D} = (s32){S}",                 "v4", "6.6"),
    Row("movsx8_32",          0xBC, "w",  "r", 8,      0,       "{d} = (s8){s}",                  "v4", "6.6"),
    Row("movsx16_32",         0xBC, "w",  "r", 16,     0,       "{d} = (s16){s}",                 "v4", "6.6"),
    Row("addr_space_cast",    0xBF, "w",  "r", 1,      "as",    "{D} = addr_space_cast({S}, {a}, {b})", "v1", "6.9"),
    Row("be16",               0xDC, "rw", 0,   0,      16,      "{D} = be16 {D}"),
    Row("be32",               0xDC, "rw", 0,   0,      32,      "{D} = be32 {D}"),
    Row("be64",               0xDC, "rw", 0,   0,      64,      "{D} = be64 {D}"),
    Row("le16",               0xD4, "rw", 0,   0,      16,      "{D} = le16 {D}"),
    Row("le32",               0xD4, "rw", 0,   0,      32,      "{D} = le32 {D}"),
    Row("le64",               0xD4, "rw", 0,   0,      64,      "{D} = le64 {D}"),
    Row("bswap16",            0xD7, "rw", 0,   0,      16,      "{D} = bswap16 {D}",              "v4", "6.6"),
    Row("bswap32",            0xD7, "rw", 0,   0,      32,      "{D} = bswap32 {D}",              "v4", "6.6"),
    Row("bswap64",            0xD7, "rw", 0,   0,      64,      "{D} = bswap64 {D}",              "v4", "6.6"),
    Row("ja",                 0x05, 0,    0,   "jump", 0,       "goto {j}"),
    Row("gotol",              0x06, 0,    0,   0,      "jump",  "gotol {J}",                      "v4", "6.6"),
    Row("gotox",              0x0D, "r",  0,   0,      0,       "gotox {D}",                      "v4", "6.19"),
    Row("may_goto",           0xE5, 0,    0,   "jump", 0,       "may_goto {j}",                   "v1", "6.9"),
    Row("call",               0x85, 0,    0,   0,      "imm",   "call {i}",                       "v1", "3.18", (),   _CALL),
    Row("call_local",         0x85, 0,    1,   0,      "func",  "call pc{J}",                     "v1", "4.16", (),   _CALL),
    Row("call_kfunc",         0x85, 0,    2,   "fd",   "imm",   "call kfunc({i}, {f})",           "v1", "5.13", (),   _CALL),
    Row("callx",              0x8D, "r",  0,   0,      0,       "callx {D}",                      "v1", "",     (),   _CALL),
    Row("exit",               0x95, 0,    0,   0,      0,       "exit",                           "v1", "3.18", (0,)),
    Row("lddw",               0x18, "w",  0,   0,      "imm64", "{D} = {i} ll"),
    Row("lddw_map_fd",        0x18, "w",  1,   0,      "imm",   "{D} = map_fd({i}) ll"),
    Row("lddw_map_value",     0x18, "w",  2,   0,      "pair",  "{D} = map_value({l}, {h}) ll",   "v1", "5.2"),
    Row("lddw_btf_id",        0x18, "w",  3,   0,      "pair",  "{D} = btf_id({l}, {h}) ll",      "v1", "5.10"),
    Row("lddw_func",          0x18, "w",  4,   0,      "func",  "{D} = func({J}) ll",             "v1", "5.13"),
    Row("lddw_map_idx",       0x18, "w",  5,   0,      "imm",   "{D} = map_idx({i}) ll",          "v1", "5.14"),
    Row("lddw_map_idx_value", 0x18, "w",  6,   0,      "pair",  "{D} = map_idx_value({l}, {h}) ll", "v1", "5.14"),
)  # fmt: skip

TABLE: dict[str, Row] = {
    row.op: row for rows in (_alu_rows(), _memory_rows(), _jump_rows(), _atomic_rows(), _OTHER_ROWS) for row in rows
}

LDDW = 0x18  # BPF_LD | BPF_IMM | BPF_DW: the one opcode that takes two slots


def slots(insn: Insn) -> int:
    """Number of 8-byte slots that the instruction takes, 1 or 2; jumps count slots."""
    return 2 if TABLE[insn.op].code == LDDW else 1


def reads(insn: Insn) -> tuple[int, ...]:
    """Registers read, each once. Those of a call's arguments depend on what is called and are not here."""
    row = TABLE[insn.op]
    found = [insn.dst] if row.dst == "r" or row.dst == "rw" else []
    if row.src == "r" or row.src == "rw":
        found.append(insn.src)
    return tuple(dict.fromkeys((*found, *row.reads)))


def writes(insn: Insn) -> tuple[int, ...]:
    """Registers written or clobbered, each once; for a call r0 to r5."""
    row = TABLE[insn.op]
    found = [insn.dst] if row.dst == "w" or row.dst == "rw" else []
    if row.src == "rw":
        found.append(insn.src)
    return tuple(dict.fromkeys((*found, *row.writes)))
