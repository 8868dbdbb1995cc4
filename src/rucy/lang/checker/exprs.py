"""Literals, variables, constants, `$globals`, primitive operations and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import strings
from rucy.lang.checker.coerce import coerce, wrap
from rucy.lang.checker.control import negated, variable
from rucy.lang.checker.infer import join, settled
from rucy.lang.checker.ints import fold, interval, kind, literal, operation, untested
from rucy.lang.checker.state import Checker, bad, may_be_nil, unwrapped
from rucy.lang.types import (
    BAD,
    BOOL,
    NEVER,
    NIL,
    S64,
    U64,
    ArrayType,
    BadType,
    BoolType,
    BytesType,
    ElementsType,
    IntType,
    NilType,
    OptType,
    PtrType,
    RangeType,
    StrType,
    StructType,
    SymType,
    WordsType,
    value_type,
)  # fmt: skip

if TYPE_CHECKING:
    from rucy.source import Span


class Done(tree.Node):
    """A tree node for what has been checked already: a receiver on its way through a method row's expansion."""

    __slots__ = ("node",)
    node: typed.Node


def done(ck: Checker, node: Done, used: bool) -> typed.Node:
    return node.node


# ---------------------------------------------------------------- literals


def int_(ck: Checker, node: tree.Int, used: bool) -> typed.Node:
    return literal(ck, node.span, node.value)


def bool_(ck: Checker, node: tree.Bool, used: bool) -> typed.Node:
    return typed.Bool(node.span, BOOL, node.value)


def nil(ck: Checker, node: tree.Nil, used: bool) -> typed.Node:
    return typed.Nil(node.span, NIL)


def str_(ck: Checker, node: tree.Str, used: bool) -> typed.Node:
    if b"\0" in node.value:
        return ck.say("NulInString", node.span)
    return typed.Str(node.span, StrType(len(node.value) + 1, node.value), node.value)


def interp(ck: Checker, node: tree.Interp, used: bool) -> typed.Node:
    return ck.say("InterpolationHere", node.span)


def sym(ck: Checker, node: tree.Sym, used: bool) -> typed.Node:
    """A word of the hook's result: its number, of a type that only results and comparisons take."""
    values = dict(ck.site.result.values)
    if node.name in values:
        return typed.Int(node.span, SymType(node.name), values[node.name])
    from rucy.lang.checker.suggest import result

    meant = result(ck, node.name)
    number = _number_called(ck, node.name)
    if not values and not meant and ck.site.result.kind != "bytes":
        return ck.say("SymbolHere", node.span, name=node.name, number=number)
    from rucy.lang.checker.results import listed

    return ck.say("UnknownResult", node.span, name=node.name, results=listed(ck.site.result, ck.words), suggestion=meant,
                  number=number)  # fmt: skip


def _number_called(ck: Checker, word: str) -> str:
    """The constant that a symbol may stand for: "IPPROTO_TCP" of `:tcp`; "" where there is none."""
    from rucy.kernel import constants

    names = (prefix + word.upper() for prefix in ("IPPROTO_", "ETH_P_", "AF_", "TCP_", "SIG", ""))
    return next((name for name in names if constants.find(name, ck.target.arch) is not None), "")


def array(ck: Checker, node: tree.Array, used: bool) -> typed.Node:
    return listed(ck, node.span, [ck.value(item) for item in node.items])


def listed(ck: Checker, span: Span, items: list[typed.Node]) -> typed.Node:
    """An array of constants, by its elements."""
    values: list[int] = []
    whole, signed = True, False
    if items and isinstance(items[0], typed.Str):
        return _words(ck, span, items)
    for value in items:
        if isinstance(value, typed.Int) and isinstance(value.type, IntType):
            values.append(value.value)
            signed = signed or value.type.signed
        elif settled(value.type):
            if whole:
                _no_element(ck, value)
            whole = False
        else:
            whole = False
    if not whole:
        return bad(span)
    return typed.Nil(span, ArrayType(tuple(wrap(value, signed) for value in values), signed))


