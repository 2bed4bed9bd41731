"""A bounded run of rosters in random disguise; ``make disguises`` tries as many as wished."""

from __future__ import annotations

import pytest

from tests.rosters.disguises import disguised, outcomes, written


@pytest.mark.parametrize("seed", range(60))
def test_nobody_vanishes_is_changed_or_invented(seed: int) -> None:
    file = disguised(seed)
    found, faults = outcomes(file, written(file))
    assert faults == [], file.worn
    assert found.total() == len(file.people())
