"""Words of the language: `WORDS` has those with a meaning of their own, `builtin` those that are a row of kernel.words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import context, externs, kernel_types
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import swap, untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.types import LONGEST_TEXT, NIL, U64, IntType, PtrType, StrType

if TYPE_CHECKING:
    from rucy.kernel.words import Builtin
    from rucy.lang.checker.state import Checker


def arity(ck: Checker, node: tree.Send, *counts: int) -> bool:
    """Is the number of arguments one of these? Says so if not. Words take no keywords."""
    if node.kwargs:
        from rucy.lang.checker.suggest import keyword

        ck.say("NoKeywords", keyword(*node.kwargs[0]), name=node.name, word=node.kwargs[0][0])
        return False
    if len(node.args) in counts:
        return True
    takes = " or ".join(map(str, counts))
    ck.say("WrongArity", node.name_span, name=node.name, takes=takes, given=len(node.args))
    return False


def builtin(ck: Checker, node: tree.Send, row: Builtin) -> typed.Node:
    """`pid`, `comm`, `nsecs` …: one helper call."""
    if row.type == "stack":
        from rucy.lang.checker import stacks

        return stacks.stack(ck, node, row)
    if not arity(ck, node, row.arguments):
        return bad(node.span)
    from rucy.lang.checker import helper_calls

    if row.helper is None:
        if "*" in ck.site.name or "?" in ck.site.name:
            return _name_of_pattern(ck, node)
        name = ck.site.name.encode()
        return typed.Str(node.span, StrType(len(name) + 1, name), name)
    helper = helper_calls.find(row.helper)
    assert helper is not None, row.helper
    if not helper_calls.allowed(ck, node, helper):
        return bad(node.span)
    if row.type.startswith("char["):
        return typed.HelperString(node.span, StrType(int(row.type[5:-1])), row.helper)
    args = tuple(ck.value(arg) for arg in node.args)
    for arg in args:
        if not isinstance(arg.type, IntType) or arg.type.net:
            return untested(ck, arg) if may_be_nil(arg.type) else ck.say(
                "HelperArgument", arg.span, name=node.name, want="an Integer", have=ck.called(arg.type))  # fmt: skip
    call = typed.CallHelper(node.span, U64, row.helper, args)
    if row.type == "task_struct *":
        return typed.PtrCast(node.span, PtrType(kernel_types.named(ck, "task_struct"), False, False), call)
    if row.transform == "high32":
        return typed.Prim(node.span, U64, "shr", (call, typed.Int(node.span, U64, 32)), 0)
    if row.transform == "low32" or row.type == "u32":
        return typed.Prim(node.span, U64, "and", (call, typed.Int(node.span, U64, 0xFFFFFFFF)), 0)
    return call


def _name_of_pattern(ck: Checker, node: tree.Send) -> typed.Node:
    """One program is on all functions of a pattern: the kernel is asked which it runs for."""
    from rucy.lang.checker import helper_calls

    for name in ("get_func_ip", "snprintf"):
        row = helper_calls.find(name)
        assert row is not None
        if not helper_calls.allowed(ck, node, row):
            return bad(node.span)
    return typed.ProbeName(node.span, StrType(64), context.raw(ck, node))


def ctx(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    if not arity(ck, node, 0):
        return bad(node.span)
    return context.raw(ck, node)


def _order(op: str, bits: int) -> Callable[[Checker, tree.Send, bool], typed.Node]:
    """ntohs, ntohl, htons, htonl."""

    def convert(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
        if not arity(ck, node, 1):
            return bad(node.span)
        value = ck.value(node.args[0])
        if not settled(value.type):
            return value
        if may_be_nil(value.type):
            return untested(ck, value)
        if not isinstance(value.type, IntType):
            return ck.say("HelperArgument", value.span, name=node.name, want="an Integer", have=ck.called(value.type))
        net = value.type.net
        if op == "ntoh" and net and net != bits:
            return ck.say("ConverterWidth", node.name_span, name=node.name, bits=net, right=_CONVERTERS[op, net])
        if op == "hton" and net:
            return ck.say("AlreadyNetwork", value.span, text=value.span.text)
        type_ = IntType(False, bits if op == "hton" else 0)
        if isinstance(value, typed.Int):
            return typed.Int(node.span, type_, swap(value.value % (1 << bits), bits))
        return typed.Prim(node.span, type_, op, (value,), bits)

    return convert


_CONVERTERS = {("ntoh", 16): "ntohs", ("ntoh", 32): "ntohl", ("ntoh", 64): "ntohll"}


def string(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`str(ptr, n)`, `ustr(ptr, n)`."""
    if not arity(ck, node, 1, 2):
        return bad(node.span)
    user = node.name == "ustr"
    place = ck.expr(node.args[0])
    pointer = kernel_types.address(ck, place)
    size = 64
    if len(node.args) == 2:
        count = ck.value(node.args[1])
        if not isinstance(count, typed.Int) or not 1 <= count.value <= LONGEST_TEXT:
            return ck.say("StringSize", count.span, name=node.name) if settled(count.type) else count
        size = count.value
    if not settled(pointer.type):
        return pointer
    if isinstance(pointer.type, PtrType) and pointer.type.user and not user:
        return ck.say("UserPointer", pointer.span, text=pointer.span.text, size=size)
    if not isinstance(pointer.type, PtrType | IntType):
        if may_be_nil(pointer.type):
            return untested(ck, pointer)
        return ck.say("StringPointer", pointer.span, name=node.name, have=ck.called(pointer.type))
    if isinstance(pointer, typed.Read) and pointer.var in ck.frame.narrow and pointer.var not in ck.frame.moved:
        bits, names = ck.frame.narrow[pointer.var]
        return ck.say("NarrowPointer", pointer.span, name=node.name, text=pointer.span.text, bits=bits, names=names)
    kernel_types.read_text(ck, node.span, user)
    return typed.ReadString(node.span, StrType(size), pointer, user)


