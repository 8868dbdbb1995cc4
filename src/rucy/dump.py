"""The text of each stage, for `rucy dump` and the goldens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rucy.codegen import MachineFunction
from rucy.ir.function import Module
from rucy.kernel.hooks import Hook
from rucy.lang.tree import Unit
from rucy.lang.typed import Checked
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.btf.reader import Btf
    from rucy.isa import Insn
    from rucy.kernel.results import Result


def tree(unit: Unit) -> str:
    from rucy.lang.print_tree import format_unit

    return format_unit(unit)


def types(checked: Checked) -> str:
    """The source with the types beside its lines, then the tree."""
    from rucy.lang.list_types import format_listing
    from rucy.lang.print_typed import format_checked

    return "\n".join(part for part in (format_listing(checked), format_checked(checked)) if part)


def ir(module: Module) -> str:
    from rucy.ir.text import format_module

    return format_module(module)


def assembly(code: list[MachineFunction], types: Btf | None) -> str:
    """Instructions with the slot numbers that the kernel counts, each Ruby line above what it became. `types`: the BTF
    that relocations name, None where there are none."""
    from rucy.isa import slots
    from rucy.isa.text import format_insn

    out: list[str] = []
    for fn in code:
        out.append(f"{fn.name}:  ; {sum(slots(i) for i in fn.insns)} instructions, {fn.stack} bytes of stack")
        places = {at: span for at, span, _ in fn.lines}
        slot, last = 0, 0
        for at, insn in enumerate(fn.insns):
            span = places.get(at)
            if span is not None and span.line != last:
                last = span.line
                out.append(f"; {last}: {span.file.line_text(last).strip()}")
            out.append(f"{slot:6}:  {format_insn(_named(insn, types))}")
            slot += slots(insn)
        out.append("")
    return "\n".join(out)


def _named(insn: Insn, types: Btf | None) -> Insn:
    """With the relocation's field in words."""
    from rucy.btf.core import CoreRef, describe

    if insn.ref is None or not isinstance(insn.ref.core, CoreRef) or types is None:
        return insn
    return insn._replace(ref=insn.ref._replace(core=describe(types, insn.ref.core)))


def btf(data: bytes) -> str:
    """The object's own BTF, one type a line."""
    from rucy.btf.reader import Btf
    from rucy.elf import read

    section = read(data).find(".BTF")
    assert section is not None
    types = Btf(section.data)
    lines = []
    for number in range(1, types.end_id):
        lines.append(f"[{number}] {types.type(number)!r}")
    return "\n".join(lines) + "\n"


def object_summary(data: bytes) -> str:
    """Sections' contents by name and size: programs, maps, data, what the loader is told."""
    import json

    from rucy.object.read import summarize

    summary = summarize(data)
    lines = [f"license {summary.license!r}"]
    lines += [f"{f.kind} {f.name}: section {f.section}, {f.slots} instructions" for f in summary.functions]
    lines += [f"map {m.name}: type {m.type}, key {m.key_size}, value {m.value_size}, {m.max_entries}" for m in summary.maps]
    lines += [f"data {section}: {size} bytes" for section, size in summary.data]
    lines += [f"extern {name}: {section}" for name, section, _ in summary.externs]
    lines.append("notes " + json.dumps(summary.notes, sort_keys=True))
    return "\n".join(lines) + "\n"


def object_code(data: bytes) -> str:
    """Instructions of every function of an object file."""
    from rucy.isa import DecodeError, decode, slots
    from rucy.isa.text import format_insn
    from rucy.object.read import ObjectError, summarize

    out: list[str] = []
    for fn in summarize(data).functions:
        out.append(f"{fn.name}:  ; section {fn.section}, {fn.slots} instructions")
        try:
            insns = decode(fn.code)
        except DecodeError as error:
            raise ObjectError(f"the code of `{fn.name}` is damaged: {error}") from None
        slot = 0
        for insn in insns:
            out.append(f"{slot:6}:  {format_insn(insn)}")
            slot += slots(insn)
        out.append("")
    return "\n".join(out)


