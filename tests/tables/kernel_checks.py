"""The tables held against a running kernel: each function gives what is wrong, and is used on the host and in the VM."""

from __future__ import annotations

from rucy.btf.reader import open_btf
from rucy.kernel import attachtypes, contexts, helpers, hooks, progtypes
from tests.tables import probe
from tests.tables.unmodelled import UNMODELLED

Kind = tuple[str, str | None]

# These need the BTF id of a target to be loaded at all; TRACING is asked as tp_btf.
_TARGETED = ("LSM", "EXT", "STRUCT_OPS", "TRACING")
KINDS: list[Kind] = sorted(
    {(hook.prog_type, hook.attach_type) for hook in hooks.ROWS if hook.prog_type not in _TARGETED}, key=str
)
TYPED: Kind = ("TRACING", "BPF_TRACE_RAW_TP")
# Kernels that the tables were made from: on these, what the kernel has the table must have too.
EXACT = ((5, 10), (6, 1), (6, 12), (6, 18), (7, 3))


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def exists(kind: Kind) -> bool:
    """Whether the running kernel is new enough for program and attach type."""
    prog_type, attach_type = kind
    since = [progtypes.BY_NAME[prog_type].since]
    since += [hook.since for hook in hooks.ROWS if (hook.prog_type, hook.attach_type) == kind]
    return max(map(version, since)) <= probe.release()


def wrong_helpers(kind: Kind) -> list[str]:
    """Helpers that the table offers and the kernel does not, or the other way round."""
    prog_type, attach_type = kind
    btf_id = open_btf().find("btf_trace_sched_switch", ("typedef",)) or 0 if kind == TYPED else 0
    found = []
    for name in helpers.names():
        row = helpers.find(name)
        assert row is not None
        since = helpers.since(row, prog_type, attach_type)
        ours = since is not None and version(since) <= probe.release()
        theirs = probe.has_helper(*_ids(kind), row.id, btf_id)
        # one that sleeps is offered to sleepable programs alone by older kernels
        if ours and not theirs and not row.may_sleep:
            found.append(f"{name}: refused")
        if theirs and not ours and probe.release() in EXACT:
            found.append(f"{name}: offered")
    return [text for text in found if not _excused("helper", prog_type, text.partition(":")[0])]


def wrong_fields(kind: Kind) -> list[str]:
    """Context fields that the table lets a program read or write and the verifier does not, or the other way round."""
    prog_type, attach_type = kind
    name = progtypes.BY_NAME[prog_type].context
    found = []
    for field in contexts.BY_NAME[name].fields if name and name in contexts.BY_NAME else ():
        if field.since and version(field.since) > probe.release():
            continue
        for what, allowed, write in (("read", field.readable, False), ("write", field.writable, True)):
            ours = allowed if isinstance(allowed, bool) else prog_type in allowed or attach_type in allowed
            theirs = probe.has_field(*_ids(kind), field.offset, field.size, write)
            if ours != theirs and not _excused("field", prog_type, f"{field.name}.{what}"):
                found.append(f"{field.name}: {what} {'refused' if ours else 'allowed'}")
    return found


def _excused(table: str, prog_type: str, name: str) -> bool:
    return (table, f"{prog_type}.{name}") in UNMODELLED or (table, name) in UNMODELLED


def _ids(kind: Kind) -> tuple[int, int]:
    prog_type, attach_type = kind
    return progtypes.BY_NAME[prog_type].id, attachtypes.BY_NAME[attach_type].id if attach_type else 0
