"""Control: sequences, conditions and what they prove, branches, loops, leaving.

Each function takes a tree node and gives a typed one; `ck.flow` is what is known before it, and after.
"""

from __future__ import annotations

from rucy.lang import tree, typed
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.flow import Flow, assigned_in, forget, merge, nodes_in
from rucy.lang.checker.infer import can_be_optional, join, settled
from rucy.lang.checker.ints import interval, untested
from rucy.lang.checker.state import Checker, Exit, Sink, bad, may_be_nil, unwrapped
from rucy.lang.types import (
    BOOL,
    NEVER,
    NIL,
    S64,
    U64,
    ArrayType,
    BoolType,
    ElementsType,
    HeaderType,
    IntType,
    MapType,
    NeverType,
    NilType,
    OptType,
    PtrType,
    StrType,
    StructType,
    Type,
    WordsType,
)  # fmt: skip
from rucy.records import NamedTuple

#: nodes of the tree, in all copies: a loop over the numbers of a constant array that makes no more is unrolled
_MOST_UNROLLED = 1000
#: so many nodes is a loop in it, of which each copy is walked and capped for itself
_LOOP = 50


class Condition(NamedTuple):
    """A Bool, and what is known where it is true and where it is not."""

    node: typed.Node
    yes: Flow
    no: Flow

    @property
    def constant(self) -> bool | None:
        """The only way that it goes; None if there are two."""
        if isinstance(self.node, typed.Bool):
            return self.node.value
        return None if self.yes.dead == self.no.dead else self.no.dead


def seq(ck: Checker, node: tree.Seq, used: bool) -> typed.Node:
    if not node.items:
        return typed.Nil(node.span, NIL)
    items = [ck.effect(item) for item in node.items[:-1]]
    last = ck.value(node.items[-1]) if used else ck.effect(node.items[-1])
    if not items:
        return last
    return typed.Seq(node.span, last.type, (*items, last))


def value_list(ck: Checker, node: tree.ValueList, used: bool) -> typed.Node:
    """A multiple assignment: its Array is no value of a program, so it counts only where somebody wants it."""
    return seq(ck, node if used else tree.Seq(node.span, node.items[:-1]), used)


# ---------------------------------------------------------------- conditions


def condition(ck: Checker, node: tree.Node, word: str) -> Condition:
    """Check a condition; `ck.flow` afterwards is for the caller to set."""
    match node:
        case tree.Not():
            inner = condition(ck, node.value, word)
            return Condition(negated(inner.node), inner.no, inner.yes)
        case tree.And():
            return _both(ck, node, word)
        case tree.Or():
            return _either(ck, node, word)
        case tree.Seq() if node.items:
            items = [ck.effect(item) for item in node.items[:-1]]
            last = condition(ck, node.items[-1], word)
            return last._replace(node=typed.Seq(node.span, BOOL, (*items, last.node))) if items else last
        case tree.Inlined():
            return _in_place(ck, node, word)
        case tree.Send():
            from rucy.lang.checker.calls import expand

            expanded = expand(ck, node, True)
            if isinstance(expanded, tree.Node):
                return condition(ck, expanded, word)
            from rucy.lang.checker.kernel_types import materialize

            return truth(ck, materialize(ck, expanded), word)
        case tree.CaseEq():
            from rucy.lang.checker.exprs import case_condition

            expanded = case_condition(ck, node)
            return condition(ck, expanded, word) if isinstance(expanded, tree.Node) else truth(ck, expanded, word)
        case tree.Prim() if node.op in ("is_nil", "eq", "ne"):
            from rucy.lang.checker.exprs import prim

            return truth(ck, prim(ck, node, True), word)
    return truth(ck, ck.value(node), word)


def _in_place(ck: Checker, node: tree.Inlined, word: str) -> Condition:
    found: list[Condition] = []

    def check(body: tree.Node) -> typed.Node:
        found.append(condition(ck, body, word))
        return found[0].node

    whole = ck.in_place(node, check)
    return found[0] if isinstance(found[0].node, typed.Bool) else found[0]._replace(node=whole)


