"""What the demonstrations read stands elsewhere in one kernel than in another: else they would prove nothing."""

from __future__ import annotations

import pytest

from rucy.btf.access import find_member
from rucy.btf.reader import open_btf
from tests.vm.btf import kernel_btf
from tests.vm.kernels import booted


def offset(kernel: str, struct: str, field: str) -> int:
    btf = open_btf(str(kernel_btf(kernel)))
    number = btf.find(struct, ("struct",))
    assert number is not None
    found = find_member(btf, number, field)
    assert found is not None, f"{kernel}: struct {struct} has no {field}"
    return found.bit_offset


@pytest.mark.vm
@pytest.mark.parametrize("struct, field", [("task_struct", "real_parent"), ("task_struct", "tgid"), ("sock", "sk_protocol")])
def test_offsets_differ(struct: str, field: str) -> None:
    kernels = booted()
    if len(kernels) < 2:
        pytest.skip("fewer than two kernels to compare: RUCY_NO_VM=1")
    assert len({offset(k, struct, field) for k in kernels}) > 1, f"{struct}.{field} stands at one place in {kernels}"
