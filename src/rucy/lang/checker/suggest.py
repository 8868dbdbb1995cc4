"""Names that were meant, for messages: imported only when there is something to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.infer import owner, settled
from rucy.lang.types import BoolType, IntType, PtrType, StrType, Type

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span


def did_you_mean(name: str, names: Iterable[str], none: str = "") -> str:
    """ "; did you mean `x`?" for the nearest of the names, or `none`."""
    best = nearest(name, names)
    return f"; did you mean `{best}`?" if best else none


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that differs in the fewest letters, if those are few."""
    limit = len(name) // 3 or int(len(name) > 1)
    best, best_distance = None, limit + 1
    for other in sorted(set(names)):
        if other == name or not (other[0].isalpha() or other[0] == "_") or abs(len(other) - len(name)) >= best_distance:
            continue
        distance = _distance(name, other, best_distance)
        if distance < best_distance:
            best, best_distance = other, distance
    return best


def _distance(a: str, b: str, limit: int) -> int:
    """Letters to insert, delete, change or swap with the next one; `limit` or more is only said to be `limit`."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if last and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) >= limit:
            return limit
    return row[-1]


def unknown_name(ck: Checker, node: tree.Send) -> typed.Node:
    from rucy.kernel.words import BY_WORD
    from rucy.lang.checker.helper_calls import names as helper_names
    from rucy.lang.checker.words import WORDS

    mine = [var.name for var in ck.frame.vars] + list(ck.unit.methods)
    known = [*mine, *WORDS, *BY_WORD]
    best = elsewhere(ck, node.name) or nearest(node.name, known) or nearest(node.name, helper_names())
    called = bool(node.args) or node.block is not None
    if best is not None:
        return ck.say("UndefinedNameNear", node.name_span, name=node.name, best=best)
    return ck.say("UndefinedMethod" if called else "UndefinedName", node.name_span, name=node.name)


def elsewhere(ck: Checker, name: str) -> str | None:
    """What a word of another language is here."""
    for pair in ck.words.get("other_languages", "").split():
        word, _, own = pair.partition("=")
        if word == name:
            return own
    return None


def instead_of(ck: Checker, node: tree.Send, type_: Type) -> str:
    """What to write for a method that a value does not have; "" where there is nothing to say."""
    from rucy.lang.checker.kernel_types import btf_name

    own = ck.words.get(f"instead of {owner(type_)} {node.name}", "")
    if own or not isinstance(type_, PtrType) or ("String", node.name) not in ck.dialect.methods or node.recv is None:
        return own
    if btf_name(ck, type_.pointee) not in ("char", ""):
        return ""
    return f"read the string first: `{'ustr' if type_.user else 'str'}({node.recv.span.text}, 64).{node.name}`"


#: Structs that stand for others of their family.
_FAMILIES = {"sin_": "struct sockaddr_in", "sin6_": "struct sockaddr_in6", "sun_": "struct sockaddr_un"}


def fields_advice(ck: Checker, node: tree.Send, names: Iterable[str]) -> str:
    """What to do about a field that a struct of the kernel does not have."""
    other = next((struct for start, struct in _FAMILIES.items() if node.name.startswith(start)), None)
    if other is not None and node.recv is not None:
        return f'say what it is: `{node.recv.span.text}.as("{other}").{node.name}`'
    known = [name for name in names if name]
    if 0 < len(known) <= 12:
        return f"its fields: {', '.join(known)}"
    return "fields of structs are those of the kernel whose types are compiled against; `--btf FILE` takes another's"


def unknown_constant(ck: Checker, node: tree.Const) -> typed.Node:
    from rucy.kernel import constants

    first, _, last = node.name.rpartition("::")
    if first:
        known = last in ck.unit.consts or constants.find(last, ck.target.arch) is not None
        known = known or ck.btf().enum_value(last) is not None
        if known:
            return ck.say("UndefinedConstantNear", node.span, name=node.name, best=last)
    if node.name.split("::")[0] in ck.words.get("user_space", "").split():
        name = next(reversed(ck.constants)) if ck.constants else "NAME"
        instead = ck.words.get(f"instead of {node.name.split('::')[0]}")
        if instead is not None:
            return ck.say("UserSpaceObject", node.span, name=node.name, advice=instead.format(name=name))
        if ck.constants:
            return ck.say("ConstantOfUserSpace", node.span, name=name, text=node.name)
        return ck.say("UserSpaceName", node.span, name=node.name)
    if node.name in ck.unit.classes:
        return ck.say("ClassWithoutTypes", node.span, name=node.name)
    best = elsewhere(ck, node.name) or nearest(node.name, [*ck.unit.consts, *constants.names()]) or _enumerator(ck, node.name)
    if best is not None:
        return ck.say("UndefinedConstantNear", node.span, name=node.name, best=best)
    return ck.say("UndefinedConstant", node.span, name=node.name)


def _enumerator(ck: Checker, name: str) -> str | None:
    """The nearest enumerator of the kernel's that begins alike."""
    from rucy.btf.types import Enum, Enum64

    btf = ck.btf()
    found: list[str] = []
    for type_id in range(1, btf.end_id):
        if btf.kind(type_id) in ("enum", "enum64"):
            one = btf.type(type_id)
            if isinstance(one, Enum | Enum64):
                found += [value.name for value in one.values if value.name[:3] == name[:3]]
    return nearest(name, found)