def _words(ck: Checker, span: Span, items: list[typed.Node]) -> typed.Node:
    other = next((item for item in items if not isinstance(item, typed.Str)), None)
    if other is None:
        return typed.Nil(span, WordsType(tuple(item.value for item in items if isinstance(item, typed.Str))))
    if settled(other.type):
        _no_element(ck, other)
    return bad(span)


def _no_element(ck: Checker, value: typed.Node) -> None:
    have, advice = ck.called(value.type), "use literals or constants as elements"
    if isinstance(value, typed.Int | typed.Str):
        advice = "put only Integers into a list, or only strings"
    elif isinstance(value.type, IntType | StrType):
        have += " that is known only when the program runs"
        advice = "use local variables, one for each, or ask where the list stands: `[a, b].max`, `for x in [a, b] do … end`"
    ck.say("ArrayElement", value.span, have=have, advice=advice)


def range_(ck: Checker, node: tree.Range, used: bool) -> typed.Node:
    if used:
        return ck.say("RangeValue", node.span)
    ends = tuple(ck.effect(end) for end in (node.lo, node.hi) if end is not None)
    nothing = typed.Nil(node.span, RangeType())
    return typed.Seq(node.span, nothing.type, (*ends, nothing)) if ends else nothing


# ---------------------------------------------------------------- names


def local(ck: Checker, node: tree.Local, used: bool) -> typed.Node:
    return ck.read(node.var, node.span)


def set_local(ck: Checker, node: tree.SetLocal, used: bool) -> typed.Node:
    from rucy.lang.checker.kernel_types import materialize, remember_place

    found = ck.expr(node.value)
    value = materialize(ck, found)
    target = ck.var(node.var)
    _remember_range(ck, node, target, value)
    remember_place(ck, node, target, found)
    made = ck.write(target, value, typed.Bind if isinstance(node, tree.Bind) else typed.Write)
    if settled(made.type) and made is not value:
        made.span = node.span
    return made


def _remember_range(ck: Checker, node: tree.SetLocal, target: typed.Var, value: typed.Node) -> None:
    """A variable with one assignment, and no other way to a value, has the range of what is assigned."""
    frame = ck.frame
    first = frame.sites.setdefault(target, node)
    if first is not node:
        if first is not None:  # what was read before took the range of the first for the only one
            frame.sites[target] = None
            ck.changed = True
        frame.ranges.pop(target, None)
    elif isinstance(value.type, IntType):
        frame.ranges[target] = interval(ck, value)


def constant(ck: Checker, name: str) -> tree.Node | None:
    """The tree of a constant's value, behind constants that name constants; None if the program has none of that name."""
    seen: set[str] = set()
    while name in ck.unit.consts and name not in seen:
        seen.add(name)
        value = ck.unit.consts[name].value
        while isinstance(value, tree.Seq) and len(value.items) == 1:
            value = value.items[0]
        if not isinstance(value, tree.Const):
            return value
        name = value.name
        if name not in ck.unit.consts:
            return value
    return None


def const(ck: Checker, node: tree.Const, used: bool) -> typed.Node:
    value = constant(ck, node.name)
    if isinstance(value, tree.Const):
        node, value = value, None
    if value is not None:
        return _folded(ck, node, value)
    from rucy.kernel import constants

    number = constants.find(node.name, ck.target.arch)
    if number is not None:
        return literal(ck, node.span, number)
    from rucy.lang.checker.kernel_types import enumerator

    found = enumerator(ck, node)
    if found is not None:
        return found
    if node.name in ck.unit.structs:
        return ck.say("StructAsValue", node.span, struct=node.name)
    from rucy.lang.checker.suggest import unknown_constant

    return unknown_constant(ck, node)


