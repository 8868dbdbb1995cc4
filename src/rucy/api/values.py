"""Values of maps, events and globals for Python: as rucy.loader.decode makes them, with frozen objects for structs and tuples
for arrays and composite keys. Between bytes and these, both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, cast

from rucy.btf import types as bt
from rucy.btf.reader import Btf
from rucy.loader.decode import Decoder, Reader, Value
from rucy.loader.encode import Encoder


class Struct:
    """A struct of the object, frozen: its fields are attributes, by their names in the source. Each struct has a class of its own
    (`Tool.structs`), whose constructor takes fields by name; those left out are zero.

    `dict(value)` gives the fields, `value["x"]` one whose name is a word of Python's, `value | {"x": 1}` another object.
    Equal are objects of one struct with equal fields.
    """

    __slots__ = ("__fields",)
    __zero: dict[str, Value]

    def __init__(self, **fields: Value) -> None:
        zero = type(self).__zero
        for name in fields.keys() - zero.keys():
            raise TypeError(f"`{type(self).__name__}` has no field `{name}`; it has: {', '.join(zero)}")
        object.__setattr__(self, "_Struct__fields", zero | fields)

    @classmethod
    def _of(cls, fields: dict[str, Value]) -> Self:
        made = cls.__new__(cls)
        object.__setattr__(made, "_Struct__fields", fields)
        return made

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__fields[name]
        except KeyError:
            there = ", ".join(self.__fields)
            raise AttributeError(f"`{type(self).__name__}` has no field `{name}`; it has: {there}") from None

    def __getitem__(self, name: str) -> Any:
        return self.__fields[name]

    def __iter__(self) -> Iterator[tuple[str, Value]]:
        return iter(self.__fields.items())

    def __or__(self, changed: Mapping[str, Value]) -> Self:
        return type(self)(**(self.__fields | dict(changed)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a `{type(self).__name__}` is a copy, and frozen: `value | {{{name!r}: …}}` is another one")

    __delattr__ = cast(Any, __setattr__)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Struct) or type(self).__name__ != type(other).__name__:
            return NotImplemented
        return bool(self.__fields == other.__fields)

    def __hash__(self) -> int:
        return hash((type(self).__name__, *self.__fields.items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__fields.items())})"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.__fields]

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self).__name__, self.__fields)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def _rebuilt(name: str, fields: dict[str, Value]) -> Struct:
    """What was pickled, perhaps in a process that has no such object."""
    return struct_class(name, fields)._of(fields)


def struct_class(name: str, zero: dict[str, Value]) -> type[Struct]:
    """`zero`: its fields with the values that they have in memory which is zero."""
    annotations = {field: type(value) for field, value in zero.items()}
    space = {"__slots__": (), "__match_args__": tuple(zero), "__annotations__": annotations, "_Struct__zero": zero}
    return type(name, (Struct,), space | {"__doc__": f"`{name}` of the object: {', '.join(zero)}."})


class Values(Decoder):
    """The types of one object, both ways."""

    def __init__(self, btf: Btf) -> None:
        super().__init__(btf)
        self._encoder = Encoder(btf)

    def encode(self, type_id: int, value: Value) -> bytes:
        """TypeError and ValueError as rucy.loader.encode has them."""
        return self._encoder.encode(type_id, value)

    def encode_key(self, type_id: int, value: Value) -> bytes:
        return self._encoder.encode_key(type_id, value)

    def decode_key(self, type_id: int, data: bytes) -> Value:
        """A composite key is the tuple of its parts."""
        found = self.btf.type(self.btf.strip(type_id))
        if not isinstance(found, bt.Struct):
            return self.decode(type_id, data)
        key = self.shaped_key(self._fields(found)(data, 0))
        if isinstance(key, dict):
            return self.decode(type_id, data)
        return tuple(key) if isinstance(key, list) else key

    def struct(self, name: str) -> type[Struct] | None:
        """The class of a struct; None where the object has none of that name."""
        type_id = self.btf.find(name, ("struct", "union"))
        if type_id is None:
            return None
        return type(self.decode(type_id, bytes(self.btf.size(type_id))))

    # ---- inside

    def _whole(self, found: bt.Struct | bt.Union) -> Reader:
        fields = self._fields(found)
        made = struct_class(found.name or "struct", fields(bytes(found.size), 0))
        return lambda data, at: made._of(fields(data, at))

    def _array(self, found: bt.Array) -> Reader:
        read = super()._array(found)
        if isinstance(read(bytes(self.btf.size(found.type_id) * found.nelems), 0), str):
            return read
        return lambda data, at: tuple(read(data, at))
