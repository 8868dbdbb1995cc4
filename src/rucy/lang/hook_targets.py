"""What a hook can be attached to, with what its block is given there: `rucy hooks kprobe 'tcp_*'`.

In: a hook's row, a pattern of targets, the input BTF. Out: targets with typed parameters, and the fields of the structs that
these point to. Types are spelled as in C, as the kernel has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rucy.btf.types import Array, FuncProto, Ptr, Struct, Union
from rucy.kernel import syscalls, tracepoints
from rucy.lang.checker.kernel_types import find_type
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.btf.reader import Btf
    from rucy.btf.types import Param
    from rucy.kernel.hooks import Hook


class Parameter(NamedTuple):
    """`type_id` 0 where the input BTF has no such type."""

    name: str
    spelled: str
    type_id: int


class Found(NamedTuple):
    """One target. `result`: what the function gives, "" where it does not matter."""

    name: str
    parameters: tuple[Parameter, ...]
    result: str = ""


class Field(NamedTuple):
    name: str
    spelled: str
    network: bool


_NETWORK = ("__be16", "__be32", "__be64")


def targets(hook: Hook, pattern: str, btf: Btf, arch: str) -> list[Found]:
    """By name. Empty also where nobody can list what a hook attaches to."""
    match hook.target:
        case "function":
            found: Iterator[Found] = _functions(hook, pattern, btf)
        case "tracepoint":
            found = _tracepoints(pattern, btf)
        case "event":
            found = _events(pattern, btf)
        case "syscall":
            found = _system_calls(hook, pattern, btf, arch)
        case _:
            return []
    return sorted(found, key=lambda each: each.name)


def prototype(found: Found) -> str:
    """ "tcp_connect(struct sock *sk) → int"."""
    inside = ", ".join(_declared(each) for each in found.parameters)
    return f"{found.name}({inside})" + (f" → {found.result}" if found.result else "")


def fields(btf: Btf, type_id: int) -> list[Field]:
    """The members of the struct or union that a parameter is, or points to; those of anonymous members among them."""
    at = btf.strip(type_id) if type_id else 0
    found = btf.type(at)
    if isinstance(found, Ptr):
        at = btf.strip(found.type_id)
        found = btf.type(at)
    return list(_members(btf, found)) if isinstance(found, Struct | Union) else []


def _members(btf: Btf, struct: Struct | Union) -> Iterator[Field]:
    for member in struct.members:
        if not member.name:
            inner = btf.type(btf.strip(member.type_id))
            if isinstance(inner, Struct | Union):
                yield from _members(btf, inner)
            continue
        width = f":{member.bitfield_size}" if member.bitfield_size else ""
        network = btf.name(_element(btf, member.type_id)) in _NETWORK
        if member.name == "__data" and not btf.size(member.type_id):
            continue  # where the strings of a trace event's record begin
        if member.name.startswith("__data_loc_"):
            yield Field(member.name.removeprefix("__data_loc_"), "a string, or an array, behind the record", False)
        else:
            yield Field(member.name, btf.spell(member.type_id) + width, network)


def _element(btf: Btf, type_id: int) -> int:
    found = btf.type(type_id)
    return _element(btf, found.type_id) if isinstance(found, Array) else type_id


def _declared(each: Parameter) -> str:
    return each.spelled + ("" if each.spelled.endswith("*") else " ") + each.name


def _parameters(btf: Btf, params: tuple[Param, ...]) -> tuple[Parameter, ...]:
    return tuple(Parameter(p.name or f"arg{at}", btf.spell(p.type_id), p.type_id) if p.type_id else Parameter("", "...", 0)
                 for at, p in enumerate(params))  # fmt: skip


# ---------------------------------------------------------------- each kind


def _functions(hook: Hook, pattern: str, btf: Btf) -> Iterator[Found]:
    """Functions of the kernel; of an LSM hook those that BTF has as `bpf_lsm_NAME`."""
    prefix = "bpf_lsm_" if hook.prog_type == "LSM" else ""
    for name in btf.names_like(prefix + pattern):
        func = btf.find_func(name)
        proto = btf.type(getattr(btf.type(func), "type_id", 0)) if func is not None else None
        if isinstance(proto, FuncProto):
            result = btf.spell(proto.ret_type_id) if proto.ret_type_id else "void"
            only_result = hook.args == "pt_regs_ret"
            yield Found(name.removeprefix(prefix), () if only_result else _parameters(btf, proto.params), result)


def _tracepoints(pattern: str, btf: Btf) -> Iterator[Found]:
    for name in btf.names_like(f"btf_trace_{pattern}"):
        typedef = btf.find(name, ("typedef",))
        ptr = btf.type(btf.strip(typedef)) if typedef is not None else None
        proto = btf.type(ptr.type_id) if isinstance(ptr, Ptr) else None
        if isinstance(proto, FuncProto):
            yield Found(name.removeprefix("btf_trace_"), _named(btf, name, _parameters(btf, proto.params[1:])))


def _named(btf: Btf, name: str, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """With the names that the function has by which the kernel calls the tracepoint's programs, in newer kernels."""
    func = btf.find_func(name.replace("btf_trace_", "__traceiter_"))
    proto = btf.type(getattr(btf.type(func), "type_id", 0)) if func is not None else None
    names = [p.name for p in proto.params[1:]] if isinstance(proto, FuncProto) else []
    if len(names) != len(parameters):
        return parameters
    return tuple(each._replace(name=own or each.name) for own, each in zip(names, parameters))


def _events(pattern: str, btf: Btf) -> Iterator[Found]:
    for name in tracepoints.names():
        if fnmatchcase(name, pattern):
            group, _, event = name.partition(":")
            known = (btf.find(struct, ("struct",)) for struct in tracepoints.classes(group, event))
            struct = next((each for each in known if each is not None), None)
            if struct is not None:
                yield Found(name, (Parameter("event", btf.spell(struct), struct),))


def _system_calls(hook: Hook, pattern: str, btf: Btf, arch: str) -> Iterator[Found]:
    for name in dict.fromkeys(syscalls.names()):
        if fnmatchcase(name, pattern):
            known = syscalls.find(name, arch) if hook.args == "syscall_args" else ()
            if known is not None:
                result = "long" if hook.args == "syscall_ret" else ""
                yield Found(name, tuple(_argument(btf, each) for each in known), result)


def _argument(btf: Btf, argument: syscalls.Argument) -> Parameter:
    """Every pointer is one of the calling process."""
    star = argument.type.endswith("*")
    spelled = f"{argument.type[:-1].rstrip()} __user *" if star else argument.type
    target = argument.type.removeprefix("const ").rstrip("*").strip() if star else ""
    return Parameter(argument.name, spelled, (find_type(btf, target) or 0) if target.startswith("struct ") else 0)


__all__ = ["Field", "Found", "Parameter", "fields", "prototype", "targets"]
