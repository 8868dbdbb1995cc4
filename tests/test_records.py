"""rucy.records.NamedTuple does what that of `typing` does."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from rucy.records import NamedTuple


class Ours(NamedTuple):
    """Text."""

    a: int
    b: str = "x"
    c: tuple[int, ...] = ()

    @property
    def double(self) -> int:
        return self.a * 2


class Theirs(typing.NamedTuple):
    a: int
    b: str = "x"
    c: tuple[int, ...] = ()


class Empty(NamedTuple):
    pass


def test_a_record_is_a_tuple_with_names() -> None:
    record = Ours(1, c=(2,))
    assert tuple(record) == tuple(Theirs(1, c=(2,)))
    assert record.__eq__((1, "x", (2,)))
    assert hash(record) == hash(Theirs(1, c=(2,)))
    assert (record.a, record.b, record.c, record.double) == (1, "x", (2,), 2)
    assert repr(record) == repr(Theirs(1, c=(2,))).replace("Theirs", "Ours")
    assert Ours._fields == Theirs._fields
    assert Ours._field_defaults == Theirs._field_defaults
    assert record._asdict() == {"a": 1, "b": "x", "c": (2,)}
    assert Ours._make([1, "y", ()]) == Ours(1, "y")
    assert Ours.__doc__ == "Text."
    assert Empty() == ()
    assert not hasattr(record, "__dict__")


def test_a_record_is_replaced_matched_and_copied() -> None:
    record: typing.Any = Ours(1)
    assert record._replace(b="y") == Ours(1, "y")
    assert type(record._replace(b="y")) is Ours
    with pytest.raises(ValueError, match="no d"):
        record._replace(d=1)
    match record:
        case Ours(a, "x"):
            assert a == 1
        case _:
            raise AssertionError
    assert pickle.loads(pickle.dumps(record)) == copy.deepcopy(record) == record


@pytest.mark.parametrize("arguments", [(), (1, "x", (), 4)])
def test_a_constructor_takes_what_it_has_names_for(arguments: tuple[object, ...]) -> None:
    make: typing.Any = Ours
    with pytest.raises(TypeError):
        make(*arguments)
    with pytest.raises(TypeError):
        make(1, d=2)
