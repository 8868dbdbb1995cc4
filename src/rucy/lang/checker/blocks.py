"""Methods that run the block that they are called with: copied into the call, the block copied into each `Yield`.

In: a call with a block of a method that yields. Out: a tree that means the call, of nothing but what the rest of the
checker knows: the block's variables are those around the call, a `return` in it is the caller's, its `break` ends the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.blocks import Copy, own_variables, turn
from rucy.lang.checker.exprs import Done
from rucy.lang.checker.infer import settled
from rucy.lang.checker.state import bad
from rucy.lang.types import BOOL, NEVER, NIL, U64, ArrayType, ElementsType, StructType, Type, WordsType

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

#: Nodes of all copies together: a block that is run in several places of methods that are themselves run in several grows fast.
MAX_NODES = 20_000

_Bound = list[tuple[tree.Parameter, tree.Node]]


def inline(ck: Checker, node: tree.Send, method: tree.Method, bound: _Bound, recv: typed.Node | None) -> tree.Node | typed.Node:
    """The call of a method, with a block or none, as a tree: made once, its variables last over the rounds."""
    kept = ck.expansions.get((id(node), "inline"))
    if kept is None:
        if method in ck.chain:
            return ck.say("Recursion", node.name_span, name=method.name)
        if ck.copied > MAX_NODES:  # which has been said of another call
            return bad(node.span)
        held = Done(node.span, typed.Nil(node.span, NIL))
        made = _Inliner(ck, node, method).build(bound, held if recv is not None else None)
        kept = ck.expansions[id(node), "inline"] = (node, held, made if ck.copied <= MAX_NODES else None)
    if recv is not None:
        kept[1].node = recv
    whole: tree.Node | None = kept[2]
    return whole if whole is not None else ck.say("BlockTooLarge", node.name_span, name=method.name)


class _Inliner:
    """One call. `end`: where a `return` of the method goes."""

    def __init__(self, ck: Checker, node: tree.Send, method: tree.Method) -> None:
        self.ck = ck
        self.node = node
        self.method = method
        self.block = node.block if isinstance(node.block, tree.Block) else None
        self.own = own_variables(self.block) if self.block is not None else set()
        self.chain, self.calls = (*ck.chain, method), (*ck.calls, node.span)
        self.end = tree.Label("return")
        self.vars: dict[tree.Var, tree.Var] = {}
        self.copy = Copy(self.variable, self.replaced)

    def build(self, bound: _Bound, recv: tree.Node | None) -> tree.Node:
        node, copy = self.node, self.copy
        takes: list[tree.Node] = []
        if recv is not None:
            takes.append(tree.Bind(node.span, self.variable(self.method.params[0].var), recv))
        given = {param.var for param, _ in bound}
        for param, arg in bound:
            takes.append(tree.Bind(arg.span, self.variable(param.var), arg))
        lead: list[tree.Node] = []
        for param in self.method.params:
            if param.default is not None and param.var not in given:
                lead.append(tree.SetLocal(param.span, self.variable(param.var), copy.node(param.default)))
        body = without_array(copy.node(self.method.body))
        body = tree.Seq(body.span, (*lead, body)) if lead else body
        self.ck.copied += copy.count
        if self.end.used:
            body = tree.Catch(body.span, self.end, body)
        body = tree.Inlined(node.span, self.chain, self.calls, body)
        whole: tree.Node = tree.Seq(node.span, (*takes, body)) if takes else body
        if self.block is not None and self.block.break_label.used:
            whole = tree.Catch(node.span, self.block.break_label, whole)
        return tree.Inlined(node.span, self.ck.chain, self.ck.calls, whole)

    def variable(self, var: tree.Var) -> tree.Var:
        if var not in self.vars:
            self.vars[var] = tree.Var(var.name, var.span)
        return self.vars[var]

    def replaced(self, node: tree.Node) -> tree.Node | None:
        match node:
            case tree.Return():
                self.end.used = True
                return tree.Throw(node.span, self.end, self.copy.node(node.value))
            case tree.BlockGiven():
                return tree.Bool(node.span, self.block is not None)
            case tree.PassedBlock() if self.block is not None:
                return self.again(self.block, node.span)
            case tree.Yield() if self.block is not None:
                return self.run(self.block, node)
        return None

    def again(self, block: tree.Block, span: Span) -> tree.Block:
        """The block for another place: its own variables are others there. A `break` in it still ends this call."""
        fresh: dict[tree.Var, tree.Var] = {}

        def variable(var: tree.Var) -> tree.Var:
            if var not in self.own:
                return var
            return fresh.setdefault(var, tree.Var(var.name, var.span))

        copy = Copy(variable, lambda node: None, block.break_label)
        made = copy.node(block)
        assert isinstance(made, tree.Block)
        self.ck.copied += copy.count
        made.break_label = tree.Label("break")
        if not made.method:
            made.body = tree.Inlined(span, self.ck.chain, self.ck.calls, made.body)
        return made

    def run(self, given: tree.Block, node: tree.Yield) -> tree.Node:
        args = tuple(self.copy.node(arg) for arg in node.args)
        block = self.again(given, node.span)
        if block.spread and len(args) == 1 and not isinstance(args[0], tree.Array):
            whole: tree.Node = tree.Turn(node.span, block, args[0])
        else:
            whole = turn(block, args, node.span)
        return tree.Inlined(node.span, self.chain, self.calls, whole)


def without_array(body: tree.Node) -> tree.Node:
    """A method's body: what ends in a multiple assignment gives nil, for no method can give an Array."""
    match body:
        case tree.ValueList():
            return tree.Seq(body.span, (*body.items[:-1], tree.Nil(body.span)))
        case tree.Seq() if body.items:
            return tree.Seq(body.span, (*body.items[:-1], without_array(body.items[-1])))
        case tree.If():
            return tree.If(body.span, body.cond, without_array(body.then), without_array(body.other), body.word)
    return body


