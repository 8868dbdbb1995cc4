"""Helpers of the kernel by their own names: who may call them, what they take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import kernel_types
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import converter, untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.types import NIL, S64, U64, BoolType, CtxType, IntType, PtrType, StrType, Type

if TYPE_CHECKING:
    from rucy.kernel.helpers import Helper
    from rucy.lang.checker.state import Checker

#: Licences that the kernel takes as compatible: license_is_gpl_compatible of include/linux/license.h.
GPL_COMPATIBLE = (
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
)  # fmt: skip
# Argument classes of kernel.helpers that can be given here; what stands before "|" and ":" of them.
_SIZES = ("CONST_SIZE", "CONST_SIZE_OR_ZERO")
_TEXTS = ("MEM", "MEM_OR_NULL", "CONST_STR")
_OBJECTS = ("PTR_TO_BTF_ID", "PTR_TO_BTF_ID_OR_NULL", "BTF_ID_SOCK_COMMON")
_CONTEXTS = ("CTX", "CTX_OR_NULL")
_KNOWN = ("ANYTHING", *_SIZES, *_TEXTS, *_OBJECTS, *_CONTEXTS)
_MAPS = ("CONST_MAP_PTR", "MAP_KEY", "MAP_VALUE", "MAP_VALUE_OR_NULL")
_RESULTS = ("INTEGER", "VOID", "PTR_TO_BTF_ID", "PTR_TO_BTF_ID_OR_NULL")


def _base(cls: str) -> str:
    return cls.split("|")[0].split(":")[0].split("=")[0]


def find(name: str) -> Helper | None:
    from rucy.kernel import helpers

    return helpers.find(name)


def names() -> list[str]:
    from rucy.kernel import helpers

    return helpers.names()


def allowed(ck: Checker, node: tree.Send, row: Helper) -> bool:
    """Licence, program type and release; says what is missing."""
    from rucy.kernel import helpers

    where = ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type
    release = helpers.since(row, ck.site.prog_type)
    if release is None:
        ck.say("HelperNotHere", node.name_span, name=node.name, hook=where)
        return False
    if row.gpl and ck.license not in GPL_COMPATIBLE:
        ck.say("HelperLicense", node.name_span, name=node.name, license=ck.license)
        return False
    ck.need(release, f"`{node.name}` in `{where}`", node.name_span)
    return True


def call(ck: Checker, node: tree.Send, row: Helper) -> typed.Node:
    """`name(args)`: the context may be left out, a pointer and its size are one string."""
    from rucy.kernel import helpers

    refused = _refused(row)
    row = helpers.for_program(row, ck.site.prog_type)
    refused = refused or _refused(row)
    if refused:
        for arg in node.args:
            ck.expr(arg)
        return ck.say("NotYet", node.name_span, what=f"`{node.name}`, which {refused},", instead="another helper")
    if node.kwargs:
        return ck.say("NoKeywords", node.kwargs[0][1].span, name=node.name, word=node.kwargs[0][0])
    if node.block is not None:
        return ck.say("NoBlock", node.name_span, name=node.name)
    legal = allowed(ck, node, row)
    args = _arguments(ck, node, row)
    if args is None or not legal:
        return bad(node.span)
    if row.changes_packet:
        from rucy.lang.checker import packets

        packets.moved(ck, node.name_span)
    return _result(ck, node, row, args)


def _refused(row: Helper) -> str:
    """Why a helper cannot be called yet; "" if it can."""
    for arg in row.args:
        base = _base(arg)
        if base in _MAPS:
            return "takes a map"
        if "UNINIT" in arg or "WRITE" in arg:
            return "fills a buffer"
        if base not in _KNOWN:
            return "takes an object that this version has not"
    if row.acquires or row.releases:
        return "hands over an object that must be given back"
    return "" if _base(row.ret) in _RESULTS else "gives a pointer into memory"


def _arguments(ck: Checker, node: tree.Send, row: Helper) -> tuple[typed.Node, ...] | None:
    """Arguments in the kernel's order and number; None if some were refused."""
    classes = list(row.args)
    pairs = sum(1 for i, c in enumerate(classes) if i and c in _SIZES and _is_text(classes[i - 1]))
    counts = {len(classes), len(classes) - pairs}
    given = list(node.args)
    may_leave = bool(classes) and classes[0] in _CONTEXTS and not _is_ctx(given)
    if may_leave:
        counts |= {count - 1 for count in counts}
    if len(given) not in counts:
        for arg in given:
            ck.expr(arg)
        ck.say("HelperArity", node.name_span, name=node.name, signature=row.signature, given=len(given),
               takes=" or ".join(map(str, sorted(counts))))  # fmt: skip
        return None
    out: list[typed.Node] = []
    missing = len(classes) - len(given)
    leave_ctx = may_leave and missing in (1, 1 + pairs)
    short = missing - leave_ctx > 0
    whole = True
    for i, cls in enumerate(classes):
        if i == 0 and leave_ctx:
            out.append(typed.Ctx(node.span, CtxType(ck.site.context)))
            continue
        if cls in _SIZES and short and i and _is_text(classes[i - 1]):
            size = out[-1].type.size if isinstance(out[-1].type, StrType) else 0
            out.append(typed.Int(out[-1].span, U64, size))
            continue
        made = _argument(ck, node, cls, given.pop(0), _is_number(row, i))
        if cls in _SIZES and out and isinstance(out[-1].type, StrType) and settled(made.type):
            if not isinstance(made, typed.Int) or not 0 < made.value <= out[-1].type.size:
                made = ck.say("HelperSize", made.span, name=node.name, size=out[-1].type.size)
        whole = whole and settled(made.type)
        out.append(made)
    return tuple(out) if whole else None


