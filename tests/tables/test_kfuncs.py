"""The table of kernel functions: whole lines, and what takes back what each acquiring one gives."""

from __future__ import annotations

from rucy.kernel import helpers, kfuncs, progtypes


def _rows() -> list[kfuncs.Kfunc]:
    rows = [kfuncs.find(name) for name in kfuncs.names()]
    return [row for row in rows if row is not None]


def test_every_line_is_a_row() -> None:
    assert len(_rows()) == len(kfuncs.names()) > 250
    known = {row.name for row in progtypes.ROWS} | {"UNSPEC"}
    for row in _rows():
        assert {name for name, _ in row.program_types} <= known, row
        assert [int(part) for part in row.since.split(".")] >= [5, 13], row


def test_names_that_begin_alike_are_kept_apart() -> None:
    row = kfuncs.find("bpf_task_acquire")
    assert row is not None and row.name == "bpf_task_acquire" and "acquire" in row.flags
    assert kfuncs.find("bpf_task_acq") is None and kfuncs.find("") is None


def test_what_is_acquired_has_a_release() -> None:
    lack = []
    for row in _rows():
        if "acquire" in row.flags and not any(flag.startswith(("iter", "implicit")) for flag in row.flags):
            release = kfuncs.find(kfuncs.release_of(row.name))
            if release is None or "release" not in release.flags:
                lack.append(row.name)
    assert lack == sorted(_OTHERWISE), lack
    for name in helpers.names():
        helper = helpers.find(name)
        if helper is not None and helper.acquires and name.startswith("sk"):
            other = helpers.find(kfuncs.release_of(name))
            assert other is not None and other.releases


#: acquiring functions that programs cannot call by name yet: objects of their own, lists, trees
_OTHERWISE = (
    "bpf_list_del", "bpf_list_pop_back", "bpf_list_pop_front", "bpf_obj_new_impl", "bpf_percpu_obj_new_impl", "bpf_rbtree_remove",
    "bpf_refcount_acquire_impl",
)  # fmt: skip


def test_filters_of_sets() -> None:
    row = kfuncs.find("bpf_put_file")
    assert row is not None
    assert kfuncs.since(row, "TRACING") is None and kfuncs.since(row, "LSM") == "6.12"
