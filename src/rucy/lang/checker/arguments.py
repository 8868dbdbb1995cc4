"""What a program is given, by its hook: the `args` column of kernel.hooks.

`find` says what the block's parameters are; `Arguments.get` makes the node that loads one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rucy.lang import typed
from rucy.lang.checker.kernel_types import find_type, pointer_to, scalar, unqualified
from rucy.lang.types import BOOL, S64, U64, CtxType, IntType, PtrType
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.kernel.hooks import Hook
    from rucy.kernel.syscalls import Argument
    from rucy.lang.checker.state import Checker, Site
    from rucy.source import Span


class Arguments(NamedTuple):
    """`limit`: how many there are (None: nobody knows); `what` has them, `names` are the kernel's, and `advice` says what
    to do with too many: for messages."""

    limit: int | None
    what: str
    get: Callable[[int, Span], typed.Node]
    names: tuple[str, ...] = ()
    advice: str = "leave the others out"


def of_context(row: str) -> Arguments:
    """One argument: the context."""
    return Arguments(1, "the program", lambda at, span: typed.Ctx(span, CtxType(row)))


def find(ck: Checker, hook: Hook, target: str, span: Span, site: Site) -> tuple[Site, Arguments | None]:
    """The arguments of one program, and its site with the context that they belong to. None: the target was refused."""
    is_pattern = "*" in target or "?" in target
    match hook.args:
        case "context" | "packet":
            return site, of_context(site.context)
        case "pt_regs":
            registers = _registers_of_pattern if is_pattern else _registers
            return site._replace(context="pt_regs"), registers(ck, target, span)
        case "pt_regs_ret":
            register = _result_of_pattern if is_pattern else _return_register
            return site._replace(context="pt_regs"), register(ck, target, span)
        case "btf_func" | "btf_func_ret":
            return site, _function(ck, target, span, hook)
        case "btf_args" | "raw_args":
            return site, _tracepoint(ck, target, span, hook.args == "btf_args")
        case "trace_event":
            return _event(ck, target, span, site)
        case "syscall_args" | "syscall_ret":
            return _syscall(ck, hook, target, span, site)
    if site.raw:
        return site, of_context(site.context)
    return site, Arguments(0, f"`{hook.word}`", lambda at, place: typed.Ctx(place, CtxType(site.context)))


def exists(ck: Checker, hook: Hook, target: str) -> bool:
    """Whether the input BTF has what an optional probe names; True where only the running kernel can tell."""
    match hook.args:
        case "btf_func" | "btf_func_ret":
            return _prototype(ck, target) is not None
        case "btf_args" | "raw_args":
            return ck.btf().find(f"btf_trace_{target}", ("typedef",)) is not None
        case "trace_event":
            from rucy.kernel import tracepoints

            group, _, name = target.partition(":")
            classes = tracepoints.classes(group, name)
            if not classes:
                from rucy.lang.checker import event_format

                return event_format.is_there(ck, target)
            return any(ck.btf().find(cls, ("struct",)) is not None for cls in classes)
    return True


def known(ck: Checker, hook: Hook, target: str) -> bool:
    """Whether the parameters of a target are known by the input BTF and the tables."""
    match hook.args:
        case "pt_regs" | "pt_regs_ret":
            return _prototype(ck, target) is not None
        case "syscall_args" | "syscall_ret":
            from rucy.kernel import syscalls

            return syscalls.find(target, ck.target.arch) is not None
        case "trace_event":
            from rucy.kernel import tracepoints

            group, _, name = target.partition(":")
            return any(ck.btf().find(cls, ("struct",)) is not None for cls in tracepoints.classes(group, name))
    return exists(ck, hook, target)


# ---------------------------------------------------------------- functions


class _Prototype(NamedTuple):
    """Types and names of a function's parameters, and its result's type (0: none)."""

    types: tuple[int, ...]
    names: tuple[str, ...]
    result: int


def _prototype(ck: Checker, target: str) -> _Prototype | None:
    """None if the kernel's types have no such function."""
    from rucy.btf.types import FuncProto

    btf = ck.btf()
    func = btf.find_func(target)
    proto = btf.type(getattr(btf.type(func), "type_id", 0)) if func is not None else None
    if not isinstance(proto, FuncProto):
        return None
    return _Prototype(tuple(p.type_id for p in proto.params), tuple(p.name for p in proto.params), proto.ret_type_id)


