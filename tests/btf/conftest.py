from __future__ import annotations

import os

import pytest

from rucy.btf.reader import Btf, open_btf
from tests.btf.btftext import VMLINUX


@pytest.fixture(scope="session")
def kernel() -> Btf:
    """The running kernel's BTF, without the user's cache."""
    if not os.access(VMLINUX, os.R_OK):
        pytest.skip("the running kernel has no readable BTF")
    return open_btf(cache=False)
