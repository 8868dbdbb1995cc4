"""The kept index changes nothing but time, whatever became of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rucy.btf import index as indexing
from rucy.btf.reader import Btf, open_btf
from rucy.kept import content_key
from tests.btf.test_reader import everything


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    """A file with BTF, and a cache folder that is not there yet."""
    file = tmp_path / "some.btf"
    file.write_bytes(everything()[0].finish())
    return file, tmp_path / "a" / "cache"


def check(btf: Btf) -> None:
    ids = everything()[1]
    assert btf.find("outer") == ids["outer"] and btf.find_func("work") == ids["func"]
    assert btf.enum_value("HUGE") == (ids["enum64"], 0, 1 << 63)
    assert btf.decl_tags(ids["func"]) == ((0, "arg:ctx"), (-1, "kfunc"))
    assert btf.end_id == max(ids.values()) + 1


def never(*_: object) -> None:
    raise AssertionError("the BTF was scanned although an index is kept")


def test_the_second_time_nothing_is_scanned(place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file, cache = place
    check(open_btf(str(file), cache_dir=str(cache)))
    (kept,) = os.listdir(cache)
    assert kept.startswith("btf-") and kept.endswith(".idx")
    monkeypatch.setattr(indexing, "scan", never)
    check(open_btf(str(file), cache_dir=str(cache)))


def test_the_cache_is_the_users(place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(place[1]))
    check(open_btf(str(place[0])))
    assert len(os.listdir(place[1] / "rucy")) == 1
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(place[1] / "home"))
    check(open_btf(str(place[0])))
    assert len(os.listdir(place[1] / "home" / ".cache" / "rucy")) == 1


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda kept: kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda kept: b"",
    "cut in its head": lambda kept: kept[:20],
    "cut in its tables": lambda kept: kept[:-5],
    "longer": lambda kept: kept + b"\0",
    "zeroes": lambda kept: bytes(len(kept)),
    "another version": flip(7),
    "another content": flip(9),
    "another length": flip(24),
    "another count": flip(32),
    "a flipped offset": flip(-9),
    "a flipped name": flip(60),
    "text": lambda kept: b"rucyBTF\x01 and then nothing that makes sense" * 10,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_made_anew(place: tuple[Path, Path], damage: str) -> None:
    file, cache = place
    open_btf(str(file), cache_dir=str(cache))
    kept = cache / os.listdir(cache)[0]
    whole = kept.read_bytes()
    kept.write_bytes(DAMAGES[damage](whole))
    check(open_btf(str(file), cache_dir=str(cache)))
    assert kept.read_bytes() == whole
    assert len(os.listdir(cache)) == 1


def test_an_index_is_not_used_for_other_content(place: tuple[Path, Path]) -> None:
    file, cache = place
    open_btf(str(file), cache_dir=str(cache))
    first = os.listdir(cache)[0]
    writer, _ = everything()
    added = writer.struct("late", 0, [])
    file.write_bytes(writer.finish())
    assert open_btf(str(file), cache_dir=str(cache)).find("late") == added
    (second,) = set(os.listdir(cache)) - {first}
    os.replace(cache / first, cache / second)
    assert open_btf(str(file), cache_dir=str(cache)).find("late") == added


def test_a_cache_that_cannot_be_written(place: tuple[Path, Path]) -> None:
    file, _ = place
    check(open_btf(str(file), cache_dir=str(file)))  # a file where the folder should be
    check(open_btf(str(file), cache_dir="/proc/no/such/place"))
    cache = file.parent / "taken"
    open_btf(str(file), cache_dir=str(cache))
    kept = cache / os.listdir(cache)[0]
    kept.unlink()
    kept.mkdir()
    (kept / "in the way").touch()
    check(open_btf(str(file), cache_dir=str(cache)))
    assert os.listdir(cache) == [kept.name]


def test_the_key_depends_on_every_byte() -> None:
    data = bytearray(os.urandom(400_000))
    key = content_key(bytes(data))
    for at in (0, 5_000, 123_457, 399_999):
        data[at] ^= 0x10
        assert content_key(bytes(data)) != key
        data[at] ^= 0x10
    assert content_key(bytes(data[:-1])) != key


def test_kept_and_scanned_indexes_of_the_kernel_are_equal(kernel: Btf, tmp_path: Path) -> None:
    open_btf(cache_dir=str(tmp_path))
    assert open_btf(cache_dir=str(tmp_path)).index == kernel.index