# ---------------------------------------------------------------- what to write instead


def grouped(text: str) -> str:
    """An expression's text as an operand: in parentheses unless it is one already."""
    return f"({text})" if " " in text and not (text.endswith(")") and "(" in text.split(" ")[0]) else text


def lines(lead: str, names: list[str], width: int = 100) -> str:
    """ "lead: a, b, c" over as many lines as it needs."""
    out = [f"{lead}:"]
    for name in names:
        if len(out[-1]) + len(name) + 2 > width:
            out.append("")
        out[-1] += f" {name}" if out[-1] else name
    return "\n".join(out)


def keyword(word: str, value: tree.Node) -> Span:
    """Where `word:` stands before its value."""
    text = value.span.file.text
    at = text.rfind(word.encode() + b":", max(0, value.span.start - len(word) - 40), value.span.start + len(word) + 1)
    return value.span if at < 0 else type(value.span)(value.span.file, at, at + len(word.encode()) + 1)


def embedded(ck: Checker, struct: int, name: str) -> str | None:
    """A field of that name, or nearly, in a struct that lies inside: `__sk_common.skc_dport`."""
    from rucy.btf.access import member_names
    from rucy.btf.types import Struct

    btf = ck.btf()
    whole = btf.type(btf.strip(struct))
    near: dict[str, str] = {}
    for one in whole.members if isinstance(whole, Struct) else ():
        inner = btf.strip(one.type_id)
        if one.name and btf.kind(inner) in ("struct", "union"):
            for field in member_names(btf, inner):
                near.setdefault(field, f"{one.name}.{field}")
    best = name if name in near else nearest(name, near)
    return near[best] if best is not None else None


def type_name(ck: Checker, text: str) -> str | None:
    """The type that was meant: `struct` forgotten, or a letter wrong."""
    btf = ck.btf()
    word, _, name = text.rpartition(" ")
    for kind in () if word else ("struct", "union", "enum"):
        if btf.find(text, (kind,)) is not None:
            return f"{kind} {text}"
    kinds = (word,) if word in ("struct", "union", "enum") else ("struct", "typedef")
    known: dict[str, str] = {}
    for type_id in range(1, btf.end_id):
        kind = btf.kind(type_id)
        if kind in kinds and btf.name(type_id)[:2] == name[:2]:
            known[btf.name(type_id)] = btf.name(type_id) if kind == "typedef" else f"{kind} {btf.name(type_id)}"
    best = nearest(name, known)
    return known[best] if best is not None else None


def never_equal(ck: Checker, a: typed.Node, b: typed.Node) -> str:
    """What to write where two values of different classes are compared."""
    for one, other in ((a, b), (b, a)):
        text = one.span.text
        if isinstance(other, typed.Str) and isinstance(one.type, IntType):
            number = other.value.decode("utf-8", "replace")
            if number.isdigit():
                return f"write the number without quotes: `{number}`"
        if isinstance(one.type, PtrType) and isinstance(other.type, StrType):
            word = "ustr" if one.type.user else "str"
            return f"read the string first: `{word}({text}, 64)`"
        if isinstance(one.type, PtrType) and isinstance(other, typed.Int) and other.value == 0:
            return f"ask whether it is NULL: `{text}.nil?`"
        if isinstance(one.type, BoolType) and isinstance(other, typed.Int):
            return f"write `{text}` or `!{grouped(text)}` alone"
    return "compare values of the same class"


