"""`first_of` and patterns, as the loader decides them: by what the running kernel has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rucy.loader import choices, patterns
from rucy.loader.errors import LoadError


def _probe(name: str, target: str, choice: int = 1, link: str = "kprobe", optional: bool = False) -> dict[str, Any]:
    return {"name": name, "target": target, "choice": choice, "link": link, "optional": optional, "line": 3}


def _no_types(probe: dict[str, Any]) -> bool:
    raise AssertionError(probe)


@pytest.mark.root
def test_the_first_that_is_there_is_taken() -> None:
    probes = [_probe("a", "no_such_function"), _probe("b", "schedule"), _probe("c", "do_exit"), _probe("d", "schedule", 0)]
    assert choices.left_out(probes, _no_types) == {"a", "c"}


@pytest.mark.root
def test_none_of_them() -> None:
    probes = [_probe("a", "no_such_function"), _probe("b", "nor_this_one")]
    with pytest.raises(LoadError) as error:
        choices.left_out(probes, _no_types)
    assert (error.value.message, error.value.status) == ("this kernel has none of `no_such_function`, `nor_this_one`", 77)
    assert choices.left_out([probe | {"optional": True} for probe in probes], _no_types) == {"a", "b"}


def test_choices_are_kept_apart() -> None:
    probes = [_probe(name, name, choice, "trace") for name, choice in (("a", 1), ("b", 1), ("c", 2), ("d", 2))]
    assert choices.left_out(probes, lambda probe: probe["name"] in "bcd") == {"a", "d"}


@pytest.mark.root
def test_tracepoints() -> None:
    events = [_probe("a", "sched:no_such", 1, "tracepoint"), _probe("b", "sched:sched_switch", 1, "tracepoint")]
    raw = [_probe("c", "no_such", 2, "raw_tracepoint"), _probe("d", "sched_switch", 2, "raw_tracepoint")]
    assert choices.left_out(events + raw, _no_types) == {"a", "c"}


def test_functions_of_a_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules' are left out, each name is there once."""
    (tmp_path / "available_filter_functions").write_text("vfs_read\nvfs_readv\nvfs_read\nvfs_rename [overlay]\nksys_read\n")
    monkeypatch.setattr(patterns, "tracefs", lambda: str(tmp_path))
    assert patterns.functions("vfs_re*") == ["vfs_read", "vfs_readv"]
    assert patterns.functions("?sys_read") == ["ksys_read"]
    assert patterns.functions("read") == []