_TARGETS = {
    "function": '"fn"', "tracepoint": '"name"', "event": '"group:name"', "syscall": '"name"', "none": "",
    "path_symbol": 'path, "symbol"', "usdt": 'path, "provider:probe"', "iterator": '"object"', "ops": '"table"',
    "program": '"program"', "perf": "hz: 99",
}  # fmt: skip
_ARGUMENTS = {
    "pt_regs": "the function's parameters", "pt_regs_ret": "the return value", "btf_func": "the function's parameters",
    "btf_func_ret": "parameters, then the return value", "trace_event": "the event, its fields by name",
    "raw_args": "the tracepoint's arguments", "btf_args": "the tracepoint's arguments, typed",
    "syscall_args": "the call's arguments", "syscall_ret": "the return value", "packet": "the packet",
    "context": "the context", "none": "none",
}  # fmt: skip


def hook(row: Hook) -> str:
    """How a hook is written, then, indented, what its block is given, what its value says, and what attaching needs."""
    from rucy.kernel import results

    result = results.BY_NAME[row.result]
    spelled = f"{row.word} {_TARGETS.get(row.target, '')}".strip()
    place = {"cgroup": ", attached with --cgroup PATH", "interface": ", attached with --interface IF"}
    lines = [f"{spelled:31} Linux {row.since}{place.get(row.needs or '', '')}{'' if row.ready else ' (not supported)'}"]
    if row.ready:
        fields = [(field.name, field.may_write) for field in context_fields(row)]
        if fields:
            lines += _wrapped("given", " ".join(name + ("=" if writable else "") for name, writable in fields))
        else:
            lines += _wrapped("given", _ARGUMENTS[row.args])
        lines += _wrapped("value", _value(result).replace("`", ""))
    return "\n".join(lines)


def hook_details(row: Hook) -> str:
    """What a hook without a target gives its block: the context's fields, typed, and the headers of a packet."""
    from rucy.kernel import packets

    lines = ["", "    fields"] + [f"      {name:20} {what}" for name, what in _typed_fields(row)]
    if row.args == "packet" and row.prog_type in packets.ACCESS:
        access = packets.ACCESS[row.prog_type]
        layers = ("tag", "L3", "L4") if access.layer == "L3" else ("L2", "tag", "L3", "L4")
        lines += ["", f"    headers, nil where the packet has none ({'may be written' if access.write else 'read only'})"]
        for header in packets.ROWS:
            if header.layer in layers:
                shown = [f"{field.name} {_header_type(field)}" for field in header.fields]
                lines += [" " * 2 + line for line in _wrapped(header.name, ", ".join(shown))]
    return "\n".join(lines)


def _typed_fields(row: Hook) -> list[tuple[str, str]]:
    """(name, type) of each: "u32", "u32, network order (ntohs)", "u32[5], may be written"."""
    from rucy.kernel import contexts, progtypes

    struct = contexts.BY_NAME[progtypes.BY_NAME[row.prog_type].context or ""]
    types = {field.name: field for field in struct.fields}
    parts = {part.name: types[part.field] for part in struct.derived}
    found = []
    for name, may_write in context_fields(row):
        plain = name.partition("[")[0]
        field = types.get(plain) or parts[plain]
        kind = f"{'i' if field.signed else 'u'}{8 * field.size}" + (f"[{field.elems}]" if field.elems > 1 else "")
        wire = f", network order ({'ntohs' if field.net_bits == 16 else 'ntohl'})" if field.order == "net" else ""
        part = f", a part of {field.name}" if plain in parts else ""
        found.append((plain, kind + wire + part + (", may be written" if may_write else "")))
    return found


def _header_type(field: Any) -> str:
    if field.display:
        return str(field.display)
    if field.bits:
        return f"{field.bits} bit{'s' if field.bits > 1 else ''}"
    kind = f"be{field.net}" if field.net else f"{'i' if field.signed else 'u'}{8 * field.size}"
    return kind + (f"[{field.elems}]" if field.elems else "")


def hook_target(row: Hook, found: Any, types: Btf) -> str:
    """One target with its parameters, and the fields of what they point to."""
    from rucy.lang.hook_targets import fields, prototype

    names = ", ".join(each.name for each in found.parameters) or "result"
    lines = [f'{row.word} "{found.name}" do |{names}|', f"    {prototype(found)}"]
    for each in found.parameters:
        lines.append(f"    {each.name:20} {each.spelled}")
        for name, spelled, network in fields(types, each.type_id):
            lines.append(f"      .{name:24} {spelled}{', network order' if network else ''}")
    if row.args == "btf_func_ret" and found.result != "void":
        lines.append(f"    {'ret':20} {found.result}")
    return "\n".join(lines)


