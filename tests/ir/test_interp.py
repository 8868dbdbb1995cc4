"""The interpreter: each op at the edges against values worked out here, memory that is checked, helpers."""

# ruff: noqa: E501 - IR on one line
from __future__ import annotations

from fractions import Fraction
from math import floor, trunc
from typing import Any

import pytest

from rucy.ir.interp import Env, InterpError, Pointer, StepLimit, run
from rucy.ir.ops import OPS
from rucy.ir.parse import parse_module

EDGES = (0, 1, 2, 7, 63, 64, 255, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1)


def signed(n: int) -> int:
    return n if n < 2**63 else n - 2**64


def bits(n: int) -> list[int]:
    """The 64 bits of a number, lowest first."""
    return [n // 2**i % 2 for i in range(64)]


def number(of: list[int]) -> int:
    return sum(bit * 2**i for i, bit in enumerate(of))


def shifted(n: int, by: int, fill: int) -> int:
    """Bits moved toward the lowest, `fill` from above."""
    return number([*bits(n)[by:], *[fill] * by])


#: op → its value for two numbers 0..2**64-1, worked out bit by bit or in fractions
BINARY: dict[str, Any] = {
    "add": lambda a, b: (a + b) % 2**64,
    "sub": lambda a, b: (a + 2**64 - b) % 2**64,
    "mul": lambda a, b: a * b % 2**64,
    "udiv": lambda a, b: floor(Fraction(a, b)) if b else 0,
    "umod": lambda a, b: a - b * floor(Fraction(a, b)) if b else a,
    "sdiv": lambda a, b: trunc(Fraction(signed(a), signed(b))) % 2**64 if b else 0,
    "smod": lambda a, b: (signed(a) - signed(b) * trunc(Fraction(signed(a), signed(b)))) % 2**64 if b else a,
    "and": lambda a, b: number([x * y for x, y in zip(bits(a), bits(b))]),
    "or": lambda a, b: number([max(x, y) for x, y in zip(bits(a), bits(b))]),
    "xor": lambda a, b: number([(x + y) % 2 for x, y in zip(bits(a), bits(b))]),
    "shl": lambda a, b: number([*[0] * (b % 64), *bits(a)][:64]),
    "lshr": lambda a, b: shifted(a, b % 64, 0),
    "ashr": lambda a, b: shifted(a, b % 64, bits(a)[63]),
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ult": lambda a, b: a < b,
    "ule": lambda a, b: a <= b,
    "ugt": lambda a, b: a > b,
    "uge": lambda a, b: a >= b,
    "slt": lambda a, b: signed(a) < signed(b),
    "sle": lambda a, b: signed(a) <= signed(b),
    "sgt": lambda a, b: signed(a) > signed(b),
    "sge": lambda a, b: signed(a) >= signed(b),
    "test": lambda a, b: any(x * y for x, y in zip(bits(a), bits(b))),
}

UNARY: dict[str, Any] = {
    "neg": lambda a: (2**64 - a) % 2**64,
    "inv": lambda a: number([1 - x for x in bits(a)]),
    **{f"zext bits={n}": lambda a, n=n: number(bits(a)[:n]) for n in (8, 16, 32)},
    **{f"sext bits={n}": lambda a, n=n: number(bits(a)[:n] + [bits(a)[n - 1]] * (64 - n)) for n in (8, 16, 32)},
    **{f"bswap bits={n}": lambda a, n=n: number([b for k in range(n, 0, -8) for b in bits(a)[k - 8 : k]]) for n in (16, 32, 64)},
}


def evaluate(text: str, *args: Any, env: Env | None = None, params: str = "%a: i64, %b: i64", data: str = "") -> Any:
    """The value of %r after the text."""
    module = parse_module(f"{data}\nstatic @f({params}) -> i64 {{\nb:\n{text}\n ret %r\n}}")
    return run(module, "f", list(args), env).value


@pytest.mark.parametrize("op", BINARY)
def test_binary_ops(op: str) -> None:
    truth = OPS[op].result == "b"
    text = f" %x = {op} %a, %b\n %r = int %x" if truth else f" %r = {op} %a, %b"
    module = parse_module(f"static @f(%a: i64, %b: i64) -> i64 {{\nb:\n{text}\n ret %r\n}}")
    for a in EDGES:
        for b in (*EDGES, *range(65)) if op in ("shl", "lshr", "ashr") else EDGES:
            assert run(module, "f", [a, b]).value == BINARY[op](a, b), (op, a, b)


@pytest.mark.parametrize("op", UNARY)
def test_unary_ops(op: str) -> None:
    name, _, attrs = op.partition(" ")
    for a in (*EDGES, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_8765_4321):
        assert evaluate(f" %r = {name} %a {attrs}", a, 0) == UNARY[op](a), (op, a)


def test_all_ops_are_tested() -> None:
    here = {*BINARY, *(op.split()[0] for op in UNARY)}
    arithmetic = {name for name, row in OPS.items() if row.operands in ("ii", "vv", "i") and "K" not in row.effects}
    assert arithmetic == here


@pytest.mark.parametrize("op", ["and", "or", "xor", "eq", "ne"])
def test_truth_values(op: str) -> None:
    wanted = {"and": min, "or": max, "xor": lambda a, b: (a + b) % 2, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b}
    for a in (0, 1):
        for b in (0, 1):
            text = f" %x = ne %a, 0\n %y = ne %b, 0\n %z = {op} %x, %y\n %r = int %z"
            assert evaluate(text, a, b) == wanted[op](a, b)


# ---------------------------------------------------------------- control


SUM = """
static @sum(%n: i64) -> i64 {
b:
  jump -> loop
loop:
  %i = phi [b: 0], [body: %i1]
  %s = phi [b: 0], [body: %s1]
  %more = ult %i, %n
  branch %more -> body, end
body:
  %s1 = add %s, %i
  %i1 = add %i, 1
  jump -> loop
end:
  ret %s
}
static @twice(%n: i64) -> i64 {
b:
  %0 = callfn %n symbol=sum
  %1 = callfn %n symbol=sum
  %2 = add %0, %1
  ret %2
}
static @deep(%n: i64) -> i64 {
b:
  %0 = callfn %n symbol=deep
  ret %0
}
"""


def test_loops_and_calls() -> None:
    module = parse_module(SUM)
    assert run(module, "sum", [10]).value == 45
    assert run(module, "twice", [10]).value == 90
    with pytest.raises(InterpError, match="nest deeper than 8"):
        run(module, "deep", [1])
    env = Env()
    env.step_limit = 50
    with pytest.raises(StepLimit, match="@sum: .*: more than 50 steps"):
        run(module, "sum", [100], env)


def test_phis_are_taken_at_once() -> None:
    """Two that exchange their values."""
    module = parse_module("""
static @f(%n: i64) -> i64 {
b:
  jump -> loop
loop:
  %x = phi [b: 1], [loop: %y]
  %y = phi [b: 2], [loop: %x]
  %i = phi [b: 0], [loop: %i1]
  %i1 = add %i, 1
  %more = ult %i1, %n
  branch %more -> loop, end
end:
  ret %x
}""")
    assert [run(module, "f", [n]).value for n in (1, 2, 3)] == [1, 2, 1]


# ---------------------------------------------------------------- memory


SLOT = " %s: ptr<stack, w> = slot size=16 align=8 name=s\n"


def test_memory_is_little_endian_and_extends() -> None:
    store = SLOT + " store %a, %s off=8 width=8\n"
    assert evaluate(store + " %r = load %s off=9 width=2 signed=false", 0x1122_3344_5566_7788, 0) == 0x6677
    assert evaluate(store + " %r = load %s off=15 width=1 signed=true", 0x8000_0000_0000_0000, 0) == 2**64 - 128
    assert evaluate(SLOT + " zero %s off=0 size=8\n store %a, %s off=2 width=2\n %r = load %s off=0 width=8 signed=false", 2**64 - 1, 0) == 0xFFFF_0000
    moved = SLOT + " zero %s off=0 size=16\n %p = padd %s, 12\n %q = padd %p, -4\n store 5, %q off=0 width=8\n"
    assert evaluate(moved + " %r = load %s off=8 width=8 signed=false", 0, 0) == 5


FAULTS = [
    ("never written", "not all written", SLOT + " %r = load %s off=0 width=8 signed=false"),
    ("half written", "8 bytes at 0 of slot s were not all", SLOT + " store 1, %s off=0 width=4\n %r = load %s off=0 width=8 signed=false"),
    ("above", "4 bytes at 13 of slot s, which has 16", SLOT + " store 1, %s off=13 width=4\n %r = add 0, 0"),
    ("below", "at -1 of", SLOT + " %p = padd %s, -1\n %r = load %p off=0 width=1 signed=false"),
    ("NULL", "access through NULL", " %r = load null:ptr<map_value, w> off=0 width=1 signed=false"),
    ("wrong kind", "leads to stack memory", SLOT + " %n = addr %s\n %p: ptr<arena, w> = cast %n\n store 1, %p off=0 width=1\n %r = add 0, 0"),
    ("user memory", "of kind user", " %p: ptr<user> = cast %a\n %r = load %p off=0 width=1 signed=false"),
    ("read-only", "which is read-only", " %p: ptr<map_value, w> = global symbol=k off=0\n store 1, %p off=0 width=1\n %r = add 0, 0"),
    ("undefined", "uses an undefined value", " jump -> c\nc:\n %0 = phi [b: undef:i64]\n %r = add %0, 1"),
    ("nonnil", "the pointer is NULL", " %p: ptr<kernel?> = cast 0\n %q: ptr<kernel> = nonnil %p\n %r = add 0, 0"),
    ("within", "the number is 9", " %r = within 9 lo=0 hi=7"),
    ("exists", "the value is 0", " %r = exists 0"),
    ("covers", "8 bytes at 0 of slot s", " %s: ptr<stack, w> = slot size=4 align=4 name=s\n %p = covers %s size=8\n %r = add 0, 0"),
    ("core", "no CO-RE values", ' %r = core ref=core(byte_off 1 "0")'),
    ("unreachable", "control came here", " unreachable\nc:\n %r = add 0, 0"),
    ("helper", "no stub for this helper", " %r = call helper=jiffies64"),
    ("kfunc", "no stub for this kfunc", " %r = kfunc symbol=x"),
    ("function", "no such function", " %r = callfn symbol=x"),
    ("data", "no such data", " %p: ptr<map_value> = global symbol=x off=0\n %r = add 0, 0"),
    ("map", "not among the module's maps", " %p: ptr<map> = map symbol=x\n %r = add 0, 0"),
]  # fmt: skip


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row[0])
def test_faults(row: tuple[str, str, str]) -> None:
    """Each names function and block."""
    _, said, text = row
    with pytest.raises(InterpError, match=f"^@f: [bc]: .*{said}"):
        evaluate(text, 7, 7, data='data @k section=".rodata" align=1 bytes=00')


