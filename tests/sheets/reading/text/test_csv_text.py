"""Text files in every encoding and with every separator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.reading.limits import LIMITS, Refusal
from app.sheets.reading.text.csv_text import decode_text, read_csv
from samples.roster import make_rows


@given(st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Co", "Cs", "Cn"]), min_size=1))
def test_whatever_decodes_is_never_silently_changed(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        if "\ufffd" not in text and not text.startswith("\ufeff"):
            assert decode_text(text.encode(encoding)) == text


@given(st.lists(st.sampled_from([row["real_name"] for row in make_rows(500, 1, "90001")]), min_size=1))
def test_chinese_names_in_gb18030_are_never_taken_for_something_else(names: list[str]) -> None:
    text = "学号,真实姓名\n" + "\n".join(names)
    assert decode_text(text.encode("gb18030")) == text


def test_a_cell_of_a_csv_may_not_be_endless() -> None:
    with pytest.raises(Refusal, match="damaged"):
        read_csv(b"a,b\n" + b"x" * 200_000, LIMITS)
