"""Helpers of the kernel by their own names: who may call them, what they take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.kernel.maptypes import HELPERS
from rucy.lang import tree, typed
from rucy.lang.checker import helper_arguments as arguments
from rucy.lang.checker import kernel_types
from rucy.lang.checker.infer import settled
from rucy.lang.checker.state import bad
from rucy.lang.types import LONGEST_TEXT, NIL, S64, U64, CtxType, DynptrType, OptType, PtrType, StrType, Type

if TYPE_CHECKING:
    from rucy.kernel.helpers import Helper
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

#: Licences that the kernel takes as compatible: license_is_gpl_compatible of include/linux/license.h.
GPL_COMPATIBLE = (
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
)  # fmt: skip
_MAPS = ("CONST_MAP_PTR", "MAP_KEY", "MAP_VALUE", "MAP_VALUE_OR_NULL")
#: result class → (struct, what all sockets have only)
_SOCKETS = {
    "PTR_TO_SOCKET_OR_NULL": ("bpf_sock", False), "PTR_TO_SOCK_COMMON_OR_NULL": ("bpf_sock", True),
    "PTR_TO_TCP_SOCK_OR_NULL": ("bpf_tcp_sock", False),
}  # fmt: skip
_RESULTS = ("INTEGER", "VOID", "PTR_TO_BTF_ID", "PTR_TO_BTF_ID_OR_NULL", *_SOCKETS)
#: helpers that fill text: called without the memory they give the string, of so many bytes unless a size is given
_TEXTS = {"d_path": 128, "sysctl_get_name": 64, "sysctl_get_current_value": 64, "sysctl_get_new_value": 64}


def find(name: str) -> Helper | None:
    from rucy.kernel import helpers

    return helpers.find(name)


def names() -> list[str]:
    from rucy.kernel import helpers

    return helpers.names()


def allowed(ck: Checker, node: tree.Send, row: Helper) -> bool:
    """Licence, program type, attach type and release; says what is missing."""
    from rucy.kernel import helpers

    where = ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type
    release = helpers.since(row, ck.site.prog_type, ck.site.attach_type)
    if release is None:
        ck.say("HelperNotHere", node.name_span, name=node.name, hook=where)
        return False
    if row.gpl and ck.license not in GPL_COMPATIBLE:
        ck.say("HelperLicense", node.name_span, name=node.name, license=ck.license)
        return False
    ck.need(release, f"`{node.name}` in `{where}`", node.name_span)
    return True


def implied(ck: Checker, span: Span, name: str) -> None:
    """A read that takes a helper which the user did not write: the same is asked, and of the licence said once."""
    from rucy.kernel import helpers

    row = helpers.find(name)
    assert row is not None, name
    release = helpers.since(row, ck.site.prog_type, ck.site.attach_type)
    if release is None:
        where = ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type
        ck.say("HelperNotHere", span, name=name, hook=where)
    elif row.gpl and ck.license not in GPL_COMPATIBLE:
        if not any(said.title == "ReadLicense" for said in ck.said):
            ck.say("ReadLicense", span, text=span.text, name=name, license=ck.license)
    else:
        ck.need(release, f"`{span.text}`", span)


def call(ck: Checker, node: tree.Send, row: Helper, used: bool = True) -> typed.Node:
    """`name(args)`: the context may be left out, and the size of a string, struct or array."""
    from rucy.kernel import helpers

    if "PTR_TO_FUNC" in row.args:
        from rucy.lang.checker import callbacks

        if row.name in callbacks.FORMS:
            return callbacks.call(ck, node, row, used)
    refused = _refused(row)
    row = helpers.for_program(row, ck.site.prog_type)
    refused = refused or _refused(row)
    if refused:
        return _by_form(ck, node, row, refused)
    if node.kwargs:
        return ck.say("NoKeywords", node.kwargs[0][1].span, name=node.name, word=node.kwargs[0][0])
    if node.block is not None:
        return ck.say("NoBlock", node.name_span, name=node.name)
    legal = allowed(ck, node, row)
    if row.name in helpers.SLEEPING or (row.may_sleep and ck.site.sleepable and ck.site.regions):
        from rucy.lang.checker.kfunc_calls import awake

        legal = awake(ck, node) and legal
    if row.name == "d_path" and ck.site.function not in ("", *helpers.D_PATH):
        legal = False
        ck.say("PathHere", node.name_span, name=node.name, target=ck.site.function, all=", ".join(helpers.D_PATH))
    given = _given(ck, node, row)
    args = _arguments(ck, node, row, given) if given is not None else None
    if args is None or not legal:
        return bad(node.span)
    if row.changes_packet:
        from rucy.lang.checker import packets

        packets.moved(ck, node.name_span)
    return _result(ck, node, row, args)


def _by_form(ck: Checker, node: tree.Send, row: Helper, refused: str) -> typed.Node:
    """What the language says in a way of its own."""
    from rucy.lang.checker import kernel_maps, kfunc_calls, maps

    form = kernel_maps.form(row)
    if form is not None:  # what it takes is named otherwise there
        for arg in node.args:
            if refused == "takes a map" and maps.find(ck, arg) is None:
                ck.expr(arg)
        return ck.say("HelperForm", node.name_span, name=node.name, form=form)
    return kfunc_calls.refuse_foreign(ck, node, kfunc_calls.foreign(row.name))


def _refused(row: Helper) -> str:
    """Why a helper cannot be called yet; "" if it can."""
    for arg in row.args:
        if arguments.base(arg) in _MAPS:
            if row.name not in HELPERS:
                return "takes a map"
        elif arguments.base(arg) not in arguments.KNOWN:
            return "takes an object that this version has not"
    return "" if row.ret.partition(":")[0] in _RESULTS else "gives a pointer into memory"


def _given(ck: Checker, node: tree.Send, row: Helper) -> list[tree.Node | str] | None:
    """What is given for each argument: a node, or "ctx", "size" (of the memory before it), "text" (perhaps with its room) and
    "out" (memory that the call makes, whose contents are its value). None: too many or too few, which is said."""
    classes, given = row.args, list(node.args)
    if row.name == "d_path" and len(given) == 2 and isinstance(given[1], tree.Int | tree.Const):
        room = _room(ck, node, given[1])
        return [given[0], f"text {room}", "size"] if room is not None else None
    own = [i for i in range(len(classes)) if _makes(row, i)]
    sizes = [i for i in range(len(classes)) if arguments.is_pair(classes, i)]
    skips = dict.fromkeys(sizes, "size")
    made = {i: "text" if i in own and row.name in _TEXTS else "out" for i in own}
    made |= {i: "size" for i in sizes if i - 1 in own}
    first = {0: "ctx"} if classes and classes[0] in arguments.CONTEXTS and not _is_ctx(given) else {}
    always, flags = _of_dynptrs(row)
    choices = [first, {}, first | skips, skips, first | made | skips if own else {}, made | skips if own else {}]
    for left in [choice | always | more for choice in choices for more in ({}, flags)]:
        if len(classes) - len(left) == len(given):
            rest = iter(given)
            return [left[i] if i in left else next(rest) for i in range(len(classes))]
    for arg in given:
        ck.expr(arg)
    counts = {len(classes) - len(left | always | more) for left in (first, {}, first | skips, skips) for more in ({}, flags)}
    ck.say("HelperArity", node.name_span, name=node.name, signature=row.signature, given=len(given),
           takes=" or ".join(map(str, sorted(counts))))  # fmt: skip
    return None


def _room(ck: Checker, node: tree.Send, arg: tree.Node) -> int | None:
    """`d_path(path, 512)`: the room for the text, as `str` has it."""
    size = ck.value(arg)
    if isinstance(size, typed.Int) and 1 <= size.value <= LONGEST_TEXT:
        return size.value
    if settled(size.type):
        ck.say("StringSize", size.span, name=node.name)
    return None


def _of_dynptrs(row: Helper) -> tuple[dict[int, str], dict[int, str]]:
    """What a helper of dynptrs makes itself, and its flags, which may be left out."""
    if not any(cls.startswith("DYNPTR") for cls in row.args):
        return {}, {}
    made = {i: "dynptr" for i, cls in enumerate(row.args) if cls.startswith("DYNPTR") and "UNINIT" in cls}
    return made, {i: "zero" for i, name in enumerate(row.arg_names) if name == "flags"}


def _makes(row: Helper, at: int) -> bool:
    """May the call make this memory itself, and give what the helper writes there?"""
    cls = row.args[at]
    return (row.name in _TEXTS and arguments.fills(cls)) or cls.startswith("FIXED_SIZE_MEM=8|UNINIT")


def _is_ctx(given: list[tree.Node]) -> bool:
    first = given[0] if given else None
    return isinstance(first, tree.Send) and first.recv is None and first.name == "ctx"


def _arguments(
    ck: Checker, node: tree.Send, row: Helper, given: list[tree.Node | str]
) -> tuple[typed.Node, ...] | None:  # fmt: skip
    """Arguments in the kernel's order and number; None if some were refused."""
    out: list[typed.Node] = []
    for at, arg in enumerate(given):
        match arg:
            case "ctx":
                out.append(typed.Ctx(node.span, CtxType(ck.site.context)))
            case "size":
                out.append(typed.Int(out[-1].span, U64, arguments.memory_size(out[-1].type)))
            case str() if arg.startswith("text"):
                room = arg.removeprefix("text").strip()
                out.append(typed.Room(node.span, StrType(int(room) if room else _TEXTS[row.name])))
            case "out":
                out.append(typed.Room(node.span, U64))
            case "zero":
                out.append(typed.Int(node.span, U64, 0))
            case "dynptr":
                kind = "ringbuf" if row.name.startswith("ringbuf") else "mem"
                out.append(typed.NewDynptr(node.span, DynptrType(kind)))
            case tree.Node() if arguments.base(row.args[at]) in _MAPS:
                from rucy.lang.checker import kernel_maps

                out.append(kernel_maps.argument(ck, node, row, at, arg, out))
            case tree.Node():
                made = arguments.check(ck, node, row, at, arg)
                if arguments.is_pair(row.args, at) and settled(made.type):
                    made = _size(ck, node, out[-1], made)
                out.append(made)
    return tuple(out) if all(settled(arg.type) for arg in out) else None


