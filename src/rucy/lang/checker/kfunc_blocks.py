"""Kernel functions that come in sets and are written with a block: regions between two functions (`bpf_rcu_read_lock { … }`), and
open-coded iterators (`bpf_iter_task(nil, 0) { |task| … }`), whose `_new`, `_next` and `_destroy` the compiler calls.

What the second or last function of a set does happens on every way out of the block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.lang import tree, typed
from rucy.lang.checker import kernel_types, kfunc_arguments, kfunc_calls
from rucy.lang.checker.flow import merge
from rucy.lang.checker.state import bad
from rucy.lang.types import NIL, IntType, PtrType, Type

if TYPE_CHECKING:
    from rucy.kernel.kfuncs import Kfunc, Region
    from rucy.lang.checker.state import Checker

_ENDS = ("_new", "_next", "_destroy")


def find(ck: Checker, node: tree.Send, used: bool) -> typed.Node | None:
    """What a name of such a set means; None of any other name."""
    from rucy.kernel.kfuncs import REGIONS

    names = (node.name, f"bpf_{node.name}")
    region = next((row for row in REGIONS if row.enter in names or row.leave in names), None)
    if region is not None:
        if region.leave in names:
            return _is_part(ck, node, region.enter)
        return _with_block(ck, node, used, lambda: _region(ck, node, region, used))
    for name in names:
        if iterator(ck, name) is not None:
            return _with_block(ck, node, False, lambda name=name: _iterate(ck, node, name))
        whole = next((name.removesuffix(end) for end in _ENDS if name.endswith(end)), "")
        if whole and iterator(ck, whole) is not None:
            return _is_part(ck, node, whole)
    return None


def _is_part(ck: Checker, node: tree.Send, whole: str) -> typed.Node:
    for arg in node.args:
        ck.expr(arg)
    return ck.say("PartOfBlock", node.name_span, name=node.name, whole=whole)


def _with_block(ck: Checker, node: tree.Send, used: bool, make: Any) -> typed.Node:
    """`break` leaves the whole."""
    from rucy.lang.checker.callbacks import Later

    if node.kwargs:
        return ck.say("NoKeywords", node.kwargs[0][1].span, name=node.name, word=node.kwargs[0][0])
    if not isinstance(node.block, tree.Block):
        for arg in node.args:
            ck.expr(arg)
        return ck.say("NeedsBlock", node.span, name=node.name)
    if not node.block.break_label.used:
        made: typed.Node = make()
        return made
    ck.table.setdefault(Later, lambda ck, later, used: later.make())
    return ck.expr(tree.Catch(node.span, node.block.break_label, Later(node.span, make)), used)


def _body(block: tree.Block) -> tree.Node:
    return tree.Catch(block.span, block.next_label, block.body) if block.next_label.used else block.body


# ---------------------------------------------------------------- regions


def _region(ck: Checker, node: tree.Send, row: Region, used: bool) -> typed.Node:
    block = node.block
    assert isinstance(block, tree.Block)
    if node.args or block.params:
        return ck.say("HelperArity", node.name_span, name=node.name, signature=f"void {row.enter}()",
                      given=len(node.args) or len(block.params), takes=0)  # fmt: skip
    functions = [_function(ck, node, name) for name in (row.enter, row.leave)]
    if any(function is None for function in functions):
        ck.expr(block.body)
        return bad(node.span)
    if row.kind in ck.site.regions:
        ck.say("RegionInside", node.name_span, name=node.name)
    frame, outer = ck.frame, ck.frame.site
    frame.site = outer._replace(regions=(*outer.regions, row.kind))
    body = ck.value(_body(block)) if used else ck.effect(_body(block))
    frame.site = outer
    return typed.Region(node.span, body.type, functions[0], functions[1], row.state, body)


def _function(ck: Checker, node: tree.Send, name: str) -> typed.KernelFunction | None:
    """One function of a set; None where it may not be called, which is said."""
    row = kfunc_calls.find(name)
    assert row is not None, name
    proto = kfunc_calls.prototype(ck, name)
    if proto is None:
        ck.say("NoKfunc", node.name_span, name=name, since=row.since)
        return None
    return kfunc_calls.described(ck, name, proto) if kfunc_calls.allowed(ck, node, row) else None


# ---------------------------------------------------------------- iterators


def iterator(ck: Checker, name: str) -> tuple[Kfunc, ...] | None:
    """The rows of an iterator's three functions: of the table, or of what the input BTF has by these names."""
    from rucy.kernel import kfuncs

    if not name.startswith("bpf_iter_"):
        return None
    rows = [kfuncs.find(name + end) for end in _ENDS]
    if all(row is not None and f"iter{end}" in row.flags for row, end in zip(rows, _ENDS)):
        return tuple(row for row in rows if row is not None)
    if any(row is not None for row in rows) or any(kfunc_calls.prototype(ck, name + end) is None for end in _ENDS):
        return None
    return tuple(kfuncs.Kfunc(name + end, (f"iter{end}",), (("UNSPEC", ""),), _FIRST) for end in _ENDS)


#: the first release with open-coded iterators: Linux commit 06accc8779c1 ("bpf: add support for open-coded iterator loops")
_FIRST = "6.4"


def _iterate(ck: Checker, node: tree.Send, name: str) -> typed.Node:
    from rucy.lang.checker.control import enter_loop, turn_ends

    block, rows = node.block, iterator(ck, name)
    assert isinstance(block, tree.Block) and rows is not None
    protos = [kfunc_calls.prototype(ck, row.name) for row in rows]
    missing = next((row for row, proto in zip(rows, protos) if proto is None), None)
    if missing is not None:
        ck.expr(block.body)
        return ck.say("NoKfunc", node.name_span, name=name, since=missing.since)
    legal = kfunc_calls.allowed(ck, node, rows[0])
    args = kfunc_arguments.arguments(ck, node, rows[0], protos[0], 1)
    found = _element(ck, rows, protos)
    if len(block.params) > 1:
        return ck.say("IterateBlock", block.params[1].span, name=node.name, given=len(block.params))
    flow = enter_loop(ck, block.body)
    var = ck.var(block.params[0].var) if block.params else ck.temp(found[0], node.span)
    ck.frame.sites[var] = None
    var.type = ck.raise_type(var.type, found[0]) or var.type
    ck.assigned(var, True)
    body = ck.effect(_body(block))
    turn_ends(ck, block.body)
    ck.flow = merge(flow, ck.flow)
    if args is None or not legal:
        return bad(node.span)
    functions = [kfunc_calls.described(ck, row.name, proto) for row, proto in zip(rows, protos)]
    btf = ck.btf()
    struct = getattr(btf.type(btf.strip(protos[0].params[0].type_id)), "type_id", 0)
    place = btf.name(struct), btf.size(struct)
    return typed.Iterate(node.span, NIL, *functions, *place, args, var, found[1], body, node.name)


def _element(ck: Checker, rows: tuple[Kfunc, ...], protos: list[Any]) -> tuple[Type, int]:
    """(type of an element, width of a number): `next` gives a pointer to a struct, which is the element, or to a number. What an
    iterator gives is held by it; one that needs RCU holds it no longer than that."""
    result = protos[1].ret_type_id
    found = kernel_types.scalar(ck, result, True)
    assert found is not None and isinstance(found[0], PtrType), rows[1].name
    number = kernel_types.scalar(ck, found[0].pointee, False)
    if number is not None and isinstance(number[0], IntType):
        return number[0], number[1]
    held = "rcu" if "rcu_protected" in rows[0].flags else "trusted"
    return found[0]._replace(null=False, trusted=True, held=held), 0


__all__ = ["find"]
