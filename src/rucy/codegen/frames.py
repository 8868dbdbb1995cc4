"""The stack of a chain of calls: all frames on it share 512 bytes, and the kernel refuses more.

In: the code of every function of a module. Out: the chains that are too deep. Each frame counts as check_max_stack_depth
of kernel/bpf/verifier.c counts it: at least 1 byte, rounded up to 32.
"""

from __future__ import annotations

from typing import NamedTuple

from rucy.codegen.machine import MAX_FRAME, MachineFunction


class Chain(NamedTuple):
    """Names of the functions, caller first, and the bytes that their frames take together."""

    names: tuple[str, ...]
    size: int


def deepest_chain(code: list[MachineFunction], entry: str) -> Chain:
    """The chain of calls from `entry` that needs most; there is no recursion."""
    by_name = {machine.name: machine for machine in code}
    machine = by_name[entry]
    own = (max(machine.stack, 1) + 31) // 32 * 32
    called = {i.ref.name for i in machine.insns if i.ref is not None and i.ref.kind in ("call", "func")}
    below = [deepest_chain(code, name) for name in sorted(called)]
    deepest = max(below, key=lambda chain: chain.size, default=Chain((), 0))
    return Chain((entry, *deepest.names), own + deepest.size)


def too_deep(chain: Chain) -> bool:
    return chain.size > MAX_FRAME
