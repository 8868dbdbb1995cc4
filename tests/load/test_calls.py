"""What an object's code calls is seen without loading it."""

from __future__ import annotations

import pytest

from rucy.loader.calls import TRACE, calls_any
from rucy.loader.errors import LoadError
from rucy.object import Module, build_object
from tests.load.programs import counting, counting_own, printing
from tests.object.hand_built import function


def test_who_prints_to_the_trace() -> None:
    assert calls_any(printing("run %d"), TRACE)
    assert not calls_any(counting("xdp", 2), TRACE)
    assert not calls_any(counting_own("tp/syscalls/sys_enter_getpgid"), TRACE)


def test_a_method_of_the_program() -> None:
    main = function("main", "call pc-0x1 ; @call six\nexit", section="xdp")
    six = function("six", "r1 = 0x85\nr0 = 0x6\nexit", "static", params=())
    assert not calls_any(build_object(Module("GPL", (main, six)), None), TRACE)


def test_what_is_no_object() -> None:
    with pytest.raises(LoadError, match="not a BPF object"):
        calls_any(b"none", TRACE)
