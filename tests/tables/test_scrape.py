"""The readers of kernel sources, on sources small enough to see through."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "dev"))

from scrape import constants, helpers, syscalls, tracepoints  # noqa: E402
from scrape.source import Tree, call_arguments  # noqa: E402


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree("6.1", tmp_path)


def _write(tree: Tree, path: str, text: str) -> None:
    (tree.root / path).parent.mkdir(parents=True, exist_ok=True)
    (tree.root / path).write_text(text)


def test_call_arguments_stop_at_their_own_commas() -> None:
    text = 'X(a, TP_ARGS(b, c), "d, )", e[1,2]) rest'
    arguments, end = call_arguments(text, 1)
    assert arguments == ["a", "TP_ARGS(b, c)", '"d, )"', "e[1,2]"]
    assert text[end:] == " rest"


def test_events_through_the_macros_of_their_header(tree: Tree) -> None:
    _write(
        tree,
        "include/trace/events/demo.h",
        """
#undef TRACE_SYSTEM
#define TRACE_SYSTEM demo
/* TRACE_EVENT(not_this, */
DECLARE_EVENT_CLASS(demo_class, TP_PROTO(int a, int b));
#define DEFINE_DEMO(kind) \\
DEFINE_EVENT(demo_class, demo_##kind, TP_PROTO(int a, int b))
DEFINE_DEMO(start);
DEFINE_DEMO(stop);
TRACE_EVENT(demo_alone, TP_PROTO(int a));
""",
    )
    assert tracepoints.events(tree) == {
        "demo:demo_start": "demo_class",
        "demo:demo_stop": "demo_class",
        "demo:demo_alone": "demo_alone",
    }
    assert tracepoints.table([tree]) == ["demo demo_alone", "demo demo_start demo_class", "demo demo_stop demo_class"]


def test_system_calls(tree: Tree) -> None:
    _write(tree, "fs/open.c", "SYSCALL_DEFINE2(open_it, const char __user *, name,\n\t\tint, flags)\n{\n}\n")
    _write(tree, "arch/sparc/x.c", "SYSCALL_DEFINE1(elsewhere, int, a)\n")
    assert syscalls.table([tree]) == (["open_it(const char *name, int flags)"], [])


HELPERS = """
BTF_ID_LIST_SINGLE(demo_ids, struct, task_struct)
static const struct bpf_func_proto bpf_one_proto = {
	.func		= bpf_one,
	.gpl_only	= true,
	.ret_type	= RET_PTR_TO_BTF_ID_OR_NULL,
	.ret_btf_id	= &demo_ids[0],
	.arg1_type	= ARG_PTR_TO_MEM | PTR_MAYBE_NULL | MEM_RDONLY,
	.arg2_type	= ARG_CONST_SIZE_OR_ZERO,
};
static const struct bpf_func_proto *
base_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	switch (func_id) {
	case BPF_FUNC_one:
	case BPF_FUNC_two:
		return &bpf_one_proto;
	case BPF_FUNC_three:
		return NULL;
	default:
		return NULL;
	}
}
static const struct bpf_func_proto *
demo_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	switch (func_id) {
	case BPF_FUNC_two:
		return NULL;
	default:
		return base_func_proto(func_id, prog);
	}
}
const struct bpf_verifier_ops demo_verifier_ops = {
	.get_func_proto		= demo_func_proto,
};
"""


def test_helpers_by_prototype_and_switch(tree: Tree) -> None:
    _write(tree, "kernel/bpf/helpers.c", HELPERS)
    _write(tree, "include/linux/btf_ids.h", "")
    _write(tree, "include/linux/bpf_types.h", "BPF_PROG_TYPE(BPF_PROG_TYPE_DEMO, demo, struct a, struct b)\n")
    found = helpers.facts(tree)
    assert found.protos["bpf_one_proto"] == helpers.Proto(
        "PTR_TO_BTF_ID_OR_NULL:task_struct", ("MEM_OR_NULL|RDONLY", "CONST_SIZE_OR_ZERO"), True, False
    )
    assert found.available == {"DEMO": {"one": "bpf_one_proto"}}


def test_the_strictest_kernel_decides() -> None:
    new = helpers.Proto("INTEGER", ("MEM_OR_NULL|RDONLY", "CONST_SIZE_OR_ZERO", "ANYTHING"), False, False)
    old = helpers.Proto("INTEGER", ("MEM|RDONLY", "CONST_SIZE", "ANYTHING"), True, False)
    assert helpers.strictest(new, old) == helpers.Proto("INTEGER", ("MEM|RDONLY", "CONST_SIZE", "ANYTHING"), True, False)


@pytest.mark.parametrize(
    ("text", "value"), [("017", 15), ("0x10", 16), ("(1 << 6)", 64), ("(A|B)", 3), ("B", 2), ("sizeof(x)", None)]
)
def test_values_of_constants(text: str, value: int | None) -> None:
    assert constants._value(text, {"A": 1, "B": 2}) == value
