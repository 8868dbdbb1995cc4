"""The section `.debug_rucy`: there and back, and what is refused."""

from __future__ import annotations

import pytest

from rucy.object import build_object, notes
from rucy.object.read import ObjectError, summarize
from tests.object import hand_built

PAYLOAD = {"probes": [{"name": "a", "hook": "xdp"}], "options": [], "constants": {"WHO": "é"}}


def test_notes_come_back_through_the_object() -> None:
    data = build_object(hand_built.device_filter()._replace(notes=notes.encode(PAYLOAD)), None)
    assert summarize(data).notes == PAYLOAD


def test_the_order_of_keys_does_not_matter() -> None:
    assert notes.encode(PAYLOAD) == notes.encode(dict(reversed(PAYLOAD.items())))


def test_another_version_is_refused_clearly() -> None:
    data = bytearray(notes.encode(PAYLOAD))
    data[8] = 2
    with pytest.raises(notes.NotesError, match="has version 2; this Rucy reads version 1: compile the object again"):
        notes.decode(bytes(data))
    with pytest.raises(ObjectError, match="has version 2"):
        summarize(build_object(hand_built.device_filter()._replace(notes=bytes(data)), None))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"rucynote",
        notes.encode(PAYLOAD)[:-1],
        b"x" + notes.encode(PAYLOAD)[1:],
        notes.encode({})[:-2] + b"[]",
        notes.encode({})[:-1] + b"\xff",
    ],
)
def test_damage_is_said(data: bytes) -> None:
    with pytest.raises(notes.NotesError, match="damaged"):
        notes.decode(data)
