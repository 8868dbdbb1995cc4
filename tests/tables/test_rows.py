"""Rows that name each other, and the words that the language promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rucy.kernel import (
    arch,
    attachtypes,
    constants,
    contexts,
    features,
    helpers,
    hooks,
    maptypes,
    progtypes,
    results,
    sections,
    words,
)
from tests.tables.unmodelled import UNMODELLED

_HOOKS = """kprobe kretprobe fentry fexit fmod_ret tracepoint raw_tracepoint tp_btf syscall syscall_return uprobe uretprobe
usdt profile perf_event xdp tc_ingress tc_egress socket_filter cgroup_device cgroup_ingress cgroup_egress cgroup_connect4
cgroup_connect6 cgroup_bind4 cgroup_bind6 cgroup_sendmsg4 cgroup_sendmsg6 cgroup_recvmsg4 cgroup_recvmsg6
cgroup_getpeername4 cgroup_getpeername6 cgroup_getsockname4 cgroup_getsockname6 cgroup_sock_create cgroup_sock_release
cgroup_post_bind4 cgroup_post_bind6 cgroup_sysctl cgroup_getsockopt cgroup_setsockopt sockops sk_msg sk_skb_parser
sk_skb_verdict sk_lookup sk_reuseport flow_dissector lwt_in lwt_out lwt_xmit netfilter lsm lsm_cgroup iter struct_ops
syscall_prog freplace"""
HOOKS = _HOOKS.split()
_MAPS = """hash lru_hash percpu_hash lru_percpu_hash array percpu_array lpm_trie queue stack bloom_filter ringbuf
perf_buffer stack_traces prog_array hash_of_maps array_of_maps cgroup_array sk_storage task_storage inode_storage
cgrp_storage devmap devmap_hash cpumap xskmap sockmap sockhash reuseport_sockarray user_ringbuf arena perf_event_array"""
MAPS = _MAPS.split()
_WORDS = """pid tid uid gid comm cpu nsecs boot_nsecs cgroup_id current_task random kstack ustack numa_node
ancestor_cgroup_id probe_name"""
WORDS = _WORDS.split()


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def test_every_word_of_the_language_has_a_row() -> None:
    assert list(hooks.BY_WORD) == HOOKS
    assert sorted(maptypes.BY_WORD) == sorted(MAPS)
    assert list(words.BY_WORD) == WORDS


def test_no_row_twice() -> None:
    for rows in (progtypes.ROWS, attachtypes.ROWS, maptypes.ROWS, results.ROWS, contexts.ROWS, features.ROWS):
        assert len({row.name for row in rows}) == len(rows)


@pytest.mark.parametrize("hook", hooks.ROWS, ids=lambda hook: hook.word)
def test_a_hook_names_rows(hook: hooks.Hook) -> None:
    kind = progtypes.BY_NAME[hook.prog_type]
    assert hook.result in results.BY_NAME
    assert version(hook.since) >= version(kind.since)
    # xdp and sk_reuseport were there before their attach types got names
    if hook.attach_type and hook.word not in ("xdp", "sk_reuseport"):
        assert version(hook.since) >= version(attachtypes.BY_NAME[hook.attach_type].since)
    if hook.args == "context" and kind.context:
        assert kind.context in contexts.BY_NAME
    assert not hook.sleepable or kind.sleepable_allowed
    assert not hook.alone or version(hook.alone) >= version(hook.since)
    # what only the caller's own count of runs keeps alone: of perf events, trampolines, raw tracepoints
    assert not hook.alone or kind.name in ("KPROBE", "TRACEPOINT", "RAW_TRACEPOINT", "PERF_EVENT", "TRACING")


@pytest.mark.parametrize("hook", hooks.ROWS, ids=lambda hook: hook.word)
def test_a_hook_is_what_libbpf_reads_in_its_section(hook: hooks.Hook) -> None:
    row = sections.match(hook.section.replace("{}", "x"))
    assert row is not None
    assert row.prog_type == hook.prog_type
    assert row.attach_type == hook.attach_type
    assert hook.sleepable or not row.sleepable
    if hook.sleepable and "/" in hook.section:
        first, _, rest = hook.section.partition("/")
        sleeping = sections.match(f"{first}.s/{rest}".replace("{}", "x"))
        assert sleeping is not None and sleeping.sleepable and sleeping.prog_type == hook.prog_type


def test_program_types_have_their_contexts() -> None:
    for row in progtypes.ROWS:
        assert row.context is None or row.context == "pt_regs" or row.context in contexts.BY_NAME


def test_words_name_helpers() -> None:
    for row in words.ROWS:
        helper = helpers.find(row.helper) if row.helper else None
        assert row.helper is None or helper is not None
        if row.type in ("u32", "u64") and helper:
            assert helper.ret == "INTEGER"
            assert len(helper.args) == row.arguments


def test_neutral_results_are_results() -> None:
    for row in results.ROWS:
        assert row.low <= row.neutral <= row.high
        assert all(row.low <= value <= row.high for _, value in row.values)


def test_fields_lie_in_their_structs() -> None:
    names = {row.name for row in progtypes.ROWS} | {row.name for row in attachtypes.ROWS}
    for context in contexts.ROWS:
        fields = {field.name: field for field in context.fields}
        assert len(fields) == len(context.fields)
        for field in context.fields:
            assert field.offset % field.size == 0
            assert context.size == 0 or field.offset + field.size * field.elems <= context.size
            assert (field.order == "net") == (field.net_bits > 0)
            for who in (field.writable, field.readable):
                assert isinstance(who, bool) or set(who) <= names
        assert all(part.field in fields for part in context.derived)


def test_device_access_and_type_are_the_halves_of_access_type() -> None:
    # BPF_DEVCG_ACC_READ is 2, BPF_DEVCG_DEV_CHAR is 2: (ACC << 16) | DEV
    device = contexts.BY_NAME["bpf_cgroup_dev_ctx"]
    value = 4 << 16 | 2
    parts = {part.name: value >> part.shift & part.mask for part in device.derived}
    assert parts == {"access": 4, "type": 2}


def test_every_helper_is_called_by_its_name_or_said_otherwise() -> None:
    """Its arguments and result are of classes that the checker knows, a block stands for its function, or a form of the
    language's own for the whole."""
    from rucy.lang.checker import callbacks, helper_calls, kernel_maps

    left_out = set()
    for name in helpers.names():
        row = helpers.find(name)
        assert row is not None
        every = [row, *(row._replace(ret=ret, args=args) for _, ret, args in row.variants)]
        refused = any(helper_calls._refused(each) for each in every)
        if refused and name not in callbacks.FORMS and kernel_maps.form(row) is None:
            left_out.add(name)
    assert left_out == {"get_local_storage", "kptr_xchg"}
    assert all(("helper", name) in UNMODELLED for name in left_out)


def test_machines() -> None:
    assert list(arch.TARGETS) == ["x86_64", "aarch64"]
    for row in arch.TARGETS.values():
        assert row.args[0] != row.args[1]
        assert all(register.offset % 8 == 0 for register in (*row.args, row.result, row.stack, row.ip))
    assert constants.find("O_DIRECT", "aarch64") != constants.find("O_DIRECT")


def test_a_table_left_out_is_counted(closing_line: Callable[[str], None]) -> None:
    assert all(reason for reason in UNMODELLED.values())
    closing_line(f"kernel tables: {len(UNMODELLED)} things unmodelled")
