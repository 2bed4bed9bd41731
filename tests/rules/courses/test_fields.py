"""A course's content as a value: cleaned, checked, compared, and converted to JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.courses.assessment import Assessment, Component, Kind
from app.rules.courses.fields import (
    BASICS,
    FIELD_LABELS,
    FIELDS,
    CourseContent,
    as_json,
    changed_fields,
    cleaned,
    from_json,
    missing_for_release,
    missing_for_review,
    problems,
)

WHOLE = CourseContent(
    title="心电图学",
    category="临床医学",
    subject="内科学",
    teachers="甲",
    summary="一门课程",
    description="<p>介绍</p>",
    hours=32,
    credit=Decimal("2.5"),
    tags=("心电图",),
    assessment=Assessment((Component(Kind.EXAM, "", 100),)),
)

_TEXT = st.text(max_size=30)
ANY = st.builds(
    CourseContent,
    **{name: _TEXT for name in FIELDS if name not in ("tags", "hours", "credit", "assessment")},
    tags=st.lists(_TEXT, max_size=12).map(tuple),
    hours=st.none() | st.integers(-5, 2000),
    credit=st.none() | st.decimals(allow_nan=True, allow_infinity=True),
    assessment=st.none() | st.builds(Assessment),
)


@given(ANY)
def test_any_content_is_cleaned_once_and_judged(content: CourseContent) -> None:
    clean = cleaned(content)
    assert cleaned(replace(clean, description="", outline="", team="")) == replace(
        clean, description="", outline="", team=""
    )
    for found in (problems(clean), missing_for_review(clean), missing_for_release(clean)):
        assert set(found) <= set(FIELDS)
        assert all(str(message) for message in found.values())


@given(ANY.filter(lambda content: content.credit is None or content.credit.is_finite()))
def test_content_comes_back_from_json_as_it_was(content: CourseContent) -> None:
    back = from_json(json.loads(json.dumps(as_json(content))))
    assert back == content
    assert changed_fields(content, back) == []


def test_every_field_has_a_name() -> None:
    assert set(FIELD_LABELS) == set(FIELDS)
    assert set(BASICS) < set(FIELDS)


def test_what_changed_is_named_in_the_order_of_the_tabs() -> None:
    assert changed_fields(WHOLE, replace(WHOLE, hours=1, title="别的")) == ["title", "hours"]


def test_a_whole_course_lacks_nothing_and_an_empty_one_is_told_everything() -> None:
    assert problems(WHOLE) == missing_for_review(WHOLE) == missing_for_release(WHOLE) == {}
    empty = CourseContent(title="空", category="临床医学")
    assert list(missing_for_review(empty)) == ["teachers", "summary", "description", "hours", "assessment"]
    assert list(missing_for_release(empty)) == ["teachers", "summary", "description"]


def test_an_assessment_that_does_not_sum_up_stops_the_review_and_the_release() -> None:
    half = replace(WHOLE, assessment=Assessment((Component(Kind.EXAM, "", 50),)))
    assert problems(half) == {}
    assert "现在是 50%" in str(missing_for_review(half)["assessment"])
    assert "assessment" in missing_for_release(half)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "长" * 101),
        ("title", "空\0字符"),
        ("code", "1" * 33),
        ("category", ""),
        ("subject", "生理学"),
        ("summary", "长" * 301),
        ("description", "<p>" + "长" * 50_000 + "</p>"),
        ("readings", "长" * 5001),
        ("tags", tuple("一二三四五六七八九")),
        ("tags", ("长" * 21,)),
        ("hours", 0),
        ("credit", Decimal("0.3")),
        ("credit", Decimal("NaN")),
        ("credit", Decimal("1E-9999999")),
    ],
)
def test_what_cannot_be_stored_is_said(field: str, value: object) -> None:
    assert set(problems(replace(WHOLE, **{field: value}))) == {field}  # type: ignore[arg-type]


def test_a_credit_that_cannot_be_compared_is_wrong_like_any_other() -> None:
    odd = cleaned(replace(WHOLE, credit=Decimal("sNaN")))
    assert changed_fields(WHOLE, odd) == ["credit"]
    assert set(problems(odd)) == {"credit"}


def test_typed_text_is_tidied_and_markup_cleaned() -> None:
    tidy = cleaned(
        replace(
            WHOLE,
            title="  心电图   学 ",
            tags=(" 心电图", "心电图 ", ""),
            readings=" 甲 \n\n乙",
            outline="<p onclick=x>第一章<script>alert(1)</script></p>",
        )
    )
    assert (tidy.title, tidy.tags, tidy.readings) == ("心电图 学", ("心电图",), "甲\n乙")
    assert tidy.outline == "<p>第一章</p>"
