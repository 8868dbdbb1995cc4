"""Signals: the first asks, the second ends; and errors of a machine without what loading needs."""

from __future__ import annotations

import ctypes
import os
import select
import signal

import pytest

from rucy.loader import libbpf as binding
from rucy.loader.errors import LoadError
from rucy.loader.libbpf import libbpf
from rucy.loader.stop import Stop
from tests.load.child import in_child


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_first_asks_second_ends(number: signal.Signals) -> None:
    def body() -> None:
        signal.signal(number, signal.SIG_DFL)  # whoever started the tests may have ignored it (nohup)
        with Stop() as stop:
            assert not stop.requested
            os.kill(os.getpid(), number)
            assert stop.requested
            assert select.select([stop.fileno()], [], [], 0)[0]
            try:
                os.kill(os.getpid(), signal.SIGINT)
            except SystemExit as end:
                assert end.code == 130
            else:
                raise AssertionError("the second signal did nothing")

    in_child(body)


def test_ignored_signals() -> None:
    def body() -> None:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        with Stop() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.requested
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop.requested
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN

    in_child(body)


def test_no_libbpf(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*arguments: object, **options: object) -> None:
        raise OSError("libbpf.so.1: cannot open shared object file")

    monkeypatch.setattr(binding, "_library", None)
    monkeypatch.setattr(ctypes, "CDLL", absent)
    with pytest.raises(LoadError) as caught:
        libbpf()
    assert "libbpf 1.x (libbpf.so.1) is not installed" in caught.value.message
    assert "apt-get install libbpf1" in caught.value.help


def test_libbpf_without_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(binding._PROTOTYPES, "bpf_no_such_call", (ctypes.c_int, ()))
    with pytest.raises(LoadError) as caught:
        libbpf().call("bpf_no_such_call")
    assert caught.value.message == f"libbpf {libbpf().version} has no bpf_no_such_call"
    assert libbpf().version.startswith("1.")
    assert caught.value.status == 77


def test_libbpf_has_all_that_is_called() -> None:
    """So that nothing in the table is misspelt."""
    missing = [name for name in binding._PROTOTYPES if not libbpf().has(name)]
    assert missing == []
