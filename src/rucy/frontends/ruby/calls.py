"""Calls: operators, methods with and without receiver, blocks, `yield`; what is refused by a method's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from rucy.frontends.ruby import errors
from rucy.frontends.ruby.chains import check_builder, join_stages
from rucy.frontends.ruby.control import catch, field, unused
from rucy.frontends.ruby.literals import splat_items
from rucy.lang import tree
from rucy.source import Diagnostic, Span

if TYPE_CHECKING:
    from rucy.frontends.ruby.lower import Lowering

#: Methods that every Ruby object has and the kernel half has not, called without a receiver.
_OWN: dict[str, type[Diagnostic]] = {
    **dict.fromkeys(("raise", "fail", "abort"), errors.ExceptionWord),
    **dict.fromkeys(("catch", "throw"), errors.CatchThrow),
    **dict.fromkeys(("lambda", "proc"), errors.LambdaWord),
    **dict.fromkeys(("eval", "instance_eval", "class_eval", "binding", "load", "require", "require_relative"), errors.EvalWord),
    **dict.fromkeys(("send", "__send__", "public_send", "method", "define_method"), errors.SendWord),
    **dict.fromkeys(
        ("__method__", "caller", "local_variables", "global_variables", "methods", "respond_to?"),
        errors.ReflectionWord,
    ),
    **dict.fromkeys(
        ("exit", "exit!", "gets", "system", "exec", "fork", "spawn", "sleep", "open", "at_exit", "trap", "poll", "wait",
         "every", "attach", "detach", "table", "columns", "json?", "symbolize", "top", "ip", "addr", "time", "duration", "bytes",
         "errno", "user"),
        errors.ProcessWord,
    ),
    **dict.fromkeys(("rand", "srand"), errors.RandomWord),
    "warn": errors.WarnWord,
    **dict.fromkeys(("format", "sprintf"), errors.FormatWord),
    **dict.fromkeys(("Integer", "Float", "String", "Array", "Hash", "Rational", "Complex"), errors.ObjectWord),
}

#: The same for calls on a value.
_ON_VALUE: dict[str, type[Diagnostic]] = {
    **dict.fromkeys(
        ("eval", "instance_eval", "class_eval", "module_eval", "instance_exec", "class_exec", "instance_variable_get"),
        errors.EvalWord,
    ),
    **dict.fromkeys(("send", "__send__", "public_send", "method", "define_method"), errors.SendWord),
    **dict.fromkeys(
        ("respond_to?", "is_a?", "kind_of?", "instance_of?", "object_id", "methods", "instance_variables", "singleton_class"),
        errors.ReflectionWord,
    ),
    **dict.fromkeys(("dup", "clone", "freeze", "tap", "then", "instance_variable_set", "extend"), errors.ObjectWord),
}

_FLOATS = "use Integers: `/` already divides, rounding down"
_PRINT = 'print the value itself: `puts x`'
_CONVERSIONS: dict[str, tuple[str, str]] = {
    "to_f": ("a Float", _FLOATS),
    "fdiv": ("a Float", _FLOATS),
    "to_r": ("a Rational", _FLOATS),
    "quo": ("a Rational", _FLOATS),
    "rationalize": ("a Rational", _FLOATS),
    "to_c": ("a Complex number", _FLOATS),
    "to_s": ("a String", _PRINT),
    "inspect": ("a String", _PRINT),
    "to_sym": ("a Symbol", "write the symbol"),
    "chr": ("a String", "compare with a character's number: `x == ?a.ord`"),
    "digits": ("an Array", "use `/` and `%` in a loop"),
    "to_a": ("an Array", "use the range itself: `each`, `sum`, `include?`"),
    "to_proc": ("a Proc", "write the block"),
}


# ---------------------------------------------------------------- operators


def lower_binary(lo: Lowering, node: Node) -> tree.Node:
    operator = field(node, "operator")
    left, right = field(node, "left"), field(node, "right")
    op, span = lo.text(operator), lo.span(node)
    if left.type in ("return", "next", "break") and left.child_count <= 1 and op not in ("and", "or"):
        return lo.refuse(errors.JumpOperator(span, word=left.type, op=op))
    if op in ("&&", "and"):
        return tree.And(span, _operand(lo, left), _operand(lo, right))
    if op in ("||", "or"):
        return tree.Or(span, _operand(lo, left), _operand(lo, right))
    if op in ("=~", "!~"):
        return lo.refuse(errors.RegexMatch(span, text=lo.brief(node)))
    sides = lower_receiver(lo, left), lo.lower(right)
    lo.needed_members.add(op)
    return send(span, sides[0], op, (sides[1],), lo.span(operator))


def _operand(lo: Lowering, node: Node) -> tree.Node:
    from rucy.frontends.ruby.control import lower_condition

    return lower_condition(lo, node)


def send(span: Span, recv: tree.Node | None, name: str, args: tuple[tree.Node, ...], name_span: Span) -> tree.Send:
    return tree.Send(span, recv, name, args, (), None, False, name_span)


def lower_unary(lo: Lowering, node: Node) -> tree.Node:
    operator, operand = field(node, "operator"), field(node, "operand")
    op, span = lo.text(operator), lo.span(node)
    if op == "defined?":
        return lo.refuse(errors.DefinedQuestion(span))
    if op in ("!", "not"):
        if operand.type == "parenthesized_statements" and not operand.named_child_count:
            return tree.Not(span, tree.Nil(lo.span(operand)))
        return tree.Not(span, _operand(lo, operand))
    if op in ("-", "+") and lo.is_number(operand):
        value = lo.lower(operand)
        if isinstance(value, tree.Int) and operator.end_byte == operand.start_byte:
            return tree.Int(span, -value.value if op == "-" else value.value)
    name = op + "@" if op in ("-", "+") else op
    if op == "+" and operand.type == "binary" and lo.text(field(operand, "operator")) == "**":
        base, power = field(operand, "left"), field(operand, "right")  # `+x ** y` is `(+x) ** y`, unlike `-x ** y`
        plus = send(Span(lo.file, span.start, base.end_byte), lower_receiver(lo, base), "+@", (), lo.span(operator))
        return send(span, plus, "**", (lo.lower(power),), lo.span(field(operand, "operator")))
    lo.needed_members.add(name)
    return send(span, lower_receiver(lo, operand), name, (), lo.span(operator))


def lower_element(lo: Lowering, node: Node) -> tree.Node:
    """`a[i]`."""
    if lo.block_var is not None and _is_own_block(lo, field(node, "object")):
        from rucy.frontends.ruby.blocks import run_own

        return run_own(lo, node, node)
    lo.needed_members.add("[]")
    recv = lower_receiver(lo, field(node, "object"))
    inner = [c for c in node.children[1:] if c.is_named and c.type not in ("block", "do_block")]
    args, kwargs, _ = arguments(lo, inner)
    brackets = Span(lo.file, node.children[1].start_byte, node.end_byte)
    return tree.Send(lo.span(node), recv, "[]", tuple(args), tuple(kwargs), None, False, brackets)


# ---------------------------------------------------------------- calls


def lower_receiver(lo: Lowering, node: Node) -> tree.Node:
    """A receiver: `self` and `super` are refused there as everywhere."""
    return lo.lower(node)


def lower_call(lo: Lowering, node: Node) -> tree.Node:
    span = lo.span(node)
    method, receiver = node.child_by_field_name("method"), node.child_by_field_name("receiver")
    block = node.child_by_field_name("block")
    args = node.child_by_field_name("arguments")
    if method is None:
        if receiver is not None and _is_own_block(lo, receiver):
            from rucy.frontends.ruby.blocks import call_own

            return call_own(lo, node, "call", args)
        return lo.refuse(errors.ProcCall(span))
    if method.type == "super":
        return lo.refuse(lo.refusal(errors.SuperCall, node))
    name, name_span = lo.text(method), lo.span(method)
    if receiver is None:
        return call_by_name(lo, node, name, name_span, args, block)
    if lo.block_var is not None and _is_own_block(lo, receiver):
        from rucy.frontends.ruby.blocks import call_own

        return call_own(lo, node, name, args)
    lo.needed_members.add(name)
    if name == "freeze":
        from rucy.frontends.ruby.literals import thawed

        literal = thawed(lo, node)
        if literal is not node:
            return lo.lower(literal)
    recv = lower_receiver(lo, receiver)
    error = _refused_on_value(lo, name, name_span)
    if error is not None:
        return lo.refuse(error)
    positional, kwargs, passed = _call_arguments(lo, args)
    body = _block_of(lo, name, block, passed)
    special = _special(lo, node, recv, name, positional)
    if special is not None:
        return special
    safe = any(c.type == "&." for c in node.children)
    call = tree.Send(span, recv, name, tuple(positional), tuple(kwargs), body, safe, name_span)
    return check_builder(lo, node, call) or join_stages(lo, call)


def _is_own_block(lo: Lowering, node: Node) -> bool:
    """Is this the name of the parameter that holds the method's block?"""
    return lo.is_name(node) and lo.block_var is not None and lo.scope.find(lo.text(node)) is lo.block_var


