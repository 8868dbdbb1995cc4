"""Puts the body of a small method, or of one that is called once, in the place of the call.

    static @twice(%x: i64):       program @p:                  program @p:
      %0 = add %x, %x               %1 = callfn %a symbol=twice   %1 = add %a, %a
      ret %0                        ret %1                        ret %1

A pass over the module: the others then see one function. Needs: nothing. Keeps: spans, with the call's place added to
the chain of calls; the sum of a caller's slots within what a frame has room for; methods of numbers, which the verifier
walks through once where they are called (`separate_methods`). Breaks: nothing; the function goes when nobody calls it any more.
"""

from __future__ import annotations

from rucy.ir.function import Block, Const, Function, Instr, Module, Value, add_edge, make, replace_uses
from rucy.ir.types import I1, I64, VOID
from rucy.passes.separate_methods import takes_numbers

#: instructions of a method that costs about as much as its call
_SMALL = 12
#: instructions of a method that is put into a caller that calls it once, where both have slots: in one frame they share bytes
_SHARING = 48
#: bytes of slots up to which a caller takes in a method with slots; behind it the method keeps a frame of its own
_MOST_SLOTS = 256
#: instructions up to which a caller grows
_MOST_INSTRUCTIONS = 4000


def inline_methods(module: Module) -> bool:
    """Callees first, so that what is inlined is complete. What calls itself stays."""
    functions = {fn.name: fn for fn in module.functions}
    calls = {fn.name: _calls(fn) for fn in module.functions}
    counts: dict[str, int] = {}
    for fn in module.functions:
        for call in calls[fn.name]:
            counts[call.attrs["symbol"]] = counts.get(call.attrs["symbol"], 0) + 1
    if not counts:
        return False
    kept = _addressed(module)
    left = dict(counts)
    for name in _callees_first(calls):
        for call in calls[name]:
            callee = functions.get(call.attrs["symbol"])
            if callee is None or callee.kind != "static" or _calls_itself(callee.name, calls):
                continue
            single = counts[callee.name] == 1 and callee.name not in kept
            once = [other.attrs["symbol"] for other in calls[name]].count(callee.name) == 1
            if _fits(functions[name], callee, single, once):
                _inline(functions[name], call, callee)
                left[callee.name] -= 1
    gone = {name for name, number in left.items() if number == 0 and name not in kept and functions[name].kind == "static"}
    module.functions = [fn for fn in module.functions if fn.name not in gone]
    return left != counts


def _calls(fn: Function) -> list[Instr]:
    return [i for i in fn.instrs() if i.op.name == "callfn"]


def _addressed(module: Module) -> set[str]:
    """Functions whose address is taken: by an instruction, or by data."""
    names = {name for row in module.data.values() for _, name in row.relocs}
    return names | {i.attrs["symbol"] for fn in module.functions for i in fn.instrs() if i.op.name == "func"}


def _callees_first(calls: dict[str, list[Instr]]) -> list[str]:
    order: list[str] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen or name not in calls:
            return
        seen.add(name)
        for call in calls[name]:
            visit(call.attrs["symbol"])
        order.append(name)

    for name in calls:
        visit(name)
    return order


def _calls_itself(name: str, calls: dict[str, list[Instr]]) -> bool:
    work, seen = [name], set[str]()
    while work:
        for call in calls.get(work.pop(), ()):
            symbol = call.attrs["symbol"]
            if symbol == name:
                return True
            if symbol not in seen:
                seen.add(symbol)
                work.append(symbol)
    return False


def _fits(caller: Function, callee: Function, single: bool, once: bool) -> bool:
    """`single`: nobody else calls it; `once`: the caller has no other call of it."""
    size = sum(1 for _ in callee.instrs())
    slots, own = _slot_bytes(callee), _slot_bytes(caller)
    shares = once and slots and own and not takes_numbers(callee)
    if not single and size > (_SHARING if shares else _SMALL):
        return False
    if slots and slots + own > _MOST_SLOTS:
        return False
    return size + sum(1 for _ in caller.instrs()) <= _MOST_INSTRUCTIONS


