from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.masking import mask_date, mask_email, mask_id_number, mask_mobile, shorten


def test_known_forms_keep_their_ends() -> None:
    assert mask_id_number("11010519491231002X") == "110105********002X"
    assert mask_mobile("13812341234") == "138****1234"
    assert mask_email("zhangsan@example.com") == "z***@example.com"
    assert mask_date("19901012") == "1990****"


@given(st.text(min_size=1))
def test_at_least_half_of_any_other_value_is_hidden(value: str) -> None:
    for mask in (mask_id_number, mask_mobile):
        if len(value) not in {11, 18}:
            shown = mask(value)
            assert len(shown.replace("*", "")) <= len(value) / 2
            assert len(shown) <= 50


def test_long_values_are_cut_to_a_line() -> None:
    assert shorten("班" * 40) == "班" * 40
    assert shorten("班" * 41) == "班" * 39 + "…"