def test_a_fault_names_the_line() -> None:
    from rucy.source import SourceFile, Span

    module = parse_module("static @f() -> i64 {\nb:\n %0 = within 9 lo=0 hi=7\n ret %0\n}")
    next(module.functions[0].instrs()).span = Span(SourceFile("a.rb", b"x\ny = z"), 6, 7)
    with pytest.raises(InterpError, match="^a.rb:2:5: @f: b: within lo=0 hi=7: the number is 9"):
        run(module, "f", [])


def test_slots_are_fresh_in_each_call() -> None:
    module = parse_module(f"""
static @g(%x: i64) -> i64 {{
b:
{SLOT} %c = eq %x, 0
  branch %c -> w, r
w:
  store 1, %s off=0 width=8
  jump -> r
r:
  %0 = load %s off=0 width=8 signed=false
  ret %0
}}
static @f() -> i64 {{
b:
  %0 = callfn 0 symbol=g
  %1 = callfn 1 symbol=g
  ret %1
}}""")
    with pytest.raises(InterpError, match="@g: r: load .* not all written"):
        run(module, "f", [])


def test_data_is_memory_of_one_run() -> None:
    module = parse_module("""
data @n section=".data" align=8 writable=true bytes=0500000000000000
data @table section=".data" align=8 bytes=0000000000000000 reloc=0:@f
static @f(%a: i64) -> i64 {
b:
  %p: ptr<map_value, w> = global symbol=n off=0
  %old = atomic %p, %a kind=add off=0 width=8 fetch=true
  ret %old
}
static @g() -> i64 {
b:
  %p: ptr<map_value> = global symbol=table off=0
  %q: ptr<func> = load %p off=0 width=8 signed=false
  %f: ptr<func> = func symbol=f
  %c = eq %q, %f
  %r = int %c
  ret %r
}""")
    for _ in range(2):
        result = run(module, "f", [2**64 - 1])
        assert result.value == 5
        assert result.memory["n"] == (4).to_bytes(8, "little")
    assert run(module, "g", []).value == 1


