"""Who may call which helper and touch which context field, asked of the running kernel."""

from __future__ import annotations

import pytest

from tests.tables import kernel_checks
from tests.tables.kernel_checks import KINDS, TYPED, Kind

_each_kind = pytest.mark.parametrize("kind", [*KINDS, TYPED], ids=lambda kind: "-".join(filter(None, kind)))


@pytest.mark.root
@_each_kind
def test_the_kernel_offers_the_helpers_of_the_table(kind: Kind) -> None:
    if not kernel_checks.exists(kind):
        pytest.skip("newer than this kernel")
    assert kernel_checks.wrong_helpers(kind) == []


@pytest.mark.root
@_each_kind
def test_the_verifier_lets_through_the_fields_of_the_table(kind: Kind) -> None:
    if not kernel_checks.exists(kind):
        pytest.skip("newer than this kernel")
    assert kernel_checks.wrong_fields(kind) == []