def _slot_bytes(fn: Function) -> int:
    return sum(i.attrs["size"] for i in fn.entry.instrs if i.op.name == "slot")


# ---------------------------------------------------------------- one call


def _inline(caller: Function, call: Instr, callee: Function) -> None:
    """The block is split behind the call; between its halves stand copies of the callee's blocks."""
    head = call.block
    assert head is not None
    at = head.instrs.index(call)
    tail = _split(caller, head, at)
    head.instrs.pop()  # the call
    values: dict[Value, Value] = {}
    for param, arg in zip(callee.params, call.args):
        values[param] = _as(arg, param, call, head)
    blocks: dict[Block, Block] = {}
    last = head
    for block in callee.blocks:
        last = blocks[block] = caller.new_block(block.name.rstrip("0123456789."), after=last)
    returns: list[tuple[Block, Value | None]] = []
    for block, copy in blocks.items():
        copy.preds = [blocks[pred] for pred in block.preds]
        for instr in block.instrs:
            _copy(caller, instr, call, copy, blocks, values, returns)
    for copy in blocks.values():
        for instr in copy.instrs:
            instr.args = [values.get(arg, arg) for arg in instr.args]
    _jump(head, blocks[callee.entry], call)
    for block, _ in returns:
        _jump(block, tail, call)
    results = [values.get(value, value) if value is not None else Const(0, callee.ret) for _, value in returns]
    _give(caller, call, callee, tail, results)


def _split(fn: Function, block: Block, at: int) -> Block:
    """A new block with what stands behind instruction `at`; the block has no end then."""
    tail = fn.new_block("back", after=block)
    tail.instrs = block.instrs[at + 1 :]
    block.instrs = block.instrs[: at + 1]
    for instr in tail.instrs:
        instr.block = tail
    for succ in tail.succs:
        succ.preds[succ.preds.index(block)] = tail
    return tail


def _as(arg: Value, param: Value, call: Instr, head: Block) -> Value:
    """The argument with the type that the callee sees."""
    if arg.type == param.type:
        return arg
    if isinstance(arg, Const):
        return Const(arg.value, param.type)
    cast = make("cast", [arg], param.type, call.span, call.calls)
    cast.block = head
    head.instrs.append(cast)
    return cast


def _copy(
    caller: Function, instr: Instr, call: Instr, block: Block, blocks: dict[Block, Block],
    values: dict[Value, Value], returns: list[tuple[Block, Value | None]],
) -> None:  # fmt: skip
    if instr.op.name == "ret":
        returns.append((block, instr.args[0] if instr.args else None))
        return
    place = (*call.calls, *((call.span,) if call.span is not None else ()), *instr.calls)
    copy = make(instr.op.name, list(instr.args), instr.type, instr.span, place, **instr.attrs)
    copy.targets = [blocks[target] for target in instr.targets]
    values[instr] = copy
    if instr.op.name == "slot":
        copy.block = caller.entry
        phis = sum(1 for _ in caller.entry.phis())
        caller.entry.instrs.insert(phis, copy)
    else:
        copy.block = block
        block.instrs.append(copy)


def _jump(source: Block, target: Block, call: Instr) -> None:
    jump = make("jump", [], VOID, call.span, call.calls)
    jump.targets = [target]
    jump.block = source
    source.instrs.append(jump)
    add_edge(source, target)


def _give(caller: Function, call: Instr, callee: Function, tail: Block, results: list[Value]) -> None:
    """What the call gave is a phi of what the returns gave; a method that does not come back gives nothing."""
    from rucy.ir.function import remove_unreachable

    if not results:
        remove_unreachable(caller)
        return
    if callee.ret == VOID or call.type == VOID:
        return
    phi = make("phi", results, callee.ret, call.span, call.calls)
    phi.block = tail
    tail.instrs.insert(0, phi)
    value = phi
    if callee.ret == I1 and call.type == I64:
        value = make("int", [phi], I64, call.span, call.calls)
        value.block = tail
        tail.instrs.insert(1, value)
    elif callee.ret != call.type:
        phi.type = call.type
    replace_uses(caller, call, value)
