"""SSA construction: phis where two definitions meet and nowhere else, and functions as long as a source can be."""

from __future__ import annotations

from rucy.ir.builder import Builder
from rucy.ir.function import Function, Module, Param, const
from rucy.ir.interp import run
from rucy.ir.types import I64
from rucy.ir.verify import assert_valid
from rucy.passes import optimise


def chain(length: int) -> Function:
    """if x < 1: t += 0; if x < 2: t += 1; …; t + x + x + x, where the x are variables read far from where they are written."""
    fn = Function("f", "static", [Param("x", 0, I64)])
    b = Builder(fn)
    x = fn.params[0]
    b.write("total", const(0))
    for name in "abc":
        b.write(name, x)
    for at in range(length):
        yes, end = b.new_block("then"), b.new_block("end")
        b.branch(b.compare("ult", x, const(at + 1)), yes, end)
        b.seal(yes)
        b.start(yes)
        b.write("total", b.emit("add", b.read("total"), const(at)))
        b.jump(end)
        b.seal(end)
        b.start(end)
    value = b.read("total")
    for name in "abc":
        value = b.emit("add", value, b.read(name))
    b.ret(value)
    return b.finish()


def test_a_long_chain_of_branches() -> None:
    """Longer than Python's stack is deep; and optimised it means the same."""
    fn = chain(1500)
    assert_valid(fn)
    assert sum(1 for block in fn.blocks for _ in block.phis()) == 1500
    module = Module()
    module.functions.append(fn)
    wanted = sum(range(1000, 1500)) + 3 * 1000
    assert run(module, "f", [1000]).value == wanted
    optimise(module)
    assert_valid(fn)
    assert run(module, "f", [1000]).value == wanted


def test_a_loop_has_phis_for_what_it_changes() -> None:
    fn = Function("f", "static", [Param("n", 0, I64)])
    b = Builder(fn)
    b.write("i", const(0))
    b.write("k", fn.params[0])
    head, body, end = b.new_block("loop"), b.new_block("body"), b.new_block("end")
    b.jump(head)
    b.start(head)
    b.branch(b.compare("ult", b.read("i"), b.read("k")), body, end)
    b.seal(body)
    b.start(body)
    b.write("i", b.emit("add", b.read("i"), const(1)))
    b.jump(head)
    b.seal(head)
    b.seal(end)
    b.start(end)
    b.ret(b.emit("add", b.read("k"), b.read("i")))
    b.finish()
    assert_valid(fn)
    assert [len(list(block.phis())) for block in fn.blocks] == [0, 1, 0, 0]
    module = Module()
    module.functions.append(fn)
    assert run(module, "f", [7]).value == 14