def _both(ck: Checker, node: tree.And, word: str) -> Condition:
    left = condition(ck, node.left, word)
    ck.flow = left.yes
    right = condition(ck, node.right, word)
    if left.constant is False:
        return left
    if isinstance(left.node, typed.Bool):
        return right
    test = typed.If(node.span, BOOL, left.node, right.node, typed.Bool(node.span, BOOL, False))
    return Condition(test, right.yes, merge(left.no, right.no))


def _either(ck: Checker, node: tree.Or, word: str) -> Condition:
    left = condition(ck, node.left, word)
    ck.flow = left.no
    right = condition(ck, node.right, word)
    if left.constant is True:
        return left
    if isinstance(left.node, typed.Bool):
        return right
    test = typed.If(node.span, BOOL, left.node, typed.Bool(node.span, BOOL, True), right.node)
    return Condition(test, merge(left.yes, right.yes), right.no)


def negated(node: typed.Node) -> typed.Node:
    if isinstance(node, typed.Bool):
        return typed.Bool(node.span, BOOL, not node.value)
    if isinstance(node, typed.Not):
        return node.value
    return typed.Not(node.span, BOOL, node)


def truth(ck: Checker, node: typed.Node, word: str) -> Condition:
    """A value as a condition, by the language's truth."""
    flow = ck.flow
    match node.type:
        case BoolType():
            return _proved(ck, node)
        case NilType():
            ck.may_be_nil(node.span)
            return Condition(typed.Seq(node.span, BOOL, (node, typed.Bool(node.span, BOOL, False))), flow.end(), flow)
        case OptType(BoolType()):
            return _optional_bool(ck, node)
        case OptType() | PtrType(null=True):
            ck.may_be_nil(node.span)
            var = variable(node)
            test = typed.Not(node.span, BOOL, typed.IsNil(node.span, BOOL, node))
            return Condition(test, flow.narrow(var) if var else flow, flow)
        case _ if settled(node.type) and ck.is_nil_elsewhere(node.span):
            return Condition(typed.Seq(node.span, BOOL, (node, typed.Bool(node.span, BOOL, True))), flow, flow.end())
        case IntType() if ck.dialect.truth.get("Integer", "always") == "always":
            text = node.span.text
            return Condition(ck.say("IntegerCondition", node.span, text=text, word=word, found=_never_nil(ck, node),
                                    test=ck.words.get("not_zero", "{x} != 0").format(x=text)), flow, flow)  # fmt: skip
        case PtrType() | HeaderType() | MapType(inner=True) | StructType() if not _made_here(node.type):
            return Condition(typed.Seq(node.span, BOOL, (node, typed.Bool(node.span, BOOL, True))), flow, flow.end())
        case _ if not settled(node.type):
            return Condition(node, flow, flow)
    text = node.span.text
    said = ck.say("AlwaysTrue", node.span, text=text, what=ck.called(node.type), found=_never_nil(ck, node))
    return Condition(said, flow, flow)


def _never_nil(ck: Checker, node: typed.Node) -> str:
    """The lookup that a value comes from, and what asks for its key: "`H[n]`", or "`H[n]`; `H.key?(n)` …". It is never nil, or
    would have been tested; "" of other values."""
    while isinstance(node, typed.Write | typed.Unwrap | typed.Convert | typed.Seq):
        node = node.items[-1] if isinstance(node, typed.Seq) else node.value
    text = node.span.text
    if isinstance(node, typed.Read):
        site = ck.frame.sites.get(node.var)
        value = site.value if isinstance(site, tree.SetLocal) else None
        text = value.span.text if isinstance(value, tree.Send) and value.name == "[]" else text
    name, bracket, key = text.partition("[")
    state = ck.maps.get(name)
    if not isinstance(node, typed.MapGet | typed.Element | typed.ArrayGet) and (state is None or not bracket):
        return ""
    asks = f"; `{name}.key?({key.removesuffix(']')})` asks for the key" if state is not None and state.kind == "hash" else ""
    return f"`{text}` is never nil here, so leave the test out{asks}"


