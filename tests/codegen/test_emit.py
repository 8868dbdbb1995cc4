"""Jumps that are too far for 16 bits, and what of machine code is ours alone."""

import pytest

from rucy.codegen import CodegenTarget
from rucy.codegen.emit import emit
from rucy.codegen.machine import MBlock, MFunction, MInsn
from rucy.isa import encode
from tests.codegen.machine import Machine, Memory

FAR = 33_000


def padded(name, *insns, count=FAR):
    block = MBlock(name)
    block.insns = [*(MInsn("add64_imm", 1, imm=0) for _ in range(count)), *insns]
    return block


def far_program(condition, backward):
    """r1 counts; `condition` on r1 leads over FAR instructions to what gives 1; else 2."""
    entry, near, away, back = MBlock("entry"), padded("near"), padded("away"), MBlock("back")
    entry.insns = [MInsn("ja", target=back)] if backward else []
    back.insns = [MInsn(condition, 1, 0, imm=8, target=away), MInsn("ja", target=near)]
    near.insns += [MInsn("mov64_imm", 0, imm=2), MInsn("exit")]
    away.insns += [MInsn("mov64_imm", 0, imm=1), MInsn("exit")]
    machine = MFunction("main")
    machine.blocks = [entry, away, near, back] if backward else [back, near, away]
    return machine


def result_of(machine, cpu, argument):
    code = emit(machine, CodegenTarget(cpu))
    assert encode(code.insns)  # every distance fits
    return Machine([code], Memory(), {}, {}).call("main", [argument])


@pytest.mark.parametrize("cpu", ["v3", "v4"])
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("condition", ["jeq64_imm", "jset64_imm", "jsgt32_imm"])
def test_far_jumps_arrive(condition, backward, cpu):
    taken = {"jeq64_imm": 8, "jset64_imm": 12, "jsgt32_imm": 9}[condition]
    assert result_of(far_program(condition, backward), cpu, taken) == 1
    assert result_of(far_program(condition, backward), cpu, 7) == 2


def test_one_stepping_stone_serves_all_jumps_to_a_place():
    machine = MFunction("main")
    far, tests = padded("far", MInsn("mov64_imm", 0, imm=1), MInsn("exit"), count=0), []
    for number in range(20):
        block = MBlock(f"test{number}")
        block.insns = [MInsn("jeq64_imm", 1, imm=number, target=far)]
        tests.append(block)
    tests[-1].insns += [*padded("", count=FAR).insns, MInsn("mov64_imm", 0, imm=2), MInsn("exit")]
    for block, following in zip(tests, tests[1:], strict=False):
        block.insns.append(MInsn("ja", target=following))
    machine.blocks = [*tests, far]
    code = emit(machine, CodegenTarget("v3"))
    assert len(code.insns) == FAR + 4 + 2 * 20 + 2
    for argument, wanted in ((0, 1), (19, 1), (20, 2)):
        assert Machine([code], Memory(), {}, {}).call("main", [argument]) == wanted


def test_a_distant_gotol_is_one_instruction():
    machine = far_program("jeq64_imm", backward=False)
    ops = [insn.op for insn in emit(machine, CodegenTarget("v4")).insns]
    assert ops.count("gotol") == 1
    assert len(ops) == 2 * FAR + 2 + 4
