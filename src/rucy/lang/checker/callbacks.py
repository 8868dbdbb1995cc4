"""Blocks that the kernel calls: `bpf_loop(n) { |i| … }`, `for_each_map_elem(M) { |k, v| … }`, `find_vma(task, address) { … }`.

Such a block is a loop's body: it sees the variables around it, `next` ends a turn, `break` and `return` leave the whole. A
timer's block (checker/objects.py) runs later and sees nothing around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.blocks import parts_of
from rucy.lang.checker import aliases, kernel_types, structs
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.checker.storage import NOTHING, Seen, both
from rucy.lang.types import NEVER, NIL, S64, U64, IntType, PtrType, Type

if TYPE_CHECKING:
    from rucy.kernel.helpers import Helper
    from rucy.lang.checker.state import Checker
    from rucy.lang.storage import Storage

Given = tuple[Type, "Storage | None"]

_OF_PACKETS = (
    typed.PacketHeader, typed.PacketNumber, typed.PacketPut, typed.PacketSize, typed.PacketField, typed.PacketBytes,
    typed.PacketStore,
)  # fmt: skip


def named_in(node: object, kinds: tuple[type, ...], methods: bool = True) -> typed.Node | None:
    """The first node of such a kind in a typed tree, or in the `methods` that it calls."""
    if isinstance(node, tuple):
        return next((found for part in node if (found := named_in(part, kinds, methods)) is not None), None)
    if not isinstance(node, typed.Node):
        return None
    if isinstance(node, kinds):
        return node
    if methods and isinstance(node, typed.CallMethod) and named_in(node.method.body, kinds) is not None:
        return node
    parts = (getattr(node, name) for name in node.__slots__)
    return next((found for part in parts if (found := named_in(part, kinds, methods)) is not None), None)


def parameters(ck: Checker, block: tree.Block, given: list[Given]) -> list[typed.Var | None] | None:
    """The block's variables, of the types that the kernel gives it; those that the block leaves out are None."""
    found: list[typed.Var | None] = []
    for at, (type_, storage) in enumerate(given):
        if at >= len(block.params):
            found.append(None)
            continue
        param = block.params[at]
        var = ck.var(param.var)
        ck.frame.sites[var] = None
        joined = ck.raise_type(var.type, type_)
        if joined is None:
            ck.say("VariableTypes", param.span, name=param.var.name, old=ck.called(var.type), new=ck.called(type_))
            return None
        var.type = joined
        if storage is not None:
            ck.widths[var] = both(ck.widths.get(var, NOTHING), Seen(storage)) or Seen(storage)
        structs.begins(ck, var)
        ck.given.add(var)
        found.append(var)
    return found


def body_of(block: tree.Block) -> tree.Node:
    """What a block does, with what its parameters are taken apart into; `next` ends it."""
    body: tree.Node = block.body
    if block.next_label.used:
        body = tree.Catch(block.span, block.next_label, body)
    apart = parts_of(block.params)
    return tree.Seq(body.span, (*apart, body)) if apart else body


def turn(ck: Checker, node: tree.Send, given: list[Given], what: str) -> tuple[list[typed.Var | None], typed.Node] | None:
    """The block of a call as a loop's body: its variables, and what is done in a turn."""
    from rucy.lang.checker.control import enter_loop, turn_ends

    block = node.block
    assert isinstance(block, tree.Block)
    flow = enter_loop(ck, block.body)
    found = parameters(ck, block, given)
    if found is None:
        return None
    for var in found:
        if var is not None and isinstance(node.recv, tree.Const):
            aliases.rise(ck, var, frozenset({(node.recv.name, None)}))
    inner = ck.effect(body_of(block))
    turn_ends(ck, block.body)
    ck.flow = flow
    if any(type_ == NEVER for type_, _ in given):
        return None
    if named_in(inner, _OF_PACKETS) is not None:
        ck.say("PacketInBlock", node.name_span, what=what)
        return None
    return found, inner


class Later(tree.Node):
    """A tree node for what is checked when its turn comes, inside the node around it."""

    __slots__ = ("make",)
    make: Callable[[], typed.Node]


def with_break(ck: Checker, node: tree.Send, used: bool, make: Callable[[], typed.Node]) -> typed.Node:
    """A call with a block, which `break` ends."""
    if not isinstance(node.block, tree.Block) or not node.block.break_label.used:
        return make()
    ck.table.setdefault(Later, lambda ck, later, used: later.make())
    return ck.expr(tree.Catch(node.span, node.block.break_label, Later(node.span, make)), used)


# ---------------------------------------------------------------- helpers by name