def _made_here(type_: Type) -> bool:
    """An object of this run, of which nobody asks whether it is there; others come from where there may be none."""
    return isinstance(type_, StructType) and type_.place == "frame"


def _proved(ck: Checker, node: typed.Node) -> Condition:
    """A Bool: a nil test proves something of its variable, a constant that one way is not taken."""
    flow = ck.flow
    match node:
        case typed.Absent():
            return Condition(node, flow._replace(absent=True), flow)
        case typed.Bool():
            return Condition(node, flow if node.value else flow.end(), flow.end() if node.value else flow)
        case typed.Not():
            inner = _proved(ck, node.value)
            return Condition(node, inner.no, inner.yes)
        case typed.IsNil():
            var = variable(node.value)
            return Condition(node, flow, flow.narrow(var) if var else flow)
        case typed.CoreQuery() if node.kind == "field_exists":
            from rucy.lang.checker.kernel_types import proved_field

            return proved_field(ck, node)
        case typed.If(other=typed.Bool(value=False)):  # a comparison with something nil-able: true only if not nil
            first = _proved(ck, node.cond)
            return Condition(node, first.yes, flow)
    return Condition(node, flow, flow)


def _optional_bool(ck: Checker, node: typed.Node) -> Condition:
    flow, var = ck.flow, variable(node)
    lead: list[typed.Node] = []
    if not isinstance(node, typed.Read):
        temp = ck.temp(node.type, node.span)
        lead = [typed.Write(node.span, node.type, temp, node)]
        node = typed.Read(node.span, node.type, temp)
    is_nil = typed.IsNil(node.span, BOOL, node)
    test: typed.Node = typed.If(node.span, BOOL, is_nil, typed.Bool(node.span, BOOL, False), unwrapped(node))
    if lead:
        test = typed.Seq(node.span, BOOL, (*lead, test))
    return Condition(test, flow.narrow(var) if var else flow, flow)


def variable(node: typed.Node) -> typed.Var | None:
    """The variable that a value was just read from or written to."""
    match node:
        case typed.Read() | typed.Write() | typed.Setting():
            return node.var
        case typed.Seq():
            return variable(node.items[-1])
    return None


def as_value(ck: Checker, node: tree.Node, used: bool) -> typed.Node:
    """`not a` as a value."""
    test = condition(ck, node, "!")
    ck.flow = merge(test.yes, test.no)
    return test.node


def and_or(ck: Checker, node: tree.And | tree.Or, used: bool) -> typed.Node:
    """`a && b`, `a || b` as values: of two Bools a Bool; otherwise what the language leaves of the nil-able."""
    is_and = isinstance(node, tree.And)
    left = ck.value(node.left)
    if not settled(left.type):
        ck.effect(node.right)
        return bad(node.span)
    var = variable(left)
    temp = ck.temp(left.type, left.span)
    held: typed.Node = typed.Read(left.span, left.type, temp)
    flow = ck.flow
    if isinstance(left.type, BoolType):
        test = _proved(ck, left)
    else:
        test = truth(ck, typed.Read(left.span, left.type, temp), "&&" if is_and else "||")
        if var is not None and may_be_nil(left.type):
            test = test._replace(yes=flow.narrow(var))
    ck.flow = test.yes if is_and else test.no
    right = ck.value(node.right) if used else ck.effect(node.right)
    ck.flow = merge(test.no if is_and else test.yes, ck.flow)
    stays = _left_value(node, left, held, is_and)
    then, other = (right, stays) if is_and else (stays, right)
    chosen = _join_arms(ck, test, then, other, used, node)
    if isinstance(left.type, BoolType):
        return chosen
    return typed.Seq(node.span, chosen.type, (typed.Write(left.span, left.type, temp, left), chosen))


def _left_value(node: tree.And | tree.Or, left: typed.Node, held: typed.Node, is_and: bool) -> typed.Node:
    """What the left side is worth where it decides."""
    match left.type:
        case BoolType():
            return typed.Bool(node.span, BOOL, not is_and)
        case NilType() | OptType() | PtrType() if is_and:
            return typed.Nil(node.span, NIL)
        case NilType():  # it never decides; perhaps it is only not known yet what else it may be
            return typed.Nil(node.span, NEVER)
        case OptType() | PtrType():
            return unwrapped(held)
    return held


