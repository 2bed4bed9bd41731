"""Masks of the samples on the mapping page, and headers that are really people."""

from __future__ import annotations

import pytest

from app.services.imports.pages.samples import holds_values, masked, masked_row


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("110105200001010028", "110105********0028"),
        ("110105 20000101 002X", "110105********002X"),
        ("13800138000", "138****8000"),
        ("138 0013 8000", "138****8000"),
        ("138-0013-8000", "138****8000"),
        ("+86 13800138000", "138****8000"),
        ("母亲 13800138000（晚上）", "母亲 138****8000（晚上）"),
        ("li.lei@example.com", "l***@example.com"),
        ("邮箱：li.lei@example.com", "邮箱：l***@example.com"),
        ("E12345678", "E12*****8"),
        ("2005-03-17", "2005****"),
        ("2005年3月17日", "2005****"),
        ("20050317", "2005****"),
        ("0571-88886666", "057*******66"),
        ("欧阳晓明", "欧阳晓明"),
        ("临床2401班", "临床2401班"),
        ("", ""),
    ],
)
def test_personal_values_are_masked_by_their_shape_wherever_they_stand(text: str, shown: str) -> None:
    assert masked(text).rstrip() == shown


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("1101052000010100", "id_number"),
        ("1380013800", "mobile"),
        ("li.lei#example", "email"),
        ("17/3/05", "birth_date"),
    ],
)
def test_a_mistyped_value_is_masked_by_the_field_of_its_column(text: str, field: str) -> None:
    assert masked(text, None) == text
    assert "*" in masked(text, field)
    assert masked(text, field) != text


def test_a_number_of_a_student_is_no_date_and_no_passport() -> None:
    assert masked("20240101", "student_no") == "20240101"
    assert masked("E20240101", "student_no") == "E20240101"
    assert masked_row(["20240101", "20050317"], ["student_no"]) == ("20240101", "2005****")


@pytest.mark.parametrize(
    "row",
    [
        ["900012026001", "张三"],
        ["张三", "男", "临床一班"],
        ["张三", "138 0013 8000"],
        ["张三", "a@example.com"],
        ["张三", "2005-3-17"],
        ["张三", "E12345678"],
    ],
)
def test_a_row_with_values_of_a_person_is_recognised(row: list[str]) -> None:
    assert holds_values(row)


@pytest.mark.parametrize(
    "row", [["学号", "姓名", "2026级班级"], ["XH", "XM", "手机号（11位）"], ["性别(男/女)", ""]]
)
def test_a_header_is_no_person(row: list[str]) -> None:
    assert not holds_values(row)