def _folded(ck: Checker, node: tree.Const, value: tree.Node) -> typed.Node:
    """A constant's value, made of literals; the nodes get the span of the use."""
    if node.name in ck.constants:  # it is made of itself
        return ck.say("ConstantOfItself", node.span, name=node.name)
    if isinstance(value, tree.OptionDecl | tree.ComputedDecl):
        from rucy.lang.checker.options import read

        return read(ck, node, value)
    if isinstance(value, tree.MapDecl):
        return bad(node.span) if ck.maps[value.name].refused else ck.say("MapAsValue", node.span, map=node.name)
    ck.constants[node.name] = value
    flow = ck.flow
    made = ck.value(value) if not isinstance(value, tree.Range) else typed.Nil(node.span, RangeType())
    ck.flow = flow
    del ck.constants[node.name]
    if isinstance(made.type, BadType | RangeType):
        return made
    match made:
        case typed.Int():
            return typed.Int(node.span, made.type, made.value)
        case typed.Bool():
            return typed.Bool(node.span, made.type, made.value)
        case typed.Str():
            return typed.Str(node.span, made.type, made.value)
        case typed.Nil():
            return typed.Nil(node.span, made.type)
    if _is_steady(made):
        return made
    return ck.say("ConstantRuns", node.span, name=node.name, method=node.name.lower())


#: what gives the same wherever it stands in a program
_STEADY = (
    typed.Int, typed.Bool, typed.Str, typed.Nil, typed.Extern, typed.CoreQuery, typed.Prim, typed.If, typed.Seq, typed.Write,
    typed.Read, typed.Bind, typed.Unrolled, typed.For, typed.Catch, typed.Throw, typed.Convert, typed.Unwrap, typed.IsNil,
    typed.Not, typed.ArrayGet, typed.StrCompare, typed.StrSize, typed.StrByte, typed.StrChar,
)  # fmt: skip


def _is_steady(part: object) -> bool:
    if isinstance(part, tuple):
        return all(map(_is_steady, part))
    if not isinstance(part, typed.Node):
        return True
    return isinstance(part, _STEADY) and all(_is_steady(getattr(part, name)) for name in part.__slots__)


# ---------------------------------------------------------------- globals


def _global(ck: Checker, name: str) -> object:
    known = ck.globals.get(name)
    if known is None:
        declared = ck.unit.globals.get(name)
        made = ck.value(declared.value) if declared is not None and not _is_compound(declared.value) else None
        known = made.type if made is not None and isinstance(made.type, IntType | BoolType | StrType) else NEVER
        known = StrType(known.size) if isinstance(known, StrType) else known
        if declared is not None and _is_compound(declared.value):
            from rucy.lang.checker import global_values

            held = global_values.storage_of(ck, declared.value)
            known = BAD if held is None else value_type(held, "map")
        ck.globals[name] = known
        ck.changed = True
    return known


def _is_compound(node: tree.Node) -> bool:
    """A struct or array, as the first value of a `$global`."""
    return isinstance(node, tree.Array | tree.Send)


def _refused(ck: Checker, name: str) -> bool:
    """Has the first value of a `$global` been refused? Then nothing more is said of it."""
    declared = ck.unit.globals.get(name)
    return declared is not None and isinstance(declared.value, tree.Bad)


def global_(ck: Checker, node: tree.Global, used: bool) -> typed.Node:
    if _refused(ck, node.name):
        return bad(node.span)
    known = _global(ck, node.name)
    declared = ck.unit.globals.get(node.name)
    if known == NEVER and declared is not None and isinstance(declared.value, tree.Nil):
        return bad(node.span)  # what it is else shows where it is assigned
    type_ = ck.globals[node.name] if known != NEVER else U64
    return typed.GlobalRead(node.span, type_, node.name)


def set_global(ck: Checker, node: tree.SetGlobal, used: bool) -> typed.Node:
    if _refused(ck, node.name):
        ck.expr(node.value)
        return bad(node.span)
    if _reads_global(node.value, node.name):
        ck.expr(node.value)
        return ck.say("GlobalReadModifyWrite", node.span, name=node.name)
    value = _global_value(ck, node.name, ck.value(node.value))
    return typed.GlobalWrite(node.span, value.type, node.name, value) if settled(value.type) else value


