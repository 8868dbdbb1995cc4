"""The kernel tables, held against this kernel's verifier."""

from __future__ import annotations

from tests.tables import kernel_checks
from tests.vm.guest import Env, options

_KINDS = [*kernel_checks.KINDS, kernel_checks.TYPED]


@options(timeout=600.0)
def case_helpers(env: Env) -> None:
    """Each program type may call the helpers that the table gives it for this release, and no others."""
    wrong = {kind: kernel_checks.wrong_helpers(kind) for kind in _KINDS if kernel_checks.exists(kind)}
    assert not any(wrong.values()), {kind: names for kind, names in wrong.items() if names}


@options(timeout=600.0)
def case_fields(env: Env) -> None:
    """Each program type may read and write the context fields that the table gives it for this release, and no others."""
    wrong = {kind: kernel_checks.wrong_fields(kind) for kind in _KINDS if kernel_checks.exists(kind)}
    assert not any(wrong.values()), {kind: names for kind, names in wrong.items() if names}
