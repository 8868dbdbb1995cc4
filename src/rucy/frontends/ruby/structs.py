"""Classes with attrs: a class is a struct exactly if each of its attrs has a type."""

from __future__ import annotations

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.control import field
from rucy.frontends.ruby.kinds import words_of
from rucy.frontends.ruby.literals import in_object
from rucy.frontends.ruby.lower import Lowering
from rucy.lang import tree
from rucy.source import Note

#: Types that a field can have by a word of its own; also display types and the kernel's own objects.
STORAGE = words_of("u8 u16 u32 u64 i8 i16 i32 i64 bool char spin_lock timer ip4 ip6 mac ksym errno be16 be32 be64")


def is_struct(lo: Lowering, node: Node) -> bool:
    """Whether one attr at least has a type that a field can have: then all must."""
    return any(_type_of(lo, args[1]) is not None or _is_foreign(lo, args[1]) for _, args in _attrs(lo, node) if len(args) == 2)


#: What values of maps can hold elsewhere, and not here.
_FOREIGN = frozenset("wq work list_head list_node rb_root rb_node refcount kptr res_spin_lock".split())


def _is_foreign(lo: Lowering, node: Node) -> bool:
    return node.type == "simple_symbol" and lo.text(node)[1:] in _FOREIGN


def has_attrs(lo: Lowering, node: Node) -> bool:
    return bool(_attrs(lo, node))


def _attrs(lo: Lowering, node: Node) -> list[tuple[Node, list[Node]]]:
    """The `attr` calls of a class, each with its arguments."""
    body = node.child_by_field_name("body")
    out: list[tuple[Node, list[Node]]] = []
    for child in body.children if body is not None else []:
        method = child.child_by_field_name("method") if child.type == "call" else None
        if method is None or lo.text(method) != "attr" or child.child_by_field_name("receiver") is not None:
            continue
        args = child.child_by_field_name("arguments")
        out.append((child, [c for c in args.children if c.is_named and c.type != "comment"] if args is not None else []))
    return out


def _type_of(lo: Lowering, node: Node) -> str | tuple[str, int] | None:
    """`:u32`, `Event`, `[:char, 16]`, `[Event, 4]`; None when it is no type."""
    if node.type == "simple_symbol":
        word = lo.text(node)[1:]
        return word if word in STORAGE else None
    if node.type == "constant":
        return lo.text(node)
    if node.type != "array":
        return None
    items = [c for c in node.children if c.is_named and c.type != "comment"]
    if len(items) != 2 or items[1].type not in ("integer", "constant"):
        return None
    element = _type_of(lo, items[0])
    counted = items[1] if items[1].type == "integer" else lo.const_values.get(lo.text(items[1]))
    count = lo.lower(counted) if counted is not None and counted.type == "integer" else None
    if not isinstance(element, str) or not isinstance(count, tree.Int) or count.value < 1:
        return None
    return element, count.value


def methods_of(lo: Lowering, node: Node) -> dict[str, Node]:
    """The methods of a struct's class by name, the last of each as Ruby has it. Those that kernel code may call, by their
    names alone, are lowered later: the others are the user half's, and may use all of Ruby."""
    body = node.child_by_field_name("body")
    methods = [child for child in (body.children if body is not None else []) if child.type == "method"]
    return {lo.text(field(method, "name")): method for method in methods}


def lower_struct(lo: Lowering, node: Node) -> tree.Struct:
    """The struct of a class, without its methods."""
    name = field(node, "name")
    parent = node.child_by_field_name("superclass")
    if parent is not None:
        lo.refuse(errors.StructParent(lo.span(parent), name=lo.text(name)))
    attrs: dict[str, tree.Attr] = {}
    in_object(lo, lo.span(name), lo.text(name))
    calls = {call.start_byte: args for call, args in _attrs(lo, node)}
    body = node.child_by_field_name("body")
    for child in body.children if body is not None else []:
        if child.start_byte in calls and child.type == "call":
            _attr(lo, lo.text(name), child, calls[child.start_byte], attrs)
        elif child.is_named and child.type not in ("comment", "empty_statement", "method"):
            lo.refuse(errors.StructBody(lo.span(child), text=lo.brief(child)))
    return tree.Struct(lo.span(node), lo.text(name), tuple(attrs.values()), (), None, lo.span(name))


def _attr(lo: Lowering, struct: str, call: Node, args: list[Node], attrs: dict[str, tree.Attr]) -> None:
    span = lo.span(call)
    if not args or args[0].type != "simple_symbol" or len(args) > 2:
        lo.refuse(errors.AttrForm(span))
        return
    name = lo.text(args[0])[1:]
    if not in_object(lo, lo.span(args[0]), name):
        return
    if len(args) == 1:
        lo.refuse(errors.AttrMissingType(span, name=name, struct=struct))
    type_ = _type_of(lo, args[1]) if len(args) == 2 else None
    if len(args) == 1:
        pass
    elif type_ is None and _is_foreign(lo, args[1]):
        lo.refuse(errors.AttrForeign(lo.span(args[1]), text=lo.brief(args[1])))
    elif type_ is None:
        lo.refuse(errors.AttrType(lo.span(args[1]), text=lo.brief(args[1])))
    elif name in attrs:
        lo.refuse(errors.AttrTwice(span, Note(attrs[name].span, "the first one is here"), name=name, struct=struct))
        return
    attrs[name] = tree.Attr(span, name, type_)
