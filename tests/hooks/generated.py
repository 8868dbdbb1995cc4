"""Programs made from tables: every result of every ready hook, every field of its context, read and written, and what
people do with kernel pointers, by each hook that gives them."""

from __future__ import annotations

from rucy.kernel import contexts, progtypes, results
from rucy.kernel.contexts import Context, Field
from rucy.kernel.hooks import Hook
from tests.hooks.programs import ready

LAB = (5, 10)  # the oldest kernel of the lab: what came later is left out

#: Results that are Integers by form and in 0..1 by arithmetic: the verifier does not follow all of it. `x` is a u32.
IN_RANGE = (
    "x & 1", "x % 2", "x.clamp(0, 1)", "[x, 1].min", "x >> 31", "x > 5 ? 1 : 0", "1 - (x & 1)", "x[0]", "(x % 6) / 3",
    "(x % 5) / 4", "(x & 7) / 5", "(x & 1) * (nsecs & 1)", "(x % 3) >> 1", "[x & 1, nsecs & 1].max", "[1, 0, 1][x % 3]",
    "random % 7 / 6", "(x & 1).succ - 1", "3 - (x & 1) - 2", "(0 - (x & 1)).abs", "x.div(0x80000000)",
    "5.times { |i| return i & 1 if x == i }; 1", "(x * 0x100000000) >> 63",
)  # fmt: skip


#: Two tasks, `a` and `b`: the ways that lead on from them.
WALKS = (
    'printk "%d", a.real_parent.group_leader.pid',
    'p = a; 3.times { p = p.real_parent }; printk "%d", p.pid',
    'p = a; n = 0; while n < 4; p = p.real_parent; n += 1; end; printk "%d", p.tgid',
    'x = pid > 5 ? a : b; printk "%d", x.pid',
    'x = pid > 5 ? a.real_parent : b; printk "%d", x.pid',
    'x = pid > 5 ? current_task : a; printk "%d", x.pid',
    'x = case pid when 1 then a when 2 then b else a.real_parent end; printk "%d", x.pid',
    'm = nil; m = a.mm if pid > 3; printk "%d", m.map_count',
    'if a.mm then printk "%d", a.mm.map_count end',
    'if m = a.mm then printk "%d %x", m.map_count, m.arg_start end',
    'unless a.mm.nil? then printk "%d", a.mm.map_count end',
    'x = a.mm || b.mm; printk "%d", x.map_count',
    'x = a.mm; x ||= b.mm; printk "%d", x.map_count if x',
    'printk "%d", a.mm&.map_count || 0',
    'printk "%d", a.mm.total_vm if a.pid == 1 && a.real_parent.pid == 0 && a.mm',
    'printk "%s", str(a.mm.exe_file.f_path.dentry.d_name.name, 32)',
    'printk "%s", a.comm',
    'printk "x" if a.comm == "bash" || b.comm.start_with?("sh")',
    'i = pid & 1; printk "%d", a.comm.getbyte(i) || 0',
    'printk "%d", a.sched_reset_on_fork',
    'printk "%d", a.cpus_mask.bits[0]',
    's = a.se; printk "%d", s.vruntime',
    'w = a.se.load; printk "%d", w.weight',
    't = a.as("struct task_struct"); printk "%d", t.pid',
    'c = a.real_cred.as("struct cred"); printk "%d", c.uid.val',
    'printk "%d %d", a.real_cred.uid.val, a.cred.user_ns.level',
    'printk "same" if a == b || a.real_parent == b.real_parent',
    'printk "%p %p", a, a.mm',
    'show(a); show(b.real_parent)',
    'printk "%d", parent(a).pid',
    'printk "%d", current_task.real_parent.tgid',
    'printk "%d", a.signal.rlim[0].rlim_cur',
    'i = pid & 7; printk "%d", a.signal.rlim[i].rlim_cur',
    'printk "%p", a.tasks.next',
    'if field?(a, :__state) then printk "%d", a.__state else printk "%d", a.state end',
    's = field?(a, :__state) ? a.__state : a.state; printk "%d", s',
    'printk "%d", a.thread_info.flags',
    'printk "%d", a.nsproxy.net_ns.ns.inum',
    'printk "%d %p", a.files.fdt.max_fds, a.files.fdt.fd[0]',
    'i = pid & 3; printk "%d", a.files.fdt.fd[i].f_flags',
    'printk "%d", a.cgroups.subsys[0].id',
    'printk "%s", str(a.cgroups.dfl_cgrp.kn.name, 20)',
    'printk "%s", ustr(a.mm.arg_start, 16)',
)  # fmt: skip