def _size(ck: Checker, node: tree.Send, memory: typed.Node, size: typed.Node) -> typed.Node:
    """A size that is given: a constant that the memory has."""
    room = arguments.memory_size(memory.type)
    if isinstance(size, typed.AtMost) and size.highest <= room:
        return size
    if not settled(memory.type) or (isinstance(size, typed.Int) and 0 <= size.value <= room):
        return size
    return ck.say("HelperSize", size.span, name=node.name, size=room)


_NON_NEGATIVE = ("u64 ", "u32 ", "__u64 ", "__u32 ")


def _result(ck: Checker, node: tree.Send, row: Helper, args: tuple[typed.Node, ...]) -> typed.Node:
    base, _, struct = row.ret.partition(":")
    for arg in args:
        if isinstance(arg, typed.NewDynptr):
            return typed.CallHelper(node.span, arg.type, row.name, args)
        if isinstance(arg, typed.Room):
            type_: Type = arg.type if isinstance(arg.type, StrType) else OptType(arg.type)
            return typed.CallHelper(node.span, type_, row.name, args)
    if base == "VOID":
        return typed.CallHelper(node.span, NIL, row.name, args)
    if base in _SOCKETS:
        name, common = _SOCKETS[base]
        found = PtrType(kernel_types.named(ck, name), True, True, False, True, common)
        return typed.CallHelper(node.span, found, row.name, args)
    if base.startswith("PTR_TO_BTF_ID"):
        from rucy.kernel.kfuncs import HELD_RESULTS

        target = struct or row.signature.split("*")[0].replace("struct", "").split()[0]
        null = "OR_NULL" in base
        found = PtrType(kernel_types.named(ck, target), True, null, held="trusted" if row.name in HELD_RESULTS else "")
        return typed.CallHelper(node.span, found, row.name, args)
    unsigned = row.signature.startswith(_NON_NEGATIVE)
    return typed.CallHelper(node.span, U64 if unsigned else S64, row.name, args)