@pytest.mark.parametrize(
    ("kind", "args", "new"),
    [
        ("add", "7", 3), ("and", "6", 4), ("or", "3", 0xFFFF_FFFF), ("xor", "-1", 3), ("xchg", "9", 9),
        ("cmpxchg", "-4, 1", 1), ("cmpxchg", "5, 1", 0xFFFF_FFFC),
    ],
)  # fmt: skip
def test_atomics(kind: str, args: str, new: int) -> None:
    text = f"""{SLOT} store -4, %s off=8 width=4
 %old = atomic %s, {args} kind={kind} off=8 width=4 fetch=true
 %now = load %s off=8 width=4 signed=false
 %high = shl %old, 32
 %r = or %high, %now"""
    old = 0xFFFF_FFFC
    wanted = {"and": old & 6, "or": 0xFFFF_FFFF}.get(kind, new)
    assert evaluate(text, 0, 0) == old << 32 | wanted


# ---------------------------------------------------------------- the kernel around it


def test_context_and_kernel_objects() -> None:
    env = Env(core=lambda ref: {"byte_off": 12, "field_exists": 1}[ref.kind])
    parent = env.region("kernel", bytes(12) + (77).to_bytes(4, "little"), "parent")
    task = env.region("kernel", parent.base.to_bytes(8, "little") + bytes(8), "task")
    ctx = env.region("ctx", (5).to_bytes(4, "little") + bytes(4) + task.base.to_bytes(8, "little"))
    text = """ %n = load %ctx off=0 width=4 signed=false
 %t: ptr<kernel, trusted> = load %ctx off=8 width=8 signed=false
 %p: ptr<kernel?, trusted> = load %t off=0 width=8 signed=false
 %there = ne %p, null:ptr<kernel?>
 branch %there -> c, d
d:
 ret 0
c:
 %q: ptr<kernel, trusted> = nonnil %p
 %v = load %q off=core(byte_off 1 "0:1") width=4 signed=false
 %e = core ref=core(field_exists 1 "0:1")
 %x = add %v, %e
 %r = add %n, %x"""
    assert evaluate(text, ctx, env=env, params="%ctx: ptr<ctx, w>") == 5 + 77 + 1