#: What other tools and hooks call the two ends: passing something on, and refusing it.
_SAME = (
    frozenset(["pass", "ok", "allow", "accept", "permit", "true"]),
    frozenset(["drop", "shot", "deny", "block", "reject", "refuse", "false"]),
)


def result(ck: Checker, name: str) -> str:
    """ "; did you mean `:ok`?" for a symbol that is no result of this hook."""
    row = ck.site.result
    names = [value for value, _ in row.values]
    if name.lower() in names:
        return f"; did you mean `:{name.lower()}`?"
    for group in _SAME:
        if name.lower() in group:
            meant = [f":{value}" for value in names if value in group]
            if row.kind == "bool":
                meant = [ck.words.get(value, value) for value in ("true", "false") if value in group]
            if meant:
                return f"; did you mean `{meant[0]}`?"
    best = nearest(name, names)
    return f"; did you mean `:{best}`?" if best else ""


def system_call(name: str, names: list[str]) -> str:
    bare = name
    for prefix in ("__x64_", "__arm64_", "__ia32_", "__se_", "sys_enter_", "sys_exit_", "sys_"):
        bare = bare.removeprefix(prefix)
    return f"; did you mean `{bare}`?" if bare != name and bare in names else did_you_mean(name, names)


def event(target: str, names: list[str]) -> str:
    """An event whose group was left out, or parted by a slash."""
    if "/" in target:
        target = target.replace("/", ":", 1)
    alone = [name for name in names if name.partition(":")[2] == target] if ":" not in target else []
    if target in names or alone:
        return f"; did you mean `{alone[0] if alone else target}`?"
    return did_you_mean(target, names)


def _parts(node: tree.Node) -> tuple[tree.Node, ...]:
    """What a text is put together of, by interpolation or `+`."""
    if isinstance(node, tree.Interp):
        return node.parts
    if isinstance(node, tree.Send) and node.name == "+" and node.recv is not None:
        return (*_parts(node.recv), *_parts(node.args[0]))
    if isinstance(node, tree.Send) and node.name == "to_s" and node.recv is not None:
        return (node.recv,)
    return (node,)


def printed(ck: Checker, node: tree.Node) -> str | None:
    """The `printk` that prints what a string with interpolation, a literal or a value says; None for more than three."""
    if isinstance(node, tree.Str):
        return f"printk({node.span.text})"
    said = len(ck.said)
    form, args = "", []
    for part in _parts(node):
        if isinstance(part, tree.Str):
            form += part.value.decode("utf-8", "replace").replace("%", "%%").replace("\n", "\\n").replace('"', '\\"')
            continue
        if isinstance(part, tree.Nil) and part.span.text[:2] == "#{":  # `#{}` says nothing
            continue
        value = ck.value(part)
        if not settled(value.type):
            del ck.said[said:]
            return None
        text = value.span.text
        net = value.type.net if isinstance(value.type, IntType) else 0
        if net:
            text = f"{ {16: 'ntohs', 32: 'ntohl'}.get(net, 'ntohll')}({text})"
        form += "%s" if isinstance(value.type, StrType) else "%p" if isinstance(value.type, PtrType) else "%d"
        args.append(text)
    del ck.said[said:]
    if len(args) > 3:
        return None
    return f"printk({', '.join([chr(34) + form + chr(34), *args])})"


def pointer_text(ck: Checker, node: typed.Node) -> str:
    """How to print what a pointer leads to."""
    text = node.span.text
    if not isinstance(node.type, PtrType):
        return "print one of its fields: `x.field`"
    btf = ck.btf()
    if node.type.pointee and btf.kind(btf.strip(node.type.pointee)) in ("struct", "union"):
        return f"print one of its fields, `{text}.field`, or the address: `%p`"
    from rucy.btf.types import Array

    target = btf.type(btf.strip(node.type.pointee)) if node.type.pointee else None
    if isinstance(target, Array):
        return f"print its elements: `{text}[0]`, `{text}[1]`"
    return f"read the string first: `{'ustr' if node.type.user else 'str'}({text}, 64)`"
