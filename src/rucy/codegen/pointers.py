"""Which pointers into the frames of a module lead to which slots, wherever they go.

In: a module of IR. Out: groups of pointers that meet (in a phi, in a variable that a callback shares), each with its slots.
All slots of a group must lie in one kind of memory: an access sees one kind of pointer. A group is `pinned` to the frame
where the kernel takes nothing else: what holds pointers, what helpers and kernel functions want on the stack, and what
cannot be followed.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from rucy.ir.function import Const, Function, Instr, Module, Undef, Value
from rucy.kernel import helpers

#: argument classes of helpers that may lie in a map's value as well: map_key_value_types, mem_types and int_ptr_types in
#: kernel/bpf/verifier.c, since Linux 4.18 (keys), 4.11 (memory)
_ANYWHERE = ("MAP_KEY", "MAP_VALUE", "MEM", "FIXED_SIZE_MEM", "INT", "LONG", "ANYTHING")
_FORWARD = ("padd", "nonnil", "covers", "within")


class Group:
    """`values`: the pointers; `slots`: (function, slot)."""

    __slots__ = ("values", "slots", "pinned")

    def __init__(self) -> None:
        self.values: list[Value] = []
        self.slots: list[tuple[Function, Instr]] = []
        self.pinned = False


def is_frame(value: Value) -> bool:
    return value.type.kind == "stack"


class Pointers:
    """`groups`: each that has a slot. `contexts`: parameter of a callback → what its caller passes."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.functions = {fn.name: fn for fn in module.functions}
        self._up: dict[Hashable, Hashable] = {}
        self._pinned: list[Hashable] = ["lost"]
        self._holders: list[Value] = []
        self.contexts: dict[Value, Value] = {}
        for fn in module.functions:
            for instr in fn.instrs():
                self._find_context(instr)
        for fn in module.functions:
            for instr in fn.instrs():
                self._result(instr)
                for at, arg in enumerate(instr.args):
                    if is_frame(arg) and not isinstance(arg, Const | Undef):
                        self._use(instr, at, arg)
        self.groups = self._grouped()

    # -- union and find

    def _find(self, node: Hashable) -> Hashable:
        while (up := self._up.get(node, node)) is not node:
            self._up[node] = self._up.get(up, up)
            node = up
        return node

    def _join(self, a: Hashable, b: Hashable) -> None:
        a, b = self._find(a), self._find(b)
        if a is not b and a != b:
            self._up[a] = b

    def _pin(self, node: Hashable) -> None:
        self._pinned.append(node)

    def _grouped(self) -> list[Group]:
        found: dict[Hashable, Group] = {}
        for fn in self.module.functions:
            for value in (*fn.params, *fn.instrs()):
                if is_frame(value):
                    group = found.setdefault(self._find(value), Group())
                    group.values.append(value)
                    if isinstance(value, Instr) and value.op.name == "slot":
                        group.slots.append((fn, value))
        for node in (*self._pinned, *self._holders):
            if (root := self._find(node)) in found:
                found[root].pinned = True
        return [group for group in found.values() if group.slots]

    # -- where pointers go

    def _find_context(self, instr: Instr) -> None:
        """A callback's last parameter is what the helper was given for it."""
        at = context_argument(instr)
        callback = callback_of(instr)
        if at is not None and callback is not None and callback in self.functions:
            self.contexts[self.functions[callback].params[-1]] = instr.args[at]

    def _result(self, instr: Instr) -> None:
        if not is_frame(instr):
            if instr.op.name == "load" and instr.type.is_ptr and is_frame(instr.args[0]):
                self._holders.append(instr.args[0])
            return
        match instr.op.name:
            case "slot":
                pass
            case "phi":
                for arg in instr.args:
                    if not isinstance(arg, Const | Undef):
                        self._join(instr, arg)
            case "load":
                self._holders.append(instr.args[0])
                self._join(instr, self._cell(instr.args[0], instr.attrs["off"]) or "lost")
            case name if name in _FORWARD and is_frame(instr.args[0]):
                self._join(instr, instr.args[0])
            case _:
                self._pin(instr)

    def _use(self, instr: Instr, at: int, arg: Value) -> None:
        name = instr.op.name
        match name:
            case "phi" | "load" | "zero" | "cast" | "addr":
                return
            case "eq" | "ne":
                other = instr.args[1 - at]
                if not isinstance(other, Const | Undef):
                    self._join(arg, other)
            case "store" if at == 0:
                self._join(arg, self._cell(instr.args[1], instr.attrs["off"]) or "lost")
                self._holders.append(instr.args[1])
            case "store":
                if instr.args[0].type.is_ptr:
                    self._holders.append(arg)
            case "atomic" if at == 0:
                return
            case "call":
                if not _takes_anywhere(instr, at):
                    self._pin(arg)
            case "callfn":
                called = self.functions.get(instr.attrs["symbol"])
                self._join(arg, called.params[at] if called is not None else "lost")
            case "kfunc":
                return
            case _ if name not in _FORWARD or at:
                self._pin(arg)

    def _cell(self, pointer: Value, off: Any) -> Hashable | None:
        """A place of 8 bytes that pointers are kept in: (slot, offset); None where it is not known."""
        if not isinstance(off, int):
            return None
        while True:
            if isinstance(pointer, Instr) and pointer.op.name == "slot":
                return pointer, off
            if isinstance(pointer, Instr) and pointer.op.name == "padd" and isinstance(pointer.args[1], Const):
                off += pointer.args[1].signed
                pointer = pointer.args[0]
            elif pointer in self.contexts:
                pointer = self.contexts[pointer]
            else:
                return None


def _takes_anywhere(call: Instr, at: int) -> bool:
    row = helpers.find(call.attrs["helper"])
    if row is None:
        return False
    word = row.args[at].partition("|")[0].partition("=")[0].removesuffix("_OR_NULL") if at < len(row.args) else ""
    return word in _ANYWHERE or (at >= len(row.args) and "..." in row.signature)


def callback_of(call: Instr) -> str | None:
    """The function that a helper is to call back."""
    found = [a for a in call.args if isinstance(a, Instr) and a.op.name == "func"] if call.op.name == "call" else []
    return str(found[0].attrs["symbol"]) if found else None


def context_argument(call: Instr) -> int | None:
    """Which argument of a helper is what its callback is given last."""
    row = helpers.find(call.attrs["helper"]) if call.op.name == "call" else None
    return next((at for at, word in enumerate(row.args) if word.startswith("PTR_TO_STACK")), None) if row is not None else None