def _global_value(ck: Checker, name: str, value: typed.Node) -> typed.Node:
    """A value on its way into a `$global`, of the global's type."""
    _global(ck, name)
    if not settled(value.type):
        return value
    if isinstance(value.type, OptType | NilType | StructType | ElementsType):
        from rucy.lang.checker import arenas

        kept = arenas.global_value(ck, name, value)
        if kept is not None:
            return kept
    if may_be_nil(value.type):
        return untested(ck, value)
    if isinstance(value.type, StructType | ElementsType | ArrayType):
        from rucy.lang.checker import global_values

        return global_values.assigned(ck, name, value)
    if not isinstance(value.type, IntType | BoolType | StrType) or (isinstance(value.type, IntType) and value.type.net):
        return ck.say("GlobalType", value.span, name=name, have=ck.called(value.type))
    old = ck.globals[name]
    both = ck.raise_type(old, StrType(value.type.size) if isinstance(value.type, StrType) else value.type)
    if both is None:
        return ck.say("VariableTypes", value.span, name=f"${name}", old=ck.called(old), new=ck.called(value.type))
    ck.globals[name] = both
    return coerce(ck, value, both)


def _reads_global(node: object, name: str) -> bool:
    if isinstance(node, tuple):
        return any(_reads_global(part, name) for part in node)
    if isinstance(node, tree.Global):
        return node.name == name
    return isinstance(node, tree.Node) and any(_reads_global(getattr(node, part), name) for part in node.__slots__)


def _may_assign(ck: Checker, node: object, name: str, seen: set[str]) -> bool:
    """Does evaluating a tree perhaps assign the `$global`, in a method that it calls?"""
    if isinstance(node, tuple):
        return any(_may_assign(ck, part, name, seen) for part in node)
    if isinstance(node, tree.SetGlobal | tree.UpdateGlobal) and node.name == name:
        return True
    if isinstance(node, tree.Send) and node.recv is None and node.name in ck.unit.methods and node.name not in seen:
        seen.add(node.name)
        method = ck.unit.methods[node.name]
        if _may_assign(ck, (*(param.default for param in method.params), method.body), name, seen):
            return True
    return isinstance(node, tree.Node) and any(_may_assign(ck, getattr(node, part), name, seen) for part in node.__slots__)


_ATOMIC = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor"}


def update_global(ck: Checker, node: tree.UpdateGlobal, used: bool) -> typed.Node:
    value = ck.value(node.value)
    if _refused(ck, node.name):
        return bad(node.span)
    op = _ATOMIC.get(node.op)
    if op is None:
        return ck.say("GlobalOperator", node.span, name=node.name, op=node.op)
    if _may_assign(ck, node.value, node.name, set()):
        return ck.say("GlobalChangedMeanwhile", node.span, name=node.name, op=node.op, value=node.value.span.text)
    if not settled(value.type):
        return value
    if may_be_nil(value.type):
        return untested(ck, value)
    if not isinstance(value.type, IntType) or value.type.net:
        return ck.say("GlobalUpdateType", value.span, name=node.name, have=ck.called(value.type))
    if op == "sub":
        value = coerce(ck, value, S64)
    value = _global_value(ck, node.name, value)
    if not settled(value.type):
        return value
    if used or op in ("and", "or", "xor"):
        ck.need("5.12", f"`${node.name} {node.op}=`" + (" as a value" if used else ""), node.span)
    return typed.GlobalUpdate(node.span, value.type, node.name, op, value, used)


# ---------------------------------------------------------------- operations


