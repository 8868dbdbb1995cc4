"""Who may call which helper, asked of the running kernel."""

from __future__ import annotations

import pytest

from rucy.kernel import attachtypes, helpers, hooks, progtypes
from tests.tables import probe
from tests.tables.unmodelled import UNMODELLED

# These need the BTF id of a target to be loaded at all; TRACING is asked as tp_btf.
TARGETED = ("LSM", "EXT", "STRUCT_OPS")
KINDS = sorted(
    {(hook.prog_type, hook.attach_type) for hook in hooks.ROWS if hook.prog_type not in (*TARGETED, "TRACING")},
    key=str,
)


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _wrong(prog_type: str, attach_type: str | None, btf_id: int = 0) -> list[str]:
    """Helpers that the table offers and the kernel does not, or (in the releases scraped or probed) the other way round."""
    kind, attach = progtypes.BY_NAME[prog_type].id, attachtypes.BY_NAME[attach_type].id if attach_type else 0
    found = []
    for name in helpers.names():
        row = helpers.find(name)
        assert row is not None
        since = helpers.since(row, prog_type, attach_type)
        ours = since is not None and version(since) <= probe.release()
        theirs = probe.has_helper(kind, attach, row.id, btf_id)
        if ours and not theirs or theirs and not ours and probe.release() in ((5, 10), (6, 1), (6, 12), (6, 18)):
            found.append(name)
    return [name for name in found if ("helper", f"{prog_type}.{name}") not in UNMODELLED]


@pytest.mark.root
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(filter(None, kind)))
def test_the_kernel_offers_what_the_table_says(kind: tuple[str, str | None]) -> None:
    if version(progtypes.BY_NAME[kind[0]].since) > probe.release():
        pytest.skip("newer than this kernel")
    assert _wrong(*kind) == []


@pytest.mark.root
def test_a_typed_tracepoint_has_what_the_table_says() -> None:
    from rucy.btf.reader import open_btf

    btf_id = open_btf().find("btf_trace_sched_switch", ("typedef",))
    assert btf_id is not None
    assert _wrong("TRACING", "BPF_TRACE_RAW_TP", btf_id) == []