# ---------------------------------------------------------------- checking


def inlined(ck: Checker, node: tree.Inlined, used: bool) -> typed.Node:
    return ck.in_place(node, ck.value if used else ck.effect)


def turn_(ck: Checker, node: tree.Turn, used: bool) -> typed.Node:
    """A block that takes an array apart, with a value that may be one."""
    value = ck.value(node.value)
    if not settled(value.type):
        return bad(node.span)
    count = _count(ck, value.type)
    kept = ck.expansions.get((id(node), f"turn {count}"))
    if kept is None:
        held = Done(node.value.span, value)
        temp = tree.Var("%whole", node.value.span)
        local = tree.Local(node.span, temp)
        parts = tuple(tree.Part(node.span, local, at) for at in range(count)) if count is not None else (local,)
        whole = turn(node.block, parts, node.span)
        made = tree.Seq(node.span, (tree.SetLocal(node.span, temp, held), whole))
        kept = ck.expansions[id(node), f"turn {count}"] = (node, held, made)
    kept[1].node = value
    return ck.expr(kept[2], used)


def _count(ck: Checker, type_: Type) -> int | None:
    """How many parts an array has; None of what is none."""
    match type_:
        case ArrayType() | WordsType():
            return len(type_.values)
        case ElementsType():
            return type_.storage.length
        case StructType() if type_.storage.name not in ck.unit.structs:  # a key of several parts
            return len(type_.storage.fields)
    return None


def part(ck: Checker, node: tree.Part, used: bool) -> typed.Node:
    value = ck.value(node.value)
    span, type_, at = node.span, value.type, node.index
    if not settled(type_):
        return value
    count = _count(ck, type_)
    if count is None:
        return value if at == 0 else typed.Nil(span, NIL)
    if at >= count:
        return typed.Nil(span, NIL)
    if isinstance(type_, ArrayType | WordsType):
        from rucy.lang.checker.exprs import constant_element

        return constant_element(span, type_, at)
    from rucy.lang.checker import structs

    if isinstance(type_, ElementsType):
        return structs.indexed(ck, span, value, typed.Int(span, U64, at))
    assert isinstance(type_, StructType)
    return structs.member(span, value, type_.storage.fields[at])


def yield_(ck: Checker, node: tree.Yield, used: bool) -> typed.Node:
    """One that is left: of a method that is called without a block."""
    for arg in node.args:
        ck.expr(arg)
    if ck.flow.dead:
        return typed.Nil(node.span, NEVER)
    instance = ck.instances.get(ck.frame.key)
    return ck.say("NoBlockGiven", node.span, *(instance.call if instance is not None else ()))


def block_given(ck: Checker, node: tree.BlockGiven, used: bool) -> typed.Node:
    return typed.Bool(node.span, BOOL, False)
