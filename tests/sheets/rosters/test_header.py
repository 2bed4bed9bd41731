"""Words of headers: what a bracket says, whose a column is, what a remembered header is compared by."""

from __future__ import annotations

import pytest

from app.sheets.rosters.header import header_spelling, normalised_header
from app.sheets.rosters.students import WORDS


@pytest.mark.parametrize(
    "text",
    [
        "学号（必填）",
        "学号*",
        "学 号(12位)",
        "学号【选填】",
        "学号（如：90001001）",
        "学号(Student No)",
    ],
)
def test_a_note_in_a_bracket_changes_nothing(text: str) -> None:
    assert WORDS.field_of(text) == "student_no"


@pytest.mark.parametrize(
    "text",
    [
        "手机号（家长）",
        "联系电话(监护人)",
        "邮箱【辅导员】",
        "出生日期（农历）",
        "班级（原）",
        "姓名（曾用）",
        "家长手机号",
        "父亲姓名",
        "紧急联系人电话",
        "班主任姓名",
        "身份证号（配偶）",
        "出生年月(公历)",
    ],
)
def test_a_column_of_somebody_else_is_never_the_person_s_own(text: str) -> None:
    assert WORDS.field_of(text) is None
    assert WORDS.is_of_another(text)


def test_an_unknown_bracket_leaves_the_meaning_open() -> None:
    assert WORDS.field_of("手机号（二）") is None
    assert WORDS.base_field_of("手机号（二）") == "mobile"
    assert not WORDS.is_of_another("手机号（二）")


def test_a_bracket_stays_in_what_headers_are_compared_by() -> None:
    assert normalised_header("手机号（家长）") == "手机号(家长)"
    assert header_spelling("学号（必填）") != header_spelling("学号")
    assert header_spelling("学 号*") == header_spelling("学号")
