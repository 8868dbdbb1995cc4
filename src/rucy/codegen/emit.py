"""Allocated machine code → final instructions: jumps get their distances, pseudo instructions their real ones.

Before: blocks in their final order, physical registers. After: `MachineFunction`. Decides nothing but the form of a
jump that is too far for 16 bits.
"""

from __future__ import annotations

from rucy.codegen.machine import FRAME, CodegenTarget, MachineFunction, MBlock, MFunction, MInsn, invert
from rucy.ir.refs import Span
from rucy.isa import Insn, slots

REACH = 32767


class _Out:
    """One instruction on its way out: `target` is where a jump goes, as a block."""

    __slots__ = ("insn", "target", "span", "calls", "at")

    def __init__(self, insn: Insn, target: MBlock | None, origin: MInsn) -> None:
        self.insn = insn
        self.target = target
        self.span = origin.span
        self.calls = origin.calls
        self.at = 0


def emit(machine: MFunction, target: CodegenTarget) -> MachineFunction:
    out, starts = _flatten(machine)
    _relax(out, starts, target)
    return MachineFunction(machine.name, _final(out, starts), _lines(out), machine.frame)


def _flatten(machine: MFunction) -> tuple[list[_Out], dict[MBlock, int]]:
    """Instructions in order, and the index at which each block starts."""
    out: list[_Out] = []
    starts: dict[MBlock, int] = {}
    for at, block in enumerate(machine.blocks):
        following = machine.blocks[at + 1] if at + 1 < len(machine.blocks) else None
        starts[block] = len(out)
        for insn in _with_fallthrough(block, following):
            out += _expand(insn)
    return out, starts


def _with_fallthrough(block: MBlock, following: MBlock | None) -> list[MInsn]:
    insns = block.insns
    last = insns[-1]
    if last.op != "ja":
        return insns
    if last.target is following:
        return insns[:-1]
    if len(insns) > 1 and insns[-2].target is following and insns[-2].target is not None:
        # In a loop the verifier goes on first where the packet is too short: it knows the less there, so that what it has seen
        # when it comes from where the bytes are inside is no new state, turn after turn.
        stays = block.bounds and block.depth > 0
        inverse = invert(insns[-2].op)
        if inverse is not None and not stays:
            jump = insns[-2]
            made = MInsn(inverse, jump.dst, jump.src, jump.off, jump.imm, jump.ref, jump.args, last.target)
            made.span, made.calls = jump.span, jump.calls
            return [*insns[:-2], made]
    return insns


def _expand(insn: MInsn) -> list[_Out]:
    if insn.op == "lea":
        return [
            _Out(Insn("mov64_reg", insn.dst, FRAME), None, insn),
            _Out(Insn("add64_imm", insn.dst, 0, 0, insn.imm), None, insn),
        ]
    if insn.op == "setcc":
        return [
            _Out(Insn(insn.cc, insn.off, insn.src if insn.cc.endswith("reg") else 0, 1, insn.imm), None, insn),
            _Out(Insn("mov64_imm", insn.dst, 0, 0, 0), None, insn),
        ]
    return [_Out(Insn(insn.op, insn.dst, insn.src, insn.off, insn.imm, insn.ref), insn.target, insn)]


def _number(out: list[_Out]) -> int:
    at = 0
    for item in out:
        item.at = at
        at += slots(item.insn)
    return at


def _relax(out: list[_Out], starts: dict[MBlock, int], target: CodegenTarget) -> None:
    """Jumps of more than 32767 slots: a conditional one is turned around to skip a `ja`; `ja` becomes gotol (v4) or goes by
    stepping stones, which are `ja` too."""
    stones: list[tuple[MBlock, MBlock]] = []
    while True:
        place = _places(out, starts)
        far = [i for i, o in enumerate(out) if o.target is not None and o.insn.op != "gotol" and not _near(o, place)]
        if not far:
            return
        conditional = [i for i in far if out[i].insn.op != "ja"]
        if conditional:
            for i in reversed(conditional):
                _turn_around(out, starts, i)
        elif target.cpu >= "v4":
            for i in far:
                out[i].insn = Insn("gotol")
        else:
            _add_step(out, starts, far[0], place, stones)


def _places(out: list[_Out], starts: dict[MBlock, int]) -> dict[MBlock, int]:
    """The slot at which each block starts."""
    end = _number(out)
    return {block: (out[i].at if i < len(out) else end) for block, i in starts.items()}


def _near(item: _Out, place: dict[MBlock, int]) -> bool:
    assert item.target is not None
    return -REACH <= place[item.target] - item.at - 1 <= REACH


def _turn_around(out: list[_Out], starts: dict[MBlock, int], at: int) -> None:
    """if c goto far  →  if !c goto +1; goto far.    jset has no opposite: if c goto +1; goto +1; goto far."""
    item = out[at]
    jump = _like(item, Insn("ja"), item.target)
    inverse = invert(item.insn.op)
    item.insn = item.insn._replace(op=inverse or item.insn.op, off=1)
    item.target = None
    _insert(out, starts, at + 1, [jump] if inverse else [_like(item, Insn("ja", off=1), None), jump])


def _like(item: _Out, insn: Insn, target: MBlock | None) -> _Out:
    made = _Out(insn, target, MInsn("ja"))
    made.span, made.calls = item.span, item.calls
    return made


def _insert(out: list[_Out], starts: dict[MBlock, int], at: int, items: list[_Out]) -> None:
    out[at:at] = items
    for block, start in starts.items():
        if start >= at:
            starts[block] = start + len(items)


def _add_step(
    out: list[_Out], starts: dict[MBlock, int], far: int, place: dict[MBlock, int], stones: list[tuple[MBlock, MBlock]]
) -> None:
    """Go by a stone that leads to the target already, or put one as far as the jump reaches. A stone is jumped over."""
    item = out[far]
    target = item.target
    assert target is not None
    ahead = 1 if place[target] > item.at else -1
    for stone, leads_to in stones:
        if leads_to is target and 0 < ahead * (place[stone] - item.at) <= REACH - 64:
            item.target = stone
            return
    goal = item.at + ahead * (REACH - 64)
    at = next(i for i, o in enumerate(out) if o.at >= goal)
    while at > 0 and out[at - 1].target is None and out[at - 1].insn.off and out[at - 1].insn.op.startswith("j"):
        at += 1  # not between a short skip and what it skips
    stone = MBlock("step")
    _insert(out, starts, at, [_like(item, Insn("ja", off=1), None), _like(item, Insn("ja"), target)])
    starts[stone] = at + 1
    stones.append((stone, target))
    item.target = stone


def _final(out: list[_Out], starts: dict[MBlock, int]) -> list[Insn]:
    place = _places(out, starts)
    final = []
    for item in out:
        insn = item.insn
        if item.target is not None:
            distance = place[item.target] - item.at - 1
            insn = insn._replace(imm=distance) if insn.op == "gotol" else insn._replace(off=distance)
        final.append(insn)
    return final


def _lines(out: list[_Out]) -> list[tuple[int, Span, tuple[Span, ...]]]:
    lines: list[tuple[int, Span, tuple[Span, ...]]] = []
    for at, item in enumerate(out):
        if item.span is not None and (not lines or lines[-1][1:] != (item.span, item.calls)):
            lines.append((at, item.span, item.calls))
    return lines
