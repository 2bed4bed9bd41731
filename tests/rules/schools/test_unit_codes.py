"""Unit codes: five digits."""

from __future__ import annotations

import pytest

from app.rules.schools.unit_codes import tidy_unit_code, unit_code_problem


@pytest.mark.parametrize(
    ("typed", "code"), [("90001", "90001"), (" 9 0001", "90001"), ("９０００１", "90001")]
)
def test_full_width_digits_and_blanks_are_a_slip(typed: str, code: str) -> None:
    assert tidy_unit_code(typed) == code
    assert unit_code_problem(code) is None


@pytest.mark.parametrize("code", ["", "9000", "900011", "9000a", "٩٠٠٠١", "-9000"])
def test_anything_else_is_refused(code: str) -> None:
    assert unit_code_problem(code) is not None
