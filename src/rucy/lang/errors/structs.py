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


class StructAsValue(Diagnostic):
    code = "struct-as-value"
    title = "`{struct}` is a class, and stands here as a value"
    help = "make an object of it: `{struct}.new(…)`"


class StructCall(Diagnostic):
    code = "struct-call"
    title = "`{name}` is nothing that `{struct}` itself has: objects are made of it, nothing else"
    help = "write `{example}`"


class NewPositional(Diagnostic):
    code = "new-positional"
    title = "the fields of a new `{struct}` are given by their names"
    help = "write `{example}`; fields that are left out are zero"


class NoStructField(Diagnostic):
    code = "no-struct-field"
    title = "`{struct}` has no field `{name}`{suggestion}"
    help = "it has: {names}"


class FieldTwice(Diagnostic):
    code = "field-twice"
    title = "`{name}:` is given twice"
    help = "leave one of them out"


class ObjectField(Diagnostic):
    code = "not-yet"
    title = "`{name}`, a `:{kind}`, cannot be used yet in this version"
    help = "leave it alone: the kernel's own objects begin as zeros"


class FieldOperator(Diagnostic):
    code = "map-operator"
    title = "`{op}=` on {where} of an element of a map reads, computes and writes: what another CPU writes between would be lost"
    help = "use += -= |= &= ^=, which are atomic, a per-CPU map, or a lock: `lock(e.l) {{ … }}`"


class FieldUpdateType(Diagnostic):
    code = "map-update-type"
    title = "`{op}=` on {where} takes an Integer, and this is {have}"
    help = "give a number in host byte order"


class ChangedAfterStored(Diagnostic):
    code = "changed-after-stored"
    title = "`{name}` is changed here after it was stored, and what was stored is a copy that does not change with it"
    help = "change it before it is stored, or change what is kept: `if e = MAP[key]; e.x = …; end`"


class ReturnObject(Diagnostic):
    code = "return-object"
    title = "`{name}` would give back {what} that lives in its own frame, which ends with it"
    help = "make the object where it is used and pass it to the method, which can fill it in"


class StructEqual(Diagnostic):
    code = "struct-equal"
    title = "two objects of `{struct}` are not compared as wholes"
    help = "compare the fields that matter: `a.{field} == b.{field}`"


class KeyPart(Diagnostic):
    code = "key-part"
    title = "a part of a key of {count} parts has a number from 0 to {last}, known when the program is compiled"
    help = "write e.g. `key[0]`, or `key[{last}]`"
