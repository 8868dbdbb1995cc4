"""What a front end tells the checker about its language: method tables, truth, words.

The checker knows primitives, control and kernel access; a front end says what `x.even?` is in these, whether an Integer
may be a condition, and what things are called in messages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rucy.lang.tree import Node, Send


class MethodRow(NamedTuple):
    """One method of a value class. `expand` makes the tree that the call means; the receiver is `send.recv`.

    An operand that the expansion uses twice must be bound first (`Seq(SetLocal(tmp, …), …)`). `arity` is (least, most);
    `block` says whether it takes a block.
    """

    owner: str  # "Integer" "Boolean" "String" "Nil" "Array" "Range" "Symbol"
    name: str
    arity: tuple[int, int]
    block: bool
    expand: Callable[[Send], Node]


class Dialect(NamedTuple):
    """`methods[(owner, name)]`; `truth[owner]` is "value" (a Bool), "not_nil" (true unless nil) or "always" (an error that
    shows what to write); `words` has the language's spelling of neutral terms, used as {words[nil]} in messages."""

    methods: dict[tuple[str, str], MethodRow]
    truth: dict[str, str]
    words: dict[str, str]
