"""`-p PID` and `--comm NAME` of every tool: its probes leave out all processes but one.

In: the tree of a file. Out: the same with two options more, and at the head of each probe that runs for a process what a
program would write itself: `next if PID && PID != pid`. The process is the one that runs when the probe fires. A program's own
options of these names stand for themselves.
"""

from __future__ import annotations

from rucy.kernel import hooks
from rucy.lang import tree
from rucy.source import Span

#: Types of programs that run for the process that does what they look at.
_OF_PROCESSES = frozenset(("KPROBE", "TRACEPOINT", "RAW_TRACEPOINT", "PERF_EVENT", "TRACING", "LSM"))

#: (name, letter, type, bytes of a text that count, what `--help` says) of the options. The kernel cuts names of processes:
#: TASK_COMM_LEN of include/linux/sched.h.
_OPTIONS = (("pid", "p", "u32", 0, "only this process"), ("comm", "", "string", 15, "only processes of this name"))


def selectable(unit: tree.Unit) -> tuple[str, ...]:
    """The options that `select_processes` adds; () where no probe runs for a process, or the program has them itself."""
    if not any(_runs_for_a_process(probe) for probe in unit.programs):
        return ()
    own = {_name(decl) for decl in _own(unit)}
    return tuple(name for name, *_ in _OPTIONS if name not in own)


def select_processes(unit: tree.Unit) -> None:
    """Add them."""
    names = selectable(unit)
    letters = {node.value for decl in _own(unit) for word, node in decl.kwargs if word == "short" and isinstance(node, tree.Str)}
    probes = [probe for probe in unit.programs if isinstance(probe, tree.Probe) and _runs_for_a_process(probe)]
    for name, letter, type, most, desc in _OPTIONS:
        if name not in names:
            continue
        span = probes[0].hook_span
        kwargs: list[tuple[str, tree.Node]] = [("desc", tree.Str(span, desc.encode()))]
        if letter and letter.encode() not in letters:
            kwargs.append(("short", tree.Str(span, letter.encode())))
        args = (tree.Sym(span, name), tree.Sym(span, type))
        constant = _constant(name)
        decl = tree.OptionDecl(span, constant, args, tuple(kwargs), span, most)
        unit.consts[constant] = tree.ConstDecl(span, constant, decl)
    for probe in probes:
        for name in reversed(names):
            _lead(probe, name)


def _lead(probe: tree.Probe, name: str) -> None:
    """`next if NAME && name != NAME`."""
    block, span = probe.block, probe.hook_span
    option = tree.Const(span, _constant(name))
    other = _send(_send(None, name, span), "!=", span, option)
    away = tree.Throw(span, block.next_label, tree.Nil(span))
    block.next_label.used = True
    items = block.body.items if isinstance(block.body, tree.Seq) else (block.body,)
    block.body = tree.Seq(block.body.span, (tree.If(span, tree.And(span, option, other), away, tree.Nil(span), "if"), *items))


def _send(recv: tree.Node | None, name: str, span: Span, *args: tree.Node) -> tree.Send:
    return tree.Send(span, recv, name, args, (), None, False, span)


def _runs_for_a_process(probe: tree.Node) -> bool:
    row = hooks.BY_WORD.get(probe.hook) if isinstance(probe, tree.Probe) else None
    return row is not None and row.prog_type in _OF_PROCESSES and row.args != "iter"


def _own(unit: tree.Unit) -> list[tree.OptionDecl]:
    return [const.value for const in unit.consts.values() if isinstance(const.value, tree.OptionDecl)]


def _name(decl: tree.OptionDecl) -> str:
    first = decl.args[0] if decl.args else None
    return first.name if isinstance(first, tree.Sym) else ""


def _constant(name: str) -> str:
    """No constant of Ruby's has such a name."""
    return f"rucy_{name}"


__all__ = ["select_processes", "selectable"]