def _matching(ck: Checker, pattern: str) -> list[_Prototype]:
    """The prototypes of all functions of the input BTF that a pattern names."""
    cached: list[_Prototype] | None = ck.layouts.get(f"functions {pattern}")
    if cached is None:
        found = [_prototype(ck, name) for name in sorted(ck.btf().names_like(pattern))]
        cached = ck.layouts[f"functions {pattern}"] = [one for one in found if one is not None]
    return cached


def _alike(ck: Checker, types: list[int]) -> int | None:
    """The type that values of several functions have in common; None where they differ."""
    found = {scalar(ck, type_id, False) for type_id in types}
    return types[0] if len(found) == 1 and None not in found else None


def _registers_of_pattern(ck: Checker, pattern: str, span: Span) -> Arguments | None:
    """kprobe "vfs_*": what all of the functions have in common at a place is typed, the rest are Integers."""
    from rucy.kernel.arch import TARGETS

    registers = TARGETS[ck.target.arch].args
    protos = _matching(ck, pattern)
    if not protos:
        ck.say("NoMatch", span, text=pattern, hook="kprobe")
        return None

    def get(at: int, place: Span) -> typed.Node:
        common = _alike(ck, [proto.types[at] for proto in protos if at < len(proto.types)])
        if common is None:
            return typed.CtxLoad(place, U64, registers[at].offset, 8, False, 0, 0)
        return _load(ck, registers[at].offset, common, False, place)

    limit = min(len(registers), max(len(proto.types) for proto in protos))
    return Arguments(limit, f"`{pattern}`", get)


def _result_of_pattern(ck: Checker, pattern: str, span: Span) -> Arguments | None:
    from rucy.kernel.arch import TARGETS

    register = TARGETS[ck.target.arch].result
    protos = _matching(ck, pattern)
    if not protos:
        ck.say("NoMatch", span, text=pattern, hook="kretprobe")
        return None
    common = _alike(ck, [proto.result for proto in protos])

    def get(at: int, place: Span) -> typed.Node:
        if common is None:
            return typed.CtxLoad(place, S64, register.offset, 8, True, 0, 0)
        return _load(ck, register.offset, common, False, place)

    return Arguments(1, f"a probe at the return of `{pattern}`", get)


def _unknown(ck: Checker, target: str, span: Span, name: str) -> None:
    from rucy.lang.checker.suggest import did_you_mean

    btf = ck.btf()
    names = (btf.name(i) for i in range(1, btf.end_id) if btf.kind(i) == "func")
    alike = [found for found in names if found[:2] == target[:2]]  # of 60,000 names
    ck.say(name, span, target=target, suggestion=did_you_mean(target, alike))


def _load(
    ck: Checker, offset: int, type_id: int, direct: bool, span: Span, trusted: bool = True, held: bool = False
) -> typed.Node:
    """A parameter in a register or in an array of 8-byte slots, as wide as its type. `held`: the hook's caller holds what a
    pointer points to (prog_args_trusted in kernel/bpf/btf.c)."""
    found = scalar(ck, type_id, direct, 0, trusted)
    if found is None:
        return ck.say("AggregateParameter", span, what=ck.spell(type_id))
    type_, size, signed = found
    if held and isinstance(type_, PtrType) and type_.direct:
        type_ = type_._replace(held="trusted")
    return typed.CtxLoad(span, type_, offset, size, signed, 0, 0)


def _registers(ck: Checker, target: str, span: Span) -> Arguments:
    """kprobe: the function's parameters from pt_regs; Integers where its types are not known."""
    from rucy.kernel.arch import TARGETS

    registers = TARGETS[ck.target.arch].args
    proto = _prototype(ck, target)
    if proto is None:
        _unknown(ck, target, span, "FunctionWithoutTypes")
        return Arguments(len(registers), f"`{target}`",
                         lambda at, place: typed.CtxLoad(place, U64, registers[at].offset, 8, False, 0, 0))  # fmt: skip
    params = proto.types

    def get(at: int, place: Span) -> typed.Node:
        if at >= len(registers):
            return ck.say("ParameterOnStack", place, at=at + 1, count=len(registers))
        return _load(ck, registers[at].offset, params[at], False, place)

    return Arguments(len(params), f"`{target}`", get, proto.names)


