"""Arguments of helpers, by their class (kernel.helpers): numbers, the context, objects of the kernel, memory.

Memory and its size are a pair of arguments in the kernel; a program gives a string, a struct or an array, and may leave the
size out. What a helper fills is a struct, an array or a text field of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import kernel_types
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import converter, untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.storage import size_of
from rucy.lang.types import (
    NIL,
    U64,
    BoolType,
    BytesType,
    CtxType,
    DynptrType,
    ElementsType,
    HeaderType,
    IntType,
    PtrType,
    StrType,
    StructType,
    Type,
)  # fmt: skip

if TYPE_CHECKING:
    from rucy.kernel.helpers import Helper
    from rucy.lang.checker.state import Checker

# Classes that can be given; what stands before "|", ":" and "=" of them.
SIZES = ("CONST_SIZE", "CONST_SIZE_OR_ZERO")
MEMORY = ("MEM", "MEM_OR_NULL", "FIXED_SIZE_MEM")
_OBJECTS = ("PTR_TO_BTF_ID", "PTR_TO_BTF_ID_OR_NULL")
_SOCKETS = ("SOCK_COMMON", "BTF_ID_SOCK_COMMON", "SOCKET_OR_NULL")
CONTEXTS = ("CTX", "CTX_OR_NULL")
KNOWN = ("ANYTHING", "CONST_STR", "DYNPTR", "TIMER", *SIZES, *MEMORY, *_OBJECTS, *_SOCKETS, *CONTEXTS)

#: Structs that the verifier takes where it wants a socket: sock_types and btf_id_sock_common_types of kernel/bpf/verifier.c.
_ANY_SOCKET = ("bpf_sock", "bpf_tcp_sock")
_KERNEL_SOCKETS = ("sock_common", "sock", "inet_sock", "inet_connection_sock", "tcp_sock", "tcp6_sock", "udp_sock", "udp6_sock",
                   "unix_sock", "inet6_sock", "raw_sock", "request_sock", "tcp_request_sock", "tcp_timewait_sock")  # fmt: skip


def base(cls: str) -> str:
    return cls.split("|")[0].split(":")[0].split("=")[0]


def fills(cls: str) -> bool:
    """Does the helper write into this memory?"""
    return base(cls) in MEMORY and ("UNINIT" in cls or "WRITE" in cls)


def is_pair(classes: tuple[str, ...], at: int) -> bool:
    """Is the class at `at` the size of the memory before it?"""
    return at > 0 and classes[at] in SIZES and base(classes[at - 1]) in MEMORY


def memory_size(type_: Type) -> int:
    """Bytes of what is given for memory; 0 of what is none."""
    match type_:
        case StrType():
            return type_.size
        case StructType() | ElementsType() | BytesType():
            return size_of(type_.storage)
        case HeaderType():
            return type_.size
    return 0


def check(ck: Checker, node: tree.Send, row: Helper, at: int, arg: tree.Node) -> typed.Node:
    """One argument that is given."""
    cls = row.args[at]
    kind, struct = base(cls), cls.split("|")[0].partition(":")[2]
    if kind == "TIMER":
        from rucy.lang.checker import objects

        return objects.argument(ck, node.name, arg, "timer")
    if kind in _OBJECTS and struct == "task_struct" and is_current_task(arg):
        return running_task(ck, arg)
    made = ck.expr(arg)
    value = in_place(ck, made, struct) or kernel_types.address(ck, made)
    if not settled(value.type):
        return value
    if kind in MEMORY:
        return _memory(ck, node, cls, value, row.name)
    number = kind == "ANYTHING" and isinstance(value.type, PtrType) and _is_number(row, at)
    if number or not _fits(ck, kind, struct, value.type):
        if may_be_nil(value.type) and not isinstance(value.type, PtrType):
            return untested(ck, value)
        return ck.say("HelperArgument", value.span, name=node.name, want=_wanted(kind, struct), have=ck.called(value.type))
    if kind == "CONST_STR" and not isinstance(value, typed.Str):
        return ck.say("LiteralText", value.span, name=node.name)
    is_object = kind in _OBJECTS or kind in _SOCKETS
    if is_object and isinstance(value.type, PtrType) and value.type.null and not kind.endswith("_OR_NULL"):
        return untested(ck, value)
    if isinstance(value.type, IntType) and value.type.net and kind in SIZES:
        return ck.say("NetworkOrder", value.span, text=value.span.text, convert=converter(value.type.net))
    return value


def is_current_task(arg: tree.Node) -> bool:
    """Is this argument the word `current_task`?"""
    return isinstance(arg, tree.Send) and arg.recv is None and arg.name == "current_task"


def running_task(ck: Checker, node: tree.Node) -> typed.Node:
    """`current_task` where an object that the verifier knows is wanted: by the helper whose result it knows."""
    from rucy.lang.checker import helper_calls

    row = helper_calls.find("get_current_task_btf")
    assert row is not None and isinstance(node, tree.Send)
    if not helper_calls.allowed(ck, node, row):
        return bad(node.span)
    task = PtrType(kernel_types.named(ck, "task_struct"), True, False, held="trusted")
    return typed.CallHelper(node.span, task, row.name, ())


def in_place(ck: Checker, made: typed.Node, struct: str) -> typed.Node | None:
    """The address of a struct that lies in an object that the verifier knows: it follows that too."""
    if not struct or not isinstance(made, kernel_types.Place) or not isinstance(made.base.type, PtrType):
        return None
    if kernel_types.btf_name(ck, made.btf_type) != struct or made.element is not None or not made.base.type.direct:
        return None
    if made.base.type.null:
        return untested(ck, made.base)
    address = kernel_types.address(ck, made)
    if isinstance(address, typed.KernelAddress) and isinstance(address.type, PtrType):
        address.type = address.type._replace(direct=True, trusted=made.base.type.trusted, held=made.base.type.held)
    return address


def _memory(ck: Checker, node: tree.Send, cls: str, value: typed.Node, row_name: str) -> typed.Node:
    if base(cls) == "MEM_OR_NULL" and value.type == NIL:
        return typed.Int(value.span, U64, 0)
    if isinstance(value.type, HeaderType) and not value.type.copied:
        from rucy.kernel.packets import TAKE_BYTES

        if row_name not in TAKE_BYTES:
            return ck.say("HelperPacket", value.span, name=node.name, text=value.span.text)
    if not memory_size(value.type):
        want = "a struct or an array of the program" if fills(cls) else "a string, a struct or an array"
        if may_be_nil(value.type) and not isinstance(value.type, PtrType):
            return untested(ck, value)
        return ck.say("HelperArgument", value.span, name=node.name, want=want, have=ck.called(value.type))
    fixed = cls.partition("=")[2].partition("|")[0]
    if fixed and memory_size(value.type) != int(fixed):
        return ck.say("HelperMemory", value.span, name=node.name, wants=fixed, size=memory_size(value.type))
    if row_name == "dynptr_from_mem" and getattr(value.type, "place", "") not in ("map", "percpu"):
        return ck.say("DynptrMemory", value.span, name=node.name, text=value.span.text)
    if fills(cls) and isinstance(value.type, StrType | BytesType):
        return ck.say("HelperFills", value.span, name=node.name, text=value.span.text)
    return value


def _is_number(row: Helper, at: int) -> bool:
    """Does the kernel's own signature say 32 bits, which is no place for an address?"""
    given = row.signature.partition("(")[2].split(",")
    return at < len(given) and given[at].strip().startswith(("u32 ", "__u32 ", "s32 ", "int "))


