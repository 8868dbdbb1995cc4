"""Every link kind that the running kernel attaches; the others run in the kernel lab."""

from __future__ import annotations

import pytest

from tests.load.child import in_child
from tests.load.firing import SCENARIOS, Scenario


@pytest.mark.root
@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if one.where == "any"], ids=lambda one: one.name)
def test_link(scenario: Scenario) -> None:
    data = scenario.build()
    in_child(lambda: scenario.run(data))
