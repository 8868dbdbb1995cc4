"""Kernel functions in sets: regions and open-coded iterators. What ends one is called on every way out of its block.

    call new(%it, args)
    -> head:  %p = call next(%it)            an iterator's place in the frame goes to all three
              branch %p is not NULL -> body, done
       body:  …, and back to head
       done:  call destroy(%it)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Const, Value
from rucy.ir.types import I64, Type, pointer
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lower.values import NOTHING, Held, ir_type

if TYPE_CHECKING:
    from rucy.lower.function import Lowering

_NUMBER = pointer("mem", nullable=True)


def call(low: Lowering, function: typed.KernelFunction, *args: Value, type: Type = I64) -> Value:
    low.module.externs[function.name] = ("func", ".ksyms", ("proto", *function.proto), False)
    return low.b.emit("kfunc", *args, type=type, symbol=function.name)


def place(low: Lowering, size: int, struct: str) -> Value:
    """Memory of this frame that only kernel functions look into."""
    type = pointer("slot", writable=True, pointee=struct)
    return low.b.emit_entry("slot", type=type, size=(size + 7) & ~7, align=8, name=struct)


def region(low: Lowering, node: typed.Region) -> Held:
    b = low.b
    state = (place(low, node.state, "state"),) if node.state else ()
    call(low, node.enter, *state)
    low.held_open.append(lambda: void(call(low, node.leave, *state)))
    held = low.held(node.body)
    low.held_open.pop()
    if b.block is not None:
        b.span = node.span
        call(low, node.leave, *state)
    return held


def void(value: Value) -> None:
    """For what is called for what it does."""


def iterate(low: Lowering, node: typed.Iterate) -> Held:
    from rucy.lower.function import _packets, _turn
    from rucy.lower.kernel import argument
    from rucy.lower.strings import held_each

    b = low.b
    args: list[Value] = []
    for held in held_each(low, node.args):
        if b.block is None:
            return NOTHING
        args.append(argument(low, held))
    b.span = node.span
    at = place(low, node.size, node.struct)
    call(low, node.new, at, *args)
    head, body, done = b.new_block("iterate"), b.new_block("each"), b.new_block("done")
    _packets(low, node.body)
    b.jump(head)
    b.start(head)
    of = _NUMBER if node.width else ir_type(node.var.type)._replace(nullable=True)
    found = call(low, node.next, at, type=of)
    b.branch(b.compare("ne", found, Const(0, of)), body, done)
    low._enter(body)
    low.held_open.append(lambda: void(call(low, node.destroy, at)))
    low.write(node.var, _element(low, node, b.emit("nonnil", found, type=of._replace(nullable=False))))
    _turn(low, node.body)
    low.held_open.pop()
    b.span = node.span
    b.jump(head)
    b.seal(head)
    low._enter(done)
    call(low, node.destroy, at)
    return NOTHING


def _element(low: Lowering, node: typed.Iterate, found: Value) -> Value:
    if not node.width:
        return found
    assert isinstance(node.var.type, t.IntType)
    return low.b.emit("load", found, off=0, width=node.width, signed=node.var.type.signed)


__all__ = ["call", "iterate", "place", "region"]