def _special(lo: Lowering, node: Node, recv: tree.Node, name: str, args: list[tree.Node]) -> tree.Node | None:
    """Calls that must be seen as they are written: what their values are is settled here, or refused."""
    span = lo.span(node)
    if name == "ord" and isinstance(recv, tree.Str) and recv.value and not args:
        return tree.Int(span, ord(recv.value.decode("utf-8", "replace")[0]))
    if name == "clamp" and len(args) == 1 and isinstance(args[0], tree.Range) and args[0].exclusive and args[0].hi is not None:
        low = args[0].lo.span.text if args[0].lo is not None else ""
        return lo.refuse(errors.ClampExclusive(lo.span(node), low=low, high=args[0].hi.span.text))
    if name == "divmod" and lo.takes_two != node:
        return lo.refuse(errors.DivmodAlone(span))
    return None


def _refused_on_value(lo: Lowering, name: str, span: Span) -> Diagnostic | None:
    if name in _ON_VALUE:
        return _ON_VALUE[name](span, name=name)
    if name in _CONVERSIONS:
        what, advice = _CONVERSIONS[name]
        return errors.ConvertWord(span, name=name, what=what, advice=advice)
    return None


def call_by_name(
    lo: Lowering, node: Node, name: str, name_span: Span, args: Node | None = None, block: Node | None = None
) -> tree.Node:
    """A call without receiver: of a method of the file, a word of the language or a helper."""
    span = lo.span(node)
    if lo.struct is not None and lo.self_var is not None and name in lo.struct:
        lo.needed_members.add(name)
        given, words, passed = _call_arguments(lo, args)
        body = _block_of(lo, name, block, passed)
        return tree.Send(span, tree.Local(name_span, lo.self_var), name, tuple(given), tuple(words), body, False, name_span)
    if name in lo.methods:
        lo.needed_methods.setdefault(name)
    elif name in _OWN:
        return lo.refuse(_OWN[name](name_span, name=name))
    elif _numbered(lo, name, args, block):
        from rucy.frontends.ruby.blocks import numbered

        return numbered(lo, name, name_span)
    elif name == "block_given?" and args is None and block is None:
        lo.yields = True
        return tree.BlockGiven(span)
    elif block is not None and name in lo.hook_words or name in ("license!", "section!"):
        return lo.refuse(errors.DeclarationPlace(name_span, name=name))
    if name == "loop" and block is not None and name not in lo.methods:
        return _loop(lo, span, block)
    positional, kwargs, passed = _call_arguments(lo, args)
    body = _block_of(lo, name, block, passed)
    return tree.Send(span, None, name, tuple(positional), tuple(kwargs), body, False, name_span)