def test_a_bad_kernel_address_reads_as_zero() -> None:
    env = Env()
    assert evaluate(" %r = load %p off=0 width=4 signed=false", Pointer(None, 0xFFFF_0000_0000_0000), env=env, params="%p: ptr<kernel>") == 0


def test_safe_reads() -> None:
    env = Env()
    kernel = env.region("kernel", b"kernel\0!", "k")
    user = env.region("user", b"user", "u")
    head = SLOT + " zero %s off=0 size=16\n store -1, %s off=0 width=8\n"
    for helper, address, wanted, code in (
        ("probe_read_kernel", kernel.base, b"kern", 0),
        ("probe_read_kernel", user.base, bytes(4), -14),
        ("probe_read_kernel", 0, bytes(4), -14),
        ("probe_read_kernel", kernel.base + 6, bytes(4), -14),
        ("probe_read_user", user.base, b"user", 0),
        ("probe_read_user", kernel.base, bytes(4), -14),
        ("probe_read_kernel_str", kernel.base, b"ker\0", 4),
        ("probe_read_kernel_str", kernel.base + 5, b"l\0\xff\xff", 2),
        ("probe_read_user_str", user.base, b"use\0", 4),
        ("probe_read_user_str", 8, bytes(4), -14),
    ):
        call = f" %c = call %s, 4, %a helper={helper}\n"
        assert evaluate(head + call + " %r = add %c, 0", address, 0, env=env) == code % 2**64, helper
        assert evaluate(head + call + " %r = load %s off=0 width=4 signed=false", address, 0, env=env) == int.from_bytes(wanted, "little"), helper