# ---------------------------------------------------------------- branches


def if_(ck: Checker, node: tree.If, used: bool) -> typed.Node:
    test = condition(ck, node.cond, node.word)
    ck.flow = test.yes
    then = ck.value(node.then) if used else ck.effect(node.then)
    after = ck.flow
    ck.flow = test.no
    other = ck.value(node.other) if used else ck.effect(node.other)
    ck.flow = merge(after, ck.flow)
    return _join_arms(ck, test, then, other, used, node)


def _join_arms(
    ck: Checker, test: Condition, then: typed.Node, other: typed.Node, used: bool, node: tree.Node
) -> typed.Node:
    """A value by a condition. One arm is all that is left of a constant one, in the kind that both arms have."""
    if not settled(test.node.type):
        return bad(node.span)
    both = join(then.type, other.type) if used else NIL
    decided = test.constant is not None and (isinstance(node, tree.And | tree.Or) or test.yes.absent)
    if both is None and not decided:
        if isinstance(then.type, StructType) and isinstance(other.type, StructType) and then.type.storage == other.type.storage:
            own = then.type._replace(place="frame")
            return typed.If(node.span, own, test.node, *(typed.Convert(arm.span, own, arm) for arm in (then, other)))
        return ck.say("BranchTypes", node.span, then=ck.called(then.type), other=ck.called(other.type))
    if test.constant is not None:
        kept = then if test.constant else other
        if isinstance(node, tree.If) and node.word == "&." and used and can_be_optional(kept.type):
            return _after(test, coerce(ck, kept, OptType(kept.type)))
        return _after(test, in_kind(ck, kept, both) if used and both is not None else kept)
    assert both is not None
    if isinstance(then.type, NeverType) and isinstance(other.type, NeverType):
        both = NEVER
    if both == NEVER or not used:
        return typed.If(node.span, both, test.node, then, other)
    return typed.If(node.span, both, test.node, coerce(ck, then, both), coerce(ck, other, both))


def _after(test: Condition, kept: typed.Node) -> typed.Node:
    """The arm of a constant condition, behind what asking it does."""
    return kept if isinstance(test.node, typed.Bool) else typed.Seq(kept.span, kept.type, (test.node, kept))


def in_kind(ck: Checker, kept: typed.Node, both: Type) -> typed.Node:
    """An Integer has the kind that the form of the whole gives it; whether it may be nil is its own matter."""
    number = both.of if isinstance(both, OptType) else both
    if not isinstance(number, IntType) or not settled(kept.type) or kept.type == NIL:
        return kept
    return coerce(ck, kept, OptType(number) if isinstance(kept.type, OptType) else number)


# ---------------------------------------------------------------- loops


def enter_loop(ck: Checker, *parts: object) -> Flow:
    """At the head: of what the body assigns nothing is known, but that a value is there which is there before the loop and
    behind each turn. That it is not behind one is seen at the turn's end, and holds from the next round on."""
    names = assigned_in(parts, set())
    lost = ck.lost.get(id(parts[0]), frozenset())
    kept = {var for var in names - lost if _is_value(ck.var(var).type) and ck.var(var) in ck.flow.narrowed}
    ck.kept[id(parts[0])] = frozenset(kept)
    ck.flow = forget(ck.flow, {ck.var(var) for var in names - kept})
    if ck.site.context in ("__sk_buff", "xdp_md"):
        from rucy.lang.checker import packets

        packets.may_move(ck, parts)
    if ck.structs or ck.unit.globals:  # what the turn before has stored is stored here
        before, gone = ck.turns.get(id(parts[0]), frozenset()), ck.turned.get(id(parts[0]), frozenset())
        ck.flow = ck.flow._replace(stored=ck.flow.stored | before, replaced=ck.flow.replaced | gone)
    return ck.flow


