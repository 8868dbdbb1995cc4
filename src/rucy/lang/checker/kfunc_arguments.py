"""Arguments of kernel functions, by the type and the name that each has in the prototype (Documentation/bpf/kfuncs.rst).

x__sz and x__szk are the size of the argument before; …__k is a constant; …__str a literal string; …__ign anything at all;
…__nullable and …__opt may be NULL; …__uninit is filled by the function; …__map and …__const_map are maps. A pointer to a
number is the place of one.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from rucy.lang import tree, typed
from rucy.lang.checker import helper_arguments, kernel_types
from rucy.lang.checker.helper_arguments import memory_size
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import untested
from rucy.lang.checker.state import may_be_nil
from rucy.lang.types import NIL, U64, BoolType, CtxType, DynptrType, IntType, MapType, PtrType, StrType

if TYPE_CHECKING:
    from rucy.kernel.kfuncs import Kfunc
    from rucy.lang.checker.state import Checker

#: structs that stand for the program's context: bpf_ctx_convert of kernel/bpf/btf.c, from include/linux/bpf_types.h
_CONTEXTS = ("__sk_buff", "xdp_md", "bpf_sock", "bpf_sock_addr", "bpf_sock_addr_kern", "bpf_sock_ops", "bpf_sock_ops_kern",
             "sk_msg_md", "bpf_sysctl", "bpf_sockopt", "sk_reuseport_md", "bpf_sk_lookup")  # fmt: skip
#: structs that live in a map's value, in an object of the program or in its frame, and what they are
_SPECIAL = {
    "bpf_timer": "a timer", "bpf_wq": "a work queue", "bpf_task_work": "work of a task", "bpf_list_head": "a list",
    "bpf_list_node": "a node of a list", "bpf_rb_root": "a tree", "bpf_rb_node": "a node of a tree",
    "bpf_res_spin_lock": "a resilient spin lock", "pt_regs": "registers",
}  # fmt: skip
#: ends of names that say what no value of a program is
_ENDS = {
    "__arena": "takes memory of an arena", "__irq_flag": "takes the state of interrupts", "__iter": "takes an iterator",
    "__refcounted_kptr": "takes an object of the program's own", "__nonown_allowed": "takes a node of the program's own",
}  # fmt: skip
_SIZES = ("__sz", "__szk")


def kind(ck: Checker, proto: Any, at: int) -> str:
    """What is given for an argument: "number", "constant", "size", "text", "memory", "room" (memory that is filled), "cell" (the
    place of a number), "out" (a number that the function makes), "context", "object", "dynptr", "new dynptr", "map", "any" (a
    number, an address or memory, at which the verifier does not look); "" where it is nothing that a program has."""
    btf, param = ck.btf(), proto.params[at]
    found = kernel_types.scalar(ck, param.type_id, True)
    if found is None:
        return ""
    if not isinstance(found[0], PtrType):
        return "size" if param.name.endswith(_SIZES) and at else "constant" if param.name.endswith("__k") else "number"
    for end, what in (("__map", "map"), ("__const_map", "map"), ("__str", "text"), ("__ign", "any")):
        if param.name.endswith(end):
            return what
    if any(end in param.name for end in _ENDS):
        return ""
    pointed = getattr(btf.type(btf.strip(param.type_id)), "type_id", 0)
    constant = bool(pointed) and btf.kind(pointed) == "const"
    if at + 1 < len(proto.params) and proto.params[at + 1].name.endswith(_SIZES):
        return "memory" if constant else "room"
    return _pointer(ck, found[0], param.name, constant)


def _pointer(ck: Checker, type_: PtrType, name: str, constant: bool) -> str:
    struct = kernel_types.btf_name(ck, type_.pointee)
    if struct == "bpf_dynptr":
        return "new dynptr" if name.endswith("__uninit") else "dynptr"
    if struct in _CONTEXTS:
        return "context"
    if struct in _SPECIAL or struct.startswith("bpf_iter_") or not type_.pointee:
        return ""
    if ck.btf().kind(ck.btf().strip(type_.pointee)) == "struct":
        return "object"
    number = kernel_types.scalar(ck, type_.pointee, False)
    if number is None or isinstance(number[0], PtrType):
        return ""
    return "cell" if constant else "out"


def fits_context(ck: Checker, proto: Any, context: str) -> bool:
    """Do all contexts that a function takes stand for the one here, a row of kernel.contexts? A set of functions may be one for
    several program types."""
    for at, param in enumerate(proto.params):
        if param.type_id and kind(ck, proto, at) == "context":
            found = kernel_types.scalar(ck, param.type_id, True)
            assert found is not None and isinstance(found[0], PtrType)
            if kernel_types.btf_name(ck, found[0].pointee).removesuffix("_kern") != context:
                return False
    return True


def refused(ck: Checker, proto: Any, at: int) -> str:
    """Why nothing can be given for an argument; "" if something can."""
    if kind(ck, proto, at):
        return ""
    param = proto.params[at]
    for end, why in _ENDS.items():
        if end in param.name:
            return why
    found = kernel_types.scalar(ck, param.type_id, True)
    struct = kernel_types.btf_name(ck, found[0].pointee) if found is not None and isinstance(found[0], PtrType) else ""
    return f"takes {_SPECIAL[struct]}" if struct in _SPECIAL else f"takes {ck.spell(param.type_id)}"


# ---------------------------------------------------------------- what is given for which


def arguments(ck: Checker, node: tree.Send, row: Kfunc, proto: Any, first: int = 0) -> tuple[typed.Node, ...] | None:
    """What is given for the parameters from `first` on; None where it is refused."""
    kinds = [kind(ck, proto, at) for at in range(first, len(proto.params))]
    own = kinds[:1] == ["context"] and not (node.args and _is_context(ck, node.args[0]))
    left = _left_out(proto.params[first:], kinds, len(node.args), own, bool(proto.ret_type_id))
    if isinstance(left, set):
        for arg in node.args:
            ck.expr(arg)
        ck.say("HelperArity", node.name_span, name=node.name, signature=_signature(ck, row, proto), given=len(node.args),
               takes=" or ".join(map(str, sorted(left))))  # fmt: skip
        return None
    given = iter(node.args)
    out: list[typed.Node] = []
    for at, what in enumerate(kinds):
        param = proto.params[first + at]
        made = _made(ck, node, row, param, what, out) if at in left else _argument(ck, node, row, param, what, next(given))
        out.append(_of_the_kernel(ck, param, made) if what == "context" else made)
    return tuple(out) if all(settled(arg.type) for arg in out) else None


def _of_the_kernel(ck: Checker, param: Any, context: typed.Node) -> typed.Node:
    """The context as the kernel has it, where a function takes that: bpf_cast_to_kern_ctx gives it."""
    from rucy.lang.checker import kfunc_calls

    found = kernel_types.scalar(ck, param.type_id, True)
    assert found is not None and isinstance(found[0], PtrType)
    name = "bpf_cast_to_kern_ctx"
    proto = kfunc_calls.prototype(ck, name)
    if not settled(context.type) or proto is None or not kernel_types.btf_name(ck, found[0].pointee).endswith("_kern"):
        return context
    type_ = found[0]._replace(null=False, held="trusted")
    return typed.CallKfunc(context.span, type_, name, (context,), *kfunc_calls.described(ck, name, proto)[1:])


def _is_context(ck: Checker, arg: tree.Node) -> bool:
    if isinstance(arg, tree.Local):
        return isinstance(ck.var(arg.var).type, CtxType)
    return isinstance(arg, tree.Send) and arg.recv is None and arg.name == "ctx"


def _left_out(params: Any, kinds: list[str], given: int, own: bool, gives: bool) -> tuple[int, ...] | set[int]:
    """The arguments that the compiler makes; or, where too many or too few are given, how many there may be. Left out may be
    the context in front (`own`), sizes, a single number that is filled in, and flags at the end."""
    made = tuple(at for at, what in enumerate(kinds) if what == "new dynptr")
    always = ((0,) if own else ()) + made
    outs = tuple(at for at, what in enumerate(kinds) if what == "out")
    last = len(kinds) - len(made) - 1
    groups = [
        tuple(at for at, what in enumerate(kinds) if what == "size"),
        outs if len(outs) == 1 and gives else (),
        (last,) if last >= 0 and kinds[last] == "number" and params[last].name == "flags" else (),
    ]
    groups = [group for group in groups if group]
    counts: set[int] = set()
    for number in range(len(groups) + 1):
        for chosen in combinations(groups, number):
            left = (*always, *(at for group in chosen for at in group))
            counts.add(len(kinds) - len(left))
            if len(kinds) - len(left) == given:
                return left
    return counts


def _made(ck: Checker, node: tree.Send, row: Kfunc, param: Any, what: str, before: list[typed.Node]) -> typed.Node:
    match what:
        case "context":
            return typed.Ctx(node.span, CtxType(ck.site.context))
        case "size":
            return typed.Int(node.span, U64, memory_size(before[-1].type))
        case "new dynptr":
            return typed.NewDynptr(node.span, DynptrType(row.name.removeprefix("bpf_dynptr_from_")))
        case "out":
            pointer = kernel_types.scalar(ck, param.type_id, True)
            assert pointer is not None and isinstance(pointer[0], PtrType)
            number = kernel_types.scalar(ck, pointer[0].pointee, False)
            assert number is not None
            return typed.Out(node.span, number[0], number[1])
    return typed.Int(node.span, U64, 0)


def _signature(ck: Checker, row: Kfunc, proto: Any) -> str:
    result = ck.spell(proto.ret_type_id) if proto.ret_type_id else "void"
    return f"{result} {row.name}({', '.join(f'{ck.spell(p.type_id)} {p.name}' for p in proto.params)})"


# ---------------------------------------------------------------- one argument


def _argument(ck: Checker, node: tree.Send, row: Kfunc, param: Any, what: str, arg: tree.Node) -> typed.Node:
    if what == "map":
        return _map(ck, node, arg)
    if what == "object" and helper_arguments.is_current_task(arg):
        return helper_arguments.running_task(ck, arg)
    made = ck.expr(arg)
    if what == "object":
        return _object(ck, node, row, param, made)
    value = kernel_types.address(ck, made)
    if not settled(value.type):
        return value
    if value.type == NIL and param.name.endswith(("__nullable", "__opt", "__ign")):
        return typed.Int(value.span, U64, 0)
    if what == "text" and not isinstance(value, typed.Str):
        return ck.say("LiteralText", value.span, name=node.name)
    if what in ("room", "out") and isinstance(value.type, StrType):
        return ck.say("HelperFills", value.span, name=node.name, text=value.span.text)
    if _fits(ck, what, value, param):
        return value
    if may_be_nil(value.type) and not isinstance(value.type, PtrType):
        return untested(ck, value)
    return ck.say("HelperArgument", value.span, name=node.name, want=_WANTED.get(what, "an Integer"), have=ck.called(value.type))


def _fits(ck: Checker, what: str, value: typed.Node, param: Any) -> bool:
    type_ = value.type
    match what:
        case "number" | "size":
            return isinstance(type_, IntType | BoolType) and not getattr(type_, "net", 0)
        case "constant":
            return isinstance(value, typed.Int)
        case "any":
            return isinstance(type_, IntType | PtrType) or memory_size(type_) > 0
        case "memory" | "room":
            return memory_size(type_) > 0
        case "cell" | "out":
            pointed = getattr(ck.btf().type(ck.btf().strip(param.type_id)), "type_id", 0)
            return memory_size(type_) >= ck.btf().size(pointed)
        case "context":
            return isinstance(type_, CtxType)
        case "dynptr":
            return isinstance(type_, DynptrType)
    return what == "text"


_WANTED = {
    "memory": "a string, a struct or an array", "room": "a struct or an array of the program", "context": "the context",
    "cell": "a struct or an array that begins with the number", "out": "a struct or an array that begins with the number",
    "constant": "a constant", "dynptr": "a dynptr", "any": "an Integer, a pointer or memory",
}  # fmt: skip


def _map(ck: Checker, node: tree.Send, arg: tree.Node) -> typed.Node:
    from rucy.lang.checker import maps

    state = maps.find(ck, arg)
    if state is None:
        value = ck.value(arg)
        return ck.say("HelperArgument", value.span, name=node.name, want="a map", have=ck.called(value.type))
    return typed.MapRef(arg.span, MapType(state.name), state.name)


def _object(ck: Checker, node: tree.Send, row: Kfunc, param: Any, made: typed.Node) -> typed.Node:
    wanted = kernel_types.scalar(ck, param.type_id, True)
    assert wanted is not None and isinstance(wanted[0], PtrType)
    struct = kernel_types.btf_name(ck, wanted[0].pointee)
    value = helper_arguments.in_place(ck, made, struct) or kernel_types.address(ck, made)
    nullable = param.name.endswith(("__nullable", "__opt"))
    type_ = value.type
    if not settled(type_):
        return value
    if type_ == NIL and nullable:
        return typed.Int(value.span, U64, 0)
    if not isinstance(type_, PtrType) or not _is(ck, type_.pointee, struct):
        if may_be_nil(type_) and not isinstance(type_, PtrType):
            return untested(ck, value)
        return ck.say("HelperArgument", value.span, name=node.name, want=f"a pointer to struct {struct}", have=ck.called(type_))
    if type_.null and not nullable:
        return untested(ck, value)
    return value if _is_held(ck, row, type_) else ck.say("Untrusted", value.span, name=node.name, text=value.span.text)


def _is(ck: Checker, type_id: int, struct: str) -> bool:
    """Is it that struct, or one that begins with it, as a struct bpf_cpumask does with a struct cpumask?"""
    btf = ck.btf()
    for _ in range(8):
        type_id = btf.strip(type_id) if type_id else 0
        if not type_id:
            return False
        name = btf.name(type_id)
        if name == struct or name.endswith("___init"):  # what is not ready yet is nothing else
            return name == struct
        members = getattr(btf.type(type_id), "members", ())
        type_id = members[0].type_id if btf.kind(type_id) == "struct" and members else 0
    return False


def _is_held(ck: Checker, row: Kfunc, type_: PtrType) -> bool:
    """Is the object sure to be there for as long as the function wants it? Every function demands that from Linux 7.0 on
    (KF_TRUSTED_ARGS before; check_kfunc_args in kernel/bpf/verifier.c)."""
    if not type_.direct or (type_.held == "rcu" and not ck.site.holds_rcu):
        return False
    return type_.held == "trusted" or (type_.held == "rcu" and "rcu" in row.flags)


__all__ = ["arguments", "kind", "refused"]
