"""Shapes of functions that random ones seldom have."""

from __future__ import annotations

import pytest

from rucy.codegen import CodegenTarget, FrameTooLarge, MachineFunction, generate
from rucy.ir.builder import Builder
from rucy.ir.function import Function, Param, Value, const
from rucy.ir.parse import parse_module
from rucy.ir.types import I64, STACK
from rucy.kernel import helpers
from tests.codegen.machine import Machine, Memory


def compiled(text: str) -> list[MachineFunction]:
    return [generate(fn, CodegenTarget()) for fn in parse_module(text).functions]


def called(text: str, *args: int) -> int:
    return Machine(compiled(text), Memory(), {}, {}).call("f", args)


def across_a_call(count: int) -> Function:
    """Sum of `count` values that outlive a call."""
    fn = Function("f", "static", [Param(f"p{k}", k, I64) for k in range(2)])
    b = Builder(fn)
    values: list[Value] = [b.emit("mul", fn.params[0], const(k + 1)) for k in range(count)]
    b.emit("call", helper="ktime_get_ns")
    total: Value = fn.params[1]
    for value in values:
        total = b.emit("add", b.emit("mul", total, const(3)), value)
    b.ret(total)
    return b.finish()


@pytest.mark.parametrize("count", [4, 5, 20, 60])
def test_values_that_outlive_a_call_have_a_place_each(count: int) -> None:
    code = generate(across_a_call(count), CodegenTarget())
    row = helpers.find("ktime_get_ns")
    assert row is not None
    wanted = 5
    for k in range(count):
        wanted = wanted * 3 + 7 * (k + 1) & (1 << 64) - 1
    assert Machine([code], Memory(), {}, {row.id: lambda memory, args: 0}).call("f", [7, 5]) == wanted
    assert code.stack == 8 * max(0, count + 1 - 4)


def test_a_frame_that_is_too_large_is_an_error_that_knows_the_largest_variable() -> None:
    with pytest.raises(FrameTooLarge) as spills:
        generate(across_a_call(80), CodegenTarget())
    assert (spills.value.size, spills.value.largest) == (8 * 77, 0)
    fn = Function("f", "static", [])
    b = Builder(fn)
    slots = [b.emit_entry("slot", type=STACK, size=size, align=8, name="s") for size in (16, 504)]
    for slot in slots:
        b.emit("store", const(1), slot, off=0, width=8)
    b.ret(b.emit("add", *(b.emit("load", slot, off=0, width=8, signed=False) for slot in slots)))
    with pytest.raises(FrameTooLarge) as variables:
        generate(b.finish(), CodegenTarget())
    assert (variables.value.size, variables.value.largest) == (520, 504)


def test_places_are_shared_by_values_that_are_not_live_together() -> None:
    fn = Function("f", "static", [Param("a", 0, I64)])
    b = Builder(fn)
    total: Value = fn.params[0]
    for _ in range(3):
        values = [b.emit("mul", total, const(k + 2)) for k in range(8)]
        b.emit("call", helper="ktime_get_ns")
        for value in values:
            total = b.emit("xor", total, value)
    b.ret(total)
    assert generate(b.finish(), CodegenTarget()).stack <= 8 * 5


def test_arguments_change_places() -> None:
    text = """
        static @f(%a: i64, %b: i64, %c: i64, %d: i64, %e: i64) -> i64 {
        b:
          %0 = callfn %e, %d, %a, %b, %c symbol=g
          ret %0
        }
        static @g(%a: i64, %b: i64, %c: i64, %d: i64, %e: i64) -> i64 {
        b:
          %0 = mul %a, 10
          %1 = add %0, %b
          %2 = mul %1, 10
          %3 = add %2, %c
          %4 = mul %3, 10
          %5 = add %4, %d
          %6 = mul %5, 10
          %7 = add %6, %e
          ret %7
        }
    """
    assert called(text, 1, 2, 3, 4, 5) == 54123


def test_a_block_that_jumps_to_itself() -> None:
    text = """
        static @f(%n: i64, %unused: i64) -> i64 {
        entry:
          jump -> loop
        loop:
          %0 = phi [entry: 0], [loop: %1]
          %1 = add %0, 3
          %2 = ult %1, %n
          branch %2 -> loop, end
        end:
          ret %0
        }
    """
    assert called(text, 10, 0) == 9


def test_three_values_go_round() -> None:
    text = """
        static @f(%a: i64, %b: i64, %c: i64, %n: i64) -> i64 {
        entry:
          jump -> loop
        loop:
          %x = phi [entry: %a], [body: %y]
          %y = phi [entry: %b], [body: %z]
          %z = phi [entry: %c], [body: %x]
          %i = phi [entry: 0], [body: %j]
          %k = ult %i, %n
          branch %k -> body, end
        body:
          %j = add %i, 1
          jump -> loop
        end:
          %p = mul %x, 100
          %q = mul %y, 10
          %r = add %p, %q
          %s = add %r, %z
          ret %s
        }
    """
    assert [called(text, 1, 2, 3, n) for n in range(4)] == [123, 231, 312, 123]


def test_a_checked_index_is_what_was_compared_even_when_it_was_spilled() -> None:
    """Between compare and copy nothing is loaded again: an older verifier would have forgotten the range."""
    fn = Function("f", "static", [Param("a", 0, I64), Param("i", 1, I64)])
    b = Builder(fn)
    values = [b.emit("mul", fn.params[0], const(k + 2)) for k in range(6)]
    b.emit("call", helper="ktime_get_ns")
    middle, inside, end = b.new_block("middle"), b.new_block("inside"), b.new_block("end")
    b.branch(b.compare("uge", fn.params[1], const(3)), middle, end)
    b.seal(middle)
    b.start(middle)
    b.branch(b.compare("ult", fn.params[1], const(9)), inside, end)
    b.seal(inside)
    b.start(inside)
    sure = b.emit("within", fn.params[1], lo=3, hi=8)
    b.emit("call", helper="ktime_get_ns")
    total: Value = sure
    for value in values * 9:  # dearer to spill than the index
        total = b.emit("add", total, value)
    b.ret(total)
    b.seal(end)
    b.start(end)
    b.ret(const(0))
    insns = generate(b.finish(), CodegenTarget()).insns
    assert any(insn.op == "stx_64" and insn.src == 2 for insn in insns), "the index is meant to be spilled"
    ops = [(insn.op, insn.dst) for insn in insns]
    at = next(i for i, (op, _) in enumerate(ops) if op.startswith(("jlt64", "jle64", "jgt64")))
    register = ops[at][1]
    second = next(i for i in range(at + 1, len(ops)) if ops[i][0].startswith("j"))
    assert ops[second][1] == register
    assert not any(op.startswith("ldx") and dst == register for op, dst in ops[at : second + 1])