def _is_value(type_: Type) -> bool:
    """A number, truth value or string, or nil: no pointer, which the verifier has to see tested."""
    return isinstance(type_, OptType) and isinstance(type_.of, IntType | BoolType | StrType)


def _keeps(ck: Checker, body: tree.Node) -> None:
    """At the end of a turn: what of the values that its head takes to be there may be nil now."""
    if ck.flow.dead:
        return
    missing = {var for var in ck.kept.get(id(body), ()) if ck.var(var) not in ck.flow.narrowed}
    if missing:
        ck.lost[id(body)] = ck.lost.get(id(body), frozenset()) | missing
        ck.changed = True


def turn_ends(ck: Checker, body: tree.Node) -> None:
    _keeps(ck, body)
    known = ck.turns.get(id(body), frozenset())
    if not ck.flow.stored <= known:
        ck.turns[id(body)] = known | ck.flow.stored
        ck.changed = True
    gone = ck.turned.get(id(body), frozenset())
    if not ck.flow.replaced <= gone:
        ck.turned[id(body)] = gone | ck.flow.replaced
        ck.changed = True


def loop(ck: Checker, node: tree.Loop, used: bool) -> typed.Node:
    enter_loop(ck, node.body)
    body = ck.effect(node.body)
    turn_ends(ck, node.body)
    ck.flow = ck.flow.end()
    return typed.Loop(node.span, NEVER, body, node.word)


def for_range(ck: Checker, node: tree.ForRange, used: bool) -> typed.Node:
    """The counter has the kind of both ends; counting down it is signed, so that it can pass zero."""
    lo, hi = bound(ck, node.lo), bound(ck, node.hi)
    flow = enter_loop(ck, node.body)
    target = ck.var(node.var)
    ck.frame.sites[target] = None
    if settled(lo.type) and settled(hi.type):
        counter = join(join(lo.type, hi.type) or U64, S64 if node.step < 0 else U64) or U64
        both = ck.raise_type(target.type, counter)
        if both is None or not isinstance(both, IntType):
            return ck.say("VariableTypes", node.var.span, name=node.var.name, old=ck.called(target.type),
                          new=ck.called(counter))  # fmt: skip
        target.type = both
    ck.assigned(target, True)
    if node.var not in assigned_in(node.body, set()):
        low, high = interval(ck, lo)[0], interval(ck, hi)[1] - (1 if node.exclusive and node.step > 0 else 0)
        if node.step < 0:
            low, high = interval(ck, hi)[0] + int(node.exclusive), interval(ck, lo)[1]
        ck.frame.ranges[target] = (low, high)
    body = ck.effect(node.body)
    turn_ends(ck, node.body)
    ck.frame.ranges.pop(target, None)
    ck.flow = flow
    if not (settled(lo.type) and settled(hi.type)):
        return bad(node.span)
    ends = coerce(ck, lo, target.type), coerce(ck, hi, target.type)
    return typed.For(node.span, NIL, target, *ends, node.exclusive, node.step, body, node.word)


def bound(ck: Checker, node: tree.Node) -> typed.Node:
    """An end of a range: a host Integer."""
    value = ck.value(node)
    if isinstance(value.type, IntType) and not value.type.net or not settled(value.type):
        return value
    if may_be_nil(value.type):
        return untested(ck, value)
    return ck.say("RangeBound", value.span, have=ck.called(value.type))


