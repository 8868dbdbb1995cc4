"""Objects into the kernel and out again: "whatever we accept the verifier accepts"."""

from __future__ import annotations

from rucy.loader.errors import LoadError
from rucy.loader.probe import bpf_refusal


def load(data: bytes) -> None:
    """A test of one object on the running kernel: skipped only where the kernel forbids or lacks its kind."""
    import pytest

    lacking = try_load(data)
    if lacking:
        pytest.skip(lacking)


def try_load(data: bytes) -> str:
    """"" when every program was loaded, or why this kernel cannot have it; a verifier's refusal is an error."""
    from rucy.cli.loading import open_tool
    from rucy.loader.files import ObjectFile
    from tests.hooks.running import notes

    refusal = bpf_refusal()
    if refusal is not None:
        raise refusal
    try:
        with open_tool(ObjectFile("test", data, notes(data), False)) as loaded:
            loaded.load()
    except LoadError as error:
        if error.status == 77:
            return error.message
        raise
    return ""
