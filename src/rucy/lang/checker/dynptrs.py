"""Dynptrs: the memory behind one by a struct of the program, methods of one, records of any length in a ring.

`d.size`, `d.write(offset, value)`, `d.read(offset, Event)` and `d.at(offset, Event)` are the kernel's own functions in short:
bpf_dynptr_size, bpf_dynptr_write, bpf_dynptr_read, and bpf_dynptr_slice of a packet or bpf_dynptr_data of other memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.lang import tree, typed
from rucy.lang.checker import helper_calls, kfunc_calls
from rucy.lang.checker.exprs import Done
from rucy.lang.checker.flow import merge
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.types import BOOL, U64, DynptrType, IntType, OptType, StrType, StructType

if TYPE_CHECKING:
    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker

#: kernel function that gives memory of a dynptr → whose memory it is (StructType.place)
_PARTS = {"dynptr_data": "record", "dynptr_slice_rdwr": "record", "dynptr_slice": "view"}
#: what makes dynptrs over packets, whose bytes need not lie in one piece
_PACKETS = ("skb", "xdp", "skb_meta")


def part_by_name(ck: Checker, node: tree.Send) -> typed.Node | None:
    """`bpf_dynptr_slice(d, offset, Event)`; None of another name."""
    name = node.name.removeprefix("bpf_")
    if name not in _PARTS:
        return None
    if len(node.args) != 3 or node.kwargs or node.block is not None:
        for arg in node.args[:2]:
            ck.expr(arg)
        return ck.say("DynptrStruct", node.name_span, name=node.name)
    value = ck.value(node.args[0])
    if not settled(value.type):
        return value
    if not isinstance(value.type, DynptrType):
        return ck.say("HelperArgument", value.span, name=node.name, want="a dynptr", have=ck.called(value.type))
    return _part(ck, node, value, name, node.args[1], node.args[2])


def _part(ck: Checker, node: tree.Send, dynptr: typed.Node, name: str, offset: tree.Node, struct: tree.Node) -> typed.Node:
    from rucy.lang.checker import structs

    at = _number(ck, node, offset)
    name_of = structs.named(ck, struct) if isinstance(struct, tree.Const) else None
    if name_of is None:
        return ck.say("DynptrStruct", node.name_span, name=node.name)
    storage = structs.layout(ck, name_of)
    function: typed.KernelFunction | None = None
    if name == "dynptr_data":
        row = helper_calls.find(name)
        assert row is not None
        legal = helper_calls.allowed(ck, node, row)
    else:
        kernel = kfunc_calls.find(name)
        assert kernel is not None
        proto = kfunc_calls.prototype(ck, kernel.name)
        if proto is None:
            return ck.say("NoKfunc", node.name_span, name=kernel.name, since=kernel.since)
        legal = kfunc_calls.allowed(ck, node, kernel)
        function = kfunc_calls.described(ck, kernel.name, proto)
    if not legal or storage is None or not settled(at.type):
        return bad(node.span)
    return typed.DynptrPart(node.span, OptType(StructType(storage, _PARTS[name])), dynptr, at, function)


def _number(ck: Checker, node: tree.Send, given: tree.Node) -> typed.Node:
    value = ck.value(given)
    if not settled(value.type) or (isinstance(value.type, IntType) and not value.type.net):
        return value
    if may_be_nil(value.type):
        return untested(ck, value)
    return ck.say("HelperArgument", value.span, name=node.name, want="an Integer", have=ck.called(value.type))


# ---------------------------------------------------------------- methods


def method(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node:
    assert isinstance(recv.type, DynptrType)
    match node.name, len(node.args):
        case "size", 0:
            return _call(ck, node, "bpf_dynptr_size", Done(recv.span, recv))
        case "write", 2:
            return _write(ck, node, recv)
        case "at", 2:
            return _part(ck, node, recv, "dynptr_slice" if recv.type.kind in _PACKETS else "dynptr_data", *node.args)
        case "read", 2:
            return _read(ck, node, recv)
    for arg in node.args:
        if not isinstance(arg, tree.Const):
            ck.expr(arg)
    return ck.say("DynptrMethod", node.name_span, name=node.name)


def _call(ck: Checker, node: tree.Send, name: str, *args: tree.Node) -> typed.Node:
    return ck.expr(tree.Send(node.span, None, name, args, (), None, False, node.name_span))


def _write(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node:
    """Of a string its bytes up to the end of the text."""
    value = ck.value(node.args[1])
    args: list[tree.Node] = [Done(recv.span, recv), node.args[0], Done(value.span, value)]
    if not isinstance(value.type, StrType):
        return _call(ck, node, "dynptr_write", *args)
    lead: list[typed.Node] = []
    if isinstance(value, typed.Str):
        size: typed.Node = typed.Int(value.span, U64, len(value.value))
    else:
        type_, span = value.type, value.span
        if not isinstance(value, typed.Read):
            temp = ck.temp(type_, span)
            lead = [typed.Write(span, type_, temp, value)]
            value = typed.Read(span, type_, temp)
            args[2] = Done(span, value)
        size = typed.AtMost(span, U64, typed.StrSize(span, U64, value), type_.size - 1)
    made = _call(ck, node, "dynptr_write", *args, Done(value.span, size))
    return typed.Seq(node.span, made.type, (*lead, made)) if lead and settled(made.type) else made


def _read(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node:
    """`e = Event.new; dynptr_read(e, d, offset) == 0 ? e : nil`, made once: its variable lasts over the rounds."""
    span = node.span
    kept = ck.expansions.get((id(node), "read"))
    if kept is None:
        var, held = tree.Var("%read", span), Done(recv.span, recv)

        def send(on: tree.Node | None, name: str, *args: tree.Node) -> tree.Node:
            return tree.Send(span, on, name, args, (), None, False, node.name_span)

        call = send(None, "dynptr_read", tree.Local(span, var), held, node.args[0])
        test = tree.Prim(span, "eq", (call, tree.Int(span, 0)))
        chosen = tree.If(span, test, tree.Local(span, var), tree.Nil(span), "if")
        whole = tree.Seq(span, (tree.SetLocal(span, var, send(node.args[1], "new")), chosen))
        kept = ck.expansions[id(node), "read"] = (node, held, whole)
    kept[1].node = recv
    made: tree.Node = kept[2]
    return ck.expr(made)


# ---------------------------------------------------------------- records


def reserve(ck: Checker, node: tree.Send, state: MapState) -> typed.Node:
    """`RING.reserve(size) { |d| … }`: a record of so many bytes."""
    block: Any = node.block
    size = _number(ck, node, node.args[0])
    row = helper_calls.find("ringbuf_reserve_dynptr")
    assert row is not None
    if not isinstance(block, tree.Block) or len(block.params) != 1:
        return ck.say("ReserveBlock", node.name_span, ring=state.name)
    if block.break_label.used:
        return ck.say("ReserveBreak", node.name_span, ring=state.name)
    legal = helper_calls.allowed(ck, node, row)
    state.loose = True
    var = ck.var(block.params[0].var)
    ck.frame.sites[var] = None
    var.type = DynptrType("ringbuf")
    before = ck.flow
    ck.assigned(var, True)
    body = ck.effect(tree.Catch(block.span, block.next_label, block.body) if block.next_label.used else block.body)
    ck.flow = merge(before, ck.flow)
    if not legal or not settled(size.type):
        return bad(node.span)
    return typed.ReserveDynptr(node.span, BOOL, state.use, size, var, body)


__all__ = ["method", "part_by_name", "reserve"]