def for_each(ck: Checker, node: tree.ForEach, used: bool) -> typed.Node:
    from rucy.lang.checker import items

    source = node.array
    while isinstance(source, tree.Seq) and len(source.items) == 1:
        source = source.items[0]
    array = items.of_list(ck, source) if isinstance(source, tree.Array) else ck.value(source)
    flow = enter_loop(ck, node.body)
    target, index = ck.var(node.var), ck.var(node.index) if node.index is not None else None
    ck.frame.sites[target] = None
    if isinstance(array, list):
        return items.turns(ck, node, array, target, index, flow)
    if isinstance(array.type, ElementsType):
        return _over_elements(ck, node, array, target, index, flow)
    if isinstance(array.type, WordsType):
        return _over_constants(ck, node, array.type, target, index, flow)
    if not isinstance(array.type, ArrayType):
        if settled(array.type):
            ck.say("NotIterable", array.span, have=ck.called(array.type))
        ck.assigned(target, False)
        ck.flow = flow
        return bad(node.span)
    values = array.type.values
    copies = ck.frame.copies * len(values)
    if len(values) > 1 and copies * nodes_in(node.body, _LOOP) > _MOST_UNROLLED:
        return _over_constants(ck, node, array.type, target, index, flow)
    target.type = ck.raise_type(target.type, IntType(array.type.signed)) or target.type
    ck.assigned(target, True)
    if index is not None:
        index.type = ck.raise_type(index.type, U64) or index.type
        ck.assigned(index, True)
        ck.frame.ranges[index] = (0, max(0, len(values) - 1))
    if node.var not in assigned_in(node.body, set()) and values:
        ck.frame.ranges[target] = (min(values), max(values))
    ck.frame.copies, around = copies, ck.frame.copies
    body = ck.effect(node.body)
    ck.frame.copies = around
    _keeps(ck, node.body)
    ck.frame.ranges.pop(target, None)
    if index is not None:
        ck.frame.ranges.pop(index, None)
    ck.flow = flow
    return typed.Unrolled(node.span, NIL, target, index, values, body, node.word)


def _over_constants(
    ck: Checker, node: tree.ForEach, array: ArrayType | WordsType, target: typed.Var, index: typed.Var | None, flow: Flow
) -> typed.Node:
    """The strings of a constant array, or its many numbers, by a counter."""
    counter = index if index is not None else ck.temp(U64, node.span)
    counter.type = ck.raise_type(counter.type, U64) or counter.type
    ck.assigned(counter, True)
    if index is not None:
        ck.frame.sites[index] = None
    of = IntType(array.signed) if isinstance(array, ArrayType) else StrType(array.size)
    element = typed.ArrayGet(node.span, of, array, typed.Read(node.span, U64, counter))
    return _counted(ck, node, counter, len(array.values), ck.write(target, element), flow)


def _counted(ck: Checker, node: tree.ForEach, counter: typed.Var, count: int, take: typed.Node, flow: Flow) -> typed.Node:
    """The loop: `take` gives the element its name."""
    body = ck.effect(node.body)
    turn_ends(ck, node.body)
    ck.flow = flow
    ends = typed.Int(node.span, U64, 0), typed.Int(node.span, U64, count)
    whole = typed.Seq(node.span, body.type, (take, body))
    return typed.For(node.span, NIL, counter, *ends, True, 1, whole, node.word)


def _over_elements(
    ck: Checker, node: tree.ForEach, array: typed.Node, target: typed.Var, index: typed.Var | None, flow: Flow
) -> typed.Node:
    """The elements of an array inside an object, by a counter."""
    from rucy.lang.checker.exprs import is_plain
    from rucy.lang.checker.structs import element

    assert isinstance(array.type, ElementsType)
    count = array.type.storage.length
    lead: tuple[typed.Node, ...] = ()
    if not is_plain(array):
        held = ck.temp(array.type, array.span)
        lead = (typed.Write(array.span, array.type, held, array),)
        array = typed.Read(array.span, array.type, held)
    counter = index if index is not None else ck.temp(U64, node.span)
    counter.type = ck.raise_type(counter.type, U64) or counter.type
    ck.assigned(counter, True)
    if index is not None:
        ck.frame.sites[index] = None
    take = ck.write(target, element(node.span, array, typed.Read(node.span, U64, counter), True))
    made = _counted(ck, node, counter, count, take, flow)
    return typed.Seq(node.span, NIL, (*lead, made)) if lead else made


# ---------------------------------------------------------------- leaving


