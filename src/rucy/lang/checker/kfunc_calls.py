"""Kernel functions called by their own names: typed by the input BTF's prototype, allowed by the rows of kernel.kfuncs.

A parameter named x__sz is the size of the one before it, one named …__str a literal string, one named …__nullable may be
NULL (Documentation/bpf/kfuncs.rst). What a function acquires must be released on every path: passes.analysis.references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.lang import tree, typed
from rucy.lang.checker import kernel_types
from rucy.lang.checker.helper_arguments import memory_size
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.types import NIL, U64, BoolType, CtxType, IntType, PtrType, StrType, Type

if TYPE_CHECKING:
    from rucy.kernel.kfuncs import Kfunc
    from rucy.lang.checker.state import Checker

_CONTEXTS = {"__sk_buff": "__sk_buff", "xdp_md": "xdp_md", "bpf_sock_addr": "bpf_sock_addr"}


def find(name: str) -> Kfunc | None:
    from rucy.kernel import kfuncs

    return kfuncs.find(name)


def call(ck: Checker, node: tree.Send, row: Kfunc) -> typed.Node:
    for arg in node.args if node.kwargs or node.block is not None else ():
        ck.expr(arg)
    if node.kwargs:
        return ck.say("NoKeywords", node.kwargs[0][1].span, name=node.name, word=node.kwargs[0][0])
    if node.block is not None:
        return ck.say("NoBlock", node.name_span, name=node.name)
    proto = _prototype(ck, row.name)
    if proto is None:
        for arg in node.args:
            ck.expr(arg)
        return ck.say("NoKfunc", node.name_span, name=row.name, since=row.since)
    refused = _refused(ck, row, proto)
    if refused:
        for arg in node.args:
            ck.expr(arg)
        return ck.say("NotYet", node.name_span, what=f"`{row.name}`, which {refused},", instead="another kernel function")
    legal = _allowed(ck, node, row)
    args = _arguments(ck, node, row, proto)
    if args is None or not legal:
        return bad(node.span)
    params = tuple((p.name, _described(ck, p.type_id)) for p in proto.params)
    width = ck.btf().size(proto.ret_type_id) if proto.ret_type_id else 8
    return typed.CallKfunc(node.span, _result(ck, row, proto), row.name, args, (_described(ck, proto.ret_type_id), params), width)


def _prototype(ck: Checker, name: str) -> Any:
    from rucy.btf.types import FuncProto

    btf = ck.btf()
    func = btf.find_func(name)
    proto = btf.type(getattr(btf.type(func), "type_id", 0)) if func is not None else None
    return proto if isinstance(proto, FuncProto) else None


def _allowed(ck: Checker, node: tree.Send, row: Kfunc) -> bool:
    """Program type, licence and release; says what is missing. Only GPL-compatible programs may call one (add_kfunc_call in
    kernel/bpf/verifier.c)."""
    from rucy.kernel import kfuncs
    from rucy.lang.checker.helper_calls import GPL_COMPATIBLE

    release = kfuncs.since(row, ck.site.prog_type)
    if release is None:
        where = ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type
        ck.say("HelperNotHere", node.name_span, name=node.name, hook=where)
        return False
    if ck.license not in GPL_COMPATIBLE:
        ck.say("HelperLicense", node.name_span, name=node.name, license=ck.license)
        return False
    if "sleepable" in row.flags and not ck.site.sleepable:
        ck.say("NeedsSleepable", node.name_span, name=node.name)
        return False
    ck.need(release, f"`{node.name}`", node.name_span)
    return True


# ---------------------------------------------------------------- the prototype


def _refused(ck: Checker, row: Kfunc, proto: Any) -> str:
    """Why a function cannot be called yet; "" if it can."""
    if any(flag.startswith(("iter_", "arena", "implicit")) for flag in row.flags):
        return "is part of an iterator" if row.flags[0].startswith("iter_") else "needs what this version has not"
    for at, param in enumerate(proto.params):
        if _kind(ck, proto, at) == "":
            return f"takes {ck.spell(param.type_id)}"
    result = ck.btf().type(ck.btf().strip(proto.ret_type_id)) if proto.ret_type_id else None
    if result is not None and kernel_types.scalar(ck, proto.ret_type_id, True) is None:
        return f"gives {ck.spell(proto.ret_type_id)}"
    return ""


def _kind(ck: Checker, proto: Any, at: int) -> str:
    """What an argument is: "number", "size", "text", "memory", "room" (memory that is filled), "context", "object", "any"
    (a number or an address, which the verifier ignores), "" of anything else."""
    btf, param = ck.btf(), proto.params[at]
    found = kernel_types.scalar(ck, param.type_id, True)
    if found is None:
        return ""
    if not isinstance(found[0], PtrType):
        return "size" if param.name.endswith(("__sz", "__szk")) and at else "number"
    if param.name.endswith("__str"):
        return "text"
    if param.name.endswith("__ign"):
        return "any"
    if at + 1 < len(proto.params) and proto.params[at + 1].name.endswith(("__sz", "__szk")):
        pointed = getattr(btf.type(btf.strip(param.type_id)), "type_id", 0)
        return "memory" if pointed and btf.kind(pointed) == "const" else "room"
    pointee = btf.strip(found[0].pointee) if found[0].pointee else 0
    name = btf.name(pointee) if pointee else ""
    if name in _CONTEXTS:
        return "context"
    structs = btf.kind(pointee) == "struct" if pointee else False
    return "object" if structs and name not in ("bpf_dynptr", "bpf_timer", "bpf_wq", "bpf_list_head", "bpf_rb_root") else ""


def _described(ck: Checker, type_id: int) -> Any:
    """A type of a prototype, for the object: "void", ("pointer", struct's name, "" for none), or ("kernel", BTF id)."""
    if not type_id:
        return "void"
    btf = ck.btf()
    found = kernel_types.scalar(ck, type_id, True)
    if found is None or not isinstance(found[0], PtrType):
        return "kernel", type_id
    pointee = btf.strip(found[0].pointee) if found[0].pointee else 0
    return ("pointer", btf.name(pointee)) if pointee and btf.kind(pointee) == "struct" else ("kernel", type_id)


def _result(ck: Checker, row: Kfunc, proto: Any) -> Type:
    if not proto.ret_type_id:
        return NIL
    found = kernel_types.scalar(ck, proto.ret_type_id, True)
    assert found is not None
    type_ = found[0]
    if isinstance(type_, PtrType):
        return type_._replace(null="ret_null" in row.flags, trusted=True)
    return type_


# ---------------------------------------------------------------- arguments


def _arguments(ck: Checker, node: tree.Send, row: Kfunc, proto: Any) -> tuple[typed.Node, ...] | None:
    kinds = [_kind(ck, proto, at) for at in range(len(proto.params))]
    short = len(kinds) - kinds.count("size")
    given = list(node.args)
    if len(given) not in (len(kinds), short):
        for arg in given:
            ck.expr(arg)
        takes = str(len(kinds)) if short == len(kinds) else f"{short} or {len(kinds)}"
        ck.say("HelperArity", node.name_span, name=node.name, signature=_signature(ck, row, proto), given=len(given), takes=takes)
        return None
    out: list[typed.Node] = []
    for at, kind in enumerate(kinds):
        if kind == "size" and len(given) < len(kinds) - at:
            out.append(typed.Int(out[-1].span, U64, memory_size(out[-1].type)))
            continue
        out.append(_argument(ck, node, row, proto.params[at], kind, given.pop(0)))
    return tuple(out) if all(settled(arg.type) for arg in out) else None


def _signature(ck: Checker, row: Kfunc, proto: Any) -> str:
    result = ck.spell(proto.ret_type_id) if proto.ret_type_id else "void"
    return f"{result} {row.name}({', '.join(f'{ck.spell(p.type_id)} {p.name}' for p in proto.params)})"


def _argument(ck: Checker, node: tree.Send, row: Kfunc, param: Any, kind: str, arg: tree.Node) -> typed.Node:
    value = kernel_types.address(ck, ck.expr(arg))
    if not settled(value.type):
        return value
    nullable = param.name.endswith(("__nullable", "__opt", "__ign"))
    match kind:
        case "number" | "size":
            fits = isinstance(value.type, IntType | BoolType) and not getattr(value.type, "net", 0)
        case "text":
            if isinstance(value, typed.Str):
                return value
            return ck.say("LiteralText", value.span, name=node.name)
        case "any":
            fits = isinstance(value.type, IntType | PtrType)
        case "room":
            if isinstance(value.type, StrType):
                return ck.say("HelperFills", value.span, name=node.name, text=value.span.text)
            fits = memory_size(value.type) > 0
        case "memory":
            fits = memory_size(value.type) > 0 or (value.type == NIL and nullable)
        case "context":
            fits = isinstance(value.type, CtxType)
        case _:
            return _object(ck, node, row, param, value, nullable)
    if not fits:
        if may_be_nil(value.type) and not isinstance(value.type, PtrType):
            return untested(ck, value)
        want = _WANTED.get(kind, "an Integer")
        return ck.say("HelperArgument", value.span, name=node.name, want=want, have=ck.called(value.type))
    return value


_WANTED = {
    "memory": "a string, a struct or an array", "room": "a struct or an array of the program", "context": "the context",
}  # fmt: skip


def _object(ck: Checker, node: tree.Send, row: Kfunc, param: Any, value: typed.Node, nullable: bool) -> typed.Node:
    wanted = kernel_types.scalar(ck, param.type_id, True)
    assert wanted is not None and isinstance(wanted[0], PtrType)
    struct = kernel_types.btf_name(ck, wanted[0].pointee)
    type_ = value.type
    if type_ == NIL and nullable:
        return typed.Int(value.span, U64, 0)
    if not isinstance(type_, PtrType) or kernel_types.btf_name(ck, type_.pointee) != struct:
        if may_be_nil(type_) and not isinstance(type_, PtrType):
            return untested(ck, value)
        return ck.say("HelperArgument", value.span, name=node.name, want=f"a pointer to struct {struct}", have=ck.called(type_))
    if type_.null and not nullable:
        return untested(ck, value)
    if not type_.direct or (not type_.trusted and set(row.flags) & {"trusted_args", "rcu", "release"}):
        return ck.say("Untrusted", value.span, name=node.name, text=value.span.text)
    return value
