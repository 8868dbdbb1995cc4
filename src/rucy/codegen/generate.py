"""The back end, in order.

In: a function of verified IR. Out: final instructions with symbols (`isa.Ref`) still to be resolved. The IR function is
used up: critical edges are split in it.
"""

from __future__ import annotations

from rucy.codegen.allocate import allocate_registers
from rucy.codegen.emit import emit
from rucy.codegen.even_out import even_out
from rucy.codegen.layout import order_blocks
from rucy.codegen.legalise import legalise
from rucy.codegen.liveness import find_depths
from rucy.codegen.machine import MAX_FRAME, CodegenTarget, FrameTooLarge, MachineFunction
from rucy.codegen.merge import merge_constant_blocks
from rucy.codegen.select import select
from rucy.codegen.spill import place_spills
from rucy.ir.function import Function

__all__ = ["generate"]


def generate(fn: Function, target: CodegenTarget) -> MachineFunction:
    """Raises FrameTooLarge when variables and spills need more than 512 bytes."""
    legalise(fn, target)
    machine = select(fn, target)
    find_depths(machine)
    merge_constant_blocks(machine)
    allocate_registers(machine)
    even_out(machine)
    place_spills(machine)
    if machine.frame > MAX_FRAME:
        slots = [i for i in fn.instrs() if i.op.name == "slot"]
        largest = max(slots, key=lambda i: int(i.attrs["size"]), default=None)
        size, span = (int(largest.attrs["size"]), largest.span) if largest is not None else (0, fn.span)
        raise FrameTooLarge(fn.name, machine.frame, size, span)
    order_blocks(machine)
    return emit(machine, target)