def catch(ck: Checker, node: tree.Catch, used: bool, tail: Sink | None = None) -> typed.Node:
    exit = Exit(used, tail)
    outer = ck.frame.exits.get(node.label)
    ck.frame.exits[node.label] = exit
    if tail is not None:
        body = tail_value(ck, node.body, tail)
    else:
        body = ck.value(node.body) if used else ck.effect(node.body)
    for flow in exit.flows:
        ck.flow = merge(ck.flow, flow)
    if outer is None:
        del ck.frame.exits[node.label]
    else:
        ck.frame.exits[node.label] = outer
    if not exit.throws:
        return body
    if not used:
        both: Type | None = NIL
    elif tail is not None:
        both = tail.type
    else:
        both = join(body.type, exit.type)
    if both is None:
        return ck.say("BranchTypes", node.span, then=ck.called(exit.type), other=ck.called(body.type))
    for throw in exit.throws:
        throw.value = coerce(ck, throw.value, both)
    return typed.Catch(node.span, both, node.label, coerce(ck, body, both) if used else body)


def throw(ck: Checker, node: tree.Throw, used: bool) -> typed.Node:
    exit = ck.frame.exits.get(node.label)
    if exit is None:  # the front end has refused it
        ck.effect(node.value)
        ck.flow = ck.flow.end()
        return typed.Nil(node.span, NEVER)
    if exit.tail is not None:
        value = tail_value(ck, node.value, exit.tail)
    else:
        value = ck.value(node.value) if exit.used else ck.effect(node.value)
    exit.flows.append(ck.flow)
    reaching = ck.reaching(value.type)
    ck.flow = ck.flow.end()
    if exit.leaves:
        return typed.Return(node.span, NEVER, value)
    if exit.tail is None and exit.used:
        both = join(exit.type, reaching)
        if both is None:
            ck.say("BranchTypes", node.span, then=ck.called(exit.type), other=ck.called(value.type))
        exit.type = both or exit.type
    made = typed.Throw(node.span, NEVER, node.label, value)
    exit.throws.append(made)
    return made


def return_(ck: Checker, node: tree.Return, used: bool) -> typed.Node:
    assert ck.frame.sink is not None
    value = tail_value(ck, node.value, ck.frame.sink)
    ck.flow = ck.flow.end()
    return typed.Return(node.span, NEVER, value)


def tail_value(ck: Checker, node: tree.Node, sink: Sink) -> typed.Node:
    """Check what a body ends in: every value that it may end in goes through the sink, at its own place."""
    match node:
        case tree.ValueList():  # no hook and no method can give an Array: it gives nil
            nothing = tree.Nil(node.span._replace(start=node.span.end))
            return tail_value(ck, tree.Seq(node.span, (*node.items[:-1], nothing)), sink)
        case tree.Seq() if node.items:
            items = [ck.effect(item) for item in node.items[:-1]]
            last = tail_value(ck, node.items[-1], sink)
            return typed.Seq(node.span, last.type, (*items, last)) if items else last
        case tree.If():
            test = condition(ck, node.cond, node.word)
            ck.flow = test.yes
            then = tail_value(ck, node.then, sink)
            after = ck.flow
            ck.flow = test.no
            other = tail_value(ck, node.other, sink)
            ck.flow = merge(after, ck.flow)
            if test.constant is not None:
                return _after(test, then if test.constant else other)
            never = isinstance(then.type, NeverType) and isinstance(other.type, NeverType)
            type_ = NEVER if never else sink.type
            return typed.If(node.span, type_, test.node, coerce(ck, then, type_), coerce(ck, other, type_))
        case tree.Catch():
            return catch(ck, node, True, sink)
        case tree.Inlined():
            return ck.in_place(node, lambda body: tail_value(ck, body, sink))
        case tree.Send(block=tree.Block()) if sink.used:
            from rucy.lang.checker.calls import expand
            from rucy.lang.checker.kernel_types import materialize

            made = expand(ck, node, True)
            if isinstance(made, tree.Inlined):
                return ck.in_place(made, lambda body: tail_value(ck, body, sink))
            value = ck.value(made) if isinstance(made, tree.Node) else materialize(ck, made)
            return value if isinstance(value.type, NeverType) else sink.convert(value)
    value = ck.value(node) if sink.used else ck.effect(node)
    return value if isinstance(value.type, NeverType) else sink.convert(value)