def lower_self(lo: Lowering, node: Node) -> tree.Node:
    """The object that a struct's method is called on; elsewhere there is none."""
    if lo.self_var is not None:
        return tree.Local(lo.span(node), lo.self_var)
    return lo.refuse(lo.refusal(errors.SelfWord, node))


def lower_instance_variable(lo: Lowering, node: Node) -> tree.Node:
    if lo.self_var is not None:
        return lo.refuse(lo.refusal(errors.FieldVariable, node))
    return lo.refuse(lo.refusal(errors.InstanceVariable, node))


def _numbered(lo: Lowering, name: str, args: Node | None, block: Node | None) -> bool:
    if args is not None or block is not None:
        return False
    if len(name) == 2 and name[0] == "_" and name[1] in "123456789":
        return True
    return name == "it" and any(frame.kind == "block" for frame in lo.frames)


def _loop(lo: Lowering, span: Span, block: Node) -> tree.Node:
    from rucy.frontends.ruby.blocks import lower_block

    body = lower_block(lo, block, "loop")
    inner = catch(body.next_label, unused(body.body))
    return catch(body.break_label, tree.Loop(span, inner, "loop"))


def _call_arguments(lo: Lowering, args: Node | None) -> tuple[list[tree.Node], list[tuple[str, tree.Node]], Node | None]:
    if args is None:
        return [], [], None
    return arguments(lo, [c for c in args.children if c.is_named])