def printk(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    from rucy.lang.checker import helper_calls, strings

    explicit = node.name != "printk"
    if node.kwargs or len(node.args) < 1 + explicit:
        instead = f"{node.name}({node.args[0].span.text}, LENGTH)" if node.args else 'printk("%d", x)'
        return ck.say("PrintkArguments", node.name_span, name=node.name, instead=instead)
    row = helper_calls.find("trace_printk")
    if row is not None and not helper_calls.allowed(ck, node, row):
        return bad(node.span)
    text = literal(ck, node.args[0])
    if text is None:
        from rucy.lang.checker.suggest import printed

        shown = printed(ck, node.args[0]) if len(node.args) == 1 + explicit else None
        return ck.say("PrintkFormat", node.args[0].span, name=node.name, instead=shown or 'printk("%d %s", number, text)')
    if not explicit:
        return strings.printk(ck, node.span, text, node.args[1:], False)
    length = ck.value(node.args[1])
    right = len(text.value) + 1
    if not isinstance(length, typed.Int):
        return ck.say("PrintkLengthKind", length.span, right=right) if settled(length.type) else length
    elif length.value != right:
        ck.say("PrintkLength", length.span, given=length.value, right=right)
    return strings.printk(ck, node.span, text, node.args[2:], True)


def literal(ck: Checker, node: tree.Node) -> tree.Str | None:
    """A format: a literal string, or a constant that is one."""
    from rucy.lang.checker.exprs import constant

    value = constant(ck, node.name) if isinstance(node, tree.Const) else node
    if isinstance(value, tree.Str):
        return tree.Str(node.span, value.value)
    return None


def _output(name: str) -> Callable[[Checker, tree.Send, bool], typed.Node]:
    """puts, print, p, printf."""

    def word(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
        from rucy.lang.checker import output

        made: typed.Node = getattr(output, name)(ck, node, used)
        return made

    return word


def redirect(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    from rucy.lang.checker import packets

    return packets.redirect(ck, node, used)


def redirect_map(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    from rucy.lang.checker import packets

    return packets.redirect_map(ck, node, used)


def tail_call(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    from rucy.lang.checker import maps

    return maps.tail_call(ck, node, used)


def lock(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    from rucy.lang.checker import objects

    return objects.lock(ck, node, used)


def after(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    from rucy.lang.checker import objects

    return objects.after(ck, node, used)


#: words that take a block
WITH_BLOCK = frozenset(("lock", "after"))

WORDS: dict[str, Callable[[Checker, tree.Send, bool], typed.Node]] = {
    "puts": _output("puts"), "print": _output("print_"), "p": _output("p"), "printf": _output("printf"),
    "ctx": ctx, "printk": printk, "bpf_trace_printk": printk, "trace_printk": printk,
    "tail_call": tail_call, "lock": lock, "after": after,
    "ntohs": _order("ntoh", 16), "ntohl": _order("ntoh", 32), "htons": _order("hton", 16), "htonl": _order("hton", 32),
    "ntohll": _order("ntoh", 64), "htonll": _order("hton", 64), "kernel_version": externs.kernel_version,
    "kconfig": externs.kconfig, "ksym": externs.ksym, "per_cpu": externs.per_cpu, "signal": externs.signal,
    "override_return": externs.override_return,
    "str": string, "ustr": string, "redirect": redirect, "redirect_map": redirect_map,
    "field?": kernel_types.field_exists, "type?": kernel_types.type_exists, "enum?": kernel_types.enum_exists,
    "sizeof": kernel_types.size_of,
}  # fmt: skip

__all__ = ["NIL", "WORDS", "arity", "builtin"]
