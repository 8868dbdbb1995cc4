"""The stack of a chain of calls: all frames on it share 512 bytes, and the kernel refuses more.

In: how large each function's frame is, and who calls whom. Out: the chain that needs most. Each frame counts as
check_max_stack_depth of kernel/bpf/verifier.c counts it: at least 1 byte, rounded up to 32.
"""

from __future__ import annotations

from rucy.codegen.machine import MAX_FRAME, MachineFunction
from rucy.records import NamedTuple


class Chain(NamedTuple):
    """Names of the functions, caller first, and the bytes that their frames take together."""

    names: tuple[str, ...]
    size: int


def deepest_chain(sizes: dict[str, int], calls: dict[str, set[str]], entry: str) -> Chain:
    """The chain of calls from `entry` that needs most; there is no recursion."""
    own = (max(sizes[entry], 1) + 31) // 32 * 32
    below = [deepest_chain(sizes, calls, name) for name in sorted(calls[entry])]
    deepest = max(below, key=lambda chain: chain.size, default=Chain((), 0))
    return Chain((entry, *deepest.names), own + deepest.size)


def calls_of(machine: MachineFunction) -> set[str]:
    return {i.ref.name for i in machine.insns if i.ref is not None and i.ref.kind in ("call", "func")}


def too_deep(chain: Chain) -> bool:
    return chain.size > MAX_FRAME
