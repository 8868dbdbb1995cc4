"""Structs of the program: fields, objects, what is stored where."""

from __future__ import annotations

from rucy.source import Diagnostic


class StructOfItself(Diagnostic):
    code = "struct-of-itself"
    title = "`{name}` has itself inside, and would never end"
    help = "keep a number instead that says which other is meant"


class StoredType(Diagnostic):
    code = "stored-type"
    title = "{where} is `{held}`, and this is {have}"
    help = "give what fits, or change the declaration"


class StoredTooLarge(Diagnostic):
    code = "stored-too-large"
    title = "{value} does not fit {where}, which has {bits} bits"
    help = "use a smaller number, or declare it wider"


class StoredOrder(Diagnostic):
    code = "stored-order"
    title = "{where} is a number in {order} byte order, and `{text}` is not"
    help = "convert it: `{convert}({text})`"
