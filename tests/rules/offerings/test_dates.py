"""The four dates of an offering."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.rules.offerings.dates import Dates, date_problems, is_registration_open
from tests.support.offering_dates import DAY, four_dates


@pytest.mark.parametrize(("offset", "is_open"), [(-1, False), (0, True), (3, True), (5, True), (6, False)])
def test_the_first_and_the_last_day_of_registration_count(offset: int, is_open: bool) -> None:
    assert is_registration_open(four_dates(10, 50, 0, 5), DAY + timedelta(days=offset)) is is_open


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (four_dates(0, 50, -9, 5), set()),
        (four_dates(0, 0, 0, 0), set()),
        (four_dates(0, 50, -9, 50), set()),
        (four_dates(None, 50, -9, 5), {"starts_on"}),
        (
            four_dates(None, None, None, None),
            {"starts_on", "ends_on", "registration_starts_on", "registration_ends_on"},
        ),
        (four_dates(5, 4, -9, 3), {"ends_on"}),
        (four_dates(5, 50, 3, 2), {"registration_ends_on"}),
        (four_dates(5, 50, 3, 51), {"registration_ends_on"}),
        (four_dates(5, 4, 3, 2), {"ends_on", "registration_ends_on"}),
    ],
)
def test_every_wrong_date_is_named(given: Dates, fields: set[str]) -> None:
    assert set(date_problems(given)) == fields