def _fits(ck: Checker, kind: str, struct: str, type_: Type) -> bool:
    if kind == "ANYTHING":
        return isinstance(type_, IntType | BoolType | PtrType)
    if kind in SIZES:
        return isinstance(type_, IntType)
    if kind in CONTEXTS:
        return isinstance(type_, CtxType)
    if kind == "CONST_STR":
        return isinstance(type_, StrType)
    if kind == "DYNPTR":
        return isinstance(type_, DynptrType)
    if not isinstance(type_, PtrType) or not type_.direct:
        return False
    name = kernel_types.btf_name(ck, type_.pointee)
    match kind:
        case "SOCKET_OR_NULL":
            return name == "bpf_sock" and not type_.common
        case "SOCK_COMMON":
            return name in _ANY_SOCKET
        case "BTF_ID_SOCK_COMMON":
            return name in _ANY_SOCKET or name in _KERNEL_SOCKETS
    if struct == "sock_common":  # it begins each of them, which btf_struct_ids_match of kernel/bpf/verifier.c sees
        return name in _KERNEL_SOCKETS
    return not struct or name == struct


def _wanted(kind: str, struct: str) -> str:
    if kind == "ANYTHING" or kind in SIZES:
        return "an Integer"
    if kind in CONTEXTS:
        return "the context"
    if kind == "CONST_STR":
        return "a string"
    if kind == "DYNPTR":
        return "a dynptr"
    if kind in _SOCKETS:
        return "a socket"
    return f"a pointer to struct {struct} that the verifier knows" if struct else "a kernel pointer that the verifier knows"
