"""Kernel functions called by their own names: typed by the input BTF's prototype, allowed by the rows of kernel.kfuncs.

What a function acquires must be released on every path: passes.analysis.references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.lang import tree, typed
from rucy.lang.checker import kernel_types, kfunc_arguments
from rucy.lang.checker.state import bad
from rucy.lang.types import NIL, OptType, PtrType, Type

if TYPE_CHECKING:
    from rucy.kernel.kfuncs import Kfunc
    from rucy.lang.checker.state import Checker

def find(name: str) -> Kfunc | None:
    """With or without `bpf_`."""
    from rucy.kernel import kfuncs

    return kfuncs.find(name) or kfuncs.find(f"bpf_{name}")


def foreign(name: str) -> str:
    """The family of a function, or helper, about what no program has; "" of any other name."""
    from rucy.kernel.kfuncs import FOREIGN

    name = f"bpf_{name.removeprefix('bpf_')}"
    return next((family for prefix, family in FOREIGN.items() if name.startswith(prefix)), "")


def refuse_foreign(ck: Checker, node: tree.Send, family: str) -> typed.Node:
    """Only what is named is said: arguments may be of a kind that nothing here is."""
    from rucy.lang.errors.kernel import FOREIGN

    why, instead = FOREIGN[family]
    return ck.say("Foreign", node.name_span, name=node.name, why=why, instead=instead)


def call(ck: Checker, node: tree.Send, row: Kfunc) -> typed.Node:
    for arg in node.args if node.kwargs or node.block is not None else ():
        ck.expr(arg)
    if node.kwargs:
        return ck.say("NoKeywords", node.kwargs[0][1].span, name=node.name, word=node.kwargs[0][0])
    if node.block is not None:
        return ck.say("NoBlock", node.name_span, name=node.name)
    family = foreign(row.name)
    if family:
        return refuse_foreign(ck, node, family)
    proto = prototype(ck, row.name)
    if proto is None:
        for arg in node.args:
            ck.expr(arg)
        return ck.say("NoKfunc", node.name_span, name=row.name, since=row.since)
    why = refused(ck, row, proto)
    if why:
        for arg in node.args:
            ck.expr(arg)
        return ck.say("KfuncRefused", node.name_span, name=row.name, why=why)
    legal = allowed(ck, node, row)
    if not kfunc_arguments.fits_context(ck, proto, ck.site.context):
        legal = legal and not ck.say("HelperNotHere", node.name_span, name=node.name, hook=where(ck))
    args = kfunc_arguments.arguments(ck, node, row, proto)
    if args is None or not legal:
        return bad(node.span)
    return typed.CallKfunc(node.span, _result(ck, row, proto, args), row.name, args, *described(ck, row.name, proto)[1:])


def described(ck: Checker, name: str, proto: Any) -> typed.KernelFunction:
    params = tuple((p.name, _described(ck, p.type_id)) for p in proto.params)
    width = ck.btf().size(proto.ret_type_id) if proto.ret_type_id else 8
    return typed.KernelFunction(name, (_described(ck, proto.ret_type_id), params), width)


def prototype(ck: Checker, name: str) -> Any:
    from rucy.btf.types import FuncProto

    btf = ck.btf()
    func = btf.find_func(name)
    proto = btf.type(getattr(btf.type(func), "type_id", 0)) if func is not None else None
    return proto if isinstance(proto, FuncProto) else None


def allowed(ck: Checker, node: tree.Send, row: Kfunc) -> bool:
    """Program type, licence and release; says what is missing. Only GPL-compatible programs may call one (add_kfunc_call in
    kernel/bpf/verifier.c)."""
    from rucy.kernel import kfuncs
    from rucy.lang.checker.helper_calls import GPL_COMPATIBLE

    release = kfuncs.since(row, ck.site.prog_type)
    if release is None:
        ck.say("HelperNotHere", node.name_span, name=node.name, hook=where(ck))
        return False
    if ck.license not in GPL_COMPATIBLE:
        ck.say("HelperLicense", node.name_span, name=node.name, license=ck.license)
        return False
    if "sleepable" in row.flags and not awake(ck, node):
        return False
    if "rcu_protected" in row.flags and not ck.site.holds_rcu:
        ck.say("NeedsRcu", node.name_span, name=node.name)
        return False
    ck.need(release, f"`{node.name}`", node.name_span)
    return True


def where(ck: Checker) -> str:
    return ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type


def awake(ck: Checker, node: tree.Send) -> bool:
    """May what sleeps be called here? Says so if not."""
    if ck.site.may_sleep:
        return True
    if ck.site.sleepable:
        ck.say("SleepsInside", node.name_span, name=node.name, region=ck.site.regions[-1])
    else:
        ck.say("NeedsSleepable", node.name_span, name=node.name)
    return False


# ---------------------------------------------------------------- the prototype


def refused(ck: Checker, row: Kfunc, proto: Any) -> str:
    """Why a function cannot be called; "" if it can."""
    family = foreign(row.name)
    if family:
        from rucy.lang.errors.kernel import FOREIGN

        return FOREIGN[family][0]
    known = _KNOWN_REASONS.get(row.name)
    if known is not None:
        return known
    for at, param in enumerate(proto.params):
        why = kfunc_arguments.refused(ck, proto, at) if param.type_id else "takes any number of arguments"
        if why:
            return why
    if not proto.ret_type_id:
        return ""
    found = kernel_types.scalar(ck, proto.ret_type_id, True)
    if found is None or (isinstance(found[0], PtrType) and not found[0].direct):
        return f"gives {ck.spell(proto.ret_type_id)}"
    return ""


#: what no prototype says
_KNOWN_REASONS = {
    "__bpf_trap": "stands where a compiler has come upon a mistake",
    **dict.fromkeys(
        ("bpf_xdp_metadata_rx_hash", "bpf_xdp_metadata_rx_timestamp", "bpf_xdp_metadata_rx_vlan_tag"),
        "is for programs that are bound to one device",
    ),
    "bpf_cast_to_kern_ctx": "gives the kernel's own context, whose type no prototype says",
    "bpf_get_kmem_cache": "gives what is not known to live, and `.as` gives the same",
}


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


def _result(ck: Checker, row: Kfunc, proto: Any, args: tuple[typed.Node, ...]) -> Type:
    """What a call is worth: the number or dynptr that the function makes, if it makes one, or what it returns."""
    for arg in args:
        if isinstance(arg, typed.NewDynptr):
            return arg.type
        if isinstance(arg, typed.Out):
            return OptType(arg.type)
    if not proto.ret_type_id:
        return NIL
    found = kernel_types.scalar(ck, proto.ret_type_id, True)
    assert found is not None
    type_ = found[0]
    if isinstance(type_, PtrType):
        held = "rcu" if "rcu_protected" in row.flags and "acquire" not in row.flags else "trusted"
        return type_._replace(null="ret_null" in row.flags, trusted=True, held=held)
    return type_
