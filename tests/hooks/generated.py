"""Programs made from the tables: every result of every ready hook, and every field of its context, read and written."""

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
    "5.times { |i| return i & 1 if x == i }; 1", "(x * 0x100000000) >> 63", "comm.size % 2",
)  # fmt: skip


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
    if _may(field.writable, hook) and field.elems == 1:
        lines.append(f"  it.{field.name} = 1")
        if _may(field.readable, hook):
            lines.append(f"  it.{field.name} = it.{field.name}")
    return lines


def _may(who: bool | tuple[str, ...], hook: Hook) -> bool:
    return who if isinstance(who, bool) else hook.prog_type in who or hook.attach_type in who


def _later(since: str) -> bool:
    return bool(since) and tuple(map(int, since.split("."))) > LAB