def prim(ck: Checker, node: tree.Prim, used: bool) -> typed.Node:
    args = [ck.value(arg) for arg in node.args]
    if not all(settled(arg.type) for arg in args):
        return bad(node.span)
    match node.op:
        case "eq" | "ne" | "str_eq":
            same = equal(ck, node, args[0], args[1])
            return negated(same) if node.op == "ne" and settled(same.type) else same
        case "is_nil":
            return is_nil(node, args[0])
        case "like":
            return _like(ck, args)
        case "step":
            zero = isinstance(args[0], typed.Int) and args[0].value == 0
            return ck.say("StepZero", node.span) if zero else args[0]
        case "truth":
            return args[0] if args[0].type == BOOL else typed.Bool(node.span, BOOL, True)
        case "array_get":
            return array_get(ck, node, args)
        case "array_size":
            if isinstance(args[0].type, ArrayType | WordsType):
                return typed.Int(node.span, U64, len(args[0].type.values))
            if isinstance(args[0].type, ElementsType):
                return typed.Int(node.span, U64, args[0].type.storage.length)
    if node.op.startswith("str_"):
        return strings.operation(ck, node, args)
    return operation(ck, node.span, node.op, args)


def _like(ck: Checker, args: list[typed.Node]) -> typed.Node:
    """The first operand, an Integer, of the kind that the others have together."""
    value, *others = args
    kinds = [other.type for other in others if isinstance(other.type, IntType)]
    if not isinstance(value.type, IntType) or len(kinds) < len(others):
        return value
    return coerce(ck, value, value.type._replace(signed=any(kind.signed for kind in kinds)))


def is_nil(node: tree.Node, value: typed.Node) -> typed.Node:
    if isinstance(value.type, NilType) or not may_be_nil(value.type):
        answer = typed.Bool(node.span, BOOL, isinstance(value.type, NilType))
        return answer if is_plain(value) else typed.Seq(node.span, BOOL, (value, answer))
    return typed.IsNil(node.span, BOOL, value)


def is_plain(node: typed.Node) -> bool:
    """May it be left out, or come twice?"""
    if isinstance(node, typed.Unwrap | typed.Convert):
        return is_plain(node.value)
    return isinstance(node, typed.Int | typed.Bool | typed.Nil | typed.Str | typed.Read | typed.Ctx | typed.Setting)


def equal(ck: Checker, node: tree.Node, a: typed.Node, b: typed.Node) -> typed.Node:
    """`a == b` for any two values; of classes that can never be equal it is refused."""
    span = node.span
    bytes_ = strings.equal_characters(ck, span, a, b)
    if bytes_ is not None:
        return equal(ck, node, *bytes_) if settled(bytes_[0].type) else bytes_[0]
    if isinstance(a, typed.Str) is not isinstance(b, typed.Str):
        from rucy.lang.checker import addresses

        address = addresses.equal(ck, span, a, b)
        if address is not None:
            return address
    match a.type, b.type:
        case (NilType(), _):
            return is_nil(node, b)
        case (_, NilType()):
            return is_nil(node, a)
        case (OptType(), _) | (_, OptType()):
            return _equal_optional(ck, node, a, b)
        case (IntType(), IntType()):
            return operation(ck, span, "eq", [a, b])
        case (BoolType(), BoolType()):
            return operation(ck, span, "beq", [a, b])
        case (BytesType(), BytesType()) if a.type == b.type:
            return typed.StrCompare(span, BOOL, "eq", a, b)
        case (StructType(), StructType()):
            return ck.say("StructEqual", span, struct=a.type.storage.name, field=a.type.storage.fields[0].name)
        case (StrType(), StrType()):
            return strings.compare(ck, span, "eq", a, b)
        case (SymType(), SymType()):
            if isinstance(a, typed.Int) and isinstance(b, typed.Int):
                return typed.Bool(span, BOOL, a.value == b.value)
            return typed.Prim(span, BOOL, "eq", (typed.Convert(a.span, S64, a), typed.Convert(b.span, S64, b)), 0)
        case (PtrType(), PtrType()):
            return typed.Prim(span, BOOL, "eq", (typed.PtrCast(a.span, U64, a), typed.PtrCast(b.span, U64, b)), 0)
    from rucy.lang.checker.suggest import never_equal

    return ck.say("NeverEqual", span, left=ck.called(a.type), right=ck.called(b.type), advice=never_equal(ck, a, b))


