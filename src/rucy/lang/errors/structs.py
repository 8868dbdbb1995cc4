"""Structs of the program: fields, objects, what is stored where."""

from __future__ import annotations

from rucy.source import Diagnostic


class StructOfItself(Diagnostic):
    code = "struct-of-itself"
    title = "`{name}` has itself inside, and would never end"
    help = "keep a number instead that says which other is meant"


class TooManyBytes(Diagnostic):
    code = "too-many-bytes"
    title = "this has {size} bytes, and the kernel keeps at most {most} in one piece"
    help = "spread it over the elements of a map"


class StoredType(Diagnostic):
    code = "stored-type"
    title = "{where} is `{held}`, and this is {have}"
    help = "give what fits, or change the declaration"


class StoredCount(Diagnostic):
    code = "stored-count"
    title = "{where} has room for {count} elements, and {given} are given"
    help = "leave some out; what is not given is zero"


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
    code = "object-field"
    title = "`{name}` is a `:{kind}`, which is no value: it cannot be read, given or set"
    help = "{advice}"


class FieldOperator(Diagnostic):
    code = "map-operator"
    title = "`{op}=` on {where} reads, computes and writes: what another CPU writes between would be lost"
    help = "use += -= |= &= ^=, which are atomic, a per-CPU map, or a lock: `lock(e.l) {{ … }}`"


class FieldUpdateType(Diagnostic):
    code = "map-update-type"
    title = "`{op}=` on {where} takes an Integer, and this is {have}"
    help = "give a number in host byte order"


class ChangedAfterStored(Diagnostic):
    code = "changed-after-stored"
    title = "`{name}` is changed here after it was stored, and what was stored is a copy that does not change with it"
    help = "change it before it is stored, or change what is kept: `if e = MAP[key]; e.x = …; end`"


class ObjectReplaced(Diagnostic):
    code = "object-replaced"
    title = "`{name}` stands for a place in memory that has been given another object: it would have that one's fields here"
    help = "read what you need of it before, e.g. `x = {name}.x`, or change the fields of what is there instead of replacing it"


class GlobalAlias(Diagnostic):
    code = "global-alias"
    title = "`{text}` would be copied: a change of one of the two would not be seen in the other, as it is in Ruby"
    help = "{write}"


class StructEqual(Diagnostic):
    code = "struct-equal"
    title = "two objects of `{struct}` are not compared as wholes"
    help = "compare the fields that matter: `a.{field} == b.{field}`"


class KeyPart(Diagnostic):
    code = "key-part"
    title = "a part of a key of {count} parts has a number from 0 to {last}, known when the program is compiled"
    help = "write e.g. `key[0]`, or `key[{last}]`"


class ChangedCopy(Diagnostic):
    code = "changed-copy"
    title = "`{name}` is a copy of what the map has, or an object of its own: changing it would not change the map"
    help = "take what is in the map then, `e = (M[k] ||= E.new)`, or decide: `if e = M[k]; …; else; M[k] = E.new; end`"