def arguments(lo: Lowering, nodes: list[Node]) -> tuple[list[tree.Node], list[tuple[str, tree.Node]], Node | None]:
    """Positional arguments, keyword arguments, and the `&block` argument."""
    positional: list[tree.Node] = []
    kwargs: list[tuple[str, tree.Node]] = []
    passed: Node | None = None
    for node in nodes:
        if node.type in ("comment", "heredoc_body"):
            continue
        if node.type == "pair":
            _pair(lo, node, positional, kwargs)
        elif node.type == "block_argument":
            passed = node
        elif node.type == "splat_argument":
            items = splat_items(lo, node)
            positional += items if items is not None else [lo.refuse(lo.refusal(errors.SplatArgument, node))]
        else:
            positional.append(lo.lower(node))
    return positional, kwargs, passed


def _pair(lo: Lowering, node: Node, positional: list[tree.Node], kwargs: list[tuple[str, tree.Node]]) -> None:
    """`name: v`, `"name": v`, `:name => v`, and `name:` alone. Any other key makes a positional pair, for declarations."""
    key, value = field(node, "key"), node.child_by_field_name("value")
    if value is None:
        name = lo.text(key)
        var = lo.scope.find(name)
        where = lo.span(key)
        if var is lo.block_var and var is not None:
            kwargs.append((name, lo.refuse(errors.BlockObject(where, name=name))))
        else:
            kwargs.append((name, tree.Local(where, var) if var is not None else call_by_name(lo, key, name, where)))
        return
    if key.type == "hash_key_symbol":
        kwargs.append((lo.text(key), lo.lower(value)))
        return
    lowered = lo.lower(key)
    if isinstance(lowered, tree.Sym) or (isinstance(lowered, tree.Str) and node.children[1].type == ":"):
        name = lowered.name if isinstance(lowered, tree.Sym) else lowered.value.decode("utf-8", "replace")
        kwargs.append((name, lo.lower(value)))
    else:
        positional.append(tree.Array(lo.span(node), (lowered, lo.lower(value))))


# ---------------------------------------------------------------- blocks


def _block_of(lo: Lowering, name: str, block: Node | None, passed: Node | None) -> tree.Block | tree.PassedBlock | None:
    from rucy.frontends.ruby import blocks

    if block is not None:
        return blocks.lower_block(lo, block, name)
    return blocks.lower_passed(lo, passed) if passed is not None else None


def lower_yield(lo: Lowering, node: Node) -> tree.Node:
    from rucy.frontends.ruby.blocks import run_own

    return run_own(lo, node, next((c for c in node.children if c.type == "argument_list"), None))