def _wrapped(title: str, text: str, width: int = 100) -> list[str]:
    """A title and text behind it, over as many lines as it needs."""
    lines = [f"    {title} "]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append(" " * (5 + len(title)))
        lines[-1] += " " + word
    return lines


class ContextField(NamedTuple):
    """A name that a block's argument has in one hook."""

    name: str
    may_write: bool


def context_fields(row: Hook) -> list[ContextField]:
    """What programs of the hook may read or write of their context, as numbers; [] where the context is no struct."""
    from rucy.kernel import contexts, progtypes

    context = progtypes.BY_NAME[row.prog_type].context if row.args in ("context", "packet") else None
    found = contexts.BY_NAME.get(context) if context is not None else None
    if found is None:
        return []

    def may(who: bool | tuple[str, ...]) -> bool:
        return who if isinstance(who, bool) else row.prog_type in who or row.attach_type in who

    plain = [f for f in found.fields if f.ptr is None]
    used = [f for f in plain if may(f.readable) or may(f.writable)]
    fields = [ContextField(f.name if f.elems == 1 else f"{f.name}[{f.elems}]", may(f.writable)) for f in used]
    return fields + [ContextField(part.name, False) for part in found.derived]


#: stage → its text, of what `pipeline.stages` gives
TEXT: dict[str, Callable[[Any], str]] = {
    "tree": tree, "types": types, "ir": ir, "opt": ir, "asm": lambda made: assembly(*made), "btf": btf,
    "object": object_summary,
}  # fmt: skip


# ---------------------------------------------------------------- tables of docs/manual.md


def hooks_table() -> str:
    """The hooks that compile today, as a Markdown table; fields of contexts and packets in a list behind it."""
    from rucy.kernel import hooks, results

    lines = ["| hook | its block is given | its value | option of `run` | since Linux |", "|---|---|---|---|---|"]
    fields: dict[str, list[str]] = {}
    for row in hooks.ROWS:
        if not row.ready:
            continue
        result = results.BY_NAME[row.result]
        spelled = f"{row.word} {_TARGETS.get(row.target, '')}".strip()
        needs = f"`--{row.needs}`" if row.needs else ""
        lines.append(f"| `{spelled}` | {_ARGUMENTS[row.args]} | {_value(result)} | {needs} | {row.since} |")
        names = " ".join(f"`{field.name}`" for field in context_fields(row))
        if names:
            fields.setdefault(names, []).append(f"`{row.word}`")
    lines += ["", *(f"- {', '.join(words)}: {names}" for names, words in fields.items())]
    return "\n".join(lines) + "\n"


def _value(result: Result) -> str:
    if result.kind == "bool":
        if result.low == result.high:
            return "`true`"
        wider = f", or an Integer up to {result.high}" if result.high > 1 else ""
        since = f" (Linux {result.wide_since})" if wider and result.wide_since else ""
        return f"`true` or `false`{wider}{since}"
    if result.kind == "bytes":
        return "an Integer: bytes"
    return " ".join(f"`:{name}`" for name, _ in result.values) or "ignored"


def methods_table() -> str:
    """Methods of each class of values, operators among them."""
    from rucy.frontends import ruby

    owners: dict[str, list[str]] = {}
    for owner, name in ruby.DIALECT.methods:
        owners.setdefault("any value" if owner == "Any" else owner, []).append(f"`{name}`".replace("|", "\\|"))
    lines = ["| class | methods |", "|---|---|"]
    return "\n".join(lines + [f"| {owner} | {' '.join(names)} |" for owner, names in owners.items()]) + "\n"


def words_table() -> str:
    """Built-in words of a program: the helper behind each and what it gives."""
    from rucy.kernel import words

    lines = ["| word | gives | kernel helper |", "|---|---|---|"]
    for row in words.ROWS:
        if row.ready:
            helper = f"`{row.helper}`" if row.helper else ""
            lines.append(f"| `{row.word}` | {row.type.replace('char[16]', 'a string')} | {helper} |")
    return "\n".join(lines) + "\n"
