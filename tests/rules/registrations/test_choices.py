"""The button of a course's page: it offers only acts that the use case performs, and always gives the reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.offerings.dates import Dates, is_registration_open
from app.rules.registrations.choices import Choice, ChoiceCode, registration_choice

DAY = date(2026, 9, 10)
DATES = Dates(
    starts_on=DAY + timedelta(10),
    ends_on=DAY + timedelta(90),
    registration_starts_on=DAY - timedelta(5),
    registration_ends_on=DAY + timedelta(5),
)
ACTS = {ChoiceCode.REGISTER, ChoiceCode.WITHDRAW, ChoiceCode.WAIT}

some_day = st.integers(-120, 120).map(lambda days: DAY + timedelta(days))
people = st.one_of(
    st.fixed_dictionaries({"logged_in": st.just(False)}),
    st.fixed_dictionaries({"registered": st.booleans()}),
    st.fixed_dictionaries({"position": st.integers(1, 500)}),
)


@pytest.mark.parametrize(
    ("days", "person", "code"),
    [
        (0, {}, "register"),
        (0, {"seats_left": 0}, "wait"),
        (0, {"registered": True}, "withdraw"),
        (0, {"registered": True, "seats_left": 0}, "withdraw"),
        (0, {"position": 3, "seats_left": 0}, "leave_waiting"),
        (60, {"position": 3}, "leave_waiting"),
        (0, {"logged_in": False}, "login"),
        (0, {"logged_in": False, "seats_left": 0}, "full"),
        (-5, {}, "register"),
        (-6, {}, "not_yet"),
        (-6, {"logged_in": False}, "not_yet"),
        (5, {}, "register"),
        (6, {}, "over"),
        (6, {"registered": True}, "over"),
        (91, {"registered": True}, "over"),
        (0, {"online": False, "registered": True}, "offline"),
        (0, {"online": False, "position": 1}, "leave_waiting"),
    ],
)
def test_the_button_says_what_can_be_done(days: int, person: dict[str, object], code: str) -> None:
    given_ = {"seats_left": None} | person
    assert registration_choice(DATES, DAY + timedelta(days), **given_).code == code  # type: ignore[arg-type]


@given(today=some_day, seats_left=st.none() | st.integers(0, 3), online=st.booleans(), person=people)
def test_an_act_is_offered_exactly_while_the_window_is_open(
    today: date, seats_left: int | None, online: bool, person: dict[str, object]
) -> None:
    choice: Choice = registration_choice(
        DATES,
        today,
        seats_left=seats_left,
        online=online,
        **person,  # type: ignore[arg-type]
    )
    is_open = online and is_registration_open(DATES, today)
    waits = "position" in person
    visitor = person.get("logged_in") is False
    assert (choice.code in ACTS) == (is_open and not visitor and not waits)
    assert (choice.code in {ChoiceCode.LOGIN, ChoiceCode.FULL}) == (is_open and visitor)
    assert (choice.code is ChoiceCode.LEAVE_WAITING) == waits
    assert str(choice.message)


@given(today=some_day, person=people)
def test_a_course_without_dates_offers_nothing(today: date, person: dict[str, object]) -> None:
    dates = Dates(starts_on=None, ends_on=None, registration_starts_on=None, registration_ends_on=None)
    choice = registration_choice(dates, today, seats_left=None, **person)  # type: ignore[arg-type]
    assert choice.code in {ChoiceCode.NOT_YET, ChoiceCode.LEAVE_WAITING}
