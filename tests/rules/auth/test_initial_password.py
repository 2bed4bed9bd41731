"""The initial password of the manual, and how a slip is read."""

from __future__ import annotations

import pytest

from app.rules.auth.initial_password import initial_password, normalise_slip_password


def test_the_initial_password_is_the_end_of_the_id_number_else_123456() -> None:
    assert initial_password("11010519491231002X") == "31002X"
    assert initial_password("11010519491231002x") == "31002X"
    assert initial_password(None) == "123456"
    assert initial_password("") == "123456"


@pytest.mark.parametrize("typed", ["7KQM-X2HV-9RTA", "7kqmx2hv9rta", " 7KQM x2hv－9rta ", "７ＫＱＭX2HV9RTA"])
def test_a_slip_is_read_however_it_is_typed(typed: str) -> None:
    assert normalise_slip_password(typed) == "7KQMX2HV9RTA"