def _return_register(ck: Checker, target: str, span: Span) -> Arguments:
    from rucy.kernel.arch import TARGETS

    register = TARGETS[ck.target.arch].result
    proto = _prototype(ck, target)
    if proto is None:
        _unknown(ck, target, span, "FunctionWithoutTypes")
        return Arguments(1, f"`{target}`", lambda at, place: typed.CtxLoad(place, S64, register.offset, 8, True, 0, 0))
    if not proto.result:
        return Arguments(0, f"`{target}`, which returns nothing,", lambda at, place: ck.say("NoContext", place, name="", hook=""))
    return Arguments(1, f"a probe at the return of `{target}`",
                     lambda at, place: _load(ck, register.offset, proto.result, False, place),
                     advice="for the arguments beside the result use `fexit`")  # fmt: skip


def _function(ck: Checker, target: str, span: Span, hook: Hook) -> Arguments | None:
    """fentry, fexit: an array of 8-byte slots, then the result's. A parameter named __nullable may be known to be NULL
    to the verifier even where the hook's others are not (btf_ctx_access in kernel/bpf/btf.c of Linux 6.18)."""
    prefix = "bpf_lsm_" if hook.prog_type == "LSM" else ""  # BTF has the hooks by these names: kernel/bpf/bpf_lsm.c
    proto = _prototype(ck, prefix + target)
    if proto is None:
        _unknown(ck, target, span, "NoFunction")
        return None
    params, ret = proto.types, proto.result
    types = (*params, ret) if hook.args == "btf_func_ret" and ret else params

    def get(at: int, place: Span) -> typed.Node:
        nullable = at < len(params) and proto.names[at].endswith("__nullable")
        return _load(ck, 8 * at, types[at], True, place, hook.trusted or nullable, hook.trusted)

    names = (*proto.names, "ret") if len(types) > len(params) else proto.names
    return Arguments(len(types), f"`{target}`", get, names)


def _tracepoint(ck: Checker, target: str, span: Span, direct: bool) -> Arguments | None:
    """tp_btf, raw_tracepoint: the arguments that the typedef btf_trace_NAME has behind its first void *."""
    from rucy.btf.types import FuncProto, Ptr

    btf = ck.btf()
    typedef = btf.find(f"btf_trace_{target}", ("typedef",))
    ptr = btf.type(btf.strip(typedef)) if typedef is not None else None
    proto = btf.type(ptr.type_id) if isinstance(ptr, Ptr) else None
    if not isinstance(proto, FuncProto):
        from rucy.lang.checker.suggest import did_you_mean

        ids = [i for i in range(1, btf.end_id) if btf.kind(i) == "typedef"]
        known = [btf.name(i)[10:] for i in ids if btf.name(i).startswith("btf_trace_")]
        ck.say("NoTracepoint", span, target=target, suggestion=did_you_mean(target, known))
        return None
    types = tuple(p.type_id for p in proto.params[1:])
    names = tuple(p.name for p in proto.params[1:])

    def get(at: int, place: Span) -> typed.Node:
        return _load(ck, 8 * at, types[at], direct, place, True, direct)

    return Arguments(len(types), f"tracepoint `{target}`", get, names)


# ---------------------------------------------------------------- events and system calls


def _event(ck: Checker, target: str, span: Span, site: Site) -> tuple[Site, Arguments | None]:
    """tracepoint: one argument, the event's record, by the struct of its class in the input BTF."""
    from rucy.kernel import tracepoints

    group, colon, name = target.partition(":")
    classes = tracepoints.classes(group, name) if colon else ()
    advice = "take the event alone, `|e|`; its fields have names: `e.field`"
    if not classes:
        from rucy.lang.checker import event_format
        from rucy.lang.checker.suggest import event

        row = event_format.find(ck, target) if colon else None
        if row is not None:
            ck.say("EventOfThisKernel", span, target=target)
            return site._replace(context=row), of_context(row)._replace(what=f"event `{target}`", advice=advice)
        ck.say("NoEvent", span, target=target, suggestion=event(target, tracepoints.names()))
        return site, None
    found = [i for i in (ck.btf().find(cls, ("struct",)) for cls in classes) if i is not None]
    if not found:
        ck.say("EventUnknown", span, target=target, struct=classes[0])
        return site, None
    records = [str(_record(ck, cls, found[0])) for cls in classes] if len(classes) > 1 else [str(found[0])]
    site = site._replace(context=f"event {' '.join(records)}")
    return site, of_context(site.context)._replace(what=f"event `{target}`", advice=advice)