def _is_text(cls: str) -> bool:
    return _base(cls) in _TEXTS


def _is_ctx(given: list[tree.Node]) -> bool:
    first = given[0] if given else None
    return isinstance(first, tree.Send) and first.recv is None and first.name == "ctx"


def _is_number(row: Helper, at: int) -> bool:
    """Does the kernel's own signature say 32 bits, which is no place for an address?"""
    given = row.signature.partition("(")[2].split(",")
    return at < len(given) and given[at].strip().startswith(("u32 ", "__u32 ", "s32 ", "int "))


def _argument(ck: Checker, node: tree.Send, cls: str, arg: tree.Node, number: bool) -> typed.Node:
    value = kernel_types.address(ck, ck.expr(arg))
    base, struct = _base(cls), cls.split("|")[0].partition(":")[2]
    if not settled(value.type):
        return value
    if not _fits(ck, base, struct, value.type) or (number and isinstance(value.type, PtrType) and base == "ANYTHING"):
        if may_be_nil(value.type) and not isinstance(value.type, PtrType):
            return untested(ck, value)
        return ck.say("HelperArgument", value.span, name=node.name, want=_wanted(base, struct), have=ck.called(value.type))
    if base == "CONST_STR" and not isinstance(value, typed.Str):
        return ck.say("LiteralText", value.span, name=node.name)
    if isinstance(value.type, PtrType) and value.type.null and base in _OBJECTS and not base.endswith("_OR_NULL"):
        return untested(ck, value)
    if isinstance(value.type, IntType) and value.type.net and base in _SIZES:
        return ck.say("NetworkOrder", value.span, text=value.span.text, convert=converter(value.type.net))
    return value


def _fits(ck: Checker, base: str, struct: str, type_: Type) -> bool:
    if base == "ANYTHING":
        return isinstance(type_, IntType | BoolType | PtrType)
    if base in _SIZES:
        return isinstance(type_, IntType)
    if base in _CONTEXTS:
        return isinstance(type_, CtxType)
    if base in _TEXTS:
        return isinstance(type_, StrType)
    if not isinstance(type_, PtrType) or not type_.direct:
        return False
    return not struct or ck.btf().name(ck.btf().strip(type_.pointee)) == struct


def _wanted(base: str, struct: str) -> str:
    if base == "ANYTHING" or base in _SIZES:
        return "an Integer"
    if base in _CONTEXTS:
        return "the context"
    if base in _TEXTS:
        return "a string"
    return f"a pointer to struct {struct} that the verifier knows" if struct else "a kernel pointer that the verifier knows"


_NON_NEGATIVE = ("u64 ", "u32 ", "__u64 ", "__u32 ")


def _result(ck: Checker, node: tree.Send, row: Helper, args: tuple[typed.Node, ...]) -> typed.Node:
    base, _, struct = row.ret.partition(":")
    if base == "VOID":
        return typed.CallHelper(node.span, NIL, row.name, args)
    if base.startswith("PTR_TO_BTF_ID"):
        target = struct or row.signature.split("*")[0].replace("struct", "").split()[0]
        null = "OR_NULL" in base
        type_ = PtrType(kernel_types.named(ck, target), True, null)
        return typed.CallHelper(node.span, type_, row.name, args)
    unsigned = row.signature.startswith(_NON_NEGATIVE)
    return typed.CallHelper(node.span, U64 if unsigned else S64, row.name, args)