def _equal_optional(ck: Checker, node: tree.Node, a: typed.Node, b: typed.Node) -> typed.Node:
    """nil equals only nil; both sides are evaluated once, left first."""
    lead: list[typed.Node] = []
    sides = []
    for side in (a, b):
        if not is_plain(side):
            temp = ck.temp(side.type, side.span)
            lead.append(typed.Write(side.span, side.type, temp, side))
            side = typed.Read(side.span, side.type, temp)
        sides.append(side)
    a, b = sides
    nils = [typed.IsNil(side.span, BOOL, side) if isinstance(side.type, OptType) else None for side in sides]
    test = equal(ck, node, unwrapped(a), unwrapped(b))
    if not settled(test.type):
        return test
    no = typed.Bool(node.span, BOOL, False)
    left, right = nils
    if left is not None and right is not None:
        test = typed.If(node.span, BOOL, left, right, typed.If(node.span, BOOL, negated(right), test, no))
    else:
        only = left or right
        assert only is not None
        test = typed.If(node.span, BOOL, negated(only), test, no)
    return typed.Seq(node.span, BOOL, (*lead, test)) if lead else test


def array_get(ck: Checker, node: tree.Prim, args: list[typed.Node]) -> typed.Node:
    source, index = args
    if isinstance(source.type, ElementsType):
        from rucy.lang.checker.structs import indexed

        return indexed(ck, node.span, source, index)
    if not isinstance(source.type, ArrayType | WordsType):
        return ck.say("WrongOperand", source.span, have=ck.called(source.type), want=ck.words.get("array", "an array"))
    values = source.type.values
    of = IntType(source.type.signed) if isinstance(source.type, ArrayType) else StrType(source.type.size)
    if may_be_nil(index.type):
        return untested(ck, index)
    if not isinstance(index.type, IntType) or index.type.net:
        return ck.say("IndexType", index.span, have=ck.called(index.type))
    if isinstance(index, typed.Int):
        if -len(values) <= index.value < len(values):
            return constant_element(node.span, source.type, index.value)
        return typed.Nil(node.span, NIL)
    low, high = interval(ck, index)
    inside = -len(values) <= low and high < len(values)
    return typed.ArrayGet(node.span, of if inside else OptType(of), source.type, index)


def constant_element(span: Span, array: ArrayType | WordsType, at: int) -> typed.Node:
    if isinstance(array, ArrayType):
        return typed.Int(span, IntType(array.signed), array.values[at])
    text = array.values[at]
    return typed.Str(span, StrType(len(text) + 1, text), text)


# ---------------------------------------------------------------- patterns


def case_eq(ck: Checker, node: tree.CaseEq, used: bool) -> typed.Node:
    made = case_condition(ck, node)
    if isinstance(made, typed.Node):
        return made
    from rucy.lang.checker.control import as_value

    return as_value(ck, made, used)


def case_condition(ck: Checker, node: tree.CaseEq) -> tree.Node | typed.Node:
    """Does the pattern match? As a condition in plainer nodes. The subject is a variable: it may be asked twice."""
    pattern: tree.Node = node.pattern
    if isinstance(pattern, tree.Const):
        value = constant(ck, pattern.name)
        if isinstance(value, tree.Range | tree.Array):
            pattern = value
    span = node.span
    if isinstance(pattern, tree.Array):
        test: tree.Node | None = None
        for item in pattern.items:
            one = tree.CaseEq(item.span, item, node.subject)
            test = tree.Or(span, test, one) if test is not None else one
        return test if test is not None else tree.Bool(span, False)
    if isinstance(pattern, tree.Range):
        parts: list[tree.Node] = []
        if pattern.lo is not None:
            parts.append(tree.Prim(span, "ge", (node.subject, pattern.lo)))
        if pattern.hi is not None:
            parts.append(tree.Prim(span, "lt" if pattern.exclusive else "le", (node.subject, pattern.hi)))
        if len(parts) == 2:
            return tree.And(span, parts[0], parts[1])
        return parts[0] if parts else tree.Bool(span, True)
    return tree.Prim(span, "eq", (node.subject, pattern))


__all__ = ["fold", "join", "kind", "variable", "wrap"]
