"""Text files in every encoding."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.reading.limits import Refusal
from app.sheets.reading.text.encodings import decode_text
from samples.roster import make_rows

TABLE = "学号,姓名,班级\r\n900012024001,王小明,临床1班\r\n"


@given(st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Co", "Cs", "Cn"]), min_size=1))
def test_whatever_decodes_is_never_silently_changed(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        if "\ufffd" not in text and not text.startswith("\ufeff"):
            assert decode_text(text.encode(encoding)) == text


@given(st.lists(st.sampled_from([row["real_name"] for row in make_rows(500, 1, "90001")]), min_size=1))
def test_chinese_names_in_gb18030_are_never_taken_for_something_else(names: list[str]) -> None:
    text = "学号,真实姓名\n" + "\n".join(names)
    assert decode_text(text.encode("gb18030")) == text


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TABLE.encode("utf-32-le"),
        TABLE.encode() + b"\x1a",
        TABLE.encode("gb18030") + b"\x1a\x00\x00",
        codecs.BOM_UTF8 + TABLE.encode(),
    ],
)
def test_texts_of_all_programs_are_decoded(content: bytes) -> None:
    assert decode_text(content) == TABLE


def test_a_few_private_characters_are_rare_names_and_many_are_a_wrong_encoding() -> None:
    assert "\ue863" in decode_text(f"{TABLE}900012024002,王\ue863,临床1班".encode())
    known = "".join(f"9000120240{number},王\ue863\n" for number in range(30))
    assert decode_text(known.encode()) == known
    with pytest.raises(Refusal, match="encoding"):
        decode_text(("学号,\ue123\ue124\ue125\ue126\ue127\r\n" * 5).encode())


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\xff\xff\x00", b"\x80\x81\xff", TABLE.encode() + "姓".encode("gb18030")]
)
def test_what_no_encoding_fits_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal, match="encoding"):
        decode_text(content)