def _record(ck: Checker, name: str, like: int) -> int:
    """The struct of one of an event's classes, which the input BTF may lack."""
    from rucy.lang.checker.overlay import record

    found = ck.open_btf().find(name, ("struct",))
    return found if found is not None else record(ck, name, like)


#: trace_event_raw_sys_enter and _sys_exit of include/trace/events/syscalls.h: the record's head is 8 bytes, then the
#: call's number, then its arguments, or its result.
_FIRST_ARGUMENT, _RESULT = 16, 16


def _syscall(ck: Checker, hook: Hook, target: str, span: Span, site: Site) -> tuple[Site, Arguments | None]:
    from rucy.kernel import syscalls

    call = syscalls.find(target, ck.target.arch)
    if call is None:
        from rucy.lang.checker.suggest import system_call

        ck.say("NoSyscall", span, target=target, suggestion=system_call(target, syscalls.names()))
        return site, None
    if hook.args == "syscall_ret":
        return site, Arguments(1, f"a probe at the return of `{target}`",
                               lambda at, place: typed.CtxLoad(place, S64, _RESULT, 8, True, 0, 0),
                               advice="the arguments are those of `syscall`")  # fmt: skip

    def get(at: int, place: Span) -> typed.Node:
        return _syscall_argument(ck, call[at].type, _FIRST_ARGUMENT + 8 * at, place)

    return site, Arguments(len(call), f"system call `{target}`", get, tuple(one.name for one in call))


_C_TYPES = {
    "int": (4, True), "unsigned int": (4, False), "unsigned": (4, False), "long": (8, True), "unsigned long": (8, False),
    "size_t": (8, False), "char": (1, True), "short": (2, True), "unsigned short": (2, False),
    "long long": (8, True), "unsigned long long": (8, False), "u64": (8, False), "s64": (8, True), "bool": (1, False),
}  # fmt: skip


def system_call(ck: Checker) -> tuple[Argument, ...]:
    """The arguments of the system call whose event `syscalls:sys_enter_*` the program being checked is for; else none."""
    from rucy.kernel import syscalls

    key = ck.frame.key
    target = key[1] if isinstance(key, tuple) and len(key) == 2 else ""
    if not isinstance(target, str) or not target.startswith("syscalls:sys_enter_"):
        return ()
    return syscalls.find(target.removeprefix("syscalls:sys_enter_"), ck.target.arch) or ()


def of_system_call(ck: Checker, name: str, span: Span) -> typed.Node | None:
    """An argument of that system call by its own name; None of anything else."""
    for at, one in enumerate(system_call(ck)):
        if one.name == name:
            return _syscall_argument(ck, one.type, _FIRST_ARGUMENT + 8 * at, span)
    return None


def _syscall_argument(ck: Checker, text: str, offset: int, span: Span) -> typed.Node:
    """By its C type. Pointers are user pointers; a type that the input BTF lacks is 8 bytes wide."""
    if text.rstrip().endswith("*"):
        found = _pointed(ck, text.rstrip()[:-1])
        pointee = unqualified(ck.btf(), found) if found else 0
        return typed.CtxLoad(span, PtrType(pointee, False, True, True), offset, 8, False, 0, 0)
    known = _C_TYPES.get(text)
    if known is not None:
        size, signed = known
        type_ = BOOL if text == "bool" else IntType(signed)
        return typed.CtxLoad(span, type_, offset, size, signed, 0, 0)
    type_id = find_type(ck.btf(), text)
    if type_id is not None and scalar(ck, type_id, False) is not None:
        return _load(ck, offset, type_id, False, span)
    return typed.CtxLoad(span, U64, offset, 8, False, 0, 0)


def _pointed(ck: Checker, text: str) -> int | None:
    """The BTF id of a C type ("struct sockaddr", "const char *const"); None for void and for what the input BTF lacks."""
    text = text.strip().removesuffix("const").strip()
    if not text.endswith("*"):
        return None if text in ("void", "const void") else find_type(ck.btf(), text)
    target = _pointed(ck, text[:-1])
    return pointer_to(ck.btf(), target) if target else None
