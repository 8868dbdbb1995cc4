"""From Ruby source to what it does, on the running kernel; what that does not attach runs in the kernel lab."""

from __future__ import annotations

import pytest

from tests.hooks.firing import FIRINGS, Firing
from tests.hooks.programs import FOLDER, compile_for
from tests.load.child import in_child


@pytest.mark.root
@pytest.mark.parametrize("firing", [one for one in FIRINGS if one.where == "any"], ids=lambda one: one.id)
def test_fires(firing: Firing) -> None:
    data = compile_for(FOLDER / f"{firing.program}.rb")
    in_child(lambda: firing.fire(data))
