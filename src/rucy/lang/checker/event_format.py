"""Events that the table of kernel.tracepoints does not have, such as those of modules from elsewhere: the running kernel says
itself what lies in their records, in events/GROUP/NAME/format of tracefs (Documentation/trace/events.rst). What is compiled by
that is for this kernel: there are no types by which a loader could relocate it.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.context import EVENT_STRING, CtxField, Layout
from rucy.lang.types import BOOL, U64, CtxType, StrType
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker

PREFIX = "format "
_FIELD = re.compile(r"^\tfield:(.*?)(\w+)(\[\d*\])?;\toffset:(\d+);\tsize:(\d+);\tsigned:([01]);", re.MULTILINE)


class Text(NamedTuple):
    """A string of `room` bytes: in the record at `offset`, or where the number there says. `told`: "" in the record; "__data_loc"
    from the record's begin, "__rel_loc" from behind the number."""

    offset: int
    room: int
    told: str


def is_there(ck: Checker, target: str) -> bool:
    return _text(ck, target) is not None


def find(ck: Checker, target: str) -> str | None:
    """The row of the context of an event "group:name"; None where this kernel does not have it, or another is compiled for."""
    text, row = _text(ck, target), PREFIX + target
    if text is None:
        return None
    numbers: dict[str, CtxField] = {}
    texts: dict[str, Text] = {}
    truths: dict[str, int] = {}
    for kind, name, count, offset, size, signed in _FIELD.findall(text):
        words, at, width = [word for word in kind.replace("[]", "").split() if word != "const"], int(offset), int(size)
        told = words.pop(0) if words[:1] in (["__data_loc"], ["__rel_loc"]) else ""
        if told or (words == ["char"] and count):
            if words == ["char"]:
                texts[name] = Text(at, EVENT_STRING if told else width, told)
            continue
        elems = int(count[1:-1]) if count[1:-1] else 1
        if not elems or name.startswith("common_") or width // elems not in (1, 2, 4, 8):
            continue
        if words in (["bool"], ["_Bool"]) and not count:
            truths[name] = at
        network = 8 * width // elems if words[:1] and words[0] in ("__be16", "__be32", "__be64") else 0
        numbers[name] = CtxField(at, width // elems, signed == "1", network, elems=elems)
    places = {name: CtxField(text.offset, 1) for name, text in texts.items()}  # for who asks which names there are
    ck.layouts[row] = Layout(f"event `{target}`", numbers | places)
    ck.layouts["texts " + row] = texts
    ck.layouts["truths " + row] = truths
    return row


def member(ck: Checker, node: tree.Send, row: str) -> typed.Node | None:
    """A string of the record, or a truth value; None for what is neither."""
    from rucy.lang.checker import kernel_types as kt

    truth = ck.layouts["truths " + row].get(node.name)
    if truth is not None and not node.args:
        load = typed.CtxLoad(node.span, U64, truth, 1, False, 0, 0)
        return typed.Prim(node.span, BOOL, "ne", (load, typed.Int(node.span, U64, 0)), 0)
    text = ck.layouts["texts " + row].get(node.name)
    if text is None or node.args:
        return None
    kt.read_text(ck, node.span, False)
    span = node.span
    record = typed.PtrCast(span, U64, typed.Ctx(span, CtxType("event 0")))
    far: typed.Node = typed.Int(span, U64, text.offset)
    if text.told:
        number = typed.CtxLoad(span, U64, text.offset, 4, False, 0, 0)
        far = typed.Prim(span, U64, "and", (number, typed.Int(span, U64, 0xFFFF)), 0)
    if text.told == "__rel_loc":
        far = typed.Prim(span, U64, "add", (far, typed.Int(span, U64, text.offset + 4)), 0)
    return typed.ReadString(span, StrType(text.room), typed.Prim(span, U64, "add", (record, far), 0), False)


def _text(ck: Checker, target: str) -> str | None:
    group, _, name = target.partition(":")
    if not ck.target.formats or not re.fullmatch(r"\w+:[\w.-]+", target):
        return None
    try:
        with open(os.path.join(ck.target.formats, group, name, "format"), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None