def test_helpers_that_say_who_and_when() -> None:
    env = Env()
    task = env.region("kernel", bytes(8), "task")
    env.task = Pointer(task, 0)
    env.comm = b"a-very-long-command"
    for helper, wanted in (
        ("ktime_get_ns", env.now),
        ("get_current_pid_tgid", env.pid_tgid),
        ("get_current_uid_gid", env.uid_gid),
        ("get_smp_processor_id", env.cpu),
        ("get_prandom_u32", env.random),
        ("get_current_task", task.base),
        ("get_current_task_btf", task.base),
    ):
        assert evaluate(f" %r = call helper={helper}", 0, 0, env=env) == wanted
    comm = SLOT + " %c = call %s, 16 helper=get_current_comm\n %r = load %s off=8 width=8 signed=false"
    assert evaluate(comm, 0, 0, env=env) == int.from_bytes(b"ong-com\0", "little")
    env.helpers["ktime_get_ns"] = lambda env, args: 3
    assert evaluate(" %r = call helper=ktime_get_ns", 0, 0, env=env) == 3
    env.kfuncs["double"] = lambda env, args: 2 * args[0]
    assert evaluate(" %r = kfunc %a symbol=double", 2**63 + 4, 0, env=env) == 8


@pytest.mark.parametrize(
    ("format", "value", "wanted"),
    [
        (b"%d", 2**64 - 5, b"-5"), (b"%d", 2**32 + 7, b"7"), (b"%u", 2**64 - 1, b"4294967295"),
        (b"%llu|", 2**64 - 1, b"18446744073709551615|"), (b"%ld", 2**64 - 1, b"-1"), (b"%lld", 2**63, b"-9223372036854775808"),
        (b"a %x b", 2**36 + 171, b"a ab b"), (b"%lx", 2**36, b"1000000000"), (b"%08X", 171, b"000000AB"), (b"%c", 65, b"A"),
        (b"%-4d|", 5, b"5   |"), (b"100%% %d", 1, b"100% 1"), (b"%p", 2**36, b"1000000000"),
    ],
)  # fmt: skip
def test_printk(format: bytes, value: int, wanted: bytes) -> None:
    assert printed(format, f", {value}") == [wanted]


def printed(format: bytes, values: str) -> list[bytes]:
    module = parse_module(f"""
data @s section=".rodata" align=1 bytes={format.hex()}00
data @t section=".rodata" align=1 bytes=686900
static @f() -> i64 {{
b:
  %s: ptr<map_value> = global symbol=s off=0
  %t: ptr<map_value> = global symbol=t off=0
  %r = call %s, {len(format) + 1}{values} helper=trace_printk
  ret %r
}}""")
    return run(module, "f", []).printed


def test_printk_of_strings_and_wrong_formats() -> None:
    assert printed(b"<%s>", ", %t") == [b"<hi>"]
    assert printed(b"plain", "") == [b"plain"]
    with pytest.raises(InterpError, match="more values than there are"):
        printed(b"%d %d", ", 1")
    with pytest.raises(InterpError, match="more values than the format"):
        printed(b"%d", ", 1, 2")


def test_what_cannot_be_called() -> None:
    module = parse_module(SUM)
    with pytest.raises(InterpError, match="no function @x"):
        run(module, "x", [])
    with pytest.raises(InterpError, match="2 arguments for 1"):
        run(module, "sum", [1, 2])
