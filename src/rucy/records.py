"""`NamedTuple`, as that of `typing` to who reads or checks the code, but made in an eighth of the time: of what a small program
takes to compile, making the compiler's two hundred records was a tenth.

Left out is what nobody here asks for: annotations stay text. A constructor is compiled when it is first called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from _collections import _tuplegetter

    class _Record(tuple):
        """What all records have in common. Equality, order and hash are the tuple's."""

        __slots__ = ()

        def __new__(cls, *args, **named):
            owner = next(each for each in cls.__mro__ if "_fields" in vars(each))
            owner.__new__ = staticmethod(_constructor(owner._fields, owner._field_defaults))
            return owner.__new__(cls, *args, **named)

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, self))})"

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _asdict(self):
            return dict(zip(self._fields, self))

        def _replace(self, /, **named):
            made = tuple.__new__(type(self), [named.pop(name, value) for name, value in zip(self._fields, self)])
            if named:
                raise ValueError(f"{type(self).__name__} has no {', '.join(named)}")
            return made

    def _constructor(fields, defaults):
        names = "".join(f"{field}, " for field in fields)
        made = eval(f"lambda cls, {names}: new(cls, ({names}))", {"new": tuple.__new__, "__builtins__": {}})
        made.__defaults__ = tuple(defaults.values())
        return made

    class _Maker(type):
        """Makes a plain class of tuples, whose fields are the names that the body annotates."""

        def __new__(cls, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            assert tuple(defaults) == fields[len(fields) - len(defaults) :], f"{name}: a field without default behind one with"
            body.update({field: _tuplegetter(at, field) for at, field in enumerate(fields)})
            body.update(__slots__=(), __match_args__=fields, _fields=fields, _field_defaults=defaults)
            return type(name, (_Record,), body)

    #: a class that is written `class X(NamedTuple)` is made by _Maker and is none itself
    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
