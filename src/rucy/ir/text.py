"""The IR as text. In: a module or function, valid or not. Out: what `ir/parse.py` reads back; docs/ir.md has the syntax.

    program @filter(%ctx: ptr<ctx, w>) -> i64 [prog_type=CGROUP_DEVICE section="cgroup/dev"] {
    b1:
      %0 = load %ctx off=4 width=4 signed=false
      %1 = eq %0, 1
      branch %1 -> then2, else3
    ...
    }

Values are numbered in the order of the text. A result's type stands behind its name where it is not
the one that the op's row says, or i64 where the row leaves it open.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from rucy.ir.function import Block, Const, Data, Function, Instr, Map, Module, ProgramRow, Undef, Value
from rucy.ir.refs import CoreRef
from rucy.ir.types import I1, I64, VOID, Type


def format_module(module: Module, spans: bool = False) -> str:
    """The whole module; `spans` adds `; file:line:column` behind each instruction."""
    out = [f"license {_quote(module.license)}\n"] if module.license else []
    out += [_data(row) + "\n" for row in module.data.values()]
    out += [f"map {_symbol(name)} {_map(row)!r}\n" for name, row in module.maps.items()]
    out += [f"extern {_symbol(name)} {value!r}\n" for name, value in module.externs.items()]
    out += [f"note {_quote(name)} {value!r}\n" for name, value in module.notes.items()]
    out += ["\n" + format_function(fn, spans) for fn in module.functions]
    return "".join(out).lstrip("\n")


def format_function(fn: Function, spans: bool = False) -> str:
    """One function, ends with a newline."""
    names = _Names(fn)
    params = ", ".join(f"{names.of(p)}: {p.type}" for p in fn.params)
    row = f" [{_program(fn.program)}]" if fn.program is not None else ""
    out = [f"{fn.kind} {_symbol(fn.name)}({params}) -> {fn.ret}{row} {{"]
    for block in fn.blocks:
        out.append(f"{names.block(block)}:")
        for instr in block.instrs:
            line = "  " + _instr(instr, names, block)
            if spans and instr.span is not None:
                line = f"{line:<60}  ; {instr.span!r}"
            out.append(line)
    return "\n".join(out) + "\n}\n"


def result_type(instr: Instr) -> Type | None:
    """The type of a result that the text does not state: what the op's row says, i64 where the row leaves it open."""
    match instr.op.result:
        case "i" | "?":
            return I64
        case "b":
            return I1
        case "-":
            return VOID
        case "same":
            return instr.args[0].type if instr.args else None
        case _:
            return None


class _Names:
    """Text names of values and blocks, each its own."""

    def __init__(self, fn: Function) -> None:
        self._values: dict[Value, str] = {}
        self._blocks: dict[Block, str] = {}
        taken: set[str] = set()
        for param in fn.params:
            name = param.name if not param.name.isdigit() else f"p{param.name}"
            self._values[param] = "%" + _fresh(name or "p", taken)
        numbered = (i for b in fn.blocks for i in b.instrs if i.type != VOID)
        for number, instr in enumerate(numbered):
            self._values[instr] = f"%{number}"
        taken = set()
        for block in fn.blocks:
            self._blocks[block] = _fresh(block.name, taken)

    def of(self, value: Value) -> str:
        if isinstance(value, Const):
            return _const(value)
        if isinstance(value, Undef):
            return f"undef:{value.type}"
        return self._values.get(value, "%?")

    def block(self, block: Block | None) -> str:
        return self._blocks.get(block, "?") if block is not None else "?"


def _fresh(name: str, taken: set[str]) -> str:
    out, number = name, 1
    while out in taken:
        number += 1
        out = f"{name}.{number}"
    taken.add(out)
    return out


def _const(value: Const) -> str:
    if value.type == I64:
        return str(value.signed)
    if value.type == I1:
        return "true" if value.value else "false"
    return f"null:{value.type}" if value.value == 0 else f"{value.value}:{value.type}"


def _instr(instr: Instr, names: _Names, block: Block) -> str:
    words = [instr.op.name]
    if instr.op.name == "phi":
        pairs = zip_longest(block.preds, instr.args)
        words.append(", ".join(f"[{names.block(p)}: {names.of(a) if a is not None else '?'}]" for p, a in pairs))
    elif instr.args:
        words.append(", ".join(names.of(arg) for arg in instr.args))
    order = [*instr.op.attrs, *sorted(instr.attrs.keys() - set(instr.op.attrs))]
    words += [f"{key}={_attr(instr.attrs[key])}" for key in order if key in instr.attrs]
    if instr.targets:
        words.append("-> " + ", ".join(names.block(t) for t in instr.targets))
    text = " ".join(words)
    if instr.type == VOID:
        return text if instr.op.result in ("-", "?") else f"void {text}"
    shown = "" if result_type(instr) == instr.type else f": {instr.type}"
    return f"{names.of(instr)}{shown} = {text}"


def _attr(value: Any) -> str:
    """Integers, true and false, words, quoted text, CO-RE references."""
    if isinstance(value, CoreRef):
        made = f" {value.made!r}" if value.made is not None else ""
        return f'core({value.kind} {value.type_id} "{value.access}"{made})'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _word(str(value))


def _word(text: str) -> str:
    plain = text.isascii() and text.isidentifier() and text not in ("true", "false", "core")
    return text if plain else _quote(text)


def _quote(text: str) -> str:
    import json

    return json.dumps(text)


def _symbol(name: str) -> str:
    plain = name.isascii() and name.replace(".", "_").replace("$", "_").isidentifier()
    return f"@{name}" if plain else f"@{_quote(name)}"


def _program(row: ProgramRow) -> str:
    defaults = ProgramRow("", "")
    pairs: Iterable[tuple[str, Any, Any]] = zip(row._fields, row, defaults)
    return " ".join(f"{name}={_attr(value)}" for name, value, default in pairs if value != default)


def _map(row: Map) -> dict[str, Any]:
    """What is not as it is left out."""
    pairs = zip(row._fields, row, Map("", ""))
    said = {field: value for field, value, default in pairs if field != "name" and value != default}
    return said | {"inner": _map(row.inner)} if row.inner is not None else said


def _data(row: Data) -> str:
    words = [f"data {_symbol(row.name)} section={_quote(row.section)} align={row.align}"]
    if row.writable:
        words.append("writable=true")
    words.append(f"bytes={row.data.hex() or '-'}")
    words += [f"reloc={offset}:{_symbol(name)}" for offset, name in row.relocs]
    if row.ctype is not None:
        words.append(f"ctype={row.ctype!r}")
    return " ".join(words)


__all__ = ["format_function", "format_module", "result_type"]
