"""What a front end tells the checker about its language: method tables, truth, words.

The checker knows primitives, control and kernel access; a front end says what `x.even?` is in these, whether an Integer
may be a condition, and what things are called in messages.

How the checker uses `methods`. For `recv.name(args)` it types the receiver, takes its owner's row, then the row of
owner "Any" (which also serves nil-able values and kernel pointers, and is where a nil test belongs), and checks what
`expand` makes. The receiver in the `Send` that `expand` gets stands for the value already computed (once evaluated, to
be used once; bind it to a temporary for more), with two exceptions: a range literal, and an array literal, arrive as
`tree.Range` and `tree.Array`, also when written as a constant. A nil-able receiver is refused before any other owner's
row is asked.

`tree.Prim` operations on top of `typed.PRIMS`, which the checker takes:
    "eq" "ne"    any two values: Integers, Booleans, strings, pointers, nil (a nil test), nil-able ones
    "is_nil"     any value: Bool          "truth"  a Bool: itself; another value that is not nil: true
    "str_eq" "str_start" "str_end" "str_include"   (string, string): Bool
    "str_size"   (string): Integer      "str_empty"  (string): Bool
    "str_byte"   (string, Integer): nil-able Integer, not nil-able where a constant index is inside
    "str_char"   (string, Integer): the same as a string of one character
    "array_get"  (array, Integer): nil-able Integer, as above; "array_size" (array)
    "like"       (Integer, others…): the Integer, of the kind that the others have together
    "shl" "shr"  take any count, negative ones too
Every other operation takes what PRIMS says. A `Prim` with a nil-able operand where PRIMS wants an Integer is refused.

`words` has these keys, each a format string; `{x}` is the source text of the value that the message is about:
    nil true false integer boolean string symbol array range     names of things: "nil", "an Integer" ("Integer"), …
    not_zero       "{x} != 0"                  what to write where an Integer stands as a condition
    test_nil       "next unless {x}"           how to leave when the value is nil
    or_default     "{x} || {value}"            how to give a value instead
    absolute       "{x}.abs"                   a non-negative form of a number
    ternary        "{x} ? 1 : 0"               a truth value as a number
    keep_method    "def"                       how a method is called in messages ("method")
A key that is missing is shown as the checker's neutral text.
"""

from __future__ import annotations

from collections.abc import Callable

from rucy.lang.tree import Node, Send
from rucy.records import NamedTuple


class MethodRow(NamedTuple):
    """One method of a value class. `expand` makes the tree that the call means; the receiver is `send.recv`.

    An operand that the expansion uses twice must be bound first (`Seq(SetLocal(tmp, …), …)`). `arity` is (least, most);
    `block` says whether it takes a block, `needs_block` whether it makes no sense without; `keywords` are those it takes.
    """

    owner: str  # "Integer" "Boolean" "String" "Nil" "Array" "Range" "Symbol" "Any"
    name: str
    arity: tuple[int, int]
    block: bool
    expand: Callable[[Send], Node]
    needs_block: bool = False
    keywords: tuple[str, ...] = ()


class Dialect(NamedTuple):
    """`methods[(owner, name)]`; `truth[owner]` is "value" (a Bool), "not_nil" (true unless nil) or "always" (an error that
    shows what to write); `words` has the language's spelling of neutral terms, used as {words[nil]} in messages.
    `map_methods`: what methods of maps and structs mean: "new" of a struct; "get" "set" "has" "fetch" "delete" "drain" "alloc"
    "free" "push" "append" "pop" "peek" "reserve" "each" "size" "empty" of maps, and walks through them: "count" "sum" "any" "all"
    "none" "each_key" "each_value"."""

    methods: dict[tuple[str, str], MethodRow]
    truth: dict[str, str]
    words: dict[str, str]
    map_methods: dict[str, str]