_WALKERS = {
    "tp_btf": ('tp_btf "sched_switch", name: :w{n} do |preempt, a, b|', ""),
    "raw_tracepoint": ('raw_tracepoint "sched_switch", name: :w{n} do |preempt, a, b|', ""),
    "fentry": ('fentry "try_to_wake_up", name: :w{n} do |a|', "  b = a.real_parent\n"),
    "kprobe": ('kprobe "try_to_wake_up", name: :w{n} do |a|', "  b = a.real_parent\n"),
}
_METHODS = 'def show(t)\n  printk "%d", t.pid\nend\n\ndef parent(t)\n  t.real_parent\nend\n'


def context_of(hook: Hook) -> Context | None:
    name = progtypes.BY_NAME[hook.prog_type].context if hook.args in ("context", "packet") else None
    return contexts.BY_NAME.get(name) if name is not None else None


def sources() -> dict[str, str]:
    """Name → text. Each hook's results are programs of one file."""
    made: dict[str, str] = {}
    for hook in ready():
        context = context_of(hook)
        if context is not None:
            made[f"results_{hook.word}"] = _results(hook, context)
            made[f"fields_{hook.word}"] = _fields(hook, context)
    for word, (head, first) in _WALKERS.items():
        programs = [f"\n{head.format(n=n)}\n{first}  {body}\nend\n" for n, body in enumerate(WALKS)]
        made[f"walks_{word}"] = f'license "GPL"\n\n{_METHODS}' + "".join(programs)
    return made


def _results(hook: Hook, context: Context) -> str:
    row = results.BY_NAME[hook.result]
    values = [f":{name}" for name, _ in row.values]
    if row.kind == "bool":
        top = row.high if not row.wide_since else 1
        values = [word for word, value in (("true", 1), ("false", 0)) if row.low <= value]
        values += [str(number) for number in range(row.low, top + 1)]
        if (row.low, top) != (1, 1):
            values += [f"x = {_number(hook, context)}; {expr}" for expr in IN_RANGE]
    if row.kind == "bytes":
        values = ["0", "0xffffffff", "it.len", "it.len > 9 ? 9 : 0"]
    return 'license "GPL"\n' + "".join(f"\n{hook.word}(name: :r{n}) {{ |it| {value} }}\n" for n, value in enumerate(values))


def _number(hook: Hook, context: Context) -> str:
    """A u32 that nothing is known of."""
    plain = [f for f in context.fields if f.size == 4 and f.elems == 1 and f.order == "host" and not f.signed and not f.since]
    return next((f"it.{f.name}" for f in plain if _may(f.readable, hook)), "random")


def _fields(hook: Hook, context: Context) -> str:
    """Numbers go through a global; pointers are not numbers, and stay."""
    lines = []
    for field in context.fields:
        if field.ptr is None and not _later(field.since):
            lines += _uses(hook, field)
    result = results.BY_NAME[hook.result]
    last = f":{result.values[0][0]}" if result.values else "0" if result.kind == "bytes" else "true"
    return "\n".join(['license "GPL"', "", "$sum = 0", "", f"{hook.word} do |it|", *lines, f"  {last}", "end", ""])


def _uses(hook: Hook, field: Field) -> list[str]:
    names = [f"it.{field.name}"] if field.elems == 1 else [f"it.{field.name}[{i}]" for i in range(field.elems)]
    converter = {"net": {16: "ntohs", 32: "ntohl"}.get(field.net_bits, ""), "host": ""}[field.order]
    lines = []
    if _may(field.readable, hook):
        lines = [f"  $sum += {converter}({name})" if converter else f"  $sum += {name}" for name in names]
    if _may(field.writable, hook):
        lines += [f"  {name} = 1" for name in names]
        if _may(field.readable, hook):
            lines += [f"  {name} = {name}" for name in names]
    return lines


def _may(who: bool | tuple[str, ...], hook: Hook) -> bool:
    return who if isinstance(who, bool) else hook.prog_type in who or hook.attach_type in who


def _later(since: str) -> bool:
    return bool(since) and tuple(map(int, since.split("."))) > LAB