def call(ck: Checker, node: tree.Send, row: Helper, used: bool) -> typed.Node:
    """A helper that takes a function of the program, called with a block."""
    return with_break(ck, node, used, lambda: _BY_NAME[row.name](ck, node, row, used))


def _check(ck: Checker, node: tree.Send) -> None:
    """What is refused in the arguments of a refused call is said too."""
    from rucy.lang.checker import maps

    for arg in node.args:
        if maps.find(ck, arg) is None:
            ck.expr(arg)


def _form(ck: Checker, node: tree.Send, row: Helper, count: int, params: int) -> bool:
    """Has the call so many arguments, and a block of at most so many parameters?"""
    from rucy.lang.checker import helper_calls

    _, form = FORMS[row.name]
    if node.kwargs or len(node.args) != count or not isinstance(node.block, tree.Block) or len(node.block.params) > params:
        _check(ck, node)
        ck.say("HelperBlock", node.name_span, name=node.name, form=form.format(name=node.name))
        return False
    return helper_calls.allowed(ck, node, row)


def _number(ck: Checker, node: tree.Send, arg: tree.Node) -> typed.Node | None:
    """An Integer argument; None where it is refused."""
    value = ck.value(arg)
    if not settled(value.type):
        return None
    if isinstance(value.type, IntType) and not value.type.net:
        return coerce(ck, value, U64)
    if may_be_nil(value.type):
        untested(ck, value)
    else:
        ck.say("HelperArgument", value.span, name=node.name, want="an Integer", have=ck.called(value.type))
    return None


def _loop(ck: Checker, node: tree.Send, row: Helper, used: bool) -> typed.Node:
    if not _form(ck, node, row, 1, 1):
        return bad(node.span)
    count = _number(ck, node, node.args[0])
    made = turn(ck, node, [(U64, None)], "in a block that the kernel calls")
    if made is None or count is None:
        return bad(node.span)
    return typed.HelperLoop(node.span, S64 if used else NIL, count, made[0][0], made[1], "loop")


def _find_vma(ck: Checker, node: tree.Send, row: Helper, used: bool) -> typed.Node:
    from rucy.kernel import helpers
    from rucy.lang.checker import helper_arguments

    if not _form(ck, node, row, 2, 2):
        return bad(node.span)
    task = helper_arguments.check(ck, node, helpers.for_program(row, ck.site.prog_type), 0, node.args[0])
    at = ck.value(node.args[1])
    if isinstance(at.type, PtrType):
        at = typed.PtrCast(at.span, U64, at)
    elif settled(at.type) and (not isinstance(at.type, IntType) or at.type.net):
        at = ck.say("HelperArgument", at.span, name=node.name, want="an Integer", have=ck.called(at.type))
    given: list[Type] = [PtrType(kernel_types.named(ck, name), True, False) for name in ("task_struct", "vm_area_struct")]
    made = turn(ck, node, [(type_, None) for type_ in given], "in a block that the kernel calls")
    if made is None or not settled(task.type) or not settled(at.type):
        return bad(node.span)
    params, body = made
    return typed.FindVma(node.span, S64 if used else NIL, task, at, given[1], tuple(params), body, "find_vma")


def _each(ck: Checker, node: tree.Send, row: Helper, used: bool) -> typed.Node:
    from rucy.lang.checker import maps

    state = maps.find(ck, node.args[0]) if node.args else None
    if state is None or state.kind not in ("hash", "array"):
        _check(ck, node)
        _, form = FORMS[row.name]
        return ck.say("HelperBlock", node.name_span, name=node.name, form=form.format(name=node.name))
    if not _form(ck, node, row, 1, 2):
        return bad(node.span)
    made = maps.each(ck, node, state, used)
    if isinstance(made, typed.MapEach) and used:
        made.type = S64
    return made


def _set_callback(ck: Checker, node: tree.Send, row: Helper, used: bool) -> typed.Node:
    from rucy.lang.checker import objects

    return objects.set_callback(ck, node) if _form(ck, node, row, 1, 2) else bad(node.span)


#: helper → (how many arguments, how it is written)
FORMS: dict[str, tuple[int, str]] = {
    "loop": (1, "{name}(count) {{ |i| … }}"),
    "find_vma": (2, "{name}(task, address) {{ |task, vma| … }}"),
    "for_each_map_elem": (1, "{name}(MAP) {{ |key, value| … }}"),
    "timer_set_callback": (1, "{name}(e.t) {{ |key, e| … }}"),
}
_BY_NAME: dict[str, Callable[[Checker, tree.Send, Helper, bool], typed.Node]] = {
    "loop": _loop, "find_vma": _find_vma, "for_each_map_elem": _each, "timer_set_callback": _set_callback,
}  # fmt: skip

__all__ = ["FORMS", "call", "named_in", "parameters", "turn", "with_break"]
